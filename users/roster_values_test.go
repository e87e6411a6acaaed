package users_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestReadRoster_no_value refuses cells in which a spreadsheet has lost the value.
func TestReadRoster_no_value(t *testing.T) {
	for _, cell := range []string{"1.23457E+12", `"1,23457E+12"`, "1E+15", "1.23456789012346E+015", "#N/A", "#BEZUG!", "###"} {
		for _, header := range []string{"External ID", "Username"} {
			require.Equal(t, []string{"row 2: " + header + " is an error or a rounded number of a spreadsheet: give the value as a text, or leave the cell empty"},
				refused(t, "Email,"+header+"\na@x.example,"+cell+"\n", users.RosterOptions{}), cell)
		}
	}
	require.Equal(t, "#N/A", people(t, "Email,Title\na@x.example,#N/A\n", users.RosterOptions{})[0].Profile.Title)
	for _, cell := range []string{"E+12", "12E", "1E12", "1.5E+x", "#7", "##", "1.5E+", "NULL"} {
		require.Equal(t, cell, people(t, "Email,External ID\na@x.example,"+cell+"\n", users.RosterOptions{})[0].Profile.ExternalID)
	}
}

// TestReadRoster_dashes has dashes for no value; a dash that is a value has the guard of a formula.
func TestReadRoster_dashes(t *testing.T) {
	got := people(t, "Email,External ID,Last name,Status,Last day\na@x.example,-,--,-,-\nb@x.example,' -,-1,--,---\n", users.RosterOptions{})
	require.Equal(t, users.Entry{2, users.Profile{Email: "a@x.example", Source: fromFile}, users.Member, users.Leave{}, users.NoStatus}, got[0])
	require.Equal(t, []string{"-", "-1"}, []string{got[1].Profile.ExternalID, got[1].Profile.LastName})
	require.Equal(t, []string{"row 2: Email is empty"}, refused(t, "Email,Username\n-,ada\n", users.RosterOptions{Columns: []users.Column{
		{Header: "Email", Field: "email", Filled: true}, {Header: "Username", Field: "username"},
	}}))
}

// TestReadRoster_replacement_characters refuses what was not decoded, but for a file with a mark.
func TestReadRoster_replacement_characters(t *testing.T) {
	for file, want := range map[string]string{
		"Email,Name\na@x.example,J\uFFFDrg\n": "row 2: Name has characters of a wrong encoding: save the original as CSV UTF-8",
		"Email,Pr\uFFFDnom\na@x.example,A\n":  "row 1: Pr\uFFFDnom has characters of a wrong encoding: save the original as CSV UTF-8",
	} {
		require.Equal(t, []string{want}, refused(t, file, users.RosterOptions{}))
	}
	require.Equal(t, "J\uFFFDrg", people(t, "\uFEFFEmail,First name\na@x.example,J\uFFFDrg\n", users.RosterOptions{})[0].Profile.FirstName)
}

// TestReadRoster_dates_of_programs reads dates with a time of midnight, and the date that is none.
func TestReadRoster_dates_of_programs(t *testing.T) {
	for cell, want := range map[string]users.Date{
		"2026-03-31 00:00:00": "2026-03-31", "2026-03-31T00:00:00.000Z": "2026-03-31", "2026-03-31T00:00": "2026-03-31",
		"0000-00-00": "", "0000-00-00 00:00:00": "",
	} {
		require.Equal(t, want, people(t, "Email,Last day\na@x.example,"+cell+"\n", users.RosterOptions{})[0].Leave.Date, cell)
	}
	for _, cell := range []string{"2026-03-31 22:00:00", "2026-03-31T00:00:00+02:00", "2026-03-31T", "2026-03-31 0"} {
		require.Len(t, refused(t, "Email,Last day\na@x.example,"+cell+"\n", users.RosterOptions{}), 1, cell)
	}
}

// TestProfile_Clean_nothing_to_see has texts of invisible characters alone.
func TestProfile_Clean_nothing_to_see(t *testing.T) {
	clean, err := users.Profile{FirstName: "\u200b", LastName: " \u2060\u00ad", Title: "क\u200d", Email: "a@x.example", Groups: []string{"\u200e", "B"}}.Clean()
	require.NoError(t, err)
	require.Equal(t, users.Profile{Title: "क\u200d", Email: "a@x.example", Groups: []string{"B"}}, clean)
}

// TestReadRoster_last_words has the end of a list in other languages.
func TestReadRoster_last_words(t *testing.T) {
	for _, word := range []string{"Ende", "Fin du rapport", "Einde", "Fim."} {
		roster := read(t, "Username,First name\nada,Ada\n"+word+",\n", users.RosterOptions{})
		require.Len(t, roster.People, 1, word)
		require.Len(t, roster.Passed, 1, word)
	}
}

// TestReadRoster_closing has lines below a table with words in the column of an identifier.
func TestReadRoster_closing(t *testing.T) {
	for _, line := range []string{"Report run by,Olga,", "Run on,2026-03-01,09:00", "Filter: Status,is,Active", "Confidential,,", "Vertraulich,,", "\u200bTotal users,12,active"} {
		roster := read(t, "External ID,First name,Email\n7,Bo,bo@x.example\n"+line+"\n", users.RosterOptions{})
		require.Len(t, roster.People, 1, line)
		require.Len(t, roster.Passed, 1, line)
	}
	for _, line := range []string{"Report,Olga,", "Run by,Olga,olga@x.example", "Reporter 7,Olga,", "8 note,Olga,"} {
		require.Len(t, read(t, "External ID,First name,Email\n7,Bo,bo@x.example\n"+line+"\n", users.RosterOptions{}).People, 2, line)
	}
	for _, field := range []string{"Role,member", "Status,active", "Active,yes", "Inactive,no"} {
		header, word, _ := strings.Cut(field, ",")
		require.Len(t, read(t, "External ID,"+header+"\n7,\nNote 8,"+word+"\n", users.RosterOptions{}).People, 2, field)
	}
}
