package sqltest

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
)

// A restless store lets others go first before and after each call, by turns and
// for as long as its seed says, so that calls meet in all the ways they can.
type restless struct {
	store.Store
	seed  uint64
	turns atomic.Uint64
	met   *atomic.Int64 // commits that came too late
}

// Load implements [store.Store].
func (r *restless) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	r.pause()
	defer r.pause() // what was loaded grows old
	return r.Store.Load(ctx, needs...)
}

// Commit implements [store.Store].
func (r *restless) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	r.pause()
	defer r.pause()
	results, err := r.Store.Commit(ctx, changes...)
	for _, v := range results {
		if errors.Is(v.Err, store.ErrConflict) {
			r.met.Add(1)
		}
	}
	return results, err
}

func (r *restless) pause() {
	n := scatter(r.seed + r.turns.Add(1))
	if n%32 == 0 {
		time.Sleep(time.Duration(n >> 32 % 20_000))
	}
	for range n >> 32 % 8 {
		runtime.Gosched()
	}
}

// withFaults returns the store with a fault at one call in twelve. They come together,
// so that an answer is lost and cannot be asked for.
func withFaults(s store.Store, seed uint64) *faults.Store {
	all, odds := faults.All(), uint64(12)
	f := faults.New(s, func(n int) faults.Fault {
		luck := scatter(seed + uint64(n))
		if luck%odds > 0 {
			odds = 12
			return faults.None
		}
		odds = 3
		return all[luck>>32%uint64(len(all))]
	})
	f.Wait = 50 * time.Microsecond
	return f
}

// scatter turns numbers in a row into numbers all over the place (splitmix64).
func scatter(n uint64) uint64 {
	n *= 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
