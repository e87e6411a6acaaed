package seats

import (
	"fmt"

	"github.com/seatkeeper/seatkeeper/users"
)

// BookTotal sets the total of a pool at the first instant of a day to come, in the account's
// time zone: a renewal, or a cut. A pool has one booked change: a later call replaces it, and
// one with an empty Date cancels it. On the day it acts as [SetTotal] does. The outcome shows the
// Excess of the new total today; Keeper.Calendar shows the Excess of the day. It is unchanged
// for the same day and total.
//
// The versions are those of [SetTotal]. With one, Now is needed: a version says the total until the
// day, too. A delivery on its day or later sets the total at once.
//
// Support and the system may. [ErrBadInput] for a total out of bounds, a total without a date, a
// malformed date, a version without Now, for today or an earlier day unless there is a version, and
// for an unknown pool unless there is a Now; the refusals of a Version are those of [SetTotal].
type BookTotal struct {
	Pool    PoolID     `json:"pool,omitzero"` // default: [Site]; any other must exist, or is created with Now
	Date    users.Date `json:"date"`
	Total   Count      `json:"total,omitzero"` // from the Date on
	Now     Count      `json:"now,omitzero"`   // until then; default: the total stays
	Version Version    `json:"version,omitzero"`
}

// Action returns [users.ActionBookTotal].
func (BookTotal) Action() users.Action { return users.ActionBookTotal }

func (BookTotal) target() users.ID { return "" }
func (c BookTotal) needs(n *Need)  { n.pool(c.Pool) }

func (c BookTotal) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	was, refusal := v.ordered(c.Pool, c.Now != Count{})
	if refusal == nil {
		refusal = c.check()
	}
	if refusal != nil {
		return effect{}, refusal
	}
	return v.totals(was, VersionedTotal{Version: c.Version, Total: c.Now, Date: c.Date, Booked: c.Total}, true)
}

// check refuses a malformed day or total.
func (c BookTotal) check() *Refusal {
	if err := c.Date.Check(); err != nil {
		return badInput("date", err)
	}
	switch {
	case c.Date == "" && c.Total != Count{}:
		return badInput("date", users.ErrEmpty) // a forgotten day must cancel nothing
	case c.Date != "" && !c.Total.Valid():
		return badInput("total", errCount)
	case !c.Now.Valid() && (c.Now != Count{} || !c.Version.none()):
		return badInput("now", errCount)
	}
	return nil
}

// future tells the effect of a booked total.
func (c BookTotal) future(excess int64) string {
	total := "the total"
	if c.Pool != Site {
		total += " of " + string(c.Pool)
	}
	switch {
	case c.Date == "" && c.Now != Count{}:
		return "; " + total + " becomes " + c.Now.String() + ", and nothing is booked"
	case c.Date == "":
		return "; " + total + " stays, and nothing is booked"
	case excess > 0:
		return fmt.Sprintf("; on %s %s becomes %s, %d fewer than are held today", c.Date, total, c.Total, excess)
	}
	return fmt.Sprintf("; on %s %s becomes %s", c.Date, total, c.Total)
}

// says reports whether two bookings are of the same day and total.
func (b Booking) says(as Booking) bool { return b.Date == as.Date && b.Total == as.Total }

// startBooked sets the total of a pool on the booked day.
func (p *Pool) startBooked() {
	p.Version.Overridden = !p.Version.none() && !p.Version.books(p.Booked)
	p.Total, p.Booked = p.Booked.Total, Booking{}
}

// The Count of an event with a booked total.
const unlimitedCount = -1

func eventCount(total Count) int64 {
	if total.IsUnlimited() {
		return unlimitedCount
	}
	return total.n
}

// booked returns the booked total of an event. It is not ok for other events.
func (e Event) booked() (total Count, ok bool) {
	switch {
	case e.Kind != EventTotalBooked || e.Date == "":
		return Count{}, false
	case e.Count == unlimitedCount:
		return Unlimited(), true
	}
	return Of(e.Count), true
}

// excess returns the seats above the set or booked total of the event.
func (e Event) excess() int64 {
	p := Pool{Total: e.Total, Held: e.Held, Spent: e.Spent}
	if total, ok := e.booked(); ok {
		p.Total = total
	} else if !e.Kind.setsTerms() {
		return 0
	}
	return p.Excess()
}

// EditPool changes the name, the end or the terms of a course pool; a nil field stays. Licences
// keep the end that they have: new terms are of licences assigned, or started in terms from the
// first access, from now on. After the last day no licence is assigned or started; assigned ones
// stay held until they are returned, and started courses stay open. It is unchanged if all are as
// before.
//
// Support and the system may. [ErrBadInput] for an unknown pool, the site pool, and fields out
// of bounds.
type EditPool struct {
	Pool    PoolID       `json:"pool"`
	Name    *string      `json:"name,omitzero"`     // at most [users.MaxText] characters; empty: none
	LastDay *users.Date  `json:"last_day,omitzero"` // the last day of the pool, past ones too; empty: no end
	Term    *LicenceTerm `json:"term,omitzero"`     // 0 days: none
}

// Action returns [users.ActionEditPool].
func (EditPool) Action() users.Action { return users.ActionEditPool }

func (EditPool) target() users.ID { return "" }
func (c EditPool) needs(n *Need)  { n.pool(c.Pool) }

func (c EditPool) evaluate(v *evaluation, _ users.User) (effect, *Refusal) {
	was, refusal := v.coursePool(c.Pool)
	if refusal != nil {
		return effect{}, refusal
	}
	pool := was
	if c.Name != nil {
		pool.Name = *c.Name
		if err := checkName(&pool.Name); err != nil {
			return effect{}, badInput("name", err)
		}
	}
	if c.LastDay != nil && *c.LastDay != was.Ends.LastDay {
		if pool.Ends, refusal = v.poolEnd(*c.LastDay); refusal != nil {
			return effect{}, refusal
		}
	}
	if c.Term != nil {
		if pool.Term = *c.Term; !pool.Term.valid() {
			return effect{}, badInput("term", errLicenceTerm)
		}
	}
	var changed []string
	for _, field := range []struct {
		name string
		same bool
	}{{"name", pool.Name == was.Name}, {"last-day", pool.Ends == was.Ends}, {"term", pool.Term == was.Term}} {
		if !field.same {
			changed = append(changed, field.name)
		}
	}
	if len(changed) == 0 {
		return effect{}, nil
	}
	return effect{kind: EventPoolEdited, pool: pool.ID, terms: &pool, fields: changed}, nil
}

// poolEnd returns the end of a pool after a day; an empty day is none.
func (v *evaluation) poolEnd(last users.Date) (PoolEnd, *Refusal) {
	if last == "" {
		return PoolEnd{}, nil
	}
	if err := last.Check(); err != nil {
		return PoolEnd{}, badInput("last-day", err)
	}
	loc, refusal := v.location()
	if refusal != nil {
		return PoolEnd{}, refusal
	}
	return PoolEnd{last, last.End(loc)}, nil
}

// valid reports whether the term is none, or within the bounds.
func (t LicenceTerm) valid() bool {
	return t == LicenceTerm{} || t.Days >= 1 && t.Days <= MaxTermDays && t.From <= FromFirstAccess
}
