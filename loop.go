package seatkeeper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// decide is the one way for every change: load, decide, commit, and all over
// again while others get in between. A refusal is decided on a snapshot that was
// loaded for it. Whatever is not known of a commit is found out first: a change
// whose answer was lost, or that meets a conflict since something between here and
// the store repeated it, is done once.
//
// In a transaction of the host's nothing is found out and nothing tried again: it may be
// dead, so that another statement would only hide the first error or, worse, be carried
// out beside it. A taken key leaves it alive; whoever has it is looked up as ever.
func (k *Keeper) decide(ctx context.Context, account users.AccountID, request seats.Request, rules decideFunc) (seats.Decision, error) {
	e := k.begin(account)
	decision, err := k.runLocked(ctx, account, request, rules, &e)
	k.end(ctx, e, err)
	return decision, err
}

// inTurn is decide, from the moment the call gets in line until it leaves.
func (k *Keeper) runLocked(ctx context.Context, account users.AccountID, request seats.Request, rules decideFunc, e *callStats) (seats.Decision, error) {
	leave, err := k.lines.Lock(ctx, account)
	e.Waited = k.since(e)
	if err != nil {
		return seats.Decision{}, err
	}
	defer leave()
	need := request.Needs(account)
	var sent seats.Decision // the last one
	var lost error          // why it is not known whether it was written
	var late bool           // whether it can still arrive
	for tries := 0; ; tries++ {
		snapshot, err := k.loadSettled(ctx, &need, e)
		for err == nil && request.Widen(&need, snapshot) {
			snapshot, err = k.loadSettled(ctx, &need, e)
		}
		if err != nil {
			return seats.Decision{}, unknown(lost, err)
		}
		if snapshot.Committed(need.Change) {
			return sent, nil
		}
		if !late || snapshot.Account.Revision > sent.Change.Base {
			lost, late = nil, false // it was not written and will not be
		}
		if tries == k.options.Attempts {
			return seats.Decision{}, k.exhausted(lost)
		}
		// What can still arrive is sent again as it is, since that is written at most
		// once, while a refusal decided anew could turn out to be wrong.
		if !late {
			request.At = need.DueBy
			sent, err = rules(snapshot, request)
			if err != nil || sent.Change.Empty() {
				return sent, err
			}
		}
		need.Change = request.Change
		switch err := k.commit(ctx, sent.Change, &e.Commits, e); {
		case err == nil:
			return sent, nil
		case !k.retryable(err):
			return seats.Decision{}, unknown(lost, err)
		case errors.Is(err, store.ErrUnknown):
			lost, late = err, true
		case lost == nil && errors.Is(err, store.ErrConflict):
			lost = unknown(store.ErrUnknown, err) // perhaps it met itself
		}
	}
}

// decideFunc decide a request. An account that is not there has the zero snapshot.
type decideFunc func(seats.Snapshot, seats.Request) (seats.Decision, error)

// requireAccount are the rules for what happens in an account that is there.
func requireAccount(r decideFunc) decideFunc {
	return func(s seats.Snapshot, request seats.Request) (seats.Decision, error) {
		if !s.Known() {
			return seats.Decision{}, store.ErrNotFound
		}
		return r(s, request)
	}
}

// settled loads a snapshot in which nothing is due any more at need.DueBy, which
// it sets to the present. Whatever was due takes effect first, unless the clock is wrong.
func (k *Keeper) loadSettled(ctx context.Context, need *seats.Need, e *callStats) (seats.Snapshot, error) {
	failed, last := 0, uint64(0)
	for {
		began := time.Now()
		need.DueBy = k.now()
		if users.CheckID(need.Account) != nil {
			return seats.Snapshot{}, nil // nobody has it
		}
		s, err := k.loadOnce(ctx, *need)
		if err != nil {
			return seats.Snapshot{}, err
		}
		if err := k.checkClock(need.DueBy, s.StoreTime, time.Since(began)); err != nil {
			return seats.Snapshot{}, err
		}
		switch {
		case !s.Account.IsDue(need.DueBy):
			return s, nil
		case failed == k.options.Attempts:
			return seats.Snapshot{}, k.exhausted(nil)
		}
		// The facts of the call are not those of what happened before it.
		change := seats.Settle(s, seats.Request{
			Actor: users.System(), Channel: seats.ByClock, At: need.DueBy, Change: seats.ChangeID(k.newID()),
		})
		err = k.commit(ctx, change, &e.Settlements, e)
		if err != nil && !k.retryable(err) {
			return seats.Snapshot{}, err
		}
		// Whether it was written the next load shows. To go on is no failure where there
		// is more to do than one change takes, and it gets done; a store that forgets
		// that nothing is due any more must not keep us here.
		if err != nil || len(change.Events) < seats.MaxSettled || s.Account.Revision == last {
			failed++
		}
		last = s.Account.Revision
	}
}

// load loads a snapshot as it is, whatever is due.
func (k *Keeper) loadOnce(ctx context.Context, need seats.Need) (seats.Snapshot, error) {
	snapshots, err := k.store.Load(ctx, need)
	if err != nil {
		return seats.Snapshot{}, err
	}
	return only(snapshots)
}

// only returns what a store answered to one question.
func only[T any](answers []T) (answer T, err error) {
	if err := complete(answers, 1); err != nil {
		return answer, err
	}
	return answers[0], nil
}

// complete returns an error unless a store gave an answer to each of the questions.
func complete[T any](answers []T, questions int) error {
	if len(answers) != questions {
		return fmt.Errorf("seatkeeper: the store gave %d answers to %d questions", len(answers), questions)
	}
	return nil
}

// present is settled for reading: an account that is not there is an error.
func (k *Keeper) load(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	s, err := k.loadSettled(ctx, need, new(callStats))
	if err == nil && !s.Known() {
		err = store.ErrNotFound
	}
	return s, err
}

// commit sends one change, and counts it. Where its context ends, the store says whether
// the change may have been written.
func (k *Keeper) commit(ctx context.Context, change seats.Change, sent *int, e *callStats) error {
	if err := ctx.Err(); err != nil {
		return err // and it was not sent
	}
	*sent++
	verdicts, err := k.store.Commit(ctx, change)
	if err == nil {
		var verdict store.CommitResult
		if verdict, err = only(verdicts); err == nil {
			err = verdict.Err
		} else {
			err = unknown(store.ErrUnknown, err)
		}
	}
	e.answered(err)
	return err
}

// unknown returns an error about a call of which it is not known what became of
// its last commit, if there is a reason.
func unknown(lost, err error) error {
	if lost == nil {
		return err
	}
	return fmt.Errorf("%w: %w", lost, err)
}

// again reports whether to look again after a commit: the account has moved on, or
// somebody turned up who has a key that was thought to be free, or the answer was lost.
func (k *Keeper) retryable(err error) bool {
	return errors.Is(err, store.ErrKeyTaken) ||
		!k.bound && (errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrUnknown))
}

// exhausted says that there will be no further attempt, because of conflicts unless
// there is another reason.
func (k *Keeper) exhausted(lost error) error {
	return fmt.Errorf("seatkeeper: gave up after %d attempts: %w", k.options.Attempts, cmp.Or(lost, store.ErrConflict))
}

// accountLocks are where the commands of an account wait for their turn. Within one
// process that is cheaper, and fairer, than to let them meet at the store.
type accountLocks struct {
	mu   sync.Mutex
	open map[users.AccountID]*accountLock
}

type accountLock struct {
	turn    *semaphore.Weighted
	present int // how many wait or have their turn
}

func newAccountLocks() *accountLocks { return &accountLocks{open: map[users.AccountID]*accountLock{}} }

// enter waits for the account's turn, or for the end of the context.
func (l *accountLocks) Lock(ctx context.Context, id users.AccountID) (leave func(), err error) {
	l.mu.Lock()
	at := l.open[id]
	if at == nil {
		at = &accountLock{turn: semaphore.NewWeighted(1)}
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
