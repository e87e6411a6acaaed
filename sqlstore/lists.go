package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// list reads rows of one account; an unknown account is [store.ErrNotFound].
func (s *Store) list(ctx context.Context, account users.AccountID, parts func(*unionQuery)) (revision uint64, err error) {
	if unstorable(string(account)) {
		return 0, store.ErrNotFound
	}
	err = s.retryRead(ctx, func() error {
		r := s.unionQuery()
		r.list = true
		revision = 0
		column := []column[uint64]{number("revision", func(n *uint64) *uint64 { return n })}
		addPart(r, column, func(n uint64) { revision = n }).add(" FROM {accounts} WHERE id = ?", string(account))
		parts(r)
		return s.read(ctx, r)
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("sqlstore: list: %w", err)
	case revision == 0:
		return 0, store.ErrNotFound
	}
	return revision, nil
}

// page reads rows of one account. If there are none it looks whether the account is known, at the
// same moment, which reads them twice: it is for what is found by an index. list is for the rest.
func (s *Store) page(ctx context.Context, account users.AccountID, part func(*unionQuery), found func() bool) error {
	err := s.part(ctx, account, part)
	if err == nil && !found() {
		_, err = s.list(ctx, account, part)
	}
	return err
}

// part reads rows of one account, known or not.
func (s *Store) part(ctx context.Context, account users.AccountID, part func(*unionQuery)) error {
	if unstorable(string(account)) {
		return store.ErrNotFound
	}
	err := s.retryRead(ctx, func() error {
		r := s.unionQuery()
		r.list = true
		part(r)
		return s.read(ctx, r)
	})
	if err != nil {
		return fmt.Errorf("sqlstore: list: %w", err)
	}
	return nil
}

// Events implements [store.Store].
func (s *Store) Events(ctx context.Context, account users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	var page []seats.Event
	part := func(r *unionQuery) {
		page = nil
		from := "{events by id}"
		if f.User != "" {
			from = "{events by person}"
		}
		q := addPart(r, eventColumns, func(e seats.Event) {
			e.Account = account
			page = append(page, e)
		})
		q.add(" FROM "+from+" WHERE account = ? AND sequence > ?", string(account), int64(min(f.After, math.MaxInt64)))
		if f.Before > 0 {
			q.add(" AND sequence < ?", int64(min(f.Before, math.MaxInt64)))
		}
		if f.User != "" {
			q.add(" AND user_id IS NOT NULL") // the rows of the index, whatever the user
			q.equals("user_id", string(f.User))
		}
		if len(f.Kinds) > 0 {
			q.add(" AND kind {in}", listOf(f.Kinds))
		}
		if kinds := f.By.Members(); len(kinds) > 0 {
			q.any(len(kinds), func(i int) { q.by(kinds[i]) })
		}
		q.add(" ORDER BY sequence")
		if f.Backward {
			q.add(" DESC")
		}
		q.limit(limit)
	}
	var err error
	if len(f.Kinds) > 0 || !f.By.Empty() {
		_, err = s.list(ctx, account, part)
	} else {
		err = s.page(ctx, account, part, func() bool { return len(page) > 0 })
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(page, func(x, y seats.Event) int { return cmp.Compare(x.Sequence, y.Sequence) })
	if f.Backward {
		slices.Reverse(page)
	}
	return page, nil
}

// by adds the condition on facts to have a kind of actor: the first value, left out for a user.
func (q *unionQuery) by(k users.ActorKind) {
	if k == users.ActorUser {
		q.add(" AND (facts IS NULL OR SUBSTR(facts, 1, 6) <> ?)", `{"by":`)
		return
	}
	begin := `{"by":"` + k.String() + `"`
	q.add(" AND SUBSTR(facts, 1, "+strconv.Itoa(len(begin))+") = ?", begin)
}

// Pools implements [store.Store].
func (s *Store) Pools(ctx context.Context, account users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	if err := checkStorable(after); err != nil {
		return nil, fmt.Errorf("sqlstore: list: %w", err)
	}
	var page []seats.Pool
	err := s.page(ctx, account, func(r *unionQuery) {
		page = nil
		addPart(r, poolColumns, func(p poolRow) { page = append(page, p.Pool) }).
			add(" FROM {pools} WHERE account = ? AND id > ? ORDER BY id", string(account), string(after)).limit(limit)
	}, func() bool { return len(page) > 0 })
	if err != nil {
		return nil, err
	}
	return unique(page, byPool), nil
}

// Licences implements [store.Store].
func (s *Store) Licences(ctx context.Context, account users.AccountID, f users.LicenceFilter, limit int) ([]users.Licence, error) {
	if err := checkStorable(string(f.After.User), f.After.Pool); err != nil {
		return nil, fmt.Errorf("sqlstore: list: %w", err)
	}
	var page []users.Licence
	err := s.page(ctx, account, func(r *unionQuery) {
		page = nil
		from := "{licences by id}"
		if f.Pool != "" && f.User == "" {
			from = "{licences by pool}"
		}
		q := addPart(r, licenceColumns, func(l licenceRow) { page = append(page, l.Licence) })
		q.add(" FROM "+from+" WHERE account = ?", string(account))
		q.licences(f)
		q.add(" ORDER BY user_id, pool, number").limit(limit)
	}, func() bool { return len(page) > 0 })
	if err != nil {
		return nil, err
	}
	return unique(page, byLicence), nil
}

// licences adds the conditions of a filter.
func (q *unionQuery) licences(f users.LicenceFilter) {
	if f.User != "" {
		q.equals("user_id", string(f.User))
	}
	if f.Pool != "" {
		q.equals("pool", f.Pool)
	}
	if !f.State.Empty() {
		q.add(" AND state {in}", namesOf(f.State))
	}
	if after := f.After; after != (users.LicenceID{}) {
		user := string(after.User)
		q.add(" AND user_id >= ? AND (user_id > ? OR pool > ? OR pool = ? AND number > ?)", user, user, after.Pool, after.Pool, after.Number)
	}
}

// listedColumns are those of an account without its site pool.
var listedColumns = slices.Concat([]column[accountRow]{accountID}, settingsColumns, headColumns)

// Accounts implements [store.Store].
func (s *Store) Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	if err := checkStorable(after); err != nil {
		return nil, fmt.Errorf("sqlstore: accounts: %w", err)
	}
	var page []seats.Account
	err := s.retryRead(ctx, func() error {
		page = nil
		r := s.unionQuery()
		addPart(r, listedColumns, func(a accountRow) { page = append(page, a.Account) }).
			add(" FROM {accounts} WHERE id > ? ORDER BY id", string(after)).limit(limit)
		return s.read(ctx, r)
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: accounts: %w", err)
	}
	return page, nil
}

// Due implements [store.Store].
func (s *Store) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	if err := checkStorable(after); err != nil {
		return nil, fmt.Errorf("sqlstore: due: %w", err)
	}
	var due []users.AccountID
	err := s.retryRead(ctx, func() error {
		due = nil
		r := s.unionQuery()
		id := []column[users.AccountID]{text("id", func(id *users.AccountID) *users.AccountID { return id })}
		// PostgreSQL expects few rows of a range with two ends. Of one with a single end it
		// expects so many that it would read all accounts.
		addPart(r, id, func(id users.AccountID) { due = append(due, id) }).
			add(" FROM {accounts by due} WHERE next_due > ? AND next_due <= ?", int64(math.MinInt64), by.UnixMicro()).
			add(" AND id > ?", string(after)).
			add(" ORDER BY id").limit(limit)
		return s.read(ctx, r)
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: due: %w", err)
	}
	return due, nil
}
