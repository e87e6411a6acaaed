package users

import "unicode/utf8"

// Bounds of what is kept about accounts and people. Longer texts are refused at
// the door, so that no database can cut them silently.
const (
	MaxID     = 255 // bytes of an account, user, pool or request identifier
	MaxEmail  = 254 // bytes of an address (RFC 5321, 4.5.3.1.3)
	MaxText   = 255 // characters of a name, location, department, title or group
	MaxGroups = 100 // groups of one user
	MaxReason = 500 // characters of a reason

	// Of somebody who is brought along from elsewhere, see [User.Clean].
	MaxNotifications = 1_000_000 // notifications that went out
	MaxLicences      = 1000      // course licences
)

// An AccountID names an account: a site, a workspace, a learning space. It is
// chosen by the host: 1 to [MaxID] bytes of valid UTF-8 without control
// characters, compared byte by byte.
type AccountID string

// An ID names a user for ever. It is the host's, or made by the Keeper where
// the host gives none: 1 to [MaxID] bytes of valid UTF-8 without control
// characters, compared byte by byte. An ID is never given to a second person,
// so that records kept under it stay true.
type ID string

// What can be wrong with what comes in. The reasons name no value, since errors end
// up in logs.
var (
	ErrEmpty            = Reason{"empty", "is empty"}
	ErrTooLong          = Reason{"too-long", "is too long"}
	ErrNotUTF8          = Reason{"not-utf8", "is not valid UTF-8"}
	ErrControl          = Reason{"control-character", "contains a control character"}
	ErrUnknownCharacter = Reason{"unknown-character", "contains a character that this release does not know"}
	ErrAddress          = Reason{"not-an-address", "is not an e-mail address"}
	ErrActor            = Reason{"not-an-actor", "has an unknown kind, or a field of another kind"}
	ErrUnfit            = Reason{"unfit", "contradicts the other fields of the user"}
	ErrTooEarly         = Reason{"too-early", "is before the user was created, or before an earlier step"}
	ErrTooLate          = Reason{"too-late", "is in the future, or after the year 9999"}
)

// CheckID reports what is wrong with an identifier, or nil.
func CheckID[T ~string](id T) error {
	switch {
	case id == "":
		return ErrEmpty
	case len(id) > MaxID:
		return ErrTooLong
	}
	return checkCharacters(string(id))
}

// CheckText reports what is wrong with a text of at most limit characters, or
// nil. The empty text is right.
func CheckText(text string, limit int) error {
	if err := checkCharacters(text); err != nil {
		return err
	}
	if utf8.RuneCountInString(text) > limit {
		return ErrTooLong
	}
	return nil
}

func checkCharacters(text string) error {
	if !utf8.ValidString(text) {
		return ErrNotUTF8
	}
	for _, r := range text {
		if r < ' ' || 0x7F <= r && r < 0xA0 { // a category to which Unicode adds nothing
			return ErrControl
		}
	}
	return nil
}
