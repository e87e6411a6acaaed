package sqltest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest"
)

const partitions = 4

var (
	aTable = regexp.MustCompile(`(?s)^CREATE TABLE (\w+) \(.*\n\)$`)
	// columnSettings are PostgreSQL's statements about columns of a table.
	columnSettings = regexp.MustCompile(`^ALTER TABLE (\w+) (ALTER COLUMN \w+ SET \(.*\))$`)
)

// partitioned returns the statements of a host that spreads the accounts over partitions, as the
// README says.
func partitioned(t testing.TB, s *sqlstore.Store) (all []string) {
	t.Helper()
	tables := 0
	for _, text := range statementsOf(s) {
		table, set := aTable.FindStringSubmatch(text), columnSettings.FindStringSubmatch(text)
		switch {
		case table != nil && !strings.HasSuffix(table[1], "_migrations"):
			key := "account"
			if strings.HasSuffix(table[1], "_accounts") {
				key = "id"
			}
			tables++
			all = append(all, text+" PARTITION BY HASH ("+key+")")
			for n := range partitions {
				all = append(all, fmt.Sprintf("CREATE TABLE %s_%d PARTITION OF %s FOR VALUES WITH (MODULUS %d, REMAINDER %d)", table[1], n, table[1], partitions, n))
			}
		case set != nil:
			for n := range partitions {
				all = append(all, fmt.Sprintf("ALTER TABLE %s_%d %s", set[1], n, set[2]))
			}
		default:
			all = append(all, text)
		}
	}
	require.Equal(t, 8, tables)
	return all
}

// spread makes the tables in partitions.
func (e engine) spread(t testing.TB) *site {
	t.Helper()
	s := &site{engine: e, dbs: e.databases(t)}
	st, err := sqlstore.New(s.dbs[0], s.dialect, s.options)
	require.NoError(t, err)
	execAll(t, s.dbs[0], partitioned(t, st)...)
	require.NoError(t, st.Verify(t.Context()))
	require.NoError(t, st.Migrate(t.Context()))
	s.stores = append(s.stores, st)
	return s
}

// TestStore_partitions: the specification holds on tables that are partitioned by account.
func TestStore_partitions(t *testing.T) {
	long.Only(t)
	t.Parallel()
	s := postgres.spread(t)
	storetest.Run(t, func(testing.TB) store.Store { return s.store() }, storetest.Options{Reopen: s.reopen})
	for _, table := range []string{"accounts", "pools", "users", "licences", "events", "progress"} {
		for n := range partitions {
			require.Positive(t, ask(t, s.dbs[0], fmt.Sprintf("SELECT count(*) FROM seats_%s_%d", table, n)), "%s %d", table, n)
		}
	}
}

// TestStore_partitions_one: what concerns one account looks into one partition of each table.
func TestStore_partitions_one(t *testing.T) {
	t.Parallel()
	s := postgres.spread(t)
	k := open(t, s.stores[0], 99)
	_, err := k.Do(t.Context(), acme, olive, invite("ada"))
	require.NoError(t, err)
	execAll(t, s.dbs[0], "ANALYZE")
	for _, text := range []string{
		"SELECT * FROM seats_accounts WHERE id = 'acme'",
		"SELECT * FROM seats_users WHERE account = 'acme' AND email_key = 'ada@acme.example'",
		"SELECT * FROM seats_events WHERE account = 'acme' AND sequence = 1",
		"SELECT * FROM seats_progress WHERE account = 'acme' AND consumer = 'mails'",
	} {
		plan := strings.Join(rowsOf(t, s.dbs[0], "EXPLAIN "+text), "\n")
		require.Len(t, regexp.MustCompile(`\bon seats_\w+_\d`).FindAllString(plan, -1), 1, plan)
	}
}

// TestStore_partitions_indexes: every primary and unique key begins with the account, on every
// engine, so that data can be spread by it.
func TestStore_partitions_indexes(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		_, rows := query(t, db, indexesOf[d.dialect])
		for _, r := range rows {
			if unique := r[2].String == "1"; unique && r[0].String != "seats_migrations" {
				first, _, _ := strings.Cut(r[3].String, ",")
				want := "account"
				if r[0].String == "seats_accounts" {
					want = "id"
				}
				require.Equal(t, want, first, "%v", r)
			}
		}
	})
}
