package encodings

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestSameName_accents: every letter of Latin, Greek and Cyrillic with accents is the letter that Unicode
// decomposes it into, alone and with the accents.
func TestSameName_accents(t *testing.T) {
	accented := 0
	for r := rune(0xc0); r < 0x2000; r++ {
		apart := norm.NFD.String(string(r))
		plain := strings.TrimFunc(apart, func(r rune) bool { return 0x300 <= r && r <= 0x36f })
		if !unicode.IsLower(unicode.ToLower(r)) || plain == apart || strings.ContainsFunc(plain, unicode.IsMark) {
			continue
		}
		accented++
		was := users.Profile{LastName: "x" + string(r) + "xx"}
		for _, last := range []string{apart, plain} {
			require.True(t, users.SameName(was, users.Profile{LastName: "x" + last + "xx"}), "%q and %q", r, last)
		}
	}
	require.Greater(t, accented, 700)
}
