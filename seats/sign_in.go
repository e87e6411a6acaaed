package seats

import "github.com/seatkeeper/seatkeeper/users"

// SignIn is for the host's single sign-on: a person stands at the door, with all that the host's
// directory knows of them. They may come in if the [Outcome] says After that they are active. A user
// is matched as by [Invite]. A profile with the ID of a user is about that user: another key of theirs, such as
// a new address, is left to [Edit], and a key of another user is [ErrDuplicate].
//
// An invited user becomes active with a first sign-in, as by [Accept], and keeps the role of the
// invitation. An active user gets a first sign-in if there is none, and is unchanged otherwise, but for an
// [EventSignedIn] by a key that is the same as before edits that are judged together, see [IdentityChange]: the
// next one is judged from here on. Empty
// fields of a known user are filled from the profile, which is an [EventEdited]; other fields, the
// role and the source stay. No optional field locks the door: it is taken as by [users.Profile.Fitted]. An unknown user is created as by [Add], under [Policy.AddsAtSignIn]
// alone. No user is reactivated.
//
// The system may. [ErrUnknownUser] for an unknown user otherwise. [ErrWrongStatus] for an inactive,
// archived or deleted user, with the reason for their screen, such as [ErrInvitationLapsed]; [ErrNotApproved] and
// [ErrInvitationExpired] as of Accept; the other refusals are those of Invite. No refusal has remedies.
type SignIn struct {
	Profile users.Profile `json:"profile"`
	Role    users.Role    `json:"role,omitzero"` // of a new user
}

// Action returns [users.ActionSignIn].
func (SignIn) Action() users.Action { return users.ActionSignIn }

func (SignIn) target() users.ID { return "" }
func (c SignIn) needs(n *Need)  { n.person(c.Profile) }

func (c SignIn) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	c.Profile = c.Profile.Fitted()
	u, known, refusal := v.atDoor(c.Profile, c.Role)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case !known && !v.account.Policy.addsAtSignIn():
		return effect{}, refuse(ErrUnknownUser, "").because(ErrNotInvited)
	case !known:
		return Add{Profile: c.Profile, Role: c.Role}.evaluate(v, u)
	}
	return v.signedIn(u, c.Profile)
}

// atDoor returns the user that a profile at the door matches.
func (v *evaluation) atDoor(p users.Profile, role users.Role) (u users.User, known bool, refusal *Refusal) {
	u, known = v.people.find(p.ID)
	switch {
	case len(p.Keys()) == 0:
		return u, known, nil
	case !known:
		return v.arrival(p, role)
	}
	p, err := p.Clean()
	switch found := v.keyHolders(p); {
	case err != nil:
		return u, false, badProfile(err)
	case checkRole(role) != nil:
		return u, false, badInput("role", checkRole(role))
	case len(found) > 1:
		return u, false, v.duplicate(p, found...)
	}
	return u, true, nil
}

// signedIn returns the effect by which a known user comes in, with the profile at the door.
func (v *evaluation) signedIn(u users.User, p users.Profile) (effect, *Refusal) {
	f, refusal := Accept{User: u.ID}.evaluate(v, u)
	if refusal != nil {
		return effect{}, refusal
	}
	baseline := v.comesIn(u, p)
	if f.kind == "" {
		f.user = u
		if baseline != u.Baseline.Lasting(v.at) {
			f.kind = EventSignedIn
		}
	}
	f.user.Baseline = baseline
	profile, filled, err := u.Lacking(p).Apply(u.Profile)
	switch {
	case err != nil:
		return effect{}, badProfile(err)
	case len(filled) == 0:
		return f, nil
	}
	if u.Email == "" {
		f.user.SharesEmail = v.isTaken(profile)
	}
	f.user.Profile = profile
	edited := effect{kind: EventEdited, user: f.user, fields: filled}
	if f.kind == "" {
		return edited, nil
	}
	f.then = &edited
	return f, nil
}
