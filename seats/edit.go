package seats

import (
	"cmp"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// Edit changes the fields of Set in the profile of a user of any status but deleted. Seats
// stay. It is unchanged if every field is as before. An invitation that was sent to another address
// is void: a new one goes out, see [Event.Invitation], and for an inactive or archived user when they
// come back.
//
// Owners, admins, support and the system may, and a sync for users of its own source; for an
// owner, owners, support and the system. [ErrDuplicate] for a key of another user, to a sync
// without the ID of a user of another source; under [SharingAllowed] a user with a username or an
// external ID may get the address of another, and [ErrBadInput] is for taking the last of the
// two from a user who shares one. [ErrExchange], under [IdentityChangeRefused],
// for an edit that makes another person of a user shown as active now or before leaving, or signed in before, alone or
// together with earlier ones, see [IdentityChange]; [Deactivate], [Invite] and [HandOver] are the way.
// Support may do it, and so may a sync with an unchanged external ID. A sync may also give a new external ID to a user who keeps
// the name, see [users.PlainName], and the address or the username: systems number their people anew. Earlier edits count until
// the Until of the refusal.
//
// A field of a user of a sync that is edited by another actor stays: an edit by the sync leaves it as it is, see
// [users.User].Kept, until Follow names it. So do the role and the day of a leave, or no such day, which another
// actor has set; users who cancel their own leave are none. A roster that matches by a key edited by hand does not find the user by it:
// see [Comparison].
type Edit struct {
	User users.ID    `json:"user"`
	Set  users.Patch `json:"set"`
	// Follow are kept fields that follow the sync again, by their names of [users.Fields], "role" or "leave". The next run sets
	// them. It is [ErrForbidden] to a sync.
	Follow []string `json:"follow,omitzero"`
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

func (c Edit) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	next, _, refusal := v.nextStatus(users.ActionEdit, u)
	if refusal != nil {
		return effect{}, refusal
	}
	if next.Kept, refusal = c.kept(v, u); refusal != nil {
		return effect{}, refusal
	}
	bySync := v.request.Actor.Kind == users.ActorSync
	if bySync {
		c.Set = c.Set.Without(u.Kept...)
	}
	profile, changed, err := c.Set.Apply(u.Profile)
	switch {
	case err != nil:
		return effect{}, badProfile(err)
	case len(changed) == 0 && len(next.Kept) == len(u.Kept):
		return effect{}, nil
	case len(changed) == 0:
		return effect{kind: EventEdited, user: next, fields: []string{keptField}}, nil
	}
	if u.Source.Kind == users.SourceSync && !bySync {
		next.Kept = inOrder(slices.Concat(next.Kept, changed), cmp.Compare)
	}
	for _, k := range profile.Keys() {
		switch id, taken := v.holders.get(k); {
		case u.Has(k):
		case k.Kind == users.KeyEmail && (!taken || v.account.Policy.sharesAddress(profile)):
			next.SharesEmail = taken
		case taken:
			return effect{}, v.duplicate(profile, id)
		}
	}
	next.SharesEmail = next.SharesEmail && profile.Email != ""
	if next.SharesEmail && !hasOwnKey(profile) {
		return effect{}, badInput("profile", errSharer)
	}
	if next.Baseline, refusal = v.judge(u, profile); refusal != nil {
		return effect{}, refusal
	}
	was := u.Email
	u = next
	u.Profile = profile
	f := effect{kind: EventEdited, user: u, fields: changed}
	if u.NotificationCount > 0 && users.ByEmail(was) != users.ByEmail(profile.Email) {
		f = v.readdressed(f)
	}
	return f, nil
}

// keptField is the field of an event by which kept fields follow the sync again.
const keptField = "kept"

// Further kept fields, beside those of [users.Fields].
const (
	roleField  = "role"
	leaveField = "leave"
)

// keeps reports whether a field set by hand stays for the actor.
func (v *evaluation) keeps(u users.User, field string) bool {
	return v.request.Actor.Kind == users.ActorSync && slices.Contains(u.Kept, field)
}

// keptByHand returns the kept fields of a user after a change of the role or the day of a leave.
func (v *evaluation) keptByHand(was, next *users.User, kind EventKind) []string {
	actor, kept := v.request.Actor, next.Kept
	if next.Source.Kind != users.SourceSync || actor.Kind == users.ActorSync || was.Status == users.NoStatus {
		return kept
	}
	if was.Role != next.Role {
		kept = withName(kept, roleField)
	}
	day := kind == EventScheduled || kind == EventUnscheduled
	if day && was.Schedule.Leave != next.Schedule.Leave && actor != users.As(next.ID) {
		kept = withName(kept, leaveField)
	}
	return kept
}

// withName returns a list of names in order with another one.
func withName(names []string, name string) []string {
	return merged(names, []string{name}, cmp.Compare[string], same)
}

// kept returns the kept fields of the user after the command, without the edited ones.
func (c Edit) kept(v *evaluation, u users.User) (kept []string, refusal *Refusal) {
	known := append(users.Fields(), roleField, leaveField)
	switch {
	case len(c.Follow) > 0 && v.request.Actor.Kind == users.ActorSync:
		return nil, refuse(ErrForbidden, u.ID).because(ErrNeedsAdmin)
	case slices.ContainsFunc(c.Follow, func(f string) bool { return !slices.Contains(known, f) }):
		return nil, badInput("follow", errFollow)
	case len(c.Follow) == 0:
		return u.Kept, nil
	}
	return slices.DeleteFunc(slices.Clone(u.Kept), func(f string) bool { return slices.Contains(c.Follow, f) }), nil
}

// readdressed completes the effect of another address: an invitation that went to the old one is
// void. Another one goes out, at once or when its user comes back.
func (v *evaluation) readdressed(f effect) effect {
	switch u := f.user; {
	case u.Status == users.Invited:
		f.user = v.notified(u)
		f.count = f.user.NotificationCount
	case u.ComesBackInvited():
		f.user.Expires = v.request.At
	}
	return f
}

// ChangeRole changes the role of a user of any status but deleted. The seat changes only if
// the policy exempts one of the two roles. It is unchanged for the same role, and for a sync where the role was set
// by hand, see [users.User].Kept.
//
// Owners, admins, support and the system may, and a sync for users of its own source.
// [ErrOwnerProtected] for an owner: [EndOwnership] comes first. [ErrBadInput] for the role of
// an owner: see [GrantOwnership]. [ErrNoSeats] if the new role needs a seat and none is free.
type ChangeRole struct {
	User users.ID   `json:"user"`
	Role users.Role `json:"role"`
}

// Action returns [users.ActionChangeRole].
func (ChangeRole) Action() users.Action { return users.ActionChangeRole }

func (c ChangeRole) target() users.ID { return c.User }

func (c ChangeRole) evaluate(v *evaluation, u users.User) (effect, *Refusal) {
	next, _, refusal := v.nextStatus(users.ActionChangeRole, u)
	switch {
	case refusal != nil:
		return effect{}, refusal
	case checkRole(c.Role) != nil:
		return effect{}, badInput("role", checkRole(c.Role))
	case c.Role == u.Role, v.keeps(u, roleField):
		return effect{}, nil
	}
	next.Role = c.Role
	return effect{kind: EventRoleChanged, user: next}, nil
}
