package pgxstore

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// native is a transaction of pgx as package sqlstore takes it.
type native struct{ tx pgx.Tx }

func (n native) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tag, err := n.tx.Exec(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return driver.RowsAffected(tag.RowsAffected()), nil
}

func (n native) QueryContext(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	r, err := n.tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return rows{r}, nil
}

// rows are those of pgx with a Close that returns an error.
type rows struct{ pgx.Rows }

func (r rows) Close() error {
	r.Rows.Close()
	return nil
}
