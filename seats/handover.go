package seats

import "github.com/seatkeeper/seatkeeper/users"

// HandOver gives the work of one person to another: the host moves what the first one
// owned in it (contacts, drafts, courses) when it meets the event, which names both. It
// is the last of the three steps by which one person replaces another, [Deactivate],
// [Invite] and this one, in one call or over some weeks; the Heir of a way out does the
// same in one go where the other person is there already. Nobody's status or seat changes,
// and every call writes an event.
//
// Owners, admins, support and the system may, of anybody, be he gone; for an owner,
// owners, support and the system. An heir who is not another person shown as active is
// refused as [ErrBadInput].
type HandOver struct {
	User   users.ID `json:"user"`
	Heir   users.ID `json:"heir"`
	Reason string   `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.HandOver].
func (HandOver) Action() users.Action { return users.HandOver }

func (c HandOver) target() users.ID { return c.User }
func (c HandOver) needs(n *Need)    { n.user(c.Heir) }

func (c HandOver) fact(d *desk, u users.User) (fact, *Refusal) {
	u, _, no := d.turn(users.HandOver, u)
	if err := users.CheckText(c.Reason, users.MaxReason); err != nil {
		return fact{}, badInput("reason", err)
	}
	if !d.inherits(c.Heir, u) {
		return fact{}, badInput("heir", errHeir)
	}
	return fact{kind: HandedOver, user: u, heir: c.Heir, reason: c.Reason}, no
}

// inherits reports whether somebody can take over the work of a person.
func (d *desk) inherits(heir users.ID, from users.User) bool {
	return heir != from.ID && d.visible(heir) && d.active(heir)
}

// active reports whether somebody is there whom people see as active.
func (d *desk) active(id users.ID) bool {
	return d.account.Policy.Shows(d.people[id].Status) == users.Active
}
