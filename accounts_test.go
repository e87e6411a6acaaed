package seatkeeper_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestAccountsAreListed(t *testing.T) {
	ctx := t.Context()
	k, err := seatkeeper.New(memstore.New(), seatkeeper.Options{})
	require.NoError(t, err)
	var want []users.AccountID
	for i := range 450 {
		id := users.AccountID(fmt.Sprintf("site-%04d", i))
		_, err := k.Open(ctx, seats.Opening{Account: id, Name: "Site", Total: seats.Of(1), Owner: profile("owner")})
		require.NoError(t, err)
		want = append(want, id)
	}
	_, err = k.Do(ctx, want[7], owner, seats.Close{})
	require.NoError(t, err)
	list := func(after users.AccountID) (ids []users.AccountID) {
		for a, err := range k.Accounts(ctx, after) {
			require.NoError(t, err)
			require.Equal(t, "Site", a.Name)
			require.Equal(t, a.ID == want[7], !a.Closed.IsZero())
			ids = append(ids, a.ID)
		}
		return ids
	}
	require.Equal(t, want, list(""))
	require.Equal(t, want[300:], list(want[299]))
	require.Empty(t, list(want[449]))
	broken, err := seatkeeper.New(down, seatkeeper.Options{})
	require.NoError(t, err)
	for _, err := range broken.Accounts(ctx, "") {
		require.ErrorIs(t, err, errDown)
	}
}

// TestAClosedAccountIsNotBilled and has the numbers of before when it is open again.
func TestAClosedAccountIsNotBilled(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	began := now
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(3), seats.Standard())
	_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err)
	day := func(commands ...seats.Command) {
		t.Helper()
		now = now.Add(24 * time.Hour)
		_, err := k.Do(ctx, "acme", users.Support("ticket"), commands...)
		require.NoError(t, err)
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
	require.Contains(t, u.May.Members(), seats.SignIn)
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
}

func TestErasingAnAccountLeavesTombstones(t *testing.T) {
	ctx, vendor := t.Context(), users.Support("ticket")
	plan := map[int]faults.Fault{}
	f := faults.New(memstore.New(), func(n int) faults.Fault { return plan[n] })
	k := newKeeper(t, f, seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	var commands []seats.Command
	for i := range 1199 {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
	}
	_, err := k.DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	_, err = k.EraseAccount(ctx, "acme", vendor, "")
	require.ErrorIs(t, err, seats.ErrOpen)
	_, err = k.Do(ctx, "acme", owner, seats.Close{})
	require.NoError(t, err)
	_, err = k.EraseAccount(ctx, "acme", owner, "")
	require.ErrorIs(t, err, seats.ErrForbidden)
	_, err = k.EraseAccount(ctx, "acme", vendor, "a\x00")
	require.ErrorIs(t, err, seats.ErrBadInput)
	a, err := k.Account(ctx, "acme")
	require.NoError(t, err)
	require.Zero(t, a.Erased)

	plan[f.Calls()+11] = faults.Fail // in the middle of it
	first, err := k.With(seatkeeper.Call{Key: "erase"}).EraseAccount(ctx, "acme", vendor, "asked for it")
	require.ErrorIs(t, err, faults.ErrInjected)
	require.Positive(t, first)
	rest, err := k.EraseAccount(ctx, "acme", vendor, "asked for it")
	require.NoError(t, err)
	require.Equal(t, 1200, first+rest)
	again, err := k.EraseAccount(ctx, "acme", vendor, "")
	require.NoError(t, err)
	require.Zero(t, again)

	people := 0
	for u, err := range k.Users(ctx, "acme", users.Filter{Status: users.In(users.Statuses()...)}) {
		require.NoError(t, err)
		require.Equal(t, u.Tombstone(), u.User)
		people++
	}
	require.Equal(t, 1200, people, "the IDs stay taken")
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
	for e, err := range k.Events(ctx, "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventDeleted, seats.EventAccountErased}}) {
		require.NoError(t, err)
		require.Equal(t, "asked for it", e.Reason)
		require.NotEmpty(t, e.Correlation)
	}
	_, err = k.Do(ctx, "acme", vendor, seats.Reopen{})
	require.ErrorIs(t, err, seats.ErrClosed)
	_, err = k.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("new")})
	require.Error(t, err, "nor does anybody else get the ID")
}

// TestTwoEraseAnAccountAtOnce: a rival deletes somebody between the list and the commit,
// who is deleted once and counted by the rival alone.
func TestTwoEraseAnAccountAtOnce(t *testing.T) {
	ctx, vendor := t.Context(), users.Support("ticket")
	m := &meddler{Store: memstore.New()}
	k := newKeeper(t, m, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	rival, err := seatkeeper.New(m.Store, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = rival.Do(ctx, "acme", owner, seats.Invite{Profile: profile("ada")}, seats.Close{})
	require.NoError(t, err)
	met := false
	m.before = func(c seats.Change) {
		if c.Events[0].Kind == seats.EventDeleted && !met {
			met = true
			_, err := rival.Do(ctx, "acme", vendor, seats.Delete{User: "ada"})
			require.NoError(t, err)
		}
	}
	people, err := k.EraseAccount(ctx, "acme", vendor, "")
	require.NoError(t, err)
	require.True(t, met)
	require.Equal(t, 1, people, "the owner")
}

// TestAnOwnerIsOutOfReach of an admin, a bulk call, a plan, an edit, an import and a sync,
// in every product.
func TestAnOwnerIsOutOfReach(t *testing.T) {
	ctx := t.Context()
	for _, preset := range seats.Presets() {
		k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), preset.Policy)
		admin := users.As("ada")
		_, err := k.Do(ctx, "acme", system, seats.Invite{Profile: profile("ada"), Role: users.Admin})
		require.NoError(t, err)
		let := seats.Command(seats.Accept{User: "ada"})
		if preset.Policy.Activation == seats.Approval {
			let = seats.Approve{User: "ada"}
		}
		_, err = k.Do(ctx, "acme", system, let)
		require.NoError(t, err)
		before, err := k.User(ctx, "acme", "owner")
		require.NoError(t, err)

		inReach := []users.Actor{admin, owner, users.Support("ticket"), system}
		for _, actor := range inReach {
			for _, c := range []seats.Command{
				seats.Deactivate{User: "owner"}, seats.Archive{User: "owner"}, seats.Delete{User: "owner"}, seats.ChangeRole{User: "owner"},
			} {
				_, err := k.Do(ctx, "acme", actor, c)
				require.ErrorIs(t, err, seats.ErrOwnerProtected, "%s: %T by %v", preset.Name, c, actor)
				outcomes, err := k.DoEach(ctx, "acme", actor, seats.Notify{User: "ada"}, c)
				require.NoError(t, err)
				require.ErrorIs(t, outcomes[1].Refusal, seats.ErrOwnerProtected)
				plan, err := k.Preview(ctx, "acme", actor, c)
				require.NoError(t, err)
				require.ErrorIs(t, plan.Steps[0].Outcome.Refusal, seats.ErrOwnerProtected)
			}
		}
		_, err = k.Do(ctx, "acme", admin, seats.Edit{User: "owner", Set: users.Patch{Email: new("mine@acme.example")}})
		require.ErrorIs(t, err, seats.ErrOwnerProtected)
		theirs := profile("owner")
		theirs.Source = users.Source{Kind: users.SourceSync, Name: "hr"}
		_, err = k.Open(ctx, seats.Opening{Account: "synced", Total: seats.Of(9), Policy: preset.Policy, Owner: theirs})
		require.NoError(t, err)
		_, err = k.Do(ctx, "synced", users.Sync("hr"), seats.Deactivate{User: "owner"})
		require.ErrorIs(t, err, seats.ErrOwnerProtected, "though he came by that sync")
		_, err = k.Do(ctx, "acme", admin, seats.Invite{Profile: profile("eve"), Role: users.Owner})
		require.ErrorIs(t, err, seats.ErrBadInput, "nobody is imported as an owner")
		again := profile("again")
		again.Email = "OWNER@acme.example"
		done, err := k.Do(ctx, "acme", admin, seats.Invite{Profile: again, Role: users.Member})
		require.NoError(t, err)
		require.Equal(t, []any{true, users.ID("owner")}, []any{done.Outcomes[0].Unchanged, done.Outcomes[0].User}, "an import meets him and changes nothing")
		after, err := k.User(ctx, "acme", "owner")
		require.NoError(t, err)
		require.Equal(t, before, after, preset.Name)
	}
}

// TestABillingWebhookSetsTheTotalOnce though it arrives three times, and by then the
// total is another one.
func TestABillingWebhookSetsTheTotalOnce(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(3), seats.HowNow())
	hook := k.With(seatkeeper.Call{Key: "invoice 7", Reason: "renewal"})
	for i := range 3 {
		done, err := hook.Do(ctx, "acme", system, seats.SetTotal{Total: seats.Of(25)})
		require.NoError(t, err)
		require.Equal(t, i > 0, done.Repeated)
		_, err = k.Do(ctx, "acme", owner, seats.BuySeats{Quantity: 10})
		require.NoError(t, err)
	}
	u, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, seats.Of(55), u.Total)
	var kinds []seats.EventKind
	for e := range k.Events(ctx, "acme", seats.EventFilter{}) {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, 1, len(slices.DeleteFunc(kinds, func(k seats.EventKind) bool { return k != seats.EventTotalSet })))
}
