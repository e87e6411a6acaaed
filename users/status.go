package users

import (
	"fmt"
	"math/bits"
	"strings"
)

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

var statusNames = []string{"", "invited", "active", "inactive", "archived", "deleted"}

// String returns the status in lower case; it is empty for [NoStatus].
func (s Status) String() string { return nameOf("status", statusNames, s) }

// MarshalText returns the text form that [Status.UnmarshalText] reads.
func (s Status) MarshalText() ([]byte, error) { return marshalName("status", statusNames, s) }

// UnmarshalText reads the text form; anything else is an error.
func (s *Status) UnmarshalText(text []byte) error {
	return unmarshalName("status", statusNames, text, s)
}

// Statuses lists the statuses a person can have, in the order of a life.
func Statuses() []Status { return []Status{Invited, Active, Inactive, Archived, Deleted} }

// A Set is a set of statuses, roles or actions. The zero value is empty.
type Set[T ~uint8] uint64

// In returns the set of the given members.
func In[T ~uint8](members ...T) Set[T] {
	var s Set[T]
	for _, m := range members {
		s |= 1 << m
	}
	return s
}

// Has reports whether m is in the set.
func (s Set[T]) Has(m T) bool { return s&(1<<m) != 0 }

// Empty reports whether nothing is in the set.
func (s Set[T]) Empty() bool { return s == 0 }

// Members lists what is in the set, in ascending order.
func (s Set[T]) Members() []T {
	members := make([]T, 0, bits.OnesCount64(uint64(s)))
	for rest := uint64(s); rest != 0; rest &= rest - 1 {
		members = append(members, T(bits.TrailingZeros64(rest)))
	}
	return members
}

// String lists the members, separated by commas.
func (s Set[T]) String() string {
	var names []string
	for _, m := range s.Members() {
		names = append(names, fmt.Sprint(m))
	}
	return strings.Join(names, ", ")
}

// The text forms of the enumerations of this package: the name at the value's
// place. A value without a name is a programming error and has no text form.

func nameOf[T ~uint8](kind string, names []string, v T) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", kind, uint8(v))
}

func marshalName[T ~uint8](kind string, names []string, v T) ([]byte, error) {
	if int(v) >= len(names) {
		return nil, fmt.Errorf("users: no %s has the number %d", kind, uint8(v))
	}
	return []byte(names[v]), nil
}

func unmarshalName[T ~uint8](kind string, names []string, text []byte, v *T) error {
	for i, name := range names {
		if name == string(text) {
			*v = T(i)
			return nil
		}
	}
	return fmt.Errorf("users: unknown %s", kind)
}
