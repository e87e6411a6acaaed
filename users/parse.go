package users

import "encoding"

// Parse reads the text form of a value: the reverse of its String, for the parameters of URLs and the
// flags of programs. It is for every type of the library with a text form:
//
//	status, err := users.Parse[users.Status]("active")
//	total, err := users.Parse[seats.Count]("25")
//
// Anything else than a text form is an error.
func Parse[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](text string) (value T, err error) {
	err = P(&value).UnmarshalText([]byte(text))
	return value, err
}
