package harness

import (
	"context"
	"reflect"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// A habit is a way in which what is due gets settled.
type habit string

// The habits. A sequence settles late: when the next call comes.
const (
	late     habit = "late"
	onTime   habit = "on time"   // at every instant at which something is due, as if RunDue ran all the time
	inPieces habit = "in pieces" // what is due at one instant after the other, and each twice
)

// again plays the calls of the sequence once more with another habit, and requires the same
// events and the same rows.
func (r *run) again(h habit) {
	if h == late || h == onTime && !r.steady() {
		return
	}
	s := r.open()
	if h == inPieces {
		s = pieces{s}
	}
	g := New(s, Unique("acme"))
	for i, c := range r.calls {
		if c.How == gen.Clock {
			continue
		}
		g.rules = c.Rules
		for h == onTime && g.next(r).After(g.now) && !g.next(r).After(c.At) {
			g.now = g.next(r)
			g.runDue(r)
		}
		_, _ = g.play(c)
		if hold, ok := r.holds[i]; ok {
			_, err := g.Do(context.Background(), g.account, c.Actor, hold)
			require.NoError(r, err)
		}
		if c.How != gen.Open { // as the sequence does
			g.runDue(r)
		}
	}
	g.runDue(r) // as the sequence does at its end
	want, got := r.harness.state(r), g.state(r)
	for _, s := range []*state{&want, &got} {
		s.Account.Revision, s.Account.NextDue = 0, time.Time{} // which may be early
	}
	if !reflect.DeepEqual(want, got) {
		require.Fail(r, "settling makes a difference", "settled %s%s", h, difference(reflect.ValueOf(want), reflect.ValueOf(got)))
	}
}

// steady reports whether the zone rules stay as they are: what is settled under other rules can
// come out differently.
func (r *run) steady() bool {
	for _, c := range r.calls {
		if c.Rules != r.calls[0].Rules {
			return false
		}
	}
	return true
}

func (h *Harness) runDue(t reporter) {
	_, err := h.RunDue(context.Background(), seatkeeper.DueRun{})
	require.NoError(t, err)
}

// next returns when something is due; zero: never.
func (h *Harness) next(t reporter) time.Time {
	snapshots, err := h.store.Load(context.Background(), seats.Need{Account: h.account})
	require.NoError(t, err)
	return snapshots[0].Account.NextDue
}

// pieces is a store that loads what is due of one instant at a time.
type pieces struct{ store.Store }

// Load implements [store.Store].
func (p pieces) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots, err := p.Store.Load(ctx, needs...)
	for i := range snapshots {
		n := needs[i]
		first := firstDue(snapshots[i])
		if n.DueBy.IsZero() || n.Ahead != 0 || first.IsZero() || !first.Before(n.DueBy) {
			continue
		}
		n.DueBy = first
		piece, err := p.Store.Load(ctx, n)
		if err != nil {
			return nil, err
		}
		snapshots[i] = piece[0]
	}
	return snapshots, err
}

// firstDue returns the earliest instant at which a row of the snapshot is due.
func firstDue(s seats.Snapshot) (first time.Time) {
	due := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for _, u := range s.Users {
		due(u.Due)
	}
	for _, p := range s.Pools {
		due(p.Due)
	}
	for _, l := range s.Licences {
		due(l.Due)
	}
	return first
}

// A state is all rows and events of an account.
type state struct {
	seats.Snapshot
	Events []seats.Event
}

// state returns the account's state, but for what differs from run to run.
func (h *Harness) state(t reporter) state {
	s := state{Snapshot: h.snapshot(t)}
	var err error
	s.Events, err = h.store.Events(context.Background(), h.account, seats.EventFilter{}, 10_000)
	require.NoError(t, err)
	s.Account.ID = ""
	for i := range s.Events {
		e := &s.Events[i]
		e.Account, e.Change, e.Correlation = "", "", ""
		if e.Kind == seats.EventOpened {
			e.Digest = "" // of an opening with another account
		}
	}
	return concealed(Plain(t, s))
}
