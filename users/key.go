package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

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

var keyNames = enum.Names[KeyKind]{"external-id", "email", "username", "id"}

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
	Value string  `json:"value"` // of an address and a username the comparison form, see [Fold]; an ID is itself, an external ID trimmed
}

// ByID returns the key of the user with that ID.
func ByID(id ID) Key { return Key{KeyID, string(id)} }

// ByEmail returns the key of the user with that address.
func ByEmail(address string) Key { return Key{KeyEmail, Fold(address)} }

// ByUsername returns the key of the user with that username.
func ByUsername(name string) Key { return Key{KeyUsername, Fold(name)} }

// ByExternalID returns the key of the user with that external ID: the text without white
// space at its ends, compared byte by byte (caseExact in RFC 7643, 3.1). "E7" and "e7" are
// two people.
func ByExternalID(id string) Key { return Key{KeyExternalID, trim(id)} }

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

// check reports what is wrong with the key, or nil.
func (k Key) check() error {
	if k.Kind == KeyEmail || k.Kind == KeyUsername {
		for _, r := range k.Value {
			if !isKnown(r) {
				return ErrUnknownCharacter
			}
		}
	}
	return CheckID(k.Value)
}
