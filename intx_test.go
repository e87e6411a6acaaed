package seatkeeper_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// mishaps are faults of a commit with the host's error.
var mishaps = map[faults.Fault]error{
	faults.Conflict: store.ErrConflict, faults.Repeat: store.ErrConflict,
	faults.LoseBefore: store.ErrUnknown, faults.LoseAfter: store.ErrUnknown, faults.LoseLate: store.ErrUnknown,
	faults.Fail: faults.ErrInjected,
}

// inTransaction returns a Keeper in a transaction whose calls to the store go wrong in
// this order, and what counts them.
func inTransaction(t *testing.T, k *seatkeeper.Keeper, s store.Store, plan ...faults.Fault) (*seatkeeper.Keeper, *faults.Store) {
	t.Helper()
	f := faults.New(s, faults.InOrder(plan...))
	return k.InTx(storetest.Bound(f)), f
}

// onlyConnection is a store with one connection: a call holds it while it runs, a transaction
// from begin to end.
type onlyConnection struct {
	store.Store
	free chan struct{}
}

func (o onlyConnection) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	<-o.free
	defer func() { o.free <- struct{}{} }()
	return o.Store.Load(ctx, needs...)
}

// TestKeeper_InTx_one_attempt: after any failure of a commit the Keeper does nothing more.
func TestKeeper_InTx_one_attempt(t *testing.T) {
	ctx := t.Context()
	plan, err := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard()).Preview(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	calls := map[string]func(*seatkeeper.Keeper) error{
		"Open": func(k *seatkeeper.Keeper) error {
			_, err := k.Open(ctx, seats.Opening{Account: "other", Total: seats.Of(1), Owner: profile("o")})
			return err
		},
		"Do": func(k *seatkeeper.Keeper) error {
			_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
			return err
		},
		"DoEach": func(k *seatkeeper.Keeper) error {
			bulk, err := k.DoEach(ctx, "acme", owner, seats.Invite{Profile: profile("ada")}, seats.Notify{User: "stranger"})
			if err == nil {
				require.Len(t, bulk.Outcomes, 2)
			}
			return err
		},
		"Apply": func(k *seatkeeper.Keeper) error {
			_, err := k.Apply(ctx, "acme", owner, plan)
			return err
		},
	}
	for name, call := range calls {
		for fault, want := range mishaps {
			s := memstore.New()
			k, f := inTransaction(t, newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard()), s, faults.None, fault)
			err := call(k)
			require.ErrorIs(t, err, want, "%s: %v", name, fault)
			require.Equal(t, want == store.ErrUnknown, errors.Is(err, store.ErrUnknown), "%s: %v", name, fault)
			require.Equal(t, 2, f.Calls(), "%s: %v", name, fault)
		}
		s := memstore.New()
		k, f := inTransaction(t, newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard()), s, faults.Fail)
		require.ErrorIs(t, call(k), faults.ErrInjected, name)
		require.Equal(t, 1, f.Calls(), name)
		require.NoError(t, call(k), name)
	}
}

// TestKeeper_InTx_settles what is due, and fails with it.
func TestKeeper_InTx_settles(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	s := memstore.New()
	outside := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(2), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	do(t, outside, owner, seats.Invite{Profile: profile("ada")})
	now = now.Add(time.Hour)
	calls := map[string]func(*seatkeeper.Keeper) error{
		"Do": func(k *seatkeeper.Keeper) error {
			_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("bob")})
			return err
		},
		"Usage": func(k *seatkeeper.Keeper) error { _, err := k.Usage(ctx, "acme"); return err },
		"Users": func(k *seatkeeper.Keeper) error { return lastError(k.Users(ctx, "acme", users.Filter{})) },
	}
	for name, call := range calls {
		for _, fault := range []faults.Fault{faults.Conflict, faults.LoseBefore, faults.Fail} {
			k, f := inTransaction(t, outside, s, faults.None, faults.None, fault)
			err := call(k)
			require.ErrorIs(t, err, mishaps[fault], "%s: %v", name, fault)
			require.Equal(t, fault == faults.LoseBefore, errors.Is(err, store.ErrUnknown))
			require.Equal(t, 3, f.Calls(), "%s: %v", name, fault)
		}
	}
	k, _ := inTransaction(t, outside, s)
	require.NoError(t, calls["Do"](k), "a seat has become free")
	u, err := k.User(ctx, "acme", "ada")
	require.NoError(t, err)
	require.Equal(t, users.Inactive, u.Status)
}

// TestKeeper_InTx_taken_key: the transaction lives on, and the key is looked up.
func TestKeeper_InTx_taken_key(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	outside := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	do(t, outside, owner, seats.Invite{Profile: profile("ada")}, seats.Deactivate{User: "ada"})
	invite := func(s store.Store, address string) (seatkeeper.Result, error) {
		return outside.InTx(storetest.Bound(s)).Do(ctx, "acme", system, seats.Invite{Profile: users.Profile{Email: address}})
	}
	look := &blind{Store: s}
	done, err := invite(look, "owner@acme.example")
	require.NoError(t, err)
	require.True(t, done.Outcomes[0].Unchanged)
	require.Equal(t, users.ID("owner"), done.Outcomes[0].User)
	require.Equal(t, 2, look.loads)
	_, err = invite(&blind{Store: s}, "ada@acme.example")
	require.ErrorIs(t, err, seats.ErrDuplicate)

	// A user hidden from this transaction is seen by the next.
	never := &meddler{Store: refusing{s, store.ErrKeyTaken}}
	_, err = invite(never, "bob@acme.example")
	require.ErrorIs(t, err, store.ErrConflict)
	require.EqualValues(t, 2, never.commits.Load())

	failing, _ := inTransaction(t, outside, refusing{s, store.ErrKeyTaken}, faults.None, faults.None, faults.Fail)
	_, err = failing.Do(ctx, "acme", owner, seats.Invite{Profile: profile("bob")})
	require.ErrorIs(t, err, faults.ErrInjected)
	require.NotErrorIs(t, err, store.ErrUnknown, "a change with a taken key was not written")
}

// TestKeeper_InTx_refusal: the transaction goes on.
func TestKeeper_InTx_refusal(t *testing.T) {
	s := memstore.New()
	k, f := inTransaction(t, newKeeper(t, s, seatkeeper.Options{}, seats.Of(1), seats.Standard()), s)
	_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, seats.ErrNoSeats)
	require.Equal(t, 1, f.Calls(), "nothing was written")
	do(t, k, owner, seats.BuySeats{Quantity: 1}, seats.Invite{Profile: profile("ada")})
}

// TestKeeper_InTx_locks has a call of the other Keeper wait for the transaction.
func TestKeeper_InTx_locks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		pool := onlyConnection{s, make(chan struct{}, 1)}
		pool.free <- struct{}{}
		k := newKeeper(t, pool, seatkeeper.Options{}, seats.Of(9), seats.Standard())

		<-pool.free // the transaction begins
		waiting := make(chan error)
		go func() {
			_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
			waiting <- err
		}()
		synctest.Wait() // it has the account's turn and waits for the connection
		_, err := k.InTx(storetest.Bound(s)).Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("bob")})
		require.NoError(t, err)
		pool.free <- struct{}{} // the transaction ends
		require.NoError(t, <-waiting)
	})
}

func TestKeeper_InTx_settings(t *testing.T) {
	now, s := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return now }, NewID: func() users.ID { return "made" }}, seats.Of(9), seats.Standard())
	hook := k.With(seatkeeper.Call{Key: "hook", Reason: "renewal"})
	done, err := hook.InTx(storetest.Bound(s)).Do(t.Context(), "acme", owner, seats.Invite{Profile: users.Profile{Email: "ada@acme.example"}})
	require.NoError(t, err)
	require.Equal(t, users.ID("made"), done.Outcomes[0].User)
	require.Equal(t, now, done.Events[0].Time)
	require.Equal(t, "renewal", done.Events[0].Reason)
	for _, again := range []*seatkeeper.Keeper{hook, hook.InTx(storetest.Bound(s)), k.InTx(storetest.Bound(s)).With(seatkeeper.Call{Key: "hook"})} {
		done = do(t, again, owner, seats.Invite{Profile: users.Profile{Email: "ada@acme.example"}})
		require.True(t, done.Repeated)
	}
	k, f := inTransaction(t, k, s, faults.None, faults.Conflict)
	_, err = k.With(seatkeeper.Call{Reason: "r"}).Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
	require.ErrorIs(t, err, store.ErrConflict)
	require.Equal(t, 2, f.Calls(), "it is still in the transaction")
}

func TestKeeper_InTx_Drain(t *testing.T) {
	s := memstore.New()
	k, f := inTransaction(t, newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard()), s)
	_, err := k.Drain(t.Context(), eventwise("mails", func(context.Context, seats.Event) error { return nil }))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.Zero(t, f.Calls())
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{}) {
		require.NoError(t, err)
		require.Equal(t, seats.EventOpened, e.Kind, "to read them does no harm")
	}
}
