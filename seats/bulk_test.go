package seats_test

import (
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var errCut = errors.New("the list is cut")

// persons lists n users, each second one inactive, and then the error, if any.
func persons(n int, end error) iter.Seq2[seats.Person, error] {
	return func(yield func(seats.Person, error) bool) {
		for i := range n {
			p := seats.Person{Shown: []users.Status{users.Active, users.Inactive}[i%2]}
			p.ID = users.ID(rune('a' + i%26))
			if !yield(p, nil) {
				return
			}
		}
		if end != nil {
			yield(seats.Person{}, end)
		}
	}
}

func archiveInactive(p seats.Person) seats.Command {
	if p.Shown != users.Inactive {
		return nil
	}
	return seats.Archive{User: p.ID}
}

func TestForEach(t *testing.T) {
	all, err := seats.Collect(seats.ForEach(persons(5, nil), archiveInactive))
	require.NoError(t, err)
	require.Equal(t, []seats.Command{seats.Archive{User: "b"}, seats.Archive{User: "d"}}, all)
	for c, err := range seats.ForEach(persons(0, errCut), archiveInactive) {
		require.Nil(t, c)
		require.ErrorIs(t, err, errCut)
	}
	for c := range seats.ForEach(persons(5, errCut), archiveInactive) {
		require.Equal(t, seats.Archive{User: "b"}, c)
		break
	}
}

func TestCollect(t *testing.T) {
	_, err := seats.Collect(seats.ForEach(persons(5, errCut), archiveInactive))
	require.ErrorIs(t, err, errCut)
	all, err := seats.Collect(seats.ForEach(persons(2*seats.MaxCommands, nil), archiveInactive))
	require.NoError(t, err)
	require.Len(t, all, seats.MaxCommands)
	_, err = seats.Collect(seats.ForEach(persons(2*seats.MaxCommands+2, errCut), archiveInactive))
	require.ErrorIs(t, err, seats.ErrBadInput)
}
