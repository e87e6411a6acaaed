package combine_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/combine"
)

var (
	kinds = []string{
		"joins", "joins", "joins", "takes", "takes", "sends", "sends", "ends", "ends", "calls back", "is done", "gives back", "leaves", "leaves", "gathers",
	}
	numbers = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
)

// TestQueue plays random steps and compares all that callers and leaders learn with a model.
func TestQueue(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) step {
			return step{rapid.SampledFrom(kinds).Draw(r, "kind"), rapid.SampledFrom(numbers).Draw(r, "a"), rapid.SampledFrom(numbers).Draw(r, "b")}
		}), 20, 60).Draw(r, "steps")
		leaders := rapid.IntRange(0, 3).Draw(r, "leaders")
		var finding string
		synctest.Test(t, func(*testing.T) {
			w := &world{}
			w.Leaders = leaders
			finding = w.play(steps)
		})
		if finding != "" {
			r.Fatal(finding)
		}
	})
}

// TestQueue_ended: a context that has ended before takes no part.
func TestQueue_ended(t *testing.T) {
	var q combine.Queue[int]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	lead, sent, err := q.Join(ctx, &combine.Member[int]{})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, [2]bool{}, [2]bool{lead, sent})
	lead, _, err = q.Join(t.Context(), &combine.Member[int]{})
	require.NoError(t, err)
	require.True(t, lead, "nothing leads")
}

// TestQueue_Gather: leaders wait for as many as the last one took and left, and no longer.
func TestQueue_Gather(t *testing.T) {
	const pause = time.Hour
	for _, c := range []struct {
		name    string
		leaders int // that gather at once
		come    int
		waits   time.Duration
	}{
		{"nothing comes", 1, 0, pause},
		{"as many come", 1, 1, 0},
		{"two leaders, and nothing comes", 2, 0, pause},
		{"two leaders, and as many come", 2, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{t: t}
				w.Leaders = c.leaders
				for range 2*c.leaders + 2 {
					w.join(1, false)
				}
				for _, l := range w.all[:c.leaders] {
					w.take(l, 1)
					w.leaves(l) // and two are left for the next ones
				}
				require.Len(t, w.waiting, 2)
				require.Equal(t, slices.Repeat([]time.Duration{c.waits}, c.leaders), w.gathers(pause, c.come))
				w.end()
			})
		})
	}
}

// TestQueue_Gather_idle: a leader that never waited expects company shortly after the last one.
func TestQueue_Gather_idle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t}
		first := w.join(1, false)
		require.Equal(t, []time.Duration{0}, w.gathers(time.Second, 0), "it is the first")
		w.join(1, false)
		w.take(first, 2)
		w.end()
		for _, c := range []struct{ later, pause, waits time.Duration }{
			{0, time.Second, time.Second}, {0, 0, 0}, {time.Second, time.Second, time.Second}, {time.Second + 1, time.Second, 0},
		} {
			time.Sleep(c.later)
			l := w.join(1, false)
			require.Equal(t, []time.Duration{c.waits}, w.gathers(c.pause, 0), c)
			w.join(1, false)
			w.take(l, 2)
			w.end()
		}
	})
}

// TestQueue_meet has callers meet as goroutines do, for the race detector: whatever their
// contexts do, the work of each is done once, or given up.
func TestQueue_meet(t *testing.T) {
	type part struct{ done, left atomic.Int64 }
	for _, leaders := range []int{1, 2} {
		q := combine.Queue[*part]{Leaders: leaders}
		var atWork atomic.Int64
		call := func(n int) *part {
			p := new(part)
			m := &combine.Member[*part]{Value: p, Weight: 1 + n%3, Alone: n%17 == 0}
			ctx, cancel := context.WithCancel(t.Context())
			if n%5 == 0 {
				go cancel()
			}
			defer cancel()
			lead, sent, err := q.Join(ctx, m)
			if !lead {
				if err != nil && !sent {
					p.left.Add(1)
				}
				return p
			}
			require.LessOrEqual(t, atWork.Add(1), int64(leaders))
			q.Gather(m, time.Duration(n%7)*time.Microsecond)
			all := q.Take(m, 5)
			for ok := false; !ok; {
				all, ok = q.Send(all, func(*part) bool { return true })
			}
			for _, m := range all {
				m.Value.done.Add(1)
			}
			q.Done(all...)
			atWork.Add(-1)
			q.Leave()
			return p
		}
		parts := make([][]*part, 16)
		done := make(chan struct{})
		for c := range parts {
			go func() {
				for n := range 300 {
					parts[c] = append(parts[c], call(n+c))
				}
				done <- struct{}{}
			}()
		}
		for range parts {
			<-done
		}
		for _, p := range slices.Concat(parts...) {
			require.EqualValues(t, 1, p.done.Load()+p.left.Load(), "done %d times, left %d times", p.done.Load(), p.left.Load())
		}
	}
}
