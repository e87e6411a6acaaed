package users_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

var fromFile = users.Source{Kind: users.SourceImport}

// people reads a file that is right.
func people(t *testing.T, file string, o users.RosterOptions) []users.Entry {
	t.Helper()
	roster, err := users.ReadRoster(strings.NewReader(file), o)
	require.NoError(t, err)
	require.Empty(t, roster.Faults)
	return roster.People
}

// refused reads a file with faults, which yields nobody, and returns them as a
// person reads them.
func refused(t *testing.T, file string, o users.RosterOptions) []string {
	t.Helper()
	roster, err := users.ReadRoster(strings.NewReader(file), o)
	var faults users.Faults
	require.ErrorAs(t, err, &faults)
	require.Zero(t, roster)
	return sentences(faults)
}

func sentences(faults users.Faults) []string {
	var texts []string
	for _, f := range faults {
		texts = append(texts, f.Error())
	}
	return texts
}

func TestAccuEdRosterReadsItsNineColumns(t *testing.T) {
	got := people(t, `First name,Last name,Username,Password,Email,Role,Location,Department,Title
Ada,Lovelace,ada,,Ada@Example.com,User,London,Engines,Countess
Grace,Hopper,,,grace@example.com,report manager,,,
Olive,Owen,,,olive@example.com,ADMINISTRATOR,Leeds,,Head of Training
`, users.AccuEdRoster())
	require.Equal(t, []users.Entry{
		{2, users.Profile{First: "Ada", Last: "Lovelace", Username: "ada", Email: "Ada@Example.com",
			Location: "London", Department: "Engines", Title: "Countess", Source: fromFile}, users.Member},
		{3, users.Profile{First: "Grace", Last: "Hopper", Email: "grace@example.com", Source: fromFile}, users.Manager},
		{4, users.Profile{First: "Olive", Last: "Owen", Email: "olive@example.com",
			Location: "Leeds", Title: "Head of Training", Source: fromFile}, users.Admin},
	}, got)
}

func TestAccuEdRosterMissesNoColumn(t *testing.T) {
	require.Equal(t, []string{
		"row 1: Username is missing from the header",
		"row 1: Title is missing from the header",
	}, refused(t, "First name,Last name,Password,Email,Role,Location,Department\n,,,,,,\n", users.AccuEdRoster()))
}

func TestAccuEdRosterWantsSomeCellsFilled(t *testing.T) {
	file := "First name,Last name,Username,Password,Email,Role,Location,Department,Title\n,,,,,,,,here\n,,ada, ,,,,,\n"
	want := []string{
		"row 2: First name is empty", "row 2: Last name is empty", "row 2: Email is empty", "row 2: Role is empty",
		"row 3: First name is empty", "row 3: Last name is empty", "row 3: Email is empty", "row 3: Role is empty",
	}
	require.Equal(t, want, refused(t, file, users.AccuEdRoster()))
}

func TestZeroOptionsTakeWhatThereIs(t *testing.T) {
	roster, err := users.ReadRoster(strings.NewReader("external id,Shoe size, ROLE,\nE-7,44,Learner,x\nE-8,,,\n"), users.RosterOptions{})
	require.NoError(t, err)
	require.Equal(t, users.Roster{
		People: []users.Entry{
			{2, users.Profile{ExternalID: "E-7", Source: fromFile}, users.Member},
			{3, users.Profile{ExternalID: "E-8", Source: fromFile}, users.Member},
		},
		Fields:  []string{"external-id", "role"},
		Ignored: []string{"Shoe size"},
	}, roster)
}

func TestOwnColumnsRolesAndSource(t *testing.T) {
	hr := users.Source{Kind: users.SourceSync, Name: "hr"}
	got := people(t, "E-Mail;Rolle\nada@example.com;Leitung\n", users.RosterOptions{
		Columns: []users.Column{{Header: "Email", Field: "email", Filled: true}, {Header: "ROLLE", Field: "role"}},
		Roles:   map[string]users.Role{"leitung": users.Manager},
		Source:  hr,
	})
	require.Equal(t, []users.Entry{{2, users.Profile{Email: "ada@example.com", Source: hr}, users.Manager}}, got)
}

func TestOptionsThatContradictThemselves(t *testing.T) {
	for name, o := range map[string]users.RosterOptions{
		"unknown field": {Columns: []users.Column{{Header: "Email", Field: "mail"}}},
		"no header":     {Columns: []users.Column{{Header: " - ", Field: "email"}}},
		"header twice":  {Columns: []users.Column{{Header: "E-mail", Field: "email"}, {Header: "Email", Field: "username"}}},
		"field twice":   {Columns: []users.Column{{Header: "Email", Field: "email"}, {Header: "Mail", Field: "email"}}},
		"no such role":  {Roles: map[string]users.Role{"Boss": 17}},
		"role twice":    {Roles: map[string]users.Role{"Team-Lead": users.Manager, "team lead": users.Admin}},
		"source":        {Source: users.Source{Kind: users.SourceSync}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := users.ReadRoster(strings.NewReader("Email\nada@example.com\n"), o)
			require.ErrorContains(t, err, "users: ")
			require.NotErrorAs(t, err, new(users.Faults))
		})
	}
}

func TestRosterReadsWhatPeopleExport(t *testing.T) {
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
			profile := users.Profile{First: "Zoë", Email: "zoe@x.example", Source: fromFile}
			require.Equal(t, []users.Entry{{2, profile, users.Member}}, people(t, file, users.RosterOptions{}))
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

func TestRosterKeepsNamesOfEveryScript(t *testing.T) {
	for _, name := range []string{
		"Łucja", "İbrahim", "Γεωργία", "Ольга", "فاطمة", "שרה", "王小明", "さくら", "김민준", "Nguyễn", "अनन्या", "สมชาย",
		"O'Brien", "'Abd al-Karīm", "Jean-François", "Ludwig van", "\U00020BB7野", "Ada \U0001F680", "e\u0301ric",
	} {
		file := "First name\tEmail\r\n" + name + "\ta@x.example\r\n"
		require.Equal(t, name, people(t, file, users.RosterOptions{})[0].Profile.First)
		file = inUTF16(binary.LittleEndian, "\uFEFF"+file)
		require.Equal(t, name, people(t, file, users.RosterOptions{})[0].Profile.First)
	}
}

func TestRosterInAnotherEncodingSaysHowToSaveIt(t *testing.T) {
	utf16LE := inUTF16(binary.LittleEndian, "\uFEFFEmail\na@x.example\n")
	for name, file := range map[string]string{
		"Windows-1252":              "First name,Email\nZo\xEB,zoe@x.example\n",
		"UTF-16 without BOM":        utf16LE[2:],
		"UTF-16 cut in a character": utf16LE[:len(utf16LE)-1],
		"UTF-16 half a pair":        "\xFF\xFEE\x00\x00\xD8m\x00",
		"UTF-16 half a pair at end": "\xFF\xFEE\x00\x00\xD8",
		"UTF-32":                    "\xFF\xFE\x00\x00E\x00\x00\x00",
		"Excel workbook":            "PK\x03\x04\x14\x00\x06\x00",
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, []string{"the file is not in UTF-8: save it as CSV UTF-8"}, refused(t, file, users.RosterOptions{SkipFaulty: true}))
		})
	}
}

func TestRosterRowsAreNumberedAsInASpreadsheet(t *testing.T) {
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

func TestRosterCellsAreTidied(t *testing.T) {
	for cell, want := range map[string]string{
		`" Head of` + "\n" + `  Training "`: "Head of Training",
		`"One` + "\r" + `Two"`:              "One Two",
		`"Countess, ""Ada"""`:               `Countess, "Ada"`,
		`'=SUM(A1)`:                         "=SUM(A1)",
		`'+1`:                               "+1",
		`'-1`:                               "-1",
		`'@home`:                            "@home",
		"'\tx":                              "x",
		"\"'\rx\"":                          "x",
		`''=x`:                              "''=x",
		`'t Hooft`:                          "'t Hooft",
		`'`:                                 "'",
		`=x`:                                "=x",
	} {
		require.Equal(t, want, people(t, "Email,Title\na@x.example,"+cell+"\n", users.RosterOptions{})[0].Profile.Title, cell)
	}
}

func TestRosterRoles(t *testing.T) {
	for word, want := range map[string]users.Role{
		"": users.Member, "  ": users.Member, "member": users.Member, "USER": users.Member, "Learner": users.Member,
		"student": users.Member, "Participant": users.Member, "manager": users.Manager, " Report  Manager ": users.Manager,
		"report_manager": users.Manager, "Admin": users.Admin, "administrator": users.Admin,
	} {
		require.Equal(t, want, people(t, "Email,Role\na@x.example,"+word+"\n", users.RosterOptions{})[0].Role, word)
	}
}

func TestRosterImportsNoOwner(t *testing.T) {
	boss := users.RosterOptions{Roles: map[string]users.Role{"Boss": users.Owner}}
	require.Equal(t, []string{"row 2: Role is the role of an owner, who cannot be imported"}, refused(t, "Email,Role\na@x.example,Owner\n", users.RosterOptions{}))
	require.Equal(t, []string{"row 2: Role is the role of an owner, who cannot be imported"}, refused(t, "Email,Role\na@x.example,boss\n", boss))
	require.Equal(t, []string{"row 2: Role is not a known role"}, refused(t, "Email,Role\na@x.example,owner\n", boss))
}

func TestRosterFaults(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"empty file":           {"", []string{"the file is empty"}},
		"blank file":           {"\uFEFF\r\n;;\n", []string{"the file is empty"}},
		"nobody in it":         {"Email,Role\n\n,\n", []string{"the file is empty"}},
		"no header":            {"Ada,ada@x.example\n", []string{"the file has no header: its first row names none of the columns"}},
		"malformed header":     {"\nEmail,\"Role\"x\n", []string{"row 2 has a misplaced or unclosed quotation mark"}},
		"column twice":         {"Email,Title,E-mail,Title,Notes,Notes\n", []string{"row 1: Email stands in the header more than once", "row 1: Title stands in the header more than once"}},
		"address":              {"Email\nada\n", []string{"row 2: Email is not an e-mail address"}},
		"address and name":     {"Email\nAda <ada@x.example>\n", []string{"row 2: Email is not an e-mail address"}},
		"two addresses":        {"Email\n\"ada@x.example\nada@y.example\"\n", []string{"row 2: Email is not an e-mail address"}},
		"control character":    {"Email,Title\nada@x.example,a\bb\n", []string{"row 2: Title contains a control character"}},
		"long text":            {"Email,Title\nada@x.example," + strings.Repeat("ü", users.MaxText+1) + "\n", []string{"row 2: Title is too long"}},
		"unknown role":         {"Email,Role\nada@x.example,Queen\n", []string{"row 2: Role is not a known role"}},
		"nobody":               {"First name,Email\nAda,\n", []string{"row 2 names nobody: it has no address, username or external ID"}},
		"nobody and no role":   {"First name,Email,Role\nAda,,Queen\n", []string{"row 2: Role is not a known role", "row 2 names nobody: it has no address, username or external ID"}},
		"unquoted comma":       {"Email,First name\nada@x.example,Ada,Countess\n", []string{"row 2 has more cells than the header"}},
		"all faults of a row":  {"Email,Username,Title,Role\nada," + strings.Repeat("u", 256) + ",\"a\tb\",Queen,x\n", []string{"row 2: Role is not a known role", "row 2 has more cells than the header", "row 2: Username is too long", "row 2: Title contains a control character", "row 2: Email is not an e-mail address"}},
		"same address":         {"Email\nada@x.example\n\nADA@X.example \nAda@x.Example\n", []string{"row 4: Email is taken by row 2", "row 5: Email is taken by row 2"}},
		"same username":        {"Username\nada\nbob\nADA\n", []string{"row 4: Username is taken by row 2"}},
		"same external ID":     {"External ID,Email\nE7,a@x.example\ne7,b@x.example\n", []string{"row 3: External ID is taken by row 2"}},
		"two rows in one":      {"Email,Username\na@x.example,a\nb@x.example,b\nA@x.example,B\n", []string{"row 4: Email is taken by row 2", "row 4: Username is taken by row 3"}},
		"taken by faulty row":  {"Email,Role\na@x.example,Queen\na@x.example,User\n", []string{"row 2: Role is not a known role", "row 3: Email is taken by row 2"}},
		"a wrong cell is none": {"Email,Username\nn/a,a\nn/a,b\n", []string{"row 2: Email is not an e-mail address", "row 3: Email is not an e-mail address"}},
		"faults here and there": {"Email,Role\na@x.example,\nb,\nc@x.example,\"Us\"er\nd@x.example,King\n\ne@x.example,User\n", []string{
			"row 3: Email is not an e-mail address", "row 4 has a misplaced or unclosed quotation mark", "row 5: Role is not a known role"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, refused(t, c.file, users.RosterOptions{}))
		})
	}
}

func TestFilledColumnMayBeOptional(t *testing.T) {
	o := users.RosterOptions{Columns: []users.Column{
		{Header: "Username", Field: "username", Optional: true, Filled: true},
		{Header: "Email", Field: "email", Optional: true},
	}}
	require.Len(t, people(t, "Email\na@x.example\n", o), 1)
	require.Equal(t, []string{"row 3: Username is empty"}, refused(t, "Email,Username\na@x.example,a\nb@x.example,\n", o))
	require.Equal(t, []string{"row 2: Username is empty"}, refused(t, "Email,Username,Notes\n,,here\n", o), "and not that it names nobody, too")
}

func TestRosterReadsOnAfterMalformedQuotes(t *testing.T) {
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

func TestMalformedQuotesCostNoQuadraticTime(t *testing.T) {
	file := "Email,Title\n" + strings.Repeat("\"a\n\"\"\n", 200_000) + "\"" + strings.Repeat("\"\",\"\"\n", 200_000)
	start := time.Now()
	_, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{})
	require.ErrorIs(t, err, users.ErrQuotes)
	require.Less(t, time.Since(start), 30*time.Second)
}

func TestSkipFaultyKeepsTheGoodRows(t *testing.T) {
	file := "Email,Role\na@x.example,User\nnobody,User\nb@x.example,Admin\nA@X.example,User\n"
	roster, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{SkipFaulty: true})
	require.NoError(t, err)
	require.Equal(t, []users.Entry{
		{2, users.Profile{Email: "a@x.example", Source: fromFile}, users.Member},
		{4, users.Profile{Email: "b@x.example", Source: fromFile}, users.Admin},
	}, roster.People)
	require.Equal(t, users.Faults{
		{Row: 3, Column: "Email", Problem: users.ErrAddress},
		{Row: 5, Column: "Email", Problem: users.ErrTaken, Other: 2},
	}, roster.Faults)
}

func TestSkipFaultyHelpsNoFile(t *testing.T) {
	for name, c := range map[string]struct {
		file    string
		problem error
	}{
		"encoding":       {"\xFF", users.ErrEncoding},
		"empty":          {"", users.ErrEmpty},
		"nobody":         {"Email\n", users.ErrEmpty},
		"no header":      {"a\nb\n", users.ErrNoHeader},
		"broken header":  {"Email\"\na@x.example\n", users.ErrQuotes},
		"missing column": {"Username\na\n", users.ErrNoColumn},
		"column twice":   {"Email,Email\na@x.example\n", users.ErrColumnTwice},
		"too many rows":  {"Email\n" + strings.Repeat("\n", users.MaxRosterRows-1) + "a@x.example\n", users.ErrTooLarge},
		"too many bytes": {"Email\n" + strings.Repeat("x", users.MaxRosterBytes-5), users.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			o := users.RosterOptions{SkipFaulty: true, Columns: []users.Column{
				{Header: "Email", Field: "email"}, {Header: "Username", Field: "username", Optional: true},
			}}
			roster, err := users.ReadRoster(strings.NewReader(c.file), o)
			require.ErrorIs(t, err, c.problem)
			require.ErrorAs(t, err, new(users.Faults))
			require.Zero(t, roster)
		})
	}
}

func TestRosterMayReachItsBounds(t *testing.T) {
	last := "Email,Notes\n" + strings.Repeat("\n", users.MaxRosterRows-2) + "a@x.example\n"
	require.Equal(t, users.MaxRosterRows, people(t, last, users.RosterOptions{})[0].Row)

	full := "Email,Notes\na@x.example,"
	full += strings.Repeat("x", users.MaxRosterBytes-len(full))
	require.Len(t, people(t, full, users.RosterOptions{}), 1)
}

func TestRosterReadsNoMoreThanItsBound(t *testing.T) {
	endless := &countingReader{}
	_, err := users.ReadRoster(endless, users.RosterOptions{})
	require.EqualError(t, err, "users: roster: the file is too large: at most 64 MiB and 1048576 rows can be read")
	require.LessOrEqual(t, endless.n, users.MaxRosterBytes+1)
}

type countingReader struct{ n int }

func (r *countingReader) Read(p []byte) (int, error) { r.n += len(p); return len(p), nil }

func TestReadErrorIsWrapped(t *testing.T) {
	_, err := users.ReadRoster(io.MultiReader(strings.NewReader("Email\na@x.example\n"), iotest.ErrReader(io.ErrClosedPipe)), users.RosterOptions{SkipFaulty: true})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.NotErrorAs(t, err, new(users.Faults))
}

func TestPasswordsAreHandedOver(t *testing.T) {
	o := users.AccuEdRoster()
	type handed struct {
		row             int
		email, password string
	}
	var got []handed
	o.Password = func(row int, p users.Profile, password string) error {
		got = append(got, handed{row, p.Email, password})
		return nil
	}
	header := "First name,Last name,Username,Password,Email,Role,Location,Department,Title\n"
	file := header + "A,A,,\" '=1\n\",a@x.example,User,,,\nB,B,, ,b@x.example,User,,,\nC,C,,'=x,c@x.example,User,,,\n"
	require.Len(t, people(t, file, o), 3)
	require.Equal(t, []handed{{2, "a@x.example", " '=1\n"}, {4, "c@x.example", "'=x"}}, got, "as they stand in the file")

	got = nil
	file += "D,D,,secret,dee,User,,,\n"
	require.Len(t, refused(t, file, o), 1)
	require.Empty(t, got, "none of a file that is not used")

	o.SkipFaulty = true
	roster, err := users.ReadRoster(strings.NewReader(file), o)
	require.NoError(t, err)
	require.Len(t, roster.People, 3)
	require.Len(t, got, 2, "none of a row that is left out")
}

func TestPasswordErrorKeepsThePasswordToItself(t *testing.T) {
	errWeak := errors.New("hunter2 is weak")
	o := users.RosterOptions{
		Columns: []users.Column{{Header: "Email", Field: "email"}, {Header: "Code", Field: "password"}},
		Password: func(row int, p users.Profile, password string) error {
			if password == "hunter2" {
				return errWeak
			}
			return nil
		},
	}
	file := "Email,Code\na@x.example,hunter2\nb@x.example,better\nc@x.example,hunter2\nd,\n"
	file, bad := strings.TrimSuffix(file, "d,\n"), file

	require.Equal(t, []string{"row 2: Code is not accepted", "row 4: Code is not accepted"}, refused(t, file, o))
	_, err := users.ReadRoster(strings.NewReader(file), o)
	require.ErrorIs(t, err, errWeak)
	require.ErrorIs(t, err, users.ErrPassword)
	require.NotContains(t, fmt.Sprintf("%v %+v %s %q", err, err, err, err), "hunter2")

	o.SkipFaulty = true
	roster, err := users.ReadRoster(strings.NewReader(bad), o)
	require.NoError(t, err)
	require.Equal(t, []string{"row 2: Code is not accepted", "row 4: Code is not accepted", "row 5: Email is not an e-mail address"}, sentences(roster.Faults))
	require.Equal(t, []users.Entry{{3, users.Profile{Email: "b@x.example", Source: fromFile}, users.Member}}, roster.People)
}

func TestRosterHoldsNothingOfTheRowBesideTheProfile(t *testing.T) {
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

func TestFaultsAreListedUpToABound(t *testing.T) {
	file := func(faults int) string { return "Email\n" + strings.Repeat("x\n", faults) }
	require.Len(t, refused(t, file(users.MaxRosterFaults), users.RosterOptions{}), users.MaxRosterFaults)

	_, err := users.ReadRoster(strings.NewReader(file(users.MaxRosterFaults+17)), users.RosterOptions{})
	require.EqualError(t, err, "users: roster: row 2: Email is not an e-mail address (the first of 1017 faults)")
	var faults users.Faults
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, users.MaxRosterFaults+1)
	require.Equal(t, users.Fault{Problem: users.Unlisted(17)}, faults[users.MaxRosterFaults])
	require.EqualError(t, faults[users.MaxRosterFaults], "the file has further faults that are not listed: 17")
}

func TestFaultsAreErrors(t *testing.T) {
	_, err := users.ReadRoster(strings.NewReader("Email\nada\nada@x.example\nADA@x.example\n"), users.RosterOptions{})
	require.EqualError(t, err, "users: roster: row 2: Email is not an e-mail address (the first of 2 faults)")
	require.ErrorIs(t, err, users.ErrAddress)
	require.ErrorIs(t, err, users.ErrTaken)
	require.NotErrorIs(t, err, users.ErrRole)
	var fault users.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, 2, fault.Row)
	require.EqualError(t, users.Faults{}, "users: a roster without faults")
}

func TestFaultsContainNoCell(t *testing.T) {
	file := "Email,Username,Role,Title,Code\n" +
		"SECRET,SECRET,SECRET,SECRET\x07,SECRET\nSECRET \"SECRET\",\nA@SECRET.example,SECRET,SECRET,SECRET,SECRET,SECRET\na@secret.example,secret,Owner\n"
	for _, text := range refused(t, file, users.RosterOptions{}) {
		require.NotContains(t, strings.ToUpper(text), "SECRET")
	}
}

func TestQuickstartRoster(t *testing.T) {
	file, err := os.Open("../examples/quickstart/roster.csv")
	require.NoError(t, err)
	defer file.Close()
	o := users.AccuEdRoster()
	o.SkipFaulty = true
	roster, err := users.ReadRoster(file, o)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(roster.People), 58)
	require.Empty(t, roster.Ignored)
	require.Equal(t, []string{}, sentences(roster.Faults))
}

func FuzzReadRoster(f *testing.F) {
	f.Add([]byte("First name,Last name,Username,Password,Email,Role,Location,Department,Title\nA,B,c,d,a@x.example,User,,,\n"), true)
	f.Add([]byte("\uFEFFsep=;\r\n\"E-mail\";Role;External ID\r\"a@x.example\";\"Ad\nmin\";'=7\n\n;;;\nb\"c"), false)
	f.Add([]byte(inUTF16(binary.BigEndian, "\uFEFFusername\temail\nü\t\nÜ\t\n\"\t\nx\tX@x.example")), false)
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
			require.NotEqual(t, users.Owner, e.Role)
			require.Greater(t, e.Row, row)
			row = e.Row
			for _, k := range clean.Keys() {
				require.False(t, taken[k])
				taken[k] = true
			}
		}
	})
}
