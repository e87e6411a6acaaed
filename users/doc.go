// Package users holds the people of an account: what is known of a person,
// which status they may pass through, who may do what to whom, and the lists
// they arrive in. It knows nothing of seats; package seats builds on it.
//
// In reading order: a [User] is a [Profile] with a [Role] and a [Status]. An
// [Action] is something that can be asked for. Two tables say what comes of it:
// [Next] holds the status that an action leads to, [Authority] who may ask. An
// [Actor] is whoever asks. A [Segment] is the part of a person that counters
// see, and a [Tally] counts people by it. A [Filter] selects people for a list,
// [ReadRoster] reads a list of people out of a file, and [WriteRoster] writes one.
// What is wrong with anything that comes in is a [Reason]. What has a JSON form is read by
// [ReadJSON], strictly.
//
// The package is pure: it reads no clock, file, network or context, starts
// nothing and keeps no state. Every value may be copied and shared.
package users
