// Package store holds the contract between the rules and the places where
// accounts are kept. A store keeps what it is given and compares; it decides
// nothing. Package memstore is one in memory.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The errors of a store. They are compared with [errors.Is]; whatever else a
// store returns is its engine's own error, wrapped.
var (
	// ErrNotFound: there is no such account.
	ErrNotFound = errors.New("store: no such account")
	// ErrExists: there is such an account already.
	ErrExists = errors.New("store: the account is there already")
	// ErrConflict: the account has moved on since the change was decided, or the
	// engine wants the commit tried again. Nothing of the change was written.
	ErrConflict = errors.New("store: the account has changed meanwhile")
	// ErrKeyTaken: somebody has a key that the change relies on being free. Nothing of
	// the change was written.
	ErrKeyTaken = errors.New("store: a key is taken")
	// ErrUnknown: the answer to a commit was lost, so that it is not known whether
	// each of its changes was written; each was as a whole, or not at all, or will
	// be before long. The Keeper finds out by the change's ID. Where it can't, callers
	// get this error, which then wraps the reason.
	ErrUnknown = errors.New("store: it is not known whether the change was made")
	// ErrBroken: the change would break an invariant that the store checks as a
	// second guard. Nothing was written. Trying again does not help: it is a bug.
	ErrBroken = errors.New("store: the change breaks an invariant")
	// ErrSequence: the account's last event is not the one that its Sequence names, after
	// a bad restore for instance. Nothing was written, and no change of the account can be
	// until its events are restored. It wraps ErrBroken and [seats.ErrHistory]; Audit of
	// the Keeper lists the numbers that are missing.
	ErrSequence = fmt.Errorf("%w: %w: the last event is not the one that the account names", ErrBroken, seats.ErrHistory)
)

// A Store keeps accounts with their pools, users and events.
//
// # Guarantees
//
// All methods may be called at once from any number of goroutines and processes,
// and from inside the loop over what another method returned. Accounts are
// independent of one another: nothing that happens in one is ever an error in
// another.
//
// What Commit has acknowledged is durable, as far as the store claims durability
// at all, and seen by every call that begins afterwards, on any connection.
//
// A limit is at least 1, but 0 asks for nothing and gets it.
//
// A method whose context ends returns the context's error. A read then has no effect.
// Commit and Advance have written nothing then and will not, as where they waited for
// their turn or for a connection; where that is not certain, as while a server waits for
// a lock on the store's behalf, the error is [ErrUnknown], which wraps the context's.
//
// Identifiers and keys are compared byte by byte: "a", "A" and "a " are three.
// Instants come back as they went in, to the microsecond, in UTC; the zero instant
// comes back as the zero instant. Texts come back byte by byte.
//
// # Notes for implementers
//
// Copy what comes in and what goes out, or make it unreachable: a caller may
// change a slice after the call.
//
// Two comparisons keep the last seat single, and either one suffices: the
// revision of the account row, and the account and sequence number of an event as a
// primary key. Have both.
//
// The last event is looked up by its primary key in the condition of the statement that
// writes the account's row, so that the check costs no round trip. A look that tells a
// missing event from a moved account may follow where nothing was written.
//
// Taken keys may be left to unique indexes: insert the created users, update the
// updated ones, and look for the names of the taken keys only where that fails. An index
// that is asked row by row has to see keys given up before they are taken, also where
// people of one change exchange theirs.
//
// A store that is bound to a transaction of the host's undoes what it refuses and no
// more: after [ErrKeyTaken] the Keeper goes on in the transaction. After any other error
// it sends nothing, so that it may be left as the engine leaves it.
type Store interface {
	// Load returns a snapshot for each need, in order. Each snapshot is one moment
	// of its account: the account, its site pool and those other pools that are
	// named and there, every named user who is there, whoever has a named key, the
	// owners and admins, the users who are due, and the events of a change or a request
	// key, as [seats.Need] says. An account that is not there is the zero snapshot and no error.
	//
	// Each snapshot carries the store's own time, [seats.Snapshot] StoreTime, by which the
	// Keeper notices that the host's clock is wrong. It costs no round trip of its own, and
	// is in UTC whatever the time zone of the server or the session. A store without a clock
	// besides the host's leaves it zero, in Behind as well.
	//
	// The pools come in ascending order of ID, the users too, and the events in that
	// of their numbers, each once.
	Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error)

	// Commit writes each change as a whole or not at all, and answers each with a
	// verdict, in order. The changes are of different accounts, and a change that
	// fails leaves its neighbours alone.
	//
	// Before a change is written, its base is compared with the account's revision
	// (zero with the account's absence), its first event's number with the account's
	// last, the account's last event with its Sequence (0: it has none), else it is
	// [ErrSequence], and every key of [seats.Change] Keys must be free, or it is [ErrKeyTaken].
	// After that, rows are inserted and replaced and events are added. A store may rely on
	// what [seats.Change] says of its users and keys.
	//
	// An error besides the verdicts says that the store could not answer for any of
	// them: none was written and none will be, unless it is [ErrUnknown]. That is so of
	// the context's error too, on which callers rely: they report that nothing was changed.
	Commit(ctx context.Context, changes ...seats.Change) ([]CommitResult, error)

	// Users returns the account's users that the filter matches, as
	// [users.Filter.Match] says, at most limit of them, in ascending order of ID by
	// bytes, or ByName of [users.Profile.SortName] by bytes and then of ID. The filter
	// is by stored status, and its After, ByName with its AfterName, is where the page
	// begins. A page is right at its moment: someone who is there all along, ByName
	// under one name, is on exactly one page.
	Users(ctx context.Context, account users.AccountID, filter users.Filter, limit int) ([]users.User, error)

	// Tally counts the account's users that the filter matches from their rows, and
	// says at which revision of the account that was. It counts exactly whom
	// [users.Filter.Match] selects, so that a filter with a page counts from where the
	// page begins; a caller who wants all of them counts [users.Filter.WithoutPage].
	Tally(ctx context.Context, account users.AccountID, filter users.Filter) (users.Tally, uint64, error)

	// Events returns the account's events that the filter matches, as
	// [seats.EventFilter.Match] says, in order and at most limit of them.
	Events(ctx context.Context, account users.AccountID, filter seats.EventFilter, limit int) ([]seats.Event, error)

	// Accounts returns the accounts in ascending order of ID, after the given one and at
	// most limit of them. Each is of a moment of its own.
	Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error)

	// Due returns the accounts whose next due instant is not after by, in ascending
	// order of ID, after the given ID and at most limit of them.
	Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error)

	// Pending returns how far the consumer has come in each account that has events
	// beyond that, in ascending order of account, after the given one and at most
	// limit of them. A consumer begins with the zero progress. Each progress carries the
	// store's own time, by which leases begin and end.
	Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]Progress, error)

	// Advance puts one progress of a consumer in an account in the place of another,
	// of the same two. It is [ErrConflict] if the other is not what is there. Of its errors
	// only [ErrUnknown] leaves open whether it was written. It neither keeps nor compares
	// their StoreTime.
	Advance(ctx context.Context, from, to Progress) error
}

// A Progress says how far a consumer of events has come in an account.
type Progress struct {
	Consumer   string          `json:"consumer"`
	Account    users.AccountID `json:"account"`
	Sequence   uint64          `json:"sequence"`             // of the last event that the consumer is done with; 0: none
	LeaseUntil time.Time       `json:"lease_until,omitzero"` // somebody is at it, and nobody else before then by the store's time; zero: nobody
	// StoreTime is the time by the store's own clock while the progress was read, to the
	// microsecond, in UTC; zero: the store has no clock besides the host's.
	StoreTime time.Time `json:"-"`
}

// A CommitResult is the answer to one change.
type CommitResult struct {
	// Err is nil if the change was written; else it is [ErrConflict], [ErrKeyTaken],
	// [ErrBroken], [ErrSequence], or the engine's error.
	Err error
	// Taken are the keys that somebody else has, with ErrKeyTaken.
	Taken []users.Key
}
