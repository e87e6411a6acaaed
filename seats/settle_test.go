package seats_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestDecide_clock_back(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.now = start.Add(-time.Hour)
	s.invite("ada")
	require.Equal(t, start, s.lastEvent().Time)
	require.Equal(t, start, s.user("ada").Created)
}

func TestSettle(t *testing.T) {
	policy := seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour}
	s := open(t, seats.Of(3), policy)
	s.do(owner, seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("ada")})
	end := s.now.Add(policy.Term)
	require.Equal(t, end, s.user("ada").Due)
	require.Equal(t, end, s.rows.Account.NextDue)
	require.False(t, s.rows.Account.IsDue(end.Add(-time.Microsecond)))
	require.True(t, s.rows.Account.IsDue(end))
	s.do(users.As("bob"), seats.Accept{User: "bob"})
	require.Zero(t, s.user("bob").Due)
	s.do(owner, seats.Deactivate{User: "ada"})
	require.Zero(t, s.user("ada").Due, "there is no seat to free")
	s.do(owner, seats.Reactivate{User: "ada"})
	require.Equal(t, end, s.user("ada").Due, "the same invitation, the same end")

	s.now = end.Add(24 * time.Hour)
	events := s.settle()
	require.Len(t, events, 1)
	require.Equal(t, seats.EventLapsed, events[0].Kind)
	require.Equal(t, end, events[0].Time, "a late run writes the instant it was due")
	require.EqualValues(t, -1, events[0].Delta)
	require.Equal(t, users.Inactive, s.user("ada").Status)
	require.False(t, s.rows.Account.IsDue(s.now), "once is enough")

	s.do(owner, seats.Reactivate{User: "ada"})
	require.Equal(t, users.Invited, s.user("ada").Status)
	require.Equal(t, s.now.Add(policy.Term), s.user("ada").Due, "the invitation goes out again")
	s.do(users.As("ada"), seats.Accept{User: "ada"})

	s.now = s.now.Add(policy.Term)
	revision := s.rows.Account.Revision
	require.Empty(t, s.settle(), "nothing is due any more")
	require.Equal(t, revision+1, s.rows.Account.Revision)
	require.Zero(t, s.rows.Account.NextDue)
}

func TestSettle_terms(t *testing.T) {
	keeps, frees := seats.AccuEdConnect(), seats.AccuEdConnect()
	frees.InvitationExpiry = seats.ExpiryFreesSeat
	touch := []seats.Command{
		seats.ChangeRole{User: "ada", Role: users.Admin}, seats.Edit{User: "ada", Set: users.Patch{Location: new("Leeds")}},
	}

	s := open(t, seats.Of(3), keeps)
	s.do(owner, seats.Invite{Profile: profile("ada")})
	s.do(support, seats.SetPolicy{Policy: frees})
	s.do(owner, touch...)
	require.Zero(t, s.user("ada").Due, "it was to keep its seat")
	s.do(owner, seats.Notify{User: "ada"})
	require.Equal(t, s.user("ada").Expires, s.user("ada").Due, "the new one is not")

	s.do(support, seats.SetPolicy{Policy: keeps})
	s.do(owner, seats.ChangeRole{User: "ada"})
	require.Equal(t, s.user("ada").Expires, s.user("ada").Due)
	s.now = s.user("ada").Expires
	require.Len(t, s.settle(), 1)
}

func TestSettle_clock_ahead(t *testing.T) {
	s := open(t, seats.Of(3), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	s.now = start.AddDate(20, 0, 0)
	s.do(owner, seats.Edit{User: "owner", Set: users.Patch{Title: new("x")}})
	s.now = start.Add(time.Minute)
	s.do(owner, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
	end := s.now.Add(time.Hour)
	require.Equal(t, end, s.user("ada").Expires)
	require.Equal(t, end, s.user("ada").Due)
	s.now = end.Add(-time.Minute)
	s.do(users.As("ada"), seats.Accept{User: "ada"})
	s.now = end
	s.refused(seats.ErrInvitationExpired, users.As("bob"), seats.Accept{User: "bob"})
	require.Len(t, s.settle(), 1)
	require.Equal(t, users.Inactive, s.user("bob").Status)
}

// TestSettle_starts_after_leaves has more leaves and starts of one day than a change settles, in
// a full account.
func TestSettle_starts_after_leaves(t *testing.T) {
	s := open(t, seats.Of(8), seats.Standard())
	for i := range 7 {
		leaver, starter := users.ID(fmt.Sprint("z", i)), users.ID(fmt.Sprint("a", i))
		s.do(owner, seats.Invite{Profile: profile(leaver), Leave: users.From("2026-03-05")}, seats.Invite{Profile: profile(starter), Start: "2026-03-05"})
	}
	before := len(s.events)
	s.settleParts(t, start.AddDate(0, 0, 9), 3)
	require.Equal(t, slices.Concat(slices.Repeat([]seats.EventKind{seats.EventDeactivated}, 7), slices.Repeat([]seats.EventKind{seats.EventInvited}, 7)), kinds(s.events[before:]))
	require.Zero(t, s.rows.Account.NextDue)
}

func TestSettle_order(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	for _, id := range []users.ID{"c", "a", "b"} {
		s.do(owner, seats.Invite{Profile: profile(id)})
		if id == "c" {
			s.now = s.now.Add(time.Minute)
		}
	}
	s.now = s.now.Add(2 * time.Hour)
	s.do(owner, seats.Invite{Profile: profile("d")}) // not due yet
	var order []users.ID
	for _, e := range s.settle() {
		order = append(order, e.User)
	}
	require.Equal(t, []users.ID{"c", "a", "b"}, order)
	require.Equal(t, s.user("d").Due, s.rows.Account.NextDue)
}
