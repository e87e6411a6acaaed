package sqltest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// allMigrate lets processes, each with a database of its own to connect to, migrate at
// once.
func allMigrate(t *testing.T, processes ...blank) {
	begin := make(chan struct{})
	ends := make(chan error)
	for _, d := range processes {
		s, db := d.store(t, sqlstore.Options{})
		require.NoError(t, db.Ping())
		go func() {
			<-begin
			ends <- errors.Join(s.Migrate(context.Background()), s.Verify(context.Background()))
		}()
	}
	close(begin)
	for range processes {
		require.NoError(t, <-ends)
	}
	s, db := processes[0].store(t, sqlstore.Options{})
	require.Equal(t, allVersions(s), recorded(t, db))
}

func TestEightProcessesMigrateAtOnce(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		allMigrate(t, d, d, d, d, d, d, d, d)
	})
	t.Run("SQLite without patience", func(t *testing.T) {
		d := sqlite.blank(t).impatient()
		allMigrate(t, d, d, d, d, d, d, d, d)
	})
	t.Run("SQLite whose transactions begin with the lock", func(t *testing.T) {
		d := sqlite.blank(t).impatient()
		d.source += "?_txlock=immediate"
		allMigrate(t, d, d, d, d, d, d, d, d)
	})
	t.Run("SQLite without a write-ahead log", func(t *testing.T) {
		d := sqlite.blank(t)
		d.source = strings.Replace(d.source, "WAL", "DELETE", 1)
		allMigrate(t, d, d, d, d, d, d, d, d)
	})
	t.Run("PostgreSQL that is strict", func(t *testing.T) {
		d := postgres.blank(t)
		d.source += "&default_transaction_isolation=serializable"
		allMigrate(t, d, d, d, d, d, d, d, d)
	})
	t.Run("PostgreSQL through lib/pq", func(t *testing.T) {
		d := postgres.blank(t)
		d.driver = "postgres"
		allMigrate(t, d, d, d, d, d, d, d, d)
	})
}

func TestProcessesOnAllNodesOfGaleraMigrateAtOnce(t *testing.T) {
	t.Parallel()
	if !long.On() {
		t.Skip("a cluster takes its time to start")
	}
	driver, nodes := galera.dsn(t, newName())
	var processes []blank
	for _, source := range nodes {
		d := blank{galera, driver, source}
		processes = append(processes, d, d)
	}
	allMigrate(t, processes...)
}

// TestARivalHasBegun lets a rival make the first table, and then, when Migrate has to
// wait for it, the others too, or none.
func TestARivalHasBegun(t *testing.T) {
	t.Parallel()
	for _, goesOn := range []bool{true, false} {
		t.Run(fmt.Sprint("and goes on: ", goesOn), func(t *testing.T) {
			t.Run("SQLite", func(t *testing.T) {
				d := sqlite.blank(t)
				waits := make(chan struct{}, 100)
				s, _ := d.impatient().store(t, sqlstore.Options{Classify: func(err error) sqlstore.Class {
					c := sqlstore.Classify(err)
					if c == sqlstore.Again {
						waits <- struct{}{}
					}
					return c
				}})
				againstARival(t, d, s, goesOn, func(*sql.DB) { <-waits })
			})
			t.Run("PostgreSQL", func(t *testing.T) {
				d := postgres.blank(t)
				s, _ := d.store(t, sqlstore.Options{})
				againstARival(t, d, s, goesOn, func(db *sql.DB) { awaitOne(t, db, postgresWaits) })
			})
		})
	}
}

func againstARival(t *testing.T, d blank, s *sqlstore.Store, goesOn bool, migrateWaits func(*sql.DB)) {
	db := d.open(t)
	rival, err := db.Begin()
	require.NoError(t, err)
	for i, text := range statementsOf(s) {
		if i > 0 && !goesOn {
			break
		}
		_, err := rival.Exec(text)
		require.NoError(t, err)
	}
	end := make(chan error)
	go func() { end <- s.Migrate(context.Background()) }()
	migrateWaits(db)
	if goesOn {
		require.NoError(t, rival.Commit())
	} else {
		require.NoError(t, rival.Rollback())
	}
	require.NoError(t, <-end)
	require.NoError(t, s.Verify(t.Context()))
	require.Equal(t, allVersions(s), recorded(t, db))
}

// TestARivalIsAboutToWriteDownWhatItDid: on MariaDB nobody waits for tables. Both have
// made them all, and the rival is at its second record.
func TestARivalIsAboutToWriteDownWhatItDid(t *testing.T) {
	withNextVersion(t, func(t *testing.T) {
		for _, commits := range []bool{true, false} {
			t.Run(fmt.Sprint("and commits: ", commits), func(t *testing.T) {
				d := mariadb.blank(t)
				s, db := d.store(t, sqlstore.Options{})
				for _, m := range s.Migrations() {
					execAll(t, db, m.Statements[:len(m.Statements)-1]...)
				}
				rival, err := db.Begin()
				require.NoError(t, err)
				for _, m := range s.Migrations() {
					_, err := rival.Exec(recordOf(m))
					require.NoError(t, err)
				}
				end := make(chan error)
				go func() { end <- s.Migrate(context.Background()) }()
				awaitOne(t, db, mariaDBWaits)
				if commits {
					require.NoError(t, rival.Commit())
				} else {
					require.NoError(t, rival.Rollback())
				}
				require.NoError(t, <-end)
				require.Equal(t, allVersions(s), recorded(t, db))
			})
		}
	})
}

// Whether somebody waits for another to go on.
const (
	postgresWaits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
	mariaDBWaits  = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'INSERT%'"
)

// awaitOne returns when the query counts one.
func awaitOne(t *testing.T, db *sql.DB, query string) {
	require.Eventually(t, func() bool { return rowsOf(t, db, query)[0] == "1" }, time.Minute, 20*time.Millisecond)
}
