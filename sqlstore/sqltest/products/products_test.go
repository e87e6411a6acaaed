// The examples of the five products are at the root of the repository, where they run in
// memory. The files here are links to them, and run them on databases: on SQLite as they
// are, and by TestOnServers on PostgreSQL and MariaDB.
package seatkeeper_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
)

// onDatabase is set to a driver and what it opens where a process runs the examples
// there.
const onDatabase = "SEATKEEPER_EXAMPLES_ON"

var dialects = map[string]sqlstore.Dialect{"sqlite": sqlstore.SQLite, "pgx": sqlstore.Postgres, "mysql": sqlstore.MySQL}

var (
	db      *sql.DB
	dialect sqlstore.Dialect
	stores  int
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "products")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	driver, source, elsewhere := strings.Cut(os.Getenv(onDatabase), " ")
	if !elsewhere {
		driver, source = "sqlite", "file:"+filepath.Join(folder, "seats.db")+"?_pragma=journal_mode(WAL)"
	}
	if db, err = sql.Open(driver, source); err != nil {
		panic(err)
	}
	defer db.Close()
	dialect = dialects[driver]
	return m.Run()
}

// newStore returns a store for an example, in tables of its own.
func newStore() store.Store {
	stores++
	st, err := sqlstore.New(db, dialect, sqlstore.Options{Prefix: fmt.Sprintf("example%d_", stores)})
	if err == nil {
		err = st.Migrate(context.Background())
	}
	if err != nil {
		panic(err)
	}
	return st
}

func TestOnServers(t *testing.T) {
	for name, on := range map[string]func(testing.TB) string{
		"PostgreSQL": func(t testing.TB) string { return "pgx " + servers.Postgres(t).Database(t, "products") },
		"MariaDB":    func(t testing.TB) string { return "mysql " + servers.MariaDB(t).Database(t, "products") },
	} {
		t.Run(name, func(t *testing.T) {
			examples := exec.Command(os.Args[0], "-test.run=^Example", "-test.v")
			examples.Env = append(os.Environ(), onDatabase+"="+on(t))
			text, err := examples.CombinedOutput()
			require.NoError(t, err, string(text))
			require.Equal(t, 5, strings.Count(string(text), "--- PASS: Example_"), string(text))
		})
	}
}
