package sqltest

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Search says how to look for histories that are not linearizable.
type Search struct {
	For  time.Duration
	Seed uint64 // of all that is drawn; 0: a new one, which the log names
}

// Linearizable plays small histories for a given time: several clients on two or
// three Keepers ask things of one account, all at once, and package porcupine looks
// for an order of what they asked in which package seats, deciding one after the
// other, gives just the answers that they got. In every second history the store has
// faults, and answers are lost. A history without such an order fails the test
// and is written to a folder, as a picture and as a file that [Replay] reads.
//
// The accounts have names of their own, so that a used database is fine. The
// function open is called every few hundred histories, and may return the same
// store again. A seed draws the same questions again; how they meet is up to the
// scheduler.
func Linearizable(t *testing.T, open func(testing.TB) store.Store, s Search) {
	t.Helper()
	if s.Seed == 0 {
		s.Seed = rand.Uint64()
	}
	h := newHunt(s.Seed)
	t.Logf("seed %d", h.seed)
	found := h.search(t, open, s.For)
	t.Log(h)
	if found != nil {
		t.Fatalf("%v\n%s", found, found.save(t, lasting(t)))
	}
	require.Positive(t, h.met.Load(), "the clients never met, and nothing was tried")
}

// maxSteps bounds what the checker tries for a history, since it keeps the account after each step. A history
// that it cannot judge is as good as a failed one.
const maxSteps = 50_000

// round is how many histories share a store, which may be one in memory.
const round = 500

// A hunt looks for a history that is not linearizable.
type hunt struct {
	seed    uint64
	name    string
	disturb func(keeper int, s store.Store) store.Store // what a Keeper gets instead of the store

	played, asked, unknown, met atomic.Int64
	took                        time.Duration
}

func newHunt(seed uint64) *hunt {
	return &hunt{seed: seed, name: crand.Text()[:10], disturb: func(_ int, s store.Store) store.Store { return s }}
}

func (h *hunt) String() string {
	return fmt.Sprintf("%d histories of %d operations in %v, %.0f a second; %d lost answers, %d commits that came too late",
		h.played.Load(), h.asked.Load(), h.took.Round(time.Millisecond), float64(h.played.Load())/h.took.Seconds(), h.unknown.Load(), h.met.Load())
}

// A finding is a history that has failed, and why.
type finding struct {
	history
	reason string
}

func (f *finding) String() string {
	return fmt.Sprintf("history %s of %d operations: %s", f.Opening.Account, len(f.Operations), f.reason)
}

// search plays histories until the time is over or one fails, a few at once, since
// those in one wait for each other much of the time.
func (h *hunt) search(t testing.TB, open func(testing.TB) store.Store, d time.Duration) *finding {
	began := time.Now()
	defer func() { h.took = time.Since(began) }()
	var found atomic.Pointer[finding]
	for time.Since(began) < d && found.Load() == nil {
		st := open(t)
		var left atomic.Int64
		left.Store(round)
		var gone sync.WaitGroup
		for range 3 * runtime.GOMAXPROCS(0) {
			gone.Go(func() {
				for left.Add(-1) >= 0 && time.Since(began) < d && found.Load() == nil {
					if f := h.play(t.Context(), st); f != nil {
						found.CompareAndSwap(nil, f)
					}
				}
			})
		}
		gone.Wait()
	}
	return found.Load()
}

// play plays one history on the store and judges it.
func (h *hunt) play(ctx context.Context, st store.Store) *finding {
	number := uint64(h.played.Add(1))
	script := drawScript(h.seed, number, users.AccountID(fmt.Sprintf("linear-%s-%d", h.name, number)))
	stores := make([]store.Store, script.keepers)
	var faulty []*faults.Store
	for k := range stores {
		seed := scatter(h.seed ^ number<<8 ^ uint64(k))
		stores[k] = &restless{Store: h.disturb(k, st), seed: seed, met: &h.met}
		if number%2 == 0 {
			f := withFaults(stores[k], seed)
			stores[k], faulty = f, append(faulty, f)
		}
	}
	played, err := script.perform(ctx, st, stores)
	if err != nil {
		return &finding{history{Opening: script.opening, From: script.from, At: script.at}, err.Error()}
	}
	for k, f := range faulty {
		for _, struck := range f.Struck() {
			played.Faults = append(played.Faults, fmt.Sprintf("Keeper %d: %s", k, struck))
		}
	}
	h.asked.Add(int64(len(played.Operations)))
	for _, op := range played.Operations {
		if op.Answer.Fate == open {
			h.unknown.Add(1)
		}
	}
	if reason := played.judge(); reason != "" {
		return &finding{played, reason}
	}
	return nil
}

const illegal = "no order of the operations explains the answers"

// holds reports whether a call tripped the guard of its source, so that its Keeper held the source by a
// commit of its own: the history does not have that.
func (h history) holds() bool {
	for _, op := range h.Operations {
		refusals := []*seats.Refusal{op.Answer.Refusal}
		for _, o := range op.Answer.Outcomes {
			refusals = append(refusals, o.Refusal)
		}
		for _, r := range refusals {
			if _, trips := seats.HoldOf(op.Question.Actor, r); trips {
				return true
			}
		}
	}
	return false
}

// judge says what is wrong with a history, or nothing. One in which a source is held is not judged.
func (h history) judge() string {
	if h.holds() {
		return ""
	}
	for i, op := range h.Operations {
		if op.Answer.Fate == broken {
			return fmt.Sprintf("operation %d ended in an error that nothing accounts for: %s", i, op.Answer.Error)
		}
	}
	var steps atomic.Int64
	switch legal := porcupine.CheckOperations(h.model(&steps), h.judged()); {
	case legal:
		return ""
	case steps.Load() > maxSteps:
		return fmt.Sprintf("not judged within %d steps", maxSteps)
	}
	return illegal
}
