package sqltest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

func TestMigrateMakesTheTablesThroughOneConnection(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		s, db := d.store(t, sqlstore.Options{})
		db.SetMaxOpenConns(1)
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, s.Verify(t.Context()))
		require.Equal(t, allVersions(s), recorded(t, db))
	})
}

func TestMigrateOnlyReadsWhereThereIsNothingToDo(t *testing.T) {
	readOnly := map[sqlstore.Dialect]string{
		sqlstore.SQLite:   "PRAGMA query_only = 1",
		sqlstore.Postgres: "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
		sqlstore.MySQL:    "SET SESSION TRANSACTION READ ONLY",
	}
	onBlank(t, func(t *testing.T, d blank) {
		d.migrated(t)
		s, db := d.store(t, sqlstore.Options{})
		db.SetMaxOpenConns(1)
		execAll(t, db, readOnly[d.dialect])
		_, err := db.Exec("INSERT INTO seats_migrations (version, name) VALUES (99, 'other')")
		require.Error(t, err, "the connection can write")
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, s.Verify(t.Context()))
	})
}

// TestMigrate_rights: the catalog tells of tables that may not be read.
func TestMigrate_rights(t *testing.T) {
	t.Parallel()
	d, role := postgres.blank(t), newName()
	_, db := d.migrated(t)
	execAll(t, db, "CREATE ROLE "+role+" LOGIN", "GRANT SELECT ON seats_migrations TO "+role)
	s, _ := d.as(role).store(t, sqlstore.Options{})
	for _, look := range []func(context.Context) error{s.Migrate, s.Verify} {
		require.ErrorContains(t, look(t.Context()), "sqlstore: the table seats_accounts can't be read: ")
		require.ErrorContains(t, look(t.Context()), "permission denied for table seats_accounts")
	}
}

func TestMigrationsByHandGiveWhatMigrateGives(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		all, rows := d.catalog(t, db), recorded(t, db)
		require.NotEmpty(t, all)

		other := d.engine.blank(t)
		hand, db := other.store(t, sqlstore.Options{})
		byHand(t, db, hand.Migrations())
		require.NoError(t, hand.Verify(t.Context()))
		require.Equal(t, all, other.catalog(t, db))
		require.Equal(t, rows, recorded(t, db))
	})
}

// TestMigrateGoesOnFromEveryVersion: to version 1, and from there to the next.
func TestMigrateGoesOnFromEveryVersion(t *testing.T) {
	withNextVersion(t, func(t *testing.T) {
		onBlank(t, func(t *testing.T, d blank) {
			s, db := d.store(t, sqlstore.Options{})
			count := len(s.Migrations())
			for have := range count {
				s, err := sqlstore.New(db, d.dialect, sqlstore.Options{Prefix: fmt.Sprintf("from%d_", have)})
				require.NoError(t, err)
				all := s.Migrations()
				byHand(t, db, all[:have])
				if have > 0 {
					require.EqualError(t, s.Verify(t.Context()), fmt.Sprintf(
						"sqlstore: the tables are of version %d and this release needs %d: call Migrate", have, count))
				}
				require.NoError(t, s.Migrate(t.Context()))
				require.NoError(t, s.Verify(t.Context()))
			}
		})
	})
}
