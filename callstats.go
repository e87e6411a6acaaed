package seatkeeper

import (
	"context"
	"errors"
	"time"

	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An CallStats is what a call has cost, for the counters of a host. It names nobody: of the
// people of the account there are at most the IDs in a [*seats.Refusal], and not in its text.
type CallStats struct {
	Account users.AccountID

	Commits     int // sent to the store for what the call asks; 0: it was refused, or so already, or done before
	Settlements int // sent besides, for what was due
	// What commits of both kinds came to that did not pass. Whatever else went wrong is
	// in Err alone.
	Conflicts int // somebody else was quicker, or the engine wanted it tried again
	Taken     int // somebody had a key that was thought to be free
	Lost      int // the answer was lost; the Keeper found out, or Err is [store.ErrUnknown]

	Waited time.Duration // for the account's turn in this process
	Took   time.Duration // all in all, waiting included
	Err    error         // what the call returns
}

// An callStats is an Effort in the making.
type callStats struct {
	CallStats
	began time.Time
}

// begin looks at the clock, if there is anybody to tell.
func (k *Keeper) begin(account users.AccountID) callStats {
	e := callStats{CallStats: CallStats{Account: account}}
	if k.options.Observe != nil {
		e.began = k.options.Now()
	}
	return e
}

// since returns how long ago the call began. It is never negative, though clocks jump.
func (k *Keeper) since(e *callStats) time.Duration {
	if k.options.Observe == nil {
		return 0
	}
	return max(0, k.options.Now().Sub(e.began))
}

// end tells the host.
func (k *Keeper) end(ctx context.Context, e callStats, err error) {
	if k.options.Observe != nil {
		e.Took, e.Err = k.since(&e), err
		k.options.Observe(ctx, e.CallStats)
	}
}

// answered counts what a commit came to.
func (e *CallStats) answered(err error) {
	switch {
	case errors.Is(err, store.ErrUnknown):
		e.Lost++
	case errors.Is(err, store.ErrKeyTaken):
		e.Taken++
	case errors.Is(err, store.ErrConflict):
		e.Conflicts++
	}
}
