package sqltest_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
)

// A target is an engine and what can go wrong on it.
type target struct {
	engine
	small     func(t testing.TB, database string) place // instead of dsn: a database on a disk that can be filled
	prepare   []string                                  // statements of the administrator
	account   string                                    // of the store's connection; empty: the administrator's
	settings  []string                                  // of the store's connection
	impatient []string                                  // with which it waits for no lock
	begin, id string                                    // what begins a transaction, and the query for the number of a connection
	sessions  string                                    // the query for how many sessions there are of the number %d
	holds     []action
	strikes   []action
	limits    []limit
	large     bool                                        // every commit is of hundreds of people
	inProcess bool                                        // no answer is ever lost
	keeps     bool                                        // a commit leaves the session open, whatever its settings
	waitsAt   string                                      // how the statement begins that waits, where waits can't see it
	waits     func(t *testing.T, db *sql.DB, id int) bool // whether the connection waits for a lock
	idle      func(t *testing.T, db *sql.DB, what string) // requires that no connection of the pool is in a transaction
}

// A place is a database.
type place struct {
	driver, source string
	disk           string             // the folder on its own disk; empty: it has none
	heal           func(t testing.TB) // starts a server that has died
}

// A limit is settings under which a large commit fails, up to a step that lets it pass.
type limit struct {
	name     string
	base     string // the query for a number; empty: none
	settings func(base, step int) []string
	server   func(step int) action // of the whole server, for sessions that begin
	never    bool                  // no step lets it pass
	timed    bool                  // a quick server may let the first step pass
	harmless bool                  // the first step lets it pass
}

// fullDisk is a disk without room.
var fullDisk = action{name: "full disk", fills: true}

// privately has a server of the target's own, on a disk that has room for its log, its
// system tables and the test.
func privately(kind servers.Kind, driver, more string) func(testing.TB, string) place {
	return func(t testing.TB, database string) place {
		s := servers.Private(t, kind, 256<<20)[0]
		return place{driver: driver, source: s.Database(t, database) + more, disk: s.Folder(), heal: s.Start}
	}
}

// inSmallFile has a file of SQLite on a disk of its own.
func inSmallFile(journal string) func(testing.TB, string) place {
	return func(t testing.TB, database string) place {
		folder := servers.SmallDisk(t, 8<<20)
		return place{
			driver: "sqlite", source: "file:" + filepath.Join(folder, database) + "?_pragma=journal_mode(" + journal + ")&_pragma=busy_timeout(10000)",
			disk: folder, heal: func(testing.TB) {},
		}
	}
}

// always are settings under which no commit passes.
func always(name, setting string) limit {
	return limit{name: name, settings: func(int, int) []string { return []string{setting} }, never: true}
}

// rival has a row inserted first that the commit will insert: it waits to know what becomes
// of that.
func rival(table, set string) []string {
	return []string{
		"CREATE TEMPORARY TABLE rival ON COMMIT DROP AS SELECT * FROM seats_" + table + " LIMIT 1",
		"UPDATE rival SET " + set, "INSERT INTO seats_" + table + " SELECT * FROM rival",
	}
}

var onMaria = target{
	engine: mariadb, begin: "START TRANSACTION", id: "SELECT CONNECTION_ID()",
	sessions:  "SELECT COUNT(*) FROM information_schema.processlist WHERE id = %d",
	impatient: []string{"innodb_lock_wait_timeout=0", "lock_wait_timeout=0"},
	waits:     waitsOnMariaDB, keeps: true,
	idle: func(t *testing.T, db *sql.DB, what string) {
		require.Zero(t, ask(t, db, "SELECT @@in_transaction"), what)
	},
	holds: []action{
		{name: "the row of the account", do: []string{"SELECT 1 FROM seats_accounts WHERE id = 'acme' FOR UPDATE"}},
		{name: "a range of keys, read at SERIALIZABLE", do: []string{"SELECT COUNT(*) FROM seats_users FORCE INDEX (seats_users_by_email) WHERE account = 'acme' AND email_key > 'z' LOCK IN SHARE MODE"}},
		{name: "a range of keys", do: []string{"SELECT COUNT(*) FROM seats_users FORCE INDEX (seats_users_by_email) WHERE account = 'acme' AND email_key > 'z' FOR UPDATE"}},
		{name: "the row of a user", do: []string{"SELECT 1 FROM seats_users WHERE account = 'acme' AND id = 'bob' FOR UPDATE"}},
		{name: "new users", do: []string{"SELECT 1 FROM seats_users WHERE account = 'acme' AND id > 'm' FOR UPDATE"}},
		{name: "new events", do: []string{"SELECT COUNT(*) FROM seats_events WHERE account = 'acme' FOR UPDATE"}},
		{name: "the table of events", do: []string{"LOCK TABLES seats_events WRITE"}, undo: "UNLOCK TABLES"},
		{name: "the table of users", do: []string{"LOCK TABLES seats_users READ"}, undo: "UNLOCK TABLES"},
		{name: "the table of users, altered", do: []string{"SELECT 1 FROM seats_users LIMIT 1"}, behind: "ALTER TABLE seats_users COMMENT = '{n}'"},
	},
	strikes: []action{{name: "killed query", do: []string{"KILL QUERY %d"}}, {name: "killed connection", do: []string{"KILL CONNECTION %d"}}, endedContext},
	limits: []limit{
		{name: "packet too large", settings: func(_, step int) []string { return []string{fmt.Sprint("maxAllowedPacket=", 512<<step)} }},
		{name: "max_statement_time", timed: true, settings: func(_, step int) []string {
			return []string{fmt.Sprintf("max_statement_time=%.4f", 0.0005*float64(int(1)<<step))}
		}},
		{name: "completion_type CHAIN", settings: func(int, int) []string { return []string{"completion_type=1"} }, harmless: true},
		{name: "completion_type RELEASE", settings: func(int, int) []string { return []string{"completion_type=2"} }, harmless: true},
	},
}

var onPG = target{
	engine: postgres, begin: "BEGIN", id: "SELECT pg_backend_pid()",
	sessions: "SELECT COUNT(*) FROM pg_stat_activity WHERE pid = %d", impatient: []string{"lock_timeout=20"}, keeps: true,
	waits: func(t *testing.T, db *sql.DB, id int) (waits bool) {
		require.NoError(t, db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT COUNT(*) > 0 FROM pg_stat_activity WHERE pid = %d AND wait_event_type = 'Lock'", id)).Scan(&waits))
		return waits
	},
	idle: func(t *testing.T, db *sql.DB, what string) {
		var err error
		require.Eventually(t, func() bool {
			_, err = db.ExecContext(t.Context(), "SAVEPOINT a")
			return err == nil || strings.Contains(err.Error(), "transaction blocks")
		}, time.Minute, time.Millisecond, what)
		require.ErrorContains(t, err, "can only be used in transaction blocks", what)
	},
	holds: []action{
		{name: "the row of the account", do: []string{"SELECT 1 FROM seats_accounts WHERE id = 'acme' FOR UPDATE"}},
		{name: "the row of a user", do: []string{"SELECT 1 FROM seats_users WHERE account = 'acme' AND id = 'bob' FOR UPDATE"}},
		{name: "a new key", do: rival("users", "id = 'rival', email_key = 'zed{n}@acme.example', username_key = NULL, external_id_key = NULL")},
		{name: "a new event", do: rival("events", "sequence = (SELECT MAX(sequence) + 1 FROM seats_events)")},
		{name: "the table of events", do: []string{"LOCK TABLE seats_events IN SHARE MODE"}},
		{name: "the table of users, altered", do: []string{"ALTER TABLE seats_users ADD COLUMN more text"}},
	},
	strikes: []action{
		{name: "killed query", do: []string{"SELECT pg_cancel_backend(%d)"}}, {name: "killed connection", do: []string{"SELECT pg_terminate_backend(%d)"}}, endedContext,
	},
	limits: []limit{
		{name: "no room for temporary files", settings: func(_, step int) []string {
			return []string{"work_mem=64", fmt.Sprint("temp_file_limit=", 64<<step-64)}
		}},
		{name: "statement timeout", timed: true, settings: func(_, step int) []string { return []string{fmt.Sprint("statement_timeout=", 1<<step)} }},
		always("read only", "default_transaction_read_only=on"),
	},
}

var onSQLite = target{
	engine: sqlite, begin: "BEGIN IMMEDIATE", id: "SELECT 0", impatient: []string{"_pragma=busy_timeout(20)"}, inProcess: true,
	waitsAt: "UPDATE seats_accounts",
	waits:   func(*testing.T, *sql.DB, int) bool { return true }, // it can't be seen
	idle: func(t *testing.T, db *sql.DB, what string) {
		_, err := db.ExecContext(t.Context(), "BEGIN; ROLLBACK")
		require.NoError(t, err, what)
	},
	holds:   []action{{name: "the file"}},
	strikes: []action{endedContext},
	limits: []limit{
		{name: "no room", base: "PRAGMA page_count", settings: func(base, step int) []string {
			return []string{fmt.Sprintf("_pragma=max_page_count(%d)", base+2*step)}
		}},
		always("read only", "_pragma=query_only(1)"),
	},
}

var targets = []target{
	onSQLite,
	// A reader lets the writes pass and keeps the COMMIT waiting.
	onSQLite.as("SQLite, rollback journal", func(g *target) {
		g.long = true
		g.settings, g.begin, g.waitsAt = []string{"_pragma=journal_mode(DELETE)"}, "BEGIN", "COMMIT"
		g.holds = []action{{name: "the file, read", do: []string{"SELECT COUNT(*) FROM seats_users"}}}
		g.dsn = func(t testing.TB, database string) (string, []string) {
			driver, sources := inFile(t, database)
			return driver, []string{strings.Replace(sources[0], "WAL", "DELETE", 1)}
		}
	}),
	onPG.as("PostgreSQL", func(g *target) { g.options = sqlstore.Options{} }),
	onPG.as("PostgreSQL, COPY", func(g *target) { g.large, g.limits = true, g.limits[1:] }), // which takes no temporary files
	onPG.as("PostgreSQL, lib-pq", func(g *target) { g.dsn, g.long = onPostgres("postgres", ""), true }),
	onMaria,
	onMaria.as("MariaDB, transactions", func(g *target) { g.settings, g.keeps = []string{"sql_mode=ORACLE"}, false }),
	onMaria.as("MariaDB, arguments", func(g *target) { g.settings, g.long = []string{"interpolateParams=true"}, true }),
	// There an ALTER TABLE waits for no transaction, and ends those that are in its way.
	onMaria.as("Galera", func(g *target) {
		g.dsn, g.long = onGalera, true
		g.holds = slices.DeleteFunc(slices.Clone(g.holds), func(a action) bool { return a.behind != "" })
	}),

	onSQLite.as("SQLite, small disk", func(g *target) {
		g.small, g.long, g.strikes, g.limits = inSmallFile("WAL"), true, []action{fullDisk}, nil
	}),
	onSQLite.as("SQLite, small disk, rollback journal", func(g *target) {
		g.small, g.long, g.strikes, g.limits = inSmallFile("DELETE"), true, []action{fullDisk}, nil
	}),
	onPG.as("PostgreSQL, private", func(g *target) {
		g.small, g.long, g.limits = privately(servers.KindPostgres, "pgx", ""), true, nil
		// The next piece of the log is made when something is written there.
		g.prepare = []string{"ALTER SYSTEM SET wal_recycle = off", "SELECT pg_reload_conf()"}
		g.strikes = []action{fullDisk, {name: "full disk at the end of the log", do: []string{"CHECKPOINT", "SELECT pg_switch_wal()"}, fills: true}}
	}),
	onPrivateMaria,
	onPrivateMaria.as("MariaDB, private, transactions", func(g *target) { g.settings, g.keeps = []string{"sql_mode=ORACLE"}, false }),
}

// onPrivateMaria is what goes wrong on a whole server. An administrator may write where it
// is read-only, so the store's account is none.
var onPrivateMaria = onMaria.as("MariaDB, private", func(g *target) {
	g.small, g.long = privately(servers.KindMariaDB, "mysql", "?interpolateParams=true"), true
	g.prepare, g.account = []string{"CREATE USER seats@'%'", "GRANT ALL ON `t%`.* TO seats@'%'"}, "seats"
	g.holds = []action{
		{name: "commits", do: []string{"BACKUP STAGE START", "BACKUP STAGE BLOCK_COMMIT"}, undo: "BACKUP STAGE END"},
		{name: "all tables", do: []string{"FLUSH TABLES WITH READ LOCK"}, undo: "UNLOCK TABLES"},
		{name: "the row of a user", do: []string{"SELECT 1 FROM seats_users WHERE account = 'acme' AND id = 'bob' FOR UPDATE"}},
	}
	g.strikes = []action{fullDisk, {name: "read-only", do: []string{"SET GLOBAL read_only = 1"}, undo: "SET GLOBAL read_only = 0", queues: true}, endedContext}
	g.limits = []limit{{name: "max_allowed_packet", server: func(step int) action {
		return action{do: []string{fmt.Sprint("SET GLOBAL max_allowed_packet = ", 1024<<step)}, undo: "SET GLOBAL max_allowed_packet = DEFAULT"}
	}}}
})

// as is the target with something changed.
func (g target) as(name string, change func(*target)) target {
	g.name = name
	change(&g)
	return g
}

var threadThatWaits = regexp.MustCompile(`(?s)LOCK WAIT .*?thread id (\d+)`)

// waitsOnMariaDB asks InnoDB itself: what information_schema says is as old as the last
// read.
func waitsOnMariaDB(t *testing.T, db *sql.DB, id int) bool {
	var state, text string
	require.NoError(t, db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT COALESCE(MAX(state), '') FROM information_schema.processlist WHERE id = %d", id)).Scan(&state))
	if strings.HasPrefix(state, "Waiting for") {
		return true
	}
	require.NoError(t, db.QueryRowContext(t.Context(), "SHOW ENGINE INNODB STATUS").Scan(&state, &state, &text))
	for _, transaction := range strings.Split(text, "---TRANSACTION") {
		if m := threadThatWaits.FindStringSubmatch(transaction); m != nil && m[1] == fmt.Sprint(id) {
			return true
		}
	}
	return false
}
