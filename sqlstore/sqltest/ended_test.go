package sqltest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Bind_certificationFailure although the host goes on: on
// MariaDB what is sent then is outside of any transaction, and stays.
func TestStore_Bind_certificationFailure(t *testing.T) {
	each(t, []engine{galera}, func(t *testing.T, s *site) {
		ctx := t.Context()
		here, there := s.stores[0], s.stores[1]
		keeper, err := seatkeeper.New(here, seatkeeper.Options{})
		require.NoError(t, err)
		elsewhere, err := seatkeeper.New(there, seatkeeper.Options{})
		require.NoError(t, err)
		_, err = keeper.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(9), Owner: users.Profile{ID: "owner", Username: "owner"}})
		require.NoError(t, err)
		invite := func(k *seatkeeper.Keeper, id users.ID) error {
			_, err := k.Do(ctx, "acme", users.As("owner"), seats.Invite{Profile: users.Profile{ID: id, Username: string(id)}})
			return err
		}

		tx, err := s.dbs[0].BeginTx(ctx, nil)
		require.NoError(t, err)
		in := keeper.InTx(here.Bind(tx))
		require.NoError(t, invite(in, "ada"))
		require.NoError(t, invite(elsewhere, "bob"), "a cluster has the first who commits win")
		_, err = keeper.Usage(ctx, "acme") // and here it is known
		require.NoError(t, err)
		require.ErrorIs(t, invite(in, "eve"), store.ErrConflict)
		require.ErrorIs(t, invite(in, "eve"), store.ErrConflict)
		_ = tx.Rollback()

		people, err := here.Users(ctx, "acme", users.Filter{}, 9)
		require.NoError(t, err)
		require.Len(t, people, 2)
		require.Equal(t, users.ID("bob"), people[0].ID)
	})
}
