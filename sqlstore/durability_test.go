package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDurability_sqlite: what SQLite's documentation says of its pragmas.
func TestDurability_sqlite(t *testing.T) {
	for journal, least := range map[string]int{"wal": 2, "truncate": 2, "persist": 2, "delete": 3, "memory": 4, "off": 4} {
		for level, name := range synchronous {
			all := sqliteDurability(journal, level)
			d := Durability{PowerCut: all[0].Needed == "" && all[1].Needed == "", Settings: all}
			require.Equal(t, level >= least, d.PowerCut, "%s, %s", journal, name)
			require.Equal(t, name, all[1].Value)
		}
	}
	require.Equal(t, "an acknowledged change may be lost in a power cut: synchronous is NORMAL and not FULL", Durability{Settings: sqliteDurability("wal", 1)}.String())
	require.Equal(t, "an acknowledged change survives a power cut", Durability{PowerCut: true}.String())
}
