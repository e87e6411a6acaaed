package users

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

// Bounds of a [Probe].
const (
	MaxProbeRows    = 200 // rows below the header that are looked at
	MaxProbeSamples = 10  // samples of a column
)

// A Probe is what is seen at the beginning of a file, for a screen on which an admin maps its
// columns to fields.
type Probe struct {
	Header    int           // the row of the header, a guess beside [ErrNoHeader]; 0: none
	Separator byte          // between cells; 0: none
	Encoding  string        // "UTF-8", "UTF-16LE" or "UTF-16BE"; that of the beginning beside [ErrEncoding]
	Columns   []ProbeColumn // all columns, in the order of the file
	Passed    []PassedRow   // rows that are no people, as in [Roster.Passed]
	// Faults are those of header, quotation marks and encoding. Those of cells are found by [ReadRoster]
	// alone.
	Faults Faults
}

// A ProbeColumn is a column of a probed file.
type ProbeColumn struct {
	Name      string    // its letters in a spreadsheet
	Header    string    // as in the file, for [RosterOptions.Mapping]; columns of one header have one field
	Field     string    // see [Column.Field]; empty: unknown, or another column is more specific
	Certainty Certainty // of the field
	// Samples are the first filled cells. A column of passwords has none.
	Samples []string
	// DateFormats are the forms of dates that fit all cells, as in [RosterOptions.DateFormat]. With
	// several ones, an admin must choose.
	DateFormats []string
}

// A Certainty tells how the field of a column was found.
type Certainty uint8

// The certainties, in rising order.
const (
	Unknown      Certainty = iota
	ByContent              // by the cells, such as addresses, of a column with an unknown header
	ByCommonName           // by a common name, see [RosterOptions.Columns]
	ByName                 // by a header or synonym of the column in the options, or the mapping
)

var certaintyNames = enum.Names[Certainty]{"unknown", "content", "common-name", "name"}

// String returns the certainty in lower case.
func (c Certainty) String() string { return certaintyNames.Of(c) }

// MarshalText returns the text form.
func (c Certainty) MarshalText() ([]byte, error) { return certaintyNames.Marshal(c) }

// UnmarshalText reads the text form.
func (c *Certainty) UnmarshalText(text []byte) error { return certaintyNames.Unmarshal(text, c) }

// ProbeRoster looks at the beginning of a file: its header, and up to [MaxProbeRows] rows below it.
// [ReadRoster] with the same options reads the fields of the columns, but for those by content: they
// and the choices of an admin go into [RosterOptions.Mapping]. A column of dates is of a leave only
// if an admin says so.
//
// A file that ReadRoster refuses has faults in the probe, and the rest as far as it was understood. The
// samples are personal data. Errors are those of the reader, wrapped, and contradictions in the options.
func ProbeRoster(r io.Reader, o RosterOptions) (Probe, error) {
	reader, err := o.reader()
	if err != nil {
		return Probe{}, err
	}
	rows := newSheet(r)
	p := prober{rosterReader: reader}
	err = p.probe(rows)
	faults, ok := err.(Faults)
	if err != nil && !ok {
		return Probe{}, err
	}
	p.out.Faults = append(p.out.Faults, faults...)
	p.out.Separator, p.out.Encoding, p.out.Passed = reader.Separator, rows.text.encoding(), reader.Passed
	return p.out, nil
}

// encoding returns the name of the encoding.
func (t *rosterText) encoding() string {
	switch t.order {
	case binary.LittleEndian:
		return "UTF-16LE"
	case binary.BigEndian:
		return "UTF-16BE"
	}
	return "UTF-8"
}

// A prober makes a probe.
type prober struct {
	*rosterReader
	out     Probe
	columns []probedColumn // of out
}

// A probedColumn is what fits the cells of a column so far.
type probedColumn struct {
	filled bool
	hidden bool   // passwords
	fixed  bool   // without a guess
	fits   []bool // of contentFields
	dates  []dateFormat
}

// contentFields are the fields that are found by content, each with its test of a cell, and the fields
// with which a header needs no guess.
var contentFields = []struct {
	field  string
	fits   func(*rosterReader, string) bool
	unless []string
}{
	{"email", func(_ *rosterReader, cell string) bool { return isAddress(cell) }, []string{"email"}},
	{"status", func(r *rosterReader, cell string) bool { return r.statuses[label(cell)] != NoStatus }, []string{"status", "active", "inactive"}},
	{"role", func(r *rosterReader, cell string) bool { _, ok := r.roles[label(cell)]; return ok }, []string{"role"}},
}

// probedDates are the forms of dates that are tried.
var probedDates = []string{
	"YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "YYYY/MM/DD", "YYYY.MM.DD", "YYYYMMDD", "YYYY年M月D日",
}

// probe looks at a file. Its error ends the probe.
func (p *prober) probe(rows *sheet) error {
	rows.skipBlank()
	header, err := p.lookForHeader(rows)
	nameless := errors.Is(err, ErrNoHeader)
	if err != nil && !nameless {
		return err
	}
	for range header.before {
		cells, _ := rows.read()
		p.passOver(rows.row, cells)
	}
	cells, _ := rows.read()
	if nameless {
		p.out.Faults, _ = err.(Faults)
		p.fields = make([]string, len(cells))
	} else {
		p.out.Faults = p.setHeader(rows.row, cells)
	}
	if nameless && slices.ContainsFunc(cells, func(cell string) bool { return isAddress(trim(cell)) }) {
		p.addColumns(make([]string, len(cells))) // a file without a header
		p.look(cells)
	} else {
		p.out.Header = rows.row
		p.addColumns(cells)
	}
	err = p.lookAtRows(rows)
	p.out.Faults = append(p.out.Faults, p.doubts...)
	p.guess()
	return err
}

// addColumns adds the columns of a header.
func (p *prober) addColumns(header []string) {
	for i, cell := range header {
		out, c := ProbeColumn{Name: columnName(i), Header: headerText(cell)}, probedColumn{}
		field, rank, ok := p.known(cell)
		switch {
		case p.fieldAt(i) == "":
			c.fixed = !ok && rank == rankMapped // left out by the mapping
		case rank < 0:
			out.Field, out.Certainty = field, ByName
		default:
			out.Field, out.Certainty = field, ByCommonName
		}
		for _, name := range labelsOf(cell) {
			c.hidden = c.hidden || field == "password" || commonFields[name].field == "password"
		}
		c.fits = slices.Repeat([]bool{true}, len(contentFields))
		for _, name := range probedDates {
			format, _ := newDateFormat(name)
			c.dates = append(c.dates, format)
		}
		p.out.Columns, p.columns = append(p.out.Columns, out), append(p.columns, c)
	}
}

// lookAtRows looks at the rows below the header.
func (p *prober) lookAtRows(rows *sheet) error {
	for range MaxProbeRows {
		cells, err := rows.next()
		switch _, ok := err.(Reason); {
		case err == io.EOF:
			return nil
		case ok:
			p.out.Faults = append(p.out.Faults, Fault{Row: rows.row, Problem: err})
		case err != nil:
			return err
		case p.isNoPerson(rows.row, cells):
			p.passOver(rows.row, cells)
		default:
			p.look(cells)
			row := &rosterRow{reader: p.rosterReader}
			row.fill(cells)
			row.doubt(cells)
		}
	}
	return nil
}

// look looks at the cells of a person.
func (p *prober) look(cells []string) {
	for i, cell := range cells[:min(len(cells), len(p.columns))] {
		out, c := &p.out.Columns[i], &p.columns[i]
		if cell = tidy(cell); cell == "" || c.hidden {
			continue
		}
		c.filled = true
		if len(out.Samples) < MaxProbeSamples {
			out.Samples = append(out.Samples, strings.Clone(shortened(cell)))
		}
		for i, f := range contentFields {
			c.fits[i] = c.fits[i] && f.fits(p.rosterReader, cell)
		}
		c.dates = slices.DeleteFunc(c.dates, func(f dateFormat) bool { _, err := f.read(cell); return err != nil })
	}
}

// guess guesses fields by content, and tells the forms of dates.
func (p *prober) guess() {
	for i, c := range p.columns {
		for _, format := range c.dates {
			if c.filled {
				p.out.Columns[i].DateFormats = append(p.out.Columns[i].DateFormats, format.name)
			}
		}
	}
	for n, f := range contentFields {
		if slices.ContainsFunc(p.Fields, func(field string) bool { return slices.Contains(f.unless, field) }) {
			continue
		}
		for i, c := range p.columns {
			if out := &p.out.Columns[i]; c.filled && !c.fixed && c.fits[n] && out.Field == "" {
				out.Field, out.Certainty = f.field, ByContent
				break
			}
		}
	}
}
