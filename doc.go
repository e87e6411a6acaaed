// Package seatkeeper keeps the bought seats of a product's accounts: each user's status,
// the seat that follows from it, and the limit of each account. Under any concurrency, on
// any store, a user gets a seat only if one is free.
//
// A host application builds one [Keeper] on a store and sends every change through it, as
// commands of package seats:
//
//	keeper, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
//	_, err = keeper.Open(ctx, seats.Opening{
//		Account: "acme", Total: seats.Of(10), Policy: seats.AccuEdConnect(),
//		Owner: users.Profile{ID: "u1", FirstName: "Olive", LastName: "Owen", Email: "olive@acme.example"},
//	})
//	result, err := keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: ada})
//
// # One way for every change
//
// Every call loads a snapshot of the account, decides in package seats, and commits the
// change on condition that the account still has the revision it was decided on. After a
// conflict it starts again. Rows and events are written in the same commit. Anything due
// by then, such as an invitation's expiry, takes effect first.
//
// A refusal is a [*seats.Refusal]: a code, the numbers, and remedies open to this actor.
// It changes nothing. All other errors are those of package store, such as
// [store.ErrNotFound] for an unknown account, and of the context. Every method is safe for
// concurrent use.
//
// # Methods by purpose
//
// To change: [Keeper.Open], [Keeper.Do], [Keeper.DoEach], [Keeper.Import] for the users
// that a host has already, [Keeper.EraseAccount]. A call with a request key, see [Call],
// happens once. [Keeper.InTx] joins the host's transaction.
//
// To look ahead: [Keeper.Preview] and [Keeper.Apply] for a plan, [Keeper.May] for a button.
//
// To read: [Keeper.Usage], [Keeper.UsageOf], [Keeper.Account], [Keeper.Accounts],
// [Keeper.User], [Keeper.Find], [Keeper.Users], [Keeper.Pool] and [Keeper.Pools] for a course.
//
// The past: [Keeper.Events], [Keeper.UsageAt], [Keeper.Period] for a bill, [Keeper.Explain],
// [Keeper.Replay] and [Keeper.Audit].
//
// From time to time: [Keeper.RunDue] for dates, [Keeper.Drain] to hand the events to the
// code that sends the mails.
//
// Texts for screens are [seats.Messages], and package httpstatus has a status code for
// each error. [Options] Observe feeds a host's metrics.
//
// # Policies
//
// A policy is data, stored with the account: how users get in, what a full account does, the
// buyers of seats, the ends of an ownership. [seats.Standard] is the zero value; five presets
// follow the help pages of real products. A host may change single switches; contradictory
// ones are refused. A [Keeper.Preview] of [seats.SetPolicy] shows the effect of another
// policy on an account in use.
//
// # Clocks and torn histories
//
// Time is the host's, by [Options] Now. A clock further from the database's than
// [Options] MaxSkew ends each call with [store.ErrClockSkew], and the call changes nothing.
//
// Events are numbered from 1, in sequence. If the last ones are missing after a partial
// restore, or there are more of them than the account counts, reads of the past are
// [seats.ErrHistory] and changes, those by the clock included, [store.ErrSequence]. If
// earlier ones are missing, a read that needs them is [seats.ErrHistory]. [Keeper.Audit]
// lists their numbers.
//
// # What stays the same
//
// From the first release on, a host may store, log and compare all of the following. Each
// is kept as given here, and a change of it has one way.
//
//   - Rows of a store. The columns of sqlstore change by a new numbered migration, which
//     the host runs with Migrate before it starts the new version. Old rows stay readable,
//     and a new column has a default.
//   - Comparison keys. Addresses and usernames are compared as [users.Fold] gives them, by
//     a table in this library. A new table has a new [users.FoldVersion], and RenewKeys of
//     a store rewrites the stored keys.
//   - JSON of commands, plans, policies, events, changes and users. Keys and values keep
//     name and meaning. New keys are optional, and their absence means what it meant
//     before. A reader refuses keys it does not know, so that readers are updated first.
//   - Event kinds and actions. A kind keeps its name and its numbers for as long as events
//     exist, since [Keeper.Replay] reads them all. New behaviour gets a new kind, and a
//     host must expect kinds from newer releases.
//   - Refusal codes, their fields and reasons. A code keeps its name and cause. A new cause
//     gets a new code, with a text in English; a host's [seats.Messages] shows English for
//     codes it lacks, and Check lists them.
//   - Policies. A stored policy has the version of its format and keeps its effect. A new
//     switch is off at its zero value. A preset may follow its product's new rules in a new
//     release; accounts opened before keep the values stored with them.
//   - Request keys and digests. A key used under one release is recognized by the next, so
//     that the digest of a command may change by an added version alone.
//
// English texts of errors and refusals, the order of unordered results, and the timing of
// settlement may change in any release. CHANGELOG.md lists every change of the above.
//
// # Packages
//
// In reading order: users (status, roles, profiles), seats (pools, policies, commands, the
// decision), store (the contract), memstore, and this one.
package seatkeeper
