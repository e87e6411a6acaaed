package repotest

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// switchRows are the rows of the table of products: what a row says of a policy, and the
// fields of it that this is about.
var switchRows = []struct {
	label  string
	fields string
	says   func(seats.Policy) string
}{
	{"activation", "Activation", func(p seats.Policy) string { return p.Activation.String() }},
	{"without a free seat", "WhenFull", func(p seats.Policy) string { return p.WhenFull.String() }},
	{"growth of a full account", "Growth CourseGrowth", func(p seats.Policy) string {
		if p.Growth == (seats.Growth{}) && p.CourseGrowth == (seats.Growth{}) {
			return "-"
		}
		return "by itself"
	}},
	{"told when seats run out", "Thresholds CourseThresholds", func(p seats.Policy) string {
		if p.Thresholds == (seats.Thresholds{}) && p.CourseThresholds == (seats.Thresholds{}) {
			return "-"
		}
		return "once"
	}},
	{"buying, seats of an order", "Buying", func(p seats.Policy) string {
		if p.Buying.Most == 0 {
			return p.Buying.By.String()
		}
		return fmt.Sprintf("%s, %d to %d", p.Buying.By, p.Buying.Least, p.Buying.Most)
	}},
	{"returning", "Returning", func(p seats.Policy) string { return p.Returning.String() }},
	{"withheld", "Withheld DeleteOnly", func(p seats.Policy) string {
		not := p.Withheld.String()
		if p.DeleteOnly {
			not += "; deactivate of invited users"
		}
		return orDash(strings.TrimPrefix(not, "; "))
	}},
	{"invitation expiry", "InvitationExpiry Term", func(p seats.Policy) string {
		if p.InvitationExpiry == seats.ExpiryNever {
			return "never"
		}
		return fmt.Sprintf("after %d days, seat %s", int(p.Term.Hours()/24), p.InvitationExpiry)
	}},
	{"ownership ended by", "OwnershipEnders", func(p seats.Policy) string {
		if p.OwnershipEnders == seats.EndedByOwners {
			return "owners, support"
		}
		return "support"
	}},
	{"change of identity", "IdentityChange", func(p seats.Policy) string { return p.IdentityChange.String() }},
	{"several users with one address", "SharedAddresses", func(p seats.Policy) string { return p.SharedAddresses.String() }},
	{"users of a sync, by hand", "SourceLocked", func(p seats.Policy) string {
		if p.SourceLocked {
			return "locked"
		}
		return "like others"
	}},
	{"oneself (deactivate, archive, delete, demote)", "SelfRemoval", func(p seats.Policy) string {
		if p.SelfRemoval {
			return "allowed"
		}
		return "refused"
	}},
	{"unknown people at sign-in", "AddsAtSignIn", func(p seats.Policy) string {
		if p.AddsAtSignIn {
			return "added"
		}
		return "refused"
	}},
	{"a date of a leave is", "LeaveDay", func(p seats.Policy) string {
		if p.LeaveDay == users.LastDay {
			return "the last day, until 23:59"
		}
		return "the first day without access"
	}},
	{"notice before a leave", "LeaveNotice", func(p seats.Policy) string {
		if p.LeaveNotice == 0 {
			return "-"
		}
		return fmt.Sprintf("%d days", p.LeaveNotice)
	}},
	{"leavers of a day without a confirmation", "MostLeavers", func(p seats.Policy) string {
		if p.MostLeavers == 0 {
			return "any number"
		}
		return strconv.FormatInt(p.MostLeavers, 10)
	}},
	{"seats of users who were not seen for long", "Unseen", func(p seats.Policy) string {
		if p.Unseen.Days == 0 {
			return "kept"
		}
		return fmt.Sprintf("free after %d days", p.Unseen.Days)
	}},
	{"roles without a seat", "Exempt", func(p seats.Policy) string { return orDash(p.Exempt.String()) }},
	{"cards", "Cards", func(p seats.Policy) string {
		var titles []string
		for _, c := range (seats.Snapshot{Account: seats.Account{Policy: p}}).Usage().Cards {
			titles = append(titles, c.Title)
		}
		return strings.Join(titles, ", ")
	}},
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// TestProducts_switches prints the presets and compares them with the documentation.
func TestProducts_switches(t *testing.T) {
	var b strings.Builder
	b.WriteString("| switch |")
	for _, preset := range seats.Presets() {
		fmt.Fprintf(&b, " `%s` |", preset.Name)
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", 1+len(seats.Presets())) + "\n")
	shown := map[string]bool{}
	for _, row := range switchRows {
		fmt.Fprintf(&b, "| %s |", row.label)
		for _, preset := range seats.Presets() {
			fmt.Fprintf(&b, " %s |", row.says(preset.Policy))
		}
		b.WriteString("\n")
		for _, field := range strings.Fields(row.fields) {
			shown[field] = true
		}
	}
	for field := range reflect.TypeFor[seats.Policy]().Fields() {
		require.True(t, shown[field.Name], "%s is not in the table", field.Name)
	}
	text, err := fs.ReadFile(root, "PRODUCTS.md")
	require.NoError(t, err)
	require.Contains(t, string(text), b.String(), "the table is now:\n%s", b.String())
}

// behaviourText is a row of the table of behaviours: its number, what it says, its tests.
var behaviourText = regexp.MustCompile(`(?m)^\| (\d+) \| ([^|]+) \| ([^|]+) \|$`)

// testText names a test: a folder and a function in it, or a heading of a test there.
var testText = regexp.MustCompile("`([a-z./]+): (?:(\\w+)|\"([^\"]+)\")`")

// behaviours is how many there are.
const behaviours = 71

// TestProducts_behaviours that is there.
func TestProducts_behaviours(t *testing.T) {
	if _, err := fs.Stat(root, "examples"); err != nil {
		t.Skip("the modules in folders did not come along")
	}
	text, err := fs.ReadFile(root, "PRODUCTS.md")
	require.NoError(t, err)
	rows := behaviourText.FindAllStringSubmatch(string(text), -1)
	require.Len(t, rows, behaviours)
	for i, row := range rows {
		number, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		require.Equal(t, i+1, number)
		tests := testText.FindAllStringSubmatch(row[3], -1)
		require.NotEmpty(t, tests, "behaviour %d has no test", number)
		for _, test := range tests {
			require.True(t, isTest(t, test[1], test[2], test[3]), "behaviour %d: %s is gone", number, test[0])
		}
	}
}

// isTest reports whether there is such a test in a folder: a function, or a test whose
// name is that text.
func isTest(t *testing.T, folder, function, name string) bool {
	t.Helper()
	if function != "" && !strings.HasPrefix(function, "Test") && !strings.HasPrefix(function, "Example") {
		return false
	}
	files, err := fs.Glob(root, filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, folder)
	for _, path := range files {
		text, err := fs.ReadFile(root, path)
		require.NoError(t, err)
		test := "\nfunc " + function + "("
		if name != "" {
			test = "{\"" + name + "\", "
		}
		if strings.Contains(string(text), test) {
			return true
		}
	}
	return false
}
