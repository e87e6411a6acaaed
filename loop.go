package seatkeeper

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// decide is the one way for every change: load, decide, commit, and all over
// again while others get in between. A refusal is decided on a snapshot that was
// loaded for it.
func (k *Keeper) decide(
	ctx context.Context, account users.AccountID, request seats.Request,
	rules func(seats.Snapshot, seats.Request) (seats.Decision, error),
) (seats.Decision, error) {
	leave, err := k.lines.enter(ctx, account)
	if err != nil {
		return seats.Decision{}, err
	}
	defer leave()
	need := seats.Needs(account, request.Actor, request.Commands...)
	for range k.options.Attempts {
		snapshot, err := k.settled(ctx, &need)
		if err != nil {
			return seats.Decision{}, err
		}
		request.At = need.DueBy
		decision, err := rules(snapshot, request)
		if err != nil || decision.Change.Empty() {
			return decision, err
		}
		if err := k.commit(ctx, decision.Change); !again(err) {
			return decision, err
		}
	}
	return seats.Decision{}, k.exhausted()
}

// settled loads a snapshot in which nothing is due any more at need.DueBy, which
// it sets to the present. Whatever was due takes effect first.
func (k *Keeper) settled(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	if users.CheckID(need.Account) != nil {
		return seats.Snapshot{}, store.ErrNotFound
	}
	for failed := 0; failed < k.options.Attempts; {
		need.DueBy = k.now()
		snapshots, err := k.store.Load(ctx, *need)
		switch {
		case err != nil:
			return seats.Snapshot{}, err
		case !snapshots[0].Known():
			return seats.Snapshot{}, store.ErrNotFound
		case !snapshots[0].Account.IsDue(need.DueBy):
			return snapshots[0], nil
		}
		// The facts of the call are not those of what happened before it.
		request := seats.Request{
			Actor: users.System(), Channel: seats.ByClock, At: need.DueBy, Change: seats.ChangeID(k.newID()),
		}
		switch err := k.commit(ctx, seats.Settle(snapshots[0], request)); {
		case again(err):
			failed++
		case err != nil:
			return seats.Snapshot{}, err
		}
	}
	return seats.Snapshot{}, k.exhausted()
}

// commit sends one change.
func (k *Keeper) commit(ctx context.Context, change seats.Change) error {
	verdicts, err := k.store.Commit(ctx, change)
	if err != nil {
		return err
	}
	return verdicts[0].Err
}

// again reports whether a change has to be decided anew: the account has moved
// on, or somebody turned up who has a key that was thought to be free.
func again(err error) bool {
	return errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrTaken)
}

func (k *Keeper) exhausted() error {
	return fmt.Errorf("seatkeeper: gave up after %d attempts: %w", k.options.Attempts, store.ErrConflict)
}

// lines are where the commands of an account wait for their turn. Within one
// process that is cheaper, and fairer, than to let them meet at the store.
type lines struct {
	mu   sync.Mutex
	open map[users.AccountID]*line
}

type line struct {
	turn    *semaphore.Weighted
	present int // how many wait or have their turn
}

func newLines() *lines { return &lines{open: map[users.AccountID]*line{}} }

// enter waits for the account's turn, or for the end of the context.
func (l *lines) enter(ctx context.Context, id users.AccountID) (leave func(), err error) {
	l.mu.Lock()
	at := l.open[id]
	if at == nil {
		at = &line{turn: semaphore.NewWeighted(1)}
		l.open[id] = at
	}
	at.present++
	l.mu.Unlock()

	gone := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if at.present--; at.present == 0 {
			delete(l.open, id)
		}
	}
	if err := at.turn.Acquire(ctx, 1); err != nil {
		gone()
		return nil, err
	}
	return func() { at.turn.Release(1); gone() }, nil
}
