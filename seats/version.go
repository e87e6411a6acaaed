package seats

import (
	"cmp"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A Version orders the totals of a pool by their source, such as a billing system: a number
// from 1 on, or an instant to the microsecond with an identifier for ties. A pool has versions
// of one kind. The zero value is none.
type Version struct {
	Number int64     `json:"number,omitzero"`
	At     time.Time `json:"at,omitzero"`
	ID     string    `json:"id,omitzero"` // breaks a tie of At, by bytes; at most [users.MaxID]
}

// A VersionedTotal is the newest [Version] of a pool with its totals: deliveries in any order end as
// the newest one alone.
type VersionedTotal struct {
	Version
	Total  Count      `json:"total,omitzero"`  // at once
	Date   users.Date `json:"date,omitzero"`   // of the booked total
	Booked Count      `json:"booked,omitzero"` // from the Date on
	// The total was set by hand since: a repetition restores it.
	Overridden bool `json:"overridden,omitzero"`
	// The booked total was replaced or cancelled by hand: a repetition restores it, after its day too.
	Unbooked bool `json:"unbooked,omitzero"`
}

// none reports whether there is no version.
func (v Version) none() bool { return v == Version{} }

// isNumber reports whether the version is a number.
func (v Version) isNumber() bool { return v.Number != 0 }

// compare orders two versions of one kind.
func (v Version) compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Number, w.Number), v.At.Compare(w.At), cmp.Compare(v.ID, w.ID))
}

// clean returns the stored form of a version, or the refusal of a malformed one.
func (v Version) clean() (Version, *Refusal) {
	if !v.At.IsZero() {
		v.At = v.At.UTC().Truncate(time.Microsecond)
	}
	switch year := v.At.Year(); {
	case v.none():
		return v, nil
	case v.Number < 0, v.isNumber() && (!v.At.IsZero() || v.ID != ""), !v.isNumber() && v.At.IsZero(), year < 1, year > 9999:
		return v, badInput("version", errTotalVersion)
	}
	if v.ID != "" {
		if err := users.CheckID(v.ID); err != nil {
			return v, badInput("version", err)
		}
	}
	return v, nil
}

// asGiven returns the version without the changes by hand.
func (v VersionedTotal) asGiven() VersionedTotal {
	v.Overridden, v.Unbooked = false, false
	return v
}

// books reports whether a booking is the one of the version.
func (v VersionedTotal) books(b Booking) bool {
	return v.Date != "" && b.says(Booking{Date: v.Date, Total: v.Booked})
}

// give notes the totals of a version. The age is above 0 for a newer version and for
// a command by hand, 0 for a repetition of the newest, and below 0 for an older one.
func (p *Pool) give(given VersionedTotal) (age int, refusal *Refusal) {
	last := p.Version.asGiven()
	switch age = given.compare(last.Version); {
	case given.none():
		return +1, nil
	case !last.none() && given.isNumber() != last.isNumber():
		return 0, badInput("version", errOtherVersions)
	case age > 0:
		p.Version = given
	case age == 0 && given != last:
		refusal := refuse(ErrVersionReused, "")
		refusal.Pool, refusal.Field = p.ID, "version"
		return 0, refusal
	case age == 0:
		p.Version = last
	}
	return age, nil
}

// totals returns the effect of [SetTotal] and [BookTotal]. With a version, the total and the booked
// one are as given. By hand, a missing total stays, and so does the booked one unless the command
// books or cancels it.
func (v *evaluation) totals(was Pool, given VersionedTotal, books bool) (f effect, refusal *Refusal) {
	if given.Version, refusal = given.clean(); refusal != nil {
		return effect{}, refusal
	}
	next, late := was, false
	age, refusal := next.give(given)
	if refusal != nil || age < 0 {
		return effect{stale: true}, refusal
	}
	f = effect{kind: EventTotalSet, pool: was.ID, total: given.Total, terms: &next}
	if books || !given.none() {
		next.Booked = Booking{}
	}
	switch {
	case given.Date != "":
		in, refusal := v.location()
		if refusal != nil {
			return effect{}, refusal
		}
		booked := Booking{Date: given.Date, At: given.Date.Start(in), Total: given.Booked, By: v.request.Actor}
		switch late = !booked.At.After(v.request.At); {
		case late && given.none():
			return effect{}, badInput("date", errNotToCome)
		case late:
			f.total = given.Booked
		default:
			next.Booked = booked
			f.kind, f.date, f.count = EventTotalBooked, given.Date, eventCount(given.Booked)
		}
	case given.Total == Count{}:
		f.kind = EventTotalBooked // cancelled
	}
	if age == 0 && !was.Version.Overridden && (!late || !was.Version.Unbooked) {
		f.total = Count{} // orders since then stay
	}
	sets := f.total != Count{} && f.total != was.Total
	if given.none() && !next.Version.none() {
		next.Version.Overridden = was.Version.Overridden || sets
		next.Version.Unbooked = (was.Version.Unbooked || was.Version.books(was.Booked)) && !next.Version.books(next.Booked)
	}
	if !sets && next.Booked.says(was.Booked) && next.Version == was.Version {
		return effect{}, nil
	}
	return f, nil
}
