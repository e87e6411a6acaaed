package users_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestReadRoster_doubt refuses a file whose columns of no field may say that users have left, until the
// mapping says what they mean.
func TestReadRoster_doubt(t *testing.T) {
	for header, gone := range map[string]string{
		"loginDisabled": "yes", "Account locked": "1", "Has left": "ja", "LEAVER_FLAG": "Y", "Former employee": "x", "Deleted at": "2026-11-02 08:30:00",
		"Exit on": "1.2.26", "Date of separation": "20260201", "Termination reason": "Resigned", "Not active": "true", "Nicht aktiv": "ja", "Reden uit dienst": "01/02/2026",
		"Active today": "no", "ACTV_IND": "0", "Currently employed": "N", "Currently active (y/n)": "non", "Active/Inactive": "Inactive", "In servizio": "no", "Employed": "former",
		"Employee state": "Terminated", "Lifecycle state": "suspended", "Zustand": "Gesperrt", "Still employed?": "No", "Noch beschäftigt": "nein", "Active with company": "false",
	} {
		t.Run(header, func(t *testing.T) {
			file := "A list\nEmail," + header + ",Boss\na@x.example,,\nb@x.example," + gone + ",\nc@x.example," + gone + ",\n"
			for _, skip := range []bool{false, true} {
				roster, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{SkipFaulty: skip})
				require.Equal(t, users.Faults{{Row: 2, Column: header, Problem: users.ErrUnmapped}}, err)
				require.Empty(t, roster.People)
				require.Equal(t, []string{header, "Boss"}, roster.Ignored)
			}
			probe, err := users.ProbeRoster(strings.NewReader(file), users.RosterOptions{})
			require.NoError(t, err)
			require.Equal(t, users.Faults{{Row: 2, Column: header, Problem: users.ErrUnmapped}}, probe.Faults)
			none := users.RosterOptions{Mapping: map[string]string{header: ""}}
			require.Len(t, read(t, file, none).People, 3)
		})
	}
	roster := read(t, "Email,Account locked\na@x.example,yes\nb@x.example,\n", users.RosterOptions{Mapping: map[string]string{"Account locked": "inactive"}})
	require.Equal(t, []bool{true, false}, []bool{roster.People[0].Left(), roster.People[1].Left()})
}

// TestReadRoster_no_doubt has columns of no field that say nothing of the kind.
func TestReadRoster_no_doubt(t *testing.T) {
	for header, cell := range map[string]string{
		"Exit on": "0000-00-00", "Account locked": "no", "Deleted at": "9999-12-31", "Termination reason": "none", "Termination notice": "3 months",
		"Employed": "yes", "Active/Inactive": "Active", "MFA enabled": "no", "Active directory": "0", "Marital status": "left", "Employee state": "NO", "Phone": "Inactive",
	} {
		require.Len(t, read(t, "Email,"+header+"\na@x.example,"+cell+"\nb@x.example\n", users.RosterOptions{}).People, 2, header)
	}
	for _, file := range []string{
		"Email,Status,Termination reason\na@x.example,inactive,Resigned\n",
		"Email,Last day,Exit on\na@x.example,2026-01-02,02.01.2026\n",
	} {
		require.Len(t, read(t, file, users.RosterOptions{}).People, 1, "the leave is known")
	}
}

// TestReadRoster_doubts tells all columns beside the faults of the rows.
func TestReadRoster_doubts(t *testing.T) {
	require.Equal(t, []string{
		"row 1: Leaver may say that users have left: map it to a field, or to none",
		"row 1: Exit may say that users have left: map it to a field, or to none",
		"row 2: Email is not an email address",
	}, refused(t, "Email,Exit,Leaver\na,,\nb@x.example,,yes\nc@x.example,2026-01-02,yes\n", users.RosterOptions{}))
}

// TestScanRoster_doubt ends the list, since the rows before may be wrong too.
func TestScanRoster_doubt(t *testing.T) {
	scan := users.ScanRoster(strings.NewReader("Email,Leaver\na@x.example,no\nb@x.example,yes\nc@x.example,no\n"), users.RosterOptions{})
	var rows []int
	var errs []error
	for e, err := range scan.People() {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rows = append(rows, e.Row)
	}
	require.Equal(t, []int{2}, rows)
	require.Equal(t, []error{users.Faults{{Row: 1, Column: "Leaver", Problem: users.ErrUnmapped}}}, errs)
}
