package sqltest_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/proxy"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// told requires that an error of a driver is of that class.
func told(t *testing.T, want sqlstore.Class, err error, what string) {
	t.Helper()
	require.Error(t, err, what)
	require.Equal(t, want, sqlstore.Classify(err), "%s: %v", what, err)
	require.Equal(t, want, sqlstore.Classify(fmt.Errorf("wrapped: %w", err)), "%s: %v", what, err)
}

// scratch returns a database with a table of numbers, 1 and 2.
func scratch(t *testing.T, e engine) (db *sql.DB, exec func(text string) error) {
	db = e.databases(t)[0]
	exec = func(text string) error {
		_, err := db.ExecContext(t.Context(), text)
		return err
	}
	require.NoError(t, exec("CREATE TABLE numbers (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL UNIQUE, CHECK (n >= 0))"))
	require.NoError(t, exec("INSERT INTO numbers VALUES (1, 1), (2, 2)"))
	return db, exec
}

// crossed returns the error of that of two transactions which the server ends, because
// each waits for the other.
func crossed(t *testing.T, db *sql.DB, first ...string) error {
	errs := make(chan error, 2)
	ready := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	for i := range 2 {
		go func() {
			tx, err := db.BeginTx(t.Context(), nil)
			for _, text := range append(first, fmt.Sprintf("UPDATE numbers SET n = n + 10 WHERE id = %d", i+1)) {
				if err == nil {
					_, err = tx.ExecContext(t.Context(), text)
				}
			}
			close(ready[i])
			<-ready[1-i]
			if err == nil {
				_, err = tx.ExecContext(t.Context(), fmt.Sprintf("UPDATE numbers SET n = n + 10 WHERE id = %d", 2-i))
			}
			errs <- err
			_ = tx.Rollback()
		}()
	}
	first1, second := <-errs, <-errs
	if first1 != nil {
		return first1
	}
	return second
}

// killed returns the error of a statement whose connection is ended meanwhile.
func killed(t *testing.T, db *sql.DB, id, sleep, asleep, kill string) error {
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	var number int
	require.NoError(t, conn.QueryRowContext(t.Context(), id).Scan(&number))
	failed := make(chan error, 1)
	go func() {
		rows, err := conn.QueryContext(t.Context(), sleep)
		for err == nil && rows.Next() {
		}
		if err == nil {
			err = rows.Err()
		}
		failed <- err
	}()
	require.Eventually(t, func() bool {
		var n int
		return db.QueryRowContext(t.Context(), fmt.Sprintf(asleep, number)).Scan(&n) == nil && n == 1
	}, time.Minute, time.Millisecond)
	_, err = db.ExecContext(t.Context(), fmt.Sprintf(kill, number))
	require.NoError(t, err)
	return <-failed
}

// common provokes what every engine has.
func common(t *testing.T, db *sql.DB, exec func(string) error) {
	require.NoError(t, exec("UPDATE numbers SET n = id"))
	told(t, sqlstore.Duplicate, exec("INSERT INTO numbers VALUES (1, 3)"), "a primary key")
	told(t, sqlstore.Duplicate, exec("INSERT INTO numbers VALUES (3, 1)"), "a unique key")
	told(t, sqlstore.Broken, exec("INSERT INTO numbers VALUES (3, -1)"), "a check")
	told(t, sqlstore.Refused, exec("INSERT INTO numbers VALUES (3, NULL)"), "not null")
	told(t, sqlstore.Refused, exec("INSERT INTO missing VALUES (3)"), "no table")
	told(t, sqlstore.Refused, exec("no such statement"), "syntax")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := db.ExecContext(ctx, "INSERT INTO numbers VALUES (3, 3)")
	told(t, sqlstore.Lost, err, "an ended context, of which the store knows more")
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	_, err = tx.ExecContext(t.Context(), "INSERT INTO numbers VALUES (3, 3)")
	told(t, sqlstore.Refused, err, "a transaction that is over")
	require.NoError(t, db.Close())
	told(t, sqlstore.Refused, exec("INSERT INTO numbers VALUES (3, 3)"), "a closed database")
}

func TestClassify_postgres(t *testing.T) {
	t.Parallel()
	for _, e := range []engine{postgres, variant(t, "PostgreSQL, lib-pq")} {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			db, exec := scratch(t, e)
			told(t, sqlstore.Again, crossed(t, db, "SET LOCAL deadlock_timeout = '1ms'"), "a deadlock")
			old, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
			require.NoError(t, err)
			_, err = old.ExecContext(t.Context(), "SELECT n FROM numbers")
			require.NoError(t, err)
			require.NoError(t, exec("UPDATE numbers SET n = n + 10"))
			_, err = old.ExecContext(t.Context(), "UPDATE numbers SET n = n + 10")
			told(t, sqlstore.Again, err, "a serialization failure")
			_, err = old.ExecContext(t.Context(), "SELECT 1")
			told(t, sqlstore.Refused, err, "a transaction that has failed")
			require.NoError(t, old.Rollback())
			holder, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			_, err = holder.ExecContext(t.Context(), "UPDATE numbers SET n = n + 10")
			require.NoError(t, err)
			told(t, sqlstore.Again, exec("SELECT n FROM numbers FOR UPDATE NOWAIT"), "a lock")
			require.NoError(t, holder.Rollback())
			told(t, sqlstore.Lost, killed(t, db, "SELECT pg_backend_pid()", "SELECT pg_sleep(60)",
				"SELECT COUNT(*) FROM pg_stat_activity WHERE pid = %d AND wait_event = 'PgSleep'", "SELECT pg_terminate_backend(%d)"), "a killed connection")
			common(t, db, exec)
		})
	}
}

func TestClassify_mariadb(t *testing.T) {
	t.Parallel()
	db, exec := scratch(t, mariadb)
	told(t, sqlstore.Again, crossed(t, db), "a deadlock")
	holder, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = holder.ExecContext(t.Context(), "UPDATE numbers SET n = n + 10")
	require.NoError(t, err)
	told(t, sqlstore.Again, exec("SELECT n FROM numbers FOR UPDATE NOWAIT"), "a lock")
	require.NoError(t, holder.Rollback())
	for _, kill := range []string{"KILL CONNECTION %d", "KILL QUERY %d"} {
		told(t, sqlstore.Lost, killed(t, db, "SELECT CONNECTION_ID()", "SELECT 1 FROM numbers WHERE SLEEP(60) = 0",
			"SELECT COUNT(*) FROM information_schema.processlist WHERE id = %d AND state = 'User sleep'", kill), kill)
	}
	common(t, db, exec)
}

func TestClassify_sqlite(t *testing.T) {
	t.Parallel()
	impatient := sqlite
	impatient.dsn = func(t testing.TB, database string) (string, []string) {
		driver, sources := inFile(t, database)
		return driver, []string{strings.Replace(sources[0], "busy_timeout(10000)", "busy_timeout(0)", 1)}
	}
	db, exec := scratch(t, impatient)
	old, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	var n int
	require.NoError(t, old.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM numbers").Scan(&n))
	holder, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = holder.ExecContext(t.Context(), "UPDATE numbers SET n = n + 10")
	require.NoError(t, err)
	told(t, sqlstore.Again, exec("UPDATE numbers SET n = n + 10"), "busy")
	require.NoError(t, holder.Commit())
	_, err = old.ExecContext(t.Context(), "UPDATE numbers SET n = n + 10")
	told(t, sqlstore.Again, err, "an old snapshot")
	require.NoError(t, old.Rollback())
	common(t, db, exec)
}

// TestClassify_line has a line that is cut, and a closed port.
func TestClassify_line(t *testing.T) {
	t.Parallel()
	for _, c := range distant(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newProxy(t, c.server(t).Address())
			t.Run("cut", func(t *testing.T) {
				_, exec := scratch(t, through(p, c.engine))
				p.Cut("+ 1000", proxy.BeforeTheAnswer, 9)
				told(t, sqlstore.Lost, exec("UPDATE numbers SET n = n + 1000"), "an answer that was lost")
			})
			p.Close()
			t.Run("no server", func(t *testing.T) {
				_, err := through(p, c.engine).databases(t)[0].ExecContext(t.Context(), "SELECT 1")
				told(t, sqlstore.Refused, err, "no server")
			})
		})
	}
}

// A far engine is behind a line that can be cut.
type far struct {
	engine
	server func(testing.TB) *servers.Server
	marker string // in what commits
	resent bool   // by database/sql, since lib/pq says that it was not sent
}

func distant(t *testing.T) []far {
	return []far{
		{postgres, servers.Postgres, "invited", false},
		{variant(t, "PostgreSQL, lib-pq"), servers.Postgres, "invited", true},
		{mariadb.unprepared(), servers.MariaDB, "COMMIT", false}, // a session keeps the text otherwise
		{variant(t, "MariaDB, transactions"), servers.MariaDB, "COMMIT", false},
	}
}

// TestKeeper_Do_lostAnswer cuts the line before or after the server has carried the commit
// out. The store answers ErrUnknown, and the Keeper finds the result.
func TestKeeper_Do_lostAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range distant(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newProxy(t, c.server(t).Address())
			st := through(p, c.engine).open(t).stores[0]
			k := open(t, st, 99)
			want := []users.ID{"olive"}
			for i, when := range []proxy.Moment{proxy.BeforeTheAnswer, proxy.BeforeTheRequest} {
				// At the store.
				id := users.ID(fmt.Sprint("a", i))
				change := planned(t, st, invite(id))
				p.Cut(c.marker, when, 1)
				err := commit(t.Context(), st, change)
				landed := when == proxy.BeforeTheAnswer || c.resent
				switch {
				case c.resent && when == proxy.BeforeTheAnswer:
					require.ErrorIs(t, err, store.ErrConflict, "it has met itself")
				case c.resent:
					require.NoError(t, err)
				default:
					require.ErrorIs(t, err, store.ErrUnknown)
				}
				require.Equal(t, map[bool]int{true: 2, false: 1}[c.resent], p.Requests())
				if landed {
					want = append(want, id)
				}
				require.ElementsMatch(t, want, people(t, k))

				// With the Keeper.
				id = users.ID(fmt.Sprint("k", i))
				p.Cut(c.marker, when, 1)
				done, err := k.Do(t.Context(), acme, olive, invite(id))
				require.NoError(t, err)
				require.Len(t, done.Events, 1)
				want = append(want, id)
				require.ElementsMatch(t, want, people(t, k))
				require.EqualValues(t, len(want), revision(t, k))
				events, err := st.Events(t.Context(), acme, seats.EventFilter{User: id}, 9)
				require.NoError(t, err)
				require.Len(t, events, 1)
			}
		})
	}
}

// TestKeeper_Do_cutLine cuts the line before the COMMIT: the transaction ends with its
// connection, and the result is known.
func TestKeeper_Do_cutLine(t *testing.T) {
	t.Parallel()
	p := newProxy(t, servers.MariaDB(t).Address())
	st := through(p, variant(t, "MariaDB, transactions")).open(t).stores[0]
	k := open(t, st, 9)
	for _, when := range []proxy.Moment{proxy.BeforeTheRequest, proxy.BeforeTheAnswer} {
		for _, marker := range []string{"START TRANSACTION", "UPDATE seats_accounts", "INSERT INTO seats_events"} {
			p.Cut(marker, when, 9)
			_, err := k.Do(t.Context(), acme, olive, invite("ada"))
			p.Cut("", when, 0)
			require.Error(t, err)
			require.NotErrorIs(t, err, store.ErrUnknown)
			require.Equal(t, []users.ID{"olive"}, people(t, k))
		}
	}
	works(t, st, "bob")
}
