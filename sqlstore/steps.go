package sqlstore

import (
	"cmp"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// steps are the statements that write changes on SQLite and MySQL, in one transaction.
type steps struct {
	*Store
	all []step
	err error
}

type step struct {
	*query
	guards bool // it must change a row; otherwise the account's revision is stale
}

// stepsOf returns the statements for the changes.
func (s *Store) stepsOf(changes []seats.Change) ([]step, error) {
	w := &steps{Store: s}
	for _, c := range changes {
		w.change(c)
	}
	return w.all, w.err
}

func (w *steps) add(text string, values ...any) *query {
	q := w.query()
	q.add(text, values...)
	w.all = append(w.all, step{query: q})
	return q
}

// change adds the steps of one change. The row of the account comes first: concurrent
// writers of the account wait for its lock.
func (w *steps) change(c seats.Change) {
	id := string(c.Account.ID)
	account, pooled := accountOf(c)
	if c.Base == 0 {
		insert(w, "{accounts}", accountColumns, []accountRow{account}, "")
	} else {
		columns := headColumns
		if c.Settings {
			columns = slices.Concat(columns, settingsColumns)
		}
		if pooled {
			columns = slices.Concat(columns, siteColumns)
		}
		q := updateRow(w, "{accounts}", columns, &account)
		q.add(" WHERE id = ? AND revision = ?", id, int64(c.Base))
		if len(c.Events) > 0 {
			q.add(" AND sequence = ?", int64(c.Events[0].Sequence-1))
		}
		// The last event is looked up by its primary key. An EXISTS might become a scan of the table.
		q.add(" AND {accounts}.sequence = COALESCE((SELECT e.sequence FROM {events} e" +
			" WHERE e.account = {accounts}.id AND e.sequence = {accounts}.sequence), 0)")
		if w.bound != nil {
			w.bound.asLoaded(q, c)
		}
		w.all[len(w.all)-1].guards = true
	}
	keys, updated := c.Keys(), updatedRows(c)
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		if ids := givesUp(keys, updated, kind); len(ids) > 0 { // users may exchange keys, and the unique keys are checked for each row
			w.add("UPDATE {users} SET "+keyColumns[kind]+" = NULL WHERE account = ? AND id {in}", id, ids)
		}
	}
	for _, u := range updated {
		except := []string{"account", "id"}
		for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
			if !u.rewrites(kind) {
				except = append(except, keyColumns[kind])
			}
		}
		updateRow(w, "{users}", userColumns, &u, except...).
			add(" WHERE account = ? AND id = ?", id, string(u.ID))
	}
	insert(w, "{users}", userColumns, createdRows(c), "")
	insert(w, "{pools}", poolColumns, poolsOf(c), w.replacePool)
	insert(w, "{licences}", licenceColumns, licencesOf(c), w.replaceLicence)
	insert(w, "{events}", eventColumns, c.Events, "")
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
	taken := make(map[users.Key]bool, len(c.NewKeys))
	for _, k := range c.NewKeys {
		taken[k] = true
	}
	rows := make([]userRow, len(c.Updated))
	for i, u := range c.Updated {
		row := userRow{account: c.Account.ID, User: u}
		row.rewritten = keyBit(users.KeyExternalID) | keyBit(users.KeyEmail) | keyBit(users.KeyUsername)
		for _, k := range u.Keys() {
			if !taken[k] {
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
func poolsOf(c seats.Change) []poolRow {
	rows := make([]poolRow, 0, len(c.Pools))
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

// updateRow adds an UPDATE of all columns with some exceptions. The caller adds its WHERE.
func updateRow[R any](w *steps, table string, columns []column[R], r *R, except ...string) *query {
	q := w.add("UPDATE " + table + " SET ")
	first := true
	for _, c := range columns {
		if slices.Contains(except, c.name) {
			continue
		}
		v, err := c.get(r)
		w.fail(cmp.Or(err, w.checkWidth(table, c.name, v)))
		if !first {
			q.add(", ")
		}
		first = false
		q.add(c.name+" = ?", v)
	}
	return q
}

func (w *steps) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// insert adds INSERTs of any number of rows.
func insert[R any](w *steps, table string, columns []column[R], rows []R, end string) {
	for len(rows) > 0 {
		q := w.add("INSERT INTO " + table + " (" + names(columns) + ") VALUES ")
		n := 0
		for ; n < w.rowsPerInsert(len(rows)) && q.text.Len()+q.filled < maxInsert; n++ {
			all, err := values(columns, &rows[n])
			w.fail(err)
			for i, v := range all {
				w.fail(w.checkWidth(table, columns[i].name, v))
			}
			if n > 0 {
				q.text.WriteString(", ")
			}
			q.row(all)
		}
		q.add(end)
		rows = rows[n:]
	}
}

// maxInsert ends an INSERT, in bytes with its values filled in.
const maxInsert = 256 << 10

// rowsPerInsert returns how many of n rows go into one INSERT. Prepared statements have few
// sizes, as each is a statement of its own.
func (w *steps) rowsPerInsert(n int) int {
	switch {
	case w.inline || n == 1:
		return n
	case n >= 64:
		return 64
	case n >= 8:
		return 8
	}
	return 1
}

// row adds values in parentheses.
func (q *query) row(values []any) {
	q.text.WriteString("(")
	for i, v := range values {
		if i > 0 {
			q.text.WriteString(", ")
		}
		q.value(v)
	}
	q.text.WriteString(")")
}
