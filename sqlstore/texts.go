package sqlstore

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// A table is a table of rows R, for statements whose texts are made once.
type table[R any] struct {
	name    string // without the prefix
	columns []column[R]
	key     set
	widths  func() []int // of MySQL's columns, in bytes; 0: no bound
}

// A set is a set of columns of one table, by their places.
type set uint64

func newTable[R any](name string, columns []column[R], key ...string) *table[R] {
	t := &table[R]{name: name, columns: columns}
	t.key = t.set(key...)
	t.widths = sync.OnceValue(func() []int {
		all := make([]int, len(columns))
		for i, c := range columns {
			all[i] = widths()["{"+name+"} "+c.name]
		}
		return all
	})
	return t
}

// set returns the columns of these names.
func (t *table[R]) set(names ...string) (s set) {
	for _, name := range names {
		s |= 1 << slices.IndexFunc(t.columns, func(c column[R]) bool { return c.name == name })
	}
	return s
}

// setOf returns the set of some columns of the table.
func setOf[R any](t *table[R], columns []column[R]) (s set) {
	for _, c := range columns {
		s |= t.set(c.name)
	}
	return s
}

// all returns all columns.
func (t *table[R]) all() set { return 1<<len(t.columns) - 1 }

// names returns the names of the columns in the set.
func (t *table[R]) names(of set) (names []string) {
	for i, c := range t.columns {
		if of&(1<<i) != 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// blanks are the columns of rows that are the same in each and blank: NULL, or an empty text or 0.
type blanks struct{ nulls, zeros set }

// allBlank are so many columns before the first row.
func allBlank(columns int) blanks { return blanks{1<<columns - 1, 1<<columns - 1} }

// see takes a value of the ith column.
func (b *blanks) see(i int, v any) {
	switch v {
	case nil:
		b.zeros &^= 1 << i
	case "", int64(0):
		b.nulls &^= 1 << i
	default:
		b.nulls, b.zeros = b.nulls&^(1<<i), b.zeros&^(1<<i)
	}
}

// any returns the columns.
func (b blanks) any() set { return b.nulls | b.zeros }

// constant returns the ith column as SQL; "" if it is not blank.
func (b blanks) constant(i int, number bool, empty string) string {
	switch {
	case b.nulls&(1<<i) != 0:
		return "NULL"
	case b.zeros&(1<<i) == 0:
		return ""
	case number:
		return "0"
	}
	return empty
}

// The tables of a change.
var (
	accountTable = newTable("accounts", accountColumns, "id")
	poolTable    = newTable("pools", poolColumns, "account", "id")
	userTable    = newTable("users", userColumns, "account", "id")
	licenceTable = newTable("licences", licenceColumns, "account", "user_id", "pool", "number")
	eventTable   = newTable("events", eventColumns, "account", "sequence")
)

// A textKey names a text.
type textKey struct {
	table   string
	columns set
	blank   blanks // of an INSERT
	rows    int    // of an INSERT
	end     string // the conditions of an UPDATE; of an INSERT, whether it replaces rows
}

// A textCache holds the texts of a store.
type textCache struct {
	mu    sync.RWMutex
	byKey map[textKey]string
}

// once returns the text of a key, made by the first call.
func (s *Store) once(key textKey, build func() string) string {
	s.texts.mu.RLock()
	text, ok := s.texts.byKey[key]
	s.texts.mu.RUnlock()
	if ok {
		return text
	}
	text = build()
	s.texts.mu.Lock()
	defer s.texts.mu.Unlock()
	s.texts.byKey[key] = text
	return text
}

// maxTexts bounds the texts with blank columns. SQLite prepares each on each connection.
const maxTexts = 100

// keeps reports whether an INSERT may leave its blank columns to the text. On MySQL the text of many
// rows is not kept.
func (s *Store) keeps(key textKey) bool {
	if s.inline && key.rows > 1 {
		return true
	}
	s.texts.mu.RLock()
	defer s.texts.mu.RUnlock()
	_, known := s.texts.byKey[key]
	return known || len(s.texts.byKey) < maxTexts
}

// The ends of an INSERT.
const (
	inserting = ""
	replacing = " replacing" // an existing row gets the new values
)

// insertText returns an INSERT of some rows. MySQL leaves out new columns that are NULL:
// [shape.differences] makes sure that none has a default.
func insertText[R any](s *Store, t *table[R], key textKey) string {
	build := func() string {
		if s.inline && key.end == inserting {
			key.columns &^= key.blank.nulls
		}
		names := t.names(key.columns)
		values := make([]string, 0, len(names))
		for i, c := range t.columns {
			if key.columns&(1<<i) != 0 {
				values = append(values, cmp.Or(key.blank.constant(i, c.number, s.emptyText), "?"))
			}
		}
		row := "(" + strings.Join(values, ", ") + ")"
		text := s.table(t.name) + " (" + strings.Join(names, ", ") + ") VALUES " + row + strings.Repeat(", "+row, key.rows-1)
		if key.end == replacing {
			return "INSERT INTO " + text + s.replace(t.names(t.key), t.names(key.columns&^t.key))
		}
		return s.insert + text
	}
	if s.inline && key.rows > 1 { // of any number
		return build()
	}
	return s.once(key, build)
}

// updateText returns an UPDATE of the row of a key, under more conditions.
func updateText[R any](s *Store, t *table[R], columns set, conditions string) string {
	return s.once(textKey{table: t.name, columns: columns, end: conditions}, func() string {
		return s.named("UPDATE {" + t.name + "} SET " + assigned(t.names(columns), "?") +
			" WHERE " + strings.Join(t.names(t.key), " = ? AND ") + " = ?" + conditions)
	})
}

// named puts the names of tables in the place of {users} and the like.
func (s schema) named(text string) string {
	before, rest, ok := strings.Cut(text, "{")
	if !ok {
		return text
	}
	name, rest, _ := strings.Cut(rest, "}")
	return before + s.table(name) + s.named(rest)
}

// assigned sets columns to a value, in which {name} is the column's name.
func assigned(names []string, value string) string {
	var all []string
	for _, name := range names {
		all = append(all, name+" = "+strings.ReplaceAll(value, "{name}", name))
	}
	return strings.Join(all, ", ")
}
