package seats

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Calendar has what is dated in an account, put together: the events to come, if no command
// comes before them, by the table that settles what is due. It names users by ID.
type Calendar struct {
	Account  users.AccountID `json:"account"`
	Revision uint64          `json:"revision"`
	Zone     string          `json:"zone"` // of the account; all days are days there
	From     users.Date      `json:"from"` // today
	Until    users.Date      `json:"until"`
	Rows     int             `json:"rows"`            // the dated users, pools and licences it was made of
	Pools    []Pool          `json:"pools"`           // as they are now, the site pool first
	Closed   bool            `json:"closed,omitzero"` // no seat is free, on any day
	Days     []CalendarDay   `json:"days,omitzero"`   // those on which something happens
}

// A CalendarDay is a day on which something happens.
type CalendarDay struct {
	Date    users.Date      `json:"date"`
	Start   time.Time       `json:"start"`   // its first instant
	Entries []CalendarEntry `json:"entries"` // in order
}

// A CalendarEntry is something that happens by itself on a day to come.
type CalendarEntry struct {
	At   time.Time   `json:"at"`
	Kind EventKind   `json:"kind"`          // of the event, or EventPoolEnded, which writes none
	User users.ID    `json:"user,omitzero"` // the user concerned, if any
	By   users.Actor `json:"by"`            // the actor who set the date; the system for what follows from the policy
	// Unfit marks what will not fit: a start without a free seat, a total below what is held, and
	// leaves that will be held back.
	Unfit bool  `json:"unfit,omitzero"`
	Count int64 `json:"count,omitzero"` // of leaves that are held back, and of notices about seats

	Pool  PoolID `json:"pool,omitzero"`
	Delta int64  `json:"delta,omitzero"` // the change of the held seats
	// Right after it:
	Total  Count `json:"total,omitzero"`
	Held   int64 `json:"held"`
	Spent  int64 `json:"spent"`
	Excess int64 `json:"excess,omitzero"`
}

// EventPoolEnded is the kind of a [CalendarEntry] for the first instant after the last day of a
// pool. No event is written: commands look at the clock.
const EventPoolEnded EventKind = "pool-ended"

// NewCalendar returns the calendar of the days up to until, in the account's time zone and at
// most [MaxForecastDays] from today.
//
// The snapshot must have the pools that the calendar is asked for, and reach the end of the last
// day, see [Need.AheadTo] and [Forecast].
func NewCalendar(s Snapshot, r Request, until users.Date) (Calendar, error) {
	in, refusal := s.toCome(r, "until", until, 0)
	if refusal != nil {
		return Calendar{}, refusal
	}
	c := Calendar{
		Account: s.Account.ID, Revision: s.Account.Revision, Zone: s.Account.Zone, Closed: !s.Account.Closed.IsZero(),
		From: users.DateOf(r.At.In(in)), Until: until, Pools: slices.Clone(s.Pools),
	}
	end := until.End(in).Add(-time.Microsecond)
	c.Rows = len(dueRows(s, end, math.MaxInt))
	var entries []CalendarEntry
	for i, p := range s.Pools {
		c.Pools[i].Ends = r.EndOf(p, c.Zone)
		if at := c.Pools[i].Ends.At; !p.IsCode() && at.After(r.At) && !at.After(end) {
			entries = append(entries, p.entry(CalendarEntry{At: at, Kind: EventPoolEnded, By: users.System()}))
		}
	}
	r.At = end
	_, events := Forecast(s, r)
	for _, e := range events {
		entries = append(entries, e.entry())
	}
	slices.SortStableFunc(entries, func(x, y CalendarEntry) int { return x.At.Compare(y.At) })
	for _, e := range entries {
		date := users.DateOf(e.At.In(in))
		if n := len(c.Days); n == 0 || c.Days[n-1].Date != date {
			c.Days = append(c.Days, CalendarDay{Date: date, Start: date.Start(in)})
		}
		day := &c.Days[len(c.Days)-1]
		day.Entries = append(day.Entries, e)
	}
	return c, nil
}

// entry returns the entry of an event.
func (e Event) entry() CalendarEntry {
	c := Pool{ID: e.Pool, Total: e.Total, Held: e.Held, Spent: e.Spent}.entry(CalendarEntry{
		At: e.Time, Kind: e.Kind, User: e.User, By: e.Actor, Delta: e.Delta,
	})
	switch e.Kind {
	case EventStartMissed, EventQueued:
		c.Unfit = e.missesStart()
	case EventTotalSet:
		c.Unfit = c.Excess > 0
	case EventLeavingHeld:
		c.Unfit, c.Count = true, e.Count
	default:
		if e.Kind.isNotice() {
			c.Count = e.Count
		}
	}
	return c
}

// entry returns the entry with the numbers of a pool.
func (p Pool) entry(e CalendarEntry) CalendarEntry {
	e.Pool, e.Total, e.Held, e.Spent, e.Excess = p.ID, p.Total, p.Held, p.Spent, p.Excess()
	return e
}

// Free returns the free seats of a pool at the beginning of a day, after all that happens at its
// first instant: those that a start on this day finds. After the last day of a pool none is
// free. It is the missing Count, of no use, for a day outside of the calendar and for a pool
// that it lacks.
func (c Calendar) Free(pool PoolID, day users.Date) Count {
	i := slices.IndexFunc(c.Pools, func(p Pool) bool { return p.ID == pool })
	if i < 0 || day < c.From || day > c.Until {
		return Count{}
	}
	p := c.Pools[i]
	if c.Closed || p.Ends.LastDay != "" && day > p.Ends.LastDay {
		return Of(0)
	}
	for _, d := range c.Days {
		for _, e := range d.Entries {
			if e.Pool == pool && (d.Date < day || d.Date == day && !e.At.After(d.Start)) {
				p.Total, p.Held, p.Spent = e.Total, e.Held, e.Spent
			}
		}
	}
	return p.Available()
}

// Day returns what happens on a day; nothing, if it is not among the Days.
func (c Calendar) Day(day users.Date) CalendarDay {
	i, ok := slices.BinarySearchFunc(c.Days, day, func(d CalendarDay, day users.Date) int { return cmp.Compare(d.Date, day) })
	if !ok {
		return CalendarDay{Date: day}
	}
	return c.Days[i]
}

// Unfit returns the first day on which something will not fit, with these entries alone: starts
// without a free seat, totals below what is held, and leaves that will be held back. It is
// not ok if all fits.
func (c Calendar) Unfit() (first CalendarDay, ok bool) {
	for _, d := range c.Days {
		d.Entries = slices.DeleteFunc(slices.Clone(d.Entries), func(e CalendarEntry) bool { return !e.Unfit })
		if len(d.Entries) > 0 {
			return d, true
		}
	}
	return CalendarDay{}, false
}
