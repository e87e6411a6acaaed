package users

import (
	"fmt"
	"io"
	"slices"
	"strings"
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

// A Roster is a list of people from a file.
type Roster struct {
	People  []Entry  // in the order of the file
	Faults  Faults   // of the skipped rows, see [RosterOptions.SkipFaulty]
	Fields  []string // of the columns in the file, see [Column.Field]
	Ignored []string // the other headers of the file
}

// An Entry is a person of a roster. The profile is cleaned by [Profile.Clean], its ID empty.
type Entry struct {
	Row     int // as in a spreadsheet, see [ReadRoster]
	Profile Profile
	Role    Role  // default [Member]; [Owner] is refused
	Leave   Leave // the day of the leave, if the file has one
}

// A Column is a column of a roster.
type Column struct {
	// Header is the name of the column, compared apart from case, spaces, hyphens and
	// underscores: "First name" equals FIRSTNAME and first_name.
	Header string

	// Field is the field of the cells: "first-name", "last-name", "username", "email",
	// "external-id", "location", "department", "title", "role" or "password".
	//
	// The date of a leave has a field for each meaning: "last-day" is the last day with access,
	// "first-day-without" the first one without. "leave" is read as [RosterOptions.LeaveDay]
	// says. [WriteRoster] leaves "leave" out, since its header may be read either way.
	//
	// "status" and "groups" are written by WriteRoster and ignored by [ReadRoster].
	Field string

	// For reading.
	Synonyms []string // other headers of the column, compared like Header
	Optional bool     // the column may be missing
	Filled   bool     // empty cells are faults
}

// RosterOptions describe a roster to [ReadRoster] and [WriteRoster]. The zero value has all
// fields but the password, all of them optional.
type RosterOptions struct {
	// Columns are the columns to read and to write, one per field. [ReadRoster] ignores other
	// columns.
	Columns []Column

	// Roles are the product's words for roles, compared like headers. The default is the names
	// of the roles and common synonyms. A cell with a word for [Owner] is a fault.
	Roles map[string]Role

	// DateFormat is the form of dates, as in "DD/MM/YYYY": the year as YYYY, the month as MM or
	// M, the day as DD or D. The default is "YYYY-MM-DD", ISO 8601. Dates of another form are
	// faults, [ErrDateForm]. In reading, days and months between separators may lack a zero.
	DateFormat string

	// The following are for reading.

	// LeaveDay is the meaning of dates in a column with the field "leave". The default is that
	// of the account's policy.
	LeaveDay LeaveDay

	// Source is the source of the people. The default is [SourceImport].
	Source Source

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

var defaultColumns = []Column{
	{Header: "First name", Field: "first-name", Optional: true},
	{Header: "Last name", Field: "last-name", Optional: true},
	{Header: "Username", Field: "username", Optional: true},
	{Header: "Email", Field: "email", Optional: true},
	{Header: "External ID", Field: "external-id", Optional: true},
	{Header: "Role", Field: "role", Optional: true},
	{Header: "Location", Field: "location", Optional: true},
	{Header: "Department", Field: "department", Optional: true},
	{Header: "Title", Field: "title", Optional: true},
	{Header: "Groups", Field: "groups"},
	{Header: "Status", Field: "status"},
	{Header: "Last day", Field: "last-day", Optional: true, Synonyms: []string{"Last day of access", "Last day with access", "Last working day", "Active until"}},
	{Header: "First day without access", Field: "first-day-without", Optional: true, Synonyms: []string{"First day without", "Inactive from"}},
	{Header: "Leave date", Field: "leave", Optional: true, Synonyms: []string{"Leaving date", "End date", "Deactivation date", "Make inactive", "Termination date", "Expiration date", "Expiry date"}},
}

// writtenOnly are the fields ignored in reading.
var writtenOnly = []string{"groups", "status"}

// isField reports whether a column may have the field.
func isField(name string) bool {
	_, leave := leaveFields[name]
	return leave || textOf(name) != nil || name == "role" || name == "password" || slices.Contains(writtenOnly, name)
}

var defaultRoles = map[string]Role{
	"Member": Member, "User": Member, "Learner": Member, "Student": Member, "Participant": Member,
	"Manager": Manager, "Report Manager": Manager,
	"Admin": Admin, "Administrator": Admin,
	"Owner": Owner, "Account Owner": Owner,
}

// ReadRoster reads a list of people from a CSV file as spreadsheets export it: UTF-8, or
// UTF-16 with a byte order mark; separated by commas, semicolons or tabs; the header first,
// with columns in any order. Empty rows are skipped. Cells are trimmed, line breaks in cells
// become spaces, and the apostrophe before an exported formula is removed, see [WriteRoster].
//
// All faults are found in one pass and returned as the error, [Faults], with an empty roster.
// With SkipFaulty the faulty rows are skipped instead. Some faults refuse the file in any
// case: a file unreadable or too large, a faulty header, and the lack of any good row.
//
// An address, username or external ID may stand in one row. A repetition is the fault of the
// later row, even after a faulty one. A row with misplaced quotation marks ends with its line,
// so that the following rows are read.
//
// Rows are numbered as in a spreadsheet: the header is row 1, empty rows count, a line break in
// a cell stays in its row.
//
// The file is read as a stream. People, faults, passwords and headers take at most
// [MaxRosterMemory], about 150,000 people with an address and a name: each counts with its
// texts and about 300 bytes. The present row takes some MiB more.
//
// Other errors are those of the reader, wrapped, and contradictions in the options.
func ReadRoster(r io.Reader, o RosterOptions) (Roster, error) {
	reader, err := o.reader()
	if err != nil {
		return Roster{}, err
	}
	text := &rosterText{file: r}
	if text.isInstruction() {
		text.skipLine()
	}
	rows := &sheet{text: text}
	if err := reader.findHeader(rows); err != nil {
		return Roster{}, err
	}
	return reader.read(rows)
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
	roles := map[string]Role{}
	for word, role := range o.Roles {
		if !role.Valid() {
			return o, fmt.Errorf("users: roster role %q: the role is unknown", word)
		}
		if other, ok := roles[label(word)]; ok && other != role {
			return o, fmt.Errorf("users: roster role %q: the word stands for two roles", word)
		}
		roles[label(word)] = role
	}
	return o, nil
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

// label returns the comparison form of a header or a word for a role.
func label(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || isSpace(r) {
			return -1
		}
		return foldRune(r)
	}, text)
}
