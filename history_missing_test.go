package seatkeeper_test

import (
	"context"
	"fmt"
	"slices"
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

// A restored is a store after a bad restore: events are missing, and rows are of another
// moment.
type restored struct {
	store.Store
	store.Outbox
	store.LastSeen
	missing func(n uint64) bool
	user    func(users.User) (users.User, bool)
	holder  func(users.ID) users.ID // of a licence
	older   uint64                  // number of events unknown to the account's row
}

func (r restored) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots, err := r.Store.Load(ctx, needs...)
	for i := range snapshots {
		snapshots[i].Account.Sequence -= min(r.older, snapshots[i].Account.Sequence)
		for j := range snapshots[i].Licences {
			if l := &snapshots[i].Licences[j]; r.holder != nil {
				l.User = r.holder(l.User)
			}
		}
		slices.SortFunc(snapshots[i].Licences, func(x, y users.Licence) int { return x.ID().Compare(y.ID()) })
	}
	return snapshots, err
}

// The pages are full, as those of a database are.
func (r restored) Events(ctx context.Context, account users.AccountID, f seats.EventFilter, limit int) (page []seats.Event, err error) {
	for len(page) < limit {
		some, err := r.Store.Events(ctx, account, f, 1)
		if err != nil || len(some) == 0 {
			return page, err
		}
		if f = f.NextPage(some[0]); r.missing == nil || !r.missing(some[0].Sequence) {
			page = append(page, some...)
		}
	}
	return page, nil
}

func (r restored) Users(ctx context.Context, account users.AccountID, f users.Filter, limit int) (page []users.User, err error) {
	for len(page) < limit {
		some, err := r.Store.Users(ctx, account, f, 1)
		if err != nil || len(some) == 0 {
			return page, err
		}
		f = f.NextPage(some[0])
		u, ok := some[0], true
		if r.user != nil {
			u, ok = r.user(u)
		}
		if ok {
			page = append(page, u)
		}
	}
	return page, nil
}

func from(first, last uint64) func(uint64) bool {
	return func(n uint64) bool { return n >= first && n <= last }
}

// history makes an account of 20 events, one an hour, and returns a Keeper on its restored
// store.
func history(t *testing.T, missing func(uint64) bool, older uint64) (k *seatkeeper.Keeper, start time.Time) {
	t.Helper()
	start = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	now := start
	memory := memstore.New()
	s := restored{Store: memory, Outbox: memory, LastSeen: memory, missing: missing, older: older}
	o := seatkeeper.Options{Now: func() time.Time { return now }}
	whole := newKeeper(t, s.Store, o, seats.Of(100), seats.Standard())
	for i := range 19 {
		now = now.Add(time.Hour)
		var c seats.Command = seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))}
		switch i {
		case 10:
			c = seats.SetPolicy{Policy: seats.AccuEdConnect()}
		case 11:
			c = seats.Deactivate{User: "p2"}
		}
		do(t, whole, system, c)
	}
	now = now.Add(time.Hour)
	k = on(t, s, o)
	return k, start
}

// TestKeeper_missing_events calls every method that reads events.
func TestKeeper_missing_events(t *testing.T) {
	ctx := context.Background()
	hour := func(start time.Time, n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	type keeper = *seatkeeper.Keeper
	reads := map[string]func(keeper, time.Time) error{
		"Events": func(k keeper, _ time.Time) error {
			return lastError(k.Events(ctx, "acme", seats.EventFilter{}))
		},
		"Events back": func(k keeper, _ time.Time) error {
			return lastError(k.Events(ctx, "acme", seats.EventFilter{Backward: true}))
		},
		"Events of p2": func(k keeper, _ time.Time) error {
			return lastError(k.Events(ctx, "acme", seats.EventFilter{User: "p2"}))
		},
		"Replay":  func(k keeper, _ time.Time) error { _, err := k.Replay(ctx, "acme"); return err },
		"UsageAt": func(k keeper, start time.Time) error { _, err := k.UsageAt(ctx, "acme", hour(start, 7)); return err },
		"Period": func(k keeper, start time.Time) error {
			_, err := k.Period(ctx, "acme", seats.Site, hour(start, 2), hour(start, 19))
			return err
		},
		"Explain p2": func(k keeper, _ time.Time) error { _, err := k.Explain(ctx, "acme", "p2"); return err },
		"Drain": func(k keeper, _ time.Time) error {
			_, err := k.Drain(ctx, eventwise("mails", func(context.Context, seats.Event) error { return nil }))
			return err
		},
		"Drain of invitations": func(k keeper, _ time.Time) error {
			c := eventwise("mails", func(context.Context, seats.Event) error { return nil })
			c.Kinds = []seats.EventKind{seats.EventInvited}
			_, err := k.Drain(ctx, c)
			return err
		},
	}
	for _, c := range []struct {
		name    string
		missing func(uint64) bool
		fails   []string
		drift   string
	}{
		{"none", from(0, 0), nil, ""},
		{"the last", from(20, 20), []string{"Events", "Events back", "Events of p2", "Replay", "UsageAt", "Period", "Explain p2", "Drain", "Drain of invitations"}, "20"},
		{"the last ones", from(13, 20), []string{"Events", "Events back", "Events of p2", "Replay", "UsageAt", "Period", "Explain p2", "Drain", "Drain of invitations"}, "13 to 20"},
		{"all", from(0, 20), []string{"Events", "Events back", "Events of p2", "Replay", "UsageAt", "Period", "Explain p2", "Drain", "Drain of invitations"}, "1 to 20"},
		{"the first", from(1, 1), []string{"Events", "Events back", "Replay", "UsageAt", "Period", "Explain p2", "Drain"}, "1"},
		{"one that a search meets", from(8, 8), []string{"Events", "Events back", "Replay", "UsageAt", "Period", "Drain"}, "8"},
		{"one that a period meets", from(15, 15), []string{"Events", "Events back", "Replay", "Period", "Drain"}, "15"},
		{"of the user", from(13, 13), []string{"Events", "Events back", "Replay", "Period", "Explain p2", "Drain"}, "13"},
		{"of the policy", from(12, 12), []string{"Events", "Events back", "Replay", "Period", "Explain p2", "Drain"}, "12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, read := range reads {
				k, start := history(t, c.missing, 0)
				if err := read(k, start); slices.Contains(c.fails, name) {
					require.ErrorIs(t, err, seats.ErrHistory, name)
				} else {
					require.NoError(t, err, name)
				}
			}
			k, _ := history(t, c.missing, 0)
			drift, err := k.Audit(ctx, "acme")
			require.NoError(t, err)
			if c.drift == "" {
				require.Empty(t, drift)
				return
			}
			require.Equal(t, seats.Drift{What: "events", Stored: c.drift, Counted: "missing"}, drift[0])
			for _, d := range drift[1:] {
				require.Contains(t, d.What, "user ", "what follows from it, and no more: %+v", d)
			}
		})
	}
}

// TestKeeper_older_account has events beyond the account's row.
func TestKeeper_older_account(t *testing.T) {
	ctx := context.Background()
	k, start := history(t, nil, 5)
	for _, err := range k.Events(ctx, "acme", seats.EventFilter{After: 18}) {
		if err != nil {
			require.ErrorIs(t, err, seats.ErrHistory)
		}
	}
	_, err := k.Replay(ctx, "acme")
	require.ErrorIs(t, err, seats.ErrHistory)
	_, err = k.UsageAt(ctx, "acme", start.Add(time.Hour))
	require.ErrorIs(t, err, seats.ErrHistory)
	_, err = k.Period(ctx, "acme", seats.Site, start, start.Add(20*time.Hour))
	require.ErrorIs(t, err, seats.ErrHistory)
	_, err = k.Explain(ctx, "acme", "p2")
	require.ErrorIs(t, err, seats.ErrHistory)
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.NotEmpty(t, drift)
}

// TestKeeper_Events/gap goes on behind a gap.
func TestKeeper_Events(t *testing.T) {
	t.Run("gap", func(t *testing.T) {
		k, _ := history(t, func(n uint64) bool { return n == 5 || n > 8 && n < 12 }, 0)
		var seen []uint64
		for after := uint64(0); after < 20; {
			for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{After: after}) {
				if err != nil {
					require.ErrorIs(t, err, seats.ErrHistory)
					require.Contains(t, err.Error(), map[uint64]string{4: "missing: event 5", 8: "missing: events 9 to 11"}[after])
					after = map[uint64]uint64{4: 5, 8: 11}[after]
					break
				}
				after = e.Sequence
				seen = append(seen, after)
			}
		}
		require.Equal(t, []uint64{1, 2, 3, 4, 6, 7, 8, 12, 13, 14, 15, 16, 17, 18, 19, 20}, seen)
		drift, err := k.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, []seats.Drift{{What: "events", Stored: "5", Counted: "missing"}, {What: "events", Stored: "9 to 11", Counted: "missing"}}, drift[:2])
	})
	// A rival changes the account between any two calls to the store.
	t.Run("moving account", func(t *testing.T) {
		s := memstore.New()
		rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(1000), seats.Standard())
		n := 0
		k := on(t, faults.New(s, func(int) faults.Fault {
			n++
			do(t, rival, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", n)))}, seats.BuySeats{Quantity: 1})
			return faults.None
		}), seatkeeper.Options{})
		for range 3 {
			require.NoError(t, lastError(k.Events(t.Context(), "acme", seats.EventFilter{Backward: true})))
			_, err := k.Replay(t.Context(), "acme")
			require.NoError(t, err)
			_, err = k.UsageAt(t.Context(), "acme", time.Now())
			require.NoError(t, err)
			_, err = k.Period(t.Context(), "acme", seats.Site, time.Now().Add(-time.Hour), time.Now())
			require.NoError(t, err)
			_, err = k.Explain(t.Context(), "acme", "p1")
			require.NoError(t, err)
			_, err = k.Drain(t.Context(), eventwise("mails", func(context.Context, seats.Event) error { return nil }))
			require.NoError(t, err)
		}
	})
}

// TestKeeper_Do_lost_events: events are gone from the store itself.
func TestKeeper_Do_lost_events(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	loaded, err := s.Load(ctx, seats.Need{Account: "acme"})
	require.NoError(t, err)
	c := seats.Change{ID: "by hand", Base: loaded[0].Account.Revision, Account: loaded[0].Account}
	c.Account.Revision++
	c.Account.Sequence += 2
	_, err = s.Commit(ctx, c)
	require.NoError(t, err)
	f := faults.New(s, func(int) faults.Fault { return faults.None })
	k = on(t, f, seatkeeper.Options{})
	_, err = k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ben")})
	require.ErrorIs(t, err, store.ErrSequence)
	require.ErrorIs(t, err, seats.ErrHistory)
	require.Equal(t, 2, f.Calls(), "it does not try again")

	later := on(t, s, seatkeeper.Options{Now: func() time.Time { return time.Now().Add(2 * time.Hour) }})
	_, err = later.Usage(ctx, "acme")
	require.ErrorIs(t, err, seats.ErrHistory, "an invitation is due that can't run out")
	drift, err := later.Audit(ctx, "acme")
	require.NoError(t, err, "an audit writes nothing")
	require.Equal(t, []seats.Drift{{What: "events", Stored: "3 to 4", Counted: "missing"}}, drift)
}
