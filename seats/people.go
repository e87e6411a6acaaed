package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Invite asks somebody into the account. The person takes a seat at once,
// accepted or not, unless the policy exempts the role.
//
// Owners, admins, support and the system may; a sync for its own source. Somebody
// who is already here is recognised by address, username or external ID and never
// made a second time: invited or active is "same" (the outcome carries the ID;
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

// Action returns [users.Invite].
func (Invite) Action() users.Action { return users.Invite }

func (Invite) target() users.ID { return "" }
func (c Invite) needs(n *Need)  { n.person(c.Profile) }

func (c Invite) fact(d *desk, _ users.User) (fact, *Refusal) {
	u, here, no := d.arrive(users.Invite, c.Profile, c.Role)
	if no != nil || here {
		return fact{user: u}, no
	}
	parked := d.parked(u)
	u.Status = users.Invited
	if !c.Later {
		u = d.notified(u)
	}
	return fact{kind: Invited, user: u, count: u.Notices, instead: parked}, nil
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

// Action returns [users.Add].
func (Add) Action() users.Action { return users.Add }

func (Add) target() users.ID { return "" }
func (c Add) needs(n *Need)  { n.person(c.Profile) }

func (c Add) fact(d *desk, _ users.User) (fact, *Refusal) {
	u, here, no := d.arrive(users.Add, c.Profile, c.Role)
	if no != nil || here {
		return fact{user: u}, no
	}
	parked := d.parked(u)
	if d.account.Policy.needsApproval() {
		u.Status = users.Invited
	} else {
		u.Status, u.SignedIn = users.Active, d.at
	}
	return fact{kind: Added, user: u, instead: parked}, nil
}

// arrive returns the new person that a profile describes, without a status yet,
// or whoever it turns out to be who is here already.
func (d *desk) arrive(a users.Action, p users.Profile, role users.Role) (u users.User, here bool, no *Refusal) {
	p, err := p.Clean()
	switch {
	case err != nil:
		return u, false, badProfile(err)
	case p.ID == "":
		return u, false, badInput("id", users.ErrEmpty)
	case !role.Valid() || role == users.Owner:
		return u, false, badInput("role", errRole)
	}
	if p.Source, no = d.source(p.Source); no != nil {
		return u, false, no
	}
	u, here, no = d.recognise(p)
	switch {
	case no != nil:
		return u, false, no
	case !here:
		return users.User{Profile: p, Role: role, Created: d.at, Since: d.at}, false, nil
	case users.Next(a, u.Status).Kind == users.Refused:
		return u, false, d.duplicate(u.ID)
	}
	return u, true, nil
}

// source returns where a new person comes from: a sync adds to its own source,
// and nobody of the account can pass somebody off as a sync's.
func (d *desk) source(s users.Source) (users.Source, *Refusal) {
	switch d.request.Actor.Kind {
	case users.ActorSync:
		if s == (users.Source{}) {
			s = users.Source{Kind: users.SourceSync, Name: d.request.Actor.Name}
		}
		if !d.request.Actor.Owns(s) {
			return s, refuse(ErrForbidden, "")
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
func (d *desk) recognise(p users.Profile) (u users.User, here bool, no *Refusal) {
	found := d.known(p)
	if len(found) == 0 {
		return u, false, nil
	}
	u = d.people[found[0]]
	if len(found) > 1 || !users.SamePerson(p, u.Profile) || !d.visible(u.ID) {
		return u, false, d.duplicate(found...)
	}
	return u, true, nil
}

// known lists who has the ID or a key of a profile, each once.
func (d *desk) known(p users.Profile) []users.ID {
	var found []users.ID
	for _, k := range append(p.Keys(), users.ByID(p.ID)) {
		id, taken := d.holders[k]
		if !taken {
			continue
		}
		for _, id := range append([]users.ID{id}, d.sharers[k]...) {
			if !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	return found
}

// duplicate refuses keys that others have. It names them, if the actor sees them all.
func (d *desk) duplicate(found ...users.ID) *Refusal {
	for _, id := range found {
		if !d.visible(id) {
			return refuse(ErrDuplicate, "")
		}
	}
	no := refuse(ErrDuplicate, found[0])
	no.Others = found
	return no
}

// parked returns what is done instead where there is no free seat, if the
// policy wants the person all the same: he is created inactive and nobody is told.
func (d *desk) parked(u users.User) *fact {
	if !d.account.Policy.overflows() {
		return nil
	}
	u.Status = users.Inactive
	return &fact{kind: Added, user: u}
}

// notified returns the user with one more notification sent, which renews the
// end of an invitation.
func (d *desk) notified(u users.User) users.User {
	u.Notices++
	u.Notified = d.at
	if u.Status == users.Invited {
		u.Expires = d.account.Policy.end(d.request.At)
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

// Action returns [users.Notify].
func (Notify) Action() users.Action { return users.Notify }

func (c Notify) target() users.ID { return c.User }

func (Notify) fact(d *desk, u users.User) (fact, *Refusal) {
	u, _, no := d.turn(users.Notify, u)
	if no != nil {
		return fact{}, no
	}
	u = d.notified(u)
	return fact{kind: Notified, user: u, count: u.Notices}, nil
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

// Action returns [users.Accept].
func (Accept) Action() users.Action { return users.Accept }

func (c Accept) target() users.ID { return c.User }

func (Accept) fact(d *desk, u users.User) (fact, *Refusal) {
	next, changed, no := d.turn(users.Accept, u)
	switch {
	case no != nil:
		return fact{}, no
	case changed && d.account.Policy.needsApproval():
		return fact{}, refuse(ErrNotApproved, u.ID)
	case u.HasExpired(d.request.At):
		return fact{}, refuse(ErrInvitationExpired, u.ID)
	case !changed && !u.SignedIn.IsZero():
		return fact{}, nil
	}
	next.Expires = time.Time{}
	if next.SignedIn.IsZero() {
		next.SignedIn = d.at
	}
	return fact{kind: Accepted, user: next}, nil
}

// Approve lets in an invited person who waits for approval; the seat is held
// already. It is "same" for somebody active, and refused as [ErrNotOffered] in
// products that let in by invitation or first sign-in.
//
// Owners, admins, support and the system may.
type Approve struct {
	User users.ID `json:"user"`
}

// Action returns [users.Approve].
func (Approve) Action() users.Action { return users.Approve }

func (c Approve) target() users.ID { return c.User }

func (Approve) fact(d *desk, u users.User) (fact, *Refusal) {
	if !d.account.Policy.needsApproval() {
		return fact{}, refuse(ErrNotOffered, u.ID)
	}
	u, changed, no := d.turn(users.Approve, u)
	if no != nil || !changed {
		return fact{}, no
	}
	u.Approved, u.Expires = d.at, time.Time{}
	return fact{kind: Approved, user: u}, nil
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
// itself, see [users.Exchanges]; the way is [Deactivate], [Invite] and [HandOver]. It is
// not refused to a sync that knows him by an unchanged external ID, nor to support.
type Edit struct {
	User users.ID    `json:"user"`
	Set  users.Patch `json:"set"`
}

// Action returns [users.Edit].
func (Edit) Action() users.Action { return users.Edit }

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

func (c Edit) fact(d *desk, u users.User) (fact, *Refusal) {
	next, _, no := d.turn(users.Edit, u)
	if no != nil {
		return fact{}, no
	}
	profile, changed, err := c.Set.Apply(u.Profile)
	switch {
	case err != nil:
		return fact{}, badProfile(err)
	case len(changed) == 0:
		return fact{}, nil
	}
	for _, k := range profile.Keys() {
		if id, taken := d.holders[k]; taken && !u.Has(k) {
			return fact{}, d.duplicate(id)
		}
	}
	settled := d.active(u.ID) || !u.SignedIn.IsZero()
	if d.account.Policy.refusesExchange() && settled && users.Exchanges(u.Profile, profile) && !d.vouches(u.Profile, profile) {
		return fact{}, refuse(ErrExchange, u.ID)
	}
	next.Profile = profile
	return fact{kind: Edited, user: next, fields: changed}, nil
}

// vouches reports whether the actor knows that two profiles are of one person, however
// they differ.
func (d *desk) vouches(was, now users.Profile) bool {
	known := was.ExternalID != "" && users.ByExternalID(was.ExternalID) == users.ByExternalID(now.ExternalID)
	return d.request.Actor.Kind == users.ActorSupport || known && d.request.Actor.Owns(was.Source)
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

// Action returns [users.ChangeRole].
func (ChangeRole) Action() users.Action { return users.ChangeRole }

func (c ChangeRole) target() users.ID { return c.User }

func (c ChangeRole) fact(d *desk, u users.User) (fact, *Refusal) {
	next, _, no := d.turn(users.ChangeRole, u)
	switch {
	case no != nil:
		return fact{}, no
	case !c.Role.Valid() || c.Role == users.Owner:
		return fact{}, badInput("role", errRole)
	case c.Role == u.Role:
		return fact{}, nil
	}
	next.Role = c.Role
	return fact{kind: RoleChanged, user: next}, nil
}
