// Package reference is a model of the rules, written from the rules alone: it shares data
// types with package seats and no rule. What a Keeper does is held against it.
package reference

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Model is an account as the rules describe it, kept so plainly that reading
// it is enough to believe it: a list of people, a total per pool, a policy. Every
// number is counted anew whenever it is asked for. It shares data types with
// package seats, and no rules.
type Model struct {
	Name    string
	Zone    string
	Policy  seats.Policy
	Payer   users.ID
	Offer   seats.OwnershipOffer
	Sources map[string]*Source
	Closed  time.Time // since when, or zero
	Erased  time.Time
	Pools   map[seats.PoolID]*Pool
	People  []*Person     // in order of arrival, the deleted too
	Last    time.Time     // of the last event
	Clock   time.Time     // now: invitations go by it, events never go back
	Rules   Rules         // of time zones, as of now
	until   time.Time     // of the settlement under way
	grown   []seats.Event // of the pools, for the command under way
	Before  *Model        // the account before the bulk call under way, as which its actor counts; nil: there is none
}

// A Pool is what a pool was bought for; what is held and spent follows from the people.
type Pool struct {
	Name    string
	Total   seats.Count
	Version seats.VersionedTotal
	Booked  seats.Booking
	Ends    seats.PoolEnd
	Term    seats.LicenceTerm
	Join    seats.JoinCode // of a join code
	Alerts  seats.AlertSet
	Due     time.Time
}

// A Person is a user of the model. The model does not follow the fields Created, StatusSince
// and Salt of the row.
type Person struct {
	users.User
	Licences []users.Licence // in order, also of the deleted
	By       seats.PoolID    // the join code that was used
	Frees    bool            // the seat is free when the invitation expires
	noticeOn users.Date      // the day of the notice before a leave
	seat     bool            // holds a seat, as last written down
	Since    time.Time       // the begin of that
}

// Clone returns a copy that shares nothing with the model.
func (m *Model) Clone() *Model {
	c := *m
	c.Pools = map[seats.PoolID]*Pool{}
	for id, p := range m.Pools {
		c.Pools[id] = new(*p)
	}
	c.Sources = nil
	for name, s := range m.Sources {
		*c.source(name) = *s
	}
	c.People = nil
	for _, p := range m.People {
		q := *p
		q.Licences, q.CoursePlaces = slices.Clone(p.Licences), slices.Clone(p.CoursePlaces)
		c.People = append(c.People, &q)
	}
	return &c
}

// Here reports whether the person is not deleted.
func (p *Person) Here() bool { return p.Status != users.Deleted }

// Seated reports whether the status holds a seat.
func (p *Person) Seated() bool { return p.Status == users.Invited || p.Status == users.Active }
func (p *Person) synced() bool { return p.Source.Kind == users.SourceSync }

// CountedAs is the segment of the user in a tally.
func (p *Person) CountedAs() users.Segment {
	unsent := p.Status == users.Invited && p.NotificationCount == 0
	return users.Segment{Status: p.Status, Role: p.Role, Synced: p.synced(), Unsent: unsent}
}

// ByID returns the person with that ID, deleted or not, or nil.
func (m *Model) ByID(id users.ID) *Person {
	for _, p := range m.People {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// Holds reports whether the user holds a seat of the site.
func (m *Model) Holds(p *Person) bool {
	return m.Closed.IsZero() && p.Seated() && !m.Policy.Exempt.Has(p.Role)
}

// handed writes down who has got or lost a seat at that instant.
func (m *Model) handed(at time.Time) {
	for _, p := range m.People {
		if p.seat != m.Holds(p) || p.Since.IsZero() {
			p.seat, p.Since = m.Holds(p), at
		}
	}
}

// Held counts the held seats of a pool.
func (m *Model) Held(pool seats.PoolID) int64 {
	n := m.licences(pool, users.In(users.LicenceAssigned)) + m.kept(pool)
	if pool == seats.Site && m.Closed.IsZero() {
		n += m.Reserved()
	}
	for _, p := range m.People {
		if pool == seats.Site && m.Holds(p) {
			n++
		}
	}
	return n
}

// Spent counts the used up seats of a pool.
func (m *Model) Spent(pool seats.PoolID) int64 {
	return m.licences(pool, users.In(users.LicenceStarted, users.LicenceArchived)) + m.uses(pool)
}

func (m *Model) licences(pool seats.PoolID, states users.Set[users.LicenceState]) (n int64) {
	for _, p := range m.People {
		for _, l := range p.Licences {
			if l.Pool == string(pool) && states.Has(state(l)) {
				n++
			}
		}
	}
	return n
}

// state is what has happened to a licence last.
func state(l users.Licence) users.LicenceState {
	switch {
	case l.Returned != time.Time{}:
		return users.LicenceReturned
	case l.Archived != time.Time{}:
		return users.LicenceArchived
	case l.Started != time.Time{}:
		return users.LicenceStarted
	}
	return users.LicenceAssigned
}

// Over says by how many seats a pool is above its total.
func (m *Model) Over(pool seats.PoolID) int64 {
	total, limited := m.total(pool).Number()
	if limited {
		return max(0, m.Held(pool)+m.Spent(pool)-total)
	}
	return 0
}

// total is that of a pool; that of an unknown one is no number.
func (m *Model) total(pool seats.PoolID) seats.Count {
	if p := m.Pools[pool]; p != nil {
		return p.Total
	}
	return seats.Count{}
}

// Available returns how many seats of a pool are free.
func (m *Model) Available(pool seats.PoolID) seats.Count {
	if !m.Closed.IsZero() {
		return seats.Of(0)
	}
	total, limited := m.total(pool).Number()
	if !limited {
		return seats.Unlimited()
	}
	return seats.Of(max(0, total-m.Held(pool)-m.Spent(pool)))
}

func (m *Model) owners() int {
	n := 0
	for _, p := range m.People {
		if p.Role == users.Owner && p.Status == users.Active {
			n++
		}
	}
	return n
}

// Shown is the status that people see.
func (m *Model) Shown(p *Person) users.Status {
	if p.Status == users.Invited && m.Policy.Activation == seats.Invitation {
		return users.Active
	}
	return p.Status
}

// May returns what the person may do.
func (m *Model) May(p *Person) seats.Permissions {
	learns := users.In(seats.EnterAccount, seats.ReceiveNotifications, seats.OpenCourses, seats.BeAssigned)
	switch {
	case !m.Closed.IsZero():
		return 0
	case p.Status == users.Active && p.Role == users.Manager:
		return learns | users.In(seats.ReadReports)
	case p.Status == users.Active && (p.Role == users.Admin || p.Role == users.Owner):
		return learns | users.In(seats.ReadReports, seats.ManagePeople)
	case p.Status == users.Invited && m.expired(p):
		return users.In(seats.ReceiveNotifications, seats.BeAssigned)
	case m.Shown(p) == users.Active:
		return learns
	case p.Status == users.Invited && m.Policy.Activation == seats.Approval:
		return users.In(seats.ReceiveNotifications, seats.BeAssigned)
	case p.Status == users.Invited:
		return users.In(seats.EnterAccount, seats.ReceiveNotifications, seats.BeAssigned)
	}
	return 0
}

// expired says whether an invitation has run out.
func (m *Model) expired(p *Person) bool { return !p.Expires.IsZero() && !p.Expires.After(m.Clock) }

// Tally counts those who are chosen by the status that is given for each.
func (m *Model) Tally(status func(*Person) users.Status, chosen func(*Person) bool) users.Tally {
	var t users.Tally
	for _, p := range m.People {
		if chosen(p) {
			at := p.CountedAs()
			if at.Status = status(p); at.Status != users.Invited {
				at.Unsent = false
			}
			Count(&t, at, 1)
		}
	}
	return t
}

// Count adds users of one segment to a tally. The zero segment is left out.
func Count(t *users.Tally, s users.Segment, n int64) {
	synced, row := 0, s.Status
	if s.Synced {
		synced = 1
	}
	if s.Unsent {
		row = users.NoStatus
	}
	if s.Status != users.NoStatus {
		t[row][s.Role][synced] += int32(n)
	}
}

// pledged notes what becomes of an invitation when it ends, which is up to the
// policy of the moment when it is sent, or come back to. Nothing becomes of one that
// has ended already.
func (m *Model) pledged(p *Person) {
	p.Frees = m.Policy.InvitationExpiry == seats.ExpiryFreesSeat && p.Status == users.Invited && !m.expired(p) && !p.Expires.IsZero()
}

// send lets an invitation or notification go out.
func (m *Model) send(p *Person, at time.Time) {
	p.NotificationCount++
	p.LastNotified = at
	p.Expires = time.Time{}
	if p.Status == users.Invited && m.Policy.InvitationExpiry != seats.ExpiryNever {
		p.Expires = m.Clock.Add(m.Policy.Term)
		if in, ok := m.In(); ok && m.Policy.Term%(24*time.Hour) == 0 {
			p.Expires = Ahead(m.Clock, int(m.Policy.Term/(24*time.Hour)), in)
		}
	}
}

// Later returns the later of two instants.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
