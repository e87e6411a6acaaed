package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// A Role is the role of a user in an account. The zero value is [Member], the default of
// invitations.
type Role uint8

// The roles. Every role holds a seat unless the account's policy exempts it.
const (
	Member  Role = iota // a learner
	Manager             // reads reports
	Admin               // manages users and seats
	Owner               // an admin; keeps seat, role and record until the ownership ends

	roleCount = int(Owner) + 1
)

var roleNames = enum.Names[Role]{"member", "manager", "admin", "owner"}

// String returns the role in lower case.
func (r Role) String() string { return roleNames.Of(r) }

// MarshalText returns the text form.
func (r Role) MarshalText() ([]byte, error) { return roleNames.Marshal(r) }

// UnmarshalText reads the text form.
func (r *Role) UnmarshalText(text []byte) error { return roleNames.Unmarshal(text, r) }

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return int(r) < roleCount }

// Roles lists the roles, from the least to the most powerful.
func Roles() []Role { return []Role{Member, Manager, Admin, Owner} }
