package seatkeeper_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestKeeper_Apply(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(2), seats.Standard())
	commands := []seats.Command{seats.Invite{Profile: users.Profile{Email: "ada@acme.example"}}, seats.Invite{Profile: profile("bob")}}
	plan, err := k.Preview(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	usage, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, usage, plan.Before, "nothing was done")
	require.EqualValues(t, 2, plan.After.Held)
	ada := plan.Steps[0].Outcome.User
	require.NotEmpty(t, ada)

	done, err := k.With(seatkeeper.Call{Key: "apply"}).Apply(ctx, "acme", owner, plan)
	require.NoError(t, err)
	require.Len(t, done.Events, 1)
	require.Equal(t, ada, done.Outcomes[0].User, "the ID that was planned")
	require.ErrorIs(t, done.Outcomes[1].Refusal, seats.ErrNoSeats)
	require.Equal(t, plan.After.Held, int64(2))
	again, err := k.With(seatkeeper.Call{Key: "apply"}).Apply(ctx, "acme", owner, plan)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, done.Events, again.Events)
	_, err = k.Apply(ctx, "acme", owner, plan)
	require.ErrorIs(t, err, seats.ErrPlanOutdated)
}

// TestKeeper_Apply_other_account: a plan comes back from a browser with another account than
// the caller is authorized for. User IDs are per account, so that the plan would fit both.
func TestKeeper_Apply_other_account(t *testing.T) {
	ctx, s := t.Context(), memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(5), seats.Standard())
	_, err := k.Open(ctx, seats.Opening{Account: "rival", Total: seats.Of(5), Owner: profile("owner")})
	require.NoError(t, err)
	for _, account := range []users.AccountID{"acme", "rival"} {
		_, err := k.Do(ctx, account, owner, seats.Invite{Profile: profile("ada")})
		require.NoError(t, err)
	}
	theirs, err := k.Preview(ctx, "rival", owner, seats.Deactivate{User: "ada"})
	require.NoError(t, err)
	empty, err := k.Preview(ctx, "rival", owner)
	require.NoError(t, err)
	for _, plan := range []seats.Plan{theirs, empty, {}} {
		for _, k := range []*seatkeeper.Keeper{k, k.With(seatkeeper.Call{Key: "k"})} {
			_, err = k.Apply(ctx, "acme", owner, plan)
			var refusal *seats.Refusal
			require.ErrorAs(t, err, &refusal)
			require.ErrorIs(t, err, seats.ErrBadInput)
			require.Equal(t, "account", refusal.Field)
		}
	}
	for _, account := range []users.AccountID{"acme", "rival"} {
		usage, err := k.Usage(ctx, account)
		require.NoError(t, err)
		require.EqualValues(t, 2, usage.Held, account)
		require.EqualValues(t, 2, usage.Sequence, account)
	}
}

// TestKeeper_Apply_rival takes the seat between the load and the commit.
func TestKeeper_Apply_rival(t *testing.T) {
	s := memstore.New()
	rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	m := &meddler{Store: s}
	k := on(t, m, seatkeeper.Options{})
	plan, err := k.Preview(t.Context(), "acme", owner, seats.Invite{Profile: profile("late")})
	require.NoError(t, err)
	m.before = func(seats.Change) {
		do(t, rival, owner, seats.Invite{Profile: profile("rival")})
	}
	_, err = k.Apply(t.Context(), "acme", owner, plan)
	require.ErrorIs(t, err, seats.ErrPlanOutdated)
	require.EqualValues(t, 1, m.commits.Load())
}

func TestKeeper_May(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(2), seats.Standard())
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, k.May(ctx, "acme", owner, seats.Deactivate{User: "ada"}))
	require.NoError(t, k.May(ctx, "acme", owner, seats.Reactivate{User: "ada"}), "it is so already")
	require.ErrorIs(t, k.May(ctx, "acme", owner, seats.Deactivate{User: "owner"}), seats.ErrOwnerProtected)
	require.ErrorIs(t, k.May(ctx, "acme", users.As("ada"), seats.Deactivate{User: "owner"}), seats.ErrForbidden)
	require.ErrorIs(t, k.May(ctx, "acme", owner, seats.Invite{Profile: profile("bob")}), seats.ErrNoSeats)
	keyed := k.With(seatkeeper.Call{Key: "k"})
	require.NoError(t, keyed.May(ctx, "acme", owner, seats.BuySeats{Quantity: 1}))
	_, err := keyed.Do(ctx, "acme", owner, seats.BuySeats{Quantity: 2})
	require.NoError(t, err, "asking has not used the key")
	require.NoError(t, keyed.May(ctx, "acme", owner, seats.BuySeats{Quantity: 1}))
}

// TestKeeper_Allowed has the answers of May to each question, from one load.
func TestKeeper_Allowed(t *testing.T) {
	ctx, s := t.Context(), &tape{Store: memstore.New()}
	k := newKeeper(t, s, seatkeeper.Options{Remember: -1}, seats.Of(4), seats.AccuEdConnect())
	do(t, k, owner, seats.Invite{Profile: profile("ada"), Role: users.Admin}, seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("cy")})
	do(t, k, owner, seats.Deactivate{User: "bob"}, seats.Invite{Profile: profile("dan")})
	ids := []users.ID{"owner", "cy", "bob", "unknown", "cy"}
	s.since()
	rows, err := k.Allowed(ctx, "acme", owner, ids...)
	require.NoError(t, err)
	require.Equal(t, [2]int{1, 0}, s.since(), "one load, no commit")
	require.Len(t, rows, len(ids))
	for i, row := range rows {
		require.Equal(t, ids[i], row.User)
		alone, err := k.Allowed(ctx, "acme", owner, row.User)
		require.NoError(t, err)
		for _, c := range seats.Questions(row.User)[:13] { // the others ask for a value
			var refusal *seats.Refusal
			errors.As(k.May(ctx, "acme", owner, c), &refusal)
			require.Equal(t, refusal, alone[0].Refusal(c.Action()), c)
			if refusal != nil {
				refusal.Remedies = nil
			}
			require.Equal(t, refusal, row.Refusal(c.Action()), c)
			require.Equal(t, refusal == nil, (row.Actions | row.Unchanged).Has(c.Action()), c)
		}
	}
	require.True(t, rows[1].Actions.Has(users.ActionDeactivate))
	require.True(t, rows[2].Unchanged.Has(users.ActionDeactivate))
	require.Equal(t, seats.ErrNoSeats, rows[2].Refusal(users.ActionReactivate).Code)

	_, err = k.Allowed(ctx, "acme", owner, make([]users.ID, seats.MaxAllowed+1)...)
	require.ErrorIs(t, err, seats.ErrManyUsers)
	_, err = k.Allowed(ctx, "nowhere", owner, "ada")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// TestKeeper_Preview_expired: an invitation expires, and is refused from then on.
func TestKeeper_Preview_expired(t *testing.T) {
	ctx, start := t.Context(), time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	now := start
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9),
		seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: time.Hour})
	do(t, k, owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, k.May(ctx, "acme", system, seats.Accept{User: "ada"}))
	now = now.Add(2 * time.Hour)
	require.ErrorIs(t, k.May(ctx, "acme", system, seats.Accept{User: "ada"}), seats.ErrInvitationExpired)
	plan, err := k.Preview(ctx, "acme", system, seats.Accept{User: "ada"}, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	require.Equal(t, now, plan.At)
	require.ErrorIs(t, plan.Steps[0].Outcome.Refusal, seats.ErrInvitationExpired)
	done, err := k.Apply(ctx, "acme", system, plan)
	require.NoError(t, err)
	require.Equal(t, seats.ByPlan, done.Events[0].Channel, "each has an outcome of its own")
}

// TestKeeper_May_remedies has the remedies of Do, those of a sole owner included.
func TestKeeper_May_remedies(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.AccuEdConnect())
	do(t, k, owner, seats.Invite{Profile: profile("ada"), Role: users.Admin})
	do(t, k, users.As("ada"), seats.Accept{User: "ada"})
	out := seats.Deactivate{User: owner.User}
	_, err := k.Do(t.Context(), "acme", system, out)
	var done, may *seats.Refusal
	require.ErrorAs(t, err, &done)
	require.ErrorAs(t, k.May(t.Context(), "acme", system, out), &may)
	require.NotEmpty(t, done.Remedies)
	require.Equal(t, done, may)
}
