package seats

import (
	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/users"
)

// An Alert says that a pool runs out of free seats.
type Alert uint8

// The alerts, the gravest last. Each has an event, see [Thresholds].
const (
	AlertLow  Alert = iota // few seats are free: [EventSeatsLow]
	AlertFull              // every seat is taken, and growth gives no more: [EventSeatsFull]
	AlertOver              // the pool is above its total: [EventSeatsOver]
)

// AlertSet is a set of alerts.
type AlertSet = users.Set[Alert]

var alertNames = enum.Names[Alert]{"low", "full", "over"}

// alertEvents are the events of the alerts.
var alertEvents = [...]EventKind{AlertLow: EventSeatsLow, AlertFull: EventSeatsFull, AlertOver: EventSeatsOver}

// String returns the alert in lower case.
func (a Alert) String() string { return alertNames.Of(a) }

// MarshalText returns the text form that [Alert.UnmarshalText] reads.
func (a Alert) MarshalText() ([]byte, error) { return alertNames.Marshal(a) }

// UnmarshalText reads the text form; anything else is an error.
func (a *Alert) UnmarshalText(text []byte) error { return alertNames.Unmarshal(text, a) }

// Thresholds tell the owners and admins once that a pool runs out of free seats: by the event of an
// [Alert], after the event that led to it. The zero value is off.
//
//   - The event names the Receivers of [BuySeats], who can act, and its Actor is the one who led to it. An
//     event that crosses several thresholds is followed by the alert of the gravest. Each event of a call counts by
//     itself, as if it were the only one of its call: five invitations in one call can lead to seats-low and then to
//     seats-full, with one [Event.Change]. A host that mails once a call takes the last alert of each pool in a change.
//   - Each alert is raised once, and stays among the [Pool].Alerts until more than Clear seats beyond its
//     threshold are free: with 5 left and a Clear of 2 it is raised at 5 and armed again at 8. A user who is
//     invited and deleted again and again at a threshold makes one event. A pool too small for that arms it again
//     beyond the threshold with one seat held, such as its owner's. Over is armed again once the pool is not
//     above its total.
//   - Low and Full look ahead: seats are free, and the pool is that large, up to the Ceiling of its [Growth]. They
//     come when growth helps no more. A pool above its total doesn't grow, and counts as it is.
//   - The alerts of a pool are what was told, and no numbers: an audit doesn't compare them.
//   - Whatever changes the pool can cross a threshold: a command, a date, a cut of the total, another policy, and
//     the opening of the account. Course pools meet another policy with their next event.
//   - Only limited pools of seats have alerts: join codes have none. The seats that a code holds in advance are
//     taken.
type Thresholds struct {
	Low   LowMarks `json:"low"`            // few seats are free, by the size of the pool
	Full  bool     `json:"full"`           // no seat is left
	Over  bool     `json:"over"`           // the pool is above its total
	Clear Amount   `json:"clear,omitzero"` // default: one seat
}

// LowMarks are a table by the total of a pool, in ascending order. The first mark that reaches the total
// counts. Marks of zero at the end are left out.
type LowMarks [4]LowMark

// A LowMark says for pools of some size when few seats are free: 10 per cent left are 90 per cent
// taken.
type LowMark struct {
	UpTo int32  `json:"up_to,omitzero"` // for totals up to this one; zero: for every greater one
	Left Amount `json:"left,omitzero"`
}

// valid reports whether the thresholds are off, or in order.
func (t Thresholds) valid() bool {
	last, ended := int32(0), false
	for _, m := range t.Low {
		switch {
		case m == LowMark{}:
			ended = true
			continue
		case ended, !m.Left.valid(), m.UpTo != 0 && m.UpTo <= last, m.UpTo > MaxSeats:
			return false
		}
		last, ended = m.UpTo, m.UpTo == 0
	}
	any := t.Full || t.Over || t.Low != LowMarks{}
	return t.Clear == Amount{} || any && t.Clear.valid()
}

// at returns the number of free seats at which an alert is raised, negative for seats above the total. It is
// ok if the alert is on.
func (t Thresholds) at(a Alert, total int64) (free int64, ok bool) {
	switch a {
	case AlertFull:
		return 0, t.Full
	case AlertOver:
		return -1, t.Over
	}
	for _, m := range t.Low {
		if m != (LowMark{}) && (m.UpTo == 0 || total <= int64(m.UpTo)) {
			return m.Left.of(total), true
		}
	}
	return 0, false
}

// alerts returns the alerts after an event of a pool that had those of its row. A join code has none.
func (p Policy) alerts(pool Pool, by EventKind) (raised AlertSet) {
	t, g := p.thresholdsOf(pool.ID), p.growthOf(pool.ID)
	for a := range AlertOver + 1 {
		if !by.ofCode() && !pool.Total.IsUnlimited() && t.raises(a, pool, g, 0) {
			raised |= users.In(a)
		}
	}
	return raised
}

// size returns the total by which an alert counts the free seats of a limited pool.
func (a Alert) size(p Pool, g Growth) int64 {
	if a == AlertOver {
		return p.Total.n
	}
	return g.reach(p)
}

// raises reports whether an alert is raised in a limited pool, or stays so, after up to n changes of one
// seat each.
func (t Thresholds) raises(a Alert, p Pool, g Growth, n int64) bool {
	size := a.size(p, g)
	at, ok := t.at(a, size)
	free := size - p.occupied() - n
	if p.Alerts.Has(a) {
		free += 2 * n
		if a != AlertOver && p.Held-n > 1 {
			at += max(1, t.Clear.of(size))
		}
	}
	return ok && free <= at
}

// mayTell reports whether up to n changes of one seat each can raise an alert of a limited pool.
func (t Thresholds) mayTell(p Pool, g Growth, n int64) bool {
	for a := range AlertOver + 1 {
		if t.raises(a, p, g, n) != p.Alerts.Has(a) {
			return true
		}
	}
	return false
}

// alert returns the effect of new alerts: the event of the gravest.
func (v *evaluation) alert(p Pool, raised AlertSet, cause effect) effect {
	all := raised.Members()
	gravest := all[len(all)-1]
	count := gravest.size(p, v.account.Policy.growthOf(p.ID)) - p.occupied()
	if gravest == AlertOver {
		count = -count
	}
	return effect{
		kind: alertEvents[gravest], pool: p.ID, count: max(0, count), receivers: v.receivers(),
		reason: cause.reason, actor: cause.actor,
	}
}

// MarshalJSON returns the marks without the empty ones after the last.
func (m LowMarks) MarshalJSON() ([]byte, error) { return marshalFront(m[:]) }

// UnmarshalJSON reads a list of marks. More marks than a policy has are an error.
func (m *LowMarks) UnmarshalJSON(text []byte) error { return unmarshalFront(text, m[:], errMarks) }
