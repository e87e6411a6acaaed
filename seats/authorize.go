package seats

import (
	"github.com/seatkeeper/seatkeeper/internal/rules"
	"github.com/seatkeeper/seatkeeper/users"
)

// admit checks everything that is the same for all commands: that this actor may
// ask for it, that the person is there, and that the person may be touched. It
// returns the person.
func (v *evaluation) authorize(c Command) (users.User, *Refusal) {
	a := c.Action()
	grant, refusal := v.authority(a)
	if refusal != nil {
		return users.User{}, refusal
	}
	if !v.account.allows(v.request.Actor.Kind, a) {
		return users.User{}, refuse(ErrClosed, "")
	}
	if !a.OnUser() {
		if v.byAccountUser() && !v.account.Policy.offers(a, users.Segment{}) {
			return users.User{}, refuse(ErrNotOffered, "")
		}
		return users.User{}, nil
	}
	u, there := v.people[c.target()]
	switch {
	case !v.covers(grant, c.target()):
		// The same whether there is such a user or not.
		return u, refuse(ErrForbidden, c.target()).because(outOfReach[grant])
	case !there:
		return u, refuse(ErrUnknownUser, c.target())
	}
	return u, v.checkTarget(a, u)
}

// covers reports whether the actor may use a grant on the user of that ID, who need not
// be there.
func (v *evaluation) covers(grant rules.Grant, id users.ID) bool {
	switch grant {
	case rules.Self:
		return id == v.request.Actor.User
	case rules.OwnSource:
		return v.visible(id)
	}
	return true
}

// visible reports whether an outcome may tell the actor that the user of that ID is there.
// A sync sees the users of its own source, the deleted included. An actor who may act on
// himself alone is refused by covers before any other user is looked at.
func (v *evaluation) visible(id users.ID) bool {
	return v.request.Actor.Kind != users.ActorSync || v.request.Actor.Owns(v.people[id].Source)
}

// own reports whether the actor is one of the account's own people, whom the
// switches of the policy bind.
func (v *evaluation) byAccountUser() bool { return v.request.Actor.Kind == users.ActorUser }

// acting returns the user who acts, if the actor is a user of the account.
func (v *evaluation) acting() users.User { return v.people[v.request.Actor.User] }

// authority returns how far the actor may go with the action, if anywhere. A
// user must be active; whoever is not can only accept, and the table of status says
// when.
func (v *evaluation) authority(a users.Action) (rules.Grant, *Refusal) {
	actor := v.request.Actor
	if refusal := v.request.check(); refusal != nil {
		return rules.Never, refusal
	}
	who := v.acting()
	if v.byAccountUser() && who.Status != users.Active && (a != users.ActionAccept || !users.Present.Has(who.Status)) {
		return rules.Never, refuse(ErrForbidden, "").because(notActing[who.Status])
	}
	grant := v.account.Policy.authority(actor.Kind, who.Role, a)
	if grant == rules.Never {
		return rules.Never, refuse(ErrForbidden, "").because(v.account.Policy.needed(a))
	}
	return grant, nil
}

// notActing has the reason why a user of a status other than active can't act.
var notActing = map[users.Status]users.Reason{
	users.NoStatus: ErrNotAUser, users.Deleted: ErrNotAUser,
	users.Invited: ErrNotSignedIn, users.Inactive: ErrInactive, users.Archived: ErrArchived,
}

// outOfReach has the reason why a grant does not cover a user.
var outOfReach = map[rules.Grant]users.Reason{rules.Self: ErrNeedsSelf, rules.OwnSource: ErrOtherSource}

// authority is [rules.Authority] under the policy, which decides on [rules.ByPolicy].
func (p Policy) authority(kind users.ActorKind, role users.Role, a users.Action) rules.Grant {
	grant := rules.Authority(kind, role, a)
	if grant == rules.ByPolicy && !p.grants(a) {
		return rules.Never
	}
	return grant
}

// needed returns which actor the action is for, the least role first.
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
		if p.authority(row.kind, row.role, a) != rules.Never {
			return row.reason
		}
	}
	return ErrNeedsSupport
}

// reach checks that nothing keeps this person out of the actor's reach.
func (v *evaluation) checkTarget(a users.Action, u users.User) *Refusal {
	actor, policy := v.request.Actor, v.account.Policy
	switch {
	case rules.Protected(u, a) && v.account.Erased.IsZero():
		return refuse(ErrOwnerProtected, u.ID)
	case u.Role == users.Owner && !rules.MayTouch(actor.Kind, v.acting().Role):
		return refuse(ErrOwnerProtected, u.ID).because(ErrNeedsOwner)
	case v.byAccountUser() && policy.locks(a, u.Segment()):
		return refuse(ErrSourceLocked, u.ID)
	case v.byAccountUser() && !policy.offers(a, u.Segment()):
		return refuse(ErrNotOffered, u.ID)
	}
	return nil
}
