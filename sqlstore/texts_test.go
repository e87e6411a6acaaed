package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBlanks: a column is blank if each of its rows has NULL, or each has "" or 0.
func TestBlanks(t *testing.T) {
	for _, c := range []struct {
		rows []any
		want string // of a text
	}{
		{[]any{nil, nil}, "NULL"},
		{[]any{"", ""}, "''"},
		{[]any{int64(0)}, "''"},
		{[]any{nil, ""}, ""},
		{[]any{"", nil}, ""},
		{[]any{"", "a"}, ""},
		{[]any{nil, "a"}, ""},
		{[]any{int64(1), int64(0)}, ""},
	} {
		b := allBlank(2)
		for _, v := range c.rows {
			b.see(1, v)
		}
		require.Equal(t, c.want, b.constant(1, false, "''"), c.rows)
		require.Equal(t, c.want != "", b.any()&2 != 0, c.rows)
	}
	require.Equal(t, "0", allBlank(1).constant(2, true, "")+blanks{zeros: 1}.constant(0, true, ""))
}
