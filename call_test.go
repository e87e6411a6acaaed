package seatkeeper_test

import (
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/erasure"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestCall_Key_concurrent delivers one order a hundred times, on two Keepers at once.
func TestCall_Key_concurrent(t *testing.T) {
	s := memstore.New()
	first := newKeeper(t, s, seatkeeper.Options{}, seats.Of(10), seats.Standard())
	second := on(t, s, seatkeeper.Options{})
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

// TestCall_Key_without_IDs: the IDs made for a call are no part of it.
func TestCall_Key_without_IDs(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(10), seats.Standard())
	once := k.With(seatkeeper.Call{Key: "k"})
	invite := seats.Invite{Profile: users.Profile{Email: "ada@acme.example"}}
	first := do(t, once, owner, invite)
	do(t, k, owner, seats.Delete{User: first.Outcomes[0].User})
	again := do(t, once, owner, invite)
	require.True(t, again.Repeated)
	require.Equal(t, first.Outcomes, again.Outcomes)
	require.Greater(t, again.Revision, first.Revision)
	_, err := once.Do(ctx, "acme", owner, invite, invite)
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
	_, err = k.With(seatkeeper.Call{Key: "a\x00"}).Do(ctx, "acme", owner, invite)
	require.ErrorIs(t, err, seats.ErrBadInput)
}

func mustEach(t *testing.T, k *seatkeeper.Keeper, commands ...seats.Command) []seats.Outcome {
	t.Helper()
	bulk, err := k.DoEach(t.Context(), "acme", owner, commands...)
	require.NoError(t, err)
	return bulk.Outcomes
}

// TestCall_Key_refused_chunk: all commands of the first commit are refused.
func TestCall_Key_refused_chunk(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(10), seats.Standard())
	once := k.With(seatkeeper.Call{Key: "k"})
	commands := slices.Repeat([]seats.Command{seats.Deactivate{User: "stranger"}}, 600)
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

func TestCall_Key_Open(t *testing.T) {
	ctx := t.Context()
	k := on(t, memstore.New(), seatkeeper.Options{})
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

func TestCall_Key_other_opening(t *testing.T) {
	k := on(t, memstore.New(), seatkeeper.Options{})
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

// TestCall_Key_lost_Apply: the refused command of the plan would fit by now.
func TestCall_Key_lost_Apply(t *testing.T) {
	k, sound, _ := faulty(t, seatkeeper.Options{}, seats.Standard(), faults.None, faults.LoseAfter, faults.Fail)
	do(t, sound, system, seats.SetTotal{Total: seats.Of(2)})
	plan, err := sound.Preview(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
	require.NoError(t, err)
	_, err = k.With(seatkeeper.Call{Key: "plan"}).Apply(t.Context(), "acme", owner, plan)
	require.ErrorIs(t, err, store.ErrUnknown)
	do(t, sound, owner, seats.BuySeats{Quantity: 1})
	done, err := k.With(seatkeeper.Call{Key: "plan"}).Apply(t.Context(), "acme", owner, plan)
	require.NoError(t, err, "it was carried out")
	require.True(t, done.Repeated)
}

// TestCall_Key_other_plan has the same commands and other outcomes.
func TestCall_Key_other_plan(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(2), seats.Standard())
	commands := []seats.Command{seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")}}
	first, err := k.Preview(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	once := k.With(seatkeeper.Call{Key: "k"})
	_, err = once.Apply(ctx, "acme", owner, first)
	require.NoError(t, err)
	do(t, k, owner, seats.BuySeats{Quantity: 5})
	second, err := k.Preview(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	_, err = once.Apply(ctx, "acme", owner, second)
	require.ErrorIs(t, err, seats.ErrKeyReused)
	done, err := once.Apply(ctx, "acme", owner, first)
	require.NoError(t, err)
	require.True(t, done.Repeated)
	require.ErrorIs(t, done.Outcomes[1].Refusal, seats.ErrNoSeats)
}

// TestCall_Key_SetTotal: the total has changed between the deliveries.
func TestCall_Key_SetTotal(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(3), seats.HowNow())
	hook := k.With(seatkeeper.Call{Key: "invoice 7", Reason: "renewal"})
	for i := range 3 {
		done := do(t, hook, system, seats.SetTotal{Total: seats.Of(25)})
		require.Equal(t, i > 0, done.Repeated)
		do(t, k, owner, seats.BuySeats{Quantity: 10})
	}
	u, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, seats.Of(55), u.Total)
	var kinds []seats.EventKind
	for e := range k.Events(ctx, "acme", seats.EventFilter{}) {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, 1, len(slices.DeleteFunc(kinds, func(k seats.EventKind) bool { return k != seats.EventTotalSet })))
}

// TestCall_Key_erased attacks all rows and events of memory.
func TestCall_Key_erased(t *testing.T) {
	s := memstore.New()
	k := on(t, s, seatkeeper.Options{})
	erasure.Run(t, k, func() string {
		ctx := t.Context()
		snapshots, err := s.Load(ctx, seats.Need{Account: "acme"})
		require.NoError(t, err)
		people, err := s.Users(ctx, "acme", users.Filter{Status: users.In(users.Statuses()...)}, 100)
		require.NoError(t, err)
		events, err := s.Events(ctx, "acme", seats.EventFilter{}, 1000)
		require.NoError(t, err)
		text, err := json.Marshal([]any{snapshots, people, events})
		require.NoError(t, err)
		return string(text)
	})
}

// TestCall_Key_salt: reads leave the salt out, and an import brings none.
func TestCall_Key_salt(t *testing.T) {
	ctx, s, day := t.Context(), memstore.New(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	imported := users.User{
		Profile: profile("bob"), Role: users.Member, Status: users.Active, Created: day, StatusSince: day, FirstSignIn: day, Salt: "guessed",
	}
	once := k.With(seatkeeper.Call{Key: "k"})
	do(t, once, system, seats.Invite{Profile: profile("ada")}, seats.EditAccount{Name: new("Acme")})
	do(t, k, system, seats.Import{User: imported})
	rows, err := s.Load(ctx, seats.Need{Account: "acme", Users: []users.ID{"ada", "bob"}})
	require.NoError(t, err)
	require.Len(t, rows[0].Account.Salt, 32)
	require.Len(t, rows[0].Users[0].Salt, 32)
	require.NotEqual(t, rows[0].Account.Salt, rows[0].Users[0].Salt)
	require.Empty(t, rows[0].Users[1].Salt)

	account, err := k.Account(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, account.Salt)
	for a, err := range k.Accounts(ctx, "") {
		require.NoError(t, err)
		require.Empty(t, a.Salt)
	}
	ada, err := k.User(ctx, "acme", "ada")
	require.NoError(t, err)
	require.Empty(t, ada.Salt)
	for u, err := range k.Users(ctx, "acme", users.Filter{}) {
		require.NoError(t, err)
		require.Empty(t, u.Salt)
	}
}
