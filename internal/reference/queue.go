package reference

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Waiting lists those who wait: first those who are served, in the order of their turns, then those who ask.
func (m *Model) Waiting() (all []*Person) {
	for _, p := range m.People {
		if p.Wait != nil {
			all = append(all, p)
		}
	}
	rank := map[bool]int{true: 1}
	slices.SortFunc(all, func(a, b *Person) int {
		return cmp.Or(rank[a.Wait.Asks]-rank[b.Wait.Asks], turn(a).Compare(turn(b)), strings.Compare(string(a.ID), string(b.ID)))
	})
	return all
}

// turn is the instant by which a place stands in the queue.
func turn(p *Person) time.Time {
	return p.Wait.Since.Add(time.Duration(-24*p.Wait.Priority) * time.Hour)
}

// next is the person of the queue to come back now, of those whose turn was so long ago, without need of a seat at once. nil:
// none can.
func (m *Model) next(waited time.Duration) *Person {
	waiting := slices.DeleteFunc(m.Waiting(), func(p *Person) bool { return p.Wait.Asks || m.Clock.Sub(turn(p)) < waited })
	free := slices.IndexFunc(waiting, func(p *Person) bool { return m.Policy.Exempt.Has(p.Role) })
	switch {
	case free >= 0 && m.Closed.IsZero():
		return waiting[free]
	case len(waiting) == 0 || !m.gives():
		return nil
	}
	return waiting[0]
}

// Serve gives free seats to those who wait, one after the other, and returns the events.
func (m *Model) Serve(at time.Time) []seats.Event { return m.serve(at, math.MinInt64) }

// serve is Serve for those who have waited so long.
func (m *Model) serve(at time.Time, waited time.Duration) []seats.Event {
	return slices.Concat(m.serveSite(at, waited), m.serveCourses(at, waited))
}

func (m *Model) serveSite(at time.Time, waited time.Duration) (events []seats.Event) {
	for {
		p, before := m.next(waited), m.Clone()
		if p == nil {
			return events
		}
		e := seats.Event{Kind: seats.EventSeated, User: p.ID, Before: p.CountedAs(), Time: at, Actor: users.System(), Channel: seats.ByClock}
		if !m.Policy.Exempt.Has(p.Role) {
			m.fits(seats.Site, 1)
		}
		grown, created := m.notices(e), p.waits()
		if p.Status = p.LeftAs; created {
			p.Status = invited
		}
		m.met(p)
		m.undated(p, created)
		if p.Wait, p.LeftBy = nil, users.NotLeft; created || p.Status == invited && m.expired(p) {
			m.send(p, at)
			e.Count = p.NotificationCount
		}
		m.pledged(p)
		m.plan(m.personRow(p))
		e.After = p.CountedAs()
		m.Last = at
		events = append(events, m.withNotices(before, append(grown, e))...)
		m.handed(at)
	}
}

// gives reports whether a seat is free, or the pool can grow.
func (m *Model) gives() bool {
	total, limited := m.total(seats.Site).Number()
	free := total - m.Held(seats.Site) - m.Spent(seats.Site)
	return m.Closed.IsZero() && (!limited || free > 0 || free == 0 && m.growth(seats.Site, total, 1) > 0)
}

// waits gives a place to a person who can't come back for want of a seat.
func (m *Model) waits(p *Person, at time.Time) Result {
	return m.change(p, seats.EventQueued, at, func() {
		if p.Status == archived {
			p.LeftAs = p.ArchivedAs
		}
		wait := users.Wait{Since: at}
		if p.Wait != nil {
			wait = *p.Wait
			wait.Asks = false
		} else {
			m.counts(p)
		}
		p.Status, p.Wait, p.Start = inactive, &wait, users.Start{}
	})
}

// queue is Queue.
func (m *Model) queue(a users.Actor, c seats.Queue, p *Person, at time.Time) Result {
	asks := a.Kind == users.ActorUser && a.User == p.ID
	until := cut(c.Until)
	if c.Pool != seats.Site {
		return m.queueCourse(a, c, p, at)
	}
	switch {
	case p.Status == archived || p.Status == deleted:
		return refused(seats.ErrWrongStatus)
	case c.Priority < 0, c.Priority > 366, asks && c.Priority > 0, !until.IsZero() && !until.After(m.Clock):
		return refused(seats.ErrBadInput)
	case p.Seated(), asks && p.Wait != nil:
		return unchanged(p)
	case p.Wait == nil && m.Policy.WhenFull != seats.Wait:
		return refused(seats.ErrNotOffered)
	}
	wait, kind := users.Wait{Since: at, Priority: c.Priority, Until: until, Reason: c.Reason, Asks: asks}, seats.EventQueued
	if p.Wait != nil {
		if wait.Since = p.Wait.Since; wait == *p.Wait {
			return unchanged(p)
		}
	}
	if asks {
		kind = seats.EventSeatRequested
	}
	return m.change(p, kind, at, func() {
		if p.Wait == nil {
			m.counts(p)
		}
		p.Wait, p.Start = &wait, users.Start{}
	})
}

// counts lets a leave count from now on.
func (m *Model) counts(p *Person) {
	if in, ok := m.In(); ok && p.Schedule.Date != "" {
		p.Schedule.At = instant(p.Schedule.Leave, in).UTC()
	}
	if m.over(p.Schedule.At) {
		p.Schedule = users.Schedule{}
	}
}

// unqueue is Unqueue.
func (m *Model) unqueue(a users.Actor, p *Person, at time.Time) Result {
	if p.Wait == nil {
		return unchanged(p)
	}
	return m.change(p, seats.EventUnqueued, at, func() { p.goes(leftBy(a)) })
}

// goes takes the place of a person, and the person has left by it. The end of a request changes an earlier leaving by hand alone.
func (p *Person) goes(by users.Leaving) {
	if p.Wait == nil {
		return
	}
	if !p.Wait.Asks || by == users.LeftByHand || p.LeftBy == users.NotLeft {
		p.LeftBy = by
	}
	p.Wait = nil
}

// mayWait reports whether the person of a refused command gets a place in the queue.
func (m *Model) mayWait(c seats.Command, v Result) bool {
	return slices.Equal(v.Codes, []seats.Code{seats.ErrNoSeats}) && m.Policy.WhenFull == seats.Wait &&
		users.In(users.ActionReactivate, users.ActionRestore).Has(c.Action())
}
