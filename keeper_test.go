package seatkeeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

var (
	owner  = users.As("owner")
	system = users.System()
)

func profile(id users.ID) users.Profile {
	return users.Profile{ID: id, FirstName: "First", LastName: string(id), Email: string(id) + "@acme.example"}
}

// newKeeper returns a Keeper on the store with the account "acme" open.
func newKeeper(t testing.TB, s store.Store, o seatkeeper.Options, total seats.Count, policy seats.Policy) *seatkeeper.Keeper {
	t.Helper()
	k, err := seatkeeper.New(s, o)
	require.NoError(t, err)
	_, err = k.Open(t.Context(), seats.Opening{Account: "acme", Total: total, Policy: policy, Owner: profile("owner")})
	require.NoError(t, err)
	return k
}

func TestABrokenStoreIsAnError(t *testing.T) {
	ctx := t.Context()
	k, err := seatkeeper.New(down, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("owner")})
	require.ErrorIs(t, err, errDown)
	_, err = k.Do(ctx, "acme", owner)
	require.ErrorIs(t, err, errDown)
	outcomes, err := k.DoEach(ctx, "acme", owner, seats.Notify{})
	require.ErrorIs(t, err, errDown)
	require.Empty(t, outcomes)
	_, err = k.Usage(ctx, "acme")
	require.ErrorIs(t, err, errDown)
	_, err = k.UsageOf(ctx, "acme", users.Filter{})
	require.ErrorIs(t, err, errDown)
	_, err = k.RunDue(ctx)
	require.ErrorIs(t, err, errDown)
	for _, err := range k.Users(ctx, "acme", users.Filter{}) {
		require.ErrorIs(t, err, errDown)
	}
	for _, err := range k.Events(ctx, "acme", seats.EventFilter{}) {
		require.ErrorIs(t, err, errDown)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	_, err := seatkeeper.New(nil, seatkeeper.Options{})
	require.ErrorContains(t, err, "needs a store")
	_, err = seatkeeper.New(memstore.New(), seatkeeper.Options{Attempts: -1})
	require.ErrorContains(t, err, "Attempts")
}

func TestOpening(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(3), seats.Standard())
	opening := seats.Opening{Account: "acme", Total: seats.Of(3), Owner: users.Profile{Email: "o@other.example"}}
	_, err := k.Open(ctx, opening)
	require.ErrorIs(t, err, store.ErrExists)
	opening.Account = "other"
	done, err := k.Open(ctx, opening)
	require.NoError(t, err)
	require.NotEmpty(t, done.Outcomes[0].User, "an ID is made")
	for _, zone := range []string{"Mars/Olympus", "Local", "../etc/passwd"} {
		opening.Account, opening.Zone = "third", zone
		_, err = k.Open(ctx, opening)
		require.ErrorIs(t, err, seats.ErrBadInput)
	}
	_, err = k.Usage(ctx, "third")
	require.ErrorIs(t, err, store.ErrNotFound)
	opening.Zone, opening.Total = "Africa/Cairo", seats.Count{}
	_, err = k.Open(ctx, opening)
	require.ErrorIs(t, err, seats.ErrBadInput)
	for _, id := range []users.AccountID{"", "a\x00"} {
		_, err = k.Do(ctx, id, owner)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
}

func TestABulkCallOfManyCommits(t *testing.T) {
	ctx := t.Context()
	m := &meddler{Store: memstore.New()}
	k := newKeeper(t, m, seatkeeper.Options{}, seats.Of(1001), seats.Standard())
	m.commits.Store(0)
	var commands []seats.Command
	for i := range 1200 {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("p%04d", i)))})
	}
	outcomes, err := k.With(seatkeeper.Call{Reason: "import"}).DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	require.Len(t, outcomes, 1200)
	require.EqualValues(t, 2, m.commits.Load(), "the third chunk fits nobody and writes nothing")
	for i, o := range outcomes {
		require.Equal(t, i >= 1000, o.Refusal != nil)
		if o.Refusal != nil {
			require.Equal(t, i, o.Refusal.Index)
			require.ErrorIs(t, o.Refusal, seats.ErrNoSeats)
		}
	}
	correlations := map[string]bool{}
	for e, err := range k.Events(ctx, "acme", seats.EventFilter{After: 1}) {
		require.NoError(t, err)
		require.Equal(t, seats.ByBulk, e.Channel)
		require.Equal(t, "import", e.Reason)
		correlations[e.Correlation] = true
	}
	require.Len(t, correlations, 1)

	_, err = k.With(seatkeeper.Call{Correlation: "run 7"}).DoEach(ctx, "acme", owner, seats.Notify{User: "p0001"})
	require.NoError(t, err)
	for e := range k.Events(ctx, "acme", seats.EventFilter{After: 1001}) {
		require.Equal(t, "run 7", e.Correlation)
	}
}

// TestTheEventsOfABulkCallBelongTogether and not with those of the next one.
func TestTheEventsOfABulkCallBelongTogether(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for range 2 {
		_, err := k.DoEach(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1}, seats.BuySeats{Quantity: 2})
		require.NoError(t, err)
	}
	var all []string
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{After: 1}) {
		require.NoError(t, err)
		require.NotEmpty(t, e.Correlation)
		all = append(all, e.Correlation)
	}
	require.Len(t, all, 4)
	require.Equal(t, []bool{true, false, true}, []bool{all[0] == all[1], all[1] == all[2], all[2] == all[3]})
}
