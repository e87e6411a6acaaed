package seats_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// selfRemoval is a policy that lets users shut themselves out.
func selfRemoval(p seats.Policy) seats.Policy {
	p.SelfRemoval = true
	return p
}

// TestDecide_oneself has admins who would shut themselves out: rule 47.
func TestDecide_oneself(t *testing.T) {
	ada := users.As("ada")
	account := func(t *testing.T, p seats.Policy) *site {
		s := open(t, seats.Of(5), p)
		s.invite("ada", "bob")
		if p.Activation == seats.Approval {
			s.do(owner, seats.Approve{User: "ada"}, seats.Approve{User: "bob"})
		}
		s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin}, seats.ChangeRole{User: "bob", Role: users.Admin})
		return s
	}
	leave := seats.Schedule{User: "ada", Leave: users.Until("2027-03-31")}
	out := []seats.Command{
		seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"}, seats.Delete{User: "ada"}, seats.ChangeRole{User: "ada", Role: users.Member},
		leave, seats.Invite{Profile: profile("ada"), Gone: true},
	}
	for _, preset := range seats.Presets() {
		for _, c := range out {
			if preset.Policy.Withheld.Has(c.Action()) {
				continue
			}
			s := account(t, preset.Policy)
			refusal := s.refused(seats.ErrForbidden, ada, c)
			require.Equal(t, seats.ErrOneself, refusal.Reason, "%s: %v", preset.Name, c)
			require.EqualError(t, refusal, "seats: users can't do this to themselves: another owner or admin can")
			require.Empty(t, refusal.Remedies)
			require.False(t, s.do(users.As("bob"), c)[0].Unchanged, "by another admin")
		}
	}
	for _, c := range out {
		s := account(t, selfRemoval(seats.Standard()))
		require.False(t, s.do(ada, c)[0].Unchanged, "%v", c)
	}
	t.Run("leave of one's own", func(t *testing.T) {
		s := account(t, seats.Policy{MostLeavers: 1})
		s.do(owner, leave, seats.Schedule{User: "bob", Leave: leave.Leave})
		s.do(users.As("bob"), seats.Unschedule{User: "bob"})
		s.do(owner, seats.Schedule{User: "bob", Leave: leave.Leave})
		s.now = utc(t, "2027-04-02T09:00:00Z")
		s.settle()
		s.refused(seats.ErrForbidden, ada, seats.ConfirmLeave{User: "ada"})
		s.do(users.As("bob"), seats.ConfirmLeave{User: "ada"})
	})
	t.Run("transfer", func(t *testing.T) {
		s := account(t, seats.Standard())
		s.do(owner, seats.GrantOwnership{User: "ada"}, seats.EndOwnership{User: "owner"})
		require.Equal(t, users.Admin, s.user("owner").Role)
	})
	t.Run("themselves in other ways", func(t *testing.T) {
		s := account(t, seats.Standard())
		s.do(ada, seats.Edit{User: "ada", Set: users.Patch{Title: new("Head")}}, seats.HandOver{User: "ada", Successor: "bob"}, seats.Notify{User: "ada"})
		s.refused(seats.ErrNotOffered, ada, seats.Approve{User: "ada"})
		s.refused(seats.ErrOwnerProtected, owner, seats.Delete{User: "owner"})
	})
}

// TestDecideEach_actor puts what an actor does to themselves at every place of a bulk call: the results
// of the other commands are the same.
func TestDecideEach_actor(t *testing.T) {
	ada := users.As("ada")
	for name, own := range map[string]seats.Command{
		"deactivate": seats.Deactivate{User: "ada"}, "delete": seats.Delete{User: "ada"}, "demote": seats.ChangeRole{User: "ada", Role: users.Member},
		"end": seats.EndOwnership{User: "ada"},
	} {
		others := []seats.Command{
			seats.Invite{Profile: profile("new")}, seats.Deactivate{User: "bob"}, seats.Edit{User: "owner", Set: users.Patch{Title: new("Chief")}},
		}
		for place := range len(others) + 1 {
			s := open(t, seats.Of(9), selfRemoval(seats.Standard()))
			s.invite("ada", "bob")
			s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin})
			if name == "end" {
				s.do(owner, seats.GrantOwnership{User: "ada"})
			}
			var commands []seats.Command
			commands = append(append(append(commands, others[:place]...), own), others[place:]...)
			d := seats.DecideEach(s.rows, s.request(ada, commands...))
			for i, c := range commands {
				forbidden := name != "end" && c.Action() == users.ActionEdit // the record of an owner
				require.Equal(t, forbidden, d.Outcomes[i].Refusal != nil, "%s at %d: %v", name, place, d.Outcomes[i].Refusal)
			}
		}
	}
	t.Run("accepts", func(t *testing.T) {
		s := open(t, seats.Of(9), seats.Standard())
		s.do(owner, seats.Invite{Profile: profile("ada"), Role: users.Admin})
		commands := []seats.Command{seats.Accept{User: "ada"}, seats.Invite{Profile: profile("bob")}, seats.Accept{User: "ada"}}
		d := seats.DecideEach(s.rows, s.request(ada, commands...))
		require.Nil(t, d.Outcomes[0].Refusal)
		require.ErrorIs(t, d.Outcomes[1].Refusal, seats.ErrForbidden)
		require.True(t, d.Outcomes[2].Unchanged)
		s.do(ada, commands[:2]...) // in one call of all or nothing the second follows the first
	})
}

// TestDecideEach_becomes_owner: an actor who becomes an owner in a bulk call may go on as before with their own
// record, and with no other owner's.
func TestDecideEach_becomes_owner(t *testing.T) {
	s, ada := open(t, seats.Of(9), seats.Standard()), users.As("ada")
	s.invite("ada", "bob")
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin}, seats.GrantOwnership{User: "bob"}, seats.OfferOwnership{User: "ada"})
	accept := seats.AcceptOwnership{User: "ada", Owner: "owner"}
	d := seats.DecideEach(s.rows, s.request(ada, accept, seats.EndOffer{User: "ada"}, accept, seats.Edit{User: "ada", Set: users.Patch{Title: new("Head")}},
		seats.Edit{User: "bob", Set: users.Patch{Title: new("Chief")}}, seats.Deactivate{User: "ada"}))
	for i, unchanged := range []bool{false, true, true, false} {
		require.Nil(t, d.Outcomes[i].Refusal, i)
		require.Equal(t, unchanged, d.Outcomes[i].Unchanged, i)
	}
	require.ErrorIs(t, d.Outcomes[4].Refusal, seats.ErrOwnerProtected)
	require.ErrorIs(t, d.Outcomes[5].Refusal, seats.ErrOwnerProtected)
}

// TestDecideEach_remedies names the same remedies as a call of all or nothing, those about the actor included.
func TestDecideEach_remedies(t *testing.T) {
	s, ada := open(t, seats.Of(9), seats.Standard()), users.As("ada")
	s.do(owner, seats.Invite{Profile: profile("ada"), Role: users.Admin})
	for _, c := range []seats.Command{seats.EndOffer{User: "ada"}, seats.Edit{User: "ada", Set: users.Patch{Title: new("Head")}}, seats.Invite{Profile: profile("bob")}} {
		want := s.refused(seats.ErrForbidden, ada, c).Remedies
		require.Equal(t, "accept the invitation", want.String())
		require.Equal(t, want, seats.DecideEach(s.rows, s.request(ada, c)).Outcomes[0].Refusal.Remedies)
		require.Equal(t, want, seats.DecideEach(s.rows, s.request(ada, seats.Edit{User: "owner"}, c)).Outcomes[1].Refusal.Remedies)
	}
	s.do(ada, seats.Accept{User: "ada"}, seats.EndOffer{User: "ada"})
}

// TestRequest_Following has a bulk call of several commits in which the actor leaves.
func TestRequest_Following(t *testing.T) {
	ada := users.As("ada")
	begun := func(t *testing.T, key string) (*site, seats.Request, seats.Decision) {
		s := open(t, seats.Of(9), selfRemoval(seats.Standard()))
		s.invite("ada")
		s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin})
		r := s.request(ada, seats.ChangeRole{User: "ada", Role: users.Member}, seats.Deactivate{User: "ada"})
		if r.Key = key; key != "" {
			r.Digest = seats.Digest(ada, r.Channel, r.Commands)
		}
		d := seats.DecideEach(s.rows, r)
		s.write(d.Change)
		return s, r, d
	}
	next := func(s *site, r seats.Request, id users.ID) *seats.Refusal {
		r.Commands, r.Index = []seats.Command{seats.Invite{Profile: profile(id)}}, 2
		d := seats.DecideEach(s.rows, r)
		return d.Outcomes[0].Refusal
	}
	t.Run("own changes", func(t *testing.T) {
		s, r, d := begun(t, "")
		require.ErrorIs(t, next(s, r, "bob"), seats.ErrInactive)
		r = r.Following(d)
		require.Nil(t, next(s, r, "bob"))
		require.Nil(t, next(s, r.Following(seats.Decision{}), "bob"))
	})
	t.Run("by others meanwhile", func(t *testing.T) {
		s, r, d := begun(t, "")
		r = r.Following(d)
		s.do(owner, seats.Archive{User: "ada"})
		require.ErrorIs(t, next(s, r, "bob"), seats.ErrArchived)
		s.do(owner, seats.Restore{User: "ada"}, seats.Reactivate{User: "ada"}, seats.ChangeRole{User: "ada", Role: users.Manager})
		require.ErrorIs(t, next(s, r, "bob"), seats.ErrNeedsAdmin)
	})
	t.Run("by others and again", func(t *testing.T) {
		s, r, d := begun(t, "")
		r = r.Following(d)
		s.do(owner, seats.Reactivate{User: "ada"}, seats.ChangeRole{User: "ada", Role: users.Admin})
		r.Commands = []seats.Command{seats.Deactivate{User: "ada"}}
		d = seats.DecideEach(s.rows, r)
		s.write(d.Change)
		require.Nil(t, next(s, r.Following(d), "bob"))
	})
	t.Run("the same call again", func(t *testing.T) {
		s, r, d := begun(t, "key 1")
		s.rows.Past = s.events
		first := seats.DecideEach(s.rows, r)
		require.Equal(t, d.Outcomes, first.Outcomes)
		require.ErrorIs(t, next(s, r, "bob"), seats.ErrInactive)
		require.Nil(t, next(s, r.Following(first), "bob"))
	})
	t.Run("a part of it again", func(t *testing.T) {
		s, r, _ := begun(t, "key 1")
		s.rows.Past = s.events
		r.Commands = append(r.Commands, seats.Invite{Profile: profile("bob")})
		d := seats.DecideEach(s.rows, r)
		require.Nil(t, d.Outcomes[2].Refusal, fmt.Sprint("refused the first time and decided anew: ", d.Outcomes[2].Refusal))
	})
}
