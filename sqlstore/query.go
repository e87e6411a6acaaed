package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A query is a statement under construction, see [query.add].
type query struct {
	schema
	text   strings.Builder
	values []any
	filled int  // upper bound of the bytes that the values add when filled in
	list   bool // its text depends on a filter, so it has many variants
}

// A schema names the tables.
type schema struct {
	dialect
	prefix string
}

// A list is any number of values for one {in}.
type list []string

func listOf[T ~string](values []T) list {
	l := make(list, len(values))
	for i, v := range values {
		l[i] = string(v)
	}
	return l
}

// add appends SQL to the statement. In the text
//
//	?                the next value
//	{in}             the condition to be one of the next value, a list
//	{users}          the table of that name
//	{users by name}  the table, read by the index of that name
func (q *query) add(text string, values ...any) *query {
	for {
		i := strings.IndexAny(text, "?{")
		if i < 0 {
			q.text.WriteString(text)
			return q
		}
		q.text.WriteString(text[:i])
		if text[i] == '?' {
			q.value(values[0])
			text, values = text[i+1:], values[1:]
			continue
		}
		name, rest, _ := strings.Cut(text[i+1:], "}")
		if name == "in" {
			q.in(values[0].(list))
			values = values[1:]
		} else {
			q.text.WriteString(q.table(name))
		}
		text = rest
	}
}

// table returns the name of a table, with the index of "table by index".
func (s schema) table(name string) string {
	table, index, ok := strings.Cut(name, " by ")
	if !ok {
		return s.prefix + table
	}
	return s.indexed(s.prefix+table, index)
}

// in adds the condition to be one of a list.
func (q *query) in(l list) {
	l = slices.DeleteFunc(slices.Clone(l), unstorable)
	before, after, _ := strings.Cut(q.dialect.in, "{list}")
	q.text.WriteString(before)
	switch {
	case !q.inline:
		text, _ := json.Marshal([]string(l))
		q.value(string(text))
	case len(l) == 0:
		q.text.WriteString("NULL")
	default:
		for i, v := range l {
			if i > 0 {
				q.text.WriteString(", ")
			}
			q.value(v)
		}
	}
	q.text.WriteString(after)
}

// value adds the placeholder of a value, and the value.
func (q *query) value(v any) {
	if q.inline {
		if text, ok := v.(string); ok {
			v = []byte(text)
		}
		if text, ok := v.([]byte); v == nil || ok && len(text) == 0 {
			q.text.WriteString(literal(v)) // a driver would fill in '', which may mean NULL
			return
		}
		q.filled += filledLength(v)
	}
	q.values = append(q.values, v)
	q.text.WriteString(q.placeholder(len(q.values), v))
}

// limit ends a part with its LIMIT.
func (q *query) limit(n int) {
	fmt.Fprintf(&q.text, " LIMIT %d", max(0, n))
}

// equals adds a condition on a text column. No row has an unstorable text, and some
// engines refuse the question.
func (q *query) equals(column, text string) {
	if unstorable(text) {
		q.add(" AND 1 = 0")
		return
	}
	q.add(" AND "+column+" = ?", text)
}

// inGroup adds the condition that group_names contains a group.
func (q *query) inGroup(group string) {
	if unstorable(group) || strings.Contains(group, "\n") {
		q.add(" AND 1 = 0")
		return
	}
	q.add(" AND "+q.dialect.inGroup, "\n"+group+"\n")
}

// unstorable reports whether no row can contain the text. PostgreSQL refuses a question
// about it and may end the transaction.
func unstorable(text string) bool {
	return !utf8.ValidString(text) || strings.Contains(text, "\x00")
}

// checkStorable returns an error for an unstorable text, for questions whose answer it
// leaves open, as the text after which a list continues.
func checkStorable[T ~string](texts ...T) error {
	for _, text := range texts {
		if unstorable(string(text)) {
			return errUnstorable
		}
	}
	return nil
}

var errUnstorable = errors.New("a text is not valid UTF-8, or has a zero byte")
