package seats

import "github.com/seatkeeper/seatkeeper/users"

// BookTotal sets the total of a pool at the first instant of a day to come, in the account's
// time zone: a renewal, or a cut. A pool has one booked change: a later call replaces it, and
// one with an empty Date cancels it. On the day it acts as [SetTotal] does, unless a newer
// [Version] has been set. The outcome shows the Excess that the new total would have today;
// Keeper.Calendar shows that of the day. It is unchanged for the same day and total.
//
// Support and the system may. [ErrBadInput] for a total out of bounds, a malformed date, and one
// that is over; the refusals of a Version are those of [SetTotal].
type BookTotal struct {
	Pool    PoolID     `json:"pool,omitzero"` // default: [Site]; any other must exist
	Date    users.Date `json:"date"`
	Total   Count      `json:"total,omitzero"`
	Version Version    `json:"version,omitzero"`
}

// Action returns [users.ActionBookTotal].
func (BookTotal) Action() users.Action { return users.ActionBookTotal }

func (BookTotal) target() users.ID { return "" }
func (c BookTotal) needs(n *Need)  { n.pool(c.Pool) }

func (c BookTotal) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
}

// EditPool changes the name, the end or the terms of a course pool; a nil field stays. Licences
// assigned before keep their end. It is unchanged if all are as before.
//
// Support and the system may. [ErrBadInput] for an unknown pool, the site pool, and fields out
// of bounds.
type EditPool struct {
	Pool    PoolID       `json:"pool"`
	Name    *string      `json:"name,omitzero"`     // at most [users.MaxText] characters; empty: none
	LastDay *users.Date  `json:"last_day,omitzero"` // the last day of the pool; empty: no end
	Term    *LicenceTerm `json:"term,omitzero"`     // of the licences assigned from now on
}

// Action returns [users.ActionEditPool].
func (EditPool) Action() users.Action { return users.ActionEditPool }

func (EditPool) target() users.ID { return "" }
func (c EditPool) needs(n *Need)  { n.pool(c.Pool) }

func (c EditPool) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	return effect{}, badInput("command", errCommand)
}
