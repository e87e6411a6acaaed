// Package users has the users of an account: profiles, status, roles, sources, lists and
// files of people. Package seats builds on it and decides about seats.
//
// In reading order: a [User] is a [Profile] with a [Role] and a [Status]. An [Action] is a
// command by name, an [Actor] asks for it. A [Filter] selects and orders users for a list. A
// [Tally] counts them by [Segment]. [ReadRoster] reads a list of people from a file,
// [SystemRoster] has its options for well-known systems, [ProbeRoster] shows its columns, and [WriteRoster]
// writes one. A [Date] is a calendar day, a [Leave] the day on which a user leaves,
// and a [Licence] a user's course licence. A [Reason] says why an input is wrong. [ReadJSON] reads the JSON
// forms strictly.
//
// # From a file to users
//
//	probe, err := users.ProbeRoster(file, options)                               // columns and samples, for a screen that maps them
//	options.Mapping = map[string]string{"Werkmail": "email"}                     // what an admin chose
//	roster, err := users.ReadRoster(file, options)                               // people, or all faults of the file
//	plan, err := keeper.Preview(ctx, account, admin, seats.InviteAll(roster)...) // who fits, to be confirmed
//	result, err := keeper.Apply(ctx, account, admin, plan)                       // all of it, or nothing
//	err = users.WriteRoster(w, people, options)                                  // the export of a list
//
// A file of more people than [MaxRosterMemory] or one plan holds is read by [ScanRoster], planned by
// Keeper.PreviewAll from seats.InviteEach, and carried out by Keeper.ApplyAll. seats.ImportAll takes people over
// as they are, in place of inviting them. Workbooks are read and written by package users/xlsx, other encodings
// by a reader that decodes them, see [ReadRoster].
//
// # Names
//
// A field has one name in three forms: FirstName in Go, first_name in JSON, first-name in
// [FieldError.Field] and [Column.Field]. The fields "password", "name", "last-name-prefix", "active", "inactive" and
// those of a leave's date exist in rosters alone.
//
// The package is pure: functions over values, free of clocks, files, networks, contexts and
// global state. The rules of time zones come in with a [time.Location]. Every value may be copied, and shared between goroutines that only read it.
package users
