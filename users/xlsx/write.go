package xlsx

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/seatkeeper/seatkeeper/users"
)

// maxCell is the most UTF-16 units in a cell.
const maxCell = 32767

// WriteRoster writes users as a workbook for spreadsheet programs and [ReadRoster]: the rows of
// [users.RosterRows] on a sheet "Users" with a frozen header, a filter for each column, and
// columns as wide as their first cells. All cells are texts and have the number format of texts, like
// cells to be typed below: 007 stays 007, a date stays as [users.RosterOptions.DateFormat] says, and
// no formula is calculated.
//
// Rows are written as people come, in bounded memory. Errors are those of [users.WriteRoster],
// likewise what is written before them; besides, a text beyond 32,767 UTF-16 units, the bound of a
// cell, is [users.ErrTooLong], and a row beyond [users.MaxRosterRows] is [users.ErrTooLarge].
func WriteRoster(w io.Writer, people iter.Seq2[users.User, error], o users.RosterOptions) error {
	s := &sheetWriter{pack: zip.NewWriter(w)}
	for row, err := range users.RosterRows(people, o) {
		if err == nil {
			err = s.add(row)
		}
		if err != nil {
			return err
		}
	}
	return s.finish()
}

// A sheetWriter writes a workbook with one sheet.
type sheetWriter struct {
	pack  *zip.Writer
	first [][]string    // rows until the widths are known
	sheet *bufio.Writer // a part of pack, nil until then
	names []string      // of the columns: A, B, ...
	row   int           // the last one
	size  int           // of the first rows
}

// The first rows decide the widths of the columns.
const (
	firstRows  = 100
	firstBytes = 1 << 20
)

// add adds a row.
func (s *sheetWriter) add(row []string) error {
	for _, cell := range row {
		if len(cell) > maxCell && len(utf16.Encode([]rune(cell))) > maxCell {
			return fmt.Errorf("xlsx: a cell %w: at most %d UTF-16 units", users.ErrTooLong, maxCell)
		}
		s.size += len(cell)
	}
	if s.row++; s.row > users.MaxRosterRows {
		return errTooLarge
	}
	if s.sheet != nil {
		return s.writeRow(s.row, row)
	}
	s.first = append(s.first, slices.Clone(row))
	if len(s.first) < firstRows && s.size < firstBytes {
		return nil
	}
	return s.begin()
}

// begin begins the sheet, with the first rows.
func (s *sheetWriter) begin() error {
	part, err := s.pack.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return writing(err)
	}
	s.sheet = bufio.NewWriterSize(part, 32<<10)
	_, _ = s.sheet.WriteString(sheetBegin)
	for i := range s.first[0] {
		name, _ := excelize.ColumnNumberToName(i + 1)
		s.names = append(s.names, name)
		width := 0
		for _, row := range s.first {
			width = max(width, utf8.RuneCountInString(row[i]))
		}
		fmt.Fprintf(s.sheet, `<col min="%d" max="%[1]d" width="%d" style="1" customWidth="1"/>`, i+1, min(max(width+3, 10), 60))
	}
	_, _ = s.sheet.WriteString(`</cols><sheetData>`)
	for i, row := range s.first {
		if err := s.writeRow(i+1, row); err != nil {
			return err
		}
	}
	s.first = nil
	return nil
}

func (s *sheetWriter) writeRow(number int, row []string) error {
	style := "1"
	if number == 1 {
		style = "2"
	}
	digits := strconv.Itoa(number)
	_, _ = s.sheet.WriteString(`<row r="` + digits + `">`)
	for i, cell := range row {
		if cell == "" {
			continue
		}
		_, _ = s.sheet.WriteString(`<c r="` + s.names[i] + digits + `" s="` + style + `" t="inlineStr"><is><t>`) // a cell is trimmed
		_ = xml.EscapeText(s.sheet, []byte(encoded(cell)))
		_, _ = s.sheet.WriteString(`</t></is></c>`)
	}
	_, err := s.sheet.WriteString(`</row>`)
	return writing(err)
}

// finish writes the rest.
func (s *sheetWriter) finish() error {
	if s.sheet == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	place := strings.NewReplacer("{column}", s.names[len(s.names)-1], "{row}", strconv.Itoa(s.row))
	_, _ = place.WriteString(s.sheet, sheetEnd)
	err := s.sheet.Flush()
	for _, part := range parts {
		var w io.Writer
		if err == nil {
			w, err = s.pack.Create(part.name)
		}
		if err == nil {
			_, err = place.WriteString(w, part.text)
		}
	}
	if err == nil {
		err = s.pack.Close()
	}
	return writing(err)
}

func writing(err error) error {
	if err != nil {
		return fmt.Errorf("xlsx: writing a roster: %w", err)
	}
	return nil
}

// code is the code of a character, see decoded.
var code = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_`)

// encoded returns a text that decoded gives back: an underscore that begins what reads as a code becomes
// a code, likewise the two characters that XML leaves out.
func encoded(text string) string {
	if !strings.Contains(text, "_x") && !strings.ContainsAny(text, "\uFFFE\uFFFF") {
		return text
	}
	var b strings.Builder
	for i, c := range text {
		if c == 0xFFFE || c == 0xFFFF || c == '_' && code.MatchString(text[i:]) {
			fmt.Fprintf(&b, "_x%04X_", c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

const (
	sheetBegin = xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>` +
		`<selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`
	// sheetEnd has the last place, and no complaint of Excel about numbers as text.
	sheetEnd = `</sheetData><autoFilter ref="A1:{column}{row}"/><ignoredErrors><ignoredError sqref="A1:{column}{row}" numberStoredAsText="1"/></ignoredErrors></worksheet>`
)

// parts are the other parts of the workbook. Of the styles 1 is for texts, 2 for the header.
var parts = []struct{ name, text string }{
	{"xl/workbook.xml", xml.Header + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
		`<bookViews><workbookView/></bookViews><sheets><sheet name="Users" sheetId="1" r:id="rId1"/></sheets>` +
		`<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Users!$A$1:${column}${row}</definedName></definedNames></workbook>`},
	{"xl/styles.xml", xml.Header + `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
	{"xl/_rels/workbook.xml.rels", xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
	{"_rels/.rels", xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"[Content_Types].xml", xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
}
