package memstore

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An account is the rows of an account, and indexes of them.
type account struct {
	row    seats.Account
	pools  map[seats.PoolID]seats.Pool
	users  map[users.ID]users.User
	events []seats.Event // number n at n-1

	order  []users.ID // of all users, ascending
	names  []name     // of all users, ascending; nil until the first list in this order
	keys   map[users.Key]users.ID
	due    map[users.ID]time.Time // Due of users, if any
	admins map[users.ID]bool      // users with Administers
	// Indexes into events: of a change, from the first to one after the last; of a request
	// key, in order of Index and number.
	changes map[seats.ChangeID][2]int
	calls   map[string][]int
}

func newAccount() *account {
	return &account{
		pools: map[seats.PoolID]seats.Pool{}, users: map[users.ID]users.User{},
		keys: map[users.Key]users.ID{}, due: map[users.ID]time.Time{}, admins: map[users.ID]bool{},
		changes: map[seats.ChangeID][2]int{}, calls: map[string][]int{},
	}
}

// find returns rows with all those of the need among them.
func (a *account) find(n seats.Need) seats.Snapshot {
	rows := seats.Snapshot{Account: a.row}
	for _, id := range append([]seats.PoolID{seats.Site}, n.Pools...) {
		if p, ok := a.pools[id]; ok {
			rows.Pools = append(rows.Pools, p)
		}
	}
	ids := slices.Clone(n.Users)
	for _, k := range n.Keys {
		if id, ok := a.keys[k]; ok {
			ids = append(ids, id)
		}
	}
	if n.Admins {
		ids = slices.AppendSeq(ids, maps.Keys(a.admins))
	}
	if a.row.IsDue(n.DueBy) {
		ids = append(ids, a.earliest(seats.MaxSettled+1)...)
	}
	for _, id := range ids {
		if u, ok := a.users[id]; ok {
			rows.Users = append(rows.Users, u)
		}
	}
	change := a.changes[n.Change]
	rows.Past = slices.Clone(a.events[change[0]:change[1]])
	for i, at := range a.calls[n.Key] {
		if e := a.events[at]; i == 0 || e.Index >= n.IndexFrom && e.Index < n.IndexTo {
			rows.Past = append(rows.Past, e)
		}
	}
	return rows
}

// earliest returns the first n users to be due.
func (a *account) earliest(n int) []users.ID {
	all := slices.SortedFunc(maps.Keys(a.due), func(x, y users.ID) int {
		return cmp.Or(a.due[x].Compare(a.due[y]), cmp.Compare(x, y))
	})
	return all[:min(n, len(all))]
}

// check says whether the change may be written.
func (a *account) check(c seats.Change) store.CommitResult {
	if c.Base != a.row.Revision || len(c.Events) > 0 && c.Events[0].Sequence != a.row.Sequence+1 {
		return store.CommitResult{Err: store.ErrConflict}
	}
	if n := len(a.events); n == 0 && a.row.Sequence > 0 || n > 0 && a.events[n-1].Sequence != a.row.Sequence {
		return store.CommitResult{Err: store.ErrSequence}
	}
	var holders []users.User
	for _, k := range c.Keys() {
		id := a.keys[k]
		if k.Kind == users.KeyID {
			id = users.ID(k.Value)
		}
		if u, ok := a.users[id]; ok {
			holders = append(holders, u)
		}
	}
	if taken := c.Taken(holders...); len(taken) > 0 {
		return store.CommitResult{Err: store.ErrKeyTaken, Taken: taken}
	}
	for _, p := range c.Pools {
		if !p.Sound() {
			return store.CommitResult{Err: store.ErrBroken}
		}
	}
	return store.CommitResult{}
}

// apply writes the change.
func (a *account) apply(c seats.Change) {
	a.row = c.Account
	for _, p := range c.Pools {
		a.pools[p.ID] = p
	}
	for _, u := range c.Updated { // before any key is taken: users may exchange theirs
		for _, k := range a.users[u.ID].Keys() {
			delete(a.keys, k)
		}
	}
	for _, u := range slices.Concat(c.Created, c.Updated) {
		a.put(u.Clone())
	}
	a.changes[c.ID] = [2]int{len(a.events), len(a.events) + len(c.Events)}
	for _, e := range c.Events {
		if e.Key != "" {
			calls := a.calls[e.Key]
			at, _ := slices.BinarySearchFunc(calls, e.Index+1, func(i, index int) int { return cmp.Compare(a.events[i].Index, index) })
			a.calls[e.Key] = slices.Insert(calls, at, len(a.events))
		}
		a.events = append(a.events, e.Clone())
	}
}

// put writes a user's row. Their old keys are gone from the index already.
func (a *account) put(u users.User) {
	was, ok := a.users[u.ID]
	if !ok {
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
