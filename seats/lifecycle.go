package seats

import (
	"github.com/seatkeeper/seatkeeper/users"
)

// Deactivate makes an invited or active user inactive. The seat is free at once; the
// record, the ID, the role and the course licences stay, and the places in the queues of courses end. A waiting user, or one with a request, loses the
// place in the queue, by [EventUnqueued], and has left like all others. It is unchanged for every other inactive
// user.
//
// Owners, admins, support and the system may, and a sync for users of its own source, the
// successor included. [ErrOwnerProtected] for an owner. [ErrNotOffered] for an invited user
// under [Policy.DeleteOnly].
type Deactivate struct {
	User      users.ID `json:"user"`
	Successor users.ID `json:"successor,omitzero"` // takes over the work: another user shown as active; empty: none; see [HandOver]
	Reason    string   `json:"reason,omitzero"`    // at most [users.MaxReason] characters
}

// Action returns [users.ActionDeactivate].
func (Deactivate) Action() users.Action { return users.ActionDeactivate }

func (c Deactivate) target() users.ID { return c.User }
func (c Deactivate) needs(n *Need)    { n.user(c.Successor) }

func (c Deactivate) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return v.leave(users.ActionDeactivate, EventDeactivated, u, c.Successor, c.Reason)
}

// Reactivate returns an inactive user to the status before, with role, groups and profile
// as they were. A user created inactive for want of a seat is invited, and an invitation
// goes out; the day of a leave counts from now on, and one that is over is cleared: the user comes back in spite of it. An
// invitation that has run out goes out again, as by [Notify]. It is unchanged for an invited or
// active user.
//
// Owners, admins, support and the system may, and a sync for users of its own source.
// [ErrNoSeats] without a free seat; under [Wait] the user gets a place in the queue instead, a request is
// approved by it, and it is unchanged for a user with a place. [ErrWrongStatus] for an archived user:
// [Restore] comes first. To a sync, [ErrForbidden] for a user who was put out by hand.
type Reactivate struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionReactivate].
func (Reactivate) Action() users.Action { return users.ActionReactivate }

func (c Reactivate) target() users.ID { return c.User }

func (Reactivate) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	next, changed, refusal := v.nextStatus(users.ActionReactivate, u)
	if changed = changed && (!u.Waits() || u.Wait.Asks); changed {
		refusal = v.keptOut(u)
	}
	if refusal != nil || !changed {
		return effect{}, refusal
	}
	return v.back(EventReactivated, u, next, u.LeftAs == users.NoStatus), nil
}

// Archive moves a user of any status but deleted to the archive. The seat and the unstarted
// course licences are free; record and ID stay, and lists show the user by a filter for
// archived ones. It is unchanged for an archived user.
//
// Owners, admins, support and the system may. [ErrOwnerProtected] for an owner.
// [ErrNotOffered] for an invited user under [Policy.DeleteOnly].
type Archive struct {
	User      users.ID `json:"user"`
	Successor users.ID `json:"successor,omitzero"` // as in [Deactivate]
	Reason    string   `json:"reason,omitzero"`
}

// Action returns [users.ActionArchive].
func (Archive) Action() users.Action { return users.ActionArchive }

func (c Archive) target() users.ID { return c.User }
func (c Archive) needs(n *Need)    { n.user(c.Successor) }

func (c Archive) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return v.leave(users.ActionArchive, EventArchived, u, c.Successor, c.Reason)
}

// Restore returns an archived user to the status before. Freed course licences are not
// returned. An invitation that has run out goes out again, as by [Notify]. It is unchanged for an invited, active or inactive user.
//
// Owners, admins, support and the system may. [ErrNoSeats] if the status holds a seat and
// none is free; under [Wait] the user becomes inactive instead, with a place in the queue.
type Restore struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionRestore].
func (Restore) Action() users.Action { return users.ActionRestore }

func (c Restore) target() users.ID { return c.User }

func (Restore) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	next, changed, refusal := v.nextStatus(users.ActionRestore, u)
	if refusal != nil || !changed {
		return effect{}, refusal
	}
	return v.back(EventRestored, u, next, false), nil
}

// Delete replaces a user of any status by a tombstone: ID, role, source and times. The ID
// stays taken for ever, and the address is free for a new user with a new ID. The seat and
// the unstarted course licences are free. It also takes an invitation back. It is unchanged
// for a deleted user.
//
// Owners, admins, support and the system may. [ErrOwnerProtected] for an owner, except in an
// erased account.
type Delete struct {
	User      users.ID `json:"user"`
	Successor users.ID `json:"successor,omitzero"` // as in [Deactivate]
	Reason    string   `json:"reason,omitzero"`
}

// Action returns [users.ActionDelete].
func (Delete) Action() users.Action { return users.ActionDelete }

func (c Delete) target() users.ID { return c.User }
func (c Delete) needs(n *Need)    { n.user(c.Successor) }

func (c Delete) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	f, refusal := v.leave(users.ActionDelete, EventDeleted, u, c.Successor, c.Reason)
	if code := v.pools.of(v.joined[u.ID]); refusal == nil && code.Join.Text != "" {
		use := effect{kind: EventCodeUseBack, pool: code.ID}
		if code.Join.Hold {
			f.reserved, use.reserved = 1, 1
		}
		f.then = &use
	}
	return f, refusal
}

// Erase removes the personal data of an inactive or archived user and leaves a tombstone, as
// [Delete] does. The unstarted course licences are free. Events contain no profile values
// and stay; the host must keep personal data out of IDs and reasons. It is unchanged for a
// deleted user.
//
// Support and the system may, under every policy. [ErrOwnerProtected] for an owner;
// [ErrWrongStatus] for an invited or active user.
type Erase struct {
	User   users.ID `json:"user"`
	Reason string   `json:"reason,omitzero"`
}

// Action returns [users.ActionErase].
func (Erase) Action() users.Action { return users.ActionErase }

func (c Erase) target() users.ID { return c.User }

func (c Erase) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	return v.leave(users.ActionErase, EventErased, u, "", c.Reason)
}

// leave is the common part of Deactivate, Archive, Delete and Erase. A waiting user leaves the queue.
func (v *evaluation) leave(a users.Action, kind EventKind, u users.User, successor users.ID, reason string) (effect, *Refusal) {
	if err := users.CheckText(reason, users.MaxReason); err != nil {
		return effect{}, badInput("reason", err)
	}
	next, changed, refusal := v.nextStatus(a, u)
	if refusal != nil || !changed && !u.Waits() {
		return effect{}, refusal
	}
	if !changed {
		kind, next.Wait, next.Schedule = EventUnqueued, nil, users.Schedule{}
	}
	if successor != "" && !v.canSucceed(successor, u) {
		return effect{}, badInput("successor", errSuccessor)
	}
	var licences []users.Licence
	if returning.Has(a) {
		licences = v.returned(u.ID)
	}
	return effect{kind: kind, user: next, successor: successor, reason: reason, licences: licences}, nil
}
