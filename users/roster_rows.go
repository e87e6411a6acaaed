package users

import (
	"errors"
	"io"
	"slices"
	"strings"
)

// A rosterReader is RosterOptions completed and matched with a file: with its
// header first, then with row after row.
type rosterReader struct {
	RosterOptions
	columns map[string]bool // the labels of their headers
	roles   map[string]Role // by label of the word

	width   int          // of the header
	cells   []rosterCell // where the columns are that the file has
	ignored []string     // the headers of the others
	taken   map[Key]int  // the row that has the key
	found   faultList
}

// reader returns the reader of a file, to which a column that is only written is
// one it does not know, or says how the options contradict themselves.
func (o RosterOptions) reader() (*rosterReader, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	r := &rosterReader{RosterOptions: o, columns: map[string]bool{}, roles: map[string]Role{}, taken: map[Key]int{}}
	r.Columns = nil
	for _, c := range o.Columns {
		if !slices.Contains(writtenOnly, c.Field) {
			r.Columns = append(r.Columns, c)
			r.columns[label(c.Header)] = true
		}
	}
	for word, role := range o.Roles {
		r.roles[label(word)] = role
	}
	return r, nil
}

// A rosterCell is where a row has the cell of a column, and a profile its text.
type rosterCell struct {
	Column
	at   int
	text func(*Profile) *string // nil for role and password
}

// findHeader returns the rows below the header. The separator is the one under
// which the header names the most columns.
func (r *rosterReader) findHeader(text string) (*sheet, error) {
	var (
		rows   *sheet
		header []string
		most   = -1
		fault  Fault
	)
	for _, separator := range separators {
		s := newSheet(text, separator)
		cells, err := s.next()
		switch known := r.known(cells); {
		case err == io.EOF:
			return nil, Faults{{Problem: ErrEmpty}}
		case err != nil:
			fault = Fault{Row: s.row, Problem: err}
		case known > most:
			rows, header, most = s, cells, known
		}
	}
	switch most {
	case -1: // whatever the separator
		return nil, Faults{fault}
	case 0:
		return nil, Faults{{Problem: ErrNoHeader}}
	}
	if faults := r.setHeader(rows.row, header); len(faults) > 0 {
		return nil, faults
	}
	return rows, nil
}

func (r *rosterReader) known(header []string) int {
	n := 0
	for _, cell := range header {
		if r.columns[label(bare(cell))] {
			n++
		}
	}
	return n
}

func (r *rosterReader) setHeader(row int, header []string) (faults Faults) {
	places := map[string][]int{}
	for i, cell := range header {
		name := label(bare(cell))
		places[name] = append(places[name], i)
		if !r.columns[name] && name != "" {
			r.ignored = append(r.ignored, strings.TrimSpace(cell))
		}
	}
	for _, c := range r.Columns {
		switch at := places[label(c.Header)]; {
		case len(at) > 1:
			faults = append(faults, Fault{Row: row, Column: c.Header, Problem: ErrColumnTwice})
		case len(at) == 1:
			r.cells = append(r.cells, rosterCell{c, at[0], textOf(c.Field)})
		case !c.Optional:
			faults = append(faults, Fault{Row: row, Column: c.Header, Problem: ErrNoColumn})
		}
	}
	r.width = len(header)
	return faults
}

// read judges the rows below the header.
func (r *rosterReader) read(rows *sheet) (Roster, error) {
	var good []*rosterRow
	for cells, err := rows.next(); err != io.EOF; cells, err = rows.next() {
		if rows.row > MaxRosterRows {
			return Roster{}, Faults{{Problem: ErrTooLarge}}
		}
		row := &rosterRow{reader: r, Entry: Entry{Row: rows.row, Profile: Profile{Source: r.Source}}}
		if err != nil {
			row.fault("", err, 0)
			continue
		}
		row.fill(cells)
		row.clean()
		row.claim()
		if len(row.faulty) == 0 {
			good = append(good, row)
		}
	}
	if r.Password != nil && r.usable() {
		good = slices.DeleteFunc(good, func(row *rosterRow) bool { return !row.handOver() })
	}
	faults := r.found.list()
	switch {
	case len(good)+len(faults) == 0:
		return Roster{}, Faults{{Problem: ErrEmpty}}
	case len(good) == 0, !r.usable():
		return Roster{}, faults
	}

	roster := Roster{People: make([]Entry, len(good)), Faults: faults, Ignored: r.ignored}
	for i, row := range good {
		roster.People[i] = row.Entry
	}
	for _, c := range r.cells {
		roster.Fields = append(roster.Fields, c.Field)
	}
	return roster, nil
}

// usable reports whether the faults so far let the rest of the file be used.
func (r *rosterReader) usable() bool { return r.SkipFaulty || len(r.found.faults) == 0 }

// A rosterRow is a row on its way to be an entry.
type rosterRow struct {
	Entry
	reader   *rosterReader
	password string
	faulty   []string // fields with a fault; "" for the row itself
}

func (w *rosterRow) fault(field string, problem error, other int) {
	f := Fault{Row: w.Row, Problem: problem, Other: other}
	for _, c := range w.reader.cells {
		if c.Field == field {
			f.Column = c.Header
		}
	}
	w.reader.found.add(f)
	w.faulty = append(w.faulty, field)
}

// fill puts the cells where they belong.
func (w *rosterRow) fill(cells []string) {
	for _, c := range w.reader.cells {
		var raw string
		if c.at < len(cells) {
			raw = cells[c.at]
		}
		cell := tidy(raw)
		switch {
		case cell == "":
			if c.Filled {
				w.fault(c.Field, ErrEmpty, 0)
			}
		case c.Field == "password":
			w.password = raw
		case c.Field == "role":
			w.setRole(cell)
		default:
			*c.text(&w.Profile) = cell
		}
	}
	if extra := cells[min(len(cells), w.reader.width):]; !blank(extra) {
		w.fault("", ErrExtraCells, 0)
	}
}

func (w *rosterRow) setRole(word string) {
	role, known := w.reader.roles[label(word)]
	switch {
	case !known:
		w.fault("role", ErrRole, 0)
	case role == Owner:
		w.fault("role", ErrOwner, 0)
	}
	w.Role = role
}

// clean cleans the profile. As [Profile.Clean] names one wrong field at a time,
// that one is emptied and the others are tried again.
func (w *rosterRow) clean() {
	for {
		clean, err := w.Profile.Clean()
		var wrong *FieldError
		if !errors.As(err, &wrong) {
			w.Profile = clean
			return
		}
		if wrong.Reason == ErrEmpty {
			if !slices.ContainsFunc(w.faulty, func(field string) bool { return slices.Contains(keyNames, field) }) {
				w.fault("", ErrNobody, 0)
			}
			return
		}
		w.fault(wrong.Field, wrong.Reason, 0)
		*textOf(wrong.Field)(&w.Profile) = ""
	}
}

// claim takes the row's keys. A faulty row takes them too: which of two rows is
// right is not for the reader to say.
func (w *rosterRow) claim() {
	for _, k := range w.Profile.Keys() {
		if other, taken := w.reader.taken[k]; taken {
			w.fault(k.Kind.String(), ErrTaken, other)
		} else {
			w.reader.taken[k] = w.Row
		}
	}
}

// handOver gives the password to the host, and reports whether it was taken.
func (w *rosterRow) handOver() bool {
	if w.password == "" {
		return true
	}
	if err := w.reader.Password(w.Row, w.Profile, w.password); err != nil {
		w.fault("password", passwordError{err}, 0)
		return false
	}
	return true
}
