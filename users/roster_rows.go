package users

import (
	"cmp"
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A rosterReader reads a file: its header, then row after row.
type rosterReader struct {
	RosterOptions
	Roster
	own, common, mapped map[string]string // fields by label of the header
	roles               map[string]Role   // by label of the word
	statuses            map[string]Status // likewise
	dates               dateFormat

	width     int            // of the header
	cells     []rosterCell   // of the columns in the file
	passwords map[int]string // of the good rows, by row
	taken     map[Key]int    // the row of a key
	found     faultList
	memory    int // the bytes of all these, about
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
		RosterOptions: o, dates: dates, own: map[string]string{}, common: map[string]string{}, mapped: labelled(o.Mapping),
		roles: labelled(o.Roles), statuses: usualStatuses, passwords: map[int]string{}, taken: map[Key]int{},
	}
	for _, c := range r.Columns {
		for _, header := range c.headers() {
			r.own[label(header)] = c.Field
		}
	}
	if usual {
		r.common = usualNames
	}
	r.Columns = slices.Clone(r.Columns)
	for header, field := range o.Mapping {
		if field != "" && !slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Field == field }) {
			r.Columns = append(r.Columns, Column{Header: header, Field: field, Optional: true})
		}
	}
	if len(o.Statuses) > 0 {
		r.statuses = labelled(o.Statuses)
		for _, status := range Statuses() {
			r.statuses[label(status.String())] = status
		}
	}
	return r, nil
}

// read reads the rows after the header. Its error refuses the file.
func (r *rosterReader) read(rows *sheet) error {
	for {
		cells, err := rows.next()
		if err == io.EOF {
			break
		}
		if rows.row > MaxRosterRows {
			return Faults{{Problem: ErrTooLarge}}
		}
		row := &rosterRow{reader: r, Entry: Entry{Row: rows.row, Profile: Profile{Source: r.Source}}}
		switch _, ok := err.(Reason); {
		case ok:
			row.addFault("", err, 0)
			continue
		case err != nil:
			return err
		case r.isNobody(cells):
			r.passOver(rows.row, cells)
			continue
		}
		row.fill(cells)
		row.clean()
		if !row.joins() {
			row.takeKeys()
			row.accept()
		}
		if r.memory > MaxRosterMemory {
			return Faults{{Problem: ErrTooLarge}}
		}
	}
	if r.Password != nil && r.usable() {
		r.People = slices.DeleteFunc(r.People, func(e Entry) bool { return !r.handOver(e) })
	}
	for _, c := range r.cells {
		if !slices.Contains(r.Fields, c.Field) {
			r.Fields = append(r.Fields, c.Field)
		}
	}
	faults := r.found.list()
	switch {
	case len(r.People)+len(faults) == 0:
		return Faults{{Problem: ErrEmpty}}
	case len(r.People) == 0, !r.usable():
		return faults
	}
	r.Faults = faults
	return nil
}

// usable reports whether the file can be accepted after the faults so far.
func (r *rosterReader) usable() bool { return r.SkipFaulty || len(r.found.faults) == 0 }

// isNobody reports whether a filled row is no person: it has a lone cell in a table of more columns,
// which is no address and has spaces, a colon or a word that ends a report; or it is the example of a
// template.
func (r *rosterReader) isNobody(cells []string) bool {
	filled, text := 0, ""
	for _, cell := range cells {
		if trim(cell) != "" {
			if filled++; filled == 1 {
				text = tidy(cell)
			}
		}
	}
	word, _, colon := strings.Cut(Fold(text), ":")
	if filled > 1 {
		return colon && slices.Contains(examples, word)
	}
	return r.width > 1 && !strings.Contains(text, "@") && (strings.ContainsFunc(text, isSpace) || colon || slices.Contains(closings, word))
}

// A rosterRow becomes an entry.
type rosterRow struct {
	Entry
	reader   *rosterReader
	fullName string
	password string
	faulty   []string // fields with a fault; "" for the row itself
}

func (r *rosterRow) addFault(field string, problem error, other int) {
	f := Fault{Row: r.Row, Problem: problem, Other: other}
	if problem == ErrDateForm {
		f.Expected = r.reader.dates.name
	}
	for _, c := range r.reader.cells {
		if c.Field == field {
			f.Column = c.Header
			break
		}
	}
	r.reader.found.add(f)
	r.faulty = append(r.faulty, field)
}

// fill sets the person and the password from the cells.
func (r *rosterRow) fill(cells []string) {
	for _, c := range r.reader.cells {
		var raw string
		if c.at < len(cells) {
			raw = cells[c.at]
		}
		r.set(c, raw)
	}
	if r.Profile.FirstName == "" && r.Profile.LastName == "" {
		r.Profile.FirstName, r.Profile.LastName = splitName(r.fullName)
	}
	if extra := cells[min(len(cells), r.reader.width):]; !blank(extra) {
		r.addFault("", ErrExtraCells, 0)
	}
}

// set sets a field from a cell.
func (r *rosterRow) set(c rosterCell, raw string) {
	cell := tidy(raw)
	if r.reader.Entities {
		cell = trim(withEntities(cell))
	}
	switch {
	case cell == "":
		if c.Filled {
			r.addFault(c.Field, ErrEmpty, 0)
		}
	case looksMangled(cell) && c.Field != "password":
		r.addFault(c.Field, ErrMangled, 0)
	case c.text != nil:
		*c.text(&r.Profile) = cell
	case c.Field == "password":
		r.password = strings.Clone(raw) // a slice would keep the row in memory
	case c.Field == "name":
		r.fullName = cell
	case c.Field == "role":
		r.setRole(cell)
	case c.Field == "groups":
		r.addGroups(raw)
	case c.Field == "status":
		status, ok := r.reader.statuses[label(cell)]
		if !ok {
			r.addFault(c.Field, ErrStatus, 0)
		}
		r.setStatus(status)
	case c.Field == "active", c.Field == "inactive":
		yes, ok := answers[Fold(cell)]
		switch {
		case !ok:
			r.addFault(c.Field, ErrAnswer, 0)
		case yes == (c.Field == "active"):
			r.setStatus(Active)
		default:
			r.setStatus(Inactive)
		}
	default:
		r.setLeave(c.Field, cell)
	}
}

// setStatus sets the status; of several columns the one that says that the person has left goes before.
func (r *rosterRow) setStatus(s Status) {
	if !r.Left() {
		r.Status = max(r.Status, s)
	}
}

// addGroups adds the groups of a cell.
func (r *rosterRow) addGroups(raw string) {
	for group := range strings.FieldsFuncSeq(bare(raw), func(c rune) bool { return c == ';' || c == '\n' }) {
		if r.reader.Entities {
			group = withEntities(group)
		}
		if group = trim(group); group != "" {
			r.Profile.Groups = append(r.Profile.Groups, strings.Clone(group))
		}
	}
}

// splitName returns first and last name of a full one: "Last, First", or the first word and the rest.
func splitName(name string) (first, last string) {
	if last, first, ok := strings.Cut(name, ","); ok {
		return trim(first), trim(last)
	}
	first, last, _ = strings.Cut(name, " ")
	return first, trim(last)
}

var entity = regexp.MustCompile(`&#([0-9]{1,7});?`)

// withEntities returns a cell with the characters that it has by their number.
func withEntities(cell string) string {
	return entity.ReplaceAllStringFunc(cell, func(text string) string {
		n, err := strconv.Atoi(strings.Trim(text, "&#;"))
		if err != nil || n < ' ' || !utf8.ValidRune(rune(n)) {
			return text
		}
		return string(rune(n))
	})
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
			if !slices.ContainsFunc(r.faulty, recognises) {
				r.addFault("", ErrNoIdentity, 0)
			}
			return
		}
		r.addFault(wrong.Field, wrong.Reason, 0)
		if wrong.Field == "groups" {
			r.Profile.Groups = nil
			continue
		}
		*textOf(wrong.Field)(&r.Profile) = ""
	}
}

// joins reports whether the row is a further one of a person before it, with other groups and nothing
// else of its own. The groups are added to that person.
func (r *rosterRow) joins() bool {
	keys := r.Profile.Keys()
	if len(r.faulty) > 0 || len(r.Profile.Groups) == 0 || len(keys) == 0 {
		return false
	}
	people := r.reader.People
	i, ok := slices.BinarySearchFunc(people, r.reader.taken[keys[0]], func(e Entry, row int) int { return cmp.Compare(e.Row, row) })
	if !ok {
		return false
	}
	same, groups := people[i], people[i].Profile.Groups
	same.Row, same.Profile.Groups = r.Row, r.Profile.Groups
	if !reflect.DeepEqual(same, r.Entry) {
		return false
	}
	if slices.Equal(groups, r.Profile.Groups) {
		return false // nothing new: a repetition
	}
	same.Profile.Groups = slices.Concat(groups, same.Profile.Groups)
	clean, err := same.Profile.Clean()
	if err != nil {
		r.addFault("groups", ErrTooLong, 0)
		return true
	}
	people[i].Profile = clean
	return true
}

// takeKeys takes the row's keys, also for a faulty row.
func (r *rosterRow) takeKeys() {
	keys := r.Profile.Keys()
	for _, k := range keys {
		other, ok := r.reader.taken[k]
		switch {
		case !ok:
			r.reader.taken[k] = r.Row
			r.reader.memory += keySize + len(k.Value)
		case k.Kind != KeyEmail || !r.reader.SharedAddresses || len(keys) == 1:
			r.addFault(k.Kind.String(), ErrDuplicateRow, other)
		}
	}
}

// accept keeps person and password of a good row while the file is usable.
func (r *rosterRow) accept() {
	reader := r.reader
	if len(r.faulty) > 0 || !reader.usable() {
		return
	}
	reader.People = append(reader.People, r.Entry)
	reader.memory += personSize + len(r.Leave.Date)
	for _, text := range r.Profile.texts() {
		reader.memory += len(*text)
	}
	for _, group := range r.Profile.Groups {
		reader.memory += textSize + len(group)
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
