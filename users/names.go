package users

import "fmt"

// Names are the text forms of an enumeration: the name of each value at the
// place of its number. A value without a name is a programming error and has no
// text form; only a zero value that stands for none may have the empty name.
type Names[T ~uint8] []string

// Of returns the name of v, and the type with the number for a value without one.
func (n Names[T]) Of(v T) string {
	if int(v) < len(n) {
		return n[v]
	}
	return fmt.Sprintf("%T(%d)", v, uint8(v))
}

// Marshal returns the text form that [Names.Unmarshal] reads, or an error for a
// value without a name.
func (n Names[T]) Marshal(v T) ([]byte, error) {
	if int(v) >= len(n) {
		return nil, fmt.Errorf("%T: the number %d has no name", v, uint8(v))
	}
	return []byte(n[v]), nil
}

// Unmarshal reads the text form; anything else is an error that does not
// contain it, and leaves v as it is.
func (n Names[T]) Unmarshal(text []byte, v *T) error {
	for i, name := range n {
		if name == string(text) {
			*v = T(i)
			return nil
		}
	}
	return &DocumentError{Text: fmt.Sprintf("%T: unknown name", *v)}
}
