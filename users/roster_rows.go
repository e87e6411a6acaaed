package users

import (
	"errors"
	"io"
	"slices"
	"strings"
)

// A rosterReader reads a file: its header, then row after row.
type rosterReader struct {
	RosterOptions
	columns map[string]bool // by label of the header
	roles   map[string]Role // by label of the word
	dates   dateFormat

	width     int            // of the header
	cells     []rosterCell   // of the columns in the file
	ignored   []string       // the other headers
	people    []Entry        // of the good rows
	passwords map[int]string // of the good rows, by row
	taken     map[Key]int    // the row of a key
	found     faultList
	memory    int // the bytes of all these, about
}

// The bytes of each beside its texts, about.
const (
	personSize = 304 // an Entry of a growing slice
	keySize    = 64  // a Key and a number in a growing map
	textSize   = 32
)

// reader returns the reader of a file, or an error for a contradiction in the options. Columns
// for writing alone are unknown to it.
func (o RosterOptions) reader() (*rosterReader, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	dates, err := newDateFormat(o.DateFormat)
	if err != nil {
		return nil, err
	}
	r := &rosterReader{RosterOptions: o, dates: dates, columns: map[string]bool{}, roles: map[string]Role{}, passwords: map[int]string{}, taken: map[Key]int{}}
	r.Columns = nil
	for _, c := range o.Columns {
		if !slices.Contains(writtenOnly, c.Field) {
			r.Columns = append(r.Columns, c)
			for _, header := range c.headers() {
				r.columns[label(header)] = true
			}
		}
	}
	for word, role := range o.Roles {
		r.roles[label(word)] = role
	}
	return r, nil
}

// A rosterCell connects a column, its place in a row and the text of a profile.
type rosterCell struct {
	Column
	at   int
	text func(*Profile) *string // nil for others
}

// findHeader reads up to the header and sets the separator: the one with the most columns named
// in the header. A row empty under one separator is skipped.
func (r *rosterReader) findHeader(rows *sheet) error {
	for {
		var (
			best, empty byte
			most        int
			fault       error
		)
		for _, separator := range []byte(separators) {
			rows.separator = separator
			cells, _, err := rows.peek()
			known := 0
			if !blank(cells) {
				known = r.countKnown(cells)
			}
			switch _, ok := err.(Reason); {
			case err == io.EOF:
				return Faults{{Problem: ErrEmpty}}
			case err != nil && !ok:
				return err
			case ok:
				if fault != ErrTooLong {
					fault = err
				}
			case blank(cells):
				empty = separator
			case best == 0, known > most:
				best, most = separator, known
			}
		}
		switch {
		case most > 0:
			rows.separator = best
			header, _ := rows.read()
			if faults := r.setHeader(rows.row, header); len(faults) > 0 {
				return faults
			}
			return nil
		case empty != 0:
			rows.separator = empty
			_, _ = rows.read()
		case best == 0, fault == ErrTooLong: // under every separator
			return Faults{{Row: rows.row + 1, Problem: fault}}
		default:
			return Faults{{Problem: ErrNoHeader}}
		}
	}
}

// countKnown returns the number of known columns in a header.
func (r *rosterReader) countKnown(header []string) int {
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
			r.ignored = append(r.ignored, trim(cell))
			r.memory += textSize + len(cell)
		}
	}
	for _, c := range r.Columns {
		found := false
		for _, header := range c.headers() {
			switch at := places[label(header)]; {
			case len(at) > 1:
				faults = append(faults, Fault{Row: row, Column: header, Problem: ErrColumnTwice})
			case len(at) == 1 && found:
				faults = append(faults, Fault{Row: row, Column: header, Problem: ErrColumnAlike})
			case len(at) == 1:
				cell := rosterCell{c, at[0], textOf(c.Field)}
				cell.Header = header
				r.cells = append(r.cells, cell)
			}
			found = found || len(places[label(header)]) > 0
		}
		if !found && !c.Optional {
			faults = append(faults, Fault{Row: row, Column: c.Header, Problem: ErrNoColumn})
		}
	}
	r.width = len(header)
	return faults
}

// read reads the rows after the header.
func (r *rosterReader) read(rows *sheet) (Roster, error) {
	for {
		cells, err := rows.next()
		if err == io.EOF {
			break
		}
		if rows.row > MaxRosterRows {
			return Roster{}, Faults{{Problem: ErrTooLarge}}
		}
		row := &rosterRow{reader: r, Entry: Entry{Row: rows.row, Profile: Profile{Source: r.Source}}}
		switch _, ok := err.(Reason); {
		case ok:
			row.addFault("", err, 0)
			continue
		case err != nil:
			return Roster{}, err
		}
		row.fill(cells)
		row.clean()
		row.takeKeys()
		row.accept()
		if r.memory > MaxRosterMemory {
			return Roster{}, Faults{{Problem: ErrTooLarge}}
		}
	}
	if r.Password != nil && r.usable() {
		r.people = slices.DeleteFunc(r.people, func(e Entry) bool { return !r.handOver(e) })
	}
	faults := r.found.list()
	switch {
	case len(r.people)+len(faults) == 0:
		return Roster{}, Faults{{Problem: ErrEmpty}}
	case len(r.people) == 0, !r.usable():
		return Roster{}, faults
	}
	roster := Roster{People: r.people, Faults: faults, Ignored: r.ignored}
	for _, c := range r.cells {
		roster.Fields = append(roster.Fields, c.Field)
	}
	return roster, nil
}

// usable reports whether the file can be accepted after the faults so far.
func (r *rosterReader) usable() bool { return r.SkipFaulty || len(r.found.faults) == 0 }

// A rosterRow becomes an entry.
type rosterRow struct {
	Entry
	reader   *rosterReader
	password string
	faulty   []string // fields with a fault; "" for the row itself
}

func (r *rosterRow) addFault(field string, problem error, other int) {
	f := Fault{Row: r.Row, Problem: problem, Other: other}
	if problem == ErrDateForm {
		f.Format = r.reader.dates.name
	}
	for _, c := range r.reader.cells {
		if c.Field == field {
			f.Column = c.Header
		}
	}
	r.reader.found.add(f)
	r.faulty = append(r.faulty, field)
}

// fill sets profile, role, leave and password from the cells.
func (r *rosterRow) fill(cells []string) {
	for _, c := range r.reader.cells {
		var raw string
		if c.at < len(cells) {
			raw = cells[c.at]
		}
		cell := tidy(raw)
		switch {
		case cell == "":
			if c.Filled {
				r.addFault(c.Field, ErrEmpty, 0)
			}
		case c.Field == "password":
			r.password = strings.Clone(raw) // a slice would keep the row in memory
		case c.Field == "role":
			r.setRole(cell)
		case c.text == nil:
			r.setLeave(c.Field, cell)
		default:
			*c.text(&r.Profile) = cell
		}
	}
	if extra := cells[min(len(cells), r.reader.width):]; !blank(extra) {
		r.addFault("", ErrExtraCells, 0)
	}
}

func (r *rosterRow) setRole(word string) {
	role, ok := r.reader.roles[label(word)]
	switch {
	case !ok:
		r.addFault("role", ErrRole, 0)
	case role == Owner:
		r.addFault("role", ErrOwner, 0)
	}
	r.Role = role
}

// clean cleans the profile. [Profile.Clean] returns one wrong field at a time, so clean empties
// it and repeats.
func (r *rosterRow) clean() {
	for {
		clean, err := r.Profile.Clean()
		var wrong *FieldError
		if !errors.As(err, &wrong) {
			r.Profile = clean
			return
		}
		if wrong.Reason == ErrNoIdentity {
			if !slices.ContainsFunc(r.faulty, func(field string) bool { return slices.Contains(keyNames, field) }) {
				r.addFault("", ErrNoIdentity, 0)
			}
			return
		}
		r.addFault(wrong.Field, wrong.Reason, 0)
		*textOf(wrong.Field)(&r.Profile) = ""
	}
}

// takeKeys takes the row's keys, also for a faulty row.
func (r *rosterRow) takeKeys() {
	for _, k := range r.Profile.Keys() {
		if other, ok := r.reader.taken[k]; ok {
			r.addFault(k.Kind.String(), ErrDuplicateRow, other)
		} else {
			r.reader.taken[k] = r.Row
			r.reader.memory += keySize + len(k.Value)
		}
	}
}

// accept keeps person and password of a good row while the file is usable.
func (r *rosterRow) accept() {
	reader := r.reader
	if len(r.faulty) > 0 || !reader.usable() {
		return
	}
	reader.people = append(reader.people, r.Entry)
	reader.memory += personSize + len(r.Leave.Date)
	for _, text := range r.Profile.texts() {
		reader.memory += len(*text)
	}
	if r.password != "" && reader.Password != nil {
		reader.passwords[r.Row] = r.password
		reader.memory += keySize + len(r.password)
	}
}

// handOver passes the password to the host and reports whether it was accepted.
func (r *rosterReader) handOver(e Entry) bool {
	password, ok := r.passwords[e.Row]
	if !ok {
		return true
	}
	err := r.Password(e.Row, e.Profile, password)
	if err != nil {
		(&rosterRow{reader: r, Entry: e}).addFault("password", passwordError{err}, 0)
	}
	return err == nil
}
