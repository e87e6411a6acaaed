package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

func ownVerdicts(t *tester) {
	a, b, c := t.opened("a"), t.opened("b"), t.opened("c")
	stale, fresh := t.invited(a, "x"), t.invited(b, "x")
	taken := t.decidedOn(t.load(seats.Need{Account: c}), seats.Invite{Profile: users.Profile{ID: "y", Email: "owner@acme.example"}})
	t.written(t.invited(a, "y"))
	broken := t.opening("d", seats.Standard())
	broken.Pools[0].Held = -1
	results := t.commit(stale, fresh, taken, broken, t.opening("e", seats.Standard()))
	require.ErrorIs(t, results[0].Err, store.ErrConflict)
	require.NoError(t, results[1].Err)
	require.ErrorIs(t, results[2].Err, store.ErrKeyTaken)
	require.Equal(t, []users.Key{users.ByEmail("owner@acme.example")}, results[2].Taken)
	require.ErrorIs(t, results[3].Err, store.ErrBroken)
	require.NoError(t, results[4].Err)

	for id, revision := range map[users.AccountID]uint64{a: 2, b: 2, c: 1, t.account("e"): 1} {
		require.Equal(t, revision, t.row(id).Revision, "%s", id)
	}
	t.absent(t.account("d"))
	require.Len(t, t.load(seats.Need{Account: b, Users: []users.ID{"x"}}).Users, 1)
	require.Empty(t, t.load(seats.Need{Account: a, Users: []users.ID{"x"}}).Users)
}

func guardsTheRevision(t *tester) {
	a := t.opened("a")
	again := t.opening("a", seats.Standard())
	require.ErrorIs(t, t.commit(again)[0].Err, store.ErrConflict, "the account is there already")
	silent := again
	silent.Events, silent.Created = nil, nil
	require.ErrorIs(t, t.commit(silent)[0].Err, store.ErrConflict)

	stale, quiet := t.invited(a, "x"), t.next(t.row(a))
	quiet.Account.NextDue = gen.Epoch
	t.written(t.next(t.row(a)))
	require.EqualValues(t, 2, t.row(a).Revision, "a change without events counts")
	require.ErrorIs(t, t.commit(stale)[0].Err, store.ErrConflict, "though its event has the right number")
	require.ErrorIs(t, t.commit(quiet)[0].Err, store.ErrConflict, "though it has no events")
	ahead := t.next(t.row(a))
	ahead.Base, ahead.Account.Revision = 7, 8
	require.ErrorIs(t, t.commit(ahead)[0].Err, store.ErrConflict)
}

// guardsTheSequence is about changes that have the right revision.
func guardsTheSequence(t *tester) {
	a := t.opened("a")
	t.written(t.invited(a, "x"))
	for _, first := range []uint64{1, 2, 4, 9} {
		c := t.next(t.row(a))
		c.Account.Sequence = first - 1
		put(&c, []users.Key{users.ByUsername("gap")}, member(users.Profile{ID: "x", Username: "gap"}))
		require.Equal(t, first, c.Events[0].Sequence)
		require.ErrorIs(t, t.commit(c)[0].Err, store.ErrConflict, "number %d after 2", first)
	}
	c := t.opening("b", seats.Standard())
	c.Account.Sequence, c.Events[0].Sequence = 2, 2
	require.ErrorIs(t, t.commit(c)[0].Err, store.ErrConflict, "the first is 1")
	t.absent(t.account("b"))
	t.written(t.invited(a, "y", "z"))
	for i, e := range t.events(a, seats.EventFilter{}) {
		require.EqualValues(t, i+1, e.Sequence)
	}
}

// guardsTheLastEvent is about accounts with a last event that is not the one their row names.
func guardsTheLastEvent(t *tester) {
	torn := func(account users.AccountID, changes ...seats.Change) {
		t.Helper()
		before := t.picture(account)
		for _, c := range changes {
			neighbour := t.next(t.row(t.account("neighbour")))
			results := t.commit(c, neighbour)
			require.ErrorIs(t, results[0].Err, store.ErrSequence)
			require.ErrorIs(t, results[0].Err, store.ErrBroken)
			require.ErrorIs(t, results[0].Err, seats.ErrHistory)
			require.NotErrorIs(t, results[0].Err, store.ErrConflict, "to try again does not help")
			require.NoError(t, results[1].Err, "the neighbour is whole")
			require.ErrorIs(t, t.commit(c)[0].Err, store.ErrSequence, "without a neighbour")
			stale := c
			stale.Base++
			require.ErrorIs(t, t.commit(stale)[0].Err, store.ErrConflict, "the revision comes first")
		}
		require.Equal(t, before, t.picture(account))
	}
	t.opened("neighbour")
	a := t.opened("a")
	t.written(t.invited(a, "x"))
	lost := t.next(t.row(a))
	lost.Account.Sequence += 3
	t.written(lost)
	torn(a, t.invited(a, "y"), t.next(t.row(a)))

	b := t.opened("b")
	late := t.invited(b, "x")
	late.Account.Sequence--
	t.written(late)
	torn(b, t.invited(b, "y"))
}

func guardsThePools(t *tester) {
	a := t.opened("a")
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
		for _, id := range []seats.PoolID{seats.Site, "course"} {
			pool.ID = id
			c := t.invited(a, "x")
			c.Pools = []seats.Pool{pool}
			require.ErrorIs(t, t.commit(c)[0].Err, store.ErrBroken, "%+v", pool)
		}
	}
	c := t.invited(a, "x")
	c.Pools = append(c.Pools, seats.Pool{ID: "course", Total: seats.Of(1), Spent: 2})
	require.ErrorIs(t, t.commit(c)[0].Err, store.ErrBroken, "one of several")
	require.EqualValues(t, 1, t.row(a).Revision)
	for _, pool := range []seats.Pool{
		{Total: seats.Of(1), Held: 2, OverLimit: true},
		{Total: seats.Of(4), Held: 2, Spent: 2},
		{Total: seats.Of(0)},
		{Total: seats.Unlimited(), Held: seats.MaxSeats, Spent: seats.MaxSeats},
	} {
		c := t.next(t.row(a))
		c.Pools = []seats.Pool{pool}
		t.written(c)
		require.Equal(t, c.Pools, t.load(seats.Need{Account: a}).Pools)
	}
}

func conflictFirst(t *tester) {
	a := t.opened("a")
	blind := seats.Need{Account: a} // without any users
	stale := t.decidedOn(t.load(blind), seats.Invite{Profile: users.Profile{ID: "x", Email: "x@acme.example"}})
	t.written(t.decided(a, seats.Invite{Profile: users.Profile{ID: "y", Email: "x@acme.example"}}))
	v := t.commit(stale)[0]
	require.ErrorIs(t, v.Err, store.ErrConflict, "whoever has the key may have got it since")
	require.Empty(t, v.Taken)
	gap := t.decidedOn(t.load(blind), seats.Invite{Profile: users.Profile{ID: "x", Email: "x@acme.example"}})
	gap.Events[0].Sequence, gap.Account.Sequence = 7, 7
	require.ErrorIs(t, t.commit(gap)[0].Err, store.ErrConflict)
	require.ErrorIs(t, t.commit(t.opening("a", seats.Standard()))[0].Err, store.ErrConflict, "the owner is there, too")
}

// A picture is all that a store has of an account.
type picture struct {
	Account seats.Account
	Pools   []seats.Pool
	Users   []users.User
	Admins  []users.User
	Listed  []seats.Account
	Events  []seats.Event
	Tally   users.Tally
	Due     []users.AccountID
	Pending []store.Progress
}

// picture shows an account with the pool "course".
func (t *tester) picture(id users.AccountID) picture {
	t.Helper()
	s := t.load(seats.Need{Account: id, Pools: []seats.PoolID{gen.Course}})
	p := picture{
		Account: s.Account, Pools: s.Pools, Users: t.people(id, users.Filter{Status: gen.EveryStatus}),
		Admins: t.load(seats.Need{Account: id, Admins: true}).Users, Events: t.events(id, seats.EventFilter{}),
	}
	var revision uint64
	var err error
	p.Tally, revision, err = t.store.Tally(t.Context(), id, users.Filter{Status: gen.EveryStatus})
	require.NoError(t, err)
	require.Equal(t, s.Account.Revision, revision)
	p.Due, err = t.store.Due(t.Context(), gen.Epoch.AddDate(100, 0, 0), id[:len(id)-1], 1)
	require.NoError(t, err)
	if !t.options.NoOutbox {
		p.Pending, err = store.OutboxOf(t.store).Pending(t.Context(), "mailer", id[:len(id)-1], 1)
		require.NoError(t, err)
	}
	p.Listed, err = t.store.Accounts(t.Context(), id[:len(id)-1], 1)
	require.NoError(t, err)
	return harness.Plain(t, p)
}

// allOrNothing refuses changes that would leave traces everywhere, for each
// reason there is.
func allOrNothing(t *tester) {
	a := t.opened("a")
	c := t.next(t.row(a))
	x := member(users.Profile{ID: "x", Email: "x@acme.example", Groups: []string{"a"}})
	add(&c, x)
	c.Pools = []seats.Pool{{ID: gen.Course, Total: seats.Of(5)}}
	t.written(c)
	before := t.picture(a)

	full := func() seats.Change {
		c := t.next(t.row(a))
		c.Account.NextDue, c.Account.Zone, c.Account.Policy = gen.Epoch, "Africa/Cairo", seats.AccuEdConnect()
		c.Account.Name, c.Account.Payer, c.Account.Closed, c.Account.Erased = "Acme", "x", gen.Epoch, gen.Epoch
		c.Pools = []seats.Pool{{ID: seats.Site, Total: seats.Of(7), Held: 3}, {ID: gen.Course, Total: seats.Of(6), Held: 6}}
		moved, y := x, member(users.Profile{ID: "y", Email: "x@acme.example", Username: "y"})
		moved.Email, moved.Groups, moved.Due = "free@acme.example", []string{"b"}, gen.Epoch
		put(&c, []users.Key{users.ByEmail("free@acme.example")}, moved)
		add(&c, y)
		for i := range c.Events {
			c.Events[i].Key = "call"
		}
		return c
	}
	conflict, gap, taken, broken := full(), full(), full(), full()
	conflict.Base--
	for i := range gap.Events {
		gap.Events[i].Sequence++
	}
	add(&taken, member(users.Profile{ID: "z", Email: "owner@acme.example"}))
	broken.Pools[1].Held = 7
	for _, refused := range []struct {
		change seats.Change
		err    error
	}{{conflict, store.ErrConflict}, {gap, store.ErrConflict}, {taken, store.ErrKeyTaken}, {broken, store.ErrBroken}} {
		require.ErrorIs(t, t.commit(refused.change)[0].Err, refused.err)
		require.Equal(t, before, t.picture(a), "after %v", refused.err)
		s := t.load(seats.Need{
			Account: a, Change: refused.change.ID, Key: "call", IndexTo: 9, DueBy: gen.Epoch,
			Keys: []users.Key{users.ByEmail("x@acme.example"), users.ByEmail("free@acme.example"), users.ByUsername("y")},
		})
		require.Empty(t, s.Past)
		require.Len(t, s.Users, 1)
		require.Equal(t, users.ID("x"), s.Users[0].ID)
		require.Equal(t, "x@acme.example", s.Users[0].Email)
	}
	t.written(full())
	require.NotEqual(t, before, t.picture(a))
}

// replacesRows takes away what was there: texts, groups, licences, instants and
// keys.
func replacesRows(t *tester) {
	rows := t.wrote(seats.Snapshot{}, t.opening("a", seats.Standard()))
	x := member(users.Profile{ID: "x", Email: "x@acme.example", Username: "x", ExternalID: "7", FirstName: "X", Groups: []string{"a", "b"}})
	x.Licences = []users.Licence{{Pool: "c1", Assigned: gen.Epoch}, {Pool: "c2", Assigned: gen.Epoch, Started: gen.Epoch}}
	x.Schedule, x.Due, x.Salt = users.Schedule{Date: "2026-05-01", At: gen.Epoch}, gen.Epoch, "salt"
	c := t.next(rows.Account)
	c.Account.NextDue, c.Account.Salt = gen.Epoch, "salt"
	c.Account.Name, c.Account.Payer, c.Account.Closed, c.Account.Erased = "Acme", "x", gen.Epoch, gen.Epoch
	add(&c, x)
	c.Pools = []seats.Pool{{ID: gen.Course, Total: seats.Of(5), Held: 5}}
	rows = t.wrote(rows, c)

	less := users.User{Profile: users.Profile{ID: "x", Username: "x2", Groups: []string{"b"}}, Status: users.Inactive}
	less.Licences = x.Licences[1:]
	c = t.next(rows.Account)
	c.Account.NextDue, c.Account.Salt = gen.Epoch.AddDate(0, 0, -1), ""
	c.Account.Name, c.Account.Payer, c.Account.Closed, c.Account.Erased = "", "", time.Time{}, time.Time{}
	put(&c, []users.Key{users.ByUsername("x2")}, less)
	c.Pools = []seats.Pool{{ID: gen.Course, Total: seats.Unlimited()}}
	rows = t.wrote(rows, c)
	needs := []seats.Need{{Users: []users.ID{"x"}, Pools: []seats.PoolID{gen.Course}}, {Keys: x.Keys()}, {DueBy: gen.Epoch}}
	t.loads(rows, needs...)
	require.Empty(t, t.people(rows.Account.ID, users.Filter{Group: "a"}))

	c = t.next(rows.Account)
	add(&c, member(users.Profile{ID: "y", Email: "x@acme.example", Username: "x", ExternalID: "7"}))
	t.loads(t.wrote(rows, c), needs...) // another user has the keys
}

func idsOf(people []users.User) (ids []users.ID) {
	for _, u := range people {
		ids = append(ids, u.ID)
	}
	return ids
}
