// Package faults makes the calls to a store go wrong on purpose, for the tests of hosts
// and of this library: an error, a wait, a conflict, a lost answer. [New] puts faults in
// front of any store; a Keeper on it meets them at the chosen calls:
//
//	st := faults.New(memstore.New(), faults.InOrder(faults.None, faults.LoseAfter))
//	keeper, err := seatkeeper.New(st, seatkeeper.Options{})
package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Fault is what goes wrong with one call of a store.
type Fault uint8

// The faults. Those from Conflict on concern what writes, Commit and Advance; a
// call that only reads is carried out as if nothing were wrong.
const (
	None       Fault = iota
	Fail             // nothing is done; the error is [ErrInjected]
	Delay            // it is done after [Faulty] Wait, unless the context ends first
	Conflict         // nothing is written; the answer is [store.ErrConflict]
	LoseBefore       // nothing is written, and the answer is lost: [store.ErrUnknown]
	LoseAfter        // it is written, and the answer is lost
	LoseLate         // the answer is lost, and it is written right after the next call that reads
	Repeat           // it is sent twice, as some drivers do by themselves; the second answer counts
)

var faultNames = []string{"None", "Fail", "Delay", "Conflict", "LoseBefore", "LoseAfter", "LoseLate", "Repeat"}

// String returns the fault's name.
func (f Fault) String() string {
	if int(f) < len(faultNames) {
		return faultNames[f]
	}
	return fmt.Sprintf("Fault(%d)", uint8(f))
}

// Faults lists all that can go wrong.
func All() []Fault { return []Fault{Fail, Delay, Conflict, LoseBefore, LoseAfter, LoseLate, Repeat} }

// ErrInjected is the error of a call that [Fail] has made fail.
var ErrInjected = errors.New("faults: injected failure")

// A Faulty is a store with faults at chosen calls, to try what becomes of a
// program then. It is safe for concurrent use. Build one with [NewFaulty].
type Store struct {
	store.Store
	// Wait is how long [Delay] holds a call back. It is a second at first.
	Wait time.Duration

	at     func(n int) Fault
	mu     sync.Mutex
	calls  int
	struck []string
	late   []func()
}

// NewFaulty returns the store with the faults that at names for its calls, which
// are numbered from 0. The function is called by one goroutine at a time.
func New(s store.Store, at func(n int) Fault) *Store {
	return &Store{Store: s, Wait: time.Second, at: at}
}

// InOrder returns the faults of the calls from the first one on; the calls after them
// have none.
func InOrder(faults ...Fault) func(n int) Fault {
	return func(n int) Fault {
		if n < len(faults) {
			return faults[n]
		}
		return None
	}
}

// Calls returns how many calls there have been.
func (f *Store) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// Struck describes the faults that took effect, in order.
func (f *Store) Struck() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.struck
}

// next returns the fault of this call.
func (f *Store) next(method string, writes bool) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault := f.at(f.calls)
	if fault >= Conflict && !writes {
		fault = None
	}
	if fault != None {
		f.struck = append(f.struck, fmt.Sprintf("%v at call %d, %s", fault, f.calls, method))
	}
	f.calls++
	return fault
}

// around carries out a call that reads, or that writes and is no more than late.
func (f *Store) around(ctx context.Context, fault Fault, call func() error) error {
	switch fault {
	case Fail:
		return ErrInjected
	case Delay:
		select {
		case <-time.After(f.Wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return call()
}

// read carries out a call that reads, and then what was to be late.
func (f *Store) read(ctx context.Context, method string, call func() error) error {
	defer f.land()
	return f.around(ctx, f.next(method, false), call)
}

// write carries out a call that writes. Where nothing is written, conflict is the
// answer.
func (f *Store) write(ctx context.Context, method string, conflict func() error, call func(context.Context) error) error {
	here := func() error { return call(ctx) }
	switch fault := f.next(method, true); fault {
	case Conflict:
		return conflict()
	case LoseBefore:
		return store.ErrUnknown
	case LoseAfter:
		_ = here()
		return store.ErrUnknown
	case LoseLate:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.late = append(f.late, func() { _ = call(context.WithoutCancel(ctx)) })
		return store.ErrUnknown
	case Repeat:
		_ = here()
		return call(context.WithoutCancel(ctx)) // a context's error would say that the first one wrote nothing
	default:
		return f.around(ctx, fault, here)
	}
}

// land carries out what was held back by [LoseLate].
func (f *Store) land() {
	f.mu.Lock()
	late := f.late
	f.late = nil
	f.mu.Unlock()
	for _, call := range late {
		call()
	}
}

// Load implements [store.Store].
func (f *Store) Load(ctx context.Context, needs ...seats.Need) (snapshots []seats.Snapshot, err error) {
	err = f.read(ctx, "Load", func() error {
		snapshots, err = f.Store.Load(ctx, needs...)
		return err
	})
	return snapshots, err
}

// Commit implements [store.Store].
func (f *Store) Commit(ctx context.Context, changes ...seats.Change) (verdicts []store.CommitResult, err error) {
	conflict := func() error {
		verdicts = make([]store.CommitResult, len(changes))
		for i := range verdicts {
			verdicts[i].Err = store.ErrConflict
		}
		return nil
	}
	err = f.write(ctx, "Commit", conflict, func(ctx context.Context) error {
		var err error
		verdicts, err = f.Store.Commit(ctx, changes...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return verdicts, nil
}

// Users implements [store.Store].
func (f *Store) Users(ctx context.Context, account users.AccountID, filter users.Filter, limit int) (page []users.User, err error) {
	err = f.read(ctx, "Users", func() error {
		page, err = f.Store.Users(ctx, account, filter, limit)
		return err
	})
	return page, err
}

// Tally implements [store.Store].
func (f *Store) Tally(ctx context.Context, account users.AccountID, filter users.Filter) (t users.Tally, revision uint64, err error) {
	err = f.read(ctx, "Tally", func() error {
		t, revision, err = f.Store.Tally(ctx, account, filter)
		return err
	})
	return t, revision, err
}

// Events implements [store.Store].
func (f *Store) Events(ctx context.Context, account users.AccountID, filter seats.EventFilter, limit int) (page []seats.Event, err error) {
	err = f.read(ctx, "Events", func() error {
		page, err = f.Store.Events(ctx, account, filter, limit)
		return err
	})
	return page, err
}

// Pools implements [store.Store].
func (f *Store) Pools(ctx context.Context, account users.AccountID, after seats.PoolID, limit int) (page []seats.Pool, err error) {
	err = f.read(ctx, "Pools", func() error {
		page, err = f.Store.Pools(ctx, account, after, limit)
		return err
	})
	return page, err
}

// Accounts implements [store.Store].
func (f *Store) Accounts(ctx context.Context, after users.AccountID, limit int) (page []seats.Account, err error) {
	err = f.read(ctx, "Accounts", func() error {
		page, err = f.Store.Accounts(ctx, after, limit)
		return err
	})
	return page, err
}

// Due implements [store.Store].
func (f *Store) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) (page []users.AccountID, err error) {
	err = f.read(ctx, "Due", func() error {
		page, err = f.Store.Due(ctx, by, after, limit)
		return err
	})
	return page, err
}

// Pending implements [store.Outbox].
func (f *Store) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) (page []store.Progress, err error) {
	err = f.read(ctx, "Pending", func() error {
		page, err = store.OutboxOf(f.Store).Pending(ctx, consumer, after, limit)
		return err
	})
	return page, err
}

// Advance implements [store.Outbox].
func (f *Store) Advance(ctx context.Context, from, to store.Progress) error {
	conflict := func() error { return store.ErrConflict }
	return f.write(ctx, "Advance", conflict, func(ctx context.Context) error { return store.OutboxOf(f.Store).Advance(ctx, from, to) })
}
