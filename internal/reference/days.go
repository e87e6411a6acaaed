package reference

import (
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Days are found by looking at the clock on the wall of a zone, minute after minute.

// A span is a time around a day that holds all of its minutes, wherever the clock hangs.
const span = 50 * time.Hour

// A day is what is asked of the clock: the minute that it is to show.
type day struct {
	in   *time.Location
	wall string // yyyy-mm-dd hh:mm
	last bool   // the last such minute, not the first
}

var (
	found   = map[day]time.Time{}
	finding sync.Mutex
)

// last is the last instant that every store can keep.
var last = time.Date(9999, time.December, 31, 23, 59, 59, 999_999_000, time.UTC)

// minute returns the first instant at which the clock shows the minute or a later one, or the
// last one at which it shows the minute.
func minute(d day) time.Time {
	finding.Lock()
	defer finding.Unlock()
	if t, ok := found[d]; ok {
		return t
	}
	const layout = "2006-01-02 15:04"
	middle, err := time.Parse(layout, d.wall[max(0, len(d.wall)-len(layout)):])
	if len(d.wall) > len(layout) {
		middle = middle.AddDate(10_000, 0, 0)
	}
	if err != nil {
		panic(err)
	}
	var shown, reached time.Time
	for t := middle.Add(-span); t.Before(middle.Add(span)) && (d.last || reached.IsZero()); t = t.Add(time.Minute) {
		local := t.In(d.in)
		wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
		if !wall.Before(middle) && reached.IsZero() {
			reached = t
		}
		if wall.Equal(middle) {
			shown = t
		}
	}
	if d.last && !shown.IsZero() {
		reached = shown
	}
	if reached.After(last) {
		reached = last
	}
	found[d] = reached
	return reached
}

// Begin returns the first instant of a day.
func Begin(d users.Date, in *time.Location) time.Time {
	return minute(day{in, string(d) + " 00:00", false})
}

// End returns the first instant after a day.
func End(d users.Date, in *time.Location) time.Time { return Begin(users.Date(plus(d, 1)), in) }

// LastMinute returns 23:59 of a day.
func LastMinute(d users.Date, in *time.Location) time.Time {
	return minute(day{in, string(d) + " 23:59", true})
}

// Ahead returns the instant so many days later at the same time of the clock.
func Ahead(t time.Time, days int, in *time.Location) time.Time {
	local := t.In(in)
	wall := local.Format(" 15:04")
	then := minute(day{in, plus(users.Date(local.Format(time.DateOnly)), days) + wall, false})
	if then.In(in).Format(" 15:04") != wall {
		return then.UTC() // the clock skips that minute, and the seconds with it
	}
	return then.Add(t.Sub(t.Truncate(time.Minute))).UTC()
}

// plus counts days, one after the other.
func plus(d users.Date, days int) string {
	t, _ := time.Parse(time.DateOnly, string(d))
	for ; days > 0; days-- {
		t = t.Add(24 * time.Hour)
	}
	for ; days < 0; days++ {
		t = t.Add(-24 * time.Hour)
	}
	return t.Format(time.DateOnly)
}

// badDate reports whether a text is no day of the calendar.
func badDate(d users.Date) bool {
	if d == "" {
		return false
	}
	t, err := time.Parse(time.DateOnly, string(d))
	return err != nil || t.Year() < 1 || t.Format(time.DateOnly) != string(d)
}
