package sqlstore

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
)

// A unionQuery reads rows of several tables by one statement, so that all are of one moment
// and one round trip. Each part is a SELECT of one table. A single part has exactly its
// columns. Several parts share a layout: number columns, then text columns, as many as the
// widest one has. No part selects from a subquery: MariaDB would write long texts to a
// temporary table on disk.
//
// A unionQuery notes the texts of the parts and their values as they are added. They are put
// together once for each shape, see [Store.statementOf].
type unionQuery struct {
	schema
	list  bool // it depends on a filter, so it has many shapes
	parts []part
	// shape is the parts with the names of their columns, and variant the lengths of lists in an inline
	// statement. Both determine the text of the statement.
	shape, variant []byte
	// each: a part is a SELECT for each tuple of values, so that the number of needs is no
	// matter of the shape. Its rows begin with the number of the need, the first of the tuple.
	each bool
	need int // whose part is added, or whose row is taken
}

// A part is a SELECT under construction.
type part struct {
	rows
	need     int
	from, to int    // its text after the columns, in the shape
	values   []any  // an int64, a string or a list each
	tuples   []byte // with each: a JSON list, but for its ends
}

// rows are the rows of a part in Go.
type rows interface {
	// names returns the number columns and the text columns.
	names() (numbers, texts []string)
	// take takes a row: its numbers from the first cell on, its texts from another one.
	take(cells []cell, text int) error
}

type rowsOf[R any] struct {
	columns []column[R]
	row     R // the last one
	taker   func(R)
}

func (t *rowsOf[R]) names() (numbers, texts []string) {
	for _, c := range t.columns {
		switch {
		case c.set == nil:
		case c.number:
			numbers = append(numbers, c.name)
		default:
			texts = append(texts, c.name)
		}
	}
	return numbers, texts
}

func (t *rowsOf[R]) take(cells []cell, text int) error {
	t.row = *new(R)
	number := 0
	for i := range t.columns {
		c := &t.columns[i]
		if c.set == nil {
			continue
		}
		at := &text
		if c.number {
			at = &number
		}
		if err := c.set(&t.row, cells[*at]); err != nil {
			return err
		}
		*at++
	}
	t.taker(t.row)
	return nil
}

// addPart begins a part; the caller adds FROM and the rest. taker gets each row.
func addPart[R any](r *unionQuery, columns []column[R], taker func(R)) *unionQuery {
	r.shape = append(r.shape, '\n')
	for i := range columns {
		if columns[i].set != nil {
			r.shape = append(append(r.shape, columns[i].name...), ',')
		}
	}
	at := len(r.shape)
	r.parts = append(r.parts, part{rows: &rowsOf[R]{columns: columns, taker: taker}, need: r.need, from: at, to: at})
	return r
}

// add appends SQL to the last part, see [query.add].
func (r *unionQuery) add(text string, values ...any) *unionQuery {
	p := &r.parts[len(r.parts)-1]
	r.shape = append(r.shape, text...)
	p.to = len(r.shape)
	for _, v := range values {
		if l, ok := v.(list); ok {
			l = slices.DeleteFunc(l, unstorable)
			if r.inline {
				r.variant = binary.AppendUvarint(r.variant, uint64(len(l)))
			}
			v = l
		}
		p.values = append(p.values, v)
	}
	return r
}

// limit ends a part with its LIMIT.
func (r *unionQuery) limit(n int) { r.add(" LIMIT " + strconv.Itoa(max(0, n))) }

// equals adds a condition on a text column. No row has an unstorable text, and some
// engines refuse the question.
func (r *unionQuery) equals(column, text string) {
	if unstorable(text) {
		r.add(" AND 1 = 0")
		return
	}
	r.add(" AND "+column+" = ?", text)
}

// inGroup adds the condition that group_names contains a group.
func (r *unionQuery) inGroup(group string) {
	if unstorable(group) || strings.Contains(group, "\n") {
		r.add(" AND 1 = 0")
		return
	}
	r.add(" AND "+r.contains("group_names"), "\n"+group+"\n")
}

// addEach adds a part of the need: FROM and the rest is text. At most one of the values is a list.
func addEach[R any](r *unionQuery, columns []column[R], taker func(R), text string, values ...any) {
	if !r.each {
		addPart(r, columns, taker).add(text, values...)
		return
	}
	i := slices.IndexFunc(r.parts, func(p part) bool { return string(r.shape[p.from:p.to]) == text })
	if i < 0 {
		i = len(r.parts)
		addPart(r, columns, taker).add(text)
		r.parts[i].values = values // for their types
	}
	p := &r.parts[i]
	n := 1
	for _, v := range values {
		if l, ok := v.(list); ok {
			n = len(l)
		}
	}
	for i := range n {
		p.tuples = r.appendTuple(p.tuples, values, i)
	}
}

// appendTuple appends the number of the need and the values, of a list the ith, unless one is
// unstorable.
func (r *unionQuery) appendTuple(tuples []byte, values []any, i int) []byte {
	row := strconv.AppendInt(append(tuples, ",["...), int64(r.need), 10)
	for _, v := range values {
		row = append(row, ',')
		if l, ok := v.(list); ok {
			v = l[i]
		}
		switch v := v.(type) {
		case int64:
			row = strconv.AppendInt(row, v, 10)
		case string:
			if unstorable(v) {
				return tuples
			}
			row, _ = appendQuoted(row, v)
		}
	}
	return append(row, ']')
}

// compile returns the statement.
func (r *unionQuery) compile() *statement {
	q := query{schema: r.schema}
	st := &statement{parted: len(r.parts) > 1, each: r.each}
	for _, p := range r.parts {
		numbers, texts := p.names()
		st.numbers, st.texts = max(st.numbers, len(numbers)), max(st.texts, len(texts))
	}
	for i, p := range r.parts {
		numbers, texts := p.names()
		for n := len(numbers); n < st.numbers; n++ {
			numbers = append(numbers, r.nullNumber)
		}
		for n := len(texts); n < st.texts; n++ {
			texts = append(texts, r.nullText)
		}
		if i > 0 {
			q.text.WriteString(") UNION ALL ")
		}
		begin := "SELECT "
		if st.parted {
			begin = r.beginPart + begin + strconv.Itoa(i) + ", "
		}
		columns := strings.Join(append(numbers, texts...), ", ")
		text := string(r.shape[p.from:p.to])
		if !r.each {
			q.add(begin+columns+text, p.values...)
			continue
		}
		before, after, _ := strings.Cut(r.eachTuple, "{select}")
		q.add(begin+before, "")
		q.tuple = 1
		q.add("SELECT "+columns+text, p.values...)
		q.tuple = 0
		q.add(after)
	}
	if st.parted {
		q.text.WriteString(")")
	}
	st.text = q.text.String()
	return st
}

// arguments returns the values for the statement.
func (r *unionQuery) arguments() []any {
	if len(r.parts) == 1 && !r.each && !r.inline && !slices.ContainsFunc(r.parts[0].values, isList) {
		return r.parts[0].values
	}
	n := 0
	for _, p := range r.parts {
		n += len(p.values)
	}
	all := make([]any, 0, n)
	for _, p := range r.parts {
		if r.each {
			all = append(all, "["+string(p.tuples[min(1, len(p.tuples)):])+"]")
			continue
		}
		for _, v := range p.values {
			all = r.appendArgument(all, v)
		}
	}
	return all
}

func (r *unionQuery) appendArgument(all []any, v any) []any {
	switch v := v.(type) {
	case list:
		if !r.inline {
			text := []byte{'['}
			for i, s := range v {
				if i > 0 {
					text = append(text, ',')
				}
				text, _ = appendQuoted(text, s)
			}
			return append(all, string(append(text, ']')))
		}
		for _, s := range v {
			all = r.appendArgument(all, s)
		}
		return all
	case string:
		if r.inline {
			return append(all, []byte(v))
		}
	}
	return append(all, v)
}

func isList(v any) bool {
	_, ok := v.(list)
	return ok
}
