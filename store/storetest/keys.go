package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// blind returns the change by which people come in, decided without a look at
// who is there.
func (t *tester) blind(account users.AccountID, people ...users.Profile) seats.Change {
	t.Helper()
	var commands []seats.Command
	for _, p := range people {
		commands = append(commands, seats.Invite{Profile: p})
	}
	return t.decidedOn(t.load(seats.Need{Account: account}), commands...)
}

// taken requires that a change is refused because just these keys are taken.
func (t *tester) taken(c seats.Change, keys ...users.Key) {
	t.Helper()
	v := t.commit(c)[0]
	require.ErrorIs(t, v.Err, store.ErrKeyTaken)
	require.ElementsMatch(t, keys, v.Taken)
}

func guardsTheKeys(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	x := users.Profile{ID: "x", Email: "x@acme.example", Username: "al", ExternalID: "7"}
	t.written(t.blind(a, x))
	t.taken(t.blind(a, users.Profile{ID: "y", Email: "X@acme.example"}), users.ByEmail("x@acme.example"))
	t.taken(t.blind(a, users.Profile{ID: "y", Username: "AL"}), users.ByUsername("al"))
	t.taken(t.blind(a, users.Profile{ID: "y", ExternalID: "7"}), users.ByExternalID("7"))
	t.taken(t.blind(a, users.Profile{ID: "x", Email: "z@acme.example"}), users.ByID("x"))
	t.taken(t.blind(a,
		users.Profile{ID: "w", Email: "w@acme.example", Username: "w"},
		users.Profile{ID: "y", Email: "x@acme.example", Username: "free", ExternalID: "7"},
		users.Profile{ID: "owner", Username: "al"},
	), users.ByEmail("x@acme.example"), users.ByExternalID("7"), users.ByID("owner"), users.ByUsername("al"))
	require.EqualValues(t, 2, t.row(a).Revision)

	t.written(t.blind(a, users.Profile{ID: "y", Email: "y@acme.example", Username: "x@acme.example", ExternalID: "al"}))
	t.written(t.blind(b, x)) // another account has its own

	// Whoever is out, but not deleted, keeps the keys.
	t.written(t.decided(a, seats.Deactivate{User: "x"}))
	t.taken(t.blind(a, users.Profile{ID: "z", Username: "al"}), users.ByUsername("al"))
	t.written(t.decided(a, seats.Archive{User: "x"}))
	t.taken(t.blind(a, users.Profile{ID: "z", Username: "al"}), users.ByUsername("al"))
	t.written(t.decided(a, seats.Delete{User: "x"}))
	t.taken(t.blind(a, users.Profile{ID: "x", Username: "al"}), users.ByID("x")) // for ever
	t.written(t.blind(a, users.Profile{ID: "z", Username: "al", Email: "x@acme.example", ExternalID: "7"}))
	require.Equal(t, []users.ID{"z"}, idsOf(t.load(seats.Need{Account: a, Keys: x.Keys()}).Users))
}

func makesRoom(t *tester) {
	rows := t.wrote(seats.Snapshot{}, t.opening("a", seats.Standard()))
	a := rows.Account.ID
	email := func(address string) *string { return new(address + "@acme.example") }
	invite := func(id users.ID, address string) seats.Command {
		return seats.Invite{Profile: users.Profile{ID: id, Email: *email(address)}}
	}
	// wrote commits what the commands amount to, and looks for the user of each address.
	wrote := func(commands ...seats.Command) {
		t.Helper()
		rows = t.wrote(rows, t.decided(a, commands...))
		for _, address := range []string{"m", "y", "y2", "d", "hold"} {
			t.loads(rows, seats.Need{Keys: []users.Key{users.ByEmail(*email(address))}})
		}
	}
	wrote(invite("m", "m"))
	// The successor of an address comes before its last holder by ID, and after.
	wrote(seats.Delete{User: "m"}, invite("b", "m"))
	wrote(seats.Delete{User: "b"}, invite("y", "m"))
	t.taken(t.blind(a, users.Profile{ID: "m", Email: "new@acme.example"}), users.ByID("m")) // an ID stays taken after deletion
	wrote(seats.Edit{User: "y", Set: users.Patch{Email: email("y")}})
	wrote(seats.Edit{User: "y", Set: users.Patch{Email: email("y2")}}, invite("c", "y"))
	wrote(invite("d", "d"))
	wrote( // three change places at once
		seats.Edit{User: "c", Set: users.Patch{Email: email("hold")}},
		seats.Edit{User: "y", Set: users.Patch{Email: email("y")}},
		seats.Edit{User: "d", Set: users.Patch{Email: email("y2")}},
		seats.Edit{User: "c", Set: users.Patch{Email: email("d")}},
	)

	// A user of the change who gives up another key makes no room.
	c := t.next(t.row(a))
	y := t.load(seats.Need{Account: a, Users: []users.ID{"y"}}).Users[0]
	e := member(users.Profile{ID: "e", Email: "y@acme.example"})
	y.Username = "why"
	put(&c, []users.Key{users.ByUsername("why")}, y)
	add(&c, e)
	t.taken(c, users.ByEmail("y@acme.example"))
	// Nor does a user of the change who never had a key of that kind.
	c = t.next(t.row(a))
	f := member(users.Profile{ID: "f", Username: "f"})
	add(&c, f)
	add(&c, e)
	t.taken(c, users.ByEmail("y@acme.example"))
	// The ID of a user of the change is taken all the same.
	c = t.next(t.row(a))
	add(&c, member(users.Profile{ID: "y", Username: "another"}))
	t.taken(c, users.ByID("y"))
}
