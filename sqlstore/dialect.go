package sqlstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Dialect is a kind of database. The zero value is none.
type Dialect uint8

// The dialects.
const (
	_        Dialect = iota
	SQLite           // 3.35 and later
	Postgres         // 13 and later
	MySQL            // MariaDB 10.6 and later, alone or as a Galera cluster; MySQL 8.0.16 and later
)

// String returns the name of the dialect in lower case.
func (d Dialect) String() string {
	if d.known() {
		return dialects[d].name
	}
	return "none"
}

// MarshalText returns the name of the dialect; the zero value has none.
func (d Dialect) MarshalText() ([]byte, error) {
	if !d.known() {
		return nil, errDialect
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads the name of a dialect, as of a flag; any other text is an error.
func (d *Dialect) UnmarshalText(text []byte) error {
	i := slices.IndexFunc(dialects[:], func(of dialect) bool { return of.name == string(text) })
	if !Dialect(max(i, 0)).known() {
		return errDialect
	}
	*d = Dialect(i)
	return nil
}

var errDialect = errors.New("sqlstore: the text is no dialect: it is sqlite, postgres or mysql")

func (d Dialect) known() bool { return d > 0 && int(d) < len(dialects) }

// A dialect holds the SQL in which the kinds of databases differ.
type dialect struct {
	name string
	// placeholder returns the text for the nth value of a statement, from 1.
	placeholder func(n int, v any) string
	// inline: values are filled in on the client. Texts are bytes, statements are sent
	// unprepared, and a list is any number of values.
	inline bool
	// indexed names the index of a table in FROM, where the planner is known to take
	// another one. The index "id" is the primary key.
	indexed func(table, index string) string
	// in is the condition on a column to be one of {list}: JSON text, or values with commas.
	in string
	// inSelect is the condition on a column to be one of the rows of {select}, looked up one by one.
	inSelect string
	// afterPair is the condition on rows to follow a value of a column and an ID, by ">" or "<",
	// with the value given twice where the dialect is inline.
	afterPair func(column, sign string) string
	// contains is the condition on a column to contain a text.
	contains func(column string) string
	// insert begins an INSERT of new rows. After an error all is rolled back.
	insert string
	// replace ends an INSERT: an existing row with the key gets the new values of the columns.
	replace func(key, columns []string) string
	// replaceSmaller is replace for one column of a table: the larger value is kept.
	replaceSmaller func(key []string, table, column string) string
	// commitsDDL: a CREATE commits the transaction.
	commitsDDL bool
	// inProcess: the database is in this process, and answers always arrive.
	inProcess bool
	// replans: a prepared statement keeps the plan that it began with, see [firstReplan].
	replans bool
	// rollback ends an open transaction, if there is one, and nothing else.
	rollback string
	// needsPerQuery bounds the needs of one statement.
	needsPerQuery int
	// eachTuple is a SELECT, without its word, of the rows of {select} for each tuple in a JSON list,
	// and inTuple a value of the tuple; empty if there is no such statement.
	eachTuple string
	inTuple   func(n int, v any) string
	// beginPart begins a part of a unionQuery, with an ORDER BY and a LIMIT of its own.
	beginPart string
	// nullNumber and nullText are NULL with a type.
	nullNumber, nullText string
	// emptyText is an empty text under every setting of the server.
	emptyText string
	// clock is the server's time in microseconds since 1970 in UTC; NULL in the process.
	clock string
}

var dialects = [...]dialect{
	SQLite: {
		name:        "sqlite",
		placeholder: func(int, any) string { return "+?" }, // the sign hides the value from the planner, which would plan anew for each
		indexed: func(table, index string) string {
			if index == "id" {
				return table + " INDEXED BY sqlite_autoindex_" + table + "_1"
			}
			return table + " INDEXED BY " + table + "_by_" + index
		},
		in:             "IN (SELECT value FROM json_each({list}))",
		inSelect:       "IN ({select})",
		afterPair:      afterPair,
		contains:       func(column string) string { return "instr(" + column + ", ?) > 0" },
		insert:         "INSERT OR FAIL INTO ", // without a copy of each page for the rollback of this statement alone
		replace:        onConflict,
		replaceSmaller: onConflictSmaller,
		inProcess:      true,
		rollback:       "SAVEPOINT seatkeeper; ROLLBACK", // a lone ROLLBACK is an error outside of a transaction
		beginPart:      "SELECT * FROM (",
		needsPerQuery:  1, // there are no round trips
		nullNumber:     "NULL", nullText: "NULL", emptyText: "''",
		clock: "NULL",
	},
	Postgres: {
		name:           "postgres",
		placeholder:    postgresValue,
		indexed:        func(table, _ string) string { return table },
		in:             "= ANY (ARRAY(SELECT json_array_elements_text({list}::json)))",
		inSelect:       "= ANY (ARRAY({select}))",
		afterPair:      afterPair,
		contains:       func(column string) string { return "strpos(" + column + ", ?) > 0" },
		replace:        onConflict,
		replaceSmaller: onConflictSmaller,
		rollback:       "ROLLBACK",
		needsPerQuery:  1000,
		replans:        true,
		// The condition, true of all, makes the planner expect one tuple instead of a hundred.
		eachTuple: "(tuple->>0)::bigint, found.* FROM json_array_elements(?::json) AS asked(tuple)" +
			" CROSS JOIN LATERAL ({select}) found WHERE json_typeof(tuple) = 'array'",
		inTuple: func(n int, v any) string {
			if _, ok := v.(int64); ok {
				return fmt.Sprintf("(tuple->>%d)::bigint", n)
			}
			return fmt.Sprintf("(tuple->>%d)", n)
		},
		beginPart: "(",
		// With the collation of all columns the parts are one Append, and not one within another.
		nullNumber: "NULL::bigint", nullText: `NULL::text COLLATE "C"`,
		emptyText: "''",
		clock:     "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
	},
	MySQL: {
		name:        "mysql",
		placeholder: questionMark, inline: true,
		indexed: func(table, index string) string {
			if index == "id" {
				return table + " FORCE INDEX (PRIMARY)"
			}
			return table + " FORCE INDEX (" + table + "_by_" + index + ")"
		},
		in:       "IN ({list})",
		inSelect: "IN (SELECT * FROM ({select}) some)", // no LIMIT without the outer SELECT
		afterPair: func(column, sign string) string { // MariaDB scans for a pair
			return "(" + column + " " + sign + " ? OR " + column + " = ? AND id " + sign + " ?)"
		},
		contains:       func(column string) string { return "LOCATE(?, " + column + ") > 0" },
		insert:         "INSERT INTO ",
		replace:        onDuplicateKey,
		replaceSmaller: onDuplicateKeySmaller,
		commitsDDL:     true,
		rollback:       "ROLLBACK AND NO CHAIN NO RELEASE", // overrides completion_type
		needsPerQuery:  40,
		beginPart:      "(",
		nullNumber:     "NULL", nullText: "NULL", emptyText: "x''",
		// UTC_TIMESTAMP follows SET TIMESTAMP. SYSDATE is the real time, in the session's time
		// zone like NOW: the difference of the two cancels the zone.
		clock: "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) + TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))",
	},
}

// afterPair is for SQLite and PostgreSQL.
func afterPair(column, sign string) string { return "(" + column + ", id) " + sign + " (?, ?)" }

// onConflict is for SQLite and PostgreSQL.
func onConflict(key, columns []string) string {
	return " ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " + assigned(columns, "excluded.{name}")
}

// onDuplicateKey is for MySQL, where it is any unique key.
func onDuplicateKey(_, columns []string) string {
	return " ON DUPLICATE KEY UPDATE " + assigned(columns, "VALUES({name})")
}

// onConflictSmaller is for SQLite and PostgreSQL. NULL is smaller than all.
func onConflictSmaller(key []string, table, column string) string {
	return " ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " + larger(table, column, "excluded."+column)
}

// onDuplicateKeySmaller is for MySQL.
func onDuplicateKeySmaller(_ []string, table, column string) string {
	return " ON DUPLICATE KEY UPDATE " + larger(table, column, "VALUES("+column+")")
}

func larger(table, column, value string) string {
	kept := table + "." + column
	return column + " = CASE WHEN " + kept + " >= " + value + " THEN " + kept + " ELSE " + value + " END"
}

// assignments sets all columns but those of the key.
func assignments[R any](columns []column[R], key, value string) string {
	var all []string
	for _, c := range columns {
		if !slices.Contains(strings.Split(key, ", "), c.name) {
			all = append(all, c.name+" = "+fmt.Sprintf(value, c.name))
		}
	}
	return strings.Join(all, ", ")
}

func questionMark(int, any) string { return "?" }

// postgresValue gives a value its type, so that the statement means the same prepared and
// unprepared. A SELECT hides the value from the planner: it finds a plan for this account as
// good as the generic plan and keeps that one. Planning takes longer than
// execution.
func postgresValue(n int, v any) string {
	switch v.(type) {
	case int64:
		return fmt.Sprintf("(SELECT $%d::bigint)", n)
	case string:
		return fmt.Sprintf("(SELECT $%d::text)", n)
	}
	return fmt.Sprintf("$%d", n)
}

// widths are the bytes that a column of MySQL holds, by "{table} column". A server outside
// of strict mode cuts longer values silently.
var widths = sync.OnceValue(func() map[string]int {
	all := map[string]int{}
	for table, shape := range (schema{dialect: dialects[MySQL]}).shapes() {
		for name, column := range shape.columns {
			var width int
			if _, err := fmt.Sscanf(column.definition, "varbinary(%d)", &width); err == nil {
				all["{"+table+"} "+name] = width
			}
		}
	}
	return all
})
