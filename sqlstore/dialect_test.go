package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestALiteralMeansOneThing under any sql_mode, character set and collation. What
// servers make of it the tests with odd settings try.
func TestALiteralMeansOneThing(t *testing.T) {
	for want, v := range map[string]any{
		"NULL":             nil,
		"-7":               int64(-7),
		"_binary'o''neil'": "o'neil",
		"x''":              "", // '' is NULL under EMPTY_STRING_IS_NULL
		"x'615c62'":        `a\b`,
		"x'c3a9'":          "é",
		"x'0a6f6e650a'":    "\none\n",
	} {
		if text, is := v.(string); is {
			v = []byte(text)
		}
		require.Equal(t, want, literal(v))
	}
}
