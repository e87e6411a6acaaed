package users_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestLicence_State(t *testing.T) {
	for want, l := range []users.Licence{
		{Assigned: past}, {Assigned: past, Started: now}, {Assigned: past, Started: past, Archived: now}, {Assigned: past, Returned: now},
	} {
		require.Equal(t, users.LicenceState(want), l.State())
	}
}

func TestUser_CleanLicences(t *testing.T) {
	day := func(n int) time.Time { return past.AddDate(0, 0, n) }
	raw := func(at time.Time) time.Time { return at.Add(999 * time.Nanosecond).In(time.FixedZone("", 3600)) }
	for name, c := range map[string]struct {
		given, want []users.Licence
		change      func(*users.User)
	}{
		"none": {},
		"several of a pool, the older first": {
			given: []users.Licence{
				{User: "u1", Pool: "b", Number: 7, Assigned: raw(day(1)), Due: now},
				{Pool: "a", Assigned: day(6), DueDate: "2026-02-28", Ends: raw(now)},
				{Pool: "a", Assigned: day(1), Started: raw(day(2)), Archived: raw(day(3))},
				{Pool: "a", Assigned: day(4), Returned: raw(day(5))},
			},
			want: []users.Licence{
				{User: "u1", Pool: "a", Number: 1, Assigned: day(1), Started: day(2), Archived: day(3)},
				{User: "u1", Pool: "a", Number: 2, Assigned: day(4), Returned: day(5)},
				{User: "u1", Pool: "a", Number: 3, Assigned: day(6), DueDate: "2026-02-28", Ends: now},
				{User: "u1", Pool: "b", Number: 1, Assigned: day(1)},
			},
		},
		"open one of a pool last": {
			given: []users.Licence{
				{Pool: "a", Assigned: day(1), Started: day(1)},
				{Pool: "a", Assigned: day(2), Started: day(2), Archived: day(3)},
				{Pool: "a", Assigned: day(0), Returned: day(1)},
				{Pool: "b", Assigned: day(0), Returned: day(1)},
			},
			want: []users.Licence{
				{User: "u1", Pool: "a", Number: 1, Assigned: day(0), Returned: day(1)},
				{User: "u1", Pool: "a", Number: 2, Assigned: day(2), Started: day(2), Archived: day(3)},
				{User: "u1", Pool: "a", Number: 3, Assigned: day(1), Started: day(1)},
				{User: "u1", Pool: "b", Number: 1, Assigned: day(0), Returned: day(1)},
			},
		},
		"open one given last": {
			given: []users.Licence{{Pool: "a", Assigned: day(2), Returned: day(3)}, {Pool: "a", Assigned: day(1)}},
			want: []users.Licence{
				{User: "u1", Pool: "a", Number: 1, Assigned: day(2), Returned: day(3)},
				{User: "u1", Pool: "a", Number: 2, Assigned: day(1)},
			},
		},
		"archived user": {
			given:  []users.Licence{{Pool: "a", Assigned: past, Started: now, Archived: now}, {Pool: "b", Assigned: past, Started: now}, {Pool: "c", Assigned: past, Returned: now}},
			want:   []users.Licence{{User: "u1", Pool: "a", Number: 1, Assigned: past, Started: now, Archived: now}, {User: "u1", Pool: "b", Number: 1, Assigned: past, Started: now}, {User: "u1", Pool: "c", Number: 1, Assigned: past, Returned: now}},
			change: func(u *users.User) { u.Status, u.ArchivedAs = users.Archived, users.Active },
		},
	} {
		got, err := grown(c.change).CleanLicences(c.given, now)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func TestUser_CleanLicences_errors(t *testing.T) {
	early, late := past.Add(-time.Microsecond), now.Add(time.Microsecond)
	started, unstarted := users.Licence{Pool: "a", Assigned: past, Started: past}, users.Licence{Pool: "a", Assigned: past}
	status := func(s users.Status) func(*users.User) { return func(u *users.User) { u.Status = s } }
	for i, c := range []struct {
		reason error
		change func(*users.User)
		given  []users.Licence
	}{
		{users.ErrTooLong, nil, make([]users.Licence, users.MaxLicences+1)},
		{users.ErrEmpty, nil, []users.Licence{{Assigned: past}}},
		{users.ErrEmpty, nil, []users.Licence{{Pool: "a", Started: past}}},
		{users.ErrDate, nil, []users.Licence{{Pool: "a", Assigned: past, DueDate: "2026-02-30"}}},
		{users.ErrTooEarly, nil, []users.Licence{{Pool: "a", Assigned: early}}},
		{users.ErrTooEarly, nil, []users.Licence{{Pool: "a", Assigned: now, Started: past}}},
		{users.ErrTooEarly, nil, []users.Licence{{Pool: "a", Assigned: past, Started: now, Archived: past}}},
		{users.ErrTooEarly, nil, []users.Licence{{Pool: "a", Assigned: now, Returned: past}}},
		{users.ErrTooLate, nil, []users.Licence{{Pool: "a", Assigned: late}}},
		{users.ErrTooLate, nil, []users.Licence{{Pool: "a", Assigned: past, Returned: late}}},
		{users.ErrUnfit, nil, []users.Licence{{User: "u2", Pool: "a", Assigned: past}}},
		{users.ErrUnfit, nil, []users.Licence{{Pool: "a", Assigned: past, Archived: past}}},
		{users.ErrUnfit, nil, []users.Licence{{Pool: "a", Assigned: past, Archived: past, Returned: past}}},
		{users.ErrUnfit, nil, []users.Licence{{Pool: "a", Assigned: past, Started: past, Returned: past}}},
		{users.ErrUnfit, nil, []users.Licence{started, unstarted}},
		{users.ErrUnfit, nil, []users.Licence{unstarted, unstarted}},
		{users.ErrUnfit, status(users.Archived), []users.Licence{unstarted}},
		{users.ErrUnfit, status(users.Deleted), []users.Licence{unstarted}},
	} {
		got, err := grown(c.change).CleanLicences(c.given, now)
		var fault *users.FieldError
		require.True(t, errors.As(err, &fault), "%d", i)
		require.Equal(t, "licences", fault.Field)
		require.ErrorIs(t, err, c.reason, "%d", i)
		require.Nil(t, got)
	}
}

func TestLicenceFilter_Match(t *testing.T) {
	l := users.Licence{User: "u2", Pool: "go", Number: 2, Assigned: past, Started: now}
	for _, c := range []struct {
		filter users.LicenceFilter
		want   bool
	}{
		{users.LicenceFilter{}, true},
		{users.LicenceFilter{Pool: "go", User: "u2", State: users.In(users.LicenceReturned, users.LicenceStarted)}, true},
		{users.LicenceFilter{Pool: "g"}, false},
		{users.LicenceFilter{User: "u"}, false},
		{users.LicenceFilter{State: users.In(users.LicenceAssigned)}, false},
		{users.LicenceFilter{After: users.LicenceID{User: "u2", Pool: "go", Number: 1}}, true},
		{users.LicenceFilter{After: users.LicenceID{User: "u2", Pool: "g", Number: 9}}, true},
		{users.LicenceFilter{After: users.LicenceID{User: "u", Pool: "z", Number: 9}}, true},
		{users.LicenceFilter{After: users.LicenceID{User: "u2", Pool: "h"}}, false},
		{users.LicenceFilter{After: users.LicenceID{User: "u3"}}, false},
		{users.LicenceFilter{Pool: "go"}.NextPage(l), false},
	} {
		require.Equal(t, c.want, c.filter.Match(l), "%+v", c.filter)
	}
}

func TestLicence_UnmarshalJSON(t *testing.T) {
	created := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	l := users.Licence{
		User: "ada", Pool: "forklift", Number: 2, Assigned: created, Started: created.Add(time.Hour), DueDate: "2026-06-30",
		Ends: created.Add(48 * time.Hour),
	}
	text, err := json.Marshal(l)
	require.NoError(t, err)
	var read users.Licence
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, l, read)
	require.Error(t, json.Unmarshal([]byte(`{"pool": "forklift", "seat": 1}`), &read))
}
