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
	"slices"
	"sync"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Fault is one way for a call of a store to go wrong.
type Fault uint8

// The faults. Those from Conflict on concern Commit, Advance, Begin, SetSeen, ForgetSeen, SetMissing, SetRuns
// and ForgetMissing; a call that reads is carried out as if nothing were wrong.
const (
	None       Fault = iota
	Fail             // nothing is done; the error is [ErrInjected]
	Delay            // it is done after the Wait of the [Store], unless the context ends first
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

// All returns all faults but None.
func All() []Fault { return []Fault{Fail, Delay, Conflict, LoseBefore, LoseAfter, LoseLate, Repeat} }

// ErrInjected is the error of a call with the fault [Fail].
var ErrInjected = errors.New("faults: injected failure")

// A Store has faults at chosen calls, for tests of a program's behaviour then. It is safe for
// concurrent use. Build one with [New].
type Store struct {
	store.Store
	// Wait is the time that [Delay] holds a call back. It is a second at first.
	Wait time.Duration

	at     func(n int) Fault
	mu     sync.Mutex
	calls  int
	struck []string
	late   []func()
}

// New returns the store with a fault at each of its calls, numbered from 0, as the function
// says. One goroutine at a time calls the function.
func New(s store.Store, at func(n int) Fault) *Store {
	return &Store{Store: s, Wait: time.Second, at: at}
}

// InOrder returns the faults of the calls from the first one on; later calls have none.
func InOrder(faults ...Fault) func(n int) Fault {
	return func(n int) Fault {
		if n < len(faults) {
			return faults[n]
		}
		return None
	}
}

// Calls returns the number of calls so far.
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

// next returns the fault of this call. One that begins after the end of its context has none.
func (f *Store) next(ctx context.Context, method string, writes bool) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	ended := ctx.Err() != nil
	fault := f.at(f.calls)
	if fault >= Conflict && !writes || ended {
		fault = None
	}
	if fault != None {
		f.struck = append(f.struck, fmt.Sprintf("%v at call %d, %s", fault, f.calls, method))
	}
	f.calls++
	return fault
}

// around carries out a call with a fault of any method.
func around[T any](ctx context.Context, f *Store, fault Fault, call func(context.Context) (T, error)) (zero T, err error) {
	switch fault {
	case Fail:
		return zero, ErrInjected
	case Delay:
		select {
		case <-time.After(f.Wait):
		case <-ctx.Done():
			return zero, ctx.Err()
		}
	}
	return call(ctx)
}

// read carries out a call that reads, and then the late ones.
func read[T any](ctx context.Context, f *Store, method string, call func(context.Context) (T, error)) (T, error) {
	defer f.arrive()
	return around(ctx, f, f.next(ctx, method, false), call)
}

// write carries out a call that writes. Its answer to a conflict is given.
func write[T any](ctx context.Context, f *Store, method string, conflict T, err error, call func(context.Context) (T, error)) (zero T, _ error) {
	switch fault := f.next(ctx, method, true); fault {
	case Conflict:
		return conflict, err
	case LoseBefore:
		return zero, store.ErrUnknown
	case LoseAfter:
		_, _ = call(ctx)
		return zero, store.ErrUnknown
	case LoseLate:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.late = append(f.late, func() { _, _ = call(context.WithoutCancel(ctx)) })
		return zero, store.ErrUnknown
	case Repeat:
		_, _ = call(ctx)
		return call(context.WithoutCancel(ctx)) // a context's error would say that the first one wrote nothing
	default:
		return around(ctx, f, fault, call)
	}
}

// arrive carries out the calls held back by [LoseLate].
func (f *Store) arrive() {
	f.mu.Lock()
	late := f.late
	f.late = nil
	f.mu.Unlock()
	for _, call := range late {
		call()
	}
}

// Commit implements [store.Store].
func (f *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	conflict := slices.Repeat([]store.CommitResult{{Err: store.ErrConflict}}, len(changes))
	return write(ctx, f, "Commit", conflict, nil, func(ctx context.Context) ([]store.CommitResult, error) { return f.Store.Commit(ctx, changes...) })
}

// Advance implements [store.Outbox].
func (f *Store) Advance(ctx context.Context, from, to store.Progress) error {
	return writeBeside(ctx, f, "Advance", func(ctx context.Context) error { return store.OutboxOf(f.Store).Advance(ctx, from, to) })
}

// Begin implements [store.Outbox].
func (f *Store) Begin(ctx context.Context, consumer string) error {
	return writeBeside(ctx, f, "Begin", func(ctx context.Context) error { return store.OutboxOf(f.Store).Begin(ctx, consumer) })
}

func writeBeside(ctx context.Context, f *Store, method string, call func(context.Context) error) error {
	type none struct{}
	_, err := write(ctx, f, method, none{}, store.ErrConflict, func(ctx context.Context) (none, error) { return none{}, call(ctx) })
	return err
}

// SetSeen implements [store.LastSeen].
func (f *Store) SetSeen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) error {
	return writeBeside(ctx, f, "SetSeen", func(ctx context.Context) error {
		return store.LastSeenOf(f.Store).SetSeen(ctx, account, at, ids...)
	})
}

// ForgetSeen implements [store.LastSeen].
func (f *Store) ForgetSeen(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	return writeBeside(ctx, f, "ForgetSeen", func(ctx context.Context) error { return store.LastSeenOf(f.Store).ForgetSeen(ctx, account, ids...) })
}

// Seen implements [store.LastSeen].
func (f *Store) Seen(ctx context.Context, account users.AccountID, ids ...users.ID) ([]time.Time, error) {
	return read(ctx, f, "Seen", func(ctx context.Context) ([]time.Time, error) {
		return store.LastSeenOf(f.Store).Seen(ctx, account, ids...)
	})
}

// SetMissing implements [store.Misses].
func (f *Store) SetMissing(ctx context.Context, account users.AccountID, source string, misses ...seats.Miss) error {
	return writeBeside(ctx, f, "SetMissing", func(ctx context.Context) error {
		return store.MissesOf(f.Store).SetMissing(ctx, account, source, misses...)
	})
}

// SetRuns implements [store.Misses].
func (f *Store) SetRuns(ctx context.Context, account users.AccountID, source string, runs int64) error {
	return writeBeside(ctx, f, "SetRuns", func(ctx context.Context) error {
		return store.MissesOf(f.Store).SetRuns(ctx, account, source, runs)
	})
}

// ForgetMissing implements [store.Misses].
func (f *Store) ForgetMissing(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	return writeBeside(ctx, f, "ForgetMissing", func(ctx context.Context) error {
		return store.MissesOf(f.Store).ForgetMissing(ctx, account, ids...)
	})
}

// Missing implements [store.Misses].
func (f *Store) Missing(ctx context.Context, account users.AccountID, source string, after users.ID, limit int) (misses []seats.Miss, runs int64, err error) {
	misses, err = read(ctx, f, "Missing", func(ctx context.Context) ([]seats.Miss, error) {
		misses, runs, err = store.MissesOf(f.Store).Missing(ctx, account, source, after, limit)
		return misses, err
	})
	return misses, runs, err
}

// Tally implements [store.Store].
func (f *Store) Tally(ctx context.Context, account users.AccountID, filter users.Filter) (tally users.Tally, revision uint64, err error) {
	tally, err = read(ctx, f, "Tally", func(ctx context.Context) (users.Tally, error) {
		tally, revision, err = f.Store.Tally(ctx, account, filter)
		return tally, err
	})
	return tally, revision, err
}

// Load implements [store.Store].
func (f *Store) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	return read(ctx, f, "Load", func(ctx context.Context) ([]seats.Snapshot, error) { return f.Store.Load(ctx, needs...) })
}

// Users implements [store.Store].
func (f *Store) Users(ctx context.Context, account users.AccountID, filter users.Filter, limit int) ([]users.User, error) {
	return read(ctx, f, "Users", func(ctx context.Context) ([]users.User, error) { return f.Store.Users(ctx, account, filter, limit) })
}

// Events implements [store.Store].
func (f *Store) Events(ctx context.Context, account users.AccountID, filter seats.EventFilter, limit int) ([]seats.Event, error) {
	return read(ctx, f, "Events", func(ctx context.Context) ([]seats.Event, error) { return f.Store.Events(ctx, account, filter, limit) })
}

// Pools implements [store.Store].
func (f *Store) Pools(ctx context.Context, account users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	return read(ctx, f, "Pools", func(ctx context.Context) ([]seats.Pool, error) { return f.Store.Pools(ctx, account, after, limit) })
}

// Licences implements [store.Store].
func (f *Store) Licences(ctx context.Context, account users.AccountID, filter users.LicenceFilter, limit int) ([]users.Licence, error) {
	return read(ctx, f, "Licences", func(ctx context.Context) ([]users.Licence, error) {
		return f.Store.Licences(ctx, account, filter, limit)
	})
}

// Accounts implements [store.Store].
func (f *Store) Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	return read(ctx, f, "Accounts", func(ctx context.Context) ([]seats.Account, error) { return f.Store.Accounts(ctx, after, limit) })
}

// Due implements [store.Store].
func (f *Store) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	return read(ctx, f, "Due", func(ctx context.Context) ([]users.AccountID, error) { return f.Store.Due(ctx, by, after, limit) })
}

// Progress implements [store.Outbox].
func (f *Store) Progress(ctx context.Context, consumer string, account users.AccountID) (store.Progress, error) {
	return read(ctx, f, "Progress", func(ctx context.Context) (store.Progress, error) {
		return store.OutboxOf(f.Store).Progress(ctx, consumer, account)
	})
}

// SetAside implements [store.Outbox].
func (f *Store) SetAside(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return read(ctx, f, "SetAside", func(ctx context.Context) ([]store.Progress, error) {
		return store.OutboxOf(f.Store).SetAside(ctx, consumer, after, limit)
	})
}

// Pending implements [store.Outbox].
func (f *Store) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return read(ctx, f, "Pending", func(ctx context.Context) ([]store.Progress, error) {
		return store.OutboxOf(f.Store).Pending(ctx, consumer, after, limit)
	})
}
