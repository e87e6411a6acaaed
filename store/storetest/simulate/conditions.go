package simulate

import (
	"errors"
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
		for _, e := range r.changes[i].Events {
			total, limited := e.Total.Number()
			if result.Err == nil && e.Pool == seats.Site && e.Delta > 0 && limited && e.Held == total {
				p.met[lostLastSeat]++
			}
		}
	}
}

// answered notes what an answer means for the call.
func (p *play) answered(r *request, answer reply) {
	results, ok := answer.value.([]store.CommitResult)
	if !ok || r.call == nil {
		return
	}
	for i, result := range results {
		if !errors.Is(result.Err, store.ErrConflict) {
			r.call.conflicts = 0
			continue
		}
		if r.call.conflicts++; r.call.conflicts == 2 {
			p.met[conflictsInRow]++
		}
		if settles(r.changes[i]) {
			p.met[rivalSettlement]++
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
