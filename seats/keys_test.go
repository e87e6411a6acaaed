package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestFreshKeysAreThoseThatPeopleTake from one decision to the next, each of which is
// held against the rows before it as it is written.
func TestFreshKeysAreThoseThatPeopleTake(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{IdentityChange: seats.IdentityChangeAllowed})
	mail := func(id users.ID, address string) seats.Command {
		return seats.Edit{User: id, Set: users.Patch{Email: new(address + "@acme.example")}}
	}
	invite := func(id users.ID, address string) seats.Command {
		return seats.Invite{Profile: users.Profile{ID: id, Email: address + "@acme.example"}}
	}
	key := func(address string) users.Key { return users.ByEmail(address + "@acme.example") }
	for _, step := range []struct {
		commands []seats.Command
		fresh    []users.Key
	}{
		{[]seats.Command{invite("a", "a"), invite("b", "b")}, []users.Key{key("a"), users.ByID("a"), key("b"), users.ByID("b")}},
		{[]seats.Command{mail("a", "A"), seats.Notify{User: "b"}}, nil},
		{[]seats.Command{mail("a", "c"), mail("b", "a"), mail("a", "b")}, []users.Key{key("b"), key("a")}},
		{[]seats.Command{mail("a", "d"), mail("a", "b")}, nil},
		{[]seats.Command{seats.Delete{User: "b"}, invite("c", "a")}, []users.Key{key("a"), users.ByID("c")}},
		{[]seats.Command{invite("d", "d"), mail("d", "e")}, []users.Key{key("e"), users.ByID("d")}},
		{[]seats.Command{invite("e", "f"), seats.Delete{User: "e"}, invite("f", "f")}, []users.Key{users.ByID("e"), key("f"), users.ByID("f")}},
		{[]seats.Command{seats.BuySeats{Quantity: 1}}, nil},
	} {
		d, err := s.try(system, step.commands...)
		require.NoError(t, err)
		require.Equal(t, step.fresh, d.Change.Fresh)
		each := seats.DecideEach(s.rows, s.request(system, step.commands...))
		require.Equal(t, step.fresh, each.Change.Fresh)
		s.write(d.Change)
	}
	plan, err := seats.Preview(s.rows, s.request(owner, invite("g", "g"), invite("h", "g"), mail("a", "h")))
	require.NoError(t, err)
	d, err := plan.Decide(s.rows, s.request(owner, plan.Commands()...))
	require.NoError(t, err)
	require.Equal(t, []users.Key{key("h"), key("g"), users.ByID("g")}, d.Change.Fresh)
	s.write(d.Change)
}

func TestWhoGivesUpAKey(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	invite := seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}}
	s.do(system, invite)
	d, err := s.try(system, seats.Delete{User: "ada"}, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	mail := users.ByEmail(invite.Profile.Email)
	require.True(t, d.Change.GivesUp("ada", mail))
	require.False(t, d.Change.GivesUp("ada", users.ByID("ada")), "an ID is for ever")
	require.False(t, d.Change.GivesUp("bob", mail), "the change is not about him")
}
