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

// TestKept_role: a role that was set by hand stays for the sync, until it follows again.
func TestKept_role(t *testing.T) {
	s := fed(t, 2)
	as := func(role users.Role) seats.Command { return seats.ChangeRole{User: "p0", Role: role} }
	s.do(hr, as(users.Admin))
	require.Empty(t, s.user("p0").Kept)
	s.do(owner, as(users.Manager))
	require.Equal(t, []string{"role"}, s.user("p0").Kept)
	s.same(hr, as(users.Admin))
	s.refused(seats.ErrBadInput, hr, as(users.Owner))
	s.do(owner, seats.Edit{User: "p0", Set: users.Patch{Title: new("Dr")}}, as(users.Member))
	require.Equal(t, []string{"role", "title"}, s.user("p0").Kept)
	s.do(owner, seats.Edit{User: "p0", Follow: []string{"role"}})
	require.Equal(t, []string{"title"}, s.user("p0").Kept)
	s.do(hr, as(users.Admin))

	s.do(system, seats.Accept{User: "p1"})
	s.do(owner, seats.GrantOwnership{User: "p1"}, seats.EndOwnership{User: "p1"})
	require.Equal(t, []string{"role"}, s.user("p1").Kept, "an owner of before")
	s.invite("ada")
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Manager})
	require.Empty(t, s.user("ada").Kept, "there is no sync to keep it from")
	s.do(system, seats.Import{User: users.User{
		Profile: users.Profile{ID: "x", Email: "x@acme.example", Source: users.Source{Kind: users.SourceSync, Name: "hr"}},
		Role:    users.Admin, Status: users.Active, Created: start, StatusSince: start,
	}})
	require.Empty(t, s.user("x").Kept, "a new user")
}

// TestKept_leave: a leave that was set or cancelled by hand stays for the sync, until it follows again.
func TestKept_leave(t *testing.T) {
	s := fed(t, 9)
	until := func(date users.Date) seats.Command { return seats.Schedule{User: "p0", Leave: users.Until(date)} }
	s.do(hr, until("2026-12-31"))
	s.do(owner, until("2027-12-31"))
	require.Equal(t, []string{"leave"}, s.user("p0").Kept)
	s.same(hr, until("2026-12-31"))
	s.same(hr, seats.Unschedule{User: "p0"})
	require.Equal(t, users.Until("2027-12-31"), s.user("p0").Schedule.Leave)
	s.do(owner, seats.Edit{User: "p0", Follow: []string{"leave"}})
	s.do(hr, until("2026-12-31"))
	s.do(owner, seats.Unschedule{User: "p0"})
	require.Equal(t, []string{"leave"}, s.user("p0").Kept, "no leave, by hand")
	s.same(hr, until("2026-12-31"))
	s.do(hr, seats.Deactivate{User: "p0"})
	s.do(hr, seats.Reactivate{User: "p0"})
	require.Equal(t, []string{"leave"}, s.user("p0").Kept)

	s.do(system, seats.Accept{User: "p1"})
	s.do(system, seats.Accept{User: "p3"}, seats.ChangeRole{User: "p3", Role: users.Admin})
	s.do(hr, seats.ChangeRole{User: "p1", Role: users.Admin}, seats.Schedule{User: "p1", Leave: users.Until("2026-12-31")})
	s.do(users.As("p1"), seats.Unschedule{User: "p1"})
	require.Empty(t, s.user("p1").Kept, "users do not keep themselves from the sync")
	s.do(owner, seats.Schedule{User: "p2", Leave: users.Until("2026-03-31")})
	s.now = s.now.Add(90 * aDay)
	s.settle()
	require.Equal(t, []any{users.Inactive, []string{"leave"}}, []any{s.user("p2").Status, s.user("p2").Kept})

	// A sync takes the start of a waiting user back, and leaves the leave.
	both := seats.Invite{Profile: profile("new"), Start: "2026-12-01", Leave: users.Until("2026-12-31")}
	s.do(hr, both)
	s.do(owner, seats.Schedule{User: "new", Leave: users.Until("2027-01-31")})
	s.do(hr, seats.Schedule{User: "new", Start: "2026-12-02"})
	s.do(hr, seats.Unschedule{User: "new"})
	require.Equal(t, []any{users.Date(""), users.Until("2027-01-31")}, []any{s.user("new").Start.Date, s.user("new").Schedule.Leave})
	s.same(hr, seats.Unschedule{User: "new"})
}
