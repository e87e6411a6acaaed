package seats

import "github.com/seatkeeper/seatkeeper/users"

// authorize checks the authority of the actor, the state of the account, and the presence
// and protection of the user, alike for all commands. It returns the user.
func (v *evaluation) authorize(c Command) (users.User, *Refusal) {
	a := c.Action()
	grant, refusal := v.authority(a)
	if refusal != nil {
		return users.User{}, refusal
	}
	if !v.account.allows(v.request.Actor.Kind, a) {
		refusal := refuse(ErrClosed, "")
		if !v.account.Erased.IsZero() {
			refusal.Reason = ErrErased
		}
		return users.User{}, refusal
	}
	if !a.OnUser() {
		if v.byAccountUser() && !v.account.Policy.offers(a, users.Segment{}) {
			return users.User{}, refuse(ErrNotOffered, "")
		}
		return users.User{}, nil
	}
	u, ok := v.people.find(c.target())
	switch {
	case !v.covers(grant, c.target()):
		// The refusal is the same for an unknown user.
		return u, refuse(ErrForbidden, c.target()).because(outOfReach[grant])
	case !ok:
		return u, refuse(ErrUnknownUser, c.target())
	}
	return u, v.checkTarget(a, u)
}

// covers reports whether a grant includes the user of that ID, known or unknown.
func (v *evaluation) covers(g grant, id users.ID) bool {
	switch g {
	case ownRecord:
		return id == v.request.Actor.User
	case ownSource:
		return v.visible(id)
	}
	return true
}

// visible reports whether an outcome may disclose the user of that ID to the actor. A sync
// sees the users of its own source, the deleted included. Actors with the grant ownRecord get
// their refusal from covers, before any other user is read.
func (v *evaluation) visible(id users.ID) bool {
	return v.request.Actor.Kind != users.ActorSync || v.request.Actor.Owns(v.people.of(id).Source)
}

func (v *evaluation) invisible(id users.ID) bool { return !v.visible(id) }

// byAccountUser reports whether the actor is a user of the account. The switches of the
// policy bind these alone.
func (v *evaluation) byAccountUser() bool { return v.request.Actor.Kind == users.ActorUser }

// fromOutside are the actions for users without access, for themselves. The table of statuses
// decides on them.
var fromOutside = users.In(users.ActionAccept, users.ActionQueue, users.ActionUnqueue)

// authority returns the grant of the actor for the action. A user must be active, except
// for those of fromOutside.
func (v *evaluation) authority(a users.Action) (grant, *Refusal) {
	actor := v.request.Actor
	if refusal := v.request.check(); refusal != nil {
		return never, refusal
	}
	acting := v.acting()
	out := v.byAccountUser() && acting.Status != users.Active
	if out && (!fromOutside.Has(a) || !users.Present.Has(acting.Status)) {
		return never, refuse(ErrForbidden, "").because(inactiveReasons[acting.Status])
	}
	grant := v.account.Policy.authority(actor.Kind, acting.Role, a)
	if out {
		grant = min(grant, ownRecord)
	}
	if grant == never {
		return never, refuse(ErrForbidden, "").because(v.account.Policy.needed(a))
	}
	return grant, nil
}

// inactiveReasons has the reason of [ErrForbidden] for each status but active.
var inactiveReasons = map[users.Status]users.Reason{
	users.NoStatus: ErrNotAUser, users.Deleted: ErrNotAUser,
	users.Invited: ErrNotSignedIn, users.Inactive: ErrInactive, users.Archived: ErrArchived,
}

// outOfReach has the reason of [ErrForbidden] for the grants with a condition on the user.
var outOfReach = map[grant]users.Reason{ownRecord: ErrNeedsSelf, ownSource: ErrOtherSource}

// authority returns the grant under the policy, which decides on byPolicy.
func (p Policy) authority(kind users.ActorKind, role users.Role, a users.Action) grant {
	grant := authorityOf(kind, role, a)
	if grant == byPolicy && !p.grants(a) {
		return never
	}
	return grant
}

// needed returns the reason with the lowest role that has a grant for the action, else the
// vendor.
func (p Policy) needed(a users.Action) users.Reason {
	for _, row := range []struct {
		kind   users.ActorKind
		role   users.Role
		reason users.Reason
	}{
		{users.ActorUser, users.Member, ErrNeedsSelf},
		{users.ActorUser, users.Admin, ErrNeedsAdmin},
		{users.ActorUser, users.Owner, ErrNeedsOwner},
		{users.ActorSystem, users.Member, ErrNeedsVendor},
	} {
		if p.authority(row.kind, row.role, a) != never {
			return row.reason
		}
	}
	return ErrNeedsSupport
}

// checkTarget checks the protection of owners, the lock of a sync and the offer of the
// policy for the user.
func (v *evaluation) checkTarget(a users.Action, u users.User) *Refusal {
	actor, policy := v.request.Actor, v.account.Policy
	switch {
	case ownerProtected(u, a) && v.account.Erased.IsZero():
		refusal := refuse(ErrOwnerProtected, u.ID)
		if v.account.Tally.ActiveOwners() <= 1 {
			refusal.Reason = ErrSoleOwner
		}
		return refusal
	case u.Role == users.Owner && u.ID != actor.User && !mayTouchOwner(actor.Kind, v.acting().Role):
		return refuse(ErrOwnerProtected, u.ID).because(ErrNeedsOwner)
	case v.byAccountUser() && policy.locks(a, u.Segment()):
		return refuse(ErrSourceLocked, u.ID)
	case v.byAccountUser() && !policy.offers(a, u.Segment()):
		refusal := refuse(ErrNotOffered, u.ID)
		if !policy.withholds(a) {
			refusal.Reason = ErrDeleteOnly
		}
		return refusal
	case !v.permits(a, u):
		return refuse(ErrForbidden, u.ID).because(ErrOneself)
	}
	return nil
}
