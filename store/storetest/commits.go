package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

func resultOfEachChange(t *tester) {
	a, b, c := t.opened("a"), t.opened("b"), t.opened("c")
	stale, fresh := t.invited(a, "x"), t.invited(b, "x")
	taken := t.blind(c, users.Profile{ID: "y", Email: "owner@acme.example"})
	t.written(t.invited(a, "y"))
	broken := t.opening(t.account("d"), seats.Standard())
	broken.Pools[0].Held = -1
	results := t.commit(stale, fresh, taken, broken, t.opening(t.account("e"), seats.Standard()))
	for i, want := range []error{store.ErrConflict, nil, store.ErrKeyTaken, store.ErrBroken, nil} {
		require.ErrorIs(t, results[i].Err, want)
	}
	require.Equal(t, []users.Key{users.ByEmail("owner@acme.example")}, results[2].Taken)
	t.same()
	t.load(seats.Need{Account: broken.Account.ID})
}

func conflictsAmongOthers(t *tester) {
	a, b, c := t.opened("a"), t.opened("b"), t.opened("c")
	stale, gap := t.invited(a, "x"), t.change(b)
	gap.Account.Sequence += 6
	record(&gap, seats.Event{Kind: seats.EventEdited, User: "x"})
	t.written(t.change(a))
	results := t.commit(stale, gap, t.invited(c, "x"), t.opening(t.account("d"), seats.Standard()))
	for i, want := range []error{store.ErrConflict, store.ErrConflict, nil, nil} {
		require.Equal(t, want, results[i].Err, i)
	}
	t.same()
}

// silent returns the change without users and events.
func silent(c seats.Change) seats.Change {
	c.Created, c.Updated, c.NewKeys, c.Events = nil, nil, nil, nil
	return c
}

func comparesRevision(t *tester) {
	a := t.opened("a")
	again, stale, quiet := t.opening(a, seats.Standard()), t.invited(a, "x"), t.change(a)
	quiet.Account.NextDue = gen.Epoch
	t.written(t.change(a)) // without events; the number of the stale one is right
	ahead := t.change(a)
	ahead.Base, ahead.Account.Revision = 7, 8
	t.refused(store.ErrConflict, again, silent(again), stale, quiet, ahead)
}

// comparesNumbers is about changes with the right revision.
func comparesNumbers(t *tester) {
	a, b := t.opened("a"), t.account("b")
	t.written(t.invited(a, "x"))
	for _, last := range []uint64{0, 1, 3, 8} { // instead of 2
		c := t.change(a)
		c.Account.Sequence = last
		record(&c, seats.Event{Kind: seats.EventEdited, User: "x"})
		t.refused(store.ErrConflict, c)
	}
	c := t.opening(b, seats.Standard())
	c.Account.Sequence, c.Events[0].Sequence = 2, 2
	t.refused(store.ErrConflict, c)
	t.written(t.invited(a, "y", "z"))
	t.same()
}

// findsLastEvent is about accounts with a last event that is not the one their row names.
func findsLastEvent(t *tester) {
	neighbour := t.opened("neighbour")
	torn := func(c seats.Change) {
		t.Helper()
		results := t.commit(c, t.change(neighbour))
		for _, err := range []error{store.ErrSequence, store.ErrBroken, seats.ErrHistory} {
			require.ErrorIs(t, results[0].Err, err)
		}
		require.NotErrorIs(t, results[0].Err, store.ErrConflict, "to try again does not help")
		require.NoError(t, results[1].Err, "the neighbour is whole")
		t.refused(store.ErrSequence, c)
		c.Base++
		t.refused(store.ErrConflict, c) // the revision comes first
	}
	a, b := t.opened("a"), t.opened("b")
	lost := t.change(a)
	lost.Account.Sequence += 3
	late := t.invited(b, "x")
	late.Account.Sequence--
	t.written(lost, late)
	torn(t.invited(a, "y"))
	torn(t.change(a))
	torn(t.invited(b, "y"))
}

func refusesUnsoundPools(t *tester) {
	a := t.opened("a")
	with := func(pools ...seats.Pool) seats.Change {
		c := t.invited(a, "x")
		c.Pools = pools
		return c
	}
	for _, pool := range []seats.Pool{
		{Total: seats.Of(1), Held: 2},
		{Total: seats.Of(3), Held: 2, Spent: 2},
		{Total: seats.Of(0), Spent: 1},
		{Total: seats.Of(5), Held: -1},
		{Total: seats.Unlimited(), Held: 1, Spent: -1},
		{Total: seats.Of(5), Held: -1, OverLimit: true},
		{},
		{Total: seats.Of(-1)},
		{Total: seats.Of(seats.MaxSeats + 1)},
	} {
		course := pool
		course.ID = gen.Course
		t.refused(store.ErrBroken, with(pool), with(course), with(seats.Pool{Total: seats.Of(5)}, course))
	}
	for _, pool := range []seats.Pool{
		{Total: seats.Of(1), Held: 2, OverLimit: true},
		{Total: seats.Of(4), Held: 2, Spent: 2},
		{Total: seats.Of(0)},
		{Total: seats.Unlimited(), Held: seats.MaxSeats, Spent: seats.MaxSeats},
	} {
		c := t.change(a)
		c.Pools = []seats.Pool{pool}
		t.written(c)
		t.same(a)
	}
}

func namesTakenKeys(t *tester) {
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
	t.written(t.blind(a, users.Profile{ID: "y", Email: "y@acme.example", Username: "x@acme.example", ExternalID: "al"})) // a key is of a kind
	t.written(t.blind(b, x))                                                                                             // and of an account

	// A user keeps the keys until deleted, and the ID for ever.
	for _, leaves := range []seats.Command{seats.Deactivate{User: "x"}, seats.Archive{User: "x"}} {
		t.written(t.decided(a, leaves))
		t.taken(t.blind(a, users.Profile{ID: "z", Username: "al"}), users.ByUsername("al"))
	}
	t.written(t.decided(a, seats.Delete{User: "x"}))
	t.taken(t.blind(a, users.Profile{ID: "x", Username: "al"}), users.ByID("x"))
	t.written(t.blind(a, users.Profile{ID: "z", Username: "al", Email: "x@acme.example", ExternalID: "7"}))
	t.same()
}

func conflictBeforeTakenKey(t *tester) {
	a := t.opened("a")
	x := users.Profile{ID: "x", Email: "x@acme.example"}
	stale := t.blind(a, x)
	t.written(t.blind(a, users.Profile{ID: "y", Email: "x@acme.example"}))
	gap := t.blind(a, x)
	gap.Events[0].Sequence, gap.Account.Sequence = 7, 7
	t.refused(store.ErrConflict, stale, gap, t.opening(a, seats.Standard()))
}

// refusedWritesNothing refuses a change that writes rows of all kinds, for every reason.
func refusedWritesNothing(t *tester) {
	a := t.opened("a")
	x := member(users.Profile{ID: "x", Email: "x@acme.example", Groups: []string{"a"}})
	c := t.change(a, x)
	c.Pools, c.Licences = []seats.Pool{{ID: gen.Course, Total: seats.Of(5)}}, []users.Licence{{User: "x", Pool: string(gen.Course), Number: 1, Assigned: gen.Epoch}}
	t.written(c)
	full := func(more ...users.User) seats.Change {
		moved := x
		moved.Email, moved.Groups, moved.Due = "free@acme.example", []string{"b"}, gen.Epoch
		c := t.change(a, append(more, moved, member(users.Profile{ID: "y", Email: "x@acme.example", Username: "y"}))...)
		c.Account.NextDue, c.Account.Zone, c.Account.Policy = gen.Epoch, "Africa/Cairo", seats.AccuEdConnect()
		c.Account.Name, c.Account.Payer, c.Account.Closed, c.Account.Erased = "Acme", "x", gen.Epoch, gen.Epoch
		c.Pools = []seats.Pool{{ID: seats.Site, Total: seats.Of(7), Held: 3}, {ID: gen.Course, Total: seats.Of(6), Held: 6}}
		c.Licences = []users.Licence{elaborateLicence("x", gen.Course, 1, gen.Epoch), elaborateLicence("y", gen.Course, 1, gen.Epoch)}
		for i := range c.Events {
			c.Events[i].Key = "call"
		}
		return c
	}
	conflict, gap, broken := full(), full(), full()
	conflict.Base--
	for i := range gap.Events {
		gap.Events[i].Sequence++
	}
	broken.Pools[1].Held = 7
	t.refused(store.ErrConflict, conflict, gap)
	t.taken(full(member(users.Profile{ID: "z", Email: "owner@acme.example"})), users.ByEmail("owner@acme.example"))
	t.refused(store.ErrBroken, broken)
	t.written(full())
	t.same()
}

func keyGivenUp(t *tester) {
	a := t.opened("a")
	email := func(address string) *string { return new(address + "@acme.example") }
	invite := func(id users.ID, address string) seats.Command {
		return seats.Invite{Profile: users.Profile{ID: id, Email: *email(address)}}
	}
	edit := func(id users.ID, address string) seats.Command {
		return seats.Edit{User: id, Set: users.Patch{Email: email(address)}}
	}
	for _, commands := range [][]seats.Command{
		{invite("m", "m")},
		{seats.Delete{User: "m"}, invite("b", "m")}, // the next holder of an address comes before the last one by ID
		{seats.Delete{User: "b"}, invite("y", "m")}, // and after
		{edit("y", "y")},
		{edit("y", "y2"), invite("c", "y")},
		{invite("d", "d")},
		{edit("c", "hold"), edit("y", "y"), edit("d", "y2"), edit("c", "d")}, // three exchange theirs
	} {
		t.written(t.decided(a, commands...))
		t.same()
	}
	y := t.rows[a].Users[5]
	require.Equal(t, users.ID("y"), y.ID)
	y.Username = "why" // a user of the change with another new key, or none of the kind, makes no room
	e := member(users.Profile{ID: "e", Email: "y@acme.example"})
	t.taken(t.change(a, y, e), users.ByEmail("y@acme.example"))
	t.taken(t.change(a, member(users.Profile{ID: "f", Username: "f"}), e), users.ByEmail("y@acme.example"))
	t.taken(t.blind(a, users.Profile{ID: "y", Username: "another"}), users.ByID("y"))
	t.taken(t.blind(a, users.Profile{ID: "m", Email: "new@acme.example"}), users.ByID("m")) // an ID stays taken after deletion
}

// sharesAddresses: users with the address of another are found by it with that one, and the address is
// a unique key of one user at most.
func sharesAddresses(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	crew := users.ByEmail("crew@acme.example")
	row := func(id users.ID, shares bool) users.User {
		u := member(users.Profile{ID: id, Email: "Crew@acme.example", Username: string(id)})
		u.SharesEmail = shares
		return u
	}
	finds := func(ids ...users.ID) {
		t.Helper()
		need := seats.Need{Account: a, Keys: []users.Key{crew}}
		require.Equal(t, ids, idsOf(need.Select(t.rows[a]).Users))
		t.loads(need, seats.Need{Account: a, Keys: []users.Key{crew, users.ByUsername("u")}, Users: []users.ID{"v"}}, seats.Need{Account: b, Keys: []users.Key{crew}})
		t.same()
	}
	t.written(t.change(a, row("u", false), row("v", true)), t.change(b, row("w", true)))
	finds("u", "v")
	t.written(t.change(a, row("w", true), row("x", true)))
	finds("u", "v", "w", "x")
	t.taken(t.change(a, row("y", false)), crew)
	t.taken(t.change(a, row("v", false)), crew)
	t.taken(t.change(a, member(users.Profile{ID: "y", Email: "y@acme.example", Username: "x"})), users.ByUsername("x"))

	away := func(id users.ID) users.User {
		return member(users.Profile{ID: id, Email: string(id) + "@acme.example", Username: string(id)})
	}
	t.written(t.change(a, away("v")))
	finds("u", "w", "x")
	t.written(t.change(a, away("u"), row("v", false))) // the address goes from one to the other
	finds("v", "w", "x")
	t.written(t.change(a, row("v", true), row("w", false), row("x", true), away("y")))
	finds("v", "w", "x")
	t.written(t.change(a, row("w", true))) // all of them share it, and a further user has it alone
	t.written(t.change(a, row("z", false)))
	finds("v", "w", "x", "z")
	t.taken(t.change(a, row("x", false)), crew)
	t.written(t.change(a, row("w", true).Tombstone(), row("z", false).Tombstone()))
	t.written(t.change(a, row("v", false), users.User{Profile: users.Profile{ID: "x", Username: "x"}, Status: users.Inactive}))
	finds("v")
	t.taken(t.change(a, row("y", false)), crew)
}

// rowsReplaceRows takes away what was there: texts, groups, licences, instants and keys.
func rowsReplaceRows(t *tester) {
	a := t.opened("a")
	x := member(users.Profile{ID: "x", Email: "x@acme.example", Username: "x", ExternalID: "7", FirstName: "X", Groups: []string{"a", "b"}})
	x.Schedule = users.Schedule{Leave: users.From("2026-05-01"), At: gen.Epoch, Notice: gen.Epoch, By: users.As(owner), Held: true}
	x.Start = users.Start{Date: "2026-05-01", At: gen.Epoch, By: users.As(owner)}
	x.Due, x.Salt = gen.Epoch, "salt"
	x.Wait = &users.Wait{Since: gen.Epoch, Priority: 7}
	x.Kept = []string{"email"}
	x.Baseline = &users.Baseline{FirstName: "Y", LastName: "Y", Username: "y", Email: "y@acme.example", ExternalID: "y", Edited: gen.Epoch}
	c := t.change(a, x)
	bare := c.Account
	c.Account.NextDue, c.Account.Salt = gen.Epoch, "salt"
	c.Account.Name, c.Account.Payer, c.Account.Closed, c.Account.Erased = "Acme", "x", gen.Epoch, gen.Epoch
	c.Account.Offer = seats.OwnershipOffer{User: "x", Owner: owner, Ends: gen.Epoch}
	c.Account.Sources = seats.SourcesOf(seats.Source{Name: "hr", People: 1})
	course := elaboratePool(gen.Course, gen.Epoch)
	course.Held = 5
	first, second := elaborateLicence("x", gen.Course, 1, gen.Epoch), users.Licence{User: "x", Pool: string(gen.Course), Number: 2, Assigned: gen.Epoch}
	c.Pools, c.Licences = []seats.Pool{course}, []users.Licence{first, second}
	t.written(c)
	t.same()

	c = t.change(a, users.User{Profile: users.Profile{ID: "x", Username: "x2", Groups: []string{"b"}}, Status: users.Inactive})
	c.Licences = []users.Licence{{User: "x", Pool: string(gen.Course), Number: 1, Assigned: gen.Epoch}}
	bare.Revision, bare.Sequence, bare.NextDue = c.Account.Revision, c.Account.Sequence, gen.Epoch.AddDate(0, 0, -1)
	c.Account = bare
	c.Pools = []seats.Pool{{ID: gen.Course, Total: seats.Unlimited()}}
	t.written(c)
	t.same()
	t.loads(of(a, seats.Need{Keys: x.Keys()}, seats.Need{DueBy: gen.Epoch})...)
	t.users(a, users.Filter{Groups: []string{"a"}}, everything)
	t.users(a, users.Filter{Dated: true}, everything)
	t.users(a, users.Filter{HeldBack: true}, everything)

	c = t.change(a)
	second.Started = gen.Epoch
	c.Licences = []users.Licence{second} // alone: the user and the other licence stay
	t.written(c)
	t.same()

	t.written(t.change(a, member(users.Profile{ID: "y", Email: "x@acme.example", Username: "x", ExternalID: "7"}))) // takes the keys
	t.same()
}
