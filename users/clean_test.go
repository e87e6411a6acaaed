package users_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

var (
	now  = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	past = now.AddDate(-1, 0, 0)
)

// grown returns a changed copy of a user active for a year.
func grown(change func(*users.User)) users.User {
	u := users.User{
		Profile: users.Profile{ID: "u1", Email: "ada@acme.example"}, Status: users.Active,
		Created: past, StatusSince: past, FirstSignIn: past,
	}
	if change != nil {
		change(&u)
	}
	return u
}

// requireKey checks that the field is a key of a user's JSON, with hyphens.
func requireKey(t *testing.T, field string) {
	t.Helper()
	if field == "profile" {
		return // the keys together
	}
	for _, s := range []any{users.User{}, users.Profile{}} {
		for f := range reflect.TypeOf(s).Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if strings.ReplaceAll(key, "_", "-") == field {
				return
			}
		}
	}
	require.Fail(t, "another name than in JSON", field)
}

func TestUser_Clean_kept(t *testing.T) {
	day := func(n int) time.Time { return past.AddDate(0, 0, n) }
	for name, change := range map[string]func(*users.User){
		"active":                nil,
		"active, not signed in": func(u *users.User) { u.FirstSignIn = time.Time{} },
		"owner without a date":  func(u *users.User) { u.Role, u.FirstSignIn = users.Owner, time.Time{} },
		"approved":              func(u *users.User) { u.Approved, u.Role = day(1), users.Admin },
		"an owner":              func(u *users.User) { u.Role = users.Owner },
		"last-notified": func(u *users.User) {
			u.LastNotified, u.NotificationCount = day(1), users.MaxNotifications
		},
		"invited": func(u *users.User) {
			u.Status, u.FirstSignIn, u.LastNotified, u.NotificationCount, u.Expires = users.Invited, time.Time{}, day(1), 2, now.AddDate(1, 0, 0)
		},
		"invited for later":       func(u *users.User) { u.Status, u.FirstSignIn = users.Invited, time.Time{} },
		"inactive, active before": func(u *users.User) { u.Status, u.LeftAs, u.StatusSince = users.Inactive, users.Active, day(2) },
		"inactive, invited before": func(u *users.User) {
			u.Status, u.LeftAs, u.FirstSignIn, u.Expires = users.Inactive, users.Invited, time.Time{}, day(2)
		},
		"created inactive": func(u *users.User) { u.Status, u.FirstSignIn = users.Inactive, time.Time{} },
		"created inactive, put out of the queue": func(u *users.User) {
			u.Status, u.FirstSignIn, u.LeftBy = users.Inactive, time.Time{}, users.LeftByHand
		},
		"archived, active before": func(u *users.User) { u.Status, u.ArchivedAs = users.Archived, users.Active },
		"archived, left by a sync": func(u *users.User) {
			u.Status, u.ArchivedAs, u.LeftAs, u.LeftBy = users.Archived, users.Inactive, users.Active, users.LeftBySync
		},
		"archived, inactive before": func(u *users.User) { u.Status, u.ArchivedAs, u.LeftAs = users.Archived, users.Inactive, users.Active },
		"archived, invited at the start": func(u *users.User) {
			u.Status, u.ArchivedAs, u.FirstSignIn, u.Expires = users.Archived, users.Invited, time.Time{}, day(9)
		},
		"scheduled": func(u *users.User) { u.Schedule.Leave = users.From("2030-01-01") },
		"to start": func(u *users.User) {
			u.Status, u.FirstSignIn = users.Inactive, time.Time{}
			u.Start.Date, u.Schedule.Leave = "2030-01-01", users.Until("2030-01-09")
		},
	} {
		kept, err := grown(change).Clean(now)
		require.NoError(t, err, name)
		require.Equal(t, grown(change), kept, name)
	}
	kept, err := grown(func(u *users.User) {
		u.Status, u.LeftAs, u.Wait, u.CoursePlaces = users.Inactive, users.Active, &users.Wait{}, []users.CoursePlace{{}}
	}).Clean(now)
	require.NoError(t, err)
	require.Nil(t, kept.Wait, "a place is not taken over")
	require.Nil(t, kept.CoursePlaces, "nor is one of a course")
}

func TestUser_Clean_errors(t *testing.T) {
	far := time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	early, late := past.Add(-time.Microsecond), now.Add(time.Microsecond)
	for _, c := range []struct {
		field  string
		reason error
		change func(*users.User)
	}{
		{"id", users.ErrEmpty, func(u *users.User) { u.ID = "" }},
		{"id", users.ErrControl, func(u *users.User) { u.ID = "a\x00" }},
		{"email", users.ErrAddress, func(u *users.User) { u.Email = "ada" }},
		{"profile", users.ErrNoIdentity, func(u *users.User) { u.Email = "" }},
		{"source", users.ErrEmpty, func(u *users.User) { u.Source.Kind = users.SourceSync }},
		{"source", users.ErrEmpty, func(u *users.User) { u.Status, u.Source.Kind = users.Deleted, users.SourceSync }},
		{"status", users.ErrEmpty, func(u *users.User) { u.Status = users.NoStatus }},
		{"status", users.ErrUnfit, func(u *users.User) { u.Status = 99 }},
		{"role", users.ErrUnfit, func(u *users.User) { u.Role = 99 }},
		{"role", users.ErrUnfit, func(u *users.User) { u.Role, u.Status, u.LeftAs = users.Owner, users.Inactive, users.Active }},
		{"role", users.ErrUnfit, func(u *users.User) { u.Role, u.Status = users.Owner, users.Deleted }},
		{"archived-as", users.ErrUnfit, func(u *users.User) { u.ArchivedAs = users.Active }},
		{"archived-as", users.ErrUnfit, func(u *users.User) { u.Status = users.Archived }},
		{"archived-as", users.ErrUnfit, func(u *users.User) { u.Status, u.ArchivedAs = users.Archived, users.Archived }},
		{"archived-as", users.ErrUnfit, func(u *users.User) { u.Status, u.ArchivedAs = users.Archived, 200 }},
		{"left-as", users.ErrUnfit, func(u *users.User) { u.LeftAs = users.Active }},
		{"left-by", users.ErrUnfit, func(u *users.User) { u.LeftBy = users.LeftByHand }},
		{"left-by", users.ErrUnfit, func(u *users.User) { u.Status, u.LeftAs, u.LeftBy = users.Inactive, users.Active, 9 }},
		{"left-by", users.ErrUnfit, func(u *users.User) { u.Status, u.FirstSignIn, u.LeftBy = users.Invited, time.Time{}, users.LeftByDate }},
		{"left-as", users.ErrUnfit, func(u *users.User) { u.Status, u.LeftAs = users.Inactive, users.Archived }},
		{"left-as", users.ErrUnfit, func(u *users.User) { u.Status, u.ArchivedAs, u.LeftAs = users.Archived, users.Active, users.Active }},
		{"first-sign-in", users.ErrUnfit, func(u *users.User) { u.Status = users.Invited }},
		{"first-sign-in", users.ErrUnfit, func(u *users.User) { u.Status = users.Inactive }},
		{"first-sign-in", users.ErrUnfit, func(u *users.User) { u.Status, u.LeftAs = users.Inactive, users.Invited }},
		{"first-sign-in", users.ErrUnfit, func(u *users.User) { u.Status, u.ArchivedAs = users.Archived, users.Inactive }},
		{"approved", users.ErrUnfit, func(u *users.User) { u.Status, u.FirstSignIn, u.Approved = users.Invited, time.Time{}, past }},
		{"expires", users.ErrUnfit, func(u *users.User) { u.Expires = now }},
		{"expires", users.ErrUnfit, func(u *users.User) { u.Status, u.LeftAs, u.Expires = users.Inactive, users.Active, now }},
		{"notification-count", users.ErrUnfit, func(u *users.User) { u.NotificationCount = 1 }},
		{"notification-count", users.ErrUnfit, func(u *users.User) { u.LastNotified = past }},
		{"notification-count", users.ErrUnfit, func(u *users.User) { u.LastNotified, u.NotificationCount = past, -1 }},
		{"notification-count", users.ErrUnfit, func(u *users.User) { u.NotificationCount = -1 }},
		{"notification-count", users.ErrUnfit, func(u *users.User) { u.LastNotified, u.NotificationCount = past, users.MaxNotifications+1 }},
		{"created", users.ErrEmpty, func(u *users.User) { u.Created = time.Time{} }},
		{"created", users.ErrTooEarly, func(u *users.User) { u.Created = time.Date(-1, 11, 30, 0, 0, 0, 0, time.UTC) }},
		{"created", users.ErrTooLate, func(u *users.User) { u.Created = late }},
		{"status-since", users.ErrEmpty, func(u *users.User) { u.StatusSince = time.Time{} }},
		{"status-since", users.ErrTooEarly, func(u *users.User) { u.StatusSince = early }},
		{"status-since", users.ErrTooLate, func(u *users.User) { u.StatusSince = late }},
		{"first-sign-in", users.ErrTooEarly, func(u *users.User) { u.FirstSignIn = early }},
		{"first-sign-in", users.ErrTooLate, func(u *users.User) { u.FirstSignIn = far }},
		{"approved", users.ErrTooLate, func(u *users.User) { u.Approved = late }},
		{"last-notified", users.ErrTooLate, func(u *users.User) { u.LastNotified, u.NotificationCount = late, 1 }},
		{"expires", users.ErrTooEarly, func(u *users.User) { u.Status, u.FirstSignIn, u.Expires = users.Invited, time.Time{}, early }},
		{"expires", users.ErrTooLate, func(u *users.User) { u.Status, u.FirstSignIn, u.Expires = users.Invited, time.Time{}, far }},
	} {
		u := grown(c.change)
		kept, err := u.Clean(now)
		var fault *users.FieldError
		require.True(t, errors.As(err, &fault), "%+v", u)
		require.Equal(t, c.field, fault.Field, "%+v", u)
		requireKey(t, fault.Field)
		require.ErrorIs(t, err, c.reason, "%+v", u)
		require.Zero(t, kept)
	}
}

func TestUser_Clean_form(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	raw := func(at time.Time) time.Time { return at.Add(999 * time.Nanosecond).In(berlin) }
	given := grown(func(u *users.User) {
		u.Email, u.Groups = " ada@acme.example ", []string{"b", "a", "b"}
		u.Created, u.StatusSince, u.FirstSignIn, u.Due = raw(past), raw(past), raw(past), now
	})
	before := given.Clone()
	kept, err := given.Clean(now)
	require.NoError(t, err)
	require.Equal(t, grown(func(u *users.User) {
		u.Groups = []string{"a", "b"}
	}), kept, "and Due is left out")
	require.Equal(t, before, given, "what was given stays as it is")

	gone := grown(func(u *users.User) {
		u.Status, u.FirstName, u.Email = users.Deleted, "Ada", "is gone anyway"
		u.LeftAs, u.Expires, u.Schedule.Date = users.Active, now, "2030-01-01"
	})
	kept, err = gone.Clean(now)
	require.NoError(t, err)
	require.Equal(t, gone.Tombstone(), kept)
}
