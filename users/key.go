package users

import (
	"strings"
	"unicode"
)

// A KeyKind is something by which a person is recognised.
type KeyKind uint8

// The kinds of key, the strongest first: where two people agree on a stronger
// key, a weaker one does not tell them apart, and where they differ on a
// stronger one, a weaker one does not make them the same.
const (
	KeyExternalID KeyKind = iota
	KeyEmail
	KeyUsername
	KeyID // of the record rather than of the person
)

var keyNames = Names[KeyKind]{"external-id", "email", "username", "id"}

// String returns the kind in lower case, words joined by a hyphen.
func (k KeyKind) String() string { return keyNames.Of(k) }

// MarshalText returns the text form that [KeyKind.UnmarshalText] reads.
func (k KeyKind) MarshalText() ([]byte, error) { return keyNames.Marshal(k) }

// UnmarshalText reads the text form; anything else is an error.
func (k *KeyKind) UnmarshalText(text []byte) error { return keyNames.Unmarshal(text, k) }

// A Key is one of the names a person is known by in an account. Each is taken
// by one person at most, from the moment it is given until that person is
// deleted; the ID stays taken for ever.
type Key struct {
	Kind  KeyKind `json:"kind"`
	Value string  `json:"value"` // in comparison form, see [Fold]; an ID is itself
}

// ByID returns the key of the user with that ID.
func ByID(id ID) Key { return Key{KeyID, string(id)} }

// ByEmail returns the key of the user with that address.
func ByEmail(address string) Key { return Key{KeyEmail, Fold(address)} }

// ByUsername returns the key of the user with that username.
func ByUsername(name string) Key { return Key{KeyUsername, Fold(name)} }

// ByExternalID returns the key of the user with that external ID.
func ByExternalID(id string) Key { return Key{KeyExternalID, Fold(id)} }

// Keys lists the keys of the person, the strongest first; the ID is not one of
// them.
func (p Profile) Keys() []Key {
	keys := make([]Key, 0, 3)
	for _, k := range []Key{ByExternalID(p.ExternalID), ByEmail(p.Email), ByUsername(p.Username)} {
		if k.Value != "" {
			keys = append(keys, k)
		}
	}
	return keys
}

// SamePerson reports whether two profiles describe one person: the strongest
// kind of key that both have decides. Two profiles without a common kind do not.
func SamePerson(a, b Profile) bool {
	for _, k := range a.Keys() {
		for _, other := range b.Keys() {
			if k.Kind == other.Kind {
				return k == other
			}
		}
	}
	return false
}

// Fold returns the comparison form of an address, a username or an external ID:
// trimmed, with every rune replaced by the least of those that Unicode calls
// the same but for case (simple folding). It is the same for "Ada@Example.com"
// and "ada@example.com". Nothing else is folded: the two Unicode forms of é, one
// rune or two, remain two texts, and so do ß and ss, and a text with an invisible
// character in it. A username and an address are different things even where they
// are the same text.
func Fold(text string) string { return strings.Map(leastFold, strings.TrimSpace(text)) }

func leastFold(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}
