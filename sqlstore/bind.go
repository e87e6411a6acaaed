package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/seatkeeper/seatkeeper/store"
)

// A Tx is a transaction of the host through database/sql: *sql.Tx, *sql.Conn after a BEGIN, and
// the handles of ORMs, see [Store.Bind].
type Tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// A NativeTx is a transaction of a driver's own interface, for [Store.BindNative]. Arguments are
// an int64, a string, a []byte, nil, or a driver.Valuer of these. Scan targets are pointers to
// integers and strings, or a [sql.Scanner]. Errors must be those that [Classify] knows.
type NativeTx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (Rows, error)
}

// Rows are the rows of a query, as [*sql.Rows] are.
type Rows interface {
	Next() bool
	Scan(targets ...any) error
	Err() error
	Close() error
}

// sqlTx makes a NativeTx of a Tx.
type sqlTx struct{ Tx }

func (t sqlTx) QueryContext(ctx context.Context, query string, args ...any) (Rows, error) {
	rows, err := t.Tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// An execer executes statements.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Bind returns the store inside a transaction of the host: the host's rows and the
// account's are committed together or rolled back together. [Store.InTx] begins, commits and
// repeats the transaction as well; Bind is for one that the host or its ORM begins.
//
//	database/sql  st.Bind(tx)                     *sql.Tx, or *sql.Conn after BEGIN
//	sqlx          st.Bind(tx)                     *sqlx.Tx
//	gorm          st.Bind(tx.Statement.ConnPool)  of the *gorm.DB of a transaction
//	bun           st.Bind(tx.Tx)                  of a bun.Tx, which itself would format the texts
//	ent           st.Bind(tx)                     *ent.Tx with the feature sql/execquery, or *sql.Tx of ent's dialect/sql
//	sqlc          st.Bind(tx)                     the DBTX of Queries.WithTx
//
// Package pgxstore has Bind for pgx.Tx. The folder examples/orm runs each of them.
//
// After [store.ErrConflict] the host must roll back and run the whole transaction again, as
// [Store.Repeat] does: MySQL may have ended it already, and would commit later statements alone. A
// commit without an answer is such a conflict too. The database
// locks the account until the transaction ends, so it should be short. On a SQLite database
// with a single connection a call outside of the transaction waits for its end, and from
// within it for ever.
//
// The bound store is for one goroutine, until the transaction ends; it neither commits nor
// rolls back. A refused change leaves the transaction as it was. At REPEATABLE READ on MySQL,
// and from REPEATABLE READ up on PostgreSQL, the transaction sees the moment of its first
// statement, and later changes are conflicts.
//
// Without a transaction, with nil or a *sql.DB, every call is an error.
func (s *Store) Bind(tx Tx) store.Bound {
	if tx == nil || tx == (*sql.Tx)(nil) {
		return store.Failing(errors.New("sqlstore: Bind needs a transaction"))
	}
	if _, ok := tx.(interface{ Stats() sql.DBStats }); ok { // *sql.DB, or what embeds it
		return store.Failing(errors.New("sqlstore: Bind needs a transaction, and not a database"))
	}
	return s.BindNative(sqlTx{tx})
}

// BindNative is [Store.Bind] for a driver's own transaction. The store's other statements go
// through the *sql.DB of [New].
func (s *Store) BindNative(tx NativeTx) store.Bound {
	if tx == nil {
		return store.Failing(errors.New("sqlstore: Bind needs a transaction"))
	}
	return inTx{s.in(tx)}
}
