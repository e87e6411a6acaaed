package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestDecide_shared_key is about two users whose addresses are one in a comparison form that
// came after them. The key stays taken until neither has it.
func TestDecide_shared_key(t *testing.T) {
	ada, free := profile("ada").Email, "free@acme.example"
	leave := func(id users.ID, email string) seats.Command {
		return seats.Edit{User: id, Set: users.Patch{Email: &email}}
	}
	carl := seats.Invite{Profile: users.Profile{ID: "carl", Email: ada}}
	for name, c := range map[string]struct {
		commands []seats.Command
		finds    users.ID // the user that the last command finds
		fresh    []users.Key
	}{
		"a field":        {[]seats.Command{seats.Edit{User: "bob", Set: users.Patch{Title: &free}}}, "bob", nil},
		"one leaves":     {[]seats.Command{leave("bob", free), carl}, "ada", []users.Key{users.ByEmail(free)}},
		"other leaves":   {[]seats.Command{leave("ada", free), carl}, "bob", []users.Key{users.ByEmail(free)}},
		"both have left": {[]seats.Command{leave("ada", free), leave("bob", "b"+free), carl}, "carl", []users.Key{users.ByEmail(free), users.ByEmail("b" + free), users.ByEmail(ada), users.ByID("carl")}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, seats.Of(4), seats.Standard())
			s.do(owner, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
			for i, u := range s.rows.Users {
				if u.ID == "bob" {
					s.rows.Users[i].Email = ada
				}
			}
			d, err := s.try(owner, c.commands...)
			require.NoError(t, err)
			require.Equal(t, c.finds, d.Outcomes[len(d.Outcomes)-1].User)
			require.ElementsMatch(t, c.fresh, d.Change.Keys())

			refusal := s.refused(seats.ErrAmbiguous, owner, carl)
			require.ElementsMatch(t, []users.ID{"ada", "bob"}, refusal.Others, "it could be either")
			require.Empty(t, refusal.Remedies)
		})
	}
}
