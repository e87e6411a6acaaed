package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/proxy"
)

// race measures all ways to invite on a stage, side by side.
func (r *runner) race(ctx context.Context, e engine, st stage, names []string) (results []tried, err error) {
	s, err := e.open(ctx, r.tidb, 4)
	if err != nil {
		return nil, err
	}
	defer s.close()
	p, err := far(s, st.Latency)
	if err != nil {
		return nil, err
	}
	var all []*contestant
	guests := newGuests(0)
	for _, w := range waysOn(e) {
		if !slices.Contains(names, w.name) || !r.ways.MatchString(w.name) {
			continue
		}
		if err := w.prepare(ctx, s, w.prefix(), st); err != nil {
			return nil, fmt.Errorf("%s: %w", w.name, err)
		}
		c, done, err := w.contestant(ctx, s, st, guests, p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.name, err)
		}
		defer done()
		all = append(all, c)
	}
	failed := compete(ctx, all, r.rounds, r.lasts)
	for _, c := range all {
		if failed == nil && st.Clients == 1 && st.Latency == 0 {
			if err := c.probe(ctx, s, st, guests); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", c.name, err))
			}
		}
		if failed == nil {
			if err := c.check(ctx, s, c.prefix(), st, c.acknowledged); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", c.name, err))
			}
		}
		results = append(results, c.result)
	}
	return results, failed
}

// far returns a proxy that makes the network slow; nil where it is not.
func far(s *site, latency time.Duration) (*proxy.Proxy, error) {
	if latency == 0 || s.address == "" {
		return nil, nil
	}
	p, err := proxy.New(s.address)
	if err == nil {
		p.Delay(latency)
	}
	return p, err
}

// contestant opens the way in this process.
func (w way) contestant(ctx context.Context, s *site, st stage, g *guests, p *proxy.Proxy) (*contestant, func(), error) {
	do, done, err := w.through(ctx, s, st, w.connections(s.engine, st.Clients), p)
	call := g.inviting(do, st)
	return &contestant{way: w, run: func(ctx context.Context, lasts time.Duration) (sample, error) {
		return clock(ctx, st.Clients, lasts, call)
	}}, done, err
}

// through opens the way with so many connections, behind a proxy if there is one.
func (w way) through(ctx context.Context, s *site, st stage, connections int, p *proxy.Proxy) (invite, func(), error) {
	source := s.sources[0]
	if p != nil {
		source = strings.Replace(source, s.address, p.Address(), 1)
	}
	db, err := s.connect(source, connections)
	if err != nil {
		return nil, nil, err
	}
	do, err := w.open(ctx, s, db, w.prefix(), st)
	return do, func() { _ = db.Close() }, err
}

const probes, probeRounds = 40, 5

// probe measures single calls of one client: round trips, bytes of log and allocations.
func (c *contestant) probe(ctx context.Context, s *site, st stage, g *guests) error {
	calls := func(call func(context.Context, int) error, count int) error {
		for range count {
			if err := call(ctx, 0); err != nil {
				return err
			}
			c.acknowledged++
		}
		return nil
	}
	do, done, err := c.through(ctx, s, st, c.connections(s.engine, 1), nil)
	if err != nil {
		return err
	}
	defer done()
	call := g.inviting(do, st)
	var bytes, allocations []float64
	for range probeRounds {
		var before, after runtime.MemStats
		n, err := s.logged(ctx, func() error {
			runtime.ReadMemStats(&before)
			defer runtime.ReadMemStats(&after)
			return calls(call, probes)
		})
		if err != nil {
			return err
		}
		bytes = append(bytes, float64(n)/probes)
		allocations = append(allocations, float64(after.Mallocs-before.Mallocs)/probes)
	}
	c.result.LogBytes, c.result.Allocations = median(bytes), median(allocations)
	if s.address == "" {
		return nil
	}
	p, err := proxy.New(s.address)
	if err != nil {
		return err
	}
	defer p.Close()
	do, done, err = c.through(ctx, s, st, 1, p)
	if err != nil {
		return err
	}
	defer done()
	call = g.inviting(do, st)
	if err := calls(call, 3); err != nil { // then its statements are prepared
		return err
	}
	trips := p.During(func() { err = calls(call, probes) })
	c.result.Trips = float64(trips) / probes
	return err
}
