package memstore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

func open(testing.TB) store.Store { return memstore.New() }

func TestStore(t *testing.T) { storetest.Run(t, open, storetest.Options{}) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, open) }

// TestStore_zero: a store that was not made by New works like one that was.
func TestStore_zero(t *testing.T) {
	long.Only(t)
	storetest.Specify(t, func(testing.TB) store.Store { return &memstore.Store{} }, storetest.Options{})
}

// TestStore_Load_waiting: waiting for an account ends with the context, and one account waits for
// no other.
func TestStore_Load_waiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		release := memstore.Hold(s, "a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := s.Load(ctx, seats.Need{Account: "a"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = s.Load(t.Context(), seats.Need{Account: "b"})
		require.NoError(t, err)
		release()
		_, err = s.Load(t.Context(), seats.Need{Account: "a"})
		require.NoError(t, err)
	})
}

// TestStore_Commit_accounts: two commits about the same accounts, in two orders, end.
func TestStore_Commit_accounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		of := func(id users.AccountID) seats.Change { return seats.Change{Account: seats.Account{ID: id}, Base: 1} }
		a, b := memstore.Hold(s, "a"), memstore.Hold(s, "b")
		for _, changes := range [][]seats.Change{{of("a"), of("b"), of("c")}, {of("b"), of("c"), of("a")}} {
			go func() {
				results, err := s.Commit(t.Context(), changes...)
				require.NoError(t, err)
				for _, r := range results {
					require.ErrorIs(t, r.Err, store.ErrConflict)
				}
			}()
			synctest.Wait()
		}
		a()
		b()
		ids, err := s.Accounts(t.Context(), "", 3)
		require.NoError(t, err)
		require.Empty(t, ids, "a refused change opens no account")
	})
}
