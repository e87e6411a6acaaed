package simulate

import (
	"context"
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
	staleRefusal
	staleCommit
	sharedCommit
	sharedLost
	sharedLeft
	leaderLeft
	sharedAccounts
	severalSent
	conflictBeside
	takenBeside
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
	staleRefusal:    "a refusal by a remembered snapshot that was no longer so, decided again",
	staleCommit:     "a commit without a load that met a conflict",
	sharedCommit:    "a commit with the changes of several calls",
	sharedLost:      "a lost answer to a commit of several calls",
	sharedLeft:      "a call that left while its commit with others was in flight",
	leaderLeft:      "a call that left a commit with others to another call",
	sharedAccounts:  "a commit of a Keeper with the changes of several accounts",
	severalSent:     "a call of the store with the changes of several accounts",
	conflictBeside:  "a call of the store that wrote one change and refused another as a conflict",
	takenBeside:     "a call of the store that wrote one change and refused another for a taken key",
}

// commits notes what the store was given in one call and answered.
func (p *play) commits(results []store.CommitResult, err error) {
	answers := func(want error) bool {
		return err == nil && slices.ContainsFunc(results, func(r store.CommitResult) bool { return errors.Is(r.Err, want) })
	}
	p.meets(severalSent, len(results) > 1)
	p.meets(conflictBeside, answers(nil) && answers(store.ErrConflict))
	p.meets(takenBeside, answers(nil) && answers(store.ErrKeyTaken))
}

// lostAnswer notes what the lost answer was about.
func (p *play) lostAnswer(r *request, answer *reply) {
	results, _ := answer.value.([]store.CommitResult)
	for i, result := range results {
		p.meets(lostLastSeat, result.Err == nil && takesLastSeat(r.changes[i]))
	}
}

// takesLastSeat reports whether a change takes the last seat of the account.
func takesLastSeat(c seats.Change) bool {
	return slices.ContainsFunc(c.Events, func(e seats.Event) bool {
		total, limited := e.Total.Number()
		return e.Pool == seats.Site && e.Delta > 0 && limited && e.Held == total
	})
}

// answered notes what an answer means for the calls of a request.
func (p *play) answered(r *request, answer reply) {
	if r.call != nil && r.method == "Load" && r.call.method.writes() {
		r.call.loaded = true
		if a := p.account(r.account); answer.err == nil && a != nil {
			r.keeper.knows[a] = r.version
		}
	}
	results, _ := answer.value.([]store.CommitResult)
	p.meets(sharedAccounts, len(r.changes) > 1)
	for i, c := range r.changes {
		err := answer.err
		if err == nil && i < len(results) {
			err = results[i].Err
		}
		a, conflict, lost := p.account(c.Account.ID), errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrUnknown)
		delete(r.keeper.knows, a)
		for n, v := range slices.Backward(a.versions) {
			if err == nil && v.Account.Revision == c.Account.Revision {
				r.keeper.knows[a] = n
				break
			}
		}
		for _, call := range p.running { // a conflict may be with its own repetition
			call.doubt = call.doubt || call.keeper == r.keeper && call.account == a && (conflict || lost)
		}
		members := p.members(c)
		for _, call := range members {
			if call.conflicts++; !conflict {
				call.conflicts = 0
			}
			p.meets(conflictsInRow, call.conflicts == 2)
		}
		shared := len(members) > 1
		if r.call != nil {
			r.call.leads = shared && err != nil
		}
		p.meets(rivalSettlement, conflict && settles(c))
		p.meets(staleCommit, conflict && r.call != nil && !r.call.loaded)
		p.meets(sharedLost, lost && shared)
	}
}

// meets notes that a condition is met.
func (p *play) meets(c condition, ok bool) {
	if ok {
		p.met[c]++
	}
}

// members returns the calls with a part in a change.
func (p *play) members(c seats.Change) (calls []*call) {
	for _, g := range groups(c) {
		if call := p.named(g.call); call != nil {
			calls = append(calls, call)
		}
	}
	return calls
}

// wasRefused notes that a call was written which an older snapshot, known to its Keeper, would
// have refused.
func (p *play) wasRefused(c *call, at time.Time) {
	if c.knew > 0 && c.loaded && c.method == do && c.key == "" && c.keeper.play.options.Remember >= 0 {
		_, err := c.decide(c.account.versions[c.knew].Snapshot, at)
		p.meets(staleRefusal, err != nil)
	}
}

// left notes what a call has left behind.
func (p *play) left(c *call) {
	if !errors.Is(c.answer.err, context.Canceled) {
		return
	}
	p.meets(leaderLeft, c.leads)
	for _, r := range p.pending {
		for _, change := range r.changes {
			p.meets(sharedLeft, r.call != c && slices.Contains(p.members(change), c))
		}
	}
}

// settles reports whether a change begins with what was due.
func settles(c seats.Change) bool { return len(c.Events) == 0 || c.Events[0].Channel == seats.ByClock }

// settledLate notes a settlement long after the instant.
func (p *play) settledLate(due, at time.Time) {
	p.meets(lateSettlement, at.Sub(due) >= time.Hour)
}
