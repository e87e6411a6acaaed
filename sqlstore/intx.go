package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seatkeeper/seatkeeper/store"
)

// InTx runs work in a transaction of the host's database, with the store bound to it for
// Keeper.InTx, and commits: the host's rows and the account's are written together or not at all.
//
//	err := st.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
//		if _, err := keeper.InTx(bound).Do(ctx, "acme", olive, seats.Deactivate{User: "u7"}); err != nil {
//			return err
//		}
//		_, err := tx.ExecContext(ctx, "UPDATE people SET ...")
//		return err
//	})
//
// An error of work, a panic and an ended context roll back, and InTx returns the error as it is.
// InTx runs work again, in a new transaction, as [Store.Repeat] does; so work must change nothing
// besides the transaction, must return the errors of the Keeper and of tx, and must leave COMMIT
// and ROLLBACK to InTx. Inside of work all calls to the account go through the bound store, see
// [Store.Bind]. On SQLite the transaction has the write lock from its beginning.
//
// The transaction is rolled back with every error but [store.ErrUnknown]: then the answer to COMMIT
// was lost, and the whole transaction was committed, or was not, or may still be. InTx never runs
// work again after it. A host that calls InTx again finds out by the Key of a seatkeeper.Call: work
// makes the keyed call first, and if its Result is Repeated the first transaction was committed,
// and work returns nil without writing the host's rows again.
func (s *Store) InTx(ctx context.Context, work func(tx *sql.Tx, bound store.Bound) error) error {
	return s.InTxWith(ctx, nil, work)
}

// InTxWith is [Store.InTx] with an isolation level. The zero options are the database's default.
// The levels above READ COMMITTED bring more conflicts and no other decisions; READ UNCOMMITTED
// brings conflicts only. SQLite has one level.
func (s *Store) InTxWith(ctx context.Context, options *sql.TxOptions, work func(tx *sql.Tx, bound store.Bound) error) error {
	return s.repeat(ctx, func() (again bool, err error) {
		if m, ok := s.writer.(*mysql); ok {
			if _, err := m.ask(ctx, s); err != nil {
				return false, err
			}
		}
		return s.attempt(ctx, options, work)
	})
}

// attempt runs work in one transaction.
func (s *Store) attempt(
	ctx context.Context, options *sql.TxOptions, work func(*sql.Tx, store.Bound) error,
) (again bool, err error) {
	unlock, err := s.lockWriters(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	began := false
	var failed error // by work
	err = s.transactionWith(ctx, options, func(_ *sql.Conn, tx *sql.Tx) error {
		began = true
		in := s.in(sqlTx{tx})
		if s.inProcess { // or a transaction that reads first could write no more after another writer
			if _, err := tx.ExecContext(ctx, s.named("UPDATE {accounts} SET revision = revision WHERE 1 = 0")); err != nil {
				return err
			}
		}
		if failed = work(tx, inTx{in}); failed == nil {
			failed = inTx{in}.MustRollBack()
		}
		return failed
	})
	switch {
	case err == nil:
		return false, nil
	case !errors.Is(err, errUnsent):
		return false, fmt.Errorf("sqlstore: the answer to COMMIT was lost: %w: %w", store.ErrUnknown, s.explain(ctx, err))
	case failed != nil:
		return s.again(failed), failed
	}
	return s.again(err) || !began && errors.Is(err, driver.ErrBadConn), err
}

// Repeat runs a transaction that the host begins, binds with [Store.Bind] and ends, as an ORM
// does, and runs it again after an error that asks for it:
//
//	err := st.Repeat(ctx, func() error {
//		return db.Transaction(func(tx *gorm.DB) error { ... })
//	})
//
// These are [store.ErrConflict], of the bound store, and the errors that [Classify] calls
// [Again], of the host's own statements and its COMMIT. Every other error is returned as it is,
// with the first attempt that has it. The function runs at most Options.Attempts times, with
// random pauses of at most 100 ms; then the error is store.ErrConflict. It must roll back before
// it returns an error. With the end of the context the error is the context's as well.
func (s *Store) Repeat(ctx context.Context, transaction func() error) error {
	return s.repeat(ctx, func() (bool, error) {
		err := transaction()
		return s.again(err), err
	})
}

// again reports whether a transaction that is rolled back should run again.
func (s *Store) again(err error) bool {
	return err != nil && !errors.Is(err, store.ErrUnknown) && s.classify(err) == Again
}

func (s *Store) repeat(ctx context.Context, transaction func() (again bool, err error)) error {
	for attempt := 1; ; attempt++ {
		again, err := transaction()
		over := ended(ctx)
		switch {
		case err == nil:
			return nil
		case over != nil && !errors.Is(err, over):
			return fmt.Errorf("%w: %w", over, err)
		case over != nil || !again:
			return err
		case attempt == s.options.Attempts:
			return fmt.Errorf("sqlstore: gave up after %d attempts: %w: %w", attempt, store.ErrConflict, err)
		case attempt > 1: // after the first conflict the rival is done
			select {
			case <-ctx.Done():
			case <-time.After(rand.N(time.Duration(min(attempt, 20)) * 5 * time.Millisecond)):
			}
		}
	}
}
