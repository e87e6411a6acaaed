package orm

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/seatkeeper/seatkeeper/users"
)

// WithSQLX binds a transaction of sqlx.
func (h Host) WithSQLX(ctx context.Context, db *sqlx.DB, p users.Profile, b Badge) error {
	return h.Store.Repeat(ctx, func() error {
		tx, err := db.BeginTxx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		if err := h.invite(ctx, h.Store.Bind(tx), p); err != nil {
			return err
		}
		if _, err := tx.NamedExecContext(ctx, "INSERT INTO badges (id) VALUES (:id)", b); err != nil {
			return err
		}
		return tx.Commit()
	})
}
