package sqltest_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// breaks requires that Migrate fails with all of the texts in its error, leaves what
// there was, and works after the statement that mends.
func breaks(t *testing.T, d blank, s *sqlstore.Store, mend func(*sql.DB), texts ...string) {
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
	require.Error(t, s.Migrate(t.Context()), "it is broken as before")
	require.Error(t, s.Verify(t.Context()))
	mend(db)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Verify(t.Context()))
	require.Equal(t, allVersions(s), recorded(t, db))
}

func TestATableOfTheHostIsInTheWay(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		s, db := d.store(t, sqlstore.Options{})
		execAll(t, db, "CREATE TABLE seats_users (flight INTEGER, seat INTEGER)", "INSERT INTO seats_users VALUES (7, 11)")
		breaks(t, d, s, func(db *sql.DB) {
			require.Equal(t, []string{"7 11"}, rowsOf(t, db, "SELECT * FROM seats_users"))
			execAll(t, db, "ALTER TABLE seats_users RENAME TO flights")
		}, "from version 0 to ", "nothing was applied: the table seats_users"+ours, "it has no column account; ")
	})
}

func TestStore_Migrate_view_in_the_way(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		for _, name := range []string{"users", "migrations"} {
			s, db := d.store(t, sqlstore.Options{Prefix: "of_" + name + "_"})
			view := "of_" + name + "_" + name
			execAll(t, db, "CREATE VIEW "+view+" AS SELECT 7 AS seat")
			before := d.catalog(t, db)
			require.ErrorContains(t, s.Migrate(t.Context()), "nothing was applied: the table "+view+ours+"it is a view and no table")
			require.Equal(t, before, d.catalog(t, db))
			execAll(t, db, "DROP VIEW "+view)
			require.NoError(t, s.Migrate(t.Context()))
		}
	})
}

// TestStore_Migrate_foreign_version: numbers in another table of migrations are no versions.
func TestStore_Migrate_foreign_version(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		s, db := d.store(t, sqlstore.Options{})
		execAll(t, db, "CREATE TABLE seats_migrations (version BIGINT)", "INSERT INTO seats_migrations VALUES (20240501)")
		before := d.catalog(t, db)
		require.ErrorContains(t, s.Migrate(t.Context()), "sqlstore: the table seats_migrations"+ours)
		require.Equal(t, before, d.catalog(t, db))
	})
}

func TestTheTableOfMigrationsIsSomebodyElses(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		s, db := d.store(t, sqlstore.Options{})
		execAll(t, db, "CREATE TABLE seats_migrations (id INTEGER, batch INTEGER)")
		breaks(t, d, s, func(db *sql.DB) {
			execAll(t, db, "ALTER TABLE seats_migrations RENAME TO batches")
		}, "nothing was applied: the table seats_migrations"+ours)
	})
}

func TestAnIndexOfTheHostIsInTheWay(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		s, db := d.store(t, sqlstore.Options{})
		execAll(t, db, "CREATE TABLE flights (seat INTEGER)", "CREATE INDEX seats_users_by_name ON flights (seat)")
		if d.dialect == sqlstore.MySQL {
			require.NoError(t, s.Migrate(t.Context()), "the names of indexes are those of a table")
			return
		}
		breaks(t, d, s, func(db *sql.DB) { execAll(t, db, "DROP INDEX seats_users_by_name") }, "migration 1, tables, failed at statement ", "already")
	})
}

func TestNobodyMayMakeTables(t *testing.T) {
	t.Parallel()
	t.Run("PostgreSQL", func(t *testing.T) {
		d, role := postgres.blank(t), newName()
		execAll(t, d.open(t), "CREATE ROLE "+role+" LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
		s, _ := d.as(role).store(t, sqlstore.Options{})
		breaks(t, d, s, func(db *sql.DB) { execAll(t, db, "GRANT CREATE ON SCHEMA public TO "+role) },
			"migration 1, tables, failed at statement 1 of ", "and nothing was applied: ", "permission denied")
	})
	t.Run("MariaDB", func(t *testing.T) {
		d, user := mariadb.blank(t), newName()
		may := func(what, where string) string {
			return "GRANT " + what + " ON " + d.database() + "." + where + " TO " + user
		}
		execAll(t, d.open(t), "CREATE OR REPLACE USER "+user, may("SELECT, INSERT", "*"))
		s, db := d.as(user).store(t, sqlstore.Options{})
		db.SetMaxIdleConns(0) // a connection knows its rights from when it began
		require.ErrorContains(t, s.Migrate(t.Context()), "migration 1, tables, failed at statement 1 of 6, and nothing was applied: ")
		execAll(t, d.open(t), may("CREATE", "seats_migrations"), may("CREATE", "seats_accounts"))
		breaks(t, d, s, func(db *sql.DB) { execAll(t, db, may("CREATE", "*")) },
			"migration 1, tables, failed at statement 3 of 6, and the statements before it were applied: ", "denied")
	})
}

func TestTheVersionMayNotBeRead(t *testing.T) {
	t.Parallel()
	d, role := postgres.blank(t), newName()
	_, db := d.migrated(t)
	execAll(t, db, "CREATE ROLE "+role+" LOGIN", "GRANT CREATE ON SCHEMA public TO "+role)
	s, _ := d.as(role).store(t, sqlstore.Options{})
	require.ErrorContains(t, s.Migrate(t.Context()), "permission denied for table seats_migrations")
	require.ErrorContains(t, s.Verify(t.Context()), "permission denied for table seats_migrations")
}

// TestAStoreNeedsFewerRightsThanMigrate is for hosts who let somebody else migrate.
func TestAStoreNeedsFewerRightsThanMigrate(t *testing.T) {
	t.Parallel()
	works := func(t *testing.T, d blank) {
		s, _ := d.migrated(t)
		require.NoError(t, s.Verify(t.Context()))
		workThrough(t, s)
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		d, role := postgres.blank(t), newName()
		_, db := d.migrated(t)
		execAll(t, db, "CREATE ROLE "+role+" LOGIN", "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO "+role)
		works(t, d.as(role))
	})
	t.Run("MariaDB", func(t *testing.T) {
		d, user := mariadb.blank(t), newName()
		_, db := d.migrated(t)
		execAll(t, db, "CREATE OR REPLACE USER "+user, "GRANT SELECT, INSERT, UPDATE ON "+d.database()+".* TO "+user)
		works(t, d.as(user))
	})
}

func TestTheDiskIsFull(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		d := sqlite.blank(t)
		small := d
		small.source += "&_pragma=max_page_count(8)"
		s, db := small.store(t, sqlstore.Options{})
		db.SetMaxOpenConns(1)
		breaks(t, d, s, func(*sql.DB) { execAll(t, db, "PRAGMA max_page_count = 1000") }, "failed", "full")
	})
	t.Run("SQLite, really", func(t *testing.T) {
		folder := servers.SmallDisk(t, 64<<10)
		d := blank{sqlite, "sqlite", "file:" + folder + "/seats.db"}
		s, db := d.store(t, sqlstore.Options{})
		require.ErrorContains(t, s.Migrate(t.Context()), "full")
		require.Error(t, s.Verify(t.Context()))
		require.Empty(t, d.catalog(t, db))
	})
}

// TestMigrateEndedBeforeItWroteDownWhatItDid is about MariaDB, where the two are not one
// transaction: however much is not written down, Migrate makes up for it.
func TestMigrateEndedBeforeItWroteDownWhatItDid(t *testing.T) {
	withNextVersion(t, func(t *testing.T) {
		d := mariadb.blank(t)
		s, db := d.migrated(t)
		all := d.catalog(t, db)
		for last := range allVersions(s) {
			execAll(t, db, fmt.Sprint("DELETE FROM seats_migrations WHERE version > ", last))
			require.NoError(t, s.Migrate(t.Context()))
			require.Equal(t, allVersions(s), recorded(t, db))
		}
		execAll(t, db, "DROP TABLE seats_migrations")
		require.NoError(t, s.Migrate(t.Context()))
		require.Equal(t, allVersions(s), recorded(t, db))
		require.Equal(t, all, d.catalog(t, db))
	})
}

// TestTheServerBreaksDownMeanwhile kills it while Migrate waits for somebody else.
func TestTheServerBreaksDownMeanwhile(t *testing.T) {
	if !long.On() {
		t.Skip("a server takes its time to start again")
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		d := postgres.blank(t)
		s, db := d.store(t, sqlstore.Options{})
		rival, err := db.Begin()
		require.NoError(t, err)
		_, err = rival.Exec(s.Migrations()[0].Statements[0])
		require.NoError(t, err)
		breaksDown(t, s, db, servers.Postgres(t), postgresWaits)
	})
	t.Run("MariaDB", func(t *testing.T) {
		d := mariadb.blank(t)
		s, db := d.store(t, sqlstore.Options{})
		execAll(t, db, s.Migrations()[0].Statements[0])
		rival, err := db.Begin()
		require.NoError(t, err)
		_, err = rival.Exec(recordOf(s.Migrations()[0]))
		require.NoError(t, err)
		breaksDown(t, s, db, servers.MariaDB(t), mariaDBWaits)
	})
}

func breaksDown(t *testing.T, s *sqlstore.Store, db *sql.DB, server *servers.Server, migrateWaits string) {
	end := make(chan error)
	go func() { end <- s.Migrate(context.Background()) }()
	awaitOne(t, db, migrateWaits)
	server.Kill()
	err := <-end
	require.ErrorContains(t, err, "sqlstore: from version 0 to ")
	require.NotContains(t, err.Error(), "nothing was written", "which is not so on MariaDB")
	server.Start(t)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Verify(t.Context()))
	require.Equal(t, allVersions(s), recorded(t, db))
}

func TestMigrateEndsWithItsContext(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		s, db := d.store(t, sqlstore.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, s.Migrate(ctx), context.Canceled)
		err := s.Verify(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.NotContains(t, err.Error(), "prefix")
		require.Empty(t, d.catalog(t, db))
	})
}

func TestMigrateMeetsNoServer(t *testing.T) {
	t.Parallel()
	for _, d := range []blank{
		{postgres, "pgx", "postgres://postgres@127.0.0.1:1/seats?sslmode=disable"},
		{mariadb, "mysql", "root@tcp(127.0.0.1:1)/seats"},
	} {
		s, _ := d.store(t, sqlstore.Options{})
		require.ErrorContains(t, s.Migrate(t.Context()), "nothing was applied: ")
		err := s.Verify(t.Context())
		require.Error(t, err)
		require.NotContains(t, err.Error(), "prefix")
	}
}
