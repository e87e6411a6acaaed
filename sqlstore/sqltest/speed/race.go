package main

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/proxy"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// race measures ways to invite on a stage, side by side.
func (r *runner) race(ctx context.Context, e engine, st stage, names []string) (results []tried, err error) {
	guests := newGuests(0)
	var all []*contestant
	var s *site
	for _, w := range waysOn(e) {
		if !slices.Contains(names, w.name) || !r.ways.MatchString(w.name) {
			continue
		}
		if s == nil || e.isFile() { // a file is checkpointed by its next writer, so each way has its own
			if s, err = e.open(ctx, r.tidb, w.connections(e, st)); err != nil {
				return nil, err
			}
			defer s.close()
			if err := s.slow(st.Latency); err != nil {
				return nil, err
			}
		}
		if err := w.prepare(ctx, s, w.prefix(), st); err != nil {
			return nil, fmt.Errorf("%s: %w", w.name, err)
		}
		all = append(all, &contestant{way: w, site: s})
	}
	if st.Processes > 1 {
		t, err := r.startTeam(s, st, all)
		if err != nil {
			return nil, err
		}
		defer t.end()
	} else {
		for _, c := range all {
			do, err := c.invite(ctx, c.site, c.site.db, st)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			call := guests.inviting(do, st)
			c.run = func(ctx context.Context, lasts time.Duration) (sample, error) {
				return clock(ctx, st.Clients, lasts, call)
			}
		}
	}
	failed := compete(ctx, all, r.rounds, r.lasts, st.slices(r.lasts), true)
	for _, c := range all {
		if failed == nil && st.Clients == 1 && st.Latency == 0 {
			failed = c.failed(c.probe(ctx, st, guests))
		}
		if failed == nil {
			failed = c.failed(c.audit(ctx, st))
		}
		results = append(results, c.result)
	}
	return results, failed
}

// slices is in how many parts a turn is taken, so that all have their part of what else the
// machine does. Processes need the whole turn: a slow one falls back with time.
func (st stage) slices(lasts time.Duration) int {
	if st.Processes > 1 {
		return 1
	}
	return max(1, int(lasts/(250*time.Millisecond)))
}

func (c *contestant) failed(err error) error {
	if err != nil {
		err = fmt.Errorf("%s: %w", c.name, err)
	}
	return err
}

// audit compares what is there with what was acknowledged. On a cluster it asks a node that
// has caught up.
func (c *contestant) audit(ctx context.Context, st stage) error {
	s := c.site
	if s.kind == servers.KindGalera {
		db, err := s.connect(s.sources[0]+"&wsrep_sync_wait=1", 4)
		if err != nil {
			return err
		}
		defer db.Close()
		there := *s
		there.db = db
		s = &there
	}
	return c.check(ctx, s, c.prefix(), st, c.acknowledged)
}

// invite opens the way. What the engine wants tried again is sent again, which a Keeper does
// by itself.
func (w way) invite(ctx context.Context, s *site, db *sql.DB, st stage) (invite, error) {
	do, err := w.open(ctx, s, db, w.prefix(), st)
	if err != nil || w.pooled {
		return do, err
	}
	return func(ctx context.Context, account string, p person) error {
		for {
			if err := do(ctx, account, p); sqlstore.Classify(err) != sqlstore.Again || err == nil {
				return err
			}
		}
	}, nil
}

const probes, probeRounds = 40, 5

// probe measures single calls of one client: round trips, bytes of log and allocations.
func (c *contestant) probe(ctx context.Context, st stage, g *guests) error {
	calls := func(call func(context.Context, int) error, count int) error {
		for range count {
			if err := call(ctx, 0); err != nil {
				return err
			}
			c.acknowledged++
		}
		return nil
	}
	do, err := c.invite(ctx, c.site, c.site.db, st)
	if err != nil {
		return err
	}
	call := g.inviting(do, st)
	var bytes, allocations []float64
	for range probeRounds {
		var before, after runtime.MemStats
		n, err := c.site.logged(ctx, func() error {
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
	if c.site.isFile() {
		return nil
	}
	p, err := proxy.New(c.site.addresses[0])
	if err != nil {
		return err
	}
	defer p.Close()
	db, err := c.site.connect(strings.Replace(c.site.sources[0], c.site.addresses[0], p.Address(), 1), 1)
	if err != nil {
		return err
	}
	defer db.Close()
	if do, err = c.invite(ctx, c.site, db, st); err != nil {
		return err
	}
	call = g.inviting(do, st)
	if err := calls(call, 3); err != nil { // then its statements are prepared
		return err
	}
	trips := p.During(func() { err = calls(call, probes) })
	c.result.Trips = float64(trips) / probes
	return err
}
