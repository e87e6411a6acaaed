package seatkeeper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

const crew = "crew@ship.example"

// crewMember returns the invitation of a user with the address of the crew.
func crewMember(id users.ID, username string) seats.Invite {
	return seats.Invite{Profile: users.Profile{ID: id, Email: crew, Username: username}}
}

// TestKeeper_shared_address is about an address of several users: what finds one of them, what is
// ambiguous, and that a Keeper takes no address for free that it does not know.
func TestKeeper_shared_address(t *testing.T) {
	ctx, st := context.Background(), memstore.New()
	k := newKeeper(t, st, seatkeeper.Options{}, seats.Of(9), seats.Policy{SharedAddresses: seats.SharingAllowed})
	owner := users.As("owner")
	do := func(k *seatkeeper.Keeper, commands ...seats.Command) ([]seats.Outcome, error) {
		result, err := k.Do(ctx, "acme", owner, commands...)
		return result.Outcomes, err
	}
	_, err := do(k, crewMember("ada", "ada"), crewMember("bob", "bob"))
	require.NoError(t, err)
	_, err = do(k, crewMember("eve", "eve"))
	require.NoError(t, err)

	_, err = k.Find(ctx, "acme", users.ByEmail("CREW@ship.example"))
	require.ErrorIs(t, err, seats.ErrAmbiguous)
	require.ElementsMatch(t, []users.ID{"ada", "bob", "eve"}, err.(*seats.Refusal).Others)
	found, err := k.Find(ctx, "acme", users.ByUsername("bob"))
	require.NoError(t, err)
	require.Equal(t, users.ID("bob"), found.ID)
	_, err = do(k, crewMember("new", ""))
	require.ErrorIs(t, err, seats.ErrAmbiguous)
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)

	_, err = do(k, seats.Delete{User: "ada"}, seats.Delete{User: "eve"}) // bob alone has it, and shares it
	require.NoError(t, err)
	other := on(t, st, seatkeeper.Options{})
	_, err = do(other, seats.Invite{Profile: users.Profile{ID: "dan", Email: "dan@ship.example"}}) // so that it remembers the account
	require.NoError(t, err)
	outcomes, err := do(other, crewMember("new", ""))
	require.NoError(t, err)
	require.Equal(t, users.ID("bob"), outcomes[0].User)
	require.True(t, outcomes[0].Unchanged)
	drift, err = other.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
}
