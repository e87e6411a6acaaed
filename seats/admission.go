package seats

import "github.com/seatkeeper/seatkeeper/users"

// admit checks everything that is the same for all commands: that this actor may
// ask for it, that the person is there, and that the person may be touched. It
// returns the person.
func (d *desk) admit(c Command) (users.User, *Refusal) {
	a := c.Action()
	grant, no := d.authority(a)
	if no != nil {
		return users.User{}, no
	}
	if !d.account.admits(d.request.Actor.Kind, a) {
		return users.User{}, refuse(ErrClosed, "")
	}
	if !a.OnPerson() {
		if d.own() && !d.account.Policy.offers(a, users.Standing{}) {
			return users.User{}, refuse(ErrNotOffered, "")
		}
		return users.User{}, nil
	}
	u, there := d.people[c.target()]
	switch {
	case !d.covers(grant, c.target()):
		return u, refuse(ErrForbidden, c.target()) // the same whether there is such a user or not
	case !there:
		return u, refuse(ErrUnknownUser, c.target())
	}
	return u, d.reach(a, u)
}

// covers reports whether the actor may use a grant on the user of that ID, who need not
// be there.
func (d *desk) covers(grant users.Grant, id users.ID) bool {
	switch grant {
	case users.Self:
		return id == d.request.Actor.User
	case users.OwnSource:
		return d.visible(id)
	}
	return true
}

// visible reports whether an outcome may tell the actor that the user of that ID is there.
// A sync sees the users of its own source, the deleted included. An actor who may act on
// himself alone is refused by covers before any other user is looked at.
func (d *desk) visible(id users.ID) bool {
	return d.request.Actor.Kind != users.ActorSync || d.request.Actor.Owns(d.people[id].Source)
}

// own reports whether the actor is one of the account's own people, whom the
// switches of the policy bind.
func (d *desk) own() bool { return d.request.Actor.Kind == users.ActorUser }

// acting returns the user who acts, if the actor is a user of the account.
func (d *desk) acting() users.User { return d.people[d.request.Actor.User] }

// authority returns how far the actor may go with the action, if anywhere. A
// user must be active; whoever is not can only accept, and the table of status says
// when.
func (d *desk) authority(a users.Action) (users.Grant, *Refusal) {
	actor := d.request.Actor
	if no := d.request.check(); no != nil {
		return users.Never, no
	}
	who := d.acting()
	if d.own() && who.Status != users.Active && (a != users.Accept || !users.Present.Has(who.Status)) {
		return users.Never, refuse(ErrForbidden, "")
	}
	grant := users.Authority(actor.Kind, who.Role, a)
	if grant == users.Never || grant == users.ByPolicy && !d.account.Policy.grants(a) {
		return users.Never, refuse(ErrForbidden, "")
	}
	return grant, nil
}

// reach checks that nothing keeps this person out of the actor's reach.
func (d *desk) reach(a users.Action, u users.User) *Refusal {
	actor, policy := d.request.Actor, d.account.Policy
	switch {
	case u.Protected(a) && d.account.Erased.IsZero(), u.Role == users.Owner && !users.MayTouch(actor.Kind, d.acting().Role):
		return refuse(ErrOwnerProtected, u.ID)
	case d.own() && policy.locks(a, u.Standing()):
		return refuse(ErrSourceLocked, u.ID)
	case d.own() && !policy.offers(a, u.Standing()):
		return refuse(ErrNotOffered, u.ID)
	}
	return nil
}
