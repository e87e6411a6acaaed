package seatkeeper_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestKeeper_FreeUnseen_random(t *testing.T) {
	harness.Unseen(t, func(testing.TB) store.Store { return memstore.New() })
}

func TestKeeper_FreeUnseen_rivals(t *testing.T) { harness.UnseenMeanwhile(t, memstore.New()) }

// unseenSite has ada, bob and cy of 1 May; ada was seen on 1 September and the clock says so.
func unseenSite(t *testing.T, rule seats.UnseenRule, more ...func(*seats.Policy)) (*seatkeeper.Keeper, *memstore.Store, *time.Time) {
	t.Helper()
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	s := memstore.New()
	policy := seats.Policy{Unseen: rule}
	for _, set := range more {
		set(&policy)
	}
	k := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), policy)
	do(t, k, system, seats.Add{Profile: profile("ada")}, seats.Add{Profile: profile("bob"), Role: users.Admin}, seats.Invite{Profile: profile("cy")})
	now = now.AddDate(0, 4, 0)
	require.NoError(t, k.Seen(t.Context(), "acme", now, "ada"))
	return k, s, &now
}

// unseen90 asks for the users who were not seen for 90 days.
var unseen90 = seats.Unseen{UnseenRule: seats.UnseenRule{Days: 90}}

func TestKeeper_Unseen(t *testing.T) {
	k, _, _ := unseenSite(t, seats.UnseenRule{})
	plan, err := k.Unseen(t.Context(), "acme", users.As("owner"), unseen90)
	require.NoError(t, err)
	require.Equal(t, "2 users: 2 fit, 0 do not", plan.String())
	require.Equal(t, []seats.Command{
		seats.Deactivate{User: "bob", Reason: "last seen 2026-05-01"}, seats.Deactivate{User: "cy", Reason: "never seen since 2026-05-01"},
	}, plan.Commands())
	for name, c := range map[string]struct {
		change func(*seats.Unseen)
		want   []users.ID
	}{
		"after":          {func(q *seats.Unseen) { q.After = "bob" }, []users.ID{"cy"}},
		"among admins":   {func(q *seats.Unseen) { q.Among.Role = users.In(users.Admin) }, []users.ID{"bob"}},
		"among invited":  {func(q *seats.Unseen) { q.Among.Status = users.In(users.Invited) }, []users.ID{"cy"}},
		"among inactive": {func(q *seats.Unseen) { q.Among.Status = users.In(users.Inactive) }, nil},
		"with a page": {func(q *seats.Unseen) {
			q.Among.Backward, q.Among.Order, q.Among.After.ID = true, users.OrderName, "bob"
		}, []users.ID{"bob", "cy"}},
		"but bob":   {func(q *seats.Unseen) { q.ExemptUsers = []users.ID{"bob"} }, []users.ID{"cy"}},
		"of longer": {func(q *seats.Unseen) { q.Days = 124 }, nil},
	} {
		q := unseen90
		c.change(&q)
		plan, err := k.Unseen(t.Context(), "acme", users.As("owner"), q)
		require.NoError(t, err, name)
		var found []users.ID
		for _, step := range plan.Steps {
			found = append(found, step.Outcome.User)
		}
		require.Equal(t, c.want, found, name)
	}
	plan, err = k.Unseen(t.Context(), "acme", users.As("ada"), unseen90)
	require.NoError(t, err)
	require.Equal(t, "2 users: 0 fit, 2 do not", plan.String(), "ada is no admin")
	require.ErrorIs(t, second(k.Unseen(t.Context(), "acme", system, seats.Unseen{})), seats.ErrBadInput)
}

// TestKeeper_Apply_unseen: who was seen since the plan keeps the seat, and all others until the next plan.
func TestKeeper_Apply_unseen(t *testing.T) {
	k, s, now := unseenSite(t, seats.UnseenRule{})
	plan, err := k.Unseen(t.Context(), "acme", users.As("owner"), unseen90)
	require.NoError(t, err)
	*now = now.Add(time.Hour)
	signIn(t, k, "cy")
	*now = now.Add(time.Hour)
	_, err = k.Apply(t.Context(), "acme", users.As("owner"), plan)
	require.ErrorIs(t, err, seats.ErrPlanOutdated)
	require.NoError(t, k.Seen(t.Context(), "acme", *now, "bob"))
	plan, err = k.Unseen(t.Context(), "acme", users.As("owner"), unseen90)
	require.NoError(t, err)
	require.Empty(t, plan.Steps)

	*now = now.AddDate(0, 0, 91)
	plan, err = k.Unseen(t.Context(), "acme", users.As("owner"), unseen90)
	require.NoError(t, err)
	require.Len(t, plan.Steps, 3)
	keyed := k.With(seatkeeper.Call{Key: "once"})
	_, err = on(t, brokenSeen{s, s}, seatkeeper.Options{}).Apply(t.Context(), "acme", users.As("owner"), plan)
	require.ErrorIs(t, err, errDown)
	first, err := keyed.Apply(t.Context(), "acme", users.As("owner"), plan)
	require.NoError(t, err)
	require.Len(t, first.Events, 3)
	require.Equal(t, "last seen 2026-09-01", first.Events[0].Reason)
	do(t, k, system, seats.Reactivate{User: "ada"})
	require.NoError(t, k.Seen(t.Context(), "acme", *now, "ada"))
	again, err := keyed.Apply(t.Context(), "acme", users.As("owner"), plan)
	require.NoError(t, err)
	require.True(t, again.Repeated, "it happens once, whatever was seen since")
}

// A brokenSeen knows of no last sight.
type brokenSeen struct {
	store.Store
	store.LastSeen
}

func (brokenSeen) Seen(context.Context, users.AccountID, ...users.ID) ([]time.Time, error) {
	return nil, errDown
}

func TestKeeper_FreeUnseen(t *testing.T) {
	k, _, _ := unseenSite(t, seats.UnseenRule{})
	run, err := k.FreeUnseen(t.Context(), "acme", unseen90)
	require.NoError(t, err)
	require.Zero(t, run, "the policy frees none")

	k, s, _ := unseenSite(t, seats.UnseenRule{Days: 90, Exempt: users.In(users.Manager)})
	for _, broken := range []store.Store{brokenSeen{s, s}, struct{ store.Store }{s}} {
		_, err = on(t, broken, seatkeeper.Options{}).FreeUnseen(t.Context(), "acme", seats.Unseen{})
		require.Error(t, err)
	}
	run, err = k.With(seatkeeper.Call{Key: "ignored", Correlation: "night 7"}).FreeUnseen(t.Context(), "acme", seats.Unseen{ExemptUsers: []users.ID{"bob"}})
	require.NoError(t, err)
	require.Equal(t, seatkeeper.UnseenRun{Freed: 1}, run)
	var last seats.Event
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{}) {
		require.NoError(t, err)
		last = e
	}
	require.Equal(t, []any{seats.EventDeactivated, users.ID("cy"), users.System(), seats.ByUnseen, "never seen since 2026-05-01", "night 7"},
		[]any{last.Kind, last.User, last.Actor, last.Channel, last.Reason, last.Correlation})
	run, err = k.FreeUnseen(t.Context(), "acme", seats.Unseen{})
	require.NoError(t, err)
	require.Equal(t, seatkeeper.UnseenRun{Freed: 1}, run)
	run, err = k.FreeUnseen(t.Context(), "acme", seats.Unseen{})
	require.NoError(t, err)
	require.Zero(t, run)
}

// TestKeeper_FreeUnseen_held_back: unusually many on one day lose nothing before an admin has looked.
func TestKeeper_FreeUnseen_held_back(t *testing.T) {
	k, s, now := unseenSite(t, seats.UnseenRule{Days: 90}, func(p *seats.Policy) { p.MostLeavers = 1 })
	free := func(keep ...users.ID) seatkeeper.UnseenRun {
		run, err := k.FreeUnseen(t.Context(), "acme", seats.Unseen{ExemptUsers: keep})
		require.NoError(t, err)
		return run
	}
	require.Equal(t, seatkeeper.UnseenRun{HeldBack: 2}, free())
	run, err := k.FreeUnseen(t.Context(), "acme", seats.Unseen{Most: 1})
	require.NoError(t, err)
	require.Equal(t, seatkeeper.UnseenRun{HeldBack: 2}, run, "the bound of a page of the plan holds for plans alone")
	plan, err := k.Unseen(t.Context(), "acme", users.As("owner"), seats.Unseen{})
	require.NoError(t, err)
	require.Len(t, plan.Steps, 2, "by the rule of the policy")
	require.Equal(t, seatkeeper.UnseenRun{Freed: 1}, free("bob"))
	require.Equal(t, seatkeeper.UnseenRun{HeldBack: 1}, free(), "the second of the day")
	for n := 0; ; n++ {
		f := faults.New(s, at(n, faults.Fail))
		run, err := on(t, f, seatkeeper.Options{Now: func() time.Time { return *now }}).FreeUnseen(t.Context(), "acme", seats.Unseen{})
		if f.Calls() == n {
			require.Greater(t, n, 6, "rows, sights and the events of the day are read")
			require.Equal(t, seatkeeper.UnseenRun{HeldBack: 1}, run)
			break
		}
		require.ErrorIs(t, err, faults.ErrInjected, "call %d", n)
	}
	*now = now.AddDate(0, 0, 1)
	require.Equal(t, seatkeeper.UnseenRun{Freed: 1}, free())
}

// TestKeeper_FreeUnseen_contested: though another user is seen before each look at the sights, the others lose
// their seats.
func TestKeeper_FreeUnseen_contested(t *testing.T) {
	k, s, now := unseenSite(t, seats.UnseenRule{Days: 90})
	var ids []users.ID
	for i := range 5 {
		ids = append(ids, users.ID(fmt.Sprint("u", i)))
		do(t, k, system, seats.Add{Profile: profile(ids[i])})
	}
	*now = now.AddDate(0, 0, 100)
	looks := 0
	late := on(t, seenMeanwhile{s, s, func() {
		require.NoError(t, s.SetSeen(t.Context(), "acme", *now, ids[looks]))
		looks++
	}}, seatkeeper.Options{Now: func() time.Time { return *now }})
	run, err := late.FreeUnseen(t.Context(), "acme", seats.Unseen{})
	require.NoError(t, err)
	require.Equal(t, seatkeeper.UnseenRun{Freed: 5, Refused: 1}, run, "of 8, without u0 and u1; u2 has the seat again")
	for i, id := range ids {
		u, err := k.User(t.Context(), "acme", id)
		require.NoError(t, err)
		require.Equal(t, i < 3, u.Status == users.Active, id)
	}
}

// TestKeeper_Apply_unseen_answer: where a seat can't be given back, the answer is that it is free.
func TestKeeper_Apply_unseen_answer(t *testing.T) {
	for name, broken := range map[string]*halfDown{"sights": {sights: true}, "commits": {}} {
		k, s, now := unseenSite(t, seats.UnseenRule{})
		o := seatkeeper.Options{Now: func() time.Time { return *now }}
		plan, err := k.Unseen(t.Context(), "acme", system, unseen90)
		require.NoError(t, err)
		broken.Store, broken.LastSeen = s, s
		broken.rival = func() { require.NoError(t, k.Seen(t.Context(), "acme", *now, "bob")) }
		result, err := on(t, broken, o).Apply(t.Context(), "acme", system, plan)
		require.NoError(t, err, name)
		require.Nil(t, result.Outcomes[0].Refusal, name)
		bob, err := k.User(t.Context(), "acme", "bob")
		require.NoError(t, err)
		require.Equal(t, users.Inactive, bob.Status, name)
	}
}

// A halfDown store lets a rival in before its first commit, and fails after it.
type halfDown struct {
	store.Store
	store.LastSeen
	rival  func()
	sights bool // fail, or else commits
}

func (s *halfDown) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	if s.rival == nil && !s.sights {
		return nil, errDown
	}
	s.rival()
	s.rival = nil
	return s.Store.Commit(ctx, changes...)
}

func (s *halfDown) Seen(ctx context.Context, account users.AccountID, ids ...users.ID) ([]time.Time, error) {
	if s.rival == nil && s.sights {
		return nil, errDown
	}
	return s.LastSeen.Seen(ctx, account, ids...)
}

// TestKeeper_FreeUnseen_meanwhile: a user who signs in during the call keeps the seat.
func TestKeeper_FreeUnseen_meanwhile(t *testing.T) {
	_, s, now := unseenSite(t, seats.UnseenRule{Days: 90})
	o := seatkeeper.Options{Now: func() time.Time { return *now }}
	k, calls := on(t, s, o), 0
	late := on(t, seenMeanwhile{s, s, func() {
		if calls++; calls == 2 {
			require.NoError(t, k.Seen(t.Context(), "acme", *now, "bob"))
		}
	}}, o)
	run, err := late.FreeUnseen(t.Context(), "acme", seats.Unseen{})
	require.NoError(t, err)
	require.Equal(t, seatkeeper.UnseenRun{Freed: 1}, run)
	bob, err := k.User(t.Context(), "acme", "bob")
	require.NoError(t, err)
	require.Equal(t, users.Active, bob.Status)

	*now = now.AddDate(0, 0, 91)
	late = on(t, seenMeanwhile{s, s, func() {
		*now = now.Add(2 * time.Hour)
		require.NoError(t, s.SetSeen(t.Context(), "acme", *now, "ada", "bob"))
	}}, o)
	_, err = late.FreeUnseen(t.Context(), "acme", seats.Unseen{})
	require.NoError(t, err, "all are seen before the first look")
}

// A seenMeanwhile does something before each look at last sights.
type seenMeanwhile struct {
	store.Store
	store.LastSeen
	do func()
}

func (s seenMeanwhile) Seen(ctx context.Context, account users.AccountID, ids ...users.ID) ([]time.Time, error) {
	s.do()
	return s.LastSeen.Seen(ctx, account, ids...)
}

// TestKeeper_FreeUnseen_many: in several commits.
func TestKeeper_FreeUnseen_many(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(2000), seats.Policy{Unseen: seats.UnseenRule{Days: 1}})
	for n := range 2 {
		var all []seats.Command
		for i := range 700 {
			all = append(all, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("u%d-%03d", n, i)))})
		}
		do(t, k, system, all...)
	}
	now = now.AddDate(0, 0, 2)
	plan, err := k.Unseen(t.Context(), "acme", system, seats.Unseen{UnseenRule: seats.UnseenRule{Days: 1}})
	require.NoError(t, err)
	require.Len(t, plan.Steps, seats.MaxCommands)
	last := plan.Steps[299].Outcome.User
	plan, err = k.Unseen(t.Context(), "acme", system, seats.Unseen{UnseenRule: seats.UnseenRule{Days: 1}, Most: 300})
	require.NoError(t, err)
	require.Len(t, plan.Steps, 300)
	require.Equal(t, last, plan.Steps[299].Outcome.User)
	run, err := k.FreeUnseen(t.Context(), "acme", seats.Unseen{Most: 1})
	require.NoError(t, err)
	require.Equal(t, seatkeeper.UnseenRun{Freed: 1400}, run)
}
