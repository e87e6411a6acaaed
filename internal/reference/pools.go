package reference

import (
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func (m *Model) setTotal(c seats.SetTotal, at time.Time) Result {
	if !c.Total.Valid() || c.Pool != seats.Site && badID(string(c.Pool)) || m.isCode(c.Pool) {
		return refused(seats.ErrBadInput)
	}
	return m.totals(users.Actor{}, seats.BookTotal{Pool: c.Pool, Now: c.Total, Version: c.Version}, c.Version == seats.Version{}, at)
}

// book is BookTotal.
func (m *Model) book(a users.Actor, c seats.BookTotal, at time.Time) Result {
	none := seats.Count{}
	switch {
	case m.isCode(c.Pool), m.bought(c.Pool) == nil && (c.Now == none || badID(string(c.Pool))),
		badDate(c.Date), c.Date == "" && c.Total != none, c.Date != "" && !c.Total.Valid(),
		!c.Now.Valid() && (c.Now != none || c.Version != seats.Version{}):
		return refused(seats.ErrBadInput)
	}
	return m.totals(a, c, false, at)
}

// totals sets the total of now and books one, rule 44. It keeps a booked total if told so.
func (m *Model) totals(a users.Actor, c seats.BookTotal, keeps bool, at time.Time) Result {
	none := seats.Count{}
	was := Pool{}
	if p := m.Pools[c.Pool]; p != nil {
		was = *p
	}
	next := was
	c.Version.At = cut(c.Version.At)
	given := seats.VersionedTotal{Version: c.Version, Total: c.Now, Date: c.Date, Booked: c.Total}
	versioned := c.Version != seats.Version{}
	again := versioned && c.Version == was.Version.Version
	if versioned {
		if v, ends := was.version(given); ends {
			return v
		}
		next.Version = given
	}
	booking, late := seats.Booking{}, false
	if c.Date != "" {
		in, ok := m.In()
		if !ok {
			return refused(seats.ErrBadInput)
		}
		begin := Begin(c.Date, in).UTC()
		late = !begin.After(m.Clock)
		booking = seats.Booking{Date: c.Date, At: begin, Total: c.Total, By: a}
	}
	total := c.Now
	if late {
		if !versioned {
			return refused(seats.ErrBadInput)
		}
		total, booking = c.Total, seats.Booking{}
	}
	if total == none || again && !was.Version.Overridden && !(late && was.Version.Unbooked) {
		total = was.Total
	}
	if !keeps {
		next.Booked = booking
	}
	next.Total = total
	same := total == was.Total && next.Booked.Date == was.Booked.Date && next.Booked.Total == was.Booked.Total
	if versioned && again && same && !was.Version.Overridden && !was.Version.Unbooked || !versioned && same {
		return unchanged(nil)
	}
	if !versioned && was.Version != (seats.VersionedTotal{}) {
		if total != was.Total {
			next.Version.Overridden = true
		}
		if was.promised() {
			next.Version.Unbooked = true
		}
		if next.promised() {
			next.Version.Unbooked = false
		}
	}
	kind := seats.EventTotalSet
	if booking.Date != "" || c.Date == "" && c.Now == none {
		kind = seats.EventTotalBooked
	}
	v := m.account(kind, c.Pool, at, func() { m.Pools[c.Pool] = &next })
	v.Outcome.Excess = m.Over(c.Pool)
	if kind == seats.EventTotalBooked {
		v.Outcome.Excess = 0
	}
	if booking.Date != "" {
		v.Event.Date, v.Event.Count = booking.Date, -1
		if n, limited := booking.Total.Number(); limited {
			v.Event.Count = n
			v.Outcome.Excess = max(0, m.Held(c.Pool)+m.Spent(c.Pool)-n)
		}
	}
	return v
}

// promised reports whether the booked total is that of the version.
func (p *Pool) promised() bool {
	return p.Booked.Date != "" && p.Booked.Date == p.Version.Date && p.Booked.Total == p.Version.Booked
}

// version compares what is given with the version of the pool. The result is that of the command if
// this ends it.
func (p *Pool) version(given seats.VersionedTotal) (v Result, ends bool) {
	numbered, dated := given.Number != 0, !given.At.IsZero()
	last := p.Version
	last.Overridden, last.Unbooked = false, false
	switch {
	case given.Number < 0, numbered == dated, numbered && given.ID != "", given.ID != "" && badID(given.ID), given.At.Year() < 1 || given.At.Year() > 9999:
		return refused(seats.ErrBadInput), true
	case last.Version == seats.Version{}, given == last:
	case numbered != (last.Number != 0):
		return refused(seats.ErrBadInput), true
	case given.Version == last.Version:
		return refused(seats.ErrVersionReused), true
	case given.Number < last.Number, given.At.Before(last.At), given.At.Equal(last.At) && dated && given.ID < last.ID:
		v = unchanged(nil)
		v.Outcome.Stale = true
		return v, true
	}
	return v, false
}

// editPool is EditPool.
func (m *Model) editPool(c seats.EditPool, at time.Time) Result {
	p := m.bought(c.Pool)
	if p == nil || c.Pool == seats.Site {
		return refused(seats.ErrBadInput)
	}
	next := *p
	var fields []string
	changed := func(field string, is bool) {
		if is {
			fields = append(fields, field)
		}
	}
	if c.Name != nil {
		next.Name = strings.TrimSpace(*c.Name)
		changed("name", next.Name != p.Name)
	}
	if c.LastDay != nil {
		next.Ends = seats.PoolEnd{}
		if *c.LastDay != "" {
			in, ok := m.In()
			if badDate(*c.LastDay) || !ok {
				return refused(seats.ErrBadInput)
			}
			next.Ends = seats.PoolEnd{LastDay: *c.LastDay, At: End(*c.LastDay, in).UTC()}
		}
		changed("last-day", next.Ends.LastDay != p.Ends.LastDay)
	}
	if c.Term != nil {
		next.Term = *c.Term
		changed("term", next.Term != p.Term)
	}
	switch {
	case badText(next.Name, users.MaxText), next.Term.Days < 0 || next.Term.Days > 3660 || next.Term.From > seats.FromFirstAccess || next.Term.Days == 0 && next.Term.From != seats.FromAssignment:
		return refused(seats.ErrBadInput)
	case fields == nil:
		return unchanged(nil)
	}
	v := m.account(seats.EventPoolEdited, c.Pool, at, func() { *p = next })
	v.Event.Fields = fields
	return v
}
