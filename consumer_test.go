package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// counted counts the writes of progress and the events that are read.
type counted struct {
	*memstore.Store
	writes, read int
}

func (c *counted) Advance(ctx context.Context, from, to store.Progress) error {
	c.writes++
	return c.Store.Advance(ctx, from, to)
}

func (c *counted) Events(ctx context.Context, account users.AccountID, f seats.EventFilter, limit int) ([]seats.Event, error) {
	page, err := c.Store.Events(ctx, account, f, limit)
	c.read += len(page)
	return page, err
}

// taking is a consumer that records its deliveries.
func (m *mailbox) taking(c seatkeeper.Consumer) seatkeeper.Consumer {
	c.Name = "mails"
	c.Handle = func(ctx context.Context, d *seatkeeper.Delivery) error {
		m.sizes = append(m.sizes, len(d.Events))
		for _, e := range d.Events {
			_ = m.take(ctx, e)
		}
		return nil
	}
	return c
}

func opened(t *testing.T, k *seatkeeper.Keeper, account users.AccountID) {
	t.Helper()
	_, err := k.Open(t.Context(), seats.Opening{Account: account, Total: seats.Of(99), Owner: profile("o")})
	require.NoError(t, err)
}

func drained(t *testing.T, k *seatkeeper.Keeper, c seatkeeper.Consumer) int {
	t.Helper()
	n, err := k.Drain(t.Context(), c)
	require.NoError(t, err)
	return n
}

// TestConsumer_Batch: progress is written once for each batch, and once more.
func TestConsumer_Batch(t *testing.T) {
	for batch, sizes := range map[int][]int{0: {100, 100, 51}, 1: nil, 250: {250, 1}, 251: {251}, seatkeeper.MaxBatch: {251}} {
		s := &counted{Store: memstore.New()}
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9000), seats.Standard())
		invite(t, k, 250)
		m := &mailbox{}
		require.Equal(t, 251, drained(t, k, m.taking(seatkeeper.Consumer{Batch: batch})))
		require.Equal(t, upTo(251), m.got["acme"])
		require.Len(t, m.sizes, s.writes-1)
		if sizes != nil {
			require.Equal(t, sizes, m.sizes)
		}
	}
}

// TestConsumer_Kinds: other events are passed over, with one write if there are no others.
func TestConsumer_Kinds(t *testing.T) {
	s := &counted{Store: memstore.New()}
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9000), seats.Standard())
	for i := range 4 {
		for j := range 3 {
			do(t, k, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("p%d-%d", i, j)))})
		}
		for range 30 {
			do(t, k, owner, seats.BuySeats{Quantity: 1})
		}
	}
	s.writes, s.read = 0, 0
	m := &mailbox{}
	c := m.taking(seatkeeper.Consumer{Batch: 5, Kinds: []seats.EventKind{seats.EventInvited, seats.EventDeleted}})
	require.Equal(t, 12, drained(t, k, c))
	require.Equal(t, []int{5, 5, 2}, m.sizes)
	require.Equal(t, []uint64{2, 3, 4, 35, 36, 37, 68, 69, 70, 101, 102, 103}, m.got["acme"])
	require.Equal(t, 4, s.writes)
	require.Equal(t, 13, s.read, "those handed out and the last one")
	require.Zero(t, drained(t, k, c))
	do(t, k, owner, seats.BuySeats{Quantity: 1})
	require.Zero(t, drained(t, k, c))
	require.Equal(t, 5, s.writes)
	at, err := s.Progress(t.Context(), "mails", "acme")
	require.NoError(t, err)
	require.Equal(t, store.Progress{Consumer: "mails", Account: "acme", Sequence: 134}, at)
}

// TestConsumer_FromNow: a new consumer gets the events after its first Drain alone, and all of an
// account opened later.
func TestConsumer_FromNow(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
	invite(t, k, 2)
	opened(t, k, "beta")
	m, old := &mailbox{}, &mailbox{}
	c := m.taking(seatkeeper.Consumer{FromNow: true})
	require.Zero(t, drained(t, k, c))
	invite(t, k, 1)
	opened(t, k, "new")
	require.Equal(t, 2, drained(t, on(t, s, seatkeeper.Options{}), c))
	require.Equal(t, map[users.AccountID][]uint64{"acme": {4}, "new": {1}}, m.got)

	failing := eventwise("old", func(context.Context, seats.Event) error { return errDown })
	_, err := k.Drain(t.Context(), failing)
	require.ErrorIs(t, err, errDown)
	began := eventwise("old", old.take)
	began.FromNow = true
	require.Equal(t, 6, drained(t, k, began), "it was not new")

	empty := on(t, memstore.New(), seatkeeper.Options{})
	none := &mailbox{}
	require.Zero(t, drained(t, empty, none.taking(seatkeeper.Consumer{FromNow: true})))
	opened(t, empty, "first")
	require.Equal(t, 1, drained(t, empty, none.taking(seatkeeper.Consumer{FromNow: true})))
}

// TestDelivery_Done: after an error the events marked before are done, and the next one comes alone.
func TestDelivery_Done(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(99), seats.Standard())
	invite(t, k, 19)
	m, attempts := &mailbox{}, []int{}
	c := m.taking(seatkeeper.Consumer{Batch: 8, Pause: noPause})
	taking := c.Handle
	c.Handle = func(ctx context.Context, d *seatkeeper.Delivery) error {
		require.Equal(t, users.AccountID("acme"), d.Account)
		attempts = append(attempts, d.Attempt)
		if d.Events[0].Sequence < 6 && len(attempts) < 4 {
			d.Done(seats.Event{Sequence: 5})
			d.Done(seats.Event{Sequence: 3}) // is done already
			return errDown
		}
		return taking(ctx, d)
	}
	n, err := k.Drain(t.Context(), c)
	require.ErrorIs(t, err, errDown)
	require.Equal(t, 5, n)
	var e *seatkeeper.ConsumeError
	require.ErrorAs(t, err, &e)
	require.Equal(t, seatkeeper.ConsumeError{Consumer: "mails", Account: "acme", Sequence: 6, Attempt: 1, Err: errDown}, *e)
	require.EqualError(t, err, `seatkeeper: account "acme", event 6, attempt 1: `+errDown.Error())
	require.Equal(t, 15, drained(t, k, c))
	require.Equal(t, []int{1, 2, 4, 8}, m.sizes)
	require.Equal(t, upTo(20)[5:], m.got["acme"])
	require.Equal(t, []int{1, 2, 1, 1, 1}, attempts)
}

// TestConsumer_Attempts has one event that fails, in a handler of whole batches.
func TestConsumer_Attempts(t *testing.T) {
	for _, attempts := range []int{1, 2, 5} {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 40)
		m, told := &mailbox{}, 0
		c := m.taking(seatkeeper.Consumer{Batch: 16, Pause: noPause, Attempts: attempts})
		c.Report = func(_ context.Context, err error) {
			told++
			require.ErrorIs(t, err, errDown)
		}
		alone, broken, taking := 0, true, c.Handle
		c.Handle = func(ctx context.Context, d *seatkeeper.Delivery) error {
			for _, e := range d.Events {
				if e.Sequence == 30 && broken {
					if len(d.Events) == 1 {
						alone++
					}
					return errDown
				}
			}
			return taking(ctx, d)
		}
		var e *seatkeeper.ConsumeError
		turns := 0
		for ; e == nil || !e.SetAside; turns++ {
			_, err := k.Drain(t.Context(), c)
			require.ErrorAs(t, err, &e)
		}
		require.Equal(t, turns, told)
		require.GreaterOrEqual(t, alone, max(1, attempts-1))
		require.Equal(t, append(upTo(29), upTo(41)[30:]...), m.got["acme"], "all others once, in order")
		require.Contains(t, e.Error(), "event 30, attempt ")
		require.Contains(t, e.Error(), ", set aside: ")
		require.Zero(t, drained(t, k, c))

		aside := func() (all []seatkeeper.SetAsideEvent) {
			for s, err := range k.SetAside(t.Context(), "mails") {
				require.NoError(t, err)
				all = append(all, s)
			}
			return all
		}
		require.Len(t, aside(), 1)
		require.Equal(t, uint64(30), aside()[0].Event.Sequence)
		require.Equal(t, seats.EventInvited, aside()[0].Event.Kind)
		require.Equal(t, e.Attempt, aside()[0].Attempts)
		require.WithinDuration(t, time.Now(), aside()[0].Since, time.Minute)

		n, err := k.RetryEvents(t.Context(), "mails", "acme", 30, 31)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.True(t, aside()[0].Retry)
		_, err = k.Drain(t.Context(), c)
		require.ErrorIs(t, err, errDown)
		require.False(t, aside()[0].Retry, "it gets one attempt")
		require.Equal(t, e.Attempt+1, aside()[0].Attempts)

		broken = false
		require.Zero(t, drained(t, k, c), "it is not tried again by itself")
		_, err = k.RetryEvents(t.Context(), "mails", "acme", 30)
		require.NoError(t, err)
		invite(t, k, 1)
		require.Equal(t, 2, drained(t, k, c))
		require.Equal(t, []uint64{41, 30, 42}, m.got["acme"][39:])
		require.Empty(t, aside())
		n, err = k.RetryEvents(t.Context(), "mails", "acme", 30)
		require.NoError(t, err)
		require.Zero(t, n)
	}
}

// TestKeeper_DropEvents sets every event aside, as far as there is room.
func TestKeeper_DropEvents(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(999), seats.Standard())
	invite(t, k, store.MaxSetAside+9)
	c := eventwise("mails", func(context.Context, seats.Event) error { return errDown })
	c.Attempts = 1
	last := func() uint64 {
		_, err := k.Drain(t.Context(), c)
		require.Error(t, err)
		var n uint64
		for s, err := range k.SetAside(t.Context(), "mails") {
			require.NoError(t, err)
			n = s.Event.Sequence
		}
		return n
	}
	require.EqualValues(t, store.MaxSetAside, last())
	require.EqualValues(t, store.MaxSetAside, last(), "the account waits")
	n, err := k.DropEvents(t.Context(), "mails", "acme", 3, 7, 500)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.EqualValues(t, store.MaxSetAside+2, last())
	n, err = k.DropEvents(t.Context(), "mails", "beta", 3)
	require.NoError(t, err)
	require.Zero(t, n)
	m := &mailbox{}
	require.Equal(t, 8, drained(t, k, m.taking(seatkeeper.Consumer{})))
	for _, err := range k.SetAside(t.Context(), "a\nb") {
		require.ErrorIs(t, err, seats.ErrBadInput)
	}
}

// TestConsumer_Attempts_process_ends: an event that ended the process at each attempt is set aside
// without another.
func TestConsumer_Attempts_process_ends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		invite(t, k, 3)
		m, gone := &mailbox{}, make(chan struct{})
		defer synctest.Wait()
		defer close(gone)
		c := m.taking(seatkeeper.Consumer{Attempts: 3})
		for attempt := range 3 {
			ended := c
			ended.Handle = func(_ context.Context, d *seatkeeper.Delivery) error {
				require.Equal(t, attempt+1, d.Attempt)
				<-gone // as if the process were
				return nil
			}
			go func() { _, _ = on(t, s, seatkeeper.Options{}).Drain(context.Background(), ended) }()
			time.Sleep(time.Minute)
		}
		n, err := k.Drain(t.Context(), c)
		require.ErrorContains(t, err, "event 1, attempt 3, set aside: seatkeeper: no attempt is left")
		require.Equal(t, 3, n)
		require.Equal(t, []uint64{2, 3, 4}, m.got["acme"])
	})
}

// TestConsumer_Pause: an account that fails rests by itself, longer and longer.
func TestConsumer_Pause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(999), seats.Standard())
		opened(t, k, "beta")
		var at []time.Time
		m := &mailbox{}
		c := m.taking(seatkeeper.Consumer{})
		taking := c.Handle
		c.Handle = func(ctx context.Context, d *seatkeeper.Delivery) error {
			if d.Account == "acme" {
				at = append(at, time.Now())
				return errDown
			}
			return taking(ctx, d)
		}
		_, _ = k.Drain(t.Context(), c)
		_, err := k.Drain(t.Context(), c)
		require.NoError(t, err, "it rests")
		for range 6 * 3600 {
			time.Sleep(time.Second)
			_, _ = on(t, s, seatkeeper.Options{}).Drain(t.Context(), c)
		}
		require.Equal(t, []uint64{1}, m.got["beta"])
		require.Greater(t, len(at), 13)
		for i := range at[1:] {
			most := min(time.Second*time.Duration(math.Pow(2, float64(i))), time.Hour)
			pause := at[i+1].Sub(at[i])
			require.GreaterOrEqual(t, pause, most/2, i)
			require.LessOrEqual(t, pause, most+time.Second, i)
		}
	})
}

// TestKeeper_Drain_bad_consumer: what is out of bounds is an error, and nothing is handled.
func TestKeeper_Drain_bad_consumer(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	handle := func(context.Context, *seatkeeper.Delivery) error { return errors.New("it is handled") }
	for field, c := range map[string]seatkeeper.Consumer{
		"Handle":   {Name: "c"},
		"Batch":    {Name: "c", Handle: handle, Batch: -1},
		"to 500":   {Name: "c", Handle: handle, Batch: seatkeeper.MaxBatch + 1},
		"Timeout":  {Name: "c", Handle: handle, Timeout: -1},
		"24h":      {Name: "c", Handle: handle, Timeout: 24*time.Hour + 1},
		"Attempts": {Name: "c", Handle: handle, Attempts: -1},
		"Wait":     {Name: "c", Handle: handle, Wait: -1},
		"consumer": {Handle: handle},
		"kinds":    {Name: "c", Handle: handle, Kinds: []seats.EventKind{seats.EventInvited, "invitted"}},
	} {
		_, err := k.Drain(t.Context(), c)
		require.ErrorContains(t, err, field)
		if field == "kinds" || field == "consumer" {
			require.ErrorIs(t, err, seats.ErrBadInput)
		}
		c.Report = func(context.Context, error) {}
		require.ErrorContains(t, k.Consume(t.Context(), c), field)
	}
	require.ErrorContains(t, k.Consume(t.Context(), seatkeeper.Consumer{Name: "c", Handle: handle}), "Report")
	bare := on(t, struct{ store.Store }{memstore.New()}, seatkeeper.Options{})
	c := seatkeeper.Consumer{Name: "c", Handle: handle, Report: func(context.Context, error) {}}
	require.ErrorIs(t, bare.Consume(t.Context(), c), store.ErrNoOutbox)
	c.FromNow = true
	_, err := bare.Drain(t.Context(), c)
	require.ErrorIs(t, err, store.ErrNoOutbox)
	_, err = bare.DropEvents(t.Context(), "c", "acme", 1)
	require.ErrorIs(t, err, store.ErrNoOutbox)
	_, err = bare.RetryEvents(t.Context(), "c", "acme", 1)
	require.ErrorIs(t, err, store.ErrNoOutbox)
	for _, err := range bare.SetAside(t.Context(), "c") {
		require.ErrorIs(t, err, store.ErrNoOutbox)
	}
}
