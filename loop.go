package seatkeeper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A decideFunc decides a request. The snapshot of an unknown account is the zero value.
type decideFunc func(seats.Snapshot, seats.Request) (seats.Decision, error)

// requireAccount returns a decideFunc for commands to an existing account.
func requireAccount(decide decideFunc) decideFunc {
	return func(s seats.Snapshot, r seats.Request) (seats.Decision, error) {
		if !s.Known() {
			return seats.Decision{}, store.ErrNotFound
		}
		return decide(s, r)
	}
}

// decide is the one way for every change: load, decide, commit, and all of it again
// after a conflict. A refusal is decided on a snapshot loaded for it. Before anything is
// sent again, the Keeper finds out what became of the last commit. So a change is written
// once, though its answer is lost or the network repeats it.
//
// In the host's transaction only a taken key is looked up again. Any other error may have
// ended the transaction: a further statement would hide the first error or, worse, be
// carried out beside it.
func (k *Keeper) decide(
	ctx context.Context, method string, account users.AccountID, request seats.Request, decide decideFunc,
) (seats.Decision, error) {
	a := k.begin(method, account, request)
	decision, err := a.runLocked(ctx, decide)
	a.end(ctx, err)
	return decision, err
}

// An attempt is one call under way: its request and what is known of its commits.
type attempt struct {
	*Keeper
	request   seats.Request
	need      seats.Need
	last      seats.Decision   // sent to the store
	uncertain error            // why last may have been written
	inFlight  bool             // last may still reach the store
	settled   func(events int) // is told of each settlement written; may be nil
	stats     CallStats
	began     time.Time // by Options.Now, if there is an observer
}

// runLocked runs the attempt while it holds the account's lock.
func (a *attempt) runLocked(ctx context.Context, decide decideFunc) (seats.Decision, error) {
	unlock, err := a.locks.Lock(ctx, a.need.Account)
	a.stats.Waited = a.sinceBegan()
	if err != nil {
		return seats.Decision{}, err
	}
	defer unlock()
	for n := 0; ; n++ {
		snapshot, err := a.loadSettled(ctx, &a.need)
		for err == nil && a.request.Widen(&a.need, snapshot) {
			snapshot, err = a.loadSettled(ctx, &a.need)
		}
		if err != nil {
			return seats.Decision{}, withCause(a.uncertain, err)
		}
		if snapshot.Committed(a.last.Change) {
			return a.last, nil
		}
		if !a.inFlight || snapshot.Account.Revision > a.last.Change.Base {
			a.uncertain, a.inFlight = nil, false // the store would refuse it now
		}
		if n == a.options.Attempts {
			return seats.Decision{}, a.exhausted(a.uncertain)
		}
		// A commit in flight is sent again unchanged, since the store writes it at most
		// once. Decided anew it could become a refusal, and then arrive.
		if !a.inFlight {
			a.request.At = present(a.need)
			a.last, err = decide(snapshot, a.request)
			if err != nil || a.last.Change.Empty() {
				return a.last, err
			}
		}
		a.need.Sequence = a.last.Change.Account.Sequence - uint64(len(a.last.Change.Events)) + 1 // of the first event
		switch err := a.commit(ctx, a.last.Change); {
		case err == nil:
			return a.last, nil
		case !a.retryable(err):
			return seats.Decision{}, withCause(a.uncertain, err)
		case errors.Is(err, store.ErrUnknown):
			a.uncertain, a.inFlight = err, true
		case a.uncertain == nil && errors.Is(err, store.ErrConflict):
			a.uncertain = withCause(store.ErrUnknown, err) // it may have met its own repetition
		}
	}
}

// commit sends one change and counts it. If the context ends meanwhile, the store's error
// says whether the change may have been written.
func (a *attempt) commit(ctx context.Context, change seats.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a.stats.sent(change.ID == a.request.Change)
	results, err := a.store.Commit(ctx, change)
	if err == nil {
		var result store.CommitResult
		if result, err = only(results); err == nil {
			err = result.Err
		} else {
			err = withCause(store.ErrUnknown, err)
		}
	}
	a.stats.answered(err)
	return err
}

// withCause returns an error that wraps both; a nil cause is left out.
func withCause(cause, err error) error {
	if cause == nil {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}

// retryable reports whether to load again after a commit: the account has moved on,
// another user has a key that seemed free, or the answer was lost.
func (k *Keeper) retryable(err error) bool {
	return errors.Is(err, store.ErrKeyTaken) ||
		!k.bound && (errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknown))
}

// exhausted is the error after the last attempt, by default because of conflicts.
func (k *Keeper) exhausted(cause error) error {
	return fmt.Errorf("seatkeeper: gave up after %d attempts: %w", k.options.Attempts, cmp.Or(cause, store.ErrConflict))
}
