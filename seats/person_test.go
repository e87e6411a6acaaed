package seats_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestAsShown(t *testing.T) {
	gone := errors.New("the store is gone")
	view := func(id users.ID, status users.Status) seats.Person {
		return seats.Account{Policy: seats.AccuEdConnect()}.View(users.User{Profile: users.Profile{ID: id}, Role: users.Admin, Status: status}, time.Time{})
	}
	listed := 0
	people := func(yield func(seats.Person, error) bool) {
		for _, p := range []seats.Person{view("a", users.Invited), view("b", users.Inactive)} {
			listed++
			if !yield(p, nil) {
				return
			}
		}
		yield(seats.Person{}, gone)
	}
	var shown []users.User
	var last error
	for u, err := range seats.AsShown(people) {
		shown, last = append(shown, u), err
	}
	require.Equal(t, []users.User{
		{Profile: users.Profile{ID: "a"}, Role: users.Admin, Status: users.Active},
		{Profile: users.Profile{ID: "b"}, Role: users.Admin, Status: users.Inactive},
		{},
	}, shown)
	require.Equal(t, gone, last)

	listed = 0
	for range seats.AsShown(people) {
		break
	}
	require.Equal(t, 1, listed, "the list ends with the loop")
}
