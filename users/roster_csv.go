package users

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// separators are the accepted separators of cells. Of two that name as many columns the first is taken.
const separators = ",;\t|^:"

// isInstruction reports whether the first line of a file is an instruction such as "sep=;",
// read by Excel and hidden from its rows. The separator is found without it.
func isInstruction(line string) bool {
	return strings.HasPrefix(Fold(strings.Trim(line, `"`)), "sep=")
}

// A sheet is a text read row by row. A row takes at most [MaxRosterRowBytes] and
// [MaxRosterColumns] of memory.
type sheet struct {
	text      *rosterText
	row, size int // the number of the last row, and its bytes
	separator byte

	cells []string // of the last row
	out   []byte   // the text of the cells
	ends  []int    // the ends of the cells in out
}

// newSheet returns the rows of a file.
func newSheet(file io.Reader) *sheet {
	text := &rosterText{file: file}
	if text.isInstruction() {
		text.skipLine()
	}
	return &sheet{text: text}
}

// skipBlank skips the next lines of spaces and separators alone.
func (s *sheet) skipBlank() {
	for size := 0; ; size++ {
		switch c, err := s.text.byteAt(size); {
		case err == io.EOF:
			s.text.skip(size)
			return
		case err != nil, c != '\n' && c != ' ' && strings.IndexByte(separators, c) < 0:
			return
		case c == '\n':
			s.row++
			s.text.skip(size + 1)
			size = -1
		}
	}
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
	s.size = size
	return cells, inRow(err, s.row)
}

// inRow returns an error with the row of text that is not in UTF-8.
func inRow(err error, row int) error {
	if err == errUndecoded {
		return Faults{{Row: row, Problem: ErrEncoding}}
	}
	return err
}

// peek returns the cells of the row that begins so many bytes ahead, and its size in bytes with the
// line end, 0 if its end is lost. It stays before the row. A cell may be ="007", the form of texts that
// look like numbers in spreadsheets.
func (s *sheet) peek(from int) (cells []string, size int, err error) {
	if cells, size, ok := s.plainRow(from); ok {
		return cells, size, nil
	}
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
		if state == plain || state == quoted { // the rest of a cell, up to what means more
			text := s.text.buffered(from + size)
			n := 0
			for n < len(text) && text[n] != '"' && text[n] != '\n' && (state == quoted || text[n] != s.separator) {
				n++
			}
			s.out, size = append(s.out, text[:n]...), size+n
		}
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

// plainRow returns the cells of a row without quotation marks that is buffered as a whole, as most are.
func (s *sheet) plainRow(from int) (cells []string, size int, ok bool) {
	line := s.text.buffered(from)
	end := bytes.IndexByte(line, '\n')
	if end < 0 || bytes.IndexByte(line[:end], '"') >= 0 {
		return nil, 0, false
	}
	s.cells = s.cells[:0]
	text := string(line[:end])
	for len(s.cells) < MaxRosterColumns {
		n := strings.IndexByte(text, s.separator)
		if n < 0 {
			s.cells = append(s.cells, text)
			return s.cells, end + 1, true
		}
		s.cells, text = append(s.cells, text[:n]), text[n+1:]
	}
	return nil, 0, false
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
	return !slices.ContainsFunc(cells, func(cell string) bool { return !isBlank(cell) })
}
