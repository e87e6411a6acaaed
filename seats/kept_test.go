package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestEdit_kept: what was edited by hand stays for the sync, field by field, until it follows again.
func TestEdit_kept(t *testing.T) {
	s := fed(t, 1)
	edit := func(title, location string) seats.Edit {
		return seats.Edit{User: "p0", Set: users.Patch{Title: &title, Location: &location, Groups: &[]string{title}}}
	}
	s.do(hr, edit("Dr", "Leeds"))
	require.Empty(t, s.user("p0").Kept)
	s.do(owner, seats.Edit{User: "p0", Set: users.Patch{Title: new("Prof")}})
	s.do(support, seats.Edit{User: "p0", Set: users.Patch{AddGroups: &[]string{"choir"}}})
	require.Equal(t, []string{"groups", "title"}, s.user("p0").Kept)
	s.same(hr, edit("Dr", "Leeds"))
	s.same(hr, seats.Edit{User: "p0", Set: users.Patch{RemoveGroups: &[]string{"choir"}}})
	s.do(hr, edit("Dr", "York"))
	require.Equal(t, []string{"location"}, s.lastEvent().Fields)
	require.Equal(t, []any{"Prof", "York", []string{"Dr", "choir"}}, []any{s.user("p0").Title, s.user("p0").Location, s.user("p0").Groups})

	require.Equal(t, seats.ErrNeedsAdmin, s.refused(seats.ErrForbidden, hr, seats.Edit{User: "p0", Follow: []string{"title"}}).Reason)
	require.Equal(t, "follow", s.refused(seats.ErrBadInput, owner, seats.Edit{User: "p0", Follow: []string{"kept"}}).Field)
	s.same(owner, seats.Edit{User: "p0", Follow: []string{"email"}})
	s.do(owner, seats.Edit{User: "p0", Follow: []string{"title"}})
	require.Equal(t, []any{seats.EventEdited, []string{"kept"}}, []any{s.lastEvent().Kind, s.lastEvent().Fields})
	require.Equal(t, []string{"groups"}, s.user("p0").Kept)
	s.do(hr, edit("Dr", "York"))
	require.Equal(t, "Dr", s.user("p0").Title)
	s.do(owner, seats.Edit{User: "p0", Set: users.Patch{Title: new("Sir")}, Follow: []string{"title", "groups"}})
	require.Equal(t, []string{"title"}, s.user("p0").Kept)

	s.invite("ada")
	s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Title: new("Dr")}})
	require.Empty(t, s.user("ada").Kept, "there is no sync to keep it from")
}
