package users

import "fmt"

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
