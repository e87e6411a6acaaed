package seatkeeper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/combine"
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

// decideKnown decides the commands of a call.
var decideKnown = requireAccount(seats.Decide)

// decideEach decides those of a bulk call.
var decideEach = requireAccount(func(s seats.Snapshot, r seats.Request) (seats.Decision, error) { return seats.DecideEach(s, r), nil })

// A call is one decision under way. The leader of its account works with it, until the call is
// done or has left.
type call struct {
	member  combine.Member[*call]
	request seats.Request
	need    seats.Need
	decide  decideFunc
	loads   bool          // it is decided on rows loaded for it
	past    []seats.Event // of the request key, loaded for this call

	// By the last round of the batch; those of the call once it is done without an error. What is
	// behind the pointer stays as it is, since a commit may outlive its call.
	decision *seats.Decision
	refused  error
	panicked any
	follows  bool // it was decided after a change of another

	result callResult    // complete once the call is done
	began  time.Time     // by Options.Now, if there is an observer
	waited time.Duration // for its turn
}

// callResult is the outcome of a call.
type callResult struct {
	done     bool
	err      error
	panicked any // by an option of the host, in the goroutine of a leader
	stats    CallStats
}

// decide is the one way for every change: load, decide, commit, and all of it again
// after a conflict. The calls of an account meet here: the first leads, see [batch.run].
func (k *Keeper) decide(
	ctx context.Context, method string, id users.AccountID, request seats.Request, decide decideFunc,
) (*seats.Decision, error) {
	c := k.begin(id, request, decide)
	result := k.ride(ctx, k.accounts.enter(id), c)
	k.observe(ctx, method, c, result)
	if result.panicked != nil {
		panic(result.panicked)
	}
	if result.err != nil {
		k.holdSource(ctx, id, request, refusalOf(result.err))
		return nil, result.err // the call may have left its batch, which still works on the decision
	}
	for _, o := range c.decision.Outcomes {
		if _, trips := seats.HoldOf(request.Actor, o.Refusal); trips {
			k.holdSource(ctx, id, request, o.Refusal)
			break
		}
	}
	switch outdated, err := k.noteSeen(ctx, id, c.decision); {
	case err != nil:
		return nil, err
	case outdated:
		return k.decide(ctx, method, id, request, decide)
	}
	return c.decision, nil
}

// ride takes the call to its result.
func (k *Keeper) ride(ctx context.Context, at *account, c *call) callResult {
	defer k.accounts.leave(c.need.Account, at)
	lead, sent, err := at.queue.Join(ctx, &c.member)
	if lead {
		k.lead(ctx, at, c)
		return c.result
	}
	c.waited = k.since(c.began)
	switch {
	case sent:
		return callResult{err: withCause(store.ErrUnknown, err)}
	case err != nil:
		return callResult{err: err}
	}
	return c.result
}

// lead works for the calls of the account until this one has its result. Another one leads
// then; it goes on with the batch if that has no result yet.
func (k *Keeper) lead(ctx context.Context, at *account, c *call) {
	defer func() { at.pass(c) }() // also after a panic in an option of the host
	c.waited = k.since(c.began)
	for !c.result.done {
		b := at.batch
		if b == nil || !b.has(c) {
			at.yield(ctx)
			if !c.member.Alone {
				at.queue.Gather(&c.member, pause(at.took))
			}
			b = k.newBatch(at, at.queue.Take(&c.member, chunkSize))
			at.batch = b
		}
		switch err := b.run(ctx); {
		case err == nil:
			b.finish()
		case ctx.Err() != nil:
			b.end(c, callResult{err: b.errorOf(c, err, ctx.Err())})
		case len(b.members) > 1 && b.uncertain == nil && err != errGaveUp:
			b.split()
		default:
			b.fail(err)
		}
	}
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
