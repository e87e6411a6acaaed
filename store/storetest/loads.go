package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

func answersInOrder(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	t.written(t.invited(b, "x"))
	of := func(id users.AccountID) seats.Need { return seats.Need{Account: id} }
	twice := seats.Need{Account: b, Users: []users.ID{"x"}}
	snapshots, err := t.store.Load(t.Context(), of(b), of(t.account("nobody")), of(a), twice)
	require.NoError(t, err)
	require.Len(t, snapshots, 4)
	require.Equal(t, b, snapshots[0].Account.ID)
	require.Empty(t, snapshots[0].Users, "nobody was asked for")
	require.Equal(t, seats.Snapshot{}, harness.Plain(t, snapshots[1]), "there is no such account")
	require.Equal(t, a, snapshots[2].Account.ID)
	require.EqualValues(t, 1, snapshots[2].Account.Revision)
	require.Equal(t, snapshots[0].Account, snapshots[3].Account)
	require.Len(t, snapshots[3].Users, 1)

	t.absent(t.account("nobody"))
	snapshots, err = t.store.Load(t.Context())
	require.NoError(t, err)
	require.Empty(t, snapshots, "nothing was asked for")
	require.Empty(t, t.commit(), "nothing was changed")
}

func findsPeople(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	c := t.next(t.row(a))
	ada := users.Profile{ID: "ada", Email: "Ada@Acme.example", Username: "al", ExternalID: "E7"}
	bob := users.Profile{ID: "bob", Email: "bob@acme.example", Username: "ada@acme.example"}
	eve := users.Profile{ID: "eve", Username: "eve"}
	for _, p := range []users.Profile{ada, bob, eve} {
		u := somebody(p)
		add(&c, u)
	}
	t.written(c)
	found := func(n seats.Need) (ids []users.ID) {
		n.Account = a
		for _, u := range t.load(n).Users {
			ids = append(ids, u.ID)
		}
		return ids
	}
	for _, k := range []users.Key{users.ByEmail("ada@ACME.example"), users.ByUsername("AL"), users.ByExternalID(" E7")} {
		require.Equal(t, []users.ID{"ada"}, found(seats.Need{Keys: []users.Key{k}}), "%v", k)
	}
	require.Equal(t, []users.ID{"bob"}, found(seats.Need{Keys: []users.Key{users.ByUsername("ada@acme.example")}}), "a key is of a kind")
	require.Empty(t, found(seats.Need{
		Users: []users.ID{"nobody"}, Keys: []users.Key{users.ByEmail("al"), users.ByExternalID("eve"), users.ByExternalID("e7"), users.ByUsername("nobody")},
	}))
	require.Equal(t, []users.ID{"ada", "bob", "eve"}, found(seats.Need{
		Users: []users.ID{"eve", "ada", "nobody", "eve"},
		Keys:  []users.Key{users.ByEmail("bob@acme.example"), users.ByExternalID("E7"), users.ByUsername("al"), users.ByUsername("eve")},
	}), "each once, in order")
	require.Empty(t, t.load(seats.Need{Account: b, Users: []users.ID{"ada"}, Keys: ada.Keys()}).Users, "of another account")

	t.written(t.decided(a, seats.Delete{User: "ada"}))
	require.Equal(t, []users.ID{"ada"}, found(seats.Need{Users: []users.ID{"ada"}}), "a tombstone is found by its ID")
	require.Empty(t, found(seats.Need{Keys: ada.Keys()}), "and by nothing else")
}

func bringsPools(t *tester) {
	a := t.opened("a")
	c := t.next(t.row(a))
	for _, id := range []seats.PoolID{"", "a", "b", "c"} {
		c.Pools = append(c.Pools, seats.Pool{ID: id, Total: seats.Of(5), Held: int64(len(id))})
	}
	t.written(c)
	require.Equal(t, c.Pools[:1], t.load(seats.Need{Account: a}).Pools, "the site comes always")
	brought := t.load(seats.Need{Account: a, Pools: []seats.PoolID{"c", "nowhere", "a", "", "c"}}).Pools
	require.Equal(t, []seats.Pool{c.Pools[0], c.Pools[1], c.Pools[3]}, brought, "in order, each once")
}

func bringsThePast(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	call := func(account users.AccountID, key string, indices ...int) seats.Change {
		c := t.next(t.row(account))
		for _, i := range indices {
			record(&c, seats.Event{Kind: seats.EventUnchanged, Key: key, Index: i})
		}
		return c
	}
	first, second := call(a, "k", 0, 1, 1, 2), call(b, "k", 0, 1)
	second.ID, second.Events[0].Change, second.Events[1].Change = first.ID, first.ID, first.ID
	t.written(first, second)
	unkeyed := call(a, "", 0, 1)
	t.written(unkeyed)
	third := call(a, "k", 3, 4)
	other := call(a, "other", 0, 2)
	t.written(third)
	require.ErrorIs(t, t.commit(other)[0].Err, store.ErrConflict)

	past := func(n seats.Need) (numbers []uint64) {
		n.Account = a
		for _, e := range t.load(n).Past {
			require.Equal(t, a, e.Account)
			numbers = append(numbers, e.Sequence)
		}
		return numbers
	}
	require.Empty(t, past(seats.Need{}))
	require.Equal(t, []uint64{2, 3, 4, 5}, past(seats.Need{Change: first.ID}))
	require.Equal(t, []uint64{6, 7}, past(seats.Need{Change: unkeyed.ID}))
	require.Empty(t, past(seats.Need{Change: "unknown"}))
	require.Empty(t, past(seats.Need{Change: other.ID}), "it was refused")
	require.Equal(t, []uint64{2, 3, 4, 5, 8, 9}, past(seats.Need{Key: "k", IndexTo: 1000}))
	require.Equal(t, []uint64{2, 3, 4}, past(seats.Need{Key: "k", IndexFrom: 1, IndexTo: 2}), "the one of the least place, and up to, not including, the last")
	require.Equal(t, []uint64{2, 3, 4, 5, 8}, past(seats.Need{Key: "k", IndexFrom: 1, IndexTo: 4}))
	require.Equal(t, []uint64{2}, past(seats.Need{Key: "k", IndexFrom: 2, IndexTo: 2}))
	require.Equal(t, []uint64{2}, past(seats.Need{Key: "k", IndexFrom: 5, IndexTo: 9}))
	later := call(a, "k2", 5, 4, 6)
	t.written(later, call(b, "k2", 0))
	t.written(call(a, "k2", 4))
	require.Equal(t, []uint64{11}, past(seats.Need{Key: "k2"}), "of the least place, the first")
	for _, key := range []string{"unknown", "other", ""} {
		require.Empty(t, past(seats.Need{Key: key, IndexTo: 1000}), "key %q", key)
	}
	both := seats.Need{Change: first.ID, Key: "k", IndexFrom: 2, IndexTo: 5}
	require.Equal(t, []uint64{2, 3, 4, 5, 8, 9}, past(both), "in order, each once")
	both = seats.Need{Change: third.ID, Key: "k", IndexFrom: 0, IndexTo: 2}
	require.Equal(t, []uint64{2, 3, 4, 8, 9}, past(both))

	nameless := call(a, "", 0)
	nameless.ID, nameless.Events[0].Change = "", ""
	t.written(nameless)
	require.Empty(t, past(seats.Need{IndexFrom: 0, IndexTo: 9}), "nothing was asked for")
}

// oneMoment lets two people hand one seat to and fro, two events and one
// revision each time, and counts the times in the pool, so that each number says
// what all the others are.
func oneMoment(t *tester) {
	const looks, moves = 150, 50 // at least
	accounts := []users.AccountID{t.opened("a"), t.opened("b")}
	people := []users.ID{"ada", "bob"}
	for _, a := range accounts {
		t.written(t.decided(a,
			seats.Add{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}, Role: users.Admin},
			seats.Add{Profile: users.Profile{ID: "bob", Email: "bob@acme.example"}}, seats.Deactivate{User: "bob"}))
	}
	start := t.row(accounts[0])
	holder := func(revision uint64) int { return int(revision-start.Revision) % 2 }

	move := func(a users.AccountID, i int) error {
		from, to := people[i%2], people[1-i%2]
		snapshots, err := t.store.Load(t.Context(), seats.Need{Account: a, Users: people})
		if err != nil {
			return err
		}
		d, err := seats.Decide(snapshots[0], seats.Request{
			Actor: users.System(), At: gen.Epoch, Change: seats.ChangeID(fmt.Sprint("move ", i)),
			Commands: []seats.Command{seats.Deactivate{User: from}, seats.Reactivate{User: to}},
		})
		if err != nil {
			return err
		}
		d.Change.Pools = []seats.Pool{{Total: seats.Unlimited(), Held: 2, Spent: int64(i + 1)}}
		verdicts, err := t.store.Commit(t.Context(), d.Change)
		if err != nil {
			return err
		}
		return verdicts[0].Err
	}
	var writer sync.WaitGroup
	var looked atomic.Bool
	writer.Go(func() {
		for i := 0; i < 2*moves || !looked.Load(); i++ {
			err := move(accounts[i%2], i/2)
			for again := 0; again < 9 && errors.Is(err, store.ErrConflict); again++ { // the engine's wish
				err = move(accounts[i%2], i/2)
			}
			if !assert.NoError(t, err) {
				return
			}
		}
	})
	defer writer.Wait()
	defer looked.Store(true)
	var needs []seats.Need
	for _, a := range accounts {
		needs = append(needs, seats.Need{Account: a, Admins: true})
		needs = append(needs, seats.Need{Account: a, Users: people[:1], Keys: []users.Key{users.ByEmail("bob@acme.example")}, Pools: []seats.PoolID{"course"}})
	}
	check := func(s seats.Snapshot) {
		moved := s.Account.Revision - start.Revision
		is := holder(s.Account.Revision)
		require.Equal(t, start.Sequence+2*moved, s.Account.Sequence)
		require.Len(t, s.Users, 2)
		require.Equal(t, users.Active, s.Users[is].Status)
		require.Equal(t, users.Inactive, s.Users[1-is].Status)
		require.EqualValues(t, 1-is, s.Account.Tally.Of(users.Segment{Status: users.Active, Role: users.Admin}))
		require.EqualValues(t, is, s.Account.Tally.Of(users.Segment{Status: users.Active}))
		require.Len(t, s.Pools, 1)
		require.EqualValues(t, moved, s.Pools[0].Spent)
	}
	for range looks {
		snapshots, err := t.store.Load(t.Context(), needs...)
		require.NoError(t, err)
		for i, s := range snapshots {
			require.Equal(t, accounts[i/2], s.Account.ID)
			if i%2 == 1 {
				check(s)
			} else if is := holder(s.Account.Revision); is == 0 {
				require.Equal(t, []users.ID{"ada", owner}, idsOf(s.Users), "who administers the account")
			} else {
				require.Equal(t, []users.ID{owner}, idsOf(s.Users), "who administers the account")
			}
		}
		listed := t.listed(len(accounts), nothing)
		require.Equal(t, accounts, accountsOf(listed))
		for _, a := range listed {
			require.Equal(t, start.Sequence+2*(a.Revision-start.Revision), a.Sequence)
			require.EqualValues(t, holder(a.Revision), a.Tally.Of(users.Segment{Status: users.Active}), "a row is of one moment")
		}
		tally, revision, err := t.store.Tally(t.Context(), accounts[0], users.Filter{Status: users.In(users.Active), Role: users.In(users.Admin, users.Member)})
		require.NoError(t, err)
		require.EqualValues(t, 1, tally.Count(0, 0))
		require.EqualValues(t, holder(revision), tally.Of(users.Segment{Status: users.Active}), "the tally is of that revision")
		page := t.people(accounts[0], users.Filter{Status: users.In(users.Active), Role: users.In(users.Admin, users.Member)})
		require.Len(t, page, 1, "a page is right at its moment")
		events, err := t.store.Events(t.Context(), accounts[0], seats.EventFilter{After: snapshots[0].Account.Sequence}, 10_000)
		require.NoError(t, err)
		require.Zero(t, len(events)%2, "a commit is there as a whole")
		require.True(t, slices.IsSortedFunc(events, func(a, b seats.Event) int { return int(a.Sequence) - int(b.Sequence) }))
	}
}
