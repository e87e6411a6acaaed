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
	changes []*seats.Change
	all     []step
	values  []any // of all steps
	buffer  []byte
	filled  int             // upper bound of the bytes that the values add when filled in
	most    int             // rows of a step
	row     accountRow      // the last one
	account users.AccountID // whose comparison is added; none: of all accounts
	err     error
}

// A step is one statement.
type step struct {
	text     string
	from, to int             // the places of its values
	account  users.AccountID // none: it is of all accounts
	// guards: it must change a row. Otherwise the account is stale, and its rows are left out.
	guards bool
	// joint is the number of accounts that it compares at once, see [mysql.jointSteps].
	joint int
}

// stepsOf returns the statements for the changes. The accounts are compared first: then all rows of a
// table are written together.
func (s *Store) stepsOf(changes []*seats.Change) (*steps, error) {
	w := s.newSteps(changes)
	for _, c := range changes {
		w.account = c.Account.ID
		w.compare(c)
	}
	w.rows(changes)
	return w, w.err
}

// newSteps returns no steps yet, with room for those of most changes: the columns of a user are many before
// the blank ones are left out.
func (s *Store) newSteps(changes []*seats.Change) *steps {
	people := 0
	for _, c := range changes {
		people += len(c.Created) + len(c.Updated)
	}
	w := &steps{
		Store: s, changes: changes, all: make([]step, 0, 4*len(changes)),
		values: make([]any, 0, 16*len(changes)+len(userColumns)*people),
	}
	if s.inline { // texts are bytes
		w.buffer = make([]byte, 0, 320*(len(changes)+people))
	}
	return w
}

// without returns the steps after the comparison, for the changes of other accounts than these.
func (w *steps) without(stale []users.AccountID) (*steps, error) {
	others := &steps{Store: w.Store}
	others.rows(slices.DeleteFunc(slices.Clone(w.changes), func(c *seats.Change) bool { return slices.Contains(stale, c.Account.ID) }))
	return others, others.err
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

// compare adds the step for the row of an account. It comes first: concurrent writers of the
// account wait for its lock.
func (w *steps) compare(c *seats.Change) {
	pooled := w.row.of(c)
	if c.Base == 0 {
		insert(w, accountTable, accountTable.all(), inserting, entries[accountRow]{1, func(int) *accountRow { return &w.row }})
	} else {
		w.updateAccount(c, &w.row, pooled)
	}
}

// rows adds the steps for the other rows of changes, of all accounts.
func (w *steps) rows(changes []*seats.Change) {
	w.account = ""
	for _, c := range changes {
		if len(c.Updated) > 0 {
			w.updateUsers(c)
		}
	}
	insert(w, userTable, userTable.all(), inserting, createdOf(changes))
	insert(w, poolTable, poolTable.all(), replacing, poolsOf(changes))
	insert(w, licenceTable, licenceTable.all(), replacing, licencesOf(changes))
	insert(w, eventTable, eventTable.all(), inserting, eventsOf(changes))
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
	addRow(w, accountTable, columns, account, new(blanks))
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
	id, keys, updated := string(c.Account.ID), c.Keys(), updatedRows(c)
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
		addRow(w, userTable, columns, u, new(blanks))
		w.value(id)
		w.value(string(u.ID))
		w.end(updateText(w.Store, userTable, columns, ""))
	}
	for rewritten, rows := range alike {
		insert(w, userTable, rewrittenColumns(int64(rewritten)), replacing, entriesOf(rows))
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

// insert adds INSERTs of any number of rows. Blank columns are constants of the text, if there are
// not too many texts.
func insert[R any](w *steps, t *table[R], columns set, end string, rows entries[R]) {
	n, most, left, filled := 0, 0, rows.n, 0
	var blank blanks
	for i := range rows.n {
		if n == 0 {
			most, filled, blank = w.rowsPerInsert(left), w.filled, blanks{columns, columns}
		}
		addRow(w, t, columns, rows.at(i), &blank)
		if n++; n == most || w.inline && w.filled-filled >= maxInsert {
			key := textKey{t.name, columns, blank, n, end}
			if w.keeps(key) {
				w.leaveOut(columns, blank, n)
			} else {
				key.blank = blanks{}
			}
			w.end(insertText(w.Store, t, key))
			w.most = max(w.most, n)
			n, left = 0, left-n
		}
	}
}

// leaveOut removes the values of the blank columns from the last n rows.
func (w *steps) leaveOut(columns set, blank blanks, n int) {
	width := bits.OnesCount64(uint64(columns))
	rows := w.values[len(w.values)-n*width:]
	w.values = w.values[:len(w.values)-n*width]
	for len(rows) > 0 {
		for rest := columns; rest != 0; rest &= rest - 1 {
			if column := rest & -rest; blank.any()&column == 0 {
				w.values = append(w.values, rows[0])
			}
			rows = rows[1:]
		}
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

// addRow adds the values of a row in some columns, and takes those that are not blank out of the set.
// MySQL outside of strict mode would cut a text beyond its width.
func addRow[R any](w *steps, t *table[R], columns set, r *R, blank *blanks) {
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
		blank.see(i, v)
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
