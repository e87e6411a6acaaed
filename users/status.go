package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// A Status says where a person stands in an account. The zero value,
// [NoStatus], is that of somebody who is not there.
type Status uint8

// The statuses. Invited and active people hold a seat, the others none.
const (
	NoStatus Status = iota
	Invited         // holds a seat, is not let in yet
	Active          // is let in
	Inactive        // keeps the record and the ID, may do nothing
	Archived        // put away; found by the status filter and restored from there
	Deleted         // a tombstone: the ID stays taken, the addresses are free again

	statusCount = int(Deleted) + 1
)

var statusNames = enum.Names[Status]{"", "invited", "active", "inactive", "archived", "deleted"}

// String returns the status in lower case; it is empty for [NoStatus].
func (s Status) String() string { return statusNames.Of(s) }

// MarshalText returns the text form that [Status.UnmarshalText] reads.
func (s Status) MarshalText() ([]byte, error) { return statusNames.Marshal(s) }

// UnmarshalText reads the text form; anything else is an error.
func (s *Status) UnmarshalText(text []byte) error { return statusNames.Unmarshal(text, s) }

// Statuses lists the statuses a person can have, in the order of a life.
func Statuses() []Status { return []Status{Invited, Active, Inactive, Archived, Deleted} }
