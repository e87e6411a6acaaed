package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// onConnection runs work on a connection of the pool and returns it outside of any
// transaction. A transaction left open there would hold its locks, and the next BEGIN would
// commit its writes. Unless work reports that none is open, and after a panic, a ROLLBACK
// goes out on the connection; if that fails the connection is closed.
//
// Everything that writes outside of a host's transaction goes through here:
//
//   - A compound statement, with a ROLLBACK after any error. Its own handler usually rolls
//     back. MariaDB skips the handler when an UPDATE has found its row and then waits too
//     long for a range of an index (error 1205) or finds no space (1114).
//   - A transaction, with a second ROLLBACK when that of database/sql fails. SQLite continues
//     a transaction after a refused COMMIT; a COMMIT without an answer may have been lost;
//     completion_type may begin another transaction. Migrations and all writes on SQLite are
//     transactions.
//   - A single statement outside of a transaction, with a ROLLBACK after any error.
//
// When a context ends, a driver may close the connection: the ROLLBACK then fails.
// Otherwise the ROLLBACK follows, as it has a context of its own. A unionQuery, a commit on
// PostgreSQL and a closed connection leave no transaction. The connection of a host's
// transaction belongs to the host.
func (s *Store) onConnection(ctx context.Context, work func(*sql.Conn) (ended bool, err error)) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return notWritten(err)
	}
	ended := false
	defer func() {
		if !ended {
			s.resetConnection(ctx, conn)
		}
		_ = conn.Close()
	}()
	ended, err = work(conn)
	return err
}

// resetConnection ends a transaction on a connection, or closes the connection.
func (s *Store) resetConnection(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxRollback)
	defer cancel()
	if _, err := conn.ExecContext(ctx, s.rollback); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}

// maxRollback bounds a ROLLBACK; after it the connection is closed.
const maxRollback = 10 * time.Second

// transaction runs work in a transaction. A failure before the COMMIT was sent, and a
// refused COMMIT, mean that nothing was written.
//
// The first statement of work must be a write: then SQLite needs no immediate transaction.
func (s *Store) transaction(ctx context.Context, work func(*sql.Tx) error) error {
	return s.transactionWith(ctx, nil, func(_ *sql.Conn, tx *sql.Tx) error { return work(tx) })
}

func (s *Store) transactionWith(ctx context.Context, options *sql.TxOptions, work func(*sql.Conn, *sql.Tx) error) error {
	return s.onConnection(ctx, func(conn *sql.Conn) (ended bool, err error) {
		// After BEGIN the end of the context ends statements alone, since it might abandon a
		// COMMIT on its way. In the process it may also end the wait of a COMMIT for a lock.
		begin, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		stop := context.AfterFunc(ctx, cancel)
		tx, err := conn.BeginTx(begin, options)
		if !s.inProcess {
			stop()
		}
		if err != nil {
			return false, notWritten(err)
		}
		defer func() {
			ended = (ended || tx.Rollback() == nil) && !s.chains()
		}()
		if err := work(conn, tx); err != nil {
			return false, notWritten(err)
		}
		if err := ctx.Err(); err != nil {
			return false, notWritten(err)
		}
		if err := tx.Commit(); err != nil {
			if s.inProcess || s.classify(err) != Lost {
				err = notWritten(err)
			}
			return false, err
		}
		return true, nil
	})
}

// exec executes the steps, prepared where the transaction has a statement, and returns the stale accounts.
//
// In the process the first statement takes the lock and may wait for it. The others run for
// microseconds: the context ends them between two, since a driver would start a goroutine for
// each to watch it.
func (w *steps) exec(ctx context.Context, tx execer, statements []*sql.Stmt) (stale []users.AccountID, err error) {
	watched, unwatched := ctx, context.WithoutCancel(ctx)
	for i := range w.all {
		st := &w.all[i]
		if i > 0 && w.inProcess {
			if err := watched.Err(); err != nil {
				return nil, err
			}
			ctx = unwatched
		}
		if st.account == "" && len(stale) > 0 {
			others, err := w.without(stale)
			if err == nil {
				_, err = others.exec(watched, tx, nil)
			}
			return stale, err
		}
		var result sql.Result
		if statements != nil && statements[i] != nil {
			result, err = statements[i].ExecContext(ctx, w.of(st)...)
		} else {
			text, values := w.filledIn(st.text, w.of(st))
			result, err = tx.ExecContext(ctx, text, values...)
		}
		if err != nil {
			return nil, err
		}
		if !st.guards {
			continue
		}
		if n, err := result.RowsAffected(); err != nil {
			return nil, err
		} else if n == 0 {
			stale = append(stale, st.account)
		}
	}
	return stale, nil
}

// A bound is a transaction of the host.
type bound struct {
	schema
	tx NativeTx
	// ended is the error with which the database ended the transaction, unknown to the host.
	// MySQL ends one at a deadlock, and later statements are then outside of it.
	ended error
	// conflict: a change was refused as [store.ErrConflict], so the host must roll back.
	conflict bool
	// changed is the instant of the last change of each loaded account. A change must find it: at
	// READ UNCOMMITTED a loaded change may be rolled back, and another change get its revision.
	changed map[users.AccountID]time.Time
}

// markEnded notes that the transaction is over or may be.
func (b *bound) markEnded(cause error) error {
	if b.ended == nil {
		b.ended = cause
	}
	return b.checkOpen()
}

// checkOpen returns an error if the transaction is over.
func (b *bound) checkOpen() error {
	if b.ended == nil {
		return nil
	}
	return fmt.Errorf("%w: the database has ended the transaction: %w", store.ErrConflict, b.withoutValues(b.ended))
}

// in returns the store bound to the transaction.
func (s *Store) in(tx NativeTx) *Store {
	inside := *s
	inside.bound = &bound{schema: s.schema, tx: tx, changed: map[users.AccountID]time.Time{}}
	return &inside
}

// An inTx is a bound store.
type inTx struct{ *Store }

// InTransaction implements [store.Bound].
func (inTx) InTransaction() {}

// MustRollBack returns the conflict of a transaction that must not be committed, which a host may
// have overlooked.
func (t inTx) MustRollBack() error {
	if t.bound.conflict || t.bound.ended != nil {
		return store.ErrConflict
	}
	return nil
}

// savepoint runs work. In a host's transaction a failure undoes work alone.
func (s *Store) savepoint(ctx context.Context, work func() error) error {
	if s.bound == nil {
		return work()
	}
	if err := s.beginSavepoint(ctx); err != nil {
		return err
	}
	err := work()
	finish := "RELEASE SAVEPOINT seatkeeper"
	if err != nil {
		finish = "ROLLBACK TO SAVEPOINT seatkeeper"
	}
	if _, failed := s.bound.tx.ExecContext(context.WithoutCancel(ctx), finish); failed != nil {
		return s.bound.markEnded(errors.Join(err, failed))
	}
	if err != nil {
		return notWritten(err)
	}
	return nil
}

var errNoTransaction = errors.New("there is none")

// beginSavepoint sets the savepoint and makes sure that the transaction is open. SQLite and
// MySQL end one after some errors; a host that missed it would write outside of it.
func (s *Store) beginSavepoint(ctx context.Context) error {
	if err := s.bound.checkOpen(); err != nil {
		return err
	}
	if _, ok := s.writer.(sqlite); ok { // a SAVEPOINT would begin another transaction
		if _, err := s.bound.tx.ExecContext(ctx, "BEGIN"); err == nil {
			_, _ = s.bound.tx.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return s.bound.markEnded(errNoTransaction)
		}
	}
	_, err := s.bound.tx.ExecContext(ctx, "SAVEPOINT seatkeeper")
	over := err != nil && s.classify(err) == Again
	if _, ok := s.writer.(*mysql); ok && err == nil { // outside of a transaction it is gone already
		_, err = s.bound.tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT seatkeeper")
		over = err != nil
	}
	switch {
	case err == nil:
		return nil
	case over && ctx.Err() == nil:
		return s.bound.markEnded(err)
	}
	return notWritten(err)
}
