package users

import (
	"fmt"
	"io"
	"slices"
)

// Bounds of a roster. A file beyond MaxRosterBytes, MaxRosterRows or MaxRosterMemory is refused
// whole as [ErrTooLarge]. A row beyond MaxRosterRowBytes or MaxRosterColumns is a fault,
// [ErrTooLong]. Faults beyond MaxRosterFaults are counted, see [Unlisted].
const (
	MaxRosterBytes    = 512 << 20 // 512 MiB of the file
	MaxRosterRows     = 1 << 20   // the rows of a spreadsheet
	MaxRosterMemory   = 64 << 20  // 64 MiB of people, faults, passwords and headers
	MaxRosterRowBytes = 1 << 20   // 1 MiB in UTF-8
	MaxRosterColumns  = 1 << 14   // the columns of a spreadsheet
	MaxRosterFaults   = 1000
)

// A Roster is a list of people from a file. That of a refused file has no people.
type Roster struct {
	People  []Entry     // in the order of the file
	Faults  Faults      // of the skipped rows, see [RosterOptions.SkipFaulty]
	Header  int         // the row of the header
	Fields  []string    // of the columns in the file, see [Column.Field]
	Ignored []string    // the other headers of the file
	Passed  []PassedRow // filled rows that are no people: before the header, totals, notes
}

// A PassedRow is a row that is no person, with the beginning of its text.
type PassedRow struct {
	Row  int
	Text string
}

// An Entry is a person of a roster. The profile is cleaned by [Profile.Clean], its ID empty.
type Entry struct {
	Row     int // as in a spreadsheet, see [ReadRoster]
	Profile Profile
	Role    Role  // default [Member]; [Owner] is refused
	Leave   Leave // the day of the leave, if the file has one
	// Status is what the file says of the person: inactive, archived and deleted ones have left.
	// [NoStatus] without a word.
	Status Status
}

// Left reports whether the file says that the person has left.
func (e Entry) Left() bool { return In(Inactive, Archived, Deleted).Has(e.Status) }

// A Column is a column of a roster.
type Column struct {
	// Header is the name of the column, compared apart from case, spaces, hyphens, underscores and
	// invisible characters: "First name" equals FIRSTNAME and first_name. In reading, what templates
	// add is left out where needed: brackets and what is in them, asterisks, "required".
	Header string

	// Field is the field of the cells: "first-name", "last-name", "username", "email",
	// "external-id", "location", "department", "title", "groups", "role" or "password".
	//
	// "name" is a full name in reading: "Last, First", or else the first word and the rest. It is for
	// people without a first or last name of their own, and is not written.
	//
	// "groups" are separated by semicolons or line breaks. In reading there may be
	// several such columns, also numbered ones, and several rows of a person that differ in nothing else.
	//
	// "status" is a word of [RosterOptions.Statuses]. "active" and "inactive" are yes or no, in
	// reading alone and in any number of columns: a person is inactive if one of them says so.
	//
	// The date of a leave has a field for each meaning: "last-day" is the last day with access,
	// "first-day-without" the first one without. "leave" is read as [RosterOptions.LeaveDay]
	// says. [WriteRoster] leaves "leave" out, since its header may be read either way.
	Field string

	// For reading.
	Synonyms []string // other headers of the column, compared like Header
	Optional bool     // the column may be missing
	Filled   bool     // empty cells are faults
}

// RosterOptions describe a roster to [ReadRoster] and [WriteRoster]. The zero value has all
// fields but the password, all of them optional, and knows the usual names of columns: those of
// well-known systems, also in German, French, Spanish, Dutch, Portuguese and Italian.
type RosterOptions struct {
	// Columns are the columns to read and to write, one per field. [ReadRoster] ignores other
	// columns.
	Columns []Column

	// Mapping has the field of further headers of the file, as an admin may have chosen it after
	// [ProbeRoster]; "" leaves the column out. It goes before Columns.
	Mapping map[string]string

	// Roles are the product's words for roles, compared like headers. The default is the names
	// of the roles and common words in the languages above. A cell with a word for [Owner] is a fault.
	Roles map[string]Role

	// Statuses are words for statuses, compared like headers, beside their names. The default is
	// common words in the languages above. A cell with another word is a fault.
	Statuses map[string]Status

	// DateFormat is the form of dates, as in "DD/MM/YYYY": the year as YYYY, the month as MM or
	// M, the day as DD or D. The default is "YYYY-MM-DD", ISO 8601. Dates of another form are
	// faults, [ErrDateForm]: the order of day and month is never guessed. In reading, days and
	// months between separators may lack a zero.
	DateFormat string

	// The following are for reading.

	// LeaveDay is the meaning of dates in a column with the field "leave". The default is that
	// of the account's policy.
	LeaveDay LeaveDay

	// Source is the source of the people. The default is [SourceImport].
	Source Source

	// SharedAddresses says that people with a username or an external ID may share an address.
	// Otherwise the second row with an address is a fault.
	SharedAddresses bool

	// Entities says that cells have characters by their number, as the files of Moodle do: "&#44"
	// or "&#44;" is a comma.
	Entities bool

	// SkipFaulty skips faulty rows and reports them in [Roster.Faults]. Otherwise a fault
	// refuses the file.
	SkipFaulty bool

	// Password gets each password as it stands in the file. ReadRoster calls it after all other
	// checks, for accepted rows with a password. A host must forget the passwords of a file
	// refused in the end.
	//
	// An error makes the row faulty. [errors.Is] finds the error in the fault; the fault's text
	// leaves it out, since it may quote the password. ReadRoster keeps passwords until the call
	// and drops them if Password is nil.
	Password func(row int, profile Profile, password string) error
}

// AccuEdRoster returns the options for a user list of AccuEd Connect: nine required columns.
// Cells of username, password, location, department and title may be empty.
func AccuEdRoster() RosterOptions {
	return RosterOptions{
		Columns: []Column{
			{Header: "First name", Field: "first-name", Filled: true},
			{Header: "Last name", Field: "last-name", Filled: true},
			{Header: "Username", Field: "username"},
			{Header: "Password", Field: "password"},
			{Header: "Email", Field: "email", Filled: true},
			{Header: "Role", Field: "role", Filled: true},
			{Header: "Location", Field: "location"},
			{Header: "Department", Field: "department"},
			{Header: "Title", Field: "title"},
		},
		Roles: map[string]Role{"User": Member, "Report Manager": Manager, "Administrator": Admin},
	}
}

// defaultColumns have further names, see commonNames.
var defaultColumns = []Column{
	{Header: "First name", Field: "first-name", Optional: true},
	{Header: "Last name", Field: "last-name", Optional: true},
	{Header: "Name", Field: "name", Optional: true},
	{Header: "Username", Field: "username", Optional: true},
	{Header: "Email", Field: "email", Optional: true},
	{Header: "External ID", Field: "external-id", Optional: true},
	{Header: "Role", Field: "role", Optional: true},
	{Header: "Location", Field: "location", Optional: true},
	{Header: "Department", Field: "department", Optional: true},
	{Header: "Title", Field: "title", Optional: true},
	{Header: "Groups", Field: "groups", Optional: true},
	{Header: "Status", Field: "status", Optional: true},
	{Header: "Active", Field: "active", Optional: true},
	{Header: "Inactive", Field: "inactive", Optional: true},
	{Header: "Last day", Field: "last-day", Optional: true, Synonyms: []string{"Last day of access", "Last day with access", "Last working day", "Active until"}},
	{Header: "First day without access", Field: "first-day-without", Optional: true, Synonyms: []string{"First day without", "Inactive from"}},
	{Header: "Leave date", Field: "leave", Optional: true, Synonyms: []string{"Leaving date", "End date", "Deactivation date", "Make inactive", "Termination date", "Expiration date", "Expiry date"}},
}

var (
	readOnly  = []string{"name", "active", "inactive", "leave"}  // fields that are not written
	severally = []string{"groups", "active", "inactive"}         // fields that several columns of a file may have
	otherwise = []string{"role", "password", "groups", "status"} // fields that are no text of a profile and no day
)

// isField reports whether a column may have the field.
func isField(name string) bool {
	_, leave := leaveFields[name]
	return leave || textOf(name) != nil || slices.Contains(otherwise, name) || slices.Contains(readOnly, name)
}

// ReadRoster reads a list of people from a CSV file as spreadsheets and other systems export it:
// UTF-8, or UTF-16 with a byte order mark; separated by commas, semicolons, tabs, vertical bars,
// carets or colons. For another encoding the host gives a reader that decodes it. Empty rows are
// skipped. Cells are trimmed, line breaks in cells become spaces, ="007" is 007, and the apostrophe
// before an exported formula is removed, see [WriteRoster].
//
// The header is that of the first 20 filled rows which names most columns, in any order; the rows before
// it are passed over. So are rows with one cell that no person could have there, such as a total or
// a note below the table, and examples in a template: all of these are in [Roster.Passed].
//
// All faults are found in one pass and returned as the error, [Faults]; the roster has no people then.
// With SkipFaulty the faulty rows are skipped instead. Some faults refuse the file in any
// case: a file unreadable or too large, a faulty header, and the lack of any good row. A header
// without an email, username or external ID is one fault.
//
// An address, username or external ID may stand in one row. A repetition is the fault of the
// later row, even after a faulty one. A row with misplaced quotation marks ends with its line,
// so that the following rows are read.
//
// Rows are numbered as in a spreadsheet: the first is row 1, empty rows count, a line break in
// a cell stays in its row.
//
// The file is read as a stream. People, faults, passwords and headers take at most
// [MaxRosterMemory], about 150,000 people with an address and a name: each counts with its
// texts and about 300 bytes. The present row, or the rows before the header, take some MiB more.
//
// Other errors are those of the reader, wrapped, and contradictions in the options.
func ReadRoster(r io.Reader, o RosterOptions) (Roster, error) {
	reader, rows, err := o.open(r)
	if err == nil {
		err = reader.read(rows)
	}
	if reader == nil {
		return Roster{}, err
	}
	roster := reader.Roster
	if err != nil {
		roster.People, roster.Faults = nil, nil
	}
	return roster, err
}

// open reads a file up to its header. The reader is nil for a contradiction in the options.
func (o RosterOptions) open(r io.Reader) (*rosterReader, *sheet, error) {
	reader, err := o.reader()
	if err != nil {
		return nil, nil, err
	}
	text := &rosterText{file: r}
	if text.isInstruction() {
		text.skipLine()
	}
	rows := &sheet{text: text}
	return reader, rows, reader.findHeader(rows)
}

// complete returns the options with their defaults, or an error for a contradiction.
func (o RosterOptions) complete() (RosterOptions, error) {
	if len(o.Columns) == 0 {
		o.Columns = defaultColumns
	}
	if len(o.Roles) == 0 {
		o.Roles = defaultRoles
	}
	if o.Source == (Source{}) {
		o.Source.Kind = SourceImport
	}
	if err := o.Source.check(); err != nil {
		return o, &FieldError{"source", err}
	}
	headers, fields := map[string]bool{}, map[string]bool{}
	for _, c := range o.Columns {
		wrong := ""
		switch {
		case !isField(c.Field):
			wrong = fmt.Sprintf("the field %q is unknown", c.Field)
		case fields[c.Field]:
			wrong = fmt.Sprintf("another column has the field %q", c.Field)
		}
		fields[c.Field] = true
		for _, header := range c.headers() {
			switch name := label(header); {
			case name == "":
				wrong = "the header is empty"
			case headers[name]:
				wrong = "another column has this header"
			default:
				headers[name] = true
			}
		}
		if wrong != "" {
			return o, fmt.Errorf("users: roster column %q: %s", c.Header, wrong)
		}
	}
	if err := o.checkMapping(); err != nil {
		return o, err
	}
	if err := checkWords("role", o.Roles, Role.Valid); err != nil {
		return o, err
	}
	return o, checkWords("status", o.Statuses, func(s Status) bool { return slices.Contains(Statuses(), s) })
}

// checkMapping checks the headers and fields of the mapping.
func (o RosterOptions) checkMapping() error {
	mapped := map[string]string{}
	for header, field := range o.Mapping {
		other, ok := mapped[label(header)]
		switch {
		case label(header) == "":
			return fmt.Errorf("users: roster mapping to %q: the header is empty", field)
		case field != "" && !isField(field):
			return fmt.Errorf("users: roster mapping of %q: the field %q is unknown", header, field)
		case ok && other != field:
			return fmt.Errorf("users: roster mapping of %q: it has two fields", header)
		}
		mapped[label(header)] = field
	}
	return nil
}

// checkWords checks words for roles or statuses.
func checkWords[V comparable](kind string, words map[string]V, valid func(V) bool) error {
	values := map[string]V{}
	for word, v := range words {
		if !valid(v) {
			return fmt.Errorf("users: roster %s %q: the %s is unknown", kind, word, kind)
		}
		if other, ok := values[label(word)]; ok && other != v {
			return fmt.Errorf("users: roster %s %q: the word stands for two values", kind, word)
		}
		values[label(word)] = v
	}
	return nil
}

// headers lists the headers of the column.
func (c Column) headers() []string { return append([]string{c.Header}, c.Synonyms...) }

// textOf returns the accessor of a profile's text, or nil for an unknown field.
func textOf(name string) func(*Profile) *string {
	i := slices.Index(fields[:], name)
	if i < 0 {
		return nil
	}
	return func(p *Profile) *string { return p.texts()[i] }
}
