package users

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// WriteRoster writes users as a CSV file for spreadsheets and [ReadRoster]: UTF-8 with the byte
// order mark, recognised by Excel, and commas. The header has all columns of the options. A row
// for each user follows, in the order of people; deleted users are skipped. seats.AsShown
// turns the users of a Keeper's list into people, with the displayed status.
//
// A role is written as the product's word: the name of the role if it is one of several words,
// otherwise the first word by its bytes. An owner becomes an admin if the product has no word
// for owners. Every other role of a role column requires a word. A status is written by name,
// groups are joined by a semicolon and a space, cells of passwords stay empty. The date of a
// leave stands in the column of its meaning. If the file has only the other column, it is
// given as the other day: the last day is the one before the first day without access.
//
// Formulas are guarded: a cell gets an apostrophe and a space before a first character = + - @ TAB CR, or
// one of the first four in full width, and also after a semicolon (with blanks and quotation
// marks between), since many spreadsheets split files there. So does a formula with leading
// apostrophes or spaces. ReadRoster removes one guard, or one apostrophe as other systems write it, so
// that every text of [Profile.Clean] is read back unchanged, but for those that are [ErrNoValue]. A
// spreadsheet may still read a text as a number or a date and show the external ID 007 as 7. gnumeric
// takes the first apostrophe off every cell: the space still keeps the formula a text, while the name 't Hooft becomes t Hooft.
//
// Rows are written as people come. Spreadsheets leave out rows beyond [MaxRosterRows];
// ReadRoster refuses a file beyond it, [MaxRosterBytes] or [MaxRosterMemory].
//
// An error of people is returned unchanged, an error of the writer wrapped. A text with invalid
// UTF-8 or a control character, and an unknown role, are a [*FieldError]. After an error a part
// of the file may be written and is useless. The file is untouched if people begin with an
// error, and if the options are contradictory, lack a word for a role, or have a header or a
// word unfit to be read back.
func WriteRoster(w io.Writer, people iter.Seq2[User, error], o RosterOptions) error {
	file := bufio.NewWriter(w)
	csv := csv.NewWriter(file)
	csv.UseCRLF = true
	_, _ = file.WriteString("\uFEFF")
	for row, err := range rosterRows(people, o, guarded) {
		if err != nil {
			return err
		}
		if csv.Write(row) != nil {
			break
		}
	}
	if csv.Flush(); csv.Error() != nil {
		return fmt.Errorf("users: writing a roster: %w", csv.Error())
	}
	return nil
}

// RosterRows returns the rows of [WriteRoster] for a file of another format whose cells are texts:
// the header, then a row for each user. A formula is a text there and has its apostrophe only if
// ReadRoster would take something off the text. An error, as of WriteRoster, ends the rows; it comes before
// the header if people begin with it. A row is valid until the next one.
func RosterRows(people iter.Seq2[User, error], o RosterOptions) iter.Seq2[[]string, error] {
	return rosterRows(people, o, func(cell string) string {
		if tidy(cell) == cell {
			return cell
		}
		return guarded(cell)
	})
}

// rosterRows is RosterRows with that guard of its cells.
func rosterRows(people iter.Seq2[User, error], o RosterOptions, guard func(string) string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		r, err := o.writer()
		if err != nil {
			yield(nil, err)
			return
		}
		yieldRow := func(row []string) bool {
			for i := range row {
				row[i] = guard(row[i])
			}
			return yield(row, nil)
		}
		begun, row := false, make([]string, len(r.fields))
		for u, err := range people {
			if err == nil && u.Status == Deleted {
				continue
			}
			if err == nil {
				err = r.fill(row, &u)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !begun && !yieldRow(r.header) || !yieldRow(row) {
				return
			}
			begun = true
		}
		if !begun {
			yieldRow(r.header)
		}
	}
}

// A rosterWriter makes rows of users.
type rosterWriter struct {
	header []string
	fields []string // of the columns
	words  []string // by role
	dates  dateFormat
	leaves map[LeaveDay]bool // the meanings with a column
}

// writer returns the writer of a file, or an error for wrong options.
func (o RosterOptions) writer() (*rosterWriter, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	dates, err := newDateFormat(o.DateFormat)
	if err != nil {
		return nil, err
	}
	r := &rosterWriter{dates: dates, leaves: map[LeaveDay]bool{}}
	for _, c := range o.Columns {
		header, err := written(c.Header)
		switch {
		case slices.Contains(readOnly, c.Field):
			continue
		case err != nil:
			return nil, fmt.Errorf("users: roster column %q: %w", c.Header, err)
		case len(r.header) == 0 && isInstruction(header):
			return nil, fmt.Errorf("users: roster column %q: as the first header it reads as an instruction to Excel: put another column first", c.Header)
		}
		r.header, r.fields = append(r.header, header), append(r.fields, c.Field)
		if meaning, ok := leaveFields[c.Field]; ok {
			r.leaves[meaning] = true
		}
	}
	if len(r.header) == 0 {
		return nil, errors.New("users: roster: RosterOptions.Columns has no column to write")
	}
	if !slices.Contains(r.fields, "role") {
		return r, nil
	}
	for _, role := range Roles() {
		word, err := written(o.word(role))
		if err != nil {
			return nil, fmt.Errorf("users: roster role %q: %w", o.word(role), err)
		}
		if word == "" {
			return nil, fmt.Errorf("users: roster: RosterOptions.Roles has no word for the role %v", role)
		}
		r.words = append(r.words, word)
	}
	return r, nil
}

// word returns the product's word for the role, or the empty text.
func (o RosterOptions) word(role Role) string {
	var words []string
	for word, r := range o.Roles {
		if r == role && strings.TrimSpace(word) != "" {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	named := slices.IndexFunc(words, func(word string) bool { return label(word) == label(role.String()) })
	switch {
	case named >= 0:
		return words[named]
	case len(words) > 0:
		return words[0]
	case role == Owner:
		return o.word(Admin)
	}
	return ""
}

// written returns the form of a text in a file.
func written(text string) (string, error) {
	text = strings.TrimSpace(text)
	return text, checkCharacters(text)
}

// fill fills the row of a user.
func (r *rosterWriter) fill(row []string, u *User) error {
	for i, field := range r.fields {
		cell, err := r.cell(field, u)
		if err != nil {
			return &FieldError{field, err}
		}
		row[i] = cell
	}
	return nil
}

// cell returns the cell of a user in the column of that field.
func (r *rosterWriter) cell(field string, u *User) (string, error) {
	switch field {
	case "password":
		return "", nil
	case "role":
		if !u.Role.Valid() {
			return "", ErrRole
		}
		return r.words[u.Role], nil
	case "status":
		return u.Status.String(), nil
	case "groups":
		return written(joinGroups(u.Groups))
	case "last-day", "first-day-without":
		return r.leaveCell(field, u.Schedule.Leave)
	}
	return written(*u.text(field))
}
