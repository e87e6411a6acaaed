package users

import "unicode/utf8"

// Bounds of accounts and users. Longer input is refused, so that every database keeps it
// whole.
const (
	MaxID     = 255 // bytes of an account, user, pool or request identifier
	MaxEmail  = 254 // bytes of an address (RFC 5321, 4.5.3.1.3)
	MaxText   = 255 // characters of a name, location, department, title or group
	MaxGroups = 100 // groups of one user
	MaxReason = 500 // characters of a reason

	// Of an imported user, see [User.Clean].
	MaxNotifications = 1_000_000 // notifications sent
	MaxLicences      = 1000      // course licences
)

// An AccountID identifies an account: a site, a workspace, a learning space. The host chooses
// it: 1 to [MaxID] bytes of UTF-8, free of control characters, compared byte by byte.
type AccountID string

// An ID identifies a user for ever. The host gives it, or the Keeper makes one: 1 to [MaxID]
// bytes of UTF-8, free of control characters, compared byte by byte. A deleted user's ID
// stays taken, so that records under it keep their author.
type ID string

// CheckID returns the [Reason] against an identifier, or nil.
func CheckID[T ~string](id T) error {
	switch {
	case id == "":
		return ErrEmpty
	case len(id) > MaxID:
		return ErrTooLong
	}
	return checkCharacters(string(id))
}

// CheckText returns the [Reason] against a text of at most limit characters, or nil. The empty
// text passes.
func CheckText(text string, limit int) error {
	if err := checkCharacters(text); err != nil {
		return err
	}
	if len(text) > limit && utf8.RuneCountInString(text) > limit {
		return ErrTooLong
	}
	return nil
}

func checkCharacters(text string) error {
	if isPlain(text) {
		return nil
	}
	if !utf8.ValidString(text) {
		return ErrNotUTF8
	}
	for _, r := range text {
		if r < ' ' || 0x7F <= r && r < 0xA0 { // category Cc, stable in Unicode
			return ErrControl
		}
	}
	return nil
}
