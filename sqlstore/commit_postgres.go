package sqlstore

import (
	"context"
	"database/sql"
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

// postgres writes any number of changes by one statement.
type postgres struct{ statement, clearing string }

func newPostgres(s schema) *postgres {
	return &postgres{s.query().add(commitPostgres()).text.String(), s.query().add(clearKeysPostgres()).text.String()}
}

// commitPostgres is the statement. It returns the IDs of the accounts that were written. Its
// parameters are JSON: accounts, pools, updated users, created users, licences, events.
//
// The accounts are locked in the order of their IDs, so that concurrent commits never wait
// for each other in a circle. An account that is at its base when locked stays there until
// the end of the transaction. The last event is looked up by its primary key: an EXISTS might
// become a scan of the table.
func commitPostgres() string {
	return lockAccounts() + `,
opened AS (
	INSERT INTO {accounts} (` + names(accountColumns) + `) SELECT ` + names(accountColumns) + ` FROM change c
	WHERE base = 0 AND NOT EXISTS (SELECT 1 FROM {accounts} a WHERE a.id = c.id)
	RETURNING id
),
changed AS (
	UPDATE {accounts} a SET ` + assignments(headColumns, "", "c.%s") + `,
		` + assignmentsIf("c.settings = 1", settingsColumns) + `,
		` + assignmentsIf("c.pooled = 1", siteColumns) + `
	FROM change c JOIN locked l ON l.id = c.id
	WHERE a.id = c.id AND l.revision = c.base AND COALESCE(c.first, l.sequence + 1) = l.sequence + 1
		AND l.sequence = COALESCE((SELECT e.sequence FROM {events} e WHERE e.account = l.id AND e.sequence = l.sequence), 0)
	RETURNING a.id
),
written AS MATERIALIZED (SELECT id FROM opened UNION ALL SELECT id FROM changed),
pools AS (` + insertRows("{pools}", 2, poolColumns, replaced(poolTable)) + `),
updated AS (
	UPDATE {users} u SET ` + assignUser() + `
	FROM ` + recordset(3, updatedUserColumns) + `
	WHERE u.account = r.account AND u.id = r.id AND r.account IN (SELECT id FROM written)
),
created AS (` + insertRows("{users}", 4, userColumns, "") + `),
licences AS (` + insertRows("{licences}", 5, licenceColumns, replaced(licenceTable)) + `),
events AS (` + insertRows("{events}", 6, eventColumns, "") + `)
SELECT id FROM written`
}

// lockAccounts begins a statement: the first parameter, and the accounts in it.
func lockAccounts() string {
	return `WITH change AS MATERIALIZED (SELECT * FROM ` + recordset(1, accountChangeColumns) + `),
locked AS MATERIALIZED (
	SELECT a.*
	FROM (SELECT id FROM change WHERE base > 0 ORDER BY id COLLATE "C") c,
	LATERAL (SELECT id, revision, sequence FROM {accounts} WHERE id = c.id LIMIT 1 FOR NO KEY UPDATE) a
)`
}

// clearKeysPostgres clears the keys that updated users give up, for users that exchange keys: the
// unique keys are checked for each row. The parameters are accounts and updated users.
func clearKeysPostgres() string {
	var all []string
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		all = append(all, fmt.Sprintf("%[1]s = CASE WHEN r.writes_%[1]s = 1 THEN NULL ELSE u.%[1]s END", keyColumns[kind]))
	}
	return lockAccounts() + `
UPDATE {users} u SET ` + strings.Join(all, ", ") + `
FROM ` + recordset(2, updatedUserColumns) + `
WHERE u.account = r.account AND u.id = r.id
	AND r.account IN (SELECT c.id FROM change c JOIN locked l ON l.id = c.id WHERE l.revision = c.base)`
}

// recordset is the nth parameter as rows r.
func recordset[R any](n int, columns []column[R]) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.name + map[bool]string{true: " bigint", false: " text"}[c.number]
	}
	return fmt.Sprintf("json_to_recordset($%d::text::json) AS r(%s)", n, strings.Join(all, ", "))
}

// insertRows inserts the rows of the nth parameter in accounts that are written.
func insertRows[R any](table string, n int, columns []column[R], end string) string {
	return "INSERT INTO " + table + " (" + names(columns) + ") SELECT " + names(columns) +
		" FROM " + recordset(n, columns) + " WHERE account IN (SELECT id FROM written)" + end
}

// assignmentsIf sets columns of an account under a condition.
func assignmentsIf(condition string, columns []column[accountRow]) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = fmt.Sprintf("%[1]s = CASE WHEN %[2]s THEN c.%[1]s ELSE a.%[1]s END", c.name, condition)
	}
	return strings.Join(all, ", ")
}

// replaced ends an INSERT: an existing row gets the new values.
func replaced[R any](t *table[R]) string {
	return dialects[Postgres].replace(t.names(t.key), t.names(t.all()&^t.key))
}

// assignUser sets the columns of an updated user, those of keys only if they are marked.
func assignUser() string {
	all := []string{"account", "id"}
	var marked string
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		key := keyColumns[kind]
		all = append(all, key)
		marked += fmt.Sprintf(", %[1]s = CASE WHEN r.writes_%[1]s = 1 THEN r.%[1]s ELSE u.%[1]s END", key)
	}
	return assignments(userColumns, strings.Join(all, ", "), "r.%s") + marked
}

// An accountChange is the row of an account in the first parameter.
type accountChange struct {
	accountRow
	base             uint64
	first            *uint64 // sequence of the first event; nil if there is none
	settings, pooled bool    // the settings are written, and the site pool
}

var accountChangeColumns = append([]column[accountChange]{
	number("base", func(c *accountChange) *uint64 { return &c.base }),
	{name: "first", number: true, get: func(c *accountChange) (any, error) {
		if c.first == nil {
			return nil, nil
		}
		return int64(*c.first), nil
	}},
	flag("settings", func(c *accountChange) *bool { return &c.settings }),
	flag("pooled", func(c *accountChange) *bool { return &c.pooled }),
}, within(accountColumns, func(c *accountChange) *accountRow { return &c.accountRow })...)

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
	err := s.savepoint(ctx, func() error { return p.send(ctx, s, q, written) })
	if err != nil && !sent() {
		err = notWritten(err)
	}
	if err != nil && ctx.Err() == nil && s.classify(err) == Duplicate && slices.ContainsFunc(changes, exchanges) {
		return nil, p.exchange(ctx, s, changes)
	}
	var stale []users.AccountID
	for _, c := range changes {
		if !written[c.Account.ID] {
			stale = append(stale, c.Account.ID)
		}
	}
	return stale, err
}

// send executes the statement of a commit and notes the accounts that were written.
func (p *postgres) send(ctx context.Context, s *Store, q *query, written map[users.AccountID]bool) error {
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
}

// exchanges reports whether users of the change may exchange keys.
func exchanges(c seats.Change) bool {
	keys, updated := c.Keys(), updatedRows(c)
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		if len(givesUp(keys, updated, kind)) > 0 {
			return true
		}
	}
	return false
}

// exchange writes changes in which users exchange keys: by two statements in a transaction.
func (p *postgres) exchange(ctx context.Context, s *Store, changes []seats.Change) error {
	work := func(s *Store) error {
		first, second := s.query(), s.query()
		first.text.WriteString(p.clearing)
		second.text.WriteString(p.statement)
		if err := p.parameters(second, changes); err != nil {
			return err
		}
		first.values = []any{second.values[0], second.values[2]}
		written := map[users.AccountID]bool{}
		_, err := s.exec(ctx, first)
		if err == nil {
			err = p.send(ctx, s, second, written)
		}
		if err == nil && len(written) < len(changes) {
			err = errStale
		}
		return err
	}
	if s.bound != nil {
		return s.savepoint(ctx, func() error { return work(s) })
	}
	return s.transaction(ctx, func(tx *sql.Tx) error { return work(s.in(tx)) })
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
		a := accountChange{base: c.Base, settings: c.Settings}
		a.accountRow, a.pooled = accountOf(c)
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
