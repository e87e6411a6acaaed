package sqlstore

import (
	"fmt"
	"sync"

	"github.com/seatkeeper/seatkeeper/users"
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

// String returns the name of the dialect in lower case, as of the folder of its
// migrations.
func (d Dialect) String() string {
	if d.known() {
		return dialects[d].name
	}
	return "none"
}

func (d Dialect) known() bool { return d > 0 && int(d) < len(dialects) }

// A dialect is how a kind of database says what all of them can do.
type dialect struct {
	name string
	// placeholder writes the nth value that a statement is about, from 1, as what stands in
	// its text.
	placeholder func(n int, v any) string
	// inline says that values are filled in before a statement is sent: texts are bytes,
	// nothing is ever prepared, and any number of values may be in a list.
	inline bool
	// among is what follows a column that shall be one of a list: %s is the list, as
	// JSON text or as any number of values.
	among string
	// behind is a condition on names: the rows after a name and an ID, which are
	// given twice and once, or once and once.
	behind string
	// contains is a condition on a column and a text within it.
	contains string
	// index names the index that is to be used, where the planner is known to take
	// another one, and primary is that of the primary key.
	index, primary string
	// conflict begins what is to be done with a row that is there already, and excluded
	// names the column of the row that was to be put in.
	conflict, excluded string
	// commitsDDL says that a CREATE commits the transaction.
	commitsDDL bool
	// inProcess says that the database is in this process, where no answer is ever lost.
	inProcess bool
	// rollback ends the transaction that is open, if there is one, and nothing else.
	rollback string
	// addPart begins a part of a reading, which has an order and a limit of its own.
	part string
	// nullNumber and nullText are NULL of a type.
	nullNumber, nullText string
	// clock is the server's time in microseconds since 1970 in UTC, NULL where there is
	// no clock besides the host's.
	clock string
}

var dialects = [...]dialect{
	SQLite: {
		name:        "sqlite",
		placeholder: questionMark,
		among:       "IN (SELECT value FROM json_each(%s))",
		behind:      "(sort_name, id) > (?, ?)",
		contains:    "instr(%s, ?) > 0",
		index:       " INDEXED BY %s",
		primary:     "sqlite_autoindex_%s_1",
		conflict:    " ON CONFLICT (%s) DO UPDATE SET ", excluded: "excluded.%s",
		inProcess: true,
		rollback:  "SAVEPOINT seatkeeper; ROLLBACK", // which alone is an error where there is none
		part:      "SELECT * FROM (", nullNumber: "NULL", nullText: "NULL",
		clock: "NULL",
	},
	Postgres: {
		name:        "postgres",
		placeholder: postgresValue,
		among:       "= ANY (ARRAY(SELECT json_array_elements_text(%s::json)))",
		behind:      "(sort_name, id) > (?, ?)",
		contains:    "strpos(%s, ?) > 0",
		conflict:    " ON CONFLICT (%s) DO UPDATE SET ", excluded: "excluded.%s",
		rollback: "ROLLBACK",
		part:     "(", nullNumber: "NULL::bigint", nullText: "NULL::text",
		clock: "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
	},
	MySQL: {
		name:        "mysql",
		placeholder: questionMark, inline: true,
		among:    "IN (%s)",
		behind:   "(sort_name > ? OR sort_name = ? AND id > ?)", // of a pair MariaDB makes no range
		contains: "LOCATE(?, %s) > 0",
		index:    " FORCE INDEX (%s)",
		primary:  "%.0sPRIMARY",
		conflict: "%.0s ON DUPLICATE KEY UPDATE ", excluded: "VALUES(%s)",
		commitsDDL: true,
		rollback:   "ROLLBACK AND NO CHAIN NO RELEASE", // whatever completion_type says
		part:       "(", nullNumber: "NULL", nullText: "NULL",
		// UTC_TIMESTAMP is in UTC but is what SET TIMESTAMP says; SYSDATE is not, but is in
		// the session's time zone. So is NOW, and the difference of the two in none.
		clock: "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) + TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))",
	},
}

func questionMark(int, any) string { return "?" }

// postgresValue says of what type a value is, so that the statement means the same
// whether or not it is prepared. Behind a SELECT the planner does not see it. So it thinks
// a plan for this account no better than one for all, and keeps that one: to plan anew
// would take longer than to carry it out.
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

// fits returns an error if a value is too long for a column.
func (d dialect) fits(table, column string, v any) error {
	text, is := v.(string)
	if most := widths()[table+" "+column]; is && d.inline && most > 0 && len(text) > most {
		return fmt.Errorf("column %s: the text %w", column, users.ErrTooLong)
	}
	return nil
}
