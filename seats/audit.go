package seats

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Drift is a difference between a stored value and the counted one.
type Drift struct {
	// What is one of these:
	//
	//	tally, policy, closed, seats held  of the account
	//	seats reserved  Stored has those of the site pool, Counted those of the join codes
	//	pool ID     a pool
	//	source NAME  Stored has the number of its invited and active users, Counted that of the rows; left out if the
	//	            numbers of all add up, or a user of a sync changed during the audit
	//	waiting ID  a place in the queue for seats: Stored has that of the site pool, Counted that of the user's row; left
	//	            out for a user who changed during the audit
	//	waiting ID for POOL  a place in the queue of a course, likewise
	//	licences ID  a course pool: Stored has its numbers, Counted those of the licences' rows
	//	events      Stored has the numbers of events, Counted "missing" or another fault
	//	user ID     Stored has the row, Counted the result of the events: status, role, sync, licences
	//	key ID      Stored is "not found", Counted the kind of key by which the store does not find
	//	            this user alone
	//	users, keys, waiting, and events with an empty Stored: beyond [MaxDrifts], Counted has the number of further ones
	What    string `json:"what"`
	Stored  string `json:"stored"`
	Counted string `json:"counted"`
}

// MaxDrifts is the largest number of events, of users, of keys and of places in the queues in an audit.
const MaxDrifts = 100

// Audit compares the account and its pools with the tally of the users' rows and with the
// ledger of the events, all of one moment. An [Auditor] compares single users as well.
func Audit(s Snapshot, rows users.Tally, l Ledger) []Drift {
	var found []Drift
	compare := func(what string, stored, counted any) {
		if stored != counted {
			found = append(found, Drift{what, fmt.Sprintf("%+v", stored), fmt.Sprintf("%+v", counted)})
		}
	}
	a := s.Account
	compare("tally", a.Tally, rows)
	compare("tally", a.Tally, l.Tally)
	compare("policy", a.Policy, l.Policy)
	compare("events", a.Sequence, l.Sequence)
	compare("closed", a.Closed, l.Closed)
	a.Tally = rows
	compare("seats held", s.pool(Site).Held, a.held(s.pool(Site).Reserved))
	for _, id := range slices.Sorted(maps.Keys(l.Pools)) {
		compare("pool "+string(id), s.pool(id).numbers(), l.Pools[id].numbers())
	}
	return found
}

// An Auditor compares the rows of an account with its events: the numbers, and every user by
// status, role, sync, and held and spent course licences. Its memory is bounded for any number of
// users. The zero value is ready. It must not be used concurrently.
//
// The account may change meanwhile. [Auditor.Row] must add each row as of the last event
// recorded; later events bring it up to date. If [Auditor.Detail] returns a second auditor, the
// same events and rows must be read again for the names of the differing users.
type Auditor struct {
	ledger        Ledger                // of the numbers; its People are empty
	torn          bool                  // events in the middle are missing
	policyUnknown bool                  // the last policy may be among the missing events
	beyond        uint64                // an event after the account's Sequence
	events        drifts                // of events
	keys          drifts                // of keys
	byEvents      census                // the users by their events
	byRows        census                // the users by their rows
	tally         users.Tally           // of the rows
	licences      map[PoolID]LicenceUse // of the rows
	sources       map[string]int64      // invited and active users of each, of the rows
	sourcesMoved  bool                  // a user of a sync has changed since their row was added
	queue         auditedQueue          // of the rows
	lastRow       users.ID              // the rows so far are those up to it
	named         map[int]bool          // the groups with names; nil: none
	otherGroups   int                   // further groups that differ
}

// drifts is a list of at most [MaxDrifts], and the number of further ones.
type drifts struct {
	list []Drift
	more int
}

func (n *drifts) add(d Drift) {
	if len(n.list) == MaxDrifts {
		n.more++
		return
	}
	n.list = append(n.list, d)
}

// Sequence returns the number of the last event recorded.
func (a *Auditor) Sequence() uint64 { return a.ledger.Sequence }

// Pools returns the pools of the events, for the snapshot of [Auditor.Drift].
func (a *Auditor) Pools() []PoolID { return slices.Sorted(maps.Keys(a.ledger.Pools)) }

// Record records the events after [Auditor.Sequence] up to the account's Sequence, in order.
// Missing events become drifts, and a later one is left out. An error of the list ends it.
func (a *Auditor) Record(through uint64, events iter.Seq2[Event, error]) error {
	a.beyond = 0
	for e, err := range events {
		if err != nil {
			return err
		}
		if e.Sequence > through {
			a.beyond = e.Sequence
			break
		}
		a.record(e)
	}
	return nil
}

func (a *Auditor) record(e Event) {
	l := &a.ledger
	switch {
	case l.Pools == nil:
		l.Pools = map[PoolID]Pool{}
	case e.Sequence <= l.Sequence:
		a.events.add(Drift{"events", fmt.Sprint(e.Sequence), outOfOrder(l.Sequence, e.Sequence).Error()})
		return
	}
	if e.Sequence > l.Sequence+1 {
		a.missing(e.Sequence - 1)
		// The events after the gap have the numbers.
		*l = Ledger{Account: e.Account, Sequence: e.Sequence - 1, Changed: l.Changed, Policy: l.Policy, Closed: l.Closed, Tally: e.Tally, Pools: map[PoolID]Pool{}}
		l.Tally.Move(e.After, e.Before)
		a.torn, a.policyUnknown = true, true
	}
	if a.policyUnknown = a.policyUnknown && e.Policy == nil; a.torn {
		if _, known := l.Pools[e.Pool]; !known {
			p := Pool{ID: e.Pool, Total: e.Total, Held: e.Held - e.Delta, Spent: e.Spent, OverLimit: true}
			p.OverLimit = e.pool(p).OverLimit
			l.Pools[e.Pool] = p
		}
	}
	if err := l.follows(e, a.before(e), a.policyUnknown); err != nil {
		a.events.add(Drift{"events", fmt.Sprint(e.Sequence), err.Error()})
	}
	use := e.uses(l.Pools[e.Pool])
	l.take(e)
	a.move(&a.byEvents, e, use)
	if e.User != "" && e.User <= a.lastRow {
		a.move(&a.byRows, e, use)
		a.tally.Move(e.Before, e.After)
		a.count(e.Pool, use)
		a.sourcesMoved = a.sourcesMoved || e.Before.Synced || e.After.Synced
		a.queue.moves(e)
	}
}

// missing adds the drift of missing events up to a number.
func (a *Auditor) missing(through uint64) {
	_, span, _ := strings.Cut(numbers(a.ledger.Sequence+1, through), " ")
	a.events.add(Drift{"events", span, "missing"})
}

// before returns the segment of an event's user before it: of a user in a group with names
// the one by the earlier events, unless some are missing, else the event's own.
func (a *Auditor) before(e Event) users.Segment {
	if e.User != "" && !a.torn && a.named[group(e.User)] {
		return a.byEvents.users[e.User].Segment
	}
	return e.Before
}

// move applies an event to its user.
func (a *Auditor) move(c *census, e Event, use LicenceUse) {
	if e.User == "" {
		return
	}
	c.move(a.named, e.User, e.Before, e.After)
	c.license(a.named, e.User, e.Pool, use)
}

// count adds licences of the rows.
func (a *Auditor) count(pool PoolID, use LicenceUse) {
	if use == (LicenceUse{}) {
		return
	}
	if a.licences == nil {
		a.licences = map[PoolID]LicenceUse{}
	}
	a.licences[pool] = a.licences[pool].add(use)
}

// Row adds a user's row. The rows must be in ascending order of ID, deleted users included.
func (a *Auditor) Row(u users.User) {
	a.lastRow = u.ID
	a.tally.Add(u.Segment(), 1)
	a.byRows.move(a.named, u.ID, users.Segment{}, u.Segment())
	a.countSource(u)
	a.queue.add(u)
}

// Licence adds the row of a licence. The rows must be in order.
func (a *Auditor) Licence(l users.Licence) {
	var use LicenceUse
	use.Held, use.Spent = uses(l)
	a.byRows.license(a.named, l.User, PoolID(l.Pool), use)
	a.count(PoolID(l.Pool), use)
}

// Drift returns the drifts. It must be called once, after all rows and all events up to the
// Sequence of the snapshot, which must have the pools of [Auditor.Pools].
func (a *Auditor) Drift(s Snapshot) []Drift {
	l, last := a.ledger, s.Account.Sequence
	if l.Sequence < last {
		a.missing(last)
		l = Ledger{Sequence: last, Tally: s.Account.Tally, Policy: s.Account.Policy, Closed: s.Account.Closed}
	}
	if a.policyUnknown {
		l.Policy, l.Closed = s.Account.Policy, s.Account.Closed
	}
	if a.beyond > last {
		a.events.add(Drift{"events", fmt.Sprint(a.beyond), "comes after the last one that the account names"})
	}
	found := slices.Concat(Audit(s, a.tally, l), a.pools(s), a.reserved(s), a.ofSources(s), a.queue.drifts(s.Pools))
	found = append(found, a.events.list...)
	if a.events.more > 0 {
		found = append(found, Drift{What: "events", Counted: fmt.Sprintf("%d more", a.events.more)})
	}
	found = append(found, a.keys.list...)
	if a.keys.more > 0 {
		found = append(found, Drift{What: "keys", Counted: fmt.Sprintf("%d more", a.keys.more)})
	}
	return append(found, a.users()...)
}

// KeyNotFound adds the drift of a user with a key of that kind by which the store does not
// find this user alone.
func (a *Auditor) KeyNotFound(id users.ID, kind users.KeyKind) {
	a.keys.add(Drift{"key " + string(id), "not found", kind.String()})
}

// users returns the drifts of single users.
func (a *Auditor) users() []Drift {
	var found drifts
	ids := slices.AppendSeq(slices.Collect(maps.Keys(a.byEvents.users)), maps.Keys(a.byRows.users))
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		stored, counted := a.byRows.users[id].String(), a.byEvents.users[id].String()
		if stored != counted {
			found.add(Drift{"user " + string(id), stored, counted})
		}
	}
	if more := found.more + a.otherGroups; more > 0 {
		found.list = append(found.list, Drift{What: "users", Counted: fmt.Sprintf("at least %d more", more)})
	}
	return found.list
}

// Detail returns an auditor for the same account that names the differing users, or nil if
// there are none. It names those of some groups, and counts one for each further group.
func (a *Auditor) Detail() *Auditor {
	if a.named != nil {
		return nil
	}
	detail := &Auditor{named: map[int]bool{}}
	names := 0
	for g := range a.byEvents.groups {
		told, row := a.byEvents.groups[g], a.byRows.groups[g]
		switch {
		case told.sum == row.sum:
		case names > 0 && names+max(told.users, row.users) > maxNames:
			detail.otherGroups++
		default:
			names += max(told.users, row.users)
			detail.named[g] = true
		}
	}
	if len(detail.named) == 0 {
		return nil
	}
	return detail
}

const (
	groups   = 4096   // of users, by a hash of their ID
	maxNames = 10_000 // named users, unless the first group has more
)

// group returns the group of a user.
func group(id users.ID) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % groups)
}

// A census has the users of an account. Each group has the sum of a hash over the facts of
// its users, in any order. The hash includes the ID, so that an exchange of two users changes
// the sum.
type census struct {
	groups [groups]struct {
		sum   uint64
		users int
	}
	users map[users.ID]counted // of the named groups
}

// counted is one user of a census.
type counted struct {
	users.Segment
	licences map[PoolID]LicenceUse
}

// String returns the facts in words; for a missing user "not there".
func (s counted) String() string {
	if s.Status == users.NoStatus {
		return "not there"
	}
	text := s.Status.String() + " " + s.Role.String()
	if s.Synced {
		text += " by sync"
	}
	for _, pool := range slices.Sorted(maps.Keys(s.licences)) {
		use := s.licences[pool]
		if use.Held != 0 {
			text += fmt.Sprintf(", %d of pool %s", use.Held, pool)
		}
		if use.Spent != 0 {
			text += fmt.Sprintf(", %d used of pool %s", use.Spent, pool)
		}
	}
	return text
}

// move moves a user from one segment to another.
func (c *census) move(named map[int]bool, id users.ID, from, to users.Segment) {
	g := &c.groups[group(id)]
	g.sum += hash(id, Site, to) - hash(id, Site, from)
	if from.Status == users.NoStatus {
		g.users++
	}
	if named[group(id)] {
		s := c.users[id]
		s.Segment = to
		c.keep(id, s)
	}
}

// license adds licences of a pool to a user.
func (c *census) license(named map[int]bool, id users.ID, pool PoolID, use LicenceUse) {
	if use == (LicenceUse{}) {
		return
	}
	held, spent := users.Segment{Status: users.Active}, users.Segment{Status: users.Active, Synced: true}
	c.groups[group(id)].sum += uint64(use.Held)*hash(id, pool, held) + uint64(use.Spent)*hash(id, pool, spent)
	if named[group(id)] {
		s := c.users[id]
		if s.licences == nil {
			s.licences = map[PoolID]LicenceUse{}
		}
		s.licences[pool] = s.licences[pool].add(use)
		c.keep(id, s)
	}
}

func (c *census) keep(id users.ID, s counted) {
	if c.users == nil {
		c.users = map[users.ID]counted{}
	}
	c.users[id] = s
}

// hash returns the number of a fact of a user: a segment, or a held or spent licence of a pool. That of the
// zero segment is zero.
func hash(id users.ID, pool PoolID, s users.Segment) uint64 {
	if s.Status == users.NoStatus {
		return 0
	}
	text := []byte{byte(s.Status), byte(s.Role), 0}
	if s.Synced {
		text[2] = 1
	}
	text = binary.AppendUvarint(text, uint64(len(pool)))
	sum := sha256.Sum256(append(append(text, pool...), id...))
	return binary.BigEndian.Uint64(sum[:])
}
