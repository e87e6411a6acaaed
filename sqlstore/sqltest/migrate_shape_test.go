package sqltest_test

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/sqlstore"
)

// A misshapen table comes from a migration with one text in the place of another, or from
// a statement after all of them.
type misshapen struct {
	name, was, is string
	text          string // of the error; empty: the host may do so
}

const besides = "" // a statement after the migrations

const ours = " is not as this release makes it: "

var misshapes = map[sqlstore.Dialect][]misshapen{
	sqlstore.SQLite: {
		{"another type", "title           TEXT", "title           VARCHAR(100)", "seats_users" + ours + "the column title is varchar(100) and not text"},
		{"another collation of a key", "email_key       TEXT", "email_key       TEXT COLLATE NOCASE", "seats_users" + ours + "the column email_key is text collate NOCASE and not text"},
		{"another collation", "location        TEXT NOT NULL", "location        TEXT NOT NULL COLLATE NOCASE", "the column location is text collate NOCASE and not text"},
		{"no unique key", "CREATE UNIQUE INDEX seats_users_by_email", "CREATE INDEX seats_users_by_email", "seats_users" + ours + "it has index seats_users_by_email (account,email_key) of some rows or of parts of columns and no unique key seats_users_by_email (account,email_key) of some rows"},
		{"an index of some rows", "(account, sort_name, id)", "(account, sort_name, id) WHERE status <> 'deleted'", "it has index seats_users_by_name (account,sort_name,id) of some rows"},
		{"an index of the host's on an expression", besides, "CREATE INDEX host_more ON seats_users (length(title))", ""},
	},
	sqlstore.Postgres: {
		{"another width", `title           text COLLATE "C"`, `title           varchar(100) COLLATE "C"`, "seats_users" + ours + `the column title is character varying(100) collate "C" and not text collate "C"`},
		{"another collation", `email_key       text COLLATE "C"`, "email_key       text", `the column email_key is text collate "default" and not text collate "C"`},
		{"a narrower number", "held       bigint", "held       integer", "seats_accounts" + ours + "the column held is integer and not bigint"},
		{"a table without a primary key", "PRIMARY KEY (account, sequence)", "CHECK (sequence > -5)", "seats_events" + ours + "it has no primary key (account,sequence)"},
		{"a key of all rows", "(account, email_key) WHERE email_key IS NOT NULL", "(account, email_key)", "and no unique key seats_users_by_email (account,email_key) of some rows"},
		{"an exclusion constraint", besides, "ALTER TABLE seats_users ADD CONSTRAINT host_more EXCLUDE (account WITH =, id WITH =)", "seats_users" + ours + "exclusion constraint host_more (account,id) is the host's, and refuses rows of the store"},
	},
	sqlstore.MySQL: {
		{"another width", "title           VARBINARY(1020)", "title           VARBINARY(100)", "seats_users" + ours + "the column title is varbinary(100) and not varbinary(1020)"},
		{"another collation", "email_key       VARBINARY(255)", "email_key       VARCHAR(255)", "the column email_key is varchar(255) and not varbinary(255)"},
		{"a smaller text", "policy     MEDIUMBLOB", "policy     BLOB", "seats_accounts" + ours + "the column policy is blob and not mediumblob"},
		{"numbers without a sign", "held       BIGINT", "held       BIGINT UNSIGNED", "the column held is bigint unsigned and not bigint"},
		{"a table without a primary key", "PRIMARY KEY (account, sequence)", "CHECK (sequence > -5)", "seats_events" + ours + "it has no primary key (account,sequence)"},
		{"another engine", "ENGINE=InnoDB", "ENGINE=Aria", "its engine is aria and not innodb"},
		{"no index", "INDEX seats_users_by_due (account, due, due_rank, id),", "", "seats_users" + ours + "it has no index seats_users_by_due (account,due,due_rank,id)"},
		{"half an index", "seats_users_by_name (account, sort_name, id)", "seats_users_by_name (account, sort_name(99), id)", "of some rows or of parts of columns"},
		{"a default", besides, "ALTER TABLE seats_users ALTER approved SET DEFAULT 7", "seats_users" + ours + "the column approved has a default"},
		{"a key of other columns", "seats_users_by_email (account, email_key)", "seats_users_by_email (email_key, account)", "it has unique key seats_users_by_email (email_key,account) and no unique key seats_users_by_email (account,email_key)"},
	},
}

// everywhere are those of all dialects.
var everywhere = []misshapen{
	{"no column", "\tpayer ", "\tpays ", "seats_accounts" + ours + "it has no column payer; the column pays is the host's, and needs a default or NULL"},
	{"perhaps NULL", "\trevision BIGINT NOT NULL", "\trevision BIGINT", "seats_accounts" + ours + "the column revision may be NULL"},
	{"never NULL", "\tclosed BIGINT", "\tclosed BIGINT NOT NULL", "seats_accounts" + ours + "the column closed can't be NULL"},
	{"another primary key", "PRIMARY KEY (account, sequence)", "PRIMARY KEY (account, sequence, kind)", "seats_events" + ours + "it has primary key (account,sequence,kind) and no primary key (account,sequence)"},
	{"no check", "CHECK (revision > 0)", "CHECK (revision > -1)", "seats_accounts" + ours + "it has no CHECK (revision > 0)"},
	{"another bound", "BETWEEN 0 AND 1000000000", "BETWEEN 0 AND 10", "seats_accounts" + ours + "it has no CHECK (total is null or total >= 0 and total <= 1000000000)"},
	{"a column of the host's", "\tpayer ", "\tbadge BIGINT,\n\tlevel BIGINT NOT NULL DEFAULT 1,\n\tpayer ", ""},
	{"a unique key besides", besides, "CREATE UNIQUE INDEX host_more ON seats_users (account, status)", "seats_users" + ours + "unique key host_more (account,status) is the host's, and refuses rows of the store"},
	{"a unique key that nothing can break", besides, "CREATE UNIQUE INDEX host_more ON seats_users (account, id, status)", ""},
	{"an index of the host's", besides, "CREATE INDEX host_more ON seats_users (account, status)", ""},
	{"a check of the host's", "CHECK (revision > 0)", "CHECK (revision > 0),\n\tCHECK (sequence >= 0)", ""},
}

// TestStore_Migrate_shape: tables of another shape are an error of Migrate and of Verify,
// which names the table and the difference.
func TestStore_Migrate_shape(t *testing.T) {
	on(t, engines[:3], func(t *testing.T, e engine) {
		for _, m := range append(misshapes[e.dialect], everywhere...) {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				d := e.blank(t)
				s, db := d.store(t, sqlstore.Options{})
				m.make(t, d.dialect, s, db)
				all := d.catalog(t, db)
				for _, err := range []error{s.Verify(t.Context()), s.Migrate(t.Context())} {
					if m.text == "" {
						require.NoError(t, err)
						continue
					}
					require.ErrorContains(t, err, "sqlstore: the table ")
					require.ErrorContains(t, err, m.text)
				}
				require.Equal(t, all, d.catalog(t, db))
				if m.text == "" {
					workThrough(t, s)
				}
			})
		}
	})
}

// integers are the names of BIGINT in the dialects.
var integers = map[sqlstore.Dialect]string{sqlstore.SQLite: "INTEGER", sqlstore.Postgres: "bigint", sqlstore.MySQL: "BIGINT"}

// make makes the tables, and records the migrations.
func (m misshapen) make(t *testing.T, d sqlstore.Dialect, s *sqlstore.Store, db *sql.DB) {
	t.Helper()
	was, is := inDialect(m.was, d), inDialect(m.is, d)
	for _, text := range statementsOf(s) {
		text = squeezed(text)
		if was != besides && strings.Contains(text, was) {
			text, was = strings.Replace(text, was, is, 1), besides
		}
		execAll(t, db, text)
	}
	require.Equal(t, besides, was, "no migration has it")
	if m.was == besides {
		execAll(t, db, is)
	}
}

func inDialect(text string, d sqlstore.Dialect) string {
	return strings.ReplaceAll(squeezed(text), "BIGINT", integers[d])
}

// squeezed has one blank between words.
func squeezed(text string) string { return blanks.ReplaceAllString(text, " ") }

var blanks = regexp.MustCompile(" +")
