package products_test

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

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
)

// onDatabase is an environment variable for the process of TestExamples: the driver and the
// source.
const onDatabase = "SEATKEEPER_EXAMPLES_ON"

var dialects = map[string]sqlstore.Dialect{"sqlite": sqlstore.SQLite, "pgx": sqlstore.Postgres, "mysql": sqlstore.MySQL}

var (
	db      *sql.DB // nil: the examples run in memory
	dialect sqlstore.Dialect
	stores  int
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	driver, source, ok := strings.Cut(os.Getenv(onDatabase), " ")
	if !ok {
		return m.Run()
	}
	var err error
	if db, err = sql.Open(driver, source); err != nil {
		panic(err)
	}
	defer db.Close()
	dialect = dialects[driver]
	return m.Run()
}

// newStore returns an empty store: in memory, or in the example's own tables.
func newStore() store.Store {
	if db == nil {
		return memstore.New()
	}
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

func TestExamples(t *testing.T) {
	for name, on := range map[string]func(testing.TB) string{
		"SQLite": func(t testing.TB) string {
			return "sqlite file:" + filepath.Join(t.TempDir(), "seats.db") + "?_pragma=journal_mode(WAL)"
		},
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
