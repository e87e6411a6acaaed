package store

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Bound is a Store within one transaction of the host's: it reads as the transaction
// sees, and the host commits or rolls back its writes with the transaction. The Bind method
// of a store returns one, and Keeper.InTx takes only these: each change of a transaction is
// written in it.
//
// One goroutine may use it until the transaction ends; after that its methods return
// errors. A refused change leaves the transaction as it was. After [ErrKeyTaken] the Keeper
// goes on in the transaction; after any other error it stops, and the host must roll back.
type Bound interface {
	Store
	// InTransaction marks a bound store, and does nothing. Only a bound store may have it.
	InTransaction()
}

// Failing returns a store, with all that is optional, with methods that all return the error.
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

func (f failing) Pools(context.Context, users.AccountID, seats.PoolID, int) ([]seats.Pool, error) {
	return nil, f.err
}

func (f failing) Licences(context.Context, users.AccountID, users.LicenceFilter, int) ([]users.Licence, error) {
	return nil, f.err
}

func (f failing) Accounts(context.Context, users.AccountID, int) ([]seats.Account, error) {
	return nil, f.err
}

func (f failing) Due(context.Context, time.Time, users.AccountID, int) ([]users.AccountID, error) {
	return nil, f.err
}

func (f failing) Begin(context.Context, string) error { return f.err }

func (f failing) Progress(context.Context, string, users.AccountID) (Progress, error) {
	return Progress{}, f.err
}

func (f failing) Pending(context.Context, string, users.AccountID, int) ([]Progress, error) {
	return nil, f.err
}

func (f failing) SetAside(context.Context, string, users.AccountID, int) ([]Progress, error) {
	return nil, f.err
}

func (f failing) Advance(context.Context, Progress, Progress) error { return f.err }

func (f failing) Seen(context.Context, users.AccountID, ...users.ID) ([]time.Time, error) {
	return nil, f.err
}

func (f failing) SetSeen(context.Context, users.AccountID, time.Time, ...users.ID) error {
	return f.err
}

func (f failing) ForgetSeen(context.Context, users.AccountID, ...users.ID) error { return f.err }

func (f failing) Missing(context.Context, users.AccountID, string, users.ID, int) ([]seats.Miss, int64, error) {
	return nil, 0, f.err
}

func (f failing) SetMissing(context.Context, users.AccountID, string, ...seats.Miss) error {
	return f.err
}

func (f failing) SetRuns(context.Context, users.AccountID, string, int64) error { return f.err }

func (f failing) ForgetMissing(context.Context, users.AccountID, ...users.ID) error { return f.err }
