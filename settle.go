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

// loadSettled loads a snapshot with nothing due at the present. need.DueBy is set to the
// present and need.Ahead. What was due takes effect first, unless the clock is wrong.
func (a *attempt) loadSettled(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	failed, last, late := 0, uint64(0), false
	for {
		began, now := time.Now(), a.now()
		need.DueBy = now.Add(need.Ahead)
		s, err := a.loadOnce(ctx, *need)
		if err != nil {
			return seats.Snapshot{}, err
		}
		if err := a.checkClock(now, s.StoreTime, time.Since(began)); err != nil {
			return seats.Snapshot{}, err
		}
		if late && s.Account.Revision > last {
			failed-- // a due account moves by a settlement alone: another process has made progress
		}
		late = false
		switch {
		case !s.Account.IsDue(now):
			return s, nil
		case failed == a.options.Attempts:
			return seats.Snapshot{}, a.exhausted(nil)
		case seats.SettleNeeds(need, s):
			continue
		}
		// A request of its own: the call's key and reason are not those of earlier dates.
		change := seats.Settle(s, seats.Request{
			Actor: users.System(), Channel: seats.ByClock, At: now, Change: seats.ChangeID(a.newID()),
			Zones: a.options.Zones,
		})
		err = a.commit(ctx, change)
		if err != nil && !a.retryable(err) {
			return seats.Snapshot{}, err
		}
		if err == nil && a.settled != nil {
			if a.settled(len(change.Events)); !change.Account.IsDue(now) {
				return s.Apply(change), nil // it needs no look
			}
		}
		// The next load shows whether it was written. A part that moved the account and leaves
		// more is progress. All else counts as failed, so that a store that keeps its due
		// instant for ever ends the loop.
		if err != nil || !change.Account.IsDue(now) || s.Account.Revision == last {
			failed++
		}
		late = errors.Is(err, store.ErrConflict)
		last = s.Account.Revision
	}
}

// present returns the present of a need as [attempt.loadSettled] left it.
func present(n seats.Need) time.Time { return n.DueBy.Add(-n.Ahead) }

// load is loadSettled for reads: an unknown account is [store.ErrNotFound].
func (k *Keeper) load(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	a := attempt{Keeper: k}
	return a.loadKnown(ctx, need)
}

func (a *attempt) loadKnown(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
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
