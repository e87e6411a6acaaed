// Package rules has the tables that package seats decides by. [Next] returns the status that
// an action leads to, and [Authority] the actors that may ask for it. [Protected] and
// [MayTouch] keep owners safe. [SamePerson] and [Exchanges] compare two profiles.
//
// The package is as pure as package users: functions over values.
package rules
