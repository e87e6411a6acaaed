package sqltest_test

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
)

const (
	large   = 20_000
	smaller = 2_000 // accounts
)

func TestStore_plans_sqlite(t *testing.T) {
	t.Parallel()
	s, r := sqlite.recorded(t)
	s.crowded(t, large, smaller)
	for _, q := range questions("acme", large) {
		for _, one := range r.during(func() { q.ask(t, s.stores[0]) }) {
			q.check(t, planOnSQLite(t, s.dbs[0], one))
		}
	}
	for _, q := range commits(t, s.stores[0], "acme") {
		for _, one := range r.during(func() { q.ask(t, s.stores[0]) }) {
			if strings.HasPrefix(one.text, "UPDATE") {
				p := planOnSQLite(t, s.dbs[0], one)
				table, _, _ := strings.Cut(strings.TrimPrefix(one.text, "UPDATE seats_"), " ")
				want := []string{table + " id"}
				if table == "accounts" {
					want = append(want, "events id") // its last event
				}
				require.Equal(t, want, p.indexes, p.text)
				require.False(t, p.scans, p.text)
			}
		}
	}
}

func TestStore_plans_mariadb(t *testing.T) {
	t.Parallel()
	s, r := mariadb.recorded(t)
	s.crowded(t, large, smaller)
	for _, q := range questions("acme", large) {
		for _, one := range r.during(func() { q.ask(t, s.stores[0]) }) {
			if strings.HasPrefix(one.text, "(SELECT") { // and not of what the server is
				q.check(t, planOnMariaDB(t, s.dbs[0], one))
			}
		}
	}
}

func TestStore_Commit_rowsRead(t *testing.T) {
	t.Parallel()
	one := mariadb
	one.connections = 1
	s := one.open(t)
	s.crowded(t, large, smaller)
	rows := func() (n int) {
		for _, m := range regexp.MustCompile(`=(\d+); \n`).FindAllStringSubmatch(explained(t, s.dbs[0], "SHOW SESSION STATUS LIKE 'Handler_read%'"), -1) {
			row, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			n += row
		}
		return n
	}
	idle := rows()
	idle = rows() - idle // what it takes to ask
	for _, q := range commits(t, s.stores[0], "acme") {
		before := rows()
		q.ask(t, s.stores[0])
		require.Less(t, rows()-before-idle, 40, q.name)
	}
}

// On PostgreSQL a plan is made when a statement was used some times, and kept until the
// server has new statistics, which as a rule is a minute after much was written.
func TestStore_plans_postgres(t *testing.T) {
	t.Parallel()
	one := postgres
	one.connections = 1
	s, r := one.recorded(t)
	db, st := s.dbs[0], s.stores[0]
	everyTable(t, db, "ALTER TABLE seats_%s SET (autovacuum_enabled = false)")
	ask := func(q question) sent {
		all := r.during(func() { q.ask(t, st) })
		return all[len(all)-1]
	}
	s.crowd(t, "tiny", 40)
	for range 8 {
		for _, q := range append(questions("tiny", 40), commits(t, st, "tiny")...) {
			ask(q)
		}
	}
	s.crowded(t, large, smaller)
	// A few accounts cost as much by the index as without it.
	execAll(t, db, "CREATE TEMP TABLE more AS SELECT row_number() OVER () AS n, a.* FROM seats_accounts a, generate_series(1, 2000) WHERE a.id = 'tiny'",
		"UPDATE more SET id = 'tiny ' || n", "ALTER TABLE more DROP COLUMN n", "INSERT INTO seats_accounts SELECT * FROM more", "DROP TABLE more")
	all := append(questions("acme", large), commits(t, st, "acme")...)
	t.Run("before there are statistics no table is scanned, and a key is looked up", func(t *testing.T) {
		for _, q := range all {
			kept := planOnPostgres(t, db, ask(q))
			require.False(t, kept.scans, "%s\n%s", q.name, kept.text)
			setting(t, db, "force_custom_plan")
			made := planOnPostgres(t, db, ask(q))
			setting(t, db, "auto")
			require.False(t, made.scans, "%s\n%s", q.name, made.text)
			if strings.HasPrefix(q.name, "load") {
				made.sorts = false
				q.check(t, made)
			}
		}
	})
	everyTable(t, db, "ANALYZE seats_%s")
	for name, mode := range map[string]string{"a plan for every call": "force_custom_plan", "one plan for all calls": "force_generic_plan"} {
		t.Run("with "+name, func(t *testing.T) {
			setting(t, db, mode)
			for _, q := range all {
				q.check(t, planOnPostgres(t, db, ask(q)))
			}
		})
	}
	setting(t, db, "auto")
	t.Run("and before long a plan is kept", func(t *testing.T) {
		long.Only(t)
		keeps := func(q question) bool {
			one := ask(q)
			before := plansKept(t, db, one)
			two := ask(q) // planned anew if this is the 32nd, the 128th, ...
			return two.text == one.text && plansKept(t, db, two) > before
		}
		for _, q := range all {
			if q.name == "load the admins" {
				continue // a thousand rows cost so much that planning, the difference, counts after thousands of calls
			}
			for tries := 0; !keeps(q); tries++ { // it compares with what it knew of small tables
				require.Less(t, tries, 100, q.name)
			}
			q.check(t, planOnPostgres(t, db, ask(q)))
		}
	})
}

// setting sets how the connection plans, until the next setting.
func setting(t *testing.T, db *sql.DB, mode string) {
	t.Helper()
	execAll(t, db, "SET plan_cache_mode = "+mode)
}

func everyTable(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	for _, table := range []string{"accounts", "pools", "users", "licences", "events", "progress"} {
		execAll(t, db, fmt.Sprintf(statement, table))
	}
}

// indexName finds the indexes and primary keys of our tables.
var indexName = regexp.MustCompile(`\b(?:sqlite_autoindex_)?seats_([a-z]+)_(?:by_([a-z_]+)|pkey|1 \()`)

func indexesIn(text string) []string {
	var all []string
	for _, m := range indexName.FindAllStringSubmatch(text, -1) {
		if m[2] == "" {
			m[2] = "id"
		}
		all = append(all, m[1]+" "+m[2])
	}
	return sortedOnce(all)
}

// explained returns what EXPLAIN answers, a line for each row.
func explained(t *testing.T, db *sql.DB, text string, values ...any) string {
	t.Helper()
	columns, rows := query(t, db, text, values...)
	var all strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(&all, "%s=%s; ", columns[i], cell.String)
		}
		all.WriteByte('\n')
	}
	return all.String()
}

func planOnSQLite(t *testing.T, db *sql.DB, s sent) plan {
	text := explained(t, db, "EXPLAIN QUERY PLAN "+s.text, s.values...)
	var ours []string // and not the lists, which are tables too
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "json_each") {
			ours = append(ours, line)
		}
	}
	mine := onSQLitePrimary.ReplaceAllString(strings.ReplaceAll(strings.Join(ours, ""), "SEARCH e ", "SEARCH seats_events "), "SEARCH ${1}_pkey")
	return plan{indexesIn(mine), regexp.MustCompile(`SCAN seats_`).MatchString(mine), strings.Contains(mine, "TEMP B-TREE"), text}
}

// onSQLitePrimary is a look-up in a table without rowids, which is its own primary index.
var onSQLitePrimary = regexp.MustCompile(`SEARCH (seats_[a-z]+) USING PRIMARY KEY`)

func planOnMariaDB(t *testing.T, db *sql.DB, s sent) plan {
	text := explained(t, db, "EXPLAIN "+s.text, s.values...)
	p := plan{text: text, sorts: strings.Contains(text, "Using filesort")}
	for _, m := range onMariaDBRows.FindAllStringSubmatch(text, -1) {
		kind, table, key := m[2], m[1], m[3]
		if kind == "ALL" || kind == "index" || key == "" {
			p.scans = true
		}
		if key == "PRIMARY" {
			key = "seats_" + table + "_pkey"
		}
		p.indexes = append(p.indexes, indexesIn(key)...)
	}
	p.indexes = sortedOnce(p.indexes)
	return p
}

var onMariaDBRows = regexp.MustCompile(`; table=seats_([a-z]+); (?:partitions=[^;]*; )?type=([a-z_A-Z]+); possible_keys=[^;]*; key=([A-Za-z_]*); `)

// planOnPostgres returns the plan that the connection has for the prepared statement.
func planOnPostgres(t *testing.T, db *sql.DB, s sent) plan {
	name := ""
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT name FROM pg_prepared_statements WHERE statement = $1", s.text).Scan(&name))
	var values []string
	for _, v := range s.values {
		if valuer, is := v.(driver.Valuer); is { // which the driver of PostgreSQL asks by itself
			v, _ = valuer.Value()
		}
		if v == nil {
			values = append(values, "NULL")
			continue
		}
		values = append(values, "'"+strings.ReplaceAll(fmt.Sprint(v), "'", "''")+"'")
	}
	text := explained(t, db, fmt.Sprintf("EXPLAIN EXECUTE %s (%s)", name, strings.Join(values, ", ")))
	return plan{indexesIn(text), strings.Contains(text, "Seq Scan on seats_"), strings.Contains(text, "Sort Key"), text}
}

func plansKept(t *testing.T, db *sql.DB, s sent) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT generic_plans FROM pg_prepared_statements WHERE statement = $1", s.text).Scan(&n))
	return n
}

// TestStore_plans_smallAccounts has statistics of accounts with an owner alone, then a large
// account. Its admins are found by their index, though by those statistics PostgreSQL could
// as well read all users of the account.
func TestStore_plans_smallAccounts(t *testing.T) {
	t.Parallel()
	one := postgres
	one.connections = 1
	s, r := one.recorded(t)
	db, st := s.dbs[0], s.stores[0]
	everyTable(t, db, "ALTER TABLE seats_%s SET (autovacuum_enabled = false)")
	open(t, st, 9)
	s.clones(t, db, "seats_users", "account = 'acme'", 1, large, map[string]string{"account": "CONCAT('small', n)"})
	everyTable(t, db, "ANALYZE seats_%s")
	s.crowd(t, "large", large)
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		setting(t, db, mode)
		all := r.during(func() {
			found, err := st.Load(t.Context(), seats.Need{Account: "large", Admins: true})
			require.NoError(t, err)
			require.Len(t, found[0].Users, 1)
		})
		p := planOnPostgres(t, db, all[len(all)-1])
		require.Contains(t, p.indexes, "users administers", p.text)
		require.NotContains(t, p.indexes, "users id", p.text)
	}
}

// TestStore_Commit_inPlace: on PostgreSQL a change of status writes no index, as long as
// the page has room.
func TestStore_Commit_inPlace(t *testing.T) {
	t.Parallel()
	s := postgres.open(t)
	k := open(t, s.stores[0], 9)
	_, err := k.Do(t.Context(), acme, olive, invite("ada"), seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), acme, olive, seats.Deactivate{User: "ada"})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var changed, inPlace int
		require.NoError(t, s.dbs[0].QueryRowContext(t.Context(), "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'seats_users'").Scan(&changed, &inPlace))
		return changed == 1 && inPlace == 1
	}, time.Minute, 100*time.Millisecond)
}

// TestStore_plans_manyAdmins has users that were admins once. Without a hint MariaDB would
// read all users of the account.
func TestStore_plans_manyAdmins(t *testing.T) {
	t.Parallel()
	s, r := mariadb.recorded(t)
	s.crowd(t, "acme", large)
	execAll(t, s.dbs[0], "UPDATE seats_users SET administers = 1", fmt.Sprintf("UPDATE seats_users SET administers = NULL WHERE id > '%s'", person(9)))
	all := r.during(func() {
		found, err := s.stores[0].Load(t.Context(), seats.Need{Account: "acme", Admins: true})
		require.NoError(t, err)
		require.Len(t, found[0].Users, 11)
	})
	p := planOnMariaDB(t, s.dbs[0], all[len(all)-1])
	require.Contains(t, p.indexes, "users administers", p.text)
	require.NotContains(t, p.indexes, "users id", p.text)
}
