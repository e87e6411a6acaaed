package sqltest_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_resetSessions: a session of the pool loses its prepared statements, again and again, and no call sees it.
func TestStore_resetSessions(t *testing.T) {
	goesOn := func(t *testing.T, s store.Store, reset func()) {
		k := open(t, s, seats.MaxSeats)
		for i := range 50 {
			_, err := k.Do(t.Context(), acme, olive, invite(users.ID(fmt.Sprint("p", i))))
			require.NoError(t, err)
			page, err := s.Users(t.Context(), acme, users.Filter{}, 100)
			require.NoError(t, err)
			require.Len(t, page, i+2)
			reset()
		}
		found, err := k.Audit(t.Context(), acme)
		require.NoError(t, err)
		require.Empty(t, found)
	}
	for _, e := range []engine{postgres, variant(t, "PostgreSQL, lib-pq")} {
		e.connections = 1
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := e.open(t)
			reset := func() { execAll(t, s.dbs[0], "DISCARD ALL") }
			goesOn(t, s.stores[0], reset)
			for i := range 3 {
				require.NoError(t, s.stores[0].InTx(t.Context(), func(_ *sql.Tx, bound store.Bound) error {
					_, err := keeper(t, s.stores[0]).InTx(bound).Do(t.Context(), acme, olive, invite(users.ID(fmt.Sprint("in", i))))
					return err
				}))
				reset()
			}
		})
	}
	t.Run("pgxstore", func(t *testing.T) {
		t.Parallel()
		_, sources := onPostgres("pgx", "")(t, database(t))
		pool, err := pgxpool.New(t.Context(), sources[0]+"&pool_max_conns=1")
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		s := newPGX(t, pool)
		require.NoError(t, s.Migrate(t.Context()))
		goesOn(t, s, func() {
			_, err := pool.Exec(t.Context(), "DISCARD ALL")
			require.NoError(t, err)
		})
	})
}
