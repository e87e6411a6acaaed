package seats

import (
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/users"
)

// A PoolID names a pool of an account: [Site] is the pool of its users, any other a course
// pool or a join code with an ID by the host, 1 to [users.MaxID] bytes.
type PoolID string

// Site is the pool that follows status: an invited or active user holds one seat of it,
// unless the policy exempts the role.
const Site PoolID = ""

// A Pool is a number of bought seats and their use.
type Pool struct {
	ID        PoolID `json:"id,omitzero"`
	Name      string `json:"name,omitzero"` // for display, such as the title of the course; at most [users.MaxText] characters
	Total     Count  `json:"total,omitzero"`
	Held      int64  `json:"held"`                // by users now, and Reserved; by a join code in advance
	Spent     int64  `json:"spent"`               // used up for good; uses of a join code
	Reserved  int64  `json:"reserved,omitzero"`   // of the site pool: the seats that join codes hold in advance; in a closed account, those that they hold again once it is open
	OverLimit bool   `json:"over_limit,omitzero"` // above the total, by [SetTotal], [BookTotal], [SetPolicy] or [Import]

	Version VersionedTotal `json:"version,omitzero"` // the newest one, see [SetTotal]
	Booked  Booking        `json:"booked,omitzero"`  // a change of the total to come
	Alerts  AlertSet       `json:"alerts,omitzero"`  // those raised, see [Thresholds]
	Ends    PoolEnd        `json:"ends,omitzero"`    // no licence is given out or started afterwards; zero: no end
	Join    JoinCode       `json:"join,omitzero"`    // of a join code, see [SetCode]
	Term    LicenceTerm    `json:"term,omitzero"`    // of each licence; zero: none
	Waiting WaitingList    `json:"waiting,omitzero"` // the queue for the seats or the licences, see [Queue]
	Serves  time.Time      `json:"serves,omitzero"`  // the queue gets what a commit has left over; zero: nothing is
	Due     time.Time      `json:"due,omitzero"`     // the next change by date, or a day before it
}

// A Booking is a change of a total to come. The zero value is none.
type Booking struct {
	Date  users.Date  `json:"date"`
	At    time.Time   `json:"at"` // the first instant of the day, by the zone's rules at the time of the last look
	Total Count       `json:"total,omitzero"`
	By    users.Actor `json:"by"` // the actor who booked it
}

// A PoolEnd is the last day of a pool. The zero value is none.
type PoolEnd struct {
	LastDay users.Date `json:"last_day"`
	At      time.Time  `json:"at"` // the first instant after it, by the zone's rules at the time of the last look
}

// A LicenceTerm is the life of a licence in calendar days of the account's zone. The zero
// value is no bound.
type LicenceTerm struct {
	Days int       `json:"days"` // at most [MaxTermDays]
	From TermStart `json:"from,omitzero"`
}

// MaxTermDays is the longest term of a licence, ten years.
const MaxTermDays = 3660

// TermStart is the beginning of the term of a licence.
type TermStart uint8

// The beginnings.
const (
	FromAssignment  TermStart = iota // the term runs from the assignment
	FromFirstAccess                  // the term runs from the start of the course
)

var termStartNames = enum.Names[TermStart]{"assignment", "first-access"}

// String returns the beginning in lower case, words joined by a hyphen.
func (t TermStart) String() string { return termStartNames.Of(t) }

// MarshalText returns the text form that [TermStart.UnmarshalText] reads.
func (t TermStart) MarshalText() ([]byte, error) { return termStartNames.Marshal(t) }

// UnmarshalText reads the text form; anything else is an error.
func (t *TermStart) UnmarshalText(text []byte) error { return termStartNames.Unmarshal(text, t) }

// numbers returns the part of the pool that follows from the events.
func (p Pool) numbers() Pool {
	return Pool{ID: p.ID, Total: p.Total, Held: p.Held, Spent: p.Spent, Reserved: p.reserved(), OverLimit: p.OverLimit}
}

// reserved returns the part of Held that join codes hold in advance: none in a closed account.
func (p Pool) reserved() int64 { return min(p.Reserved, p.Held) }

// hasEnded reports whether the last day of the pool is over.
func (p Pool) hasEnded(at time.Time) bool { return !p.Ends.At.IsZero() && !at.Before(p.Ends.At) }

// EndOf returns the end of a pool by the rules that its time zone, that of the account, has now:
// the one by which licences are given out. Without these rules it is the stored one.
func (r Request) EndOf(p Pool, zone string) PoolEnd {
	if p.Ends.LastDay != "" {
		if in, refusal := r.location(zone); refusal == nil {
			p.Ends.At = p.Ends.LastDay.End(in)
		}
	}
	return p.Ends
}

// occupied returns the number of seats held or spent.
func (p Pool) occupied() int64 { return p.Held + p.Spent }

// Available returns the number of free seats, zero or more. After the end of the pool, and in a
// closed account, none is given out: see Available of [Usage].
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
