package seatkeeper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// loadSettled loads a snapshot with nothing due at need.DueBy, set to the present here.
// What was due takes effect first, unless the clock is wrong.
func (a *attempt) loadSettled(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	failed, last := 0, uint64(0)
	for {
		began := time.Now()
		need.DueBy = a.now()
		s, err := a.loadOnce(ctx, *need)
		if err != nil {
			return seats.Snapshot{}, err
		}
		if err := a.checkClock(need.DueBy, s.StoreTime, time.Since(began)); err != nil {
			return seats.Snapshot{}, err
		}
		switch {
		case !s.Account.IsDue(need.DueBy):
			return s, nil
		case failed == a.options.Attempts:
			return seats.Snapshot{}, a.exhausted(nil)
		}
		// A request of its own: the call's key and reason are not those of earlier dates.
		change := seats.Settle(s, seats.Request{
			Actor: users.System(), Channel: seats.ByClock, At: need.DueBy, Change: seats.ChangeID(a.newID()),
			Zones: a.options.Zones,
		})
		err = a.commit(ctx, change)
		if err != nil && !a.retryable(err) {
			return seats.Snapshot{}, err
		}
		// The next load shows whether it was written. A full change that moved the account
		// is progress. All else counts as failed, so that a store that keeps its due
		// instant for ever ends the loop.
		if err != nil || len(change.Events) < seats.MaxSettled || s.Account.Revision == last {
			failed++
		}
		last = s.Account.Revision
	}
}

// load is loadSettled for reads: an unknown account is [store.ErrNotFound].
func (k *Keeper) load(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	a := attempt{Keeper: k}
	s, err := a.loadSettled(ctx, need)
	if err == nil && !s.Known() {
		err = store.ErrNotFound
	}
	return s, err
}

// loadOnce loads a snapshot as it is, with what is due in it. An ID that no account can have
// is kept from the store.
func (k *Keeper) loadOnce(ctx context.Context, need seats.Need) (seats.Snapshot, error) {
	if users.CheckID(need.Account) != nil {
		return seats.Snapshot{}, nil
	}
	snapshots, err := k.store.Load(ctx, need)
	if err != nil {
		return seats.Snapshot{}, err
	}
	return only(snapshots)
}

// only returns the store's answer to one question.
func only[T any](answers []T) (answer T, err error) {
	if err := complete(answers, 1); err != nil {
		return answer, err
	}
	return answers[0], nil
}

// complete returns an error unless the store gave an answer to each of the questions.
func complete[T any](answers []T, questions int) error {
	if len(answers) != questions {
		return fmt.Errorf("seatkeeper: the store gave %d answers to %d questions", len(answers), questions)
	}
	return nil
}

// RunDue lets everything due take effect in accounts untouched since, and returns the number
// of accounts it settled. A host calls it every few minutes, so that seats and events come on
// time. Every other call on an account does the same for that account first: results are the
// same however often RunDue runs, and on however many processes.
//
// After an error in one account it goes on with the others. It returns all errors, each with
// the account's ID. A clock behind the store's finds fewer accounts due.
func (k *Keeper) RunDue(ctx context.Context) (accounts int, err error) {
	now := k.now()
	var failed []error
	due := pages(true, accountPage, func(last users.AccountID) ([]users.AccountID, error) {
		return k.store.Due(ctx, now, last, accountPage)
	})
	for id, err := range due {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return accounts, errors.Join(append(failed, err)...)
		}
		if _, err := k.load(ctx, &seats.Need{Account: id}); err != nil {
			failed = append(failed, fmt.Errorf("seatkeeper: account %q: %w", id, err))
			continue
		}
		accounts++
	}
	return accounts, errors.Join(failed...)
}
