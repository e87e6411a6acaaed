package users

import (
	"fmt"
	"slices"
	"time"
)

// A Wait is the place of an inactive user in the queue for a seat, or of an invited or active one in the queue of a course, see
// [CoursePlace]. The places of a queue are served in order of their Turn, then of the user's ID, and after a long wait before the
// users of a call.
type Wait struct {
	Since time.Time `json:"since"` // of the place; an approval and a new priority leave it
	// Priority is a head start in days, 0 to [MaxPriority]: a place with 30 stands where one with 0
	// stands that is 30 days older. So none is overtaken by a place more than [MaxPriority] days younger.
	Priority int       `json:"priority,omitzero"`
	Until    time.Time `json:"until,omitzero"`  // the place ends then; zero: at no time
	Reason   string    `json:"reason,omitzero"` // at most [MaxReason] characters
	Asks     bool      `json:"asks,omitzero"`   // a request: it waits for an approval first
}

// MaxPriority is the longest head start in a queue, in days.
const MaxPriority = 366

// ErrPriority is the reason against a priority out of bounds.
var ErrPriority = Reason{Code: "wrong-priority", Text: fmt.Sprintf("must be 0 to %d", MaxPriority)}

// Turn is the instant by which the places of a queue are in order: Since, less the head start.
func (w Wait) Turn() time.Time { return w.Since.Add(-time.Duration(w.Priority) * 24 * time.Hour) }

// Waits reports whether the user has a place in the queue, approved or not.
func (u User) Waits() bool { return u.Wait != nil }

// IsServed reports whether the user has an approved place in the queue.
func (u User) IsServed() bool { return u.Waits() && !u.Wait.Asks }

// A CoursePlace is the place of an invited or active user in the queue for the licences of a course. It holds no licence.
type CoursePlace struct {
	Pool   string `json:"pool"`   // of the course
	Number int64  `json:"number"` // of the licence to come, see [Licence]
	Wait
	DueDate Date `json:"due_date,omitzero"` // of the licence to come
}

// MaxCoursePlaces is the largest number of places of a user in the queues of courses.
const MaxCoursePlaces = 100

// CoursePlace returns the place in the queue of a course. It is not ok if there is none.
func (u User) CoursePlace(pool string) (place CoursePlace, ok bool) {
	i := u.coursePlace(pool)
	if i < 0 {
		return CoursePlace{}, false
	}
	return u.CoursePlaces[i], true
}

// WithCoursePlace returns the user with a place, in place of the one of the same course.
func (u User) WithCoursePlace(place CoursePlace) User {
	u = u.WithoutCoursePlace(place.Pool)
	i := 0
	for i < len(u.CoursePlaces) && u.CoursePlaces[i].Pool < place.Pool {
		i++
	}
	u.CoursePlaces = slices.Insert(slices.Clone(u.CoursePlaces), i, place)
	return u
}

// WithoutCoursePlace returns the user without a place in the queue of a course.
func (u User) WithoutCoursePlace(pool string) User {
	if i := u.coursePlace(pool); i >= 0 {
		u.CoursePlaces = slices.Delete(slices.Clone(u.CoursePlaces), i, i+1)
	}
	if len(u.CoursePlaces) == 0 {
		u.CoursePlaces = nil
	}
	return u
}

func (u User) coursePlace(pool string) int {
	return slices.IndexFunc(u.CoursePlaces, func(p CoursePlace) bool { return p.Pool == pool })
}

// NextCoursePlace returns the place with the first deadline, of the same instant the first by course. It is not ok if none has one.
func (u User) NextCoursePlace() (next CoursePlace, ok bool) {
	for _, p := range u.CoursePlaces {
		if !p.Until.IsZero() && (!ok || p.Until.Before(next.Until)) {
			next, ok = p, true
		}
	}
	return next, ok
}
