package seats

import (
	"github.com/seatkeeper/seatkeeper/users"
)

// Deactivate makes a person inactive at once: the seat is free for somebody
// else in the same moment, the record, the ID and the role stay.
//
// Owners, admins (of admins too), support and the system may, and a sync for
// people of its own source, of whom the heir is one too; nobody for an owner. It works on people invited or
// active and is "same" for somebody inactive. Some products take an invitation
// back by deletion alone ([Policy.DeleteOnly]).
type Deactivate struct {
	User   users.ID `json:"user"`
	Heir   users.ID `json:"heir,omitzero"`   // who takes over the work: another person shown as active, or nobody; see [HandOver]
	Reason string   `json:"reason,omitzero"` // at most [users.MaxReason] characters
}

// Action returns [users.Deactivate].
func (Deactivate) Action() users.Action { return users.Deactivate }

func (c Deactivate) target() users.ID { return c.User }
func (c Deactivate) needs(n *Need)    { n.user(c.Heir) }

func (c Deactivate) fact(d *desk, u users.User) (fact, *Refusal) {
	return d.leave(users.Deactivate, Deactivated, u, c.Heir, c.Reason)
}

// Reactivate brings an inactive person back to the status held before, with
// the role, the groups and all else as they were. Somebody who was created
// inactive for want of a seat gets what [Invite] gives today, and an invitation goes
// out. It needs a free seat like any newcomer. Somebody whose invitation has run out
// comes back with it as it is: it holds its seat, and takes a [Notify] to be accepted.
//
// Owners, admins, support and the system may, and a sync for people of its own
// source. It is "same" for somebody invited or active; whoever is archived is
// restored first.
type Reactivate struct {
	User users.ID `json:"user"`
}

// Action returns [users.Reactivate].
func (Reactivate) Action() users.Action { return users.Reactivate }

func (c Reactivate) target() users.ID { return c.User }

func (Reactivate) fact(d *desk, u users.User) (fact, *Refusal) {
	next, changed, no := d.turn(users.Reactivate, u)
	if no != nil || !changed {
		return fact{}, no
	}
	if u.LeftAs != users.NoStatus {
		return fact{kind: Reactivated, user: next}, nil
	}
	next = d.notified(next)
	return fact{kind: Reactivated, user: next, count: next.Notices}, nil
}

// Archive puts a person away, whatever the status, deleted excepted. The seat and
// unstarted course licences are free; records and ID stay, and the status filter finds
// the person.
//
// Owners, admins, support and the system may; nobody for an owner. It is "same" for
// somebody archived.
type Archive struct {
	User   users.ID `json:"user"`
	Heir   users.ID `json:"heir,omitzero"` // as in [Deactivate]
	Reason string   `json:"reason,omitzero"`
}

// Action returns [users.Archive].
func (Archive) Action() users.Action { return users.Archive }

func (c Archive) target() users.ID { return c.User }
func (c Archive) needs(n *Need)    { n.user(c.Heir) }

func (c Archive) fact(d *desk, u users.User) (fact, *Refusal) {
	return d.leave(users.Archive, Archived, u, c.Heir, c.Reason)
}

// Restore takes a person out of the archive, back to the status held before; licences
// that were given back stay so.
// It needs a free seat if that status holds one. It is "same" for whoever is not
// archived.
//
// Owners, admins, support and the system may.
type Restore struct {
	User users.ID `json:"user"`
}

// Action returns [users.Restore].
func (Restore) Action() users.Action { return users.Restore }

func (c Restore) target() users.ID { return c.User }

func (Restore) fact(d *desk, u users.User) (fact, *Refusal) {
	u, changed, no := d.turn(users.Restore, u)
	if no != nil || !changed {
		return fact{}, no
	}
	return fact{kind: Restored, user: u}, nil
}

// Delete leaves a tombstone of anybody: the ID stays taken for ever and history stays true,
// the rest of the profile goes, so that the address is free for a new person with a
// new ID. It frees the seat and unstarted course licences, and it is how an invitation is
// taken back.
//
// Owners, admins, support and the system may; nobody for an owner. It is "same" for
// somebody deleted.
type Delete struct {
	User   users.ID `json:"user"`
	Heir   users.ID `json:"heir,omitzero"` // as in [Deactivate]
	Reason string   `json:"reason,omitzero"`
}

// Action returns [users.Delete].
func (Delete) Action() users.Action { return users.Delete }

func (c Delete) target() users.ID { return c.User }
func (c Delete) needs(n *Need)    { n.user(c.Heir) }

func (c Delete) fact(d *desk, u users.User) (fact, *Refusal) {
	return d.leave(users.Delete, Deleted, u, c.Heir, c.Reason)
}

// Erase removes the personal data of somebody who left: inactive or archived. A
// tombstone stays, as after [Delete], for which it is "same", and unstarted course
// licences are free. Events contain nothing of the profile and need no erasing; IDs and
// reasons in them are the host's words.
//
// Support and the system may, whatever commands the product offers; nobody for an
// owner. Somebody invited or active is refused as [ErrWrongStatus].
type Erase struct {
	User   users.ID `json:"user"`
	Reason string   `json:"reason,omitzero"`
}

// Action returns [users.Erase].
func (Erase) Action() users.Action { return users.Erase }

func (c Erase) target() users.ID { return c.User }

func (c Erase) fact(d *desk, u users.User) (fact, *Refusal) {
	return d.leave(users.Erase, Erased, u, "", c.Reason)
}

// leave is what all ways out of an account have in common.
func (d *desk) leave(a users.Action, kind EventKind, u users.User, heir users.ID, reason string) (fact, *Refusal) {
	if err := users.CheckText(reason, users.MaxReason); err != nil {
		return fact{}, badInput("reason", err)
	}
	next, changed, no := d.turn(a, u)
	if no != nil || !changed {
		return fact{}, no
	}
	if heir != "" && !d.inherits(heir, u) {
		return fact{}, badInput("heir", errHeir)
	}
	var licences []fact
	if returning.Has(a) {
		licences = returned(u.Licences)
	}
	return fact{kind: kind, user: next, heir: heir, reason: reason, licences: licences}, nil
}
