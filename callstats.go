package seatkeeper

import (
	"context"
	"errors"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// CallStats is the cost of a call, for a host's metrics, traces and logs. Its texts contain no personal
// data; the IDs of users are in the fields of a [*seats.Refusal] in Err alone.
//
// A call that changes an account makes one decision and is told once; DoEach, DoAll, ApplyAll, Undo, Import
// and EraseAccount make one for each commit, and each is told, and so is an error of the caller's list or function; Sync tells its comparison too, Undo its look at
// the events before, and Import its look at the account after. Consume tells of each Drain. All other calls are told once, at their
// end; a list when the loop over it ends, with its time.
type CallStats struct {
	Method  string          // the Keeper's method
	Account users.AccountID // empty for Accounts, AccountsOf, RunDue and Drain
	Actor   users.ActorKind
	// Actions are those of the commands, each once; of Undo, those that it may take; empty for Open and
	// for calls without commands.
	Actions seats.ActionSet

	Commits     int // sent to the store for the commands; 0 after a refusal, and if nothing had to change
	Settlements int // commits of what was due

	Loads    int // of the account from the store; 0 if a remembered snapshot served
	Reads    int // of the store besides: pages of lists, events, counts, the progress of a consumer, last sights
	Writes   int // to the store besides: the progress of a consumer, last sights
	Together int // calls in the commit or the look that decided, this one included; 0 if it left before

	// The failed commits of both kinds, by cause. An error with another cause is in Err alone.
	Conflicts int // the account had moved on, or the engine asked for a new attempt
	Taken     int // another user had the address, username, external ID or ID
	Lost      int // no answer; the Keeper found out the outcome, or Err is [store.ErrUnknown]

	Waited time.Duration // for other calls of the account in this process, by Options.Now
	Took   time.Duration // from begin to end, Waited included
	Err    error         // the error of the call, or of the decision
}

// Code is the outcome in a word for a metric's label: "ok", the code of a refusal such as "no-seats", or
// one of "not-found", "exists", "conflict", "unknown", "history", "clock-skew", "canceled", "deadline" and
// "failed".
func (s CallStats) Code() string {
	if s.Err == nil {
		return "ok"
	}
	if refusal, ok := errors.AsType[*seats.Refusal](s.Err); ok {
		return string(refusal.Code)
	}
	for _, c := range outcomeCodes {
		if errors.Is(s.Err, c.err) {
			return c.code
		}
	}
	return "failed"
}

// outcomeCodes are in order: an unknown outcome may have the end of the context as its cause.
var outcomeCodes = []struct {
	err  error
	code string
}{
	{store.ErrNotFound, "not-found"},
	{store.ErrExists, "exists"},
	{store.ErrUnknown, "unknown"},
	{store.ErrConflict, "conflict"},
	{seats.ErrHistory, "history"},
	{store.ErrClockSkew, "clock-skew"},
	{context.Canceled, "canceled"},
	{context.DeadlineExceeded, "deadline"},
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
