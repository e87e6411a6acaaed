package users

import (
	"io"
	"slices"
	"strings"
)

// separators are the accepted separators of cells. Of two that name as many columns the first is taken.
const separators = ",;\t|^:"

// isInstruction reports whether the first line of a file is an instruction such as "sep=;",
// read by Excel and hidden from its rows.
func isInstruction(line string) bool {
	return strings.HasPrefix(Fold(strings.Trim(line, `"`)), "sep=")
}

// A sheet is a text read row by row. A row takes at most [MaxRosterRowBytes] and
// [MaxRosterColumns] of memory.
type sheet struct {
	text      *rosterText
	row       int // the number of the last row
	separator byte

	cells []string // of the last row
	out   []byte   // the text of the cells
	ends  []int    // the ends of the cells in out
}

// next returns the cells of the next filled row, valid until the next call. The error is a
// [Reason] for a faulty row, [io.EOF], or the error of the text.
func (s *sheet) next() ([]string, error) {
	for {
		if cells, err := s.read(); err != nil || !blank(cells) {
			return cells, err
		}
	}
}

// read is next for every row.
func (s *sheet) read() ([]string, error) {
	s.row++
	cells, size, err := s.peek(0)
	if err != nil && size == 0 { // the row has lost its end and ends with its line
		s.text.skipLine()
	}
	s.text.skip(size)
	return cells, err
}

// peek returns the cells of the row that begins so many bytes ahead, and its size in bytes with the
// line end, 0 if its end is lost. It stays before the row. A number that spreadsheets are to keep as
// a text, ="007" without further quotation marks, is a cell too.
func (s *sheet) peek(from int) (cells []string, size int, err error) {
	s.out, s.ends = s.out[:0], s.ends[:0]
	const (
		begin   = iota // of a cell
		plain          // in an unquoted cell
		quoted         // between quotation marks
		closed         // after a second quotation mark
		equals         // after an equals sign at the beginning
		wrapped        // between quotation marks after it
		ended          // after the second of these
	)
	state, line, columns := begin, 0, 0
	for {
		c, err := s.text.byteAt(from + size)
		switch {
		case err == errBeyond && line == 0:
			return nil, 0, ErrTooLong
		case err == errBeyond, err == io.EOF && (state == quoted || state == wrapped):
			return nil, 0, ErrQuotes
		case err == io.EOF && size > 0:
			c = '\n' // the last line may lack it
		case err != nil:
			return nil, 0, err
		}
		if size++; c == '\n' && line == 0 {
			line = size
		}
		switch {
		case state == quoted && c != '"':
		case state == equals && c == '"':
			state = wrapped
		case state == wrapped && c == '"':
			state = ended
		case state == wrapped && c == '\n', state == ended && c != s.separator && c != '\n':
			return nil, 0, ErrQuotes
		case state == wrapped:
		case c == '"' && state == begin, c == '"' && state == closed:
			if state == begin {
				state = quoted
				continue
			}
			state = quoted
		case c == '"' && state == quoted:
			state = closed
			continue
		case c == s.separator, c == '\n':
			if columns++; columns <= MaxRosterColumns {
				s.ends = append(s.ends, len(s.out))
			}
			state = begin
			if c != '\n' {
				continue
			}
			if columns > MaxRosterColumns {
				return nil, size, ErrTooLong
			}
			return s.rowCells(), size, nil
		case c == '"', state == closed:
			return nil, 0, ErrQuotes
		case c == '=' && state == begin:
			state = equals
		default:
			state = plain
		}
		s.out = append(s.out, c)
	}
}

// rowCells cuts the cells out of the row.
func (s *sheet) rowCells() []string {
	s.cells = s.cells[:0]
	text, from := string(s.out), 0
	for _, end := range s.ends {
		s.cells = append(s.cells, text[from:end])
		from = end
	}
	return s.cells
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return trim(cell) != "" })
}

// tidy returns the trimmed cell in one line, its formulas bare; ="007" is 007. It is a copy: a slice
// of the row would keep the password beside it in memory.
func tidy(cell string) string {
	if text, ok := strings.CutPrefix(trim(cell), `="`); ok && strings.HasSuffix(text, `"`) {
		cell = guarded(strings.TrimSuffix(text, `"`))
	}
	cell = bare(cell)
	if strings.Contains(cell, "\n") {
		cell = strings.Join(strings.FieldsFunc(cell, isSpace), " ")
	}
	return strings.Clone(trim(cell))
}

// formulas are the first characters of formulas in spreadsheets. The last four are those of
// Japanese keyboards. A CR has become a line feed before.
const formulas = "=+-@\t\n＝＋－＠"

// guarded returns a cell with an apostrophe before each formula in it.
func guarded(cell string) string {
	return eachFormula(cell, func(formula string) string { return "'" + formula })
}

// bare undoes guarded.
func bare(cell string) string {
	return eachFormula(cell, func(formula string) string { return strings.TrimPrefix(formula, "'") })
}

// eachFormula returns a cell with its formulas changed. Formulas stand at the start or after a
// semicolon: spreadsheets of many countries split every file there. Leading apostrophes belong
// to the formula, so that guarded and bare are inverse.
func eachFormula(cell string, change func(string) string) string {
	var changed strings.Builder
	for part := range strings.SplitAfterSeq(cell, ";") {
		before := ""
		if changed.Len() > 0 {
			before = part[:len(part)-len(strings.TrimLeft(part, ` "`))]
		}
		part = part[len(before):]
		if text := strings.TrimLeft(part, "'"); strings.TrimLeft(text, formulas) != text {
			part = change(part)
		}
		changed.WriteString(before)
		changed.WriteString(part)
	}
	return changed.String()
}
