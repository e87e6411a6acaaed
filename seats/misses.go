package seats

import (
	"cmp"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// Patience is how long users of a source may be missing in its rosters before they leave: for both numbers. With the
// zero value they leave in the first such run.
type Patience struct {
	Runs  int64 `json:"runs,omitzero"`  // in a row, the last one included; 0 is 1; at most [MaxPatienceRuns]
	Hours int64 `json:"hours,omitzero"` // since the first of these runs; at most [MaxPatienceHours]
}

// The bounds of a [Patience].
const (
	MaxPatienceRuns  = 100
	MaxPatienceHours = 366 * 24
)

// valid reports whether the numbers are within their bounds.
func (p Patience) valid() bool {
	return p.Runs >= 0 && p.Runs <= MaxPatienceRuns && p.Hours >= 0 && p.Hours <= MaxPatienceHours
}

// isOver reports whether a user with a miss leaves in a run, after so many counted ones.
func (p Patience) isOver(m Miss, runs int64, at time.Time) bool {
	return runs-m.Run+1 >= p.Runs && (p.Hours == 0 || at.Sub(m.Since) >= time.Duration(p.Hours)*time.Hour)
}

// A Miss says since when a user is missing in the rosters of a source. A store keeps it beside the account.
type Miss struct {
	User  users.ID
	Run   int64     // the number of runs counted before the first one that missed the user
	Since time.Time // the instant of that one; zero: the miss is over
}

// missed are the kept misses of a source before a run.
type missed struct {
	patience Patience
	runs     int64 // the counted ones
	kept     map[users.ID]Miss
}

// misses are what a run makes of them.
type misses struct {
	runs    int64 // counted before
	stay    int   // users who were missing before and still are
	created []Miss
	gone    map[users.ID]bool // users who were missing before, and have left, are back or belong to another source
}

func missedBy(s Source) missed { return missed{patience: s.Patience, kept: map[users.ID]Miss{}} }

// Missed adds kept misses of the source, each once, and the number of its counted runs.
func (c *Comparison) Missed(runs int64, kept ...Miss) {
	c.missed.runs = runs
	for _, m := range kept {
		c.missed.kept[m.User] = m
	}
}

// miss adds a user who is missing, and leaves once the patience of the source is over.
func (c *Comparison) miss(m *member) {
	before, of, id := &c.missed, &c.result.misses, c.members.idOf(m)
	if c.result.Unreadable > 0 { // the run counts nothing
		c.result.Missing++
		delete(before.kept, id)
		return
	}
	since, known := before.kept[id]
	if !known {
		since = Miss{id, before.runs, c.at}
	}
	if before.patience.isOver(since, before.runs, c.at) {
		c.leave(m, 0, "missing in the roster of "+c.run.Source)
		return
	}
	c.result.Missing++
	if known {
		of.stay++
		delete(before.kept, id)
		return
	}
	of.created = append(of.created, since)
}

// endMisses notes which of the kept misses are over.
func (c *Comparison) endMisses() {
	of := &c.result.misses
	of.runs, of.gone = c.missed.runs, make(map[users.ID]bool, len(c.missed.kept))
	for id := range c.missed.kept {
		of.gone[id] = true
	}
}

// Misses returns what a store keeps after the run, in this order: new misses and those that are over, by user, and the number of
// counted runs; 0: as before.
func (d *Differences) Misses() (changed []Miss, runs int64) {
	of := &d.misses
	changed = slices.Clone(of.created)
	for id := range of.gone {
		changed = append(changed, Miss{User: id})
	}
	slices.SortFunc(changed, func(a, b Miss) int { return cmp.Compare(a.User, b.User) })
	if of.stay+len(of.created) > 0 {
		runs = of.runs + 1
	}
	return changed, runs
}
