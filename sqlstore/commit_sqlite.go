package sqlstore

import (
	"context"
	"database/sql"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// sqlite writes one commit after the other, in transactions of prepared statements.
type sqlite struct{}

func (sqlite) write(ctx context.Context, s *Store, changes []*seats.Change) (stale []users.AccountID, err error) {
	w, err := s.stepsOf(changes)
	if err != nil {
		return nil, notWritten(err)
	}
	if s.bound != nil {
		return w.inSavepoint(ctx)
	}
	unlock, err := s.lockWriters(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	statements := make([]*sql.Stmt, len(w.all))
	for i := range w.all { // before the transaction takes the connection, perhaps the only one
		st := s.ofText(w.all[i].text)
		p, _, err := s.prepare(ctx, st)
		if err != nil {
			return nil, notWritten(err)
		}
		if p != nil {
			defer st.release(p, nil)
			statements[i] = p.Stmt
		}
	}
	err = s.transaction(ctx, func(tx *sql.Tx) (err error) {
		for i, st := range statements {
			if st != nil {
				statements[i] = tx.StmtContext(ctx, st)
			}
		}
		stale, err = w.exec(ctx, tx, statements)
		return err
	})
	return stale, err
}

// inSavepoint executes the steps in the host's transaction.
func (w *steps) inSavepoint(ctx context.Context) (stale []users.AccountID, err error) {
	err = w.savepoint(ctx, func() (err error) {
		stale, err = w.exec(ctx, w.bound.tx, nil)
		return err
	})
	return stale, err
}
