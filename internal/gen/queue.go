package gen

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// waits reports whether a person has a place in the queue.
func waits(p *reference.Person) bool { return p.Wait != nil }

// waiting is target, now and then for a user who waits.
func (d Dice) waiting(likely ...users.Status) users.ID {
	if d.People == nil && d.Chance(15) {
		return d.one(waits, likely...)
	}
	return d.target(likely...)
}

// queued draws a command about a place in the queue for seats or of a course: also of those who ask for it for
// themselves.
func (d Dice) queued(action users.Action, actor users.Actor, reason string) seats.Command {
	course := seats.Site
	if d.Chance(50) {
		course = d.course()
	}
	user := d.target(users.Inactive)
	if course != seats.Site {
		user = d.target(users.Active, users.Invited)
	}
	switch {
	case actor.User != "" && d.Chance(40):
		user = actor.User
	case course != seats.Site && (action == users.ActionUnqueue || d.Chance(50)):
		user = d.one(func(p *reference.Person) bool {
			return slices.ContainsFunc(p.CoursePlaces, func(place users.CoursePlace) bool { return place.Pool == string(course) })
		}, users.Active)
	case action == users.ActionUnqueue || d.Chance(50):
		user = d.one(waits, users.Inactive)
	}
	if action == users.ActionUnqueue {
		return seats.Unqueue{User: user, Pool: course, Reason: reason}
	}
	c := seats.Queue{User: user, Pool: course, Priority: Or(d, []int{0, 0, 0, 1, 7, 366}, -1, 367), Reason: reason}
	if d.Chance(40) {
		now := Epoch
		if d.account != nil {
			now = d.account.Clock
		}
		c.Until = now.Add(One(d, time.Hour, Term, 2*Term, 0, -Term, 90*time.Nanosecond+Term))
	}
	return c
}
