package storetest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A model is an account as the rules describe it, kept so plainly that reading
// it is enough to believe it: a list of people, a total per pool, a policy. Every
// number is counted anew whenever it is asked for. It shares data types with
// package seats, and no rules.
type model struct {
	name   string
	zone   string
	policy seats.Policy
	payer  users.ID
	closed time.Time // since when, or zero
	erased time.Time
	pools  map[seats.PoolID]seats.Count // totals; what is held follows from the people
	people []*person                    // in order of arrival, the deleted too
	last   time.Time                    // of the last event
	clock  time.Time                    // now: invitations go by it, events never go back
}

// A person is somebody of the model.
type person struct {
	users.Profile
	role     users.Role
	status   users.Status
	left     users.Status // what Reactivate returns to
	stored   users.Status // what Restore returns to
	signedIn time.Time
	approved time.Time
	notified time.Time
	notices  int64
	expires  time.Time       // when the invitation runs out
	frees    bool            // and whether the seat is free then
	licences []users.Licence // also of the deleted, whose started ones stay spent
	seat     bool            // whether he holds one, as last written down
	since    time.Time       // and since when it is so
}

func (m *model) clone() *model {
	c := *m
	c.pools = make(map[seats.PoolID]seats.Count)
	for id, total := range m.pools {
		c.pools[id] = total
	}
	c.people = nil
	for _, p := range m.people {
		q := *p
		q.licences = slices.Clone(p.licences)
		c.people = append(c.people, &q)
	}
	return &c
}

func (p *person) here() bool   { return p.status != users.Deleted }
func (p *person) seated() bool { return p.status == users.Invited || p.status == users.Active }
func (p *person) synced() bool { return p.Source.Kind == users.SourceSync }

func (p *person) standing() users.Segment {
	return users.Segment{Status: p.status, Role: p.role, Synced: p.synced()}
}

// byID returns the person with that ID, deleted or not, or nil.
func (m *model) byID(id users.ID) *person {
	for _, p := range m.people {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// holds says whether somebody holds a seat of the site.
func (m *model) holds(p *person) bool {
	return m.closed.IsZero() && p.seated() && !m.policy.Exempt.Has(p.role)
}

// handed writes down who has got or lost a seat at that instant.
func (m *model) handed(at time.Time) {
	for _, p := range m.people {
		if p.seat != m.holds(p) || p.since.IsZero() {
			p.seat, p.since = m.holds(p), at
		}
	}
}

// held counts who holds a seat of a pool, and spent what is used up of it.
func (m *model) held(pool seats.PoolID) int64 {
	n := int64(0)
	for _, p := range m.people {
		if pool == seats.Site && m.holds(p) {
			n++
		}
		for _, l := range p.licences {
			if l.Pool == string(pool) && l.Started.IsZero() {
				n++
			}
		}
	}
	return n
}

func (m *model) spent(pool seats.PoolID) int64 {
	n := int64(0)
	for _, p := range m.people {
		for _, l := range p.licences {
			if l.Pool == string(pool) && !l.Started.IsZero() {
				n++
			}
		}
	}
	return n
}

// over says by how many seats a pool is above its total.
func (m *model) over(pool seats.PoolID) int64 {
	total, limited := m.pools[pool].Number()
	if limited {
		return max(0, m.held(pool)+m.spent(pool)-total)
	}
	return 0
}

func (m *model) available(pool seats.PoolID) seats.Count {
	total, limited := m.pools[pool].Number()
	if !limited {
		return seats.Unlimited()
	}
	return seats.Of(max(0, total-m.held(pool)-m.spent(pool)))
}

func (m *model) owners() int {
	n := 0
	for _, p := range m.people {
		if p.role == users.Owner && p.status == users.Active {
			n++
		}
	}
	return n
}

// shown is the status that people see.
func (m *model) shown(p *person) users.Status {
	if p.status == users.Invited && m.policy.Activation == seats.Invitation {
		return users.Active
	}
	return p.status
}

func (m *model) may(p *person) seats.Permissions {
	learns := users.In(seats.SignIn, seats.ReceiveNotifications, seats.OpenCourses, seats.BeAssigned)
	switch {
	case !m.closed.IsZero():
		return 0
	case p.status == users.Active && p.role == users.Manager:
		return learns | users.In(seats.ReadReports)
	case p.status == users.Active && (p.role == users.Admin || p.role == users.Owner):
		return learns | users.In(seats.ReadReports, seats.ManagePeople)
	case p.status == users.Invited && m.expired(p):
		return users.In(seats.ReceiveNotifications, seats.BeAssigned)
	case m.shown(p) == users.Active:
		return learns
	case p.status == users.Invited && m.policy.Activation == seats.Approval:
		return users.In(seats.ReceiveNotifications, seats.BeAssigned)
	case p.status == users.Invited:
		return users.In(seats.SignIn, seats.ReceiveNotifications, seats.BeAssigned)
	}
	return 0
}

// expired says whether an invitation has run out.
func (m *model) expired(p *person) bool { return !p.expires.IsZero() && !p.expires.After(m.clock) }

// tally counts those who are chosen by the status that is given for each.
func (m *model) tally(status func(*person) users.Status, chosen func(*person) bool) users.Tally {
	var t users.Tally
	for _, p := range m.people {
		if chosen(p) {
			at := p.standing()
			at.Status = status(p)
			count(&t, at, 1)
		}
	}
	return t
}

// count adds people of one standing to a tally; nobody has the zero standing.
func count(t *users.Tally, s users.Segment, n int64) {
	synced := 0
	if s.Synced {
		synced = 1
	}
	if s.Status != users.NoStatus {
		t[s.Status][s.Role][synced] += n
	}
}

// selects says whether a filter for shown statuses selects the person.
func (m *model) selects(f users.Filter, p *person) bool {
	if f.Status.Empty() && !p.here() {
		return false
	}
	if !f.Status.Empty() && !f.Status.Has(m.shown(p)) {
		return false
	}
	if !f.Role.Empty() && !f.Role.Has(p.role) {
		return false
	}
	if f.Location != "" && f.Location != p.Location {
		return false
	}
	if f.Department != "" && f.Department != p.Department {
		return false
	}
	if f.Group != "" && !slices.Contains(p.Groups, f.Group) {
		return false
	}
	if f.Source != nil && *f.Source != p.Source {
		return false
	}
	return !f.NeverSignedIn || p.signedIn.IsZero()
}

// list returns whom a filter for shown statuses selects, in its order.
func (m *model) list(f users.Filter) []users.ID {
	var all []*person
	for _, p := range m.people {
		if m.selects(f, p) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *person) int {
		if f.ByName {
			return byName(a.Profile, b.Profile)
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	var ids []users.ID
	for _, p := range all {
		ids = append(ids, p.ID)
	}
	return ids
}

// settle frees the seats of the invitations that have run out by then, and
// returns the events that this makes.
func (m *model) settle(at time.Time) []fact {
	var due []*person
	for _, p := range m.people {
		if p.status == users.Invited && p.frees && !p.expires.After(at) {
			due = append(due, p)
		}
	}
	slices.SortFunc(due, func(a, b *person) int {
		return cmp.Or(a.expires.Compare(b.expires), strings.Compare(string(a.ID), string(b.ID)))
	})
	var facts []fact
	for _, p := range due {
		before := p.standing()
		p.left, p.status = users.Invited, users.Inactive
		m.last = later(m.last, p.expires)
		m.pledged(p)
		m.handed(m.last)
		facts = append(facts, fact{kind: seats.EventLapsed, user: p.ID, before: before, after: p.standing(), at: m.last})
	}
	return facts
}

// pledged notes what becomes of an invitation when it ends, which is up to the
// policy of the moment when it is sent, or come back to. Nothing becomes of one that
// has ended already.
func (m *model) pledged(p *person) {
	p.frees = m.policy.InvitationExpiry == seats.ExpiryFreesSeat && p.status == users.Invited && !m.expired(p) && !p.expires.IsZero()
}

// send lets an invitation or notification go out.
func (m *model) send(p *person, at time.Time) {
	p.notices++
	p.notified = at
	p.expires = time.Time{}
	if p.status == users.Invited && m.policy.InvitationExpiry != seats.ExpiryNever {
		p.expires = m.clock.Add(m.policy.Term)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// A fact is what the model expects of an event.
type fact struct {
	kind          seats.EventKind
	user          users.ID
	before, after users.Segment
	at            time.Time
	successor     users.ID
	count         int64
	pool          seats.PoolID
	reason        string
	receivers     []users.ID
	fields        []string // of an account
}

// A verdict is what the model expects of a command: one of the codes, any of
// which is right, or else the outcome and the event that records it, and those of
// the licences that go with it.
type verdict struct {
	codes   []seats.Code
	outcome seats.Outcome
	fact    fact
	more    []fact
}

// facts are the events that are expected.
func (v verdict) facts() []fact {
	if v.outcome.Unchanged {
		return nil
	}
	return append([]fact{v.fact}, v.more...)
}

func refused(codes ...seats.Code) verdict { return verdict{codes: codes} }
