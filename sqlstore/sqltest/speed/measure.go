package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A sample is what the clients of one or more processes did in one round.
type sample struct {
	Calls   int64
	Elapsed time.Duration
	Took    []time.Duration // each call
}

func (s sample) rate() float64 { return float64(s.Calls) / s.Elapsed.Seconds() }

// clock runs clients that call again and again until the time is over. The first error ends
// all of them.
func clock(ctx context.Context, clients int, lasts time.Duration, call func(ctx context.Context, client int) error) (sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	runtime.GC()
	took := make([][]time.Duration, clients)
	var running sync.WaitGroup
	began := time.Now()
	for c := range clients {
		running.Go(func() {
			for time.Since(began) < lasts && ctx.Err() == nil {
				at := time.Now()
				if err := call(ctx, c); err != nil {
					cancel(err)
					return
				}
				took[c] = append(took[c], time.Since(at))
			}
		})
	}
	running.Wait()
	s := sample{Elapsed: time.Since(began), Took: slices.Concat(took...)}
	s.Calls = int64(len(s.Took))
	return s, context.Cause(ctx)
}

// guests numbers the people who are invited, by process.
type guests struct{ last atomic.Int64 }

func newGuests(process int) *guests {
	g := &guests{}
	g.last.Store(int64(process+1) * 1_000_000_000)
	return g
}

// inviting returns a call of a client that invites the next person. The clients go round the
// accounts.
func (g *guests) inviting(do invite, st stage) func(context.Context, int) error {
	return func(ctx context.Context, _ int) error {
		n := g.last.Add(1)
		return do(ctx, account(int(n)%st.Accounts+1), nth(n))
	}
}

// A tried is the result of one way in all rounds.
type tried struct {
	Name  string  `json:"name"`
	Rate  float64 `json:"rate"`  // the median of calls a second
	Ratio float64 `json:"ratio"` // the median of its parts of the floor
	P50   float64 `json:"p50"`   // milliseconds
	P99   float64 `json:"p99"`
	// Of a call alone; 0 where there is none.
	Trips       float64 `json:"trips"`
	LogBytes    float64 `json:"log_bytes"`
	Allocations float64 `json:"allocations"`
	// Share is the part of the slowest process of what it would have if all were as fast.
	Share float64 `json:"slowest_share,omitempty"`

	samples []sample
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// sum makes the numbers of all samples, relative to those of the floor in the same rounds.
func (t *tried) sum(floor []sample) {
	var rates, ratios []float64
	var took []time.Duration
	for i, s := range t.samples {
		rates = append(rates, s.rate())
		if i < len(floor) {
			ratios = append(ratios, s.rate()/floor[i].rate())
		}
		took = append(took, s.Took...)
	}
	slices.Sort(took)
	t.Rate, t.Ratio = median(rates), median(ratios)
	if len(took) > 0 {
		t.P50, t.P99 = milliseconds(took[len(took)/2]), milliseconds(took[len(took)*99/100])
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// A contestant is a way that is ready.
type contestant struct {
	way
	run          func(context.Context, time.Duration) (sample, error)
	acknowledged int64
	result       tried
}

// compete runs the contestants in turns, and each round begins with another one. A
// contestant with an error is out.
func compete(ctx context.Context, all []*contestant, rounds int, lasts time.Duration) error {
	var failed error
	out := map[*contestant]bool{}
	turn := func(c *contestant, lasts time.Duration, keep bool) {
		if out[c] {
			return
		}
		s, err := c.run(ctx, lasts)
		c.acknowledged += s.Calls
		if err != nil {
			out[c] = true
			failed = errors.Join(failed, fmt.Errorf("%s: %w", c.name, err))
		}
		if keep {
			c.result.samples = append(c.result.samples, s)
		}
	}
	for _, c := range all {
		turn(c, lasts/4, false) // plans, caches and pages
	}
	for r := range rounds {
		for i := range all {
			turn(all[(i+r)%len(all)], lasts, true)
		}
	}
	for _, c := range all {
		if c.result.Name = c.name; !out[c] {
			c.result.sum(all[0].result.samples)
		}
	}
	return failed
}
