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

// Pending implements [store.Outbox]. It reads the row of every account.
func (s *Store) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	if err := checkStorable(consumer, string(after)); err != nil {
		return nil, fmt.Errorf("sqlstore: pending: %w", err)
	}
	columns := []column[store.Progress]{
		text("a.id", func(p *store.Progress) *users.AccountID { return &p.Account }),
		number("COALESCE(p.sequence, 0)", func(p *store.Progress) *uint64 { return &p.Sequence }),
		instant("p.lease_until", func(p *store.Progress) *time.Time { return &p.LeaseUntil }),
		instant(s.clock, func(p *store.Progress) *time.Time { return &p.StoreTime }),
	}
	var pending []store.Progress
	err := s.retryRead(ctx, func() error {
		pending = nil
		r := s.unionQuery()
		addPart(r, columns, func(p store.Progress) { pending = append(pending, p) }).
			add(" FROM {accounts} a LEFT JOIN {progress} p ON p.account = a.id AND p.consumer = ?", consumer).
			add(" WHERE a.id > ? AND a.sequence > COALESCE(p.sequence, 0)", string(after)).
			add(" ORDER BY a.id").limit(limit)
		return s.read(ctx, r)
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: pending: %w", err)
	}
	for i := range pending {
		pending[i].Consumer = consumer
	}
	return unique(pending, func(x, y store.Progress) int { return cmp.Compare(x.Account, y.Account) }), nil
}

// Advance implements [store.Outbox].
func (s *Store) Advance(ctx context.Context, from, to store.Progress) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkStorable(to.Consumer, string(to.Account)); err != nil {
		return fmt.Errorf("sqlstore: advance: %w", err)
	}
	var n int64
	err := s.savepoint(ctx, func() (err error) {
		n, err = s.advance(ctx, from, to)
		return err
	})
	if err == nil && n == 0 && s.lags() {
		if _, err = s.Load(ctx, seats.Need{Account: from.Account}); err == nil {
			n, err = s.advance(ctx, from, to) // the row may have arrived from another node
		}
	}
	switch class := s.writeClass(ctx, err); {
	case err == nil && n > 0:
		return nil
	case err == nil, class == Again, class == Duplicate:
		return store.ErrConflict
	case class == Lost:
		err = fmt.Errorf("%w: %w", store.ErrUnknown, s.explain(ctx, err))
	}
	return fmt.Errorf("sqlstore: advance: %w", s.explain(ctx, err))
}

// advance returns 0 if the stored progress differs from the expected one.
func (s *Store) advance(ctx context.Context, from, to store.Progress) (rows int64, err error) {
	q := s.query()
	// moves changes the row in any case: MySQL counts changed rows, not matched ones.
	q.add("UPDATE {progress} SET sequence = ?, lease_until = ?, moves = moves + 1", int64(to.Sequence), micros(to.LeaseUntil))
	q.add(" WHERE consumer = ? AND account = ? AND sequence = ?", from.Consumer, string(from.Account), int64(from.Sequence))
	if from.LeaseUntil.IsZero() {
		q.add(" AND lease_until IS NULL")
	} else {
		q.add(" AND lease_until = ?", from.LeaseUntil.UnixMicro())
	}
	first := from.Sequence == 0 && from.LeaseUntil.IsZero()
	if rows, err = s.exec(ctx, q); err != nil || rows > 0 || !first {
		return rows, err
	}
	q = s.query()
	q.add("INSERT INTO {progress} (consumer, account, sequence, lease_until, moves) VALUES (?, ?, ?, ?, 1)",
		to.Consumer, string(to.Account), int64(to.Sequence), micros(to.LeaseUntil))
	return s.exec(ctx, q)
}
