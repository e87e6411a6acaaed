// Package seats has the rules of an account: its users, its seats, and the effect of every
// command. It is pure: no clock, context, goroutine or I/O. The instant of a request comes in
// with it. All values may be copied; a value must not be changed by two goroutines at once.
//
// The invariant: a user gets only a seat that is there. A command is refused if it would leave
// a pool above its total and higher than before. So the last seat can be used, equal to the
// total is full, and a command that changes no number of held seats works at a full account
// too. A pool is above its total only after its total was cut or the policy changed below the
// held seats, or after users were imported with their seats ([Import]). Then all users keep
// their seats, and new ones enter once the pool is below its total again. A policy can let a full
// pool grow by itself, see [Growth], and tell when seats run out, see [Thresholds].
//
// A course pool follows the same rule: a licence is held from [AssignCourse] and spent from
// [StartCourse] for good. A date is a calendar day in the zone of the account, and whatever has a
// date takes effect at its instant before anything later is decided.
//
// # For hosts
//
// An [Account] is opened with an [Opening] and changed by commands. A [Command] is data, and
// the list of commands is the list of possible changes. [InviteAll] and [ImportAll] make them from a roster;
// [Commands] and [EncodeCommand] write them as JSON. [Schedule], [Invite] and [BookTotal] take
// dates: of a leave, of a start, of another total. [EditPool] gives a course its end, and its
// licences a [LicenceTerm]. A [Policy] has the differences between
// products as switches; [Presets] has six of them.
//
// An [Outcome] is the result of a command, or a [*Refusal]: a [Code], numbers, and [Remedies]
// that work for this actor now. [Messages] are the texts of refusals in any language. A [Plan]
// is a preview of commands for a person to confirm.
//
// [Usage] is the account in numbers, with the cards of the product. A [Person] is a user as the
// policy shows them, with [Permissions]. An [Event] records one change for audits, mails and
// bills; a [CloudEvent] is its form for a queue. [Ledger], [Period] and [Explanation] come from
// events, and a [Drift] is a difference between them and the rows.
//
// Documents: commands, policies, events, plans, outcomes, refusals, accounts and users have a
// stable JSON form. Keys are in snake_case, zero values are left out, a [Count] is a text, and a
// policy is written with all switches and a version. Reading is strict ([users.ReadJSON]): unknown
// keys, repeated keys and null are errors.
//
// # For authors of stores
//
// A store loads a [Snapshot] of the rows that a [Need] names, and commits a [Change]: whole rows
// and events, on condition that the account's revision is still [Change.Base] and the keys of
// [Change.Keys] are free; [Snapshot.Apply] is the same on rows in memory. A [Pool] must be
// [Pool.Sound]; a database has that as a constraint. Users, pools and licences have a Due, the
// instant at which a row must be looked at, and a Need with DueBy loads those that are due, in
// the order of these instants. Event lists follow [EventFilter.Match], lists of licences
// [users.LicenceFilter.Match]. A store decides nothing and needs none of the functions below.
//
// # For the Keeper
//
// [Needs] and [Request.Widen] name the rows for a [Request]. [Decide], [DecideEach], [Open] and
// [Plan.Decide] return a [Decision] with its change; [Settle] returns the change by the passing
// of time. It resolves days again by [Request.Zones]: a Due may be early and is never late, so
// that new rules of a zone are followed. [Identify] gives new users their IDs, and [Digest] tells a repeated call from another
// one with the same key. [Explain], [Metered], [UsageAt], [Replay] and an [Auditor] read lists of
// events, with [Numbered] and [GoverningEvents]. A host calls these through the Keeper.
package seats
