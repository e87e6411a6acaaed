package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// seenAt is the column of {seen} with the instant; NULL: it is forgotten. No row is ever deleted.
const seenAt = "seen_at"

// seenTogether bounds the users of one statement.
const seenTogether = 500

// Seen implements [store.LastSeen].
func (s *Store) Seen(ctx context.Context, account users.AccountID, ids ...users.ID) ([]time.Time, error) {
	type row struct {
		user users.ID
		at   time.Time
	}
	columns := []column[row]{
		text("user_id", func(r *row) *users.ID { return &r.user }),
		instant(seenAt, func(r *row) *time.Time { return &r.at }),
	}
	kept := map[users.ID]time.Time{}
	for some := range slices.Chunk(ids, seenTogether) {
		if unstorable(string(account)) {
			break
		}
		err := s.retryRead(ctx, func() error {
			r := s.unionQuery()
			r.list = true
			addPart(r, columns, func(r row) { kept[r.user] = r.at })
			r.add(" FROM {seen} WHERE account = ? AND user_id {in}", string(account), listOf(some))
			return s.read(ctx, r)
		})
		if err != nil {
			return nil, fmt.Errorf("sqlstore: seen: %w", err)
		}
	}
	instants := make([]time.Time, len(ids))
	for i, id := range ids {
		instants[i] = kept[id]
	}
	return instants, ctx.Err()
}

// SetSeen implements [store.LastSeen].
func (s *Store) SetSeen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) error {
	return s.writeSeen(ctx, "set seen", account, ids, func(some []users.ID) *query {
		q := s.query()
		q.add("INSERT INTO {seen} (account, user_id, " + seenAt + ") VALUES")
		for i, id := range some {
			q.add([]string{" ", ", "}[min(i, 1)]+"(?, ?, ?)", string(account), string(id), at.UnixMicro())
		}
		return q.add(s.replaceSmaller([]string{"account", "user_id"}, "{seen}", seenAt))
	})
}

// ForgetSeen implements [store.LastSeen].
func (s *Store) ForgetSeen(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	return s.writeSeen(ctx, "forget seen", account, ids, func(some []users.ID) *query {
		q := s.query()
		return q.add("UPDATE {seen} SET "+seenAt+" = NULL WHERE account = ? AND user_id {in}", string(account), listOf(some))
	})
}

// writeSeen writes rows of {seen}, in their order, so that two calls do not wait for each other.
func (s *Store) writeSeen(ctx context.Context, what string, account users.AccountID, ids []users.ID, write func([]users.ID) *query) error {
	if err := checkStorable(ids...); err != nil {
		return fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for some := range slices.Chunk(ids, seenTogether) {
		if err := s.writeRows(ctx, what, account, func() *query { return write(some) }); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// writeRows writes rows that stand beside an account by one statement.
func (s *Store) writeRows(ctx context.Context, what string, account users.AccountID, write func() *query) error {
	_, err := s.writeBeside(ctx, what, func() (n int64, err error) {
		err = s.savepoint(ctx, func() (err error) {
			n, err = s.exec(ctx, write())
			return err
		})
		return n, err
	}, string(account))
	return err
}
