package users

import (
	"cmp"
	"slices"
	"time"
)

// A User is a user of an account, as stored. All instants are in UTC and whole microseconds.
// The zero instant means never. In JSON the fields of the profile stand among the others.
type User struct {
	Profile
	Role   Role   `json:"role"`
	Status Status `json:"status"`

	LeftAs     Status  `json:"left_as,omitzero"`     // the status before inactive; empty if created inactive
	ArchivedAs Status  `json:"archived_as,omitzero"` // the status before archived
	LeftBy     Leaving `json:"left_by,omitzero"`     // how the user left invited or active, or the queue; empty: unknown, or not left

	Created           time.Time `json:"created,omitzero"`
	StatusSince       time.Time `json:"status_since,omitzero"` // the last change of status
	FirstSignIn       time.Time `json:"first_sign_in,omitzero"`
	Approved          time.Time `json:"approved,omitzero"`           // the approval by an admin
	LastNotified      time.Time `json:"last_notified,omitzero"`      // the last invitation or notification
	NotificationCount int64     `json:"notification_count,omitzero"` // invitations and notifications sent: the number of the last one, which its link can carry
	Expires           time.Time `json:"expires,omitzero"`            // the end of the invitation
	Lapses            bool      `json:"lapses,omitzero"`             // the seat comes free at this end
	Unsent            bool      `json:"unsent,omitzero"`             // invited, and the invitation is held back; false in an older row until its next change

	Wait *Wait `json:"wait,omitzero"` // the place in the queue for a seat, of an inactive user; nil: none
	// CoursePlaces are those of an invited or active user in the queues for course licences, by course.
	CoursePlaces []CoursePlace `json:"course_places,omitzero"`

	Start    Start     `json:"start,omitzero"`    // an invitation to come, of an inactive user
	Schedule Schedule  `json:"schedule,omitzero"` // a deactivation to come, of an invited or active user
	Due      time.Time `json:"due,omitzero"`      // the next change by date, or a day before it

	// SharesEmail says that the address was another user's when this user got it. The
	// address is no key of this user alone, see [User.UniqueKeys]. The user has a username or an
	// external ID.
	SharesEmail bool `json:"shares_email,omitzero"`

	// Kept are the fields of a user of a sync that were edited by hand, in order of their names: the sync leaves them
	// alone. "groups" are all of them, and "role" and "leave" the role and the day of a leave.
	Kept []string `json:"kept,omitzero"`

	// Baseline is the library's own, while edits of the name and the keys are judged together; nil:
	// there were none. Views of a user must leave it out.
	Baseline *Baseline `json:"baseline,omitzero"`

	// Salt is the library's secret: random, made with the first keyed call on the user, erased
	// with the profile. Events keep digests of such calls, useless once the salt is erased.
	// Views of a user must leave it out.
	Salt string `json:"salt,omitzero"`
}

// UnmarshalJSON reads a user by [ReadJSON].
func (u *User) UnmarshalJSON(text []byte) error {
	type plain User
	return ReadJSON(text, (*plain)(u))
}

// Clone returns a deep copy.
func (u User) Clone() User {
	u.Groups, u.Kept, u.CoursePlaces = slices.Clone(u.Groups), slices.Clone(u.Kept), slices.Clone(u.CoursePlaces)
	if u.Wait != nil {
		u.Wait = new(*u.Wait)
	}
	if u.Baseline != nil {
		u.Baseline = new(*u.Baseline)
	}
	return u
}

// Segment returns the segment of the user in a [Tally].
func (u User) Segment() Segment {
	return Segment{Status: u.Status, Role: u.Role, Synced: u.Source.Kind == SourceSync, Unsent: u.Unsent && u.Status == Invited}
}

// Here reports whether the user has any status but deleted.
func (u User) Here() bool { return Present.Has(u.Status) }

// HasExpired reports whether the user is invited and the invitation has expired. Accept is
// refused then until the invitation is sent again.
func (u User) HasExpired(at time.Time) bool {
	return u.Status == Invited && !u.Expires.IsZero() && !at.Before(u.Expires)
}

// LastSeen returns the last sight of the user: the first sign-in, or the sight that a store keeps beside the user
// if that is later. The zero instant means never, as far as is known.
func (u User) LastSeen(kept time.Time) time.Time {
	if kept.Before(u.FirstSignIn) {
		return u.FirstSignIn
	}
	return kept
}

// WasActive reports whether the user is active, or was before leaving. Of a deleted user it is unknown,
// and false.
func (u User) WasActive() bool {
	return u.Status == Active || u.LeftAs == Active || u.ArchivedAs == Active
}

// AwaitsInvitation reports whether the user is invited and the invitation is still to be sent.
func (u User) AwaitsInvitation() bool {
	return u.Status == Invited && u.NotificationCount == 0
}

// ComesBackInvited reports whether an inactive or archived user was invited before.
func (u User) ComesBackInvited() bool {
	return In(Inactive, Archived).Has(u.Status) && (u.ArchivedAs == Invited || u.LeftAs == Invited)
}

// TakenKeys lists the keys that find the user, the ID included.
func (u User) TakenKeys() []Key { return u.appendTaken(make([]Key, 0, 4)) }

// UniqueKeys lists the keys that no other user may have: [User.TakenKeys] without a shared address.
func (u User) UniqueKeys() []Key { return u.appendUnique(make([]Key, 0, 4)) }

func (u *User) appendTaken(keys []Key) []Key { return append(u.appendKeys(keys), ByID(u.ID)) }

func (u *User) appendUnique(keys []Key) []Key {
	keys = u.appendTaken(keys)
	if u.SharesEmail {
		keys = slices.DeleteFunc(keys, func(k Key) bool { return k.Kind == KeyEmail })
	}
	return keys
}

// Tombstone returns the rest of the user after deletion: ID, role, source, LeftBy and dates. The keys
// but the ID are free again.
func (u User) Tombstone() User {
	return User{
		Profile: Profile{ID: u.ID, Source: u.Source},
		Role:    u.Role, Status: Deleted, LeftBy: u.LeftBy,
		Created: u.Created, StatusSince: u.StatusSince, FirstSignIn: u.FirstSignIn, Approved: u.Approved,
		LastNotified: u.LastNotified, NotificationCount: u.NotificationCount,
	}
}

// Has reports whether the key is one of [User.TakenKeys].
func (u User) Has(k Key) bool { return slices.Contains(u.TakenKeys(), k) }

// Administers reports whether u is an invited or active owner or admin.
func (u User) Administers() bool {
	return In(Owner, Admin).Has(u.Role) && In(Invited, Active).Has(u.Status)
}

// Dated reports whether u has a Start or a Schedule.
func (u User) Dated() bool { return u.Start.Date != "" || u.Schedule.Date != "" }

// DueRank is 1 for a user with a Start, otherwise 0: of one instant these come due after the
// others, whose seats come free for them.
func (u User) DueRank() int {
	if u.Start.Date != "" {
		return 1
	}
	return 0
}

// CompareDue orders users as they come due: by Due, then by DueRank, then by ID.
func (u User) CompareDue(v User) int {
	return cmp.Or(u.Due.Compare(v.Due), cmp.Compare(u.DueRank(), v.DueRank()), cmp.Compare(u.ID, v.ID))
}
