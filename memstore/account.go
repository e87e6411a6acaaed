package memstore

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/ctxlock"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An account is the rows of an account, and indexes of them. Users and events are packed.
type account struct {
	ctxlock.Mutex
	packer packer

	row      seats.Account
	pools    map[seats.PoolID]seats.Pool
	people   people
	licences map[users.ID][]users.Licence // of each user, in order
	licensed sorted[users.ID]             // with licences
	events   log
	last     uint64           // the number of the last event
	calls    map[string][]int // places of events with a request key, in order of Index and number

	seen    map[users.ID]time.Time // the last time of users; nil: none
	missing map[string]*missing    // by source; nil: none

	words    []string // in packed rows
	wordAt   map[string]uint64
	policies []seats.Policy // of events

	admins map[users.ID]bool // users with Administers
	// Due of rows, if any.
	due         map[users.ID]time.Time
	duePools    map[seats.PoolID]time.Time
	dueLicences map[users.LicenceID]time.Time
}

func newAccount() *account {
	return &account{
		pools: map[seats.PoolID]seats.Pool{}, licences: map[users.ID][]users.Licence{},
		calls: map[string][]int{}, wordAt: map[string]uint64{}, admins: map[users.ID]bool{},
		due: map[users.ID]time.Time{}, duePools: map[seats.PoolID]time.Time{}, dueLicences: map[users.LicenceID]time.Time{},
	}
}

// maxWords bounds the words of an account.
const maxWords = 1000

// word returns the number of a word; 0: there is no room for it.
func (a *account) word(text string) uint64 {
	n, ok := a.wordAt[text]
	if !ok && len(a.words) < maxWords {
		a.words = append(a.words, text)
		n = uint64(len(a.words))
		a.wordAt[text] = n
	}
	return n
}

// user returns the user in a row.
func (a *account) user(row uint32) (u users.User) {
	a.reading(a.people.rows[row]).user(&u)
	return u
}

// event returns the event at a place.
func (a *account) event(at int, text string) (e seats.Event) {
	a.reading(text).event(&e)
	e.Account, e.Sequence = a.row.ID, uint64(at)+1
	return e
}

// find returns the rows of the need, each once and in order. If the account is due there can be
// more of them: one more of each kind than are settled at once, and the rows of their licences.
func (a *account) find(n seats.Need) seats.Snapshot {
	rows := seats.Snapshot{Account: a.row}
	pools, ids := append([]seats.PoolID{seats.Site}, n.Pools...), slices.Clone(n.Users)
	licensed := slices.Clone(n.Licences)
	for _, k := range n.Keys {
		for _, row := range a.people.holders(k) {
			ids = append(ids, a.people.id(row))
		}
	}
	if n.Admins {
		admins := slices.Sorted(maps.Keys(a.admins))
		ids = append(ids, admins[:min(seats.MaxReceivers, len(admins))]...)
	}
	if a.row.IsDue(n.DueBy) {
		ids = append(ids, earliest(a.due, func(x, y users.ID) int { return a.named(x).CompareDue(a.named(y)) })...)
		pools = append(pools, earliest(a.duePools, cmp.Compare[seats.PoolID])...)
		for _, id := range earliest(a.dueLicences, users.LicenceID.Compare) {
			ids, pools, licensed = append(ids, id.User), append(pools, seats.PoolID(id.Pool)), append(licensed, id.User)
		}
	}
	for _, id := range once(licensed) {
		rows.Licences = append(rows.Licences, a.licences[id]...)
	}
	for id, p := range a.pools {
		if n.Queues && p.Waiting != (seats.WaitingList{}) || p.Join.Text != "" && slices.Contains(n.Codes, p.Join.Key()) {
			pools = append(pools, id)
		}
	}
	for _, id := range once(pools) {
		if p, ok := a.pools[id]; ok {
			rows.Pools = append(rows.Pools, p)
		}
	}
	for _, id := range once(ids) {
		if row, ok := a.people.row(id); ok {
			rows.Users = append(rows.Users, a.user(row))
		}
	}
	for _, at := range once(a.places(n)) {
		rows.Past = append(rows.Past, a.event(at, a.events.at(at)))
	}
	return rows
}

// named returns the user with the ID.
func (a *account) named(id users.ID) users.User {
	row, _ := a.people.row(id)
	return a.user(row)
}

// places returns the places of the events of a need.
func (a *account) places(n seats.Need) (places []int) {
	if n.Sequence > 0 && n.Sequence <= uint64(a.events.size) {
		places = append(places, int(n.Sequence)-1)
	}
	calls := a.calls[n.Key]
	if len(calls) == 0 {
		return places
	}
	from, _ := slices.BinarySearchFunc(calls, n.IndexFrom, a.compareIndex)
	to, _ := slices.BinarySearchFunc(calls, n.IndexTo, a.compareIndex)
	return append(append(places, calls[0]), calls[from:max(from, to)]...)
}

// compareIndex compares the place of an event's command in its call.
func (a *account) compareIndex(at, index int) int {
	return cmp.Compare(a.event(at, a.events.at(at)).Index, index)
}

// once sorts a list and leaves one of each.
func once[K cmp.Ordered](all []K) []K {
	slices.Sort(all)
	return slices.Compact(all)
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
	if a.last != a.row.Sequence {
		return store.CommitResult{Err: store.ErrSequence}
	}
	var holders []users.User
	for _, k := range c.Keys() {
		if row, ok := a.people.holder(k); ok {
			holders = append(holders, a.user(row))
		}
	}
	if len(holders) > 0 {
		if taken := c.Taken(holders...); len(taken) > 0 {
			return store.CommitResult{Err: store.ErrKeyTaken, Taken: taken}
		}
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
		a.people.drop(a.named(u.ID))
	}
	for _, u := range c.Created {
		a.put(users.User{}, u)
	}
	for _, u := range c.Updated {
		a.put(a.named(u.ID), u)
	}
	for _, e := range c.Events {
		a.record(e)
	}
}

// put writes a user's row. Their old keys are gone from the index already.
func (a *account) put(was, u users.User) {
	p := a.writing()
	p.user(&u)
	text := string(p.packed())
	a.reading(text).user(&u)
	a.people.move(was, u, a.people.put(text, u))
	setDue(a.due, u.ID, u.Due)
	if delete(a.admins, u.ID); u.Administers() {
		a.admins[u.ID] = true
	}
}

// record adds an event.
func (a *account) record(e seats.Event) {
	if e.Key != "" {
		calls := a.calls[e.Key]
		at, _ := slices.BinarySearchFunc(calls, e.Index+1, a.compareIndex)
		a.calls[e.Key] = slices.Insert(calls, at, a.events.size)
	}
	p := a.writing()
	p.event(&e)
	a.events.add(p.packed())
	a.last = e.Sequence
}

// putLicence writes the row of a licence.
func (a *account) putLicence(l users.Licence) {
	if len(a.licences[l.User]) == 0 {
		at, _ := a.licensed.seek(to(l.User))
		a.licensed.insert(at, l.User)
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
