// Package filestore is the plainest example of a store, to be read before writing one: a
// file of JSON with a line for each change, read again at the start. It serves one
// process, and accounts of a few thousand users: a call goes through all rows of its
// account. Package memstore has indexes for that.
//
// The file is a log of all rows there ever were, those erased since included. A host with
// a duty to erase must write the file anew from the rows, as with any store that keeps a
// journal.
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

// A Store keeps accounts in a file. It is safe for concurrent use by one process. Its clock
// is the host's: StoreTime is zero.
type Store struct {
	mu       sync.Mutex
	file     *os.File
	size     int64                              // of the file, up to the end of the last whole line
	accounts map[users.AccountID]seats.Snapshot // all rows of each, with all events as its Past
	progress map[consumer]store.Progress
}

type consumer struct {
	name    string
	account users.AccountID
}

var (
	_ store.Store  = (*Store)(nil)
	_ store.Outbox = (*Store)(nil)
)

// A line of the file has one of these.
type line struct {
	Change   *seats.Change    `json:"change,omitempty"`
	Progress []store.Progress `json:"progress,omitempty"`
}

// Open returns the store in the file, and makes the file if it is missing. A last line
// without its end is dropped: it was never acknowledged.
func Open(path string) (*Store, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &Store{file: f, accounts: map[users.AccountID]seats.Snapshot{}, progress: map[consumer]store.Progress{}}
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

// Load implements [store.Store].
func (s *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshots := make([]seats.Snapshot, len(needs))
	for i, n := range needs {
		snapshots[i] = n.Select(s.accounts[n.Account])
	}
	return snapshots, ctx.Err()
}

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	results := make([]store.CommitResult, len(changes))
	var lines []line
	for i, c := range changes {
		results[i] = check(s.accounts[c.Account.ID], c)
		if results[i].Err == nil {
			lines = append(lines, line{Change: &c})
		}
	}
	if err := s.write(lines...); err != nil {
		return nil, err
	}
	return results, nil
}

// check says whether a change may be written on an account's rows.
func check(rows seats.Snapshot, c seats.Change) store.CommitResult {
	last := uint64(0)
	if n := len(rows.Past); n > 0 {
		last = rows.Past[n-1].Sequence
	}
	unsound := func(p seats.Pool) bool { return !p.Sound() }
	switch taken := c.Taken(rows.Users...); {
	case c.Base != rows.Account.Revision, len(c.Events) > 0 && c.Events[0].Sequence != rows.Account.Sequence+1:
		return store.CommitResult{Err: store.ErrConflict}
	case last != rows.Account.Sequence:
		return store.CommitResult{Err: store.ErrSequence}
	case len(taken) > 0:
		return store.CommitResult{Err: store.ErrKeyTaken, Taken: taken}
	case slices.ContainsFunc(c.Pools, unsound):
		return store.CommitResult{Err: store.ErrBroken}
	}
	return store.CommitResult{}
}

// write adds lines to the file and then applies them. After an error of the file the outcome
// is unknown: a program started now may find the lines, while here the next ones replace
// them.
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

func (s *Store) apply(l line) {
	if c := l.Change; c != nil {
		s.accounts[c.Account.ID] = s.accounts[c.Account.ID].Apply(*c)
	}
	for _, p := range l.Progress {
		s.progress[consumer{p.Consumer, p.Account}] = p
	}
}

// rows returns all rows of an account. The store replaces them as a whole.
func (s *Store) rows(ctx context.Context, id users.AccountID) (seats.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, ok := s.accounts[id]
	if err := ctx.Err(); err != nil || !ok {
		return seats.Snapshot{}, cmp.Or(err, store.ErrNotFound)
	}
	return rows, nil
}

// Users implements [store.Store].
func (s *Store) Users(ctx context.Context, id users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	rows, err := s.rows(ctx, id)
	return page(limit, slices.SortedFunc(slices.Values(rows.Users), f.Compare), f.Match), err
}

// Tally implements [store.Store].
func (s *Store) Tally(ctx context.Context, id users.AccountID, f users.Filter) (t users.Tally, revision uint64, err error) {
	rows, err := s.rows(ctx, id)
	for _, u := range rows.Users {
		if f.WithoutPage().Match(u) {
			t.Add(u.Segment(), 1)
		}
	}
	return t, rows.Account.Revision, err
}

// Events implements [store.Store].
func (s *Store) Events(ctx context.Context, id users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	rows, err := s.rows(ctx, id)
	if f.Backward {
		rows.Past = slices.Clone(rows.Past)
		slices.Reverse(rows.Past)
	}
	return page(limit, rows.Past, f.Match), err
}

// Pools implements [store.Store].
func (s *Store) Pools(ctx context.Context, id users.AccountID, after seats.PoolID, limit int) (page []seats.Pool, err error) {
	rows, err := s.rows(ctx, id)
	for _, p := range rows.Pools {
		if p.ID > after && len(page) < limit {
			page = append(page, p)
		}
	}
	return page, err
}

// Licences implements [store.Store].
func (s *Store) Licences(ctx context.Context, id users.AccountID, f users.LicenceFilter, limit int) (page []users.Licence, err error) {
	rows, err := s.rows(ctx, id)
	for _, l := range rows.Licences {
		if len(page) < limit && f.Match(l) {
			page = append(page, l)
		}
	}
	return page, err
}

// page returns copies of the rows that match, at most limit of them.
func page[R interface{ Clone() R }](limit int, rows []R, match func(R) bool) (found []R) {
	for _, row := range rows {
		if len(found) < limit && match(row) {
			found = append(found, row.Clone())
		}
	}
	return found
}

// Accounts implements [store.Store].
func (s *Store) Accounts(ctx context.Context, after users.AccountID, limit int) (page []seats.Account, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.accounts)) {
		if id > after && len(page) < limit {
			page = append(page, s.accounts[id].Account)
		}
	}
	return page, ctx.Err()
}

// Due implements [store.Store].
func (s *Store) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) (page []users.AccountID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.accounts)) {
		if id > after && len(page) < limit && s.accounts[id].Account.IsDue(by) {
			page = append(page, id)
		}
	}
	return page, ctx.Err()
}

// Begin implements [store.Outbox].
func (s *Store) Begin(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	for c := range s.progress {
		if c.name == name {
			return nil
		}
	}
	all := []store.Progress{{Consumer: name, Sequence: 1}}
	for id, rows := range s.accounts {
		all = append(all, store.Progress{Consumer: name, Account: id, Sequence: rows.Account.Sequence})
	}
	return s.write(line{Progress: all})
}

// Progress implements [store.Outbox].
func (s *Store) Progress(ctx context.Context, name string, id users.AccountID) (store.Progress, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at(consumer{name, id}), ctx.Err()
}

// Pending implements [store.Outbox].
func (s *Store) Pending(ctx context.Context, name string, after users.AccountID, limit int) (page []store.Progress, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.accounts)) {
		at := s.at(consumer{name, id})
		if id > after && len(page) < limit && (at.Sequence < s.accounts[id].Account.Sequence || at.Retries() > 0) {
			page = append(page, at)
		}
	}
	return page, ctx.Err()
}

// SetAside implements [store.Outbox].
func (s *Store) SetAside(ctx context.Context, name string, after users.AccountID, limit int) (page []store.Progress, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.progress {
		if at := s.at(c); c.name == name && c.account > after && len(at.SetAside) > 0 {
			page = append(page, at)
		}
	}
	slices.SortFunc(page, func(x, y store.Progress) int { return cmp.Compare(x.Account, y.Account) })
	return page[:min(limit, len(page))], ctx.Err()
}

// Advance implements [store.Outbox].
func (s *Store) Advance(ctx context.Context, from, to store.Progress) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !s.at(consumer{from.Consumer, from.Account}).Equal(from):
		return store.ErrConflict
	}
	to.StoreTime, to.SetAside = time.Time{}, slices.Clone(to.SetAside)
	return s.write(line{Progress: []store.Progress{to}})
}

// at returns the progress of a consumer in an account; before the first one it is zero.
func (s *Store) at(c consumer) store.Progress {
	p, ok := s.progress[c]
	if !ok {
		return store.Progress{Consumer: c.name, Account: c.account}
	}
	p.SetAside = slices.Clone(p.SetAside)
	return p
}
