package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Begin implements [store.Outbox]. One statement reads all accounts and writes a row for each.
func (s *Store) Begin(ctx context.Context, consumer string) error {
	q := s.query()
	if w, ok := s.writer.(*mysql); ok && s.bound == nil {
		server, err := w.ask(ctx, s)
		if err != nil {
			return fmt.Errorf("sqlstore: begin: %w", err)
		}
		if server.galera { // waits for events that another node has acknowledged
			q.add("SET STATEMENT wsrep_sync_wait=4 FOR ")
		}
	}
	q.add("INSERT INTO {progress} (account, consumer, sequence, moves) SELECT a.id, ?, a.sequence, 1", consumer)
	q.add(" FROM (SELECT id, sequence FROM {accounts} UNION ALL SELECT '', 1) a")
	q.add(" WHERE NOT EXISTS (SELECT 1 FROM {progress} WHERE consumer = ?)", consumer)
	_, err := s.writeProgress(ctx, "begin", store.Progress{Consumer: consumer}, func() (n int64, err error) {
		return n, s.savepoint(ctx, func() (err error) {
			n, err = s.exec(ctx, q)
			return err
		})
	})
	return err
}

// Progress implements [store.Outbox].
func (s *Store) Progress(ctx context.Context, consumer string, account users.AccountID) (store.Progress, error) {
	page, err := s.progress(ctx, "progress", consumer, account, "p.account", func(r *unionQuery) {
		r.add(" FROM {progress} p WHERE p.account = ? AND p.consumer = ?", string(account), consumer)
	})
	if err != nil {
		return store.Progress{}, err
	}
	return append(page, store.Progress{Consumer: consumer, Account: account})[0], nil
}

// Pending implements [store.Outbox]. It reads the row of every account.
func (s *Store) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return s.progress(ctx, "pending", consumer, after, "a.id", func(r *unionQuery) {
		r.add(" FROM {accounts} a LEFT JOIN {progress} p ON p.account = a.id AND p.consumer = ?", consumer)
		r.add(" WHERE a.id > ? AND (a.sequence > COALESCE(p.sequence, 0) OR p.retries > 0)", string(after))
		r.add(" ORDER BY a.id").limit(limit)
	})
}

// SetAside implements [store.Outbox]. It reads the progress of every account.
func (s *Store) SetAside(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return s.progress(ctx, "set aside", consumer, after, "p.account", func(r *unionQuery) {
		r.add(" FROM {progress} p WHERE p.account > ? AND p.consumer = ? AND p.set_aside IS NOT NULL", string(after), consumer)
		r.add(" ORDER BY p.account").limit(limit)
	})
}

// progress reads rows of {progress} p, each with the account in the column id.
func (s *Store) progress(
	ctx context.Context, what, consumer string, account users.AccountID, id string, part func(*unionQuery),
) ([]store.Progress, error) {
	if err := checkStorable(consumer, string(account)); err != nil {
		return nil, fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	columns := []column[store.Progress]{
		text(id, func(p *store.Progress) *users.AccountID { return &p.Account }),
		number("COALESCE(p.sequence, 0)", func(p *store.Progress) *uint64 { return &p.Sequence }),
		number("p.attempts", func(p *store.Progress) *int { return &p.Attempts }), // NULL is read as 0
		instant("p.lease_until", func(p *store.Progress) *time.Time { return &p.LeaseUntil }),
		document("p.set_aside", setAside),
		instant(s.clock, func(p *store.Progress) *time.Time { return &p.StoreTime }),
	}
	var page []store.Progress
	err := s.retryRead(ctx, func() error {
		page = nil
		r := s.unionQuery()
		addPart(r, columns, func(p store.Progress) {
			p.Consumer = consumer
			page = append(page, p)
		})
		part(r)
		return s.read(ctx, r)
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	return unique(page, func(x, y store.Progress) int { return cmp.Compare(x.Account, y.Account) }), nil
}

func setAside(p *store.Progress) *[]store.SetAside { return &p.SetAside }

// Advance implements [store.Outbox].
func (s *Store) Advance(ctx context.Context, from, to store.Progress) error {
	n, err := s.writeProgress(ctx, "advance", to, func() (n int64, err error) {
		err = s.savepoint(ctx, func() (err error) {
			n, err = s.advance(ctx, from, to)
			return err
		})
		if err == nil && n == 0 && s.lags() {
			if _, err = s.Load(ctx, seats.Need{Account: from.Account}); err == nil {
				n, err = s.advance(ctx, from, to) // the row may have arrived from another node
			}
		}
		return n, err
	})
	if err == nil && n == 0 {
		err = store.ErrConflict
	}
	return err
}

// writeProgress writes rows of {progress}.
func (s *Store) writeProgress(ctx context.Context, what string, p store.Progress, write func() (int64, error)) (int64, error) {
	return s.writeBeside(ctx, what, write, p.Consumer, string(p.Account))
}

// writeBeside writes rows outside of the revision of an account, and tells the kinds of errors apart.
func (s *Store) writeBeside(ctx context.Context, what string, write func() (int64, error), texts ...string) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := checkStorable(texts...); err != nil {
		return 0, fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	n, err := write()
	switch class := s.writeClass(ctx, err); {
	case err == nil:
		return n, nil
	case class == Again, class == Duplicate:
		return 0, store.ErrConflict
	case class == Lost:
		err = fmt.Errorf("%w: %w", store.ErrUnknown, s.explain(ctx, err))
	}
	return 0, fmt.Errorf("sqlstore: %s: %w", what, s.explain(ctx, err))
}

// advance returns 0 if the stored progress differs from the expected one.
func (s *Store) advance(ctx context.Context, from, to store.Progress) (rows int64, err error) {
	before, err := stateOf(&from)
	if err != nil {
		return 0, err
	}
	after, err := stateOf(&to)
	if err != nil {
		return 0, err
	}
	q := s.query()
	// moves changes the row in any case: MySQL counts changed rows, not matched ones.
	q.add("UPDATE {progress} SET moves = moves + 1")
	for i, name := range stateColumns {
		q.add(", "+name+" = ?", after[i])
	}
	q.add(" WHERE consumer = ? AND account = ?", from.Consumer, string(from.Account))
	for i, name := range stateColumns {
		if before[i] == nil {
			q.add(" AND " + name + " IS NULL")
		} else {
			q.add(" AND "+name+" = ?", before[i])
		}
	}
	first := from.Equal(store.Progress{Consumer: from.Consumer, Account: from.Account})
	if rows, err = s.exec(ctx, q); err != nil || rows > 0 || !first {
		return rows, err
	}
	q = s.query()
	q.add("INSERT INTO {progress} (consumer, account, moves, sequence, lease_until, attempts, retries, set_aside)")
	q.add(" VALUES (?, ?, 1, ?, ?, ?, ?, ?)", append([]any{to.Consumer, string(to.Account)}, after...)...)
	return s.exec(ctx, q)
}

// stateColumns are the columns of {progress} that hold the state of [stateOf].
var stateColumns = []string{"sequence", "lease_until", "attempts", "retries", "set_aside"}

// stateOf returns the values of stateColumns.
func stateOf(p *store.Progress) ([]any, error) {
	aside, err := document("set_aside", setAside).get(p)
	return []any{int64(p.Sequence), micros(p.LeaseUntil), numberOrNull(p.Attempts), numberOrNull(p.Retries()), aside}, err
}

func numberOrNull(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
