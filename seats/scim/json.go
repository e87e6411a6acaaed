package scim

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/users"
)

// MaxBody is the largest number of bytes in a body, and so of the text that is given to this package: a group
// with some 60,000 members.
const MaxBody = 4 << 20

// maxDepth bounds nested objects and lists.
const maxDepth = 16

// An object is a JSON object in the order of the document. Names are folded.
type object []member

type member struct {
	name  string
	value any // nil, bool, string, json.Number, []any or object
}

// get returns the value with that name, or nil.
func (o object) get(name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// readObject reads a body. An object with a name twice, in any case, is refused: libraries differ in the one that counts.
// So is a text with bytes or half of a surrogate pair that stand for no character: two IDs would become one.
func readObject(text []byte) (object, *Error) {
	switch {
	case len(text) > MaxBody:
		return nil, ErrTooLarge
	case !utf8.Valid(text):
		return nil, invalid(InvalidSyntax, "the body is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	r := reader{d}
	value, err := r.value(0)
	if err != nil {
		return nil, err
	}
	o, ok := value.(object)
	if _, more := d.Token(); !ok || more == nil {
		return nil, invalid(InvalidSyntax, "the body is not one JSON object")
	}
	return o, nil
}

type reader struct{ d *json.Decoder }

var errNotJSON = invalid(InvalidSyntax, "the body is not JSON")

func (r reader) value(depth int) (any, *Error) {
	token, err := r.d.Token()
	if err != nil {
		return nil, errNotJSON
	}
	switch token := token.(type) {
	case json.Delim:
		if depth == maxDepth {
			return nil, invalid(InvalidSyntax, "objects and lists are nested deeper than %d", maxDepth)
		}
		if token == '{' {
			return r.object(depth + 1)
		}
		return r.list(depth + 1)
	case string:
		return checkText(token)
	default:
		return token, nil // nil, bool, json.Number
	}
}

func (r reader) object(depth int) (any, *Error) {
	o, seen := object{}, map[string]bool{}
	for r.d.More() {
		name, err := r.d.Token()
		if err != nil {
			return nil, errNotJSON
		}
		text, refused := checkText(name.(string))
		if refused != nil {
			return nil, refused
		}
		key := text.(string)
		if !strings.Contains(key, "[") { // a filter has values, whose case counts
			key = users.Fold(key)
		}
		if seen[key] {
			return nil, invalid(InvalidSyntax, "an attribute stands twice in an object")
		}
		seen[key] = true
		value, refused := r.value(depth)
		if refused != nil {
			return nil, refused
		}
		o = append(o, member{key, value})
	}
	if _, err := r.d.Token(); err != nil {
		return nil, errNotJSON
	}
	return o, nil
}

func (r reader) list(depth int) (any, *Error) {
	list := []any{}
	for r.d.More() {
		value, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	if _, err := r.d.Token(); err != nil {
		return nil, errNotJSON
	}
	return list, nil
}

func checkText(text string) (any, *Error) {
	if strings.ContainsRune(text, utf8.RuneError) {
		return nil, invalid(InvalidValue, "a text has a character that is none")
	}
	return text, nil
}

// single returns the one value of a list of one, and the "value" of an object: Entra sent single values so before it
// knew the standard.
func single(value any) any {
	if list, ok := value.([]any); ok && len(list) == 1 {
		value = list[0]
	}
	if o, ok := value.(object); ok && o.get("value") != nil {
		value = o.get("value")
	}
	return value
}

// textOf returns a value as a text; null and an empty list are the empty text.
func textOf(name string, value any) (string, *Error) {
	switch value := single(value).(type) {
	case nil:
		return "", nil
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case []any:
		if len(value) == 0 {
			return "", nil
		}
	}
	return "", invalid(InvalidValue, "%s is not a text", name)
}

// boolOf returns a value as a boolean.
func boolOf(name string, value any) (bool, *Error) {
	switch value := single(value).(type) {
	case bool:
		return value, nil
	case string:
		switch users.Fold(value) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
	}
	return false, invalid(InvalidValue, "%s is neither true nor false", name)
}

// objects returns a list of objects; a single value is a list of one, and a text an object with that value.
func objects(name string, value any) ([]object, *Error) {
	list, ok := value.([]any)
	if !ok && value != nil {
		list = []any{value}
	}
	all := make([]object, 0, len(list))
	for _, v := range list {
		switch v := v.(type) {
		case object:
			all = append(all, v)
		case string:
			all = append(all, object{{"value", v}})
		case json.Number:
			all = append(all, object{{"value", v.String()}})
		default:
			return nil, invalid(InvalidValue, "%s is not a list of objects", name)
		}
	}
	return all, nil
}
