package reference

import (
	"cmp"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// account alters the account by a command.
func (m *Model) account(kind seats.EventKind, pool seats.PoolID, at time.Time, alter func()) Result {
	held := m.Held(seats.Site)
	alter()
	m.Last = at
	return Result{Outcome: seats.Outcome{SeatsDelta: m.Held(seats.Site) - held}, Event: seats.Event{Kind: kind, Time: at, Pool: pool}}
}

// order is BuySeats and ReturnSeats.
func (m *Model) order(a users.Actor, kind seats.EventKind, pool seats.PoolID, quantity int64, at time.Time) Result {
	p := m.bought(pool)
	if p == nil {
		return refused(seats.ErrBadInput)
	}
	n, limited := p.Total.Number()
	least, most, after := int64(1), seats.MaxSeats-n, n+quantity
	if kind == seats.EventSeatsReturned {
		most, after = n-m.Held(pool)-m.Spent(pool), n-quantity
	} else if a.Kind == users.ActorUser {
		least = max(least, m.Policy.Buying.Least)
		most = min(most, cmp.Or(m.Policy.Buying.Most, most))
	}
	if !limited || quantity < least || quantity > most {
		return refused(seats.ErrOrderSize)
	}
	v := m.account(kind, pool, at, func() { p.Total = seats.Of(after) })
	v.Event.Count = quantity
	v.Event.Receivers = m.receivers()
	return v
}

func (m *Model) setPolicy(p seats.Policy, at time.Time) Result {
	if badPolicy(p) {
		return refused(seats.ErrBadInput)
	}
	if m.Policy.SharedAddresses != seats.SharingRefused && p.SharedAddresses == seats.SharingRefused {
		p.SharedAddresses = seats.SharingEnded // people may share some
	}
	if m.Policy == p {
		return unchanged(nil)
	}
	v := m.account(seats.EventPolicySet, seats.Site, at, func() { m.Policy = p })
	v.Outcome.Excess = m.Over(seats.Site)
	return v
}

// Open opens the account with its first owner.
func (m *Model) Open(o seats.Opening, at time.Time) Result {
	owner, ok := Clean(o.Owner)
	zone := cmp.Or(o.Zone, "UTC")
	if !ok || badPolicy(o.Policy) || !o.Total.Valid() || badText(strings.TrimSpace(o.Name), users.MaxText) || m.badZone(zone) {
		return refused(seats.ErrBadInput)
	}
	m.Name, m.Zone, m.Policy, m.Last = strings.TrimSpace(o.Name), zone, o.Policy, at
	m.Pools = map[seats.PoolID]*Pool{seats.Site: {Total: o.Total}}
	m.People = nil
	p := &Person{User: users.User{Profile: owner, Role: users.Owner, Status: users.Active, FirstSignIn: at}}
	v := m.arrive(p, seats.EventOpened, at)
	if m.Over(seats.Site) > 0 {
		return refused(seats.ErrNoSeats)
	}
	m.handed(at)
	v.told = m.told(&Model{}, v.tried())
	return v
}

func (m *Model) setPayer(id users.ID, at time.Time) Result {
	p := m.ByID(id)
	switch {
	case id == m.Payer:
		return unchanged(p)
	case id != "" && (p == nil || m.Shown(p) != users.Active):
		return refused(seats.ErrBadInput)
	}
	set := func() { m.Payer = id }
	if p == nil {
		return m.account(seats.EventPayerSet, seats.Site, at, set)
	}
	return m.change(p, seats.EventPayerSet, at, set)
}

func (m *Model) editAccount(c seats.EditAccount, at time.Time) Result {
	name, zone := m.Name, m.Zone
	if c.Name != nil {
		name = strings.TrimSpace(*c.Name)
	}
	if c.Zone != nil {
		zone = *c.Zone
	}
	if badText(name, users.MaxText) || zone != m.Zone && m.badZone(zone) {
		return refused(seats.ErrBadInput)
	}
	var fields []string
	if name != m.Name {
		fields = append(fields, "name")
	}
	if zone != m.Zone {
		fields = append(fields, "zone")
	}
	if fields == nil {
		return unchanged(nil)
	}
	moves := zone != m.Zone
	v := m.account(seats.EventAccountEdited, seats.Site, at, func() { m.Name, m.Zone = name, zone })
	m.planPool(seats.Site) // with the event, before days are looked at
	if in, ok := m.In(); moves && ok {
		for _, r := range m.rows() {
			if !r.due.IsZero() && !r.due.After(m.Clock.Add(lead)) { // the others are looked at later
				r.resolve(in)
				m.plan(r)
			}
		}
	}
	v.Event.Fields = fields
	return v
}

func (m *Model) close(at time.Time) Result {
	if !m.Closed.IsZero() {
		return unchanged(nil)
	}
	return m.account(seats.EventClosed, seats.Site, at, func() { m.Closed = at })
}

func (m *Model) reopen(at time.Time) Result {
	if m.Closed.IsZero() {
		return unchanged(nil)
	}
	open := *m
	open.Closed = time.Time{}
	if !m.fits(seats.Site, open.Held(seats.Site)) {
		return refused(seats.ErrNoSeats)
	}
	return m.account(seats.EventReopened, seats.Site, at, func() { m.Closed = time.Time{} })
}

func (m *Model) eraseAccount(at time.Time) Result {
	switch {
	case m.Closed.IsZero():
		return refused(seats.ErrOpen)
	case !m.Erased.IsZero():
		return unchanged(nil)
	}
	return m.account(seats.EventAccountErased, seats.Site, at, func() { m.Name, m.Payer, m.Offer, m.Erased = "", "", seats.OwnershipOffer{}, at })
}
