package simulate

import (
	"errors"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// written holds a written change against the model, and the store against both.
func (p *play) written(r *request, c seats.Change) {
	a := p.account(c.Account.ID)
	was := a.now()
	if c.Base != was.Account.Revision {
		p.fail("the store wrote a change of revision %d on revision %d", c.Base, was.Account.Revision)
		return
	}
	if settles(c) && c.Base > 0 {
		p.settledLate(was.Account.NextDue, r.keeper.since(p.step)[0])
	}
	is := after(was.Snapshot, c)
	p.difference, p.dues = "it makes other events", dues(was.Snapshot)
	parts, ok := p.explain(r, was.Snapshot, is, groups(c))
	if !ok {
		p.fail("the model does not make the change of %v, %v; %s", r.call, r, p.difference)
		return
	}
	p.meets(sharedCommit, len(p.members(c)) > 1)
	for i, part := range parts {
		if part.call != nil {
			part.call.written = append(part.call.written, decided{part.from, part.decision, part.events, c.Account.Revision})
			p.wasRefused(part.call, part.at)
			if len(part.call.written) > 1 {
				p.fail("%v is written twice", part.call)
			}
			if part.call.ended > 0 && part.call.certainty() == undone {
				p.fail("%v is written, though it ended in %q", part.call, part.call.answer)
			}
		}
		if i < len(parts)-1 {
			a.versions = append(a.versions, version{part.after, p.step})
		}
	}
	a.versions = append(a.versions, version{is, p.step})
	a.record(p, c.Events)
	p.checkAccount(a)
}

// after returns the account after a change. Its Past are the events of calls with a key.
func after(s seats.Snapshot, c seats.Change) seats.Snapshot {
	past := slices.Clip(s.Past)
	for _, e := range c.Events {
		if e.Key != "" {
			past = append(past, e)
		}
	}
	s = s.Apply(c)
	s.Past = past
	return s
}

// A group is the events of one call, or of a settlement, in a change.
type group struct {
	call   string
	events []seats.Event
}

func groups(c seats.Change) (all []group) {
	for _, e := range c.Events {
		name := e.Correlation // a settlement has none
		if n := len(all); n == 0 || all[n-1].call != name {
			all = append(all, group{call: name})
		}
		last := &all[len(all)-1]
		last.events = append(last.events, e)
	}
	if all == nil {
		all = []group{{}}
	}
	return all
}

// A part is what the model makes of a group.
type part struct {
	call     *call // nil: a settlement
	from     seats.Snapshot
	at       time.Time
	decision seats.Decision
	events   []seats.Event
	after    seats.Snapshot
}

// dues lists the instants for which the rows of an account are planned.
func dues(s seats.Snapshot) (all []time.Time) {
	for _, u := range s.Users {
		all = append(all, u.Due)
	}
	for _, p := range s.Pools {
		all = append(all, p.Due)
	}
	return all
}

// planned returns the instant for which an account is to be planned: that of the model, which sees all rows, or an earlier one
// of a row that a settlement has loaded for a queue and not as due. [seats.Account.NextDue] may be too early.
func (p *play) planned(want, got time.Time) time.Time {
	if early := want.IsZero() || got.Before(want); early && !got.IsZero() && slices.ContainsFunc(p.dues, got.Equal) {
		return got
	}
	return want
}

// explain lets the model make the groups of a change, one after the other, each at one of the
// times that the Keeper's clock told during the call.
func (p *play) explain(r *request, from, to seats.Snapshot, rest []group) ([]part, bool) {
	if len(rest) == 0 {
		from.Account.NextDue = p.planned(from.Account.NextDue, to.Account.NextDue)
		p.difference = differs(from, to)
		return nil, p.difference == ""
	}
	g := rest[0]
	var c *call
	began := 0
	if r.call != nil {
		began = r.call.began
	}
	if g.call != "" {
		c = p.named(g.call)
		if c == nil || c.keeper != r.keeper || c.account.id != to.Account.ID {
			return nil, false
		}
		began = c.began
	}
	for _, at := range r.keeper.since(began) {
		made := part{call: c, from: from, at: at, events: g.events}
		if c == nil {
			if !from.Account.IsDue(at) {
				continue
			}
			made.decision.Change = seats.Settle(from, seats.Request{Actor: users.System(), Channel: seats.ByClock, At: at, Zones: zones})
		} else {
			if from.Account.IsDue(at) {
				continue
			}
			made.decision, _ = c.decide(from, at)
			if hold, ok := c.holds(g, to); ok && !sameEvents(made.decision.Change.Events, g.events) {
				r := c.request(at)
				r.Key, r.Digest, r.Channel, r.Commands = "", "", seats.ByCall, []seats.Command{hold}
				made.call = nil
				made.decision, _ = seats.Decide(from, r)
			}
		}
		if !sameEvents(made.decision.Change.Events, g.events) {
			continue
		}
		made.after = after(from, made.decision.Change)
		made.after.Account.Revision = to.Account.Revision
		if more, ok := p.explain(r, made.after, to, rest[1:]); ok {
			return append([]part{made}, more...), true
		}
	}
	return nil, false
}

// holds returns the command by which the Keeper holds a source, in a commit of its own, after it has refused
// the call or a command of it. That was decided on the account as it was at some moment of the call.
func (c *call) holds(g group, to seats.Snapshot) (hold seats.HoldSource, ok bool) {
	e := g.events[0]
	if e.Kind != seats.EventSourceHeld || e.Source != c.actor.Name {
		return hold, false
	}
	held, _ := to.Account.Sources.Of(e.Source)
	hold = seats.HoldSource{Source: e.Source, Losses: held.Hold.Losses, Sample: held.Hold.Sample}
	times := c.keeper.since(c.began)
	return hold, c.during(func(s seats.Snapshot) bool {
		return slices.ContainsFunc(times, func(at time.Time) bool {
			d, err := c.decide(s, at)
			refusal, _ := errors.AsType[*seats.Refusal](err)
			return slices.ContainsFunc(append(d.Outcomes, seats.Outcome{Refusal: refusal}), func(o seats.Outcome) bool {
				trips, ok := seats.HoldOf(c.actor, o.Refusal)
				return ok && reflect.DeepEqual(trips, hold)
			})
		})
	})
}

// named returns the call of that name.
func (p *play) named(name string) *call {
	number, ok := strings.CutPrefix(name, "call ")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n >= len(p.calls) {
		return nil
	}
	return p.calls[n]
}

// decide is the model's decision of a call.
func (c *call) decide(s seats.Snapshot, at time.Time) (seats.Decision, error) {
	r := c.request(at)
	if c.key == "" {
		s.Past = nil
	}
	switch {
	case c.method == open:
		d, err := seats.Open(s, c.opening, r)
		if err == nil && s.Known() {
			err = store.ErrExists
		}
		return d, err
	case !s.Known():
		return seats.Decision{}, store.ErrNotFound
	case c.method == doEach:
		return seats.DecideEach(s, r), nil
	case c.method == apply:
		return c.plan.Decide(s, r)
	case c.method == undo:
		list, err := c.undoings(s)
		for _, u := range list {
			r.Commands = append(r.Commands, u.Commands()...)
		}
		if err != nil {
			return seats.Decision{}, err
		}
		return seats.DecideUndo(s, r, list), nil
	}
	return seats.Decide(s, r)
}

// request returns the request of a call as a Keeper makes it.
func (c *call) request(at time.Time) seats.Request {
	r := seats.Request{Actor: c.actor, Commands: c.commands, At: at, Channel: seats.ByCall, Zones: zones, Correlation: c.name(), Change: "x"}
	switch c.method {
	case open:
		r.Actor = users.System()
	case doEach, undo:
		r.Channel = seats.ByBulk
	case apply:
		r.Channel, r.Commands = seats.ByPlan, c.plan.Commands()
	}
	if c.key != "" {
		r.Key, r.Digest, r.Random = c.key, seats.Digest(r.Actor, r.Channel, c.commands), strings.Repeat("x", 26)
	}
	return r
}

// undoings reads the events of the call's receipt.
func (c *call) undoings(s seats.Snapshot) ([]seats.Undoing, error) {
	return c.receipt.Undoings(c.account.id, func(commit seats.ReceiptCommit) iter.Seq2[seats.Event, error] {
		last := min(commit.Last, s.Account.Sequence)
		return func(yield func(seats.Event, error) bool) {
			for n := commit.First; n <= last; n++ {
				if !yield(c.account.events[n-1], nil) {
					return
				}
			}
		}
	})
}
