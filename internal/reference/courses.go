package reference

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// open returns the last licence of a course, if the person holds it or has started it, or nil.
func (p *Person) open(pool seats.PoolID) *users.Licence {
	var last *users.Licence
	for i := range p.Licences {
		if p.Licences[i].Pool == string(pool) {
			last = &p.Licences[i]
		}
	}
	if last == nil || state(*last) != users.LicenceAssigned && state(*last) != users.LicenceStarted {
		return nil
	}
	return last
}

// over reports whether an instant is there and past.
func (m *Model) over(end time.Time) bool { return !end.IsZero() && !end.After(m.Clock) }

// ended reports whether no licence of the pool is given out or started any more. It is not ok
// without the rules of the zone.
func (m *Model) ended(p *Pool) (ended, ok bool) {
	if p.Ends.LastDay == "" {
		return false, true
	}
	in, ok := m.In()
	return ok && m.over(End(p.Ends.LastDay, in)), ok
}

// known reports whether there is such a course.
func (m *Model) known(pool seats.PoolID) bool { return pool != seats.Site && m.bought(pool) != nil }

// term sets the end of a licence whose term begins now, and returns the code against that.
func (m *Model) term(l *users.Licence, begins seats.TermStart, at time.Time) []seats.Code {
	pool := m.Pools[seats.PoolID(l.Pool)]
	ended, ok := m.ended(pool)
	if ended {
		return []seats.Code{seats.ErrPoolEnded}
	}
	if pool.Term.Days > 0 && pool.Term.From == begins {
		var in *time.Location
		if in, ok = m.In(); ok && l.Ends.IsZero() {
			l.Ends = Ahead(at, pool.Term.Days, in)
		}
	}
	if !ok {
		return []seats.Code{seats.ErrBadInput}
	}
	return nil
}

// onLicences changes licences of a person, each with an event.
func (m *Model) onLicences(p *Person, kind seats.EventKind, at time.Time, changed ...users.Licence) Result {
	v := Result{Outcome: seats.Outcome{User: p.ID, Before: p.CountedAs(), After: p.CountedAs()}}
	for _, l := range changed {
		held := m.Held(seats.PoolID(l.Pool))
		m.plan(m.licenceRow(p, p.put(l)))
		v.Outcome.SeatsDelta += m.Held(seats.PoolID(l.Pool)) - held // of all pools
		v.licences = append(v.licences, l)
	}
	m.Last = at
	v.Event = seats.Event{Kind: kind, User: p.ID, Before: p.CountedAs(), After: p.CountedAs(), Time: at}
	v.bare = true
	return v
}

// put adds a licence, or puts it in the place of the one of the same number.
func (p *Person) put(l users.Licence) *users.Licence {
	for i := range p.Licences {
		if p.Licences[i].ID() == l.ID() {
			p.Licences[i] = l
			return &p.Licences[i]
		}
	}
	p.Licences = append(p.Licences, l)
	slices.SortFunc(p.Licences, func(a, b users.Licence) int {
		return cmp.Or(strings.Compare(a.Pool, b.Pool), cmp.Compare(a.Number, b.Number))
	})
	return p.put(l)
}

func (m *Model) assign(c seats.AssignCourse, p *Person, at time.Time) Result {
	var codes []seats.Code
	if !m.known(c.Pool) || badDate(c.DueDate) {
		codes = append(codes, seats.ErrBadInput)
	}
	if !m.May(p).Has(seats.BeAssigned) {
		codes = append(codes, seats.ErrWrongStatus)
	}
	if codes != nil {
		return refused(codes...)
	}
	if l := p.open(c.Pool); l != nil && !m.over(l.Ends) {
		return unchanged(p)
	}
	if place := p.waitsFor(c.Pool); place != nil && !place.Asks {
		return unchanged(p)
	}
	fresh := users.Licence{User: p.ID, Pool: string(c.Pool), Number: 1, Assigned: at, DueDate: c.DueDate}
	for _, l := range p.Licences {
		if l.Pool == fresh.Pool {
			fresh.Number = l.Number + 1
		}
	}
	if codes = m.term(&fresh, seats.FromAssignment, at); codes == nil && !m.fits(c.Pool, 1) {
		if m.Policy.WhenFull == seats.Wait {
			return m.assignLater(c, p, at)
		}
		codes = append(codes, seats.ErrNoSeats)
	}
	if codes != nil {
		return refused(codes...)
	}
	if p.waitsFor(c.Pool) != nil {
		p.gives(c.Pool)
		m.plan(m.personRow(p))
	}
	v := m.onLicences(p, seats.EventCourseAssigned, at, fresh)
	v.Event.Date = c.DueDate
	return v
}

func (m *Model) unassign(c seats.UnassignCourse, p *Person, at time.Time) Result {
	l := p.open(c.Pool)
	switch {
	case !m.known(c.Pool):
		return refused(seats.ErrBadInput)
	case p.waitsFor(c.Pool) != nil:
		return m.unqueueCourse(c.Pool, p, at)
	case l == nil || p.Status == archived || p.Status == deleted:
		return unchanged(p)
	case !l.Started.IsZero():
		return refused(seats.ErrSeatSpent)
	}
	back := *l
	back.Returned = at
	return m.onLicences(p, seats.EventCourseUnassigned, at, back)
}

func (m *Model) start(c seats.StartCourse, p *Person, at time.Time) Result {
	l := p.open(c.Pool)
	var codes []seats.Code
	if !m.known(c.Pool) {
		codes = append(codes, seats.ErrBadInput)
	}
	if !m.May(p).Has(seats.OpenCourses) {
		codes = append(codes, seats.ErrWrongStatus)
	}
	switch {
	case codes != nil:
		return refused(codes...)
	case l == nil:
		return refused(seats.ErrNotAssigned)
	case m.over(l.Ends):
		return refused(seats.ErrPoolEnded)
	case !l.Started.IsZero():
		return unchanged(p)
	}
	started := *l
	started.Started = at
	if codes := m.term(&started, seats.FromFirstAccess, at); codes != nil {
		return refused(codes...)
	}
	return m.onLicences(p, seats.EventCourseStarted, at, started)
}

func (m *Model) archiveActivity(c seats.ArchiveActivity, p *Person, at time.Time) Result {
	if c.Pool != "" && !m.known(c.Pool) {
		return refused(seats.ErrBadInput)
	}
	if p.Status == deleted {
		return unchanged(p)
	}
	var away []users.Licence
	for _, l := range p.Licences {
		if c.Pool != "" && l.Pool != string(c.Pool) {
			continue
		}
		switch state(l) {
		case users.LicenceAssigned:
			l.Returned = at
		case users.LicenceStarted:
			l.Archived = at
		default:
			continue
		}
		away = append(away, l)
	}
	if away == nil {
		return unchanged(p)
	}
	return m.onLicences(p, seats.EventActivityArchived, at, away...)
}

func (m *Model) setDueDate(c seats.SetDueDate, p *Person, at time.Time) Result {
	l := p.open(c.Pool)
	var codes []seats.Code
	if badDate(c.DueDate) || !m.known(c.Pool) {
		codes = append(codes, seats.ErrBadInput)
	}
	if p.Status == archived || p.Status == deleted {
		codes = append(codes, seats.ErrWrongStatus)
	}
	if l == nil || m.over(l.Ends) {
		codes = append(codes, seats.ErrNotAssigned)
	}
	switch {
	case codes != nil:
		return refused(codes...)
	case l.DueDate == c.DueDate:
		return unchanged(p)
	}
	dated := *l
	dated.DueDate = c.DueDate
	v := m.onLicences(p, seats.EventDueDateSet, at, dated)
	v.Event.Date = c.DueDate
	return v
}

// ofLicence lists what comes of a licence by itself: unstarted at the end of its term, it is
// back in its pool.
func (m *Model) ofLicence(p *Person, l *users.Licence) []fact {
	if state(*l) != users.LicenceAssigned || l.Ends.IsZero() {
		return nil
	}
	return []fact{{l.Ends, rankLicence, string(l.User) + "\x00" + l.Pool, func(at time.Time) []seats.Event {
		l.Returned = at
		return []seats.Event{{
			Kind: seats.EventLicenceEnded, User: p.ID, Before: p.CountedAs(), After: p.CountedAs(), Pool: seats.PoolID(l.Pool), Time: at,
			Actor: users.System(), Channel: seats.ByClock,
		}}
	}}}
}
