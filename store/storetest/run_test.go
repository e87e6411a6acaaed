package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestSpecify_used_store gives every test the same store, as it was before after
// what passes for a restart.
func TestSpecify_used_store(t *testing.T) {
	long.Only(t)
	s := memstore.New()
	open := func(testing.TB) store.Store { return s }
	again := func(testing.TB, store.Store) store.Store { return s }
	for range 2 {
		Specify(t, open, Options{Reopen: again})
	}
}

func TestSpecify_exceptions(t *testing.T) {
	Specify(t, func(testing.TB) store.Store { return modest{memstore.New()} }, Options{NoOutbox: true, NoLastSeen: true, NoMisses: true, NoContexts: true})
}

// TestSpecify_asked_again has a store that asks for every third call of Commit or Advance again.
func TestSpecify_asked_again(t *testing.T) {
	s := faults.New(memstore.New(), func(n int) faults.Fault {
		if n%3 == 0 {
			return faults.Conflict
		}
		return faults.None
	})
	Specify(t, func(testing.TB) store.Store { return s }, Options{})
}

// TestCheckUsers: changes that break their promise are noticed.
func TestCheckUsers(t *testing.T) {
	tt := newTester(t, memstore.New(), Options{})
	a := tt.opened("a")
	ada, eve := member(users.Profile{ID: "ada", Username: "ada"}), member(users.Profile{ID: "eve", Username: "eve"})
	tt.written(tt.change(a, ada))
	for name, fill := range map[string]func(*seats.Change){
		"a key of no user in it":  func(c *seats.Change) { c.NewKeys = ada.Keys() },
		"an unknown user updated": func(c *seats.Change) { c.Updated, c.NewKeys = []users.User{eve}, eve.Keys() },
		"a new key that is not named": func(c *seats.Change) {
			c.Updated = []users.User{member(users.Profile{ID: "ada", Email: "x@acme.example"})}
		},
		"an old key that is named": func(c *seats.Change) { c.Updated, c.NewKeys = []users.User{ada}, ada.Keys() },
		"a key named twice":        func(c *seats.Change) { c.Created, c.NewKeys = []users.User{eve}, eve.Keys() },
		"a key that two users take": func(c *seats.Change) {
			c.Created = []users.User{eve, member(users.Profile{ID: "eva", Username: "eve"})}
		},
	} {
		c := tt.change(a)
		fill(&c)
		require.ErrorContains(t, harness.CheckUsers(t.Context(), tt.store, c), "change", name)
		c.Base--
		require.NoError(t, harness.CheckUsers(t.Context(), tt.store, c), "%s: decided on another revision", name)
	}
}

// modest is a store without an outbox that heeds no context.
type modest struct{ store store.Store }

func (m modest) Load(_ context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	return m.store.Load(context.Background(), needs...)
}

func (m modest) Commit(_ context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
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

func (m modest) Pools(_ context.Context, account users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	return m.store.Pools(context.Background(), account, after, limit)
}

func (m modest) Licences(_ context.Context, account users.AccountID, f users.LicenceFilter, limit int) ([]users.Licence, error) {
	return m.store.Licences(context.Background(), account, f, limit)
}

func (m modest) Accounts(_ context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	return m.store.Accounts(context.Background(), after, limit)
}

func (m modest) Due(_ context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	return m.store.Due(context.Background(), by, after, limit)
}
