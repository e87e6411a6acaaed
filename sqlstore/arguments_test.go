package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLiteral: the text has one meaning under every sql_mode, character set and collation.
// The tests with odd settings try it on servers.
func TestLiteral(t *testing.T) {
	for want, v := range map[string]any{
		"NULL":             nil,
		"-7":               int64(-7),
		"_binary'o''neil'": "o'neil",
		"x''":              "", // '' is NULL under EMPTY_STRING_IS_NULL
		"x'615c62'":        `a\b`,
		"x'c3a9'":          "é",
		"x'0a6f6e650a'":    "\none\n",
	} {
		if text, ok := v.(string); ok {
			v = []byte(text)
		}
		require.Equal(t, want, literal(v))
	}
}
