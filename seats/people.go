package seats

import (
	"cmp"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Invite creates an invited user, who holds a seat at once unless the policy exempts the
// role. A known user is matched by external ID, address or username. An invitation that has run
// out goes out again, as by [Notify], unless the command holds it back; it is unchanged for every
// other invited user and for an active one. The outcome has their ID, and role and fields of the
// command are ignored. A sync takes over a user of another source where [Account.TakesOver] says so, which is an
// [EventEdited] of the field "source", and of "external-id" where the number becomes that of the Profile.
//
// Owners, admins, support and the system may, and a sync for its own source. [ErrNoSeats]
// without a free seat; under [CreateInactive] and [Wait] the user is created inactive instead, under Wait
// with a place in the queue for seats, see [Queue]. [ErrForbidden] to a sync for a
// user who was put out by hand.
// [ErrDuplicate] if the keys match an inactive or archived user, several users, or one with
// another external ID, address or username; to a sync, for every key of a user of another source that it does not take
// over, without the ID. Under [SharingAllowed] a profile whose username and external ID no user has is a new
// user with any address, and one of an address alone that several users have is refused with
// [ErrAmbiguous]. [ErrBadInput] for the role of an owner: [GrantOwnership] follows the first sign-in.
type Invite struct {
	Profile users.Profile `json:"profile"`
	Role    users.Role    `json:"role"`
	Later   bool          `json:"later,omitzero"` // hold the notification back until the next [Notify]; the seat is held now
	// Leave is the day of a leave, as by [Schedule]. The actor must be one who may schedule it.
	Leave users.Leave `json:"leave,omitzero"`
	// Start is the day on which the invitation goes out by itself. Until then the user is inactive
	// and holds no seat. Without a free seat on that day the user stays so, and the event [EventStartMissed]
	// tells it; under [Wait] the user gets a place in the queue, by [EventQueued].
	Start users.Date `json:"start,omitzero"`
	// LeftMeansGone is for the rows of a file: a Leave that is over, refused otherwise, makes a
	// known user inactive as [Deactivate] does, and creates none.
	LeftMeansGone bool `json:"left_means_gone,omitzero"`
	// Gone is the same for a user who has left according to the file, whatever the Leave.
	Gone bool `json:"gone,omitzero"`
}

// Action returns [users.ActionInvite].
func (Invite) Action() users.Action { return users.ActionInvite }

func (Invite) target() users.ID { return "" }
func (c Invite) needs(n *Need)  { n.person(c.Profile) }

func (c Invite) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	if c.LeftMeansGone || c.Gone {
		days, refusal := v.withDays(users.User{}, c.Leave, "")
		if refusal != nil {
			return effect{}, refusal
		}
		switch leave := days.Schedule; {
		case leave.Date != "" && !leave.At.After(v.request.At):
			return v.gone(c.Profile, leave.Leave)
		case c.Gone:
			return v.gone(c.Profile, users.Leave{})
		}
	}
	u, here, refusal := v.resolve(users.ActionInvite, c.Profile, c.Role)
	switch {
	case here && v.takes(u):
		return v.taken(u, c.Profile), nil
	case refusal == nil && here && !c.Later && c.Start == "" && u.HasExpired(v.request.At):
		return v.sent(EventNotified, u), nil
	case refusal != nil || here:
		return effect{user: u}, refusal
	}
	if c.Start != "" {
		return v.plan(c, u)
	}
	u.Status = users.Invited
	if u, refusal = v.scheduled(u, c.Leave); refusal != nil {
		return effect{}, refusal
	}
	fallback := v.inactiveFallback(u)
	if !c.Later {
		u = v.notified(u)
	}
	return effect{kind: EventInvited, user: u, count: u.NotificationCount, date: u.Schedule.Date, dateAs: u.Schedule.As, instead: fallback}, nil
}

// Add creates an active user without an invitation, for the host's single sign-on. The
// first sign-in is now. Under [Approval] the user is invited instead, and waits for
// [Approve]. Known users and a missing seat are as for [Invite].
//
// Support and the system may, and a sync for its own source. Refusals are those of [Invite].
type Add struct {
	Profile users.Profile `json:"profile"`
	Role    users.Role    `json:"role"`
	Leave   users.Leave   `json:"leave,omitzero"` // as in [Invite]
}

// Action returns [users.ActionAdd].
func (Add) Action() users.Action { return users.ActionAdd }

func (Add) target() users.ID { return "" }
func (c Add) needs(n *Need)  { n.person(c.Profile) }

func (c Add) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	u, here, refusal := v.resolve(users.ActionAdd, c.Profile, c.Role)
	switch {
	case here && v.takes(u):
		return v.taken(u, c.Profile), nil
	case refusal != nil || here:
		return effect{user: u}, refusal
	}
	u.Status = users.Active
	if v.account.Policy.needsApproval() {
		u.Status = users.Invited
	}
	if u, refusal = v.scheduled(u, c.Leave); refusal != nil {
		return effect{}, refusal
	}
	fallback := v.inactiveFallback(u)
	if u.Status == users.Active {
		u.FirstSignIn = v.at
	}
	return effect{kind: EventAdded, user: u, date: u.Schedule.Date, dateAs: u.Schedule.As, instead: fallback}, nil
}

// resolve returns the known user that matches a profile, or a new one without a status. The action
// must be possible for the known one.
func (v *evaluation) resolve(a users.Action, p users.Profile, role users.Role) (u users.User, known bool, refusal *Refusal) {
	u, known, refusal = v.arrival(p, role)
	if known && !v.takes(u) && transitionOf(a, u.Status).kind == noTransition {
		return u, false, cmp.Or(v.keptOut(u), v.duplicate(p, u.ID))
	}
	return u, known, refusal
}

// keptOut refuses a sync to bring back a user who was put out by hand.
func (v *evaluation) keptOut(u users.User) *Refusal {
	if v.request.Actor.Kind == users.ActorSync && u.Here() && u.LeftBy == users.LeftByHand {
		return refuse(ErrForbidden, u.ID).because(ErrPutOutByHand)
	}
	return nil
}

// arrival is resolve for a known user of any status.
func (v *evaluation) arrival(p users.Profile, role users.Role) (u users.User, known bool, refusal *Refusal) {
	p, err := p.Clean()
	switch {
	case err != nil:
		return u, false, badProfile(err)
	case p.ID == "":
		return u, false, badInput("id", users.ErrEmpty)
	case checkRole(role) != nil:
		return u, false, badInput("role", checkRole(role))
	}
	if p.Source, refusal = v.source(p.Source); refusal != nil {
		return u, false, refusal
	}
	u, known, refusal = v.match(p)
	switch {
	case refusal != nil:
		return u, false, refusal
	case !known:
		return users.User{Profile: p, Role: role, Created: v.at, StatusSince: v.at, SharesEmail: v.isTaken(p)}, false, nil
	}
	return u, true, nil
}

// checkRole returns the reason against a role that is given to a user, or nil.
func checkRole(role users.Role) error {
	switch {
	case !role.Valid():
		return users.ErrRole
	case role == users.Owner:
		return users.ErrOwner
	}
	return nil
}

// source returns the source of a new user: of a sync its own. Users of the account can't
// set the source of a sync.
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

// inactiveFallback returns the effect in the place of an arrival without a free seat, if the
// policy has one: the user is created inactive, without a notification.
func (v *evaluation) inactiveFallback(u users.User) *effect {
	if !v.account.Policy.overflows() || v.account.Policy.queues() && !v.waiting(Site).hasRoom() {
		return nil
	}
	u.Status = users.Inactive
	if v.account.Policy.queues() {
		u.Wait = &users.Wait{Since: v.at, Reason: v.request.Reason}
	}
	return &effect{kind: EventAdded, user: u, date: u.Schedule.Date, dateAs: u.Schedule.As}
}

// notified returns the user after one more notification, with the new end of an
// invitation.
func (v *evaluation) notified(u users.User) users.User {
	u.NotificationCount++
	u.LastNotified = v.at
	if u.Status == users.Invited {
		u.Expires = v.account.Policy.end(v.request.At, func() *time.Location {
			in, refusal := v.location()
			if refusal != nil {
				return time.UTC // whose days are as long as the term
			}
			return in
		})
	}
	return u
}

// sent returns the effect by which an invitation or notification goes out.
func (v *evaluation) sent(kind EventKind, u users.User) effect {
	u = v.notified(u)
	return effect{kind: kind, user: u, count: u.NotificationCount}
}

// back returns the effect by which a user comes back. An invitation that has run out, and one that
// never went out, goes out.
func (v *evaluation) back(kind EventKind, was, u users.User, unsent bool) effect {
	f := effect{kind: kind, user: u}
	if unsent || u.HasExpired(v.request.At) {
		f = v.sent(kind, u)
	}
	f.instead = v.queued(was)
	return f
}

// Notify records that the invitation or notification goes out again, any number of times,
// and renews the end of an invitation. Status and seats stay. Every call writes an event with
// the count, by which the host sends the mail.
//
// Owners, admins, support and the system may, for invited and active users; for an owner,
// owners, support and the system. [ErrWrongStatus] for users of other statuses.
type Notify struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionNotify].
func (Notify) Action() users.Action { return users.ActionNotify }

func (c Notify) target() users.ID { return c.User }

func (Notify) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	u, _, refusal := v.nextStatus(users.ActionNotify, u)
	if refusal != nil {
		return effect{}, refusal
	}
	return v.sent(EventNotified, u), nil
}

// Accept records the first sign-in. An invited user becomes active and keeps the seat. It is
// unchanged after the first sign-in.
//
// Users of every role may for themselves, support and the system for all. [ErrWrongStatus] for an
// inactive, archived or deleted user; [ErrChangedMeanwhile] for another Invitation than the last
// one; [ErrNotApproved] before [Approve], under [Approval]; [ErrInvitationExpired] after the end of
// the invitation, until [Notify].
type Accept struct {
	User users.ID `json:"user"`
	// Invitation is the number of the invitation that a link carries, by [Event.Invitation]; 0: any. It
	// makes a link void once a newer one went out or the address has changed. Signing the link is the
	// host's part.
	Invitation int64 `json:"invitation,omitzero"`
}

// Action returns [users.ActionAccept].
func (Accept) Action() users.Action { return users.ActionAccept }

func (c Accept) target() users.ID { return c.User }

func (c Accept) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	next, changed, refusal := v.nextStatus(users.ActionAccept, u)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case c.Invitation != 0 && c.Invitation != u.NotificationCount:
		return effect{}, v.otherInvitation(u)
	case changed && v.account.Policy.needsApproval():
		return effect{}, refuse(ErrNotApproved, u.ID)
	case u.HasExpired(v.request.At):
		return effect{}, refuse(ErrInvitationExpired, u.ID)
	case !changed && !u.FirstSignIn.IsZero():
		return effect{}, nil
	}
	next.Expires, next.Baseline = time.Time{}, v.comesIn(u, users.Profile{})
	if next.FirstSignIn.IsZero() {
		next.FirstSignIn = v.at
	}
	return effect{kind: EventAccepted, user: next}, nil
}

// Approve makes an invited user active, under [Approval]. The user holds a seat already. It
// is unchanged for an active user.
//
// Owners, admins, support and the system may. [ErrNotOffered] under every other
// [Activation]; [ErrWrongStatus] for an inactive, archived or deleted user.
type Approve struct {
	User users.ID `json:"user"`
}

// Action returns [users.ActionApprove].
func (Approve) Action() users.Action { return users.ActionApprove }

func (c Approve) target() users.ID { return c.User }

func (Approve) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	if !v.account.Policy.needsApproval() {
		return effect{}, refuse(ErrNotOffered, u.ID)
	}
	u, changed, refusal := v.nextStatus(users.ActionApprove, u)
	if refusal != nil || !changed {
		return effect{}, refusal
	}
	u.Approved, u.Expires = v.at, time.Time{}
	return effect{kind: EventApproved, user: u}, nil
}
