package servers_test

import (
	"database/sql"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

func TestServer_Database_drivers(t *testing.T) {
	for _, c := range []struct {
		driver string
		server func(testing.TB) *servers.Server
		more   string
	}{
		{"pgx", servers.Postgres, "&application_name=seats"},
		{"postgres", servers.Postgres, "&application_name=seats"},
		{"mysql", servers.MariaDB, "?interpolateParams=true"},
	} {
		t.Run(c.driver, func(t *testing.T) {
			db, err := sql.Open(c.driver, c.server(t).Database(t, "drivers")+c.more)
			require.NoError(t, err)
			defer db.Close()
			var tables int
			require.NoError(t, db.QueryRow("select count(*) from information_schema.tables where table_schema = 'drivers'").Scan(&tables))
			require.Zero(t, tables)
		})
	}
}

// TestServer_durability looks at the settings that nobody may turn off for
// the sake of speed.
func TestServer_durability(t *testing.T) {
	for _, c := range []struct {
		driver string
		server func(testing.TB) *servers.Server
		query  string
	}{
		{"pgx", servers.Postgres, "select current_setting('fsync') || current_setting('synchronous_commit') || current_setting('full_page_writes') = 'ononon'"},
		{"mysql", servers.MariaDB, "select @@innodb_flush_log_at_trx_commit = 1 and @@innodb_flush_method = 'O_DIRECT' and @@innodb_doublewrite"},
	} {
		t.Run(c.driver, func(t *testing.T) {
			db, err := sql.Open(c.driver, c.server(t).Database(t, "durable"))
			require.NoError(t, err)
			defer db.Close()
			var durable bool
			require.NoError(t, db.QueryRow(c.query).Scan(&durable))
			require.True(t, durable)
		})
	}
}
