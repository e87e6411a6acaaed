package seats

import "github.com/seatkeeper/seatkeeper/users"

// AssignCourse takes a licence of the course's pool for a user. The licence is held, and spent
// when the course is started. It is unchanged for a user who holds an unstarted licence of the
// course or has started it, unless its term has ended: then a new licence takes its place.
// After [ArchiveActivity] the same course can be assigned again, which takes a new licence. Without a free licence the user gets a
// place in the queue of the course, under [Wait], see [Queue]; a request is approved by it, and it is unchanged for a user with an
// approved place.
//
// Owners, admins, support and the system may. [ErrNoSeats] without a free licence, with the
// numbers of the pool and remedies; [ErrWrongStatus] for a user without the permission
// [BeAssigned], such as an inactive one; [ErrPoolEnded] after the end of the pool; [ErrBadInput]
// for an unknown pool and for a malformed date.
type AssignCourse struct {
	User    users.ID   `json:"user"`
	Pool    PoolID     `json:"pool"`
	DueDate users.Date `json:"due_date,omitzero"` // the course should be done by then; empty: none
}

// Action returns [users.ActionAssignCourse].
func (AssignCourse) Action() users.Action { return users.ActionAssignCourse }

func (c AssignCourse) target() users.ID { return c.User }
func (c AssignCourse) needs(n *Need)    { n.pool(c.Pool) }

func (c AssignCourse) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	pool, last, _, refusal := v.course(users.ActionAssignCourse, u, c.Pool)
	place, waits := u.CoursePlace(string(c.Pool))
	switch {
	case refusal != nil:
		return effect{}, refusal
	case c.DueDate.Check() != nil:
		return effect{}, badInput("due-date", c.DueDate.Check())
	case last.IsOpen(v.request.At), waits && !place.Asks:
		return effect{}, nil
	}
	f, refusal := v.assigned(EventCourseAssigned, u, pool, last.Number+1, c.DueDate)
	f.instead = v.courseQueued(u, pool, last, c.DueDate)
	return f, refusal
}

// UnassignCourse returns the user's unstarted licence to the pool of the course, or ends the place in its queue, by
// [EventUnqueued]. It is unchanged for a user with neither.
//
// Owners, admins, support and the system may. [ErrSeatSpent] for a started licence, with the
// time since when it is used.
type UnassignCourse struct {
	User users.ID `json:"user"`
	Pool PoolID   `json:"pool"`
}

// Action returns [users.ActionUnassignCourse].
func (UnassignCourse) Action() users.Action { return users.ActionUnassignCourse }

func (c UnassignCourse) target() users.ID { return c.User }
func (c UnassignCourse) needs(n *Need)    { n.pool(c.Pool) }

func (c UnassignCourse) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	pool, last, changes, refusal := v.course(users.ActionUnassignCourse, u, c.Pool)
	_, waits := u.CoursePlace(string(c.Pool))
	switch {
	case refusal != nil || !changes:
		return effect{}, refusal
	case waits:
		return leavesCourse(u, c.Pool), nil
	case last.State() == users.LicenceStarted:
		refusal := ofPool(ErrSeatSpent, pool)
		refusal.Since = last.Started
		return effect{}, refusal
	case !last.IsOpen(v.request.At):
		return effect{}, nil
	}
	return effect{kind: EventCourseUnassigned, user: u, licence: v.giveBack(last)}, nil
}

// StartCourse spends the user's licence for good: the first access to the course. It is
// unchanged for a started course.
//
// Active users may for themselves, and the system. [ErrNotAssigned] without an open licence;
// [ErrPoolEnded] after the end of the pool or of the licence; [ErrWrongStatus] for a user
// without the permission [OpenCourses].
type StartCourse struct {
	User users.ID `json:"user"`
	Pool PoolID   `json:"pool"`
}

// Action returns [users.ActionStartCourse].
func (StartCourse) Action() users.Action { return users.ActionStartCourse }

func (c StartCourse) target() users.ID { return c.User }
func (c StartCourse) needs(n *Need)    { n.pool(c.Pool) }

func (c StartCourse) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	pool, last, _, refusal := v.course(users.ActionStartCourse, u, c.Pool)
	started := last.State() == users.LicenceStarted
	switch {
	case refusal != nil:
		return effect{}, refusal
	case started && last.HasEnded(v.request.At):
		return effect{}, ofPool(ErrPoolEnded, pool)
	case started:
		return effect{}, nil
	case !last.IsOpen(v.request.At):
		return effect{}, ofPool(ErrNotAssigned, pool)
	}
	ends, refusal := v.givenOut(pool, FromFirstAccess)
	last.Started = v.at
	if last.Ends.IsZero() {
		last.Ends = ends
	}
	return effect{kind: EventCourseStarted, user: u, licence: last}, refusal
}

// ArchiveActivity puts the user's started courses away and returns the unstarted licences; the
// user stays. Each course can be assigned again then, which takes a new licence. It is
// unchanged for a user without open licences.
//
// Owners, admins, support and the system may.
type ArchiveActivity struct {
	User users.ID `json:"user"`
	Pool PoolID   `json:"pool,omitzero"` // of this course; empty: of all
}

// Action returns [users.ActionArchiveActivity].
func (ArchiveActivity) Action() users.Action { return users.ActionArchiveActivity }

func (c ArchiveActivity) target() users.ID { return c.User }
func (c ArchiveActivity) needs(n *Need)    { n.pool(c.Pool) }

func (c ArchiveActivity) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	_, changes, refusal := v.nextStatus(users.ActionArchiveActivity, u)
	if c.Pool != "" && refusal == nil {
		_, _, changes, refusal = v.course(users.ActionArchiveActivity, u, c.Pool)
	}
	var away []users.Licence
	for _, l := range v.licences[u.ID] {
		switch state := l.State(); {
		case !changes || c.Pool != "" && PoolID(l.Pool) != c.Pool:
		case state == users.LicenceAssigned:
			away = append(away, v.giveBack(l))
		case state == users.LicenceStarted:
			l.Archived = v.at
			away = append(away, l)
		}
	}
	if refusal != nil || len(away) == 0 {
		return effect{}, refusal
	}
	return effect{kind: EventActivityArchived, user: u, licence: away[0], licences: away[1:]}, nil
}

// SetDueDate changes the day by which the user should be done with a course; an empty date
// removes it. It is for display and changes no licence. It is unchanged for the same day.
//
// Owners, admins, support and the system may. [ErrNotAssigned] without an open licence.
type SetDueDate struct {
	User    users.ID   `json:"user"`
	Pool    PoolID     `json:"pool"`
	DueDate users.Date `json:"due_date"`
}

// Action returns [users.ActionSetDueDate].
func (SetDueDate) Action() users.Action { return users.ActionSetDueDate }

func (c SetDueDate) target() users.ID { return c.User }
func (c SetDueDate) needs(n *Need)    { n.pool(c.Pool) }

func (c SetDueDate) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	pool, last, _, refusal := v.course(users.ActionSetDueDate, u, c.Pool)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case c.DueDate.Check() != nil:
		return effect{}, badInput("due-date", c.DueDate.Check())
	case !last.IsOpen(v.request.At):
		return effect{}, ofPool(ErrNotAssigned, pool)
	case last.DueDate == c.DueDate:
		return effect{}, nil
	}
	last.DueDate = c.DueDate
	return effect{kind: EventDueDateSet, user: u, licence: last, date: c.DueDate}, nil
}
