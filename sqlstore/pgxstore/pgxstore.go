package pgxstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
)

// A Store keeps accounts in the database of a pool. It may be used concurrently. [New] makes one.
type Store struct {
	*sqlstore.Store
	pool *pgxpool.Pool
	db   *sql.DB // on the pool's connections
}

var (
	_ store.Store    = (*Store)(nil)
	_ store.Outbox   = (*Store)(nil)
	_ store.LastSeen = (*Store)(nil)
	_ store.Misses   = (*Store)(nil)
)

// Options are the settings of a [Store]. The zero value is the default.
type Options struct {
	// Prefix begins the name of every table and index, see [sqlstore.Options].
	Prefix string
	// Attempts bounds the attempts of [Store.InTx]; 0 is [sqlstore.DefaultAttempts].
	Attempts int
}

// New returns a store on the pool. It does no I/O: Migrate makes the tables and Verify checks
// them. A missing pool, an invalid prefix and negative Attempts are errors.
//
// Every call takes a connection of the pool and returns it; a transaction keeps its own. Statements
// are prepared as the pool's DefaultQueryExecMode says: once on each connection by default. Behind
// a pooler in transaction mode it must be QueryExecModeExec, QueryExecModeCacheDescribe or
// QueryExecModeSimpleProtocol.
func New(pool *pgxpool.Pool, o Options) (*Store, error) {
	if pool == nil {
		return nil, errors.New("pgxstore: New needs a pool")
	}
	db := stdlib.OpenDBFromPool(pool)
	// pgx prepares: database/sql would do it anew each time that it takes a connection of the pool.
	s, err := sqlstore.New(db, sqlstore.Postgres, sqlstore.Options{Prefix: o.Prefix, Attempts: o.Attempts, Unprepared: true, Copy: Copy})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{Store: s, pool: pool, db: db}, nil
}

// Copy is for the Options of [sqlstore.New] on a database/sql of the driver pgx; a [Store] has it already. A
// connection of another driver is an error: one that wraps pgx has to be unwrapped before.
func Copy(ctx context.Context, connection any, statement string, rows io.Reader) error {
	c, ok := connection.(interface{ Conn() *pgx.Conn })
	if !ok {
		return fmt.Errorf("pgxstore: %T is no connection of pgx", connection)
	}
	_, err := c.Conn().PgConn().CopyFrom(ctx, rows, statement)
	return err
}

// Close ends the goroutine that database/sql has for a store. The pool stays open, and is the
// host's to close, before or after. A store that lasts as long as the program needs no Close.
func (s *Store) Close() error { return s.db.Close() }

// Bind returns the store inside a transaction of the host, see [sqlstore.Store.Bind]. A nested
// transaction, pgx's name for a savepoint, does as well. With nil every call is an error.
func (s *Store) Bind(tx pgx.Tx) store.Bound {
	if tx == nil {
		return s.BindNative(nil)
	}
	return s.BindNative(native{tx})
}

// InTx runs work in a transaction of the host's database, with the store bound to it, and
// commits. It runs work again after a conflict, and returns errors, as [sqlstore.Store.InTx] does:
// after [store.ErrUnknown] the transaction may have been committed, after any other error it was not.
func (s *Store) InTx(ctx context.Context, work func(tx pgx.Tx, bound store.Bound) error) error {
	return s.InTxWith(ctx, pgx.TxOptions{}, work)
}

// InTxWith is [Store.InTx] with an isolation level.
func (s *Store) InTxWith(ctx context.Context, options pgx.TxOptions, work func(tx pgx.Tx, bound store.Bound) error) error {
	return s.Repeat(ctx, func() error {
		tx, err := s.pool.BeginTx(ctx, options)
		if err != nil {
			return err
		}
		defer rollback(ctx, tx)
		bound := s.Bind(tx)
		if err := work(tx, bound); err != nil {
			return err
		}
		if b, ok := bound.(interface{ MustRollBack() error }); ok && b.MustRollBack() != nil {
			return b.MustRollBack()
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		err = tx.Commit(context.WithoutCancel(ctx)) // the end of the context might abandon it on its way
		if err != nil && sqlstore.Classify(err) == sqlstore.Lost {
			return fmt.Errorf("pgxstore: the answer to COMMIT was lost: %w: %w", store.ErrUnknown, err)
		}
		return err
	})
}

// maxRollback bounds a ROLLBACK; after it pgx closes the connection.
const maxRollback = 10 * time.Second

// rollback ends the transaction, unless it has ended.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxRollback)
	defer cancel()
	_ = tx.Rollback(ctx)
}
