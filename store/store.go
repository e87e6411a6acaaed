// Package store is the contract between the rules, in package seats, and the stores of
// accounts. A store keeps rows, compares and writes; the rules decide, and the Keeper
// tries again.
//
// README.md in this folder is the way to a store of your own, examples/filestore the
// plainest one, and package storetest the tests it must pass.
package store

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Store keeps accounts with their pools, users, course licences and events. It may also be an [Outbox],
// with the progress of consumers of events, a [LastSeen], with the last sign-ins of users, and [Misses], with the runs
// of syncs in which users were missing.
//
// # Atomicity
//
// A change is written as a whole or left out as a whole: rows and events together, also
// after a crash. Each snapshot and each page is of one moment of its account. Accounts are
// independent: an event in one leaves all others alone.
//
// # Concurrency
//
// All methods may be called at once, from any number of goroutines and processes, and
// from inside a loop over a page of another call. A call sees all changes acknowledged
// before it began, on any connection.
//
// # Durability
//
// The documentation of a store says which acknowledged changes outlive the program, the
// machine or a disk. The contract demands durability only of a store with that claim: its
// tests set Reopen in the Options of package storetest, and so ask for it. An optional
// interface, as for the outbox, is for methods that a Keeper calls; here it calls none.
//
// # Unknown accounts
//
// Load answers with the zero snapshot, and Commit with ErrConflict, unless the change opens
// the account. Users, Tally, Events, Pools and Licences return ErrNotFound: an empty list would look
// like an account with no users. Accounts, Due and Pending leave it out, and a page of
// theirs may begin after it.
//
// # Contexts
//
// A call that begins after the end of its context returns the context's error; a wait for a lock
// or a connection should end with the context too. A Commit or Advance with this error has
// written nothing and never will. Where the store is unsure, as while a server works on its
// behalf, the error is ErrUnknown and wraps the context's.
//
// # Values
//
// Identifiers and keys are compared byte by byte: "a", "A" and "a " are three. Texts come
// back byte by byte. Instants come back in UTC, exact to the microsecond, the zero instant
// as the zero instant.
//
// A limit is at least 0. With 0 the page is empty.
//
// # Notes for implementers
//
// Copy rows in and out: a caller may change a slice after the call.
//
// Two comparisons keep the last seat single, and either one suffices: the revision of the
// account row, and the account and sequence number of an event as a primary key. Have both.
//
// Look up the last event by its primary key, in the condition of the statement for the
// account row: then the check is free of a round trip. After a statement without effect a
// second look may tell a missing event from a moved account.
//
// Taken keys may be left to unique indexes: insert the created users, update the others,
// and look for the names of the taken keys only after a violation. An engine with row by
// row checks of an index must see keys given up before they are taken, since users of one
// change may exchange theirs.
//
// A store bound to a host's transaction undoes exactly the changes it refuses, see [Bound].
type Store interface {
	// Load returns a snapshot for each need, in order: the account, its site pool, and the
	// other rows and events of the [seats.Need], as [seats.Need.Select] picks them from all
	// rows. Of an unknown account it is the zero snapshot.
	//
	// A store with a clock of its own, such as a database server, sets StoreTime to a time during
	// the call, for unknown accounts too; it tells the Keeper of a wrong clock. Any other store
	// leaves it zero.
	Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error)

	// Commit writes each change or refuses it, and returns a result for each, in order. The
	// changes are of different accounts, and a failure of one leaves the others alone.
	//
	// A change is checked in this order, all at the moment of its write:
	//   - Base is the account's revision, 0 for an unknown account, and the first event's
	//     number follows the account's Sequence; else [ErrConflict];
	//   - the account's last event has the number Sequence, which is 0 before the first;
	//     else [ErrSequence];
	//   - the Keys of the change are free, see [seats.Change.Taken]; else [ErrKeyTaken];
	//   - the pools are [seats.Pool.Sound]; else [ErrBroken].
	//
	// Then the account row, pools, licences and Updated users replace the rows of the same ID, Created
	// users and events are added. The store may rely on the promises of [seats.Change].
	//
	// An error beside the results is about all of the changes: none is written, now or later,
	// unless it is [ErrUnknown]. The engine's wish to try again (deadlock, serialization
	// failure) is an [ErrConflict] of each change it concerns.
	Commit(ctx context.Context, changes ...seats.Change) ([]CommitResult, error)

	// Users returns the first users, at most limit, that [users.Filter.Match] selects by
	// their stored status, in the order of [users.Filter.Compare]. The filter's After begins the
	// page; no user needs to be there. A user present during a whole list, in one place of the
	// order, is on exactly one page. Every user has a StatusSince in a list by change. An
	// unknown account is [ErrNotFound].
	Users(ctx context.Context, account users.AccountID, filter users.Filter, limit int) ([]users.User, error)

	// Tally counts the users that [users.Filter.Match] selects on all pages, as by
	// [users.Filter.WithoutPage], from their rows, and returns the account's revision of the same
	// moment. An unknown account is [ErrNotFound].
	Tally(ctx context.Context, account users.AccountID, filter users.Filter) (users.Tally, uint64, error)

	// Events returns the first events, at most limit, that [seats.EventFilter.Match] selects,
	// in ascending order of number, with Backward in descending order. An unknown account is
	// [ErrNotFound].
	Events(ctx context.Context, account users.AccountID, filter seats.EventFilter, limit int) ([]seats.Event, error)

	// Pools returns the account's pools besides the site pool, in ascending order of ID by
	// bytes, after the given ID and at most limit. An unknown account is [ErrNotFound].
	Pools(ctx context.Context, account users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error)

	// Licences returns the first course licences, at most limit, that
	// [users.LicenceFilter.Match] selects, in order of [users.LicenceID.Compare]. An unknown
	// account is [ErrNotFound].
	Licences(ctx context.Context, account users.AccountID, filter users.LicenceFilter, limit int) ([]users.Licence, error)

	// Accounts returns accounts in ascending order of ID by bytes, after the given ID and at
	// most limit. Each is of a moment of its own.
	Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error)

	// Due returns the accounts with a NextDue of by or before, in ascending order of ID by
	// bytes, after the given ID and at most limit.
	Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error)
}

// A CommitResult is the answer to one change.
type CommitResult struct {
	// Err is nil if the change was written; else it is [ErrConflict], [ErrSequence],
	// [ErrKeyTaken], [ErrBroken], or the engine's error.
	Err error
	// Taken are the taken keys, with ErrKeyTaken.
	Taken []users.Key
}
