package seats

import (
	"iter"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Person is a user as the account's policy shows him.
type Person struct {
	users.User
	Shown users.Status `json:"shown"` // what to display; Status is what is stored
	May   Permissions  `json:"may"`   // what the host lets the person do
}

// UnmarshalJSON reads a person by [users.ReadJSON].
func (p *Person) UnmarshalJSON(text []byte) error {
	type user users.User // whose own method would take the whole document for a user
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

// View returns a user of the account as it shows him at that instant. In a closed account
// nobody may do anything.
func (a Account) View(u users.User, at time.Time) Person {
	u.Salt = "" // the library's own
	p := Person{User: u, Shown: a.Policy.Shows(u.Status)}
	if a.Closed.IsZero() {
		p.May = a.Policy.may(u, at)
	}
	return p
}

// AsShown returns people as users whose status is the one that is shown. It hands
// those whom a Keeper lists to [users.WriteRoster].
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

// A Permission is something that a person may do in the host application.
type Permission uint8

// The permissions.
const (
	SignIn               Permission = iota // for an invited person: accept the invitation
	ReceiveNotifications                   // be sent mail
	OpenCourses                            // see the content
	BeAssigned                             // be assigned to a course
	ReadReports                            // see how others get on
	ManagePeople                           // see and change who is here, and the account's numbers
)

// Permissions is a set of permissions.
type Permissions = users.Set[Permission]

var permissionNames = enum.Names[Permission]{"sign-in", "receive-notifications", "open-courses", "be-assigned", "read-reports", "manage-people"}

// String returns the permission in lower case, words joined by a hyphen.
func (p Permission) String() string { return permissionNames.Of(p) }

// MarshalText returns the text form that [Permission.UnmarshalText] reads.
func (p Permission) MarshalText() ([]byte, error) { return permissionNames.Marshal(p) }

// UnmarshalText reads the text form; anything else is an error.
func (p *Permission) UnmarshalText(text []byte) error { return permissionNames.Unmarshal(text, p) }
