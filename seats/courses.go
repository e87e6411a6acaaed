package seats

import "github.com/seatkeeper/seatkeeper/users"

// AssignCourse takes a licence of the course's pool for a user. The licence is held, and spent
// when the course is started. It is unchanged for a user who holds an unstarted licence of the
// course or has started it, unless its term has ended: then a new licence takes its place.
// After [ArchiveActivity] the same course can be assigned again, which takes a new licence.
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

func (c AssignCourse) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
}

// UnassignCourse returns the user's unstarted licence to the pool of the course. It is unchanged
// for a user without an open licence.
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

func (c UnassignCourse) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
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

func (c StartCourse) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
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

func (c ArchiveActivity) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
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

func (c SetDueDate) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
}
