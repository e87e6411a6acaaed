package seatkeeper_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestAWebhookArrivesOftenAndCountsOnce is of a hundred deliveries of one order, on
// two Keepers at once.
func TestAWebhookArrivesOftenAndCountsOnce(t *testing.T) {
	s := memstore.New()
	first := newKeeper(t, s, seatkeeper.Options{}, seats.Of(10), seats.Standard())
	second, err := seatkeeper.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	var fresh atomic.Int64
	var gone sync.WaitGroup
	for i := range 100 {
		k := []*seatkeeper.Keeper{first, second}[i%2].With(seatkeeper.Call{Key: "order 1"})
		gone.Go(func() {
			done, err := k.Do(t.Context(), "acme", system, seats.BuySeats{Quantity: 5})
			if err == nil && !done.Repeated {
				fresh.Add(1)
			}
			if err != nil || len(done.Events) != 1 || done.Events[0].Count != 5 || done.Outcomes[0].Unchanged {
				t.Errorf("%v %+v", err, done)
			}
		})
	}
	gone.Wait()
	require.EqualValues(t, 1, fresh.Load())
	u, err := first.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, seats.Of(15), u.Total)
}

// TestACallWithoutIDsIsTheSameCall though the IDs that are made for it differ.
func TestACallWithoutIDsIsTheSameCall(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(10), seats.Standard())
	once := k.With(seatkeeper.Call{Key: "k"})
	invite := seats.Invite{Profile: users.Profile{Email: "ada@acme.example"}}
	first, err := once.Do(ctx, "acme", owner, invite)
	require.NoError(t, err)
	_, err = k.Do(ctx, "acme", owner, seats.Delete{User: first.Outcomes[0].User})
	require.NoError(t, err)
	again, err := once.Do(ctx, "acme", owner, invite)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, first.Outcomes, again.Outcomes)
	require.Greater(t, again.Revision, first.Revision)
	_, err = once.Do(ctx, "acme", owner, invite, invite)
	require.ErrorIs(t, err, seats.ErrKeyReused)
	_, err = once.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("owner")})
	require.ErrorIs(t, err, seats.ErrKeyReused)
	for _, o := range mustEach(t, once, invite, seats.BuySeats{Quantity: 1}) {
		require.ErrorIs(t, o.Refusal, seats.ErrKeyReused, "one by one")
	}
	plan, err := k.Preview(ctx, "acme", owner, invite)
	require.NoError(t, err)
	_, err = once.Apply(ctx, "acme", owner, plan)
	require.ErrorIs(t, err, seats.ErrKeyReused)
	_, err = once.DoEach(ctx, "acme", owner)
	require.ErrorIs(t, err, seats.ErrKeyReused, "no command")
	_, err = k.DoEach(ctx, "unknown", owner)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = k.With(seatkeeper.Call{Key: "a\x00"}).Do(ctx, "acme", owner, invite)
	require.ErrorIs(t, err, seats.ErrBadInput)
}

func mustEach(t *testing.T, k *seatkeeper.Keeper, commands ...seats.Command) []seats.Outcome {
	t.Helper()
	outcomes, err := k.DoEach(t.Context(), "acme", owner, commands...)
	require.NoError(t, err)
	return outcomes
}

// TestAKeyIsTakenThoughTheFirstCommandsWereRefused is of a bulk call of which nothing
// is known in its first part.
func TestAKeyIsTakenThoughTheFirstCommandsWereRefused(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(10), seats.Standard())
	once := k.With(seatkeeper.Call{Key: "k"})
	commands := slices.Repeat([]seats.Command{seats.Deactivate{User: "nobody"}}, 600)
	commands = append(commands, seats.BuySeats{Quantity: 1})
	outcomes := mustEach(t, once, commands...)
	require.ErrorIs(t, outcomes[599].Refusal, seats.ErrUnknownUser)
	require.Equal(t, 599, outcomes[599].Refusal.Index)
	require.Nil(t, outcomes[600].Refusal)
	require.Equal(t, outcomes, mustEach(t, once, commands...))
	_, err := once.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 5})
	require.ErrorIs(t, err, seats.ErrKeyReused)
	usage, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, seats.Of(11), usage.Total)
}

func TestAnAccountIsOpenedOnce(t *testing.T) {
	ctx := t.Context()
	k, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	require.NoError(t, err)
	o := seats.Opening{Account: "acme", Total: seats.Of(1), Owner: users.Profile{Email: "olive@acme.example"}}
	first, err := k.With(seatkeeper.Call{Key: "signup"}).Open(ctx, o)
	require.NoError(t, err)
	again, err := k.With(seatkeeper.Call{Key: "signup"}).Open(ctx, o)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, first.Outcomes, again.Outcomes)
	require.Equal(t, first.Events, again.Events)
	_, err = k.With(seatkeeper.Call{Key: "another"}).Open(ctx, o)
	require.ErrorIs(t, err, store.ErrExists)
	_, err = k.Open(ctx, o)
	require.ErrorIs(t, err, store.ErrExists)
}

// TestABulkCallIsTakenUpWhereItBroke lets the store fail in the middle, and makes
// the call again.
func TestABulkCallIsTakenUpWhereItBroke(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	sound := newKeeper(t, s, seatkeeper.Options{}, seats.Of(10_000), seats.Standard())
	k, err := seatkeeper.New(faults.New(s, func(n int) faults.Fault {
		return map[int]faults.Fault{3: faults.LoseAfter, 4: faults.Fail}[n]
	}), seatkeeper.Options{})
	require.NoError(t, err)
	var commands []seats.Command
	for i := range 1200 {
		commands = append(commands, seats.Invite{Profile: users.Profile{Email: fmt.Sprintf("p%d@acme.example", i)}})
	}
	once := k.With(seatkeeper.Call{Key: "import"})
	outcomes, err := once.DoEach(ctx, "acme", owner, commands...)
	require.ErrorIs(t, err, store.ErrUnknown)
	require.Len(t, outcomes, 500)
	outcomes, err = once.DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	require.Len(t, outcomes, 1200)
	for i, o := range outcomes {
		require.False(t, o.Unchanged, "%d", i)
		require.Nil(t, o.Refusal)
	}
	u, err := sound.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1201, u.Held)
	require.EqualValues(t, 1201, u.Sequence)
}

// TestTheKeyOfAnOpeningIsNotThatOfAnother opens an account once more, otherwise.
func TestTheKeyOfAnOpeningIsNotThatOfAnother(t *testing.T) {
	k, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	require.NoError(t, err)
	once := k.With(seatkeeper.Call{Key: "signup"})
	o := seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("owner")}
	done, err := once.Open(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, done.Events[0].Digest, 64)
	o.Total = seats.Of(2)
	_, err = once.Open(t.Context(), o)
	require.ErrorIs(t, err, seats.ErrKeyReused)
	_, err = once.Do(t.Context(), "acme", system, seats.BuySeats{Quantity: 1})
	require.ErrorIs(t, err, seats.ErrKeyReused)
	done, err = k.Open(t.Context(), seats.Opening{Account: "beta", Total: seats.Of(1), Owner: profile("owner")})
	require.NoError(t, err)
	require.Empty(t, done.Events[0].Digest, "a call without a key has none")
	done, err = k.Do(t.Context(), "beta", system, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	require.Empty(t, done.Events[0].Digest)
}
