// Package seatkeeper keeps the bought seats of a product's accounts: who is
// invited, active, inactive, archived or deleted, who holds a seat by that, and that
// nobody ever gets a seat that is not there, whatever the concurrency and the
// store.
//
// A host application builds one [Keeper] on a store and sends every change
// through it as commands of package seats:
//
//	keeper, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
//	_, err = keeper.Open(ctx, seats.Opening{
//		Account: "acme", Seats: seats.Of(10), Policy: seats.AccuEdConnect(),
//		Owner: users.Profile{ID: "u1", First: "Olive", Last: "Owen", Email: "olive@acme.example"},
//	})
//	done, err := keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: ada})
//
// Every call takes the same way. It loads what the commands need, has package
// seats decide, and commits the change on condition that the account is still at
// the revision it was decided on; if it is not, the call starts over. What the
// decideFunc refuse is a [*seats.Refusal], which says why, in numbers, and what could
// be done about it. An unknown account, a conflict without end and a broken store
// are errors of package store.
//
// A host that has users already brings them in by [Keeper.Import].
//
// A call with a request key, see [Call], happens once. [Keeper.Preview],
// [Keeper.Apply] and [Keeper.May] look before they leap. [Keeper.UsageAt],
// [Keeper.Period], [Keeper.Explain], [Keeper.Replay] and [Keeper.Audit] tell what was,
// and [Keeper.Drain] hands the events to whoever sends the mails.
//
// For a host's screens and counters there are the translated [seats.Messages], package httpstatus
// and the hook [Options] Observe.
//
// Packages in reading order: users (people, status, roles), seats (pools,
// policies, commands, the decision), store (the contract), memstore, and this one.
package seatkeeper
