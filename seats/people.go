package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/rules"
	"github.com/seatkeeper/seatkeeper/users"
)

// Invite asks somebody into the account. The person takes a seat at once,
// accepted or not, unless the policy exempts the role.
//
// Owners, admins, support and the system may; a sync for its own source. Somebody
// who is already here is recognised by address, username or external ID and never
// made a second time: invited or active is "unchanged" (the outcome carries the ID;
// role and fields are not applied), inactive or archived is refused as
// [ErrDuplicate], and so is a profile that is partly one person and partly
// another. A sync recognises users of its own source alone: a key that a user of another
// source has is refused as [ErrDuplicate] without an ID, whatever became of that user.
// Without a free seat it is refused as [ErrNoSeats], or the person is
// created inactive where the policy says so. An owner is not invited but made:
// [GrantOwnership].
type Invite struct {
	Profile users.Profile `json:"profile"`
	Role    users.Role    `json:"role"`
	Later   bool          `json:"later,omitzero"` // hold the invitation back until the next [Notify]; the seat is taken now
}

// Action returns [users.ActionInvite].
func (Invite) Action() users.Action { return users.ActionInvite }

func (Invite) target() users.ID { return "" }
func (c Invite) needs(n *Need)  { n.person(c.Profile) }

func (c Invite) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	u, here, refusal := d.resolve(users.ActionInvite, c.Profile, c.Role)
	if refusal != nil || here {
		return effect{user: u}, refusal
	}
	parked := d.inactiveFallback(u)
	u.Status = users.Invited
	if !c.Later {
		u = d.notified(u)
	}
	return effect{kind: EventInvited, user: u, count: u.NotificationCount, instead: parked}, nil
}

// Add lets in somebody who needs no invitation, because he signs in through the
// host's single sign-on or moves over from another system: active at once, with
// this moment as the first sign-in. Under a policy of approval the person is
// invited instead and waits.
//
// Support and the system may. Whoever is already here is treated as by
// [Invite], and so is an account without a free seat.
type Add struct {
	Profile users.Profile `json:"profile"`
	Role    users.Role    `json:"role"`
}

// Action returns [users.ActionAdd].
func (Add) Action() users.Action { return users.ActionAdd }

func (Add) target() users.ID { return "" }
func (c Add) needs(n *Need)  { n.person(c.Profile) }

func (c Add) evaluate(d *evaluation, _ users.User) (effect, *Refusal) {
	u, here, refusal := d.resolve(users.ActionAdd, c.Profile, c.Role)
	if refusal != nil || here {
		return effect{user: u}, refusal
	}
	parked := d.inactiveFallback(u)
	if d.account.Policy.needsApproval() {
		u.Status = users.Invited
	} else {
		u.Status, u.FirstSignIn = users.Active, d.at
	}
	return effect{kind: EventAdded, user: u, instead: parked}, nil
}

// arrive returns the new person that a profile describes, without a status yet,
// or whoever it turns out to be who is here already.
func (v *evaluation) resolve(a users.Action, p users.Profile, role users.Role) (u users.User, here bool, refusal *Refusal) {
	p, err := p.Clean()
	switch {
	case err != nil:
		return u, false, badProfile(err)
	case p.ID == "":
		return u, false, badInput("id", users.ErrEmpty)
	case !role.Valid() || role == users.Owner:
		return u, false, badInput("role", errRole)
	}
	if p.Source, refusal = v.source(p.Source); refusal != nil {
		return u, false, refusal
	}
	u, here, refusal = v.match(p)
	switch {
	case refusal != nil:
		return u, false, refusal
	case !here:
		return users.User{Profile: p, Role: role, Created: v.at, StatusSince: v.at}, false, nil
	case rules.Next(a, u.Status).Kind == rules.Refused:
		return u, false, v.duplicate(p, u.ID)
	}
	return u, true, nil
}

// source returns where a new person comes from: a sync adds to its own source,
// and nobody of the account can pass somebody off as a sync's.
func (v *evaluation) source(s users.Source) (users.Source, *Refusal) {
	switch v.request.Actor.Kind {
	case users.ActorSync:
		if s == (users.Source{}) {
			s = users.Source{Kind: users.SourceSync, Name: v.request.Actor.Name}
		}
		if !v.request.Actor.Owns(s) {
			return s, refuse(ErrForbidden, "").because(ErrOtherSource)
		}
	case users.ActorUser:
		if s.Kind == users.SourceSync {
			return s, badInput("source", errSource)
		}
	}
	return s, nil
}

// recognise finds the one person whom a profile describes. Keys that point at
// several people, or at one who is somebody else by a stronger key or whom the actor
// does not see, are a duplicate.
func (v *evaluation) match(p users.Profile) (u users.User, here bool, refusal *Refusal) {
	found := v.keyHolders(p)
	if len(found) == 0 {
		return u, false, nil
	}
	u = v.people[found[0]]
	if len(found) > 1 || !rules.SamePerson(p, u.Profile) || !v.visible(u.ID) {
		return u, false, v.duplicate(p, found...)
	}
	return u, true, nil
}

// known lists who has the ID or a key of a profile, each once.
func (v *evaluation) keyHolders(p users.Profile) []users.ID {
	var found []users.ID
	for _, k := range append(p.Keys(), users.ByID(p.ID)) {
		id, taken := v.holders[k]
		if !taken {
			continue
		}
		for _, id := range append([]users.ID{id}, v.sharers[k]...) {
			if !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	return found
}

// duplicate refuses a profile with keys of other users, and names them if the actor sees
// all of them.
func (v *evaluation) duplicate(p users.Profile, holders ...users.ID) *Refusal {
	refusal := refuse(ErrDuplicate, "").because(ErrTaken)
	for _, k := range append(p.Keys(), users.ByID(p.ID)) {
		if v.holders[k] == holders[0] || slices.Contains(v.sharers[k], holders[0]) {
			refusal.Field = k.Kind.String()
			break
		}
	}
	for _, id := range holders {
		if !v.visible(id) {
			return refusal
		}
	}
	refusal.User, refusal.Others = holders[0], holders
	if reason, ok := takenReasons[v.people[holders[0]].Status]; ok {
		refusal.Reason = reason
	}
	if len(holders) > 1 {
		refusal.Field, refusal.Reason = "profile", ErrTakenBySeveral
	}
	return refusal
}

// parked returns what is done instead where there is no free seat, if the
// policy wants the person all the same: he is created inactive and nobody is told.
func (v *evaluation) inactiveFallback(u users.User) *effect {
	if !v.account.Policy.overflows() {
		return nil
	}
	u.Status = users.Inactive
	return &effect{kind: EventAdded, user: u}
}

// notified returns the user with one more notification sent, which renews the
// end of an invitation.
func (v *evaluation) notified(u users.User) users.User {
	u.NotificationCount++
	u.LastNotified = v.at
	if u.Status == users.Invited {
		u.Expires = v.account.Policy.end(v.request.At)
	}
	return u
}

// Notify sends the invitation or notification again, as often as one likes: it
// renews the end of an invitation and touches neither status nor seats. Each
// writes one event with its number.
//
// Owners, admins, support and the system may, for people invited or active; for an
// owner, owners, support and the system.
type Notify struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionNotify].
func (Notify) Action() users.Action { return users.ActionNotify }

func (c Notify) target() users.ID { return c.User }

func (Notify) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	u, _, refusal := d.nextStatus(users.ActionNotify, u)
	if refusal != nil {
		return effect{}, refusal
	}
	u = d.notified(u)
	return effect{kind: EventNotified, user: u, count: u.NotificationCount}, nil
}

// Accept records the first sign-in: it lets an invited person in and never needs
// a second seat. For somebody active who never signed in it records that.
//
// Everybody may for himself; support and the system may for anybody. It is
// refused as [ErrNotApproved] while the person waits for approval, and as
// [ErrInvitationExpired] after the invitation has run out.
type Accept struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionAccept].
func (Accept) Action() users.Action { return users.ActionAccept }

func (c Accept) target() users.ID { return c.User }

func (Accept) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	next, changed, refusal := d.nextStatus(users.ActionAccept, u)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case changed && d.account.Policy.needsApproval():
		return effect{}, refuse(ErrNotApproved, u.ID)
	case u.HasExpired(d.request.At):
		return effect{}, refuse(ErrInvitationExpired, u.ID)
	case !changed && !u.FirstSignIn.IsZero():
		return effect{}, nil
	}
	next.Expires = time.Time{}
	if next.FirstSignIn.IsZero() {
		next.FirstSignIn = d.at
	}
	return effect{kind: EventAccepted, user: next}, nil
}

// Approve lets in an invited person who waits for approval; the seat is held
// already. It is "unchanged" for somebody active, and refused as [ErrNotOffered] in
// products that let in by invitation or first sign-in.
//
// Owners, admins, support and the system may.
type Approve struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionApprove].
func (Approve) Action() users.Action { return users.ActionApprove }

func (c Approve) target() users.ID { return c.User }

func (Approve) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	if !d.account.Policy.needsApproval() {
		return effect{}, refuse(ErrNotOffered, u.ID)
	}
	u, changed, refusal := d.nextStatus(users.ActionApprove, u)
	if refusal != nil || !changed {
		return effect{}, refusal
	}
	u.Approved, u.Expires = d.at, time.Time{}
	return effect{kind: EventApproved, user: u}, nil
}

// Edit changes the fields of a profile that Set names, of anybody who is not
// deleted. Seats are not touched.
//
// Owners, admins, support and the system may, and a sync for people of its own
// source; an owner's profile is for owners, support and the system. An address,
// username or external ID that somebody else has is refused as [ErrDuplicate], to a sync
// without the ID of a user of another source. Once
// people see a person as active, or he has signed in, a change that would make somebody
// else of him is refused as [ErrExchange] where the policy says so, each edit judged by
// itself, see [IdentityChange]; the way is [Deactivate], [Invite] and [HandOver]. It is
// not refused to a sync that knows him by an unchanged external ID, nor to support.
type Edit struct {
	User users.ID    `json:"user"`
	Set  users.Patch `json:"set"`
}

// Action returns [users.ActionEdit].
func (Edit) Action() users.Action { return users.ActionEdit }

func (c Edit) target() users.ID { return c.User }

func (c Edit) needs(n *Need) {
	var p users.Profile
	for _, k := range []struct{ to, from *string }{
		{&p.ExternalID, c.Set.ExternalID}, {&p.Email, c.Set.Email}, {&p.Username, c.Set.Username},
	} {
		if k.from != nil {
			*k.to = *k.from
		}
	}
	n.person(p)
}

func (c Edit) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	next, _, refusal := d.nextStatus(users.ActionEdit, u)
	if refusal != nil {
		return effect{}, refusal
	}
	profile, changed, err := c.Set.Apply(u.Profile)
	switch {
	case err != nil:
		return effect{}, badProfile(err)
	case len(changed) == 0:
		return effect{}, nil
	}
	for _, k := range profile.Keys() {
		if id, taken := d.holders[k]; taken && !u.Has(k) {
			return effect{}, d.duplicate(profile, id)
		}
	}
	settled := d.active(u.ID) || !u.FirstSignIn.IsZero()
	if d.account.Policy.refusesExchange() && settled && rules.Exchanges(u.Profile, profile) && !d.confirmsIdentity(u.Profile, profile) {
		return effect{}, refuse(ErrExchange, u.ID)
	}
	next.Profile = profile
	return effect{kind: EventEdited, user: next, fields: changed}, nil
}

// vouches reports whether the actor knows that two profiles are of one person, however
// they differ.
func (v *evaluation) confirmsIdentity(was, now users.Profile) bool {
	known := was.ExternalID != "" && users.ByExternalID(was.ExternalID) == users.ByExternalID(now.ExternalID)
	return v.request.Actor.Kind == users.ActorSupport || known && v.request.Actor.Owns(was.Source)
}

// ChangeRole gives anybody who is not deleted another role. Ownership is granted
// and ended by commands of its own: an owner's role is refused as
// [ErrOwnerProtected], and the role of an owner as [ErrBadInput]. Seats change only
// where the policy exempts one of the two roles, and then as with any newcomer.
//
// Owners, admins, support and the system may, and a sync for people of its own
// source.
type ChangeRole struct {
	User users.ID   `json:"user"`
	Role users.Role `json:"role"`
}

// Action returns [users.ActionChangeRole].
func (ChangeRole) Action() users.Action { return users.ActionChangeRole }

func (c ChangeRole) target() users.ID { return c.User }

func (c ChangeRole) evaluate(d *evaluation, u users.User) (effect, *Refusal) {
	next, _, refusal := d.nextStatus(users.ActionChangeRole, u)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case !c.Role.Valid() || c.Role == users.Owner:
		return effect{}, badInput("role", errRole)
	case c.Role == u.Role:
		return effect{}, nil
	}
	next.Role = c.Role
	return effect{kind: EventRoleChanged, user: next}, nil
}
