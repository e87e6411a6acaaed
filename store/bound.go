package store

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Bound is a Store within one transaction of the host's: what its methods read is what
// the transaction sees, what they write is committed or rolled back with it. It neither
// commits nor rolls back. A store's Bind returns one, and Keeper.InTx takes nothing else,
// so that no change is written outside of the transaction by mistake.
//
// It may be used by one goroutine, until the transaction ends; after that its methods
// return errors. A change that it refuses leaves the transaction as it was. After
// [ErrKeyTaken] the Keeper goes on in the transaction; after any other error the host must
// roll back.
type Bound interface {
	Store
	// InTransaction does nothing. It tells a bound store from one that is not, so only a
	// store that is bound may have it.
	InTransaction()
}

// Failing returns a store that does nothing: every method returns the error. It is what
// there is in the place of a store that can't be.
func Failing(err error) Bound { return failing{err} }

type failing struct{ err error }

func (f failing) InTransaction() {}

func (f failing) Load(context.Context, ...seats.Need) ([]seats.Snapshot, error) { return nil, f.err }

func (f failing) Commit(context.Context, ...seats.Change) ([]CommitResult, error) { return nil, f.err }

func (f failing) Users(context.Context, users.AccountID, users.Filter, int) ([]users.User, error) {
	return nil, f.err
}

func (f failing) Tally(context.Context, users.AccountID, users.Filter) (users.Tally, uint64, error) {
	return users.Tally{}, 0, f.err
}

func (f failing) Events(context.Context, users.AccountID, seats.EventFilter, int) ([]seats.Event, error) {
	return nil, f.err
}

func (f failing) Accounts(context.Context, users.AccountID, int) ([]seats.Account, error) {
	return nil, f.err
}

func (f failing) Due(context.Context, time.Time, users.AccountID, int) ([]users.AccountID, error) {
	return nil, f.err
}

func (f failing) Pending(context.Context, string, users.AccountID, int) ([]Progress, error) {
	return nil, f.err
}

func (f failing) Advance(context.Context, Progress, Progress) error { return f.err }
