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
	"github.com/seatkeeper/seatkeeper/users"
)

// mailbox is a consumer that records its events.
type mailbox struct {
	mu    sync.Mutex
	got   map[users.AccountID][]uint64
	sizes []int // of deliveries
}

func (m *mailbox) take(_ context.Context, e seats.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.got == nil {
		m.got = map[users.AccountID][]uint64{}
	}
	m.got[e.Account] = append(m.got[e.Account], e.Sequence)
	return nil
}

// eventwise is a consumer that handles one event at a time, and again at once after a failure.
func eventwise(name string, fn func(context.Context, seats.Event) error) seatkeeper.Consumer {
	return seatkeeper.Consumer{
		Name: name, Batch: 1, Pause: noPause,
		Handle: func(ctx context.Context, d *seatkeeper.Delivery) error { return fn(ctx, d.Events[0]) },
	}
}

func noPause(int) time.Duration { return 0 }

// upTo are the numbers from 1 to n, those of a mailbox with every event once.
func upTo(n uint64) []uint64 {
	var all []uint64
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

func invite(t *testing.T, k *seatkeeper.Keeper, n int) {
	t.Helper()
	for i := range n {
		_, err := k.Do(context.Background(), "acme", owner, seats.Invite{Profile: users.Profile{Email: fmt.Sprintf("x%d-%d@acme.example", n, i)}})
		require.NoError(t, err)
	}
}

// shortSighted is a store that fails after the first page of pending accounts.
type shortSighted struct{ *memstore.Store }

func (s shortSighted) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	if after != "" {
		return nil, errDown
	}
	return s.Store.Pending(ctx, consumer, after, limit)
}

func TestKeeper_Drain(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9000), seats.Standard())
	_, err := k.Open(ctx, seats.Opening{Account: "beta", Total: seats.Of(1), Owner: profile("o")})
	require.NoError(t, err)
	invite(t, k, 1203)
	mails, index := &mailbox{}, &mailbox{}
	n, err := k.Drain(ctx, eventwise("mails", mails.take))
	require.NoError(t, err)
	require.Equal(t, 1205, n)
	require.Equal(t, map[users.AccountID][]uint64{"acme": upTo(1204), "beta": upTo(1)}, mails.got)
	n, err = k.Drain(ctx, eventwise("mails", mails.take))
	require.NoError(t, err)
	require.Zero(t, n, "nothing is new")

	invite(t, k, 2)
	restarted := on(t, s, seatkeeper.Options{})
	n, err = restarted.Drain(ctx, eventwise("mails", mails.take))
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, upTo(1206), mails.got["acme"])
	_, err = k.Drain(ctx, eventwise("index", index.take))
	require.NoError(t, err)
	require.Equal(t, mails.got, index.got)

	_, err = k.Drain(ctx, eventwise("", mails.take))
	require.ErrorIs(t, err, seats.ErrBadInput)
	_, err = k.Drain(ctx, eventwise("a\nb", mails.take))
	require.ErrorIs(t, err, seats.ErrBadInput)
}

// TestKeeper_Drain_consumer_fails at one event until it is mended.
func TestKeeper_Drain_consumer_fails(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(99), seats.Standard())
	_, err := k.Open(ctx, seats.Opening{Account: "beta", Total: seats.Of(1), Owner: profile("o")})
	require.NoError(t, err)
	invite(t, k, 5)
	m := &mailbox{}
	errMail := errors.New("no mail")
	failing := func(ctx context.Context, e seats.Event) error {
		if e.Account == "acme" && e.Sequence == 3 {
			return errMail
		}
		return m.take(ctx, e)
	}
	for range 2 {
		_, err = k.Drain(ctx, eventwise("mails", failing))
		require.ErrorIs(t, err, errMail)
		require.Equal(t, map[users.AccountID][]uint64{"acme": upTo(2), "beta": upTo(1)}, m.got, "no event is skipped, none comes again")
		_, err = k.Drain(ctx, eventwise("other", (&mailbox{}).take))
		require.NoError(t, err)
		do(t, k, owner, seats.BuySeats{Quantity: 1})
	}
	_, err = k.Drain(ctx, eventwise("mails", m.take))
	require.NoError(t, err)
	require.Equal(t, upTo(8), m.got["acme"])
}

func TestKeeper_Drain_uses_Keeper(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(99), seats.Standard())
	invite(t, k, 3)
	n, err := k.Drain(t.Context(), eventwise("mails", func(ctx context.Context, e seats.Event) error {
		if e.Kind != seats.EventInvited {
			return nil
		}
		_, err := k.Do(ctx, "acme", system, seats.Notify{User: e.User})
		return err
	}))
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, 4)
}

// TestKeeper_Drain_concurrent drains on several Keepers while events come in: each event
// once, in order.
func TestKeeper_Drain_concurrent(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9000), seats.Standard())
	m := &mailbox{}
	var gone sync.WaitGroup
	for range 4 {
		other := on(t, s, seatkeeper.Options{})
		gone.Go(func() {
			for range 200 {
				if _, err := other.Drain(context.Background(), eventwise("mails", m.take)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	invite(t, k, 300)
	gone.Wait()
	_, err := k.Drain(t.Context(), eventwise("mails", m.take))
	require.NoError(t, err)
	require.Equal(t, upTo(301), m.got["acme"])
}

// TestConsumer_Attempts_at_most_once: with batches of one event each is handed out once, whether the attempt fails or
// ends the process.
func TestConsumer_Attempts_at_most_once(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 3)
		m, gone := &mailbox{}, make(chan struct{})
		defer synctest.Wait()
		defer close(gone)
		c := m.taking(seatkeeper.Consumer{Batch: 1, Attempts: 1})
		taking, ended := c.Handle, c
		ended.Handle = func(context.Context, *seatkeeper.Delivery) error {
			<-gone // as if the process were
			return nil
		}
		go func() { _, _ = on(t, s, seatkeeper.Options{}).Drain(context.Background(), ended) }()
		time.Sleep(time.Minute)
		c.Handle = func(ctx context.Context, d *seatkeeper.Delivery) error {
			require.Equal(t, 1, d.Attempt)
			require.NoError(t, taking(ctx, d))
			if d.Events[0].Sequence == 3 {
				return errDown
			}
			return nil
		}
		_, err := k.Drain(t.Context(), c)
		require.ErrorContains(t, err, "event 1, attempt 1, set aside: seatkeeper: no attempt is left")
		require.ErrorContains(t, err, "event 3, attempt 1, set aside: "+errDown.Error())
		require.Equal(t, []uint64{2, 3, 4}, m.got["acme"])
	})
}
