package sqlstore

import (
	"context"
	"database/sql/driver"
	_ "embed" // the statement
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

//go:embed commit_postgres.sql
var commitPostgres string

// postgres writes all changes by one statement, see commit_postgres.sql.
type postgres struct{ statement string }

func newPostgres(s schema) *postgres {
	return &postgres{s.query().add(statementsIn(commitPostgres)[0]).text.String()}
}

// An accountChange is the row of an account in the first parameter.
type accountChange struct {
	seats.Account
	base  uint64
	first *uint64 // sequence of the first event; nil if there is none
}

var accountChangeColumns = append([]column[accountChange]{
	number("base", func(c *accountChange) *uint64 { return &c.base }),
	{name: "first", number: true, get: func(c *accountChange) (any, error) {
		if c.first == nil {
			return nil, nil
		}
		return int64(*c.first), nil
	}},
}, within(accountColumns, func(c *accountChange) *seats.Account { return &c.Account })...)

// within returns columns of a part of a row as columns of the row.
func within[R, S any](columns []column[S], at func(*R) *S) []column[R] {
	var all []column[R]
	for _, c := range columns {
		all = append(all, column[R]{name: c.name, number: c.number, get: func(r *R) (any, error) { return c.get(at(r)) }})
	}
	return all
}

// updatedUserColumns are those of the third parameter: for each key whether it is written,
// then the row.
var updatedUserColumns = slices.Concat(writesKeys(), userColumns)

func writesKeys() (all []column[userRow]) {
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		all = append(all, column[userRow]{
			name: "writes_" + keyColumns[kind], number: true,
			get: func(u *userRow) (any, error) { return bit(u.rewrites(kind)), nil },
		})
	}
	return all
}

func (p *postgres) write(ctx context.Context, s *Store, changes []seats.Change) ([]users.AccountID, error) {
	q := s.query()
	q.text.WriteString(p.statement)
	if err := p.parameters(q, changes); err != nil {
		return nil, notWritten(err)
	}
	sent := watchLastValue(q)
	written := map[users.AccountID]bool{}
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
			written[id] = true
		}
		return rows.Err()
	})
	if err != nil && !sent() {
		err = notWritten(err)
	}
	var stale []users.AccountID
	for _, c := range changes {
		if !written[c.Account.ID] {
			stale = append(stale, c.Account.ID)
		}
	}
	return stale, err
}

// watchLastValue reports whether the driver has read the last value of the query. Before
// that the statement waits for a connection and its preparation, and has written nothing.
func watchLastValue(q *query) (read func() bool) {
	last := &q.values[len(q.values)-1]
	value := &watchedValue{value: *last}
	*last = value
	return value.read.Load
}

type watchedValue struct {
	value driver.Value
	read  atomic.Bool
}

func (v *watchedValue) Value() (driver.Value, error) {
	v.read.Store(true)
	return v.value, nil
}

// parameters adds the rows of the changes.
func (p *postgres) parameters(q *query, changes []seats.Change) error {
	var accounts []accountChange
	var pools []poolRow
	var updated, created []userRow
	var licences []licenceRow
	var events []seats.Event
	for _, c := range changes {
		a := accountChange{Account: c.Account, base: c.Base}
		if len(c.Events) > 0 {
			a.first = &c.Events[0].Sequence
		}
		accounts, pools, events = append(accounts, a), append(pools, poolsOf(c)...), append(events, c.Events...)
		updated, created = append(updated, updatedRows(c)...), append(created, createdRows(c)...)
		licences = append(licences, licencesOf(c)...)
	}
	return errors.Join(encode(q, accountChangeColumns, accounts), encode(q, poolColumns, pools),
		encode(q, updatedUserColumns, updated), encode(q, userColumns, created), encode(q, licenceColumns, licences),
		encode(q, eventColumns, events))
}

// encode adds rows as one parameter: a JSON list of objects.
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
		text = append(text, '{')
		for j, v := range all {
			if j > 0 {
				text = append(text, ',')
			}
			if text, err = appendMember(text, columns[j].name, v); err != nil {
				return err
			}
		}
		text = append(text, '}')
	}
	q.values = append(q.values, string(append(text, ']')))
	return nil
}

// appendMember appends a member of a JSON object.
func appendMember(text []byte, name string, v any) ([]byte, error) {
	if s, ok := v.(string); ok && !utf8.ValidString(s) {
		return nil, users.ErrNotUTF8 // JSON would replace it
	}
	value, err := json.Marshal(v)
	return append(append(strconv.AppendQuote(text, name), ':'), value...), err
}
