// Package filestore is a store such as a host might write: one file of JSON, to which
// every commit adds a line for each change, and which is read again at the start. It
// is a real one, for one process and as many people as fit into memory.
//
// The file is a log: it keeps every row that there ever was, and with that what was erased
// since. A host that has to erase for good writes the file anew from its rows, and so does
// every store that keeps a journal.
package filestore

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Store keeps accounts in a file. It is safe for concurrent use by one process. It has
// no clock besides the host's, so that snapshots carry no StoreTime.
type Store struct {
	mu       sync.Mutex
	file     *os.File
	size     int64 // of the file, up to the last line that is whole
	accounts map[users.AccountID]account
	progress map[[2]string]store.Progress // by consumer and account
}

type account struct {
	row    seats.Account
	pools  map[seats.PoolID]seats.Pool
	users  map[users.ID]users.User
	events []seats.Event
}

// A line of the file has one of these.
type line struct {
	Change   *seats.Change   `json:"change,omitempty"`
	Progress *store.Progress `json:"progress,omitempty"`
}

// Open returns the store in the file, which need not be there yet. A last line that is
// not whole was never acknowledged and is dropped.
func Open(path string) (*Store, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &Store{file: f, accounts: map[users.AccountID]account{}, progress: map[[2]string]store.Progress{}}
	text, err := io.ReadAll(f)
	for err == nil {
		end := bytes.IndexByte(text, '\n') + 1
		if end == 0 {
			return s, nil
		}
		var l line
		if err = json.Unmarshal(text[:end], &l); err == nil {
			s.apply(l)
			s.size, text = s.size+int64(end), text[end:]
		}
	}
	return nil, errors.Join(err, f.Close())
}

// Close closes the file.
func (s *Store) Close() error { return s.file.Close() }

// write adds lines to the file and then applies them. If the file fails, what there
// is of the lines is written over by the next ones, but a program that starts now
// would find them: nobody knows.
func (s *Store) write(lines ...line) error {
	var text bytes.Buffer
	for _, l := range lines {
		if err := json.NewEncoder(&text).Encode(l); err != nil {
			return err
		}
	}
	err := s.file.Truncate(s.size)
	if err == nil {
		_, err = s.file.WriteAt(text.Bytes(), s.size)
	}
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrUnknown, err)
	}
	s.size += int64(text.Len())
	for _, l := range lines {
		s.apply(l)
	}
	return nil
}

// apply does what a line says.
func (s *Store) apply(l line) {
	if p := l.Progress; p != nil {
		s.progress[[2]string{p.Consumer, string(p.Account)}] = *p
	}
	if c := l.Change; c != nil {
		a, there := s.accounts[c.Account.ID]
		if !there {
			a.pools, a.users = map[seats.PoolID]seats.Pool{}, map[users.ID]users.User{}
		}
		a.row = c.Account
		for _, p := range c.Pools {
			a.pools[p.ID] = p
		}
		for _, u := range c.Users {
			a.users[u.ID] = u.Clone()
		}
		for _, e := range c.Events {
			a.events = append(a.events, e.Clone())
		}
		s.accounts[c.Account.ID] = a
	}
}

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	verdicts := make([]store.CommitResult, len(changes))
	var lines []line
	for i := range changes {
		verdicts[i] = s.accounts[changes[i].Account.ID].judge(changes[i])
		if verdicts[i].Err == nil {
			lines = append(lines, line{Change: &changes[i]})
		}
	}
	if err := s.write(lines...); err != nil {
		return nil, err
	}
	return verdicts, nil
}

// judge says whether a change may be written.
func (a account) judge(c seats.Change) (v store.CommitResult) {
	if c.Base != a.row.Revision || len(c.Events) > 0 && c.Events[0].Sequence != a.row.Sequence+1 {
		return store.CommitResult{Err: store.ErrConflict}
	}
	if n := len(a.events); n == 0 && a.row.Sequence > 0 || n > 0 && a.events[n-1].Sequence != a.row.Sequence {
		return store.CommitResult{Err: store.ErrSequence}
	}
	changed := map[users.ID]users.User{}
	for _, u := range c.Users {
		changed[u.ID] = u
	}
	for _, k := range c.Fresh {
		for _, u := range a.users {
			if next, moves := changed[u.ID]; u.Has(k) && (!moves || next.Has(k)) {
				v = store.CommitResult{Err: store.ErrKeyTaken, Taken: append(v.Taken, k)}
			}
		}
	}
	if v.Err == nil && slices.ContainsFunc(c.Pools, func(p seats.Pool) bool { return !p.Sound() }) {
		v.Err = store.ErrBroken
	}
	return v
}

// Load implements [store.Store].
func (s *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshots := make([]seats.Snapshot, len(needs))
	for i, n := range needs {
		if a, there := s.accounts[n.Account]; there {
			due, next := a.due(n.DueBy)
			least := a.least(n.Key)
			var admins []users.ID
			if n.Admins {
				for _, u := range page(seats.MaxReceivers, sorted(a.users), users.User.Administers) {
					admins = append(admins, u.ID)
				}
			}
			snapshots[i] = seats.Snapshot{
				Account: a.row, NextDue: next,
				Pools: page(len(a.pools), sorted(a.pools), func(p seats.Pool) bool {
					return p.ID == seats.Site || slices.Contains(n.Pools, p.ID)
				}),
				Users: page(len(a.users), sorted(a.users), func(u users.User) bool {
					return slices.Contains(n.Users, u.ID) || slices.ContainsFunc(n.Keys, u.Has) || slices.Contains(due, u.ID) || slices.Contains(admins, u.ID)
				}),
				Past: page(len(a.events), a.events, func(e seats.Event) bool {
					ofKey := n.Key != "" && e.Key == n.Key && (e.Sequence == least || e.Index >= n.IndexFrom && e.Index < n.IndexTo)
					return ofKey || n.Change != "" && e.Change == n.Change
				}),
			}
		}
	}
	return snapshots, ctx.Err()
}

// least returns the number of the event of a request key that has the least index.
func (a account) least(key string) uint64 {
	of := page(len(a.events), a.events, func(e seats.Event) bool { return e.Key == key })
	slices.SortStableFunc(of, func(x, y seats.Event) int { return cmp.Compare(x.Index, y.Index) })
	if len(of) == 0 {
		return 0
	}
	return of[0].Sequence
}

// due returns who is due by then, at most so many as one change settles, and when
// the next one after them is.
func (a account) due(by time.Time) (due []users.ID, next time.Time) {
	all := page(len(a.users), sorted(a.users), func(u users.User) bool { return !u.Due.IsZero() })
	slices.SortStableFunc(all, func(x, y users.User) int { return x.Due.Compare(y.Due) })
	for i, u := range all {
		if i == seats.MaxSettled || u.Due.After(by) {
			return due, u.Due
		}
		due = append(due, u.ID)
	}
	return due, time.Time{}
}

// Users implements [store.Store].
func (s *Store) Users(ctx context.Context, id users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	a, err := s.read(ctx, id)
	if f.ByName {
		names := map[string]users.User{}
		for _, u := range a.users {
			names[u.SortName()+"\x00"+string(u.ID)] = u // the zero byte comes before whatever a name contains
		}
		return page(limit, sorted(names), f.Match), err
	}
	return page(limit, sorted(a.users), f.Match), err
}

// Tally implements [store.Store].
func (s *Store) Tally(ctx context.Context, id users.AccountID, f users.Filter) (t users.Tally, revision uint64, err error) {
	a, err := s.read(ctx, id)
	for _, u := range page(len(a.users), sorted(a.users), f.Match) {
		t.Move(users.Segment{}, u.Segment())
	}
	return t, a.row.Revision, err
}

// Events implements [store.Store].
func (s *Store) Events(ctx context.Context, id users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	a, err := s.read(ctx, id)
	return page(limit, a.events, f.Match), err
}

// read returns one moment of an account.
func (s *Store) read(ctx context.Context, id users.AccountID) (account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, there := s.accounts[id]
	if err := ctx.Err(); err != nil || !there {
		return account{}, cmp.Or(err, store.ErrNotFound)
	}
	a.users = maps.Clone(a.users)
	return a, nil
}

// Accounts implements [store.Store].
func (s *Store) Accounts(ctx context.Context, after users.AccountID, limit int) (all []seats.Account, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range sorted(s.accounts) {
		if a.row.ID > after && len(all) < limit {
			all = append(all, a.row)
		}
	}
	return all, ctx.Err()
}

// Due implements [store.Store].
func (s *Store) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) (due []users.AccountID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range sorted(s.accounts) {
		if a.row.ID > after && len(due) < limit && a.row.IsDue(by) {
			due = append(due, a.row.ID)
		}
	}
	return due, ctx.Err()
}

// Behind implements [store.Store].
func (s *Store) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) (behind []store.Progress, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range sorted(s.accounts) {
		if at := s.at(consumer, a.row.ID); a.row.ID > after && len(behind) < limit && at.Sequence < a.row.Sequence {
			behind = append(behind, at)
		}
	}
	return behind, ctx.Err()
}

// Advance implements [store.Store].
func (s *Store) Advance(ctx context.Context, from, to store.Progress) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.at(from.Consumer, from.Account)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case at.Sequence != from.Sequence || !at.LeaseUntil.Equal(from.LeaseUntil):
		return store.ErrConflict
	}
	to.StoreTime = time.Time{}
	return s.write(line{Progress: &to})
}

// at returns how far a consumer has come.
func (s *Store) at(consumer string, id users.AccountID) store.Progress {
	if p, begun := s.progress[[2]string{consumer, string(id)}]; begun {
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

// page returns copies of the rows that match, at most limit of them.
func page[R any](limit int, rows []R, match func(R) bool) (found []R) {
	for _, row := range rows {
		if len(found) < limit && match(row) {
			found = append(found, row)
		}
	}
	for i := range found {
		if row, ok := any(found[i]).(interface{ Clone() R }); ok {
			found[i] = row.Clone()
		}
	}
	return found
}
