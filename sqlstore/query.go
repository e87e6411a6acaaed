package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A query is a statement that is being put together. In its text, {users} is the
// table of that name, {users by name} the table by the index of that name, and each
// ? the next of the values.
type query struct {
	schema
	text   strings.Builder
	values []any
	filled int  // how much longer the text is, at most, with its values filled in
	list   bool // it depends on a filter, so that there are many like it
}

// A schema is where the tables are.
type schema struct {
	dialect
	prefix string
}

// A list stands for any number of values in a statement.
type list []string

func listOf[T ~string](values []T) list {
	l := make(list, len(values))
	for i, v := range values {
		l[i] = string(v)
	}
	return l
}

// add adds to the statement.
func (q *query) add(text string, values ...any) *query {
	for {
		at := strings.IndexAny(text, "?{")
		if at < 0 {
			q.text.WriteString(text)
			return q
		}
		q.text.WriteString(text[:at])
		if text[at] == '?' {
			q.value(values[0])
			text, values = text[at+1:], values[1:]
			continue
		}
		name, rest, _ := strings.Cut(text[at+1:], "}")
		q.text.WriteString(q.table(name))
		text = rest
	}
}

// table names a table, and the index to take.
func (s schema) table(name string) string {
	table, index, named := strings.Cut(name, " by ")
	table = s.prefix + table
	switch {
	case !named || s.index == "":
		return table
	case index == "id":
		return table + fmt.Sprintf(s.index, fmt.Sprintf(s.primary, table))
	}
	return table + fmt.Sprintf(s.index, table+"_by_"+index)
}

// value adds what stands for a value.
func (q *query) value(v any) {
	l, several := v.(list)
	if !several {
		q.one(v)
		return
	}
	l = slices.DeleteFunc(slices.Clone(l), unstorable)
	before, after, _ := strings.Cut(q.among, "%s")
	q.text.WriteString(before)
	switch {
	case !q.inline:
		text, _ := json.Marshal([]string(l))
		q.one(string(text))
	case len(l) == 0:
		q.text.WriteString("NULL")
	default:
		for i, v := range l {
			if i > 0 {
				q.text.WriteString(", ")
			}
			q.one(v)
		}
	}
	q.text.WriteString(after)
}

func (q *query) one(v any) {
	if q.inline {
		if text, is := v.(string); is {
			v = []byte(text)
		}
		if text, is := v.([]byte); v == nil || is && len(text) == 0 {
			q.text.WriteString(literal(v)) // of nobody; filled in by a driver, '' may mean NULL
			return
		}
		q.filled += filled(v)
	}
	q.values = append(q.values, v)
	q.text.WriteString(q.placeholder(len(q.values), v))
}

// limit ends a part with how many rows are wanted at most.
func (q *query) limit(n int) {
	fmt.Fprintf(&q.text, " LIMIT %d", max(0, n))
}

// is adds a condition on a text. One that no column can contain is nowhere, and
// some engines choke on it.
func (q *query) is(column, text string) {
	if unstorable(text) {
		q.add(" AND 1 = 0")
		return
	}
	q.add(" AND "+column+" = ?", text)
}

// contains adds the condition that one of the lines of a column is the text.
func (q *query) contains(column, line string) {
	if unstorable(line) || strings.Contains(line, "\n") {
		q.add(" AND 1 = 0")
		return
	}
	q.add(" AND "+fmt.Sprintf(q.dialect.contains, column), "\n"+line+"\n")
}

// unstorable reports whether no text that is kept can be this one. PostgreSQL can't
// even be asked for it, and may end a transaction in which it is.
func unstorable(text string) bool {
	return !utf8.ValidString(text) || strings.Contains(text, "\x00")
}

// asks returns an error if one of the texts is unheard of, where nobody could say
// what the answer would be.
func asks[T ~string](texts ...T) error {
	for _, text := range texts {
		if unstorable(string(text)) {
			return errUnstorable
		}
	}
	return nil
}

var errUnstorable = errors.New("a text is not valid UTF-8, or has a zero byte")

// replace ends an insertion into a table without unique keys but the given one: the
// row that is there gets the values of the columns.
func replace[R any](d dialect, key string, columns []column[R]) string {
	text := fmt.Sprintf(d.conflict, key)
	for i, c := range columns {
		if i > 0 {
			text += ", "
		}
		text += c.name + " = " + fmt.Sprintf(d.excluded, c.name)
	}
	return text
}
