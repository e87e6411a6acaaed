package users_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestRosterRows_cells(t *testing.T) {
	for title, cell := range map[string]string{
		"Head": "Head", "007": "007", "=1+2": "=1+2", "+49 30": "+49 30", "x; =1": "x; =1", "'t Hooft": "'t Hooft",
		"'=1+2": "' '=1+2", "''=1": "' ''=1", "x; '=1": "x; ' '=1", `="007"`: `' ="007"`,
	} {
		var rows [][]string
		for row, err := range users.RosterRows(each(nil, titled(title)), titles) {
			require.NoError(t, err)
			rows = append(rows, append([]string(nil), row...))
		}
		require.Equal(t, [][]string{{"Email", "Title"}, {"a@x.example", cell}}, rows)
	}
}

func TestRosterRows_stop(t *testing.T) {
	for rows := range 3 {
		read, left := 0, rows
		people := func(yield func(users.User, error) bool) {
			for read < 5 {
				if read++; !yield(titled("x"), nil) {
					return
				}
			}
		}
		for range users.RosterRows(people, titles) {
			if left--; left < 0 {
				break
			}
		}
		require.Equal(t, max(rows, 1), read)
	}
}

func TestRosterRows_errors(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		people []users.User
		err    error
		o      users.RosterOptions
		rows   int // before the error
		want   error
	}{
		"people begin with it": {nil, broken, titles, 0, broken},
		"people end with it":   {[]users.User{titled("x")}, broken, titles, 2, broken},
		"text":                 {[]users.User{titled("x"), titled("\x01")}, nil, titles, 2, users.ErrControl},
		"first text":           {[]users.User{titled("\x01")}, nil, titles, 0, users.ErrControl},
		"options":              {[]users.User{titled("x")}, nil, users.RosterOptions{DateFormat: "MM"}, 0, nil},
		"none":                 {nil, nil, titles, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			rows := 0
			var last error
			for row, err := range users.RosterRows(each(c.err, c.people...), c.o) {
				require.NoError(t, last, "the error is the last one")
				if last = err; err == nil {
					rows++
					require.Len(t, row, len(c.o.Columns))
				}
			}
			require.Equal(t, c.rows, rows)
			if c.want != nil {
				require.ErrorIs(t, last, c.want)
			}
			require.Equal(t, name == "none", last == nil)
		})
	}
}
