package memstore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

func open(testing.TB) store.Store { return memstore.New() }

func TestStore(t *testing.T) { storetest.Run(t, open, storetest.Options{}) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, open) }

// TestStore_zero: a store that was not made by New works like one that was.
func TestStore_zero(t *testing.T) {
	storetest.Specify(t, func(testing.TB) store.Store { return &memstore.Store{} }, storetest.Options{})
}

// TestStore_Load_waiting: waiting for the store ends with the context.
func TestStore_Load_waiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		release := memstore.Hold(s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := s.Load(ctx, seats.Need{Account: "a"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		release()
		_, err = s.Load(t.Context(), seats.Need{Account: "a"})
		require.NoError(t, err)
	})
}
