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
	Column // with the header of the file
	at     int
	text   int // the place of Field in fields; -1 for others
}

// A headerAt is the place of a header.
type headerAt struct {
	separator byte
	before    int // rows
	known     int // cells that name a column; 0: there is no header
}

// findHeader reads up to the header and passes over the rows before it.
func (r *rosterReader) findHeader(rows *sheet) error {
	rows.skipBlank()
	header, err := r.lookForHeader(rows)
	if err != nil {
		return err
	}
	for range header.before {
		cells, _ := rows.read()
		r.passOver(rows.row, cells)
	}
	cells, _ := rows.read()
	if faults := r.setHeader(rows.row, cells); len(faults) > 0 {
		return faults
	}
	return nil
}

// lookForHeader finds the header among the next rows, under any separator: the row that names most
// columns, of equals the first one. It sets the separator. If no row names a column, the header is the
// first row of most cells, beside the error.
func (r *rosterReader) lookForHeader(rows *sheet) (header headerAt, err error) {
	var (
		readable, tooLong bool // the first row
		end               error
		widest            headerAt
		width             = 1
	)
	for _, separator := range []byte(separators) {
		rows.separator = separator
		for n, from := 0, 0; n < headerRows; n++ {
			cells, size, err := rows.peek(from)
			if _, faulty := err.(Reason); err != nil && !faulty {
				if n == 0 && err == io.EOF {
					return header, Faults{{Problem: ErrEmpty}}
				}
				if err != io.EOF && end == nil {
					end = inRow(err, rows.row+n+1)
				}
				break
			}
			if n == 0 {
				readable, tooLong = readable || err == nil, tooLong || err == ErrTooLong
			}
			if known := r.countKnown(cells); known > header.known {
				header = headerAt{separator, n, known}
			}
			if len(cells) > width {
				width, widest = len(cells), headerAt{separator: separator, before: n}
			}
			if size == 0 {
				size = rows.text.lineFrom(from)
			}
			if from += size; size == 0 {
				break
			}
		}
	}
	known := header.known > 0
	if !known {
		header = widest
	}
	rows.separator, r.Separator, r.marked = header.separator, header.separator, rows.text.marked
	switch {
	case known:
	case end != nil:
		err = end
	case tooLong:
		err = Faults{{Row: rows.row + 1, Problem: ErrTooLong}}
	case !readable:
		err = Faults{{Row: rows.row + 1, Problem: ErrQuotes}}
	default:
		err = Faults{{Problem: ErrNoHeader, Expected: r.expected()}}
	}
	return header, err
}

// expected returns the header that was looked for, with the separator of the file.
func (r *rosterReader) expected() string {
	separator := r.Separator
	if separator == 0 {
		separator = separators[0]
	}
	var names []string
	for _, c := range r.Columns {
		names = append(names, c.Header)
	}
	return strings.Join(names, string(separator))
}

// A heading is a cell of a header that names a column.
type heading struct {
	text string // as in the file
	at   int
	rank int
}

// The ranks of names of a column: of several in a header those of the lowest rank count. Common names
// have their place in the list from 0 on.
const (
	rankMapped = -2
	rankOwn    = -1
)

// known returns the column that a cell of a header names, if any.
func (r *rosterReader) known(cell string) (field string, rank int, ok bool) {
	for i, name := range labelsOf(cell) {
		field, rank, ok = r.named(name)
		if number := strings.TrimRight(name, "0123456789"); !ok && i == 0 && number != name {
			field, rank, ok = r.named(number)
			ok = ok && field == "groups" // group1, group2
		}
		if ok {
			return field, rank, field != ""
		}
	}
	return "", 0, false
}

// named returns the column of that label.
func (r *rosterReader) named(label string) (field string, rank int, ok bool) {
	if field, ok := r.mapped[label]; ok {
		return field, rankMapped, true
	}
	if field, ok := r.own[label]; ok {
		return field, rankOwn, true
	}
	if r.usual {
		common, ok := commonFields[label]
		return common.field, common.rank, ok
	}
	return "", 0, false
}

// countKnown returns the number of cells that name a column, 0 for a row with an address. The word
// active does not count, which may also be the status of a person.
func (r *rosterReader) countKnown(row []string) (n int) {
	for _, cell := range row {
		if isAddress(trim(cell)) {
			return 0
		}
		if field, _, ok := r.known(cell); ok && field != "active" && field != "inactive" {
			n++
		}
	}
	return n
}

// setHeader finds the place of each column. Two names of the same rank for one column are a fault, but
// for some fields.
func (r *rosterReader) setHeader(row int, header []string) (faults Faults) {
	r.Header, r.fields = row, make([]string, len(header))
	found := map[string][]heading{}
	for i, cell := range header {
		text := headerText(cell)
		if field, rank, ok := r.known(cell); ok {
			found[field] = append(found[field], heading{text, i, rank})
		} else if len(faults) == 0 && looksMangled(text) {
			faults = append(faults, Fault{Row: row, Column: text, Problem: ErrMangled})
		}
	}
	for _, c := range r.Columns {
		all := found[c.Field]
		if len(all) > 1 && !slices.Contains(severally, c.Field) {
			first := slices.MinFunc(all, func(a, b heading) int { return a.rank - b.rank })
			all = slices.DeleteFunc(all, func(h heading) bool { return h.rank > first.rank })
			switch {
			case len(all) == 1:
			case label(all[0].text) == label(all[1].text):
				faults = append(faults, Fault{Row: row, Column: all[0].text, Problem: ErrColumnTwice})
			default:
				faults = append(faults, Fault{Row: row, Column: all[1].text, Problem: ErrColumnAlike})
			}
		}
		if len(all) == 0 {
			if !c.Optional {
				faults = append(faults, Fault{Row: row, Column: c.Header, Problem: ErrNoColumn})
			}
			continue
		}
		r.Fields = append(r.Fields, c.Field)
		for _, h := range all {
			r.fields[h.at] = c.Field
			c.Header = h.text
			r.cells = append(r.cells, rosterCell{c, h.at, slices.Index(fields[:], c.Field)})
		}
	}
	for i, cell := range header {
		switch text := headerText(cell); {
		case r.fields[i] != "":
		case text == "":
			r.unnamed = append(r.unnamed, i)
		default:
			r.Ignored = append(r.Ignored, text)
			r.memory += textSize + len(text)
			_, rank, _ := r.known(cell)
			if c, ok := doubtful(text, i); ok && rank != rankMapped {
				r.doubtful = append(r.doubtful, c)
			}
		}
	}
	r.whole = !slices.Contains(r.fields, "") && !slices.Contains(r.fields, "password")
	if len(faults) == 0 && !slices.ContainsFunc(r.Fields, identifies) {
		faults = Faults{{Row: row, Problem: ErrNoKeyColumn}}
	}
	return faults
}

// headerText returns a header as in the file.
func headerText(cell string) string { return strings.Clone(visible(tidy(cell))) }

// identifies reports whether users are matched by the field.
func identifies(field string) bool {
	return field == "email" || field == "username" || field == "external-id"
}

// maxPassed bounds the text of a row that was passed over, and a sample, in bytes.
const maxPassed = 200

// passOver notes a row that is no person.
func (r *rosterReader) passOver(row int, cells []string) {
	if text := beginning(cells); text != "" {
		r.Passed = append(r.Passed, PassedRow{row, text})
		r.memory += textSize + len(text)
	}
}

// beginning returns the first bytes of the filled cells of a row.
func beginning(cells []string) string {
	var text strings.Builder
	for _, cell := range cells {
		if cell = tidy(cell); cell != "" && text.Len() < maxPassed {
			if text.Len() > 0 {
				text.WriteByte(' ')
			}
			text.WriteString(cell)
		}
	}
	return shortened(text.String())
}

// shortened returns the first bytes of a text.
func shortened(text string) string { return strings.ToValidUTF8(text[:min(len(text), maxPassed)], "") }

// columnName returns the letters of a column in spreadsheets, counted from 0.
func columnName(at int) string {
	name := ""
	for at++; at > 0; at = (at - 1) / 26 {
		name = string(rune('A'+(at-1)%26)) + name
	}
	return name
}
