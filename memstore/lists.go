package memstore

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Users implements [store.Store].
func (s *Store) Users(ctx context.Context, id users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	a, unlock, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var page []users.User
	for id := range a.from(f) {
		if len(page) >= limit {
			break
		}
		if u := a.users[id]; f.Match(u) {
			page = append(page, u.Clone())
		}
	}
	return page, nil
}

// Tally implements [store.Store].
func (s *Store) Tally(ctx context.Context, id users.AccountID, f users.Filter) (users.Tally, uint64, error) {
	var t users.Tally
	a, unlock, err := s.open(ctx, id)
	if err != nil {
		return t, 0, err
	}
	defer unlock()
	for _, u := range a.users {
		if f.Match(u) {
			t.Move(users.Segment{}, u.Segment())
		}
	}
	return t, a.row.Revision, nil
}

// Events implements [store.Store].
func (s *Store) Events(ctx context.Context, id users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	a, unlock, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var page []seats.Event
	for _, e := range a.events[min(f.After, uint64(len(a.events))):] {
		if len(page) >= limit {
			break
		}
		if f.Match(e) {
			page = append(page, e.Clone())
		}
	}
	return page, nil
}

// Accounts implements [store.Store].
func (s *Store) Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var page []seats.Account
	for _, id := range slices.Sorted(maps.Keys(s.accounts)) {
		if id > after && len(page) < limit {
			page = append(page, s.accounts[id].row)
		}
	}
	return page, nil
}

// Due implements [store.Store].
func (s *Store) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var due []users.AccountID
	for id, a := range s.accounts {
		if id > after && !a.row.NextDue.IsZero() && !a.row.NextDue.After(by) {
			due = append(due, id)
		}
	}
	slices.Sort(due)
	return due[:min(limit, len(due))], nil
}

// open enters the store for one account.
func (s *Store) open(ctx context.Context, id users.AccountID) (*account, func(), error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, nil, err
	}
	a, there := s.accounts[id]
	if !there {
		unlock()
		return nil, nil, store.ErrNotFound
	}
	return a, unlock, nil
}
