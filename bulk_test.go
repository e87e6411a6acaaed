package seatkeeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestKeeper_DoEach(t *testing.T) {
	ctx := t.Context()
	m := &meddler{Store: memstore.New()}
	k := newKeeper(t, m, seatkeeper.Options{}, seats.Of(1001), seats.Standard())
	m.commits.Store(0)
	bulk, err := k.With(seatkeeper.Call{Reason: "import"}).DoEach(ctx, "acme", owner, invitations(1200)...)
	require.NoError(t, err)
	require.Len(t, bulk.Outcomes, 1200)
	require.EqualValues(t, 2, m.commits.Load(), "the third chunk is refused and writes nothing")
	for i, o := range bulk.Outcomes {
		require.Equal(t, i >= 1000, o.Refusal != nil)
		if o.Refusal != nil {
			require.Equal(t, i, o.Refusal.Index)
			require.ErrorIs(t, o.Refusal, seats.ErrNoSeats)
		}
	}
	correlations := map[string]bool{}
	for e, err := range k.Events(ctx, "acme", seats.EventFilter{After: 1}) {
		require.NoError(t, err)
		require.Equal(t, seats.ByBulk, e.Channel)
		require.Equal(t, "import", e.Reason)
		correlations[e.Correlation] = true
	}
	require.Len(t, correlations, 1)

	_, err = k.With(seatkeeper.Call{Correlation: "run 7"}).DoEach(ctx, "acme", owner, seats.Notify{User: "p0001"})
	require.NoError(t, err)
	for e := range k.Events(ctx, "acme", seats.EventFilter{After: 1001}) {
		require.Equal(t, "run 7", e.Correlation)
	}
}

// TestKeeper_DoEach_correlation: each call has its own.
func TestKeeper_DoEach_correlation(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for range 2 {
		_, err := k.DoEach(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1}, seats.BuySeats{Quantity: 2})
		require.NoError(t, err)
	}
	var all []string
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{After: 1}) {
		require.NoError(t, err)
		require.NotEmpty(t, e.Correlation)
		all = append(all, e.Correlation)
	}
	require.Len(t, all, 4)
	require.Equal(t, []bool{true, false, true}, []bool{all[0] == all[1], all[1] == all[2], all[2] == all[3]})
}

// TestKeeper_DoEach_continues after a failure in the middle, with its key.
func TestKeeper_DoEach_continues(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	sound := newKeeper(t, s, seatkeeper.Options{}, seats.Of(10_000), seats.Standard())
	k := on(t, faults.New(s, func(n int) faults.Fault {
		return map[int]faults.Fault{3: faults.LoseAfter, 4: faults.Fail}[n]
	}), seatkeeper.Options{})
	var commands []seats.Command
	for i := range 1200 {
		commands = append(commands, seats.Invite{Profile: users.Profile{Email: fmt.Sprintf("p%d@acme.example", i)}})
	}
	once := k.With(seatkeeper.Call{Key: "import"})
	bulk, err := once.DoEach(ctx, "acme", owner, commands...)
	require.ErrorIs(t, err, store.ErrUnknown)
	require.Len(t, bulk.Outcomes, 500)
	bulk, err = once.DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	require.Len(t, bulk.Outcomes, 1200)
	for i, o := range bulk.Outcomes {
		require.False(t, o.Unchanged, "%d", i)
		require.Nil(t, o.Refusal)
	}
	u, err := sound.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1201, u.Held)
	require.EqualValues(t, 1201, u.Sequence)
}
