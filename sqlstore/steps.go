package sqlstore

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The steps of a change are the statements that write it on SQLite and MySQL, one
// after the other in a transaction.
type steps struct {
	*Store
	all []step
	err error
}

type step struct {
	*query
	moves bool // it is the one that finds out whether the account has moved on: then it changes no row
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

// change adds the steps of one change. The account comes first: its row is what
// everybody else who writes there has to wait for.
func (w *steps) change(c seats.Change) {
	id := string(c.Account.ID)
	if c.Base == 0 {
		insert(w, "{accounts}", accountColumns, []seats.Account{c.Account}, "")
	} else {
		q := overwrite(w, "{accounts}", accountColumns, &c.Account, "id")
		q.add(" WHERE id = ? AND revision = ?", id, int64(c.Base))
		if len(c.Events) > 0 {
			q.add(" AND sequence = ?", int64(c.Events[0].Sequence-1))
		}
		q.add(" AND " + fmt.Sprintf(lastEvent, "{accounts}"))
		if w.bound != nil {
			w.bound.asLoaded(q, c)
		}
		w.all[len(w.all)-1].moves = true
	}
	keys, updated := c.Keys(), updatedRows(c)
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		if !slices.ContainsFunc(keys, func(k users.Key) bool { return k.Kind == kind }) {
			continue
		}
		var ids list
		for _, u := range updated {
			if u.rewrites(kind) {
				ids = append(ids, string(u.ID))
			}
		}
		if len(ids) > 0 { // Keys may change hands, and two users must not share one on the way.
			w.add("UPDATE {users} SET "+keyColumns[kind]+" = NULL WHERE account = ? AND id ?", id, ids)
		}
	}
	for _, u := range updated {
		except := []string{"account", "id"}
		for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
			if !u.rewrites(kind) {
				except = append(except, keyColumns[kind])
			}
		}
		overwrite(w, "{users}", userColumns, &u, except...).
			add(" WHERE account = ? AND id = ?", id, string(u.ID))
	}
	insert(w, "{users}", userColumns, createdRows(c), "")
	insert(w, "{pools}", poolColumns, poolsOf(c), replace(w.dialect, "account, id", poolColumns[2:]))
	insert(w, "{events}", eventColumns, c.Events, "")
}

// lastEvent is the condition that the last event of an account, whose row has that name, is
// there. The engine looks it up by its primary key. It is no EXISTS, which an optimizer may
// turn into a reading of the whole table.
const lastEvent = "%[1]s.sequence = COALESCE((SELECT e.sequence FROM {events} e WHERE e.account = %[1]s.id AND e.sequence = %[1]s.sequence), 0)"

func createdRows(c seats.Change) []userRow {
	rows := make([]userRow, len(c.Created))
	for i, u := range c.Created {
		rows[i] = userRow{account: c.Account.ID, User: u}
	}
	return rows
}

// updatedRows says of each row which columns of keys are rewritten: those of a new key, and
// those of a kind that the user has no key of. Any other key stays as it is stored, as that
// of a [KeyCollision] must: it is not the one that the profile gives, which another user has.
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

func poolsOf(c seats.Change) []poolRow {
	rows := make([]poolRow, len(c.Pools))
	for i, p := range c.Pools {
		rows[i] = poolRow{c.Account.ID, p}
	}
	return rows
}

// overwrite adds a statement that sets all columns but the excepted. The caller adds where.
func overwrite[R any](w *steps, table string, columns []column[R], r *R, except ...string) *query {
	q := w.add("UPDATE " + table)
	comma := " SET "
	for _, c := range columns {
		if slices.Contains(except, c.name) {
			continue
		}
		v, err := c.get(r)
		w.fail(cmp.Or(err, w.fits(table, c.name, v)))
		q.add(comma+c.name+" = ?", v)
		comma = ", "
	}
	return q
}

func (w *steps) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// insert adds statements that put in rows, some rows each.
func insert[R any](w *steps, table string, columns []column[R], rows []R, end string) {
	for len(rows) > 0 {
		q := w.add("INSERT INTO " + table + " (" + names(columns) + ") VALUES ")
		n := 0
		for comma := "("; n < w.most(len(rows)) && q.text.Len()+q.filled < maxText; n++ {
			q.text.WriteString(comma)
			comma = ", ("
			all, err := values(columns, &rows[n])
			w.fail(err)
			for i, v := range all {
				w.fail(w.fits(table, columns[i].name, v))
			}
			q.row(all)
		}
		q.add(end)
		rows = rows[n:]
	}
}

// maxText is when a statement, with its values filled in, is long enough.
const maxText = 256 << 10

// maxCachedStmts is how many of n rows go into one statement. A statement that is prepared is
// another one for each number of rows.
func (w *steps) most(n int) int {
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

// row adds values and closes the parenthesis around them.
func (q *query) row(values []any) {
	for i, v := range values {
		if i > 0 {
			q.text.WriteString(", ")
		}
		q.one(v)
	}
	q.text.WriteString(")")
}
