package xlsx_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// program finds a spreadsheet program. Without it the test is skipped, with CI=true it fails.
func program(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	missing := fmt.Sprintf("%s is missing: apt-get install -y --no-install-recommends %s", name, debian)
	require.NotEqual(t, "true", os.Getenv("CI"), missing)
	t.Skip(missing)
	return ""
}

// A converter saves a file in another format, by its ending, and returns the result.
type converter func(t *testing.T, file []byte, from, to string, options ...string) []byte

// libreOffice converts with a profile of its own, so that no other one is touched. An option is the
// filter that reads.
func libreOffice(t *testing.T) converter {
	soffice := program(t, "soffice", "libreoffice-calc")
	profile := t.TempDir()
	return func(t *testing.T, file []byte, from, to string, options ...string) []byte {
		folder := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(folder, "in."+from), file, 0o600))
		filter := to
		if to == "csv" {
			filter = `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false`
		}
		arguments := []string{"-env:UserInstallation=file://" + profile, "--headless", "--convert-to", filter, "--outdir", filepath.Join(folder, "out")}
		for _, option := range options {
			arguments = append(arguments, "--infilter="+option)
		}
		return run(t, exec.Command(soffice, append(arguments, filepath.Join(folder, "in."+from))...), filepath.Join(folder, "out", "in."+to))
	}
}

func gnumeric(t *testing.T) converter {
	ssconvert := program(t, "ssconvert", "gnumeric")
	return func(t *testing.T, file []byte, from, to string, _ ...string) []byte {
		folder := t.TempDir()
		in, out := filepath.Join(folder, "in."+from), filepath.Join(folder, "out."+to)
		require.NoError(t, os.WriteFile(in, file, 0o600))
		command := exec.Command(ssconvert, in, out)
		command.Env = append(os.Environ(), "HOME="+folder, "LC_ALL=C.UTF-8")
		return run(t, command, out)
	}
}

func run(t *testing.T, command *exec.Cmd, out string) []byte {
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)
	file, err := os.ReadFile(out)
	require.NoError(t, err, "%s", said)
	return file
}

// crew are users with texts that programs like to change.
func crew() []users.User {
	texts := slices.DeleteFunc(slices.Clone(hardTexts), func(text string) bool { return strings.ContainsAny(text, "\uFFFE\uFFFF") })
	var list []users.User
	for i, text := range texts {
		u := users.User{Status: users.Active, Role: users.Member, Profile: users.Profile{
			FirstName: "Nora", LastName: text, Title: text, Location: text, Username: fmt.Sprintf("%06d", i), ExternalID: fmt.Sprintf("%020d", i),
			Email: fmt.Sprintf("a%d@fjord.example", i), Groups: []string{"0043", "Deck"}, Source: users.Source{Kind: users.SourceImport},
		}}
		u.Schedule.Leave = users.Until("2026-03-31")
		list = append(list, u)
	}
	return list
}

// without returns the users but those with a text in their title.
func without(list []users.User, unfit func(title string) bool) []users.User {
	return slices.DeleteFunc(slices.Clone(list), func(u users.User) bool { return unfit(u.Profile.Title) })
}

// requireSame requires that a roster has these users as they are.
func requireSame(t *testing.T, list []users.User, roster users.Roster, err error) {
	t.Helper()
	require.NoError(t, err)
	require.Len(t, roster.People, len(list))
	for i, e := range roster.People {
		want, err := list[i].Profile.Clean()
		require.NoError(t, err)
		e.Profile.Groups = want.Groups
		require.Equal(t, want, e.Profile)
		require.Equal(t, list[i].Schedule.Leave, e.Leave)
		require.Equal(t, list[i].Role, e.Role)
		require.Equal(t, i+2, e.Row)
	}
}

func read(file []byte, format string, o users.RosterOptions) (users.Roster, error) {
	if format == "csv" {
		return users.ReadRoster(bytes.NewReader(file), o)
	}
	return xlsx.ReadRoster(bytes.NewReader(file), int64(len(file)), "", o)
}

func writtenCSV(t *testing.T, list ...users.User) []byte {
	var file bytes.Buffer
	require.NoError(t, users.WriteRoster(&file, listed(nil, list...), users.RosterOptions{}))
	return file.Bytes()
}

// overlapping are texts of codes that share an underscore: LibreOffice 7.4 loses one in saving.
func overlapping(text string) bool {
	return strings.Contains(text, "_x0041_x") || strings.Contains(text, "_x005F_x")
}

// codes are texts that read as codes of characters: gnumeric 1.12 neither reads nor writes them.
func codes(text string) bool { return strings.Contains(text, "_x") }

// A workbook comes back from a program as it is, zeros and all, and nothing in it is calculated.
func TestPrograms_workbook(t *testing.T) {
	for name, c := range map[string]struct {
		program func(*testing.T) converter
		to      string
		unfit   func(string) bool
	}{
		"LibreOffice, workbook": {libreOffice, "xlsx", overlapping},
		"LibreOffice, CSV":      {libreOffice, "csv", func(string) bool { return false }},
		"gnumeric, workbook":    {gnumeric, "xlsx", func(string) bool { return false }},
		"gnumeric, CSV":         {gnumeric, "csv", codes},
	} {
		t.Run(name, func(t *testing.T) {
			list := without(crew(), c.unfit)
			saved := c.program(t)(t, written(t, users.RosterOptions{}, list...), "xlsx", c.to)
			roster, err := read(saved, c.to, users.RosterOptions{})
			requireSame(t, list, roster, err)
		})
	}
}

// A CSV file whose columns are read as texts comes back as it is.
func TestPrograms_text_columns(t *testing.T) {
	long.Only(t)
	columns := make([]string, 13)
	for i := range columns {
		columns[i] = fmt.Sprintf("%d/2", i+1)
	}
	for _, to := range []string{"xlsx", "csv"} {
		t.Run(to, func(t *testing.T) {
			list := without(crew(), overlapping)
			saved := libreOffice(t)(t, writtenCSV(t, list...), "csv", to, "CSV:44,34,76,1,"+strings.Join(columns, "/"))
			roster, err := read(saved, to, users.RosterOptions{})
			requireSame(t, list, roster, err)
		})
	}
}

// Otherwise programs read numbers and dates out of a CSV file, and gnumeric takes an apostrophe off
// each cell. Zeros are lost; nothing is calculated, and dates stay.
func TestPrograms_usual_columns(t *testing.T) {
	for name, c := range map[string]struct {
		program func(*testing.T) converter
		to      string
		options []string
		o       users.RosterOptions
	}{
		"LibreOffice, workbook": {libreOffice, "xlsx", []string{"CSV:44,34,76,1"}, users.RosterOptions{}},
		"LibreOffice, CSV":      {libreOffice, "csv", []string{"CSV:44,34,76,1"}, users.RosterOptions{}},
		"gnumeric, workbook":    {gnumeric, "xlsx", nil, users.RosterOptions{}},
		"gnumeric, CSV":         {gnumeric, "csv", nil, users.RosterOptions{DateFormat: "YYYY/MM/DD"}},
	} {
		t.Run(name, func(t *testing.T) {
			var list []users.User
			for i, text := range []string{"=1+2", "+49 30 1234", "-1", "@home", "x; =1", "O'Brien", "Zoë Łucja", "🚀"} {
				u := crew()[i]
				u.Profile.Title, u.Profile.Location, u.Profile.LastName = text, "", "Quist"
				u.Profile.Username, u.Profile.ExternalID = fmt.Sprintf("%06d", i+1), fmt.Sprintf("%010d", i+1)
				list = append(list, u)
			}
			saved := c.program(t)(t, writtenCSV(t, list...), "csv", c.to, c.options...)
			roster, err := read(saved, c.to, c.o)
			for i := range list {
				list[i].Profile.Username, list[i].Profile.ExternalID = fmt.Sprint(i+1), fmt.Sprint(i+1)
			}
			requireSame(t, list, roster, err)
		})
	}
}

// Without a named filter LibreOffice reads our CSV file as Windows-1252. What it saves is a fault.
func TestPrograms_mangled(t *testing.T) {
	u := titled("Zoë")
	saved := libreOffice(t)(t, writtenCSV(t, u), "csv", "xlsx")
	_, err := read(saved, "xlsx", users.RosterOptions{})
	require.ErrorIs(t, err, users.ErrMangled)
}

// The guard of a formula outlasts gnumeric, which takes off the apostrophe.
func TestPrograms_guard(t *testing.T) {
	list := crew()[:1]
	list[0].Profile.Title = "=1+2"
	saved := writtenCSV(t, list...)
	for range 2 {
		saved = gnumeric(t)(t, saved, "csv", "csv")
		require.Contains(t, string(saved), `" =1+2"`)
		require.NotContains(t, string(saved), ",=")
		roster, err := read(saved, "csv", users.RosterOptions{DateFormat: "YYYY/MM/DD"})
		require.NoError(t, err)
		require.Equal(t, "=1+2", roster.People[0].Profile.Title)
	}
}

// What programs save of formulas, formats and dates is read as they show it.
func TestPrograms_formats(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	for at, value := range map[string]any{
		"A1": "External ID", "B1": "First name", "C1": "Last name", "D1": "Email", "E1": "Last day", "F1": "Title",
		"A2": 42, "B2": "Nora", "C2": "Quist", "D2": "nora@fjord.example", "E2": 46112, "F2": true,
		"A3": 43, "B3": "Ivo", "C3": "Lund", "E3": 46112.5,
	} {
		require.NoError(t, book.SetCellValue("Sheet1", at, value))
	}
	for at, formula := range map[string]string{"A4": "A3+1", "B4": `"E"&"va"`, "C4": `""`, "D3": `LOWER(B3&"@FJORD.example")`, "D4": `LOWER(B4)&"@fjord.example"`, "E4": "E2+1"} {
		require.NoError(t, book.SetCellFormula("Sheet1", at, formula))
	}
	zeros, german, american := "00000", `[$-407]d/ mmmm yyyy`, "mm/dd/yy"
	for at, code := range map[string]string{"A2": zeros, "A3": zeros, "A4": zeros, "E2": german, "E3": american, "E4": american} {
		style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &code})
		require.NoError(t, err)
		require.NoError(t, book.SetCellStyle("Sheet1", at, at, style))
	}
	var file bytes.Buffer
	require.NoError(t, book.Write(&file))
	for name, open := range map[string]func(*testing.T) converter{"LibreOffice": libreOffice, "gnumeric": gnumeric} {
		t.Run(name, func(t *testing.T) {
			roster, err := read(open(t)(t, file.Bytes(), "xlsx", "xlsx"), "xlsx", users.RosterOptions{DateFormat: "DD/MM/YYYY"})
			require.NoError(t, err)
			source := users.Source{Kind: users.SourceImport}
			require.Equal(t, []users.Entry{
				{Row: 2, Profile: users.Profile{ExternalID: "00042", FirstName: "Nora", LastName: "Quist", Email: "nora@fjord.example", Title: "TRUE", Source: source}, Leave: users.Until("2026-03-31")},
				{Row: 3, Profile: users.Profile{ExternalID: "00043", FirstName: "Ivo", LastName: "Lund", Email: "ivo@fjord.example", Source: source}, Leave: users.Until("2026-03-31")},
				{Row: 4, Profile: users.Profile{ExternalID: "00044", FirstName: "Eva", Email: "eva@fjord.example", Source: source}, Leave: users.Until("2026-04-01")},
			}, roster.People)
		})
	}
}
