package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// A state is an error as lib/pq and pgx have it, and a code as modernc.org/sqlite has it.
type (
	state string
	code  int
	// A spoken is a state with another text.
	spoken struct {
		state
		text string
	}
)

func (s spoken) Error() string   { return s.text }
func (s state) Error() string    { return "ERROR: with a text (SQLSTATE " + string(s) + ")" }
func (s state) SQLState() string { return string(s) }
func (c code) Error() string     { return fmt.Sprintf("with a text (%d)", int(c)) }
func (c code) Code() int         { return int(c) }

// TestClassify has the texts of errors. Package sqltest provokes them on the engines.
func TestClassify(t *testing.T) {
	for want, all := range map[sqlstore.Class][]error{
		sqlstore.Again: {
			state("40001"), state("40P01"), state("55P03"),
			errors.New("Error 1213 (40001): Deadlock found when trying to get lock; try restarting transaction"),
			errors.New("Error 1205: Lock wait timeout exceeded"), errors.New("Error 1020 (HY000): Record has changed since last read in table 'x'"),
			errors.New("Error 9007 (HY000): Write conflict, txnStartTS=1, key={tableID=1} [try again later]"), errors.New("Error 8022 (HY000): [kv:8022]Error: KV error safe to retry [try again later]"),
			errors.New("Error 8002: [8002]can not retry select for update statement"), errors.New("Error 8005 (HY000): Write conflict, txnStartTS is stale"), errors.New("Error 8028 (HY000): Information schema is changed during the execution"),
			code(5), code(6), code(517), code(261), code(262),
			errors.New("database is locked"), errors.New("database table is locked: seats_users"),
		},
		sqlstore.Duplicate: {
			state("23505"), errors.New("Error 1062 (23000): Duplicate entry 'Error 1213: x' for key 'PRIMARY'"), code(2067), code(1555),
			errors.New("UNIQUE constraint failed: seats_users.account, seats_users.id"),
		},
		sqlstore.Broken: {
			state("23514"), errors.New("Error 4025 (23000): CONSTRAINT `CONSTRAINT_1` failed for `x`.`seats_pools`"),
			errors.New("Error 3819 (HY000): Check constraint 'c' is violated."), code(275), errors.New("CHECK constraint failed: held >= 0"),
		},
		sqlstore.Lost: {
			state("08006"), state("08P01"), state("40003"), state("57P01"), state("57P02"),
			spoken{"53100", "PANIC: could not write to file (SQLSTATE 53100)"}, spoken{"42501", "PANIC: could not open file (SQLSTATE 42501)"},
			spoken{"53100", "pq: could not write to file (53100)"}, spoken{"58030", "pq: could not fsync file (58030)"}, spoken{"XX000", "PANIK: x"},
			errors.New("Error 2013 (HY000): Lost connection to server during query"), errors.New("Error 1317 (70100): Query execution was interrupted"),
			errors.New("Error 1969 (70100): Query execution was interrupted (max_statement_time exceeded)"),
			errors.New("Error 1180 (HY000): Got error 6 \"No such device or address\" during COMMIT"),
			errors.New("invalid connection"), driver.ErrBadConn, context.Canceled, context.DeadlineExceeded, errors.New("unexpected EOF"),
			&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, errors.New("what no driver says"),
		},
		sqlstore.Refused: {
			state("42P01"), state("25006"), state("25P02"), state("57P03"), state("57014"), state("53100"), state("58030"), state("22021"), state(""),
			spoken{"53300", "pq: sorry, too many clients already (53300)"}, spoken{"42501", "pq: permission denied (42501)"},
			errors.New("Error 1406 (22001): Data too long for column 'id' at row 1"), errors.New("Error 1047 (08S01): WSREP has not yet prepared node for application use"),
			code(1), code(8), code(13), code(1299),
			&net.OpError{Op: "dial", Err: errors.New("connection refused")}, sql.ErrConnDone, sql.ErrTxDone, errors.New("sql: database is closed"),
			errors.New("packet for query is too large. Try adjusting the `Config.MaxAllowedPacket`"),
			errors.New("failed to connect to `user=x database=x`: 127.0.0.1:1: unexpected EOF"),
		},
	} {
		for _, err := range all {
			require.Equal(t, want, sqlstore.Classify(err), "%v", err)
			require.Equal(t, want, sqlstore.Classify(fmt.Errorf("wrapped: %w", err)), "%v", err)
		}
	}
}

// failing is a store on a database that answers no statement.
func failing(t *testing.T, classify func(error) sqlstore.Class) *sqlstore.Store {
	t.Helper()
	db := sql.OpenDB(mute{})
	t.Cleanup(func() { _ = db.Close() })
	s, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Options{Classify: classify, Unprepared: true})
	require.NoError(t, err)
	return s
}

// mute is a database on which every statement fails once the driver has it.
type mute struct{ nowhere }

func (mute) Connect(context.Context) (driver.Conn, error) { return muteConn{}, nil }

type muteConn struct{ driver.Conn }

func (muteConn) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return nil, errNowhere
}

func (muteConn) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return nil, errNowhere
}

func (muteConn) Close() error { return nil }

// TestOptions_Classify: the host's function classifies the errors of an unknown driver.
func TestOptions_Classify(t *testing.T) {
	change := seats.Change{Base: 1, Account: seats.Account{ID: "acme", Revision: 2}}
	for class, want := range map[sqlstore.Class]error{
		sqlstore.Again: store.ErrConflict, sqlstore.Lost: store.ErrUnknown, sqlstore.Refused: errNowhere, sqlstore.Broken: errNowhere,
	} {
		asked := 0
		s := failing(t, func(err error) sqlstore.Class {
			require.ErrorIs(t, err, errNowhere)
			asked++
			return class
		})
		results, err := s.Commit(t.Context(), change)
		if err == nil {
			err = results[0].Err
		}
		require.ErrorIs(t, err, want)
		require.Positive(t, asked)
		require.Equal(t, class == sqlstore.Lost, errors.Is(err, store.ErrUnknown))

		for name, read := range map[string]func() error{
			"load":     func() error { _, err := s.Load(t.Context(), seats.Need{Account: "acme", Admins: true}); return err },
			"accounts": func() error { _, err := s.Accounts(t.Context(), "", 9); return err },
		} {
			asked = 0
			err = read()
			require.ErrorIs(t, err, errNowhere)
			require.ErrorContains(t, err, "sqlstore: "+name+": ")
			require.NotErrorIs(t, err, store.ErrUnknown, "a reading leaves nothing open")
			require.Equal(t, map[bool]int{true: 5, false: 1}[class == sqlstore.Again || class == sqlstore.Lost], asked, "it is tried again where that may help")
		}
	}
}

// TestStore_Commit_neverReached: without a connection nothing is written, whatever the class
// of the error.
func TestStore_Commit_neverReached(t *testing.T) {
	for _, d := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.Postgres, sqlstore.MySQL} {
		db := sql.OpenDB(nowhere{})
		defer db.Close()
		s, err := sqlstore.New(db, d, sqlstore.Options{Unprepared: true, Classify: func(error) sqlstore.Class { return sqlstore.Lost }})
		require.NoError(t, err)
		_, err = s.Commit(t.Context(), seats.Change{Base: 1, Account: seats.Account{ID: "acme", Revision: 2}})
		require.ErrorIs(t, err, errNowhere, d)
		require.NotErrorIs(t, err, store.ErrUnknown, d)
		err = s.Advance(t.Context(), store.Progress{Consumer: "mails", Account: "acme"}, store.Progress{Consumer: "mails", Account: "acme"})
		require.ErrorIs(t, err, errNowhere, d)
		require.NotErrorIs(t, err, store.ErrUnknown, d)
	}
}

func TestStore_ended_context(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := failing(t, nil)
	_, err := s.Load(ctx, seats.Need{Account: "acme"})
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Accounts(ctx, "", 9)
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Commit(ctx, seats.Change{Base: 1, Account: seats.Account{ID: "acme", Revision: 2}})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, store.ErrUnknown, "it was not sent")
	require.ErrorIs(t, s.Advance(ctx, store.Progress{}, store.Progress{}), context.Canceled)
}

// A lateTimer is a context whose deadline is over, and whose timer is late.
type lateTimer struct{ context.Context }

func (lateTimer) Deadline() (time.Time, bool) { return time.Now().Add(-time.Microsecond), true }

// A deadLine can't be dialled in time.
type deadLine struct{ driver.Connector }

func (deadLine) Connect(context.Context) (driver.Conn, error) {
	return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
}

func TestStore_late_timer(t *testing.T) {
	s, err := sqlstore.New(sql.OpenDB(deadLine{}), sqlstore.Postgres, sqlstore.Options{})
	require.NoError(t, err)
	_, err = s.Load(t.Context(), seats.Need{Account: "acme"})
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NotErrorIs(t, err, context.DeadlineExceeded, "the call had no deadline")
	_, err = s.Load(lateTimer{t.Context()}, seats.Need{Account: "acme"})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
