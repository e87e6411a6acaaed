package reference

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A tried is an event with the licence that it is about, if it is about one.
type tried struct {
	seats.Event
	licence *users.Licence
}

// told returns the events of a command with those that tell of seats, each after the event that led to it.
// The model before the command is given.
func (m *Model) told(before *Model, all []tried) (facts []seats.Event) {
	used, held := map[seats.PoolID]int64{}, map[seats.PoolID]int64{}
	for id := range m.Pools {
		used[id], held[id] = before.Held(id)+before.Spent(id), before.Held(id)
	}
	for i, e := range all {
		total, grown := m.total(e.Pool), e.Kind == seats.EventSeatsGrown
		for _, later := range all[i+1:] {
			if later.Kind == seats.EventSeatsGrown && later.Pool == e.Pool {
				panic("a pool grows after another event of the command")
			}
		}
		switch {
		case grown:
		case e.licence != nil:
			was := before.licence(*e.licence)
			used[e.Pool] += uses(*e.licence) - uses(was)
			held[e.Pool] += holds(*e.licence) - holds(was)
		case e.Pool == seats.Site:
			used[e.Pool], held[e.Pool] = m.Held(e.Pool)+m.Spent(e.Pool), m.Held(e.Pool)
		}
		receivers := m.receivers()
		if grown {
			receivers = e.Receivers
		}
		facts = append(facts, e.Event)
		facts = append(facts, m.tell(e.Event, total, used[e.Pool], held[e.Pool], receivers)...)
	}
	return facts
}

// tell plans the row of the pool of an event, which is written with it, raises and clears the alerts of the pool, and
// returns the event of the gravest new one.
func (m *Model) tell(of seats.Event, total seats.Count, used, held int64, receivers []users.ID) []seats.Event {
	m.planPool(of.Pool)
	p := m.Pools[of.Pool]
	if p.isCode() {
		return nil
	}
	now := m.alerts(of.Pool, total, used, held)
	e := seats.Event{Pool: of.Pool, Receivers: receivers, Time: of.Time, Actor: of.Actor, Channel: of.Channel, Reason: of.Reason}
	n, _ := total.Number()
	switch is := func(a seats.Alert) bool { return now.Has(a) && !p.Alerts.Has(a) }; {
	case is(seats.AlertOver):
		e.Kind, e.Count = seats.EventSeatsOver, used-n
	case is(seats.AlertFull):
		e.Kind = seats.EventSeatsFull
	case is(seats.AlertLow):
		e.Kind, e.Count = seats.EventSeatsLow, max(0, m.most(of.Pool, n, used)-used)
	}
	p.Alerts = now
	if e.Kind == "" {
		return nil
	}
	return []seats.Event{e}
}

// most is the total that a pool has, or can have without an order.
func (m *Model) most(pool seats.PoolID, n, used int64) int64 {
	if g := m.growing(pool); used <= n && g.Ceiling > n {
		return g.Ceiling
	}
	return n
}

// alerts are those that a pool has with such a use: its old ones unless they are clearly over, and those whose
// threshold is reached. With one seat held, none is left to become clear by.
func (m *Model) alerts(pool seats.PoolID, total seats.Count, used, held int64) (now seats.AlertSet) {
	t, had := m.Policy.Thresholds, m.Pools[pool].Alerts
	if pool != seats.Site {
		t = m.Policy.CourseThresholds
	}
	n, limited := total.Number()
	if !limited {
		return 0
	}
	most := m.most(pool, n, used)
	seatsOf := func(a seats.Amount, n int64) int64 {
		if a.Percent == 0 {
			return int64(a.Number)
		}
		k := int64(1)
		for k*100 < n*int64(a.Percent) {
			k++
		}
		return k
	}
	raise := func(a seats.Alert, on bool, n, left int64) {
		margin := max(1, seatsOf(t.Clear, n))
		if t.Clear == (seats.Amount{}) {
			margin = 1
		}
		if held <= 1 || left < 0 {
			margin = 0
		}
		if on && (n-used <= left || had.Has(a) && n-used <= left+margin) {
			now |= users.In(a)
		}
	}
	marks := slices.DeleteFunc(slices.Clone(t.Low[:]), func(k seats.LowMark) bool {
		return k.Left == seats.Amount{} || k.UpTo > 0 && int64(k.UpTo) < most
	})
	if len(marks) > 0 {
		raise(seats.AlertLow, true, most, seatsOf(marks[0].Left, most))
	}
	raise(seats.AlertFull, t.Full, most, 0)
	raise(seats.AlertOver, t.Over, n, -1)
	return now
}

// licence is the licence as it is in the model; zero: there is none.
func (m *Model) licence(l users.Licence) users.Licence {
	if p := m.ByID(l.User); p != nil {
		for _, q := range p.Licences {
			if q.ID() == l.ID() {
				return q
			}
		}
	}
	return users.Licence{}
}

// holds counts the seat of its pool that a licence holds.
func holds(l users.Licence) int64 {
	if l.User == "" || state(l) != users.LicenceAssigned {
		return 0
	}
	return 1
}

// uses counts the seat of its pool that a licence holds or has used up.
func uses(l users.Licence) int64 {
	if l.User == "" || state(l) == users.LicenceReturned {
		return 0
	}
	return 1
}
