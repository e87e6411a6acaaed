package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// A Status is the status of a user in an account. The zero value, [NoStatus], stands for an
// unknown user.
type Status uint8

// The statuses. Invited and active users hold a seat.
const (
	NoStatus Status = iota
	Invited         // waits for the first sign-in or the approval
	Active          // may sign in
	Inactive        // keeps the record and the ID, may not sign in
	Archived        // inactive and hidden; a status filter finds the user
	Deleted         // a tombstone: the ID stays taken, the other keys are free again

	statusCount = int(Deleted) + 1
)

var statusNames = enum.Names[Status]{"", "invited", "active", "inactive", "archived", "deleted"}

// String returns the status in lower case; it is empty for [NoStatus].
func (s Status) String() string { return statusNames.Of(s) }

// MarshalText returns the text form.
func (s Status) MarshalText() ([]byte, error) { return statusNames.Marshal(s) }

// UnmarshalText reads the text form.
func (s *Status) UnmarshalText(text []byte) error { return statusNames.Unmarshal(text, s) }

// Statuses lists the statuses of known users, in the order of a user's life.
func Statuses() []Status { return []Status{Invited, Active, Inactive, Archived, Deleted} }
