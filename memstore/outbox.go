package memstore

import (
	"context"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

type consumer struct {
	name    string
	account users.AccountID
}

// Pending implements [store.Outbox].
func (s *Store) Pending(ctx context.Context, name string, after users.AccountID, limit int) (pending []store.Progress, err error) {
	err = s.each(ctx, after, func(a seats.Account) bool {
		s.mutex.RLock()
		at := s.at(name, a.ID)
		s.mutex.RUnlock()
		if at.Sequence < a.Sequence && len(pending) < limit {
			pending = append(pending, at)
		}
		return len(pending) < limit
	})
	return pending, err
}

// Advance implements [store.Outbox].
func (s *Store) Advance(ctx context.Context, from, to store.Progress) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	at := s.at(from.Consumer, from.Account)
	if at.Sequence != from.Sequence || !at.LeaseUntil.Equal(from.LeaseUntil) {
		return store.ErrConflict
	}
	if s.progress == nil {
		s.progress = map[consumer]store.Progress{}
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
