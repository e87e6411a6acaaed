package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_Drain_lease_ends holds a consumer up in the middle: another process gets the
// events once the lease has ended, and the first one stops.
func TestKeeper_Drain_lease_ends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 3)
		slow, quick := &mailbox{}, &mailbox{}
		var late error
		var gone sync.WaitGroup
		gone.Go(func() {
			_, late = k.Drain(context.Background(), eventwise("mails", func(ctx context.Context, e seats.Event) error {
				if e.Sequence == 2 {
					time.Sleep(90 * time.Second) // and does not look at its context
					if ctx.Err() == nil {
						t.Error("the context goes on")
					}
				}
				return slow.take(ctx, e)
			}))
		})
		synctest.Wait()
		other := on(t, s, seatkeeper.Options{})
		time.Sleep(59 * time.Second)
		n, err := other.Drain(context.Background(), eventwise("mails", quick.take))
		require.NoError(t, err)
		require.Zero(t, n)
		time.Sleep(time.Second)
		n, err = other.Drain(context.Background(), eventwise("mails", quick.take))
		require.NoError(t, err)
		require.Equal(t, 3, n, "from what was confirmed")
		gone.Wait()
		require.ErrorContains(t, late, "taken over the events")
		require.Equal(t, []uint64{1, 2}, slow.got["acme"])
		invite(t, k, 1)
		n, err = k.Drain(context.Background(), eventwise("mails", slow.take))
		require.NoError(t, err)
		require.Equal(t, 1, n, "nothing that the other is done with comes again")
	})
}

// TestKeeper_Drain_lease_renewed takes a quarter of a minute for each of many events.
func TestKeeper_Drain_lease_renewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 20)
		m := &mailbox{}
		var gone sync.WaitGroup
		gone.Go(func() {
			_, err := k.Drain(context.Background(), eventwise("mails", func(ctx context.Context, e seats.Event) error {
				time.Sleep(15 * time.Second)
				return m.take(ctx, e)
			}))
			if err != nil {
				t.Error(err)
			}
		})
		for range 30 {
			time.Sleep(10 * time.Second)
			n, err := k.Drain(context.Background(), eventwise("mails", m.take))
			require.NoError(t, err)
			require.Zero(t, n)
		}
		gone.Wait()
		require.Equal(t, upTo(21), m.got["acme"])
	})
}

// TestKeeper_Drain_context_ends in the middle of a delivery, which is finished: with success, or with
// an error after a part of it.
func TestKeeper_Drain_context_ends(t *testing.T) {
	for _, fails := range []bool{false, true} {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 8)
		m := &mailbox{}
		ctx, cancel := context.WithCancel(t.Context())
		errMail := errors.New("no mail")
		ending := seatkeeper.Consumer{Name: "mails", Batch: 3, Pause: noPause, Handle: func(working context.Context, d *seatkeeper.Delivery) error {
			for _, e := range d.Events {
				if e.Sequence == 5 {
					cancel()
					if require.NoError(t, working.Err()); fails {
						return errMail
					}
				}
				require.NoError(t, m.take(working, e))
				d.Done(e)
			}
			return nil
		}}
		n, err := k.Drain(ctx, ending)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, fails, errors.Is(err, errMail))
		at, failed := s.Progress(t.Context(), "mails", "acme")
		require.NoError(t, failed)
		if fails {
			require.Equal(t, 4, n)
			require.Equal(t, uint64(4), at.Sequence)
			require.Equal(t, 1, at.Attempts)
		} else {
			require.Equal(t, 6, n)
			require.Equal(t, store.Progress{Consumer: "mails", Account: "acme", Sequence: 6}, at)
		}
		_, err = k.Drain(t.Context(), eventwise("mails", m.take))
		require.NoError(t, err)
		require.Equal(t, upTo(9), m.got["acme"], "what is done does not come again")
		n, err = k.Drain(ctx, eventwise("other", m.take))
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, n)
	}
}

func TestKeeper_Drain_consumer_panics(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(99), seats.Standard())
	invite(t, k, 5)
	m := &mailbox{}
	require.Panics(t, func() {
		_, _ = k.Drain(t.Context(), eventwise("mails", func(ctx context.Context, e seats.Event) error {
			if e.Sequence == 3 {
				panic("no mail")
			}
			return m.take(ctx, e)
		}))
	})
	_, err := k.Drain(t.Context(), eventwise("mails", m.take))
	require.NoError(t, err)
	require.Equal(t, upTo(6), m.got["acme"])
}

func TestKeeper_Drain_broken_store(t *testing.T) {
	for call := range 6 {
		s := memstore.New()
		newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		f := faults.New(s, at(call, faults.Fail))
		_, err := on(t, f, seatkeeper.Options{}).Drain(t.Context(), eventwise("mails", (&mailbox{}).take))
		require.Equal(t, len(f.Struck()) > 0, errors.Is(err, faults.ErrInjected), call)
	}
}

// TestKeeper_Drain_lease_confirms: a renewal confirms the events before it.
func TestKeeper_Drain_lease_confirms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 9)
		m := &mailbox{}
		broken := errors.New("the process broke down")
		_, err := k.Drain(context.Background(), eventwise("mails", func(ctx context.Context, e seats.Event) error {
			time.Sleep(20 * time.Second)
			behind, err := s.Pending(ctx, "mails", "", 9)
			require.NoError(t, err)
			require.Less(t, behind[0].Sequence, e.Sequence, "what was not done is not confirmed")
			require.LessOrEqual(t, len(m.got["acme"])-2, int(behind[0].Sequence), "and what was is, now and then")
			if e.Sequence == 8 {
				return broken
			}
			return m.take(ctx, e)
		}))
		require.ErrorIs(t, err, broken)
		require.Equal(t, upTo(7), m.got["acme"])
		_, err = k.Drain(context.Background(), eventwise("mails", m.take))
		require.NoError(t, err)
		require.Equal(t, upTo(10), m.got["acme"])
	})
}

// TestKeeper_Drain_lease_taken lets another process take the lease between look and claim.
func TestKeeper_Drain_lease_taken(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	k := on(t, faults.New(s, func(n int) faults.Fault {
		if n == 1 {
			from := store.Progress{Consumer: "mails", Account: "acme"}
			to := from
			to.LeaseUntil = time.Now().Add(time.Minute)
			require.NoError(t, s.Advance(t.Context(), from, to))
		}
		return faults.None
	}), seatkeeper.Options{})
	n, err := k.Drain(t.Context(), eventwise("mails", func(context.Context, seats.Event) error { panic("it has not got the turn") }))
	require.NoError(t, err)
	require.Zero(t, n)
}

// TestKeeper_Drain_lost_answer, or a conflict, at any call: each event comes once, and the
// lease is given back.
func TestKeeper_Drain_lost_answer(t *testing.T) {
	for _, fault := range []faults.Fault{faults.Conflict, faults.LoseBefore, faults.LoseAfter, faults.LoseLate, faults.Repeat} {
		for call := range 9 {
			s := memstore.New()
			invite(t, newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard()), 3)
			k := on(t, faults.New(s, at(call, fault)), seatkeeper.Options{})
			m := &mailbox{}
			n, err := k.Drain(t.Context(), eventwise("mails", m.take))
			require.NoError(t, err, "%v at %d", fault, call)
			require.Equal(t, 4, n)
			require.Equal(t, upTo(4), m.got["acme"])
			invite(t, k, 1)
			n, err = k.Drain(t.Context(), eventwise("mails", m.take))
			require.NoError(t, err)
			require.Equal(t, 1, n, "%v at %d: the lease was given back", fault, call)
		}
	}
}

func TestKeeper_Drain_settles_nothing(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	invite(t, k, 1)
	now = now.Add(2 * time.Hour)
	n, err := k.Drain(t.Context(), eventwise("mails", (&mailbox{}).take))
	require.NoError(t, err)
	require.Equal(t, 2, n)
	loaded, err := s.Load(t.Context(), seats.Need{Account: "acme"})
	require.NoError(t, err)
	require.EqualValues(t, 2, loaded[0].Account.Sequence)
}

// TestKeeper_Drain_all_errors: those of the consumer and of the store.
func TestKeeper_Drain_all_errors(t *testing.T) {
	k := newKeeper(t, shortSighted{memstore.New()}, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for i := range 250 {
		_, err := k.Open(t.Context(), seats.Opening{Account: users.AccountID(fmt.Sprint("x", i)), Total: seats.Of(1), Owner: profile("o")})
		require.NoError(t, err)
	}
	errMail := errors.New("no mail")
	_, err := k.Drain(t.Context(), eventwise("mails", func(_ context.Context, e seats.Event) error {
		if e.Account == "acme" {
			return errMail
		}
		return nil
	}))
	require.ErrorIs(t, err, errDown)
	require.ErrorIs(t, err, errMail)
}
