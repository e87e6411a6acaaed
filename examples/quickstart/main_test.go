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

// TestMain is the program itself, too, for tests that need a process of their own.
func TestMain(m *testing.M) {
	if os.Getenv("QUICKSTART") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// tell returns what the program says.
func tell(t *testing.T, args ...string) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, run(t.Context(), args, &out))
	return out.String()
}

// inMemory is for stories that are told once.
func inMemory(args ...string) []string { return append([]string{"-db", "memory"}, args...) }

// kept is the line that says where accounts are kept.
var kept = regexp.MustCompile(`(?m)^Accounts are kept in (.*)\.$`)

// requireGolden compares a story with the one on file, wherever the accounts are kept.
func requireGolden(t *testing.T, name, story string) {
	t.Helper()
	require.Regexp(t, kept, story)
	story = kept.ReplaceAllString(story, "Accounts are kept in a place.")
	golden := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(story), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), story)
}

func TestTheStoryOfEachProduct(t *testing.T) {
	for name, args := range map[string][]string{
		"accuedconnect": nil,
		"standard":      {"-product", "Standard", "-seats", "12"},
		"unlimited":     {"-seats", "unlimited"},
	} {
		t.Run(name, func(t *testing.T) {
			requireGolden(t, name, tell(t, inMemory(args...)...))
		})
	}
}

// TestTheExampleOfTheHelpPage plays it with its own numbers: ten seats are
// filled, four people made inactive, four new ones in.
func TestTheExampleOfTheHelpPage(t *testing.T) {
	story := tell(t, inMemory()...)
	for _, line := range []string{
		"no free seat: 10 of 10 are held",
		"deactivate 1, delete 1, or ask the vendor for 1 more",
		"Deactivated: 4.",
		"9 came in: with the owner, 10 of 10 seats are held.",
		"4 came in: with the owner, 10 of 10 seats are held.",
		"People in the account: 14, of them active: 10.",
		"Total Licenses      10\n", "Available Licenses  0\n", "Active Users        10\n", "Inactive Users      4\n",
	} {
		require.Contains(t, story, line)
	}
}

func TestARosterOfOnesOwn(t *testing.T) {
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
