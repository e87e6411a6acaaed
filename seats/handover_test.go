package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestHandOver_replacement at a full account, in one call: an invited user is
// active there, and takes over the seat and the work.
func TestHandOver_replacement(t *testing.T) {
	s := open(t, seats.Of(2), seats.BigContacts())
	s.invite("ada")
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: users.Patch{FirstName: new("Eve"), LastName: new("Moneypenny"), Email: new("eve@acme.example")}})
	s.do(owner, seats.Deactivate{User: "ada", Reason: "left"}, seats.Invite{Profile: profile("eve")}, seats.HandOver{User: "ada", Successor: "eve", Reason: "contacts"})
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventHandedOver, users.ID("ada"), users.ID("eve"), "contacts"}, []any{e.Kind, e.User, e.Successor, e.Reason})
	require.Equal(t, e.Before, e.After)
	require.Zero(t, e.Delta)
	require.EqualValues(t, 2, s.pool().Held)
}

func TestHandOver(t *testing.T) {
	require.Equal(t, []users.ID{"ada", "eve"}, seats.Needs("acme", system, seats.HandOver{User: "ada", Successor: "eve"}).Users)
	require.Equal(t, []users.ID{"ada"}, seats.Needs("acme", system, seats.SetPayer{User: "ada"}).Users)
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada", "bob", "cy", "admin")
	s.do(owner, seats.ChangeRole{User: "admin", Role: users.Admin}, seats.Invite{Profile: profile("eve")}, seats.Delete{User: "bob"}, seats.Archive{User: "cy"})
	for _, from := range []users.ID{"ada", "bob", "cy", "eve", "admin"} { // wherever they are
		before := len(s.events)
		s.do(users.As("admin"), seats.HandOver{User: from, Successor: "owner"})
		require.Len(t, s.events, before+1)
	}
	s.do(owner, seats.HandOver{User: "owner", Successor: "ada"})
	for _, successor := range []users.ID{"", "eve", "bob", "cy", "stranger", "ada"} {
		require.Equal(t, "successor", s.refused(seats.ErrBadInput, owner, seats.HandOver{User: "ada", Successor: successor}).Field, successor)
	}
	require.Equal(t, "reason", s.refused(seats.ErrBadInput, owner, seats.HandOver{User: "ada", Successor: "owner", Reason: "a\x00"}).Field)
	s.refused(seats.ErrOwnerProtected, users.As("admin"), seats.HandOver{User: "owner", Successor: "ada"})
	s.refused(seats.ErrForbidden, users.As("ada"), seats.HandOver{User: "ada", Successor: "owner"})
	s.refused(seats.ErrForbidden, hr, seats.HandOver{User: "ada", Successor: "owner"})
	s.refused(seats.ErrUnknownUser, owner, seats.HandOver{User: "stranger", Successor: "owner"})
}

// TestHandOver_shown_as_active by every way out.
func TestHandOver_shown_as_active(t *testing.T) {
	for _, preset := range seats.Presets() {
		s := open(t, seats.Of(9), preset.Policy)
		s.do(support, seats.Invite{Profile: profile("eve")}, seats.Invite{Profile: profile("ada")})
		for _, leave := range []seats.Command{
			seats.Deactivate{User: "ada", Successor: "eve"}, seats.Archive{User: "ada", Successor: "eve"}, seats.Delete{User: "ada", Successor: "eve"},
		} {
			_, err := s.try(support, leave)
			require.Equal(t, preset.Policy.Activation != seats.Invitation, err != nil, "%s: %T: %v", preset.Name, leave, err)
		}
	}
}
