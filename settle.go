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

// A loader loads snapshots, lets what is due take effect, and commits.
type loader struct {
	*Keeper
	settled func(events int) // is told of each settlement written; may be nil
	due     bool             // the account is probably due
	stats   CallStats        // the counts
	began   time.Time        // the last load
	took    time.Duration    // likewise
}

// loadSettled loads a snapshot with nothing due at the present, and those of further needs of the
// account. need.DueBy is set to the present and need.Ahead. The rows due at the present alone are
// loaded only when the account has said that there are some. What was due takes effect first, unless the clock is wrong.
func (a *loader) loadSettled(ctx context.Context, need *seats.Need, more ...seats.Need) ([]seats.Snapshot, error) {
	failed, last, late, due := 0, uint64(0), false, a.due || need.Ahead > 0
	for {
		now := a.now()
		a.began = time.Now()
		need.DueBy = now.Add(need.Ahead)
		asked := *need
		if !due {
			asked.DueBy = time.Time{}
		}
		all, err := a.loadOnce(ctx, append([]seats.Need{asked}, more...)...)
		if err != nil {
			return nil, err
		}
		s := all[0]
		a.took = time.Since(a.began)
		a.stats.Loads++
		if err := a.checkClock(now, s.StoreTime, a.took); err != nil {
			return nil, err
		}
		if late && s.Account.Revision > last {
			failed-- // a due account moves by a settlement alone: another process has made progress
		}
		late = false
		switch {
		case !due && s.Account.IsDue(need.DueBy):
			due = true
			continue
		case need.Ahead > 0 && !s.Account.IsDue(now) && seats.ForecastNeeds(need, s):
			continue
		case !s.Account.IsDue(now) && sameRevision(all):
			return all, nil
		case failed == a.options.Attempts:
			return nil, a.exhausted(nil)
		case !s.Account.IsDue(now):
			failed++
			continue
		case seats.SettleNeeds(need, s):
			continue
		}
		change := a.settlement(s, now)
		err = a.commit(ctx, &change, false)
		if err != nil && !a.retryable(err) {
			return nil, err
		}
		if err == nil && a.settled != nil {
			if a.settled(len(change.Events)); !change.Account.IsDue(now) {
				return []seats.Snapshot{s.Apply(change)}, nil // it needs no look
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

// settlement returns the change by what is due. It is a request of its own: the key and the reason
// of a call are not those of earlier dates.
func (k *Keeper) settlement(s seats.Snapshot, now time.Time) seats.Change {
	return seats.Settle(s, seats.Request{
		Actor: users.System(), Channel: seats.ByClock, At: now, Change: changeID(), Zones: k.options.Zones,
	})
}

// commit sends one change and counts it. If the context ends meanwhile, the store's error
// says whether the change may have been written.
func (a *loader) commit(ctx context.Context, change *seats.Change, commands bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a.stats.sent(commands)
	send := a.sendAlone // a settlement may meet another one of its account
	if commands {
		send = a.send
	}
	err := send(ctx, change)
	a.stats.answered(err)
	return err
}

// sameRevision reports whether the snapshots of an account are of one moment.
func sameRevision(all []seats.Snapshot) bool {
	for _, s := range all[1:] {
		if s.Account.Revision != all[0].Account.Revision {
			return false
		}
	}
	return true
}

// present returns the present of a need as [loader.loadSettled] left it.
func present(n seats.Need) time.Time { return n.DueBy.Add(-n.Ahead) }

// load is loadSettled for reads: an unknown account is [store.ErrNotFound].
func (k *Keeper) load(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	a := loader{Keeper: k}
	return a.loadKnown(ctx, need)
}

func (a *loader) loadKnown(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	all, err := a.loadSettled(ctx, need)
	if err != nil {
		return seats.Snapshot{}, err
	}
	if !all[0].Known() {
		err = store.ErrNotFound
	}
	return all[0], err
}

// loadOnce loads the needs of an account as they are, with what is due in them. An ID that no
// account can have is kept from the store.
func (k *Keeper) loadOnce(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	if users.CheckID(needs[0].Account) != nil {
		return make([]seats.Snapshot, len(needs)), nil
	}
	snapshots, err := k.store.Load(ctx, needs...)
	if err == nil {
		err = complete(snapshots, len(needs))
	}
	return snapshots, err
}

// loadOne is loadOnce for one need.
func (k *Keeper) loadOne(ctx context.Context, need seats.Need) (seats.Snapshot, error) {
	snapshots, err := k.loadOnce(ctx, need)
	if err != nil {
		return seats.Snapshot{}, err
	}
	return snapshots[0], nil
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
