package seats

import (
	"github.com/seatkeeper/seatkeeper/users"
)

// Deactivate makes a person inactive at once: the seat is free for somebody
// else in the same moment, the record, the ID and the role stay.
//
// Owners, admins (of admins too), support and the system may, and a sync for
// people of its own source, of whom the successor is one too; nobody for an owner. It works on people invited or
// active and is "unchanged" for somebody inactive. Some products take an invitation
// back by deletion alone ([Policy.DeleteOnly]).
type Deactivate struct {
	User      users.ID `json:"user"`
	Successor users.ID `json:"successor,omitzero"` // who takes over the work: another person shown as active, or nobody; see [HandOver]
	Reason    string   `json:"reason,omitzero"`    // at most [users.MaxReason] characters
}

// Action returns [users.ActionDeactivate].
func (Deactivate) Action() users.Action { return users.ActionDeactivate }

func (c Deactivate) target() users.ID { return c.User }
func (c Deactivate) needs(n *Need)    { n.user(c.Successor) }

func (c Deactivate) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	return d.leave(users.ActionDeactivate, EventDeactivated, u, c.Successor, c.Reason)
}

// Reactivate brings an inactive person back to the status held before, with
// the role, the groups and all else as they were. Somebody who was created
// inactive for want of a seat gets what [Invite] gives today, and an invitation goes
// out. It needs a free seat like any newcomer. Somebody whose invitation has run out
// comes back with it as it is: it holds its seat, and takes a [Notify] to be accepted.
//
// Owners, admins, support and the system may, and a sync for people of its own
// source. It is "unchanged" for somebody invited or active; whoever is archived is
// restored first.
type Reactivate struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionReactivate].
func (Reactivate) Action() users.Action { return users.ActionReactivate }

func (c Reactivate) target() users.ID { return c.User }

func (Reactivate) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	next, changed, refusal := d.nextStatus(users.ActionReactivate, u)
	if refusal != nil || !changed {
		return effect{}, refusal
	}
	if u.LeftAs != users.NoStatus {
		return effect{kind: EventReactivated, user: next}, nil
	}
	next = d.notified(next)
	return effect{kind: EventReactivated, user: next, count: next.NotificationCount}, nil
}

// Archive puts a person away, whatever the status, deleted excepted. The seat and
// unstarted course licences are free; records and ID stay, and the status filter finds
// the person.
//
// Owners, admins, support and the system may; nobody for an owner. It is "unchanged" for
// somebody archived.
type Archive struct {
	User      users.ID `json:"user"`
	Successor users.ID `json:"successor,omitzero"` // as in [Deactivate]
	Reason    string   `json:"reason,omitzero"`
}

// Action returns [users.ActionArchive].
func (Archive) Action() users.Action { return users.ActionArchive }

func (c Archive) target() users.ID { return c.User }
func (c Archive) needs(n *Need)    { n.user(c.Successor) }

func (c Archive) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	return d.leave(users.ActionArchive, EventArchived, u, c.Successor, c.Reason)
}

// Restore takes a person out of the archive, back to the status held before; licences
// that were given back stay so.
// It needs a free seat if that status holds one. It is "unchanged" for whoever is not
// archived.
//
// Owners, admins, support and the system may.
type Restore struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionRestore].
func (Restore) Action() users.Action { return users.ActionRestore }

func (c Restore) target() users.ID { return c.User }

func (Restore) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	u, changed, refusal := d.nextStatus(users.ActionRestore, u)
	if refusal != nil || !changed {
		return effect{}, refusal
	}
	return effect{kind: EventRestored, user: u}, nil
}

// Delete leaves a tombstone of anybody: the ID stays taken for ever and history stays true,
// the rest of the profile goes, so that the address is free for a new person with a
// new ID. It frees the seat and unstarted course licences, and it is how an invitation is
// taken back.
//
// Owners, admins, support and the system may; nobody for an owner. It is "unchanged" for
// somebody deleted.
type Delete struct {
	User      users.ID `json:"user"`
	Successor users.ID `json:"successor,omitzero"` // as in [Deactivate]
	Reason    string   `json:"reason,omitzero"`
}

// Action returns [users.ActionDelete].
func (Delete) Action() users.Action { return users.ActionDelete }

func (c Delete) target() users.ID { return c.User }
func (c Delete) needs(n *Need)    { n.user(c.Successor) }

func (c Delete) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	return d.leave(users.ActionDelete, EventDeleted, u, c.Successor, c.Reason)
}

// Erase removes the personal data of somebody who left: inactive or archived. A
// tombstone stays, as after [Delete], for which it is "unchanged", and unstarted course
// licences are free. Events contain nothing of the profile and need no erasing; IDs and
// reasons in them are the host's words.
//
// Support and the system may, whatever commands the product offers; nobody for an
// owner. Somebody invited or active is refused as [ErrWrongStatus].
type Erase struct {
	User   users.ID `json:"user"`
	Reason string   `json:"reason,omitzero"`
}

// Action returns [users.ActionErase].
func (Erase) Action() users.Action { return users.ActionErase }

func (c Erase) target() users.ID { return c.User }

func (c Erase) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	return d.leave(users.ActionErase, EventErased, u, "", c.Reason)
}

// leave is what all ways out of an account have in common.
func (v *evaluation) leave(a users.Action, kind EventKind, u users.User, successor users.ID, reason string) (effect, *Refusal) {
	if err := users.CheckText(reason, users.MaxReason); err != nil {
		return effect{}, badInput("reason", err)
	}
	next, changed, refusal := v.nextStatus(a, u)
	if refusal != nil || !changed {
		return effect{}, refusal
	}
	if successor != "" && !v.canSucceed(successor, u) {
		return effect{}, badInput("successor", errSuccessor)
	}
	var licences []effect
	if returning.Has(a) {
		licences = returned(u.Licences)
	}
	return effect{kind: kind, user: next, successor: successor, reason: reason, licences: licences}, nil
}
