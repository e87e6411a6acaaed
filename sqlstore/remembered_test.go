package sqlstore

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRemembered: each text has its own document, before and after the column forgets.
func TestRemembered(t *testing.T) {
	type row struct{ N int }
	parsed := 0
	c := document("n", func(r *row) *int { return &r.N })
	parse := c.set
	c.set = func(r *row, value cell) error { parsed++; return parse(r, value) }
	c = remembered(c, func(r *row) *int { return &r.N })
	read := func(text string) (r row, err error) {
		var value cell
		value.text.String, value.text.Valid = text, true
		err = c.set(&r, value)
		return r, err
	}
	for range 2 {
		for n := range maxRemembered + 1 {
			for range 3 {
				r, err := read(fmt.Sprint(n))
				require.NoError(t, err)
				require.Equal(t, n, r.N)
			}
		}
		_, err := read("x")
		require.Error(t, err)
	}
	require.Equal(t, 2*(maxRemembered+1)+2, parsed)
}
