package users

import (
	"slices"
	"time"
)

// A User is a person of an account as the store keeps him. All instants are UTC
// and whole microseconds; the zero instant means never. In JSON the fields of the
// profile stand among the others.
type User struct {
	Profile
	Role   Role   `json:"role"`
	Status Status `json:"status"`

	LeftAs     Status `json:"left_as,omitzero"`     // what Reactivate returns to; NoStatus for somebody created inactive
	ArchivedAs Status `json:"archived_as,omitzero"` // what Restore returns to

	Created           time.Time `json:"created,omitzero"`            // since when the person is known here
	StatusSince       time.Time `json:"status_since,omitzero"`       // since when the status is what it is
	FirstSignIn       time.Time `json:"first_sign_in,omitzero"`      // the first sign-in
	Approved          time.Time `json:"approved,omitzero"`           // when an admin approved the person
	LastNotified      time.Time `json:"last_notified,omitzero"`      // when the last invitation or notification went out
	NotificationCount int64     `json:"notification_count,omitzero"` // how many went out
	Expires           time.Time `json:"expires,omitzero"`            // when the invitation runs out

	Schedule Schedule  `json:"schedule,omitzero"` // a deactivation to come
	Due      time.Time `json:"due,omitzero"`      // when something happens to the person without a command

	Licences []Licence `json:"licences,omitzero"` // of course pools, by pool

	// Salt is the library's own: random, made when a call with a request key is first about
	// the user, and gone with the profile. Without it nothing can be told from what events keep
	// of such calls. It is in no view of a user.
	Salt string `json:"salt,omitzero"`
}

// UnmarshalJSON reads a user by [ReadJSON].
func (u *User) UnmarshalJSON(text []byte) error {
	type plain User
	return ReadJSON(text, (*plain)(u))
}

// A Schedule is a calendar day on which a person becomes inactive. The zero
// value is none.
type Schedule struct {
	Date string    `json:"date"`        // yyyy-mm-dd, in the account's time zone
	At   time.Time `json:"at,omitzero"` // the first instant of that day
}

// A Licence is a course licence of a person: held from the assignment, spent
// from the start of the course.
type Licence struct {
	Pool     string    `json:"pool"`
	Assigned time.Time `json:"assigned,omitzero"`
	Started  time.Time `json:"started,omitzero"`  // zero while the course is unstarted
	Archived time.Time `json:"archived,omitzero"` // when the course was put away
}

// Clone returns a copy of the user that shares nothing with it.
func (u User) Clone() User {
	u.Groups, u.Licences = slices.Clone(u.Groups), slices.Clone(u.Licences)
	return u
}

// Segment returns what the counters see of the person.
func (u User) Segment() Segment {
	return Segment{Status: u.Status, Role: u.Role, Synced: u.Source.Kind == SourceSync}
}

// Here reports whether the person is in the account in any way: all but deleted.
func (u User) Here() bool { return Present.Has(u.Status) }

// HasExpired reports whether the person is invited by an invitation that has run
// out by then, and can't be accepted until it is sent again.
func (u User) HasExpired(at time.Time) bool {
	return u.Status == Invited && !u.Expires.IsZero() && !at.Before(u.Expires)
}

// TakenKeys lists everything of this person that nobody else may have: the ID
// for ever, the other keys until deletion.
func (u User) TakenKeys() []Key { return append(u.Keys(), ByID(u.ID)) }

// Tombstone returns what stays of the person after deletion: ID, role, source
// and times. The rest is gone, so that the keys are free again.
func (u User) Tombstone() User {
	return User{
		Profile: Profile{ID: u.ID, Source: u.Source},
		Role:    u.Role, Status: Deleted,
		Created: u.Created, StatusSince: u.StatusSince, FirstSignIn: u.FirstSignIn, Approved: u.Approved,
		LastNotified: u.LastNotified, NotificationCount: u.NotificationCount,
	}
}

// Has reports whether the key is one of this person's.
func (u User) Has(k Key) bool { return slices.Contains(u.TakenKeys(), k) }

// Administers reports whether u is an owner or an admin who is invited or active.
func (u User) Administers() bool {
	return In(Owner, Admin).Has(u.Role) && In(Invited, Active).Has(u.Status)
}
