package users

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Bounds of a roster. A file beyond MaxRosterBytes, MaxRosterRows or MaxRosterMemory is
// refused whole as [ErrTooLarge]. A row beyond MaxRosterRowBytes or MaxRosterColumns is a
// fault of its own, [ErrTooLong]. Faults beyond MaxRosterFaults are counted, see [Unlisted].
const (
	MaxRosterBytes    = 512 << 20 // 512 MiB, as the file stands
	MaxRosterRows     = 1 << 20   // what a spreadsheet holds
	MaxRosterMemory   = 64 << 20  // 64 MiB, of what is kept while a file is read: people, faults, passwords, headers
	MaxRosterRowBytes = 1 << 20   // 1 MiB, in UTF-8
	MaxRosterColumns  = 1 << 14   // what a spreadsheet holds
	MaxRosterFaults   = 1000
)

// A Roster is a list of people out of a file.
type Roster struct {
	People  []Entry  // in the order of the file
	Faults  Faults   // why rows were left out, see [RosterOptions.SkipFaulty]
	Fields  []string // what the file has columns for, see [Column.Field]; of the rest it says nothing
	Ignored []string // the headers of the other columns, as the file has them
}

// An Entry is a person of a roster. The profile has been through
// [Profile.Clean] and has no ID.
type Entry struct {
	Row     int // as in a spreadsheet, see [ReadRoster]
	Profile Profile
	Role    Role // [Member] where the file has no word for it; never [Owner]
}

// A Column is one that a roster may have.
type Column struct {
	// Header is the column's name. The case, spaces, hyphens and underscores
	// make no difference: "First name" is FIRSTNAME and first_name.
	Header string

	// Field is what the cells are: "first-name", "last-name", "username", "email",
	// "external-id", "location", "department", "title", "role" or "password"; or
	// "status" or "groups", which [WriteRoster] writes and [ReadRoster] ignores.
	Field string

	// Of a file that is read.
	Optional bool // the file may be without the column
	Filled   bool // no cell of the column may be empty
}

// RosterOptions say what a roster looks like, to [ReadRoster] and [WriteRoster].
// The zero value takes all fields but the password, none of them required.
type RosterOptions struct {
	// Columns are the columns to look for, one per field, and the columns to
	// write. Any others in a file are ignored.
	Columns []Column

	// Roles are the product's words for roles, compared as headers are. The
	// default is the names of the roles and what they are often called. A cell
	// with a word for [Owner] is a fault: owners are not imported.
	Roles map[string]Role

	// The rest is about reading alone.

	// Source is where the people come from; the default is [SourceImport].
	Source Source

	// SkipFaulty leaves faulty rows out and reports them in [Roster.Faults].
	// Without it, a file with a fault is not used at all.
	SkipFaulty bool

	// Password is handed each password that is not empty, as it stands in the
	// file. It is called once all else is judged, for the rows that are used. An
	// error makes its row faulty, and stays out of the fault's text, since it may
	// quote the password; [errors.Is] finds it. If that leaves the file unused,
	// forget what was handed over. The roster keeps no password; without this
	// function they are dropped.
	Password func(row int, profile Profile, password string) error
}

// AccuEdRoster returns the options for a user list of AccuEd Connect: nine
// columns, none of which may be missing, with cells that may be empty for
// username, password, location, department and title.
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
}

// writtenOnly are the fields that no file is read for.
var writtenOnly = []string{"groups", "status"}

var defaultRoles = map[string]Role{
	"Member": Member, "User": Member, "Learner": Member, "Student": Member, "Participant": Member,
	"Manager": Manager, "Report Manager": Manager,
	"Admin": Admin, "Administrator": Admin,
	"Owner": Owner, "Account Owner": Owner,
}

// ReadRoster reads a list of people out of a CSV file, as spreadsheets export
// it: UTF-8, or UTF-16 with a byte order mark; separated by commas, semicolons
// or tabs; a header first, its columns in any order. Empty rows are skipped,
// cells trimmed, line breaks inside them become spaces, and the apostrophe that
// exports put before a formula is taken off again, see [WriteRoster].
//
// All faults are found at once. They are the error, as [Faults], and there are
// no people then; with SkipFaulty, the faulty rows are left out instead. That
// helps neither a file that is unreadable, too large or without a row that can be
// used, nor a header with faults, under which no row is looked at.
//
// An address, username or external ID may stand in one row only. The later row
// is the one at fault, even if the earlier one is faulty itself. A row with
// misplaced quotation marks is taken to end with its line, so that the rows
// below can be read.
//
// Rows have the numbers that a spreadsheet shows: the header is row 1, empty
// rows count, a line break inside a cell starts no new row.
//
// The file is read as a stream, in bounded memory: of people, faults, passwords and headers
// [MaxRosterMemory] at most, which is some 150,000 people with an address and a name, besides
// some MiB for the row at hand. Each of them counts with its texts and about 300 bytes.
//
// Any other error is one of the reader, wrapped, or of options that contradict
// themselves.
func ReadRoster(r io.Reader, o RosterOptions) (Roster, error) {
	reader, err := o.reader()
	if err != nil {
		return Roster{}, err
	}
	text := &rosterText{file: r}
	if text.isInstruction() {
		text.passLine()
	}
	rows := &sheet{text: text}
	if err := reader.findHeader(rows); err != nil {
		return Roster{}, err
	}
	return reader.read(rows)
}

// complete returns the options with their defaults, or says how they contradict
// themselves.
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
		name, wrong := label(c.Header), ""
		switch {
		case textOf(c.Field) == nil && c.Field != "role" && c.Field != "password" && !slices.Contains(writtenOnly, c.Field):
			wrong = fmt.Sprintf("the field %q is unknown", c.Field)
		case name == "":
			wrong = "the header is empty"
		case headers[name]:
			wrong = "another column has this header"
		case fields[c.Field]:
			wrong = fmt.Sprintf("another column has the field %q", c.Field)
		}
		if wrong != "" {
			return o, fmt.Errorf("users: roster column %q: %s", c.Header, wrong)
		}
		headers[name], fields[c.Field] = true, true
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

// textOf returns where the field of that name is in a profile, or nil.
func textOf(name string) func(*Profile) *string {
	for _, f := range fields {
		if f.name == name {
			return f.text
		}
	}
	return nil
}

// label is the form in which headers and words for roles are compared.
func label(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || isSpace(r) {
			return -1
		}
		return foldRune(r)
	}, text)
}
