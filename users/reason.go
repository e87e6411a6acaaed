package users

import "fmt"

// A Reason says why an input is wrong: empty, too long, taken. It is a sentinel, compared by
// == and found by [errors.Is]. Its text leaves the value out, since errors end up in logs. A
// host may define further reasons.
type Reason struct {
	Code string // stable and unique: the key of documents, programs and translations
	Text string // in English; it follows the name of the field, as in "email is empty"
}

// Error returns the text.
func (r Reason) Error() string { return r.Text }

// The reasons against a field.
var (
	ErrEmpty            = Reason{"empty", "is empty"}
	ErrTooLong          = Reason{"too-long", "is too long"}
	ErrNotUTF8          = Reason{"not-utf8", "is not valid UTF-8"}
	ErrControl          = Reason{"control-character", "contains a control character"}
	ErrUnknownCharacter = Reason{"unknown-character", "contains a character unknown to this version"}
	ErrAddress          = Reason{"not-an-address", "is not an email address"}
	ErrActor            = Reason{"not-an-actor", "has an unknown kind, or a field of another kind"}
	ErrNoReference      = Reason{"no-reference", "needs the reference of the support request"}
	ErrUnfit            = Reason{"unfit", "contradicts the other fields of the user"}
	ErrTooEarly         = Reason{"too-early", "is before the user was created, or before an earlier step"}
	ErrDate             = Reason{"not-a-date", "is not a date of the form yyyy-mm-dd"}
	ErrTooLate          = Reason{"too-late", "is in the future, or after the year 9999"}
)

// Reasons lists the reasons of this package: for fields, then for rosters. The Messages of
// package seats translate them.
func Reasons() []Reason {
	return []Reason{
		ErrEmpty, ErrTooLong, ErrNotUTF8, ErrControl, ErrUnknownCharacter, ErrAddress, ErrActor, ErrNoReference, ErrUnfit, ErrTooEarly, ErrTooLate, ErrDate,
		ErrEncoding, ErrMangled, ErrUnmapped, ErrTooLarge, ErrNoHeader, ErrNoKeyColumn, ErrNoColumn, ErrColumnTwice, ErrColumnAlike, ErrQuotes, ErrExtraCells,
		ErrNoIdentity, ErrDuplicateRow, ErrPriority, ErrRole, ErrStatus, ErrAnswer, ErrNoValue, ErrOwner, ErrDateForm, ErrPassword,
	}
}

// A FieldError reports a wrong field of a user, profile, patch or actor. Its text leaves the
// value out.
type FieldError struct {
	Field  string // the JSON key with hyphens: "email", "external-id", ...; "profile" without any key
	Reason error  // such as [ErrTooLong]
}

// Error returns the field and the reason, for [ErrTooLong] with the bound of the field.
func (e *FieldError) Error() string {
	text := fmt.Sprintf("users: %s %v", e.Field, e.Reason)
	if e.Reason != ErrTooLong {
		return text
	}
	switch e.Field {
	case "id", "username", "external-id":
		return fmt.Sprintf("%s: at most %d bytes", text, MaxID)
	case "email":
		return fmt.Sprintf("%s: at most %d bytes", text, MaxEmail)
	case "groups":
		return fmt.Sprintf("%s: at most %d groups of %d characters", text, MaxGroups, MaxText)
	case "licences":
		return fmt.Sprintf("%s: at most %d", text, MaxLicences)
	}
	return fmt.Sprintf("%s: at most %d characters", text, MaxText)
}

// Unwrap returns the reason.
func (e *FieldError) Unwrap() error { return e.Reason }
