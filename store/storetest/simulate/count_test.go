package simulate

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// A countingStore counts calls of Commit with several changes, by what it was given and answered.
type countingStore struct {
	store.Store
	counts map[condition]int
}

func (s countingStore) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	results, err := s.Store.Commit(ctx, changes...)
	var written, conflicts, taken int
	for _, r := range results {
		switch {
		case r.Err == nil:
			written++
		case errors.Is(r.Err, store.ErrConflict):
			conflicts++
		case errors.Is(r.Err, store.ErrKeyTaken):
			taken++
		}
	}
	for c, met := range map[condition]bool{severalSent: len(changes) > 1, conflictBeside: written > 0 && conflicts > 0, takenBeside: written > 0 && taken > 0} {
		if met {
			s.counts[c]++
		}
	}
	return results, err
}

// TestConditions_counted: the conditions about the store are what the store was given and answered.
func TestConditions_counted(t *testing.T) {
	counts := map[condition]int{}
	s := simulation{t: t, open: func(testing.TB) store.Store { return countingStore{memstore.New(), counts} }}
	var all report
	for seed := range uint64(20) {
		played := s.play(drawn(seed, 400), false)
		require.Empty(t, played.finding)
		all.add(played)
	}
	for _, c := range []condition{severalSent, conflictBeside, takenBeside} {
		require.Equal(t, counts[c], all.met[c], Conditions[c])
		require.NotZero(t, counts[c], Conditions[c])
	}
}
