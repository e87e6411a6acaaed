package seats

import (
	"bytes"
	"encoding/json"
)

// impersonal are the keys of a document whose values are no secret: the action, identifiers,
// roles, numbers of seats and what else the event of the command keeps anyway.
var impersonal = map[string]bool{
	"command": true, "account": true, "id": true, "user": true, "successor": true, "pool": true,
	"role": true, "status": true, "quantity": true, "total": true, "policy": true, "later": true,
}

// divide returns the document of a command or an opening in two parts: its shape, of which
// a digest may be kept for ever, and all the rest, which is personal. The shape contains only
// the keys that are known to be impersonal, so that a field that is added later is personal.
// Of a personal field it does not even say whether it is given. What has no document is
// refused in any case.
func divide(text []byte, err error) (shape, personal map[string]any) {
	if err != nil {
		return nil, nil
	}
	var whole map[string]any
	values := json.NewDecoder(bytes.NewReader(text))
	values.UseNumber()
	_ = values.Decode(&whole) // it was just written
	return parts(whole)
}

func divideCommand(c Command) (shape, personal map[string]any) { return divide(EncodeCommand(c)) }

func divideOpening(o Opening) (shape, personal map[string]any) { return divide(json.Marshal(o)) }

// parts divides an object of a document. Neither part contains an object that is empty in it.
func parts(object map[string]any) (shape, personal map[string]any) {
	shape, personal = map[string]any{}, map[string]any{}
	for key, value := range object {
		inner, ok := value.(map[string]any)
		switch {
		case ok && key != "policy":
			s, p := parts(inner)
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
