package seatkeeper

import (
	"context"
	"errors"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// CallStats is the cost of one decision, for a host's metrics and logs. Its texts contain
// no personal data; the IDs of users are in the fields of a [*seats.Refusal] in Err alone.
//
// A call makes one decision, but for DoEach, Undo, Import and EraseAccount: these make one for
// each commit. Numbers count since the decision began.
type CallStats struct {
	// Method is the Keeper's method: Open, Do, DoEach, Apply, Undo, Import or EraseAccount.
	Method  string
	Account users.AccountID
	Actor   users.ActorKind
	// Actions are those of the commands, each once; of Undo, those that it may take; empty for Open.
	Actions seats.ActionSet

	Commits     int // sent to the store for the commands; 0 after a refusal, and if nothing had to change
	Settlements int // commits of what was due, sent before

	Loads    int // of the account from the store; 0 if a remembered snapshot served
	Together int // calls in the commit or the look that decided, this one included; 0 if it left before

	// The failed commits of both kinds, by cause. An error with another cause is in Err alone.
	Conflicts int // the account had moved on, or the engine asked for a new attempt
	Taken     int // another user had the address, username, external ID or ID
	Lost      int // no answer; the Keeper found out the outcome, or Err is [store.ErrUnknown]

	Waited time.Duration // for other calls of the account in this process, by Options.Now
	Took   time.Duration // from begin to end, Waited included
	Err    error         // the error of the decision
}

// begin starts a call. The clock is read for an observer alone.
func (k *Keeper) begin(id users.AccountID, request seats.Request, decide decideFunc) *call {
	c := &call{request: request, need: request.Needs(id), decide: decide}
	c.member.Value, c.member.Alone = c, k.bound || k.options.Sharing == ShareNothing
	for _, command := range request.Commands {
		c.member.Weight += weight(command)
	}
	if k.options.Observe != nil {
		c.began = k.options.Now()
	}
	return c
}

// since is at least 0, though the host's clock may jump back.
func (k *Keeper) since(began time.Time) time.Duration {
	if k.options.Observe == nil {
		return 0
	}
	return max(0, k.options.Now().Sub(began))
}

// observe tells the observer of a call.
func (k *Keeper) observe(ctx context.Context, method string, c *call, r callResult) {
	if k.options.Observe == nil {
		return
	}
	s := r.stats
	s.Method, s.Account, s.Actor = method, c.need.Account, c.request.Actor.Kind
	s.Actions = seats.Actions(c.request.Commands)
	s.Waited, s.Took, s.Err = c.waited, k.since(c.began), r.err
	k.options.Observe(ctx, s)
}

// add adds the counts of a part of the call.
func (s *CallStats) add(part CallStats) {
	s.Commits += part.Commits
	s.Settlements += part.Settlements
	s.Loads += part.Loads
	s.Conflicts += part.Conflicts
	s.Taken += part.Taken
	s.Lost += part.Lost
	s.Together = part.Together
}

// sent counts a commit.
func (s *CallStats) sent(commands bool) {
	if commands {
		s.Commits++
	} else {
		s.Settlements++
	}
}

// answered counts a failed commit by its cause.
func (s *CallStats) answered(err error) {
	switch {
	case errors.Is(err, store.ErrUnknown):
		s.Lost++
	case errors.Is(err, store.ErrKeyTaken):
		s.Taken++
	case errors.Is(err, store.ErrConflict):
		s.Conflicts++
	}
}
