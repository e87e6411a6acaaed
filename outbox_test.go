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
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/users"
)

// mailbox is a consumer that remembers what it got.
type mailbox struct {
	mu  sync.Mutex
	got map[users.AccountID][]uint64
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

// upTo is what a mailbox has that got everything once.
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

func TestEveryConsumerGetsEveryEvent(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9000), seats.Standard())
	_, err := k.Open(ctx, seats.Opening{Account: "beta", Seats: seats.Of(1), Owner: profile("o")})
	require.NoError(t, err)
	invite(t, k, 1203)
	mails, index := &mailbox{}, &mailbox{}
	n, err := k.Drain(ctx, "mails", mails.take)
	require.NoError(t, err)
	require.Equal(t, 1205, n)
	require.Equal(t, map[users.AccountID][]uint64{"acme": upTo(1204), "beta": upTo(1)}, mails.got)
	n, err = k.Drain(ctx, "mails", mails.take)
	require.NoError(t, err)
	require.Zero(t, n, "nothing is new")

	invite(t, k, 2)
	restarted, err := seatkeeper.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	n, err = restarted.Drain(ctx, "mails", mails.take)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, upTo(1206), mails.got["acme"])
	_, err = k.Drain(ctx, "index", index.take)
	require.NoError(t, err)
	require.Equal(t, mails.got, index.got)

	_, err = k.Drain(ctx, "", mails.take)
	require.ErrorIs(t, err, seats.ErrBadInput)
	_, err = k.Drain(ctx, "a\nb", mails.take)
	require.ErrorIs(t, err, seats.ErrBadInput)
}

// TestAFailingConsumerBlocksNobodyElse fails at one event until it is mended.
func TestAFailingConsumerBlocksNobodyElse(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(99), seats.Standard())
	_, err := k.Open(ctx, seats.Opening{Account: "beta", Seats: seats.Of(1), Owner: profile("o")})
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
		_, err = k.Drain(ctx, "mails", failing)
		require.ErrorIs(t, err, errMail)
		require.Equal(t, map[users.AccountID][]uint64{"acme": upTo(2), "beta": upTo(1)}, m.got, "no event is skipped, none comes again")
		_, err = k.Drain(ctx, "other", (&mailbox{}).take)
		require.NoError(t, err)
		_, err = k.Do(ctx, "acme", owner, seats.BuySeats{Seats: 1})
		require.NoError(t, err)
	}
	_, err = k.Drain(ctx, "mails", m.take)
	require.NoError(t, err)
	require.Equal(t, upTo(8), m.got["acme"])
}

// TestTheLoopOfAConsumerMayUseTheKeeper while it is handed events.
func TestTheLoopOfAConsumerMayUseTheKeeper(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(99), seats.Standard())
	invite(t, k, 3)
	n, err := k.Drain(t.Context(), "mails", func(ctx context.Context, e seats.Event) error {
		if e.Kind != seats.Invited {
			return nil
		}
		_, err := k.Do(ctx, "acme", system, seats.Notify{User: e.User})
		return err
	})
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, 4)
}

// TestTwoProcessesShareAConsumer drains in several goroutines on several Keepers
// while events come in: each event once, in order.
func TestTwoProcessesShareAConsumer(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9000), seats.Standard())
	m := &mailbox{}
	var gone sync.WaitGroup
	for range 4 {
		other, err := seatkeeper.New(s, seatkeeper.Options{})
		require.NoError(t, err)
		gone.Go(func() {
			for range 200 {
				if _, err := other.Drain(context.Background(), "mails", m.take); err != nil {
					t.Error(err)
				}
			}
		})
	}
	invite(t, k, 300)
	gone.Wait()
	_, err := k.Drain(t.Context(), "mails", m.take)
	require.NoError(t, err)
	require.Equal(t, upTo(301), m.got["acme"])
}

// TestWhoeverTakesTooLongIsRelieved holds a consumer up in the middle: nobody else
// gets the events at first, somebody does after a while, and who was held up stops.
func TestWhoeverTakesTooLongIsRelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 3)
		slow, quick := &mailbox{}, &mailbox{}
		var late error
		var gone sync.WaitGroup
		gone.Go(func() {
			_, late = k.Drain(context.Background(), "mails", func(ctx context.Context, e seats.Event) error {
				if e.Sequence == 2 {
					time.Sleep(90 * time.Second) // and does not look at its context
					if ctx.Err() == nil {
						t.Error("the context goes on")
					}
				}
				return slow.take(ctx, e)
			})
		})
		synctest.Wait()
		other, err := seatkeeper.New(s, seatkeeper.Options{})
		require.NoError(t, err)
		time.Sleep(59 * time.Second)
		n, err := other.Drain(context.Background(), "mails", quick.take)
		require.NoError(t, err)
		require.Zero(t, n)
		time.Sleep(time.Second)
		n, err = other.Drain(context.Background(), "mails", quick.take)
		require.NoError(t, err)
		require.Equal(t, 3, n, "from what was confirmed")
		gone.Wait()
		require.ErrorContains(t, late, "taken over the events")
		require.Equal(t, []uint64{1, 2}, slow.got["acme"])
		invite(t, k, 1)
		n, err = k.Drain(context.Background(), "mails", slow.take)
		require.NoError(t, err)
		require.Equal(t, 1, n, "nothing that the other is done with comes again")
	})
}

// TestALongTurnIsRenewed takes a quarter of a minute for each of many events.
func TestALongTurnIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 20)
		m := &mailbox{}
		var gone sync.WaitGroup
		gone.Go(func() {
			_, err := k.Drain(context.Background(), "mails", func(ctx context.Context, e seats.Event) error {
				time.Sleep(15 * time.Second)
				return m.take(ctx, e)
			})
			if err != nil {
				t.Error(err)
			}
		})
		for range 30 {
			time.Sleep(10 * time.Second)
			n, err := k.Drain(context.Background(), "mails", m.take)
			require.NoError(t, err)
			require.Zero(t, n)
		}
		gone.Wait()
		require.Equal(t, upTo(21), m.got["acme"])
	})
}

// TestWhatIsDoneIsConfirmedThoughTheContextEnds ends it in the middle.
func TestWhatIsDoneIsConfirmedThoughTheContextEnds(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
	_, err := k.Open(t.Context(), seats.Opening{Account: "beta", Seats: seats.Of(1), Owner: profile("o")})
	require.NoError(t, err)
	invite(t, k, 5)
	m := &mailbox{}
	ctx, cancel := context.WithCancel(t.Context())
	n, err := k.Drain(ctx, "mails", func(ctx context.Context, e seats.Event) error {
		if e.Sequence == 3 {
			cancel()
			return ctx.Err()
		}
		return m.take(ctx, e)
	})
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, err.Error(), "beta", "the others are not tried")
	require.Equal(t, 2, n)
	behind, err := s.Behind(t.Context(), "mails", "", 9)
	require.NoError(t, err)
	require.Equal(t, []store.Progress{{Consumer: "mails", Account: "acme", Sequence: 2}, {Consumer: "mails", Account: "beta"}}, behind)
}

// TestNothingIsHandedOutAfterTheContext has ended, though the consumer does not mind.
func TestNothingIsHandedOutAfterTheContext(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(99), seats.Standard())
	invite(t, k, 5)
	m := &mailbox{}
	ctx, cancel := context.WithCancel(t.Context())
	n, err := k.Drain(ctx, "mails", func(ctx context.Context, e seats.Event) error {
		if e.Sequence == 3 {
			cancel()
		}
		return m.take(ctx, e)
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 3, n)
	n, err = k.Drain(t.Context(), "mails", m.take)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.Equal(t, upTo(6), m.got["acme"], "what it took it does not get again")
	n, err = k.Drain(ctx, "other", m.take)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, n)
}

// TestAConsumerThatPanics goes on where it was.
func TestAConsumerThatPanics(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(99), seats.Standard())
	invite(t, k, 5)
	m := &mailbox{}
	require.Panics(t, func() {
		_, _ = k.Drain(t.Context(), "mails", func(ctx context.Context, e seats.Event) error {
			if e.Sequence == 3 {
				panic("no mail")
			}
			return m.take(ctx, e)
		})
	})
	_, err := k.Drain(t.Context(), "mails", m.take)
	require.NoError(t, err)
	require.Equal(t, upTo(6), m.got["acme"])
}

func TestTheOutboxOfABrokenStore(t *testing.T) {
	for at := range 6 {
		s := memstore.New()
		newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		f := storetest.NewFaulty(s, func(n int) storetest.Fault {
			if n == at {
				return storetest.Fail
			}
			return storetest.None
		})
		k, err := seatkeeper.New(f, seatkeeper.Options{})
		require.NoError(t, err)
		m := &mailbox{}
		_, err = k.Drain(t.Context(), "mails", m.take)
		require.Equal(t, len(f.Struck()) > 0, errors.Is(err, storetest.ErrInjected), at)
	}
}

// TestARenewalConfirmsOnlyWhatIsDone takes long, and fails at the event before which
// the turn was renewed.
func TestARenewalConfirmsOnlyWhatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 9)
		m := &mailbox{}
		broken := errors.New("the process broke down")
		_, err := k.Drain(context.Background(), "mails", func(ctx context.Context, e seats.Event) error {
			time.Sleep(20 * time.Second)
			behind, err := s.Behind(ctx, "mails", "", 9)
			require.NoError(t, err)
			require.Less(t, behind[0].Sequence, e.Sequence, "what was not done is not confirmed")
			require.LessOrEqual(t, len(m.got["acme"])-2, int(behind[0].Sequence), "and what was is, now and then")
			if e.Sequence == 8 {
				return broken
			}
			return m.take(ctx, e)
		})
		require.ErrorIs(t, err, broken)
		require.Equal(t, upTo(7), m.got["acme"])
		_, err = k.Drain(context.Background(), "mails", m.take)
		require.NoError(t, err)
		require.Equal(t, upTo(10), m.got["acme"])
	})
}

// TestWhoIsLateForATurnLeavesIt lets another process take it between the look and the claim.
func TestWhoIsLateForATurnLeavesIt(t *testing.T) {
	k, _, f := faulty(t, seatkeeper.Options{}, seats.Standard(), storetest.None, storetest.Conflict)
	n, err := k.Drain(t.Context(), "mails", func(context.Context, seats.Event) error { panic("it has not got the turn") })
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, []string{"Conflict at call 1, Advance"}, f.Struck())
}

// TestADrainLetsNothingHappen that is due.
func TestADrainLetsNothingHappen(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), seats.Policy{Invites: seats.RunsFreed, Term: time.Hour})
	invite(t, k, 1)
	now = now.Add(2 * time.Hour)
	n, err := k.Drain(t.Context(), "mails", (&mailbox{}).take)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	loaded, err := s.Load(t.Context(), seats.Need{Account: "acme"})
	require.NoError(t, err)
	require.EqualValues(t, 2, loaded[0].Account.Sequence)
}

// shortSighted is a store that can't say who is behind after the first page.
type shortSighted struct{ store.Store }

func (s shortSighted) Behind(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	if after != "" {
		return nil, errDown
	}
	return s.Store.Behind(ctx, consumer, after, limit)
}

// TestADrainThatBreaksOffTellsAllErrors of the consumer and of the store.
func TestADrainThatBreaksOffTellsAllErrors(t *testing.T) {
	k := newKeeper(t, shortSighted{memstore.New()}, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for i := range 250 {
		_, err := k.Open(t.Context(), seats.Opening{Account: users.AccountID(fmt.Sprint("x", i)), Seats: seats.Of(1), Owner: profile("o")})
		require.NoError(t, err)
	}
	errMail := errors.New("no mail")
	_, err := k.Drain(t.Context(), "mails", func(_ context.Context, e seats.Event) error {
		if e.Account == "acme" {
			return errMail
		}
		return nil
	})
	require.ErrorIs(t, err, errDown)
	require.ErrorIs(t, err, errMail)
}
