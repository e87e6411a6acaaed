package sqlstore

import (
	"context"
	"fmt"
)

// A unionQuery reads rows of several tables by one statement, so that all are of one
// moment and one round trip. Each part is a SELECT of one table in a common layout: a
// fixed number of number columns n0, n1, ..., then of text columns t0, t1, ... No part
// selects from a subquery: MariaDB would write long texts to a temporary table on disk.
type unionQuery struct {
	query
	parts []func(row []cell) error
}

// The common layout has as many columns as the widest table needs.
var (
	numberSlots = max(width(accountColumns, true), width(poolColumns, true), width(userColumns, true), width(licenceColumns, true), width(eventColumns, true))
	textSlots   = max(width(accountColumns, false), width(poolColumns, false), width(userColumns, false), width(licenceColumns, false), width(eventColumns, false))
)

func width[R any](columns []column[R], numbers bool) int {
	n := 0
	for _, c := range columns {
		if c.set != nil && c.number == numbers {
			n++
		}
	}
	return n
}

// addPart begins a part with its list of columns; the caller adds FROM and the rest. take
// gets each row.
func addPart[R any](r *unionQuery, columns []column[R], take func(R)) *query {
	numbers := make([]string, 0, numberSlots)
	texts := make([]string, 0, textSlots)
	slots := make([]int, len(columns))
	for i, c := range columns {
		switch {
		case c.set == nil:
		case c.number:
			slots[i] = len(numbers)
			numbers = append(numbers, c.name)
		default:
			slots[i] = numberSlots + len(texts)
			texts = append(texts, c.name)
		}
	}
	if len(r.parts) > 0 {
		r.text.WriteString(") UNION ALL ")
	}
	fmt.Fprintf(&r.text, "%sSELECT %d AS part", r.beginPart, len(r.parts))
	for i := range numberSlots {
		r.slot(numbers, i, "n", r.nullNumber)
	}
	for i := range textSlots {
		r.slot(texts, i, "t", r.nullText)
	}
	r.parts = append(r.parts, func(cells []cell) error {
		var row R
		for i, c := range columns {
			if c.set == nil {
				continue
			}
			if err := c.set(&row, cells[slots[i]]); err != nil {
				return err
			}
		}
		take(row)
		return nil
	})
	return &r.query
}

// slot adds the ith column of the layout's numbers or texts.
func (r *unionQuery) slot(columns []string, i int, letter, null string) {
	name := null
	if i < len(columns) {
		name = columns[i]
	}
	fmt.Fprintf(&r.text, ", %s AS %s%d", name, letter, i)
}

// read executes a unionQuery.
func (s *Store) read(ctx context.Context, r *unionQuery) error {
	rows, err := s.rows(ctx, r.add(")"))
	if err != nil {
		return err
	}
	defer rows.Close()
	var part int
	cells := make([]cell, numberSlots+textSlots)
	into := make([]any, 0, 1+len(cells))
	into = append(into, &part)
	for i := range cells {
		if i < numberSlots {
			into = append(into, &cells[i].number)
		} else {
			into = append(into, &cells[i].text)
		}
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := r.parts[part](cells); err != nil {
			return err
		}
	}
	return rows.Err()
}
