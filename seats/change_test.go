package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestChange_Keys from one decision to the next, each of which is
// held against the rows before it as it is written.
func TestChange_Keys(t *testing.T) {
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
		keys     []users.Key
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
		require.Equal(t, step.keys, d.Change.Keys())
		each := seats.DecideEach(s.rows, s.request(system, step.commands...))
		require.Equal(t, step.keys, each.Change.Keys())
		s.write(d.Change)
	}
	plan, err := seats.Preview(s.rows, s.request(owner, invite("g", "g"), invite("h", "g"), mail("a", "h")))
	require.NoError(t, err)
	d, err := plan.Decide(s.rows, s.request(owner, plan.Commands()...))
	require.NoError(t, err)
	require.Equal(t, []users.Key{key("g"), users.ByID("g"), key("h")}, d.Change.Keys())
	s.write(d.Change)
}

func TestChange_Taken(t *testing.T) {
	user := func(id users.ID, email string) users.User {
		return users.User{Profile: users.Profile{ID: id, Email: email + "@acme.example"}}
	}
	ada, bob, eve := user("ada", "a"), user("bob", "b"), user("eve", "e")
	a, b := users.ByEmail("a@acme.example"), users.ByEmail("b@acme.example")
	create := func(us ...users.User) seats.Change { return seats.Change{Created: us} }
	update := func(keys []users.Key, us ...users.User) seats.Change { return seats.Change{Updated: us, NewKeys: keys} }
	for name, c := range map[string]struct {
		change seats.Change
		taken  []users.Key
	}{
		"nothing is new":               {update(nil, ada), nil},
		"free keys":                    {create(user("new", "new")), nil},
		"an address":                   {create(user("new", "A")), []users.Key{a}},
		"an ID":                        {create(user("ada", "new")), []users.Key{users.ByID("ada")}},
		"both":                         {create(ada), []users.Key{a, users.ByID("ada")}},
		"by an update":                 {update([]users.Key{a}, user("eve", "a")), []users.Key{a}},
		"given up in the change":       {update([]users.Key{a, b}, user("ada", "b"), user("bob", "a")), nil},
		"given up and updated, or not": {update([]users.Key{a}, user("eve", "a"), bob), []users.Key{a}},
		"given up to a created user":   {seats.Change{Created: []users.User{user("new", "a")}, Updated: []users.User{ada.Tombstone()}}, nil},
		"an ID of a deleted user":      {seats.Change{Created: []users.User{user("ada", "new")}, Updated: []users.User{ada.Tombstone()}}, []users.Key{users.ByID("ada")}},
	} {
		require.Equal(t, c.taken, c.change.Taken(ada, bob, eve), name)
	}
	require.Nil(t, create(users.User{Profile: users.Profile{ID: "new", Email: "a@acme.example"}, SharesEmail: true}).Taken(ada), "the address is shared")
	ada.SharesEmail = true
	require.Nil(t, create(user("new", "a")).Taken(ada), "Ada shares it")
	ada.SharesEmail = false
	require.Nil(t, update([]users.Key{a}, users.User{Profile: ada.Profile, SharesEmail: true}, user("eve", "a")).Taken(ada, eve), "Ada shares it from now on")
	shared := update([]users.Key{a}, user("ada", "x"), user("eve", "a"))
	require.Nil(t, shared.Taken(ada), "Ada gives it up")
	require.Equal(t, []users.Key{a}, shared.Taken(ada, user("twin", "a")), "another user has it too")
	require.Equal(t, []users.Key{a}, shared.Taken(user("twin", "a"), ada))
}
