package orm

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"github.com/seatkeeper/seatkeeper/users"
)

// WithEnt binds a transaction of ent's driver. A generated client has the same two methods on its
// Tx with the feature sql/execquery: h.Store.Bind(tx).
func (h Host) WithEnt(ctx context.Context, driver *sql.Driver, p users.Profile, b Badge) error {
	return h.Store.Repeat(ctx, func() error {
		began, err := driver.Tx(ctx)
		if err != nil {
			return err
		}
		tx := began.(*sql.Tx)
		defer func() { _ = tx.Rollback() }()
		if err := h.invite(ctx, h.Store.Bind(tx), p); err != nil {
			return err
		}
		text, args := sql.Dialect(driver.Dialect()).Insert("badges").Columns("id").Values(b.ID).Query()
		if err := tx.Exec(ctx, text, args, nil); err != nil {
			return err
		}
		return tx.Commit()
	})
}
