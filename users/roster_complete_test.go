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
	require.Equal(t, []int{2, 1}, []int{n, len(errs)})
	require.ErrorIs(t, errs[0], users.ErrAddress)

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
	n, errs = ends(read("email\nada@acme.example\nben\n").Complete(), 9)
	require.Zero(t, n, "who was skipped is not gone")
	require.ErrorIs(t, errs[0], users.ErrAddress)
}
