package users

import (
	"fmt"
	"time"
)

// A Wait is the place of an inactive user in the queue for a seat. The places of an account are served in order of
// their Turn, then of the user's ID, and after a long wait before the users of a call.
type Wait struct {
	Since time.Time `json:"since"` // of the place; an approval and a new priority leave it
	// Priority is a head start in days, 0 to [MaxPriority]: a place with 30 stands where one with 0
	// stands that is 30 days older. So none is overtaken by a place more than [MaxPriority] days younger.
	Priority int       `json:"priority,omitzero"`
	Until    time.Time `json:"until,omitzero"`  // the place ends then; zero: at no time
	Reason   string    `json:"reason,omitzero"` // at most [MaxReason] characters
	Asks     bool      `json:"asks,omitzero"`   // a request for a seat: it waits for an approval first
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
