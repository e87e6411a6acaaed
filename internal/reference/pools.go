package reference

import (
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func (m *Model) setTotal(c seats.SetTotal, at time.Time) Result {
	if !c.Total.Valid() || c.Pool != seats.Site && badID(string(c.Pool)) {
		return refused(seats.ErrBadInput)
	}
	p := m.Pools[c.Pool]
	if p != nil && p.Total == c.Total {
		return unchanged(nil)
	}
	v := m.account(seats.EventTotalSet, c.Pool, at, func() {
		if p == nil {
			p = &Pool{}
			m.Pools[c.Pool] = p
		}
		p.Total = c.Total
	})
	v.Outcome.Excess = m.Over(c.Pool)
	return v
}

// book is BookTotal.
func (m *Model) book(a users.Actor, c seats.BookTotal, at time.Time) Result {
	p := m.Pools[c.Pool]
	in, ok := m.in()
	switch {
	case p == nil, badDate(c.Date):
		return refused(seats.ErrBadInput)
	case c.Date == "" && p.Booked == seats.Booking{}:
		return unchanged(nil)
	case c.Date != "" && (!c.Total.Valid() || !ok || !Begin(c.Date, in).After(m.Clock)):
		return refused(seats.ErrBadInput)
	case c.Date == p.Booked.Date && c.Total == p.Booked.Total && c.Version == p.Booked.Version:
		return unchanged(nil)
	}
	v := m.account(seats.EventTotalBooked, c.Pool, at, func() {
		p.Booked = seats.Booking{}
		if c.Date != "" {
			p.Booked = seats.Booking{Date: c.Date, At: Begin(c.Date, in).UTC(), Total: c.Total, Version: c.Version, By: a}
		}
	})
	if v.Event.Date = c.Date; c.Date != "" {
		n, limited := c.Total.Number()
		v.Event.Count = -1
		if limited {
			v.Event.Count = n
			v.Outcome.Excess = max(0, m.Held(c.Pool)+m.Spent(c.Pool)-n)
		}
	}
	return v
}

// editPool is EditPool.
func (m *Model) editPool(c seats.EditPool, at time.Time) Result {
	p := m.Pools[c.Pool]
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
			in, ok := m.in()
			if badDate(*c.LastDay) || !ok {
				return refused(seats.ErrBadInput)
			}
			next.Ends = seats.PoolEnd{LastDay: *c.LastDay, At: Begin(users.Date(plus(*c.LastDay, 1)), in).UTC()}
		}
		changed("last_day", next.Ends.LastDay != p.Ends.LastDay)
	}
	if c.Term != nil {
		next.Term = *c.Term
		changed("term", next.Term != p.Term)
	}
	switch {
	case badText(next.Name, users.MaxText), next.Term.Days < 0 || next.Term.Days > 3660 || next.Term.From > seats.FromFirstAccess:
		return refused(seats.ErrBadInput)
	case fields == nil:
		return unchanged(nil)
	}
	v := m.account(seats.EventPoolEdited, c.Pool, at, func() { *p = next })
	v.Event.Fields = fields
	return v
}
