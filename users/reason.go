package users

// A Reason says what is wrong with something that comes in: that it is empty, too long,
// taken. It is a sentinel: two are the same if they are equal by ==, and [errors.Is]
// finds one through any wrapping. None of them names a value, since errors end up in
// logs. A host may have reasons of its own.
type Reason struct {
	Code string // stable, and of no other reason: what documents, programs and translations know it by
	Text string // the reason in English; it goes on from the name of what is wrong
}

// Error returns the text.
func (r Reason) Error() string { return r.Text }

// Reasons lists the reasons of this package: those for a field, then those for a roster.
// In words of another language they are said by the Messages of package seats.
func Reasons() []Reason {
	return []Reason{
		ErrEmpty, ErrTooLong, ErrNotUTF8, ErrControl, ErrUnknownCharacter, ErrAddress, ErrActor, ErrUnfit, ErrTooEarly, ErrTooLate,
		ErrEncoding, ErrTooLarge, ErrNoHeader, ErrNoColumn, ErrColumnTwice, ErrQuotes, ErrExtraCells,
		ErrNoIdentity, ErrDuplicateRow, ErrRole, ErrOwner, ErrPassword,
	}
}
