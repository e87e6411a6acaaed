package reference

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// leaveOf returns a leave with its meaning.
func (m *Model) leaveOf(l users.Leave) users.Leave {
	if l.As == users.ByPolicy {
		l.As = m.Policy.LeaveDay
	}
	if l.As == users.ByPolicy {
		l.As = users.FirstDayWithout
	}
	return l
}

// schedule is Schedule.
func (m *Model) schedule(a users.Actor, c seats.Schedule, p *Person, at time.Time) Result {
	in, ok := m.in()
	leave := m.leaveOf(c.Leave)
	planned := p.Status == users.Inactive && p.Start.Date != ""
	var codes []seats.Code
	switch starts := c.Start != ""; {
	case starts == (c.Leave.Date != ""), badDate(c.Start), badDate(leave.Date), leave.As > users.LastDay, !ok,
		starts && !Begin(c.Start, in).After(m.Clock), !starts && !instant(leave, in).After(m.Clock):
		codes = append(codes, seats.ErrBadInput)
	}
	if starts := c.Start != ""; starts && !planned || !starts && !p.Seated() {
		codes = append(codes, seats.ErrWrongStatus)
	}
	switch {
	case codes != nil:
		return refused(codes...)
	case c.Start != "" && p.Start.Date == c.Start, c.Start == "" && p.Schedule.Leave == leave && !p.Schedule.Held:
		return unchanged(p)
	}
	v := m.change(p, seats.EventScheduled, at, func() {
		if c.Start != "" {
			p.Start = users.Start{Date: c.Start, By: a}
		} else {
			p.Schedule = users.Schedule{Leave: leave, By: a}
			m.announce(p, in)
		}
		m.resolve(p, in)
	})
	v.Event.Date = c.Start
	if c.Start == "" {
		v.Event.Date, v.Event.DateAs = leave.Date, leave.As
	}
	return v
}

// unschedule is Unschedule.
func (m *Model) unschedule(p *Person, at time.Time) Result {
	if p.Schedule.Date == "" && p.Start.Date == "" {
		return unchanged(p)
	}
	return m.change(p, seats.EventUnscheduled, at, func() { p.Schedule, p.Start = users.Schedule{}, users.Start{} })
}

// confirm is ConfirmLeave.
func (m *Model) confirm(p *Person, at time.Time) Result {
	if !p.Schedule.Held {
		return unchanged(p)
	}
	return m.change(p, seats.EventLeavingConfirmed, at, func() { p.leaves() })
}

// leaves makes the person inactive.
func (p *Person) leaves() { p.LeftAs, p.Status, p.Schedule = p.Status, inactive, users.Schedule{} }

// announce sets the day of the notice before a leave.
func (m *Model) announce(p *Person, in *time.Location) {
	if n := m.Policy.LeaveNotice; n > 0 {
		p.noticeOn = users.Date(plus(p.Schedule.Date, -n))
		p.Schedule.Notice = Begin(p.noticeOn, in).UTC()
	}
}

// resolve sets the instants of the days that the person has.
func (m *Model) resolve(p *Person, in *time.Location) {
	if s := &p.Schedule; s.Date != "" {
		s.At = instant(s.Leave, in).UTC()
		if s.Notice.After(m.Clock) {
			s.Notice = Begin(p.noticeOn, in).UTC()
		}
	}
	if p.Start.Date != "" {
		p.Start.At = Begin(p.Start.Date, in).UTC()
	}
}

// ofPerson lists what happens to a person by itself.
func (m *Model) ofPerson(p *Person) (facts []fact) {
	event := func(kind seats.EventKind, at time.Time, by users.Actor) seats.Event {
		return seats.Event{Kind: kind, User: p.ID, Before: p.CountedAs(), After: p.CountedAs(), Time: at, Actor: by, Channel: seats.ByClock}
	}
	s := p.Schedule
	if p.Status == invited && p.Frees {
		facts = append(facts, fact{p.Expires, rankLapse, string(p.ID), func(at time.Time) []seats.Event {
			e := event(seats.EventLapsed, at, users.System())
			p.leaves()
			m.pledged(p)
			e.After = p.CountedAs()
			return []seats.Event{e}
		}})
	}
	coming := p.Seated() && s.Date != "" && !s.Held
	if !s.Notice.IsZero() && coming {
		facts = append(facts, fact{s.Notice, rankNotice, string(p.ID), func(at time.Time) []seats.Event {
			p.Schedule.Notice = time.Time{}
			e := event(seats.EventLeavingSoon, at, s.By)
			e.Date, e.DateAs = s.Date, s.As
			return []seats.Event{e}
		}})
	}
	if coming {
		facts = append(facts, fact{s.At, rankLeave, string(p.ID), func(at time.Time) []seats.Event {
			if same := m.leavers(s); m.Policy.MostLeavers > 0 && int64(len(same)) > m.Policy.MostLeavers {
				return m.holdBack(same, at)
			}
			e := event(seats.EventDeactivated, at, s.By)
			e.Date, e.DateAs = s.Date, s.As
			p.leaves()
			m.pledged(p)
			e.After = p.CountedAs()
			return []seats.Event{e}
		}})
	}
	if p.Start.Date != "" {
		facts = append(facts, fact{p.Start.At, rankStart, string(p.ID), func(at time.Time) []seats.Event { return m.begin(p, at) }})
	}
	return facts
}

// leavers are those who leave together.
func (m *Model) leavers(of users.Schedule) (same []*Person) {
	for _, p := range m.People {
		if s := p.Schedule; p.Seated() && s.Leave == of.Leave && s.At.Equal(of.At) && !s.Held && !p.Due.After(m.Clock) {
			same = append(same, p)
		}
	}
	return same
}

func (m *Model) holdBack(same []*Person, at time.Time) []seats.Event {
	for _, p := range same {
		p.Schedule.Held = true
	}
	return []seats.Event{{
		Kind: seats.EventLeavingHeld, Count: int64(len(same)), Date: same[0].Schedule.Date, DateAs: same[0].Schedule.As, Time: at,
		Receivers: m.receivers(), Actor: users.System(), Channel: seats.ByClock,
	}}
}

// receivers are the owners and admins, of whom a mail is told.
func (m *Model) receivers() (all []users.ID) {
	for _, p := range m.People {
		if (p.Role == users.Owner || p.Role == users.Admin) && m.Shown(p) == users.Active {
			all = append(all, p.ID)
		}
	}
	slices.Sort(all)
	return all
}

// begin carries out a planned start.
func (m *Model) begin(p *Person, at time.Time) []seats.Event {
	e := seats.Event{
		Kind: seats.EventInvited, User: p.ID, Before: p.CountedAs(), After: p.CountedAs(), Time: at,
		Date: p.Start.Date, Actor: p.Start.By, Channel: seats.ByClock,
	}
	p.Start = users.Start{}
	total, limited := m.total(seats.Site).Number()
	if !m.Closed.IsZero() || limited && m.Held(seats.Site)+m.Spent(seats.Site) >= total && !m.Policy.Exempt.Has(p.Role) {
		e.Kind, p.Schedule = seats.EventStartMissed, users.Schedule{}
		return []seats.Event{e}
	}
	p.Status = invited
	m.send(p, at)
	m.pledged(p)
	e.After, e.Count = p.CountedAs(), p.NotificationCount
	return []seats.Event{e}
}

// ofPool lists what comes of a pool by itself.
func (m *Model) ofPool(id seats.PoolID, p *Pool) []fact {
	b := p.Booked
	if b.Date == "" {
		return nil
	}
	return []fact{{b.At, rankTotal, string(id), func(at time.Time) []seats.Event {
		p.Booked = seats.Booking{}
		p.Total = b.Total
		return []seats.Event{{Kind: seats.EventTotalSet, Pool: id, Time: at, Actor: b.By, Channel: seats.ByClock}}
	}}}
}
