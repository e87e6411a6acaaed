package sqlstore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// postgres writes all changes by one statement, which gets the rows as JSON.
type postgres struct{ statement string }

// A basis is what a change was decided on.
type basis struct {
	seats.Account
	base  uint64
	first *uint64 // the number of its first event
}

var basisColumns = append([]column[basis]{
	number("base", func(b *basis) *uint64 { return &b.base }),
	{name: "first", number: true, get: func(b *basis) (any, error) {
		if b.first == nil {
			return nil, nil
		}
		return int64(*b.first), nil
	}},
}, of(accountColumns, func(b *basis) *seats.Account { return &b.Account })...)

// replacedColumns are those of a user who is there already.
var replacedColumns = append([]column[userRow]{number("rewritten", func(u *userRow) *int64 { return &u.rewritten })}, userColumns...)

// of returns the columns as those of something that contains their row.
func of[R, S any](columns []column[S], at func(*R) *S) []column[R] {
	var all []column[R]
	for _, c := range columns {
		all = append(all, column[R]{name: c.name, number: c.number, get: func(r *R) (any, error) { return c.get(at(r)) }})
	}
	return all
}

// newPostgres puts the statement together. The accounts are locked in the order of
// their IDs, so that two commits never wait for each other. One that was locked at its
// base can't move any more, and whoever writes there has to wait. Rows that change
// keys among them are no matter: the unique keys are checked at the end of the statement.
func newPostgres(s schema) *postgres {
	q := &query{schema: s}
	q.add("WITH change AS MATERIALIZED (SELECT * FROM " + recordset(1, basisColumns) + `),
locked AS MATERIALIZED (
	SELECT a.* FROM (SELECT id FROM change WHERE base > 0 ORDER BY id COLLATE "C") c,
	LATERAL (SELECT id, revision, sequence FROM {accounts} WHERE id = c.id LIMIT 1 FOR NO KEY UPDATE) a),
opened AS (
	INSERT INTO {accounts} (` + names(accountColumns) + `)
	SELECT ` + names(accountColumns) + ` FROM change c
	WHERE base = 0 AND NOT EXISTS (SELECT 1 FROM {accounts} a WHERE a.id = c.id)
	RETURNING id),
moved AS (
	UPDATE {accounts} a SET ` + assigned("c", accountColumns[1:]) + `
	FROM change c JOIN locked l ON l.id = c.id
	WHERE a.id = c.id AND l.revision = c.base AND COALESCE(c.first, l.sequence + 1) = l.sequence + 1
		AND ` + fmt.Sprintf(lastEvent, "l") + `
	RETURNING a.id),
written AS MATERIALIZED (SELECT id FROM opened UNION ALL SELECT id FROM moved),
pools AS (
	INSERT INTO {pools} (` + names(poolColumns) + `)
	SELECT ` + names(poolColumns) + " FROM " + recordset(2, poolColumns) + ` WHERE account IN (SELECT id FROM written)` +
		replace(s.dialect, "account, id", poolColumns[2:]) + `),
replaced AS (
	UPDATE {users} u SET ` + assigned("n", slices.DeleteFunc(slices.Clone(userColumns[2:]), isKey)) + ", " + rewrittenKeys("u", "n") + `
	FROM (SELECT * FROM ` + recordset(3, replacedColumns) + `) n
	WHERE u.account = n.account AND u.id = n.id AND n.account IN (SELECT id FROM written)),
added AS (
	INSERT INTO {users} (` + names(userColumns) + `)
	SELECT ` + names(userColumns) + " FROM " + recordset(4, userColumns) + ` WHERE account IN (SELECT id FROM written)),
recorded AS (
	INSERT INTO {events} (` + names(eventColumns) + `)
	SELECT ` + names(eventColumns) + " FROM " + recordset(5, eventColumns) + ` WHERE account IN (SELECT id FROM written))
SELECT id FROM written`)
	return &postgres{q.text.String()}
}

// recordset names the rows in the nth parameter, which is JSON.
func recordset[R any](n int, columns []column[R]) string {
	var types []string
	for _, c := range columns {
		kind := "text"
		if c.number {
			kind = "bigint"
		}
		types = append(types, c.name+" "+kind)
	}
	return fmt.Sprintf("json_to_recordset($%d::text::json) AS r(%s)", n, strings.Join(types, ", "))
}

// assigned assigns columns those of the same name of another row.
func assigned[R any](from string, columns []column[R]) string {
	var all []string
	for _, c := range columns {
		all = append(all, c.name+" = "+from+"."+c.name)
	}
	return strings.Join(all, ", ")
}

// isKey reports whether a column is that of a kind of key.
func isKey(c column[userRow]) bool {
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		if keyColumns[kind] == c.name {
			return true
		}
	}
	return false
}

// rewrittenKeys assigns the columns of keys those of another row, if that rewrites them.
func rewrittenKeys(to, from string) string {
	var all []string
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		name := keyColumns[kind]
		all = append(all, fmt.Sprintf("%s = CASE WHEN %s.rewritten & %d <> 0 THEN %[2]s.%[1]s ELSE %[4]s.%[1]s END", name, from, keyBit(kind), to))
	}
	return strings.Join(all, ", ")
}

func (p *postgres) write(ctx context.Context, s *Store, changes []seats.Change) ([]users.AccountID, error) {
	q := s.query()
	q.text.WriteString(p.statement)
	if err := p.rows(q, changes); err != nil {
		return nil, notWritten(err)
	}
	reached := noted(q)
	var written []users.AccountID
	err := s.savepoint(ctx, func() error {
		rows, err := s.rows(ctx, q)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id users.AccountID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			written = append(written, id)
		}
		return rows.Err()
	})
	if err != nil && !reached() {
		err = notWritten(err)
	}
	return missing(changes, written), err
}

// noted has the last value of a query note that the driver has asked for it, and returns
// whether it has: before that, while it waits for a connection or prepares the statement
// there, nothing can have been written.
func noted(q *query) (reached func() bool) {
	last := &q.values[len(q.values)-1]
	value := &notedValue{value: *last}
	*last = value
	return value.asked.Load
}

type notedValue struct {
	value driver.Value
	asked atomic.Bool
}

func (v *notedValue) Value() (driver.Value, error) {
	v.asked.Store(true)
	return v.value, nil
}

// rows adds the rows of the changes as parameters.
func (p *postgres) rows(q *query, changes []seats.Change) error {
	var bases []basis
	var pools []poolRow
	var updated, created []userRow
	var events []seats.Event
	for _, c := range changes {
		b := basis{Account: c.Account, base: c.Base}
		if len(c.Events) > 0 {
			b.first = &c.Events[0].Sequence
		}
		bases, pools, events = append(bases, b), append(pools, poolsOf(c)...), append(events, c.Events...)
		updated, created = append(updated, updatedRows(c)...), append(created, createdRows(c)...)
	}
	return errors.Join(encode(q, basisColumns, bases), encode(q, poolColumns, pools), encode(q, replacedColumns, updated),
		encode(q, userColumns, created), encode(q, eventColumns, events))
}

// encode adds rows as a parameter in JSON.
func encode[R any](q *query, columns []column[R], rows []R) error {
	text := []byte{'['}
	for i := range rows {
		all, err := values(columns, &rows[i])
		if err != nil {
			return err
		}
		if i > 0 {
			text = append(text, ',')
		}
		for j, v := range all {
			text = append(text, ",{"[bit(j == 0)])
			text = strconv.AppendQuote(text, columns[j].name)
			text = append(text, ':')
			if text, err = appendJSON(text, v); err != nil {
				return err
			}
		}
		text = append(text, '}')
	}
	q.values = append(q.values, string(append(text, ']')))
	return nil
}

func appendJSON(text []byte, v any) ([]byte, error) {
	if s, is := v.(string); is && !utf8.ValidString(s) {
		return nil, users.ErrNotUTF8 // it would be another one
	}
	value, err := json.Marshal(v)
	return append(text, value...), err
}

// missing returns the accounts that were not written.
func missing(changes []seats.Change, written []users.AccountID) []users.AccountID {
	there := map[users.AccountID]bool{}
	for _, id := range written {
		there[id] = true
	}
	var all []users.AccountID
	for _, c := range changes {
		if !there[c.Account.ID] {
			all = append(all, c.Account.ID)
		}
	}
	return all
}
