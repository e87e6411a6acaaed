package sqltest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_RenewKeys_shared: an address that two users share is renewed for both, and collides with
// none.
func TestStore_RenewKeys_shared(t *testing.T) {
	on(t, renewed, func(t *testing.T, e engine) {
		s := e.open(t)
		k := open(t, s.stores[0], 9)
		_, err := k.Do(t.Context(), acme, users.System(), seats.SetPolicy{Policy: seats.Policy{SharedAddresses: seats.SharingAllowed}})
		require.NoError(t, err)
		crew := func(id users.ID) seats.Invite {
			return seats.Invite{Profile: users.Profile{ID: id, Email: "crew@ship.example", Username: string(id)}}
		}
		_, err = k.Do(t.Context(), acme, olive, crew("ada"), crew("bob"), crew("eve"))
		require.NoError(t, err)
		execAll(t, s.dbs[0],
			"UPDATE seats_users SET email_key = 'crew@old.example' WHERE id = 'ada'",
			"UPDATE seats_users SET shared_email_key = 'crew@old.example' WHERE id IN ('bob', 'eve')")
		drift, err := k.Audit(t.Context(), acme)
		require.NoError(t, err)
		require.Len(t, drift, 3, "none is found by the address")

		report, err := s.stores[0].RenewKeys(t.Context())
		require.NoError(t, err)
		require.Equal(t, sqlstore.KeyReport{Version: users.FoldVersion, Accounts: 1, Renewed: 3}, report)
		_, err = k.Find(t.Context(), acme, users.ByEmail("crew@ship.example"))
		require.ErrorIs(t, err, seats.ErrAmbiguous)
		require.ElementsMatch(t, []users.ID{"ada", "bob", "eve"}, err.(*seats.Refusal).Others)
		drift, err = k.Audit(t.Context(), acme)
		require.NoError(t, err)
		require.Empty(t, drift)
	})
}
