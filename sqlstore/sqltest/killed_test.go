package sqltest_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestACommitThatIsKilledLeavesNothingBehind in the middle of its writes, on a connection
// that goes on to be used: a transaction left open there would be committed by the next
// one.
func TestACommitThatIsKilledLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for _, e := range []engine{mariadb, variant(t, "MariaDB, transactions"), postgres} {
		kill, waiting := "KILL QUERY %d", "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
		if e.name == "PostgreSQL" {
			kill, waiting = "SELECT pg_cancel_backend(%d)", "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
		}
		e.connections = 3 // one for the commit, one for what is in its way, one to look
		t.Run(e.name, func(t *testing.T) {
			s := e.open(t)
			db, st := s.dbs[0], s.stores[0]
			k := open(t, st, 9)
			c := planned(t, st, invite("ada"))
			obstacle, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			var held int
			require.NoError(t, obstacle.QueryRowContext(t.Context(), "SELECT held FROM seats_pools WHERE account = 'acme' FOR UPDATE").Scan(&held))
			done := make(chan error, 1)
			go func() {
				_, err := st.Commit(t.Context(), c)
				done <- err
			}()
			var id int
			for id == 0 { // InnoDB looks again only if nobody has asked for a tenth of a second
				time.Sleep(150 * time.Millisecond)
				if err := db.QueryRowContext(t.Context(), waiting).Scan(&id); err != nil {
					require.ErrorIs(t, err, sql.ErrNoRows)
				}
			}
			_, err = db.ExecContext(t.Context(), fmt.Sprintf(kill, id))
			require.NoError(t, err)
			require.ErrorContains(t, <-done, "sqlstore: commit: ")
			require.NoError(t, obstacle.Rollback())
			for range 4 { // whichever connection it is
				works(t, st, users.ID(fmt.Sprint("bob", revision(t, k))))
			}
			require.EqualValues(t, 5, revision(t, k))
			require.NotContains(t, people(t, k), users.ID("ada"))
			verdicts, err := st.Commit(t.Context(), c)
			require.NoError(t, err)
			require.ErrorIs(t, verdicts[0].Err, store.ErrConflict)
		})
	}
}
