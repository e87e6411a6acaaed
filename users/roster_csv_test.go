package users_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestReadRoster_formats(t *testing.T) {
	long := strings.Repeat("x", users.MaxText)
	for name, file := range map[string]string{
		"UTF-8":                         "First name,Email\nZoë,zoe@x.example\n",
		"UTF-8 with BOM":                "\uFEFFFirst name,Email\nZoë,zoe@x.example\n",
		"UTF-8 with BOM, quoted header": "\uFEFF\"First name\",\"Email\"\nZoë,zoe@x.example\n",
		"UTF-16 little endian":          inUTF16(binary.LittleEndian, "\uFEFFFirst name\tEmail\r\nZoë\tzoe@x.example\r\n"),
		"UTF-16 big endian":             inUTF16(binary.BigEndian, "\uFEFFFirst name\tEmail\r\nZoë\tzoe@x.example\r\n"),
		"semicolons":                    "First name;Email\nZoë;zoe@x.example\n",
		"tabs":                          "First name\tEmail\nZoë\tzoe@x.example\n",
		"semicolons, quoted header":     "\"First name\";\"Email\"\nZoë;zoe@x.example\n",
		"commas, semicolon in header":   "\"a;b\",First name,Email\n;,Zoë,zoe@x.example\n",
		"Excel's separator line":        "sep=;\r\nFirst name;Email\r\nZoë;zoe@x.example\r\n",
		"quoted separator line":         "\uFEFF\"SEP=\t\"\nFirst name\tEmail\nZoë\tzoe@x.example\n",
		"header with underscores":       "first_name,e_mail\nZoë,zoe@x.example\n",
		"header in capitals":            "FIRSTNAME,E-MAIL\nZoë,zoe@x.example\n",
		"header in another order":       " Email , First\u00A0Name \nzoe@x.example,Zoë\n",
		"header like a formula":         "'-First name,Email\nZoë,zoe@x.example\n",
		"header in two lines":           "\"First\nname\",Email\nZoë,zoe@x.example\n",
		"CRLF":                          "First name,Email\r\nZoë,zoe@x.example\r\n",
		"lone CR":                       "First name,Email\rZoë,zoe@x.example\r",
		"no line end":                   "First name,Email\nZoë,zoe@x.example",
		"surrounding spaces":            "First name,Email\n \u00A0Zoë\t , zoe@x.example \n",
		"quoted":                        "First name,Email\n\"Zoë\",\"zoe@x.example\"\n",
		"trailing empty cells":          "First name,Email,Title\nZoë,zoe@x.example, ,,,\n",
		"left out empty cells":          "First name,Email,Title,Role\nZoë,zoe@x.example\n",
		"other columns":                 "Shoe size,First name,\"Notes\",Email\n44,Zoë,\"" + long + "\n" + long + "\",zoe@x.example\n",
	} {
		t.Run(name, func(t *testing.T) {
			profile := users.Profile{FirstName: "Zoë", Email: "zoe@x.example", Source: fromFile}
			require.Equal(t, []users.Entry{{2, profile, users.Member, users.Leave{}, users.NoStatus}}, people(t, file, users.RosterOptions{}))
		})
	}
}

func inUTF16(order binary.AppendByteOrder, text string) string {
	var file []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		file = order.AppendUint16(file, unit)
	}
	return string(file)
}

func TestReadRoster_scripts(t *testing.T) {
	for _, name := range []string{
		"Łucja", "İbrahim", "Γεωργία", "Ольга", "فاطمة", "שרה", "王小明", "さくら", "김민준", "Nguyễn", "अनन्या", "สมชาย",
		"O'Brien", "'Abd al-Karīm", "Jean-François", "Ludwig van", "\U00020BB7野", "Ada \U0001F680", "e\u0301ric",
	} {
		file := "First name\tEmail\r\n" + name + "\ta@x.example\r\n"
		require.Equal(t, name, people(t, file, users.RosterOptions{})[0].Profile.FirstName)
		file = inUTF16(binary.LittleEndian, "\uFEFF"+file)
		require.Equal(t, name, people(t, file, users.RosterOptions{})[0].Profile.FirstName)
	}
}

// TestReadRoster_encodings has the first row that is not in UTF-8.
func TestReadRoster_encodings(t *testing.T) {
	utf16LE := inUTF16(binary.LittleEndian, "\uFEFFEmail\na@x.example\n")
	long := strings.Repeat("First name,Email\n\"Ada\n\",a@x.example\n", 2000)
	for name, c := range map[string]struct {
		file string
		row  int
	}{
		"Windows-1252":              {"First name,Email\nZoe,a@x.example\nZo\xEB,zoe@x.example\n", 3},
		"after a long way":          {"First name,Email\n" + long + "Zo\xEB,zoe@x.example\n", 4002},
		"header":                    {"\n\nPr\xE9nom,Email\nZoe,zoe@x.example\n", 3},
		"after a title":             {"A list\n\nPr\xE9nom,Email\n", 3},
		"UTF-16 without BOM":        {utf16LE[2:], 1},
		"UTF-16 cut in a character": {utf16LE[:len(utf16LE)-1], 2},
		"UTF-16 half a pair":        {"\xFF\xFEE\x00\x00\xD8m\x00", 1},
		"UTF-16 half a pair at end": {"\xFF\xFEE\x00\x00\xD8", 1},
		"UTF-32":                    {"\xFF\xFE\x00\x00E\x00\x00\x00", 1},
		"Excel workbook":            {"PK\x03\x04\x14\x00\x06\x00", 1},
	} {
		t.Run(name, func(t *testing.T) {
			roster, err := users.ReadRoster(strings.NewReader(c.file), users.RosterOptions{SkipFaulty: true})
			require.Equal(t, users.Faults{{Row: c.row, Problem: users.ErrEncoding}}, err)
			require.Empty(t, roster.People)
		})
	}
	require.Equal(t, []string{"row 2 is not in UTF-8: save the file as CSV UTF-8"}, refused(t, "Email\nZo\xEB@x.example", users.RosterOptions{}))
}

func TestReadRoster_row_numbers(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		rows []int
	}{
		"plain":              {"Email,Title\na@x.example\nb@x.example\n", []int{2, 3}},
		"separator line":     {"sep=,\nEmail,Title\na@x.example\n", []int{2}},
		"blank lines":        {"\n\nEmail,Title\n\na@x.example\n\n\r\n\rb@x.example\n\n", []int{5, 9}},
		"empty cells":        {",,\nEmail,Title\n , \na@x.example\n\"\",\"\n\"\nb@x.example\n", []int{4, 6}},
		"empty cells, tabs":  {"\t\t\nEmail\tTitle\n\t\na@x.example\n", []int{4}},
		"quoted line breaks": {"\"E\nmail\",Title\na@x.example,\"x\n\ny\"\nb@x.example,\"x\r\ny\"\n\nc@x.example\n", []int{2, 3, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			var rows []int
			for _, e := range people(t, c.file, users.RosterOptions{}) {
				rows = append(rows, e.Row)
			}
			require.Equal(t, c.rows, rows)
		})
	}
}

func TestReadRoster_cells(t *testing.T) {
	for cell, want := range map[string]string{
		`" Head of` + "\n" + `  Training "`: "Head of Training",
		`"One` + "\r" + `Two"`:              "One Two",
		`"Countess, ""Ada"""`:               `Countess, "Ada"`,
		`'=SUM(A1)`:                         "=SUM(A1)",
		`'+1`:                               "+1",
		`' =1`:                              "=1",
		`' '=1`:                             "'=1",
		`x;' =1`:                            "x;=1",
		` '=1`:                              "'=1",
		`'-1`:                               "-1",
		`'@home`:                            "@home",
		"'\tx":                              "x",
		"\"'\rx\"":                          "x",
		`'＝x`:                               "＝x",
		`''=x`:                              "'=x",
		`x; '=x`:                            "x; =x",
		`"x; ""'-x"";''@"`:                  `x; "-x";'@`,
		`x'=x`:                              "x'=x",
		`'t Hooft`:                          "'t Hooft",
		`'`:                                 "'",
		`=x`:                                "=x",
	} {
		require.Equal(t, want, people(t, "Email,Title\na@x.example,"+cell+"\n", users.RosterOptions{})[0].Profile.Title, cell)
	}
}

func TestReadRoster_quotes(t *testing.T) {
	for name, broken := range map[string]string{
		"quote inside a cell":    `b@x.example,B "Bee" B`,
		"text behind a quote":    `b@x.example,"B" Bee`,
		"unclosed, then nothing": `b@x.example,"Bee`,
		"unclosed at the start":  `"b@x.example,Bee`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, next := range []string{"c@x.example,Cee", `"c@x.example","Cee"`} {
				file := "Email,Title\na@x.example,\"A\nA\"\n" + broken + "\n" + next + "\n\nd@x.example,\n"
				roster, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{SkipFaulty: true})
				require.NoError(t, err)
				require.Equal(t, []string{"row 3 has a misplaced or unclosed quotation mark"}, sentences(roster.Faults))
				require.ErrorIs(t, roster.Faults, users.ErrQuotes)
				var rows []int
				for _, e := range roster.People {
					rows = append(rows, e.Row)
				}
				require.Equal(t, []int{2, 4, 6}, rows)
			}
		})
	}
}

func TestReadRoster_quotes_time(t *testing.T) {
	file := "Email,Title\n" + strings.Repeat("\"a\n\"\"\n", 200_000) + "\"" + strings.Repeat("\"\",\"\"\n", 200_000)
	start := time.Now()
	_, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{})
	require.ErrorIs(t, err, users.ErrQuotes)
	require.Less(t, time.Since(start), 30*time.Second)
}

func TestReadRoster_within_bounds(t *testing.T) {
	last := "Email,Notes\n" + strings.Repeat("\n", users.MaxRosterRows-2) + "a@x.example\n"
	require.Equal(t, users.MaxRosterRows, people(t, last, users.RosterOptions{})[0].Row)

	wide := "Email" + strings.Repeat(",", users.MaxRosterColumns-1)
	wide += "\na@x.example" + strings.Repeat(",", users.MaxRosterColumns-1)
	require.Len(t, people(t, wide, users.RosterOptions{}), 1)

	long := "a@x.example," + strings.Repeat("x", users.MaxRosterRowBytes-len("a@x.example,\n"))
	require.Len(t, people(t, "Email,Notes\n"+long+"\n", users.RosterOptions{}), 1)
}

func TestReadRoster_reader_error(t *testing.T) {
	_, err := users.ReadRoster(io.MultiReader(strings.NewReader("Email\na@x.example\n"), iotest.ErrReader(io.ErrClosedPipe)), users.RosterOptions{SkipFaulty: true})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.NotErrorAs(t, err, new(users.Faults))
}

func TestReadRoster_memory(t *testing.T) {
	var file bytes.Buffer
	file.WriteString("Email,Title,Notes\n")
	notes := strings.Repeat("secret", 1<<17)
	for i := range 40 {
		fmt.Fprintf(&file, "a%d@x.example,Head,%s\n", i, notes)
	}
	text := file.String()
	before := heap()
	roster, err := users.ReadRoster(strings.NewReader(text), users.RosterOptions{})
	require.NoError(t, err)
	require.Less(t, heap()-before, int64(8<<20))
	runtime.KeepAlive(roster)
	runtime.KeepAlive(text)
	runtime.KeepAlive(&file)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func FuzzReadRoster(f *testing.F) {
	f.Add([]byte("First name,Last name,Username,Password,Email,Role,Location,Department,Title\nA,B,c,d,a@x.example,User,,,\n"), true)
	f.Add([]byte("\uFEFFsep=;\r\n\"E-mail\";Role;External ID\r\"a@x.example\";\"Ad\nmin\";'=7\n\n;;;\nb\"c"), false)
	f.Add([]byte(inUTF16(binary.BigEndian, "\uFEFFusername\temail\nü\t\nÜ\t\n\"\t\nx\tX@x.example")), false)
	f.Add([]byte("Email,Last day,Inactive from,End date\na@x.example,2026-03-31,2026-4-1,\nb@x.example,,,31.3.2026\nc@x.example,0000-01-01,,\n"), false)
	f.Fuzz(func(t *testing.T, file []byte, accuEd bool) {
		var o users.RosterOptions
		if accuEd {
			o = users.AccuEdRoster()
		}
		_, strict := users.ReadRoster(bytes.NewReader(file), o)
		o.SkipFaulty = true
		o.Password = func(int, users.Profile, string) error { return nil }
		roster, err := users.ReadRoster(bytes.NewReader(file), o)
		require.Equal(t, strict == nil, err == nil && len(roster.Faults) == 0)
		taken, row := map[users.Key]bool{}, 1
		for _, e := range roster.People {
			clean, err := e.Profile.Clean()
			require.NoError(t, err)
			require.Equal(t, e.Profile, clean)
			require.NoError(t, e.Leave.Date.Check())
			require.True(t, e.Leave.Date != "" || e.Leave == users.Leave{})
			require.Greater(t, e.Row, row)
			row = e.Row
			for _, k := range clean.Keys() {
				require.False(t, taken[k])
				taken[k] = true
			}
		}
	})
}

func TestReadRoster_memory_of_separators(t *testing.T) {
	allocated := func(text string) uint64 {
		file := strings.NewReader("Email,Title\na@x.example," + strings.Repeat(text, 8<<20) + "\n")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := users.ReadRoster(file, users.RosterOptions{})
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, users.ErrTooLong)
		return after.TotalAlloc - before.TotalAlloc
	}
	require.Less(t, allocated(";"), allocated("x")*2)
}
