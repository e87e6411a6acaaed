package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// The parts of a workbook with one sheet, as Excel names them.
const (
	sheetPart    = "xl/worksheets/sheet1.xml"
	textsPart    = "xl/sharedStrings.xml"
	stylesPart   = "xl/styles.xml"
	workbookPart = "xl/workbook.xml"
)

// packed returns a workbook with these parts beside, or instead of, the usual ones.
func packed(t testing.TB, parts map[string]string) []byte {
	all := map[string]string{
		"_rels/.rels":  `<Relationships><Relationship Id="r1" Type="http://x.example/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		workbookPart:   `<workbook><sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>`,
		sheetPart:      `<worksheet><sheetData/></worksheet>`,
		textsPart:      `<sst/>`,
		stylesPart:     `<styleSheet/>`,
		"unknown.data": "\x00",
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="http://x.example/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="http://x.example/relationships/sharedStrings" Target="/xl/sharedStrings.xml"/>` +
			`<Relationship Id="r3" Type="http://x.example/relationships/styles" Target="../xl/styles.xml"/></Relationships>`,
	}
	maps.Copy(all, parts)
	var file bytes.Buffer
	pack := zip.NewWriter(&file)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		part, err := pack.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(part, all[name])
		require.NoError(t, err)
	}
	require.NoError(t, pack.Close())
	return file.Bytes()
}

// rows returns a sheet with these rows.
func rows(rows string) map[string]string {
	return map[string]string{sheetPart: "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"}
}

func with(parts map[string]string, name, text string) map[string]string {
	parts[name] = text
	return parts
}

// text returns a sheet as CSV.
func text(t testing.TB, file []byte, sheet string, o users.RosterOptions) string {
	t.Helper()
	r, err := xlsx.NewReader(bytes.NewReader(file), int64(len(file)), sheet, o)
	require.NoError(t, err)
	all, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(all)
}

// refusal returns the error of a workbook.
func refusal(file []byte, sheet string) error {
	r, err := xlsx.NewReader(bytes.NewReader(file), int64(len(file)), sheet, users.RosterOptions{})
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	return err
}

func TestNewReader_cells(t *testing.T) {
	const texts = `<sst><si><t>Nora</t></si><si><r><t>Qu</t></r><r><rPr><b/></rPr><t>ist</t></r></si>` +
		`<si><t>山田</t><rPh sb="0" eb="2"><t>ヤマダ</t></rPh></si><si/></sst>`
	for name, c := range map[string]struct{ cell, want string }{
		"number":                  {`<c><v>42</v></c>`, "42"},
		"number, 15 digits":       {`<c><v>0.1000000000000000055</v></c>`, "0.1"},
		"number, power":           {`<c><v>1.25E+5</v></c>`, "125000"},
		"number, 17 digits":       {`<c><v>12345678901234567</v></c>`, "12345678901234567"},
		"number of another kind":  {`<c t="n"><v>-7</v></c>`, "-7"},
		"no number":               {`<c><v>seven</v></c>`, "seven"},
		"shared":                  {`<c t="s"><v> 0 </v></c>`, "Nora"},
		"shared, runs":            {`<c t="s"><v>1</v></c>`, "Quist"},
		"shared, phonetic":        {`<c t="s"><v>2</v></c>`, "山田"},
		"shared, empty":           {`<c t="s"><v>3</v></c>`, ""},
		"shared, none":            {`<c t="s"/>`, ""},
		"inline":                  {`<c t="inlineStr"><is><t xml:space="preserve"> 007 </t></is></c>`, " 007 "},
		"inline, runs":            {`<c t="inlineStr"><is><r><t>Qu</t></r><r><t>ist</t></r></is></c>`, "Quist"},
		"inline, CDATA":           {`<c t="inlineStr"><is><t>A<![CDATA[<&>]]>&amp;<!-- no -->B</t></is></c>`, "A<&>&B"},
		"quotation marks":         {`<c t="inlineStr"><is><t>"Nora", "N"</t></is></c>`, `"Nora", "N"`},
		"line break":              {`<c t="inlineStr"><is><t>Crew` + "\n" + `Deck</t></is></c>`, "Crew\nDeck"},
		"formula, text":           {`<c t="str"><f>A1&amp;"x"</f><v>Nora</v></c>`, "Nora"},
		"formula, no text":        {`<c t="str"><f>""</f><v></v></c>`, ""},
		"formula, number":         {`<c><f>6*7</f><v>42</v></c>`, "42"},
		"true":                    {`<c t="b"><v>1</v></c>`, "TRUE"},
		"false":                   {`<c t="b"><v>0</v></c>`, "FALSE"},
		"error":                   {`<c t="e"><v>#N/A</v></c>`, "#N/A"},
		"day":                     {`<c t="d"><v>2026-03-31T00:00:00</v></c>`, "2026-03-31"},
		"no day":                  {`<c t="d"><v>March</v></c>`, "March"},
		"prefixes":                {`<x:c xmlns:x="x" t="inlineStr"><x:is><x:t>Nora</x:t></x:is></x:c>`, "Nora"},
		"code":                    {`<c t="inlineStr"><is><t>_x0041__x00e9__xD83D__xDE80_</t></is></c>`, "Aé🚀"},
		"code of an underscore":   {`<c t="inlineStr"><is><t>_x005F_x0041_</t></is></c>`, "_x0041_"},
		"code, half a pair":       {`<c t="inlineStr"><is><t>_xD83D_</t></is></c>`, "\uFFFD"},
		"code of zero":            {`<c t="inlineStr"><is><t>a_x0000_</t></is></c>`, "a\uFFFD"},
		"no code":                 {`<c t="inlineStr"><is><t>_x004_ x_x0041 __</t></is></c>`, "_x004_ x_x0041 __"},
		"no code over two runs":   {`<c t="inlineStr"><is><r><t>_x00</t></r><r><t>41_</t></r></is></c>`, "_x0041_"},
		"style that is not there": {`<c s="7"><v>42</v></c>`, "42"},
	} {
		t.Run(name, func(t *testing.T) {
			file := packed(t, with(rows(`<row r="2">`+c.cell+`</row>`), textsPart, texts))
			want := "\n\n"
			if c.want != "" {
				want = "\n\"" + strings.ReplaceAll(c.want, `"`, `""`) + "\"\n"
			}
			require.Equal(t, want, text(t, file, "", users.RosterOptions{}))
		})
	}
}

func TestNewReader_places(t *testing.T) {
	cell := func(place string) string { return `<c` + place + `><v>1</v></c>` }
	for name, c := range map[string]struct{ rows, want string }{
		"none":                {``, ""},
		"rows":                {`<row r="2">` + cell(` r="A2"`) + `</row><row r="4">` + cell(` r="B4"`) + `</row>`, "\n\"1\"\n\n,\"1\"\n"},
		"rows without places": {`<row>` + cell("") + cell("") + `</row><row/><row>` + cell("") + `</row>`, "\"1\",\"1\"\n\n\"1\"\n"},
		"columns":             {`<row r="2">` + cell(` r="B2"`) + cell("") + cell(` r="aa2"`) + `</row>`, "\n,\"1\",\"1\"" + strings.Repeat(",", 24) + "\"1\"\n"},
		"last column":         {`<row r="2">` + cell(` r="XFD2"`) + `</row>`, "\n" + strings.Repeat(",", users.MaxRosterColumns-1) + "\"1\"\n"},
		"empty cells":         {`<row r="2"><c r="A2" s="1"/><c r="B2"><v/></c>` + cell(` r="C2"`) + `</row>`, "\n,,\"1\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, text(t, packed(t, rows(c.rows)), "", users.RosterOptions{}))
		})
	}
}

// styled returns a workbook whose only cell has a number in a number format, by number or by code.
func styled(t testing.TB, number string, id int, code string, workbook string) []byte {
	styles := fmt.Sprintf(`<styleSheet><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="%d"/></cellXfs></styleSheet>`, id)
	if code != "" {
		var quoted bytes.Buffer
		require.NoError(t, xml.EscapeText(&quoted, []byte(code)))
		styles = strings.Replace(styles, "<cellStyleXfs>", fmt.Sprintf(`<numFmts><numFmt numFmtId="%d" formatCode="%s"/></numFmts><cellStyleXfs>`, id, &quoted), 1)
	}
	parts := with(rows(`<row r="2"><c r="A2" s="1"><v>`+number+`</v></c></row>`), stylesPart, styles)
	if workbook != "" {
		parts[workbookPart] = workbook
	}
	return packed(t, parts)
}

func TestNewReader_number_formats(t *testing.T) {
	for name, c := range map[string]struct {
		number string
		id     int
		code   string
		want   string
	}{
		"general":                 {"7", 0, "", "7"},
		"general, 12 digits":      {"123456789012", 164, "General", "123456789012"},
		"text":                    {"7", 49, "", "7"},
		"whole, 17 digits":        {"12345678901234567", 1, "", "12345678901234567"},
		"whole of a fraction":     {"6.7", 1, "", "7"},
		"leading zeros":           {"123", 164, "00000", "00123"},
		"letters and zeros":       {"42", 164, `"EMP-"0000`, "EMP-0042"},
		"zeros in parts":          {"5550142", 164, "000-0000", "555-0142"},
		"thousands":               {"12345", 3, "", "12,345"},
		"per cent":                {"0.5", 9, "", "50%"},
		"day, usual":              {"46112", 14, "", "2026-03-31"},
		"day and time, usual":     {"46112.75", 22, "", "2026-03-31"},
		"day, Japanese":           {"46112", 31, "", "2026-03-31"},
		"day, own":                {"46112", 164, "dd/mm/yyyy;@", "2026-03-31"},
		"day, first of a month":   {"46357", 17, "", "2026-12-01"},
		"day, German":             {"46112", 164, `[$-407]d/ mmmm yyyy`, "2026-03-31"},
		"month and year":          {"46112", 164, "mmm\\-yy", "2026-03-31"},
		"time":                    {"0.75", 164, "hh:mm", "18:00"},
		"no day by its quotation": {"7", 164, `0" days"`, "7 days"},
		"no day by its colour":    {"7", 164, `[Red]00`, "07"},
		"no day by its letter":    {"7", 164, `\d00`, "d07"},
		"day beyond the calendar": {"2958466", 14, "", "2958466"},
		"day before the calendar": {"-1", 14, "", "-1"},
		"power":                   {"1000", 11, "", "1.00E+03"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "\n\""+c.want+"\"\n", text(t, styled(t, c.number, c.id, c.code, ""), "", users.RosterOptions{}))
		})
	}
}

func TestNewReader_dates(t *testing.T) {
	const since1904 = `<workbook><workbookPr date1904="1"/><sheets><sheet name="People" id="r1"/></sheets></workbook>`
	for format, want := range map[string]string{"": "2026-03-05", "DD/MM/YYYY": "05/03/2026", "M/D/YYYY": "3/5/2026", "D.M.YYYY": "5.3.2026", "YYYYMMDD": "20260305"} {
		require.Equal(t, "\n\""+want+"\"\n", text(t, styled(t, "46086", 14, "", ""), "", users.RosterOptions{DateFormat: format}), format)
		require.Equal(t, "\n\""+want+"\"\n", text(t, styled(t, "44624", 14, "", since1904), "", users.RosterOptions{DateFormat: format}), format)
	}
}

func TestNewReader_sheets(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	require.NoError(t, book.SetSheetName("Sheet1", "Notes"))
	for i, name := range []string{"Crew", "Guests", "Old crew"} {
		_, err := book.NewSheet(name)
		require.NoError(t, err)
		require.NoError(t, book.SetCellInt(name, "A2", int64(i)))
	}
	require.NoError(t, book.SetSheetVisible("Guests", false))
	book.SetActiveSheet(1)
	require.NoError(t, book.SetSheetVisible("Notes", false))
	require.NoError(t, book.SetSheetVisible("Old crew", false, true))
	buffer, err := book.WriteToBuffer()
	require.NoError(t, err)
	file := buffer.Bytes()

	names, err := xlsx.Sheets(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	require.Equal(t, []string{"Crew"}, names)
	require.Equal(t, "\n\"0\"\n", text(t, file, "", users.RosterOptions{}))
	require.Equal(t, "\n\"1\"\n", text(t, file, "guests", users.RosterOptions{}))
	require.Equal(t, "\n\"2\"\n", text(t, file, "Old Crew", users.RosterOptions{}))
	require.ErrorIs(t, refusal(file, "Staff"), xlsx.ErrNoSheet)
	none := packed(t, map[string]string{workbookPart: "<workbook/>"})
	require.ErrorIs(t, refusal(none, ""), xlsx.ErrNoSheet)
}

// What excelize writes by its usual ways comes in.
func TestReadRoster_excelize(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	zeros := "00000"
	number, err := book.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
	require.NoError(t, err)
	for at, row := range map[string][]any{
		"A1": {"Crew of the Fjord Line"},
		"A3": {"Employee number", "First name", "Last name", "Email", "Last day"},
		"A4": {int64(42), "Nora", "Quist", "nora@fjord.example", time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)},
		"A6": {"0043", "Ivo", "Lund", "ivo@fjord.example"},
	} {
		require.NoError(t, book.SetSheetRow("Sheet1", at, &row))
	}
	require.NoError(t, book.SetCellStyle("Sheet1", "A4", "A4", number))
	require.NoError(t, book.SetCellFormula("Sheet1", "B7", `"E"&"va"`))
	buffer, err := book.WriteToBuffer()
	require.NoError(t, err)
	file := buffer.Bytes()
	require.ErrorIs(t, refusal(file, ""), xlsx.ErrNoValue)

	require.NoError(t, book.RemoveRow("Sheet1", 7))
	buffer, err = book.WriteToBuffer()
	require.NoError(t, err)
	file = buffer.Bytes()
	roster, err := xlsx.ReadRoster(bytes.NewReader(file), int64(len(file)), "", users.RosterOptions{})
	require.NoError(t, err)
	source := users.Source{Kind: users.SourceImport}
	require.Equal(t, []users.Entry{
		{Row: 4, Profile: users.Profile{FirstName: "Nora", LastName: "Quist", Email: "nora@fjord.example", ExternalID: "00042", Source: source}, Role: users.Member, Leave: users.Until("2026-12-01")},
		{Row: 6, Profile: users.Profile{FirstName: "Ivo", LastName: "Lund", Email: "ivo@fjord.example", ExternalID: "0043", Source: source}, Role: users.Member},
	}, roster.People)
}

func TestNewReader_no_value(t *testing.T) {
	for _, cell := range []string{`<c><f>1+1</f></c>`, `<c><f>1+1</f><v/></c>`, `<c t="n"><f>1+1</f><v></v></c>`, `<c t="str"><f>"x"</f></c>`, `<c t="s"><f>"x"</f><v/></c>`} {
		require.ErrorIs(t, refusal(packed(t, rows("<row>"+cell+"</row>")), ""), xlsx.ErrNoValue, cell)
	}
}

// TestNewReader_faulty: a sheet with faulty rows goes on, and each fault has the row of the sheet and the keys that can be read. A
// damaged workbook is no complete list.
func TestNewReader_faulty(t *testing.T) {
	cells := func(number int, texts ...string) (row string) {
		for _, text := range texts {
			row += `<c t="inlineStr"><is><t>` + text + `</t></is></c>`
		}
		return fmt.Sprintf(`<row r="%d">%s</row>`, number, row)
	}
	list := func(sheet map[string]string) (told []string) {
		file := packed(t, sheet)
		r, err := xlsx.NewReader(bytes.NewReader(file), int64(len(file)), "", users.RosterOptions{})
		require.NoError(t, err)
		for e, err := range users.Complete(users.ScanRoster(r, users.RosterOptions{}).People()) {
			fault, ok := users.RowFault(err)
			switch {
			case ok:
				told = append(told, fmt.Sprintf("%d %s %v %v", fault.Row, fault.Field, fault.Problem, fault.Keys))
			case err != nil:
				told = append(told, err.Error())
			default:
				told = append(told, fmt.Sprintf("%d %s", e.Row, e.Profile.ExternalID))
			}
		}
		return told
	}
	sheet := rows(cells(1, "Employee ID", "Email") + cells(3, "1", "ada@@acme.example") + cells(4, "#N/A", "Nora@acme.example") +
		cells(5, "3", "ivo@acme.example", "x") + cells(7, "4", "tove@acme.example"))
	require.Equal(t, []string{
		"3 email is not an email address [{external-id 1}]",
		"4 external-id is an error or a rounded number of a spreadsheet: give the value as a text, or leave the cell empty [{email nora@acme.example}]",
		"5  has more cells than the header []", "7 4", "EOF",
	}, list(sheet))
	sheet[sheetPart] = strings.TrimSuffix(sheet[sheetPart], "</sheetData></worksheet>")
	told := list(sheet)
	require.Contains(t, told[len(told)-1], xlsx.ErrFormat.Error())
}

func TestReadRoster_instruction(t *testing.T) {
	file := packed(t, rows(`<row><c t="inlineStr"><is><t>sep=;</t></is></c></row><row><c t="inlineStr"><is><t>Email</t></is></c></row>`+
		`<row><c t="inlineStr"><is><t>nora@fjord.example</t></is></c></row>`))
	roster, err := xlsx.ReadRoster(bytes.NewReader(file), int64(len(file)), "", users.RosterOptions{})
	require.NoError(t, err)
	require.Equal(t, 3, roster.People[0].Row)
}

func TestReadRoster_long_row(t *testing.T) {
	long := "<c><v>" + strings.Repeat("x\n", users.MaxRosterRowBytes/6) + "</v></c>"
	file := packed(t, rows(`<row><c t="inlineStr"><is><t>Email</t></is></c><c t="inlineStr"><is><t>Notes</t></is></c></row>`+
		`<row><c t="inlineStr"><is><t>nora@fjord.example</t></is></c></row><row>`+strings.Repeat(long, 9)+`</row>`+
		`<row r="5"><c t="inlineStr"><is><t>ivo@fjord.example</t></is></c></row>`))
	roster, err := xlsx.ReadRoster(bytes.NewReader(file), int64(len(file)), "", users.RosterOptions{SkipFaulty: true})
	require.NoError(t, err)
	require.Len(t, roster.Faults, 1)
	require.Equal(t, 3, roster.Faults[0].Row)
	require.ErrorIs(t, roster.Faults, users.ErrTooLong)
	require.Equal(t, 5, roster.People[1].Row)
}

// unzipped returns a part of a workbook.
func unzipped(t testing.TB, file []byte, name string) []byte {
	t.Helper()
	pack, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	part, err := pack.Open(name)
	require.NoError(t, err)
	text, err := io.ReadAll(part)
	require.NoError(t, err)
	return text
}
