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

// A VersionedTotal is the newest [Version] that a pool was given, and its content. The zero
// value is none.
type VersionedTotal struct {
	Version
	Total Count      `json:"total,omitzero"` // missing: a booking was cancelled
	Date  users.Date `json:"date,omitzero"`  // of a booked total; empty: set at once
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

// give gives the pool a total with its version. It is news unless the version is older than the
// pool's newest or a repetition of it: then the effect is that of the command. Without a version
// it is news, and the pool's version stays.
func (p *Pool) give(given VersionedTotal) (f effect, news bool, refusal *Refusal) {
	version, refusal := given.Version.clean()
	if refusal != nil || version.none() {
		return effect{}, refusal == nil, refusal
	}
	given.Version = version
	order := version.compare(p.Version.Version)
	switch last := p.Version; {
	case last.none():
	case version.isNumber() != last.isNumber():
		return effect{}, false, badInput("version", errOtherVersions)
	case order < 0:
		return effect{stale: true}, false, nil
	case order == 0 && given == last:
		return effect{}, false, nil
	case order == 0:
		refusal := refuse(ErrVersionReused, "")
		refusal.Pool, refusal.Field = p.ID, "version"
		return effect{}, false, refusal
	}
	p.Version = given
	return effect{}, true, nil
}
