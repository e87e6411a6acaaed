// Package filestore is a store such as a host might write: all accounts in one JSON
// file, which every commit writes anew. It is a real one, for one process and a few
// thousand people.
package filestore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Store keeps accounts in a file. It is safe for concurrent use by one process.
type Store struct {
	mu   sync.Mutex
	path string
	kept []byte // what the file contains
	file file
}

type file struct {
	Accounts map[users.AccountID]account
	Progress map[string]map[users.AccountID]store.Progress // by consumer
}

type account struct {
	Row    seats.Account
	Pools  map[seats.PoolID]seats.Pool
	Users  map[users.ID]users.User
	Events []seats.Event
}

// Open returns the store in the file, which need not be there yet.
func Open(path string) (*Store, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte(`{"Accounts":{},"Progress":{}}`), nil
	}
	s := &Store{path: path, kept: text}
	return s, cmp.Or(err, json.Unmarshal(text, &s.file))
}

// save puts a new file in the place of the old one. If it fails nothing has changed.
func (s *Store) save() error {
	text, err := json.Marshal(s.file)
	if err == nil {
		err = os.WriteFile(s.path+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(s.path+".new", s.path)
	}
	if err == nil {
		s.kept = text
		return nil
	}
	s.file = file{}
	return errors.Join(err, json.Unmarshal(s.kept, &s.file))
}

// copied returns a value that shares nothing with the one that is kept.
func copied[T any](v T) (c T) {
	text, err := json.Marshal(v)
	if err = cmp.Or(err, json.Unmarshal(text, &c)); err != nil {
		panic(err) // all of it has been through JSON before
	}
	return c
}

// Load implements [store.Store].
func (s *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshots := make([]seats.Snapshot, len(needs))
	for i, n := range needs {
		a, there := s.file.Accounts[n.Account]
		if !there {
			continue
		}
		due, next := a.due(n.DueBy)
		snapshots[i] = copied(seats.Snapshot{
			Account: a.Row, NextDue: next,
			Pools: list(len(a.Pools), sorted(a.Pools), func(p seats.Pool) bool {
				return p.ID == seats.Site || slices.Contains(n.Pools, p.ID)
			}),
			Users: list(len(a.Users), sorted(a.Users), func(u users.User) bool {
				return slices.Contains(n.Users, u.ID) || slices.ContainsFunc(n.Keys, u.Has) || slices.Contains(due, u.ID)
			}),
			Past: list(len(a.Events), a.Events, func(e seats.Event) bool {
				return n.Change != "" && e.Change == n.Change ||
					n.Key != "" && e.Key == n.Key && e.Index >= n.First && e.Index < n.Last
			}),
		})
	}
	return snapshots, ctx.Err()
}

// due returns who is due by then, at most so many as one change settles, and when
// the next one after them is.
func (a account) due(by time.Time) (due []users.ID, next time.Time) {
	all := slices.DeleteFunc(sorted(a.Users), func(u users.User) bool { return u.Due.IsZero() })
	slices.SortStableFunc(all, func(x, y users.User) int { return x.Due.Compare(y.Due) })
	for i, u := range all {
		if i == seats.MaxSettled || u.Due.After(by) {
			return due, u.Due
		}
		due = append(due, u.ID)
	}
	return due, time.Time{}
}

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.Verdict, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	verdicts := make([]store.Verdict, len(changes))
	for i, c := range changes {
		a := s.file.Accounts[c.Account.ID]
		if verdicts[i] = a.judge(c); verdicts[i].Err == nil {
			s.file.Accounts[c.Account.ID] = a.with(copied(c))
		}
	}
	return verdicts, s.save()
}

// judge says whether a change may be written.
func (a account) judge(c seats.Change) (v store.Verdict) {
	if c.Base != a.Row.Revision || len(c.Events) > 0 && c.Events[0].Sequence != a.Row.Sequence+1 {
		return store.Verdict{Err: store.ErrConflict}
	}
	after := maps.Clone(a.Users) // those who were there, as they would be
	for _, u := range c.Users {
		if _, there := after[u.ID]; there {
			after[u.ID] = u
		}
	}
	for _, k := range c.Fresh {
		for _, u := range a.Users {
			if next := after[u.ID]; u.Has(k) && next.Has(k) {
				v = store.Verdict{Err: store.ErrTaken, Taken: append(v.Taken, k)}
			}
		}
	}
	if v.Err == nil && slices.ContainsFunc(c.Pools, func(p seats.Pool) bool { return !p.Sound() }) {
		v.Err = store.ErrBroken
	}
	return v
}

// with returns the account after a change.
func (a account) with(c seats.Change) account {
	if a.Row.Revision == 0 {
		a.Pools, a.Users = map[seats.PoolID]seats.Pool{}, map[users.ID]users.User{}
	}
	a.Row, a.Events = c.Account, append(a.Events, c.Events...)
	for _, p := range c.Pools {
		a.Pools[p.ID] = p
	}
	for _, u := range c.Users {
		a.Users[u.ID] = u
	}
	return a
}

// read calls fn with an account, for as long as the store is locked.
func (s *Store) read(ctx context.Context, id users.AccountID, fn func(account)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, there := s.file.Accounts[id]
	if !there {
		return cmp.Or(ctx.Err(), store.ErrNotFound)
	}
	fn(a)
	return ctx.Err()
}

// Users implements [store.Store].
func (s *Store) Users(ctx context.Context, id users.AccountID, f users.Filter, limit int) (page []users.User, err error) {
	err = s.read(ctx, id, func(a account) { page = copied(list(limit, sorted(a.Users), f.Match)) })
	return page, err
}

// Tally implements [store.Store].
func (s *Store) Tally(ctx context.Context, id users.AccountID, f users.Filter) (t users.Tally, revision uint64, err error) {
	err = s.read(ctx, id, func(a account) {
		for _, u := range list(len(a.Users), sorted(a.Users), f.Match) {
			t.Move(users.Standing{}, u.Standing())
		}
		revision = a.Row.Revision
	})
	return t, revision, err
}

// Events implements [store.Store].
func (s *Store) Events(ctx context.Context, id users.AccountID, f seats.EventFilter, limit int) (page []seats.Event, err error) {
	err = s.read(ctx, id, func(a account) { page = copied(list(limit, a.Events, f.Match)) })
	return page, err
}

// Due implements [store.Store].
func (s *Store) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return list(limit, slices.Sorted(maps.Keys(s.file.Accounts)), func(id users.AccountID) bool {
		return id > after && s.file.Accounts[id].Row.IsDue(by)
	}), ctx.Err()
}

// Behind implements [store.Store].
func (s *Store) Behind(ctx context.Context, consumer string, after users.AccountID, limit int) (page []store.Progress, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.file.Accounts)) {
		if at := s.at(consumer, id); id > after && len(page) < limit && at.Sequence < s.file.Accounts[id].Row.Sequence {
			page = append(page, at)
		}
	}
	return page, ctx.Err()
}

// Advance implements [store.Store].
func (s *Store) Advance(ctx context.Context, from, to store.Progress) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.at(from.Consumer, from.Account)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case at.Sequence != from.Sequence || !at.Until.Equal(from.Until):
		return store.ErrConflict
	case s.file.Progress[to.Consumer] == nil:
		s.file.Progress[to.Consumer] = map[users.AccountID]store.Progress{}
	}
	s.file.Progress[to.Consumer][to.Account] = to
	return s.save()
}

// at returns how far a consumer has come.
func (s *Store) at(consumer string, id users.AccountID) store.Progress {
	if p, begun := s.file.Progress[consumer][id]; begun {
		return p
	}
	return store.Progress{Consumer: consumer, Account: id}
}

// sorted returns the rows in ascending order of their keys, by bytes.
func sorted[K cmp.Ordered, V any](rows map[K]V) []V {
	all := make([]V, 0, len(rows))
	for _, k := range slices.Sorted(maps.Keys(rows)) {
		all = append(all, rows[k])
	}
	return all
}

// list returns the rows that match, at most limit of them.
func list[T any](limit int, rows []T, match func(T) bool) (page []T) {
	for _, row := range rows {
		if len(page) < limit && match(row) {
			page = append(page, row)
		}
	}
	return page
}
