// Package seats holds the rules: who may have a seat, and what every command
// does. It is pure. [Decide] takes a [Snapshot] of an account and a [Request] and
// returns a [Decision], whose [Change] is all that a store ever writes, or a
// [*Refusal].
//
// In reading order: a [Count] is a number of seats or unlimited. A [Pool] is a
// number of bought seats with what is held and spent of it, and the one gate that
// nobody passes when it is full. A [Policy] is what products differ in, as data;
// the file switches.go is the only one that reads it. An [Account] is a policy, a
// tally of people and its pools. A [Command] is something to be done; the list of
// commands is the list of what the library can do. An [Event] records what was
// done, and [Usage] is the account in numbers. A [Refusal] says why nothing was done, in
// a [Code] and numbers; [Messages] say it to people in their language.
//
// # The invariant
//
// Nobody gets a seat that is not there. A command is refused when it would leave
// a pool above its total and higher than before. So the last seat can be used,
// equal to the total is full, and whatever changes nothing in the number of
// held seats works at a full account too. A pool is above its total only where
// its total was cut, or the policy changed, below what was held, or where people were
// brought along who hold their seats already ([Import]). Nobody is evicted by that, and
// nobody enters until the pool is back below its total.
//
// # Documents
//
// Commands, policies, events, plans and what comes of them have a JSON form, which
// is stable. [EncodeCommand] tags a command with the name of its action; a policy is
// written expanded, with a version. What is at its zero value is left out elsewhere,
// a [Count] is a text, and keys are in snake_case. What is read is read strictly:
// an unknown key, a key that stands twice, null and the like are errors, see
// [users.ReadJSON], which also reads what is usually a part of something else, such as
// a profile.
//
// The package has no clock, no context, no goroutine and no I/O: the instant of a
// request comes in with it. All values may be copied; none may be changed by two
// goroutines at once.
package seats
