package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// onConnection carries out work on a connection of the pool and gives it back outside of
// any transaction. Work reports whether it knows that none is open; else, and where work
// panics, a ROLLBACK goes out on the connection, and a connection on which that fails is
// closed: a transaction left open there would hold its locks, and the next BEGIN would
// commit what it has written so far.
//
// All that writes outside of a transaction of the host goes through here:
//
//   - A compound statement, after any error. Its own handler rolls back as a rule, but
//     MariaDB passes it over where an UPDATE has found its row and then waits too long for
//     a range of an index (error 1205), or finds no room (1114).
//   - A transaction: the ROLLBACK of database/sql, and this one where that fails. SQLite
//     goes on with a transaction whose COMMIT it has refused; a COMMIT whose answer is lost
//     may not have arrived; completion_type may make COMMIT and ROLLBACK begin another
//     transaction. Migrations are transactions, and on SQLite all that writes.
//   - A statement alone, which is not in a transaction, after any error.
//
// Where a context ends in the middle, drivers either close the connection, on which the
// ROLLBACK then fails, or the ROLLBACK follows, since it does not depend on the context. A
// unionQuery, on PostgreSQL a commit, and a connection that is closed leave no transaction. In
// a transaction of the host the connection is the host's.
func (s *Store) onConnection(ctx context.Context, work func(*sql.Conn) (ended bool, err error)) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return notWritten(err)
	}
	ended := false
	defer func() {
		if !ended {
			s.end(ctx, conn)
		}
		_ = conn.Close()
	}()
	ended, err = work(conn)
	return err
}

// end ends what transaction there may be on a connection, or the connection.
func (s *Store) end(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxRollback)
	defer cancel()
	if _, err := conn.ExecContext(ctx, s.rollback); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}

// maxRollback is how long a ROLLBACK may take before the connection is closed.
const maxRollback = 10 * time.Second

// transaction carries out work in a transaction of its own. Where that fails before
// the commit was sent, or the engine refuses the commit, nothing was written.
//
// The first statement of work is a write, so that on SQLite a deferred transaction is
// as good as an immediate one.
func (s *Store) transaction(ctx context.Context, work func(*sql.Tx) error) error {
	return s.onConnection(ctx, func(conn *sql.Conn) (ended bool, err error) {
		// From BEGIN on the end of the context ends statements and no more, or a COMMIT might
		// be given up on its way. In this process none is: there it may end a wait for a lock.
		begin, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		stop := context.AfterFunc(ctx, cancel)
		tx, err := conn.BeginTx(begin, nil)
		if !s.inProcess {
			stop()
		}
		if err != nil {
			return false, notWritten(err)
		}
		defer func() {
			ended = (ended || tx.Rollback() == nil) && !s.chains()
		}()
		if err := work(tx); err != nil {
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

// carryOut carries out the steps, prepared where there are statements.
func (s *Store) carryOut(ctx context.Context, tx *sql.Tx, all []step, statements []*sql.Stmt) error {
	for i, step := range all {
		var result sql.Result
		var err error
		if statements != nil && statements[i] != nil {
			result, err = tx.StmtContext(ctx, statements[i]).ExecContext(ctx, step.values...)
		} else {
			text, values := s.statement(step.query)
			result, err = tx.ExecContext(ctx, text, values...)
		}
		if err != nil {
			return err
		}
		if step.moves {
			if n, err := result.RowsAffected(); err != nil {
				return err
			} else if n == 0 {
				return errMoved
			}
		}
	}
	return nil
}

// A bound store is in a transaction of the host.
type bound struct {
	schema
	tx *sql.Tx
	// ended is why the transaction is over, although the host does not know it: MySQL
	// ends one that meets a deadlock, and what is sent then is outside of any.
	ended error
	// changed is when the accounts had changed that were loaded.
	changed map[users.AccountID]time.Time
}

// asLoaded adds the condition that the account is the one that was loaded. At READ
// UNCOMMITTED what was loaded may have been rolled back, and the revision taken by
// somebody else's change.
func (b *bound) asLoaded(q *query, c seats.Change) {
	if at, loaded := b.changed[c.Account.ID]; loaded && !at.IsZero() {
		q.add(" AND changed = ?", at.UnixMicro())
	}
}

// end says that the transaction is over, or may be.
func (b *bound) end(why error) error {
	if b.ended == nil {
		b.ended = why
	}
	return b.over()
}

// over returns an error if the transaction is.
func (b *bound) over() error {
	if b.ended == nil {
		return nil
	}
	return fmt.Errorf("%w: the database has ended the transaction: %w", store.ErrConflict, b.withoutValues(b.ended))
}

// Bind returns the store as seen from within a transaction of the host, so that the
// host's rows and ours are committed together or vanish together:
//
//	tx, err := db.BeginTx(ctx, nil)
//	_, err = tx.ExecContext(ctx, "UPDATE people SET ...")
//	_, err = keeper.InTx(st.Bind(tx)).Do(ctx, "acme", olive, seats.Deactivate{User: "u7"})
//	err = tx.Commit()
//
// What it returns is used by one goroutine, until the transaction ends, and neither
// commits nor rolls back. A change that is refused leaves no trace in the transaction
// and does not spoil it. A [store.ErrConflict] is the host's to deal with: he rolls
// back and runs the whole of his transaction again. Everybody else who writes in the
// account waits until the transaction ends, so it should be short.
//
// On MySQL at REPEATABLE READ, and on PostgreSQL at REPEATABLE READ and above, the transaction sees the
// moment of its first statement: what has changed since then is a conflict. On a SQLite
// database with a single connection every call outside of the transaction waits for
// its end, so that a call outside of it from within it waits for ever.
//
// Without a transaction, nil, every call of what it returns is an error.
func (s *Store) Bind(tx *sql.Tx) store.Bound {
	if tx == nil {
		return store.Failing(errors.New("sqlstore: Bind needs a transaction"))
	}
	return inTx{s.in(tx)}
}

// in is the store within the transaction.
func (s *Store) in(tx *sql.Tx) *Store {
	inside := *s
	inside.bound = &bound{schema: s.schema, tx: tx, changed: map[users.AccountID]time.Time{}}
	return &inside
}

// inTx is a store that is bound to a transaction.
type inTx struct{ *Store }

// InTransaction implements [store.Bound].
func (inTx) InTransaction() {}

// savepoint carries out work so that it can be undone alone where it is done in a
// transaction of the host.
func (s *Store) savepoint(ctx context.Context, work func() error) error {
	if s.bound == nil {
		return work()
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	err := work()
	end := "RELEASE SAVEPOINT seatkeeper"
	if err != nil {
		end = "ROLLBACK TO SAVEPOINT seatkeeper"
	}
	if _, failed := s.bound.tx.ExecContext(context.WithoutCancel(ctx), end); failed != nil {
		s.bound.ended = errors.Join(err, failed)
		return s.bound.ended
	}
	if err != nil {
		return notWritten(err)
	}
	return nil
}

var errOutside = errors.New("there is none")

// begin sets the savepoint, in the transaction: SQLite and MySQL end one by themselves
// after some errors. If the host has taken no notice of that, what is sent now would be
// carried out outside of it.
func (s *Store) begin(ctx context.Context) error {
	if err := s.bound.over(); err != nil {
		return err
	}
	if _, is := s.writer.(sqlite); is { // a savepoint would begin another one
		if _, err := s.bound.tx.ExecContext(ctx, "BEGIN"); err == nil {
			_, _ = s.bound.tx.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return s.bound.end(errOutside)
		}
	}
	_, err := s.bound.tx.ExecContext(ctx, "SAVEPOINT seatkeeper")
	over := err != nil && s.classify(err) == Again
	if _, is := s.writer.(*mysql); is && err == nil { // outside of a transaction it would be gone already
		_, err = s.bound.tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT seatkeeper")
		over = err != nil
	}
	switch {
	case err == nil:
		return nil
	case over && ctx.Err() == nil:
		return s.bound.end(err)
	}
	return notWritten(err)
}
