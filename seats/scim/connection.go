package scim

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Connection is the access of one identity provider to one account. The host makes it for a request, by its
// bearer token.
type Connection struct {
	Source string     // the name of the source, as in [users.Sync]
	Base   string     // the URL of the endpoint without a slash at its end, for the locations of resources
	Role   users.Role // of new users
	// ClearAbsent makes PUT clear the attributes that it leaves out. Okta's PUT leaves out those that are not mapped.
	ClearAbsent bool
	// DeleteForGood makes DELETE a deletion: [seats.Delete], the username is free again and the ID is gone. Without it
	// DELETE is [seats.Archive], and an administrator can restore the user. POST of an archived user is 409, and
	// GET shows the user with active=false; RFC 7644 (3.6) wants 404 for what DELETE has removed.
	DeleteForGood bool
}

// Actor returns the actor of the commands.
func (c Connection) Actor() users.Actor { return users.Sync(c.Source) }

// Shows reports whether a user is a resource of the connection: of its source, and not deleted. Every other user is
// [ErrNotFound].
func (c Connection) Shows(u users.User) bool { return u.Here() && c.owns(u) }

// owns reports whether the user is of the connection's source.
func (c Connection) owns(u users.User) bool { return c.Actor().Owns(u.Source) }

// Create returns the commands of POST, given the users with its keys, see [Body.Find]. An inactive one of the
// connection's source comes back by [seats.Reactivate] with the fields of the body, and an active, archived or waiting
// one is [ErrUniqueness]. Any other user is invited by [seats.Invite]. That takes over one of another source, who gets the fields of
// the body then, if [seats.Account.TakesOver] allows it, and else is refused. [Created] has the user's ID.
//
// A userName is required. A new user is created active: active=false is 400 invalidValue, since an
// invitation that is taken back at once would mail the user. An error is an [*Error].
func (c Connection) Create(b Body, present []users.User) ([]seats.Command, error) {
	d := draft{}
	if err := d.read(b); err != nil {
		return nil, err
	}
	profile, err := d.profile.Clean()
	switch {
	case d.profile.Username == "":
		return nil, errUserName
	case err != nil:
		return nil, ErrorOf(err)
	}
	present = slices.DeleteFunc(slices.Clone(present), func(u users.User) bool { return !samePerson(profile, u.Profile) })
	inactive := d.active != nil && !*d.active
	switch {
	case len(present) > 1:
		return nil, ErrUniqueness
	case len(present) == 1 && c.owns(present[0]) && present[0].Status == users.Inactive && !present[0].IsServed() && !inactive:
		back := draft{profile: present[0].Profile}
		if err := back.read(b); err != nil {
			return nil, err
		}
		back.active = new(true)
		return back.commands(present[0])
	case len(present) == 1 && c.owns(present[0]):
		return nil, ErrUniqueness
	case inactive:
		return nil, invalid(InvalidValue, "a user is created active")
	}
	commands := []seats.Command{seats.Invite{Profile: profile, Role: c.Role}}
	if len(present) == 0 {
		return commands, nil
	}
	taken := draft{profile: present[0].Profile}
	if err := taken.read(b); err != nil {
		return nil, err
	}
	taken.active = new(true)
	more, err := taken.commands(present[0])
	return append(commands, more...), err
}

// Created returns the ID of the user of POST, given the outcomes of the commands, or [ErrUniqueness] if the user came by
// another call meanwhile.
func Created(outcomes []seats.Outcome) (users.ID, error) {
	if len(outcomes) == 0 || outcomes[0].Action == users.ActionInvite && outcomes[0].Unchanged {
		return "", ErrUniqueness
	}
	return outcomes[0].User, nil
}

// samePerson reports whether two profiles are of one person, as package seats decides: by the external ID that
// both have, otherwise by an address or a username in common without a difference, see [users.KeyKind].
func samePerson(a, b users.Profile) (same bool) {
	for _, k := range a.Keys() {
		for _, other := range b.Keys() {
			switch {
			case k.Kind != other.Kind:
			case k != other || k.Kind == users.KeyExternalID:
				return k == other
			default:
				same = true
			}
		}
	}
	return same
}

// Change returns the commands of PUT and PATCH on a user as read before; none if all is as the body says.
// [ErrNotFound] for a user of another source, an unknown or a deleted one. A leaver is deactivated before the edit, and a
// returning user is edited first: an invitation goes to the new address, and to no leaver. An error is an [*Error].
func (c Connection) Change(b Body, present users.User) ([]seats.Command, error) {
	if !c.Shows(present) {
		return nil, ErrNotFound
	}
	d := draft{profile: present.Profile, clear: c.ClearAbsent && !b.patch}
	if err := d.read(b); err != nil {
		return nil, err
	}
	return d.commands(present)
}

// commands returns the commands that make a user as in the draft.
func (d draft) commands(present users.User) (commands []seats.Command, _ error) {
	profile, err := d.profile.Clean()
	switch {
	case err != nil:
		return nil, ErrorOf(err)
	case present.Username != "" && profile.Username == "":
		return nil, errUserName
	}
	here := isActive(present)
	if d.active != nil && !*d.active && (here || present.Waits()) {
		commands = append(commands, seats.Deactivate{User: present.ID})
	}
	if set, _ := users.Patches(present.Profile, profile); set != (users.Patch{}) {
		commands = append(commands, seats.Edit{User: present.ID, Set: set})
	}
	if d.active != nil && *d.active && !here {
		commands = append(commands, seats.Reactivate{User: present.ID})
	}
	return commands, nil
}

var errUserName = invalid(InvalidValue, "userName is required")

// A Step is a call of the Keeper: commands of one actor, all or nothing.
type Step struct {
	Actor    users.Actor
	Commands []seats.Command
}

// Remove returns the calls of DELETE on a user as read before, in order: the source deactivates the user, so that its
// guard counts a leaver, and then the system archives or deletes them, for a sync may do neither. The second is on
// condition that the user is still inactive. A call that was done before a failure does no harm: the
// repeated request goes on from there. There are none for an unknown, deleted or archived user: the answer to a second DELETE
// is that of the first. [ErrNotFound] for a user of another source.
func (c Connection) Remove(present users.User) (steps []Step, _ error) {
	switch {
	case !present.Here():
		return nil, nil
	case !c.owns(present):
		return nil, ErrNotFound
	}
	if isActive(present) || present.Waits() {
		steps = append(steps, Step{c.Actor(), []seats.Command{seats.Deactivate{User: present.ID}}})
	}
	last := seats.If{Command: seats.Archive{User: present.ID}, Status: users.In(users.Inactive)}
	switch {
	case c.DeleteForGood:
		last = seats.If{Command: seats.Delete{User: present.ID}, Status: users.In(users.Inactive, users.Archived)}
	case present.Status == users.Archived:
		return nil, nil
	}
	return append(steps, Step{users.System(), []seats.Command{last}}), nil
}
