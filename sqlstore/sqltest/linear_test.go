package sqltest

import (
	"context"
	"flag"
	"testing"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

var (
	linear = flag.Duration("linear", 10*time.Second, "how long to look for histories that are not linearizable; a second with -short")
	seed   = flag.Uint64("linear.seed", 0, "what their questions are drawn from; 0: a new seed")
	replay = flag.String("replay", "", "a file with a history that was found, for TestReplay")
)

func openMemstore(testing.TB) store.Store { return memstore.New() }

func TestLinearizableMemstore(t *testing.T) {
	s := Search{For: *linear, Seed: *seed}
	if !long.On() {
		s.For = min(s.For, time.Second)
	}
	Linearizable(t, openMemstore, s)
}

// slow is a store with commits that others wait for, so that they share the next one.
type slow struct{ store.Store }

func (s slow) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	time.Sleep(200 * time.Microsecond)
	return s.Store.Commit(ctx, changes...)
}

// TestLinearizableMemstore_shared has calls share commits.
func TestLinearizableMemstore_shared(t *testing.T) {
	s := Search{For: *linear, Seed: *seed}
	if !long.On() {
		s.For = min(s.For, time.Second)
	}
	Linearizable(t, func(t testing.TB) store.Store { return slow{openMemstore(t)} }, s)
}

func TestReplay(t *testing.T) {
	if *replay == "" {
		t.Skip("the flag -replay names no file")
	}
	Replay(t, *replay)
}
