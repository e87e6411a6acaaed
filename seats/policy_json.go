package seats

import (
	"encoding/json"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// policyVersion is the version of the form below. A further switch keeps it, since the zero value
// of a switch has no effect. Another meaning of a switch raises it.
const policyVersion = 1

type plainPolicy Policy

type policyForm struct {
	Version int `json:"version"`
	plainPolicy
	Term term `json:"term"` // in place of the number
}

var (
	errVersion = &users.DocumentError{Text: "seats: JSON: a policy is not of version 1"}
	errTerm    = &users.DocumentError{Text: "seats: JSON: the term of a policy is no duration"}
	errMarks   = &users.DocumentError{Text: "seats: JSON: a policy has too many marks"}
	errCards   = &users.DocumentError{Text: "seats: JSON: a policy has too many cards"}
)

// MarshalJSON returns the policy with every switch by its value. A stored policy therefore
// stays the same when a preset is corrected later. A policy that fails [Policy.Check] is an
// error.
func (p Policy) MarshalJSON() ([]byte, error) {
	if err := p.checkJSON(); err != nil {
		return nil, err
	}
	return json.Marshal(policyForm{policyVersion, plainPolicy(p), term(p.Term)})
}

// UnmarshalJSON reads a policy of version 1, by [users.ReadJSON]. A missing switch has its zero
// value. A policy that fails [Policy.Check] is an error.
func (p *Policy) UnmarshalJSON(text []byte) error {
	var form policyForm
	if err := users.ReadJSON(text, &form); err != nil {
		return err
	}
	if form.Version != policyVersion {
		return errVersion
	}
	read := Policy(form.plainPolicy)
	read.Term = time.Duration(form.Term)
	if err := read.checkJSON(); err != nil {
		return err
	}
	*p = read
	return nil
}

func (p Policy) checkJSON() error {
	if err := p.Check(); err != nil {
		return &users.DocumentError{Text: "seats: JSON: a policy", Reason: err}
	}
	return nil
}

// A term is a duration with a text form, such as "336h0m0s".
type term time.Duration

func (t term) MarshalText() ([]byte, error) { return []byte(time.Duration(t).String()), nil }

func (t *term) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return errTerm
	}
	*t = term(d)
	return nil
}

// MarshalJSON returns the cards without the empty ones after the last.
func (c Cards) MarshalJSON() ([]byte, error) { return marshalFront(c[:]) }

// UnmarshalJSON reads a list of cards. More cards than a policy has are an error.
func (c *Cards) UnmarshalJSON(text []byte) error { return unmarshalFront(text, c[:], errCards) }

// marshalFront returns a list without the zero values at its end.
func marshalFront[T comparable](list []T) ([]byte, error) {
	n := len(list)
	for n > 0 && list[n-1] == *new(T) {
		n--
	}
	return json.Marshal(list[:n])
}

// unmarshalFront fills a list from its beginning, and sets the rest to zero.
func unmarshalFront[T any](text []byte, into []T, tooMany error) error {
	var list []T
	if err := users.ReadJSON(text, &list); err != nil {
		return err
	}
	if len(list) > len(into) {
		return tooMany
	}
	clear(into)
	copy(into, list)
	return nil
}
