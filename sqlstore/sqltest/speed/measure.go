package main

import (
	"context"
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
	Parts   []float64       // of each process's share
}

// add adds another slice of the round.
func (s *sample) add(t sample) {
	s.Calls, s.Elapsed, s.Took = s.Calls+t.Calls, s.Elapsed+t.Elapsed, append(s.Took, t.Took...)
	s.Parts = append(s.Parts, t.Parts...)
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
	var rates, ratios, shares []float64
	var took []time.Duration
	for i, s := range t.samples {
		rates = append(rates, s.rate())
		if i < len(floor) {
			ratios = append(ratios, s.rate()/floor[i].rate())
		}
		took = append(took, s.Took...)
		if len(s.Parts) > 0 {
			shares = append(shares, slices.Min(s.Parts))
		}
	}
	slices.Sort(took)
	t.Share = median(shares)
	t.Rate, t.Ratio = median(rates), median(ratios)
	if len(took) > 0 {
		t.P50, t.P99 = milliseconds(took[len(took)/2]), milliseconds(took[len(took)*99/100])
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// A contestant is a way that is ready.
type contestant struct {
	way
	site         *site
	run          func(ctx context.Context, lasts time.Duration) (sample, error)
	acknowledged int64
	result       tried
}

// turn runs the contestant in one slice of a round.
func (c *contestant) turn(ctx context.Context, lasts time.Duration, round int) error {
	s, err := c.run(ctx, lasts)
	c.acknowledged += s.Calls
	if round >= 0 {
		for len(c.result.samples) <= round {
			c.result.samples = append(c.result.samples, sample{})
		}
		c.result.samples[round].add(s)
	}
	return c.failed(err)
}

// compete runs the contestants in turns, each of so many slices. Each round and each slice
// begins with another one, warm after a shorter turn each. The first error ends it.
func compete(ctx context.Context, all []*contestant, rounds int, lasts time.Duration, slices int, warm bool) error {
	for _, c := range all {
		c.result.Name = c.name
		if !warm {
			continue
		}
		if err := c.turn(ctx, lasts/4, -1); err != nil { // plans, caches and pages
			return err
		}
	}
	for r := range rounds {
		for slice := range slices {
			for i := range all {
				if err := all[(i+r+slice)%len(all)].turn(ctx, lasts/time.Duration(slices), r); err != nil {
					return err
				}
			}
		}
	}
	for _, c := range all {
		c.result.sum(all[0].result.samples)
	}
	return nil
}

func results(all []*contestant) (results []tried) {
	for _, c := range all {
		results = append(results, c.result)
	}
	return results
}
