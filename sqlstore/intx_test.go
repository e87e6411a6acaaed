package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// A ledger is a database with transactions that notes what becomes of them.
type ledger struct {
	nowhere
	levels    []sql.IsolationLevel
	begins    []error // of the transactions, in order; nil after them
	commits   []error // likewise
	committed int
	undone    int // by ROLLBACK
}

func (l *ledger) Connect(context.Context) (driver.Conn, error) { return &ledgerConn{ledger: l}, nil }

type ledgerConn struct {
	driver.Conn
	*ledger
}

func next(errs *[]error) (err error) {
	if len(*errs) > 0 {
		err, *errs = (*errs)[0], (*errs)[1:]
	}
	return err
}

func (l *ledgerConn) BeginTx(_ context.Context, o driver.TxOptions) (driver.Tx, error) {
	l.levels = append(l.levels, sql.IsolationLevel(o.Isolation))
	if err := next(&l.begins); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *ledgerConn) Commit() error {
	err := next(&l.commits)
	if err == nil {
		l.committed++
	}
	return err
}

func (l *ledgerConn) Rollback() error { l.undone++; return nil }

func (l *ledgerConn) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.ResultNoRows, nil
}

func (l *ledgerConn) Close() error { return nil }

func (l *ledger) store(t *testing.T, attempts int) *sqlstore.Store {
	t.Helper()
	db := sql.OpenDB(l)
	t.Cleanup(func() { _ = db.Close() })
	s, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Options{Attempts: attempts})
	require.NoError(t, err)
	return s
}

var errHost = errors.New("the host's own")

func TestStore_InTx(t *testing.T) {
	again := state("40001")
	for name, c := range map[string]struct {
		work      []error // of the attempts
		begins    []error
		commits   []error
		want      error
		runs      int
		committed int
	}{
		"committed":         {runs: 1, committed: 1},
		"error of the host": {work: []error{errHost}, want: errHost, runs: 1},
		"conflict":          {work: []error{fmt.Errorf("do: %w", store.ErrConflict)}, runs: 2, committed: 1},
		"deadlock":          {work: []error{fmt.Errorf("do: %w", again), again}, runs: 3, committed: 1},
		"conflict always": {
			work: []error{store.ErrConflict, again, again, again}, want: store.ErrConflict, runs: 4,
		},
		"serialization failure at COMMIT": {commits: []error{again}, runs: 2, committed: 1},
		"always at COMMIT":                {commits: []error{again, again, again, again}, want: store.ErrConflict, runs: 4},
		"refused COMMIT":                  {commits: []error{state("23503")}, want: state("23503"), runs: 1},
		"failed transaction":              {commits: []error{errors.New("commit unexpectedly resulted in rollback")}, want: errors.ErrUnsupported, runs: 1},
		"lost answer of COMMIT":           {commits: []error{errors.New("unexpected EOF")}, want: store.ErrUnknown, runs: 1},
		"dead connection at COMMIT":       {commits: []error{driver.ErrBadConn}, want: store.ErrUnknown, runs: 1},
		"lost answer after a conflict":    {work: []error{store.ErrConflict}, commits: []error{errors.New("unexpected EOF")}, want: store.ErrUnknown, runs: 2},
		"dead connection at BEGIN":        {begins: []error{driver.ErrBadConn}, runs: 1, committed: 1},
		"dead connection in work":         {work: []error{driver.ErrBadConn}, want: driver.ErrBadConn, runs: 1},
		"refused BEGIN":                   {begins: []error{errHost}, want: errHost},
		"unknown inside":                  {work: []error{store.ErrUnknown}, want: store.ErrUnknown, runs: 1},
	} {
		t.Run(name, func(t *testing.T) {
			l, runs := &ledger{begins: c.begins, commits: c.commits}, 0
			err := l.store(t, 4).InTx(t.Context(), func(tx *sql.Tx, bound store.Bound) error {
				runs++
				return next(&c.work)
			})
			switch {
			case c.want == nil:
				require.NoError(t, err)
			case c.want == errors.ErrUnsupported:
				require.Error(t, err)
			default:
				require.ErrorIs(t, err, c.want)
			}
			if c.want == errHost && len(c.begins) == 0 {
				require.Equal(t, errHost, err, "as it is")
			}
			require.Equal(t, c.want == store.ErrUnknown, errors.Is(err, store.ErrUnknown))
			require.Equal(t, c.runs, runs)
			require.Equal(t, c.committed, l.committed)
			require.Equal(t, len(l.levels)-len(c.begins), l.committed+l.undone+len(c.commits), "every transaction ends")
		})
	}
}

func TestStore_InTx_panic(t *testing.T) {
	for name, leave := range map[string]func(){
		"panic": func() { panic(errHost) }, "Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			l := new(ledger)
			s, left := l.store(t, 0), make(chan any)
			go func() {
				defer func() { left <- recover() }()
				_ = s.InTx(t.Context(), func(*sql.Tx, store.Bound) error { leave(); return nil })
			}()
			if got := <-left; name == "panic" {
				require.Equal(t, errHost, got)
			}
			require.Equal(t, 1, l.undone)
			require.Zero(t, l.committed)
			require.NoError(t, s.InTx(t.Context(), func(*sql.Tx, store.Bound) error { return nil }), "the store works on")
		})
	}
}

func TestStore_InTx_context(t *testing.T) {
	for name, c := range map[string]struct{ returned, also error }{
		"unseen": {nil, nil}, "seen by the host": {errHost, errHost}, "of a conflict": {store.ErrConflict, store.ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			l, runs := new(ledger), 0
			ctx, cancel := context.WithCancel(t.Context())
			err := l.store(t, 0).InTx(ctx, func(*sql.Tx, store.Bound) error {
				runs++
				cancel()
				return c.returned
			})
			require.ErrorIs(t, err, context.Canceled)
			if c.also != nil {
				require.ErrorIs(t, err, c.also)
			}
			require.Equal(t, 1, runs)
			require.Zero(t, l.committed)
		})
	}
	t.Run("in a pause", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			err := new(ledger).store(t, 1<<20).Repeat(ctx, func() error { return store.ErrConflict })
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorIs(t, err, store.ErrConflict)
		})
	})
}

func TestStore_InTxWith(t *testing.T) {
	l := new(ledger)
	s := l.store(t, 0)
	nothing := func(*sql.Tx, store.Bound) error { return nil }
	require.NoError(t, s.InTx(t.Context(), nothing))
	require.NoError(t, s.InTxWith(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable}, nothing))
	require.Equal(t, []sql.IsolationLevel{sql.LevelDefault, sql.LevelSerializable}, l.levels)
}

func TestStore_Repeat(t *testing.T) {
	for want, all := range map[error][]error{
		nil:               {store.ErrConflict, state("40P01"), code(5), errors.New("Error 1213 (40001): Deadlock found")},
		errHost:           {errHost},
		store.ErrConflict: {store.ErrConflict, store.ErrConflict, store.ErrConflict, store.ErrConflict, store.ErrConflict},
		store.ErrUnknown:  {fmt.Errorf("%w: %w", store.ErrUnknown, state("40001"))},
		driver.ErrBadConn: {driver.ErrBadConn}, // it may be of the COMMIT
	} {
		runs := 0
		sent := len(all)
		err := new(ledger).store(t, 5).Repeat(t.Context(), func() error { runs++; return next(&all) })
		require.ErrorIs(t, err, want)
		require.Equal(t, map[bool]int{true: sent + 1, false: sent}[want == nil], runs)
	}
}

func TestNew_attempts(t *testing.T) {
	db := sql.OpenDB(nowhere{})
	defer db.Close()
	_, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.Options{Attempts: -1})
	require.ErrorContains(t, err, "Attempts")
}
