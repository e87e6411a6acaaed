package seats

// A PoolID names a pool of an account: [Site] is the pool of its users, any other a course
// pool with an ID by the host, 1 to [users.MaxID] bytes.
type PoolID string

// Site is the pool that follows status: an invited or active user holds one seat of it,
// unless the policy exempts the role.
const Site PoolID = ""

// A Pool is a number of bought seats and their use.
type Pool struct {
	ID        PoolID `json:"id,omitzero"`
	Total     Count  `json:"total,omitzero"`
	Held      int64  `json:"held"`                // by users now
	Spent     int64  `json:"spent"`               // used up for good
	OverLimit bool   `json:"over_limit,omitzero"` // above the total, by [SetTotal], [SetPolicy] or [Import]
}

// occupied returns the number of seats held or spent.
func (p Pool) occupied() int64 { return p.Held + p.Spent }

// Available returns the number of free seats, zero or more.
func (p Pool) Available() Count {
	if p.Total.IsUnlimited() {
		return Unlimited()
	}
	return Of(max(0, p.Total.n-p.occupied()))
}

// Excess returns the number of seats above the total. It is zero for an unlimited pool.
func (p Pool) Excess() int64 {
	if p.Total.IsUnlimited() {
		return 0
	}
	return max(0, p.occupied()-p.Total.n)
}

// Sound reports whether the pool may be stored: at or below its total, or marked OverLimit.
// Stores check it as a second guard, and a database as a constraint. An unsound pool is a
// broken invariant, and a retry does not mend it.
func (p Pool) Sound() bool {
	return p.Held >= 0 && p.Spent >= 0 && p.Total.Valid() && (p.Excess() == 0 || p.OverLimit)
}

// canBecome is the rule of the gate: a change is refused if it leaves the pool above its
// total and with more occupied seats than before.
func (p Pool) canBecome(next Pool) bool {
	return next.Excess() == 0 || next.occupied() <= p.occupied()
}
