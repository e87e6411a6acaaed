package seatkeeper_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_UsageAt_and_Period compare every hour of a long story with the numbers seen then.
func TestKeeper_UsageAt_and_Period(t *testing.T) {
	ctx := t.Context()
	start := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	now := start
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(700), seats.Standard())
	seen := map[time.Time]seats.Usage{}
	days := new(big.Rat)
	for hour := range 30 {
		var commands []seats.Command
		switch {
		case hour == 7:
			commands = append(commands, seats.SetPolicy{Policy: seats.AccuEdConnect()})
		case hour == 15:
			commands = append(commands, seats.SetPolicy{Policy: seats.Standard()}, seats.SetTotal{Total: seats.Of(900)})
		case hour == 20:
			for i := range 600 { // more than a page of another pool
				commands = append(commands, seats.SetTotal{Pool: "course", Total: seats.Of(int64(i))})
			}
		case hour%5 == 4:
			commands = append(commands, seats.Deactivate{User: users.ID(fmt.Sprint("p", hour-1, "-", 0))})
		default:
			for i := range 40 {
				commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", hour, "-", i)))})
			}
		}
		do(t, k, system, commands...)
		u, err := k.Usage(ctx, "acme")
		require.NoError(t, err)
		u.Revision = 0
		seen[now] = u
		days.Add(days, big.NewRat(u.Held, 24))
		now = now.Add(time.Hour)
	}
	for at, want := range seen {
		for _, instant := range []time.Time{at, at.Add(time.Hour - 1)} {
			got, err := k.UsageAt(ctx, "acme", instant)
			require.NoError(t, err)
			require.Equal(t, want, got, instant)
		}
	}
	before, err := k.UsageAt(ctx, "acme", start.Add(-1))
	require.NoError(t, err)
	require.Equal(t, seats.Usage{Account: "acme"}, before)

	p, err := k.Period(ctx, "acme", seats.Site, start.Add(-time.Hour), now.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, days, p.SeatDays)
	require.Equal(t, now, p.To, "the future does not count")
	last := seen[now.Add(-time.Hour)]
	require.LessOrEqual(t, last.Held, p.Peak)
	third := start.Add(3 * time.Hour)
	p, err = k.Period(ctx, "acme", seats.Site, third, third.Add(30*time.Minute))
	require.NoError(t, err)
	require.Equal(t, seen[third].Held, p.Peak)
	require.Equal(t, third, p.PeakAt)
	require.Equal(t, big.NewRat(seen[third].Held, 48), p.SeatDays)
	p, err = k.Period(ctx, "acme", seats.Site, start.Add(25*time.Hour+1), start.Add(26*time.Hour))
	require.NoError(t, err)
	require.Equal(t, seen[start.Add(25*time.Hour)].Held, p.Peak, "behind more than a page of another pool")
	p, err = k.Period(ctx, "acme", "course", start, now)
	require.NoError(t, err)
	require.Zero(t, p.SeatDays.Sign())
	p, err = k.Period(ctx, "acme", seats.Site, now.Add(time.Hour), now.Add(2*time.Hour))
	require.NoError(t, err)
	require.Zero(t, p.SeatDays.Sign())
	_, err = k.Period(ctx, "acme", seats.Site, now, now.Add(-1))
	require.ErrorIs(t, err, seats.ErrBadInput)
	for _, pool := range []seats.PoolID{"curse", "\x00"} {
		_, err = k.Period(ctx, "acme", pool, start, now)
		require.ErrorIs(t, err, seats.ErrBadInput)
	}
	p, err = k.Period(ctx, "acme", seats.Site, start.Add(999), now)
	require.NoError(t, err)
	require.Equal(t, start, p.From, "to the microsecond")

	ledger, err := k.Replay(ctx, "acme")
	require.NoError(t, err)
	last.Revision = 0
	require.Equal(t, last, ledger.Usage())
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
}

// TestKeeper_Period_closed_account: it holds no seat, and has its numbers again once open.
func TestKeeper_Period_closed_account(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	began := now
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(3), seats.Standard())
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	day := func(commands ...seats.Command) {
		t.Helper()
		now = now.Add(24 * time.Hour)
		do(t, k, users.Support("ticket"), commands...)
	}
	day(seats.Close{})
	day(seats.SetTotal{Total: seats.Of(2)})
	u, err := k.User(ctx, "acme", "owner")
	require.NoError(t, err)
	require.Zero(t, u.May)
	_, err = k.Do(ctx, "acme", owner, seats.Deactivate{User: "ada"})
	require.ErrorIs(t, err, seats.ErrClosed)
	require.ErrorIs(t, k.May(ctx, "acme", users.As("ada"), seats.Accept{User: "ada"}), seats.ErrClosed)
	then, err := k.UsageAt(ctx, "acme", began.Add(36*time.Hour))
	require.NoError(t, err)
	require.Zero(t, then.Held)
	require.Equal(t, began.Add(24*time.Hour), then.Closed)
	x, err := k.Explain(ctx, "acme", "ada")
	require.NoError(t, err)
	require.Equal(t, seats.EventClosed, x.By.Kind)
	day(seats.Reopen{})
	now = now.Add(24 * time.Hour)
	period, err := k.Period(ctx, "acme", seats.Site, began, now)
	require.NoError(t, err)
	require.Equal(t, "4", period.SeatDays.RatString(), "two people for a day, and for another one after two")
	u, err = k.User(ctx, "acme", "ada")
	require.NoError(t, err)
	require.Contains(t, u.May.Members(), seats.EnterAccount)
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
}

func TestKeeper_Explain(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	invited, err := k.With(seatkeeper.Call{Reason: "spring class"}).Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err)
	do(t, k, system, seats.Accept{User: "ada"}, seats.SetPolicy{Policy: seats.AccuEdConnect()})
	x, err := k.Explain(ctx, "acme", "ada")
	require.NoError(t, err)
	require.True(t, x.Holds)
	require.Equal(t, invited.Events[0], x.By)
	require.Equal(t, "spring class", x.By.Reason)
	require.Equal(t, []users.Action{users.ActionDeactivate, users.ActionDelete}, x.Ways)
	_, err = k.Explain(ctx, "acme", "stranger")
	require.ErrorIs(t, err, seats.ErrUnknownUser)
}

// TestKeeper_Explain_by_policy: another policy gave the seat.
func TestKeeper_Explain_by_policy(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Policy{Exempt: users.In(users.Member)})
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	set := do(t, k, system, seats.SetPolicy{Policy: seats.Standard()}, seats.SetPolicy{Policy: seats.Policy{}})
	x, err := k.Explain(ctx, "acme", "ada")
	require.NoError(t, err)
	require.True(t, x.Holds)
	require.Equal(t, set.Events[0].Sequence, x.By.Sequence, "the policy gave the seat")
	require.Equal(t, seats.EventPolicySet, x.By.Kind)
}
