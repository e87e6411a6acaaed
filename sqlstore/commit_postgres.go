package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// postgres writes any number of changes by one statement.
type postgres struct{ forms sync.Map } // of *commitStatement by commitForm

// A commitStatement is the statement of a form.
type commitStatement struct {
	statement
	accounts []column[accountChange]
}

// statement returns the statement of a form.
func (p *postgres) statement(s schema, f commitForm) *commitStatement {
	if st, ok := p.forms.Load(f); ok {
		return st.(*commitStatement)
	}
	st, _ := p.forms.LoadOrStore(f, &commitStatement{statement{text: s.query().add(f.text()).text.String()}, f.accountColumns()})
	return st.(*commitStatement)
}

// An accountChange is a change of the row of an account.
type accountChange struct {
	accountRow
	base             uint64
	first            *uint64 // sequence of the first event; nil if there is none
	settings, pooled bool    // the settings are written, and the site pool
}

// baseColumns are what a change expects of the row.
var baseColumns = []column[accountChange]{
	number("base", func(c *accountChange) *uint64 { return &c.base }),
	{name: "first", number: true, get: func(c *accountChange) (any, error) {
		if c.first == nil {
			return nil, nil
		}
		return int64(*c.first), nil
	}},
}

// updatedUserColumns are for each key whether it is written, then the row.
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

func (p *postgres) write(ctx context.Context, s *Store, changes []*seats.Change) ([]users.AccountID, error) {
	rows := commitRowsOf(changes)
	form := rows.form()
	st := p.statement(s.schema, form)
	values, err := rows.values(st, form)
	if err != nil {
		return nil, notWritten(err)
	}
	sent := watchLastValue(values)
	var written []users.AccountID
	err = s.savepoint(ctx, func() (err error) {
		written, err = st.send(ctx, s, values)
		return err
	})
	if err != nil && !sent() {
		err = notWritten(err)
	}
	if err != nil && ctx.Err() == nil && s.classify(err) == Duplicate && slices.ContainsFunc(changes, exchanges) {
		return nil, p.exchange(ctx, s, rows)
	}
	var stale []users.AccountID
	for _, c := range changes {
		if !slices.Contains(written, c.Account.ID) {
			stale = append(stale, c.Account.ID)
		}
	}
	return stale, err
}

// send executes the statement of a commit and returns the accounts that were written.
func (st *commitStatement) send(ctx context.Context, s *Store, values []any) (written []users.AccountID, err error) {
	rows, err := s.ask(ctx, &st.statement, values)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id users.AccountID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		written = append(written, id)
	}
	return written, rows.Err()
}

// exchanges reports whether users of the change may exchange keys.
func exchanges(c *seats.Change) bool {
	keys, updated := c.Keys(), updatedRows(c)
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		if len(givesUp(keys, updated, kind)) > 0 {
			return true
		}
	}
	return false
}

// exchange writes changes in which users exchange keys: by two statements in a transaction.
func (p *postgres) exchange(ctx context.Context, s *Store, rows *commitRows) error {
	work := func(s *Store) error {
		form := rows.form()
		form.many = true
		st := p.statement(s.schema, form)
		values, err := rows.values(st, form)
		if err != nil {
			return err
		}
		clear := s.query().add(form.clearing())
		clear.values = values[:len(st.accounts)+len(updatedUserColumns)]
		if _, err = s.exec(ctx, clear); err != nil {
			return err
		}
		written, err := st.send(ctx, s, values)
		if err == nil && len(written) < len(rows.accounts) {
			err = errStale
		}
		return err
	}
	if s.bound != nil {
		return s.savepoint(ctx, func() error { return work(s) })
	}
	return s.transaction(ctx, func(tx *sql.Tx) error { return work(s.in(sqlTx{tx})) })
}

// watchLastValue reports whether the driver has read the last value. Before
// that the statement waits for a connection and its preparation, and has written nothing.
func watchLastValue(values []any) (read func() bool) {
	last := &values[len(values)-1]
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

// commitRows are the rows of changes.
type commitRows struct {
	accounts []accountChange
	updated  []userRow
	created  entries[userRow]
	pools    entries[poolRow]
	licences entries[licenceRow]
	events   entries[seats.Event]
}

func commitRowsOf(changes []*seats.Change) *commitRows {
	r := &commitRows{
		accounts: make([]accountChange, len(changes)),
		created:  createdOf(changes), pools: poolsOf(changes), licences: licencesOf(changes), events: eventsOf(changes),
	}
	for i, c := range changes {
		r.accounts[i].of(c)
		if len(c.Updated) > 0 {
			r.updated = append(r.updated, updatedRows(c)...)
		}
	}
	return r
}

func (a *accountChange) of(c *seats.Change) {
	a.base, a.settings = c.Base, c.Settings
	a.pooled = a.accountRow.of(c)
	if len(c.Events) > 0 {
		a.first = &c.Events[0].Sequence
	}
}

// form returns the form of a commit of the rows.
func (r *commitRows) form() commitForm {
	f := commitForm{
		updated: len(r.updated) > 0, created: r.created.n > 0, pools: r.pools.n > 0, licences: r.licences.n > 0, events: r.events.n > 0,
	}
	for i := range r.accounts {
		a := &r.accounts[i]
		f.opens = f.opens || a.base == 0
		f.settings, f.pooled = f.settings || a.settings || a.base == 0, f.pooled || a.pooled || a.base == 0
	}
	f.many = f.opens || max(len(r.accounts), len(r.updated), r.created.n, r.pools.n, r.licences.n, r.events.n) > 1
	return f
}

// values returns the parameters of the statement of a form.
func (r *commitRows) values(st *commitStatement, f commitForm) ([]any, error) {
	all := &commitValues{many: f.many, values: make([]any, 0, 64)}
	addRows(all, st.accounts, entriesOf(r.accounts))
	addRows(all, updatedUserColumns, entriesOf(r.updated))
	addRows(all, userColumns, r.created)
	addRows(all, poolColumns, r.pools)
	addRows(all, licenceColumns, r.licences)
	addRows(all, eventColumns, r.events)
	return all.values, all.err
}

type commitValues struct {
	many   bool
	values []any
	err    error
}

// addRows adds the parameters of the rows, see [source].
func addRows[R any](to *commitValues, columns []column[R], rows entries[R]) {
	if rows.n == 0 || to.err != nil {
		return
	}
	var arrays []array
	if to.many {
		arrays = make([]array, len(columns))
	}
	for n := range rows.n {
		r := rows.at(n)
		for i := range columns {
			v, err := columns[i].get(r)
			if text, ok := v.(string); ok && err == nil && !utf8.ValidString(text) {
				err = users.ErrNotUTF8
			}
			if err != nil {
				to.err = fmt.Errorf("sqlstore: column %s: %w", columns[i].name, err)
				return
			}
			if to.many {
				arrays[i].add(v, rows.n)
			} else {
				to.values = append(to.values, v)
			}
		}
	}
	for i := range arrays {
		to.values = append(to.values, arrays[i].value())
	}
}

// An array is a column of rows as the text of an array. One of nothing but NULL is NULL.
type array struct {
	text  strings.Builder
	nulls int // at its beginning, not yet in the text
}

// add adds the value of one of n rows.
func (a *array) add(v any, n int) {
	var digits [maxFilled]byte
	value := digits[:0]
	text, quoted := v.(string)
	if number, ok := v.(int64); ok {
		value = strconv.AppendInt(value, number, 10)
	}
	switch {
	case a.text.Len() > 0:
		a.text.WriteByte(',')
	case v == nil:
		a.nulls++
		return
	default: // the values of a column are about as long
		a.text.Grow(len("NULL,")*a.nulls + (len(text)+len(value)+len(`," "`))*(n-a.nulls))
		a.text.WriteByte('{')
		for range a.nulls {
			a.text.WriteString("NULL,")
		}
	}
	switch {
	case quoted:
		if strings.ContainsAny(text, `"\`) {
			text = arrayEscapes.Replace(text)
		}
		a.text.WriteByte('"')
		a.text.WriteString(text)
		a.text.WriteByte('"')
	case v == nil:
		a.text.WriteString("NULL")
	default:
		a.text.Write(value)
	}
}

var arrayEscapes = strings.NewReplacer(`"`, `\"`, `\`, `\\`)

// value returns the parameter.
func (a *array) value() any {
	if a.text.Len() == 0 {
		return nil
	}
	a.text.WriteByte('}')
	return a.text.String()
}
