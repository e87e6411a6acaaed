// Package memstore keeps accounts in memory: for tests, for programs that need
// no more, and as the plainest example of a store. It is a real one: it keeps
// copies, compares revisions, keys and event numbers, checks pools as a database
// would, and honours contexts while it waits. It has no clock besides the host's, so that
// snapshots carry no StoreTime.
package memstore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/ctxlock"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Store keeps accounts in memory for as long as it is reachable. It is safe
// for concurrent use. The zero value is an empty store, ready to use.
type Store struct {
	mutex    ctxlock.Mutex // of the maps
	accounts map[users.AccountID]*account
	progress map[consumer]store.Progress
}

type consumer struct {
	name    string
	account users.AccountID
}

type account struct {
	row    seats.Account
	pools  map[seats.PoolID]seats.Pool
	users  map[users.ID]users.User
	order  []users.ID // of users, ascending
	names  []name     // of users, ascending; nil until a list in this order is asked for
	keys   map[users.Key]users.ID
	due    map[users.ID]time.Time // users who are due some day
	admins map[users.ID]bool      // owners and admins who are invited or active
	events []seats.Event
	// Where in events are those of a change, which lie together, and of a request key.
	changes map[seats.ChangeID][2]int
	calls   map[string][]int
}

// New returns an empty store.
func New() *Store { return &Store{} }

var _ store.Store = (*Store)(nil)

// lock waits for exclusive use of the store.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = s.mutex.Lock(ctx)
	if err == nil && s.accounts == nil {
		s.accounts, s.progress = map[users.AccountID]*account{}, map[consumer]store.Progress{}
	}
	return unlock, err
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
		if a, there := s.accounts[n.Account]; there {
			snapshots[i] = a.load(n)
		}
	}
	return snapshots, nil
}

func (a *account) load(n seats.Need) seats.Snapshot {
	snapshot := seats.Snapshot{Account: a.row}
	pools := append(slices.Clone(n.Pools), seats.Site)
	slices.Sort(pools)
	for _, id := range slices.Compact(pools) {
		if p, there := a.pools[id]; there {
			snapshot.Pools = append(snapshot.Pools, p)
		}
	}
	ids := slices.Clone(n.Users)
	for _, k := range n.Keys {
		if id, taken := a.keys[k]; taken {
			ids = append(ids, id)
		}
	}
	if n.Admins {
		admins := slices.Sorted(maps.Keys(a.admins))
		ids = append(ids, admins[:min(len(admins), seats.MaxReceivers)]...)
	}
	due, next := a.dueBy(n.DueBy)
	snapshot.NextDue = next
	ids = append(ids, due...)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if u, there := a.users[id]; there {
			snapshot.Users = append(snapshot.Users, u.Clone())
		}
	}
	snapshot.Past = a.past(n)
	return snapshot
}

// past returns the events of the change and of the request key that are asked for.
func (a *account) past(n seats.Need) []seats.Event {
	var found []int
	for i := a.changes[n.Change][0]; i < a.changes[n.Change][1]; i++ {
		found = append(found, i)
	}
	least := -1
	for _, i := range a.calls[n.Key] {
		e := a.events[i]
		if least < 0 || e.Index < a.events[least].Index {
			least = i
		}
		if e.Index >= n.IndexFrom && e.Index < n.IndexTo {
			found = append(found, i)
		}
	}
	if least >= 0 {
		found = append(found, least)
	}
	slices.Sort(found)
	var past []seats.Event
	for _, i := range slices.Compact(found) {
		past = append(past, a.events[i].Clone())
	}
	return past
}

// dueBy returns who is due by then, the earliest first and no more than one
// change settles, and when the next one after them is due.
func (a *account) dueBy(by time.Time) (due []users.ID, next time.Time) {
	if by.IsZero() || by.Before(a.row.NextDue) {
		return nil, a.row.NextDue
	}
	all := slices.SortedFunc(maps.Keys(a.due), func(x, y users.ID) int {
		return cmp.Or(a.due[x].Compare(a.due[y]), cmp.Compare(x, y))
	})
	for i, id := range all {
		if i == seats.MaxSettled || a.due[id].After(by) {
			return all[:i], a.due[id]
		}
	}
	return all, time.Time{}
}

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	verdicts := make([]store.CommitResult, len(changes))
	for i, c := range changes {
		a := s.accounts[c.Account.ID]
		if a == nil {
			a = &account{
				pools: map[seats.PoolID]seats.Pool{}, users: map[users.ID]users.User{},
				keys: map[users.Key]users.ID{}, due: map[users.ID]time.Time{}, admins: map[users.ID]bool{},
				changes: map[seats.ChangeID][2]int{}, calls: map[string][]int{},
			}
		}
		if verdicts[i] = a.judge(c); verdicts[i].Err == nil {
			a.write(c)
			s.accounts[c.Account.ID] = a
		}
	}
	return verdicts, nil
}

// judge says whether the change may be written.
func (a *account) judge(c seats.Change) store.CommitResult {
	if c.Base != a.row.Revision || len(c.Events) > 0 && c.Events[0].Sequence != a.row.Sequence+1 {
		return store.CommitResult{Err: store.ErrConflict}
	}
	if n := len(a.events); n == 0 && a.row.Sequence > 0 || n > 0 && a.events[n-1].Sequence != a.row.Sequence {
		return store.CommitResult{Err: store.ErrSequence}
	}
	var taken []users.Key
	for _, k := range c.Fresh {
		if holder, held := a.holder(k); held && !c.GivesUp(holder, k) {
			taken = append(taken, k)
		}
	}
	if len(taken) > 0 {
		return store.CommitResult{Err: store.ErrKeyTaken, Taken: taken}
	}
	for _, p := range c.Pools {
		if !p.Sound() {
			return store.CommitResult{Err: store.ErrBroken}
		}
	}
	return store.CommitResult{}
}

func (a *account) holder(k users.Key) (users.ID, bool) {
	if k.Kind == users.KeyID {
		_, there := a.users[users.ID(k.Value)]
		return users.ID(k.Value), there
	}
	id, held := a.keys[k]
	return id, held
}

func (a *account) write(c seats.Change) {
	a.row = c.Account
	for _, p := range c.Pools {
		a.pools[p.ID] = p
	}
	for _, u := range c.Users {
		for _, k := range a.users[u.ID].Keys() {
			delete(a.keys, k)
		}
	}
	for _, u := range c.Users {
		a.put(u.Clone())
	}
	first := len(a.events)
	for _, e := range c.Events {
		if e.Key != "" {
			a.calls[e.Key] = append(a.calls[e.Key], len(a.events))
		}
		a.events = append(a.events, e.Clone())
	}
	if c.ID != "" {
		a.changes[c.ID] = [2]int{first, len(a.events)}
	}
}

func (a *account) put(u users.User) {
	was, there := a.users[u.ID]
	if !there {
		at, _ := slices.BinarySearch(a.order, u.ID)
		a.order = slices.Insert(a.order, at, u.ID)
	}
	a.rename(was, u)
	a.users[u.ID] = u
	for _, k := range u.Keys() {
		a.keys[k] = u.ID
	}
	if delete(a.due, u.ID); !u.Due.IsZero() {
		a.due[u.ID] = u.Due
	}
	if delete(a.admins, u.ID); u.Administers() {
		a.admins[u.ID] = true
	}
}

// Behind implements [store.Store].
func (s *Store) Pending(ctx context.Context, name string, after users.AccountID, limit int) ([]store.Progress, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var behind []store.Progress
	for id, a := range s.accounts {
		if at := s.at(name, id); id > after && at.Sequence < a.row.Sequence {
			behind = append(behind, at)
		}
	}
	slices.SortFunc(behind, func(x, y store.Progress) int { return cmp.Compare(x.Account, y.Account) })
	return behind[:min(limit, len(behind))], nil
}

// Advance implements [store.Store].
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

// at returns how far a consumer has come in an account.
func (s *Store) at(name string, id users.AccountID) store.Progress {
	if p, begun := s.progress[consumer{name, id}]; begun {
		return p
	}
	return store.Progress{Consumer: name, Account: id}
}
