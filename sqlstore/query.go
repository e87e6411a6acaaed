package sqlstore

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// A query is a statement under construction, see [query.add].
type query struct {
	schema
	text   strings.Builder
	values []any
	filled int // upper bound of the bytes that the values add when filled in
	tuple  int // if positive, the values are in a tuple, from this place on
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
//	{among}          the condition to be one of the rows of the SELECT that follows
//	{clock}          the server's time
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
		switch name {
		case "in":
			q.in(values[0].(list))
			values = values[1:]
		case "clock":
			q.text.WriteString(q.clock)
		case "among":
			rest = strings.Replace(q.inSelect, "{select}", rest, 1)
		default:
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
	if q.tuple > 0 {
		q.text.WriteString("= ")
		q.value("")
		return
	}
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
	if q.tuple > 0 {
		q.text.WriteString(q.inTuple(q.tuple, v))
		q.tuple++
		return
	}
	if q.inline {
		if text, ok := v.(string); ok {
			v = []byte(text)
		}
		q.filled += filledLength(v)
	}
	q.values = append(q.values, v)
	q.text.WriteString(q.placeholder(len(q.values), v))
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
