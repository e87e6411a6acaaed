package xlsx_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/seatkeeper/seatkeeper/users"
	"github.com/seatkeeper/seatkeeper/users/xlsx"
)

// listed yields these users, and then the error if there is one.
func listed(err error, list ...users.User) iter.Seq2[users.User, error] {
	return func(yield func(users.User, error) bool) {
		for _, u := range list {
			if !yield(u, nil) {
				return
			}
		}
		if err != nil {
			yield(users.User{}, err)
		}
	}
}

// titled returns an active user with that title.
func titled(title string) users.User {
	return users.User{Status: users.Active, Profile: users.Profile{FirstName: "Nora", ExternalID: "0042", Email: "nora@fjord.example", Title: title}}
}

func written(t testing.TB, o users.RosterOptions, list ...users.User) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, xlsx.WriteRoster(&file, listed(nil, list...), o))
	return file.Bytes()
}

// hardTexts are hard to keep in a workbook.
var hardTexts = []string{
	"0042", "1e5", "12,5", "1/2/2026", "12345678901234567890", "TRUE", "#N/A", "50%", "(5)", "12:30",
	"=1+2", "=HYPERLINK(\"https://x.example\")", "+49 30 1234", "-1", "@home", "＝1+2", "'=1+2", "''=1", "x; =1", "x; '=1",
	"'t Hooft", "'", "O'Brien", "\"Nora\"", "a\"b", "=\"007\"", "<b>&amp;</b>", "]]>", "Zoë Łucja", "山田", "فاطمة", "🚀", "a  b",
	"_x0041_", "_x0041_x0042_", "_x005F_", "_x005F_x0041_", "__x0041__", "_xD83D_", "_x00e9_", "_x004", "x_x0041_y",
	"\uFFFE", "a\uFFFFb", "e\u0301", strings.Repeat("x", users.MaxText), strings.Repeat("🚀", users.MaxText),
}

func TestWriteRoster_read_back(t *testing.T) {
	var list []users.User
	for i, text := range hardTexts {
		u := titled(text)
		u.Profile.Email = fmt.Sprintf("a%d@fjord.example", i)
		u.Profile.ExternalID = fmt.Sprintf("%05d", i)
		u.Profile.Groups = []string{"Crew", "=Deck", "'=Deck"}
		u.Schedule.Leave = users.Until("2026-03-31")
		list = append(list, u)
	}
	for name, o := range map[string]users.RosterOptions{"usual": {}, "dates": {DateFormat: "DD/MM/YYYY"}} {
		t.Run(name, func(t *testing.T) {
			file := written(t, o, list...)
			roster, err := xlsx.ReadRoster(bytes.NewReader(file), int64(len(file)), "users", o)
			require.NoError(t, err)
			require.Len(t, roster.People, len(list))
			for i, e := range roster.People {
				require.Equal(t, i+2, e.Row)
				require.Equal(t, list[i].Profile.Title, e.Profile.Title)
				require.Equal(t, list[i].Profile.ExternalID, e.Profile.ExternalID)
				require.Equal(t, list[i].Profile.Email, e.Profile.Email)
				require.Equal(t, list[i].Schedule.Leave, e.Leave)
			}
		})
	}
}

// The workbook is looked at through another library.
func TestWriteRoster_workbook(t *testing.T) {
	file := written(t, users.RosterOptions{}, titled("=1+2"), titled(strings.Repeat("Deck hand ", 5)))
	book, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	defer book.Close()
	require.Equal(t, []string{"Users"}, book.GetSheetList())
	panes, err := book.GetPanes("Users")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
	require.Equal(t, 1, panes.YSplit)
	require.Equal(t, "A2", panes.TopLeftCell)
	require.Equal(t, []excelize.DefinedName{{Name: "_xlnm._FilterDatabase", RefersTo: "Users!$A$1:$M$3", Scope: "Users"}}, book.GetDefinedName())
	for column, want := range map[string]float64{"A": 13, "D": 21, "I": 52, "M": 27} {
		width, err := book.GetColWidth("Users", column)
		require.NoError(t, err)
		require.Equal(t, want, width, column)
	}
	for _, cell := range []string{"E2", "I2", "E3"} {
		kind, err := book.GetCellType("Users", cell)
		require.NoError(t, err)
		require.Equal(t, excelize.CellTypeInlineString, kind)
		formula, err := book.GetCellFormula("Users", cell)
		require.NoError(t, err)
		require.Empty(t, formula)
	}
	for cell, bold := range map[string]bool{"A1": true, "A2": false, "A3": false} {
		id, err := book.GetCellStyle("Users", cell)
		require.NoError(t, err)
		style, err := book.GetStyle(id)
		require.NoError(t, err)
		require.Equal(t, 49, style.NumFmt)
		require.Equal(t, bold, style.Font.Bold)
	}
	below, err := book.GetColStyle("Users", "E")
	require.NoError(t, err)
	style, err := book.GetStyle(below)
	require.NoError(t, err)
	require.Equal(t, 49, style.NumFmt)
	require.Contains(t, string(unzipped(t, file, sheetPart)), `<autoFilter ref="A1:M3"/>`)
	all, err := book.GetRows("Users")
	require.NoError(t, err)
	require.Equal(t, []string{"Nora", "", "", "nora@fjord.example", "0042", "Member", "", "", "=1+2", "", "active"}, all[1])
}

func TestWriteRoster_nobody(t *testing.T) {
	file := written(t, users.RosterOptions{})
	require.Equal(t, 1, strings.Count(text(t, file, "", users.RosterOptions{}), "\n"))
	require.Contains(t, string(unzipped(t, file, sheetPart)), `<autoFilter ref="A1:M1"/>`)
}

func TestWriteRoster_errors(t *testing.T) {
	unread := errors.New("unread")
	var file bytes.Buffer
	require.Equal(t, unread, xlsx.WriteRoster(&file, listed(unread), users.RosterOptions{}))
	require.Error(t, xlsx.WriteRoster(&file, listed(nil, titled("x")), users.RosterOptions{DateFormat: "YYYY"}))
	require.Empty(t, file.Bytes())
	require.ErrorAs(t, xlsx.WriteRoster(&file, listed(nil, titled("x"), titled("\x01")), users.RosterOptions{}), new(*users.FieldError))
	many := make([]users.User, 500)
	for i := range many {
		many[i] = titled(strings.Repeat("x", i%200))
	}
	require.Equal(t, unread, xlsx.WriteRoster(&file, listed(unread, many...), users.RosterOptions{}))

	size := len(written(t, users.RosterOptions{}, many...))
	for left := range size {
		if left%97 == 0 || left > size-200 {
			require.ErrorIs(t, xlsx.WriteRoster(&fullDisk{left}, listed(nil, many...), users.RosterOptions{}), io.ErrShortWrite, left)
		}
	}
	require.NoError(t, xlsx.WriteRoster(&fullDisk{size}, listed(nil, many...), users.RosterOptions{}))
}

// A fullDisk takes so many bytes.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

// maxCell is the most UTF-16 units in a cell, a fact of the format.
const maxCell = 32767

func TestWriteRoster_long_cell(t *testing.T) {
	u := titled("")
	for i := range users.MaxGroups {
		u.Profile.Groups = append(u.Profile.Groups, fmt.Sprintf("%03d%s", i, strings.Repeat("x", users.MaxText-3)))
	}
	file := written(t, users.RosterOptions{}, u)
	require.Contains(t, text(t, file, "", users.RosterOptions{}), strings.Join(u.Profile.Groups, "; "))

	u.Profile.Groups = nil
	for i := range 64 {
		u.Profile.Groups = append(u.Profile.Groups, fmt.Sprintf("%02d%s", i, strings.Repeat("🚀", 253)))
	}
	units := 64*(2+2*253) + 63*2
	require.Less(t, units, maxCell)
	fit := u
	fit.Profile.Groups = append(fit.Profile.Groups[:64:64], strings.Repeat("y", maxCell-units-2))
	written(t, users.RosterOptions{}, fit)
	beyond := u
	beyond.Profile.Groups = append(beyond.Profile.Groups[:64:64], strings.Repeat("y", maxCell-units-1))
	require.ErrorIs(t, xlsx.WriteRoster(io.Discard, listed(nil, beyond), users.RosterOptions{}), users.ErrTooLong)
}
