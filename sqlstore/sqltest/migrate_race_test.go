package sqltest_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// TestStore_Migrate_atOnce has eight processes call it.
func TestStore_Migrate_atOnce(t *testing.T) {
	opened := func(e engine, change func(*blank)) func(*testing.T) []blank {
		return func(t *testing.T) []blank {
			d := e.blank(t)
			change(&d)
			return slices.Repeat([]blank{d}, 8)
		}
	}
	same := func(*blank) {}
	t.Parallel()
	for name, processes := range map[string]func(*testing.T) []blank{
		"SQLite":                     opened(sqlite, same),
		"SQLite, no wait for a lock": opened(sqlite, func(d *blank) { *d = d.impatient() }),
		"SQLite, immediate":          opened(sqlite, func(d *blank) { *d = d.impatient(); d.source += "?_txlock=immediate" }),
		"SQLite, rollback journal":   opened(sqlite, func(d *blank) { d.source = strings.Replace(d.source, "WAL", "DELETE", 1) }),
		"PostgreSQL":                 opened(postgres, same),
		"PostgreSQL, serializable":   opened(postgres, func(d *blank) { d.source += "&default_transaction_isolation=serializable" }),
		"PostgreSQL, lib-pq":         opened(postgres, func(d *blank) { d.driver = "postgres" }),
		"MariaDB":                    opened(mariadb, same),
		"Galera": func(t *testing.T) (all []blank) {
			long.Only(t)
			driver, nodes := galera.dsn(t, newName())
			for _, source := range nodes {
				all = append(all, blank{galera, driver, source}, blank{galera, driver, source})
			}
			return all
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := make(chan struct{})
			ends := make(chan error)
			all := processes(t)
			for _, d := range all {
				s, db := d.store(t, sqlstore.Options{})
				require.NoError(t, db.Ping())
				go func() {
					<-begin
					ends <- errors.Join(s.Migrate(context.Background()), s.Verify(context.Background()))
				}()
			}
			close(begin)
			for range all {
				require.NoError(t, <-ends)
			}
			s, db := all[0].store(t, sqlstore.Options{})
			require.Equal(t, allVersions(s), recorded(t, db))
		})
	}
}

// TestStore_Migrate_rival has a rival make the first table and then, when Migrate waits for
// it, the others too, or none.
func TestStore_Migrate_rival(t *testing.T) {
	on(t, []engine{sqlite, postgres}, func(t *testing.T, e engine) {
		for name, count := range map[string]int{"commits": 1000, "rolls back": 1} {
			t.Run(name, func(t *testing.T) {
				d := e.blank(t)
				s, db := d.store(t, sqlstore.Options{})
				waits := func() { awaitOne(t, db, postgresWaits) }
				if e.dialect == sqlstore.SQLite {
					met := make(chan struct{}, 100)
					waits = func() { <-met }
					s, _ = d.impatient().store(t, sqlstore.Options{Classify: func(err error) sqlstore.Class {
						class := sqlstore.Classify(err)
						if class == sqlstore.Again {
							met <- struct{}{}
						}
						return class
					}})
				}
				statements := statementsOf(s)
				against(t, s, db, statements[:min(count, len(statements))], count > 1, waits)
			})
		}
	})
}

// rivalRecords is the same on MariaDB, where Migrate waits for no table. Both have made all
// of them, and the rival is at its second record.
func rivalRecords(t *testing.T) {
	for name, commits := range map[string]bool{"commits": true, "rolls back": false} {
		t.Run(name, func(t *testing.T) {
			s, db := mariadb.blank(t).store(t, sqlstore.Options{})
			var records []string
			for _, m := range s.Migrations() {
				execAll(t, db, m.Statements[:len(m.Statements)-1]...)
				records = append(records, recordOf(m))
			}
			against(t, s, db, records, commits, func() { awaitOne(t, db, mariaDBWaits) })
		})
	}
}

// against has Migrate wait for the transaction of a rival, which then ends.
func against(t *testing.T, s *sqlstore.Store, db *sql.DB, statements []string, commits bool, waits func()) {
	t.Helper()
	rival, err := db.Begin()
	require.NoError(t, err)
	for _, text := range statements {
		_, err := rival.Exec(text)
		require.NoError(t, err)
	}
	end := migrating(s)
	waits()
	if commits {
		require.NoError(t, rival.Commit())
	} else {
		require.NoError(t, rival.Rollback())
	}
	require.NoError(t, <-end)
	migratedAll(t, s, db)
}

// The queries for how many connections wait for another one.
const (
	postgresWaits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
	mariaDBWaits  = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'INSERT%'"
)

// awaitOne returns when the query counts one.
func awaitOne(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	require.Eventually(t, func() bool { return rowsOf(t, db, query)[0] == "1" }, time.Minute, 20*time.Millisecond)
}
