package seats

import "github.com/seatkeeper/seatkeeper/users"

// Forbidden reports whether the action is beyond the actor under every policy.
func Forbidden(kind users.ActorKind, role users.Role, a users.Action) bool {
	return authorityOf(kind, role, a) == never
}

// SettleParts is Settle with another bound than MaxSettled.
func SettleParts(s Snapshot, r Request, most int) Change { return settle(s, r, most) }
