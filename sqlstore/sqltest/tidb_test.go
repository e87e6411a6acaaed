package sqltest_test

import (
	"database/sql"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

// tidb is a TiDB server that runs already: the README of sqlstore says how to build and set one.
// SEATKEEPER_TIDB is its DSN up to the database, as in root@tcp(127.0.0.1:4000)/.
func tidb(t *testing.T, more string) engine {
	server := os.Getenv("SEATKEEPER_TIDB")
	if server == "" {
		t.Skip("SEATKEEPER_TIDB names no server")
	}
	return engine{name: "TiDB", dialect: sqlstore.MySQL, connections: 20, dsn: func(t testing.TB, database string) (string, []string) {
		db, err := sql.Open("mysql", server)
		require.NoError(t, err)
		defer db.Close()
		for _, statement := range []string{"DROP DATABASE IF EXISTS " + database, "CREATE DATABASE " + database} {
			_, err = db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		return "mysql", []string{server + database + "?interpolateParams=true" + more}
	}}
}

// TestTiDB runs the specification and a search for histories that no order explains, in both modes of
// transactions.
func TestTiDB(t *testing.T) {
	for mode, more := range map[string]string{"pessimistic": "", "optimistic": "&tidb_txn_mode=%27optimistic%27"} {
		t.Run(mode, func(t *testing.T) {
			s := tidb(t, more).open(t)
			storetest.Specify(t, func(testing.TB) store.Store { return s.store() }, storetest.Options{Reopen: s.reopen})
			sqltest.Linearizable(t, func(testing.TB) store.Store { return s.store() }, sqltest.Search{For: 10 * time.Second})
		})
	}
}
