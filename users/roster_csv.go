package users

import (
	"io"
	"slices"
	"strings"
)

// separators are what the cells of a roster may be separated by.
const separators = ",;\t"

// isInstruction reports whether the first line of a file is one such as "sep=;",
// by which Excel separates cells, and which it does not show as a row.
func isInstruction(line string) bool {
	return strings.HasPrefix(Fold(strings.Trim(line, `"`)), "sep=")
}

// A sheet is a text read row by row. Of a row no more than [MaxRosterRowBytes] and
// [MaxRosterColumns] are ever in memory.
type sheet struct {
	text      *rosterText
	row       int // the number of the row read last
	separator byte

	cells []string // of that row
	out   []byte   // their text
	ends  []int    // where in out they end
}

// next returns the cells of the next row that is not empty, valid until the next call;
// a [Reason] for a row that can't be used; [io.EOF]; or why the text can't be read.
func (s *sheet) next() ([]string, error) {
	for {
		if cells, err := s.read(); err != nil || !blank(cells) {
			return cells, err
		}
	}
}

// read is next for a row that may be empty.
func (s *sheet) read() ([]string, error) {
	s.row++
	cells, size, err := s.peek()
	if err != nil && size == 0 { // its end is not known: it is taken to end with its line
		s.text.passLine()
	}
	s.text.pass(size)
	return cells, err
}

// peek returns the cells of the row that comes next, and how many bytes it has with its
// line end, 0 if that is not known. It does not go on to the row after it.
func (s *sheet) peek() (cells []string, size int, err error) {
	s.out, s.ends = s.out[:0], s.ends[:0]
	const (
		begin  = iota // of a cell
		plain         // in a cell without quotation marks
		quoted        // between quotation marks
		closed        // behind a second quotation mark
	)
	state, line, columns := begin, 0, 0
	for {
		c, err := s.text.at(size)
		switch {
		case err == errBeyond && line == 0:
			return nil, 0, ErrTooLong
		case err == errBeyond, err == io.EOF && state == quoted:
			return nil, 0, ErrQuotes
		case err == io.EOF && size > 0:
			c = '\n' // the last line may be without one
		case err != nil:
			return nil, 0, err
		}
		if size++; c == '\n' && line == 0 {
			line = size
		}
		switch {
		case state == quoted && c != '"':
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
			return s.cut(), size, nil
		case c == '"', state == closed:
			return nil, 0, ErrQuotes
		default:
			state = plain
		}
		s.out = append(s.out, c)
	}
}

// cut returns the cells of the row.
func (s *sheet) cut() []string {
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

// tidy returns a cell as it was meant. It is a copy, since a cell is cut out of
// its row: as long as one is kept, so is the password beside it.
func tidy(cell string) string {
	cell = bare(cell)
	if strings.Contains(cell, "\n") {
		cell = strings.Join(strings.FieldsFunc(cell, isSpace), " ")
	}
	return strings.Clone(trim(cell))
}

// formulas are the characters that begin what a spreadsheet may calculate. The last
// four are those of a Japanese keyboard; a CR is a line feed by the time it is looked
// for.
const formulas = "=+-@\t\n＝＋－＠"

// guarded returns a cell with an apostrophe before each formula in it.
func guarded(cell string) string {
	return eachFormula(cell, func(formula string) string { return "'" + formula })
}

// bare undoes guarded.
func bare(cell string) string {
	return eachFormula(cell, func(formula string) string { return strings.TrimPrefix(formula, "'") })
}

// eachFormula returns a cell with its formulas changed. They stand at the start of
// it, or behind a semicolon, where the spreadsheets of many countries begin a cell
// whatever the file is separated by. Apostrophes in front belong to a formula, so that
// one can be added and taken off again.
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
