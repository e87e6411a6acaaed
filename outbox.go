package seatkeeper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// lease is how long nobody else hands out the events of an account to a consumer
// after somebody began, or went on, to do so.
const lease = time.Minute

// Drain hands the events of all accounts to fn, each that the consumer is not done
// with, in order within an account, and returns how many fn took. A host calls it
// from time to time, for each consumer it has: the one that sends the mails, the one
// that feeds the search index. A consumer is a name of at most [users.MaxID] bytes and
// begins with the first event of every account.
//
// Every event is handed out at least once: again if fn returned an error, and perhaps
// once more if the process or the store broke down before it was written down that fn
// was done with it. No event is handed out before fn has returned nil for the one
// before it, in this process or another. An error of fn ends its account's turn; the
// others go on, and Drain returns all of the errors; so does [seats.ErrHistory], where events
// are missing, once those before them are handed out. Commands never wait for a consumer.
//
// Several processes may drain the same consumer: each account is with one of them
// at a time, and if that one breaks down it is nobody's for a minute. The context of fn
// ends after half a minute. If fn does not return then, another process may take over
// the account a while later. That minute is by the store's own time, where it has a
// clock: a wrong clock here neither shuts an account for others nor takes it from them.
//
// In a transaction, see [Keeper.InTx], it is [errors.ErrUnsupported].
func (k *Keeper) Drain(ctx context.Context, consumer string, fn func(context.Context, seats.Event) error) (events int, err error) {
	if k.bound {
		return 0, fmt.Errorf("seatkeeper: Drain in a transaction: %w", errors.ErrUnsupported)
	}
	if err := users.CheckID(consumer); err != nil {
		return 0, &seats.Refusal{Code: seats.ErrBadInput, Field: "consumer", Reason: err}
	}
	var failed []error
	clock := leaseClock{host: k.now}
	behind := pages(true, accountPage, func(last store.Progress) ([]store.Progress, error) {
		clock.asked = time.Now()
		page, err := k.store.Pending(ctx, consumer, last.Account, accountPage)
		clock.answered = time.Now()
		return page, err
	})
	for at, err := range behind {
		if err != nil {
			return events, errors.Join(append(failed, err)...)
		}
		n, err := k.drain(ctx, at, &clock, fn)
		events += n
		if err != nil {
			failed = append(failed, fmt.Errorf("seatkeeper: account %q: %w", at.Account, err))
		}
		if ctx.Err() != nil {
			return events, errors.Join(append(failed, ctx.Err())...)
		}
	}
	return events, errors.Join(failed...)
}

// drain hands out the events of one account, unless somebody else is at it.
func (k *Keeper) drain(
	ctx context.Context, at store.Progress, clock *leaseClock, fn func(context.Context, seats.Event) error,
) (events int, err error) {
	if clock.earliest(at).Before(at.LeaseUntil) {
		return 0, nil
	}
	s, err := k.loadOnce(ctx, seats.Need{Account: at.Account})
	if err != nil {
		return 0, err
	}
	if err := k.advance(ctx, &at, at.Sequence, leased(clock.latest(at))); err == errLeaseLost {
		return 0, nil // somebody else was quicker
	} else if err != nil {
		return 0, err
	}
	done := at.Sequence
	defer func() { // also where the context has ended, or fn panics
		if err == errLeaseLost {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease/2)
		defer cancel()
		err = errors.Join(err, k.advance(ctx, &at, done, time.Time{}))
	}()
	for e, err := range k.events(ctx, s.Account, seats.EventFilter{After: done}) {
		if err = cmp.Or(err, ctx.Err()); err == nil {
			err = timed(ctx, fn, e)
		}
		if err != nil {
			return events, err
		}
		events++
		done = e.Sequence
		if err := k.advance(ctx, &at, done, leased(clock.latest(at))); err != nil {
			return events, err
		}
	}
	return events, nil
}

// leased returns until when an account is somebody's who begins, or goes on, now. It
// is nobody else's instant, so that whoever finds it there knows that it is his.
func leased(now time.Time) time.Time {
	return now.Add(lease - rand.N(lease/100).Truncate(time.Microsecond))
}

// advance writes down how far a consumer has come. A conflict may be the engine's wish,
// or the answer to something that was written before its answer was lost: so it looks
// whether it is there, and tries again, before it believes in somebody else.
func (k *Keeper) advance(ctx context.Context, at *store.Progress, sequence uint64, until time.Time) error {
	to := *at
	to.Sequence, to.LeaseUntil = sequence, until
	var err error
	for range 3 {
		if err = k.store.Advance(ctx, *at, to); !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			break
		}
		if found := k.store.Advance(ctx, to, to); found == nil {
			err = nil
			break
		}
	}
	switch {
	case err == nil:
		*at = to
	case errors.Is(err, store.ErrConflict):
		return errLeaseLost
	}
	return err
}

var errLeaseLost = errors.New("seatkeeper: somebody else has taken over the events")

// timed calls fn with a context that ends before the lease.
func timed(ctx context.Context, fn func(context.Context, seats.Event) error, e seats.Event) error {
	ctx, cancel := context.WithTimeout(ctx, lease/2)
	defer cancel()
	return fn(ctx, e)
}
