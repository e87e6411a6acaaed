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

// waits reports whether the person was created inactive: for want of a seat, or for a start.
func (p *Person) waits() bool { return p.Status == inactive && p.LeftAs == users.NoStatus }

// days sets the days of a person that are given, and reports whether they are days to come.
func (m *Model) days(a users.Actor, p *Person, leave users.Leave, start users.Date) bool {
	if leave == (users.Leave{}) && start == "" {
		return true
	}
	if m.noDays(leave, start) {
		return false
	}
	in, _ := m.In()
	ok := true
	if start != "" {
		p.Start = users.Start{Date: start, At: Begin(start, in).UTC(), By: a}
		ok = p.Start.At.After(m.Clock)
		p.Wait = nil
	}
	if leave.Date != "" {
		leave = m.leaveOf(leave)
		p.Schedule = users.Schedule{Leave: leave, At: instant(leave, in).UTC(), By: a}
		ok = ok && p.Schedule.At.After(m.Clock)
		if n := m.Policy.LeaveNotice; n > 0 {
			p.noticeOn = users.Date(plus(leave.Date, -n))
			p.Schedule.NoticeOn = p.noticeOn
			p.Schedule.Notice = Later(m.Clock, Begin(p.noticeOn, in).UTC())
		}
	}
	return ok && (p.Start.Date == "" || p.Schedule.Date == "" || p.Schedule.At.After(p.Start.At))
}

// noDays reports whether these are no days of the account.
func (m *Model) noDays(leave users.Leave, start users.Date) bool {
	_, ok := m.In()
	return !ok || badLeave(leave) || badDate(start)
}

// badLeave reports whether it is neither the day of a leave nor none.
func badLeave(l users.Leave) bool {
	return badDate(l.Date) || l.As > users.LastDay || l.Date == "" && l.As != users.ByPolicy
}

// schedule is Schedule.
func (m *Model) schedule(a users.Actor, c seats.Schedule, p *Person, at time.Time) Result {
	starts := c.Start != ""
	var codes []seats.Code
	if !p.waits() && (starts || !p.Seated()) {
		codes = append(codes, seats.ErrWrongStatus)
	}
	if starts == (c.Leave != users.Leave{}) {
		codes = append(codes, seats.ErrBadInput)
	}
	if codes != nil {
		return refused(codes...)
	}
	next := *p
	toCome := m.days(a, &next, c.Leave, c.Start)
	switch {
	case m.noDays(c.Leave, c.Start):
		return refused(seats.ErrBadInput)
	case !starts && keepsFrom(a, p, "leave"), next.Schedule.Leave == p.Schedule.Leave && next.Start.Date == p.Start.Date && !p.Schedule.Held:
		return unchanged(p)
	case !toCome:
		return refused(seats.ErrBadInput)
	}
	v := m.change(p, seats.EventScheduled, at, func() {
		p.Schedule, p.Start, p.noticeOn, p.Wait = next.Schedule, next.Start, next.noticeOn, next.Wait
	})
	v.Event.Date, v.Event.DateAs = p.Schedule.Date, p.Schedule.As
	if starts {
		v.Event.Date, v.Event.DateAs = c.Start, users.ByPolicy
	}
	return v
}

// unschedule is Unschedule.
func (m *Model) unschedule(a users.Actor, p *Person, at time.Time) Result {
	leave, start, stays := p.Schedule.Leave, p.Start.Date, keepsFrom(a, p, "leave")
	if stays {
		leave = users.Leave{}
	}
	if leave.Date == "" && start == "" {
		return unchanged(p)
	}
	v := m.change(p, seats.EventUnscheduled, at, func() {
		if p.Start = (users.Start{}); !stays {
			p.Schedule = users.Schedule{}
		}
	})
	v.Event.Date, v.Event.DateAs = leave.Date, leave.As
	if start != "" {
		v.Event.Date, v.Event.DateAs = start, users.ByPolicy
	}
	return v
}

// confirm is ConfirmLeave.
func (m *Model) confirm(p *Person, at time.Time) Result {
	leave := p.Schedule.Leave
	if !p.Schedule.Held {
		return unchanged(p)
	}
	v := m.change(p, seats.EventLeavingConfirmed, at, func() { p.leaves() })
	v.Event.Date, v.Event.DateAs = leave.Date, leave.As
	return v
}

// leaves makes the person inactive because of a date.
func (p *Person) leaves() {
	p.LeftAs, p.Status, p.Schedule, p.LeftBy = p.Status, inactive, users.Schedule{}, users.LeftByDate
}

// undated takes away the days that end with the status before.
func (m *Model) undated(p *Person, waited bool) {
	p.Start = users.Start{}
	if in, ok := m.In(); ok && waited && p.Schedule.Date != "" {
		p.Schedule.At = instant(p.Schedule.Leave, in).UTC() // by the zone of now
	}
	if !p.Seated() || waited && m.over(p.Schedule.At) {
		p.Schedule = users.Schedule{}
	}
}

// resolve sets the instants of the days that the person has.
func (m *Model) resolve(p *Person, in *time.Location) {
	if s := &p.Schedule; s.Date != "" {
		s.At = instant(s.Leave, in).UTC()
		if s.Notice.After(m.Clock) || s.Notice.After(p.Due) { // else it is late, and given at once
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
			p.Schedule.NoticeOn, p.Schedule.Notice = "", time.Time{}
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
			events := []seats.Event{e}
			for _, lapsed := range m.lapsed(p, at) {
				lapsed.Actor, lapsed.Channel = e.Actor, e.Channel
				events = append(events, lapsed)
			}
			return events
		}})
	}
	if p.Wait != nil && p.Schedule.Date != "" {
		facts = append(facts, fact{p.Schedule.At, rankGone, string(p.ID), func(at time.Time) []seats.Event {
			e := event(seats.EventUnqueued, at, p.Schedule.By)
			e.Date, e.DateAs = p.Schedule.Date, p.Schedule.As
			p.Schedule = users.Schedule{}
			p.goes(users.LeftByDate)
			return []seats.Event{e}
		}})
	}
	if p.Wait != nil && !p.Wait.Until.IsZero() {
		facts = append(facts, fact{p.Wait.Until, rankWait, string(p.ID), func(at time.Time) []seats.Event {
			p.goes(users.LeftByDate)
			return []seats.Event{event(seats.EventUnqueued, at, users.System())}
		}})
	}
	facts = append(facts, m.deadlines(p)...)
	if p.Start.Date != "" {
		facts = append(facts, fact{p.Start.At, rankStart, string(p.ID), func(at time.Time) []seats.Event { return m.begin(p, at) }})
	}
	return facts
}

// leavers are those who leave together, of all who are settled together: after a clock that went
// back and another zone, some are looked at after their day only.
func (m *Model) leavers(of users.Schedule) (same []*Person) {
	for _, p := range m.People {
		if s := p.Schedule; p.Seated() && s.Leave == of.Leave && s.At.Equal(of.At) && !s.Held && !p.Due.After(m.until) {
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

// receivers are the owners and admins for a mail.
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
	if !m.Closed.IsZero() || !m.Policy.Exempt.Has(p.Role) && !m.fits(seats.Site, 1) {
		e.Kind = seats.EventStartMissed
		if m.Closed.IsZero() && m.Policy.WhenFull == seats.Wait {
			e.Kind, p.Wait, p.LeftBy = seats.EventQueued, &users.Wait{Since: at}, users.NotLeft
			m.counts(p)
		}
		return []seats.Event{e}
	}
	grown := m.notices(e)
	p.Status, p.LeftBy = invited, users.NotLeft
	m.met(p)
	m.undated(p, true)
	m.send(p, at)
	m.pledged(p)
	e.After, e.Count = p.CountedAs(), p.NotificationCount
	return append(grown, e)
}

// ofPool lists what comes of a pool by itself.
func (m *Model) ofPool(id seats.PoolID, p *Pool) []fact {
	b := p.Booked
	switch {
	case p.Join.Text != "" && p.Ends.LastDay != "":
		return []fact{{p.Ends.At, rankCode, string(id), func(at time.Time) []seats.Event {
			return m.codeEnds(id, p, p.Ends.LastDay, seats.Event{Time: at, Actor: users.System(), Channel: seats.ByClock})
		}}}
	case b.Date == "":
		return nil
	}
	return []fact{{b.At, rankTotal, string(id), func(at time.Time) []seats.Event {
		p.Version.Overridden = p.Version != (seats.VersionedTotal{}) && !p.promised()
		p.Booked = seats.Booking{}
		p.Total = b.Total
		return []seats.Event{{Kind: seats.EventTotalSet, Pool: id, Time: at, Actor: b.By, Channel: seats.ByClock}}
	}}}
}

// gone reports whether the day of a leave is over, and whether it is no day.
func (m *Model) gone(l users.Leave) (gone, bad bool) {
	if l == (users.Leave{}) {
		return false, false
	}
	in, ok := m.In()
	if !ok || badLeave(l) {
		return false, true
	}
	return !instant(m.leaveOf(l), in).After(m.Clock), false
}

// left is the row of a file about a person who has left, on that day if the file has it.
func (m *Model) left(a users.Actor, profile users.Profile, leave users.Leave, at time.Time) Result {
	profile, ok := Clean(profile)
	if !ok {
		return refused(seats.ErrBadInput)
	}
	p, codes := m.match(a, profile, false)
	switch {
	case codes != nil:
		return refused(codes...)
	case p == nil:
		return unchanged(nil)
	case !sees(a, p):
		return refused(seats.ErrDuplicate)
	case !p.Seated() && p.Wait == nil:
		return unchanged(p)
	}
	if codes := m.hindered(a, users.ActionDeactivate, p); codes != nil {
		return refused(codes...)
	}
	by, kind := users.LeftByDate, seats.EventDeactivated
	if leave.Date == "" {
		by = leftBy(a)
	}
	if p.Wait != nil {
		kind = seats.EventUnqueued
	}
	v := m.change(p, kind, at, func() {
		if p.Wait != nil {
			p.goes(by)
			p.Schedule = users.Schedule{}
			return
		}
		p.leaves()
		p.LeftBy = by
	})
	v.Event.Date, v.Event.DateAs = leave.Date, leave.As
	return v
}
