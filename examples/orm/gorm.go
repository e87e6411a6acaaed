package orm

import (
	"context"

	"gorm.io/gorm"

	"github.com/seatkeeper/seatkeeper/users"
)

// WithGORM binds the connection of gorm's transaction.
func (h Host) WithGORM(ctx context.Context, db *gorm.DB, p users.Profile, b Badge) error {
	return h.Store.Repeat(ctx, func() error {
		return db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := h.invite(ctx, h.Store.Bind(tx.Statement.ConnPool), p); err != nil {
				return err
			}
			return tx.Create(&b).Error
		})
	})
}
