// Package simulate plays a few Keepers on one store in a simulated world, and decides all that
// happens there from a seed: which call begins, which request to the store is next, is delayed,
// fails, loses its answer, is sent twice or arrives late; which commits reach the store in one call;
// when a call of a Keeper is cancelled; which Keeper crashes and is replaced; how far clocks run
// and jump. One goroutine makes the decisions, in a
// bubble of [testing/synctest], and only one thing moves at a time: a seed is one run.
//
// Each write is held against the sequential model: package seats, deciding one call after the
// other on whole accounts. An answer must be the model's at a moment between the beginning and
// the end of its call. What was acknowledged must be written, once, and what failed never. What the
// store has refused must be as before.
//
// The context that the store gets never ends: what a store does at the end of a context is tested by
// [github.com/seatkeeper/seatkeeper/store/storetest.Run].
//
//	func TestStore_simulated(t *testing.T) {
//		simulate.Run(t, func(t testing.TB) store.Store { return open(t) }, simulate.Options{})
//	}
//
// A run that fails is made smaller and printed as a script, with the command that repeats it.
//
// # How long
//
// A pass of the default shows that the store did right in each of the [Conditions] a few times. That finds a fault
// that comes with one of them, as in a commit of which one change is refused. A fault that needs two of them
// at once comes in one of a hundred runs or less: let a new store pass -simulate.for=10m, and each change of its
// Load or Commit one minute.
package simulate

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/store"
)

// Options are the settings of [Run]. The zero value is the default. The flags -simulate.seed and
// -simulate.for of a test have precedence over Seed and For.
type Options struct {
	// Seed is that of the only run; 0 means many runs, from a new seed that the log names.
	Seed uint64
	// For is the least time for new runs; 0 is five seconds. Runs go on until each of the [Conditions] was met
	// five times, on a slow or loaded machine up to twenty times as long.
	For time.Duration
	// Steps is the number of decisions of a run; 0 is 400.
	Steps int
	// Keeper has the settings of the Keepers. The simulation sets Now, NewID and Zones, and
	// draws those of Attempts, Remember and Sharing that are 0.
	Keeper seatkeeper.Options
}

var (
	seedFlag = flag.Uint64("simulate.seed", 0, "the seed of the only run of a simulation")
	forFlag  = flag.Duration("simulate.for", 0, "how long to simulate")
)

const (
	enough   = 5  // times that a condition is met
	patience = 20 // times as long as they should, runs go on until all conditions were met so often
)

// Run simulates until the time is over, and fails the test at the first run with a wrong write
// or answer. It fails, too, if one of the [Conditions] was met in no run, not even in twenty times
// that time, since then the runs show less than they claim; a single run need meet none.
//
// The function open is called for each run and may return the same store again: the accounts
// of each run have new names. The store is called outside of the bubble and by one goroutine.
// Run must be called outside of a bubble. Meanwhile the test program has one processor and another
// pace of garbage collection. The race detector shuffles goroutines: with it a seed may be several
// runs where accounts share commits.
func Run(t *testing.T, open func(testing.TB) store.Store, o Options) {
	t.Helper()
	if *seedFlag != 0 {
		o.Seed = *seedFlag
	}
	if *forFlag != 0 {
		o.For = *forFlag
	}
	if o.For == 0 {
		o.For = 5 * time.Second
	}
	if o.Steps == 0 {
		o.Steps = 400
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // else two calls that are answered at once go on in any order
	s := simulation{t: t, open: open, options: o}
	first, runs := o.Seed, 1
	if o.Seed == 0 {
		first, runs = rand.Uint64()|1, 1<<62
	}
	began := time.Now()
	var all report
	goesOn := func() bool {
		took := time.Since(began)
		return runs == 1 || took < o.For || took < patience*o.For && len(all.below(enough)) > 0
	}
	for seed := first; runs > 0 && goesOn(); seed, runs = seed+1, runs-1 {
		played := s.play(drawn(seed, o.Steps), false)
		all.add(played)
		if played.finding != "" {
			t.Fatal(s.explain(seed, played, shrinkTime))
		}
	}
	t.Logf("seeds from %d: %s", first, all.in(time.Since(began)))
	if missing := all.below(1); o.Seed == 0 && len(missing) > 0 {
		t.Errorf("in none of %d runs there was %q", all.runs, missing)
	}
}

// A simulation plays runs.
type simulation struct {
	t       *testing.T
	open    func(testing.TB) store.Store
	options Options
}

// explain returns the script of the shortest run like the failed one that is found within some
// time, and how to repeat it.
func (s simulation) explain(seed uint64, failed outcome, within time.Duration) string {
	shrunk := s.play(given(s.shrink(failed.decisions, within)), true)
	return fmt.Sprintf("%s\n%s\n\nThis is the shortest run like that of seed %d, which failed after %d steps:\n%s\nThe whole run again: go test -run '^%s$' -simulate.seed=%d",
		shrunk.script, shrunk.finding, seed, failed.steps, failed.finding, s.t.Name(), seed)
}

// A report is what came of all runs.
type report struct {
	runs, steps, calls int
	met                [conditionCount]int
}

func (r *report) add(o outcome) {
	r.runs, r.steps, r.calls = r.runs+1, r.steps+o.steps, r.calls+o.calls
	for c, n := range o.met {
		r.met[c] += n
	}
}

// below lists the conditions that were met fewer times.
func (r *report) below(times int) (names []string) {
	for c, n := range r.met {
		if n < times {
			names = append(names, Conditions[c])
		}
	}
	return names
}

func (r *report) in(took time.Duration) string {
	text := fmt.Sprintf("%d runs of %d calls and %d steps in %v, %.0f steps a minute", r.runs, r.calls, r.steps, took.Round(time.Millisecond), float64(r.steps)/took.Minutes())
	for c, n := range r.met {
		if n > 0 {
			text += fmt.Sprintf("\n%8d  %s", n, Conditions[c])
		}
	}
	return text
}
