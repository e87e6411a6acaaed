package sqltest_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

func TestTrial(t *testing.T) {
	var db *sql.DB
	var err error
	d := sqlstore.Postgres
	switch os.Getenv("ENGINE") {
	case "pgx":
		db, err = sql.Open("pgx", "postgres://postgres@127.0.0.1:54999/seats?sslmode=disable")
	case "pq":
		db, err = sql.Open("postgres", "postgres://postgres@127.0.0.1:54999/seats?sslmode=disable")
	case "mysql":
		db, err = sql.Open("mysql", "root@tcp(127.0.0.1:53999)/seats")
		d = sqlstore.MySQL
	default:
		db, err = sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)")
		d = sqlstore.SQLite
	}
	require.NoError(t, err)
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(20)
	defer db.Close()
	s, err := sqlstore.New(db, d, sqlstore.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	storetest.Run(t, func(testing.TB) store.Store { return s }, storetest.Options{})
}
