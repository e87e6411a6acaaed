package sqltest_test

import (
	"fmt"
	"iter"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_ApplyAll_memory: a large upload, its preview and its repetition keep no more in memory after
// many people than after the first.
func TestKeeper_ApplyAll_memory(t *testing.T) {
	const few, all, room = 1000, 6000, 1 << 20 // a tenth of the room is taken; a row of a user has 800 bytes
	k, err := seatkeeper.New(engines[0].open(t).stores[0], seatkeeper.Options{})
	require.NoError(t, err)
	olga := users.As("olga")
	_, err = k.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Unlimited(), Owner: users.Profile{ID: "olga", Email: "olga@acme.example"}})
	require.NoError(t, err)

	live := func() int {
		runtime.GC()
		runtime.GC() // after finalizers
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before, given := 0, 0
	note := func() {
		if given++; given == few {
			before = live()
		}
	}
	requireBounded := func(part string) {
		require.Equal(t, all, given, part)
		require.Less(t, live()-before, room, part)
		given = 0
	}
	people := func() iter.Seq2[seats.Command, error] {
		return func(yield func(seats.Command, error) bool) {
			for i := range all {
				if !yield(seats.Invite{Profile: users.Profile{Email: fmt.Sprintf("p%d@acme.example", i)}}, nil) {
					return
				}
			}
		}
	}
	plan, err := k.PreviewAll(t.Context(), "acme", olga, func(yield func(seats.Command, error) bool) {
		for c := range people() {
			note()
			if !yield(c, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	requireBounded("preview")
	for _, part := range []string{"upload", "repetition"} {
		done, err := k.With(seatkeeper.Call{Key: "upload"}).ApplyAll(t.Context(), "acme", olga, plan, people(), func(seats.Command, seats.Outcome) error {
			note()
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, all, done.Totals.Fit, part)
		requireBounded(part)
	}
	runtime.KeepAlive(k)
}
