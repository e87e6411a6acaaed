package reference

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// lead is how long before a day its instant becomes final: a day and the widest distance between
// two zones. Before, the row of the day is looked at again by the zone rules of that moment.
const lead = 26 * time.Hour

// In returns the time zone of the account by the rules of now, if they can be found.
func (m *Model) In() (*time.Location, bool) {
	if m.Zone == "UTC" {
		return time.UTC, true
	}
	in, err := m.Rules.Location(m.Zone)
	return in, err == nil
}

// instant is when a leave is.
func instant(l users.Leave, in *time.Location) time.Time {
	if l.As == users.LastDay {
		return LastMinute(l.Date, in)
	}
	return Begin(l.Date, in)
}

// A fact is what happens by itself at an instant.
type fact struct {
	at   time.Time
	rank int // among those of one instant
	id   string
	do   func(at time.Time) []seats.Event
}

// The ranks.
const (
	rankNotice = iota
	rankGone
	rankLeave
	rankLapse
	rankLicence
	rankCode
	rankTotal
	rankWait
	rankPlace
	rankStart
)

// ofDays are the ranks of what happens on a day.
var ofDays = []int{rankNotice, rankGone, rankLeave, rankCode, rankTotal, rankStart}

// A row is what falls due: a person, a pool or a licence.
type row struct {
	due     *time.Time
	facts   func() []fact
	resolve func(in *time.Location) // the instants of its days
}

// rows lists all rows of the account.
func (m *Model) rows() (rows []row) {
	for _, p := range m.People {
		rows = append(rows, m.personRow(p))
		for i := range p.Licences {
			rows = append(rows, m.licenceRow(p, &p.Licences[i]))
		}
	}
	for id, p := range m.Pools {
		rows = append(rows, m.poolRow(id, p))
	}
	return rows
}

func (m *Model) personRow(p *Person) row {
	return row{&p.Due, func() []fact { return m.ofPerson(p) }, func(in *time.Location) { m.resolve(p, in) }}
}

func (m *Model) licenceRow(p *Person, l *users.Licence) row {
	return row{&l.Due, func() []fact { return m.ofLicence(p, l) }, func(*time.Location) {}}
}

func (m *Model) poolRow(id seats.PoolID, p *Pool) row {
	return row{&p.Due, func() []fact { return m.ofPool(id, p) }, func(in *time.Location) {
		if p.Booked.Date != "" {
			p.Booked.At = Begin(p.Booked.Date, in).UTC()
		}
		if p.Ends.LastDay != "" && !p.Join.Ended {
			p.Ends.At = End(p.Ends.LastDay, in).UTC()
		}
	}}
}

// planPool plans the row of a pool.
func (m *Model) planPool(id seats.PoolID) {
	if p := m.Pools[id]; p != nil {
		m.plan(m.poolRow(id, p))
	}
}

// plan sets when the row is looked at again: at the earliest of its instants, or before it while that
// is far away.
func (m *Model) plan(r row) {
	*r.due = time.Time{}
	for _, f := range r.facts() {
		at := f.at
		if slices.Contains(ofDays, f.rank) && at.Sub(m.Clock) > lead {
			at = at.Add(-lead)
		}
		if r.due.IsZero() || at.Before(*r.due) {
			*r.due = at
		}
	}
}

// Settle carries out what is due by then, one after the other, and returns the events that
// this makes.
func (m *Model) Settle(now time.Time) (events []seats.Event) {
	m.Clock, m.until = now, now
	isDue := func(r row) bool { return !r.due.IsZero() && !r.due.After(now) }
	if in, ok := m.In(); ok {
		for _, r := range m.rows() {
			if isDue(r) {
				r.resolve(in)
			}
		}
	}
	for {
		var next []fact
		for _, r := range m.rows() {
			if isDue(r) {
				next = append(next, r.facts()...)
			}
		}
		next = slices.DeleteFunc(next, func(f fact) bool { return f.at.After(now) })
		if len(next) == 0 {
			break
		}
		first := slices.MinFunc(next, func(a, b fact) int {
			return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank), strings.Compare(a.id, b.id))
		})
		m.Last, m.Clock = Later(m.Last, first.at), first.at
		before := m.Clone()
		done := first.do(m.Last)
		if p := m.ByID(done[0].User); p != nil {
			for _, lost := range m.leavesCourses(p, m.Last) {
				lost.Actor, lost.Channel = done[0].Actor, done[0].Channel
				done = append(done, lost)
			}
		}
		events = append(events, m.withNotices(before, done)...)
		m.handed(m.Last)
		events = append(events, m.Serve(m.Last)...)
	}
	m.Clock = now
	for _, r := range m.rows() {
		if isDue(r) {
			m.plan(r)
		}
	}
	return events
}

// withNotices adds to what happens by itself the events that tell of seats.
func (m *Model) withNotices(before *Model, all []seats.Event) (events []seats.Event) {
	for _, e := range all {
		events = append(events, e)
		is := m
		if e.Kind == seats.EventSeatsGrown {
			is = before // but for the total
		}
		events = append(events, m.tell(e, m.total(e.Pool), is.Held(e.Pool)+is.Spent(e.Pool), is.Held(e.Pool), is.receivers())...)
	}
	return events
}
