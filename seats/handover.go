package seats

import "github.com/seatkeeper/seatkeeper/users"

// HandOver gives the work of one person to another: the host moves what the first one
// owned in it (contacts, drafts, courses) when it meets the event, which names both. It
// is the last of the three steps by which one person replaces another, [Deactivate],
// [Invite] and this one, in one call or over some weeks; the Successor of a way out does the
// same in one go where the other person is there already. Nobody's status or seat changes,
// and every call writes an event.
//
// Owners, admins, support and the system may, of anybody, be he gone; for an owner,
// owners, support and the system. An successor who is not another person shown as active is
// refused as [ErrBadInput].
type HandOver struct {
	User      users.ID `json:"user"`
	Successor users.ID `json:"successor"`
	Reason    string   `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionHandOver].
func (HandOver) Action() users.Action { return users.ActionHandOver }

func (c HandOver) target() users.ID { return c.User }
func (c HandOver) needs(n *Need)    { n.user(c.Successor) }

func (c HandOver) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	u, _, refusal := d.nextStatus(users.ActionHandOver, u)
	if err := users.CheckText(c.Reason, users.MaxReason); err != nil {
		return effect{}, badInput("reason", err)
	}
	if !d.canSucceed(c.Successor, u) {
		return effect{}, badInput("successor", errSuccessor)
	}
	return effect{kind: EventHandedOver, user: u, successor: c.Successor, reason: c.Reason}, refusal
}

// inherits reports whether somebody can take over the work of a person.
func (v *evaluation) canSucceed(successor users.ID, from users.User) bool {
	return successor != from.ID && v.visible(successor) && v.active(successor)
}

// active reports whether somebody is there whom people see as active.
func (v *evaluation) active(id users.ID) bool {
	return v.account.Policy.Shows(v.people[id].Status) == users.Active
}
