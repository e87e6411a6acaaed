package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// A Leaving is the way in which a user became inactive, archived or deleted from invited or
// active, or lost a place in the queue for a seat.
type Leaving uint8

// The ways of leaving.
const (
	NotLeft    Leaving = iota // invited or active, waiting for a seat, created inactive, or unknown
	LeftByHand                // a command of a user, of support or of the host
	LeftBySync                // a command of a sync
	LeftByDate                // the day of a leave, the end of an invitation, of a place, or of a time without a sight of the user

	leavingCount = int(LeftByDate) + 1
)

var leavingNames = enum.Names[Leaving]{"", "hand", "sync", "date"}

// String returns the way in lower case; it is empty for [NotLeft].
func (l Leaving) String() string { return leavingNames.Of(l) }

// MarshalText returns the text form.
func (l Leaving) MarshalText() ([]byte, error) { return leavingNames.Marshal(l) }

// UnmarshalText reads the text form.
func (l *Leaving) UnmarshalText(text []byte) error { return leavingNames.Unmarshal(text, l) }
