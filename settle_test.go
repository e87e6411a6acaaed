package seatkeeper_test

import (
	"context"
	"fmt"
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

type alwaysDue struct{ store.Store }

func (a alwaysDue) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots, err := a.Store.Load(ctx, needs...)
	snapshots[0].Account.NextDue = time.Unix(0, 0)
	return snapshots, err
}

// refusingOne is a store that refuses the changes of one account.
type refusingOne struct {
	store.Store
	account users.AccountID
}

func (r refusingOne) Commit(ctx context.Context, changes ...seats.Change) (results []store.CommitResult, err error) {
	for _, c := range changes {
		refused := []store.CommitResult{{Err: store.ErrBroken}}
		if c.Account.ID != r.account {
			if refused, err = r.Store.Commit(ctx, c); err != nil {
				return nil, err
			}
		}
		results = append(results, refused...)
	}
	return results, nil
}

// short is a store that leaves out an answer to at least so many questions.
type short struct {
	store.Store
	questions int
}

func (s short) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	if len(needs) >= s.questions {
		needs = needs[1:]
	}
	return s.Store.Load(ctx, needs...)
}

// mute is a store that gives no results of its commits.
type mute struct{ store.Store }

func (m mute) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	_, err := m.Store.Commit(ctx, changes...)
	return nil, err
}

// poolless is a store whose accounts have lost their pools.
type poolless struct{ store.Store }

func (p poolless) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	snapshots, err := p.Store.Load(ctx, needs...)
	for i := range snapshots {
		snapshots[i].Pools = nil
	}
	return snapshots, err
}

func TestKeeper_short_answers(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	k := on(t, short{s, 1}, seatkeeper.Options{})
	_, err := k.Usage(t.Context(), "acme")
	require.ErrorContains(t, err, "0 answers to 1 questions")
	_, err = k.Audit(t.Context(), "acme")
	require.ErrorContains(t, err, "0 answers to 1 questions")
	require.ErrorContains(t, lastError(k.AccountsOf(t.Context(), users.ByID("o"))), "0 answers to 1 questions")
	k = on(t, short{s, 2}, seatkeeper.Options{})
	_, err = k.Audit(t.Context(), "acme")
	require.ErrorContains(t, err, "1 answers to 2 questions", "of the keys")
	k = on(t, mute{s}, seatkeeper.Options{})
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err, "what was not answered is looked for")

	k = on(t, poolless{s}, seatkeeper.Options{})
	for range k.Pools(t.Context(), "acme") {
		t.Error("there is no pool")
	}
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("bob")})
	require.ErrorIs(t, err, seats.ErrNoSeats)
}

// TestKeeper_Do_always_due: the store keeps its due instant for ever.
func TestKeeper_Do_always_due(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	k := on(t, alwaysDue{s}, seatkeeper.Options{Attempts: 7})
	_, err := k.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
	require.ErrorContains(t, err, "after 7 attempts")
}

// TestKeeper_Usage_nothing_written: the store acknowledges changes and writes none. More is due
// than one change takes.
func TestKeeper_Usage_nothing_written(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	o := seatkeeper.Options{Now: func() time.Time { return now }, Attempts: 3}
	s := memstore.New()
	sound := newKeeper(t, s, o, seats.Of(9000), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	_, err := sound.DoEach(t.Context(), "acme", owner, invitations(1200)...)
	require.NoError(t, err)
	now = now.Add(2 * time.Hour)
	k := on(t, refusing{s, nil}, o)
	_, err = k.Usage(t.Context(), "acme")
	require.ErrorContains(t, err, "after 3 attempts")
	o.Attempts = 1
	k = on(t, s, o)
	u, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err, "what takes three changes is no failure")
	require.EqualValues(t, 1, u.Held)
}

func TestKeeper_settles_first(t *testing.T) {
	for name, touch := range map[string]func(context.Context, *seatkeeper.Keeper) error{
		"a command": func(ctx context.Context, k *seatkeeper.Keeper) error {
			_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("newcomer")})
			return err
		},
		"a read": func(ctx context.Context, k *seatkeeper.Keeper) error {
			_, err := k.Usage(ctx, "acme")
			return err
		},
		"the events": func(ctx context.Context, k *seatkeeper.Keeper) error {
			for range k.Events(ctx, "acme", seats.EventFilter{}) {
				break
			}
			return nil
		},
		"the clock": func(ctx context.Context, k *seatkeeper.Keeper) error {
			done, err := k.RunDue(ctx, seatkeeper.DueRun{})
			if done != (seatkeeper.DueProgress{Accounts: 1, Commits: 2, Events: 700}) {
				return fmt.Errorf("%+v", done)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				policy := seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour}
				k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(701), policy)
				_, err := k.DoEach(ctx, "acme", owner, invitations(700)...)
				require.NoError(t, err)
				end := time.Now().UTC().Add(time.Hour)
				time.Sleep(24 * time.Hour)
				require.NoError(t, touch(ctx, k.With(seatkeeper.Call{Reason: "a visitor", Correlation: "x"})))
				lapsed := 0
				for e, err := range k.Events(ctx, "acme", seats.EventFilter{After: 701}) {
					require.NoError(t, err)
					if e.Kind == seats.EventLapsed {
						require.Equal(t, end, e.Time)
						require.Equal(t, seats.ByClock, e.Channel)
						require.Empty(t, e.Reason+e.Correlation, "the visitor did not do it")
						lapsed++
					}
				}
				require.Equal(t, 700, lapsed)
				done, err := k.RunDue(ctx, seatkeeper.DueRun{})
				require.NoError(t, err)
				require.Zero(t, done, "once is enough")
			})
		})
	}
}

func TestKeeper_Usage_rival_settles(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := seatkeeper.Options{Now: func() time.Time { return now }, Attempts: 3}
	s := memstore.New()
	rival := newKeeper(t, s, clock, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	do(t, rival, owner, seats.Invite{Profile: profile("ada")})
	now = now.Add(2 * time.Hour)

	stuck := on(t, refusing{s, store.ErrConflict}, clock)
	_, err := stuck.Usage(t.Context(), "acme")
	require.ErrorIs(t, err, store.ErrConflict)
	_, err = stuck.RunDue(t.Context(), seatkeeper.DueRun{})
	require.ErrorIs(t, err, store.ErrConflict)
	broken := on(t, refusing{s, store.ErrBroken}, clock)
	_, err = broken.Usage(t.Context(), "acme")
	require.ErrorIs(t, err, store.ErrBroken)

	m := &meddler{Store: s}
	m.before = func(seats.Change) {
		if m.commits.Load() == 1 {
			_, err := rival.Usage(t.Context(), "acme")
			require.NoError(t, err)
		}
	}
	k := on(t, m, clock)
	u, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1, u.Held)
	var kinds []seats.EventKind
	for e := range k.Events(t.Context(), "acme", seats.EventFilter{}) {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []seats.EventKind{seats.EventOpened, seats.EventInvited, seats.EventLapsed}, kinds)
}

// TestKeeper_Usage_rival_settles_parts has a rival ahead of each change of a call, in an account
// where more changes are due than the call has attempts.
func TestKeeper_Usage_rival_settles_parts(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	o := seatkeeper.Options{Now: func() time.Time { return now }, Attempts: 1}
	s := memstore.New()
	sound := newKeeper(t, s, o, seats.Of(9000), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	_, err := sound.DoEach(t.Context(), "acme", owner, invitations(3*seats.MaxSettled+1)...)
	require.NoError(t, err)
	now = now.Add(2 * time.Hour)
	m := &meddler{Store: s, before: func(c seats.Change) {
		snapshots, err := s.Load(t.Context(), seats.Need{Account: "acme", DueBy: now})
		require.NoError(t, err)
		part := seats.Settle(snapshots[0], seats.Request{Actor: users.System(), Channel: seats.ByClock, At: now, Change: "rival" + c.ID})
		results, err := s.Commit(t.Context(), part)
		require.NoError(t, err)
		require.NoError(t, results[0].Err)
	}}
	u, err := on(t, m, o).Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1, u.Held)
	require.EqualValues(t, 4, m.commits.Load(), "all were late")
}

// TestKeeper_Do_settlement_apart: a settlement is a change of its own, free of the call's key,
// correlation and reason.
func TestKeeper_Do_settlement_apart(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9),
		seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	now = now.Add(2 * time.Hour)
	call := k.With(seatkeeper.Call{Key: "k", Correlation: "c", Reason: "r"})
	done := do(t, call, owner, seats.BuySeats{Quantity: 1})
	var events []seats.Event
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{After: 2}) {
		require.NoError(t, err)
		events = append(events, e)
	}
	require.Len(t, events, 2)
	lapsed := events[0]
	require.Equal(t, seats.EventLapsed, lapsed.Kind)
	require.Equal(t, seats.ByClock, lapsed.Channel)
	require.Equal(t, system, lapsed.Actor)
	require.Empty(t, lapsed.Key+lapsed.Digest+lapsed.Correlation+lapsed.Reason)
	require.NotEmpty(t, lapsed.Change)
	require.NotEqual(t, done.Events[0].Change, lapsed.Change)
}

// TestKeeper_Do_zone_ahead: a change of the zone moves the days that are near, which are loaded
// ahead of their time, and decides as of now.
func TestKeeper_Do_zone_ahead(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), seats.Standard())
	do(t, k, system, seats.SetTotal{Pool: "go", Total: seats.Of(1)})
	do(t, k, system, seats.BookTotal{Date: "2026-11-21", Total: seats.Of(2)}, seats.BookTotal{Pool: "go", Date: "2026-11-21", Total: seats.Of(3)})
	for _, c := range []struct {
		zone     string
		midnight time.Time
	}{
		{"America/New_York", time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)},
		{"Pacific/Kiritimati", time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)},
	} {
		move := seats.EditAccount{Zone: &c.zone}
		plan, err := k.Preview(t.Context(), "acme", system, move)
		require.NoError(t, err)
		require.Equal(t, now, plan.At, "and not of the day ahead")
		done := do(t, k, system, move)
		require.Equal(t, now, done.Events[0].Time)
		require.Len(t, done.Events, 1)
		for p, err := range k.Pools(t.Context(), "acme") {
			require.NoError(t, err)
			require.Equal(t, c.midnight, p.Booked.At, "%s of %q", c.zone, p.ID)
			require.Equal(t, c.midnight, p.Due)
		}
	}
	now = now.Add(time.Hour)
	done, err := k.RunDue(t.Context(), seatkeeper.DueRun{})
	require.NoError(t, err)
	require.Equal(t, seatkeeper.DueProgress{Accounts: 1, Commits: 1, Events: 2}, done)
}
