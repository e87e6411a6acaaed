package seats

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Snapshot is one consistent moment of an account: its row, and the pools, users and
// events of a [Need].
type Snapshot struct {
	Account Account
	Pools   []Pool       // in ascending order of ID
	Users   []users.User // in ascending order of ID
	Past    []Event      // in order of their numbers
	// NextDue is the earliest Due among the users left over, beyond those loaded as due; zero
	// if there are none. It counts only once DueBy has reached the account's own NextDue.
	NextDue time.Time
	// StoreTime is the time by the store's own clock during the load, to the microsecond, in
	// UTC, for an unknown account as well; zero if the store has only the host's clock.
	StoreTime time.Time
}

// Known reports whether the account exists. The snapshot of an unknown account is zero,
// besides its StoreTime.
func (s Snapshot) Known() bool { return s.Account.Revision != 0 }

// Committed reports whether the Past contains events of the change, which proves its commit.
func (s Snapshot) Committed(id ChangeID) bool {
	return id != "" && slices.ContainsFunc(s.Past, func(e Event) bool { return e.Change == id })
}

// Apply returns the snapshot after a change decided on it: the change's rows replace the ones
// of the same ID, and its events follow the Past. NextDue and StoreTime stay as in s. The
// result has its own copy of all rows of the change.
func (s Snapshot) Apply(c Change) Snapshot {
	s.Account = c.Account
	s.Pools = replaced(s.Pools, slices.Clone(c.Pools), poolID)
	s.Users = replaced(s.Users, cloned(slices.Concat(c.Created, c.Updated)), userID)
	s.Past = slices.Concat(s.Past, cloned(slices.Clone(c.Events)))
	return s
}

// A Need lists the rows to load of an account. Unknown names in it are left out of the
// snapshot silently.
type Need struct {
	Account users.AccountID
	Users   []users.ID
	Keys    []users.Key // of users to load, of all kinds but [users.KeyID]: IDs are in Users
	// Admins asks for the users with [users.User.Administers], at most the first
	// [MaxReceivers] by ID.
	Admins bool
	Pools  []PoolID // besides the site pool: it is always loaded
	// DueBy asks for the users due at this instant or before, the earliest first and of one
	// instant in ascending order of ID, at most [MaxSettled]. Zero asks for none.
	DueBy time.Time
	// Change asks for the events of the change with this ID, if there is one.
	Change ChangeID
	// Key, if there is one, asks for events of the calls with this request key: the first one
	// of the least Index, and those with IndexFrom <= Index < IndexTo.
	Key                string
	IndexFrom, IndexTo int
}

// MaxSettled is the most users one change settles.
const MaxSettled = 500

// MaxReceivers bounds the owners and admins told of an order, besides the buyer: they are
// among the first by ID.
const MaxReceivers = 1000

// Select returns the rows of the need, each once and in order. It is Load of a store as a
// function: a store may give it all rows of the account, or those found by indexes for each
// part of the need, in any order and more than once. The result is a copy.
func (n Need) Select(rows Snapshot) Snapshot {
	if !rows.Known() {
		return Snapshot{StoreTime: rows.StoreTime}
	}
	found := Snapshot{Account: rows.Account, StoreTime: rows.StoreTime}
	for _, p := range rows.Pools {
		if p.ID == Site || slices.Contains(n.Pools, p.ID) {
			found.Pools = append(found.Pools, p)
		}
	}
	found.Pools = inOrder(found.Pools, poolID)
	found.Users, found.NextDue = n.selectUsers(rows.Users)
	found.Past = n.selectPast(rows.Past)
	return found
}

func (n Need) selectUsers(rows []users.User) (found []users.User, nextDue time.Time) {
	wanted := make(map[users.Key]bool, len(n.Users)+len(n.Keys))
	for _, id := range n.Users {
		wanted[users.ByID(id)] = true
	}
	for _, k := range n.Keys {
		wanted[k] = true
	}
	var admins, due []users.User
	for _, u := range rows {
		if slices.ContainsFunc(u.TakenKeys(), func(k users.Key) bool { return wanted[k] }) {
			found = append(found, u)
		}
		if n.Admins && u.Administers() {
			admins = append(admins, u)
		}
		if !n.DueBy.IsZero() && !u.Due.IsZero() {
			due = append(due, u)
		}
	}
	admins, due = inOrder(admins, userID), inOrder(due, userID)
	admins = admins[:min(len(admins), MaxReceivers)]
	slices.SortStableFunc(due, func(x, y users.User) int { return x.Due.Compare(y.Due) })
	for i, u := range due {
		if i == MaxSettled || u.Due.After(n.DueBy) {
			due, nextDue = due[:i], u.Due
			break
		}
	}
	return cloned(inOrder(slices.Concat(found, admins, due), userID)), nextDue
}

func (n Need) selectPast(rows []Event) (found []Event) {
	ofKey := func(e Event) bool { return n.Key != "" && e.Key == n.Key }
	var first Event // of the key
	for _, e := range rows {
		if ofKey(e) && (first.Sequence == 0 || cmp.Or(cmp.Compare(e.Index, first.Index), cmp.Compare(e.Sequence, first.Sequence)) < 0) {
			first = e
		}
	}
	for _, e := range rows {
		inCall := ofKey(e) && (e.Sequence == first.Sequence || e.Index >= n.IndexFrom && e.Index < n.IndexTo)
		if inCall || n.Change != "" && e.Change == n.Change {
			found = append(found, e)
		}
	}
	return cloned(inOrder(found, sequence))
}

func poolID(p Pool) PoolID         { return p.ID }
func userID(u users.User) users.ID { return u.ID }
func sequence(e Event) uint64      { return e.Sequence }

// inOrder sorts rows by their key, in place, and leaves one of each.
func inOrder[R any, K cmp.Ordered](rows []R, key func(R) K) []R {
	slices.SortFunc(rows, func(x, y R) int { return cmp.Compare(key(x), key(y)) })
	return slices.CompactFunc(rows, func(x, y R) bool { return key(x) == key(y) })
}

// replaced returns rows in order with newer ones in the place of those with the same key.
func replaced[R any, K cmp.Ordered](rows, newer []R, key func(R) K) []R {
	var all []R
	for _, row := range inOrder(newer, key) {
		i, ok := slices.BinarySearchFunc(rows, key(row), func(r R, k K) int { return cmp.Compare(key(r), k) })
		all = append(append(all, rows[:i]...), row)
		if ok {
			i++
		}
		rows = rows[i:]
	}
	return append(all, rows...)
}

// cloned copies rows in place.
func cloned[R interface{ Clone() R }](rows []R) []R {
	for i := range rows {
		rows[i] = rows[i].Clone()
	}
	return rows
}

// Needs returns the need of the commands and their actor. [Request.Widen] adds to it.
func Needs(account users.AccountID, actor users.Actor, commands ...Command) Need {
	n := Need{Account: account}
	n.user(actor.User)
	for _, c := range commands {
		if !isPlain(c) {
			continue // Decide refuses it
		}
		n.user(c.target())
		if c, ok := c.(needy); ok {
			c.needs(&n)
		}
	}
	slices.Sort(n.Users)
	n.Users = slices.Compact(n.Users)
	slices.Sort(n.Pools)
	n.Pools = slices.Compact(n.Pools)
	return n
}

// NeedsPerson returns the need of a look at one user.
func NeedsPerson(account users.AccountID, key users.Key) Need {
	n := Need{Account: account}
	if key.Kind == users.KeyID {
		n.user(users.ID(key.Value))
	} else {
		n.key(key)
	}
	return n
}

// A malformed identifier is left out of a need: some engines choke on it. The decision
// refuses its command.

func (n *Need) user(id users.ID) {
	if users.CheckID(id) == nil {
		n.Users = append(n.Users, id)
	}
}

func (n *Need) key(k users.Key) {
	if users.CheckID(k.Value) == nil {
		n.Keys = append(n.Keys, k)
	}
}

func (n *Need) pool(id PoolID) {
	if users.CheckID(id) == nil {
		n.Pools = append(n.Pools, id)
	}
}

// person asks for all users with one of the profile's keys.
func (n *Need) person(p users.Profile) {
	n.user(p.ID)
	for _, k := range p.Keys() {
		n.key(k)
	}
}
