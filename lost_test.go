package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
)

// faulty returns a Keeper on which the calls to the store go wrong in this order,
// and a sound one on the same store.
func faulty(t *testing.T, o seatkeeper.Options, policy seats.Policy, plan ...faults.Fault) (k, sound *seatkeeper.Keeper, f *faults.Store) {
	t.Helper()
	s := memstore.New()
	sound = newKeeper(t, s, o, seats.Of(9), policy)
	f = faults.New(s, faults.InOrder(plan...))
	k, err := seatkeeper.New(f, o)
	require.NoError(t, err)
	return k, sound, f
}

// TestNobodyKnowsWhatBecameOfACommit is of answers that are lost, in one way or
// another, by a store that is gone when the Keeper looks.
func TestNobodyKnowsWhatBecameOfACommit(t *testing.T) {
	for first, landed := range map[faults.Fault]bool{
		faults.LoseBefore: false, faults.LoseAfter: true, faults.LoseLate: true, faults.Repeat: true,
	} {
		k, sound, _ := faulty(t, seatkeeper.Options{}, seats.Standard(), faults.None, first, faults.Fail)
		_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
		require.ErrorIs(t, err, store.ErrUnknown, first)
		require.ErrorIs(t, err, faults.ErrInjected, first)
		_, err = sound.User(t.Context(), "acme", "ada")
		require.Equal(t, landed, err == nil, first)
	}
	k, _, _ := faulty(t, seatkeeper.Options{}, seats.Standard(), faults.None, faults.LoseBefore, faults.None, faults.Fail)
	_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrUnknown, "the second attempt failed, and the first may still arrive")
	k, _, _ = faulty(t, seatkeeper.Options{Attempts: 1}, seats.Standard(), faults.None, faults.LoseBefore)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrUnknown, "there is no further attempt")
	require.NotErrorIs(t, err, store.ErrConflict)
	k, _, _ = faulty(t, seatkeeper.Options{Attempts: 1}, seats.Standard(), faults.None, faults.LoseAfter)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err, "it turned out to be done")
}

// TestARefusalIsNotDecidedWhileACommitCanArrive lets the invitation run out between
// two attempts to accept it, the first of which arrives after all.
func TestARefusalIsNotDecidedWhileACommitCanArrive(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	o := seatkeeper.Options{Now: func() time.Time { return now }}
	s := memstore.New()
	newKeeper(t, s, o, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: time.Hour})
	k, err := seatkeeper.New(faults.New(s, func(n int) faults.Fault {
		if n == 3 {
			now = now.Add(time.Hour)
			return faults.LoseLate
		}
		return faults.None
	}), o)
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", system, seats.Accept{User: "ada"})
	require.NoError(t, err)
}

// TestARivalSettlesWhatWasLost is of a lost commit that never arrived: somebody else
// has moved the account on, so that it can't, and the command is decided anew.
func TestARivalSettlesWhatWasLost(t *testing.T) {
	s := memstore.New()
	rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	k, err := seatkeeper.New(faults.New(s, func(n int) faults.Fault {
		if n != 1 {
			return faults.None
		}
		_, err := rival.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("rival")})
		require.NoError(t, err)
		return faults.LoseBefore
	}), seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, seats.ErrNoSeats)
	require.NotErrorIs(t, err, store.ErrUnknown)
}

func TestAnEndedContextSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	k, err := seatkeeper.New(ending{s, cancel}, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, store.ErrUnknown, "it is known that nothing was done")
}

// ending is a store that ends a context after a load.
type ending struct {
	store.Store
	end func()
}

func (e ending) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	defer e.end()
	return e.Store.Load(ctx, needs...)
}

// TestKeeper_Do_contextEndsDuringACommit that is held back: the store knows whether it can
// have been written, and the Keeper takes its word.
func TestKeeper_Do_contextEndsDuringACommit(t *testing.T) {
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
				k, err := seatkeeper.New(answering{f, c.answer}, seatkeeper.Options{})
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				_, err = k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
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

// answering is a store that answers so where the context of a commit ends.
type answering struct {
	store.Store
	answer error
}

func (a answering) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	verdicts, err := a.Store.Commit(ctx, changes...)
	if ctx.Err() != nil && a.answer != nil {
		err = fmt.Errorf("%w: %w", a.answer, err)
	}
	return verdicts, err
}

// TestALostApplyIsFoundOutByItsKey though what did not fit would fit by now.
func TestALostApplyIsFoundOutByItsKey(t *testing.T) {
	k, sound, _ := faulty(t, seatkeeper.Options{}, seats.Standard(), faults.None, faults.LoseAfter, faults.Fail)
	_, err := sound.Do(t.Context(), "acme", system, seats.SetTotal{Total: seats.Of(2)})
	require.NoError(t, err)
	plan, err := sound.Preview(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
	require.NoError(t, err)
	_, err = k.With(seatkeeper.Call{Key: "plan"}).Apply(t.Context(), "acme", owner, plan)
	require.ErrorIs(t, err, store.ErrUnknown)
	_, err = sound.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	done, err := k.With(seatkeeper.Call{Key: "plan"}).Apply(t.Context(), "acme", owner, plan)
	require.NoError(t, err, "it was carried out")
	require.True(t, done.Repeated)
}

// TestAConflictIsNoLostAnswer where the load afterwards shows that nothing was written.
func TestAConflictIsNoLostAnswer(t *testing.T) {
	k, _, _ := faulty(t, seatkeeper.Options{Attempts: 1}, seats.Standard(), faults.None, faults.Conflict)
	_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrConflict)
	require.NotErrorIs(t, err, store.ErrUnknown)
	k, _, _ = faulty(t, seatkeeper.Options{}, seats.Standard(), faults.None, faults.Conflict, faults.None, faults.Fail)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, faults.ErrInjected)
	require.NotErrorIs(t, err, store.ErrUnknown, "neither attempt was written")
}
