package users_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestReadRoster_status reads words, and answers in several columns.
func TestReadRoster_status(t *testing.T) {
	for _, c := range []struct {
		header, cells string
		want          users.Status
	}{
		{"Status", "", users.NoStatus},
		{"Status", "Active", users.Active},
		{"Employment status", "On leave", users.Active},
		{"Status", "Pending", users.Invited},
		{"User-Status", "EMPLOYMENT  ENDED", users.Inactive},
		{"Statut", "Désactivé", users.Inactive},
		{"Estado", "Baja", users.Inactive},
		{"Status", "archived", users.Archived},
		{"Status", "Gelöscht", users.Deleted},
		{"Active", "NO", users.Inactive},
		{"Aktiv", "ja", users.Active},
		{"enabled", "TRUE", users.Active},
		{"Suspended", "0", users.Active},
		{"suspended", "1", users.Inactive},
		{"Block sign in (Yes/No)", "Yes", users.Inactive},
		{"suspended,deleted", "0,1", users.Inactive},
		{"Inactive,Status", "no,removed", users.Deleted},
		{"Status,Active", "invited,no", users.Inactive},
		{"Deleted", "", users.NoStatus},
	} {
		e := people(t, "Email,"+c.header+"\na@x.example,"+c.cells+"\n", users.RosterOptions{})[0]
		require.Equal(t, c.want, e.Status, c)
		require.Equal(t, c.want >= users.Inactive, e.Left(), c)
	}
	require.Equal(t, []string{
		"row 2: Status is not a known status", "row 3: Active is neither yes nor no", "row 3: Email is not an email address",
	}, refused(t, "Email,Status,Active\na@x.example,Full-time,\nb,,perhaps\n", users.RosterOptions{}))
	o := users.RosterOptions{Statuses: map[string]users.Status{"Full-time": users.Active, "Bye": users.Deleted}}
	got := people(t, "Email,Status\na@x.example,full time\nb@x.example,BYE\nc@x.example,Inactive\n", o)
	require.Equal(t, []users.Status{users.Active, users.Deleted, users.Inactive}, []users.Status{got[0].Status, got[1].Status, got[2].Status})
	require.Equal(t, []string{"row 2: Status is not a known status"}, refused(t, "Email,Status\na@x.example,suspended\n", o), "the host has its own words")
}

// TestReadRoster_passed passes over rows that are no people, and keeps those that may be.
func TestReadRoster_passed(t *testing.T) {
	for name, c := range map[string]struct {
		header, person, row string
		passed              bool
	}{
		"total of numbers":           {"Username,First name,Hours", "zoe,Zoë,3", "Grand total,,1.240", true},
		"total in two cells":         {"External ID,First name", "7,Zoë", "Summe:,17", true},
		"total of a username":        {"Username,External ID", "zoe,7", "suma,17", true},
		"lone total":                 {"External ID,First name", "7,Zoë", "Totals,", true},
		"note in a key column":       {"Email,First name", "zoe@x.example,Zoë", "Do not share this list,", true},
		"note in a column of names":  {"First name,Email", "Zoë,zoe@x.example", "Please send the list to the office by May,", true},
		"end":                        {"First name,Email", "Zoë,zoe@x.example", "End of report,", true},
		"header once more":           {"Email, First name ", "zoe@x.example,Zoë", "Email,First name", true},
		"single column":              {"External ID", "7", "Total: 4", true},
		"lone header once more":      {"Notes,Email", ",zoe@x.example", ",Email", true},
		"name like a total":          {"Last name,External ID", "Owen,7", "Note,17", false},
		"lone username":              {"Username,External ID", "zoe,7", "page,", false},
		"username that begins so":    {"Username,First name", "zoe,Zoë", "totally,", false},
		"username like a total":      {"Username,First name", "zoe,Zoë", "total,Toni", false},
		"single column of two words": {"Username", "zoe", "zoe owen", false},
		"lone address":               {"Title,Email", ",zoe@x.example", ",note@x.example", false},
	} {
		t.Run(name, func(t *testing.T) {
			roster := read(t, c.header+"\n"+c.person+"\n"+c.row+"\n", users.RosterOptions{})
			if c.passed {
				require.Len(t, roster.People, 1)
				require.Equal(t, 3, roster.Passed[0].Row)
				return
			}
			require.Len(t, roster.People, 2)
			require.Empty(t, roster.Passed)
		})
	}
	require.Equal(t, []string{"row 2 has no email, username or external ID: give one of them"}, refused(t, "First name,Email\nZoë Anna,\n", users.RosterOptions{}))
	require.Equal(t, []string{"row 2 has no email, username or external ID: give one of them"}, refused(t, "Email,First name,Notes\n,,here\n", users.RosterOptions{}))
	require.Equal(t, []string{"row 2 has more cells than the header", "row 2 has no email, username or external ID: give one of them"},
		refused(t, "Email,First name\n,,a note\n", users.RosterOptions{}))

	roster := read(t, "Name,Email\nExample: Jo Doe,jo@x.example\nZoë Owen,zoe@x.example\nExample: B,b@x.example\n", users.RosterOptions{})
	require.Equal(t, []users.PassedRow{{Row: 2, Text: "Example: Jo Doe jo@x.example"}}, roster.Passed)
	require.Len(t, roster.People, 2)
}

// TestReadRoster_full_name fills first and last name from one column.
func TestReadRoster_full_name(t *testing.T) {
	for _, c := range []struct{ header, cells, first, last string }{
		{"Employee name", "Zoë van der Owen", "Zoë", "van der Owen"},
		{"\"Name, Vorname\"", "\"van der Owen, Zoë\"", "Zoë", "van der Owen"},
		{"Naam", "Zoë", "Zoë", ""},
		{"Vorname,Name", "Zoë,Owen", "Zoë", "Owen"},
		{"Given name,Display name", "Zoë,Zoë Owen", "Zoë", "Owen"},
		{"Given name,Sortable name", "Zoë,\"Owen, Zoë\"", "Zoë", "Owen"},
		{"Surname,Full name", "Owen,Zoë Owen", "Zoë", "Owen"},
		{"Given name,Full name", "Zoë,Zoë", "Zoë", ""},
		{"First name,Last name,Display name", "Zoë,Owen,Mum", "Zoë", "Owen"},
	} {
		e := people(t, "Email,"+c.header+"\na@x.example,"+c.cells+"\n", users.RosterOptions{})[0]
		require.Equal(t, [2]string{c.first, c.last}, [2]string{e.Profile.FirstName, e.Profile.LastName}, c)
	}
	most := strings.Repeat("x", users.MaxText)
	require.Equal(t, []string{"row 2: Last name is too long: at most 255 characters, identifiers 255 bytes"},
		refused(t, "Email,Last name prefix,Last name\na@x.example,van,"+most+"\n", users.RosterOptions{}))
}

// TestReadRoster_groups has them in a cell, in columns and in rows.
func TestReadRoster_groups(t *testing.T) {
	for name, file := range map[string]string{
		"a cell":              "Username,Groups\nzoe,Night; Bridge\n",
		"lines of a cell":     "Username,Cohort\nzoe,\"Night\n Bridge\n\"\n",
		"in quotation marks":  "Username,Team\nzoe,\"Night; \"\"Bridge\"\"\"\n",
		"columns":             "Username,Group,Branch,group\nzoe,Night,,Bridge\n",
		"numbered columns":    "Username,cohort1,cohort2\nzoe,Night,Bridge\n",
		"rows":                "Username,Groups\nzoe,Night\nben,\nZOE,Bridge\n",
		"rows of two":         "Username,Groups\nzoe,Night; Bridge\nben,\nzoe,Bridge\n",
		"a number as a group": "Username,Groups,Groups2\nzoe,Night,=\"Bridge\"\n",
	} {
		if name == "rows" {
			file = strings.ReplaceAll(file, "ZOE", "zoe")
		}
		require.Equal(t, []string{"Bridge", "Night"}, people(t, file, users.RosterOptions{})[0].Profile.Groups, name)
	}
	for name, rows := range map[string]string{
		"the same groups":  "zoe,Night,Zoë,,\nzoe,Night,Zoë,,\n",
		"another name":     "zoe,Night,Zoë,,\nzoe,Bridge,Zoey,,\n",
		"no groups":        "zoe,Night,Zoë,,\nzoe,,Zoë,,\n",
		"another status":   "zoe,Night,Zoë,active,\nzoe,Bridge,Zoë,inactive,\n",
		"another password": "zoe,Night,Zoë,,old\nzoe,Bridge,Zoë,,new\n",
		"as a faulty one":  "zoe,Night,Zoë,strange,\nzoe,Bridge,Zoë,strange,\n",
		"after a fault":    "ben,,Ben,strange,\nzoe,Night,Zoë,,\nzoe,Bridge,Zoë,,\nzoe,Bridge,Zoey,,\n",
		"beyond the bound": "zoe,Night,Zoë,,\nzoe,\"" + groups(users.MaxGroups) + "\",Zoë,,\n",
	} {
		o := users.RosterOptions{Mapping: map[string]string{"Password": "password"}, Password: func(int, users.Profile, string) error { return nil }}
		faults := refused(t, "Username,Groups,First name,Status,Password\n"+rows, o)
		if name == "beyond the bound" {
			require.Equal(t, []string{"row 3: Groups is too long: at most 255 characters, identifiers 255 bytes"}, faults)
			continue
		}
		require.Contains(t, faults[len(faults)-1], "Username is taken by row ", name)
		require.Len(t, faults, strings.Count(rows, "strange")+1, name)
	}
	o := users.RosterOptions{Mapping: map[string]string{"Password": "password"}, SkipFaulty: true}
	var passwords []string
	o.Password = func(row int, p users.Profile, password string) error {
		passwords = append(passwords, p.Username+password+strings.Join(p.Groups, "+"))
		return nil
	}
	require.Len(t, people(t, "Username,Groups,Password\nzoe,Night,s3\nzoe,Bridge,s3\nzoe,Deck,\n", o), 1)
	require.Equal(t, []string{"zoes3Bridge+Deck+Night"}, passwords)
	require.Equal(t, []string{"row 2: Groups contains a control character"}, refused(t, "Email,Groups\na@x.example,a\bb\n", users.RosterOptions{}))
}

// groups is a cell of so many groups.
func groups(n int) string {
	var all []string
	for i := range n {
		all = append(all, "g"+string(rune('A'+i/26/26))+string(rune('A'+i/26%26))+string(rune('A'+i%26)))
	}
	return strings.Join(all, ";")
}

// TestReadRoster_shared_addresses lets people share an address if something else tells them apart.
func TestReadRoster_shared_addresses(t *testing.T) {
	const file = "Email,Username,External ID,Groups\nsea@x.example,zoe,,Deck\nSEA@x.example,ben,,Deck\nsea@x.example,,7,\nSEA@x.example,ben,,Bridge\nland@x.example,,,\n"
	shared := users.RosterOptions{SharedAddresses: true}
	got := people(t, file, shared)
	require.Len(t, got, 4)
	require.Equal(t, []string{"Bridge", "Deck"}, got[1].Profile.Groups)
	for rows, want := range map[string]string{
		"land@x.example,kim,,\n": "row 7: Email is taken by row 6",
		"sea@x.example,,,\n":     "row 7: Email is taken by row 2",
		"sea@x.example,ZOE,,\n":  "row 7: Username is taken by row 2",
	} {
		require.Equal(t, []string{want}, refused(t, file+rows, shared))
	}
	require.Equal(t, []string{"row 3: Email is taken by row 2", "row 4: Email is taken by row 2", "row 5: Email is taken by row 2", "row 5: Username is taken by row 3"}, refused(t, file, users.RosterOptions{}))
}

// TestReadRoster_entities decodes numbered characters where the options say so.
func TestReadRoster_entities(t *testing.T) {
	const file = "Email,Title,Groups\na@x.example,&#67ook&#44 &#128031;&#1114112&#7&#xA0,Deck&#44 night;&#66ridge&#59\n"
	got := people(t, file, users.RosterOptions{Entities: true})[0].Profile
	require.Equal(t, "Cook, \U0001F41F&#1114112&#7&#xA0", got.Title)
	require.Equal(t, []string{"Bridge;", "Deck, night"}, got.Groups)
	require.Contains(t, people(t, file, users.RosterOptions{})[0].Profile.Title, "&#67ook")
}

// TestReadRoster_numbers_as_texts reads ="007" as 007.
func TestReadRoster_numbers_as_texts(t *testing.T) {
	for cell, want := range map[string]string{
		`="0042"`: "0042", `"=""0042"""`: "0042", `="=1"`: "=1", `=""`: "", `=" 7 "`: "7", `=0042`: "=0042", `="a,b;c"`: "a,b;c",
	} {
		require.Equal(t, want, people(t, "External ID,Email,Title\n"+cell+",a@x.example,\"x\"\n", users.RosterOptions{})[0].Profile.ExternalID, cell)
	}
	for _, cell := range []string{`="7"x`, `="7`, "=\"7\n8\"", `="a""b"`} {
		require.Equal(t, []string{"row 2 has a misplaced or unclosed quotation mark"}, refused(t, "Username,Title\na,"+cell, users.RosterOptions{})[:1], cell)
	}
}

// TestReadRoster_mangled finds UTF-8 that was read as Windows-1252 and saved anew.
func TestReadRoster_mangled(t *testing.T) {
	require.Equal(t, []string{"row 1: ï»¿Vorname has characters of a wrong encoding: save the original as CSV UTF-8"},
		refused(t, "ï»¿Vorname,Email\nZoë,zoe@x.example\n", users.RosterOptions{SkipFaulty: true}))
	require.Equal(t, []string{"row 2: First name has characters of a wrong encoding: save the original as CSV UTF-8"},
		refused(t, "First name,Email\nZoÃ«,zoe@x.example\nÅukasz,b@x.example\nRenÃ©,\n", users.RosterOptions{})[:1])
	for _, name := range []string{"Ãgueda", "São João", "Zoë", "ÄÖÜ", "Łukasz", "Müller–Ähre", "“Äh”", "n°"} {
		require.Equal(t, name, people(t, "First name,Email\n"+name+",a@x.example\n", users.RosterOptions{})[0].Profile.FirstName)
	}
}

// TestReadRoster_invisible has invisible characters in headers and keys, which make no second person.
func TestReadRoster_invisible(t *testing.T) {
	const file = "E\u00admail\u200b,\u2066External\u200d ID\u2069,First name\nzoe@x.example\u200e,7\u2060,می\u200cخواهم\n"
	roster := read(t, file, users.RosterOptions{})
	require.Equal(t, users.Profile{Email: "zoe@x.example", ExternalID: "7", FirstName: "می\u200cخواهم", Source: fromFile}, roster.People[0].Profile)
	require.Equal(t, []string{"row 3: External ID is taken by row 2", "row 3: Email is taken by row 2"},
		refused(t, file+"\ufeffZOE@x.example,\u200b7,\n", users.RosterOptions{}))
	require.Equal(t, users.ByExternalID("7"), users.ByExternalID("\u00ad7\ufeff "))
}
