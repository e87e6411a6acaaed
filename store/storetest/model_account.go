package storetest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// account is the verdict on a command about the account.
func (m *model) account(kind seats.EventKind, pool seats.PoolID, delta, count int64, at time.Time) verdict {
	m.last = at
	return verdict{outcome: seats.Outcome{SeatsDelta: delta}, fact: fact{kind: kind, at: at, count: count, pool: pool}}
}

func (m *model) buy(a users.Actor, c seats.BuySeats, at time.Time) verdict {
	total, there := m.pools[c.Pool]
	if !there {
		return refused(seats.ErrBadInput)
	}
	n, limited := total.Number()
	least, most := int64(1), seats.MaxSeats-n
	if a.Kind == users.ActorUser && m.policy.Buying.Least > 0 {
		least = m.policy.Buying.Least
	}
	if a.Kind == users.ActorUser && m.policy.Buying.Most > 0 {
		most = min(most, m.policy.Buying.Most)
	}
	if !limited || c.Quantity < least || c.Quantity > most {
		return refused(seats.ErrOrderSize)
	}
	m.pools[c.Pool] = seats.Of(n + c.Quantity)
	return m.told(m.account(seats.EventSeatsBought, c.Pool, 0, c.Quantity, at))
}

func (m *model) giveBack(c seats.ReturnSeats, at time.Time) verdict {
	total, there := m.pools[c.Pool]
	if !there {
		return refused(seats.ErrBadInput)
	}
	n, limited := total.Number()
	if !limited || c.Quantity < 1 || c.Quantity > n-m.held(c.Pool)-m.spent(c.Pool) {
		return refused(seats.ErrOrderSize)
	}
	m.pools[c.Pool] = seats.Of(n - c.Quantity)
	return m.told(m.account(seats.EventSeatsReturned, c.Pool, 0, c.Quantity, at))
}

// told adds whom the host tells of an order.
func (m *model) told(v verdict) verdict {
	for _, p := range m.people {
		if (p.role == users.Owner || p.role == users.Admin) && m.shown(p) == users.Active {
			v.fact.receivers = append(v.fact.receivers, p.ID)
		}
	}
	slices.Sort(v.fact.receivers)
	return v
}

func (m *model) setTotal(c seats.SetTotal, at time.Time) verdict {
	if !c.Total.Valid() || c.Pool != seats.Site && badID(string(c.Pool)) {
		return refused(seats.ErrBadInput)
	}
	if total, there := m.pools[c.Pool]; there && total == c.Total {
		return unchanged(nil)
	}
	m.pools[c.Pool] = c.Total
	v := m.account(seats.EventTotalSet, c.Pool, 0, 0, at)
	v.outcome.Excess = m.over(c.Pool)
	return v
}

func (m *model) setPolicy(p seats.Policy, at time.Time) verdict {
	if badPolicy(p) {
		return refused(seats.ErrBadInput)
	}
	if m.policy == p {
		return unchanged(nil)
	}
	held := m.held(seats.Site)
	m.policy = p
	v := m.account(seats.EventPolicySet, seats.Site, m.held(seats.Site)-held, 0, at)
	v.outcome.Excess = m.over(seats.Site)
	return v
}

// open opens the account with its first owner.
func (m *model) open(o seats.Opening, at time.Time) verdict {
	owner, ok := clean(o.Owner)
	zone := cmp.Or(o.Zone, "UTC")
	if !ok || badPolicy(o.Policy) || !o.Total.Valid() || badText(strings.TrimSpace(o.Name), users.MaxText) || !slices.Contains(zones, zone) {
		return refused(seats.ErrBadInput)
	}
	m.name, m.zone, m.policy, m.last = strings.TrimSpace(o.Name), zone, o.Policy, at
	m.pools = map[seats.PoolID]seats.Count{seats.Site: o.Total}
	p := &person{Profile: owner, role: users.Owner, status: users.Active, signedIn: at}
	m.people = []*person{p}
	if m.over(seats.Site) > 0 {
		return refused(seats.ErrNoSeats)
	}
	m.handed(at)
	return verdict{
		outcome: seats.Outcome{User: p.ID, After: p.standing(), SeatsDelta: m.held(seats.Site)},
		fact:    fact{kind: seats.EventOpened, user: p.ID, after: p.standing(), at: at},
	}
}

func (m *model) setPayer(id users.ID, at time.Time) verdict {
	p := m.byID(id)
	switch {
	case id == m.payer:
		return unchanged(p)
	case id != "" && (p == nil || m.shown(p) != users.Active):
		return refused(seats.ErrBadInput)
	}
	m.payer = id
	if p == nil {
		return m.account(seats.EventPayerSet, seats.Site, 0, 0, at)
	}
	return m.change(p, seats.EventPayerSet, at, func() {})
}

func (m *model) editAccount(c seats.EditAccount, at time.Time) verdict {
	name, zone := m.name, m.zone
	if c.Name != nil {
		name = strings.TrimSpace(*c.Name)
	}
	if c.Zone != nil {
		zone = *c.Zone
	}
	if badText(name, users.MaxText) || !slices.Contains(zones, zone) {
		return refused(seats.ErrBadInput)
	}
	var fields []string
	if name != m.name {
		fields = append(fields, "name")
	}
	if zone != m.zone {
		fields = append(fields, "zone")
	}
	if fields == nil {
		return unchanged(nil)
	}
	m.name, m.zone = name, zone
	v := m.account(seats.EventAccountEdited, seats.Site, 0, 0, at)
	v.fact.fields = fields
	return v
}

func (m *model) close(reason string, at time.Time) verdict {
	if badReason(reason) {
		return refused(seats.ErrBadInput)
	}
	if !m.closed.IsZero() {
		return unchanged(nil)
	}
	held := m.held(seats.Site)
	m.closed = at
	return m.because(reason, m.account(seats.EventClosed, seats.Site, -held, 0, at))
}

func (m *model) reopen(reason string, at time.Time) verdict {
	if badReason(reason) {
		return refused(seats.ErrBadInput)
	}
	if m.closed.IsZero() {
		return unchanged(nil)
	}
	since := m.closed
	m.closed = time.Time{}
	if m.over(seats.Site) > 0 {
		m.closed = since
		return refused(seats.ErrNoSeats)
	}
	return m.because(reason, m.account(seats.EventReopened, seats.Site, m.held(seats.Site), 0, at))
}

func (m *model) eraseAccount(reason string, at time.Time) verdict {
	switch {
	case badReason(reason) && m.closed.IsZero():
		return refused(seats.ErrBadInput, seats.ErrOpen)
	case badReason(reason):
		return refused(seats.ErrBadInput)
	case m.closed.IsZero():
		return refused(seats.ErrOpen)
	case !m.erased.IsZero():
		return unchanged(nil)
	}
	m.name, m.payer, m.erased = "", "", at
	return m.because(reason, m.account(seats.EventAccountErased, seats.Site, 0, 0, at))
}

func (m *model) because(reason string, v verdict) verdict {
	v.fact.reason = reason
	return v
}
