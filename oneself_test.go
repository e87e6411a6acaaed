package seatkeeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_DoEach_oneself deactivates the actor in the first of several commits of a bulk call: the
// others go on as if that came last.
func TestKeeper_DoEach_oneself(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), seats.Policy{SelfRemoval: true})
	do(t, k, owner, seats.Invite{Profile: profile("ada"), Role: users.Admin})
	ada := users.As("ada")
	do(t, k, ada, seats.Accept{User: "ada"})
	commands := []seats.Command{seats.Deactivate{User: "ada"}}
	for range 1200 {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", len(commands))))})
	}
	result, err := k.DoEach(t.Context(), "acme", ada, commands...)
	require.NoError(t, err)
	require.Greater(t, len(result.Receipt.Commits), 2)
	for _, o := range result.Outcomes {
		require.Nil(t, o.Refusal)
	}
	_, err = k.Do(t.Context(), "acme", ada, seats.Notify{User: "owner"})
	require.ErrorIs(t, err, seats.ErrInactive)
}
