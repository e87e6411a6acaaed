package seatkeeper_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// observed are the efforts of a Keeper in order.
type observed struct{ all []seatkeeper.CallStats }

func (o *observed) observe(_ context.Context, e seatkeeper.CallStats) { o.all = append(o.all, e) }

// last returns the only effort since it was asked before, without its times.
func (o *observed) last(t *testing.T) seatkeeper.CallStats {
	t.Helper()
	require.Len(t, o.all, 1)
	e := o.all[0]
	require.LessOrEqual(t, e.Waited, e.Took)
	o.all, e.Waited, e.Took = nil, 0, 0
	return e
}

// TestWhatACommitComesToIsCounted lets each go wrong for certain.
func TestWhatACommitComesToIsCounted(t *testing.T) {
	for name, c := range map[string]struct {
		faults []storetest.Fault
		want   seatkeeper.CallStats
	}{
		"nothing goes wrong":       {nil, seatkeeper.CallStats{Commits: 1}},
		"somebody was quicker":     {[]storetest.Fault{storetest.None, storetest.Conflict}, seatkeeper.CallStats{Commits: 2, Conflicts: 1}},
		"for ever":                 {slices.Repeat([]storetest.Fault{storetest.None, storetest.Conflict}, 3), seatkeeper.CallStats{Commits: 3, Conflicts: 3, Err: store.ErrConflict}},
		"lost, and done":           {[]storetest.Fault{storetest.None, storetest.LoseAfter}, seatkeeper.CallStats{Commits: 1, Lost: 1}},
		"lost, and not done":       {[]storetest.Fault{storetest.None, storetest.LoseBefore}, seatkeeper.CallStats{Commits: 2, Lost: 1}},
		"lost, and the store gone": {[]storetest.Fault{storetest.None, storetest.LoseAfter, storetest.Fail}, seatkeeper.CallStats{Commits: 1, Lost: 1, Err: store.ErrUnknown}},
		"repeated on the way":      {[]storetest.Fault{storetest.None, storetest.Repeat}, seatkeeper.CallStats{Commits: 1, Conflicts: 1}},
		"all of it":                {[]storetest.Fault{storetest.None, storetest.Conflict, storetest.None, storetest.LoseBefore}, seatkeeper.CallStats{Commits: 3, Conflicts: 1, Lost: 1}},
		"no answer to the load":    {[]storetest.Fault{storetest.Fail}, seatkeeper.CallStats{Err: storetest.ErrInjected}},
		"no answer to the commit":  {[]storetest.Fault{storetest.None, storetest.Fail}, seatkeeper.CallStats{Commits: 1, Err: storetest.ErrInjected}},
	} {
		var o observed
		k, _, _ := faulty(t, seatkeeper.Options{Attempts: 3, Observe: o.observe}, seats.Standard(), c.faults...)
		o.last(t) // the opening
		_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
		got := o.last(t)
		require.Equal(t, err, got.Err, name)
		require.ErrorIs(t, err, c.want.Err, name)
		c.want.Account, got.Err, c.want.Err = "acme", nil, nil
		require.Equal(t, c.want, got, name)
	}
}

// TestATakenKeyAndABrokenStoreAreCounted or not, as they have to be.
func TestATakenKeyAndABrokenStoreAreCounted(t *testing.T) {
	var o observed
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	try := func(s store.Store, command seats.Command) seatkeeper.CallStats {
		k, err := seatkeeper.New(s, seatkeeper.Options{Observe: o.observe})
		require.NoError(t, err)
		_, err = k.Do(t.Context(), "acme", system, command)
		e := o.last(t)
		require.Equal(t, err, e.Err)
		require.Equal(t, users.AccountID("acme"), e.Account)
		e.Account, e.Err = "", nil
		return e
	}
	again := seats.Invite{Profile: users.Profile{Email: "owner@acme.example"}}
	require.Equal(t, seatkeeper.CallStats{Commits: 1, Taken: 1}, try(&blind{Store: s}, again))
	require.Equal(t, seatkeeper.CallStats{}, try(s, again), "it is so already")
	require.Equal(t, seatkeeper.CallStats{}, try(s, seats.Notify{User: "nobody"}), "it is refused")
	require.Equal(t, seatkeeper.CallStats{Commits: 1}, try(refusing{s, store.ErrBroken}, seats.BuySeats{Quantity: 1}))
}

// TestWhatWasDueIsCountedBeside what the call asks.
func TestWhatWasDueIsCountedBeside(t *testing.T) {
	var o observed
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	k, _, _ := faulty(t, seatkeeper.Options{Now: func() time.Time { return now }, Observe: o.observe},
		seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour},
		storetest.None, storetest.None, // a load and a commit
		storetest.None, storetest.Conflict, storetest.None, storetest.LoseAfter, storetest.None, storetest.None)
	o.last(t)
	for _, want := range []seatkeeper.CallStats{
		{Account: "acme", Commits: 1}, {Account: "acme", Commits: 1, Settlements: 2, Conflicts: 1, Lost: 1},
	} {
		_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile(users.ID("p" + fmt.Sprint(want.Settlements)))})
		require.NoError(t, err)
		require.Equal(t, want, o.last(t))
		now = now.Add(time.Hour)
	}
	_, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.Empty(t, o.all, "it settles, and decides nothing")
}

// TestWhatIsNotSentIsNotCounted since the context ends between the load and the commit.
func TestWhatIsNotSentIsNotCounted(t *testing.T) {
	var o observed
	ctx, cancel := context.WithCancel(t.Context())
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	k, err := seatkeeper.New(ending{s, cancel}, seatkeeper.Options{Observe: o.observe})
	require.NoError(t, err)
	_, err = k.Do(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, seatkeeper.CallStats{Account: "acme", Err: err}, o.last(t))
}

// TestEveryDecisionIsToldOfOnce and nothing else is.
func TestEveryDecisionIsToldOfOnce(t *testing.T) {
	ctx := t.Context()
	var o observed
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{Observe: o.observe}, seats.Of(9000), seats.Standard())
	require.Equal(t, seatkeeper.CallStats{Account: "acme", Commits: 1}, o.last(t), "Open")
	var commands []seats.Command
	for i := range 1200 {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
	}
	_, err := k.DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	require.Len(t, o.all, 3, "one for each commit")
	o.all = nil
	_, err = k.DoEach(ctx, "nowhere", owner, commands...)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.Equal(t, seatkeeper.CallStats{Account: "nowhere", Err: store.ErrNotFound}, o.last(t))
	_, err = k.DoEach(ctx, "acme", owner)
	require.NoError(t, err)
	require.Equal(t, seatkeeper.CallStats{Account: "acme"}, o.last(t))
	_, err = k.Import(ctx, "acme", func(yield func(users.User, error) bool) {
		for i := range 501 {
			if !yield(users.User{Profile: profile(users.ID(fmt.Sprint("q", i)))}, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	require.Len(t, o.all, 2)
	o.all = nil

	plan, err := k.Preview(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	require.NoError(t, k.May(ctx, "acme", owner, seats.BuySeats{Quantity: 1}))
	require.Empty(t, o.all, "what looks ahead decides nothing")
	_, err = k.Apply(ctx, "acme", owner, plan)
	require.NoError(t, err)
	require.Equal(t, seatkeeper.CallStats{Account: "acme", Commits: 1}, o.last(t))

	in, _ := inTransaction(t, k.With(seatkeeper.Call{Reason: "r"}), s, storetest.None, storetest.Conflict)
	_, err = in.Do(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
	require.ErrorIs(t, err, store.ErrConflict)
	require.Equal(t, seatkeeper.CallStats{Account: "acme", Commits: 1, Conflicts: 1, Err: err}, o.last(t))
}

// TestHowLongACallTook is measured to the moment: a commit of an hour, and a call that
// waits for it, for so long or until its own time is up.
func TestHowLongACallTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		efforts := map[users.ID]seatkeeper.CallStats{}
		type who struct{}
		m := &meddler{Store: memstore.New()}
		k := newKeeper(t, m, seatkeeper.Options{Observe: func(ctx context.Context, e seatkeeper.CallStats) {
			mu.Lock()
			defer mu.Unlock()
			if id, is := ctx.Value(who{}).(users.ID); is {
				efforts[id] = e
			}
		}}, seats.Of(9), seats.Standard())
		m.before = func(seats.Change) { time.Sleep(time.Hour) }
		var calls sync.WaitGroup
		for _, id := range []users.ID{"ada", "bob"} {
			calls.Go(func() {
				_, err := k.Do(context.WithValue(t.Context(), who{}, id), "acme", owner, seats.Invite{Profile: profile(id)})
				require.NoError(t, err)
			})
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), who{}, users.ID("cy")), time.Minute)
		defer cancel()
		_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("cy")})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		calls.Wait()
		require.Equal(t, map[users.ID]seatkeeper.CallStats{
			"ada": {Account: "acme", Commits: 1, Took: time.Hour},
			"bob": {Account: "acme", Commits: 1, Took: 2 * time.Hour, Waited: time.Hour},
			"cy":  {Account: "acme", Took: time.Minute, Waited: time.Minute, Err: err},
		}, efforts)
	})
}

// TestNobodyWaitsForTheHost while it counts.
func TestNobodyWaitsForTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold, held := make(chan struct{}), false
		k := newKeeper(t, memstore.New(), seatkeeper.Options{Observe: func(_ context.Context, e seatkeeper.CallStats) {
			if e.Err != nil && !held {
				held = true
				<-hold
			}
		}}, seats.Of(9), seats.Standard())
		var first error
		var gone sync.WaitGroup
		gone.Go(func() { _, first = k.Do(t.Context(), "acme", owner, seats.Notify{User: "nobody"}) })
		synctest.Wait()
		require.True(t, held)
		_, err := k.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
		require.NoError(t, err, "the account's turn has passed on")
		close(hold)
		gone.Wait()
		require.ErrorIs(t, first, seats.ErrUnknownUser)
	})
}

// TestTheClockIsReadForTheHostAlone, and may jump back.
func TestTheClockIsReadForTheHostAlone(t *testing.T) {
	readings := func(observe func(context.Context, seatkeeper.CallStats)) (n int) {
		now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
		k := newKeeper(t, memstore.New(), seatkeeper.Options{Observe: observe, Now: func() time.Time {
			n++
			now = now.Add(-time.Second)
			return now
		}}, seats.Of(9), seats.Standard())
		n = 0
		_, err := k.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
		require.NoError(t, err)
		return n
	}
	var o observed
	require.Equal(t, readings(nil)+3, readings(o.observe))
	for _, e := range o.all {
		require.Zero(t, e.Waited)
		require.Zero(t, e.Took)
	}
}
