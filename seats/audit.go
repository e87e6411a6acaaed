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

// A Drift is something that is stored otherwise than it was counted.
type Drift struct {
	// What is "tally", "policy", "closed", "seats held", "pool" and its ID, "events",
	// "user" and their ID, "users", "key" and the ID of its user, or "keys". Of "key", Stored is
	// "not found" and Counted the kind of key by which a store does not find its user, or finds
	// another one besides. Of "events", Stored are numbers of events, and
	// Counted is "missing" or what else is wrong with that event. Of "user", Stored is the row
	// and Counted what the events tell, each as a status, a role, and what else there is.
	// Beyond [MaxDrifts] of "events", "user" or "key" one more, of "events", "users" or "keys", has no
	// Stored and says in Counted how many there are besides.
	What    string `json:"what"`
	Stored  string `json:"stored"`
	Counted string `json:"counted"`
}

// MaxDrifts is how many events, how many users and how many keys an audit names.
const MaxDrifts = 100

// Audit compares the account row and its pools with the people counted from
// their rows and with the ledger of its events, all of one moment. Where nothing
// drifted apart it returns none. An [Auditor] compares the people as well.
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
	compare("seats held", s.pool(Site).Held, a.held())
	for _, id := range slices.Sorted(maps.Keys(l.Pools)) {
		compare("pool "+string(id), s.pool(id), l.Pools[id])
	}
	return found
}

// An Auditor holds all that is stored of an account against its events: the numbers, and
// the people one by one, by status, role, whether they came by a sync, and the course
// licences that are not started. Its memory does not grow with the people. The zero value
// is ready. It is not safe for concurrent use.
//
// The account may move while it is read. Each of the people is added at the moment of the
// last event that was recorded; what happens to them afterwards the auditor learns from
// their later events. Where [Auditor.Closer] returns another auditor, that one needs the
// same again to name the people who differ.
type Auditor struct {
	ledger Ledger       // of the numbers; its People are empty
	torn   bool         // events before the last ones are missing
	blind  bool         // the policy may be among what is missing
	beyond uint64       // an event that is there, though the account names a smaller number
	events noted        // what is wrong with them
	keys   noted        // those that do not find their users
	told   census       // the people by their events
	rows   census       // and by their rows, of which
	tally  users.Tally  // these are
	cursor users.ID     // the last
	named  map[int]bool // the groups whose people are named; nil: none
	others int          // how many groups differ besides
}

// noted is a list of at most [MaxDrifts], and how many are left out.
type noted struct {
	list []Drift
	more int
}

func (n *noted) add(d Drift) {
	if len(n.list) == MaxDrifts {
		n.more++
		return
	}
	n.list = append(n.list, d)
}

// Sequence returns the number of the last event that was recorded. The next ones follow.
func (a *Auditor) Sequence() uint64 { return a.ledger.Sequence }

// Pools returns the pools that the events name. The snapshot for [Auditor.Drift] needs
// them.
func (a *Auditor) Pools() []PoolID { return slices.Sorted(maps.Keys(a.ledger.Pools)) }

// Record records events, those after [Auditor.Sequence] up to that number, which is the
// account's Sequence. They are in order, and some may be missing. A later one is not
// recorded. An error of the list ends it.
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
		// What the missing ones changed is taken from those that follow.
		*l = Ledger{Account: e.Account, Sequence: e.Sequence - 1, Changed: l.Changed, Policy: l.Policy, Closed: l.Closed, Tally: e.Tally, Pools: map[PoolID]Pool{}}
		l.Tally.Move(e.After, e.Before)
		a.torn, a.blind = true, true
	}
	if a.blind = a.blind && e.Policy == nil; a.torn {
		if _, known := l.Pools[e.Pool]; !known {
			p := Pool{ID: e.Pool, Total: e.Total, Held: e.Held - e.Delta, Spent: e.Spent, OverLimit: true}
			p.OverLimit = e.pool(p).OverLimit
			l.Pools[e.Pool] = p
		}
	}
	if err := l.follows(e, a.before(e), a.blind); err != nil {
		a.events.add(Drift{"events", fmt.Sprint(e.Sequence), err.Error()})
	}
	l.take(e)
	a.move(&a.told, e)
	if e.User != "" && e.User <= a.cursor {
		a.move(&a.rows, e)
		a.tally.Move(e.Before, e.After)
	}
}

// missing notes the events up to a number.
func (a *Auditor) missing(through uint64) {
	_, which, _ := strings.Cut(numbers(a.ledger.Sequence+1, through), " ")
	a.events.add(Drift{"events", which, "missing"})
}

// before is the standing of an event's user before it: the one that the event says, unless
// the user is named and none of the events is missing.
func (a *Auditor) before(e Event) users.Segment {
	if e.User != "" && !a.torn && a.named[group(e.User)] {
		return a.told.people[e.User].Segment
	}
	return e.Before
}

// move lets an event happen to its user.
func (a *Auditor) move(c *census, e Event) {
	if e.User == "" {
		return
	}
	c.stand(a.named, e.User, e.Before, e.After)
	if e.Pool != Site {
		c.license(a.named, e.User, e.Pool, e.Delta)
	}
}

// Row adds a user's row. The rows come in ascending order of ID, deleted people among
// them.
func (a *Auditor) Row(u users.User) {
	a.cursor = u.ID
	a.tally.Add(u.Segment(), 1)
	a.rows.stand(a.named, u.ID, users.Segment{}, u.Segment())
	for _, l := range u.Licences {
		if unstarted(l) {
			a.rows.license(a.named, u.ID, PoolID(l.Pool), 1)
		}
	}
}

// Drift returns what drifted apart, and is called once, when all rows are added and all events recorded up to
// the Sequence of the snapshot, which has the pools of [Auditor.Pools].
func (a *Auditor) Drift(s Snapshot) []Drift {
	l, last := a.ledger, s.Account.Sequence
	if l.Sequence < last {
		a.missing(last)
		l = Ledger{Sequence: last, Tally: s.Account.Tally, Policy: s.Account.Policy, Closed: s.Account.Closed}
	}
	if a.blind {
		l.Policy, l.Closed = s.Account.Policy, s.Account.Closed
	}
	if a.beyond > last {
		a.events.add(Drift{"events", fmt.Sprint(a.beyond), "comes after the last one that the account names"})
	}
	found := Audit(s, a.tally, l)
	found = append(found, a.events.list...)
	if a.events.more > 0 {
		found = append(found, Drift{What: "events", Counted: fmt.Sprintf("%d more", a.events.more)})
	}
	found = append(found, a.keys.list...)
	if a.keys.more > 0 {
		found = append(found, Drift{What: "keys", Counted: fmt.Sprintf("%d more", a.keys.more)})
	}
	return append(found, a.people()...)
}

// Unfound notes that a user is not found by a key of that kind that is theirs.
func (a *Auditor) Unfound(id users.ID, kind users.KeyKind) {
	a.keys.add(Drift{"key " + string(id), "not found", kind.String()})
}

// people returns the people who differ, as far as they are named.
func (a *Auditor) people() []Drift {
	var found noted
	ids := slices.AppendSeq(slices.Collect(maps.Keys(a.told.people)), maps.Keys(a.rows.people))
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		stored, counted := a.rows.people[id].String(), a.told.people[id].String()
		if stored != counted {
			found.add(Drift{"user " + string(id), stored, counted})
		}
	}
	if more := found.more + a.others; more > 0 {
		found.list = append(found.list, Drift{What: "users", Counted: fmt.Sprintf("at least %d more", more)})
	}
	return found.list
}

// Closer returns an auditor for the same account that names the people who differ, or nil
// if none do. It names those of a few groups, and counts one for each of the others.
func (a *Auditor) Closer() *Auditor {
	if a.named != nil {
		return nil
	}
	closer := &Auditor{named: map[int]bool{}}
	names := 0
	for g := range a.told.groups {
		told, row := a.told.groups[g], a.rows.groups[g]
		switch {
		case told.sum == row.sum:
		case names > 0 && names+max(told.people, row.people) > maxNames:
			closer.others++
		default:
			names += max(told.people, row.people)
			closer.named[g] = true
		}
	}
	if len(closer.named) == 0 {
		return nil
	}
	return closer
}

const (
	groups   = 4096   // of people, by a hash of their ID
	maxNames = 10_000 // how many people are named, one group at least
)

// group returns the group of a user.
func group(id users.ID) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % groups)
}

// A census is what is known of people. Of a group it is the sum of a hash over all that is
// true of each of them, in any order: two of them who have changed places have another sum.
type census struct {
	groups [groups]struct {
		sum    uint64
		people int
	}
	people map[users.ID]seen // of the groups that are named
}

// seen is what is known of one user.
type seen struct {
	users.Segment
	licences map[PoolID]int64 // unstarted ones
}

// String returns it in words; for no user it is "not there".
func (s seen) String() string {
	if s.Status == users.NoStatus {
		return "not there"
	}
	text := s.Status.String() + " " + s.Role.String()
	if s.Synced {
		text += " by sync"
	}
	for _, pool := range slices.Sorted(maps.Keys(s.licences)) {
		if n := s.licences[pool]; n != 0 {
			text += fmt.Sprintf(", %d of pool %s", n, pool)
		}
	}
	return text
}

// stand moves a user from one standing to another.
func (c *census) stand(named map[int]bool, id users.ID, from, to users.Segment) {
	g := &c.groups[group(id)]
	g.sum += hash(id, Site, to) - hash(id, Site, from)
	if from.Status == users.NoStatus {
		g.people++
	}
	if named[group(id)] {
		s := c.people[id]
		s.Segment = to
		c.keep(id, s)
	}
}

// license gives a user so many more licences of a pool.
func (c *census) license(named map[int]bool, id users.ID, pool PoolID, n int64) {
	c.groups[group(id)].sum += uint64(n) * hash(id, pool, users.Segment{Status: users.Active})
	if named[group(id)] {
		s := c.people[id]
		if s.licences == nil {
			s.licences = map[PoolID]int64{}
		}
		s.licences[pool] += n
		c.keep(id, s)
	}
}

func (c *census) keep(id users.ID, s seen) {
	if c.people == nil {
		c.people = map[users.ID]seen{}
	}
	c.people[id] = s
}

// hash returns a number for something that is true of a user. The zero standing has none.
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
