package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A course has ended, or not, by the zone that the account has now: what a page shows is what an
// assignment finds.
func TestKeeper_UsageOfPool_zone_changed(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 3, 10, 22, 30, 0, 0, time.UTC)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), seats.Standard())
	system, last := users.System(), users.Date("2026-03-10")
	_, err := k.Do(ctx, "acme", system, seats.SetTotal{Pool: "course", Total: seats.Of(5)}, seats.EditPool{Pool: "course", LastDay: &last}, seats.Add{Profile: profile("ada")})
	require.NoError(t, err)
	for _, c := range []struct {
		zone string
		end  time.Time
		free int64
	}{
		{"Pacific/Kiritimati", time.Date(2026, 3, 10, 10, 0, 0, 0, time.UTC), 0}, // the 11th there
		{"Etc/GMT+12", time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC), 5},
	} {
		_, err = k.Do(ctx, "acme", system, seats.EditAccount{Zone: &c.zone})
		require.NoError(t, err)
		usage, err := k.UsageOfPool(ctx, "acme", "course")
		require.NoError(t, err)
		require.Equal(t, seats.Of(c.free), usage.Available)
		require.Equal(t, c.end, usage.Ends.At)
		pool, err := k.Pool(ctx, "acme", "course")
		require.NoError(t, err)
		require.Equal(t, c.end, pool.Ends.At)
		calendar, err := k.Calendar(ctx, "acme", "2026-03-20")
		require.NoError(t, err)
		require.Equal(t, pool, calendar.Pools[1])
		for p, err := range k.Pools(ctx, "acme") {
			require.NoError(t, err)
			require.True(t, p.ID == seats.Site || p == pool)
		}
		err = k.May(ctx, "acme", system, seats.AssignCourse{User: "ada", Pool: "course"})
		require.Equal(t, c.free == 0, errors.Is(err, seats.ErrPoolEnded))
	}
}

func TestKeeper_Pool(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ada := users.User{Profile: profile("ada"), Status: users.Active, Created: at, StatusSince: at, FirstSignIn: at}
	_, err := k.Do(ctx, "acme", users.System(), seats.SetTotal{Pool: "course", Total: seats.Of(5)}, seats.Import{User: ada, Licences: []users.Licence{{Pool: "course", Assigned: at}}})
	require.NoError(t, err)
	p, err := k.Pool(ctx, "acme", "course")
	require.NoError(t, err)
	require.Equal(t, seats.Pool{ID: "course", Total: seats.Of(5), Held: 1}, p)
	require.Equal(t, seats.Of(4), p.Available())
	site, err := k.Pool(ctx, "acme", seats.Site)
	require.NoError(t, err)
	usage, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, usage.Held, site.Held)
	require.Equal(t, usage.Total, site.Total)

	numbers, err := k.UsageOfPool(ctx, "acme", "course")
	require.NoError(t, err)
	require.Equal(t, []seats.Card{
		{Title: "Licences", Count: seats.Of(5)}, {Title: "Available", Count: seats.Of(4)}, {Title: "Assigned", Count: seats.Of(1)}, {Title: "Used", Count: seats.Of(0)},
	}, numbers.Cards)
	x, err := k.Explain(ctx, "acme", "ada")
	require.NoError(t, err)
	require.Equal(t, seats.EventImported, x.Licences[0].By.Kind)
	_, err = k.Do(ctx, "acme", users.System(), seats.StartCourse{User: "ada", Pool: "course"})
	require.NoError(t, err)
	period, err := k.Period(ctx, "acme", "course", at, time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, int64(1), period.Spent)

	for _, id := range []seats.PoolID{"none", "a\x00b", "a\nb"} {
		_, err = k.UsageOfPool(ctx, "acme", id)
		require.ErrorIs(t, err, seats.ErrNotThere)
		_, err = k.Pool(ctx, "acme", id)
		require.ErrorIs(t, err, seats.ErrBadInput)
		var refusal *seats.Refusal
		require.True(t, errors.As(err, &refusal))
		require.Equal(t, "pool", refusal.Field)
		require.Equal(t, id, refusal.Pool)
		require.Equal(t, seats.ErrNotThere, refusal.Reason)
	}
	_, err = k.Pool(ctx, "unknown", seats.Site)
	require.ErrorIs(t, err, store.ErrNotFound)
}

// pageless is a store that breaks down after the first page of pools.
type pageless struct{ store.Store }

func (p pageless) Pools(ctx context.Context, account users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	if after != "" {
		return nil, errDown
	}
	return p.Store.Pools(ctx, account, after, limit)
}

func TestKeeper_Pools(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	list := func(k *seatkeeper.Keeper, account users.AccountID) (ids []seats.PoolID, err error) {
		for p, err := range k.Pools(ctx, account) {
			if err != nil {
				return ids, err
			}
			ids = append(ids, p.ID)
		}
		return ids, nil
	}
	ids, err := list(k, "acme")
	require.NoError(t, err)
	require.Equal(t, []seats.PoolID{seats.Site}, ids)
	want := []seats.PoolID{seats.Site}
	var commands []seats.Command
	for i := range 450 {
		want = append(want, seats.PoolID(fmt.Sprintf("c%03d", i)))
		commands = append(commands, seats.SetTotal{Pool: want[i+1], Total: seats.Of(int64(i))})
	}
	_, err = k.Do(ctx, "acme", users.System(), commands...)
	require.NoError(t, err)
	ids, err = list(k, "acme")
	require.NoError(t, err)
	require.Equal(t, want, ids, "of several pages")
	for p, err := range k.Pools(ctx, "acme") {
		require.NoError(t, err)
		if p.ID == "c002" {
			require.Equal(t, seats.Of(2), p.Total)
			break
		}
	}
	for range k.Pools(ctx, "acme") {
		break
	}
	_, err = list(k, "unknown")
	require.ErrorIs(t, err, store.ErrNotFound)
	broken, err := seatkeeper.New(pageless{s}, seatkeeper.Options{})
	require.NoError(t, err)
	ids, err = list(broken, "acme")
	require.ErrorIs(t, err, errDown)
	require.Len(t, ids, 201, "the first page and the site pool")
}

// TestKeeper_Drain_no_outbox has a store that keeps no progress of consumers.
func TestKeeper_Drain_no_outbox(t *testing.T) {
	k := newKeeper(t, struct{ store.Store }{memstore.New()}, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	n, err := k.Drain(t.Context(), eventwise("mails", func(context.Context, seats.Event) error { return nil }))
	require.ErrorIs(t, err, store.ErrNoOutbox)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.Zero(t, n)
	require.EqualError(t, store.OutboxOf(struct{ store.Store }{memstore.New()}).Advance(t.Context(), store.Progress{}, store.Progress{}), store.ErrNoOutbox.Error())
}
