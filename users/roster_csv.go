package users

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// separators are what the cells of a roster may be separated by.
const separators = ",;\t"

// oneLineEnd turns every line end into a line feed: the standard parser knows
// no lone CR.
var oneLineEnd = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// readText returns the text of the file with line feeds alone at its line ends,
// and without what spreadsheets put before the header.
func readText(r io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxRosterBytes+1))
	if err != nil {
		return "", fmt.Errorf("users: reading a roster: %w", err)
	}
	if len(raw) > MaxRosterBytes {
		return "", Faults{{Problem: ErrTooLarge}}
	}
	text, ok := decode(raw)
	if !ok {
		return "", Faults{{Problem: ErrEncoding}}
	}
	text = oneLineEnd.Replace(text)

	if first, rest, _ := strings.Cut(text, "\n"); isInstruction(first) {
		text = rest
	}
	return text, nil
}

// isInstruction reports whether the first line of a file is one such as "sep=;",
// by which Excel separates cells, and which it does not show as a row.
func isInstruction(line string) bool {
	return strings.HasPrefix(Fold(strings.Trim(line, `"`)), "sep=")
}

func decode(raw []byte) (text string, ok bool) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xFF\xFE")):
		text, ok = decodeUTF16(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte("\xFE\xFF")):
		text, ok = decodeUTF16(raw[2:], binary.BigEndian)
	default:
		text = string(bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF")))
		ok = utf8.ValidString(text)
	}
	// UTF-16 without its mark, and UTF-32, pass for text full of zeros.
	return text, ok && !strings.Contains(text, "\x00")
}

func decodeUTF16(raw []byte, order binary.ByteOrder) (text string, ok bool) {
	if len(raw)%2 != 0 {
		return "", false
	}
	var out strings.Builder
	for ; len(raw) > 0; raw = raw[2:] {
		char := rune(order.Uint16(raw))
		if utf16.IsSurrogate(char) {
			if len(raw) < 4 {
				return "", false
			}
			raw = raw[2:]
			char = utf16.DecodeRune(char, rune(order.Uint16(raw)))
			if char == unicode.ReplacementChar {
				return "", false
			}
		}
		out.WriteRune(char)
	}
	return out.String(), true
}

// A sheet is a text read row by row.
type sheet struct {
	row int // the number of the row read last

	text      string // from where the parser began
	at        int    // up to where it has read
	separator rune
	parser    *csv.Reader
}

func newSheet(text string, separator rune) *sheet {
	s := &sheet{separator: separator}
	s.start(text)
	return s
}

func (s *sheet) start(text string) {
	s.text, s.at = text, 0
	s.parser = csv.NewReader(strings.NewReader(text))
	s.parser.Comma = s.separator
	s.parser.FieldsPerRecord = -1
	s.parser.ReuseRecord = true
}

// next returns the cells of the next row that is not empty, valid until the
// next call; [ErrQuotes] for a row that cannot be read; or [io.EOF].
func (s *sheet) next() ([]string, error) {
	for {
		for strings.HasPrefix(s.text[s.at:], "\n") { // the parser passes these over silently
			s.at++
			s.row++
		}
		s.row++
		cells, err := s.parser.Read()
		switch {
		case err == io.EOF:
			return nil, err
		case err != nil:
			// The parser may have read on to the end of the file in search of a
			// closing quote: the rows it passed are read again.
			_, below, _ := strings.Cut(s.text[s.at:], "\n")
			s.start(below)
			return nil, ErrQuotes
		}
		s.at = int(s.parser.InputOffset())
		if !blank(cells) {
			return cells, nil
		}
	}
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
