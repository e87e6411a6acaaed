// Package rules has the tables behind package seats. [Next] returns the status after an
// action, [Authority] the reach of an actor. [Protected] and
// [MayTouch] keep owners safe. [SamePerson] and [Exchanges] compare two profiles.
//
// The package is as pure as package users: functions over values.
package rules
