package orm

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/seatkeeper/seatkeeper/users"
)

// WithBun binds the transaction inside of bun's: a bun.Tx would format the store's statements.
func (h Host) WithBun(ctx context.Context, db *bun.DB, p users.Profile, b Badge) error {
	return h.Store.Repeat(ctx, func() error {
		return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			if err := h.invite(ctx, h.Store.Bind(tx.Tx), p); err != nil {
				return err
			}
			_, err := tx.NewInsert().Model(&b).Exec(ctx)
			return err
		})
	})
}
