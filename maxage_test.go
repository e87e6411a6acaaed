package seatkeeper_test

import (
	"context"
	"fmt"
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
	"github.com/seatkeeper/seatkeeper/users"
)

func TestCall_MaxAge(t *testing.T) {
	ways.Usual(t)
	synctest.Test(t, func(t *testing.T) {
		k, s := taped(t, seatkeeper.Options{}, 9)
		rival := on(t, s.Store, seatkeeper.Options{})
		do(t, k, owner, seats.Invite{Profile: profile("ada")})
		known := time.Now().UTC()
		time.Sleep(time.Second)
		do(t, rival, owner, seats.Deactivate{User: "ada"})
		s.since()
		recent := k.With(seatkeeper.Call{MaxAge: time.Minute})
		usage := func(k *seatkeeper.Keeper) seats.Usage {
			u, err := k.Usage(t.Context(), "acme")
			require.NoError(t, err)
			return u
		}
		u := usage(recent)
		require.EqualValues(t, 2, u.Held, "as it was")
		require.Equal(t, known, u.AsOf)
		require.NoError(t, recent.May(t.Context(), "acme", owner, seats.Deactivate{User: "ada"}))
		p, err := recent.User(t.Context(), "acme", "ada")
		require.NoError(t, err)
		require.Equal(t, users.Invited, p.Status)
		require.Equal(t, [2]int{0, 0}, s.since())

		u = usage(k)
		require.EqualValues(t, 1, u.Held, "exact by default")
		require.Zero(t, u.AsOf)
		require.Equal(t, [2]int{1, 0}, s.since())

		time.Sleep(time.Minute)
		u = usage(recent)
		require.EqualValues(t, 1, u.Held, "too old")
		require.Zero(t, u.AsOf)
		usage(recent)
		require.Equal(t, [2]int{1, 0}, s.since(), "what was read is remembered")
		_, err = recent.User(t.Context(), "acme", "stranger")
		require.ErrorIs(t, err, seats.ErrUnknownUser)
		_, err = recent.User(t.Context(), "acme", "stranger")
		require.ErrorIs(t, err, seats.ErrUnknownUser)
		require.Equal(t, [2]int{1, 0}, s.since())
		_, err = recent.UsageOfPool(t.Context(), "acme", "go")
		require.ErrorIs(t, err, seats.ErrBadInput)
		require.Equal(t, [2]int{1, 0}, s.since())
	})
}

// TestCall_MaxAge_due: what has come due is not left out.
func TestCall_MaxAge_due(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
		do(t, k, owner, seats.Invite{Profile: profile("ada")})
		time.Sleep(time.Hour)
		u, err := k.With(seatkeeper.Call{MaxAge: 24 * time.Hour}).Usage(t.Context(), "acme")
		require.NoError(t, err)
		require.EqualValues(t, 1, u.Held)
	})
}

// TestCall_MaxAge_meanwhile reads while others write: for the race detector.
func TestCall_MaxAge_meanwhile(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(900), seats.Standard())
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				u, err := k.With(seatkeeper.Call{MaxAge: time.Hour}).Usage(t.Context(), "acme")
				require.NoError(t, err)
				require.EqualValues(t, u.Revision, u.Held, "each commit takes a seat")
			}
		})
	}
	for _, c := range invitations(100) {
		do(t, k, owner, c)
	}
	cancel()
	readers.Wait()
}

// TestCall_MaxAge_own: no answer goes back behind what the Keeper has itself written or read, though another
// one meddles and what is remembered is dropped.
func TestCall_MaxAge_own(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(500), seats.Standard())
	other := on(t, s, seatkeeper.Options{})
	recent := k.With(seatkeeper.Call{MaxAge: time.Hour})
	last := uint64(0)
	for i := range 100 {
		before, err := recent.Usage(t.Context(), "acme")
		require.NoError(t, err)
		require.GreaterOrEqual(t, before.Revision, last)
		if i%3 == 0 {
			do(t, other, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("o", i)))})
		}
		last = do(t, k, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))}).Revision
		u, err := recent.Usage(t.Context(), "acme")
		require.NoError(t, err)
		require.GreaterOrEqual(t, u.Revision, last)
		_, err = recent.User(t.Context(), "acme", users.ID(fmt.Sprint("p", i)))
		require.NoError(t, err)
	}
}

// TestCall_MaxAge_as_of: the moment is not before the call by more than MaxAge, in whole microseconds.
func TestCall_MaxAge_as_of(t *testing.T) {
	ways.Usual(t)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(5), seats.Standard())
	recent := k.With(seatkeeper.Call{MaxAge: time.Hour})
	some := 0
	for range 50 {
		began := time.Now()
		u, err := recent.Usage(t.Context(), "acme")
		require.NoError(t, err)
		if u.AsOf.IsZero() {
			continue
		}
		some++
		require.Equal(t, u.AsOf.Truncate(time.Microsecond), u.AsOf)
		require.False(t, u.AsOf.After(time.Now()))
		require.True(t, u.AsOf.After(began.Add(-time.Hour)))
	}
	require.NotZero(t, some)
}

// A detained is a store whose next load is told of once it has its answer, and waits with it.
type detained struct {
	store.Store
	loaded, goOn chan struct{} // nil: no load waits
}

func (d *detained) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	all, err := d.Store.Load(ctx, needs...)
	if loaded, goOn := d.loaded, d.goOn; loaded != nil {
		d.loaded = nil
		close(loaded)
		<-goOn
	}
	return all, err
}

// TestCall_MaxAge_late: a read that comes late with an old state is not remembered over a newer one.
func TestCall_MaxAge_late(t *testing.T) {
	d := &detained{Store: memstore.New()}
	k := newKeeper(t, d, seatkeeper.Options{}, seats.Of(500), seats.Standard())
	recent := k.With(seatkeeper.Call{MaxAge: time.Hour})
	for i := range 45 { // in some of them nothing is remembered after the commit
		for n := range i % 2 {
			do(t, k, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("a%d-%d", i, n)))})
		}
		loaded, goOn, read := make(chan struct{}), make(chan struct{}), make(chan struct{})
		d.loaded, d.goOn = loaded, goOn
		go func() {
			defer close(read)
			_, _ = recent.User(t.Context(), "acme", users.ID(fmt.Sprint("ghost", i)))
		}()
		<-loaded
		last := do(t, k, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("b", i)))}).Revision
		close(goOn)
		<-read
		u, err := recent.Usage(t.Context(), "acme")
		require.NoError(t, err)
		require.GreaterOrEqual(t, u.Revision, last)
	}
}
