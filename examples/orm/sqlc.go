package orm

import (
	"context"
	"database/sql"

	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// DBTX and Queries have the form in which sqlc generates them for database/sql.
type DBTX interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	PrepareContext(context.Context, string) (*sql.Stmt, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// Queries are the statements of the host.
type Queries struct{ db DBTX }

// NewQueries returns those on a database or in a transaction.
func NewQueries(db DBTX) *Queries { return &Queries{db: db} }

// WithTx returns those in a transaction.
func (q *Queries) WithTx(tx *sql.Tx) *Queries { return &Queries{db: tx} }

// CreateBadge writes a badge.
func (q *Queries) CreateBadge(ctx context.Context, id int32) error {
	_, err := q.db.ExecContext(ctx, "INSERT INTO badges (id) VALUES ($1)", id)
	return err
}

// WithSQLC lets the store begin, commit and repeat the transaction. A host that begins it has
// h.Store.Bind(tx), with a *sql.Tx or a DBTX.
func (h Host) WithSQLC(ctx context.Context, q *Queries, p users.Profile, b Badge) error {
	return h.Store.InTx(ctx, func(tx *sql.Tx, bound store.Bound) error {
		if err := h.invite(ctx, bound, p); err != nil {
			return err
		}
		return q.WithTx(tx).CreateBadge(ctx, int32(b.ID))
	})
}
