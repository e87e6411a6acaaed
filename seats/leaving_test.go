package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestDecide_left_by(t *testing.T) {
	hr := users.Sync("hr")
	for _, c := range []struct {
		name  string
		actor users.Actor
		leave []seats.Command
		want  users.Leaving
	}{
		{"user", owner, []seats.Command{seats.Deactivate{User: "ada"}}, users.LeftByHand},
		{"support", support, []seats.Command{seats.Archive{User: "ada"}}, users.LeftByHand},
		{"host", system, []seats.Command{seats.Delete{User: "ada"}}, users.LeftByHand},
		{"sync", hr, []seats.Command{seats.Deactivate{User: "ada"}}, users.LeftBySync},
		{"leave in a file that is over", hr, []seats.Command{
			seats.Invite{Profile: synced("ada"), Leave: users.From("2026-02-01"), LeftMeansGone: true},
		}, users.LeftByDate},
		{"stays", owner, []seats.Command{seats.ChangeRole{User: "ada", Role: users.Admin}}, users.NotLeft},
		{"back", owner, []seats.Command{seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"}, seats.Restore{User: "ada"}, seats.Reactivate{User: "ada"}}, users.NotLeft},
		{"out of the archive", owner, []seats.Command{seats.Archive{User: "ada"}, seats.Restore{User: "ada"}}, users.NotLeft},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, seats.Of(9), seats.Standard())
			s.do(hr, seats.Invite{Profile: synced("ada")})
			require.Equal(t, users.NotLeft, s.user("ada").LeftBy)
			s.do(c.actor, c.leave...)
			require.Equal(t, c.want, s.user("ada").LeftBy)
			if u := s.user("ada"); u.Status == users.Inactive {
				s.do(owner, seats.Archive{User: "ada"})
				s.do(support, seats.Erase{User: "ada"})
				require.Equal(t, c.want, s.user("ada").LeftBy, "the first way stays")
			}
		})
	}
}

// synced returns a profile of the sync hr.
func synced(id users.ID) users.Profile {
	p := profile(id)
	p.Source = users.Source{Kind: users.SourceSync, Name: "hr"}
	return p
}

func TestDecide_left_by_created_inactive(t *testing.T) {
	s := open(t, seats.Of(1), seats.ISpringLearn())
	s.do(owner, seats.Invite{Profile: profile("ada")})
	require.Equal(t, users.Inactive, s.user("ada").Status)
	s.do(system, seats.Delete{User: "ada"})
	require.Equal(t, users.NotLeft, s.user("ada").LeftBy)
}

func TestSettle_left_by(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour, MostLeavers: 1})
	leave := users.From("2026-03-20")
	for _, id := range []users.ID{"ada", "bob", "cy"} {
		s.do(system, seats.Add{Profile: profile(id)})
	}
	s.do(users.Support("ticket"), seats.Schedule{User: "ada", Leave: leave})
	s.do(owner, seats.Schedule{User: "bob", Leave: users.From("2026-03-22")}, seats.Schedule{User: "cy", Leave: users.From("2026-03-22")})
	s.do(owner, seats.Invite{Profile: profile("dee")})
	s.now = s.now.AddDate(0, 1, 0)
	s.settle()
	for id, want := range map[users.ID]users.Leaving{"ada": users.LeftByDate, "bob": users.NotLeft, "dee": users.LeftByDate} {
		require.Equal(t, want, s.user(id).LeftBy, id)
	}
	s.do(owner, seats.ConfirmLeave{User: "bob"}, seats.Deactivate{User: "cy"})
	require.Equal(t, users.LeftByDate, s.user("bob").LeftBy)
	require.Equal(t, users.LeftByHand, s.user("cy").LeftBy)
}

func TestImport_left_by(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	day := start.AddDate(0, -3, 0)
	in := users.User{Profile: profile("ada"), Status: users.Active, Created: day, StatusSince: day, FirstSignIn: day}
	in.Schedule.Leave = users.From("2026-02-01")
	left := users.User{Profile: profile("bob"), Status: users.Inactive, LeftAs: users.Active, LeftBy: users.LeftBySync, Created: day, StatusSince: day, FirstSignIn: day}
	s.do(system, seats.Import{User: in}, seats.Import{User: left})
	require.Equal(t, users.LeftByDate, s.user("ada").LeftBy)
	require.Equal(t, users.LeftBySync, s.user("bob").LeftBy)
}
