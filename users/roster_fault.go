package users

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The reasons against a roster, besides those against a field.
var (
	ErrEncoding     = Reason{"wrong-encoding", "is not in UTF-8: save the file as CSV UTF-8"}
	ErrTooLarge     = Reason{"too-large", fmt.Sprintf("is too large: at most %d MiB, %d rows and %d MiB of people can be read", MaxRosterBytes>>20, MaxRosterRows, MaxRosterMemory>>20)}
	ErrNoHeader     = Reason{"no-header", "has no header: none of its first rows, with a comma, semicolon, tab, |, ^ or : between the cells, names a column"}
	ErrNoKeyColumn  = Reason{"no-key-column", "names no column that identifies users: email, username or external ID"}
	ErrMangled      = Reason{"mangled-characters", "has characters of a wrong encoding: save the original as CSV UTF-8"}
	ErrUnmapped     = Reason{"unmapped-column", "may say that users have left: map it to a field, or to none"}
	ErrNoValue      = Reason{"no-value", "is an error or a rounded number of a spreadsheet: give the value as a text, or leave the cell empty"}
	ErrNoColumn     = Reason{"no-column", "is missing from the header"}
	ErrColumnTwice  = Reason{"column-twice", "stands in the header more than once"}
	ErrColumnAlike  = Reason{"column-alike", "means the same as another column"}
	ErrQuotes       = Reason{"misplaced-quotes", "has a misplaced or unclosed quotation mark"}
	ErrExtraCells   = Reason{"extra-cells", "has more cells than the header"}
	ErrNoIdentity   = Reason{"no-identity", "has no email, username or external ID: give one of them"}
	ErrDuplicateRow = Reason{"taken", "is taken by another row"}
	ErrRole         = Reason{"unknown-role", "is not a known role"}
	ErrStatus       = Reason{"unknown-status", "is not a known status"}
	ErrAnswer       = Reason{"unknown-answer", "is neither yes nor no"}
	ErrOwner        = Reason{"role-of-owner", "is the role of an owner: give another role and grant the ownership later"}
	ErrDateForm     = Reason{"wrong-date-form", "is not a date of the expected form"}
	ErrPassword     = Reason{"password-refused", "is not accepted"}
)

// A Fault is a fault of a roster. Its text is for the author of the file and leaves cells out.
type Fault struct {
	Row     int    // as in a spreadsheet, see [ReadRoster]; 0: the whole file
	Column  string // the header, as in the file or, of a missing column, in [Column.Header]; empty: the whole row
	Field   string // of the column, for a fault of a row, see [Column.Field]; empty: the whole row
	Problem error  // such as [ErrDuplicateRow], [ErrEmpty] or [ErrAddress]; found by [errors.Is]
	Other   int    // the earlier row of a duplicate
	// Expected is for [ErrDateForm] the form, see [RosterOptions.DateFormat], and for [ErrNoHeader]
	// a header with the columns that were looked for and the separator of the file.
	Expected string
	// Keys identify the person of a faulty row, as far as they can be read. They are not in the text. A row
	// with more cells than the header has none: which cell is which can't be told.
	Keys []Key
}

// RowFault returns the fault of a row as an error of [RosterScan.People] or [Roster.Complete], after which the list
// goes on. Other errors refuse the rest of the file, [Faults] too.
func RowFault(err error) (f Fault, ok bool) {
	f, ok = err.(Fault)
	return f, ok && f.Row > 0
}

// Error returns the fault as a sentence, such as "row 12: Email is taken by row 3".
func (f Fault) Error() string {
	var text string
	switch {
	case f.Row == 0:
		text = "the file"
	case f.Column == "":
		text = fmt.Sprintf("row %d", f.Row)
	default:
		text = fmt.Sprintf("row %d: %s", f.Row, f.Column)
	}
	if f.Other != 0 {
		return fmt.Sprintf("%s is taken by row %d", text, f.Other)
	}
	text += " " + f.Problem.Error()
	switch {
	case f.Expected != "":
		text += ": " + f.Expected
	case f.Problem == ErrTooLong && f.Column == "":
		text += fmt.Sprintf(": at most %d MiB and %d cells", MaxRosterRowBytes>>20, MaxRosterColumns)
	case f.Problem == ErrTooLong:
		text += fmt.Sprintf(": at most %d characters, identifiers %d bytes", MaxText, MaxID)
	}
	return text
}

// Unwrap returns the problem.
func (f Fault) Unwrap() error { return f.Problem }

// Faults are the faults of a roster by row, at most [MaxRosterFaults]. The number of further
// ones follows as a fault with the problem [Unlisted].
type Faults []Fault

// Unlisted is the number of faults beyond [MaxRosterFaults].
type Unlisted int

func (n Unlisted) Error() string {
	return fmt.Sprintf("has further faults that are not listed: %d", int(n))
}

// Error returns the first fault and the number of faults. A page ranges over the list instead.
func (f Faults) Error() string {
	if len(f) == 0 {
		return "users: a roster without faults"
	}
	n := len(f)
	if unlisted, ok := f[n-1].Problem.(Unlisted); ok {
		n += int(unlisted) - 1
	}
	if n == 1 {
		return "users: roster: " + f[0].Error()
	}
	return fmt.Sprintf("users: roster: %v (the first of %d faults)", f[0], n)
}

// Unwrap returns the faults one by one.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, fault := range f {
		errs[i] = fault
	}
	return errs
}

// A faultList collects faults up to the bound and counts the rest.
type faultList struct {
	faults   Faults
	unlisted Unlisted
}

func (l *faultList) add(f Fault) {
	if len(l.faults) == MaxRosterFaults {
		l.unlisted++
		return
	}
	l.faults = append(l.faults, f)
}

func (l *faultList) list() Faults {
	slices.SortStableFunc(l.faults, func(a, b Fault) int { return cmp.Compare(a.Row, b.Row) })
	if l.unlisted > 0 {
		return append(l.faults, Fault{Problem: l.unlisted})
	}
	return l.faults
}

func (r *rosterRow) addFault(field string, problem error, other int) {
	f := Fault{Row: r.Row, Field: field, Problem: problem, Other: other}
	if problem == ErrDateForm {
		f.Expected = r.reader.dates.name
	}
	for _, c := range r.reader.cells {
		if c.Field == field && (r.reading == "" || r.reading == c.Header) {
			f.Column = c.Header
			break
		}
	}
	r.reader.found.add(f)
	r.faulty = append(r.faulty, field)
}

// identify gives the keys of the row to its faults, those of the list from that place on.
func (r *rosterRow) identify(from int) {
	faults := r.reader.found.faults[from:]
	if len(faults) == 0 || len(r.reader.keys) == 0 || slices.Contains(r.faulty, "") {
		return
	}
	keys := slices.Clone(r.reader.keys)
	for i := range keys {
		keys[i].Value = strings.Clone(keys[i].Value) // it may be a slice of the row
		r.reader.memory += keySize + len(keys[i].Value)
	}
	for i := range faults {
		faults[i].Keys = keys
	}
}

// A passwordError keeps the cause out of the text.
type passwordError struct{ cause error }

func (e passwordError) Error() string   { return ErrPassword.Error() }
func (e passwordError) Unwrap() []error { return []error{ErrPassword, e.cause} }
