package sqltest_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// fails requires that Migrate fails with all of the texts in its error, leaves what
// there was, and works after the statements that mend.
func fails(t *testing.T, d blank, s *sqlstore.Store, mend []string, texts ...string) {
	t.Helper()
	db := d.open(t)
	before := d.catalog(t, db)
	err := s.Migrate(t.Context())
	for _, text := range texts {
		require.ErrorContains(t, err, text)
	}
	if d.dialect != sqlstore.MySQL {
		require.ErrorContains(t, err, "nothing was applied")
	}
	if strings.Contains(err.Error(), "nothing was applied") {
		require.Equal(t, before, d.catalog(t, db))
	}
	require.Error(t, s.Migrate(t.Context()), "it fails again")
	require.Error(t, s.Verify(t.Context()))
	execAll(t, db, mend...)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Verify(t.Context()))
	require.Equal(t, allVersions(s), recorded(t, db))
}

func TestStore_Migrate_inTheWay(t *testing.T) {
	foreign := func(texts []string, mend string, statements ...string) func(*testing.T, blank) {
		return func(t *testing.T, d blank) {
			s, db := d.store(t, sqlstore.Options{})
			execAll(t, db, statements...)
			fails(t, d, s, []string{mend}, texts...)
		}
	}
	onBlanks(t, map[string]func(*testing.T, blank){
		"foreign table": foreign([]string{"from version 0 to ", "nothing was applied: the table seats_users" + ours, "it has no column account; "},
			"ALTER TABLE seats_users RENAME TO flights", "CREATE TABLE seats_users (flight INTEGER, seat INTEGER)", "INSERT INTO seats_users VALUES (7, 11)"),
		"foreign table of migrations": foreign([]string{"nothing was applied: the table seats_migrations" + ours},
			"ALTER TABLE seats_migrations RENAME TO batches", "CREATE TABLE seats_migrations (id INTEGER, batch INTEGER)"),
		// A number in a foreign table of migrations is no version.
		"foreign version": func(t *testing.T, d blank) {
			s, db := d.store(t, sqlstore.Options{})
			execAll(t, db, "CREATE TABLE seats_migrations (version BIGINT)", "INSERT INTO seats_migrations VALUES (20240501)")
			before := d.catalog(t, db)
			require.ErrorContains(t, s.Migrate(t.Context()), "sqlstore: the table seats_migrations"+ours)
			require.Equal(t, before, d.catalog(t, db))
		},
		"view": foreign([]string{"nothing was applied: the table seats_users" + ours + "it is a view and no table"},
			"DROP VIEW seats_users", "CREATE VIEW seats_users AS SELECT 7 AS seat"),
		"view of migrations": foreign([]string{"nothing was applied: the table seats_migrations" + ours + "it is a view and no table"},
			"DROP VIEW seats_migrations", "CREATE VIEW seats_migrations AS SELECT 7 AS seat"),
		"index": func(t *testing.T, d blank) {
			s, db := d.store(t, sqlstore.Options{})
			execAll(t, db, "CREATE TABLE flights (seat INTEGER)", "CREATE INDEX seats_users_by_name ON flights (seat)")
			if d.dialect == sqlstore.MySQL {
				require.NoError(t, s.Migrate(t.Context()), "the names of indexes are those of a table")
				return
			}
			fails(t, d, s, []string{"DROP INDEX seats_users_by_name"}, "migration 1, tables, failed at statement ", "already")
		},
	})
}

// TestStore_Migrate_rights has users of the server with some of the rights.
func TestStore_Migrate_rights(t *testing.T) {
	t.Parallel()
	d, role := postgres.blank(t), newName()
	admin := d.open(t)
	execAll(t, admin, "CREATE ROLE "+role+" LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	s, _ := d.as(role).store(t, sqlstore.Options{})
	t.Run("PostgreSQL", func(t *testing.T) {
		fails(t, d, s, []string{"GRANT CREATE ON SCHEMA public TO " + role},
			"migration 1, tables, failed at statement 1 of ", "and nothing was applied: ", "permission denied")
	})
	for _, c := range []struct{ name, grant, table, text string }{
		{"unreadable version", "", "seats_migrations", "permission denied for table seats_migrations"},
		// The catalog tells of tables that may not be read.
		{"unreadable table", "SELECT ON seats_migrations", "seats_accounts", "sqlstore: the table seats_accounts can't be read: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, role := postgres.blank(t), newName()
			_, db := d.migrated(t)
			execAll(t, db, "CREATE ROLE "+role+" LOGIN")
			if c.grant != "" {
				execAll(t, db, "GRANT "+c.grant+" TO "+role)
			}
			s, _ := d.as(role).store(t, sqlstore.Options{})
			for _, check := range []func(context.Context) error{s.Migrate, s.Verify} {
				require.ErrorContains(t, check(t.Context()), c.text)
				require.ErrorContains(t, check(t.Context()), "permission denied for table "+c.table)
			}
		})
	}
	t.Run("MariaDB", func(t *testing.T) {
		d, user := mariadb.blank(t), newName()
		may := func(right, table string) string {
			return "GRANT " + right + " ON " + d.database() + "." + table + " TO " + user
		}
		execAll(t, d.open(t), "CREATE OR REPLACE USER "+user, may("SELECT, INSERT", "*"))
		s, db := d.as(user).store(t, sqlstore.Options{})
		db.SetMaxIdleConns(0) // a connection knows its rights from when it began
		require.ErrorContains(t, s.Migrate(t.Context()), "migration 1, tables, failed at statement 1 of 7, and nothing was applied: ")
		execAll(t, d.open(t), may("CREATE", "seats_migrations"), may("CREATE", "seats_accounts"))
		fails(t, d, s, []string{may("CREATE, INDEX, ALTER", "*")},
			"migration 1, tables, failed at statement 3 of 7, and the statements before it were applied: ", "denied")
	})
}

// TestStore_rights: a store needs fewer rights than Migrate.
func TestStore_rights(t *testing.T) {
	on(t, []engine{postgres, mariadb}, func(t *testing.T, e engine) {
		d, user := e.blank(t), newName()
		_, db := d.migrated(t)
		if e.dialect == sqlstore.Postgres {
			execAll(t, db, "CREATE ROLE "+user+" LOGIN", "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO "+user)
		} else {
			execAll(t, db, "CREATE OR REPLACE USER "+user, "GRANT SELECT, INSERT, UPDATE ON "+d.database()+".* TO "+user)
		}
		s, _ := d.as(user).migrated(t)
		require.NoError(t, s.Verify(t.Context()))
		workThrough(t, s)
	})
}

func TestStore_Migrate_fullDisk(t *testing.T) {
	t.Parallel()
	t.Run("max page count", func(t *testing.T) {
		d := sqlite.blank(t)
		d.source += "&_pragma=max_page_count(8)"
		s, _ := d.store(t, sqlstore.Options{})
		require.ErrorContains(t, s.Migrate(t.Context()), "nothing was applied: ")
		require.ErrorContains(t, s.Migrate(t.Context()), "full")
		d.source = strings.Replace(d.source, "(8)", "(1000)", 1)
		s, _ = d.migrated(t)
		require.NoError(t, s.Verify(t.Context()))
	})
	t.Run("small disk", func(t *testing.T) {
		d := blank{sqlite, "sqlite", "file:" + servers.SmallDisk(t, 64<<10) + "/seats.db"}
		s, db := d.store(t, sqlstore.Options{})
		require.ErrorContains(t, s.Migrate(t.Context()), "full")
		require.Error(t, s.Verify(t.Context()))
		require.Empty(t, d.catalog(t, db))
	})
}

// TestStore_Migrate_killedServer kills the server while Migrate waits for a rival. No other
// test runs meanwhile.
func TestStore_Migrate_killedServer(t *testing.T) {
	long.Only(t) // a server takes its time to start again
	for _, c := range []struct {
		engine
		server func(testing.TB) *servers.Server
		waits  string
	}{{postgres, servers.Postgres, postgresWaits}, {mariadb, servers.MariaDB, mariaDBWaits}} {
		t.Run(c.name, func(t *testing.T) {
			s, db := c.engine.blank(t).store(t, sqlstore.Options{})
			first := s.Migrations()[0]
			statement := first.Statements[0]
			if c.dialect == sqlstore.MySQL {
				execAll(t, db, statement)
				statement = recordOf(first)
			}
			rival, err := db.Begin()
			require.NoError(t, err)
			_, err = rival.Exec(statement)
			require.NoError(t, err)
			end := migrating(s)
			awaitOne(t, db, c.waits)
			c.server(t).Kill()
			require.ErrorContains(t, <-end, "sqlstore: from version 0 to ")
			c.server(t).Start(t)
			migratedAll(t, s, db)
		})
	}
}

// migrating calls Migrate, and returns its answer when there is one.
func migrating(s *sqlstore.Store) <-chan error {
	end := make(chan error, 1)
	go func() { end <- s.Migrate(context.Background()) }()
	return end
}

// migratedAll requires that Migrate works.
func migratedAll(t *testing.T, s *sqlstore.Store, db *sql.DB) {
	t.Helper()
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Verify(t.Context()))
	require.Equal(t, allVersions(s), recorded(t, db))
}
