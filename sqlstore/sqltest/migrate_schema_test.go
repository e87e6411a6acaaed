package sqltest_test

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// columnsOf are the queries for table, column and how it is kept.
var columnsOf = map[sqlstore.Dialect]string{
	sqlstore.SQLite:   "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
	sqlstore.Postgres: "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns WHERE table_schema = 'public'",
	sqlstore.MySQL:    "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns WHERE table_schema = DATABASE()",
}

func TestMigrations_columns(t *testing.T) {
	want, err := os.ReadFile("../testdata/columns.txt")
	require.NoError(t, err)
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		tables := map[string][]string{}
		for _, line := range rowsOf(t, db, columnsOf[d.dialect]) {
			words := strings.Fields(line)
			table := strings.TrimPrefix(words[0], "seats_")
			tables[table] = append(tables[table], words[1])
		}
		for line := range strings.Lines(string(want)) {
			table, columns, _ := strings.Cut(strings.TrimSpace(line), ": ")
			require.ElementsMatch(t, strings.Split(columns, ", "), tables[table], table)
			delete(tables, table)
		}
		require.Empty(t, tables)
	})
}

// TestMigrations_collation: a column that is no number compares by bytes.
func TestMigrations_collation(t *testing.T) {
	kept := map[sqlstore.Dialect][]string{
		sqlstore.SQLite:   {"INTEGER", "TEXT"}, // whose collation is BINARY
		sqlstore.Postgres: {"bigint", "smallint", "text C"},
		sqlstore.MySQL:    {"bigint", "tinyint", "varbinary", "mediumblob"},
	}
	onBlank(t, func(t *testing.T, d blank) {
		s, db := d.migrated(t)
		for _, line := range rowsOf(t, db, columnsOf[d.dialect]) {
			words := strings.Fields(line)
			require.Contains(t, kept[d.dialect], strings.Join(words[2:], " "), line)
		}
		if d.dialect == sqlstore.SQLite {
			require.NotContains(t, strings.Join(statementsOf(s), " "), "COLLATE")
		}
		ids := []string{"A", "A ", "B", "a", "a ", "e\u0301", "é"} // by bytes
		for i := range ids {
			execAll(t, db, insertAccount(ids[len(ids)-1-i]))
		}
		for i, id := range rowsOf(t, db, "SELECT id FROM seats_accounts ORDER BY id") {
			require.Equal(t, ids[i], id)
		}
	})
}

// indexesOf are the queries for table, index, whether it is unique, and its columns.
var indexesOf = map[sqlstore.Dialect]string{
	sqlstore.SQLite: `SELECT m.name, i.name, i."unique", (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
		FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table'`,
	sqlstore.Postgres: `SELECT t.relname, i.relname, x.indisunique::int, string_agg(a.attname, ',' ORDER BY k.n)
		FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
		CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY k(number, n)
		JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
		WHERE t.relnamespace = 'public'::regnamespace GROUP BY 1, 2, 3`,
	sqlstore.MySQL: `SELECT table_name, index_name, 1 - non_unique, GROUP_CONCAT(column_name ORDER BY seq_in_index)
		FROM information_schema.statistics WHERE table_schema = DATABASE() GROUP BY 1, 2, 3`,
}

// primaryIndexes is how the index of a table's primary key is called.
var primaryIndexes = map[sqlstore.Dialect]string{
	sqlstore.SQLite: "sqlite_autoindex_%s_1", sqlstore.Postgres: "%s_pkey", sqlstore.MySQL: "PRIMARY",
}

// TestMigrations_indexes: each engine has the same ones.
func TestMigrations_indexes(t *testing.T) {
	want := []string{
		"accounts by_due 0 next_due",
		"accounts primary 1 id",
		"events by_key 0 account,request_key,place,sequence",
		"events by_person 0 account,user_id,sequence",
		"events primary 1 account,sequence",
		"licences by_due 0 account,due,user_id,pool,number",
		"licences by_pool 0 account,pool,user_id,number",
		"licences primary 1 account,user_id,pool,number",
		"misses primary 1 account,user_id,source",
		"pools by_code 0 account,code_key,id",
		"pools by_due 0 account,due,id",
		"pools primary 1 account,id",
		"progress primary 1 account,consumer",
		"seen primary 1 account,user_id",
		"users by_administers 0 account,administers,id",
		"users by_dated 0 account,dated,id",
		"users by_due 0 account,due,due_rank,id",
		"users by_email 1 account,email_key",
		"users by_external_id 1 account,external_id_key",
		"users by_name 0 account,sort_name,id",
		"users by_shared_email 0 account,shared_email_key,id",
		"users by_username 1 account,username_key",
		"users primary 1 account,id",
	}
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		var indexes []string
		for _, line := range rowsOf(t, db, indexesOf[d.dialect]) {
			words := strings.Fields(line)
			table, index := words[0], strings.TrimPrefix(words[1], words[0]+"_")
			if words[1] == strings.Replace(primaryIndexes[d.dialect], "%s", table, 1) {
				index = "primary"
			}
			if table == "seats_migrations" {
				continue // its key is what SQLite counts rows by, and in no index there
			}
			indexes = append(indexes, strings.Join([]string{strings.TrimPrefix(table, "seats_"), index, words[2], words[3]}, " "))
		}
		slices.Sort(indexes)
		require.Equal(t, want, indexes)
	})
}

// insertAccounts puts in an account with an ID and the numbers of the site pool.
const insertAccounts = "INSERT INTO seats_accounts (id, name, time_zone, payer, salt, policy, revision, sequence, tally, total, held, spent, over_limit)" +
	" VALUES ('%s', '', 'UTC', '', '', '{}', 1, 1, '', %s)"

// insertAccount returns a statement that puts in an account.
func insertAccount(id string) string { return fmt.Sprintf(insertAccounts, id, "1, 0, 0, 0") }

// TestMigrations_poolChecks asks each engine directly, past the library.
func TestMigrations_poolChecks(t *testing.T) {
	pools := []struct {
		is                         string
		total, held, spent, isOver any
		sound                      bool
	}{
		{"empty", 0, 0, 0, 0, true},
		{"with a free seat", 3, 1, 1, 0, true},
		{"full", 3, 2, 1, 0, true},
		{"as large as can be", 1_000_000_000, 1_000_000_000, 0, 0, true},
		{"over its total, and marked", 3, 3, 1, 1, true},
		{"marked although it is not over", 3, 1, 0, 1, true},
		{"unlimited", nil, 1 << 40, 1 << 40, 0, true},

		{"over its total by one that is held", 3, 4, 0, 0, false},
		{"over its total by one that is spent", 3, 3, 1, 0, false},
		{"over a total of none", 0, 1, 0, 0, false},
		{"over its total with a mark that is none", 3, 4, 0, 2, false},
		{"holding less than nothing", 3, -1, 0, 0, false},
		{"having spent less than nothing", 3, 3, -1, 0, false},
		{"unlimited and holding less than nothing", nil, -1, 0, 0, false},
		{"of a negative total", -1, 0, 0, 1, false},
		{"larger than can be", 1_000_000_001, 0, 0, 0, false},
		{"too full to be counted", 3, int64(1<<63 - 1), int64(1<<63 - 1), 0, false},
		{"held is NULL", 3, nil, 0, 0, false},
		{"spent is NULL", 3, 0, nil, 0, false},
		{"over is NULL", 3, 0, 0, nil, false},
	}
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		execAll(t, db, insertAccount("acme"))
		for i, p := range pools {
			numbers := strings.ReplaceAll(fmt.Sprintf("%v, %v, %v, %v", p.total, p.held, p.spent, p.isOver), "<nil>", "NULL")
			_, err := db.Exec(fmt.Sprintf("INSERT INTO seats_pools (account, id, name, total, held, spent, over_limit) VALUES ('acme', 'p%d', '', %s)", i, numbers))
			require.Equal(t, p.sound, err == nil, "%s: %v", p.is, err)
			_, err = db.Exec(fmt.Sprintf(insertAccounts, fmt.Sprint("a", i), numbers))
			require.Equal(t, p.sound, err == nil, "the site pool, %s: %v", p.is, err)
		}
		for _, table := range []string{"seats_pools", "seats_accounts"} {
			broken := func(change string) {
				_, err := db.Exec("UPDATE " + table + " SET " + change + " WHERE id IN ('p2', 'a2')")
				require.Error(t, err, change)
				require.Equal(t, sqlstore.Broken, sqlstore.Classify(err), "%s: %v", change, err)
			}
			broken("held = held + 1")
			broken("spent = spent + 1")
			broken("total = total - 1")
			broken("held = -1")
			execAll(t, db, "UPDATE "+table+" SET total = total - 1, over_limit = 1 WHERE id IN ('p2', 'a2')")
			broken("over_limit = 0")
		}
	})
}

func TestMigrations_revisionCheck(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		execAll(t, db, insertAccount("acme"))
		_, err := db.Exec("UPDATE seats_accounts SET revision = 0")
		require.Error(t, err)
		require.Equal(t, sqlstore.Broken, sqlstore.Classify(err))
	})
}

// TestMigrations_uniqueKeys: a key belongs to one user of an account, and any number of
// users have none.
func TestMigrations_uniqueKeys(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		for _, key := range []string{"email_key", "username_key", "external_id_key"} {
			people := 0
			add := func(account, value string) error {
				people++
				return addUser(t, db, account, fmt.Sprint(key, people), key, value)
			}
			longest := strings.Repeat("é", 127) + "x" // 255 bytes
			for _, value := range []string{"NULL", "NULL", "'a'", "'A'", "'a '", "'" + longest + "'"} {
				require.NoError(t, add("acme", value), value)
				require.NoError(t, add("other", value), value)
			}
			for _, value := range []string{"'a'", "'A'", "'a '", "'" + longest + "'"} {
				err := add("acme", value)
				require.Error(t, err, value)
				require.Equal(t, sqlstore.Duplicate, sqlstore.Classify(err))
			}
		}
		err := addUser(t, db, "acme", "email_key1", "email_key", "NULL")
		require.Error(t, err, "the ID is another user's")
		require.Equal(t, sqlstore.Duplicate, sqlstore.Classify(err))
	})
}

// addUser puts in a user with empty texts and, of what may be NULL, one key.
func addUser(t *testing.T, db *sql.DB, account, id, key, value string) error {
	texts := []string{
		"status", "role", "first_name", "last_name", "username", "email", "external_id", "location", "department", "title",
		"group_names", "source_kind", "source_name", "sort_name",
	}
	_, err := db.ExecContext(t.Context(), fmt.Sprintf("INSERT INTO seats_users (account, id, %s, notification_count, due_rank, %s) VALUES ('%s', '%s', %s 0, 0, %s)",
		strings.Join(texts, ", "), key, account, id, strings.Repeat("'', ", len(texts)), value))
	return err
}

// TestMigrations_uniqueEvents inserts events with most of the columns that may be NULL.
func TestMigrations_uniqueEvents(t *testing.T) {
	onBlank(t, func(t *testing.T, d blank) {
		_, db := d.migrated(t)
		event := "INSERT INTO seats_events (account, sequence, kind, change_id) VALUES ('acme', %d, '', '')"
		execAll(t, db, fmt.Sprintf(event, 1), fmt.Sprintf(event, 2), fmt.Sprintf(event, int64(1<<63-1)))
		_, err := db.Exec(fmt.Sprintf(event, 2))
		require.Error(t, err)
		require.Equal(t, sqlstore.Duplicate, sqlstore.Classify(err))
	})
}
