package seatkeeper_test

import (
	"context"
	"errors"
	"math"
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

// A clocked store has a clock of its own.
type clocked struct {
	*memstore.Store
	now    func() time.Time
	before time.Duration // of a load or page, until the clock is read
	after  time.Duration
	commit func() error // nil: that of the store
}

func (c clocked) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	time.Sleep(c.before)
	defer time.Sleep(c.after)
	snapshots, err := c.Store.Load(ctx, needs...)
	for i := range snapshots {
		snapshots[i].StoreTime = c.now()
	}
	return snapshots, err
}

func (c clocked) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	time.Sleep(c.before)
	defer time.Sleep(c.after)
	page, err := c.Store.Pending(ctx, consumer, after, limit)
	for i := range page {
		page[i].StoreTime = c.now()
	}
	return page, err
}

func (c clocked) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	results, err := c.Store.Commit(ctx, changes...)
	if c.commit != nil {
		return results, c.commit()
	}
	return results, err
}

// fixed is a stopped clock.
func fixed(at time.Time) func() time.Time { return func() time.Time { return at } }

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// TestOptions_MaxSkew has a store with a clock a day off.
func TestOptions_MaxSkew(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		options seatkeeper.Options
		off     time.Duration
		refused bool
	}{
		{seatkeeper.Options{}, 4 * time.Minute, false},
		{seatkeeper.Options{}, -4 * time.Minute, false},
		{seatkeeper.Options{}, 24 * time.Hour, true},
		{seatkeeper.Options{}, -24 * time.Hour, true},
		{seatkeeper.Options{Now: fixed(now)}, 24 * time.Hour, false},
		{seatkeeper.Options{Now: fixed(now), MaxSkew: time.Hour}, 24 * time.Hour, true},
		{seatkeeper.Options{MaxSkew: 25 * time.Hour}, 24 * time.Hour, false},
		{seatkeeper.Options{MaxSkew: math.MaxInt64}, 1 << 62, false},
	} {
		k := on(t, clocked{Store: memstore.New(), now: fixed(now.Add(c.off))}, c.options)
		_, err := k.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("o")})
		require.Equal(t, c.refused, errors.Is(err, store.ErrClockSkew), "%+v", c)
	}
	_, err := seatkeeper.New(memstore.New(), seatkeeper.Options{MaxSkew: -1})
	require.ErrorContains(t, err, "MaxSkew")
}

// TestKeeper_clock_skew calls every method of a Keeper with a wrong clock, in an account
// in which something is due.
func TestKeeper_clock_skew(t *testing.T) {
	ctx := t.Context()
	memory := memstore.New()
	right := newKeeper(t, memory, seatkeeper.Options{Now: fixed(noon.Add(-3 * time.Hour))}, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	invite(t, right, 1)
	plan, err := right.Preview(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	_, err = right.Open(ctx, seats.Opening{Account: "closed", Total: seats.Of(1), Owner: profile("o")})
	require.NoError(t, err)
	_, err = right.Do(ctx, "closed", system, seats.Close{})
	require.NoError(t, err)

	buy := seats.BuySeats{Quantity: 1}
	calls := map[string]func(*seatkeeper.Keeper) error{
		"Open": func(k *seatkeeper.Keeper) error {
			_, err := k.Open(ctx, seats.Opening{Account: "new", Total: seats.Of(1), Owner: profile("o")})
			return err
		},
		"Do":      func(k *seatkeeper.Keeper) error { _, err := k.Do(ctx, "acme", owner, buy); return err },
		"DoEach":  func(k *seatkeeper.Keeper) error { _, err := k.DoEach(ctx, "acme", owner, buy); return err },
		"Preview": func(k *seatkeeper.Keeper) error { _, err := k.Preview(ctx, "acme", owner, buy); return err },
		"May":     func(k *seatkeeper.Keeper) error { return k.May(ctx, "acme", owner, buy) },
		"Apply":   func(k *seatkeeper.Keeper) error { _, err := k.Apply(ctx, "acme", owner, plan); return err },
		"Import": func(k *seatkeeper.Keeper) error {
			_, err := k.Import(ctx, "acme", func(yield func(seats.Import, error) bool) {
				yield(seats.Import{User: users.User{Profile: profile("u"), Status: users.Active, Created: noon, StatusSince: noon}}, nil)
			})
			return err
		},
		"EraseAccount": func(k *seatkeeper.Keeper) error { _, err := k.EraseAccount(ctx, "closed", system, ""); return err },
		"Usage":        func(k *seatkeeper.Keeper) error { _, err := k.Usage(ctx, "acme"); return err },
		"RunDue":       func(k *seatkeeper.Keeper) error { _, err := k.RunDue(ctx, seatkeeper.DueRun{}); return err },
		"Seen":         func(k *seatkeeper.Keeper) error { return k.Seen(ctx, "acme", noon.AddDate(20, 0, 0), "o") },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			for _, off := range []time.Duration{-time.Hour, time.Minute + time.Microsecond, 10 * 365 * 24 * time.Hour} {
				wrong, err := seatkeeper.New(clocked{Store: memory, now: fixed(noon), commit: func() error {
					t.Error("something is written")
					return nil
				}}, seatkeeper.Options{Now: fixed(noon.Add(off)), MaxSkew: time.Minute})
				require.NoError(t, err)
				err = call(wrong)
				require.ErrorIs(t, err, store.ErrClockSkew)
				skew, ok := errors.AsType[*store.ClockSkewError](err)
				require.True(t, ok)
				require.Equal(t, noon.Add(off), skew.Now)
				require.Equal(t, noon, skew.StoreTime)
				require.Equal(t, time.Minute, skew.MaxSkew)
				require.ErrorContains(t, err, "2026-05-01T12:00:00Z in the store, more than 1m0s apart")
			}
		})
	}
	for _, off := range []time.Duration{-time.Minute, time.Minute} {
		k := on(t, clocked{Store: memory, now: fixed(noon)}, seatkeeper.Options{Now: fixed(noon.Add(off)), MaxSkew: time.Minute})
		require.NoError(t, calls["Do"](k))
	}
}

// TestKeeper_clock_skew_slow_load has the store read its clock between two waits of
// ten minutes: what a load takes says nothing about a clock.
func TestKeeper_clock_skew_slow_load(t *testing.T) {
	for off, refused := range map[time.Duration]bool{
		15 * time.Minute: false, -15 * time.Minute: false, 15*time.Minute + time.Second: true, -15*time.Minute - time.Second: true,
	} {
		synctest.Test(t, func(t *testing.T) {
			ahead := func() time.Time { return time.Now().Add(off) }
			k := on(t, clocked{Store: memstore.New(), now: ahead, before: 10 * time.Minute, after: 10 * time.Minute}, seatkeeper.Options{})
			_, err := k.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("o")})
			require.Equal(t, refused, errors.Is(err, store.ErrClockSkew), off)
		})
	}
}

// TestKeeper_Do_clock_skew_lost_answer: the error keeps the unknown outcome.
func TestKeeper_Do_clock_skew_lost_answer(t *testing.T) {
	now := noon
	k, err := seatkeeper.New(clocked{Store: memstore.New(), now: fixed(noon), commit: func() error {
		now = noon.Add(24 * time.Hour)
		return store.ErrUnknown
	}}, seatkeeper.Options{Now: func() time.Time { return now }, MaxSkew: time.Minute})
	require.NoError(t, err)
	_, err = k.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("o")})
	require.ErrorIs(t, err, store.ErrUnknown)
	require.ErrorIs(t, err, store.ErrClockSkew)
}

// TestKeeper_Drain_store_clock has one consumer hold an account, and another come
// for it, each with a clock of its own: the lease is a minute of the store's.
func TestKeeper_Drain_store_clock(t *testing.T) {
	clocks := []time.Duration{0, -24 * time.Hour, 24 * time.Hour}
	for _, holder := range clocks {
		for _, other := range clocks {
			synctest.Test(t, func(t *testing.T) {
				s := clocked{Store: memstore.New(), now: time.Now}
				newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
				by := func(off time.Duration) *seatkeeper.Keeper {
					k := on(t, s, seatkeeper.Options{Now: func() time.Time { return time.Now().Add(off) }})
					return k
				}
				m := &mailbox{}
				var gone sync.WaitGroup
				gone.Go(func() {
					_, err := by(holder).Drain(context.Background(), eventwise("mails", func(context.Context, seats.Event) error {
						time.Sleep(time.Hour) // as good as dead
						return nil
					}))
					require.NoError(t, err, "another has done the event, and all is as it should be")
				})
				synctest.Wait()
				for range 2 {
					n, err := by(other).Drain(t.Context(), eventwise("mails", m.take))
					require.NoError(t, err)
					require.Zero(t, n, "a living lease is not taken")
					time.Sleep(59 * time.Second)
				}
				n, err := by(other).Drain(t.Context(), eventwise("mails", m.take))
				require.NoError(t, err)
				require.Equal(t, 1, n, "one that has ended is")
				gone.Wait()
			})
		}
	}
}

// TestKeeper_Drain_slow_reading has the store read its clock between two
// waits of ten minutes: a lease that is alive at the end of it is not taken, and a new one
// begins there.
func TestKeeper_Drain_slow_reading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := memstore.New()
		newKeeper(t, memory, seatkeeper.Options{}, seats.Of(99), seats.Standard())
		slow := on(t, clocked{Store: memory, now: time.Now, before: 10 * time.Minute, after: 10 * time.Minute}, seatkeeper.Options{})
		none := store.Progress{Consumer: "mails", Account: "acme"}
		living := none
		living.LeaseUntil = time.Now().Add(25 * time.Minute).UTC()
		require.NoError(t, memory.Advance(t.Context(), none, living))
		n, err := slow.Drain(t.Context(), eventwise("mails", (&mailbox{}).take))
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = slow.Drain(t.Context(), eventwise("mails", func(ctx context.Context, _ seats.Event) error {
			behind, err := memory.Pending(ctx, "mails", "", 1)
			require.NoError(t, err)
			require.GreaterOrEqual(t, time.Until(behind[0].LeaseUntil), 59*time.Second)
			return nil
		}))
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
}
