package users

import "io"

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

// A Roster is a list of people from a file. That of a refused file has neither people nor faults,
// and the rest as far as the file was read.
type Roster struct {
	People    []Entry     // in the order of the file
	Faults    Faults      // of the skipped rows, see [RosterOptions.SkipFaulty]
	Header    int         // the row of the header; 0: none
	Separator byte        // between cells
	Fields    []string    // of the columns in the file, see [Column.Field]
	Ignored   []string    // the other headers of the file
	Unnamed   []string    // the letters of filled columns without a header, which are ignored too
	Passed    []PassedRow // filled rows that are no people: before the header, totals, notes
}

// A PassedRow is a row that is no person, with the first bytes of its text.
type PassedRow struct {
	Row  int
	Text string
}

// An Entry is a person of a roster. The profile is cleaned by [Profile.Clean], its ID empty.
type Entry struct {
	Row     int // as in a spreadsheet, see [ReadRoster]
	Profile Profile
	Role    Role  // default [Member]; [Owner] of a user who is, or was, one
	Leave   Leave // the day of the leave, if the file has one
	// Status is the status in the file, see [Entry.Left]. The default is [NoStatus].
	Status Status
}

// Left reports whether the person has left: they are inactive, archived or deleted in the file. Of
// such an entry seats.InviteAll makes no invitation.
func (e Entry) Left() bool { return In(Inactive, Archived, Deleted).Has(e.Status) }

// A Column is a column of a roster.
type Column struct {
	// Header is the name of the column, compared apart from case, spaces, hyphens, underscores and
	// invisible characters: "First name" equals FIRSTNAME and first_name. A header of a file is also
	// compared without the additions of templates: brackets, asterisks, full stops, question marks and
	// a last "required", and # is a number.
	Header string

	// Field is the field of the cells: "first-name", "last-name", "username", "email",
	// "external-id", "location", "department", "title", "role" or "password", or one of these:
	//
	// "groups" has groups separated by semicolons or line breaks; a group with one of these or a
	// quotation mark stands in quotation marks, as cells do. Several columns of a file may have the field, also numbered
	// ones such as group1. Several rows of a person may differ in their groups alone.
	//
	// "name" is a full name: "Last, First", or else the first word and the rest. It fills the first or
	// the last name that is missing. "last-name-prefix" comes before the last name, as the Dutch
	// "van der". Both are not written.
	//
	// "status" is a word of [RosterOptions.Statuses]. "active" and "inactive" are yes, no or such a word, and are
	// not written; of "inactive" an x too is yes. Several columns may have these fields; where they differ, the last status in the order of
	// [Statuses] is taken. A column of no field that may tell that users have left, such as "Leaver" with yes, is the
	// fault [ErrUnmapped] of the header until the mapping has it.
	//
	// The date of a leave has a field for each meaning: "last-day" is the last day with access,
	// "first-day-without" the first one without. "leave" is read as [RosterOptions.LeaveDay]
	// says. It is not written, since its header may be read either way.
	Field string

	// For reading.
	Synonyms []string // other headers of the column, compared like Header
	Optional bool     // the column may be missing
	Filled   bool     // empty cells are faults
}

// RosterOptions describe a roster to [ReadRoster] and [WriteRoster]. The zero value has all
// fields but the password, all of them optional. [SystemRoster] has the options for files of
// well-known systems.
type RosterOptions struct {
	// Columns are the columns to read and to write, one per field: of several optional ones the
	// others are synonyms of the first, which is written. [ReadRoster] ignores other columns. The
	// default columns are also read by their common names: those of well-known systems, and of
	// personnel systems in English, German, French, Spanish, Dutch, Portuguese and Italian. Of
	// several such names in a file the most specific one is read.
	Columns []Column

	// Roles are the product's words for roles, compared like headers. The default is the names
	// of the roles and common words in these languages. [Owner] is read as it is
	// written; no file makes an owner, see package seats on what its lists of commands do.
	Roles map[string]Role

	// DateFormat is the form of dates, as in "DD/MM/YYYY": the year as YYYY, the month as MM or
	// M, the day as DD or D. The default is "YYYY-MM-DD", ISO 8601. Dates of another form are
	// faults, [ErrDateForm]: the order of day and month is never guessed. In reading, days and
	// months between separators may lack a zero, a time of midnight may follow, and 0000-00-00 is none.
	DateFormat string

	// The following are for reading.

	// Mapping has the field of headers of the file, compared like [Column.Header], before all
	// other names; "" ignores the column. An admin may choose it on a screen, see [ProbeRoster].
	Mapping map[string]string

	// Statuses are words for statuses, compared like headers, beside the names of these. The default is
	// common words in these languages. A cell with another word is a fault, [ErrStatus].
	Statuses map[string]Status

	// LeaveDay is the meaning of dates in a column with the field "leave". The default is that
	// of the account's policy.
	LeaveDay LeaveDay

	// Source is the source of the people. The default is [SourceImport].
	Source Source

	// SharedAddresses lets people share an address, if each of them has a username or an external
	// ID. Otherwise the second row with an address is a fault.
	SharedAddresses bool

	// Entities decodes numbered characters in cells, as in the files of Moodle: "&#44" or "&#44;"
	// is a comma.
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

// ReadRoster reads a list of people from a CSV file as spreadsheets and other systems export it:
// UTF-8, or UTF-16 with a byte order mark; separated by commas, semicolons, tabs, vertical bars,
// carets or colons. Empty rows are skipped. Cells are trimmed, line breaks in cells become spaces,
// ="007" is 007, and the guard of an exported formula is removed, see [WriteRoster]. Dashes alone are an empty
// cell. An identifier such as #N/A or 1.23457E+12 is [ErrNoValue].
//
// For another encoding the host gives a reader that decodes the file, such as a transform.Reader of
// golang.org/x/text; examples/encodings has some. Otherwise the fault [ErrEncoding] has the first row
// that is not in UTF-8. Cells that were decoded wrongly before, with Ã¼ for ü or U+FFFD, are [ErrMangled];
// in a file with a byte order mark they are texts.
//
// The header is the one of the first 20 rows that names most columns, in any order. The rows before
// it are passed over. So are repetitions of the header, an example in the row below it, and rows without
// a person: totals, and notes alone in their row. All of them are in [Roster.Passed].
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
	reader, err := o.reader()
	if err != nil {
		return Roster{}, err
	}
	rows := newSheet(r)
	if err = reader.findHeader(rows); err == nil {
		err = reader.read(rows)
	}
	roster := reader.Roster
	if err != nil {
		roster.People, roster.Faults = nil, nil
	}
	return roster, err
}
