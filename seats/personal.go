package seats

import (
	"bytes"
	"encoding/json"
)

// impersonal are the keys of a document under which a text is an identifier, the name of
// an enumeration or a number of seats.
var impersonal = map[string]bool{
	"command": true, "account": true, "id": true, "user": true, "heir": true, "pool": true,
	"role": true, "status": true, "left_as": true, "archived_as": true, "kind": true,
	"seats": true,
}

// divide returns the document of a command or an opening in two parts: its shape, of which
// a digest may be kept for ever, and what is personal in it, nil if nothing is. Every text
// is personal that is not under one of the keys that are known to be otherwise, so that a
// field that is added later is none too few. Of what is personal the shape says that it is
// given. What has no document is refused in any case.
func divide(text []byte, err error) (shape, personal any) {
	if err != nil {
		return "refused", nil
	}
	var whole any
	values := json.NewDecoder(bytes.NewReader(text))
	values.UseNumber()
	_ = values.Decode(&whole) // it was just written
	return part(whole)
}

func divideCommand(c Command) (shape, personal any) { return divide(EncodeCommand(c)) }

func divideOpening(o Opening) (shape, personal any) { return divide(json.Marshal(o)) }

// part divides a value of a document.
func part(value any) (shape, personal any) {
	switch value := value.(type) {
	case map[string]any:
		open, closed := map[string]any{}, map[string]any{}
		for key, v := range value {
			_, text := v.(string)
			if text && impersonal[key] || key == "policy" { // which its event keeps: no secret
				open[key] = v
				continue
			}
			s, p := part(v)
			open[key] = s
			if p != nil {
				closed[key] = p
			}
		}
		if len(closed) == 0 {
			return open, nil
		}
		return open, closed
	case []any: // of texts; or of licences, whose pools and dates go together
		return true, value
	case string:
		return true, value
	}
	return value, nil
}
