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

	licences map[users.ID][]users.Licence // of each user, in order

	order  []users.ID // of all users, ascending
	names  []name     // of all users, ascending; nil until the first list in this order
	keys   map[users.Key]users.ID
	due    map[users.ID]time.Time // Due of users, if any
	admins map[users.ID]bool      // users with Administers
	// Due of pools and licences, if any.
	duePools    map[seats.PoolID]time.Time
	dueLicences map[users.LicenceID]time.Time
	licensed    []users.ID       // with licences, ascending
	calls       map[string][]int // indexes into events of a request key, in order of Index and number
}

func newAccount() *account {
	return &account{
		pools: map[seats.PoolID]seats.Pool{}, users: map[users.ID]users.User{},
		licences: map[users.ID][]users.Licence{},
		keys:     map[users.Key]users.ID{}, due: map[users.ID]time.Time{}, admins: map[users.ID]bool{},
		duePools: map[seats.PoolID]time.Time{}, dueLicences: map[users.LicenceID]time.Time{},
		calls: map[string][]int{},
	}
}

// find returns rows with all those of the need among them.
func (a *account) find(n seats.Need) seats.Snapshot {
	rows := seats.Snapshot{Account: a.row}
	pools, ids := append([]seats.PoolID{seats.Site}, n.Pools...), slices.Clone(n.Users)
	for _, k := range n.Keys {
		if id, ok := a.keys[k]; ok {
			ids = append(ids, id)
		}
	}
	if n.Admins {
		ids = slices.AppendSeq(ids, maps.Keys(a.admins))
	}
	if a.row.IsDue(n.DueBy) {
		ids = append(ids, earliest(a.due, func(x, y users.ID) int { return a.users[x].CompareDue(a.users[y]) })...)
		pools = append(pools, earliest(a.duePools, cmp.Compare[seats.PoolID])...)
		for _, id := range earliest(a.dueLicences, users.LicenceID.Compare) {
			ids, pools = append(ids, id.User), append(pools, seats.PoolID(id.Pool))
			at, _ := a.licence(id)
			rows.Licences = append(rows.Licences, a.licences[id.User][at])
		}
	}
	for _, id := range n.Licences {
		rows.Licences = append(rows.Licences, a.licences[id]...)
	}
	for _, id := range pools {
		if p, ok := a.pools[id]; ok {
			rows.Pools = append(rows.Pools, p)
		}
	}
	for _, id := range ids {
		if u, ok := a.users[id]; ok {
			rows.Users = append(rows.Users, u)
		}
	}
	if n.Sequence > 0 && n.Sequence <= uint64(len(a.events)) {
		rows.Past = append(rows.Past, a.events[n.Sequence-1])
	}
	for i, at := range a.calls[n.Key] {
		if e := a.events[at]; i == 0 || e.Index >= n.IndexFrom && e.Index < n.IndexTo {
			rows.Past = append(rows.Past, e)
		}
	}
	return rows
}

// earliest returns the first rows to be due, and one more than are settled at once.
func earliest[K comparable](due map[K]time.Time, order func(x, y K) int) []K {
	all := slices.SortedFunc(maps.Keys(due), func(x, y K) int { return cmp.Or(due[x].Compare(due[y]), order(x, y)) })
	return all[:min(seats.MaxSettled+1, len(all))]
}

// licence finds the place of a licence among those of its user.
func (a *account) licence(id users.LicenceID) (at int, ok bool) {
	return slices.BinarySearchFunc(a.licences[id.User], id, func(l users.Licence, id users.LicenceID) int { return l.ID().Compare(id) })
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
		setDue(a.duePools, p.ID, p.Due)
	}
	for _, l := range c.Licences {
		a.putLicence(l)
	}
	for _, u := range c.Updated { // before any key is taken: users may exchange theirs
		for _, k := range a.users[u.ID].Keys() {
			delete(a.keys, k)
		}
	}
	for _, u := range slices.Concat(c.Created, c.Updated) {
		a.put(u.Clone())
	}
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
	setDue(a.due, u.ID, u.Due)
	if delete(a.admins, u.ID); u.Administers() {
		a.admins[u.ID] = true
	}
}

// putLicence writes the row of a licence.
func (a *account) putLicence(l users.Licence) {
	if len(a.licences[l.User]) == 0 {
		at, _ := slices.BinarySearch(a.licensed, l.User)
		a.licensed = slices.Insert(a.licensed, at, l.User)
	}
	at, ok := a.licence(l.ID())
	if !ok {
		a.licences[l.User] = slices.Insert(a.licences[l.User], at, l)
	}
	a.licences[l.User][at] = l
	setDue(a.dueLicences, l.ID(), l.Due)
}

// setDue notes when a row is due.
func setDue[K comparable](due map[K]time.Time, row K, at time.Time) {
	if delete(due, row); !at.IsZero() {
		due[row] = at
	}
}
