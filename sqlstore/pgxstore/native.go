package pgxstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// native is a transaction of pgx as package sqlstore takes it.
type native struct{ tx pgx.Tx }

func (n native) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tag, err := n.tx.Exec(ctx, query, args...)
	if err != nil {
		return nil, asSQL(err)
	}
	return driver.RowsAffected(tag.RowsAffected()), nil
}

func (n native) QueryContext(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	r, err := n.tx.Query(ctx, query, args...)
	if err != nil {
		return nil, asSQL(err)
	}
	return rows{r}, nil
}

// rows have their errors after the last row, those of the statement as well.
type rows struct{ pgx.Rows }

func (r rows) Err() error { return asSQL(r.Rows.Err()) }

func (r rows) Close() error {
	r.Rows.Close()
	return nil
}

// asSQL marks errors from before the sending as database/sql does.
func asSQL(err error) error {
	switch {
	case errors.Is(err, pgx.ErrTxClosed):
		return fmt.Errorf("%w: %w", sql.ErrTxDone, err)
	case err != nil && pgconn.SafeToRetry(err):
		return fmt.Errorf("%w: %w", sql.ErrConnDone, err)
	}
	return err
}
