package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestAStoreInUse gives every test the same store, which is there as before after
// what passes for a restart.
func TestAStoreInUse(t *testing.T) {
	s := memstore.New()
	open := func(testing.TB) store.Store { return s }
	again := func(testing.TB, store.Store) store.Store { return s }
	for range 2 {
		specify(t, open, Options{Reopen: again})
	}
}

func TestExceptions(t *testing.T) {
	specify(t, func(testing.TB) store.Store { return modest{memstore.New()} }, Options{NoOutbox: true, NoContexts: true})
}

// modest is a store that has no outbox and heeds no context.
type modest struct{ store store.Store }

func (m modest) Load(_ context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	return m.store.Load(context.Background(), needs...)
}

func (m modest) Commit(_ context.Context, changes ...seats.Change) ([]store.Verdict, error) {
	return m.store.Commit(context.Background(), changes...)
}

func (m modest) Users(_ context.Context, account users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	return m.store.Users(context.Background(), account, f, limit)
}

func (m modest) Tally(_ context.Context, account users.AccountID, f users.Filter) (users.Tally, uint64, error) {
	return m.store.Tally(context.Background(), account, f)
}

func (m modest) Events(_ context.Context, account users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	return m.store.Events(context.Background(), account, f, limit)
}

func (m modest) Due(_ context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	return m.store.Due(context.Background(), by, after, limit)
}

func (m modest) Behind(context.Context, string, users.AccountID, int) ([]store.Progress, error) {
	return nil, errors.ErrUnsupported
}

func (m modest) Advance(context.Context, store.Progress, store.Progress) error {
	return errors.ErrUnsupported
}
