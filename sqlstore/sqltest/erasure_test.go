package sqltest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/erasure"
	"github.com/seatkeeper/seatkeeper/internal/ways"
)

// TestErasure_columns looks for personal data in every column of every table.
func TestErasure_columns(t *testing.T) {
	text, err := os.ReadFile("../testdata/columns.txt")
	require.NoError(t, err)
	each(t, inTurn, func(t *testing.T, s *site) {
		k, err := ways.New(s.store(), seatkeeper.Options{})
		require.NoError(t, err)
		prefix := "seats_"
		if s.options.Prefix != "" {
			prefix = s.options.Prefix
		}
		erasure.Run(t, k, func() string {
			var dump strings.Builder
			for line := range strings.Lines(string(text)) {
				table, columns, _ := strings.Cut(strings.TrimSpace(line), ": ")
				names, rows := query(t, s.dbs[0], "SELECT "+columns+" FROM "+prefix+table)
				for _, row := range rows {
					for i, cell := range row {
						fmt.Fprintf(&dump, "%s: %s\n", names[i], cell.String)
					}
				}
			}
			require.Contains(t, dump.String(), `"digest":"`)
			return dump.String()
		})
	})
}
