package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A secluded is a store in which one account is listed, is due or has events for a
// consumer, and no other ever: the clock of a script is not that of the accounts beside
// it. It refuses changes that a store need not be able to write.
type secluded struct {
	store.Store
	store.Outbox
	store.LastSeen
	store.Misses
	account users.AccountID
}

// Commit implements [store.Store].
func (s secluded) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	for _, c := range changes {
		if err := CheckUsers(ctx, s.Store, c); err != nil {
			return nil, err
		}
	}
	return s.Store.Commit(ctx, changes...)
}

// Accounts implements [store.Store].
func (s secluded) Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	one := min(limit, 1) // since there may be thousands of others behind it
	return only(s.account, after, one, func(a seats.Account) users.AccountID { return a.ID }, func(after users.AccountID) ([]seats.Account, error) {
		return s.Store.Accounts(ctx, after, one)
	})
}

// Due implements [store.Store].
func (s secluded) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	return only(s.account, after, limit, func(id users.AccountID) users.AccountID { return id }, func(after users.AccountID) ([]users.AccountID, error) {
		return s.Store.Due(ctx, by, after, limit)
	})
}

// Pending implements [store.Outbox].
func (s secluded) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return only(s.account, after, limit, func(p store.Progress) users.AccountID { return p.Account }, func(after users.AccountID) ([]store.Progress, error) {
		return s.Outbox.Pending(ctx, consumer, after, limit)
	})
}

// SetAside implements [store.Outbox].
func (s secluded) SetAside(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return only(s.account, after, limit, func(p store.Progress) users.AccountID { return p.Account }, func(after users.AccountID) ([]store.Progress, error) {
		return s.Outbox.SetAside(ctx, consumer, after, limit)
	})
}

// only reads pages until the one that has the account's row, of which it returns no
// other.
func only[R any](account, after users.AccountID, limit int, of func(R) users.AccountID, read func(users.AccountID) ([]R, error)) ([]R, error) {
	for after = max(after, account[:len(account)-1]); after < account; {
		page, err := read(after)
		if err != nil || len(page) == 0 {
			return nil, err
		}
		for _, row := range page {
			if of(row) == account {
				return []R{row}, nil
			}
		}
		if len(page) < limit {
			break
		}
		after = of(page[len(page)-1])
	}
	return nil, nil
}

// CheckUsers returns an error unless the users of a change are as [seats.Change] says,
// since stores rely on it. A change that was decided on another revision is not judged.
func CheckUsers(ctx context.Context, s store.Store, c seats.Change) error {
	updated := make([]users.ID, len(c.Updated))
	for i, u := range c.Updated {
		updated[i] = u.ID
	}
	snapshots, err := s.Load(ctx, seats.Need{Account: c.Account.ID, Users: updated})
	if err != nil || snapshots[0].Account.Revision != c.Base {
		return err
	}
	var takes []users.Key
	for _, u := range c.Updated {
		i := slices.IndexFunc(snapshots[0].Users, func(was users.User) bool { return was.ID == u.ID })
		if i < 0 {
			return errors.New("harness: a change updates a user who is not there")
		}
		takes = append(takes, slices.DeleteFunc(u.UniqueKeys(), func(k users.Key) bool { return slices.Contains(snapshots[0].Users[i].UniqueKeys(), k) })...)
	}
	for _, k := range slices.Concat(takes, c.NewKeys) {
		if slices.Contains(takes, k) != slices.Contains(c.NewKeys, k) {
			return fmt.Errorf("harness: the new keys of a change are not those that its users take: %v", k.Kind)
		}
	}
	taken := map[users.Key]bool{}
	for _, k := range c.Keys() {
		if taken[k] {
			return fmt.Errorf("harness: a change gives a key to two users: %v", k.Kind)
		}
		taken[k] = true
	}
	return nil
}
