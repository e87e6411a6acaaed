package sqltest_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// TestStore_Verify_unchecked: a database that ignores CHECK constraints is refused, by Migrate before
// it makes a table and by Verify.
func TestStore_Verify_unchecked(t *testing.T) {
	unchecked := map[sqlstore.Dialect]struct{ setting, remedy string }{
		sqlstore.SQLite: {"&_pragma=ignore_check_constraints(1)", "take ignore_check_constraints out of the DSN"},
		sqlstore.MySQL:  {"&check_constraint_checks=0", "set check_constraint_checks to ON"},
	}
	on(t, []engine{sqlite, mariadb}, func(t *testing.T, e engine) {
		driver, sources := e.dsn(t, database(t))
		store := func(source string) *sqlstore.Store {
			st, err := sqlstore.New(e.connect(t, driver, []string{source})[0], e.dialect, e.options)
			require.NoError(t, err)
			return st
		}
		checked, without := store(sources[0]), store(sources[0]+unchecked[e.dialect].setting)
		want := "the database ignores CHECK constraints, which guard the seats: " + unchecked[e.dialect].remedy
		require.ErrorContains(t, without.Migrate(t.Context()), want)
		require.ErrorContains(t, checked.Verify(t.Context()), "was Migrate called?")
		require.NoError(t, checked.Migrate(t.Context()))
		require.ErrorContains(t, without.Verify(t.Context()), want)
		require.NoError(t, checked.Verify(t.Context()))
	})
}

// TestStore_Verify_standby: a standby of PostgreSQL is refused, also by Verify, which only reads.
func TestStore_Verify_standby(t *testing.T) {
	long.Only(t)
	server := servers.Private(t, servers.KindPostgres, 0)[0]
	source := server.Database(t, "seats")
	open := func() *sqlstore.Store {
		db, err := sql.Open("pgx", source)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		st, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Options{})
		require.NoError(t, err)
		return st
	}
	require.NoError(t, open().Migrate(t.Context()))
	server.Kill()
	require.NoError(t, os.WriteFile(filepath.Join(server.Folder(), "data", "standby.signal"), nil, 0o644))
	server.Start(t)
	st := open()
	require.ErrorContains(t, st.Verify(t.Context()), "the database is a standby")
	require.ErrorContains(t, st.Migrate(t.Context()), "the database is a standby")
}
