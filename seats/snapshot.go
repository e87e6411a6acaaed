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
	// Licences are in order of [users.LicenceID.Compare].
	Licences []users.Licence
	Past     []Event // in order of their numbers
	// NextDue is the earliest Due among the users, pools and licences left over, beyond those
	// loaded as due; zero if there are none. It counts only once DueBy has reached the account's own NextDue.
	NextDue time.Time
	// StoreTime is the time by the store's own clock during the load, to the microsecond, in
	// UTC, for an unknown account as well; zero if the store has only the host's clock.
	StoreTime time.Time
}

// Known reports whether the account exists. The snapshot of an unknown account is zero,
// besides its StoreTime.
func (s Snapshot) Known() bool { return s.Account.Revision != 0 }

// Committed reports whether the Past contains the change's first event, by its number and Change
// ID, which proves the commit. [Need.Sequence] asks for it. No event proves a change without
// events or without an ID.
func (s Snapshot) Committed(c Change) bool {
	if len(c.Events) == 0 || c.Events[0].Change == "" {
		return false
	}
	first := &c.Events[0]
	return slices.ContainsFunc(s.Past, func(e Event) bool { return e.Sequence == first.Sequence && e.Change == first.Change })
}

// Apply returns the snapshot after a change decided on it: the change's rows replace the ones
// of the same ID, and its events follow the Past. NextDue and StoreTime stay as in s. The
// result has its own copy of all rows of the change, and shares the others with s.
func (s Snapshot) Apply(c Change) Snapshot {
	s.Account = c.Account
	s.Pools = merged(s.Pools, c.Pools, by(poolID), same)
	s.Users = merged(s.Users, c.Created, by(userID), users.User.Clone)
	s.Users = merged(s.Users, c.Updated, by(userID), users.User.Clone)
	s.Licences = merged(s.Licences, c.Licences, compareLicences, same)
	s.Past = merged(s.Past, c.Events, by(sequence), Event.Clone)
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
	// Queues asks for the course pools with places in their queue.
	Queues bool
	// Codes asks for the pools of the join codes with these texts, in the form of [JoinCode.Key].
	Codes []string
	// Licences asks for all course licences of these users.
	Licences []users.ID
	// DueBy asks for the users due at this instant or before, the first in order of
	// [users.User.CompareDue], at most [MaxSettled]: of one instant those with a planned start
	// come last; for the pools and for the licences
	// due, likewise, in ascending order of their IDs; and for the users and the pools of these licences. Zero asks for none.
	DueBy time.Time
	// Ahead is the time after now that DueBy must reach. Stores ignore it.
	Ahead time.Duration
	// Sequence asks for the account's event of this number, if there is one.
	Sequence uint64
	// Key, if there is one, asks for events of the calls with this request key: the first one
	// of the least Index, and those with IndexFrom <= Index < IndexTo.
	Key                string
	IndexFrom, IndexTo int
}

// MaxSettled is the most users one change settles.
const MaxSettled = 500

// MaxReceivers bounds the owners and admins told of an order or a growth, besides the buyer: they are
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
	due, nextDue := n.selectDue(rows)
	found.Pools, found.NextDue = n.selectPools(rows.Pools, due), nextDue
	found.Users = n.selectUsers(rows.Users, due)
	found.Licences = n.selectLicences(rows.Licences, due)
	found.Past = n.selectPast(rows.Past)
	return found
}

// selectDue returns the rows that are due, and the earliest instant of the others.
func (n Need) selectDue(rows Snapshot) (due Snapshot, next time.Time) {
	if n.DueBy.IsZero() {
		return due, next
	}
	var nexts [3]time.Time
	due.Users, nexts[0] = earliestDue(rows.Users, n.DueBy, users.User.CompareDue, func(u users.User) time.Time { return u.Due })
	due.Pools, nexts[1] = earliestDue(rows.Pools, n.DueBy, by(poolID), func(p Pool) time.Time { return p.Due })
	due.Licences, nexts[2] = earliestDue(rows.Licences, n.DueBy, compareLicences, func(l users.Licence) time.Time { return l.Due })
	return due, earliest(earliest(nexts[0], nexts[1]), nexts[2])
}

// earliestDue returns the first rows that are due, at most [MaxSettled], and the instant of the
// next one.
func earliestDue[R any](rows []R, by time.Time, order func(x, y R) int, due func(R) time.Time) (found []R, next time.Time) {
	for _, row := range inOrder(slices.Clone(rows), order) {
		if !due(row).IsZero() {
			found = append(found, row)
		}
	}
	slices.SortStableFunc(found, func(x, y R) int { return due(x).Compare(due(y)) })
	for i, row := range found {
		if i == MaxSettled || due(row).After(by) {
			return found[:i], due(row)
		}
	}
	return found, next
}

func (n Need) selectPools(rows []Pool, due Snapshot) []Pool {
	wanted := map[PoolID]bool{Site: true}
	for _, id := range n.Pools {
		wanted[id] = true
	}
	for _, l := range due.Licences {
		wanted[PoolID(l.Pool)] = true
	}
	var found []Pool
	for _, p := range rows {
		if wanted[p.ID] || n.Queues && p.Waiting != (WaitingList{}) || p.Join.Text != "" && slices.Contains(n.Codes, p.Join.Key()) {
			found = append(found, p)
		}
	}
	return inOrder(slices.Concat(due.Pools, found), by(poolID))
}

func (n Need) selectLicences(rows []users.Licence, due Snapshot) []users.Licence {
	wanted := make(map[users.ID]bool, len(n.Licences))
	for _, id := range n.Licences {
		wanted[id] = true
	}
	var found []users.Licence
	for _, l := range rows {
		if wanted[l.User] {
			found = append(found, l)
		}
	}
	return inOrder(slices.Concat(due.Licences, found), compareLicences)
}

func (n Need) selectUsers(rows []users.User, due Snapshot) (found []users.User) {
	wanted := make(map[users.Key]bool, len(n.Users)+len(n.Keys))
	for _, id := range n.Users {
		wanted[users.ByID(id)] = true
	}
	for _, k := range n.Keys {
		wanted[k] = true
	}
	for _, l := range due.Licences {
		wanted[users.ByID(l.User)] = true
	}
	var admins []users.User
	for _, u := range rows {
		if slices.ContainsFunc(u.TakenKeys(), func(k users.Key) bool { return wanted[k] }) {
			found = append(found, u)
		}
		if n.Admins && u.Administers() {
			admins = append(admins, u)
		}
	}
	admins = inOrder(admins, by(userID))
	admins = admins[:min(len(admins), MaxReceivers)]
	return cloned(inOrder(slices.Concat(found, admins, due.Users), by(userID)))
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
		if inCall || n.Sequence != 0 && e.Sequence == n.Sequence {
			found = append(found, e)
		}
	}
	return cloned(inOrder(found, by(sequence)))
}

func poolID(p Pool) PoolID         { return p.ID }
func userID(u users.User) users.ID { return u.ID }
func sequence(e Event) uint64      { return e.Sequence }

func compareLicences(x, y users.Licence) int { return x.ID().Compare(y.ID()) }

// by returns the order of rows by a key.
func by[R any, K cmp.Ordered](key func(R) K) func(x, y R) int {
	return func(x, y R) int { return cmp.Compare(key(x), key(y)) }
}

// inOrder sorts rows, in place, and leaves one of each.
func inOrder[R any](rows []R, order func(x, y R) int) []R {
	slices.SortFunc(rows, order)
	return slices.CompactFunc(rows, func(x, y R) bool { return order(x, y) == 0 })
}

// merged returns rows in order with copies of newer ones, in order too, in the place of those with
// the same key. Without newer ones it returns the rows.
func merged[R any](rows, newer []R, order func(x, y R) int, copied func(R) R) []R {
	if len(newer) == 0 {
		return rows
	}
	all := make([]R, 0, len(rows)+len(newer))
	for _, row := range newer {
		i, ok := slices.BinarySearchFunc(rows, row, order)
		all = append(append(all, rows[:i]...), copied(row))
		if ok {
			i++
		}
		rows = rows[i:]
	}
	return append(all, rows...)
}

// same is the copy of a row without slices.
func same[R any](row R) R { return row }

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
		if licensed.Has(c.Action()) {
			n.licencesOf(c.target())
		}
		if c.Action() == users.ActionAssignCourse {
			n.licencesOf(actor.User) // remedies exclude the actor
		}
		if c, ok := c.(needy); ok {
			c.needs(&n)
		}
	}
	slices.Sort(n.Users)
	n.Users = slices.Compact(n.Users)
	slices.Sort(n.Pools)
	n.Pools = slices.Compact(n.Pools)
	slices.Sort(n.Licences)
	n.Licences = slices.Compact(n.Licences)
	slices.Sort(n.Codes)
	n.Codes = slices.Compact(n.Codes)
	return n
}

// Join returns the need of the rows of both, of one account. Key and Sequence are those of n.
func (n Need) Join(m Need) Need {
	n.Users, n.Pools, n.Licences = joinedIDs(n.Users, m.Users), joinedIDs(n.Pools, m.Pools), joinedIDs(n.Licences, m.Licences)
	n.Codes = joinedIDs(n.Codes, m.Codes)
	n.Keys = inOrder(slices.Concat(n.Keys, m.Keys), func(x, y users.Key) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Value, y.Value))
	})
	n.Admins, n.Queues = n.Admins || m.Admins, n.Queues || m.Queues
	n.Ahead = max(n.Ahead, m.Ahead)
	return n
}

func joinedIDs[ID cmp.Ordered](x, y []ID) []ID { return inOrder(slices.Concat(x, y), cmp.Compare) }

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

// NeedsExplanation returns the need of an [Explanation] of a user.
func NeedsExplanation(account users.AccountID, id users.ID) Need {
	n := NeedsPerson(account, users.ByID(id))
	n.licencesOf(id)
	return n
}

// ExplainNeeds reports whether a snapshot for an [Explanation] lacks the courses of the user's places. Then it must be loaded again
// with the need, changed here.
func ExplainNeeds(n *Need, s Snapshot) (added bool) {
	for _, u := range s.Users {
		if slices.Contains(n.Users, u.ID) {
			added = n.coursesOf(u) || added
		}
	}
	return added
}

// A malformed identifier is left out of a need: some engines choke on it. The decision
// refuses its command.

func (n *Need) user(id users.ID) {
	if id != "" && users.CheckID(id) == nil {
		n.Users = append(n.Users, id)
	}
}

func (n *Need) licencesOf(id users.ID) {
	if users.CheckID(id) == nil {
		n.Licences = append(n.Licences, id)
	}
}

func (n *Need) key(k users.Key) {
	if users.CheckID(k.Value) == nil {
		n.Keys = append(n.Keys, k)
	}
}

func (n *Need) code(text string) {
	if key := codeKey(text); len(key) >= leastCode && len(key) <= mostCode {
		n.Codes = append(n.Codes, key)
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
