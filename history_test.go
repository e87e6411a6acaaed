package seatkeeper_test

import (
	"context"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestThePastIsAsItWas compares what is told of every hour of a long story with what
// was seen in that hour.
func TestThePastIsAsItWas(t *testing.T) {
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
		_, err := k.Do(ctx, "acme", system, commands...)
		require.NoError(t, err)
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
	_, err = k.Period(ctx, "unknown", seats.Site, start, now)
	require.ErrorIs(t, err, store.ErrNotFound)

	ledger, err := k.Replay(ctx, "acme")
	require.NoError(t, err)
	last.Revision = 0
	require.Equal(t, last, ledger.Usage())
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
}

func TestExplain(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	invited, err := k.With(seatkeeper.Call{Reason: "spring class"}).Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err)
	_, err = k.Do(ctx, "acme", system, seats.Accept{User: "ada"}, seats.SetPolicy{Policy: seats.AccuEdConnect()})
	require.NoError(t, err)
	x, err := k.Explain(ctx, "acme", "ada")
	require.NoError(t, err)
	require.True(t, x.Holds)
	require.Equal(t, invited.Events[0], x.By)
	require.Equal(t, "spring class", x.By.Reason)
	require.Equal(t, []users.Action{users.ActionDeactivate, users.ActionDelete}, x.Ways)
	_, err = k.Explain(ctx, "acme", "nobody")
	require.ErrorIs(t, err, seats.ErrUnknownUser)
	_, err = k.Explain(ctx, "unknown", "ada")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// TestAuditFindsWhatWasWrittenPastTheLibrary changes rows by hand.
func TestAuditFindsWhatWasWrittenPastTheLibrary(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")}, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	by := func(change func(*seats.Snapshot, *seats.Change)) []seats.Drift {
		loaded, err := s.Load(ctx, seats.Need{Account: "acme", Users: []users.ID{"ada"}})
		require.NoError(t, err)
		c := seats.Change{ID: "by hand", Base: loaded[0].Account.Revision, Account: loaded[0].Account}
		c.Account.Revision++
		change(&loaded[0], &c)
		verdicts, err := s.Commit(ctx, c)
		require.NoError(t, err)
		require.NoError(t, verdicts[0].Err)
		drift, err := k.Audit(ctx, "acme")
		require.NoError(t, err)
		return drift
	}
	require.Empty(t, by(func(*seats.Snapshot, *seats.Change) {}))
	drift := by(func(s *seats.Snapshot, c *seats.Change) {
		s.Users[0].Status = users.Active
		c.Updated = s.Users
	})
	require.Len(t, drift, 2)
	require.Equal(t, "tally", drift[0].What)
	require.Equal(t, seats.Drift{What: "user ada", Stored: "active member", Counted: "invited member"}, drift[1])
	drift = by(func(_ *seats.Snapshot, c *seats.Change) {
		c.Account.Sequence++
		c.Events = []seats.Event{{Account: "acme", Sequence: c.Account.Sequence, Kind: seats.EventSeatsBought, Time: time.Now()}}
	})
	require.Contains(t, drift, seats.Drift{What: "events", Stored: "4", Counted: "seats: the events do not follow from one another: event 4: the tally"})
	_, err = k.Audit(ctx, "unknown")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// TestAuditWaitsForOneMoment lets somebody change the account in the middle.
func TestAuditWaitsForOneMoment(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for call := range 6 {
		k, err := seatkeeper.New(faults.New(s, func(n int) faults.Fault {
			if n == call {
				_, err := rival.Do(ctx, "acme", owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", call)))}, seats.BuySeats{Quantity: 1})
				require.NoError(t, err)
			}
			return faults.None
		}), seatkeeper.Options{})
		require.NoError(t, err)
		drift, err := k.Audit(ctx, "acme")
		require.NoError(t, err)
		require.Empty(t, drift, call)
	}
	k, err := seatkeeper.New(faults.New(s, func(int) faults.Fault {
		_, err := rival.Do(ctx, "acme", owner, seats.BuySeats{Quantity: 1})
		require.NoError(t, err)
		return faults.None
	}), seatkeeper.Options{Attempts: 5})
	require.NoError(t, err)
	_, err = k.Audit(ctx, "acme")
	require.ErrorIs(t, err, store.ErrConflict)
}

func TestHistoryOfABrokenStore(t *testing.T) {
	ctx := context.Background()
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for name, call := range map[string]func(*seatkeeper.Keeper) error{
		"Replay":  func(k *seatkeeper.Keeper) error { _, err := k.Replay(ctx, "acme"); return err },
		"UsageAt": func(k *seatkeeper.Keeper) error { _, err := k.UsageAt(ctx, "acme", time.Now()); return err },
		"Period": func(k *seatkeeper.Keeper) error {
			_, err := k.Period(ctx, "acme", seats.Site, time.Now().Add(-time.Hour), time.Now())
			return err
		},
		"Explain": func(k *seatkeeper.Keeper) error { _, err := k.Explain(ctx, "acme", "owner"); return err },
		"Audit":   func(k *seatkeeper.Keeper) error { _, err := k.Audit(ctx, "acme"); return err },
	} {
		at, err := 0, error(nil)
		for ; at == 0 || err != nil; at++ {
			k, failed := seatkeeper.New(faults.New(s, func(n int) faults.Fault {
				if n == at {
					return faults.Fail
				}
				return faults.None
			}), seatkeeper.Options{})
			require.NoError(t, failed)
			if err = call(k); err != nil {
				require.ErrorIs(t, err, faults.ErrInjected, name)
			}
		}
		require.Greater(t, at, 2, name)
	}
}

// TestAuditSaysWhatIsWrongWithTheEvents and not just that something is.
func TestAuditSaysWhatIsWrongWithTheEvents(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	loaded, err := s.Load(t.Context(), seats.Need{Account: "acme"})
	require.NoError(t, err)
	c := seats.Change{ID: "by hand", Base: 1, Account: loaded[0].Account}
	c.Account.Revision, c.Account.Sequence = 2, 2
	c.Events = []seats.Event{{Account: "acme", Sequence: 2, Kind: seats.EventSeatsBought, Time: time.Now()}}
	_, err = s.Commit(t.Context(), c)
	require.NoError(t, err)
	drift, err := k.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.ErrorContains(t, seats.ErrHistory, "do not follow")
	require.Contains(t, drift[len(drift)-1].Counted, "do not follow from one another: event 2")
}

// TestAnExplanationKnowsThePolicyOfTheTime is of a seat that the policy gave, beside
// somebody else who was asked about by an address.
func TestAnExplanationKnowsThePolicyOfTheTime(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Policy{Exempt: users.In(users.Member)})
	_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err)
	set, err := k.Do(ctx, "acme", system, seats.SetPolicy{Policy: seats.Standard()}, seats.SetPolicy{Policy: seats.Policy{}})
	require.NoError(t, err)
	x, err := k.Explain(ctx, "acme", "ada")
	require.NoError(t, err)
	require.True(t, x.Holds)
	require.Equal(t, set.Events[0].Sequence, x.By.Sequence, "the policy gave the seat")
	require.Equal(t, seats.EventPolicySet, x.By.Kind)
}
