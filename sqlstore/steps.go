package sqlstore

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// steps are the statements that write changes on SQLite and MySQL, in one transaction.
type steps struct {
	*Store
	all     []step
	values  []any // of all steps
	buffer  []byte
	filled  int             // upper bound of the bytes that the values add when filled in
	most    int             // rows of a step
	account users.AccountID // whose steps are added
	err     error
}

// A step is one statement.
type step struct {
	text     string
	from, to int // the places of its values
	account  users.AccountID
	// guards: it must change a row. Otherwise the account is stale, and its other steps are
	// left out.
	guards bool
}

// stepsOf returns the statements for the changes.
func (s *Store) stepsOf(changes []seats.Change) (*steps, error) {
	w := &steps{Store: s, all: make([]step, 0, 4*len(changes)), values: make([]any, 0, 80), buffer: make([]byte, 0, 1024)}
	for i := range changes {
		w.account = changes[i].Account.ID
		w.change(&changes[i])
	}
	return w, w.err
}

// of returns the values of a step.
func (w *steps) of(st *step) []any { return w.values[st.from:st.to] }

// end adds a step with the values since the last one.
func (w *steps) end(text string) *step {
	from := 0
	if n := len(w.all); n > 0 {
		from = w.all[n-1].to
	}
	w.all = append(w.all, step{text: text, from: from, to: len(w.values), account: w.account})
	return &w.all[len(w.all)-1]
}

// add adds a step with a text of its own, see [query.add].
func (w *steps) add(text string, values ...any) *step {
	q := w.query()
	q.add(text, values...)
	w.values, w.filled = append(w.values, q.values...), w.filled+q.filled
	return w.end(q.text.String())
}

// change adds the steps of one change. The row of the account comes first: concurrent
// writers of the account wait for its lock.
func (w *steps) change(c *seats.Change) {
	account, pooled := accountOf(*c)
	if c.Base == 0 {
		insert(w, accountTable, accountTable.all(), inserting, []accountRow{account})
	} else {
		w.updateAccount(c, &account, pooled)
	}
	if len(c.Updated) > 0 {
		w.updateUsers(c)
	}
	insert(w, userTable, userTable.all(), inserting, createdRows(*c))
	insert(w, poolTable, poolTable.all(), replacing, poolsOf(*c))
	insert(w, licenceTable, licenceTable.all(), replacing, licencesOf(*c))
	insert(w, eventTable, eventTable.all(), inserting, c.Events)
}

// updateAccount adds the step that compares the account with the base of the change.
func (w *steps) updateAccount(c *seats.Change, account *accountRow, pooled bool) {
	columns := headSet
	if c.Settings {
		columns |= settingsSet
	}
	if pooled {
		columns |= siteSet
	}
	addRow(w, accountTable, columns, account)
	w.value(string(c.Account.ID))
	w.value(int64(c.Base))
	conditions := 0
	if len(c.Events) > 0 {
		conditions |= afterEvent
		w.value(int64(c.Events[0].Sequence - 1))
	}
	if w.bound != nil && !w.bound.changed[c.Account.ID].IsZero() {
		conditions |= asLoaded
		w.value(w.bound.changed[c.Account.ID].UnixMicro())
	}
	w.end(updateText(w.Store, accountTable, columns, unmoved[conditions])).guards = true
}

// The columns of an account that a change writes together.
var (
	headSet     = setOf(accountTable, headColumns)
	settingsSet = setOf(accountTable, settingsColumns)
	siteSet     = setOf(accountTable, siteColumns)
)

// Conditions on an account.
const (
	afterEvent = 1 << iota // the first event of the change follows the account's last
	asLoaded               // see [bound]
)

// unmoved are the conditions by their bits: the account is at the base of the change and has its
// last event. That is looked up by its primary key; an EXISTS might become a scan of the table.
var unmoved = [...]string{
	0:                     " AND revision = ?" + lastEvent,
	afterEvent:            " AND revision = ? AND {accounts}.sequence = ?" + lastEvent,
	asLoaded:              " AND revision = ? AND changed = ?" + lastEvent,
	afterEvent | asLoaded: " AND revision = ? AND {accounts}.sequence = ? AND changed = ?" + lastEvent,
}

const lastEvent = " AND {accounts}.sequence = COALESCE((SELECT e.sequence FROM {events} e" +
	" WHERE e.account = {accounts}.id AND e.sequence = {accounts}.sequence), 0)"

// updateUsers adds the steps for the updated users. A user without a new key is replaced, many
// in a statement. MySQL would replace the holder of a new key instead, so it is set by an
// UPDATE: a taken one is an error.
func (w *steps) updateUsers(c *seats.Change) {
	id, keys, updated := string(c.Account.ID), c.Keys(), updatedRows(*c)
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		if ids := givesUp(keys, updated, kind); len(ids) > 0 { // users may exchange keys, and the unique keys are checked for each row
			w.add("UPDATE {users} SET "+keyColumns[kind]+" = NULL WHERE account = ? AND id {in}", id, ids)
		}
	}
	var alike [1 << users.KeyID][]userRow // by the rewritten kinds
	for i := range updated {
		u := &updated[i]
		if !u.newKeys {
			alike[u.rewritten] = append(alike[u.rewritten], *u)
			continue
		}
		columns := rewrittenColumns(u.rewritten) &^ userTable.key
		addRow(w, userTable, columns, u)
		w.value(id)
		w.value(string(u.ID))
		w.end(updateText(w.Store, userTable, columns, ""))
	}
	for rewritten, rows := range alike {
		insert(w, userTable, rewrittenColumns(int64(rewritten)), replacing, rows)
	}
}

// rewrittenColumns returns the columns of a user, without those of the other kinds of key.
func rewrittenColumns(kinds int64) set {
	columns := userTable.all()
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		if kinds&keyBit(kind) == 0 {
			columns &^= userTable.set(keyColumns[kind])
		}
	}
	return columns
}

// givesUp returns the updated users whose stored key of a kind may be another user's afterwards.
func givesUp(taken []users.Key, updated []userRow, kind users.KeyKind) (ids list) {
	if !slices.ContainsFunc(taken, func(k users.Key) bool { return k.Kind == kind }) {
		return nil
	}
	for _, u := range updated {
		if u.rewrites(kind) {
			ids = append(ids, string(u.ID))
		}
	}
	return ids
}

func createdRows(c seats.Change) []userRow {
	rows := make([]userRow, len(c.Created))
	for i, u := range c.Created {
		rows[i] = userRow{account: c.Account.ID, User: u}
	}
	return rows
}

// updatedRows marks the key columns to write: those of new keys, and of kinds without a key
// now. Any other key column stays as stored, since that of a [KeyCollision] differs from the
// profile.
func updatedRows(c seats.Change) []userRow {
	var taken map[users.Key]bool
	if len(c.NewKeys) > 0 {
		taken = make(map[users.Key]bool, len(c.NewKeys))
		for _, k := range c.NewKeys {
			taken[k] = true
		}
	}
	rows := make([]userRow, len(c.Updated))
	for i, u := range c.Updated {
		row := userRow{account: c.Account.ID, User: u}
		row.rewritten = keyBit(users.KeyExternalID) | keyBit(users.KeyEmail) | keyBit(users.KeyUsername)
		for _, k := range u.Keys() {
			if taken[k] {
				row.newKeys = true
			} else {
				row.rewritten &^= keyBit(k.Kind)
			}
		}
		rows[i] = row
	}
	return rows
}

// accountOf returns the row of the account, and whether its site pool is in the change.
func accountOf(c seats.Change) (row accountRow, pooled bool) {
	row.Account = c.Account
	for _, p := range c.Pools {
		if p.ID == seats.Site {
			row.site, pooled = p, true
		}
	}
	return row, pooled
}

// poolsOf returns the rows of the course pools.
func poolsOf(c seats.Change) (rows []poolRow) {
	for _, p := range c.Pools {
		if p.ID != seats.Site {
			rows = append(rows, poolRow{c.Account.ID, p})
		}
	}
	return rows
}

func licencesOf(c seats.Change) []licenceRow {
	rows := make([]licenceRow, len(c.Licences))
	for i, l := range c.Licences {
		rows[i] = licenceRow{c.Account.ID, l}
	}
	return rows
}

// insert adds INSERTs of any number of rows.
func insert[R any](w *steps, t *table[R], columns set, end string, rows []R) {
	for len(rows) > 0 {
		n, most, filled := 0, w.rowsPerInsert(len(rows)), w.filled
		for ; n < most && (n == 0 || !w.inline || w.filled-filled < maxInsert); n++ {
			addRow(w, t, columns, &rows[n])
		}
		w.end(insertText(w.Store, t, columns, n, end))
		rows, w.most = rows[n:], max(w.most, n)
	}
}

// maxInsert ends an INSERT of MySQL, in bytes of its values filled in.
const maxInsert = 256 << 10

// rowsPerInsert returns how many of n rows go into one INSERT. Prepared statements have few
// sizes, the powers of two up to 256, as each is a statement of its own.
func (w *steps) rowsPerInsert(n int) int {
	if w.inline {
		return n
	}
	return 1 << min(bits.Len(uint(n))-1, 8)
}

// addRow adds the values of a row in some columns. MySQL outside of strict mode would cut a text
// beyond its width.
func addRow[R any](w *steps, t *table[R], columns set, r *R) {
	for i := range t.columns {
		if columns&(1<<i) == 0 {
			continue
		}
		v, err := t.columns[i].get(r)
		if text, ok := v.(string); ok && w.inline && err == nil {
			if width := t.widths()[i]; width > 0 && len(text) > width {
				err = fmt.Errorf("the text %w", users.ErrTooLong)
			}
		}
		if err != nil && w.err == nil {
			w.err = fmt.Errorf("sqlstore: column %s: %w", t.columns[i].name, err)
		}
		w.value(v)
	}
}

// value adds a value. On MySQL texts are bytes.
func (w *steps) value(v any) {
	if text, ok := v.(string); ok && w.inline {
		from := len(w.buffer)
		w.buffer = append(w.buffer, text...)
		v = w.buffer[from:len(w.buffer):len(w.buffer)]
		w.filled += 2 * len(text) // escaped or in hexadecimal
	}
	w.filled += maxFilled
	w.values = append(w.values, v)
}

// maxFilled bounds the length of a number, and that of a text without its characters.
const maxFilled = len("-9223372036854775808")
