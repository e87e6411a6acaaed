package seats

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

var (
	errPlain       = errors.New("seats: JSON: the command " + errCommand.Error())
	errTag         = &users.DocumentError{Text: "seats: JSON: a command is not tagged with the name of an action"}
	errMissing     = &users.DocumentError{Text: "seats: JSON: a command lacks the role, the policy or the payer that it sets"}
	errNoCondition = &users.DocumentError{Text: "seats: JSON: a command has an \"if\" without conditions, or with one of no effect"}
	errMany        = &users.DocumentError{Text: "seats: JSON: there are too many commands"}
)

// EncodeCommand returns the command as JSON: its fields, tagged with the name of
// its action.
//
//	{"command":"deactivate","user":"u7","reason":"left"}
//
// A type other than the commands of this package, by value, is an error, and so is a role, a
// number of seats or a policy that every account refuses.
func EncodeCommand(c Command) ([]byte, error) {
	if !isPlain(c) {
		return nil, errPlain
	}
	if c, ok := c.(If); ok {
		return c.encode()
	}
	fields, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	text := []byte(`{"command":"` + c.Action().String() + `"`)
	if len(fields) > len("{}") {
		text = append(text, ',')
	}
	return append(text, fields[1:]...), nil
}

// DecodeCommand reads a command as written by [EncodeCommand], by [users.ReadJSON]. The role of a
// [ChangeRole], the policy of a [SetPolicy] and the user of a [SetPayer] must be present; every
// other missing field has its zero value.
func DecodeCommand(text []byte) (Command, error) {
	var fields map[string]json.RawMessage
	if err := users.ReadJSON(text, &fields); err != nil {
		return nil, err
	}
	var action users.Action
	if err := json.Unmarshal(fields["command"], &action); err != nil {
		return nil, errTag
	}
	at := slices.IndexFunc(commandTypes, func(t commandType) bool { return t.action == action })
	if at < 0 {
		return nil, errTag
	}
	of := commandTypes[at]
	for _, key := range of.must {
		if _, ok := fields[key]; !ok {
			return nil, errMissing
		}
	}
	given, conditional := fields["if"]
	delete(fields, "command")
	delete(fields, "if")
	rest, _ := json.Marshal(fields) // just read from JSON
	c, err := of.read(rest)
	if err == nil && conditional {
		c, err = decodeIf(c, given)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Commands is a list of commands with a JSON form: that of each, see
// [EncodeCommand].
type Commands []Command

// MarshalJSON returns the list. A command without a JSON form is an error.
func (c Commands) MarshalJSON() ([]byte, error) {
	forms := make([]commandForm, len(c))
	for i := range c {
		forms[i].Command = c[i]
	}
	return json.Marshal(forms)
}

// UnmarshalJSON reads a list of commands, each as by [DecodeCommand]. More than
// [MaxCommands] are an error.
func (c *Commands) UnmarshalJSON(text []byte) error {
	var forms []commandForm
	if err := users.ReadJSON(text, &forms); err != nil {
		return err
	}
	if len(forms) > MaxCommands {
		return errMany
	}
	*c = make(Commands, len(forms))
	for i, form := range forms {
		(*c)[i] = form.Command
	}
	return nil
}

// A commandForm is a command as a value in a document.
type commandForm struct{ Command Command }

func (f commandForm) MarshalJSON() ([]byte, error) { return EncodeCommand(f.Command) }

func (f *commandForm) UnmarshalJSON(text []byte) (err error) {
	f.Command, err = DecodeCommand(text)
	return err
}
