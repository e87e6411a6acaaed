package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

type consumer struct {
	name    string
	account users.AccountID
}

// Begin implements [store.Outbox]. Each account is of a moment of its own.
func (s *Store) Begin(ctx context.Context, name string) error {
	all := []store.Progress{{Consumer: name, Sequence: 1}}
	err := s.each(ctx, "", func(a seats.Account) bool {
		all = append(all, store.Progress{Consumer: name, Account: a.ID, Sequence: a.Sequence})
		return true
	})
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for c := range s.progress {
		if c.name == name {
			return nil
		}
	}
	for _, p := range all {
		s.put(p)
	}
	return nil
}

// Progress implements [store.Outbox].
func (s *Store) Progress(ctx context.Context, name string, account users.AccountID) (store.Progress, error) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.at(name, account), ctx.Err()
}

// Pending implements [store.Outbox].
func (s *Store) Pending(ctx context.Context, name string, after users.AccountID, limit int) (pending []store.Progress, err error) {
	err = s.each(ctx, after, func(a seats.Account) bool {
		s.mutex.RLock()
		at := s.at(name, a.ID)
		s.mutex.RUnlock()
		if (at.Sequence < a.Sequence || at.Retries() > 0) && len(pending) < limit {
			pending = append(pending, at)
		}
		return len(pending) < limit
	})
	return pending, err
}

// SetAside implements [store.Outbox].
func (s *Store) SetAside(ctx context.Context, name string, after users.AccountID, limit int) (page []store.Progress, err error) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	for c, p := range s.progress {
		if c.name == name && c.account > after && len(p.SetAside) > 0 {
			page = append(page, s.at(name, c.account))
		}
	}
	slices.SortFunc(page, func(x, y store.Progress) int { return cmp.Compare(x.Account, y.Account) })
	return page[:min(limit, len(page))], ctx.Err()
}

// Advance implements [store.Outbox].
func (s *Store) Advance(ctx context.Context, from, to store.Progress) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.at(from.Consumer, from.Account).Equal(from) {
		return store.ErrConflict
	}
	s.put(to)
	return nil
}

// put keeps a progress.
func (s *Store) put(p store.Progress) {
	if s.progress == nil {
		s.progress = map[consumer]store.Progress{}
	}
	p.StoreTime, p.SetAside = time.Time{}, slices.Clone(p.SetAside)
	s.progress[consumer{p.Consumer, p.Account}] = p
}

// at returns the progress of a consumer in an account; before the first one it is zero.
func (s *Store) at(name string, id users.AccountID) store.Progress {
	p, ok := s.progress[consumer{name, id}]
	if !ok {
		return store.Progress{Consumer: name, Account: id}
	}
	p.SetAside = slices.Clone(p.SetAside)
	return p
}
