package seatkeeper_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// observed are the statistics told by a Keeper, in order.
type observed struct{ all []seatkeeper.CallStats }

func (o *observed) observe(_ context.Context, s seatkeeper.CallStats) { o.all = append(o.all, s) }

// since returns the statistics told since the last call, without their times, loads and company.
func (o *observed) since(t *testing.T) []seatkeeper.CallStats {
	t.Helper()
	all := o.all
	o.all = nil
	for i, s := range all {
		require.LessOrEqual(t, s.Waited, s.Took)
		all[i].Waited, all[i].Took, all[i].Loads, all[i].Together = 0, 0, 0, 0
	}
	return all
}

// stats returns the statistics of a call of Do by the owner, except the counts.
func stats(actions ...users.Action) seatkeeper.CallStats {
	return seatkeeper.CallStats{Method: "Do", Account: "acme", Actor: users.ActorUser, Actions: users.In(actions...)}
}

// TestCallStats_commits has each failure of a commit happen for certain.
func TestCallStats_commits(t *testing.T) {
	ways.Usual(t)
	type counts struct{ commits, conflicts, lost int }
	const none, conflict, before, after = faults.None, faults.Conflict, faults.LoseBefore, faults.LoseAfter
	for name, c := range map[string]struct {
		faults []faults.Fault // of load and commit in turn
		want   counts
		err    error
	}{
		"success":                    {nil, counts{commits: 1}, nil},
		"conflict":                   {[]faults.Fault{none, conflict}, counts{2, 1, 0}, nil},
		"conflicts without end":      {slices.Repeat([]faults.Fault{none, conflict}, 3), counts{3, 3, 0}, store.ErrConflict},
		"lost after the write":       {[]faults.Fault{none, after}, counts{1, 0, 1}, nil},
		"lost before the write":      {[]faults.Fault{none, before}, counts{2, 0, 1}, nil},
		"lost, then the store fails": {[]faults.Fault{none, after, faults.Fail}, counts{1, 0, 1}, store.ErrUnknown},
		"repeated by the network":    {[]faults.Fault{none, faults.Repeat}, counts{1, 1, 0}, nil},
		"conflict, then lost":        {[]faults.Fault{none, conflict, none, before}, counts{3, 1, 1}, nil},
		"load fails":                 {[]faults.Fault{faults.Fail}, counts{}, faults.ErrInjected},
		"commit fails":               {[]faults.Fault{none, faults.Fail}, counts{commits: 1}, faults.ErrInjected},
	} {
		t.Run(name, func(t *testing.T) {
			var o observed
			k, _, _ := faulty(t, seatkeeper.Options{Attempts: 3, Observe: o.observe}, seats.Standard(), c.faults...)
			o.since(t) // the opening
			_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
			require.ErrorIs(t, err, c.err)
			want := stats(users.ActionInvite)
			want.Commits, want.Conflicts, want.Lost, want.Err = c.want.commits, c.want.conflicts, c.want.lost, err
			require.Equal(t, []seatkeeper.CallStats{want}, o.since(t))
		})
	}
	t.Run("context ends before", func(t *testing.T) {
		var o observed
		ctx, cancel := context.WithCancel(t.Context())
		s := memstore.New()
		newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
		k := on(t, ending{s, cancel}, seatkeeper.Options{Observe: o.observe})
		_, err := k.Do(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
		require.ErrorIs(t, err, context.Canceled)
		want := stats(users.ActionBuySeats)
		want.Err = err
		require.Equal(t, []seatkeeper.CallStats{want}, o.since(t))
	})
	t.Run("taken key", func(t *testing.T) {
		var o observed
		s := memstore.New()
		newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
		k := on(t, &blind{Store: s}, seatkeeper.Options{Observe: o.observe})
		do(t, k, system, seats.Invite{Profile: users.Profile{Email: "owner@acme.example"}})
		want := stats(users.ActionInvite)
		want.Actor, want.Commits, want.Taken = users.ActorSystem, 1, 1
		require.Equal(t, []seatkeeper.CallStats{want}, o.since(t))
	})
	t.Run("settlements", func(t *testing.T) {
		var o observed
		now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
		k, _, _ := faulty(t, seatkeeper.Options{Now: func() time.Time { return now }, Observe: o.observe},
			seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour}, none, none, none, conflict, none, after)
		do(t, k, owner, seats.Invite{Profile: profile("ada")})
		o.since(t)
		now = now.Add(time.Hour)
		do(t, k, owner, seats.Invite{Profile: profile("bob")})
		want := stats(users.ActionInvite)
		want.Commits, want.Settlements, want.Conflicts, want.Lost = 1, 2, 1, 1
		require.Equal(t, []seatkeeper.CallStats{want}, o.since(t))
	})
}

// TestOptions_Observe_calls has one call for each decision, and for nothing else.
func TestOptions_Observe_calls(t *testing.T) {
	ctx := t.Context()
	var o observed
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{Observe: o.observe}, seats.Of(9000), seats.Standard())
	told := func(method string, account users.AccountID, actor users.Actor, err error, commits int, actions ...users.Action) {
		t.Helper()
		for _, got := range o.since(t) {
			require.ErrorIs(t, got.Err, err)
			commits -= got.Commits
			got.Commits, got.Conflicts, got.Loads, got.Together, got.Err = 0, 0, 0, 0, nil
			require.Equal(t, seatkeeper.CallStats{Method: method, Account: account, Actor: actor.Kind, Actions: users.In(actions...)}, got)
		}
		require.Zero(t, commits)
	}
	told("Open", "acme", system, nil, 1)

	_, err := k.DoEach(ctx, "acme", owner, invitations(1200)...)
	require.NoError(t, err)
	require.Len(t, o.all, 3, "one for each commit")
	told("DoEach", "acme", owner, nil, 3, users.ActionInvite)
	_, err = k.DoEach(ctx, "nowhere", owner, seats.BuySeats{Quantity: 1}, nil, seats.Reopen{})
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Len(t, o.all, 1)
	told("DoEach", "nowhere", owner, err, 0, users.ActionBuySeats, users.ActionReopen)
	_, err = k.DoEach(ctx, "acme", owner)
	require.NoError(t, err)
	require.Len(t, o.all, 1)
	told("DoEach", "acme", owner, nil, 0)
	_, err = k.Do(ctx, "acme", owner, seats.Notify{User: "unknown"})
	require.ErrorIs(t, err, seats.ErrUnknownUser)
	require.Len(t, o.all, 1)
	told("Do", "acme", owner, err, 0, users.ActionNotify)

	_, err = k.Import(ctx, "acme", table(nil, crowd(3201)[1200:]...))
	require.NoError(t, err)
	require.Len(t, o.all, 3)
	require.Equal(t, []any{"Import", 0, 1}, []any{o.all[2].Method, o.all[2].Commits, o.all[2].Loads}, "the look at the end")
	o.all = o.all[:2]
	told("Import", "acme", system, nil, 2, users.ActionImport)

	plan, err := k.Preview(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	require.NoError(t, k.May(ctx, "acme", owner, seats.BuySeats{Quantity: 1}))
	_, err = k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.Len(t, o.all, 3)
	require.Equal(t, []string{"Preview", "May", "Usage"}, []string{o.all[0].Method, o.all[1].Method, o.all[2].Method})
	require.Equal(t, []any{users.ActorUser, users.In(users.ActionBuySeats)}, []any{o.all[1].Actor, o.all[1].Actions})
	o.all = nil
	_, err = k.Apply(ctx, "acme", owner, plan)
	require.NoError(t, err)
	told("Apply", "acme", owner, nil, 1, users.ActionBuySeats)

	in, _ := inTransaction(t, k.With(seatkeeper.Call{Reason: "r"}), s, faults.None, faults.Conflict)
	_, err = in.Do(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
	require.ErrorIs(t, err, store.ErrConflict)
	told("Do", "acme", owner, store.ErrConflict, 1, users.ActionBuySeats)

	_, err = k.EraseAccount(ctx, "acme", system, "")
	require.ErrorIs(t, err, seats.ErrOpen)
	require.Len(t, o.all, 1)
	told("EraseAccount", "acme", system, err, 0, users.ActionEraseAccount)
}

// TestOptions_Observe_lists has errors of the caller's lists and functions, each told once.
func TestOptions_Observe_lists(t *testing.T) {
	ways.Usual(t)
	ctx := t.Context()
	o := &observed{}
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Observe: o.observe}, seats.Of(5000), seats.Standard())
	broken := func(n int) iter.Seq2[seats.Command, error] {
		return func(yield func(seats.Command, error) bool) {
			for _, c := range invitations(n) {
				if !yield(c, nil) {
					return
				}
			}
			yield(nil, errDown)
		}
	}
	settled := func(seats.Command, seats.Outcome) error { return errDown }
	told := func(method string, actor users.ActorKind, err error, decisions int) {
		t.Helper()
		require.ErrorIs(t, err, errDown)
		all := o.since(t)
		require.Len(t, all, decisions+1)
		last := all[decisions]
		require.Equal(t, []any{method, users.AccountID("acme"), actor, "failed"}, []any{last.Method, last.Account, last.Actor, last.Code()})
	}
	o.since(t)
	for n, decisions := range map[int]int{0: 0, 700: 1} {
		_, err := k.DoAll(ctx, "acme", owner, broken(n), nil)
		told("DoAll", users.ActorUser, err, decisions)
	}
	_, err := k.DoAll(ctx, "acme", owner, broken(700), settled)
	told("DoAll", users.ActorUser, err, 1)
	_, err = k.PreviewUndo(ctx, "acme", owner, seats.Receipt{Account: "acme"})
	require.NoError(t, err)
	require.Equal(t, users.ActorUser, o.since(t)[0].Actor)
	for n, decisions := range map[int]int{0: 0, 10: 1} {
		_, err = k.Import(ctx, "acme", table(errDown, crowd(n)...))
		require.ErrorIs(t, err, errDown)
		all := o.since(t)
		require.Len(t, all, decisions+1)
		require.ErrorIs(t, all[0].Err, errDown)
	}
}

// TestCallStats_Code has a word for each outcome.
func TestCallStats_Code(t *testing.T) {
	for want, err := range map[string]error{
		"ok": nil, "failed": errDown, "no-seats": fmt.Errorf("host: %w", &seats.Refusal{Code: seats.ErrNoSeats}),
		"not-found": store.ErrNotFound, "exists": store.ErrExists, "conflict": store.ErrConflict,
		"unknown": fmt.Errorf("%w: %w", store.ErrUnknown, context.Canceled), "history": store.ErrSequence, "clock-skew": &store.ClockSkewError{},
		"canceled": context.Canceled, "deadline": context.DeadlineExceeded,
	} {
		require.Equal(t, want, seatkeeper.CallStats{Err: err}.Code())
	}
}

// TestCallStats_times has a commit of an hour, a call that waits for it, and one with a
// context that ends first.
func TestCallStats_times(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		times := map[users.ID][2]time.Duration{}
		type key struct{}
		m := &meddler{Store: memstore.New()}
		k := newKeeper(t, m, seatkeeper.Options{Sharing: seatkeeper.ShareNothing, Observe: func(ctx context.Context, s seatkeeper.CallStats) {
			mu.Lock()
			defer mu.Unlock()
			if id, ok := ctx.Value(key{}).(users.ID); ok {
				times[id] = [2]time.Duration{s.Waited, s.Took}
			}
		}}, seats.Of(9), seats.Standard())
		m.before = func(seats.Change) { time.Sleep(time.Hour) }
		var calls sync.WaitGroup
		for _, id := range []users.ID{"ada", "bob"} {
			calls.Go(func() {
				_, err := k.Do(context.WithValue(t.Context(), key{}, id), "acme", owner, seats.Invite{Profile: profile(id)})
				require.NoError(t, err)
			})
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, users.ID("cy")), time.Minute)
		defer cancel()
		_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("cy")})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		calls.Wait()
		require.Equal(t, map[users.ID][2]time.Duration{
			"ada": {0, time.Hour}, "bob": {time.Hour, 2 * time.Hour}, "cy": {time.Minute, time.Minute},
		}, times)
	})
}

// TestOptions_Observe_slow: another call of the account does not wait for the observer.
func TestOptions_Observe_slow(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, func(t *testing.T) {
		hold, held := make(chan struct{}), false
		k := newKeeper(t, memstore.New(), seatkeeper.Options{Observe: func(_ context.Context, s seatkeeper.CallStats) {
			if s.Err != nil && !held {
				held = true
				<-hold
			}
		}}, seats.Of(9), seats.Standard())
		var first error
		var gone sync.WaitGroup
		gone.Go(func() { _, first = k.Do(t.Context(), "acme", owner, seats.Notify{User: "unknown"}) })
		synctest.Wait()
		require.True(t, held)
		_, err := k.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
		require.NoError(t, err, "the account's lock is free")
		close(hold)
		gone.Wait()
		require.ErrorIs(t, first, seats.ErrUnknownUser)
	})
}

// TestOptions_Observe_clock: the clock is read for an observer alone, and may jump back.
func TestOptions_Observe_clock(t *testing.T) {
	readings := func(observe func(context.Context, seatkeeper.CallStats)) (n int) {
		now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
		k := newKeeper(t, memstore.New(), seatkeeper.Options{Observe: observe, Now: func() time.Time {
			n++
			now = now.Add(-time.Second)
			return now
		}}, seats.Of(9), seats.Standard())
		n = 0
		do(t, k, owner, seats.BuySeats{Quantity: 1})
		return n
	}
	var o observed
	require.Equal(t, readings(nil)+3, readings(o.observe))
	for _, s := range o.all {
		require.Zero(t, s.Waited)
		require.Zero(t, s.Took)
	}
}
