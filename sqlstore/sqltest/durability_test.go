package sqltest_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// TestStore_Durability: Durability says what a power cut can take, and Verify passes.
func TestStore_Durability(t *testing.T) {
	t.Parallel()
	withPragmas := func(pragmas string) engine {
		e := sqlite
		e.dsn = func(t testing.TB, database string) (string, []string) {
			return "sqlite", []string{"file:" + filepath.Join(servers.Folder(t), database) + "?" + pragmas}
		}
		return e
	}
	on := func(more string) engine { e := postgres; e.dsn = onPostgres("pgx", more); return e }
	const lost = "an acknowledged change may be lost in a power cut: "
	for _, c := range []struct {
		name string
		engine
		says string
	}{
		{"SQLite", sqlite, ""},
		{"SQLite NORMAL", withPragmas("_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"), lost + "synchronous is NORMAL and not FULL"},
		{"SQLite DELETE", withPragmas("_pragma=synchronous(FULL)"), lost + "synchronous is FULL and not EXTRA"},
		{"SQLite EXTRA", withPragmas("_pragma=synchronous(EXTRA)"), ""},
		{"SQLite in memory", variant(t, "SQLite in memory, one connection"), lost + "journal_mode is memory and not wal"},
		{"PostgreSQL", postgres, ""},
		{"PostgreSQL off", on("&synchronous_commit=off"), lost + "synchronous_commit is off and not on"},
		{"PostgreSQL local", on("&synchronous_commit=local"), ""},
		{"Galera", galera, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.engine.name == galera.name && !long.On() {
				t.Skip("a cluster takes its time to start")
			}
			st := c.open(t).stores[0]
			d, err := st.Durability(t.Context())
			require.NoError(t, err)
			require.Equal(t, c.says == "", d.PowerCut, d)
			if c.says != "" {
				require.Equal(t, c.says, d.String())
			}
			require.NoError(t, st.Verify(t.Context()))
		})
	}
	// The setting is one of the whole server, and no test depends on it.
	t.Run("MariaDB", func(t *testing.T) {
		s := mariadb.open(t)
		for value, says := range map[string]string{"1": "an acknowledged change survives a power cut", "2": lost + "innodb_flush_log_at_trx_commit is 2 and not 1"} {
			t.Cleanup(func() { _, _ = s.dbs[0].Exec("SET GLOBAL innodb_flush_log_at_trx_commit = 1") })
			execAll(t, s.dbs[0], "SET GLOBAL innodb_flush_log_at_trx_commit = "+value)
			d, err := s.stores[0].Durability(t.Context())
			require.NoError(t, err)
			require.Equal(t, says, d.String())
		}
	})
}

// withCgo says that mattn/go-sqlite3 is there.
var withCgo bool

// TestReadme_sqlite: the DSNs of the README survive a power cut.
func TestReadme_sqlite(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	names := regexp.MustCompile("[`\"](file:seats\\.db\\?[^`\"]*)[`\"]").FindAllStringSubmatch(string(readme), -1)
	require.Len(t, names, 2)
	for i, driver := range []string{"sqlite", "sqlite3"} {
		t.Run(driver, func(t *testing.T) {
			if driver == "sqlite3" && !withCgo {
				t.Skip("mattn/go-sqlite3 is compiled by a C compiler")
			}
			db, err := sql.Open(driver, strings.Replace(names[i][1], "seats.db", filepath.Join(t.TempDir(), "seats.db"), 1))
			require.NoError(t, err)
			defer db.Close()
			st, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.Options{})
			require.NoError(t, err)
			require.NoError(t, st.Migrate(t.Context()))
			d, err := st.Durability(t.Context())
			require.NoError(t, err)
			require.True(t, d.PowerCut, d)
			workThrough(t, st)
		})
	}
}
