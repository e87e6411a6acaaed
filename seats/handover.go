package seats

import "github.com/seatkeeper/seatkeeper/users"

// HandOver records that one user takes over the work of another. The host moves the
// records of the first one (contacts, drafts, courses) when it reads the event, which has
// both. To replace one person by another is [Deactivate], [Invite] and this, in one call or
// over some weeks; the Successor of [Deactivate], [Archive] and [Delete] does the same for a
// user of the account. Status and seats stay. Every call writes an event.
//
// Owners, admins, support and the system may, for users of every status, the deleted
// included; for an owner, owners, support and the system. [ErrBadInput] for a successor
// other than another user shown as active.
type HandOver struct {
	User      users.ID `json:"user"`
	Successor users.ID `json:"successor"`
	Reason    string   `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.ActionHandOver].
func (HandOver) Action() users.Action { return users.ActionHandOver }

func (c HandOver) target() users.ID { return c.User }
func (c HandOver) needs(n *Need)    { n.user(c.Successor) }

func (c HandOver) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	u, _, refusal := v.nextStatus(users.ActionHandOver, u)
	if err := users.CheckText(c.Reason, users.MaxReason); err != nil {
		return effect{}, badInput("reason", err)
	}
	if !v.canSucceed(c.Successor, u) {
		return effect{}, badInput("successor", errSuccessor)
	}
	return effect{kind: EventHandedOver, user: u, successor: c.Successor, reason: c.Reason}, refusal
}

// canSucceed reports whether the successor can take over the work of a user.
func (v *evaluation) canSucceed(successor users.ID, from users.User) bool {
	return successor != from.ID && v.visible(successor) && v.active(successor)
}

// active reports whether the policy shows the user as active.
func (v *evaluation) active(id users.ID) bool {
	return v.account.Policy.Shows(v.people.of(id).Status) == users.Active
}
