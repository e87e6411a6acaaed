package seats

import (
	"encoding/json"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// If is a command with conditions on what it was decided on, such as a page that is a minute old.
// Where one fails, the command is refused with [ErrChangedMeanwhile], and the refusal has what is
// there now. The zero value of a condition is none. In JSON the document is that of the command with
// the conditions under "if":
//
//	{"command":"delete","user":"u7","if":{"status":["invited"]}}
//
// An empty "if" and an empty condition, such as an empty list, are refused: a page may have lost them on the way.
// A command with the zero value of every condition is written as the Command alone.
//
// The authority of the actor and the protection of the user come before the conditions, everything
// else after them. Action, needs and effect are those of the Command. An If in an If is
// [ErrBadInput], and so are a Status and an Invitation for a command that is not on a user of the
// account, see [users.Action.OnUser].
type If struct {
	Command Command
	// Status has the possible statuses of the user, as stored: the Status of a [Person], not the one
	// shown.
	Status users.Set[users.Status]
	// Revision is that of the account before the call, see [Usage]. What came due meanwhile raises it,
	// and so does each commit of a bulk call that has several.
	Revision uint64
	// Invitation is the [users.User.NotificationCount] of the user.
	Invitation int64
}

// TakeBack returns the command that takes an invitation back: [Delete] on condition that the user is
// still invited. It never deletes a member. It is offered where Delete is; HowNow's page knows it by
// that name alone.
func TakeBack(user users.ID) If {
	return If{Command: Delete{User: user}, Status: users.In(users.Invited)}
}

// Action returns the action of the Command.
func (c If) Action() users.Action {
	if c.Command == nil {
		return users.NoAction
	}
	return c.Command.Action()
}

func (c If) target() users.ID { return c.Command.target() }

func (c If) needs(n *Need) {
	if inner, ok := c.Command.(needy); ok {
		inner.needs(n)
	}
}

func (c If) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	if refusal := c.check(v, u); refusal != nil {
		return effect{}, refusal
	}
	return c.Command.evaluate(v, u)
}

// check refuses the command if a condition fails.
func (c If) check(v *evaluation, u users.User) *Refusal {
	onUser := c.Action().OnUser()
	switch {
	case !onUser && !c.Status.Empty():
		return badInput("status", errNotOnUser)
	case !onUser && c.Invitation != 0:
		return badInput("invitation", errNotOnUser)
	case !c.Status.Empty() && !c.Status.Has(u.Status):
		return v.changedMeanwhile(u).because(statusReason(u, u.Status))
	case c.Invitation != 0 && c.Invitation != u.NotificationCount:
		return v.otherInvitation(u)
	case c.Revision != 0 && c.Revision != v.base:
		refusal := v.changedMeanwhile(u)
		refusal.Field = "revision"
		return refusal
	}
	return nil
}

// changedMeanwhile refuses a command that was decided on something else, with what is there now.
func (v *evaluation) changedMeanwhile(u users.User) *Refusal {
	refusal := refuse(ErrChangedMeanwhile, u.ID)
	refusal.Status, refusal.Revision, refusal.Invitation = u.Status, v.base, u.NotificationCount
	return refusal
}

// otherInvitation refuses a command about another invitation than the last one.
func (v *evaluation) otherInvitation(u users.User) *Refusal {
	refusal := v.changedMeanwhile(u)
	refusal.Field = "invitation"
	return refusal
}

// withoutConditions returns the command of an [If], and every other command as it is.
func withoutConditions(c Command) Command {
	if c, ok := c.(If); ok {
		return c.Command
	}
	return c
}

// conditions are those of an If in JSON.
type conditions struct {
	Status     users.Set[users.Status] `json:"status,omitzero"`
	Revision   uint64                  `json:"revision,omitzero"`
	Invitation int64                   `json:"invitation,omitzero"`
}

// encode returns the document of the command with the conditions.
func (c If) encode() ([]byte, error) {
	text, err := EncodeCommand(c.Command)
	given := conditions{c.Status, c.Revision, c.Invitation}
	if err != nil || given == (conditions{}) {
		return text, err
	}
	form, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	return slices.Concat(text[:len(text)-1], []byte(`,"if":`), form, []byte("}")), nil
}

// decodeIf reads the conditions of a command.
func decodeIf(c Command, text []byte) (Command, error) {
	var given conditions
	var fields map[string]json.RawMessage
	if err := users.ReadJSON(text, &given); err != nil {
		return nil, err
	}
	_ = json.Unmarshal(text, &fields) // just read
	effective := 0
	for _, given := range []bool{!given.Status.Empty(), given.Revision != 0, given.Invitation != 0} {
		if given {
			effective++
		}
	}
	if effective == 0 || effective < len(fields) {
		return nil, errNoCondition
	}
	return If{c, given.Status, given.Revision, given.Invitation}, nil
}
