package seatkeeper

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// DueRun are the settings of [Keeper.RunDue]. The zero value is the default.
type DueRun struct {
	// Parallel bounds the groups of some forty accounts that are settled at the same time; 0 is 4.
	// Each uses one connection of the store.
	Parallel int
	// Progress, if there is one, is given the state of the run after each commit and after
	// each account. The calls come one after another, from several goroutines, and
	// delay the run.
	Progress func(DueProgress)
}

// DueProgress is the state of a [Keeper.RunDue].
type DueProgress struct {
	Accounts int // settled, or found settled by another process
	Failed   int // accounts with an error
	Commits  int // written by this run
	Events   int // in these commits
	// Account is the one of the last step, and Err its error; empty in the result of RunDue.
	Account users.AccountID
	Err     error
}

// MaxDueErrors is the largest number of accounts' errors that [Keeper.RunDue] returns.
const MaxDueErrors = 100

const defaultParallel = 4

// RunDue lets everything due take effect in accounts untouched since. A host calls it every
// few minutes, so that seats and events come on time. Every other call on an account does the
// same for that account first: results are the same however late or often RunDue runs, on any
// number of processes, and after a process is killed in the middle.
//
// Some forty accounts share a load and a commit, in no particular order, so that the processes rarely
// meet in one. An account with much to do is settled in commits of at most [seats.MaxSettled]
// rows of a kind. RunDue starts goroutines for this and waits for them.
//
// After an error in one account it goes on with the others. It returns the number of accounts
// that failed, and the first [MaxDueErrors] of their errors, each with the account's ID. An
// error of the list of accounts and the end of the context end the run; that error is returned
// too. A clock behind the store's finds fewer accounts due. A negative Parallel is an error.
//
// A panic in an option of the host ends the run once the accounts under way are done, and is raised
// again in the caller's goroutine.
//
// In a transaction, see [Keeper.InTx], it settles one account after another in the caller's
// goroutine, and ends at the first error.
func (k *Keeper) RunDue(ctx context.Context, run DueRun) (_ DueProgress, err error) {
	k, end := k.observed(ctx, CallStats{Method: "RunDue", Actor: users.ActorSystem})
	defer end(&err)
	switch {
	case run.Parallel < 0:
		return DueProgress{}, errors.New("seatkeeper: DueRun.Parallel is negative")
	case run.Parallel == 0:
		run.Parallel = defaultParallel
	}
	r := dueRun{Keeper: k, progress: run.Progress}
	var workers errgroup.Group // without errors
	workers.SetLimit(run.Parallel)
	defer func() { _ = workers.Wait() }() // also after a panic in this goroutine
	err = r.list(ctx, func(ids []users.AccountID) (goOn bool) {
		if k.bound {
			for i := 0; i < len(ids) && len(r.errs) == 0; i++ {
				r.settle(ctx, ids[i])
			}
			return len(r.errs) == 0
		}
		workers.Go(func() error {
			defer r.catch()
			for _, id := range r.settleTogether(ctx, ids) {
				r.settle(ctx, id)
			}
			return nil
		})
		return !r.stopped()
	})
	_ = workers.Wait()
	if r.panicked != nil {
		panic(r.panicked)
	}
	if err == nil && r.cut {
		err = ctx.Err()
	}
	r.done.Account, r.done.Err = "", nil
	err = errors.Join(append(r.errs, err)...)
	return r.done, err
}

// A dueRun is a call of RunDue under way.
type dueRun struct {
	*Keeper
	progress func(DueProgress)

	mutex sync.Mutex
	done  DueProgress
	errs  []error
	cut   bool // the context ended in the middle of an account

	panicked any // in an option of the host, to be raised in the goroutine of the call
}

// catch notes a panic of a worker.
func (r *dueRun) catch() {
	if v := recover(); v != nil {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.panicked = v
	}
}

func (r *dueRun) stopped() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.panicked != nil
}

// dueTogether is the number of accounts that are settled by the same calls to the store.
const dueTogether = 40

// list hands out the accounts due now, page by page and some at a time, until the context ends.
func (r *dueRun) list(ctx context.Context, settle func([]users.AccountID) (goOn bool)) error {
	now := r.now()
	var last users.AccountID
	for more := true; more; {
		page, err := r.store.Due(ctx, now, last, accountPage)
		if err != nil {
			return err
		}
		if more = len(page) == accountPage; more {
			last = page[len(page)-1]
		}
		shuffle(page, now)
		for some := range slices.Chunk(page, dueTogether) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !settle(some) {
				return nil
			}
		}
	}
	return nil
}

// shuffle brings a page into an order of its own, so that processes rarely meet in an account. It depends on the
// clock alone, so that a simulation repeats it.
func shuffle[R any](page []R, now time.Time) {
	r := rand.New(rand.NewPCG(uint64(now.UnixMicro()), 0))
	r.Shuffle(len(page), func(i, j int) { page[i], page[j] = page[j], page[i] })
}

// settleTogether settles accounts by one load and few commits. It returns those with more to do, or
// with a failure: they are settled one by one.
func (r *dueRun) settleTogether(ctx context.Context, ids []users.AccountID) (rest []users.AccountID) {
	if len(ids) == 1 {
		return ids
	}
	began, now := time.Now(), r.now()
	needs := make([]seats.Need, len(ids))
	for i, id := range ids {
		needs[i] = seats.Need{Account: id, DueBy: now}
	}
	snapshots, err := r.store.Load(ctx, needs...)
	if err != nil || complete(snapshots, len(ids)) != nil {
		return ids
	}
	took := time.Since(began)
	var changes []seats.Change
	size := 0
	for i, s := range snapshots {
		switch {
		case !s.Known() || r.checkClock(now, s.StoreTime, took) != nil:
			rest = append(rest, ids[i])
			continue
		case !s.Account.IsDue(now):
			r.step(ids[i], nil, func(p *DueProgress) { p.Accounts++ })
			continue
		case seats.SettleNeeds(&needs[i], s):
			rest = append(rest, ids[i])
			continue
		}
		change := r.settlement(s, now)
		changes, size = append(changes, change), size+1+len(change.Events)
		if size >= chunkSize {
			rest = append(rest, r.commitDue(ctx, now, changes)...)
			changes, size = nil, 0
		}
	}
	return append(rest, r.commitDue(ctx, now, changes)...)
}

// commitDue commits settlements of accounts, and returns the accounts that need another look.
func (r *dueRun) commitDue(ctx context.Context, now time.Time, changes []seats.Change) (rest []users.AccountID) {
	if len(changes) == 0 {
		return nil
	}
	results, err := r.store.Commit(ctx, changes...)
	if err == nil {
		err = complete(results, len(changes))
	}
	for i, c := range changes {
		id := c.Account.ID
		if err != nil || results[i].Err != nil {
			rest = append(rest, id)
			continue
		}
		r.step(id, nil, func(p *DueProgress) { p.Commits, p.Events = p.Commits+1, p.Events+len(c.Events) })
		if c.Account.IsDue(now) {
			rest = append(rest, id)
			continue
		}
		r.step(id, nil, func(p *DueProgress) { p.Accounts++ })
	}
	return rest
}

// settle settles one account.
func (r *dueRun) settle(ctx context.Context, id users.AccountID) {
	a := loader{Keeper: r.Keeper, due: true, settled: func(events int) {
		r.step(id, nil, func(p *DueProgress) { p.Commits, p.Events = p.Commits+1, p.Events+events })
	}}
	_, err := a.loadKnown(ctx, &seats.Need{Account: id})
	switch {
	case err == nil:
		r.step(id, nil, func(p *DueProgress) { p.Accounts++ })
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.cut = true
	default:
		r.step(id, fmt.Errorf("seatkeeper: account %q: %w", id, err), func(p *DueProgress) { p.Failed++ })
	}
}

// step notes a step of the run and tells of it.
func (r *dueRun) step(id users.AccountID, err error, note func(*DueProgress)) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	note(&r.done)
	r.done.Account, r.done.Err = id, err
	if err != nil && len(r.errs) < MaxDueErrors {
		r.errs = append(r.errs, err)
	}
	if r.progress != nil {
		r.progress(r.done)
	}
}
