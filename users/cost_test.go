package users

import (
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// texts generates texts near the edges of the shortcuts.
var texts = rapid.StringOfN(rapid.SampledFrom([]rune("aZ09.-_+@ \t\"(<\x00\x7fé\u00a0\u200b\u212a")), 0, 12, -1)

// TestFold_shortcut compares the shortcuts for plain texts with the long way.
func TestFold_shortcut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		require.Equal(t, trim(strings.Map(foldRune, text)), Fold(text))
	})
	for r := range unicode.MaxRune {
		require.Equal(t, inRanges(r, whiteSpace), isSpace(r), "%U", r)
	}
}

// TestProfile_text_shortcut compares the texts that pass at little cost with the long way.
func TestProfile_text_shortcut(t *testing.T) {
	plain := func(text string) bool {
		return trim(text) == text && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
	}
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		require.Equal(t, plain(text), isPlain(text), "%q", text)
	})
	for at := range 20 { // each byte at each place of a text that is looked at in steps
		for c := range 256 {
			text := strings.Repeat("~", at) + string([]byte{byte(c)}) + strings.Repeat("a ", 10-at/2) + "z"
			require.Equal(t, plain(text), isPlain(text), "%q", text)
		}
	}
	require.True(t, isClean(strings.Repeat("x", MaxText)))
	require.False(t, isClean(strings.Repeat("x", MaxText+1)))
}

// TestProfile_address_shortcut compares the addresses that pass by their bytes with the standard
// parser.
func TestProfile_address_shortcut(t *testing.T) {
	require.True(t, isDotAtom("Ada.L+seats_1-x"))
	for _, text := range []string{"", ".a", "a.", "a..b", "a b", "a@b", "é", `"a"`} {
		require.False(t, isDotAtom(text), text)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		a, err := mail.ParseAddress(text)
		require.Equal(t, err == nil && a.Name == "" && a.Address == text, isAddress(text), "%q", text)
	})
}

// TestUser_allocations: a clean user takes no memory of its own. Every invited and imported user
// passes here.
func TestUser_allocations(t *testing.T) {
	at := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	u := User{
		Profile: Profile{ID: "1", FirstName: "Ada", LastName: "Lovelace", Email: "ada@acme.example", Username: "ada", ExternalID: "E7"},
		Status:  Active, Created: at, StatusSince: at, FirstSignIn: at,
	}
	clean, err := u.Clean(at)
	require.NoError(t, err)
	require.Equal(t, u, clean)
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = u.Profile.Clean() }))
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = u.Clean(at) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { u.Has(ByID("1")) }))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, k := range u.TakenKeys() {
			if k.Value == "" {
				t.Fail()
			}
		}
	}))
}
