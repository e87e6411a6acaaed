package sqltest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/erasure"
)

// TestErasure_columns attacks every column of every table.
func TestErasure_columns(t *testing.T) {
	text, err := os.ReadFile("../testdata/columns.txt")
	require.NoError(t, err)
	each(t, inTurn, func(t *testing.T, s *site) {
		k, err := seatkeeper.New(s.store(), seatkeeper.Options{})
		require.NoError(t, err)
		prefix := "seats_"
		if s.options.Prefix != "" {
			prefix = s.options.Prefix
		}
		erasure.Run(t, k, func() string {
			var dump strings.Builder
			for line := range strings.Lines(string(text)) {
				table, columns, _ := strings.Cut(strings.TrimSpace(line), ": ")
				names := strings.Split(columns, ", ")
				rows, err := s.dbs[0].QueryContext(t.Context(), "SELECT "+columns+" FROM "+prefix+table)
				require.NoError(t, err)
				for rows.Next() {
					values := make([]any, len(names))
					for i := range values {
						values[i] = new(any)
					}
					require.NoError(t, rows.Scan(values...))
					for i, v := range values {
						switch v := (*v.(*any)).(type) {
						case []byte:
							fmt.Fprintf(&dump, "%s: %s\n", names[i], v)
						default:
							fmt.Fprintf(&dump, "%s: %v\n", names[i], v)
						}
					}
				}
				require.NoError(t, rows.Err())
				require.NoError(t, rows.Close())
			}
			require.Contains(t, dump.String(), "digest: ")
			return dump.String()
		})
	})
}
