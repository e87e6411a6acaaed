package users

import (
	"encoding/json"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

// A Date is a calendar day: yyyy-mm-dd (ISO 8601, the full-date of RFC 3339), in the years 1 to
// 9999. The empty Date is none. Dates compare as texts. A Date is the same day in every place; the
// time zone of the account turns it into instants, at most the last one of the year 9999 in UTC.
type Date string

// DateOf returns the calendar day of an instant in its location.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// Check returns a reason against a date that is none, or nil. The empty date passes.
func (d Date) Check() error {
	if d == "" {
		return nil
	}
	if t, err := time.Parse(time.DateOnly, string(d)); err != nil || t.Year() < 1 {
		return ErrDate
	}
	return nil
}

// UnmarshalText reads the text form; any other text is [ErrDate], and leaves the date as it was.
func (d *Date) UnmarshalText(text []byte) error {
	if err := Date(text).Check(); err != nil {
		return err
	}
	*d = Date(text)
	return nil
}

// UnmarshalJSON reads any text, so that a refusal can name the field of a wrong date.
func (d *Date) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, (*string)(d)) }

// AddDays returns the day that many days later; earlier for a negative number. Check refuses a
// result outside of the years 1 to 9999.
func (d Date) AddDays(n int) Date { return DateOf(d.utc().AddDate(0, 0, n)) }

// utc returns the date's midnight in UTC.
func (d Date) utc() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// Start returns the first instant of the day in the location. It follows the zone's clock
// changes: a day without a midnight starts at its first instant, a midnight that comes twice
// counts the first time, and a skipped day starts with the day after it.
func (d Date) Start(in *time.Location) time.Time { return firstAt(d.utc(), in) }

// End returns the first instant after the day in the location. It follows the zone's clock
// changes as [Date.Start] does.
func (d Date) End(in *time.Location) time.Time { return firstAt(d.utc().AddDate(0, 0, 1), in) }

// LastMinute returns 23:59 of the day in the location: the second one if the clock shows it
// twice, and the first instant after it if the clock skips it.
func (d Date) LastMinute(in *time.Location) time.Time {
	wall := d.utc().Add(24*time.Hour - time.Minute)
	var last time.Time
	for p := range periods(wall, in) {
		if t := p.at(wall); p.has(t) {
			last = t
		}
	}
	if last.IsZero() {
		return firstAt(wall, in)
	}
	return storable(last)
}

// AddDays returns the instant that many calendar days later in the location, at the same time
// of its clock. A time that the clock skips is the first instant after it, one that comes twice
// the first.
func AddDays(t time.Time, n int, in *time.Location) time.Time {
	local := t.In(in)
	_, offset := local.Zone()
	return firstAt(local.Add(time.Duration(offset)*time.Second).UTC().AddDate(0, 0, n), in)
}

// A period is a time between two clock changes of a zone.
type period struct {
	from, to time.Time // zero: no bound
	offset   time.Duration
}

// at returns the instant at which a clock of the period shows the wall time, given as UTC.
func (p period) at(wall time.Time) time.Time { return wall.Add(-p.offset) }

func (p period) has(t time.Time) bool {
	return !t.Before(p.from) && (p.to.IsZero() || t.Before(p.to))
}

// periods lists the periods of a zone around a wall time. No offset reaches two days.
func periods(wall time.Time, in *time.Location) func(yield func(period) bool) {
	return func(yield func(period) bool) {
		const reach = 48 * time.Hour
		for t := wall.Add(-reach); t.Before(wall.Add(reach)); {
			local := t.In(in)
			_, offset := local.Zone()
			from, to := local.ZoneBounds()
			if !yield(period{from, to, time.Duration(offset) * time.Second}) || to.IsZero() {
				return
			}
			t = to
		}
	}
}

// firstAt returns the first instant at which a clock in the location shows the wall time or a
// later one.
func firstAt(wall time.Time, in *time.Location) (first time.Time) {
	for p := range periods(wall, in) {
		t := p.at(wall)
		if t.Before(p.from) {
			t = p.from // the clock has skipped it
		}
		if p.has(t) {
			first = t
			break
		}
	}
	return storable(first)
}

// storable returns the instant, or the last one with a year of four digits in UTC.
func storable(t time.Time) time.Time {
	if t.After(endOfTime) {
		return endOfTime
	}
	return t.UTC()
}

// A LeaveDay says how a date of a leave is meant.
type LeaveDay uint8

// The meanings. Products differ, so a stored date keeps the one it was given.
const (
	ByPolicy        LeaveDay = iota // as the policy of the account says
	FirstDayWithout                 // the first day without access
	LastDay                         // the last day with access, until 23:59
)

var leaveDayNames = enum.Names[LeaveDay]{"by-policy", "first-day-without", "last-day"}

// String returns the meaning in lower case, words joined by a hyphen.
func (m LeaveDay) String() string { return leaveDayNames.Of(m) }

// MarshalText returns the text form that [LeaveDay.UnmarshalText] reads.
func (m LeaveDay) MarshalText() ([]byte, error) { return leaveDayNames.Marshal(m) }

// UnmarshalText reads the text form; anything else is an error.
func (m *LeaveDay) UnmarshalText(text []byte) error { return leaveDayNames.Unmarshal(text, m) }

// A Leave is the day of a leave. The zero value is none.
type Leave struct {
	Date Date     `json:"date"`
	As   LeaveDay `json:"as,omitzero"`
}

// Until returns the leave with that last day of access.
func Until(last Date) Leave { return Leave{last, LastDay} }

// From returns the leave with that first day without access.
func From(first Date) Leave { return Leave{first, FirstDayWithout} }

// Check returns a reason against a leave with a malformed date or an unknown meaning, or nil. The
// zero leave passes.
func (l Leave) Check() error {
	if l.Date == "" && l.As != ByPolicy || l.As > LastDay {
		return ErrDate
	}
	return l.Date.Check()
}

// At returns the instant of the leave in the location.
func (l Leave) At(in *time.Location) time.Time {
	if l.As == LastDay {
		return l.Date.LastMinute(in)
	}
	return l.Date.Start(in)
}

// String returns the day with its meaning, as in "last day: 2026-03-31".
func (l Leave) String() string {
	switch {
	case l.Date == "":
		return ""
	case l.As == LastDay:
		return "last day: " + string(l.Date)
	}
	return "first day without access: " + string(l.Date)
}

// A Schedule is a deactivation to come. The zero value is none.
type Schedule struct {
	Leave              // with its own meaning, never [ByPolicy]
	At       time.Time `json:"at,omitzero"`        // the instant of the leave, by the zone's rules at the time of the last look
	NoticeOn Date      `json:"notice_on,omitzero"` // the day of the notice before the leave; empty: given, or none asked for
	Notice   time.Time `json:"notice,omitzero"`    // the instant of the notice before it; zero: given, or none asked for
	By       Actor     `json:"by,omitzero"`        // the actor who set the date
	Held     bool      `json:"held,omitzero"`      // held back: unusually many users leave on this day
}

// A Start is the day of an invitation to come. The zero value is none.
type Start struct {
	Date Date      `json:"date"`
	At   time.Time `json:"at,omitzero"` // its first instant, by the zone's rules at the time of the last look
	By   Actor     `json:"by,omitzero"` // the actor who set the date
}
