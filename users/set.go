package users

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"strings"
)

// A Set is a set of values of an enumeration: statuses, roles, actions. The zero value is empty. In JSON it is the
// list of the names.
type Set[T ~uint8] uint64

// In returns the set of the members.
func In[T ~uint8](members ...T) Set[T] {
	var s Set[T]
	for _, m := range members {
		s |= 1 << m
	}
	return s
}

// Has reports whether m is in the set.
func (s Set[T]) Has(m T) bool { return s&(1<<m) != 0 }

// Empty reports whether the set is empty.
func (s Set[T]) Empty() bool { return s == 0 }

// Members lists the members in ascending order.
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

// UnmarshalText reads names in any order, separated by commas; an empty text is the empty set. Any other text is
// an error, and leaves the set as it was.
func (s *Set[T]) UnmarshalText(text []byte) error {
	names := []string{}
	if len(text) > 0 {
		names = strings.Split(string(text), ",")
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	document, _ := json.Marshal(names)
	return s.UnmarshalJSON(document)
}

// MarshalJSON returns the names of the members in ascending order, or an error for a member
// beyond the enumeration.
func (s Set[T]) MarshalJSON() ([]byte, error) { return json.Marshal(s.Members()) }

// UnmarshalJSON reads a list of names in any order.
func (s *Set[T]) UnmarshalJSON(text []byte) error {
	var members []*T // encoding/json reads base64 into a []T
	if err := ReadJSON(text, &members); err != nil {
		return err
	}
	*s = 0
	for _, m := range members {
		*s |= In(*m)
	}
	return nil
}
