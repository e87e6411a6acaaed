package seatkeeper_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
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
	k := on(t, s, o)
	_, err := k.Open(t.Context(), seats.Opening{Account: "acme", Total: total, Policy: policy, Owner: profile("owner")})
	require.NoError(t, err)
	return k
}

var (
	errDown = errors.New("down")
	// down is a store that can't be reached.
	down = struct {
		store.Store
		store.LastSeen
	}{store.Failing(errDown), store.LastSeenOf(store.Failing(errDown))}
)

// on returns a Keeper on a store.
func on(t testing.TB, s store.Store, o seatkeeper.Options) *seatkeeper.Keeper {
	t.Helper()
	k, err := ways.New(s, o)
	require.NoError(t, err)
	return k
}

// do carries out commands in the account "acme".
func do(t testing.TB, k *seatkeeper.Keeper, actor users.Actor, commands ...seats.Command) seatkeeper.Result {
	t.Helper()
	result, err := k.Do(t.Context(), "acme", actor, commands...)
	require.NoError(t, err)
	return result
}

// invitations are commands for n new users, "p0000" and on.
func invitations(n int) []seats.Command {
	var commands []seats.Command
	for i := range n {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("p%04d", i)))})
	}
	return commands
}

// at plans one fault, for that call to the store, from 0.
func at(call int, fault faults.Fault) func(int) faults.Fault {
	return func(n int) faults.Fault {
		if n == call {
			return fault
		}
		return faults.None
	}
}

func TestNew(t *testing.T) {
	_, err := seatkeeper.New(nil, seatkeeper.Options{})
	require.ErrorContains(t, err, "needs a store")
	_, err = seatkeeper.New(memstore.New(), seatkeeper.Options{Attempts: -1})
	require.ErrorContains(t, err, "Attempts")
}

// TestNew_bound: a Keeper outside of transactions would try again in a dead one.
func TestNew_bound(t *testing.T) {
	_, err := seatkeeper.New(storetest.Bound(memstore.New()), seatkeeper.Options{})
	require.ErrorContains(t, err, "not bound to a transaction")
}

func TestKeeper_Open(t *testing.T) {
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
}

// TestOptions_Now: an instant is in UTC and in whole microseconds.
func TestOptions_Now(t *testing.T) {
	local := time.FixedZone("somewhere", 3600)
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456789, local)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return at }}, seats.Of(1), seats.Standard())
	p, err := k.User(t.Context(), "acme", "owner")
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 3, 1, 11, 0, 0, 123456000, time.UTC), p.FirstSignIn)
}

// TestKeeper_owner_protected: from an admin, a bulk call, a plan, an edit, an import and a
// sync, in every product.
func TestKeeper_owner_protected(t *testing.T) {
	ctx := t.Context()
	for _, preset := range seats.Presets() {
		k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), preset.Policy)
		admin := users.As("ada")
		do(t, k, system, seats.Invite{Profile: profile("ada"), Role: users.Admin})
		let := seats.Command(seats.Accept{User: "ada"})
		if preset.Policy.Activation == seats.Approval {
			let = seats.Approve{User: "ada"}
		}
		do(t, k, system, let)
		before, err := k.User(ctx, "acme", "owner")
		require.NoError(t, err)

		inReach := []users.Actor{admin, owner, users.Support("ticket"), system}
		for _, actor := range inReach {
			for _, c := range []seats.Command{
				seats.Deactivate{User: "owner"}, seats.Archive{User: "owner"}, seats.Delete{User: "owner"}, seats.ChangeRole{User: "owner"},
			} {
				_, err := k.Do(ctx, "acme", actor, c)
				require.ErrorIs(t, err, seats.ErrOwnerProtected, "%s: %T by %v", preset.Name, c, actor)
				bulk, err := k.DoEach(ctx, "acme", actor, seats.Notify{User: "ada"}, c)
				require.NoError(t, err)
				require.ErrorIs(t, bulk.Outcomes[1].Refusal, seats.ErrOwnerProtected)
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
		require.ErrorIs(t, err, seats.ErrOwnerProtected, "though they came by that sync")
		_, err = k.Do(ctx, "acme", admin, seats.Invite{Profile: profile("eve"), Role: users.Owner})
		require.ErrorIs(t, err, seats.ErrBadInput, "an import makes no owner")
		again := profile("again")
		again.Email = "OWNER@acme.example"
		done := do(t, k, admin, seats.Invite{Profile: again, Role: users.Member})
		require.Equal(t, []any{true, users.ID("owner")}, []any{done.Outcomes[0].Unchanged, done.Outcomes[0].User}, "the import finds the owner and changes nothing")
		after, err := k.User(ctx, "acme", "owner")
		require.NoError(t, err)
		require.Equal(t, before, after, preset.Name)
	}
}
