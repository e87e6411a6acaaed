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

	// The failed commits of both kinds, by cause. An error with another cause is in Err alone.
	Conflicts int // the account had moved on, or the engine asked for a new attempt
	Taken     int // another user had the address, username, external ID or ID
	Lost      int // no answer; the Keeper found out the outcome, or Err is [store.ErrUnknown]

	Waited time.Duration // for other calls of the account in this process, by Options.Now
	Took   time.Duration // from begin to end, Waited included
	Err    error         // the error of the decision
}

// begin starts an attempt. The clock is read for an observer alone.
func (k *Keeper) begin(method string, account users.AccountID, request seats.Request) *attempt {
	a := &attempt{Keeper: k, request: request, need: request.Needs(account)}
	if k.options.Observe != nil {
		a.began = k.options.Now()
		a.stats = CallStats{Method: method, Account: account, Actor: request.Actor.Kind, Actions: seats.Actions(request.Commands)}
	}
	return a
}

// sinceBegan is at least 0, though the host's clock may jump back.
func (a *attempt) sinceBegan() time.Duration {
	if a.options.Observe == nil {
		return 0
	}
	return max(0, a.options.Now().Sub(a.began))
}

// end tells the observer.
func (a *attempt) end(ctx context.Context, err error) {
	if a.options.Observe != nil {
		a.stats.Took, a.stats.Err = a.sinceBegan(), err
		a.options.Observe(ctx, a.stats)
	}
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
