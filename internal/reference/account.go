package reference

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// account is the result on a command about the account.
func (m *Model) account(kind seats.EventKind, pool seats.PoolID, delta, count int64, at time.Time) Result {
	m.Last = at
	return Result{Outcome: seats.Outcome{SeatsDelta: delta}, Event: Event{Kind: kind, At: at, Count: count, Pool: pool}}
}

func (m *Model) buy(a users.Actor, c seats.BuySeats, at time.Time) Result {
	total, there := m.Pools[c.Pool]
	if !there {
		return refused(seats.ErrBadInput)
	}
	n, limited := total.Number()
	least, most := int64(1), seats.MaxSeats-n
	if a.Kind == users.ActorUser && m.Policy.Buying.Least > 0 {
		least = m.Policy.Buying.Least
	}
	if a.Kind == users.ActorUser && m.Policy.Buying.Most > 0 {
		most = min(most, m.Policy.Buying.Most)
	}
	if !limited || c.Quantity < least || c.Quantity > most {
		return refused(seats.ErrOrderSize)
	}
	m.Pools[c.Pool] = seats.Of(n + c.Quantity)
	return m.told(m.account(seats.EventSeatsBought, c.Pool, 0, c.Quantity, at))
}

func (m *Model) giveBack(c seats.ReturnSeats, at time.Time) Result {
	total, there := m.Pools[c.Pool]
	if !there {
		return refused(seats.ErrBadInput)
	}
	n, limited := total.Number()
	if !limited || c.Quantity < 1 || c.Quantity > n-m.Held(c.Pool)-m.Spent(c.Pool) {
		return refused(seats.ErrOrderSize)
	}
	m.Pools[c.Pool] = seats.Of(n - c.Quantity)
	return m.told(m.account(seats.EventSeatsReturned, c.Pool, 0, c.Quantity, at))
}

// told adds the receivers of an order.
func (m *Model) told(v Result) Result {
	for _, p := range m.People {
		if (p.Role == users.Owner || p.Role == users.Admin) && m.Shown(p) == users.Active {
			v.Event.Receivers = append(v.Event.Receivers, p.ID)
		}
	}
	slices.Sort(v.Event.Receivers)
	return v
}

func (m *Model) setTotal(c seats.SetTotal, at time.Time) Result {
	if !c.Total.Valid() || c.Pool != seats.Site && badID(string(c.Pool)) {
		return refused(seats.ErrBadInput)
	}
	if total, there := m.Pools[c.Pool]; there && total == c.Total {
		return unchanged(nil)
	}
	m.Pools[c.Pool] = c.Total
	v := m.account(seats.EventTotalSet, c.Pool, 0, 0, at)
	v.Outcome.Excess = m.Over(c.Pool)
	return v
}

func (m *Model) setPolicy(p seats.Policy, at time.Time) Result {
	if badPolicy(p) {
		return refused(seats.ErrBadInput)
	}
	if m.Policy == p {
		return unchanged(nil)
	}
	held := m.Held(seats.Site)
	m.Policy = p
	v := m.account(seats.EventPolicySet, seats.Site, m.Held(seats.Site)-held, 0, at)
	v.Outcome.Excess = m.Over(seats.Site)
	return v
}

// Open opens the account with its first owner.
func (m *Model) Open(o seats.Opening, at time.Time) Result {
	owner, ok := Clean(o.Owner)
	zone := cmp.Or(o.Zone, "UTC")
	if !ok || badPolicy(o.Policy) || !o.Total.Valid() || badText(strings.TrimSpace(o.Name), users.MaxText) || !slices.Contains(Zones, zone) {
		return refused(seats.ErrBadInput)
	}
	m.Name, m.Zone, m.Policy, m.Last = strings.TrimSpace(o.Name), zone, o.Policy, at
	m.Pools = map[seats.PoolID]seats.Count{seats.Site: o.Total}
	p := &Person{Profile: owner, Role: users.Owner, Status: users.Active, SignedIn: at}
	m.People = []*Person{p}
	if m.Over(seats.Site) > 0 {
		return refused(seats.ErrNoSeats)
	}
	m.handed(at)
	return Result{
		Outcome: seats.Outcome{User: p.ID, After: p.Standing(), SeatsDelta: m.Held(seats.Site)},
		Event:   Event{Kind: seats.EventOpened, User: p.ID, After: p.Standing(), At: at},
	}
}

func (m *Model) setPayer(id users.ID, at time.Time) Result {
	p := m.ByID(id)
	switch {
	case id == m.Payer:
		return unchanged(p)
	case id != "" && (p == nil || m.Shown(p) != users.Active):
		return refused(seats.ErrBadInput)
	}
	m.Payer = id
	if p == nil {
		return m.account(seats.EventPayerSet, seats.Site, 0, 0, at)
	}
	return m.change(p, seats.EventPayerSet, at, func() {})
}

func (m *Model) editAccount(c seats.EditAccount, at time.Time) Result {
	name, zone := m.Name, m.Zone
	if c.Name != nil {
		name = strings.TrimSpace(*c.Name)
	}
	if c.Zone != nil {
		zone = *c.Zone
	}
	if badText(name, users.MaxText) || !slices.Contains(Zones, zone) {
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
	m.Name, m.Zone = name, zone
	v := m.account(seats.EventAccountEdited, seats.Site, 0, 0, at)
	v.Event.Fields = fields
	return v
}

func (m *Model) close(reason string, at time.Time) Result {
	if BadReason(reason) {
		return refused(seats.ErrBadInput)
	}
	if !m.Closed.IsZero() {
		return unchanged(nil)
	}
	held := m.Held(seats.Site)
	m.Closed = at
	return m.because(reason, m.account(seats.EventClosed, seats.Site, -held, 0, at))
}

func (m *Model) reopen(reason string, at time.Time) Result {
	if BadReason(reason) {
		return refused(seats.ErrBadInput)
	}
	if m.Closed.IsZero() {
		return unchanged(nil)
	}
	since := m.Closed
	m.Closed = time.Time{}
	if m.Over(seats.Site) > 0 {
		m.Closed = since
		return refused(seats.ErrNoSeats)
	}
	return m.because(reason, m.account(seats.EventReopened, seats.Site, m.Held(seats.Site), 0, at))
}

func (m *Model) eraseAccount(reason string, at time.Time) Result {
	switch {
	case BadReason(reason) && m.Closed.IsZero():
		return refused(seats.ErrBadInput, seats.ErrOpen)
	case BadReason(reason):
		return refused(seats.ErrBadInput)
	case m.Closed.IsZero():
		return refused(seats.ErrOpen)
	case !m.Erased.IsZero():
		return unchanged(nil)
	}
	m.Name, m.Payer, m.Erased = "", "", at
	return m.because(reason, m.account(seats.EventAccountErased, seats.Site, 0, 0, at))
}

func (m *Model) because(reason string, v Result) Result {
	v.Event.Reason = reason
	return v
}
