package users_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

// invisibles are characters of each kind that cannot be seen.
var invisibles = []rune("\u00ad\u034f\u061c\u115f\u17b4\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2064\u2066\u2069\u3164\ufe00\ufe0e\ufe0f\ufeff\uffa0\U000e0041\U000e0100")

// TestProfile_Clean_invisible: in scripts without joiners an invisible character anywhere in any text
// makes no other text, in commands and in files.
func TestProfile_Clean_invisible(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("abZÄßéñżΩжאあ한7 .")), 1, 8, -1).Filter(func(s string) bool { return strings.TrimSpace(s) != "" }).Draw(r, "text")
		within := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) string {
			return rapid.StringOfN(rapid.SampledFrom(invisibles), 0, 2, -1).Draw(r, "invisible")
		}), len([]rune(text))+1, -1).Draw(r, "within")
		odd := within[0]
		for i, c := range []rune(text) {
			odd += string(c) + within[i+1]
		}

		named := func(text string) users.Profile {
			return users.Profile{FirstName: text, LastName: text, Email: "a@x.example", Location: text, Department: text, Title: text, Groups: []string{text}}
		}
		want, err := named(text).Clean()
		require.NoError(r, err)
		got, err := named(odd).Clean()
		require.NoError(r, err)
		require.Equal(r, want, got)

		patched, changed, err := users.Patch{Location: &odd, AddGroups: &[]string{odd}}.Apply(want)
		require.NoError(r, err)
		require.Equal(r, want, patched)
		require.Empty(r, changed)
		without, _, err := users.Patch{RemoveGroups: &[]string{odd}}.Apply(want)
		require.NoError(r, err)
		require.Empty(r, without.Groups)

		roster := read(t, "Email,First name,Last name,Location,Department,Title,Groups\na@x.example"+strings.Repeat(","+odd, 6)+"\n", users.RosterOptions{})
		want.Source = fromFile
		require.Equal(r, want, roster.People[0].Profile)
	})
}

// TestProfile_Clean_shapers: invisible characters that change how a text looks stay in it, and go where
// they change nothing.
func TestProfile_Clean_shapers(t *testing.T) {
	for text, want := range map[string]string{
		"کتاب\u200cخانه":         "کتاب\u200cخانه",
		"کتاب\u200c\u200cخانه":   "کتاب\u200cخانه",
		"کتابخانه\u200c":         "کتابخانه",
		"کتاب\u200c خانه":        "کتاب خانه",
		"\u200fکتابخانه\u200f":   "کتابخانه",
		"ه\u200d":                "ه\u200d",
		"क\u094d\u200dष":         "क\u094d\u200dष",
		"അവന\u0d4d\u200d":        "അവന\u0d4d\u200d",
		"👩\u200d🚀 Crew\u200d":    "👩\u200d🚀 Crew",
		"❤\ufe0f\u200d🔥":         "❤\ufe0f\u200d🔥",
		"👩\u200d":                "👩",
		"❤\u200d\ufe0f":          "❤\ufe0f",
		"❤\ufe0f\ufe0f":          "❤\ufe0f",
		"葛\U000e0100城\ufe0f":     "葛\U000e0100城",
		"ᠰ\u180cᠠ\u180e":         "ᠰ\u180cᠠ\u180e",
		"A\ufe0f\u180b":          "A",
		"\ufeff\u200dA\u00adb ":  "Ab",
		"한\u3164글 \u115f":        "한글",
		"Deck\u200b\u2060\u2063": "Deck",
	} {
		clean, err := users.Profile{Email: "a@x.example", LastName: text, Location: text, Groups: []string{text}}.Clean()
		require.NoError(t, err)
		require.Equal(t, users.Profile{Email: "a@x.example", LastName: want, Location: want, Groups: []string{want}}, clean, "%+q", text)
	}
}

// TestProfile_Clean_twice: a clean profile is its own clean form, also with characters that shape others.
func TestProfile_Clean_twice(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom(append([]rune("aأکक\u094dᠠ葛❤👩 -"), invisibles...))).Draw(r, "text")
		once, err := users.Profile{Email: "a@x.example", LastName: text, Groups: []string{text}}.Clean()
		require.NoError(r, err)
		twice, err := once.Clean()
		require.NoError(r, err)
		require.Equal(r, once, twice)
	})
}

// TestReadRoster_nothing_to_see has rows and cells in which nothing can be seen.
func TestReadRoster_nothing_to_see(t *testing.T) {
	roster := read(t, "Email,First name,Last day,Active,\n\u200b,\ufeff,,,\na@x.example,\u200b-,2026-03-31\u200e,\u200fyes,\u2060\n\ufeffTotal: 1\u200b,,,,\n", users.RosterOptions{})
	require.Len(t, roster.People, 1)
	require.Equal(t, users.Entry{Row: 3, Profile: users.Profile{Email: "a@x.example", Source: fromFile}, Leave: users.Until("2026-03-31"), Status: users.Active}, roster.People[0])
	require.Equal(t, []users.PassedRow{{Row: 4, Text: "Total: 1"}}, roster.Passed)
	require.Empty(t, roster.Unnamed)
}
