package users_test

import (
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// ends returns the number of people of a list, at most the given number, and its errors.
func ends(list iter.Seq2[users.Entry, error], most int) (n int, errs []error) {
	for _, err := range list {
		if err != nil {
			errs = append(errs, err)
		} else if n++; n == most {
			break
		}
	}
	return n, errs
}

// TestComplete: a whole list says so, and a broken one does not.
func TestComplete(t *testing.T) {
	const file = "email\nada@acme.example\nben@acme.example\n"
	scan := func(text string) iter.Seq2[users.Entry, error] {
		return users.Complete(users.ScanRoster(strings.NewReader(text), users.RosterOptions{}).People())
	}
	n, errs := ends(scan(file), 9)
	require.Equal(t, []any{2, []error{io.EOF}}, []any{n, errs})
	n, errs = ends(scan(file), 1)
	require.Equal(t, []any{1, []error(nil)}, []any{n, errs})
	n, errs = ends(scan(file+"cat\ndora@acme.example\n"), 9)
	require.Equal(t, []int{3, 2}, []int{n, len(errs)}, "the fault of a row does not end the list")
	require.ErrorIs(t, errs[0], users.ErrAddress)
	require.Equal(t, io.EOF, errs[1])
	_, errs = ends(scan(file+"\"cat@acme.example,\ndora@acme.example\n"), 9)
	require.Equal(t, io.EOF, errs[1], "the row has lost its end")
	_, errs = ends(scan(file+"\"cat@acme.ex"), 9)
	require.Len(t, errs, 2)
	require.EqualError(t, errs[1], "users: roster: row 4 has a misplaced or unclosed quotation mark", "the file was cut")
	_, errs = ends(scan(file+"\xff\ndora@acme.example\n"), 9)
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], users.ErrEncoding)

	broken := errors.New("cut")
	n, errs = ends(users.Complete(func(yield func(users.Entry, error) bool) {
		_ = yield(users.Entry{}, nil) && yield(users.Entry{}, broken)
	}), 9)
	require.Equal(t, []any{1, []error{broken}}, []any{n, errs})
}

func TestRoster_Complete(t *testing.T) {
	read := func(text string) users.Roster {
		r, err := users.ReadRoster(strings.NewReader(text), users.RosterOptions{SkipFaulty: true})
		require.NoError(t, err)
		return r
	}
	n, errs := ends(read("email\nada@acme.example\nben@acme.example\n").Complete(), 9)
	require.Equal(t, []any{2, []error{io.EOF}}, []any{n, errs})
	n, _ = ends(read("email\nada@acme.example\nben@acme.example\n").Complete(), 1)
	require.Equal(t, 1, n)
	n, errs = ends(read("email\nada@acme.example\nben\ncat@acme.example\ndora\n").Complete(), 9)
	require.Equal(t, []int{2, 3}, []int{n, len(errs)})
	for i, row := range []int{3, 5} {
		fault, ok := users.RowFault(errs[i])
		require.Equal(t, []any{true, row, users.ErrAddress}, []any{ok, fault.Row, fault.Problem})
	}
	require.Equal(t, io.EOF, errs[2])
	list := read("email\nada@acme.example\nben\ncat@acme.example\ndora\n").Complete()
	for most := range 5 {
		var rows []int
		for e, err := range list {
			fault, _ := users.RowFault(err)
			if rows = append(rows, e.Row+fault.Row); len(rows) > most {
				break
			}
		}
		require.Equal(t, []int{2, 3, 4, 5, 0}[:most+1], rows, "in the order of the file")
	}
	_, errs = ends(read("email\nada@acme.example\nben@acme.example\n\"cat@acme.ex").Complete(), 9)
	require.IsType(t, users.Faults{}, errs[1], "the file was cut")
	_, errs = ends(read("email\nada@acme.example\n"+strings.Repeat("ben\n", users.MaxRosterFaults+1)).Complete(), 2000)
	require.Len(t, errs, users.MaxRosterFaults+1)
	require.ErrorIs(t, errs[users.MaxRosterFaults], users.Unlisted(1))
	_, ofRow := users.RowFault(errs[users.MaxRosterFaults])
	require.False(t, ofRow)
}
