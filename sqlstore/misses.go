package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A row of {misses} is the miss of a user by a source, with NULL once it is over: as all rows it stays. The row of the
// empty user has the number of the source's counted runs.
var (
	missKey    = []string{"account", "user_id", "source"}
	missValues = []string{"missed_run", "missed_since"}
)

var missColumns = []column[seats.Miss]{
	text("user_id", func(m *seats.Miss) *users.ID { return &m.User }),
	number(missValues[0], func(m *seats.Miss) *int64 { return &m.Run }),
	instant(missValues[1], func(m *seats.Miss) *time.Time { return &m.Since }),
}

// Missing implements [store.Misses].
func (s *Store) Missing(
	ctx context.Context, account users.AccountID, source string, after users.ID, limit int,
) (misses []seats.Miss, runs int64, err error) {
	if unstorable(string(account)) || unstorable(source) {
		return nil, 0, ctx.Err()
	}
	if err := checkStorable(after); err != nil {
		return nil, 0, fmt.Errorf("sqlstore: missing: %w", err)
	}
	err = s.retryRead(ctx, func() error {
		misses, runs = nil, 0
		r := s.unionQuery()
		r.list = true
		addPart(r, missColumns, func(m seats.Miss) { runs = m.Run })
		r.add(" FROM {misses} WHERE account = ? AND user_id = "+s.emptyText+" AND source = ?", string(account), source)
		addPart(r, missColumns, func(m seats.Miss) { misses = append(misses, m) })
		r.add(" FROM {misses} WHERE account = ? AND user_id > ? AND source = ? AND "+missValues[1]+" IS NOT NULL ORDER BY user_id", string(account), string(after), source)
		r.limit(limit)
		return s.read(ctx, r)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("sqlstore: missing: %w", err)
	}
	return misses, runs, nil
}

// SetMissing implements [store.Misses].
func (s *Store) SetMissing(ctx context.Context, account users.AccountID, source string, misses ...seats.Miss) error {
	rows := slices.SortedFunc(slices.Values(misses), func(a, b seats.Miss) int { return cmp.Compare(a.User, b.User) })
	for _, m := range rows {
		if err := checkStorable(string(m.User), source); err != nil {
			return fmt.Errorf("sqlstore: set missing: %w", err)
		}
	}
	for some := range slices.Chunk(rows, seenTogether) {
		err := s.writeRows(ctx, "set missing", account, func() *query {
			q := s.query()
			q.add("INSERT INTO {misses} (" + strings.Join(slices.Concat(missKey, missValues), ", ") + ") VALUES")
			for i, m := range some {
				q.add([]string{" (", ", ("}[min(i, 1)]+"?, ?, ?", string(account), string(m.User), source)
				if m.Since.IsZero() {
					q.add(", " + s.nullNumber + ", " + s.nullNumber + ")")
				} else {
					q.add(", ?, ?)", m.Run, m.Since.UnixMicro())
				}
			}
			return q.add(s.replace(missKey, missValues))
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// SetRuns implements [store.Misses].
func (s *Store) SetRuns(ctx context.Context, account users.AccountID, source string, runs int64) error {
	if err := checkStorable(source); err != nil {
		return fmt.Errorf("sqlstore: set runs: %w", err)
	}
	return s.writeRows(ctx, "set runs", account, func() *query {
		q := s.query()
		q.add("INSERT INTO {misses} (account, user_id, source, missed_run) VALUES (?, "+s.emptyText+", ?, ?)", string(account), source, runs)
		return q.add(s.replaceSmaller(missKey, "{misses}", "missed_run"))
	})
}

// ForgetMissing implements [store.Misses].
func (s *Store) ForgetMissing(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	return s.writeSeen(ctx, "forget missing", account, ids, func(some []users.ID) *query {
		q := s.query()
		return q.add("UPDATE {misses} SET missed_run = NULL, missed_since = NULL WHERE account = ? AND user_id {in}", string(account), listOf(some))
	})
}
