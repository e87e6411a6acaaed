package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

type consumer struct {
	name    string
	account users.AccountID
}

// Pending implements [store.Outbox].
func (s *Store) Pending(ctx context.Context, name string, after users.AccountID, limit int) ([]store.Progress, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var pending []store.Progress
	for id, a := range s.accounts {
		if at := s.at(name, id); id > after && at.Sequence < a.row.Sequence {
			pending = append(pending, at)
		}
	}
	slices.SortFunc(pending, func(x, y store.Progress) int { return cmp.Compare(x.Account, y.Account) })
	return pending[:min(limit, len(pending))], nil
}

// Advance implements [store.Outbox].
func (s *Store) Advance(ctx context.Context, from, to store.Progress) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	at := s.at(from.Consumer, from.Account)
	if at.Sequence != from.Sequence || !at.LeaseUntil.Equal(from.LeaseUntil) {
		return store.ErrConflict
	}
	to.StoreTime = time.Time{}
	s.progress[consumer{from.Consumer, from.Account}] = to
	return nil
}

// at returns the progress of a consumer in an account; before the first one it is zero.
func (s *Store) at(name string, id users.AccountID) store.Progress {
	if p, ok := s.progress[consumer{name, id}]; ok {
		return p
	}
	return store.Progress{Consumer: name, Account: id}
}
