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

// lease is the time a process has for the events of an account since it began or last
// finished one. Then another process may take over.
const lease = time.Minute

// Drain hands every event that the consumer has yet to process to fn, in order within an
// account, and returns the number that fn took. A host calls it from time to time for each
// of its consumers, such as the code that sends mails and the code that feeds a search index.
// A consumer is a name of at most [users.MaxID] bytes and begins with the first event of
// every account. Commands never wait for it.
//
// Delivery is at least once: an event comes again after an error of fn, and may come again
// after a failure of process or store. The next event of an account comes only after fn has
// returned nil, in any process. An error of fn ends the turn of its account, as does
// [seats.ErrHistory] at a missing event. The other accounts go on, and Drain returns all
// errors, each with the account's ID. An ended context ends Drain; events already handled are
// still marked so.
//
// Any number of processes may drain the same consumer. Each leases an account for a minute,
// renewed with every event and measured by the store's clock if it has one, so that a wrong
// local clock neither blocks nor steals an account. The context of fn ends after half a
// minute. If fn runs past the lease, another process may take over, and both may handle the
// same event.
//
// Mails follow from events. An invitation goes to the User of an event with a number by
// [seats.Event.Invitation], which its link carries; the message about an order goes to its Receivers.
//
// In a transaction, see [Keeper.InTx], the error is [errors.ErrUnsupported]; on a store
// without an outbox it is [store.ErrNoOutbox].
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
		page, err := store.OutboxOf(k.store).Pending(ctx, consumer, last.Account, accountPage)
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

// drain hands out the events of one account, unless another process has the lease.
func (k *Keeper) drain(
	ctx context.Context, at store.Progress, clock *leaseClock, fn func(context.Context, seats.Event) error,
) (events int, err error) {
	if clock.earliest(at).Before(at.LeaseUntil) {
		return 0, nil
	}
	s, err := k.loadOne(ctx, seats.Need{Account: at.Account})
	if err != nil {
		return 0, err
	}
	if err := k.advance(ctx, &at, at.Sequence, leased(clock.latest(at))); err == errLeaseLost {
		return 0, nil // another process was faster
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

// leased returns the end of a lease that begins or is renewed now. A random part makes it
// differ from every other process's, so that the process recognizes its own.
func leased(now time.Time) time.Time {
	return now.Add(lease - rand.N(lease/100).Truncate(time.Microsecond))
}

// advance stores the progress of a consumer. A conflict may be the engine's wish for another
// attempt, or come from an own write with a lost answer. So it looks for its own progress, and
// tries again, before it concludes that the lease is lost.
func (k *Keeper) advance(ctx context.Context, at *store.Progress, sequence uint64, until time.Time) error {
	to := *at
	to.Sequence, to.LeaseUntil = sequence, until
	var err error
	for range 3 {
		if err = store.OutboxOf(k.store).Advance(ctx, *at, to); !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnknown) {
			break
		}
		if found := store.OutboxOf(k.store).Advance(ctx, to, to); found == nil {
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

var errLeaseLost = errors.New("seatkeeper: another process has taken over the events")

// timed calls fn with a context that ends before the lease does.
func timed(ctx context.Context, fn func(context.Context, seats.Event) error, e seats.Event) error {
	ctx, cancel := context.WithTimeout(ctx, lease/2)
	defer cancel()
	return fn(ctx, e)
}
