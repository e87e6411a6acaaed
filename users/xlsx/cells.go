package xlsx

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/seatkeeper/seatkeeper/users"
)

// A sheetReader is a sheet as a CSV file with all cells quoted.
type sheetReader struct {
	part    *part
	formats *formats
	texts   *sharedTexts

	row    int // the last row
	column int // of its last cell
	line   []byte
	out    bytes.Buffer // rows to be read
	err    error        // the end of reading
}

// Read reads the CSV file.
func (s *sheetReader) Read(p []byte) (int, error) {
	for s.out.Len() == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.err = s.readRow()
	}
	return s.out.Read(p)
}

// readRow adds the next row, with empty ones before it. The error is [io.EOF] after the last row.
func (s *sheetReader) readRow() error {
	for {
		token, err := s.part.next()
		if err == io.EOF {
			return ErrFormat // the rows have no end
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "row":
				err = s.startRow(attr(token, "r"))
			case "c":
				err = s.readCell(token)
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "row":
				s.endRow()
				return nil
			case "sheetData":
				return s.readRest()
			}
		}
	}
}

// readRest reads the part to its end, since a damaged file is known there.
func (s *sheetReader) readRest() error {
	for {
		if _, err := s.part.next(); err != nil {
			return err
		}
	}
}

func (s *sheetReader) startRow(number string) error {
	row := s.row + 1
	if number != "" {
		n, err := strconv.Atoi(number)
		if err != nil || n < row {
			return ErrFormat
		}
		row = n
	}
	if row > users.MaxRosterRows {
		return errTooLarge
	}
	for ; s.row < row-1; s.row++ {
		s.out.WriteByte('\n')
	}
	s.row, s.column, s.line = row, 0, s.line[:0]
	return nil
}

// endRow adds the row. One that is too long becomes one line that is too long.
func (s *sheetReader) endRow() {
	if len(s.line) > users.MaxRosterRowBytes {
		for i, c := range s.line {
			if c == '\n' || c == '\r' {
				s.line[i] = ' '
			}
		}
	}
	s.out.Write(s.line)
	s.out.WriteByte('\n')
}

func (s *sheetReader) readCell(tag xml.StartElement) error {
	if s.row == 0 {
		return ErrFormat
	}
	column := s.column + 1
	if place := attr(tag, "r"); place != "" {
		column = columnOf(place)
	}
	if column <= s.column || column > users.MaxRosterColumns {
		return ErrFormat
	}
	c, err := s.part.content("c")
	if err != nil {
		return err
	}
	text, err := s.show(tag, c)
	if err != nil {
		return err
	}
	if len(s.line) > users.MaxRosterRowBytes {
		return nil // it is too long already
	}
	for between := max(s.column, 1); between < column; between++ {
		s.line = append(s.line, ',')
	}
	s.column = column
	if len(text) == 0 {
		return nil
	}
	s.line = append(s.line, '"')
	if s.row == 1 && strings.Contains(users.Fold(string(text)), "sep=") {
		s.line = append(s.line, '\'') // "sep=;" at the beginning of a file would be no row
	}
	for _, c := range text {
		if c == '"' {
			s.line = append(s.line, '"')
		}
		s.line = append(s.line, c)
	}
	s.line = append(s.line, '"')
	return nil
}

// columnOf returns the column of a place such as "B7", or 0.
func columnOf(place string) int {
	letters := strings.TrimRight(place, "0123456789")
	if len(letters) > 3 {
		return 0
	}
	column := 0
	for _, c := range []byte(letters) {
		if c |= 0x20; c < 'a' || c > 'z' {
			return 0
		}
		column = column*26 + int(c-'a') + 1
	}
	return column
}

// show returns the text of a cell.
func (s *sheetReader) show(tag xml.StartElement, c content) ([]byte, error) {
	kind := attr(tag, "t")
	if c.formula && (!c.value || len(c.text) == 0 && kind != "str") {
		return nil, ErrNoValue
	}
	switch kind {
	case "s":
		if len(c.text) == 0 {
			return nil, nil
		}
		n, err := strconv.Atoi(string(bytes.TrimSpace(c.text)))
		text, ok := s.texts.at(n)
		if err != nil || !ok {
			return nil, ErrFormat
		}
		return text, nil
	case "b":
		if isTrue(string(c.text)) {
			return []byte("TRUE"), nil
		}
		return []byte("FALSE"), nil
	case "d":
		return []byte(s.formats.showDay(string(c.text))), nil
	case "", "n":
		return []byte(s.formats.show(attr(tag, "s"), string(c.text))), nil
	}
	return c.text, nil
}

// A content is what stands in a cell or a shared text.
type content struct {
	text           []byte // valid until the next token
	formula, value bool   // has an element for it
}

// content reads up to the end of the element. Texts of more than [users.MaxRosterRowBytes] are cut:
// the row is too long.
func (x *part) content(element string) (content, error) {
	var c content
	within := ""      // the element of a text
	phonetic := false // how a text is to be pronounced is no part of it
	start := 0
	x.text = x.text[:0]
	for {
		token, err := x.next()
		if err == io.EOF {
			return c, ErrFormat
		}
		if err != nil {
			return c, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch name := token.Name.Local; name {
			case "f":
				c.formula = true
			case "rPh":
				phonetic = true
			case "v", "t":
				within, start = name, len(x.text)
				c.value = true
			}
		case xml.CharData:
			if within != "" && !phonetic && len(x.text) <= users.MaxRosterRowBytes {
				x.text = append(x.text, token...)
			}
		case xml.EndElement:
			switch name := token.Name.Local; name {
			case "rPh":
				phonetic = false
			case within:
				x.text = append(x.text[:start], decoded(x.text[start:])...)
				within = ""
			case element:
				c.text = x.text
				return c, nil
			}
		}
	}
}

// codes are characters by their codes, as workbooks write them: "_x0041_" is an A.
var codes = regexp.MustCompile(`(?:_x[0-9A-Fa-f]{4}_)+`)

// decoded returns a text with the characters that it has by their codes.
func decoded(text []byte) []byte {
	if !bytes.Contains(text, []byte("_x")) {
		return text
	}
	return codes.ReplaceAllFunc(text, func(found []byte) []byte {
		var units []uint16
		for code := range bytes.SplitSeq(bytes.Trim(found, "_"), []byte("__")) {
			unit, _ := strconv.ParseUint(string(code[1:]), 16, 16)
			if unit == 0 {
				unit = 0xFFFD // no text has a zero
			}
			units = append(units, uint16(unit))
		}
		return []byte(string(utf16.Decode(units)))
	})
}
