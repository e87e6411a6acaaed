package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// meddler is a store with a hook before each commit.
type meddler struct {
	store.Store
	before  func(seats.Change)
	commits atomic.Int64
}

func (m *meddler) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	m.commits.Add(1)
	if m.before != nil {
		m.before(changes[0])
	}
	return m.Store.Commit(ctx, changes...)
}

// blind is a store with a first load that finds no user.
type blind struct {
	store.Store
	loads int
}

func (b *blind) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots, err := b.Store.Load(ctx, needs...)
	if b.loads++; b.loads == 1 {
		snapshots[0].Users = nil
	}
	return snapshots, err
}

// refusing is a store with the same result for every change.
type refusing struct {
	store.Store
	err error
}

func (r refusing) Commit(context.Context, ...seats.Change) ([]store.CommitResult, error) {
	return []store.CommitResult{{Err: r.err}}, nil
}

// faulty returns a Keeper on which the calls to the store go wrong in this order,
// and a sound one on the same store.
func faulty(t *testing.T, o seatkeeper.Options, policy seats.Policy, plan ...faults.Fault) (k, sound *seatkeeper.Keeper, f *faults.Store) {
	t.Helper()
	s := memstore.New()
	sound = newKeeper(t, s, o, seats.Of(9), policy)
	f = faults.New(s, faults.InOrder(plan...))
	k = on(t, f, o)
	return k, sound, f
}

// ending is a store that ends a context after each load.
type ending struct {
	store.Store
	end func()
}

func (e ending) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	defer e.end()
	return e.Store.Load(ctx, needs...)
}

// answering is a store with an error of its own once the context of a commit ends.
type answering struct {
	store.Store
	answer error
}

func (a answering) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	results, err := a.Store.Commit(ctx, changes...)
	if ctx.Err() != nil && a.answer != nil {
		err = fmt.Errorf("%w: %w", a.answer, err)
	}
	return results, err
}

func TestOptions_Attempts(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	always := &meddler{Store: refusing{s, store.ErrConflict}}
	k := on(t, always, seatkeeper.Options{Attempts: 7})
	_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrConflict)
	require.ErrorContains(t, err, "after 7 attempts")
	require.EqualValues(t, 7, always.commits.Load())

	broken := on(t, refusing{s, store.ErrBroken}, seatkeeper.Options{})
	_, err = broken.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrBroken)
}

// TestKeeper_Do_taken_key: the load misses the user with the key, and the commit finds the key
// taken.
func TestKeeper_Do_taken_key(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	blind := &blind{Store: s}
	k := on(t, blind, seatkeeper.Options{})
	done := do(t, k, system, seats.Invite{Profile: users.Profile{Email: "owner@acme.example"}})
	require.True(t, done.Outcomes[0].Unchanged)
	require.Equal(t, users.ID("owner"), done.Outcomes[0].User)
	require.Equal(t, 2, blind.loads)
}

// TestKeeper_Do_context_ends_waiting holds one command inside its commit; the next waits for
// the account.
func TestKeeper_Do_context_ends_waiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meddler{Store: memstore.New()}
		k := newKeeper(t, m, seatkeeper.Options{}, seats.Of(9), seats.Standard())
		hold := make(chan struct{})
		m.before = func(seats.Change) { <-hold }
		var first error
		var gone sync.WaitGroup
		gone.Go(func() {
			_, first = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("bob")})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		close(hold)
		gone.Wait()
		require.NoError(t, first)
		_, err = k.User(t.Context(), "acme", "bob")
		require.ErrorIs(t, err, seats.ErrUnknownUser)
		_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("bob")})
		require.NoError(t, err, "the lock is free")
	})
}

// TestOptions_Now_each_attempt lets a rival, and an hour, get in between.
func TestOptions_Now_each_attempt(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	o := seatkeeper.Options{Now: func() time.Time { return now }}
	s := memstore.New()
	rival := newKeeper(t, s, o, seats.Of(9), seats.Standard())
	m := &meddler{Store: s}
	k := on(t, m, o)
	m.before = func(seats.Change) {
		m.before = nil
		do(t, rival, owner, seats.BuySeats{Quantity: 1})
		now = now.Add(time.Hour)
	}
	done := do(t, k, owner, seats.Invite{Profile: profile("ada")})
	require.EqualValues(t, 2, m.commits.Load())
	require.Equal(t, now, done.Events[0].Time)
}

// TestKeeper_Do_faults plans the calls to the store, load and commit in turn.
func TestKeeper_Do_faults(t *testing.T) {
	const none, fail, conflict, before = faults.None, faults.Fail, faults.Conflict, faults.LoseBefore
	type plan = []faults.Fault
	lost, failed := []error{store.ErrUnknown, faults.ErrInjected}, []error{faults.ErrInjected}
	for name, c := range map[string]struct {
		attempts int
		plan     plan
		errs     []error
		written  bool
	}{
		"lost before the write, load fails":  {0, plan{none, before, fail}, lost, false},
		"lost after the write, load fails":   {0, plan{none, faults.LoseAfter, fail}, lost, true},
		"lost and late, load fails":          {0, plan{none, faults.LoseLate, fail}, lost, true},
		"repeated, load fails":               {0, plan{none, faults.Repeat, fail}, lost, true},
		"lost, second commit fails":          {0, plan{none, before, none, fail}, lost, false},
		"lost at the last attempt":           {1, plan{none, before}, lost[:1], false},
		"lost after the write, last attempt": {1, plan{none, faults.LoseAfter}, nil, true},
		"conflict at the last attempt":       {1, plan{none, conflict}, []error{store.ErrConflict}, false},
		"conflict, second commit fails":      {0, plan{none, conflict, none, fail}, failed, false},
	} {
		t.Run(name, func(t *testing.T) {
			k, sound, _ := faulty(t, seatkeeper.Options{Attempts: c.attempts}, seats.Standard(), c.plan...)
			_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
			for _, kind := range []error{store.ErrUnknown, store.ErrConflict, faults.ErrInjected} {
				if kind == store.ErrConflict && slices.Contains(c.plan, faults.Repeat) {
					continue // wrapped as the reason
				}
				require.Equal(t, slices.Contains(c.errs, kind), errors.Is(err, kind), "%v: %v", kind, err)
			}
			require.Equal(t, c.errs == nil, err == nil)
			_, err = sound.User(t.Context(), "acme", "ada")
			require.Equal(t, c.written, err == nil)
		})
	}
}

// TestKeeper_Do_commit_in_flight: the invitation expires between two attempts to accept it,
// and the first arrives after all.
func TestKeeper_Do_commit_in_flight(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	o := seatkeeper.Options{Now: func() time.Time { return now }}
	s := memstore.New()
	newKeeper(t, s, o, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: time.Hour})
	k := on(t, faults.New(s, func(n int) faults.Fault {
		if n == 2 { // a load and a commit come first
			now = now.Add(time.Hour)
			return faults.LoseLate
		}
		return faults.None
	}), o)
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	do(t, k, system, seats.Accept{User: "ada"})
}

// TestKeeper_Do_lost_then_rival: a rival moved the account on, so that the lost commit can't
// arrive, and the command is decided anew.
func TestKeeper_Do_lost_then_rival(t *testing.T) {
	s := memstore.New()
	rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	k := on(t, faults.New(s, func(n int) faults.Fault {
		if n != 1 {
			return faults.None
		}
		do(t, rival, owner, seats.Invite{Profile: profile("rival")})
		return faults.LoseBefore
	}), seatkeeper.Options{})
	_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, seats.ErrNoSeats)
	require.NotErrorIs(t, err, store.ErrUnknown)
}

func TestKeeper_Do_context_ended(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	k := on(t, ending{s, cancel}, seatkeeper.Options{})
	_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, store.ErrUnknown, "it is known that nothing was done")
}

// TestKeeper_Do_context_ends_committing: the store knows whether it may have written.
func TestKeeper_Do_context_ends_committing(t *testing.T) {
	for name, c := range map[string]struct {
		lost    bool // the answer to a commit before that one
		answer  error
		unknown bool
	}{
		"nothing was written":             {answer: nil, unknown: false},
		"it may have been written":        {answer: store.ErrUnknown, unknown: true},
		"an earlier one may still arrive": {lost: true, answer: nil, unknown: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				plan := []faults.Fault{faults.None, faults.Delay, faults.None, faults.Delay}
				if c.lost {
					plan = append([]faults.Fault{faults.None, faults.LoseBefore}, plan...)
				}
				_, sound, f := faulty(t, seatkeeper.Options{}, seats.Standard(), plan...)
				f.Wait = time.Hour
				k := on(t, answering{f, c.answer}, seatkeeper.Options{})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, c.unknown, errors.Is(err, store.ErrUnknown), err)
				require.Equal(t, time.Minute, time.Since(began))
				_, err = sound.User(t.Context(), "acme", "ada")
				require.ErrorIs(t, err, seats.ErrUnknownUser)

				done, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
				require.NoError(t, err, "the next one waits its hour")
				require.False(t, done.Outcomes[0].Unchanged)
				require.Equal(t, time.Minute+time.Hour, time.Since(began))
			})
		})
	}
}
