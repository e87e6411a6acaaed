package seats

import (
	"iter"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Person is a user as the policy of the account shows them.
type Person struct {
	users.User
	Shown users.Status `json:"shown"` // for display; Status is the stored one
	May   Permissions  `json:"may"`   // in the host application
}

// UnmarshalJSON reads a person by [users.ReadJSON].
func (p *Person) UnmarshalJSON(text []byte) error {
	type user users.User // without the method of users.User, which would read the whole document
	var form struct {
		user
		Shown users.Status `json:"shown"`
		May   Permissions  `json:"may"`
	}
	if err := users.ReadJSON(text, &form); err != nil {
		return err
	}
	*p = Person{users.User(form.user), form.Shown, form.May}
	return nil
}

// View returns the person of a user at that instant. In a closed account nothing is
// permitted.
func (a Account) View(u users.User, at time.Time) Person {
	u.Baseline, u.Salt = nil, "" // the library's own
	p := Person{User: u, Shown: a.Policy.Shows(u.Status)}
	if a.Closed.IsZero() {
		p.May = a.Policy.may(u, at)
	}
	return p
}

// AsShown returns users with the shown status, for [users.WriteRoster] of a list by a Keeper.
func AsShown(people iter.Seq2[Person, error]) iter.Seq2[users.User, error] {
	return func(yield func(users.User, error) bool) {
		for p, err := range people {
			p.Status = p.Shown
			if !yield(p.User, err) {
				return
			}
		}
	}
}

// A Permission is a right of a person in the host application.
type Permission uint8

// The permissions.
const (
	EnterAccount         Permission = iota // for an invited user: accept the invitation
	ReceiveNotifications                   // be sent mail
	OpenCourses                            // see the content
	BeAssigned                             // be assigned to a course
	ReadReports                            // see the progress of others
	ManagePeople                           // see and change the users and the account's numbers
)

// Permissions is a set of permissions.
type Permissions = users.Set[Permission]

var permissionNames = enum.Names[Permission]{"enter-account", "receive-notifications", "open-courses", "be-assigned", "read-reports", "manage-people"}

// String returns the permission in lower case, words joined by a hyphen.
func (p Permission) String() string { return permissionNames.Of(p) }

// MarshalText returns the text form that [Permission.UnmarshalText] reads.
func (p Permission) MarshalText() ([]byte, error) { return permissionNames.Marshal(p) }

// UnmarshalText reads the text form; anything else is an error.
func (p *Permission) UnmarshalText(text []byte) error { return permissionNames.Unmarshal(text, p) }
