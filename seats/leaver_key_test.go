package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestInvite_key_of_a_leaver gives the address of a leaver to a newcomer with another external ID: the
// remedy takes it from the leaver, whose record stays.
func TestInvite_key_of_a_leaver(t *testing.T) {
	old := users.Profile{ID: "old", Email: "j.smith@acme.example", Username: "jsmith", ExternalID: "E1"}
	newcomer := users.Profile{ID: "new", Email: "J.Smith@acme.example", Username: "JSmith", ExternalID: "E2"}
	for name, leave := range map[string]seats.Command{"inactive": seats.Deactivate{User: "old"}, "archived": seats.Archive{User: "old"}} {
		s := open(t, seats.Of(9), seats.Standard())
		s.do(system, seats.Add{Profile: old})
		require.Empty(t, s.refused(seats.ErrDuplicate, system, seats.Add{Profile: newcomer}).Remedies, "an active user has it")
		s.do(owner, leave)
		for _, c := range []seats.Command{seats.Add{Profile: newcomer}, seats.If{Command: seats.Invite{Profile: newcomer}}} {
			refusal := s.refused(seats.ErrDuplicate, system, c)
			require.Equal(t, "take the email from the user who has it, then take the username from the user who has it", refusal.Remedies.String(), name)
			w, n := &walk{t: t}, node{s.rows, s.now}
			require.True(t, w.helps(n, system, []seats.Command{c}, refusal.Remedies[0], nil))
		}
		s.do(support, seats.Edit{User: "old", Set: users.Patch{ExternalID: new("")}})
		alone := users.Profile{ID: "new", Email: "j.smith@acme.example", Username: "other"}
		refusal := s.refused(seats.ErrDuplicate, owner, seats.Invite{Profile: alone})
		require.Equal(t, "take the email from the user who has it", refusal.Remedies.String(), "another username")
		s.do(support, seats.Edit{User: "old", Set: users.Patch{Username: new(""), ExternalID: new("E1")}})
		refusal = s.refused(seats.ErrDuplicate, owner, seats.Invite{Profile: users.Profile{ID: "new", Email: "j.smith@acme.example"}})
		require.NotEmpty(t, refusal.Remedies)
		require.NotContains(t, refusal.Remedies.String(), "take", "the same person")
	}
	_, ok := seats.Step{Action: users.ActionEdit, User: "old", Field: "title"}.Command()
	require.False(t, ok)
}
