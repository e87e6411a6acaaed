package users

import (
	"io"
	"slices"
	"strings"
)

// headerRows are the first rows among which the header is looked for.
const headerRows = 20

// A rosterCell connects a column, its place in a row and the text of a profile.
type rosterCell struct {
	Column
	at   int
	text func(*Profile) *string // nil for others
}

// A headerAt is a row that may be the header.
type headerAt struct {
	separator byte
	rows      int // before it
	known     int // columns that it names
}

// findHeader reads up to the header and sets the separator. Of the first rows, under any separator,
// the header is the row that names most columns, of equals the first one. The rows before it are
// passed over.
func (r *rosterReader) findHeader(rows *sheet) error {
	for {
		best, fault, empty, err := r.lookForHeader(rows)
		switch {
		case err != nil:
			return err
		case best.known > 0:
			rows.separator = best.separator
			for range best.rows {
				cells, _ := rows.read()
				r.passOver(rows.row, cells)
			}
			header, _ := rows.read()
			if faults := r.setHeader(rows.row, header); len(faults) > 0 {
				return faults
			}
			return nil
		case empty != 0:
			rows.separator = empty
			_, _ = rows.read()
		case fault != nil:
			return Faults{{Row: rows.row + 1, Problem: fault}}
		default:
			return Faults{{Problem: ErrNoHeader, Expected: r.expected(rows)}}
		}
	}
}

// lookForHeader looks at the next rows under every separator. If none names a column: empty is a
// separator under which the first row is empty, fault the fault of that row under all of them.
func (r *rosterReader) lookForHeader(rows *sheet) (best headerAt, fault error, empty byte, err error) {
	readable := false
	for _, separator := range []byte(separators) {
		rows.separator = separator
		for n, from := 0, 0; n < headerRows; n++ {
			cells, size, err := rows.peek(from)
			_, faulty := err.(Reason)
			switch {
			case err == io.EOF && n == 0:
				return best, nil, 0, Faults{{Problem: ErrEmpty}}
			case err != nil && !faulty && err != io.EOF:
				return best, nil, 0, err
			case faulty && n == 0 && fault != ErrTooLong:
				fault = err
			case err == nil && n == 0:
				readable = true
				if blank(cells) {
					empty = separator
				}
			}
			if known := r.countKnown(cells); known > best.known {
				best = headerAt{separator, n, known}
			}
			if faulty && size == 0 {
				size = rows.text.lineFrom(from)
			}
			if from += size; size == 0 {
				break
			}
		}
	}
	if readable && fault != ErrTooLong {
		fault = nil
	}
	return best, fault, empty, nil
}

// expected says what was looked for in a header: the first name of each column, and how the cells
// of the first row were separated.
func (r *rosterReader) expected(rows *sheet) string {
	var names []string
	for _, c := range r.Columns {
		names = append(names, c.Header)
	}
	most, between := 0, "nothing"
	for separator, name := range separatorNames {
		rows.separator = separator
		if cells, _, err := rows.peek(0); err == nil && len(cells) > most && len(cells) > 1 {
			most, between = len(cells), name
		}
	}
	return strings.Join(names, ", ") + "; " + between + " between the cells"
}

// A heading is a cell of a header that names a column.
type heading struct {
	text   string // as in the file
	at     int
	common bool // by a name in common use, see [Column]
}

// known returns the column that a cell of a header names, if any.
func (r *rosterReader) known(cell string) (field string, common, ok bool) {
	names := labelsOf(cell)
	for _, name := range names {
		if field, ok := r.mapped[name]; ok {
			return field, false, field != ""
		}
		if field, ok := r.own[name]; ok {
			return field, false, true
		}
		if field, ok := r.common[name]; ok {
			return field, true, true
		}
	}
	if name := strings.TrimRight(names[0], "0123456789"); r.common[name] == "groups" || r.own[name] == "groups" {
		return "groups", true, true // group1, group2
	}
	return "", false, false
}

// countKnown returns the number of cells that name a column.
func (r *rosterReader) countKnown(header []string) (n int) {
	for _, cell := range header {
		if _, _, ok := r.known(cell); ok {
			n++
		}
	}
	return n
}

// setHeader finds the place of each column. A column has the cell with a name of its own, or else the one
// with a name in common use. Two such cells are a fault, but for some fields.
func (r *rosterReader) setHeader(row int, header []string) (faults Faults) {
	found := map[string][]heading{}
	for i, cell := range header {
		text := visible(tidy(cell))
		field, common, ok := r.known(cell)
		switch {
		case text != "" && looksMangled(text):
			faults = append(faults, Fault{Row: row, Column: text, Problem: ErrMangled})
		case ok:
			found[field] = append(found[field], heading{text, i, common})
		case text != "":
			r.ignore(text)
		}
	}
	for _, c := range r.Columns {
		all := found[c.Field]
		if slices.ContainsFunc(all, func(h heading) bool { return !h.common }) {
			all = slices.DeleteFunc(all, func(h heading) bool {
				if h.common {
					r.ignore(h.text)
				}
				return h.common
			})
		}
		switch {
		case len(all) == 0 && !c.Optional:
			faults = append(faults, Fault{Row: row, Column: c.Header, Problem: ErrNoColumn})
		case len(all) < 2, slices.Contains(severally, c.Field):
		case label(all[0].text) == label(all[1].text):
			faults = append(faults, Fault{Row: row, Column: all[0].text, Problem: ErrColumnTwice})
		default:
			faults = append(faults, Fault{Row: row, Column: all[1].text, Problem: ErrColumnAlike})
		}
		for _, h := range all {
			cell := rosterCell{c, h.at, textOf(c.Field)}
			cell.Header = h.text
			r.cells = append(r.cells, cell)
		}
	}
	if len(faults) == 0 && !slices.ContainsFunc(r.cells, func(c rosterCell) bool { return recognises(c.Field) }) {
		faults = Faults{{Row: row, Problem: ErrNoKeyColumn}}
	}
	r.Header, r.width = row, len(header)
	return faults
}

// ignore notes a header that no column has.
func (r *rosterReader) ignore(header string) {
	r.Ignored = append(r.Ignored, header)
	r.memory += textSize + len(header)
}

// recognises reports whether a field is one by which people are recognised.
func recognises(field string) bool {
	return field == "email" || field == "username" || field == "external-id"
}

// maxPassed bounds the text of a row that was passed over, in bytes.
const maxPassed = 200

// passOver notes a row that is no person.
func (r *rosterReader) passOver(row int, cells []string) {
	var texts []string
	for _, cell := range cells {
		if text := tidy(cell); text != "" {
			texts = append(texts, text)
		}
	}
	text := strings.Join(texts, " ")
	if text == "" {
		return
	}
	text = strings.ToValidUTF8(text[:min(len(text), maxPassed)], "")
	r.Passed = append(r.Passed, PassedRow{row, text})
	r.memory += textSize + len(text)
}
