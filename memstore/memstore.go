// Package memstore keeps accounts in memory, for tests and for small programs. It is a
// complete store: it copies rows in and out, makes every check of the contract, and heeds
// contexts while it waits. With its indexes a call costs as much as the rows it touches;
// examples/filestore is the plainer example. Its clock is the host's: StoreTime is zero.
package memstore

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/ctxlock"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Store keeps accounts in memory for as long as it is reachable. It is safe for
// concurrent use. The zero value is an empty store, ready to use.
type Store struct {
	mutex    ctxlock.Mutex // of the maps
	accounts map[users.AccountID]*account
	progress map[consumer]store.Progress
}

// New returns an empty store.
func New() *Store { return &Store{} }

var (
	_ store.Store  = (*Store)(nil)
	_ store.Outbox = (*Store)(nil)
)

// lock waits for exclusive use of the store.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = s.mutex.Lock(ctx)
	if err == nil && s.accounts == nil {
		s.accounts, s.progress = map[users.AccountID]*account{}, map[consumer]store.Progress{}
	}
	return unlock, err
}

// open is lock for one account.
func (s *Store) open(ctx context.Context, id users.AccountID) (*account, func(), error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, nil, err
	}
	a, ok := s.accounts[id]
	if !ok {
		unlock()
		return nil, nil, store.ErrNotFound
	}
	return a, unlock, nil
}

// Load implements [store.Store].
func (s *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	snapshots := make([]seats.Snapshot, len(needs))
	for i, n := range needs {
		if a, ok := s.accounts[n.Account]; ok {
			snapshots[i] = n.Select(a.find(n))
		}
	}
	return snapshots, nil
}

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	results := make([]store.CommitResult, len(changes))
	for i, c := range changes {
		a, ok := s.accounts[c.Account.ID]
		if !ok {
			a = newAccount()
		}
		if results[i] = a.check(c); results[i].Err == nil {
			a.apply(c)
			s.accounts[c.Account.ID] = a
		}
	}
	return results, nil
}

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

// Pools implements [store.Store].
func (s *Store) Pools(ctx context.Context, id users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	a, unlock, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var page []seats.Pool
	for _, id := range slices.Sorted(maps.Keys(a.pools)) {
		if id > after && len(page) < limit {
			page = append(page, a.pools[id])
		}
	}
	return page, nil
}

// Licences implements [store.Store].
func (s *Store) Licences(ctx context.Context, id users.AccountID, f users.LicenceFilter, limit int) ([]users.Licence, error) {
	a, unlock, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var page []users.Licence
	first, _ := slices.BinarySearch(a.licensed, max(f.After.User, f.User))
	for _, id := range a.licensed[first:] {
		for _, l := range a.licences[id] {
			if len(page) < limit && f.Match(l) {
				page = append(page, l)
			}
		}
		if len(page) >= limit || f.User != "" {
			break
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
		if id > after && a.row.IsDue(by) {
			due = append(due, id)
		}
	}
	slices.Sort(due)
	return due[:min(limit, len(due))], nil
}
