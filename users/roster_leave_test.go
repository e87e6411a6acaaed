package users_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestReadRoster_leave has the headers of the default options, with the meaning of each.
func TestReadRoster_leave(t *testing.T) {
	for header, want := range map[string]users.Leave{
		"Last day":                 users.Until("2026-03-31"),
		"last_working_day":         users.Until("2026-03-31"),
		"Active until":             users.Until("2026-03-31"),
		"First day without access": users.From("2026-03-31"),
		"Inactive from":            users.From("2026-03-31"),
		"Leave date":               {Date: "2026-03-31"},
		"End date":                 {Date: "2026-03-31"},
		"Deactivation-date":        {Date: "2026-03-31"},
		"MAKE INACTIVE":            {Date: "2026-03-31"},
	} {
		file := "Email," + header + "\na@x.example, 2026-03-31 \nb@x.example,\nc@x.example\n"
		got := people(t, file, users.RosterOptions{})
		require.Equal(t, want, got[0].Leave, header)
		require.Zero(t, got[1].Leave, header)
		require.Zero(t, got[2].Leave, header)
	}
}

// TestReadRoster_leave_day gives a meaning to a header that says none.
func TestReadRoster_leave_day(t *testing.T) {
	for _, day := range []users.LeaveDay{users.ByPolicy, users.LastDay, users.FirstDayWithout} {
		o := users.RosterOptions{LeaveDay: day}
		require.Equal(t, users.Leave{Date: "2026-03-31", As: day}, people(t, "Email,Leave date\na@x.example,2026-03-31\n", o)[0].Leave)
		require.Equal(t, users.Until("2026-03-31"), people(t, "Email,Last day\na@x.example,2026-03-31\n", o)[0].Leave)
	}
	o := users.RosterOptions{Columns: []users.Column{{Header: "Email", Field: "email"}, {Header: "Leaves on", Field: "last-day"}}}
	require.Equal(t, users.Until("2026-03-31"), people(t, "Leaves on,Email\n2026-03-31,a@x.example\n", o)[0].Leave)
}

func TestReadRoster_date_format(t *testing.T) {
	for _, c := range []struct{ format, cell, want string }{
		{"", "2026-03-04", "2026-03-04"},
		{"", "2026-3-4", "2026-03-04"},
		{"", "03/04/2026", ""},
		{"", "20260304", ""},
		{"", "2026-02-29", ""},
		{"", "2028-02-29", "2028-02-29"},
		{"", "2026-13-01", ""},
		{"", "0000-01-01", ""},
		{"", "26-03-04", ""},
		{"", "2026-03-04 00:00:01", ""},
		{"", "soon", ""},
		{"", "46085", ""}, // the number of the day in a spreadsheet
		{"DD/MM/YYYY", "03/04/2026", "2026-04-03"},
		{"DD/MM/YYYY", "3/4/2026", "2026-04-03"},
		{"DD/MM/YYYY", "04/13/2026", ""},
		{"DD/MM/YYYY", "2026-04-03", ""},
		{"MM/DD/YYYY", "03/04/2026", "2026-03-04"},
		{"m/d/yyyy", "03/04/2026", "2026-03-04"},
		{" D.M.YYYY", "4.3.2026", "2026-03-04"},
		{"DD.MM.YYYY", "04.03.2026", "2026-03-04"},
		{"YYYYMMDD", "20260304", "2026-03-04"},
		{"YYYYMMDD", "2026304", ""},
		{"YYYY年M月D日", "2026年3月4日", "2026-03-04"},
	} {
		o := users.RosterOptions{DateFormat: c.format}
		file := "Email,Last day\na@x.example," + c.cell + "\n"
		if c.want != "" {
			require.Equal(t, users.Until(users.Date(c.want)), people(t, file, o)[0].Leave, c)
			continue
		}
		format := strings.TrimSpace(c.format)
		if format == "" {
			format = "YYYY-MM-DD"
		}
		require.Equal(t, []string{"row 2: Last day is not a date of the expected form: " + format}, refused(t, file, o), c)
	}
}

func TestRosterOptions_wrong_date_format(t *testing.T) {
	for _, format := range []string{"ISO", "YYYY-MM", "DD/MM/YY", "YYYY-MM-DD hh:mm", "YYYY-MM-MM-DD", "YYYY_M_D", "DD MMM YYYY", "2006-01-02", "YYYY\nMM\nDD"} {
		o := users.RosterOptions{DateFormat: format}
		_, err := users.ReadRoster(strings.NewReader("Email\na@x.example\n"), o)
		require.ErrorContains(t, err, "users: roster date format", format)
		require.NotErrorAs(t, err, new(users.Faults))
		var file bytes.Buffer
		require.Equal(t, err, users.WriteRoster(&file, each(nil), o))
		require.Zero(t, file.Len())
	}
}

// TestReadRoster_leave_faults names row, header of the file and expected form.
func TestReadRoster_leave_faults(t *testing.T) {
	got := refused(t, "Email,Title,End date\na@x.example,,2026-03-31\nb@x.example,,31 March\nc,,\nd@x.example,,2026-02-30\n", users.RosterOptions{})
	require.Equal(t, []string{
		"row 3: End date is not a date of the expected form: YYYY-MM-DD",
		"row 4: Email is not an email address",
		"row 5: End date is not a date of the expected form: YYYY-MM-DD",
	}, got)

	o := users.RosterOptions{SkipFaulty: true, DateFormat: "DD/MM/YYYY"}
	roster, err := users.ReadRoster(strings.NewReader("Email,Last day\na@x.example,12/25/2026\nb@x.example,25/12/2026\n"), o)
	require.NoError(t, err)
	require.Equal(t, users.Faults{{
		Row: 2, Column: "Last day", Field: "last-day", Problem: users.ErrDateForm, Expected: "DD/MM/YYYY", Keys: []users.Key{users.ByEmail("a@x.example")},
	}}, roster.Faults)
	require.Equal(t, users.Until("2026-12-25"), roster.People[0].Leave)
	require.Equal(t, []string{"email", "last-day"}, roster.Fields)

	required := users.RosterOptions{Columns: []users.Column{{Header: "Email", Field: "email"}, {Header: "Leave date", Field: "leave", Filled: true, Synonyms: []string{"Ends"}}}}
	require.Equal(t, []string{"row 1: Leave date is missing from the header"}, refused(t, "Email\na@x.example\n", required))
	require.Equal(t, []string{"row 2: Ends is empty"}, refused(t, "Email,Ends\na@x.example,\n", required))
}

// TestReadRoster_leave_twice has a file with two dates of the leave.
func TestReadRoster_leave_twice(t *testing.T) {
	require.Equal(t, []string{"row 1: End date means the same as another column"},
		refused(t, "Leave date,Email,End date\n,a@x.example,\n", users.RosterOptions{}))
	require.Equal(t, []string{"row 1: End date stands in the header more than once"},
		refused(t, "End date,Email,end-date\n,a@x.example,\n", users.RosterOptions{}))

	header := "Email,Last day,First day without access,Leave date\n"
	got := people(t, header+"a@x.example,2026-03-31,2026-04-01,\nb@x.example,,2026-04-01,\nc@x.example,2026-03-31,,2026-03-31\n", users.RosterOptions{LeaveDay: users.LastDay})
	require.Equal(t, []users.Leave{users.Until("2026-03-31"), users.From("2026-04-01"), users.Until("2026-03-31")},
		[]users.Leave{got[0].Leave, got[1].Leave, got[2].Leave})
	require.Equal(t, []string{
		"row 2: First day without access contradicts the other fields of the user",
		"row 3: Leave date contradicts the other fields of the user",
	}, refused(t, header+"a@x.example,2026-03-31,2026-03-31,\nb@x.example,2026-03-31,,2026-03-31\n", users.RosterOptions{}))
}

func TestRosterOptions_synonyms(t *testing.T) {
	for name, c := range map[string]users.Column{
		"of itself":   {Header: "Email", Field: "email", Synonyms: []string{"E-mail"}},
		"of another":  {Header: "Mail", Field: "email", Synonyms: []string{"title"}},
		"blank":       {Header: "Mail", Field: "email", Synonyms: []string{" "}},
		"blank first": {Header: "", Field: "email", Synonyms: []string{"Mail"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := users.ReadRoster(strings.NewReader("Email\na@x.example\n"), users.RosterOptions{Columns: []users.Column{{Header: "Title", Field: "title"}, c}})
			require.ErrorContains(t, err, "users: roster column")
		})
	}
	o := users.RosterOptions{Columns: []users.Column{{Header: "Email", Field: "email", Synonyms: []string{"Mail", "Courriel"}}}}
	require.Equal(t, "a@x.example", people(t, "courriel\na@x.example\n", o)[0].Profile.Email)
	require.Equal(t, "\uFEFFEmail\r\n", written(t, o))
}

// TestWriteRoster_leave writes a date under a header that says which day it is.
func TestWriteRoster_leave(t *testing.T) {
	email := users.Column{Header: "Email", Field: "email"}
	last, first := users.Column{Header: "Last day", Field: "last-day"}, users.Column{Header: "First day without access", Field: "first-day-without"}
	leaving := func(l users.Leave) users.User {
		return users.User{Profile: users.Profile{Email: "a@x.example"}, Status: users.Active, Schedule: users.Schedule{Leave: l}}
	}
	for _, c := range []struct {
		columns []users.Column
		format  string
		leave   users.Leave
		want    string
	}{
		{[]users.Column{email, last, first}, "", users.Until("2026-03-31"), "2026-03-31,"},
		{[]users.Column{email, last, first}, "", users.From("2026-04-01"), ",2026-04-01"},
		{[]users.Column{email, last, first}, "", users.Leave{}, ","},
		{[]users.Column{email, last}, "", users.From("2026-04-01"), "2026-03-31"},
		{[]users.Column{email, first}, "", users.Until("2026-03-31"), "2026-04-01"},
		{[]users.Column{email, first}, "DD/MM/YYYY", users.From("2026-04-01"), "01/04/2026"},
		{[]users.Column{email, first}, "M/D/YYYY", users.From("2026-04-01"), "4/1/2026"},
	} {
		file := written(t, users.RosterOptions{Columns: c.columns, DateFormat: c.format}, leaving(c.leave))
		require.Equal(t, "a@x.example,"+c.want+"\r\n", strings.SplitAfterN(file, "\r\n", 2)[1])
	}

	for _, l := range []users.Leave{{Date: "2026-03-31"}, {Date: "tomorrow", As: users.LastDay}, {Date: "9999-12-31", As: users.LastDay}} {
		err := users.WriteRoster(&bytes.Buffer{}, each(nil, leaving(l)), users.RosterOptions{Columns: []users.Column{email, first}})
		require.ErrorAs(t, err, new(*users.FieldError), l)
	}
	either := users.Column{Header: "Leave date", Field: "leave"}
	require.Equal(t, "\uFEFFEmail\r\na@x.example\r\n", written(t, users.RosterOptions{Columns: []users.Column{either, email}}, leaving(users.Until("2026-03-31"))))
	err := users.WriteRoster(&bytes.Buffer{}, each(nil), users.RosterOptions{Columns: []users.Column{either}})
	require.EqualError(t, err, "users: roster: RosterOptions.Columns has no column to write")
}

// TestWriteRoster_leave_read_back has any date in any format.
func TestWriteRoster_leave_read_back(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		format := rapid.SampledFrom([]string{"", "DD/MM/YYYY", "MM/DD/YYYY", "D.M.YYYY", "YYYYMMDD", "YYYY/MM-DD"}).Draw(t, "format")
		date := users.Date("0001-01-01").AddDays(rapid.IntRange(0, 3652058).Draw(t, "day"))
		leave := users.Leave{Date: date, As: rapid.SampledFrom([]users.LeaveDay{users.LastDay, users.FirstDayWithout}).Draw(t, "as")}
		o := users.RosterOptions{DateFormat: format}
		u := titled("Head")
		u.Schedule = users.Schedule{Leave: leave}
		roster, err := users.ReadRoster(strings.NewReader(written(t, o, u)), o)
		require.NoError(t, err)
		require.Equal(t, leave, roster.People[0].Leave)
	})
}
