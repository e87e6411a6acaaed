package reference

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A stand is a person in the queue of a course.
type stand struct {
	*Person
	at users.CoursePlace
}

// courses lists the courses of the account by ID.
func (m *Model) courses() []seats.PoolID {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.Pools)), func(id seats.PoolID) bool { return id == seats.Site || m.isCode(id) })
}

// ForCourse lists those who wait for a course: first those who are served, in the order of their turns, then those who ask.
func (m *Model) ForCourse(pool seats.PoolID) (all []seats.Waiting) {
	for _, s := range m.stands(pool) {
		all = append(all, seats.Waiting{User: s.ID, Turn: turnOf(s.at.Wait), Asks: s.at.Asks})
	}
	return all
}

func (m *Model) stands(pool seats.PoolID) (all []stand) {
	for _, p := range m.People {
		for _, at := range p.CoursePlaces {
			if at.Pool == string(pool) {
				all = append(all, stand{p, at})
			}
		}
	}
	slices.SortFunc(all, func(a, b stand) int {
		switch {
		case a.at.Asks != b.at.Asks && b.at.Asks:
			return -1
		case a.at.Asks != b.at.Asks:
			return 1
		case !turnOf(a.at.Wait).Equal(turnOf(b.at.Wait)):
			return turnOf(a.at.Wait).Compare(turnOf(b.at.Wait))
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return all
}

func turnOf(w users.Wait) time.Time { return w.Since.Add(time.Duration(-24*w.Priority) * time.Hour) }

// waitsFor returns the place of a person in the queue of a course, or nil.
func (p *Person) waitsFor(pool seats.PoolID) *users.CoursePlace {
	for i := range p.CoursePlaces {
		if p.CoursePlaces[i].Pool == string(pool) {
			return &p.CoursePlaces[i]
		}
	}
	return nil
}

// takesPlace gives a person a place in the queue of a course, or other terms.
func (p *Person) takesPlace(at users.CoursePlace) {
	p.gives(seats.PoolID(at.Pool))
	p.CoursePlaces = append(p.CoursePlaces, at)
	slices.SortFunc(p.CoursePlaces, func(a, b users.CoursePlace) int { return strings.Compare(a.Pool, b.Pool) })
}

// gives takes the place of a person in the queue of a course.
func (p *Person) gives(pool seats.PoolID) {
	var kept []users.CoursePlace
	for _, at := range p.CoursePlaces {
		if at.Pool != string(pool) {
			kept = append(kept, at)
		}
	}
	p.CoursePlaces = kept
}

// leavesCourses takes all places of a person who has left, each with an event.
func (m *Model) leavesCourses(p *Person, at time.Time) (events []seats.Event) {
	if p.Seated() {
		return nil
	}
	for _, place := range p.CoursePlaces {
		events = append(events, seats.Event{Kind: seats.EventUnqueued, User: p.ID, Before: p.CountedAs(), After: p.CountedAs(), Pool: seats.PoolID(place.Pool), Time: at})
	}
	p.CoursePlaces = nil
	return events
}

// nextNumber is that of the next licence of a person and course.
func (p *Person) nextNumber(pool seats.PoolID) int64 {
	n := int64(1)
	for _, l := range p.Licences {
		if l.Pool == string(pool) {
			n = l.Number + 1
		}
	}
	return n
}

// serveCourses gives free licences to those who wait for them so long, course after course.
func (m *Model) serveCourses(at time.Time, waited time.Duration) (events []seats.Event) {
	for _, pool := range m.courses() {
		for {
			e, ok := m.serveCourse(pool, at, waited)
			if !ok {
				break
			}
			events = append(events, e...)
		}
	}
	return events
}

func (m *Model) serveCourse(pool seats.PoolID, at time.Time, waited time.Duration) ([]seats.Event, bool) {
	line := slices.DeleteFunc(m.stands(pool), func(s stand) bool {
		return s.at.Asks || waited != math.MinInt64 && m.Clock.Sub(turnOf(s.at.Wait)) < waited
	})
	if len(line) == 0 || !m.Closed.IsZero() {
		return nil, false
	}
	p, before := line[0].Person, m.Clone()
	l := users.Licence{User: p.ID, Pool: string(pool), Number: p.nextNumber(pool), Assigned: at, DueDate: line[0].at.DueDate}
	if m.term(&l, seats.FromAssignment, at) != nil || !m.fits(pool, 1) {
		return nil, false
	}
	e := seats.Event{
		Kind: seats.EventSeated, User: p.ID, Before: p.CountedAs(), After: p.CountedAs(), Pool: pool, Time: at, Date: l.DueDate,
		Actor: users.System(), Channel: seats.ByClock,
	}
	grown := m.notices(e)
	p.gives(pool)
	m.plan(m.personRow(p))
	m.plan(m.licenceRow(p, p.put(l)))
	m.Last = at
	return m.withNotices(before, append(grown, e)), true
}

// place is a change of a place of a person in the queue of a course.
func (m *Model) place(p *Person, kind seats.EventKind, pool seats.PoolID, at time.Time, alter func()) Result {
	alter()
	m.plan(m.personRow(p))
	m.Last = at
	is := p.CountedAs()
	return Result{Outcome: seats.Outcome{User: p.ID, Before: is, After: is}, Event: seats.Event{Kind: kind, User: p.ID, Before: is, After: is, Pool: pool, Time: at}}
}

// queueCourse is Queue for a course.
func (m *Model) queueCourse(a users.Actor, c seats.Queue, p *Person, at time.Time) Result {
	asks, until, place := a.Kind == users.ActorUser && a.User == p.ID, cut(c.Until), p.waitsFor(c.Pool)
	var codes []seats.Code
	if c.Priority < 0 || c.Priority > 366 || asks && c.Priority > 0 || !until.IsZero() && !until.After(m.Clock) || !m.known(c.Pool) {
		codes = append(codes, seats.ErrBadInput)
	}
	if !p.Seated() {
		codes = append(codes, seats.ErrWrongStatus)
	}
	if codes != nil {
		return refused(codes...)
	}
	if l := p.open(c.Pool); l != nil && !m.over(l.Ends) || asks && place != nil {
		return unchanged(p)
	}
	next := users.CoursePlace{Pool: string(c.Pool), Number: p.nextNumber(c.Pool), Wait: users.Wait{Since: at, Priority: c.Priority, Until: until, Reason: c.Reason, Asks: asks}}
	if place != nil {
		next.Since, next.DueDate = place.Since, place.DueDate
		if *place == next {
			return unchanged(p)
		}
	} else {
		codes = m.term(&users.Licence{Pool: string(c.Pool)}, seats.FromAssignment, at)
		if m.Policy.WhenFull != seats.Wait {
			codes = append(codes, seats.ErrNotOffered)
		}
		if codes != nil {
			return refused(codes...)
		}
	}
	kind := seats.EventQueued
	if asks {
		kind = seats.EventSeatRequested
	}
	return m.place(p, kind, c.Pool, at, func() { p.takesPlace(next) })
}

// unqueueCourse ends a place in the queue of a course.
func (m *Model) unqueueCourse(pool seats.PoolID, p *Person, at time.Time) Result {
	switch {
	case !m.known(pool):
		return refused(seats.ErrBadInput)
	case p.waitsFor(pool) == nil:
		return unchanged(p)
	}
	return m.place(p, seats.EventUnqueued, pool, at, func() { p.gives(pool) })
}

// assignLater gives a person a place in the queue of a full course, and approves a request.
func (m *Model) assignLater(c seats.AssignCourse, p *Person, at time.Time) Result {
	next := users.CoursePlace{Pool: string(c.Pool), Number: p.nextNumber(c.Pool), Wait: users.Wait{Since: at}}
	if place := p.waitsFor(c.Pool); place != nil {
		next = *place
		next.Asks = false
	}
	if c.DueDate != "" {
		next.DueDate = c.DueDate
	}
	return m.place(p, seats.EventQueued, c.Pool, at, func() { p.takesPlace(next) })
}

// deadlines lists the ends of the places of a person in the queues of courses.
func (m *Model) deadlines(p *Person) (facts []fact) {
	for _, place := range p.CoursePlaces {
		if place.Until.IsZero() {
			continue
		}
		facts = append(facts, fact{place.Until, rankPlace, string(p.ID), func(at time.Time) []seats.Event {
			p.gives(seats.PoolID(place.Pool))
			return []seats.Event{{
				Kind: seats.EventUnqueued, User: p.ID, Before: p.CountedAs(), After: p.CountedAs(), Pool: seats.PoolID(place.Pool), Time: at,
				Actor: users.System(), Channel: seats.ByClock,
			}}
		}})
	}
	return facts
}
