package memstore

import (
	"context"
	"errors"
	"time"

	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Seen implements [store.LastSeen].
func (s *Store) Seen(ctx context.Context, id users.AccountID, ids ...users.ID) ([]time.Time, error) {
	instants := make([]time.Time, len(ids))
	return instants, s.beside(ctx, id, func(a *account) {
		for i, user := range ids {
			instants[i] = a.seen[user]
		}
	})
}

// SetSeen implements [store.LastSeen].
func (s *Store) SetSeen(ctx context.Context, id users.AccountID, at time.Time, ids ...users.ID) error {
	return s.beside(ctx, id, func(a *account) {
		if a.seen == nil {
			a.seen = map[users.ID]time.Time{}
		}
		for _, user := range ids {
			if at.After(a.seen[user]) {
				a.seen[user] = at
			}
		}
	})
}

// ForgetSeen implements [store.LastSeen].
func (s *Store) ForgetSeen(ctx context.Context, id users.AccountID, ids ...users.ID) error {
	return s.beside(ctx, id, func(a *account) {
		for _, user := range ids {
			delete(a.seen, user)
		}
	})
}

// beside does something with what stands beside an account, if it is known.
func (s *Store) beside(ctx context.Context, id users.AccountID, do func(*account)) error {
	a, unlock, err := s.open(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	defer unlock()
	do(a)
	return nil
}
