package users_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/users"
)

// An endless file has a beginning and rows without end, or up to end. It counts the bytes read
// and measures the memory in use.
type endless struct {
	begin string
	row   func(n int) string
	utf16 bool
	end   int // 0: none

	rest  string
	n     int
	bytes int
	heap  uint64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 && e.bytes == 0 {
		e.rest = e.encoded(e.begin)
		if e.utf16 {
			e.rest = e.encoded("\uFEFF" + e.begin)
		}
	}
	if e.rest == "" {
		e.rest = e.encoded(e.row(e.n))
		e.n++
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	if (e.bytes+n)>>24 > e.bytes>>24 { // every 16 MiB
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		e.heap = max(e.heap, m.HeapAlloc)
	}
	e.bytes += n
	if e.end > 0 && e.bytes > e.end {
		return n, io.EOF
	}
	return n, nil
}

func (e *endless) encoded(text string) string {
	if e.utf16 {
		return inUTF16(binary.LittleEndian, text)
	}
	return text
}

func repeated(text string, n int) func(int) string {
	text = strings.Repeat(text, n)
	return func(int) string { return text }
}

// TestReadRoster_bounds reads hostile files of 160 MiB and measures memory.
func TestReadRoster_bounds(t *testing.T) {
	person := func(n int) string { return fmt.Sprintf("a%d@x.example,Ada,Countess\n", n) }
	for name, file := range map[string]*endless{
		"header of commas":           {begin: "Email", row: repeated(",", 1<<16)},
		"header of separators":       {begin: "Email", row: repeated(",;\t", 1<<16)},
		"header of one letter":       {begin: "Email", row: repeated("x", 1<<16)},
		"header without an end":      {begin: "\"Email", row: repeated("\n", 1<<16)},
		"empty cells before it":      {row: repeated(strings.Repeat(",", 1000)+"\n", 64)},
		"instruction without an end": {begin: "sep=", row: repeated(",", 1<<16)},
		"people":                     {begin: "Email,First name,Title\n", row: person},
		"people, UTF-16":             {begin: "Email,First name,Title\n", row: person, utf16: true},
		"long people": {begin: "Email,First name,Title\n", row: func(n int) string {
			return fmt.Sprintf("a%d@x.example,%s,\n", n, strings.Repeat("é", users.MaxText))
		}},
		"passwords":              {begin: "Email,Password\n", row: func(n int) string { return fmt.Sprintf("a%d@x.example,%s\n", n, strings.Repeat("x", 500_000)) }},
		"keys of faulty rows":    {begin: "Email,Role\n", row: func(n int) string { return fmt.Sprintf("a%d@x.example,King\n", n) }},
		"faulty rows":            {begin: "Email\n", row: repeated("x", 1000)},
		"rows of quotes":         {begin: "Email,Title\n", row: repeated("x\",\n", 1<<14)},
		"unclosed quotes":        {begin: "Email,Title\n", row: repeated("\"a\n\"\"\n", 1<<14)},
		"rows of commas":         {begin: "Email,Title\n", row: repeated(strings.Repeat(",", users.MaxRosterRowBytes/2)+"\n", 1)},
		"rows of commas, quoted": {begin: "Email,Title\n", row: repeated(strings.Repeat("\"\",", users.MaxRosterRowBytes/4)+"\n", 1)},
		"long rows":              {begin: "Email,Title\n", row: repeated("a@x.example,"+strings.Repeat("x", users.MaxRosterRowBytes)+"\n", 1)},
		"long rows, UTF-16":      {begin: "Email,Title\n", row: repeated("a@x.example,"+strings.Repeat("x", users.MaxRosterRowBytes)+"\n", 1), utf16: true},
	} {
		t.Run(name, func(t *testing.T) {
			if !long.On() && name != "passwords" {
				t.Skip("a long file")
			}
			before := heap()
			o := users.RosterOptions{SkipFaulty: true, Columns: []users.Column{
				{Header: "Email", Field: "email"}, {Header: "First name", Field: "first-name", Optional: true}, {Header: "Title", Field: "title", Optional: true},
				{Header: "Role", Field: "role", Optional: true}, {Header: "Password", Field: "password", Optional: true},
			}}
			o.Password = func(int, users.Profile, string) error { return nil }
			file.end = 5 * users.MaxRosterMemory / 2
			roster, err := users.ReadRoster(file, o)
			t.Logf("%d MiB read, %d MiB in use, %v", file.bytes>>20, (int64(file.heap)-before)>>20, err)
			require.Empty(t, roster.People)
			require.ErrorAs(t, err, new(users.Faults))
			require.Less(t, int64(file.heap)-before, int64(2*users.MaxRosterMemory))
		})
	}
}

// TestReadRoster_memory_of_rows has people whose rows have much beside them: it is not kept in memory with them.
func TestReadRoster_memory_of_rows(t *testing.T) {
	much, spaces := strings.Repeat("x", 50_000), strings.Repeat(" ", 50_000)
	o := users.RosterOptions{Columns: []users.Column{{Header: "Email", Field: "email"}, {Header: "Password", Field: "password", Optional: true}}}
	for name, file := range map[string]*endless{
		"password":        {begin: "Email,Password\n", row: func(n int) string { return fmt.Sprintf("a%d@x.example,%s\n", n, much) }},
		"ignored column":  {begin: "Email,Notes\n", row: func(n int) string { return fmt.Sprintf("a%d@x.example,%s\n", n, much) }},
		"unnamed column":  {begin: "Email,\n", row: func(n int) string { return fmt.Sprintf("a%d@x.example,%s\n", n, much) }},
		"spaces":          {begin: "Email\n", row: func(n int) string { return fmt.Sprintf("a%d@x.example%s\n", n, spaces) }},
		"spaces in front": {begin: "Email\n", row: func(n int) string { return fmt.Sprintf("%sa%d@x.example\n", spaces, n) }},
		"cells beyond":    {begin: "Email\n", row: func(n int) string { return fmt.Sprintf("a%d@x.example,%s\n", n, spaces) }},
		"in quotes":       {begin: "Email,Notes\n", row: func(n int) string { return fmt.Sprintf("\"a%d@x.example\",\"%s\"\n", n, much) }},
	} {
		t.Run(name, func(t *testing.T) {
			before := heap()
			file.end = 33 << 20
			roster, err := users.ReadRoster(file, o)
			require.NoError(t, err)
			require.Greater(t, len(roster.People), 500)
			require.Less(t, int64(file.heap)-before, int64(10<<20))
		})
	}
}

// TestReadRoster_long_rows has a row beyond the bounds between others.
func TestReadRoster_long_rows(t *testing.T) {
	for name, row := range map[string]string{
		"one cell":             "b@x.example," + strings.Repeat("x", users.MaxRosterRowBytes),
		"columns":              "b@x.example" + strings.Repeat(",", users.MaxRosterColumns),
		"columns in two lines": "b@x.example,\"\n\"" + strings.Repeat(",", users.MaxRosterColumns),
	} {
		t.Run(name, func(t *testing.T) {
			file := "Email,Title\na@x.example,\n" + row + "\nc@x.example,\n"
			roster, err := users.ReadRoster(strings.NewReader(file), users.RosterOptions{SkipFaulty: true})
			require.NoError(t, err)
			require.Equal(t, users.Faults{{Row: 3, Problem: users.ErrTooLong}}, roster.Faults)
			require.Len(t, roster.People, 2)
			require.Equal(t, 4, roster.People[1].Row)

			require.Equal(t, []string{"row 1 is too long: at most 1 MiB and 16384 cells"}, refused(t, strings.Replace(row, "b@x.example", "Email", 1)+"\nx\n", users.RosterOptions{}))
		})
	}
	quoted := "Email,Title\n\"a@x.example,\n" + strings.Repeat(strings.Repeat("b", 63)+"\n", users.MaxRosterRowBytes/64) + "c@x.example\n"
	roster, err := users.ReadRoster(strings.NewReader(quoted), users.RosterOptions{SkipFaulty: true})
	require.NoError(t, err)
	require.Equal(t, users.Fault{Row: 2, Problem: users.ErrQuotes}, roster.Faults[0])
	require.Len(t, roster.People, 1)
	require.Equal(t, users.MaxRosterRowBytes/64+3, roster.People[0].Row)
}

// TestReadRoster_file_bound reads a file of the largest size, and of a byte more.
func TestReadRoster_file_bound(t *testing.T) {
	file := func(size int) io.Reader {
		return io.LimitReader(&endless{begin: "Email\na@x.example\n", row: repeated("x", 1<<20)}, int64(size))
	}
	roster, err := users.ReadRoster(file(users.MaxRosterBytes), users.RosterOptions{SkipFaulty: true})
	require.NoError(t, err)
	require.Len(t, roster.People, 1)
	require.Equal(t, users.Faults{{Row: 3, Problem: users.ErrTooLong}}, roster.Faults)
	roster, err = users.ReadRoster(file(users.MaxRosterBytes+1), users.RosterOptions{SkipFaulty: true})
	require.Equal(t, users.Faults{{Problem: users.ErrTooLarge}}, err)
	require.Empty(t, roster.People)
}
