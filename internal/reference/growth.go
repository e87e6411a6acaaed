package reference

import "github.com/seatkeeper/seatkeeper/seats"

// fits reports whether that many more seats of a pool can be taken. A full pool that grows does so first,
// for the actor, if the policy lets it grow; the event of that comes before the one of the seats.
func (m *Model) fits(pool seats.PoolID, more int64) bool {
	p := m.Pools[pool]
	if p == nil {
		return true
	}
	total, limited := p.Total.Number()
	free := total - m.Held(pool) - m.Spent(pool)
	switch {
	case !limited || more <= 0 || more <= free:
		return true
	case free < 0:
		return false
	}
	by := m.growth(pool, total, more-free)
	if by == 0 {
		return false
	}
	m.grown = append(m.grown, seats.Event{Kind: seats.EventSeatsGrown, Pool: pool, Count: by, Receivers: m.receivers()})
	p.Total = seats.Of(total + by)
	return true
}

// growing is how a pool grows.
func (m *Model) growing(pool seats.PoolID) seats.Growth {
	if pool == seats.Site {
		return m.Policy.Growth
	}
	return m.Policy.CourseGrowth
}

// growth counts the steps of a growth, one by one.
func (m *Model) growth(pool seats.PoolID, total, lacking int64) int64 {
	g := m.growing(pool)
	step := int64(g.Step.Number)
	if g.Step.Percent > 0 {
		step = 1
		for step*100 < total*int64(g.Step.Percent) {
			step++
		}
	}
	room := g.Ceiling - total
	if m.Policy.Buying.Most > 0 {
		room = min(room, m.Policy.Buying.Most)
	}
	if step == 0 || room < lacking {
		return 0
	}
	by := int64(0)
	for by < lacking {
		by += step
	}
	return min(room, max(by, m.Policy.Buying.Least))
}

// notices returns the notices so far of an event, as of its instant and by its actor.
func (m *Model) notices(of seats.Event) (all []seats.Event) {
	for _, e := range m.grown {
		e.Time, e.Actor, e.Channel, e.Reason = of.Time, of.Actor, of.Channel, of.Reason
		all = append(all, e)
	}
	m.grown = nil
	return all
}

// seatsOf adds up the seats of growths.
func seatsOf(grown []seats.Event) (n int64) {
	for _, e := range grown {
		n += e.Count
	}
	return n
}
