package users_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// systemFiles are files in the form of well-known systems, with invented people: the people as their
// owners expect them, and the rows and headers left out.
var systemFiles = []struct {
	file, system string
	dates        string
	people       []string
	passed       []int
	ignored      []string
}{
	{"absorb.csv", "Absorb", "", []string{
		"tess.moor@quay.example | tmoor | 0071 | Tess | Moor | member | active | Harbour | Pilot",
		" | ubrandt | 0072 | Ute | Brandt | member | inactive | Harbour",
		"vic.keel@quay.example | vkeel | 0073 | Vic | Keel | member | active | Yard | Welder",
	}, nil, []string{"CC Email Addresses"}},
	{"accued.csv", "AccuEd Connect", "", []string{
		"tess.moor@quay.example |  |  | Tess | Moor | manager |  | North Pier | Harbour | Pilot",
		"ute.brandt@quay.example | ute |  | Ute | Brandt | member | ",
	}, nil, nil},
	{"canvas.csv", "Canvas", "", []string{
		"tess.moor@quay.example | tmoor | S-71 | Tess | Moor | member | active",
		"ute.brandt@quay.example | ubrandt | S-72 | Ute | Brandt | member | inactive",
		"vic.keel@quay.example | vkeel | S-73 | Vic | Keel | member | deleted",
	}, nil, []string{"integration_id", "password", "sortable_name", "short_name"}},
	{"entra-new.csv", "Microsoft Entra", "", []string{
		"tess.moor@quay.example |  |  | Tess | Moor | member | active | North Pier | Harbour | Pilot",
		"ute.brandt@quay.example |  |  | Ute | Brandt | member | inactive",
	}, []int{1, 3}, []string{"Initial password [passwordProfile] Required", "City [city]", "State or province [state]"}},
	{"entra-export.csv", "Microsoft Entra", "", []string{
		"tess.moor@quay.example | tmoor@login.quay.example |  | Tess | Moor | member | active | North Pier | Harbour | Pilot",
		" | ubrandt@login.quay.example |  | Ute | Brandt | member | inactive",
	}, nil, []string{"id", "userType", "state", "city"}},
	{"google.csv", "Google Workspace", "", []string{
		"tess.moor@quay.example |  | 0071 | Tess | Moor | member | active | Harbour | Pilot",
		"ute.brandt@quay.example |  | 0072 | Ute | Brandt | member | inactive",
		"vic.keel@quay.example |  | 0073 | Vic | Keel | member | inactive",
	}, nil, []string{"Password [Required]", "Password Hash Function [UPLOAD ONLY]", "Org Unit Path [Required]", "New Primary Email [UPLOAD ONLY]",
		"Last Sign In [READ ONLY]", "Recovery Email", "Manager Email", "Cost Center"}},
	{"ispring.csv", "iSpring Learn", "", []string{
		"tess.moor@quay.example | tmoor |  | Tess | Moor | member | active | HB | Pilot | Bridge+Night watch",
		"ute.brandt@quay.example | ubrandt |  | Ute | Brandt | member | inactive | HB | Bridge",
		"vic.keel@quay.example | vkeel |  | Vic | Keel | manager | inactive | YD",
	}, nil, nil},
	{"learnupon.csv", "LearnUpon", "", []string{
		"tess.moor@quay.example |  |  | Tess | Moor | member | active | Bridge+Night watch",
		"ute.brandt@quay.example |  |  | Ute | Brandt | member | inactive",
	}, []int{5}, []string{"password"}},
	{"moodle.csv", "Moodle", "", []string{
		"tess.moor@quay.example | tmoor | 0071 | Tess | Moor, Dr. | member | active | Kiel | Harbour | Bridge+Night watch",
		"ute.brandt@quay.example | ubrandt | 0072 | Ute | Brandt | member | inactive",
		"vic.keel@quay.example | vkeel | 0073 | Vic | Keel | member | inactive",
	}, nil, []string{"password", "institution", "course1", "role1", "group1", "oldusername"}},
	{"okta.csv", "Okta", "", []string{
		"tess.moor@quay.example | tmoor@quay.example | 0071 | Tess | Moor | member | active | Kiel | Harbour | Pilot",
		"ute.brandt@quay.example | ubrandt@quay.example | 0072 | Ute | Brandt | member | inactive",
		"vic.keel@quay.example | vkeel@quay.example | 0073 | Vic | Keel | member | invited",
	}, nil, []string{"middleName", "honorificPrefix", "honorificSuffix", "nickName", "profileUrl", "secondEmail", "mobilePhone", "state",
		"userType", "costCenter", "organization", "division", "managerId", "manager"}},
	{"talentlms.csv", "TalentLMS", "DD/MM/YYYY", []string{
		"tess.moor@quay.example | tmoor |  | Tess | Moor | manager | active | Bridge+Night watch+North | 2026-12-31",
		"ute.brandt@quay.example | ubrandt |  | Ute | Brandt | member | inactive | 2026-01-05",
	}, nil, []string{"Password", "Bio", "Exclude-from-emails", "Language", "custom_field:Shoe size"}},
}

func TestSystemRoster(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range systemFiles {
		t.Run(c.file, func(t *testing.T) {
			covered[c.system] = true
			o, ok := users.SystemRoster(c.system)
			require.True(t, ok)
			o.DateFormat = c.dates
			text, err := os.ReadFile(filepath.Join("testdata", "rosters", c.file))
			require.NoError(t, err)
			roster, err := users.ReadRoster(bytes.NewReader(text), o)
			require.NoError(t, err)
			var got []string
			for _, e := range roster.People {
				got = append(got, summary(e))
			}
			require.Equal(t, c.people, got)
			require.Equal(t, c.ignored, roster.Ignored)
			require.Empty(t, roster.Unnamed)
			var passed []int
			for _, row := range roster.Passed {
				passed = append(passed, row.Row)
			}
			require.Equal(t, c.passed, passed)

			probe, err := users.ProbeRoster(bytes.NewReader(text), o)
			require.NoError(t, err)
			require.Empty(t, probe.Faults)
			require.Equal(t, [3]any{roster.Header, roster.Separator, len(roster.Passed)}, [3]any{probe.Header, probe.Separator, len(probe.Passed)})
			require.NotContains(t, samples(probe), "Anchor-99", "no passwords")
			for _, column := range probe.Columns {
				require.Equal(t, column.Certainty == users.Unknown, column.Field == "", column.Header)
			}
		})
	}
	require.Len(t, covered, len(users.RosterSystems()))
	for _, system := range users.RosterSystems() {
		require.True(t, covered[system], system)
		o, _ := users.SystemRoster(system)
		if o.Mapping != nil {
			o.Mapping["x"] = "email"
			again, _ := users.SystemRoster(system)
			require.NotContains(t, again.Mapping, "x")
		}
	}
	_, ok := users.SystemRoster("Abacus")
	require.False(t, ok)
}

// summary has what a file says of a person; empty fields at the end are left out.
func summary(e users.Entry) string {
	p := e.Profile
	fields := []string{p.Email, p.Username, p.ExternalID, p.FirstName, p.LastName, e.Role.String(), e.Status.String()}
	for _, more := range []string{p.Location, p.Department, p.Title, strings.Join(p.Groups, "+"), string(e.Leave.Date)} {
		if more != "" {
			fields = append(fields, more)
		}
	}
	return strings.Join(fields, " | ")
}

func samples(p users.Probe) (all []string) {
	for _, c := range p.Columns {
		all = append(all, c.Samples...)
	}
	return all
}
