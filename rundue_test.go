package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// withDue returns a store of accounts with an invitation each that has lapsed at now.
func withDue(t *testing.T, accounts ...users.AccountID) (s *memstore.Store, now time.Time) {
	now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s = memstore.New()
	k := on(t, s, seatkeeper.Options{Now: func() time.Time { return now }})
	for _, id := range accounts {
		policy := seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour}
		_, err := k.Open(t.Context(), seats.Opening{Account: id, Total: seats.Of(9), Policy: policy, Owner: profile("owner")})
		require.NoError(t, err)
		_, err = k.Do(t.Context(), id, owner, seats.Invite{Profile: profile("ada")})
		require.NoError(t, err)
	}
	return s, now.Add(2 * time.Hour)
}

func numbered(n int) (ids []users.AccountID) {
	for i := range n {
		ids = append(ids, users.AccountID(fmt.Sprintf("a%04d", i)))
	}
	return ids
}

// hooked calls a function before each commit.
type hooked struct {
	store.Store
	before func(ctx context.Context, c seats.Change) error
}

func (h hooked) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	for _, c := range changes {
		if err := h.before(ctx, c); err != nil {
			return nil, err
		}
	}
	return h.Store.Commit(ctx, changes...)
}

// brokenList fails at the second page of the list of accounts.
type brokenList struct{ store.Store }

func (b brokenList) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	if after != "" {
		return nil, store.ErrBroken
	}
	return b.Store.Due(ctx, by, after, limit)
}

func TestKeeper_RunDue(t *testing.T) {
	t.Run("one account fails", func(t *testing.T) {
		s, now := withDue(t, "a", "b", "c")
		k := on(t, refusingOne{s, "b"}, seatkeeper.Options{Now: fixed(now)})
		var steps []seatkeeper.DueProgress
		done, err := k.RunDue(t.Context(), seatkeeper.DueRun{Progress: func(p seatkeeper.DueProgress) { steps = append(steps, p) }})
		require.Equal(t, seatkeeper.DueProgress{Accounts: 2, Failed: 1, Commits: 2, Events: 2}, done)
		require.ErrorIs(t, err, store.ErrBroken)
		require.ErrorContains(t, err, `account "b"`)
		require.Len(t, steps, 5, "two commits and three accounts")
		last := steps[4]
		require.Equal(t, done, seatkeeper.DueProgress{Accounts: last.Accounts, Failed: last.Failed, Commits: last.Commits, Events: last.Events})
		for _, p := range steps {
			require.NotEmpty(t, p.Account)
			require.Equal(t, p.Account == "b", p.Err != nil)
		}
		done, err = k.RunDue(t.Context(), seatkeeper.DueRun{})
		require.Equal(t, seatkeeper.DueProgress{Failed: 1}, done, "the others are done")
		require.ErrorIs(t, err, store.ErrBroken)
	})
	t.Run("every account fails", func(t *testing.T) {
		s, now := withDue(t, numbered(seatkeeper.MaxDueErrors+5)...)
		k := on(t, refusing{s, store.ErrBroken}, seatkeeper.Options{Now: fixed(now)})
		done, err := k.RunDue(t.Context(), seatkeeper.DueRun{})
		require.Equal(t, seatkeeper.DueProgress{Failed: seatkeeper.MaxDueErrors + 5}, done)
		several, ok := err.(interface{ Unwrap() []error })
		require.True(t, ok)
		require.Len(t, several.Unwrap(), seatkeeper.MaxDueErrors)
	})
	t.Run("several accounts at a time", func(t *testing.T) {
		for parallel, want := range map[int]int32{0: 4, 1: 1, 3: 3} {
			s, now := withDue(t, numbered(4*40)...) // in groups of 40
			var busy, most atomic.Int32
			var meet sync.Mutex
			k := on(t, hooked{s, func(context.Context, seats.Change) error {
				n := busy.Add(1)
				meet.Lock()
				most.Store(max(most.Load(), n))
				meet.Unlock()
				time.Sleep(time.Millisecond)
				for range 2000 {
					if most.Load() >= want {
						break
					}
					time.Sleep(time.Millisecond) // until as many as allowed have been there
				}
				busy.Add(-1)
				return nil
			}}, seatkeeper.Options{Now: fixed(now)})
			done, err := k.RunDue(t.Context(), seatkeeper.DueRun{Parallel: parallel})
			require.NoError(t, err)
			require.Equal(t, seatkeeper.DueProgress{Accounts: 160, Commits: 160, Events: 160}, done)
			require.Equal(t, want, most.Load())
		}
	})
	t.Run("many pages and two runners", func(t *testing.T) {
		ids := numbered(450)
		s, now := withDue(t, ids...)
		var runners sync.WaitGroup
		var events atomic.Int32
		for range 2 {
			k := on(t, s, seatkeeper.Options{Now: fixed(now)})
			runners.Go(func() {
				done, err := k.RunDue(context.Background(), seatkeeper.DueRun{})
				if err != nil || done.Failed > 0 {
					t.Error(done, err)
				}
				events.Add(int32(done.Events))
			})
		}
		runners.Wait()
		require.EqualValues(t, len(ids), events.Load(), "each once")
		k := on(t, s, seatkeeper.Options{Now: fixed(now)})
		for _, id := range ids {
			last := slices.Collect(func(yield func(seats.EventKind) bool) {
				for e := range k.Events(t.Context(), id, seats.EventFilter{After: 2}) {
					yield(e.Kind)
				}
			})
			require.Equal(t, []seats.EventKind{seats.EventLapsed}, last, id)
		}
	})
	t.Run("the list fails", func(t *testing.T) {
		s, now := withDue(t, numbered(201)...)
		k := on(t, brokenList{s}, seatkeeper.Options{Now: fixed(now)})
		done, err := k.RunDue(t.Context(), seatkeeper.DueRun{})
		require.ErrorIs(t, err, store.ErrBroken)
		require.Equal(t, 200, done.Accounts, "those of the first page")
	})
	t.Run("the context ends", func(t *testing.T) {
		for _, at := range []int32{45, 80} { // of the second group the first ones, or all but one
			s, now := withDue(t, numbered(80)...)
			ctx, cancel := context.WithCancel(t.Context())
			var commits atomic.Int32
			k := on(t, hooked{s, func(ctx context.Context, _ seats.Change) error {
				if commits.Add(1) == at {
					cancel()
				}
				return ctx.Err()
			}}, seatkeeper.Options{Now: fixed(now)})
			done, err := k.RunDue(ctx, seatkeeper.DueRun{Parallel: 1})
			require.ErrorIs(t, err, context.Canceled)
			require.NotContains(t, err.Error(), "account", "no account is to blame")
			require.Zero(t, done.Failed)
			require.Equal(t, 40, done.Accounts)
			done, err = on(t, s, seatkeeper.Options{Now: fixed(now)}).RunDue(t.Context(), seatkeeper.DueRun{})
			require.NoError(t, err)
			require.Equal(t, 40, done.Events, "a later run does the rest")
		}
	})
	t.Run("few calls", func(t *testing.T) {
		s, now := withDue(t, numbered(100)...)
		calls := &tape{Store: s}
		done, err := on(t, calls, seatkeeper.Options{Now: fixed(now)}).RunDue(t.Context(), seatkeeper.DueRun{})
		require.NoError(t, err)
		require.Equal(t, seatkeeper.DueProgress{Accounts: 100, Commits: 100, Events: 100}, done)
		require.Equal(t, [2]int{3, 3}, calls.since())
	})
	t.Run("a negative bound", func(t *testing.T) {
		s, now := withDue(t, "a")
		done, err := on(t, s, seatkeeper.Options{Now: fixed(now)}).RunDue(t.Context(), seatkeeper.DueRun{Parallel: -1})
		require.EqualError(t, err, "seatkeeper: DueRun.Parallel is negative")
		require.Zero(t, done)
	})
	t.Run("in a transaction", func(t *testing.T) {
		s, now := withDue(t, "a", "b", "c")
		failing := false
		var commits atomic.Int32
		k := on(t, s, seatkeeper.Options{Now: fixed(now)}).InTx(storetest.Bound(hooked{s, func(context.Context, seats.Change) error {
			if commits.Add(1); failing {
				return store.ErrBroken
			}
			return nil
		}}))
		failing = true
		done, err := k.RunDue(t.Context(), seatkeeper.DueRun{Parallel: 3})
		require.ErrorIs(t, err, store.ErrBroken)
		require.Equal(t, seatkeeper.DueProgress{Failed: 1}, done, "the first error ends it")
		require.EqualValues(t, 1, commits.Load())
		failing = false
		done, err = k.RunDue(t.Context(), seatkeeper.DueRun{})
		require.NoError(t, err)
		require.Equal(t, seatkeeper.DueProgress{Accounts: 3, Commits: 3, Events: 3}, done)
	})
	t.Run("a real error beside the end of the context", func(t *testing.T) {
		s, now := withDue(t, "a")
		ctx, cancel := context.WithCancel(t.Context())
		k := on(t, hooked{s, func(context.Context, seats.Change) error {
			cancel()
			return errors.New("disk full")
		}}, seatkeeper.Options{Now: fixed(now)})
		_, err := k.RunDue(ctx, seatkeeper.DueRun{})
		require.ErrorContains(t, err, `account "a": disk full`)
	})
}
