package seats

// A PoolID names a pool of an account. [Site] is the pool of the people
// themselves; any other is a course pool, named by the host within the bounds of
// an identifier.
type PoolID string

// Site is the pool that follows status: invited and active people hold one
// seat of it each, unless the policy exempts their role.
const Site PoolID = ""

// A Pool is a number of bought seats and what became of them.
type Pool struct {
	ID        PoolID `json:"id,omitzero"`
	Total     Count  `json:"total,omitzero"`
	Held      int64  `json:"held"`                // by somebody now; comes back when that ends
	Spent     int64  `json:"spent"`               // used up for good
	OverLimit bool   `json:"over_limit,omitzero"` // less is there than is held: the total or the policy was changed, or somebody brought a seat along
}

// Occupied returns how many seats are not to be had: held or spent.
func (p Pool) Occupied() int64 { return p.Held + p.Spent }

// Available returns how many seats are left. It is never negative.
func (p Pool) Available() Count {
	if p.Total.IsUnlimited() {
		return Unlimited()
	}
	return Of(max(0, p.Total.n-p.Occupied()))
}

// Excess returns by how many seats the pool is above its total. It is zero
// unless the pool is overfull, and always zero for an unlimited one.
func (p Pool) Excess() int64 {
	if p.Total.IsUnlimited() {
		return 0
	}
	return max(0, p.Occupied()-p.Total.n)
}

// Sound reports whether the pool may be stored: it is at or below its total
// unless it carries the mark of being over. Stores check it as a second guard,
// and a database as a constraint; a pool that is not sound is a broken invariant
// and never a matter of trying again.
func (p Pool) Sound() bool {
	return p.Held >= 0 && p.Spent >= 0 && p.Total.Valid() && (p.Excess() == 0 || p.OverLimit)
}

// admits is the gate that every change of a pool passes, and the only place
// where seats are refused: p may become next unless that leaves it above its
// total and higher than before.
func (p Pool) canBecome(next Pool) bool {
	return next.Excess() == 0 || next.Occupied() <= p.Occupied()
}
