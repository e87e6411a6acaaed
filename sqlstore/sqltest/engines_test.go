package sqltest_test

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An engine is a database and one of the ways to open it.
type engine struct {
	name    string
	dialect sqlstore.Dialect
	options sqlstore.Options
	// dsn makes an empty database. It returns a driver and what opens the database, once
	// for each node that has it.
	dsn         func(t testing.TB, database string) (driver string, sources []string)
	connections int
	long        bool // only the long form runs on it
}

// The engines, each as a host would open it.
var (
	sqlite   = engine{name: "SQLite", dialect: sqlstore.SQLite, dsn: inFile, connections: 8}
	postgres = engine{name: "PostgreSQL", dialect: sqlstore.Postgres, dsn: onPostgres("pgx", ""),
		options: sqlstore.Options{Copy: copyRecorded}, connections: 20}
	mariadb = engine{name: "MariaDB", dialect: sqlstore.MySQL, dsn: onMariaDB("?interpolateParams=true"), connections: 20}
	galera  = engine{name: "Galera", dialect: sqlstore.MySQL, dsn: onGalera, connections: 20, long: true}

	engines = []engine{sqlite, postgres, mariadb, galera}

	// inTurn are the engines for a test that says little more on the second one.
	inTurn = []engine{postgres, sqlite.inLong(), mariadb.inLong(), galera}

	// variants are other ways to open them.
	variants = []engine{
		{name: "SQLite, one connection", dialect: sqlstore.SQLite, dsn: inFile, connections: 1},
		{name: "SQLite in memory, one connection", dialect: sqlstore.SQLite, dsn: inMemory, connections: 1},
		{name: "SQLite in memory, eight connections", dialect: sqlstore.SQLite, dsn: inSharedMemory, connections: 8, long: true},
		{name: "PostgreSQL, lib-pq", dialect: sqlstore.Postgres, dsn: onPostgres("postgres", ""), connections: 20},
		{name: "PostgreSQL, lib-pq, unprepared", dialect: sqlstore.Postgres, dsn: onPostgres("postgres", ""),
			options: sqlstore.Options{Unprepared: true, Prefix: "other_"}, connections: 20, long: true},
		{name: "PostgreSQL, simple protocol", dialect: sqlstore.Postgres, dsn: onPostgres("pgx", "&default_query_exec_mode=simple_protocol"),
			options: sqlstore.Options{Unprepared: true}, connections: 20},
		{name: "PostgreSQL, serializable", dialect: sqlstore.Postgres, dsn: onPostgres("pgx", "&default_transaction_isolation=serializable"), connections: 20, long: true},
		{name: "MariaDB, clientFoundRows", dialect: sqlstore.MySQL, dsn: onMariaDB("?clientFoundRows=true&interpolateParams=true"), connections: 20, long: true},
		{name: "MariaDB, literals", dialect: sqlstore.MySQL, dsn: onMariaDB(""), connections: 20},
		// Each of these gives a text between quotes another meaning than it usually has.
		{name: "MariaDB, odd texts", dialect: sqlstore.MySQL, connections: 20, long: true,
			dsn: onMariaDB("?collation_connection=utf16_general_ci&sql_mode=%27EMPTY_STRING_IS_NULL,NO_BACKSLASH_ESCAPES,ANSI_QUOTES%27")},
		// As on MySQL, which knows no compound statement outside of routines.
		{name: "MariaDB, transactions", dialect: sqlstore.MySQL, dsn: onMariaDB("?sql_mode=ORACLE&parseTime=true&loc=Local&interpolateParams=true"), connections: 20},
	}
)

func inFile(t testing.TB, database string) (string, []string) {
	return "sqlite", []string{"file:" + filepath.Join(servers.Folder(t), database) + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)"}
}

func inMemory(testing.TB, string) (string, []string) { return "sqlite", []string{":memory:"} }

func inSharedMemory(_ testing.TB, database string) (string, []string) {
	return "sqlite", []string{"file:/" + database + "?vfs=memdb&_pragma=busy_timeout(10000)"}
}

func onPostgres(driver, more string) func(testing.TB, string) (string, []string) {
	return func(t testing.TB, database string) (string, []string) {
		return driver, []string{servers.Postgres(t).Database(t, database) + more}
	}
}

func onMariaDB(more string) func(testing.TB, string) (string, []string) {
	return func(t testing.TB, database string) (string, []string) {
		return "mysql", []string{servers.MariaDB(t).Database(t, database) + more}
	}
}

func onGalera(t testing.TB, database string) (string, []string) {
	nodes := servers.Galera(t)
	sources := []string{nodes[0].Database(t, database) + "?interpolateParams=true"}
	for _, n := range nodes[1:] {
		sources = append(sources, n.DSN(database)+"?interpolateParams=true")
	}
	return "mysql", sources
}

// A site is a database of the test's own, with the tables in it.
type site struct {
	engine
	dbs    []*sql.DB // a node each
	stores []*sqlstore.Store
}

// open makes a database for the test.
func (e engine) open(t testing.TB) *site {
	t.Helper()
	s := &site{engine: e, dbs: e.databases(t)}
	s.migrate(t)
	return s
}

// migrate makes the tables.
func (s *site) migrate(t testing.TB) {
	t.Helper()
	for _, db := range s.dbs {
		st, err := sqlstore.New(db, s.dialect, s.options)
		require.NoError(t, err)
		require.NoError(t, st.Migrate(t.Context()))
		s.stores = append(s.stores, st)
	}
}

// databases makes a database without tables.
func (e engine) databases(t testing.TB) []*sql.DB {
	t.Helper()
	driver, sources := e.dsn(t, database(t))
	return e.connect(t, driver, sources)
}

func (e engine) connect(t testing.TB, driver string, sources []string) (dbs []*sql.DB) {
	t.Helper()
	for _, source := range sources {
		db, err := sql.Open(driver, source)
		require.NoError(t, err)
		dbs = append(dbs, e.use(t, db))
	}
	return dbs
}

func (e engine) use(t testing.TB, db *sql.DB) *sql.DB {
	db.SetMaxOpenConns(e.connections)
	db.SetMaxIdleConns(e.connections)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// database names a database of the test's own.
func database(t testing.TB) string {
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Name()))
	return fmt.Sprintf("t%x", name.Sum64())
}

// store is the one store, or sends every call to a random one of them.
func (s *site) store() store.Store {
	if len(s.stores) == 1 {
		return s.stores[0]
	}
	return scattered(s.stores)
}

// reopen returns the store as a program that has started anew sees it.
func (s *site) reopen(t testing.TB, _ store.Store) store.Store {
	again := &site{engine: s.engine}
	for _, db := range s.dbs {
		st, err := sqlstore.New(db, s.dialect, s.options)
		require.NoError(t, err)
		require.NoError(t, st.Verify(t.Context()))
		again.stores = append(again.stores, st)
	}
	return again.store()
}

// inLong is the engine for the long form alone.
func (e engine) inLong() engine {
	e.long = true
	return e
}

// unprepared is the engine with the text of every statement sent.
func (e engine) unprepared() engine {
	e.options.Unprepared = true
	return e
}

// on runs the test on engines, side by side with other tests.
func on(t *testing.T, engines []engine, test func(*testing.T, engine)) {
	t.Parallel()
	for _, e := range engines {
		if e.long && !long.On() {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			test(t, e)
		})
	}
}

// each runs the test on engines, in a database with the tables.
func each(t *testing.T, engines []engine, test func(*testing.T, *site)) {
	on(t, engines, func(t *testing.T, e engine) { test(t, e.open(t)) })
}

// scattered sends every call to a random node.
type scattered []*sqlstore.Store

func (s scattered) any() *sqlstore.Store { return s[rand.IntN(len(s))] }

func (s scattered) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	return s.any().Load(ctx, needs...)
}

func (s scattered) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	return s.any().Commit(ctx, changes...)
}

func (s scattered) Users(ctx context.Context, account users.AccountID, filter users.Filter, limit int) ([]users.User, error) {
	return s.any().Users(ctx, account, filter, limit)
}

func (s scattered) Tally(ctx context.Context, account users.AccountID, filter users.Filter) (users.Tally, uint64, error) {
	return s.any().Tally(ctx, account, filter)
}

func (s scattered) Events(ctx context.Context, account users.AccountID, filter seats.EventFilter, limit int) ([]seats.Event, error) {
	return s.any().Events(ctx, account, filter, limit)
}

func (s scattered) Pools(ctx context.Context, account users.AccountID, after seats.PoolID, limit int) ([]seats.Pool, error) {
	return s.any().Pools(ctx, account, after, limit)
}

func (s scattered) Licences(ctx context.Context, account users.AccountID, f users.LicenceFilter, limit int) ([]users.Licence, error) {
	return s.any().Licences(ctx, account, f, limit)
}

func (s scattered) Accounts(ctx context.Context, after users.AccountID, limit int) ([]seats.Account, error) {
	return s.any().Accounts(ctx, after, limit)
}

func (s scattered) Due(ctx context.Context, by time.Time, after users.AccountID, limit int) ([]users.AccountID, error) {
	return s.any().Due(ctx, by, after, limit)
}

func (s scattered) Pending(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return s.any().Pending(ctx, consumer, after, limit)
}

func (s scattered) Seen(ctx context.Context, account users.AccountID, ids ...users.ID) ([]time.Time, error) {
	return s.any().Seen(ctx, account, ids...)
}

func (s scattered) SetSeen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) error {
	return s.any().SetSeen(ctx, account, at, ids...)
}

func (s scattered) ForgetSeen(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	return s.any().ForgetSeen(ctx, account, ids...)
}

func (s scattered) Missing(ctx context.Context, account users.AccountID, source string, after users.ID, limit int) ([]seats.Miss, int64, error) {
	return s.any().Missing(ctx, account, source, after, limit)
}

func (s scattered) SetMissing(ctx context.Context, account users.AccountID, source string, misses ...seats.Miss) error {
	return s.any().SetMissing(ctx, account, source, misses...)
}

func (s scattered) SetRuns(ctx context.Context, account users.AccountID, source string, runs int64) error {
	return s.any().SetRuns(ctx, account, source, runs)
}

func (s scattered) ForgetMissing(ctx context.Context, account users.AccountID, ids ...users.ID) error {
	return s.any().ForgetMissing(ctx, account, ids...)
}

func (s scattered) SetAside(ctx context.Context, consumer string, after users.AccountID, limit int) ([]store.Progress, error) {
	return s.any().SetAside(ctx, consumer, after, limit)
}

func (s scattered) Progress(ctx context.Context, consumer string, account users.AccountID) (store.Progress, error) {
	return s.any().Progress(ctx, consumer, account)
}

func (s scattered) Begin(ctx context.Context, consumer string) error {
	return s.any().Begin(ctx, consumer)
}

func (s scattered) Advance(ctx context.Context, from, to store.Progress) error {
	return s.any().Advance(ctx, from, to)
}
