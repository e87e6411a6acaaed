package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/seatkeeper/seatkeeper/users"
)

// meddler is a store that lets something happen right before a commit.
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

func TestTryingAgainHasACap(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	always := &meddler{Store: refusing{s, store.ErrConflict}}
	k, err := seatkeeper.New(always, seatkeeper.Options{Attempts: 7})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrConflict)
	require.ErrorContains(t, err, "after 7 attempts")
	require.EqualValues(t, 7, always.commits.Load())

	broken, err := seatkeeper.New(refusing{s, store.ErrBroken}, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = broken.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrBroken)
}

// TestAStoreThatForgetsWhatIsDone never says that nothing is due any more.
func TestAStoreThatForgetsWhatIsDone(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	k, err := seatkeeper.New(alwaysDue{s}, seatkeeper.Options{Attempts: 7})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
	require.ErrorContains(t, err, "after 7 attempts")
}

// TestAStoreThatWritesNothing acknowledges what it is given, of an account in which
// more is due than one change takes.
func TestAStoreThatWritesNothing(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	o := seatkeeper.Options{Now: func() time.Time { return now }, Attempts: 3}
	s := memstore.New()
	sound := newKeeper(t, s, o, seats.Of(9000), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	var commands []seats.Command
	for i := range 1200 {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
	}
	_, err := sound.DoEach(t.Context(), "acme", owner, commands...)
	require.NoError(t, err)
	now = now.Add(2 * time.Hour)
	k, err := seatkeeper.New(refusing{s, nil}, o)
	require.NoError(t, err)
	_, err = k.Usage(t.Context(), "acme")
	require.ErrorContains(t, err, "after 3 attempts")
	o.Attempts = 1
	k, err = seatkeeper.New(s, o)
	require.NoError(t, err)
	u, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err, "what takes three changes is no failure")
	require.EqualValues(t, 1, u.Held)
}

type alwaysDue struct{ store.Store }

func (a alwaysDue) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots, err := a.Store.Load(ctx, needs...)
	snapshots[0].Account.NextDue = time.Unix(0, 0)
	return snapshots, err
}

// TestATakenKeyIsLookedUp lets a store find a taken key that the load did not
// bring: the person is loaded, and the command decided anew.
func TestATakenKeyIsLookedUp(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	blind := &blind{Store: s}
	k, err := seatkeeper.New(blind, seatkeeper.Options{})
	require.NoError(t, err)
	done, err := k.Do(t.Context(), "acme", system, seats.Invite{Profile: users.Profile{Email: "owner@acme.example"}})
	require.NoError(t, err)
	require.True(t, done.Outcomes[0].Unchanged)
	require.Equal(t, users.ID("owner"), done.Outcomes[0].User)
	require.Equal(t, 2, blind.loads)
}

// blind is a store whose first load finds nobody.
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

// TestAStoreIsNeverAskedForWhatCannotBe uses one that would choke on it.
func TestAStoreIsNeverAskedForWhatCannotBe(t *testing.T) {
	k, err := seatkeeper.New(down, seatkeeper.Options{})
	require.NoError(t, err)
	for _, id := range []users.AccountID{"", "a\x00", "\xff"} {
		_, err = k.Do(t.Context(), id, owner)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
}

// refusing is a store that gives every change the same verdict.
type refusing struct {
	store.Store
	verdict error
}

func (r refusing) Commit(context.Context, ...seats.Change) ([]store.CommitResult, error) {
	return []store.CommitResult{{Err: r.verdict}}, nil
}

var (
	errDown = errors.New("down")
	// down is a store that can't be reached.
	down = struct{ store.Store }{store.Failing(errDown)}
)

// TestWaitingEndsWithTheContext holds one command inside its commit, and lets
// the next one wait for its turn until its time is up.
func TestWaitingEndsWithTheContext(t *testing.T) {
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
		require.NoError(t, err, "the line goes on")
	})
}

// TestEachAttemptHasItsOwnTime lets a rival, and an hour, get in between.
func TestEachAttemptHasItsOwnTime(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	o := seatkeeper.Options{Now: func() time.Time { return now }}
	s := memstore.New()
	rival := newKeeper(t, s, o, seats.Of(9), seats.Standard())
	m := &meddler{Store: s}
	k, err := seatkeeper.New(m, o)
	require.NoError(t, err)
	m.before = func(seats.Change) {
		m.before = nil
		_, err := rival.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
		require.NoError(t, err)
		now = now.Add(time.Hour)
	}
	done, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err)
	require.EqualValues(t, 2, m.commits.Load())
	require.Equal(t, now, done.Events[0].Time)
}
