package seats

import (
	"bytes"
	"encoding/json"
)

// impersonal are the keys of a document with values that events keep anyway: the action,
// identifiers, roles, statuses, revisions, numbers of invitations, Gone, numbers of seats, due dates, offers and policies.
var impersonal = map[string]bool{
	"command": true, "account": true, "id": true, "user": true, "successor": true, "pool": true,
	"role": true, "status": true, "quantity": true, "uses": true, "total": true, "now": true, "policy": true, "later": true, "gone": true,
	"version": true, "due_date": true, "owner": true, "revision": true, "invitation": true,
}

// divide returns the document of a command or an opening in two parts: its shape, with a
// digest that may be kept for ever, and the personal fields. The shape has the impersonal
// keys alone, so that a new field is personal by default, and is the same with a personal
// field and without it. An error of the document is the refusal of the command later.
func divide(text []byte, err error) (shape, personal map[string]any) {
	if err != nil {
		return nil, nil
	}
	var document map[string]any
	values := json.NewDecoder(bytes.NewReader(text))
	values.UseNumber()
	_ = values.Decode(&document) // it was just encoded
	return split(document)
}

func divideCommand(c Command) (shape, personal map[string]any) { return divide(EncodeCommand(c)) }

func divideOpening(o Opening) (shape, personal map[string]any) { return divide(json.Marshal(o)) }

// split divides an object of a document. An inner object that is empty in a part is left
// out of it.
func split(object map[string]any) (shape, personal map[string]any) {
	shape, personal = map[string]any{}, map[string]any{}
	for key, value := range object {
		inner, ok := value.(map[string]any)
		switch {
		case ok && key != "policy" && key != "version":
			s, p := split(inner)
			if len(s) > 0 {
				shape[key] = s
			}
			if len(p) > 0 {
				personal[key] = p
			}
		case impersonal[key]:
			shape[key] = value
		default:
			personal[key] = value
		}
	}
	return shape, personal
}
