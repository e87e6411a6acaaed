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
	was := Pool{}
	if p := m.Pools[c.Pool]; p != nil {
		was = *p
	}
	next := was
	if v, ends := next.version(seats.VersionedTotal{Version: c.Version, Total: c.Total}); ends {
		return v
	}
	if next.Version != was.Version && (was.Booked.Version != seats.Version{}) {
		next.Booked = seats.Booking{}
	}
	if next.Total = c.Total; next == was {
		return unchanged(nil)
	}
	v := m.account(seats.EventTotalSet, c.Pool, at, func() { m.Pools[c.Pool] = &next })
	v.Outcome.Excess = m.Over(c.Pool)
	return v
}

// version takes a total with its version, rule 44. The result is that of the command if this
// ends it.
func (p *Pool) version(given seats.VersionedTotal) (v Result, ends bool) {
	none := seats.Version{}
	given.At = cut(given.At)
	numbered, dated := given.Number != 0, !given.At.IsZero()
	switch last := p.Version; {
	case given.Version == none:
		return v, false
	case given.Number < 0, numbered == dated, numbered && given.ID != "", given.ID != "" && badID(given.ID), given.At.Year() < 1 || given.At.Year() > 9999:
		return refused(seats.ErrBadInput), true
	case last.Version == none:
	case numbered != (last.Number != 0):
		return refused(seats.ErrBadInput), true
	case given == last:
		return unchanged(nil), true
	case given.Version == last.Version:
		return refused(seats.ErrVersionReused), true
	case given.Number < last.Number, given.At.Before(last.At), given.At.Equal(last.At) && dated && given.ID < last.ID:
		v = unchanged(nil)
		v.Outcome.Stale = true
		return v, true
	}
	p.Version = given
	return v, false
}

// book is BookTotal.
func (m *Model) book(a users.Actor, c seats.BookTotal, at time.Time) Result {
	p := m.bought(c.Pool)
	if p == nil || badDate(c.Date) || c.Date == "" && (c.Total != seats.Count{}) || c.Date != "" && !c.Total.Valid() {
		return refused(seats.ErrBadInput)
	}
	next := *p
	if v, ends := next.version(seats.VersionedTotal{Version: c.Version, Total: c.Total, Date: c.Date}); ends {
		return v
	}
	next.Booked = seats.Booking{}
	if c.Date != "" {
		in, ok := m.In()
		switch over := ok && !Begin(c.Date, in).After(m.Clock); {
		case !ok, over && c.Version == seats.Version{}:
			return refused(seats.ErrBadInput)
		case over: // delivered late
			next.Total = c.Total
			v := m.account(seats.EventTotalSet, c.Pool, at, func() { *p = next })
			v.Outcome.Excess = m.Over(c.Pool)
			return v
		}
		next.Booked = seats.Booking{Date: c.Date, At: Begin(c.Date, in).UTC(), Total: c.Total, By: a}
		if (c.Version != seats.Version{}) {
			next.Booked.Version = next.Version.Version
		}
	}
	if p.Version == next.Version && p.Booked.Date == next.Booked.Date && p.Booked.Total == next.Booked.Total {
		return unchanged(nil)
	}
	v := m.account(seats.EventTotalBooked, c.Pool, at, func() { *p = next })
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
			next.Ends = seats.PoolEnd{LastDay: *c.LastDay, At: Begin(users.Date(plus(*c.LastDay, 1)), in).UTC()}
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
