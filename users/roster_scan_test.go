package users_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/users"
)

// scanned reads a file person by person.
func scanned(file io.Reader, o users.RosterOptions) (people []users.Entry, faults users.Faults, roster users.Roster, end error) {
	scan := users.ScanRoster(file, o)
	for e, err := range scan.People() {
		fault, ok := err.(users.Fault)
		switch {
		case err == nil:
			people = append(people, e)
		case ok:
			faults = append(faults, fault)
		default:
			end = err
		}
	}
	return people, faults, scan.Roster(), end
}

// TestScanRoster: a scan has the people, faults and notes of the whole file.
func TestScanRoster(t *testing.T) {
	cell := func(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }
	email, name := cell("a@x.example", "b@x.example", "A@X.example", "c", ""), cell("ann", "bob", "", "Cy")
	status := cell("", "active", "left", "?")
	rapid.Check(t, func(t *rapid.T) {
		var file strings.Builder
		file.WriteString("Staff\nEmail,Username,Groups,Status,Shoe size,\n")
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			file.WriteString(rapid.OneOf(
				rapid.Custom(func(t *rapid.T) string {
					return fmt.Sprintf("%s,%s,%s,%s,44,\n", email.Draw(t, "email"), name.Draw(t, "name"), "", status.Draw(t, "status"))
				}),
				cell("\"x\n", "Total: 3\n", "\n", ",,,,,x\n"),
			).Draw(t, "row"))
		}
		o := users.RosterOptions{SharedAddresses: rapid.Bool().Draw(t, "shared")}
		people, faults, roster, end := scanned(strings.NewReader(file.String()), o)
		o.SkipFaulty = true
		want, err := users.ReadRoster(strings.NewReader(file.String()), o)
		require.Equal(t, want.Passed, roster.Passed)
		require.Equal(t, want.Ignored, roster.Ignored)
		require.Equal(t, want.Fields, roster.Fields)
		if err != nil {
			require.Empty(t, people)
			require.True(t, len(faults) > 0 || errors.Is(end, users.ErrEmpty))
			return
		}
		require.NoError(t, end)
		require.Equal(t, want.People, people)
		require.Equal(t, []users.Fault(want.Faults), []users.Fault(faults))
	})
}

func TestScanRoster_groups(t *testing.T) {
	file := "Email,Groups\na@x.example,crew\na@x.example,deck\nb@x.example,crew\na@x.example,galley\n"
	people, faults, _, end := scanned(strings.NewReader(file), users.RosterOptions{})
	require.NoError(t, end)
	require.Equal(t, []string{"crew", "deck"}, people[0].Profile.Groups)
	require.Len(t, people, 2)
	require.Equal(t, []string{"row 5: Email is taken by row 2"}, sentences(faults))
}

func TestScanRoster_passwords(t *testing.T) {
	o := users.AccuEdRoster()
	var told []string
	o.Password = func(row int, _ users.Profile, password string) error {
		told = append(told, fmt.Sprint(row, password))
		if password == "weak" {
			return errors.New("too weak")
		}
		return nil
	}
	header := "First name,Last name,Username,Password,Email,Role,Location,Department,Title\n"
	people, faults, _, end := scanned(strings.NewReader(header+"A,B,,weak,a@x.example,User,,,\nC,D,,fine,c@x.example,User,,,\nE,F,,,e@x.example,User,,,\n"), o)
	require.NoError(t, end)
	require.Equal(t, []string{"2weak", "3fine"}, told)
	require.Len(t, people, 2)
	require.Equal(t, []string{"row 2: Password is not accepted"}, sentences(faults))
}

func TestScanRoster_ends(t *testing.T) {
	for name, c := range map[string]struct {
		file io.Reader
		o    users.RosterOptions
		want error
	}{
		"empty":             {strings.NewReader(""), users.RosterOptions{}, users.ErrEmpty},
		"header alone":      {strings.NewReader("Email\n"), users.RosterOptions{}, users.ErrEmpty},
		"no header":         {strings.NewReader("1,2\n"), users.RosterOptions{}, users.ErrNoHeader},
		"wrong options":     {strings.NewReader("Email\n"), users.RosterOptions{DateFormat: "soon"}, nil},
		"error of the file": {io.MultiReader(strings.NewReader("Email\na@x.example\n"), iotest.ErrReader(io.ErrClosedPipe)), users.RosterOptions{}, io.ErrClosedPipe},
	} {
		people, _, _, end := scanned(c.file, c.o)
		require.Error(t, end, name)
		require.True(t, c.want == nil || errors.Is(end, c.want), name)
		require.LessOrEqual(t, len(people), 1, name)
	}
	for _, most := range []int{0, 1} { // an early end, at a person and at a fault
		n := 0
		for range users.ScanRoster(strings.NewReader("Email\na@x.example\nb\nc@x.example\n"), users.RosterOptions{}).People() {
			if n == most {
				break
			}
			n++
		}
		require.Equal(t, most, n)
	}
}

// TestScanRoster_memory reads more people than [users.MaxRosterMemory] has room for.
func TestScanRoster_memory(t *testing.T) {
	rows, most := 120_000, uint64(40<<20)
	if long.On() {
		rows, most = 1_000_000, 72<<20
	}
	file := &endless{begin: "Email,External ID,First name,Last name,Title\n", row: func(n int) string {
		return fmt.Sprintf("person%d@fjord.example,E-%d,Nora,Quist,%s\n", n, n, strings.Repeat("x", 60))
	}}
	file.end = rows * 110
	n := 0
	for e, err := range users.ScanRoster(file, users.RosterOptions{}).People() {
		if err != nil {
			require.Contains(t, err.Error(), "row")
			continue
		}
		n++
		require.Equal(t, n+1, e.Row)
	}
	require.Greater(t, n, rows)
	require.Less(t, file.heap, most)
	t.Logf("%d people, %d MiB read, %d MiB in use", n, file.bytes>>20, file.heap>>20)
}
