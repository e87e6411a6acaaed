package seatkeeper

import (
	"context"
	"errors"
	"time"

	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An Effort is what a call has cost, for the counters of a host. It names nobody: of the
// people of the account there are at most the IDs in a [*seats.Refusal], and not in its text.
type Effort struct {
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

// An effort is an Effort in the making.
type effort struct {
	Effort
	began time.Time
}

// begin looks at the clock, if there is anybody to tell.
func (k *Keeper) begin(account users.AccountID) effort {
	e := effort{Effort: Effort{Account: account}}
	if k.options.Observe != nil {
		e.began = k.options.Now()
	}
	return e
}

// since returns how long ago the call began. It is never negative, though clocks jump.
func (k *Keeper) since(e *effort) time.Duration {
	if k.options.Observe == nil {
		return 0
	}
	return max(0, k.options.Now().Sub(e.began))
}

// end tells the host.
func (k *Keeper) end(ctx context.Context, e effort, err error) {
	if k.options.Observe != nil {
		e.Took, e.Err = k.since(&e), err
		k.options.Observe(ctx, e.Effort)
	}
}

// answered counts what a commit came to.
func (e *Effort) answered(err error) {
	switch {
	case errors.Is(err, store.ErrUnknown):
		e.Lost++
	case errors.Is(err, store.ErrTaken):
		e.Taken++
	case errors.Is(err, store.ErrConflict):
		e.Conflicts++
	}
}
