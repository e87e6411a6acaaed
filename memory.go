package seatkeeper

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/combine"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A memory is what is known of an account at one revision: rows, and names that have no row. It
// answers a need with a snapshot, at a cost that grows with the need alone.
type memory struct {
	below   *memory // has what is missing here; nil: nothing
	account seats.Account
	// A row is a list of one, which a snapshot of one user or pool shares; an empty list is known to
	// be missing.
	pools    map[seats.PoolID][]seats.Pool
	people   map[users.ID][]users.User
	holders  map[users.Key]holders
	licences map[users.ID][]users.Licence // all of the user, in order

	current time.Time     // it was the account's state at this moment or later
	loaded  time.Time     // when the load began
	took    time.Duration // the load
	stored  time.Time     // the StoreTime of the load
}

// holders are the users with a key: one at most, but for addresses that are shared, or that a new
// version of the comparison form has made equal.
type holders struct {
	first users.ID // empty: the key is free
	more  []users.ID
}

// memoryBound bounds the users and licences that are remembered of an account.
const memoryBound = 64

// over returns a memory without rows of its own, with room for those of some calls.
func (m *memory) over(calls int) *memory {
	return &memory{
		below: m, account: m.account,
		people: make(map[users.ID][]users.User, calls), holders: make(map[users.Key]holders, calls), // most make a user with an address
		licences: make(map[users.ID][]users.Licence, calls),
	}
}

// look finds a row in a memory or below.
func look[K comparable, V any](m *memory, rows func(*memory) map[K]V, key K) (row V, ok bool) {
	for ; m != nil && !ok; m = m.below {
		row, ok = rows(m)[key]
	}
	return row, ok
}

func poolRows(m *memory) map[seats.PoolID][]seats.Pool   { return m.pools }
func userRows(m *memory) map[users.ID][]users.User       { return m.people }
func holderRows(m *memory) map[users.Key]holders         { return m.holders }
func licenceRows(m *memory) map[users.ID][]users.Licence { return m.licences }

// row returns a row of a list as a list of one.
func row[R any](list []R, i int) []R { return list[i : i+1 : i+1] }

// put sets a row in a map that may be nil yet.
func put[K comparable, V any](rows *map[K]V, key K, row V) {
	if *rows == nil {
		*rows = make(map[K]V)
	}
	(*rows)[key] = row
}

// learn adds the snapshot of a need, of the memory's revision.
func (m *memory) learn(n seats.Need, s seats.Snapshot) {
	m.account = s.Account
	for _, id := range n.Pools {
		put(&m.pools, id, nil)
	}
	for _, id := range n.Users {
		put(&m.people, id, nil)
	}
	for _, k := range n.Keys {
		put(&m.holders, k, holders{})
	}
	for _, id := range n.Licences {
		put(&m.licences, id, nil)
	}
	for _, p := range s.Pools {
		put(&m.pools, p.ID, []seats.Pool{p})
	}
	for _, u := range s.Users {
		u = u.Clone()
		put(&m.people, u.ID, []users.User{u})
		for _, k := range u.Keys() {
			if h, ok := m.holders[k]; ok {
				m.holders[k] = h.with(u.ID)
			}
		}
	}
	for _, l := range s.Licences {
		if of, ok := m.licences[l.User]; ok {
			m.licences[l.User] = withLicence(of, l)
		}
	}
}

func (h holders) with(id users.ID) holders {
	switch {
	case h.first == "":
		h.first = id
	case h.first != id && !slices.Contains(h.more, id):
		h.more = append(slices.Clip(h.more), id)
	}
	return h
}

func (h holders) without(id users.ID) holders {
	switch i := slices.Index(h.more, id); {
	case i >= 0:
		h.more = slices.Delete(slices.Clone(h.more), i, i+1)
	case h.first == id && len(h.more) > 0:
		h.first, h.more = h.more[0], h.more[1:]
	case h.first == id:
		h.first = ""
	}
	return h
}

// withLicence returns a copy of the licences of a user with one of them new or replaced.
func withLicence(all []users.Licence, l users.Licence) []users.Licence {
	at, ok := slices.BinarySearchFunc(all, l, func(x, y users.Licence) int { return x.ID().Compare(y.ID()) })
	if all = slices.Clone(all); !ok {
		return slices.Insert(all, at, l)
	}
	all[at] = l
	return all
}

// apply advances the memory by a change decided on it, whose keys are known to be free. It keeps the
// rows of the change.
func (m *memory) apply(c *seats.Change) {
	m.account = c.Account
	for i := range c.Pools {
		put(&m.pools, c.Pools[i].ID, row(c.Pools, i))
	}
	for i := range c.Updated {
		u := &c.Updated[i]
		was, _ := look(m, userRows, u.ID)
		if len(was) == 0 {
			continue
		}
		for _, k := range was[0].Keys() {
			if h, ok := look(m, holderRows, k); ok && !u.Has(k) {
				put(&m.holders, k, h.without(u.ID))
			}
		}
	}
	for i := range c.Updated {
		u := &c.Updated[i]
		for _, k := range c.NewKeys {
			if u.Has(k) {
				put(&m.holders, k, holders{first: u.ID})
			}
		}
		put(&m.people, u.ID, row(c.Updated, i))
	}
	for i := range c.Created {
		u := &c.Created[i]
		put(&m.people, u.ID, row(c.Created, i))
		put(&m.licences, u.ID, nil)
		for _, k := range u.UniqueKeys() {
			if k.Kind != users.KeyID {
				put(&m.holders, k, holders{first: u.ID})
			}
		}
	}
	m.share(c.Updated)
	m.share(c.Created)
	for _, l := range c.Licences {
		if of, ok := look(m, licenceRows, l.User); ok {
			put(&m.licences, l.User, withLicence(of, l))
		}
	}
}

// share adds users to the holders of their shared addresses.
func (m *memory) share(people []users.User) {
	for i := range people {
		u := &people[i]
		if !u.SharesEmail {
			continue
		}
		k := users.ByEmail(u.Email)
		if h, ok := look(m, holderRows, k); ok {
			put(&m.holders, k, h.with(u.ID))
		}
	}
}

// snapshot returns what is known of a need, to be read only. It adds the keys of users that may have
// a row or may be free to the unknown ones, IDs included. It is not ok if more is unknown: so is an
// address where several users may have one, since the commit does not compare it.
func (m *memory) snapshot(n seats.Need, unknown []users.Key) (s seats.Snapshot, all []users.Key, ok bool) {
	s.Account, ok = m.account, true
	s.Pools, _ = look(m, poolRows, seats.Site)
	for _, id := range n.Pools {
		p, known := look(m, poolRows, id)
		if id != seats.Site {
			s.Pools = append(s.Pools, p...)
		}
		ok = ok && known
	}
	ids := slices.Clip(n.Users)
	for _, k := range n.Keys {
		h, known := look(m, holderRows, k)
		switch {
		case !known:
			unknown = append(unknown, k)
			ok = ok && (k.Kind != users.KeyEmail || !m.account.Policy.MayShareAddresses())
		case h.first != "":
			ids = append(append(ids, h.first), h.more...)
		}
	}
	if !slices.IsSorted(ids) || len(ids) > len(n.Users) {
		ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	}
	for _, id := range ids {
		u, known := look(m, userRows, id)
		switch {
		case !known:
			unknown = append(unknown, users.ByID(id))
		case s.Users == nil:
			s.Users = u
		default:
			s.Users = append(s.Users, u...)
		}
	}
	for _, id := range n.Licences {
		of, known := look(m, licenceRows, id)
		s.Licences = append(s.Licences, of...)
		if !known {
			unknown = append(unknown, users.ByID(id)) // a new user has none
		}
	}
	slices.SortFunc(s.Pools, func(x, y seats.Pool) int { return cmp.Compare(x.ID, y.ID) })
	slices.SortFunc(s.Licences, func(x, y users.Licence) int { return x.ID().Compare(y.ID()) })
	return s, unknown, ok && !n.Admins && n.Ahead == 0 && len(n.Codes) == 0 && !n.Queues
}

// checked reports whether the commit of a change decided on the memory compares all of the keys:
// those that it relies on to be free. A key that a user of the change gives up is not compared,
// and the calls before that one must not find it free.
func (m *memory) checked(c *seats.Change, keys []users.Key) bool {
	if len(keys) == 0 {
		return true
	}
	created := c.Keys()
	free := make(map[users.Key]bool, len(created))
	for _, k := range created {
		free[k] = true
	}
	for _, u := range c.Updated {
		if was, _ := look(m, userRows, u.ID); len(was) > 0 {
			for _, k := range was[0].Keys() {
				free[k] = free[k] && u.Has(k)
			}
		}
	}
	return !slices.ContainsFunc(keys, func(k users.Key) bool { return !free[k] })
}

// bounded returns the memory with what was decided on top of it; top may be the memory itself. If
// that is too much, it is one with no more than the account and the actors of the last calls.
func (m *memory) bounded(top *memory, last []*combine.Member[*call]) *memory {
	size := m.size()
	if top != m {
		size += top.size()
	}
	switch {
	case size > memoryBound:
		small := &memory{account: top.account, current: m.current, loaded: m.loaded, took: m.took, stored: m.stored}
		site, _ := look(top, poolRows, seats.Site)
		put(&small.pools, seats.Site, site)
		for _, c := range last {
			id := c.Value.request.Actor.User
			if u, _ := look(top, userRows, id); len(u) > 0 && len(small.people) < memoryBound/2 {
				put(&small.people, id, u)
			}
		}
		return small
	case top != m:
		m.account = top.account
		join(&m.pools, top.pools)
		join(&m.people, top.people)
		join(&m.holders, top.holders)
		join(&m.licences, top.licences)
	}
	return m
}

// size counts the users and licences, about.
func (m *memory) size() int {
	size := len(m.people) + len(m.holders)/2 + len(m.pools)
	for _, of := range m.licences {
		size += len(of)
	}
	return size
}

// join puts all rows of a map into one that may be nil yet.
func join[K comparable, V any](rows *map[K]V, more map[K]V) {
	for key, row := range more {
		put(rows, key, row)
	}
}
