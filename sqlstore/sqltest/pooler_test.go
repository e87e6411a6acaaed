package sqltest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

// TestStore_pooler searches for histories that no order explains, through PgBouncer in transaction mode
// in the ways that the README names, and runs the specification in the first of them.
func TestStore_pooler(t *testing.T) {
	long.Only(t)
	through := func(driver, more string) func(testing.TB, string) (string, []string) {
		return func(t testing.TB, database string) (string, []string) {
			servers.Postgres(t).Database(t, database)
			return driver, []string{servers.PgBouncer(t).DSN(database) + more}
		}
	}
	unprepared := sqlstore.Options{Unprepared: true}
	for i, e := range []engine{
		{name: "pgx, exec", dsn: through("pgx", "&default_query_exec_mode=exec"), options: unprepared},
		{name: "pgx, cache_describe", dsn: through("pgx", "&default_query_exec_mode=cache_describe"), options: unprepared},
		{name: "lib-pq, binary parameters", dsn: through("postgres", "&binary_parameters=yes"), options: unprepared},
	} {
		e.dialect, e.connections = sqlstore.Postgres, 40
		t.Run(e.name, func(t *testing.T) {
			s := e.open(t)
			if i == 0 {
				storetest.Specify(t, func(testing.TB) store.Store { return s.store() }, storetest.Options{})
			}
			sqltest.Linearizable(t, func(testing.TB) store.Store { return s.store() }, sqltest.Search{For: 5 * time.Second})
			require.NoError(t, s.stores[0].Verify(t.Context()))
		})
	}
}
