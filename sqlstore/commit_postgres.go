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
type postgres struct {
	mu    sync.Mutex
	forms map[commitForm]*statement
}

// maxForms bounds the forms that leave out blank columns. Each is planned on each connection.
const maxForms = 64

// statement returns the statement of a form. If there are too many the form gets all columns.
func (p *postgres) statement(s schema, f *commitForm) *statement {
	p.mu.Lock()
	defer p.mu.Unlock()
	st := p.forms[*f]
	if st == nil && len(p.forms) >= maxForms {
		f.blank = blankColumns{}
		st = p.forms[*f]
	}
	if st == nil {
		st = &statement{text: s.query().add(f.text()).text.String()}
		p.forms[*f] = st
	}
	return st
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
	by := p.state
	if rows.copied(s) {
		by = p.copy
	}
	written, err := by(ctx, s, rows)
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

// state writes rows by one statement and returns the accounts that were written.
func (p *postgres) state(ctx context.Context, s *Store, rows *commitRows) (written []users.AccountID, err error) {
	st, values, err := p.bind(s, rows, rows.form())
	if err != nil {
		return nil, notWritten(err)
	}
	sent := watchLastValue(values)
	err = s.savepoint(ctx, func() (err error) {
		written, err = rows.send(ctx, s, st, values)
		return err
	})
	if err != nil && !sent() {
		err = notWritten(err)
	}
	return written, err
}

// bind returns the statement of a form, and the values of the rows for it.
func (p *postgres) bind(s *Store, rows *commitRows, form commitForm) (*statement, []any, error) {
	all, err := rows.values(&form)
	if err != nil {
		return nil, nil, err
	}
	st := p.statement(s.schema, &form)
	return st, all.parameters(&form), nil
}

// send executes the statement of a commit and returns the accounts that were written. Of a lone one
// the number of rows says enough.
func (r *commitRows) send(ctx context.Context, s *Store, st *statement, values []any) (written []users.AccountID, err error) {
	if len(r.accounts) == 1 {
		result, err := s.tell(ctx, st, values)
		if err != nil {
			return nil, err
		}
		n, err := result.RowsAffected()
		if n > 0 {
			written = []users.AccountID{r.accounts[0].ID}
		}
		return written, err
	}
	rows, err := s.ask(ctx, st, values)
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
		form.lone, form.many = false, true
		st, values, err := p.bind(s, rows, form)
		if err != nil {
			return err
		}
		clear := s.query().add(form.clearing())
		clear.values = values[:len(form.accountColumns())+len(updatedUserColumns)]
		if _, err = s.exec(ctx, clear); err != nil {
			return err
		}
		written, err := rows.send(ctx, s, st, values)
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
	f.lone = len(r.accounts) == 1 && !f.opens
	f.many = !f.lone || max(len(r.updated), r.created.n, r.pools.n, r.licences.n, r.events.n) > 1
	return f
}

// values returns the values of the rows, and sets the blank columns of the form.
func (r *commitRows) values(f *commitForm) (*commitValues, error) {
	all := &commitValues{values: make([]any, 0, 64), blank: make([]int, 0, 32)}
	addRows(all, f.accountColumns(), entriesOf(r.accounts), !f.lone)
	addRows(all, updatedUserColumns, entriesOf(r.updated), f.many)
	f.blank.users = addInserted(all, f, userColumns, r.created)
	f.blank.pools = addInserted(all, f, poolColumns, r.pools)
	f.blank.licences = addInserted(all, f, licenceColumns, r.licences)
	f.blank.events = addInserted(all, f, eventColumns, r.events)
	return all, all.err
}

// commitValues are the values of rows, with the places of those that are blank.
type commitValues struct {
	values []any
	blank  []int
	err    error
}

// parameters returns the parameters of the statement of a form.
func (v *commitValues) parameters(f *commitForm) []any {
	if f.blank == (blankColumns{}) {
		return v.values
	}
	kept, from := v.values[:0], 0
	for _, at := range v.blank {
		kept, from = append(kept, v.values[from:at]...), at+1
	}
	return append(kept, v.values[from:]...)
}

// addInserted adds the rows that are inserted into a table, and returns the blank columns. Those of
// a lone account have the account of the row that is written.
func addInserted[R any](to *commitValues, f *commitForm, columns []column[R], rows entries[R]) blanks {
	first, from := bit(f.lone), len(to.values)
	b := addRows(to, columns[first:], rows, f.many)
	for i := range len(to.values) - from {
		if b.any()&(1<<i) != 0 {
			to.blank = append(to.blank, from+i)
		}
	}
	return blanks{b.nulls << first, b.zeros << first}
}

// addRows adds the parameters of rows, see [source], and returns the blank columns.
func addRows[R any](to *commitValues, columns []column[R], rows entries[R], many bool) (b blanks) {
	if rows.n == 0 || to.err != nil {
		return b
	}
	var arrays []array
	if many {
		arrays = make([]array, len(columns))
	}
	b = allBlank(len(columns))
	for n := range rows.n {
		r := rows.at(n)
		for i := range columns {
			v, err := columns[i].value(r)
			if err != nil {
				to.err = err
				return blanks{}
			}
			b.see(i, v)
			if many {
				arrays[i].add(v, rows.n)
			} else {
				to.values = append(to.values, v)
			}
		}
	}
	for i := range arrays {
		to.values = append(to.values, arrays[i].value())
	}
	return b
}

// value is get for PostgreSQL, which takes no other texts than UTF-8.
func (c *column[R]) value(r *R) (any, error) {
	v, err := c.get(r)
	if text, ok := v.(string); ok && err == nil && !utf8.ValidString(text) {
		err = users.ErrNotUTF8
	}
	if err != nil {
		return nil, fmt.Errorf("sqlstore: column %s: %w", c.name, err)
	}
	return v, nil
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
		a.text.WriteByte('"')
		from := 0
		for i := range len(text) {
			if c := text[i]; c == '"' || c == '\\' {
				a.text.WriteString(text[from:i])
				a.text.WriteByte('\\')
				from = i
			}
		}
		a.text.WriteString(text[from:])
		a.text.WriteByte('"')
	case v == nil:
		a.text.WriteString("NULL")
	default:
		a.text.Write(value)
	}
}

// value returns the parameter.
func (a *array) value() any {
	if a.text.Len() == 0 {
		return nil
	}
	a.text.WriteByte('}')
	return a.text.String()
}
