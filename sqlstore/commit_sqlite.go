package sqlstore

import (
	"context"
	"database/sql"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// sqlite writes one commit after the other, in transactions of prepared statements.
type sqlite struct{}

func (sqlite) write(ctx context.Context, s *Store, changes []seats.Change) ([]users.AccountID, error) {
	all, err := s.stepsOf(changes)
	if err != nil {
		return nil, notWritten(err)
	}
	if s.bound != nil {
		return nil, s.savepoint(ctx, func() error { return s.execSteps(ctx, s.bound.tx, all, nil) })
	}
	unlock, err := s.lockWriters(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	statements := make([]*sql.Stmt, len(all))
	for i, step := range all { // before the transaction takes the connection, perhaps the only one
		if statements[i], err = s.prepared(ctx, step.query); err != nil {
			return nil, notWritten(err)
		}
	}
	return nil, s.transaction(ctx, func(tx *sql.Tx) error { return s.execSteps(ctx, tx, all, statements) })
}
