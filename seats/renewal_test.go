package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// keeps is a policy under which an invitation runs out and keeps its seat.
func keeps() seats.Policy {
	p := seats.Standard()
	p.InvitationExpiry, p.Term = seats.ExpiryKeepsSeat, 14*24*time.Hour
	return p
}

// TestInvite_expired invites a user again whose invitation has run out: rule 5.
func TestInvite_expired(t *testing.T) {
	ranOut := func(t *testing.T) *site {
		s := open(t, seats.Of(2), keeps())
		s.do(owner, seats.Invite{Profile: profile("ada")})
		again := seats.Invite{Profile: profile("ada"), Role: users.Admin}
		s.same(owner, again)
		s.now = s.now.Add(20 * 24 * time.Hour)
		return s
	}
	again := seats.Invite{Profile: profile("ada"), Role: users.Admin}
	t.Run("Decide", func(t *testing.T) {
		s := ranOut(t)
		out := s.do(owner, again)[0]
		require.Equal(t, seats.Outcome{Action: users.ActionInvite, User: "ada", Before: s.user("ada").Segment(), After: s.user("ada").Segment()}, out)
		require.Equal(t, users.Member, s.user("ada").Role, "role and fields stay")
		e := s.lastEvent()
		require.Equal(t, seats.EventNotified, e.Kind)
		require.EqualValues(t, 2, e.Count)
		require.Zero(t, e.Delta)
		require.Equal(t, s.now.Add(keeps().Term), s.user("ada").Expires)
		s.same(owner, again)
		s.do(users.As("ada"), seats.Accept{User: "ada"})
	})
	t.Run("DecideEach", func(t *testing.T) {
		s := ranOut(t)
		d := seats.DecideEach(s.rows, s.request(owner, again, again))
		require.False(t, d.Outcomes[0].Unchanged)
		require.True(t, d.Outcomes[1].Unchanged)
		require.Len(t, d.Change.Events, 1)
	})
	t.Run("Preview", func(t *testing.T) {
		s := ranOut(t)
		plan, err := seats.Preview(s.rows, s.request(owner, again, seats.Invite{Profile: profile("owner")}))
		require.NoError(t, err)
		require.Equal(t, "2 users: 2 fit, 0 do not; 1 is already here as owner@acme.example; 1 invitation has run out and goes out again: ada@acme.example", plan.String())
	})
	t.Run("held back", func(t *testing.T) {
		s := ranOut(t)
		later, planned := again, again
		later.Later, planned.Start = true, "2027-01-01"
		s.same(owner, later)
		s.same(owner, planned)
		s.refused(seats.ErrInvitationExpired, users.As("ada"), seats.Accept{User: "ada"})
	})
	t.Run("by a sync", func(t *testing.T) {
		s := open(t, seats.Of(2), keeps())
		s.do(hr, seats.Invite{Profile: profile("ada")})
		s.now = s.now.Add(20 * 24 * time.Hour)
		s.do(hr, seats.Invite{Profile: profile("ada")})
		require.EqualValues(t, 2, s.user("ada").NotificationCount)
		s.now = s.now.Add(20 * 24 * time.Hour)
		s.refused(seats.ErrDuplicate, users.Sync("ad"), seats.Invite{Profile: users.Profile{ID: "u7", Email: "ada@acme.example"}})
	})
	t.Run("added", func(t *testing.T) {
		s := ranOut(t)
		s.same(system, seats.Add{Profile: profile("ada")})
	})
}

// TestReactivate_expired brings users back whose invitation has run out: rule 7. The seat that they
// take is one that they can claim, and that the end of the invitation frees where the policy says so.
func TestReactivate_expired(t *testing.T) {
	frees := keeps()
	frees.InvitationExpiry = seats.ExpiryFreesSeat
	month := 30 * 24 * time.Hour
	for name, leave := range map[string][2]seats.Command{
		"deactivated": {seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"}},
		"archived":    {seats.Archive{User: "ada"}, seats.Restore{User: "ada"}},
	} {
		for _, policy := range []seats.Policy{keeps(), frees} {
			s := open(t, seats.Of(2), policy)
			s.do(owner, seats.Invite{Profile: profile("ada")})
			s.do(owner, leave[0])
			s.do(owner, leave[1])
			require.EqualValues(t, 1, s.user("ada").NotificationCount, "the same invitation")
			s.do(owner, leave[0])
			s.now = s.now.Add(month)
			s.settle()
			s.do(owner, leave[1])
			require.EqualValues(t, 2, s.lastEvent().Count, name)
			require.Equal(t, policy.InvitationExpiry == seats.ExpiryFreesSeat, !s.user("ada").Due.IsZero())
			s.now = s.now.Add(month)
			s.settle()
			require.Equal(t, policy.InvitationExpiry == seats.ExpiryFreesSeat, s.user("ada").Status == users.Inactive)
		}
	}
	s := open(t, seats.Of(3), keeps())
	s.do(owner, seats.Invite{Profile: profile("ada")})
	s.do(owner, seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"})
	s.now = s.now.Add(month)
	s.do(owner, seats.Restore{User: "ada"})
	require.Zero(t, s.lastEvent().Count, "an inactive user has no invitation to take")
	s.do(support, seats.SetPolicy{Policy: seats.Standard()})
	s.do(owner, seats.Reactivate{User: "ada"})
	require.Zero(t, s.user("ada").Expires, "by the policy of now")
	s.invite("bob")
	s.do(owner, seats.Deactivate{User: "bob"}, seats.Reactivate{User: "bob"})
	require.Zero(t, s.user("bob").NotificationCount, "an active user gets no invitation")
}

// TestAccept_invitation has links that carry the number of their invitation: rule 46.
func TestAccept_invitation(t *testing.T) {
	link := func(n int64) seats.Accept { return seats.Accept{User: "ada", Invitation: n} }
	ada := users.As("ada")
	t.Run("sent anew", func(t *testing.T) {
		s := open(t, seats.Of(2), seats.Standard())
		s.do(owner, seats.Invite{Profile: profile("ada")})
		require.EqualValues(t, 1, s.lastEvent().Invitation())
		s.do(owner, seats.Notify{User: "ada"})
		require.EqualValues(t, 2, s.lastEvent().Invitation())
		refusal := s.refused(seats.ErrChangedMeanwhile, ada, link(1))
		require.Equal(t, "invitation", refusal.Field)
		require.EqualValues(t, 2, refusal.Invitation)
		require.Equal(t, users.Invited, refusal.Status)
		s.refused(seats.ErrChangedMeanwhile, ada, link(3))
		s.do(ada, link(2))
		require.Zero(t, s.lastEvent().Invitation())
		s.same(ada, link(2))
		s.refused(seats.ErrChangedMeanwhile, ada, link(1)) // an old link is void for good
	})
	t.Run("another address", func(t *testing.T) {
		s := open(t, seats.Of(2), keeps())
		s.do(owner, seats.Invite{Profile: profile("ada")})
		s.now = s.now.Add(13 * 24 * time.Hour)
		s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("Ada@Acme.example"), Title: new("Head")}})
		require.Zero(t, s.lastEvent().Invitation(), "the same address in other letters")
		s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("ada@fjord.example")}})
		e := s.lastEvent()
		require.Equal(t, seats.EventEdited, e.Kind)
		require.EqualValues(t, 2, e.Invitation())
		u := s.user("ada")
		require.EqualValues(t, 2, u.NotificationCount)
		require.Equal(t, s.now, u.LastNotified)
		require.Equal(t, s.now.Add(keeps().Term), u.Expires)
		s.refused(seats.ErrChangedMeanwhile, ada, link(1))
		s.do(ada, link(2))
		s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("ada@other.example")}})
		require.Zero(t, s.lastEvent().Invitation(), "an active user needs none")
	})
	t.Run("another address while away", func(t *testing.T) {
		for name, way := range map[string][2][]seats.Command{
			"inactive":              {{seats.Deactivate{User: "ada"}}, {seats.Reactivate{User: "ada"}}},
			"archived":              {{seats.Archive{User: "ada"}}, {seats.Restore{User: "ada"}}},
			"inactive and archived": {{seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"}}, {seats.Restore{User: "ada"}, seats.Reactivate{User: "ada"}}},
		} {
			s := open(t, seats.Of(2), seats.Standard())
			s.do(owner, seats.Invite{Profile: profile("ada")})
			s.do(owner, way[0]...)
			s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("ada@fjord.example")}})
			require.Zero(t, s.lastEvent().Invitation(), name)
			s.do(owner, way[1]...)
			require.EqualValues(t, 2, s.lastEvent().Invitation(), name)
			s.refused(seats.ErrChangedMeanwhile, ada, link(1))
			s.do(ada, link(2))
			s.do(owner, way[0]...)
			s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("ada@other.example")}})
			s.do(owner, way[1]...)
			require.Zero(t, s.lastEvent().Invitation(), "an active user needs none")
		}
	})
	t.Run("held back", func(t *testing.T) {
		s := open(t, seats.Of(2), seats.Standard())
		s.do(owner, seats.Invite{Profile: profile("ada"), Later: true})
		require.Zero(t, s.lastEvent().Invitation())
		s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("ada@fjord.example")}})
		require.Zero(t, s.lastEvent().Invitation())
		s.do(owner, seats.Notify{User: "ada"})
		s.do(ada, link(1))
	})
	t.Run("remedies", func(t *testing.T) {
		s := open(t, seats.Of(2), keeps())
		s.do(owner, seats.Invite{Profile: profile("ada")})
		s.now = s.now.Add(20 * 24 * time.Hour)
		require.Empty(t, s.refused(seats.ErrInvitationExpired, system, link(1)).Remedies, "a new invitation makes this link void")
	})
}
