package users

import (
	"cmp"
	"slices"
	"time"
)

// dates are the instants of a person, of which the first is the earliest.
var dates = []struct {
	name  string
	of    func(*User) *time.Time
	must  bool // it is known of everybody
	ahead bool // it may lie in the future
}{
	{"created", func(u *User) *time.Time { return &u.Created }, true, false},
	{"status-since", func(u *User) *time.Time { return &u.StatusSince }, true, false},
	{"first-sign-in", func(u *User) *time.Time { return &u.FirstSignIn }, false, false},
	{"approved", func(u *User) *time.Time { return &u.Approved }, false, false},
	{"last-notified", func(u *User) *time.Time { return &u.LastNotified }, false, false},
	{"expires", func(u *User) *time.Time { return &u.Expires }, false, true},
}

// Clean returns a person who is brought along from elsewhere as a row of an account
// at that instant, or a [*FieldError] that names the first field that is wrong. There
// has to be an ID, and what is said of the person has to go together:
//
//   - The profile is cleaned as by [Profile.Clean]. Of somebody deleted a tombstone
//     stays, and the licences, so that they can still be counted.
//   - An owner is active and has signed in.
//   - ArchivedAs is invited, active or inactive for somebody archived, and nothing for
//     others. LeftAs is invited, active, or nothing for somebody created inactive, if
//     the person is inactive or was when archived, and nothing for others.
//   - Who was at most invited so far has neither signed in nor been approved, and
//     nobody else's invitation runs out.
//   - Created and Since are there. No date is before Created, and none but Expires in
//     the future. All are cut to microseconds in UTC.
//   - There are Notices, at most [MaxNotifications], if and only if there is Notified.
//   - A licence, of at most [MaxLicences], names its pool and was assigned, started and
//     archived in this order; what was archived had been started. Of each pool one is
//     not archived. Somebody archived or deleted has none that is unstarted.
//
// Due is left out, since it follows from the policy, and Salt, which nobody may know. Schedule stays as it is.
func (u User) Clean(at time.Time) (User, error) {
	licences := u.Licences
	if u.Status == Deleted {
		u = u.Tombstone()
	}
	u.Due, u.Salt = time.Time{}, ""
	profile, err := u.Profile.clean()
	if err == nil && u.Status != Deleted {
		err = profile.checkIdentity()
	}
	if err != nil {
		return User{}, err
	}
	u.Profile = profile
	wrong := u.cleanDates(at)
	if err := cmp.Or(u.checkStatus(), wrong); err != nil {
		return User{}, err
	}
	if u.Licences, err = u.cleanLicences(licences, at); err != nil {
		return User{}, &FieldError{"licences", err}
	}
	return u, nil
}

// checkStatus returns what does not go with the status, or nil.
func (u User) checkStatus() *FieldError {
	archivedAs, leftAs := In(NoStatus), In(NoStatus)
	if u.Status == Archived {
		archivedAs = In(Invited, Active, Inactive)
	}
	if u.Status == Inactive || u.ArchivedAs == Inactive {
		leftAs = In(NoStatus, Invited, Active)
	}
	was := u.Status // when last in the account
	if was == Archived {
		was = u.ArchivedAs
	}
	if was == Inactive {
		was = u.LeftAs
	}
	inside := In(Active, Deleted).Has(was)
	for _, rule := range []struct {
		holds  bool
		field  string
		reason error
	}{
		{u.ID != "", "id", ErrEmpty},
		{u.Status != NoStatus, "status", ErrEmpty},
		{int(u.Status) < statusCount, "status", ErrUnfit},
		{u.Role.Valid() && (u.Role != Owner || u.Status == Active), "role", ErrUnfit},
		{u.Role != Owner || !u.FirstSignIn.IsZero(), "first-sign-in", ErrEmpty},
		{archivedAs.Has(u.ArchivedAs), "archived-as", ErrUnfit},
		{leftAs.Has(u.LeftAs), "left-as", ErrUnfit},
		{inside || u.FirstSignIn.IsZero(), "first-sign-in", ErrUnfit},
		{inside || u.Approved.IsZero(), "approved", ErrUnfit},
		{was == Invited || u.Expires.IsZero(), "expires", ErrUnfit},
		{u.NotificationCount >= 0 && u.NotificationCount <= MaxNotifications && (u.NotificationCount > 0) != u.LastNotified.IsZero(), "notification-count", ErrUnfit},
	} {
		if !rule.holds {
			return &FieldError{rule.field, rule.reason}
		}
	}
	return nil
}

// endOfTime is the last instant that can be written with a year of four digits.
var endOfTime = time.Date(9999, time.December, 31, 23, 59, 59, 999_999_000, time.UTC)

// instant returns the instant as it is kept.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// cleanDates puts the dates of the person into the form in which they are kept.
func (u *User) cleanDates(at time.Time) *FieldError {
	for _, d := range dates {
		date := d.of(u)
		*date = instant(*date)
		latest := at
		if d.ahead {
			latest = endOfTime
		}
		switch {
		case date.IsZero() && d.must:
			return &FieldError{d.name, ErrEmpty}
		case date.IsZero():
		case date.Before(u.Created), date.Before(time.Time{}):
			return &FieldError{d.name, ErrTooEarly}
		case date.After(latest):
			return &FieldError{d.name, ErrTooLate}
		}
	}
	return nil
}

// cleanLicences returns the licences as they are kept: by pool, the older first.
func (u User) cleanLicences(licences []Licence, at time.Time) ([]Licence, error) {
	if len(licences) > MaxLicences {
		return nil, ErrTooLong
	}
	var clean []Licence
	open := map[string]bool{}
	for _, l := range licences {
		if err := CheckID(l.Pool); err != nil {
			return nil, err
		}
		last := u.Created
		for _, date := range []*time.Time{&l.Assigned, &l.Started, &l.Archived} {
			*date = instant(*date)
			switch {
			case date.IsZero():
				continue
			case date.Before(last):
				return nil, ErrTooEarly
			case date.After(at):
				return nil, ErrTooLate
			}
			last = *date
		}
		unstarted, unarchived := l.Started.IsZero(), l.Archived.IsZero()
		switch {
		case l.Assigned.IsZero():
			return nil, ErrEmpty
		case unstarted && (!unarchived || In(Archived, Deleted).Has(u.Status)), unarchived && open[l.Pool]:
			return nil, ErrUnfit
		}
		open[l.Pool] = open[l.Pool] || unarchived
		clean = append(clean, l)
	}
	slices.SortStableFunc(clean, func(a, b Licence) int {
		return cmp.Or(cmp.Compare(a.Pool, b.Pool), a.Assigned.Compare(b.Assigned))
	})
	return clean, nil
}
