package users

// A Reason says why an input is wrong: empty, too long, taken. It is a sentinel, compared by
// == and found by [errors.Is]. Its text leaves the value out, since errors end up in logs. A
// host may define further reasons.
type Reason struct {
	Code string // stable and unique: the key of documents, programs and translations
	Text string // in English; it follows the name of the field, as in "email is empty"
}

// Error returns the text.
func (r Reason) Error() string { return r.Text }

// Reasons lists the reasons of this package: for fields, then for rosters. The Messages of
// package seats translate them.
func Reasons() []Reason {
	return []Reason{
		ErrEmpty, ErrTooLong, ErrNotUTF8, ErrControl, ErrUnknownCharacter, ErrAddress, ErrActor, ErrUnfit, ErrTooEarly, ErrTooLate,
		ErrEncoding, ErrTooLarge, ErrNoHeader, ErrNoColumn, ErrColumnTwice, ErrQuotes, ErrExtraCells,
		ErrNoIdentity, ErrDuplicateRow, ErrRole, ErrOwner, ErrPassword,
	}
}
