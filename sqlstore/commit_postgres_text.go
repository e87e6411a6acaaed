package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// A commitForm is what the statement of a commit on PostgreSQL depends on. Each form has a text
// of its own, made once.
type commitForm struct {
	many, opens      bool // more than a row of a table, or a new account
	settings, pooled bool // of some account the settings are written, the site pool
	// Tables with rows.
	updated, created, pools, licences, events bool
}

// A commitText is a statement under construction. A row travels as a parameter for each column,
// many rows as an array for each: planned once, both are faster than JSON.
type commitText struct {
	commitForm
	parameters int
}

// text returns the statement of the form. It returns the IDs of the accounts that were written.
//
// A lone account is compared and written at once: an update that waits for another one sees the
// row as that left it. More accounts are locked first, in the order of their IDs, so that
// concurrent commits never wait for each other in a circle. An account that is at its base
// when locked stays there until the end of the transaction. Users give keys up before others
// are created with them.
func (f commitForm) text() string {
	t := &commitText{commitForm: f}
	text := "WITH " + t.accounts()
	if f.updated {
		text += ",\nupdated AS (" + t.update(userUpdates()) + " RETURNING 1)"
	}
	if f.created {
		text += ",\ncreated AS (" + insertRows(t, "{users}", userColumns)
		if f.updated {
			text += " AND (SELECT count(*) FROM updated) >= 0"
		}
		text += ")"
	}
	if f.pools {
		text += ",\npools AS (" + insertRows(t, "{pools}", poolColumns) + replaced(poolTable) + ")"
	}
	if f.licences {
		text += ",\nlicences AS (" + insertRows(t, "{licences}", licenceColumns) + replaced(licenceTable) + ")"
	}
	if f.events {
		text += ",\nevents AS (" + insertRows(t, "{events}", eventColumns) + ")"
	}
	return text + "\nSELECT id FROM written"
}

// clearing returns a statement before that of the form, for users that exchange keys: the
// unique keys are checked for each row. It clears the keys that updated users give up. Its
// parameters are the first ones of the form.
func (f commitForm) clearing() string {
	t := &commitText{commitForm: f}
	text := "WITH " + t.locked() + ",\nwritten AS (SELECT c.id FROM change c JOIN locked l ON l.id = c.id WHERE l.revision = c.base)\n"
	var all []string
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		all = append(all, fmt.Sprintf("%[1]s = CASE WHEN r.writes_%[1]s = 1 THEN NULL ELSE u.%[1]s END", keyColumns[kind]))
	}
	return text + t.update(strings.Join(all, ", "))
}

// isAtBase is the condition on the row of an account to be as the change expects it. The last event
// is read from the end of the primary key: other ways to it have plans that read every event.
const isAtBase = `%[1]s.revision = c.base AND COALESCE(c.first, %[1]s.sequence + 1) = %[1]s.sequence + 1
	AND %[1]s.sequence = COALESCE((SELECT MAX(e.sequence) FROM {events} e WHERE e.account = %[1]s.id), 0)`

// accounts writes the accounts.
func (t *commitText) accounts() string {
	assign := assignments(headColumns, "", "c.%s") + t.assignIf("settings", t.settings, settingsColumns) + t.assignIf("pooled", t.pooled, siteColumns)
	if !t.many {
		return "written AS (UPDATE {accounts} a SET " + assign + "\n\tFROM " + source(t, "c", t.accountColumns()) +
			"\n\tWHERE a.id = c.id AND " + fmt.Sprintf(isAtBase, "a") + "\n\tRETURNING a.id)"
	}
	text := t.locked() + ",\nchanged AS (UPDATE {accounts} a SET " + assign + "\n\tFROM change c JOIN locked l ON l.id = c.id" +
		"\n\tWHERE a.id = c.id AND " + fmt.Sprintf(isAtBase, "l") + "\n\tRETURNING a.id)"
	if !t.opens {
		return text + ",\nwritten AS MATERIALIZED (SELECT id FROM changed)"
	}
	return text + `,
opened AS (INSERT INTO {accounts} (` + names(accountColumns) + `) SELECT ` + names(accountColumns) + ` FROM change c
	WHERE base = 0 AND NOT EXISTS (SELECT 1 FROM {accounts} a WHERE a.id = c.id)
	RETURNING id),
written AS MATERIALIZED (SELECT id FROM opened UNION ALL SELECT id FROM changed)`
}

// locked reads the changes of accounts and locks the accounts.
func (t *commitText) locked() string {
	return `change AS MATERIALIZED (SELECT * FROM ` + source(t, "c", t.accountColumns()) + `),
locked AS MATERIALIZED (
	SELECT a.*
	FROM (SELECT id FROM change WHERE base > 0 ORDER BY id COLLATE "C") c,
	LATERAL (SELECT id, revision, sequence FROM {accounts} WHERE id = c.id LIMIT 1 FOR NO KEY UPDATE) a)`
}

// accountColumns are those of the changes of accounts.
func (f commitForm) accountColumns() []column[accountChange] {
	of := func(columns ...column[accountRow]) []column[accountChange] {
		return within(columns, func(c *accountChange) *accountRow { return &c.accountRow })
	}
	all := append(slices.Clone(baseColumns), of(append(slices.Clone(headColumns), accountID)...)...)
	if f.settings {
		all = append(append(all, flag("settings", func(c *accountChange) *bool { return &c.settings })), of(settingsColumns...)...)
	}
	if f.pooled {
		all = append(append(all, flag("pooled", func(c *accountChange) *bool { return &c.pooled })), of(siteColumns...)...)
	}
	return all
}

// assignIf sets columns of the accounts that have a flag, if there are any.
func (t *commitText) assignIf(flag string, some bool, columns []column[accountRow]) (text string) {
	if some {
		for _, c := range columns {
			text += fmt.Sprintf(", %[1]s = CASE WHEN c.%[2]s = 1 THEN c.%[1]s ELSE a.%[1]s END", c.name, flag)
		}
	}
	return text
}

// update updates users.
func (t *commitText) update(assign string) string {
	return "UPDATE {users} u SET " + assign + "\n\tFROM " + source(t, "r", updatedUserColumns) +
		"\n\tWHERE u.account = r.account AND u.id = r.id AND " + t.isWritten()
}

// userUpdates sets the columns of an updated user, those of keys only if they are marked.
func userUpdates() string {
	all := []string{"account", "id"}
	var marked string
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		key := keyColumns[kind]
		all = append(all, key)
		marked += fmt.Sprintf(", %[1]s = CASE WHEN r.writes_%[1]s = 1 THEN r.%[1]s ELSE u.%[1]s END", key)
	}
	return assignments(userColumns, strings.Join(all, ", "), "r.%s") + marked
}

// insertRows inserts rows.
func insertRows[R any](t *commitText, table string, columns []column[R]) string {
	return "INSERT INTO " + table + " (" + names(columns) + ") SELECT " + names(columns) + "\n\tFROM " + source(t, "r", columns) +
		"\n\tWHERE " + t.isWritten()
}

// replaced ends an INSERT: an existing row gets the new values.
func replaced[R any](t *table[R]) string {
	return dialects[Postgres].replace(t.names(t.key), t.names(t.all()&^t.key))
}

// isWritten is the condition on a row r to be of an account that is written.
func (t *commitText) isWritten() string {
	if t.many {
		return "r.account IN (SELECT id FROM written)"
	}
	return "EXISTS (SELECT 1 FROM written)"
}

// source returns the next parameters as rows of that name. The cast from text is for all drivers,
// and hides the length of an array from the planner, which would plan for each length.
func source[R any](t *commitText, name string, columns []column[R]) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		kind := map[bool]string{true: "bigint", false: "text"}[c.number]
		t.parameters++
		if t.many {
			all[i] = fmt.Sprintf("$%d::text::%s[]", t.parameters, kind)
		} else {
			all[i] = fmt.Sprintf("$%d::%s AS %s", t.parameters, kind, c.name)
		}
	}
	values := strings.Join(all, ", ")
	if t.many {
		return "unnest(" + values + ") AS " + name + "(" + names(columns) + ")"
	}
	return "(SELECT " + values + ") AS " + name
}
