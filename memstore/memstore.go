// Package memstore keeps accounts in memory. It is a complete store, for tests and for production:
// it makes every check of the contract, heeds contexts, and a call costs as much as the rows it
// touches. A person and their first event take some 300 bytes. It makes nothing durable: accounts
// end with the program. Package filestore of the examples is the plainer store to read.
package memstore

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Store keeps accounts in memory for as long as it is reachable. It is safe for concurrent use.
// Calls wait for each other within an account alone. The zero value is an empty store, ready to
// use. Its clock is the host's: StoreTime is zero.
type Store struct {
	mutex    sync.RWMutex // of what follows; held for a moment, and never while a call waits
	accounts map[users.AccountID]*account
	order    sorted[users.AccountID] // of the accounts
	progress map[consumer]store.Progress
}

// New returns an empty store.
func New() *Store { return &Store{} }

var (
	_ store.Store    = (*Store)(nil)
	_ store.Outbox   = (*Store)(nil)
	_ store.LastSeen = (*Store)(nil)
	_ store.Misses   = (*Store)(nil)
)

// account returns an account, or nil.
func (s *Store) account(id users.AccountID) *account {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.accounts[id]
}

// opening returns an account for its first change. It stays unknown until that is written.
func (s *Store) opening(id users.AccountID) *account {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	a, ok := s.accounts[id]
	if !ok {
		if s.accounts == nil {
			s.accounts = map[users.AccountID]*account{}
		}
		a = newAccount()
		s.accounts[id] = a
		at, _ := s.order.seek(to(id))
		s.order.insert(at, id)
	}
	return a
}

// open locks an account.
func (s *Store) open(ctx context.Context, id users.AccountID) (*account, func(), error) {
	a := s.account(id)
	if a == nil {
		return nil, nil, cmp.Or(ctx.Err(), store.ErrNotFound)
	}
	unlock, err := a.Lock(ctx)
	if err != nil {
		return nil, nil, err
	}
	if a.row.Revision == 0 {
		unlock()
		return nil, nil, store.ErrNotFound
	}
	return a, unlock, nil
}

// Load implements [store.Store].
func (s *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots := make([]seats.Snapshot, len(needs))
	for i, n := range needs {
		a, unlock, err := s.open(ctx, n.Account)
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		}
		snapshots[i] = a.find(n)
		unlock()
		if snapshots[i].Account.IsDue(n.DueBy) {
			snapshots[i] = n.Select(snapshots[i])
		}
	}
	return snapshots, nil
}

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	accounts, unlock, err := s.lock(ctx, changes)
	if err != nil {
		return nil, err
	}
	defer unlock()
	results := make([]store.CommitResult, len(changes))
	for i, c := range changes {
		a := accounts[i]
		if a == nil {
			results[i].Err = store.ErrConflict
		} else if results[i] = a.check(c); results[i].Err == nil {
			a.apply(c)
		}
	}
	return results, nil
}

// lock locks the accounts of changes, in the order of their IDs so that no two calls wait for each
// other; nil: an account is unknown.
func (s *Store) lock(ctx context.Context, changes []seats.Change) (accounts []*account, unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	accounts, places := make([]*account, len(changes)), make([]int, len(changes))
	for i, c := range changes {
		places[i] = i
		if accounts[i] = s.account(c.Account.ID); accounts[i] == nil && c.Base == 0 {
			accounts[i] = s.opening(c.Account.ID)
		}
	}
	slices.SortFunc(places, func(i, j int) int { return cmp.Compare(changes[i].Account.ID, changes[j].Account.ID) })
	unlocks := make([]func(), 0, len(changes))
	unlock = func() {
		for _, free := range unlocks {
			free()
		}
	}
	for _, i := range places {
		if accounts[i] == nil {
			continue
		}
		free, err := accounts[i].Lock(ctx)
		if err != nil {
			unlock()
			return nil, nil, err
		}
		unlocks = append(unlocks, free)
	}
	return accounts, unlock, nil
}

// Users implements [store.Store].
func (s *Store) Users(ctx context.Context, id users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	a, unlock, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var page []users.User
	for u := range a.from(f) {
		if len(page) >= limit {
			break
		}
		if f.Match(u) {
			page = append(page, u)
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
	f = f.WithoutPage()
	for u := range a.from(f) {
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
	size := uint64(a.events.size)
	list := a.events.from(int(min(f.After, size)))
	if f.Backward {
		list = a.events.backFrom(int(min(f.Before-1, size))) // of no Before the largest number
	}
	for at, text := range list {
		number := uint64(at) + 1
		if len(page) >= limit || f.Backward && number <= f.After || !f.Backward && f.Before > 0 && number >= f.Before {
			break
		}
		if e := a.event(at, text); f.Match(e) {
			page = append(page, e)
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
	first, _ := a.licensed.seek(to(max(f.After.User, f.User)))
	for id := range a.licensed.from(first) {
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
func (s *Store) Accounts(ctx context.Context, after users.AccountID, limit int) (page []seats.Account, err error) {
	err = s.each(ctx, after, func(a seats.Account) bool {
		if len(page) < limit {
			page = append(page, a)
		}
		return len(page) < limit
	})
	return page, err
}

// Due implements [store.Store].
func (s *Store) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) (due []users.AccountID, err error) {
	err = s.each(ctx, after, func(a seats.Account) bool {
		if a.IsDue(by) && len(due) < limit {
			due = append(due, a.ID)
		}
		return len(due) < limit
	})
	return due, err
}

// each goes through the accounts after that ID, in order, until visit returns false.
func (s *Store) each(ctx context.Context, after users.AccountID, visit func(seats.Account) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for ids := s.after(after); len(ids) > 0; ids = s.after(ids[len(ids)-1]) {
		for _, id := range ids {
			a, unlock, err := s.open(ctx, id)
			switch {
			case errors.Is(err, store.ErrNotFound):
				continue
			case err != nil:
				return err
			}
			row := a.row
			unlock()
			if !visit(row) {
				return nil
			}
		}
	}
	return nil
}

// after returns the next accounts after that ID, some at a time.
func (s *Store) after(id users.AccountID) (ids []users.AccountID) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	at, _ := s.order.seek(to(id + "\x00")) // the least one that is greater
	for next := range s.order.from(at) {
		if ids = append(ids, next); len(ids) == 100 {
			break
		}
	}
	return ids
}
