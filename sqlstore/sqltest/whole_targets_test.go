package sqltest_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A target is an engine and what can go wrong on it.
type target struct {
	engine
	long      bool     // it is tried with -causes
	settings  []string // of the store's connection
	impatient []string // with which it waits for a lock no longer than a second
	begin, id string   // what begins a transaction, and the query for the number of a connection
	holds     []action
	strikes   []action
	limits    []limit
	keeps     bool                                        // a commit leaves the session open, whatever its settings
	waits     func(t *testing.T, db *sql.DB, id int) bool // whether the connection waits for a lock
	idle      func(t *testing.T, db *sql.DB, what string) // requires that no connection of the pool is in a transaction
}

// A limit is settings under which a large commit fails, up to a step that lets it pass.
type limit struct {
	name     string
	base     string // the query for a number; empty: none
	settings func(base, step int) []string
}

// insert puts a row in the way of the one that a commit will insert: it waits to know what
// becomes of this one.
func insert(temporary, table, set string) []string {
	return []string{
		"CREATE " + temporary + " rival AS SELECT * FROM seats_" + table + " LIMIT 1",
		"UPDATE rival SET " + set, "INSERT INTO seats_" + table + " SELECT * FROM rival",
	}
}

var onMaria = target{
	engine: mariadb, begin: "START TRANSACTION", id: "SELECT CONNECTION_ID()",
	impatient: []string{"innodb_lock_wait_timeout=1", "lock_wait_timeout=1"},
	waits:     waitsOnMariaDB, keeps: true,
	idle: func(t *testing.T, db *sql.DB, what string) {
		var n int
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT @@in_transaction").Scan(&n), what)
		require.Zero(t, n, what)
	},
	holds: []action{
		{name: "the row of the account", do: []string{"SELECT 1 FROM seats_accounts WHERE id = 'acme' FOR UPDATE"}},
		{name: "a range of keys, read at SERIALIZABLE", do: []string{"SELECT COUNT(*) FROM seats_users FORCE INDEX (seats_users_by_email) WHERE account = 'acme' AND email_key > 'z' LOCK IN SHARE MODE"}},
		{name: "a range of keys", do: []string{"SELECT COUNT(*) FROM seats_users FORCE INDEX (seats_users_by_email) WHERE account = 'acme' AND email_key > 'z' FOR UPDATE"}},
		{name: "the row of a user", do: []string{"SELECT 1 FROM seats_users WHERE account = 'acme' AND id = 'bob' FOR UPDATE"}},
		{name: "new users", do: []string{"SELECT 1 FROM seats_users WHERE account = 'acme' AND id > 'm' FOR UPDATE"}},
		{name: "the row of a pool", do: []string{"SELECT 1 FROM seats_pools WHERE account = 'acme' FOR UPDATE"}},
		{name: "new events", do: []string{"SELECT COUNT(*) FROM seats_events WHERE account = 'acme' FOR UPDATE"}},
		{name: "the table of events", do: []string{"LOCK TABLES seats_events WRITE"}, undo: "UNLOCK TABLES"},
		{name: "the table of users", do: []string{"LOCK TABLES seats_users READ"}, undo: "UNLOCK TABLES"},
	},
	strikes: []action{{name: "killed query", do: []string{"KILL QUERY %d"}}, {name: "killed connection", do: []string{"KILL CONNECTION %d"}}, endedContext},
	limits: []limit{
		{name: "packet too large", settings: func(_, step int) []string { return []string{fmt.Sprint("maxAllowedPacket=", 512<<step)} }},
		{name: "completion_type CHAIN", settings: func(int, int) []string { return []string{"completion_type=1"} }},
		{name: "completion_type RELEASE", settings: func(int, int) []string { return []string{"completion_type=2"} }},
	},
}

var targets = []target{
	onMaria,
	onMaria.as("MariaDB, transactions", func(g *target) { g.settings, g.keeps = []string{"sql_mode=ORACLE"}, false }),
}

// as is the target with something changed.
func (g target) as(name string, change func(*target)) target {
	g.name = name
	change(&g)
	return g
}

var threadThatWaits = regexp.MustCompile(`(?s)LOCK WAIT .*?thread id (\d+)`)

// waitsOnMariaDB asks InnoDB itself: what information_schema says is as old as the last
// look of anybody's.
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
