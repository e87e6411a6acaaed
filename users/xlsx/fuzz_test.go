package xlsx_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// Any parts are read, or refused with one of the errors. What is read is CSV with the rows in place.
func FuzzNewReader(f *testing.F) {
	usual := func(cells string) string {
		return `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Email</t></is></c><c r="C1" t="s"><v>0</v></c></row>` + cells + `</sheetData></worksheet>`
	}
	f.Add(usual(`<row r="3"><c r="A3" t="str"><f>"x"</f><v>nora@fjord.example</v></c><c r="C3" s="1"><v>46112</v></c></row>`),
		`<sst><si><t>Last day</t></si></sst>`, `<s><numFmts><numFmt numFmtId="164" formatCode="dd\/mm\/yy"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs></s>`,
		`<workbook><workbookPr date1904="1"/><sheets><sheet name="a" id="r1"/></sheets></workbook>`)
	f.Add(usual(`<row><c t="b" s="1"><v>1</v></c><c t="d"><v>2026-03-31</v></c><c s="1"><v>-1234.5678e7</v></c></row>`),
		`<sst><si><r><t>_x0041_</t></r><rPh><t>x</t></rPh></si></sst>`, `<s><numFmts><numFmt numFmtId="164" formatCode="[$€-407] #,##0.00 ?/?;[Red](0);&quot;-&quot;_x*x;@"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs></s>`,
		`<workbook><sheets><sheet name="b" id="r1" state="hidden"/><sheet name="a" id="r1"/></sheets></workbook>`)
	for _, code := range []string{"0", "00000", "0.00E+00", "# ?/?", "[h]:mm:ss.000", "mmmmm", "General", "e", "[$-411]ge.m.d", "@", "a/p h AM/PM", `\d0`, "0%", "#,##0,,", "0;-0;;@", "[>100]0;[<=1]00;000"} {
		f.Add(usual(`<row><c s="1"><v>46112.75</v></c></row>`), `<sst><si/></sst>`, `<s><numFmts><numFmt numFmtId="164" formatCode="`+strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(code)+`"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs></s>`,
			`<workbook><sheets><sheet name="a" id="r1"/></sheets></workbook>`)
	}
	f.Fuzz(func(t *testing.T, sheet, texts, styles, workbook string) {
		file := packed(t, map[string]string{sheetPart: sheet, textsPart: texts, stylesPart: styles, workbookPart: workbook})
		r, err := xlsx.NewReader(bytes.NewReader(file), int64(len(file)), "", users.RosterOptions{})
		var all []byte
		if err == nil {
			all, err = io.ReadAll(r)
		}
		if err != nil {
			require.True(t, errors.Is(err, xlsx.ErrFormat) || errors.Is(err, xlsx.ErrNoSheet) || errors.Is(err, xlsx.ErrNoValue) || errors.Is(err, users.ErrTooLarge), "%v", err)
			return
		}
		require.True(t, utf8.Valid(all))
		rows := csv.NewReader(bytes.NewReader(all))
		rows.FieldsPerRecord = -1
		_, err = rows.ReadAll()
		require.NoError(t, err)
		if roster, err := xlsx.ReadRoster(bytes.NewReader(file), int64(len(file)), "", users.RosterOptions{SkipFaulty: true}); err == nil {
			row := 0
			for _, e := range roster.People {
				require.Greater(t, e.Row, row)
				row = e.Row
			}
		}
	})
}

// Any text of a user is read back.
func FuzzWriteRoster(f *testing.F) {
	for _, text := range hardTexts {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, title, group string) {
		u := titled(title)
		u.Profile.Groups = []string{group}
		u.Profile.Source.Kind = users.SourceImport
		want, err := u.Profile.Clean()
		if err != nil || strings.Contains(group, ";") {
			return
		}
		u.Profile = want
		file := written(t, users.RosterOptions{}, u)
		roster, err := xlsx.ReadRoster(bytes.NewReader(file), int64(len(file)), "", users.RosterOptions{})
		require.NoError(t, err)
		want.Groups = roster.People[0].Profile.Groups
		require.Equal(t, want, roster.People[0].Profile)
	})
}
