package seatkeeper_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
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

// rolledBack is a store in a transaction that is rolled back, or committed later.
type rolledBack struct {
	*memstore.Store
	commit func()
}

func (r *rolledBack) Advance(ctx context.Context, from, to store.Progress) error {
	r.commit = func() { _ = r.Store.Advance(context.WithoutCancel(ctx), from, to) }
	return nil
}

// TestDelivery_DoneIn has transactions that are committed or not, whatever Handle returns.
func TestDelivery_DoneIn(t *testing.T) {
	for name, c := range map[string]struct {
		in    func(*memstore.Store) store.Store
		fails error // by Handle
		want  string
		done  int
	}{
		"committed":     {func(s *memstore.Store) store.Store { return s }, nil, "", 4},
		"answer_lost":   {func(s *memstore.Store) store.Store { return s }, errDown, "", 4},
		"not_committed": {func(s *memstore.Store) store.Store { return &rolledBack{Store: s} }, nil, "attempt 1: seatkeeper: the transaction of DoneIn was not committed", 0},
		"rolled_back":   {func(s *memstore.Store) store.Store { return &rolledBack{Store: s} }, errDown, errDown.Error(), 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := memstore.New()
			k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
			invite(t, k, 3)
			consumer := seatkeeper.Consumer{Name: "mails", Pause: noPause, Handle: func(ctx context.Context, d *seatkeeper.Delivery) error {
				require.NoError(t, d.DoneIn(ctx, storetest.Bound(c.in(s))))
				return c.fails
			}}
			n, err := k.Drain(t.Context(), consumer)
			require.Equal(t, c.done, n)
			at, failed := s.Progress(t.Context(), "mails", "acme")
			require.NoError(t, failed)
			if c.want == "" {
				require.NoError(t, err)
				require.Equal(t, store.Progress{Consumer: "mails", Account: "acme", Sequence: 4}, at)
				return
			}
			require.ErrorContains(t, err, c.want)
			require.Equal(t, store.Progress{Consumer: "mails", Account: "acme", Attempts: 1}, at)
		})
	}
}

// TestDelivery_DoneIn_commits_late, when the Keeper has looked: the events count as done.
func TestDelivery_DoneIn_commits_late(t *testing.T) {
	s := memstore.New()
	invite(t, newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard()), 3)
	late := &rolledBack{Store: s, commit: func() {}}
	looks := &lateCommit{Store: s, late: late}
	k := on(t, looks, seatkeeper.Options{})
	calls := 0
	n, err := k.Drain(t.Context(), seatkeeper.Consumer{Name: "mails", Batch: 2, Handle: func(ctx context.Context, d *seatkeeper.Delivery) error {
		if calls++; calls > 1 {
			return nil
		}
		require.NoError(t, d.DoneIn(ctx, storetest.Bound(late)))
		return errDown
	}})
	require.NoError(t, err)
	require.Equal(t, 4, n)
	require.Equal(t, 2, calls)
}

// lateCommit commits a transaction right after the first look at the progress.
type lateCommit struct {
	*memstore.Store
	late *rolledBack
}

func (l *lateCommit) Progress(ctx context.Context, consumer string, account users.AccountID) (store.Progress, error) {
	defer func() {
		l.late.commit()
		l.late.commit = func() {}
	}()
	return l.Store.Progress(ctx, consumer, account)
}

// TestDelivery_DoneIn_other_writes: what an operator drops meanwhile stays dropped, and a process that
// has lost the account gets a conflict.
func TestDelivery_DoneIn_other_writes(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	invite(t, k, 3)
	none := store.Progress{Consumer: "mails", Account: "acme"}
	aside := none
	aside.Sequence, aside.SetAside = 1, []store.SetAside{{Sequence: 1, Attempts: 3}}
	require.NoError(t, s.Advance(t.Context(), none, aside))
	n, err := k.Drain(t.Context(), seatkeeper.Consumer{Name: "mails", Batch: 2, Handle: func(ctx context.Context, d *seatkeeper.Delivery) error {
		if d.Events[0].Sequence == 2 {
			dropped, err := k.DropEvents(ctx, "mails", "acme", 1)
			require.NoError(t, err)
			require.Equal(t, 1, dropped)
			require.NoError(t, d.DoneIn(ctx, storetest.Bound(s)))
			require.ErrorContains(t, d.DoneIn(ctx, storetest.Bound(s)), "done, by an earlier transaction")
			return nil
		}
		at, err := s.Progress(ctx, "mails", "acme")
		require.NoError(t, err)
		other := at
		other.LeaseUntil = at.LeaseUntil.Add(time.Second)
		require.NoError(t, s.Advance(ctx, at, other))
		require.ErrorIs(t, d.DoneIn(ctx, storetest.Bound(s)), store.ErrConflict)
		return errDown
	}})
	require.ErrorIs(t, err, errDown)
	require.ErrorContains(t, err, "taken over")
	require.Equal(t, 2, n)
	at, err := s.Progress(t.Context(), "mails", "acme")
	require.NoError(t, err)
	require.Equal(t, uint64(3), at.Sequence)
	require.Empty(t, at.SetAside)
}

// TestConsumer_faults has a fault at every call to the store, with an event that is set aside, then dropped
// or retried: no other event is lost, and none comes before those before it.
func TestConsumer_faults(t *testing.T) {
	for _, fault := range []faults.Fault{faults.Conflict, faults.LoseBefore, faults.LoseAfter, faults.LoseLate, faults.Repeat, faults.Delay} {
		for call := range 24 {
			s := memstore.New()
			invite(t, newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard()), 5)
			f := faults.New(s, at(call, fault))
			f.Wait = time.Microsecond
			k := on(t, f, seatkeeper.Options{})
			m, broken := &mailbox{}, true
			c := m.taking(seatkeeper.Consumer{Batch: 2, Attempts: 2, Pause: noPause})
			taking := c.Handle
			c.Handle = func(ctx context.Context, d *seatkeeper.Delivery) error {
				if broken && slices.ContainsFunc(d.Events, func(e seats.Event) bool { return e.Sequence == 4 }) {
					return errDown
				}
				return taking(ctx, d)
			}
			for range 3 {
				_, err := k.Drain(t.Context(), c)
				require.True(t, err == nil || errors.Is(err, errDown), "%v at %d: %v", fault, call, err)
			}
			require.Equal(t, []uint64{1, 2, 3, 5, 6}, m.got["acme"], "%v at %d", fault, call)
			broken = false
			n, err := k.RetryEvents(t.Context(), "mails", "acme", 4)
			require.NoError(t, err)
			require.Equal(t, 1, n)
			require.Equal(t, 1, drained(t, k, c), "%v at %d", fault, call)
			at, err := s.Progress(t.Context(), "mails", "acme")
			require.NoError(t, err)
			require.True(t, at.Equal(store.Progress{Consumer: "mails", Account: "acme", Sequence: 6}), "%v at %d: %+v", fault, call, at)
		}
	}
}

// TestKeeper_Consume goes on after errors of a handler and of the store, and ends with its context,
// when the delivery under way is finished.
func TestKeeper_Consume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		opened(t, k, "beta")
		var broken, down atomic.Bool
		broken.Store(true)
		down.Store(true)
		var reported []error
		var mutex sync.Mutex
		ctx, end := context.WithCancel(t.Context())
		m := &mailbox{}
		c := m.taking(seatkeeper.Consumer{Wait: time.Second, Report: func(_ context.Context, err error) {
			mutex.Lock()
			defer mutex.Unlock()
			reported = append(reported, err)
		}})
		taking := c.Handle
		c.Handle = func(ctx context.Context, d *seatkeeper.Delivery) error {
			time.Sleep(10 * time.Second)
			if broken.Load() && d.Account == "acme" {
				return errDown
			}
			return taking(ctx, d)
		}
		consuming := on(t, faults.New(s, func(int) faults.Fault {
			if down.Load() {
				return faults.Fail
			}
			return faults.None
		}), seatkeeper.Options{})
		var ended error
		var gone sync.WaitGroup
		gone.Go(func() { ended = consuming.Consume(ctx, c) })
		time.Sleep(10 * time.Minute)
		mutex.Lock()
		require.Greater(t, len(reported), 10)
		require.Less(t, len(reported), 25, "it waits longer and longer")
		require.ErrorIs(t, reported[0], faults.ErrInjected)
		reported = nil
		mutex.Unlock()
		down.Store(false)
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		require.Equal(t, map[users.AccountID][]uint64{"beta": {1}}, m.got)
		require.NotEmpty(t, reported)
		broken.Store(false)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		require.Equal(t, upTo(1), m.got["acme"])
		invite(t, k, 1)
		time.Sleep(5 * time.Second) // the delivery has begun
		end()
		gone.Wait()
		require.NoError(t, ended)
		require.Equal(t, upTo(2), m.got["acme"])
		at, err := s.Progress(t.Context(), "mails", "acme")
		require.NoError(t, err)
		require.Equal(t, store.Progress{Consumer: "mails", Account: "acme", Sequence: 2}, at)
	})
}

// TestKeeper_Drain_look_fails: the answer to a write of the lease is lost, and so is the look for it. It is
// tried again, and the account does not wait for the end of its own lease.
func TestKeeper_Drain_look_fails(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	lost := map[int]faults.Fault{3: faults.LoseAfter, 4: faults.Fail}
	m := &mailbox{}
	n, err := on(t, faults.New(s, func(call int) faults.Fault { return lost[call] }), seatkeeper.Options{}).Drain(t.Context(), m.taking(seatkeeper.Consumer{}))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, upTo(1), m.got["acme"])
}
