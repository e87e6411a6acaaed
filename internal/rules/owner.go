package rules

import "github.com/seatkeeper/seatkeeper/users"

// unsettling are the actions that take an owner's seat, role or record.
var unsettling = users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionErase, users.ActionChangeRole)

// Protected reports whether u is an owner and the action would take the seat, the role or the
// record. The ownership ends first, see [users.ActionEndOwnership]. The protection holds
// against every actor, in bulk, by schedule and by sync, until the account is erased.
func Protected(u users.User, a users.Action) bool { return u.Role == users.Owner && unsettling.Has(a) }

// MayTouch reports whether the actor may act on an owner's record at all: an edit of an
// address or a name can take an account over. Owners, support and the host may.
func MayTouch(kind users.ActorKind, role users.Role) bool {
	return kind == users.ActorSupport || kind == users.ActorSystem || kind == users.ActorUser && role == users.Owner
}
