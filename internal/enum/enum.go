// Package enum has the text forms of enumerations.
package enum

import (
	"fmt"
	"strings"
)

// Names are the text forms of an enumeration: each value is the index of its name. The zero
// value of an enumeration may have the empty name.
type Names[T ~uint8] []string

// Of returns the name of v. A value beyond the enumeration gets its type and number.
func (n Names[T]) Of(v T) string {
	if int(v) < len(n) {
		return n[v]
	}
	return fmt.Sprintf("%T(%d)", v, uint8(v))
}

// Marshal returns the name of v, or an error for a value beyond the enumeration.
func (n Names[T]) Marshal(v T) ([]byte, error) {
	if int(v) >= len(n) {
		return nil, fmt.Errorf("%T: the number %d has no name", v, uint8(v))
	}
	return []byte(n[v]), nil
}

// Unmarshal sets v to the value of the name. Any other text is an [*UnknownError] and leaves
// v as it is.
func (n Names[T]) Unmarshal(text []byte, v *T) error {
	for i, name := range n {
		if name == string(text) {
			*v = T(i)
			return nil
		}
	}
	return &UnknownError{Type: fmt.Sprintf("%T", *v), Names: n}
}

// An UnknownError reports a text other than the names of an enumeration. It contains the
// names and leaves the text out.
type UnknownError struct {
	Type  string
	Names []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s: unknown name; the names are %s", e.Type, strings.TrimPrefix(strings.Join(e.Names, ", "), ", "))
}
