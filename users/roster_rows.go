package users

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
)

// A rosterReader reads a file: its header, then row after row.
type rosterReader struct {
	RosterOptions
	Roster
	usual       bool              // the columns have common names
	own, mapped map[string]string // fields by label of the header
	roles       map[string]Role   // by label of the word
	statuses    map[string]Status // likewise
	dates       dateFormat

	fields    []string     // of the cells of the header; empty: none
	marked    bool         // the file has a byte order mark
	cells     []rosterCell // of the columns in the file
	whole     bool         // no password and no ignored column stands beside these
	unnamed   []int        // columns without a header, so far empty
	doubtful  []doubtfulColumn
	doubts    Faults         // of the header, found in rows; they refuse the file
	passwords map[int]string // of the good rows, by row
	taken     takenKeys
	found     faultList
	keys      []Key  // of the present row
	buffer    []byte // see keep
	memory    int    // the bytes of all these, about
}

// The bytes of each beside its texts, about.
const (
	personSize = 312 // an Entry of a growing slice
	keySize    = 64  // a Key and a number in a growing map
	textSize   = 32
)

// reader returns the reader of a file, or an error for a contradiction in the options.
func (o RosterOptions) reader() (*rosterReader, error) {
	usual := len(o.Columns) == 0
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	dates, err := newDateFormat(o.DateFormat)
	if err != nil {
		return nil, err
	}
	r := &rosterReader{
		RosterOptions: o, dates: dates, usual: usual, own: map[string]string{}, mapped: labelled(o.Mapping),
		roles: labelled(o.Roles), statuses: usualStatuses, passwords: map[int]string{}, taken: exactKeys{},
	}
	if len(o.Statuses) > 0 {
		r.statuses = withNames(labelled(o.Statuses))
	}
	for _, c := range r.Columns {
		for _, header := range c.headers() {
			r.own[label(header)] = c.Field
		}
	}
	r.Columns = slices.Clone(r.Columns)
	for _, header := range slices.Sorted(maps.Keys(o.Mapping)) {
		field := o.Mapping[header]
		if field != "" && !slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Field == field }) {
			r.Columns = append(r.Columns, Column{Header: header, Field: field, Optional: true})
		}
	}
	return r, nil
}

// read reads the rows after the header. Its error refuses the file.
func (r *rosterReader) read(rows *sheet) error {
	for {
		err := r.readRow(rows)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if r.Password != nil && r.usable() {
		r.People = slices.DeleteFunc(r.People, func(e Entry) bool { return !r.handOver(e) })
	}
	faults := append(r.doubts, r.found.list()...)
	switch {
	case len(r.People)+len(faults) == 0:
		return Faults{{Problem: ErrEmpty}}
	case len(r.People) == 0, !r.usable():
		return faults
	}
	r.Faults = faults
	return nil
}

// readRow reads the next filled row. The error is [io.EOF], or refuses the file.
func (r *rosterReader) readRow(rows *sheet) error {
	cells, err := rows.next()
	_, faulty := err.(Reason)
	if err != nil && !faulty {
		return err
	}
	if rows.row > MaxRosterRows {
		return Faults{{Problem: ErrTooLarge}}
	}
	before := len(r.found.faults)
	row := &rosterRow{reader: r, size: rows.size, Entry: Entry{Row: rows.row, Profile: Profile{Source: r.Source}}}
	switch {
	case faulty:
		row.addFault("", err, 0)
	case r.isNoPerson(rows.row, cells):
		r.passOver(rows.row, cells)
	default:
		row.fill(cells)
		row.doubt(cells)
		row.clean()
		if !row.join() {
			row.takeKeys()
			row.accept()
		}
		row.identify(before)
	}
	if r.memory > MaxRosterMemory {
		return Faults{{Problem: ErrTooLarge}}
	}
	return nil
}

// usable reports whether the file can be accepted after the faults so far.
func (r *rosterReader) usable() bool {
	return len(r.doubts) == 0 && (r.SkipFaulty || len(r.found.faults) == 0)
}

// A rosterRow becomes an entry.
type rosterRow struct {
	Entry
	reader   *rosterReader
	size     int // bytes in the file
	fullName string
	prefix   string // of the last name
	password string
	unclean  bool     // a text may need cleaning
	faulty   []string // fields with a fault; "" for the row itself
	reading  string   // the header of the present cell; empty after the last one
}

// fill sets the person and the password from the cells.
func (r *rosterRow) fill(cells []string) {
	for i := range r.reader.cells {
		c, raw := &r.reader.cells[i], ""
		if c.at < len(cells) {
			raw = cells[c.at]
		}
		r.reading = c.Header
		r.set(c, raw)
	}
	r.reading = ""
	r.setName()
	r.reader.noteUnnamed(cells)
	if extra := cells[min(len(cells), len(r.reader.fields)):]; !blank(extra) {
		r.addFault("", ErrExtraCells, 0)
	}
}

// set sets a field from a cell.
func (r *rosterRow) set(c *rosterCell, raw string) {
	cell, dashes, mangled := raw, raw, false
	if r.reader.Entities || !isTidy(raw) {
		r.unclean, cell, dashes = true, tidy(raw), trim(legible(raw))
		if r.reader.Entities {
			cell = trim(withEntities(cell))
		}
		mangled = !r.reader.marked && looksMangled(cell) // of what a mark says is UTF-8, é and two spaces are a text
	}
	switch {
	case cell == "", strings.Trim(dashes, "-") == "": // a dash that is a value has the guard of a formula
		if c.Filled {
			r.addFault(c.Field, ErrEmpty, 0)
		}
	case mangled && c.Field != "password":
		r.addFault(c.Field, ErrMangled, 0)
	case c.text >= 0 && hasNoValue(c.Field, cell):
		r.addFault(c.Field, ErrNoValue, 0)
	case c.text >= 0:
		*r.Profile.texts()[c.text] = cell
	case c.Field == "password":
		r.password = strings.Clone(raw) // a slice would keep the row in memory
	case c.Field == "name":
		r.fullName = cell
	case c.Field == "last-name-prefix":
		r.prefix = cell
	case c.Field == "role":
		r.setRole(cell)
	case c.Field == "groups":
		r.addGroups(raw)
	case c.Field == "status":
		status, ok := r.reader.statuses[label(cell)]
		if !ok {
			r.addFault(c.Field, ErrStatus, 0)
		}
		r.Status = max(r.Status, status)
	case c.Field == "active", c.Field == "inactive":
		status, ok := r.reader.answer(c.Field, cell)
		if !ok {
			r.addFault(c.Field, ErrAnswer, 0)
		}
		r.Status = max(r.Status, status)
	default:
		r.setLeave(c.Field, cell)
	}
}

// answer returns the status by a cell of an active or inactive column: yes or no, or a word for a status.
func (r *rosterReader) answer(field, cell string) (status Status, ok bool) {
	yes, ok := answers[Fold(cell)]
	if field == "inactive" && isIn(marks)(Fold(cell)) {
		yes, ok = true, true
	}
	switch {
	case !ok:
		status, ok = r.statuses[label(cell)]
		return status, ok
	case yes == (field == "active"):
		return Active, true
	}
	return Inactive, true
}

func (r *rosterRow) setRole(word string) {
	role, ok := r.reader.roles[label(word)]
	if !ok {
		r.addFault("role", ErrRole, 0)
	}
	r.Role = role
}

// clean cleans the profile. [Profile.Clean] returns one wrong field at a time, so clean empties
// it and repeats.
func (r *rosterRow) clean() {
	for {
		var err error
		if r.unclean || len(r.Profile.Groups) > 0 {
			err = r.Profile.clean()
		}
		r.reader.keys = r.Profile.appendKeys(r.reader.keys[:0])
		if err = cmp.Or(err, r.Profile.checkIdentity(r.reader.keys)); err == nil {
			return
		}
		var wrong *FieldError
		_ = errors.As(err, &wrong) // nothing else is returned
		if wrong.Reason == ErrNoIdentity {
			if !slices.ContainsFunc(r.faulty, identifies) {
				r.addFault("", ErrNoIdentity, 0)
			}
			return
		}
		r.addFault(wrong.Field, wrong.Reason, 0)
		if wrong.Field == "groups" {
			r.Profile.Groups = nil
			continue
		}
		*r.Profile.text(wrong.Field) = ""
	}
}

// join reports whether the row is a further one of a person before it, with other groups and nothing
// else of its own, and adds the groups to that person.
func (r *rosterRow) join() bool {
	if len(r.faulty) > 0 || len(r.Profile.Groups) == 0 {
		return false
	}
	for _, k := range r.reader.keys {
		e := r.reader.entry(r.reader.taken.row(k))
		if e == nil || !e.differsInGroups(&r.Entry) || r.password != "" && r.password != r.reader.passwords[e.Row] {
			continue
		}
		groups, err := cleanGroups(slices.Concat(e.Profile.Groups, r.Profile.Groups))
		if err != nil {
			r.addFault("groups", err, 0)
			return true
		}
		r.reader.memory += groupsSize(groups) - groupsSize(e.Profile.Groups)
		e.Profile.Groups = groups
		return true
	}
	return false
}

// differsInGroups reports whether two entries differ in their groups and in nothing else.
func (e *Entry) differsInGroups(other *Entry) bool {
	texts := other.Profile.texts()
	for i, text := range e.Profile.texts() {
		if *text != *texts[i] {
			return false
		}
	}
	return e.Role == other.Role && e.Leave == other.Leave && e.Status == other.Status && !slices.Equal(e.Profile.Groups, other.Profile.Groups)
}

// entry returns the person of a row before, or nil for a faulty row and for row 0.
func (r *rosterReader) entry(row int) *Entry {
	i, ok := slices.BinarySearchFunc(r.People, row, func(e Entry, row int) int { return e.Row - row })
	if !ok {
		return nil
	}
	return &r.People[i]
}

// takeKeys takes the row's keys, also for a faulty row.
func (r *rosterRow) takeKeys() {
	at := placeOf(r.Row, len(r.reader.keys) == 1)
	had := r.reader.taken.take(r.reader.keys, at)
	for i, k := range r.reader.keys {
		switch other := had[i]; {
		case other == 0:
			r.reader.memory += keySize + len(k.Value)
		case k.Kind != KeyEmail || !r.reader.SharedAddresses || at.alone() || other.alone(): // nothing else tells them apart
			r.addFault(k.Kind.String(), ErrDuplicateRow, other.row())
		}
	}
}

// accept keeps person and password of a good row.
func (r *rosterRow) accept() {
	reader := r.reader
	if len(r.faulty) > 0 {
		return
	}
	reader.memory += personSize + len(r.Leave.Date) + r.keep() + groupsSize(r.Profile.Groups)
	reader.People = append(reader.People, r.Entry)
	if r.password != "" && reader.Password != nil {
		reader.passwords[r.Row] = r.password
		reader.memory += keySize + len(r.password)
	}
}

// keep returns the bytes that the texts of the profile keep in memory, those of their row. They are copied
// out of a row that has a password or ignored cells, or is twice as long.
func (r *rosterRow) keep() (size int) {
	for _, text := range r.Profile.texts() {
		size += len(*text)
	}
	if r.reader.whole && r.size <= 2*size {
		return r.size
	}
	buffer := r.reader.buffer[:0]
	for _, text := range r.Profile.texts() {
		buffer = append(buffer, *text...)
	}
	all, from := string(buffer), 0
	for _, text := range r.Profile.texts() {
		end := from + len(*text)
		*text, from = all[from:end], end
	}
	r.reader.buffer = buffer
	return size
}

func groupsSize(groups []string) (size int) {
	for _, group := range groups {
		size += textSize + len(group)
	}
	return size
}

// handOver passes the password to the host and reports whether it was accepted.
func (r *rosterReader) handOver(e Entry) bool {
	password, ok := r.passwords[e.Row]
	if !ok {
		return true
	}
	err := r.Password(e.Row, e.Profile, password)
	if err != nil {
		row, before := &rosterRow{reader: r, Entry: e}, len(r.found.faults)
		row.addFault("password", passwordError{err}, 0)
		r.keys = e.Profile.appendKeys(r.keys[:0])
		row.identify(before)
	}
	return err == nil
}
