package users

// What an owner is spared. An account always has an active owner, and nobody
// takes an owner's seat, role or record from under him: the ownership ends
// first ([ActionEndOwnership]), and the last active owner's never ends.

// unsettling are the actions that would put an owner out.
var unsettling = In(ActionDeactivate, ActionArchive, ActionDelete, ActionErase, ActionChangeRole)

// Protected reports whether u is an owner whom the action would put out. It
// holds against everybody: singly, in bulk, by a schedule or by a sync. It ends with the
// account itself, when that is erased.
func (u User) Protected(a Action) bool { return u.Role == Owner && unsettling.Has(a) }

// MayTouch reports whether the actor, who has that role, may act on an owner's
// record at all: an address or a name is a way to take an account over. Owners
// may, and whoever acts for the vendor or the host.
func MayTouch(kind ActorKind, role Role) bool {
	return kind == ActorSupport || kind == ActorSystem || kind == ActorUser && role == Owner
}

// Administers reports whether u is an owner or an admin who is invited or active.
func (u User) Administers() bool {
	return In(Owner, Admin).Has(u.Role) && In(Invited, Active).Has(u.Status)
}

// ActiveOwners returns how many active owners there are. It is never less than
// one in an account, unless that is erased.
func (t Tally) ActiveOwners() int64 { return t.Count(In(Active), In(Owner)) }
