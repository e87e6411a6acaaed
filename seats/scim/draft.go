package scim

import (
	"slices"

	filter "github.com/scim2/filter-parser/v2"

	"github.com/seatkeeper/seatkeeper/users"
)

// A draft is a user as a body changes them.
type draft struct {
	profile users.Profile
	active  *bool  // nil: not said
	display string // the displayName, or the formatted name
	clear   bool   // what is not said is cleared, but the keys
	said    []string
}

// texts has the attributes that are a text of a profile, by their folded paths.
var texts = map[string]func(*users.Profile) *string{
	"username":        func(p *users.Profile) *string { return &p.Username },
	"externalid":      func(p *users.Profile) *string { return &p.ExternalID },
	"name.givenname":  func(p *users.Profile) *string { return &p.FirstName },
	"name.familyname": func(p *users.Profile) *string { return &p.LastName },
	"title":           func(p *users.Profile) *string { return &p.Title },
	"department":      func(p *users.Profile) *string { return &p.Department },
}

// elements has the attributes with several values of which a profile has one, and the sub-attribute that it has. The one
// is shown as the primary value, for work.
var elements = map[string]struct {
	sub  string
	text func(*users.Profile) *string
}{
	"emails":    {"value", func(p *users.Profile) *string { return &p.Email }},
	"addresses": {"locality", func(p *users.Profile) *string { return &p.Location }},
}

// read applies the operations of a body in order, and then the rules between attributes.
func (d *draft) read(b Body) *Error {
	was := d.profile
	for _, o := range b.operations {
		if o.body && o.value == nil {
			continue // null of an object is as good as absent (RFC 7643, 2.5)
		}
		if o.kind == remove && elements[o.path.attribute].text == nil {
			o.value = nil
		}
		if err := d.apply(o); err != nil {
			return err
		}
	}
	d.followUserName(was)
	if d.clear {
		d.clearAbsent()
	}
	if d.display != "" && d.profile.FirstName == "" && !slices.Contains(d.said, "name.familyname") {
		d.profile.LastName = d.display
	}
	return nil
}

// followUserName makes a new userName the address too, if the address was the userName before.
func (d *draft) followUserName(was users.Profile) {
	name := users.Fold(was.Username)
	if users.Fold(was.Email) != name || users.Fold(d.profile.Username) == name || slices.Contains(d.said, "emails") {
		return
	}
	if _, err := (users.Profile{Email: d.profile.Username}).Clean(); err == nil {
		d.profile.Email = d.profile.Username
	}
}

// clearAbsent clears what was not said, but the keys, and the address that is the userName.
func (d *draft) clearAbsent() {
	for name, text := range texts {
		if name != "username" && name != "externalid" && !slices.Contains(d.said, name) {
			*text(&d.profile) = ""
		}
	}
	for name, e := range elements {
		if !slices.Contains(d.said, name) && !same(*e.text(&d.profile), d.profile.Username) {
			*e.text(&d.profile) = ""
		}
	}
}

// apply carries out one operation.
func (d *draft) apply(o operation) *Error {
	name := o.path.name()
	if text := texts[name]; text != nil {
		d.said = append(d.said, name)
		return setText(name, text(&d.profile), o.value)
	}
	switch o.path.attribute {
	case "active":
		if o.value == nil {
			return nil
		}
		active, err := boolOf("active", o.value)
		d.active = &active
		return err
	case "displayname":
		return setText(name, &d.display, o.value)
	case "name":
		return d.name(o)
	case "emails", "addresses":
		d.said = append(d.said, o.path.attribute)
		return d.element(o)
	}
	return nil // not one of those offered
}

func setText(name string, text *string, value any) (err *Error) {
	*text, err = textOf(name, value)
	return err
}

// name carries out an operation on the whole name, or on a part of it that is no text of a profile.
func (d *draft) name(o operation) *Error {
	parts, ok := o.value.(object)
	switch {
	case o.path.sub == "formatted" && d.display == "":
		return setText("name.formatted", &d.display, o.value)
	case o.path.sub != "":
		return nil
	case o.value == nil:
		parts = object{{"givenname", ""}, {"familyname", ""}}
	case !ok:
		return invalid(InvalidValue, "name is not an object")
	}
	for _, part := range parts {
		if part.value == nil {
			continue
		}
		if err := d.apply(operation{kind: o.kind, path: path{attribute: "name", sub: part.name}, value: part.value}); err != nil {
			return err
		}
	}
	return nil
}

// element carries out an operation on an attribute with several values.
func (d *draft) element(o operation) *Error {
	e := elements[o.path.attribute]
	text := e.text(&d.profile)
	if o.path.only != nil {
		it := object{{"type", "work"}, {"primary", true}, {e.sub, *text}}
		holds, err := holds(o.path.only, it)
		if err != nil || !holds {
			return err
		}
	}
	switch {
	case o.path.sub == e.sub && o.kind == remove:
		*text = ""
		return nil
	case o.path.sub == e.sub:
		return setText(o.path.name(), text, o.value)
	case o.path.sub != "":
		return nil
	}
	list, err := objects(o.path.attribute, o.value)
	switch {
	case err != nil:
		return err
	case o.kind == remove:
		listed := func(other object) bool { return users.Fold(textIn(other, e.sub)) == users.Fold(*text) }
		if o.value == nil || slices.ContainsFunc(list, listed) {
			*text = ""
		}
		return nil
	case len(list) == 0 && o.kind == replace:
		*text = ""
		return nil
	case len(list) == 0:
		return nil
	}
	best := slices.MaxFunc(list, func(a, b object) int { return rank(a) - rank(b) })
	if o.kind == add && rank(best) == 0 && *text != "" || best.get(e.sub) == nil {
		return nil
	}
	return setText(o.path.attribute, text, best.get(e.sub))
}

// rank orders the values of an attribute: the primary one, one for work, one without a type, others.
func rank(o object) int {
	if primary, err := boolOf("primary", o.get("primary")); err == nil && primary {
		return 3
	}
	switch users.Fold(textIn(o, "type")) {
	case "work":
		return 2
	case "":
		return 1
	}
	return 0
}

// textIn returns a text of an object, empty for anything else.
func textIn(o object, name string) string {
	text, _ := o.get(name).(string)
	return text
}

// notText returns the error against a value that is no text.
func notText(ok bool) *Error {
	if ok {
		return nil
	}
	return invalid(InvalidFilter, "the filter of a path compares a text with something else")
}

// holds reports whether a condition of a path holds for a value of an attribute: conditions with eq, joined by and and
// or. IDs are compared with case, other texts without.
func holds(e filter.Expression, it object) (bool, *Error) {
	switch e := e.(type) {
	case *filter.AttributeExpression:
		if users.Fold(string(e.Operator)) != string(filter.EQ) || e.AttributePath.SubAttribute != nil {
			break
		}
		name, value := users.Fold(e.AttributePath.AttributeName), literal(e.CompareValue)
		is := it.get(name)
		if yes, ok := is.(bool); ok {
			asked, err := boolOf(name, value)
			return asked == yes, err
		}
		text, ok := value.(string)
		switch is := is.(type) {
		case users.ID:
			return text == string(is), notText(ok)
		case string:
			return users.Fold(text) == users.Fold(is), notText(ok)
		}
	case *filter.LogicalExpression:
		left, err := holds(e.Left, it)
		if err != nil {
			return false, err
		}
		right, err := holds(e.Right, it)
		if e.Operator == filter.AND {
			return left && right, err
		}
		return left || right, err
	}
	return false, invalid(InvalidFilter, "the filter of a path is not understood: conditions with eq are, joined by and and or")
}
