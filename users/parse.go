package users

import "encoding"

// Parse reads the text form of a value: the reverse of its String, for the parameters of URLs and the
// flags of programs. It is for every type of the library with a text form:
//
//	status, err := users.Parse[users.Status]("active")
//	total, err := users.Parse[seats.Count]("25")
//	day, err := users.Parse[users.Date]("2026-03-31")
//	kind, err := users.Parse[seats.EventKind]("invited")
//
// Anything else than a text form is an error. The empty text is that of a zero value without a name, as of [Date], [Cursor] and
// [Status], and no error there; it is one for a kind of event. IDs are texts themselves, see [CheckID]; a filter has many values, see
// [ParseFilter].
func Parse[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](text string) (value T, err error) {
	err = P(&value).UnmarshalText([]byte(text))
	return value, err
}
