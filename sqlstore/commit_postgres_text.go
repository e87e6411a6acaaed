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
	lone, many, opens bool // one account, that is there; more than a row of another table; a new account
	settings, pooled  bool // of some account the settings are written, the site pool
	// Tables with rows.
	updated, created, pools, licences, events bool
	blank                                     blankColumns // of the inserted rows
}

// blankColumns are the blank columns of each table.
type blankColumns struct{ users, pools, licences, events blanks }

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
		text += ",\ncreated AS (" + insertRows(t, userTable, f.blank.users)
		if f.updated {
			text += " AND (SELECT count(*) FROM updated) >= 0"
		}
		text += ")"
	}
	if f.pools {
		text += ",\npools AS (" + insertRows(t, poolTable, f.blank.pools) + replaced(poolTable) + ")"
	}
	if f.licences {
		text += ",\nlicences AS (" + insertRows(t, licenceTable, f.blank.licences) + replaced(licenceTable) + ")"
	}
	if f.events {
		text += ",\nevents AS (" + insertRows(t, eventTable, f.blank.events) + ")"
	}
	return text + "\nSELECT id FROM written"
}

// clearing returns a statement before that of the form, for users that exchange keys: the
// unique keys are checked for each row. It clears the keys that updated users give up. Its
// parameters are the first ones of the form.
func (f commitForm) clearing() string {
	t := &commitText{commitForm: f}
	text := "WITH " + t.locked() + ",\nwritten AS (SELECT id FROM locked WHERE found = base)\n"
	var all []string
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		all = append(all, fmt.Sprintf("%[1]s = CASE WHEN r.writes_%[1]s = 1 THEN NULL ELSE u.%[1]s END", keyColumns[kind]))
	}
	return text + t.update(strings.Join(all, ", "))
}

// isAtBase is the condition on the row of an account to be as the change expects it. The last event
// is read from the end of the primary key: other ways to it have plans that read every event.
const isAtBase = `{revision} = c.base AND COALESCE(c.first, {sequence} + 1) = {sequence} + 1
	AND {sequence} = COALESCE((SELECT MAX(e.sequence) FROM {events} e WHERE e.account = c.id AND e.sequence >= {sequence}), 0)`

func atBase(revision, sequence string) string {
	return strings.NewReplacer("{revision}", revision, "{sequence}", sequence).Replace(isAtBase)
}

// accounts writes the accounts.
func (t *commitText) accounts() string {
	assign := assignments(headColumns, "", "c.%s") + t.assignIf("settings", t.settings, settingsColumns) + t.assignIf("pooled", t.pooled, siteColumns)
	if t.lone {
		return "written AS (UPDATE {accounts} a SET " + assign + "\n\tFROM " + source(t, "c", t.accountColumns(), false) +
			"\n\tWHERE a.id = c.id AND " + atBase("a.revision", "a.sequence") + "\n\tRETURNING a.id)"
	}
	text := t.locked() + ",\nchanged AS (UPDATE {accounts} a SET " + assign + "\n\tFROM locked c" +
		"\n\tWHERE a.id = c.id AND " + atBase("c.found", "c.last") + "\n\tRETURNING a.id)"
	if !t.opens {
		return text + ",\nwritten AS MATERIALIZED (SELECT id FROM changed)"
	}
	return text + `,
opened AS (INSERT INTO {accounts} (` + names(accountColumns) + `) SELECT ` + names(accountColumns) + ` FROM change c
	WHERE base = 0 AND NOT EXISTS (SELECT 1 FROM {accounts} a WHERE a.id = c.id)
	RETURNING id),
written AS MATERIALIZED (SELECT id FROM opened UNION ALL SELECT id FROM changed)`
}

// locked reads the changes of accounts and locks the accounts. It has the changes of those that are
// there, with the revision found and the last event's number.
func (t *commitText) locked() string {
	return `change AS MATERIALIZED (SELECT * FROM ` + source(t, "c", t.accountColumns(), true) + `),
locked AS MATERIALIZED (
	SELECT c.*, a.revision AS found, a.sequence AS last
	FROM (SELECT * FROM change WHERE base > 0 ORDER BY id COLLATE "C") c,
	LATERAL (SELECT revision, sequence FROM {accounts} WHERE id = c.id LIMIT 1 FOR NO KEY UPDATE) a)`
}

// accountColumns are those of the changes of accounts.
func (f commitForm) accountColumns() []column[accountChange] {
	return changeColumns[bit(f.settings)][bit(f.pooled)]
}

var changeColumns = func() (all [2][2][]column[accountChange]) {
	of := func(columns ...column[accountRow]) []column[accountChange] {
		return within(columns, func(c *accountChange) *accountRow { return &c.accountRow })
	}
	for settings := range all {
		for pooled := range all[settings] {
			columns := append(slices.Clone(baseColumns), of(append(slices.Clone(headColumns), accountID)...)...)
			if settings == 1 {
				columns = append(append(columns, flag("settings", func(c *accountChange) *bool { return &c.settings })), of(settingsColumns...)...)
			}
			if pooled == 1 {
				columns = append(append(columns, flag("pooled", func(c *accountChange) *bool { return &c.pooled })), of(siteColumns...)...)
			}
			all[settings][pooled] = columns
		}
	}
	return all
}()

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
	return "UPDATE {users} u SET " + assign + "\n\tFROM " + source(t, "r", updatedUserColumns, t.many) +
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

// insertRows inserts rows, the blank columns as constants.
func insertRows[R any](t *commitText, into *table[R], blank blanks) string {
	var values []string
	var sent []column[R]
	for i, c := range into.columns {
		switch constant := blank.constant(i, c.number, dialects[Postgres].emptyText); {
		case t.lone && i == 0: // the account
			values = append(values, "w.id")
		case constant != "":
			values = append(values, constant)
		default:
			values, sent = append(values, "r."+c.name), append(sent, c)
		}
	}
	from := source(t, "r", sent, t.many)
	if t.lone {
		from = "written w, " + from + "\n\tWHERE TRUE"
	} else {
		from += "\n\tWHERE " + t.isWritten()
	}
	return "INSERT INTO {" + into.name + "} (" + names(into.columns) + ") SELECT " + strings.Join(values, ", ") + "\n\tFROM " + from
}

// replaced ends an INSERT: an existing row gets the new values.
func replaced[R any](t *table[R]) string {
	return dialects[Postgres].replace(t.names(t.key), t.names(t.all()&^t.key))
}

// isWritten is the condition on a row r to be of an account that is written.
func (t *commitText) isWritten() string {
	if t.lone {
		return "EXISTS (SELECT 1 FROM written)"
	}
	return "r.account IN (SELECT id FROM written)"
}

// source returns the next parameters as rows of that name. The cast from text is for all drivers,
// and hides the length of an array from the planner, which would plan for each length.
func source[R any](t *commitText, name string, columns []column[R], many bool) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		kind := map[bool]string{true: "bigint", false: "text"}[c.number]
		t.parameters++
		if many {
			all[i] = fmt.Sprintf("$%d::text::%s[]", t.parameters, kind)
		} else {
			all[i] = fmt.Sprintf("$%d::%s AS %s", t.parameters, kind, c.name)
		}
	}
	values := strings.Join(all, ", ")
	if many {
		return "unnest(" + values + ") AS " + name + "(" + names(columns) + ")"
	}
	return "(SELECT " + values + ") AS " + name
}
