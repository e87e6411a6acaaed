package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMain is also the program, for tests in a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("QUICKSTART") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// output returns the output of the program.
func output(t *testing.T, args ...string) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, run(t.Context(), args, &out))
	return out.String()
}

// inMemory returns the arguments for an account in memory.
func inMemory(args ...string) []string { return append([]string{"-db", "memory"}, args...) }

// kept is the line with the place of the accounts.
var kept = regexp.MustCompile(`(?m)^Accounts are kept in (.*)\.$`)

// requireGolden compares an output with the one on file, apart from the place of the accounts.
func requireGolden(t *testing.T, name, text string) {
	t.Helper()
	require.Regexp(t, kept, text)
	text = kept.ReplaceAllString(text, "Accounts are kept in a place.")
	golden := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(text), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}

func TestRun_products(t *testing.T) {
	for name, args := range map[string][]string{
		"accuedconnect": nil,
		"standard":      {"-product", "Standard", "-seats", "12"},
		"unlimited":     {"-seats", "unlimited"},
	} {
		t.Run(name, func(t *testing.T) {
			requireGolden(t, name, output(t, inMemory(args...)...))
		})
	}
}

// TestRun_help_page has the numbers of AccuEd Connect's page: ten seats are filled, four users
// deactivated, four new ones invited.
func TestRun_help_page(t *testing.T) {
	text := output(t, inMemory()...)
	for _, line := range []string{
		"no free seat: 10 of 10 are held",
		"deactivate 1 user, delete 1 user or ask the vendor for 1 more seat",
		"Deactivated: 4.",
		"9 came in: with the owner, 10 of 10 seats are held.",
		"4 came in: with the owner, 10 of 10 seats are held.",
		"People in the account: 14, of them active: 10.",
		"Total Licenses      10\n", "Available Licenses  0\n", "Active Users        10\n", "Inactive Users      4\n",
	} {
		require.Contains(t, text, line)
	}
}

func TestRun_roster(t *testing.T) {
	file := filepath.Join(t.TempDir(), "roster.csv")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o644)) }
	write("First name;Last name;Username;Password;Email;Role;Location;Department;Title\n" +
		"Ada;Lovelace;;;ada@acme.example;User;;;\nBob;Smith;;;bob@acme.example;User;;;\n")
	var out strings.Builder
	require.NoError(t, run(t.Context(), inMemory("-roster", file), &out))
	require.Contains(t, out.String(), "People in the account: 2, of them active: 2.")

	write("First name,Last name,Email\nAda,Lovelace,ada@acme.example\n")
	out.Reset()
	require.Error(t, run(t.Context(), inMemory("-roster", file), &out))
	require.Contains(t, out.String(), "row 1: Role is missing from the header")

	write("First name,Last name,Username,Password,Email,Role,Location,Department,Title\nAda,Lovelace,,,ada@acme.example,Boss,,,\n")
	out.Reset()
	require.Error(t, run(t.Context(), inMemory("-roster", file), &out))
	require.Contains(t, out.String(), "row 2: Role is not a known role")

	var many strings.Builder
	many.WriteString("First name,Last name,Username,Password,Email,Role,Location,Department,Title\n")
	for i := range 300 {
		fmt.Fprintf(&many, "P,%d,,,p%d@acme.example,User,,,\nP,%d,,,,User,,,\n", i, i, i)
	}
	write(many.String())
	out.Reset()
	require.NoError(t, run(t.Context(), inMemory("-roster", file, "-seats", "unlimited"), &out))
	require.Contains(t, out.String(), "and 200 more")
	require.Contains(t, out.String(), "and so on")

	for _, args := range [][]string{
		{"-roster", file + ".not"}, {"-product", "none"}, {"-seats", "-1"}, {"-seats", "0"}, {"-nonsense"},
	} {
		require.Error(t, run(t.Context(), inMemory(args...), &out), "%q", args)
	}
}
