package users_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

// at reads an instant.
func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func location(t require.TestingT, name string) *time.Location {
	in, err := time.LoadLocation(name)
	require.NoError(t, err)
	return in
}

func TestDate_Check(t *testing.T) {
	for _, d := range []users.Date{"", "2026-03-31", "2028-02-29", "0001-01-01", "9999-12-31"} {
		require.NoError(t, d.Check(), d)
	}
	for _, d := range []users.Date{"2026-02-29", "2026-3-31", "0000-01-01", "10000-01-01", "31.3.2026", "2026-03-31 ", "2026-03-31T00:00:00Z", "today"} {
		require.Equal(t, users.ErrDate, d.Check(), d)
	}
}

func TestDate_AddDays(t *testing.T) {
	require.Equal(t, users.Date("2026-03-01"), users.Date("2026-02-28").AddDays(1))
	require.Equal(t, users.Date("2028-02-29"), users.Date("2028-03-01").AddDays(-1))
	require.Equal(t, users.Date("2027-01-01"), users.Date("2026-12-31").AddDays(1))
	require.Error(t, users.Date("9999-12-31").AddDays(1).Check())
	require.Equal(t, users.Date("2026-03-31"), users.DateOf(at("2026-03-30T22:30:00Z").In(location(t, "Europe/Paris"))))
}

// TestDate_Start has days that begin late, twice or never.
func TestDate_Start(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		date       users.Date
		want       string
	}{
		{"plain", "UTC", "2026-03-31", "2026-03-31T00:00:00Z"},
		{"east", "Pacific/Kiritimati", "2026-03-31", "2026-03-30T10:00:00Z"},
		{"west", "Etc/GMT+12", "2026-03-31", "2026-03-31T12:00:00Z"},
		{"shortened in the morning", "Europe/Paris", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"after it", "Europe/Paris", "2026-03-30", "2026-03-29T22:00:00Z"},
		{"lengthened", "America/New_York", "2026-11-01", "2026-11-01T04:00:00Z"},
		{"without midnight", "Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},
		{"without midnight, west", "America/Asuncion", "2023-10-01", "2023-10-01T04:00:00Z"},
		{"with two midnights", "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},
		{"skipped", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
		{"after the skipped one", "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"first of all", "UTC", "0001-01-02", "0001-01-02T00:00:00Z"},
		{"last of all", "Etc/GMT+12", "9999-12-31", "9999-12-31T12:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, at(c.want), c.date.Start(location(t, c.zone)))
			require.Equal(t, at(c.want), users.From(c.date).At(location(t, c.zone)))
			require.Equal(t, at(c.want), c.date.AddDays(-1).End(location(t, c.zone)))
		})
	}
}

// TestDate_LastMinute has days whose last minute comes twice or never.
func TestDate_LastMinute(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		date       users.Date
		want       string
	}{
		{"plain", "UTC", "2026-03-31", "2026-03-31T23:59:00Z"},
		{"east", "Pacific/Kiritimati", "2026-03-31", "2026-03-31T09:59:00Z"},
		{"west", "Etc/GMT+12", "2026-03-31", "2026-04-01T11:59:00Z"},
		{"lengthened", "America/New_York", "2026-11-01", "2026-11-02T04:59:00Z"},
		{"twice", "America/Asuncion", "2023-03-25", "2023-03-26T03:59:00Z"},
		{"skipped", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
		{"last of all", "Etc/GMT+12", "9999-12-31", "9999-12-31T23:59:59.999999Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, at(c.want), c.date.LastMinute(location(t, c.zone)))
			require.Equal(t, at(c.want), users.Until(c.date).At(location(t, c.zone)))
		})
	}
}

// TestAddDays counts days of the calendar over changes of the clock.
func TestAddDays(t *testing.T) {
	paris := location(t, "Europe/Paris")
	for _, c := range []struct {
		name, from string
		n          int
		want       string
	}{
		{"none", "2026-03-15T09:00:00Z", 0, "2026-03-15T09:00:00Z"},
		{"over a shorter day", "2026-03-20T09:00:00Z", 14, "2026-04-03T08:00:00Z"},
		{"over a longer day", "2026-10-20T09:00:00Z", 14, "2026-11-03T10:00:00Z"},
		{"into the gap", "2026-03-15T01:30:00Z", 14, "2026-03-29T01:00:00Z"},
		{"to the first of two", "2026-10-11T00:30:00Z", 14, "2026-10-25T00:30:00Z"},
		{"back", "2026-04-03T08:00:00Z", -14, "2026-03-20T09:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, at(c.want), users.AddDays(at(c.from), c.n, paris)) })
	}
}

// TestDate_in_every_zone compares with a walk over the minutes of a day.
func TestDate_in_every_zone(t *testing.T) {
	zones := []string{"UTC", "Europe/London", "Africa/Cairo", "Africa/Casablanca", "America/Havana", "America/Asuncion", "America/St_Johns",
		"Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "Antarctica/Troll"}
	first, last := at("2009-01-01T00:00:00Z"), at("2027-12-31T00:00:00Z")
	rapid.Check(t, func(t *rapid.T) {
		in := location(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		day := users.DateOf(first.AddDate(0, 0, rapid.IntRange(0, int(last.Sub(first)/(24*time.Hour))).Draw(t, "day")))
		if rapid.Bool().Draw(t, "change") { // a day with a change of the clock
			if _, to := day.Start(in).In(in).ZoneBounds(); !to.IsZero() {
				day = users.DateOf(to.In(in)).AddDays(rapid.IntRange(-1, 1).Draw(t, "beside"))
			}
		}
		var start, minute time.Time
		midnight := day.Start(time.UTC)
		for w := midnight.Add(-30 * time.Hour); w.Before(midnight.Add(60 * time.Hour)); w = w.Add(time.Minute) {
			local := w.In(in)
			if start.IsZero() && users.DateOf(local) >= day {
				start = w
			}
			switch {
			case local.Format("2006-01-02 15:04") == string(day)+" 23:59":
				minute = w // the last one
			case minute.IsZero() && users.DateOf(local) > day:
				minute = w
			}
		}
		require.Equal(t, start, day.Start(in))
		require.Equal(t, minute, day.LastMinute(in))
	})
}

func TestLeave_Check(t *testing.T) {
	for _, l := range []users.Leave{{}, {Date: "2026-03-31"}, users.Until("2026-03-31"), users.From("2026-03-31")} {
		require.NoError(t, l.Check())
	}
	for _, l := range []users.Leave{{As: users.LastDay}, users.From("2026-3-31"), {Date: "2026-03-31", As: users.LastDay + 1}} {
		require.Equal(t, users.ErrDate, l.Check())
	}
}

func TestLeave_String(t *testing.T) {
	require.Equal(t, "last day: 2026-03-31", users.Until("2026-03-31").String())
	require.Equal(t, "first day without access: 2026-03-31", users.From("2026-03-31").String())
	require.Empty(t, users.Leave{}.String())
}
