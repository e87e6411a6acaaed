package seatkeeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestKeeper_Accounts(t *testing.T) {
	ctx := t.Context()
	k := on(t, memstore.New(), seatkeeper.Options{})
	var want []users.AccountID
	for i := range 450 {
		id := users.AccountID(fmt.Sprintf("site-%04d", i))
		_, err := k.Open(ctx, seats.Opening{Account: id, Name: "Site", Total: seats.Of(1), Owner: profile("owner")})
		require.NoError(t, err)
		want = append(want, id)
	}
	_, err := k.Do(ctx, want[7], owner, seats.Close{})
	require.NoError(t, err)
	list := func(after users.AccountID) (ids []users.AccountID) {
		for a, err := range k.Accounts(ctx, after) {
			require.NoError(t, err)
			require.Equal(t, "Site", a.Name)
			require.Equal(t, a.ID == want[7], !a.Closed.IsZero())
			ids = append(ids, a.ID)
		}
		return ids
	}
	require.Equal(t, want, list(""))
	require.Equal(t, want[300:], list(want[299]))
	require.Empty(t, list(want[449]))
}

func TestKeeper_EraseAccount(t *testing.T) {
	ctx, vendor := t.Context(), users.Support("ticket")
	plan := map[int]faults.Fault{}
	f := faults.New(memstore.New(), func(n int) faults.Fault { return plan[n] })
	k := newKeeper(t, f, seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	_, err := k.DoEach(ctx, "acme", owner, invitations(1199)...)
	require.NoError(t, err)
	_, err = k.EraseAccount(ctx, "acme", vendor, "")
	require.ErrorIs(t, err, seats.ErrOpen)
	do(t, k, owner, seats.Close{})
	_, err = k.EraseAccount(ctx, "acme", owner, "")
	require.ErrorIs(t, err, seats.ErrForbidden)
	_, err = k.EraseAccount(ctx, "acme", vendor, "a\x00")
	require.ErrorIs(t, err, seats.ErrBadInput)
	a, err := k.Account(ctx, "acme")
	require.NoError(t, err)
	require.Zero(t, a.Erased)

	plan[f.Calls()+11] = faults.Fail // in the middle of it
	first, err := k.With(seatkeeper.Call{Key: "erase"}).EraseAccount(ctx, "acme", vendor, "asked for it")
	require.ErrorIs(t, err, faults.ErrInjected)
	require.Positive(t, first)
	rest, err := k.EraseAccount(ctx, "acme", vendor, "asked for it")
	require.NoError(t, err)
	require.Equal(t, 1200, first+rest)
	again, err := k.EraseAccount(ctx, "acme", vendor, "")
	require.NoError(t, err)
	require.Zero(t, again)

	people := 0
	for u, err := range k.Users(ctx, "acme", users.Filter{Status: users.In(users.Statuses()...)}) {
		require.NoError(t, err)
		require.Equal(t, u.Tombstone(), u.User)
		people++
	}
	require.Equal(t, 1200, people, "the IDs stay taken")
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
	for e, err := range k.Events(ctx, "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventDeleted, seats.EventAccountErased}}) {
		require.NoError(t, err)
		require.Equal(t, "asked for it", e.Reason)
		require.NotEmpty(t, e.Correlation)
	}
	_, err = k.Do(ctx, "acme", vendor, seats.Reopen{})
	require.ErrorIs(t, err, seats.ErrClosed)
	_, err = k.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("new")})
	require.Error(t, err, "the ID stays taken")
}

// TestKeeper_EraseAccount_rival: a rival deletes a user between the list and the commit; the
// user is deleted once and counted by the rival alone.
func TestKeeper_EraseAccount_rival(t *testing.T) {
	ctx, vendor := t.Context(), users.Support("ticket")
	m := &meddler{Store: memstore.New()}
	k := newKeeper(t, m, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	rival := on(t, m.Store, seatkeeper.Options{})
	do(t, rival, owner, seats.Invite{Profile: profile("ada")}, seats.Close{})
	met := false
	m.before = func(c seats.Change) {
		if c.Events[0].Kind == seats.EventDeleted && !met {
			met = true
			do(t, rival, vendor, seats.Delete{User: "ada"})
		}
	}
	people, err := k.EraseAccount(ctx, "acme", vendor, "")
	require.NoError(t, err)
	require.True(t, met)
	require.Equal(t, 1, people, "the owner")
}
