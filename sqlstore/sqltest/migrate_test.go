package sqltest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// onBlanks runs each test with an empty database of each engine.
func onBlanks(t *testing.T, tests map[string]func(*testing.T, blank)) {
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { onBlank(t, test) })
	}
}

// longestPrefix is a prefix of as many bytes as it may have. The names of indexes are those
// of a schema on PostgreSQL and of a database on SQLite.
const longestPrefix = "thirty_bytes_are_the_most_of__"

func TestStore_Migrate(t *testing.T) {
	onBlanks(t, map[string]func(*testing.T, blank){
		"one connection": func(t *testing.T, d blank) {
			s, db := d.store(t, sqlstore.Options{})
			db.SetMaxOpenConns(1)
			require.NoError(t, s.Migrate(t.Context()))
			require.NoError(t, s.Verify(t.Context()))
			require.Equal(t, allVersions(s), recorded(t, db))
		},
		"only reads the second time": func(t *testing.T, d blank) {
			d.migrated(t)
			s, db := d.store(t, sqlstore.Options{})
			db.SetMaxOpenConns(1)
			execAll(t, db, map[sqlstore.Dialect]string{
				sqlstore.SQLite:   "PRAGMA query_only = 1",
				sqlstore.Postgres: "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
				sqlstore.MySQL:    "SET SESSION TRANSACTION READ ONLY",
			}[d.dialect])
			_, err := db.Exec("INSERT INTO seats_migrations (version, name) VALUES (99, 'other')")
			require.Error(t, err, "the connection can write")
			require.NoError(t, s.Migrate(t.Context()))
			require.NoError(t, s.Verify(t.Context()))
		},
		"by hand": func(t *testing.T, d blank) {
			_, db := d.migrated(t)
			all, rows := d.catalog(t, db), recorded(t, db)
			require.NotEmpty(t, all)
			other := d.engine.blank(t)
			s, db := other.store(t, sqlstore.Options{})
			execAll(t, db, statementsOf(s)...)
			require.NoError(t, s.Verify(t.Context()))
			require.Equal(t, all, other.catalog(t, db))
			require.Equal(t, rows, recorded(t, db))
		},
		"two prefixes": func(t *testing.T, d blank) {
			first, db := d.migrated(t)
			alone := d.catalog(t, db)
			second, err := sqlstore.New(db, d.dialect, sqlstore.Options{Prefix: longestPrefix})
			require.NoError(t, err)
			require.ErrorContains(t, second.Verify(t.Context()), `is "`+longestPrefix+`" the right prefix`)
			require.NoError(t, second.Migrate(t.Context()))
			require.NoError(t, second.Verify(t.Context()))
			both := d.catalog(t, db)
			require.Len(t, both, 2*len(alone))
			require.Subset(t, both, alone)
			workThrough(t, first)
			_, _, err = second.Tally(t.Context(), "acme", users.Filter{})
			require.ErrorIs(t, err, store.ErrNotFound)
			workThrough(t, second)

			other := d.engine.blank(t)
			s, db := other.store(t, sqlstore.Options{Prefix: longestPrefix})
			require.NoError(t, s.Migrate(t.Context()))
			names := other.catalog(t, db)
			for i := range names {
				names[i] = strings.ReplaceAll(names[i], longestPrefix, "seats_")
			}
			slices.Sort(names)
			require.Equal(t, alone, names)
		},
		// A store of the wrong dialect makes nothing, and the right one finds nothing in its way.
		"wrong dialect": func(t *testing.T, d blank) {
			right, db := d.store(t, sqlstore.Options{})
			refused := func() {
				for _, other := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.Postgres, sqlstore.MySQL} {
					if other == d.dialect {
						continue
					}
					before := d.catalog(t, db)
					wrong, err := sqlstore.New(db, other, sqlstore.Options{})
					require.NoError(t, err)
					text := "sqlstore: the store was made for the dialect " + other.String() + ", and the database is of the dialect " + d.dialect.String()
					require.EqualError(t, wrong.Migrate(t.Context()), text)
					require.EqualError(t, wrong.Verify(t.Context()), text)
					require.Equal(t, before, d.catalog(t, db))
				}
			}
			refused()
			require.NoError(t, right.Migrate(t.Context()))
			refused()
			require.NoError(t, right.Verify(t.Context()))
			workThrough(t, right)
		},
		"ended context": func(t *testing.T, d blank) {
			s, db := d.store(t, sqlstore.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, s.Migrate(ctx), context.Canceled)
			err := s.Verify(ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.NotContains(t, err.Error(), "prefix")
			require.Empty(t, d.catalog(t, db))
		},
	})
	t.Run("no server", func(t *testing.T) {
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
	})
}

// TestStore_Migrate_versions has a release with one more version.
func TestStore_Migrate_versions(t *testing.T) {
	withNextVersion(t, func(t *testing.T) {
		t.Run("from each version", func(t *testing.T) {
			onBlank(t, func(t *testing.T, d blank) {
				s, db := d.store(t, sqlstore.Options{})
				count := len(s.Migrations())
				for have := range count {
					s, err := sqlstore.New(db, d.dialect, sqlstore.Options{Prefix: fmt.Sprintf("from%d_", have)})
					require.NoError(t, err)
					for _, m := range s.Migrations()[:have] {
						execAll(t, db, m.Statements...)
					}
					if have > 0 {
						require.EqualError(t, s.Verify(t.Context()), fmt.Sprintf(
							"sqlstore: the tables are of version %d and this release needs %d: call Migrate", have, count))
					}
					require.NoError(t, s.Migrate(t.Context()))
					require.NoError(t, s.Verify(t.Context()))
				}
			})
		})
		t.Run("rows of other versions", func(t *testing.T) {
			onBlank(t, func(t *testing.T, d blank) {
				s, db := d.store(t, sqlstore.Options{})
				require.ErrorContains(t, s.Verify(t.Context()),
					`sqlstore: the table seats_migrations can't be read; is "seats_" the right prefix, and was Migrate called? `)
				require.NoError(t, s.Migrate(t.Context()))
				all, last := d.catalog(t, db), len(s.Migrations())
				for _, c := range []struct {
					name, statement, text string
					migrates              bool
				}{
					{"older", fmt.Sprint("DELETE FROM seats_migrations WHERE version = ", last),
						fmt.Sprintf("of version %d and this release needs %d: call Migrate", last-1, last), true},
					{"none", "DELETE FROM seats_migrations", fmt.Sprintf("of version 0 and this release needs %d: call Migrate", last), true},
					{"later", fmt.Sprintf("INSERT INTO seats_migrations (version, name) VALUES (%d, 'more'), (%d, 'and_more')", last+1, last+2),
						fmt.Sprintf("of version %d, made by a later release; this one knows them up to %d", last+2, last), false},
					{"gap", "DELETE FROM seats_migrations WHERE version = 1",
						fmt.Sprintf("of version %d, but migration 1 is missing in seats_migrations: it was skipped, or its row was deleted", last), false},
				} {
					execAll(t, db, c.statement)
					require.EqualError(t, s.Verify(t.Context()), "sqlstore: the tables are "+c.text, c.name)
					if !c.migrates {
						require.EqualError(t, s.Migrate(t.Context()), "sqlstore: the tables are "+c.text, c.name)
					}
					execAll(t, db, "DELETE FROM seats_migrations")
					for _, m := range s.Migrations() {
						execAll(t, db, recordOf(m))
					}
					require.NoError(t, s.Verify(t.Context()))
				}
				require.Equal(t, all, d.catalog(t, db))
			})
		})
		// On MariaDB a table and its record are not one transaction.
		t.Run("not recorded", func(t *testing.T) {
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
		t.Run("rival about to record", func(t *testing.T) { rivalRecords(t) })
	})
}

// workThrough opens an account and uses it.
func workThrough(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	k := open(t, s, 2)
	_, err := k.Do(t.Context(), acme, olive, invite("ada"))
	require.NoError(t, err)
	revision(t, k)
	events, err := k.Drain(t.Context(), eventwise("mails", func(context.Context, seats.Event) error { return nil }))
	require.NoError(t, err)
	require.Positive(t, events)
}
