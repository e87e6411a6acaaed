package users

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// WriteRoster writes people as a CSV file that spreadsheets open and [ReadRoster]
// reads back: in UTF-8, with the byte order mark that Excel knows it by, and commas,
// of which a spreadsheet that is set to semicolons has to be told. A header with
// all columns of the options comes first, then a row for each person in the order of
// people. Of the deleted nothing is left that could be written: they are passed over.
// The people whom a Keeper lists come from seats.AsShown, with the status that is
// shown.
//
// A role is written in the product's word for it. Of several that is the name of
// the role, if it is among them, or else the first by its bytes. Owners, whom
// ReadRoster takes in under no word, are written as admins where there is none for
// them; every other role has to have one, if it has a column. A status is written by
// its name, groups with a semicolon and a space in between, and of a password nothing.
//
// What people typed must not be calculated by the spreadsheet of whoever opens the
// file. So an apostrophe is put before a cell that begins with one of = + - @ TAB CR,
// or with one of the first four in full width, and also where one of them comes
// behind a semicolon, with or without blanks and quotation marks, since many
// spreadsheets split any file there. If apostrophes stand before it, it gets one more.
// ReadRoster takes one off: each text that [Profile.Clean] returns is read back as it
// was. A spreadsheet may still take a text for a number or a date, and show an
// external ID of 007 as 7.
//
// Rows are written as people come, however many. Beyond [MaxRosterRows] a
// spreadsheet leaves rows out; beyond that, [MaxRosterBytes] or [MaxRosterMemory]
// ReadRoster refuses the file.
//
// An error of people is returned as it is, one of the writer wrapped. A text that is
// not UTF-8 or contains a control character, and a role that is none, is a
// [*FieldError]. After an error the file is of no use, though a part may have been
// written. Nothing has been if people begin with an error, if the options contradict
// themselves or have no word for a role, or if a header or a word for a role could not
// be read back.
func WriteRoster(w io.Writer, people iter.Seq2[User, error], o RosterOptions) error {
	roster, err := o.writer(w)
	if err != nil {
		return err
	}
	for u, err := range people {
		if err != nil {
			return err
		}
		if u.Status == Deleted {
			continue
		}
		if err := roster.add(u); err != nil {
			return err
		}
	}
	return roster.end()
}

// A rosterWriter is RosterOptions completed and on their way into a file.
type rosterWriter struct {
	header []string // until it is written
	fields []string // of the columns
	words  []string // by role
	file   *bufio.Writer
	rows   *csv.Writer // in front of the file
}

// writer returns the writer of a file, or says what is wrong with the options.
func (o RosterOptions) writer(w io.Writer) (*rosterWriter, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	r := &rosterWriter{file: bufio.NewWriter(w)}
	r.rows = csv.NewWriter(r.file)
	r.rows.UseCRLF = true
	for _, c := range o.Columns {
		header, err := written(c.Header)
		if err != nil {
			return nil, fmt.Errorf("users: roster column %q: %w", c.Header, err)
		}
		r.header, r.fields = append(r.header, header), append(r.fields, c.Field)
	}
	if isInstruction(r.header[0]) {
		return nil, fmt.Errorf("users: roster column %q: as the first header it reads as an instruction to Excel: put another column first", o.Columns[0].Header)
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

// word returns the product's word for the role, or nothing.
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

// written returns a text in the form in which it stands in a file.
func written(text string) (string, error) {
	text = strings.TrimSpace(text)
	return guarded(text), checkCharacters(text)
}

// add writes the row of a person.
func (r *rosterWriter) add(u User) error {
	row := make([]string, len(r.fields))
	for i, field := range r.fields {
		cell, err := r.cell(field, &u)
		if err != nil {
			return &FieldError{field, err}
		}
		row[i] = cell
	}
	r.begin()
	_ = r.rows.Write(row)
	return r.failed()
}

// cell returns what is written of a person in the column of that field.
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
		return written(strings.Join(u.Groups, "; "))
	}
	return written(*textOf(field)(&u.Profile))
}

// begin writes what is in front of the first person, once.
func (r *rosterWriter) begin() {
	if r.header != nil {
		_, _ = r.file.WriteString("\uFEFF")
		_ = r.rows.Write(r.header)
		r.header = nil
	}
}

// end writes what is not written yet.
func (r *rosterWriter) end() error {
	r.begin()
	r.rows.Flush()
	return r.failed()
}

// failed returns the first error of the file, after which it takes no more.
func (r *rosterWriter) failed() error {
	if err := r.rows.Error(); err != nil {
		return fmt.Errorf("users: writing a roster: %w", err)
	}
	return nil
}
