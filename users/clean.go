package users

import (
	"cmp"
	"time"
)

// dates are the instants of a user. The first is the earliest.
var dates = [...]struct {
	field    string
	required bool
	future   bool // may lie in the future
}{
	{"created", true, false},
	{"status-since", true, false},
	{"first-sign-in", false, false},
	{"approved", false, false},
	{"last-notified", false, false},
	{"expires", false, true},
}

// instants are the instants of the user in the order of dates.
func (u *User) instants() [len(dates)]*time.Time {
	return [...]*time.Time{&u.Created, &u.StatusSince, &u.FirstSignIn, &u.Approved, &u.LastNotified, &u.Expires}
}

// Clean returns an imported user as a row of the account at that instant, or a [*FieldError]
// with the first wrong field. The rules:
//
//   - The ID is required. The profile is cleaned as by [Profile.Clean]. A deleted user becomes
//     a tombstone and keeps the licences, so that they are counted.
//   - An owner is active.
//   - ArchivedAs of an archived user is invited, active or inactive. LeftAs of a user inactive
//     now, or when archived, is invited, active or empty (created inactive). Otherwise both
//     are empty.
//   - LeftBy is for users inactive, archived or deleted.
//   - A user at most invited so far has FirstSignIn and Approved empty. Expires is for invited
//     users, also those deactivated or archived since.
//   - Created and StatusSince are required. Created is the earliest date, and Expires alone may
//     lie in the future. All are cut to microseconds in UTC.
//   - NotificationCount is positive and at most [MaxNotifications] if LastNotified is set, and
//     otherwise 0.
//   - The Leave of Schedule is for invited and active users but owners, and for those created
//     inactive; Start is for the latter.
//
// Of Schedule and Start the days alone are kept. They, Lapses, Wait, CoursePlaces, Due, Kept, Baseline and Salt are the
// library's to set: a place in a queue is not taken over.
func (u User) Clean(at time.Time) (User, error) {
	if u.Status == Deleted {
		u = u.Tombstone()
	}
	u.Lapses, u.Wait, u.CoursePlaces, u.Due, u.SharesEmail, u.Kept, u.Baseline, u.Salt = false, nil, nil, time.Time{}, false, nil, nil, ""
	u.Schedule, u.Start = Schedule{Leave: u.Schedule.Leave}, Start{Date: u.Start.Date}
	err := u.Profile.clean()
	if err == nil && u.Status != Deleted {
		err = u.checkIdentity(u.Keys())
	}
	if err != nil {
		return User{}, err
	}
	wrong := u.cleanDates(at)
	if err := cmp.Or(u.checkStatus(), wrong); err != nil {
		return User{}, err
	}
	return u, nil
}

// checkStatus returns the first field in contradiction to the status, or nil.
func (u User) checkStatus() *FieldError {
	archivedAs, leftAs := In(NoStatus), In(NoStatus)
	if u.Status == Archived {
		archivedAs = In(Invited, Active, Inactive)
	}
	if u.Status == Inactive || u.ArchivedAs == Inactive {
		leftAs = In(NoStatus, Invited, Active)
	}
	was := u.Status // the last one with a seat, or deleted
	if was == Archived {
		was = u.ArchivedAs
	}
	if was == Inactive {
		was = u.LeftAs
	}
	inside := In(Active, Deleted).Has(was)
	waits := u.Status == Inactive && u.LeftAs == NoStatus
	hasLeft := In(Inactive, Archived, Deleted).Has(u.Status)
	for _, rule := range []struct {
		holds  bool
		field  string
		reason Reason
	}{
		{u.ID != "", "id", ErrEmpty},
		{u.Status != NoStatus, "status", ErrEmpty},
		{int(u.Status) < statusCount, "status", ErrUnfit},
		{u.Role.Valid() && (u.Role != Owner || u.Status == Active), "role", ErrUnfit},
		{archivedAs.Has(u.ArchivedAs), "archived-as", ErrUnfit},
		{leftAs.Has(u.LeftAs), "left-as", ErrUnfit},
		{int(u.LeftBy) < leavingCount && (u.LeftBy == NotLeft || hasLeft), "left-by", ErrUnfit},
		{inside || u.FirstSignIn.IsZero(), "first-sign-in", ErrUnfit},
		{inside || u.Approved.IsZero(), "approved", ErrUnfit},
		{was == Invited || u.Expires.IsZero(), "expires", ErrUnfit},
		{u.NotificationCount >= 0 && u.NotificationCount <= MaxNotifications && (u.NotificationCount > 0) != u.LastNotified.IsZero(), "notification-count", ErrUnfit},
		{u.Schedule.Check() == nil, "leave", ErrDate},
		{u.Start.Date.Check() == nil, "start", ErrDate},
		{u.Schedule.Leave == Leave{} || waits || In(Invited, Active).Has(u.Status) && u.Role != Owner, "leave", ErrUnfit},
		{u.Start.Date == "" || waits, "start", ErrUnfit},
	} {
		if !rule.holds {
			return &FieldError{rule.field, rule.reason}
		}
	}
	return nil
}

// endOfTime is the last instant with a year of four digits.
var endOfTime = time.Date(9999, time.December, 31, 23, 59, 59, 999_999_000, time.UTC)

// instant returns the stored form of an instant.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// cleanDates brings the dates into their stored form and returns the first wrong one.
func (u *User) cleanDates(at time.Time) *FieldError {
	for i, date := range u.instants() {
		d := &dates[i]
		*date = instant(*date)
		latest := at
		if d.future {
			latest = endOfTime
		}
		switch {
		case date.IsZero() && d.required:
			return &FieldError{d.field, ErrEmpty}
		case date.IsZero():
		case date.Before(u.Created), date.Before(time.Time{}):
			return &FieldError{d.field, ErrTooEarly}
		case date.After(latest):
			return &FieldError{d.field, ErrTooLate}
		}
	}
	return nil
}
