package seatkeeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

// TestAConflictWithItself is of a commit that something sends twice, so that the
// answer is a conflict, and of a store that is gone when the Keeper looks.
func TestAConflictWithItself(t *testing.T) {
	s := memstore.New()
	sound := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	faulty := storetest.NewFaulty(s, func(n int) storetest.Fault {
		return []storetest.Fault{storetest.None, storetest.Repeat, storetest.Fail}[n]
	})
	k, err := seatkeeper.New(faulty, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrUnknown)
	require.ErrorIs(t, err, storetest.ErrInjected)
	_, err = sound.User(t.Context(), "acme", "ada")
	require.NoError(t, err, "it was done")
}
