package users

import (
	"encoding"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Query returns the filter as the parameters of a URL, for a url.Values: [ParseFilter] reads them. After is left
// out, since the place of a page is a [Cursor] and has a text form of its own. ParseFilter refuses the result for a
// filter with an empty ID, group or status, or with a malformed text.
func (f Filter) Query() map[string][]string {
	query := map[string][]string{}
	for _, p := range f.parameters() {
		for _, value := range p.values() {
			switch {
			case value != "":
				query[p.key] = append(query[p.key], value)
			case p.blank:
				query[withoutKey] = append(query[withoutKey], p.key)
			default:
				query[p.key] = append(query[p.key], "\x00") // as a form's empty field it would select all
			}
		}
	}
	return query
}

// ParseFilter reads the parameters of a URL or of a form as a filter: the reverse of [Filter.Query].
//
//	filter, err := users.ParseFilter(r.URL.Query(), "cursor") // a key of the host's own
//
// The keys are those of the JSON form, from "ids" to "backward". Lists and sets have any number of values, up to
// [MaxJSONElements]. Names of a set may share one, with commas between them. A source is its kind, or as in
// "sync:hr" the kind and the name. A flag is "true". The key "without" selects the users without one of
// "locations", "departments" and "left_by". Empty values are passed over, as of an empty field of a form, and so
// are the host's own keys.
//
// Everything else is a [*DocumentError], since a filter with a part missing selects more users. The error has
// the key at most.
func ParseFilter(query map[string][]string, own ...string) (Filter, error) {
	var f Filter
	fields := f.parameters()
	blank := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		values := slices.DeleteFunc(slices.Clone(query[key]), func(v string) bool { return v == "" })
		i := slices.IndexFunc(fields, func(p parameter) bool { return p.key == key })
		ok := true
		switch {
		case slices.Contains(own, key), len(values) == 0 && (i >= 0 || key == withoutKey):
		case i >= 0:
			ok = len(values) <= MaxJSONElements && fields[i].set(values)
		case key == withoutKey:
			for _, value := range values {
				blank[value] = true
			}
		case isKey(key):
			return Filter{}, &DocumentError{Text: fmt.Sprintf("users: URL: a key is unknown: %q", key)}
		default:
			return Filter{}, &DocumentError{Text: "users: URL: a key is unknown"}
		}
		if !ok {
			return Filter{}, wrongValue(key)
		}
	}
	for _, p := range fields {
		if p.blank && blank[p.key] {
			delete(blank, p.key)
			p.addBlank()
		}
	}
	if len(blank) > 0 {
		return Filter{}, wrongValue(withoutKey)
	}
	return f, nil
}

func wrongValue(key string) error {
	return &DocumentError{Text: fmt.Sprintf("users: URL: a value of %q is wrong", key)}
}

// withoutKey is the key of the fields that select the empty text: forms send that for a field left empty.
const withoutKey = "without"

// A parameter is a field of a filter in a URL.
type parameter struct {
	key   string
	field any
	blank bool // it can select the empty text
}

// parameters are the fields by their keys.
func (f *Filter) parameters() []parameter {
	return []parameter{
		{"ids", &f.IDs, false}, {"text", &f.Text, false}, {"status", &f.Status, false}, {"role", &f.Role, false},
		{"locations", &f.Locations, true}, {"departments", &f.Departments, true}, {"groups", &f.Groups, false},
		{"sources", &f.Sources, false}, {"left_by", &f.LeftBy, true},
		{"never_signed_in", &f.NeverSignedIn, false}, {"never_active", &f.NeverActive, false},
		{"dated", &f.Dated, false}, {"held_back", &f.HeldBack, false},
		{"order", &f.Order, false}, {"backward", &f.Backward, false},
	}
}

// values returns the texts of the field; none if it selects all.
func (p parameter) values() (values []string) {
	switch v := p.field.(type) {
	case *string:
		if *v != "" {
			return []string{*v}
		}
	case *[]string:
		return *v
	case *[]ID:
		for _, id := range *v {
			values = append(values, string(id))
		}
	case *[]Source:
		for _, s := range *v {
			values = append(values, s.text())
		}
	case *bool:
		if *v {
			return []string{"true"}
		}
	case *Order:
		if *v != OrderID {
			return []string{v.String()}
		}
	case interface {
		Empty() bool
		String() string
	}: // a set
		if !v.Empty() {
			return strings.Split(v.String(), ", ")
		}
	}
	return values
}

// set reads texts into the field.
func (p parameter) set(values []string) (ok bool) {
	switch v := p.field.(type) {
	case *string:
		*v = values[0]
		return len(values) == 1 && utf8.ValidString(*v)
	case *[]string:
		*v = values
		return !slices.ContainsFunc(values, func(text string) bool { return CheckText(text, MaxText) != nil })
	case *[]ID:
		for _, text := range values {
			*v = append(*v, ID(text))
		}
		return !slices.ContainsFunc(*v, func(id ID) bool { return CheckID(id) != nil })
	case *[]Source:
		*v = make([]Source, len(values))
		for i, text := range values {
			ok := (*v)[i].setText(text)
			if !ok {
				return false
			}
		}
		return true
	case *bool:
		*v = true
		return len(values) == 1 && values[0] == "true"
	}
	text := strings.Join(values, ",") // of an order or a set
	return !slices.ContainsFunc(strings.Split(text, ","), func(name string) bool { return trim(name) == "" }) &&
		p.field.(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) == nil
}

// addBlank adds the empty text to those that the field selects.
func (p parameter) addBlank() {
	switch v := p.field.(type) {
	case *[]string:
		*v = append([]string{""}, *v...)
	case *Set[Leaving]:
		*v |= In(NotLeft)
	}
}

// text returns the source as one text.
func (s Source) text() string {
	if s.Name == "" {
		return s.Kind.String()
	}
	return s.Kind.String() + ":" + s.Name
}

// setText reads the text of a source.
func (s *Source) setText(text string) (ok bool) {
	kind, name, named := strings.Cut(text, ":")
	s.Name = name
	return s.Kind.UnmarshalText([]byte(kind)) == nil && named == (name != "") && CheckText(name, MaxText) == nil
}
