package seats

import "github.com/seatkeeper/seatkeeper/users"

// Forbidden reports whether the action is beyond the actor under every policy.
func Forbidden(kind users.ActorKind, role users.Role, a users.Action) bool {
	return authorityOf(kind, role, a) == never
}
