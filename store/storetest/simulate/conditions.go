package simulate

import (
	"errors"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// A condition is one that some runs must meet.
type condition int

const (
	lostLastSeat condition = iota
	conflictsInRow
	lateSettlement
	rivalSettlement
	clockOverDue
	crashInFlight
	repeatedCommit
	conditionCount
)

// Conditions are the situations that must come about in some run. Each is where a Keeper or a
// store has been wrong once, or easily is.
var Conditions = [conditionCount]string{
	lostLastSeat:    "a lost answer to the commit that took the last seat",
	conflictsInRow:  "two conflicts in a row of one call",
	lateSettlement:  "a settlement an hour or more after its instant",
	rivalSettlement: "a settlement that met the one of another Keeper",
	clockOverDue:    "a clock that jumped over a due instant",
	crashInFlight:   "a crash with a commit in flight",
	repeatedCommit:  "a commit that the store got twice",
}

// lostAnswer notes what the lost answer was about.
func (p *play) lostAnswer(r *request, answer *reply) {
	results, _ := answer.value.([]store.CommitResult)
	for i, result := range results {
		if result.Err == nil && takesLastSeat(r.changes[i]) {
			p.met[lostLastSeat]++
		}
	}
}

// takesLastSeat reports whether a change takes the last seat of the account.
func takesLastSeat(c seats.Change) bool {
	return slices.ContainsFunc(c.Events, func(e seats.Event) bool {
		total, limited := e.Total.Number()
		return e.Pool == seats.Site && e.Delta > 0 && limited && e.Held == total
	})
}

// answered notes what an answer means for the calls of a commit.
func (p *play) answered(r *request, answer reply) {
	results, _ := answer.value.([]store.CommitResult)
	for i, c := range r.changes {
		err := answer.err
		if err == nil && i < len(results) {
			err = results[i].Err
		}
		conflict := errors.Is(err, store.ErrConflict)
		if conflict && settles(c) {
			p.met[rivalSettlement]++
		}
		for _, g := range groups(c) {
			call := p.named(g.call)
			if call == nil {
				continue
			}
			call.doubt = call.doubt || conflict || errors.Is(err, store.ErrUnknown) // it may have met its own repetition
			if call.conflicts++; !conflict {
				call.conflicts = 0
			}
			if call.conflicts == 2 {
				p.met[conflictsInRow]++
			}
		}
	}
}

// settles reports whether a change begins with what was due.
func settles(c seats.Change) bool { return len(c.Events) == 0 || c.Events[0].Channel == seats.ByClock }

// settledLate notes a settlement long after the instant.
func (p *play) settledLate(due, at time.Time) {
	if at.Sub(due) >= time.Hour {
		p.met[lateSettlement]++
	}
}
