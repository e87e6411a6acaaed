package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// A KeyKind is a kind of [Key].
type KeyKind uint8

// The kinds of key, the strongest first. Two profiles with an external ID describe one person if
// that is the same. Otherwise they do if they have an address or a username in common, and neither
// differs.
const (
	KeyExternalID KeyKind = iota
	KeyEmail
	KeyUsername
	KeyID // identifies the record
)

var keyNames = enum.Names[KeyKind]{"external-id", "email", "username", "id"}

// String returns the kind in lower case, words joined by a hyphen.
func (k KeyKind) String() string { return keyNames.Of(k) }

// MarshalText returns the text form.
func (k KeyKind) MarshalText() ([]byte, error) { return keyNames.Marshal(k) }

// UnmarshalText reads the text form.
func (k *KeyKind) UnmarshalText(text []byte) error { return keyNames.Unmarshal(text, k) }

// A Key identifies a user in an account. It belongs to one user at most, until the user is
// deleted; an address to several where the policy allows that, see [User.SharesEmail]. The ID stays
// taken for ever.
type Key struct {
	Kind  KeyKind `json:"kind"`
	Value string  `json:"value"` // the comparison form of an address or a username, see [Fold]; the external ID, see [ByExternalID]; the ID
}

// ByID returns the key of an ID.
func ByID(id ID) Key { return Key{KeyID, string(id)} }

// ByEmail returns the key of an address.
func ByEmail(address string) Key { return Key{KeyEmail, Fold(address)} }

// ByUsername returns the key of a username.
func ByUsername(name string) Key { return Key{KeyUsername, Fold(name)} }

// ByExternalID returns the key of an external ID: the trimmed text without invisible characters,
// compared byte by byte (caseExact in RFC 7643, 3.1). "E7" and "e7" are two users.
func ByExternalID(id string) Key { return Key{KeyExternalID, trim(visible(id))} }

// Keys lists the keys of the profile, the strongest first, apart from the ID.
func (p Profile) Keys() []Key { return p.appendKeys(make([]Key, 0, 3)) } // short, so that the caller's stack has the list

// appendKeys adds the keys of the profile to a list.
func (p *Profile) appendKeys(keys []Key) []Key {
	for _, k := range [...]Key{ByExternalID(p.ExternalID), ByEmail(p.Email), ByUsername(p.Username)} {
		if k.Value != "" {
			keys = append(keys, k)
		}
	}
	return keys
}

// check returns the [Reason] against the key, or nil.
func (k Key) check() error {
	if isClean(k.Value) {
		return nil
	}
	if k.Kind == KeyEmail || k.Kind == KeyUsername {
		for _, r := range k.Value {
			if !isKnown(r) {
				return ErrUnknownCharacter
			}
		}
	}
	return CheckID(k.Value)
}
