package scim

import (
	"strings"

	filter "github.com/scim2/filter-parser/v2"

	"github.com/seatkeeper/seatkeeper/users"
)

// A condition is one of a filter: an attribute equal to a value, a text or a boolean.
type condition struct {
	name string // the folded path
	text string
	yes  bool
}

// A test is what a filter may ask of a resource R.
type test[R any] struct {
	text func(R, string) bool // nil: the attribute is a boolean
	yes  func(R, bool) bool
	keys func(string) []users.Key // of the users that can pass; nil: any can
}

// readFilter reads a filter by the attributes that may be asked for; none for the empty text.
func readFilter[R any](text string, tests map[string]test[R]) ([]condition, *Error) {
	text, expression, err := strings.TrimSpace(text), filter.Expression(nil), error(nil)
	switch {
	case text == "":
		return nil, nil
	case len(text) > maxExpression:
		return nil, invalid(InvalidFilter, "the filter is longer than %d bytes", maxExpression)
	}
	if expression, err = filter.ParseFilterNumber([]byte(prepare(text))); err != nil {
		return nil, invalid(InvalidFilter, "the filter is not understood")
	}
	r := filterReader[R]{tests: tests}
	if err := r.read("", expression); err != nil {
		return nil, err
	}
	return r.conditions, nil
}

type filterReader[R any] struct {
	tests      map[string]test[R]
	conditions []condition
}

// read adds the conditions of an expression, within a value filter of an attribute or not.
func (r *filterReader[R]) read(within string, e filter.Expression) *Error {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		if e.Operator != filter.AND {
			break
		}
		if err := r.read(within, e.Left); err != nil {
			return err
		}
		return r.read(within, e.Right)
	case *filter.ValuePath:
		if within != "" || e.AttributePath.SubAttribute != nil {
			break
		}
		return r.read(users.Fold(e.AttributePath.AttributeName), e.ValueFilter)
	case *filter.AttributeExpression:
		if users.Fold(string(e.Operator)) != string(filter.EQ) {
			break
		}
		return r.condition(within, e)
	}
	return invalid(InvalidFilter, "a filter has conditions with eq, joined by and: other operators are not offered")
}

func (r *filterReader[R]) condition(within string, e *filter.AttributeExpression) *Error {
	text := e.AttributePath.String()
	if within != "" {
		text = within + "." + text
	}
	p, err := readPath(text)
	t, ok := r.tests[p.name()]
	if err != nil || !ok {
		return invalid(InvalidFilter, "the filter asks for an attribute that can't be asked for")
	}
	c := condition{name: p.name()}
	value := literal(e.CompareValue)
	if t.text == nil {
		if c.yes, err = boolOf(c.name, value); err != nil {
			return invalid(InvalidFilter, "%s is compared with true or false", c.name)
		}
	} else if c.text, ok = value.(string); !ok { // a json.Number is no string: 007 is a text
		return invalid(InvalidFilter, "%s is compared with a text in quotes", c.name)
	}
	r.conditions = append(r.conditions, c)
	return nil
}

// holdAll reports whether all conditions hold.
func holdAll[R any](conditions []condition, tests map[string]test[R], of R) bool {
	for _, c := range conditions {
		t := tests[c.name]
		if t.text == nil && !t.yes(of, c.yes) || t.text != nil && !t.text(of, c.text) {
			return false
		}
	}
	return true
}

// same compares without case, as RFC 7643 says of everything but IDs.
func same(a, b string) bool { return a != "" && users.Fold(a) == users.Fold(b) }

// userTests has what a filter may ask of a user. A value of emails is for work and primary, as it is shown.
var userTests = map[string]test[users.User]{
	"id": {
		text: func(u users.User, id string) bool { return string(u.ID) == id },
		keys: func(id string) []users.Key { return []users.Key{users.ByID(users.ID(id))} },
	},
	"externalid": {
		text: func(u users.User, id string) bool {
			return u.ExternalID != "" && users.ByExternalID(u.ExternalID) == users.ByExternalID(id)
		},
		keys: func(id string) []users.Key { return []users.Key{users.ByExternalID(id)} },
	},
	"username": {
		text: func(u users.User, name string) bool { return same(userName(u.Profile), name) },
		keys: func(name string) []users.Key {
			return []users.Key{users.ByUsername(name), users.ByEmail(name), users.ByExternalID(name)}
		},
	},
	"emails":         {text: hasEmail, keys: byEmail},
	"emails.value":   {text: hasEmail, keys: byEmail},
	"emails.type":    {text: func(u users.User, kind string) bool { return u.Email != "" && same("work", kind) }},
	"emails.primary": {yes: func(u users.User, yes bool) bool { return u.Email != "" && yes }},
	"active":         {yes: func(u users.User, yes bool) bool { return isActive(u) == yes }},
}

func hasEmail(u users.User, address string) bool { return same(u.Email, address) }
func byEmail(address string) []users.Key         { return []users.Key{users.ByEmail(address)} }
