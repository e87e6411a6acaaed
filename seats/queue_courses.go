package seats

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// placeIn returns the place of a user in the queue of a pool. It is not ok if there is none.
func placeIn(u *users.User, pool PoolID) (w Waiting, ok bool) {
	if pool == Site {
		if u.Wait == nil {
			return Waiting{}, false
		}
		return Waiting{u.ID, u.Wait.Turn(), u.Role, u.Wait.Asks}, true
	}
	place, ok := u.CoursePlace(string(pool))
	if !ok {
		return Waiting{}, false
	}
	return Waiting{User: u.ID, Turn: place.Turn(), Asks: place.Asks}, true
}

// evaluateCourse gives, approves and changes a place in the queue of a course.
func (c Queue) evaluateCourse(v *evaluation, u users.User, wait users.Wait) (effect, *Refusal) {
	p, last, _, refusal := v.course(users.ActionAssignCourse, u, c.Pool)
	place, waits := u.CoursePlace(string(c.Pool))
	switch {
	case refusal != nil:
		return effect{}, refusal
	case last.IsOpen(v.request.At), wait.Asks && waits:
		return effect{}, nil
	case !waits:
		if _, refusal := v.givenOut(p, FromAssignment); refusal != nil {
			return effect{}, refusal
		}
		if refusal := v.hasCoursePlace(u, p); refusal != nil {
			return effect{}, refusal
		}
		place = users.CoursePlace{Pool: string(p.ID), Number: last.Number + 1}
	}
	if waits {
		wait.Since = place.Since
		if place.Wait == wait {
			return effect{}, nil
		}
	}
	place.Wait = wait
	f := effect{kind: EventQueued, user: u.WithCoursePlace(place), pool: p.ID, reason: c.Reason}
	if wait.Asks {
		f.kind = EventSeatRequested
	}
	return f, nil
}

// hasCoursePlace refuses a further place of a user in the queue of a course.
func (v *evaluation) hasCoursePlace(u users.User, p Pool) *Refusal {
	switch {
	case !v.account.Policy.queues():
		return &Refusal{Code: ErrNotOffered, User: u.ID, Pool: p.ID}
	case !p.Waiting.hasRoom():
		return (&Refusal{Code: ErrNotOffered, User: u.ID, Pool: p.ID}).because(ErrQueueFull)
	case len(u.CoursePlaces) == users.MaxCoursePlaces:
		return (&Refusal{Code: ErrNotOffered, User: u.ID, Pool: p.ID}).because(ErrManyPlaces)
	}
	return nil
}

// courseQueued returns the effect of a place in the queue of a course in the place of a licence, or of the approval of a request, if
// the policy has a queue.
func (v *evaluation) courseQueued(u users.User, p Pool, last users.Licence, due users.Date) *effect {
	place, waits := u.CoursePlace(string(p.ID))
	if !v.account.Policy.queues() || !waits && v.hasCoursePlace(u, p) != nil {
		return nil
	}
	if !waits {
		place = users.CoursePlace{Pool: string(p.ID), Number: last.Number + 1, Wait: users.Wait{Since: v.at, Reason: v.request.Reason}}
	}
	place.Asks, place.DueDate = false, cmp.Or(due, place.DueDate)
	return &effect{kind: EventQueued, user: u.WithCoursePlace(place), pool: p.ID}
}

// leavesCourse returns the effect of the end of a place in the queue of a course.
func leavesCourse(u users.User, pool PoolID) effect {
	return effect{kind: EventUnqueued, user: u.WithoutCoursePlace(string(pool)), pool: pool}
}

// leaveCourse ends the place of a user in the queue of a course; zero: there is none.
func (v *evaluation) leaveCourse(u users.User, pool PoolID) (effect, *Refusal) {
	if _, refusal := v.coursePool(pool); refusal != nil {
		return effect{}, refusal
	}
	if _, waits := u.CoursePlace(string(pool)); !waits {
		return effect{}, nil
	}
	return leavesCourse(u, pool), nil
}

// assigned returns the effect of a licence of a course for a user, which ends the place.
func (v *evaluation) assigned(kind EventKind, u users.User, p Pool, number int64, due users.Date) (effect, *Refusal) {
	ends, refusal := v.givenOut(p, FromAssignment)
	l := users.Licence{User: u.ID, Pool: string(p.ID), Number: number, Assigned: v.at, DueDate: due, Ends: ends}
	return effect{kind: kind, user: u.WithoutCoursePlace(l.Pool), licence: l, date: due}, refusal
}

// nextServed returns the first approved places of the queues: [MaxServed] of the site, and as many of all courses, but at least one
// of each.
func nextServed(p Policy, pools []Pool) (ids []users.ID) {
	courses := 0
	for i := range pools {
		if pools[i].ID != Site && pools[i].Waiting.Approved() > 0 {
			courses++
		}
	}
	for i := range pools {
		q := &pools[i]
		most := MaxServed
		if q.ID != Site {
			most = max(1, MaxServed/max(1, courses))
		}
		ids = append(ids, q.Waiting.first(p.exemptOf(q.ID), most)...)
	}
	return ids
}

// queues returns the loaded pools with places to serve, in order.
func (v *evaluation) queues() (pools []Pool) {
	add := func(rows *few[PoolID, version[Pool]]) {
		for i := range rows.list {
			p := &rows.list[i].value.now[0]
			if p.Waiting.Approved() > 0 || !p.Serves.IsZero() {
				pools = append(pools, v.pools.of(p.ID))
			}
		}
	}
	add(&v.pools.few)
	if v.pools.behind != nil {
		add(v.pools.behind)
	}
	if len(pools) < 2 {
		return pools
	}
	return inOrder(pools, by(poolID))
}

// servesAt sets when a queue gets the free seats that a commit leaves over; zero: it has them.
func (v *evaluation) servesAt(id PoolID, at time.Time) {
	p := v.pools.of(id)
	if p.Serves.Equal(at) {
		return
	}
	p.Serves = at
	p.Due = poolRow(&p).due(v.request.At)
	v.pools.put(id, []Pool{p})
	v.account.NextDue = earliest(v.account.NextDue, p.Due)
}

// ending are the actions by which the target can leave, in an undo as well.
var ending = leaving | users.In(users.ActionErase, users.ActionConfirmLeave, users.ActionReactivate)

// endsPlaces reports whether the request can put the user out.
func (r Request) endsPlaces(u users.User, actions ActionSet) bool {
	return actions&ending != 0 || slices.ContainsFunc(r.Commands, func(c Command) bool {
		row, ok := withoutConditions(c).(Invite)
		return ok && (row.Gone || row.LeftMeansGone) &&
			(row.Profile.ID == u.ID || slices.ContainsFunc(row.Profile.Keys(), u.Has))
	})
}

// coursesOf adds the course pools of the places of a user to a need, and reports whether it has added any.
func (n *Need) coursesOf(u users.User) (added bool) {
	for _, p := range u.CoursePlaces {
		if id := PoolID(p.Pool); !slices.Contains(n.Pools, id) {
			n.pool(id)
			added = true
		}
	}
	return added
}

// queueNeeds adds the course pools of the places of due users, and the next users of the queues, to a need, and reports whether it has
// added any.
func (n *Need) queueNeeds(s Snapshot, by time.Time) (added bool) {
	for _, u := range s.Users {
		if !u.Due.IsZero() && !u.Due.After(by) {
			added = n.coursesOf(u) || added
		}
	}
	return n.serveNeeds(s) || added
}
