package sqlstore

import (
	"context"
	"fmt"
)

// A unionQuery is one statement that brings rows of several tables, so that all of
// them are of one moment and come in one round trip. Each part of it is the rows of
// one table, laid out in the same columns: some numbers, then some texts. No part is a
// table derived from another one: MariaDB would write one with long texts to its disk.
type unionQuery struct {
	query
	parts []func(row []cell) error
}

// The columns of a reading, as many as the widest table needs.
var (
	numberSlots = max(width(accountColumns, true), width(poolColumns, true), width(userColumns, true), width(eventColumns, true))
	textSlots   = max(width(accountColumns, false), width(poolColumns, false), width(userColumns, false), width(eventColumns, false))
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

// addPart adds rows of a table to the reading: the statement goes on, after its list of
// columns, with what the caller adds. take gets each row.
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
	fmt.Fprintf(&r.text, "%sSELECT %d AS part", r.dialect.part, len(r.parts))
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

// slot writes the ith column of a kind.
func (r *unionQuery) slot(columns []string, i int, letter, none string) {
	name := none
	if i < len(columns) {
		name = columns[i]
	}
	fmt.Fprintf(&r.text, ", %s AS %s%d", name, letter, i)
}

// read carries out a reading.
func (s *Store) read(ctx context.Context, r *unionQuery) error {
	rows, err := s.rows(ctx, r.add(")"))
	if err != nil {
		return err
	}
	defer rows.Close()
	var at int
	cells := make([]cell, numberSlots+textSlots)
	into := make([]any, 0, 1+len(cells))
	into = append(into, &at)
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
		if err := r.parts[at](cells); err != nil {
			return err
		}
	}
	return rows.Err()
}
