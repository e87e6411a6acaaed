package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

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

// loads requires that the store brings of an account just what [seats.Need.Select] brings of
// all its rows.
func (t *tester) loads(rows seats.Snapshot, needs ...seats.Need) {
	t.Helper()
	for _, n := range needs {
		n.Account = rows.Account.ID
		want, got := n.Select(rows), t.load(n)
		if !rows.Account.IsDue(n.DueBy) {
			want.NextDue, got.NextDue = time.Time{}, time.Time{} // which does not count
		}
		require.Equal(t, harness.Plain(t, want), harness.Plain(t, got), "%+v", n)
	}
}

// wrote commits the change, and returns all rows of its account.
func (t *tester) wrote(rows seats.Snapshot, c seats.Change) seats.Snapshot {
	t.Helper()
	t.written(c)
	return rows.Apply(c)
}

func findsUsers(t *tester) {
	rows := t.wrote(seats.Snapshot{}, t.opening("a", seats.Standard()))
	c := t.next(rows.Account)
	ada := users.Profile{ID: "ada", Email: "Ada@Acme.example", Username: "al", ExternalID: "E7"}
	add(&c, member(ada), member(users.Profile{ID: "bob", Email: "bob@acme.example", Username: "ada@acme.example"}), member(users.Profile{ID: "eve", Username: "eve"}))
	rows = t.wrote(rows, c)
	key := func(keys ...users.Key) seats.Need { return seats.Need{Keys: keys} }
	needs := []seats.Need{
		key(users.ByEmail("ada@ACME.example")), key(users.ByUsername("AL")), key(users.ByExternalID(" E7")),
		key(users.ByUsername("ada@acme.example")), // a key is of a kind
		{Users: []users.ID{"nobody"}, Keys: []users.Key{users.ByEmail("al"), users.ByExternalID("eve"), users.ByExternalID("e7"), users.ByUsername("nobody")}},
		{
			Users: []users.ID{"eve", "ada", "nobody", "eve"}, // each once, in order
			Keys:  []users.Key{users.ByEmail("bob@acme.example"), users.ByExternalID("E7"), users.ByUsername("al"), users.ByUsername("eve")},
		},
		key(ada.Keys()...), {Users: []users.ID{"ada"}},
	}
	t.loads(rows, needs...)
	require.Empty(t, t.load(seats.Need{Account: t.opened("b"), Users: []users.ID{"ada"}, Keys: ada.Keys()}).Users, "of another account")
	rows = t.wrote(rows, t.decided(rows.Account.ID, seats.Delete{User: "ada"}))
	t.loads(rows, needs...) // a tombstone by its ID, and by nothing else
}

func bringsPools(t *tester) {
	rows := t.wrote(seats.Snapshot{}, t.opening("a", seats.Standard()))
	c := t.next(rows.Account)
	for _, id := range []seats.PoolID{"", "a", "b", "c"} {
		c.Pools = append(c.Pools, seats.Pool{ID: id, Total: seats.Of(5), Held: int64(len(id))})
	}
	t.loads(t.wrote(rows, c), seats.Need{}, seats.Need{Pools: []seats.PoolID{"c", "nowhere", "a", "", "c"}})
}

func bringsThePast(t *tester) {
	rows, b := t.wrote(seats.Snapshot{}, t.opening("a", seats.Standard())), t.opened("b")
	call := func(row seats.Account, key string, indices ...int) seats.Change {
		c := t.next(row)
		for _, i := range indices {
			record(&c, seats.Event{Kind: seats.EventUnchanged, Key: key, Index: i})
		}
		return c
	}
	first, second := call(rows.Account, "k", 0, 1, 1, 2), call(t.row(b), "k", 0, 1)
	second.ID, second.Events[0].Change, second.Events[1].Change = first.ID, first.ID, first.ID
	t.written(second)
	rows = t.wrote(rows, first)
	unkeyed := call(rows.Account, "", 0, 1)
	rows = t.wrote(rows, unkeyed)
	third, other := call(rows.Account, "k", 3, 4), call(rows.Account, "other", 0, 2)
	rows = t.wrote(rows, third)
	require.ErrorIs(t, t.commit(other)[0].Err, store.ErrConflict)
	rows = t.wrote(rows, call(rows.Account, "k2", 5, 4, 6))
	t.written(call(t.row(b), "k2", 0))
	rows = t.wrote(rows, call(rows.Account, "k2", 4))
	nameless := call(rows.Account, "", 0)
	nameless.ID, nameless.Events[0].Change = "", ""
	t.loads(t.wrote(rows, nameless),
		seats.Need{}, seats.Need{IndexFrom: 0, IndexTo: 9}, // nothing is asked for
		seats.Need{Change: first.ID}, seats.Need{Change: unkeyed.ID}, seats.Need{Change: "unknown"}, seats.Need{Change: other.ID},
		seats.Need{Key: "k", IndexTo: 1000}, seats.Need{Key: "k", IndexFrom: 1, IndexTo: 2}, seats.Need{Key: "k", IndexFrom: 1, IndexTo: 4},
		seats.Need{Key: "k", IndexFrom: 2, IndexTo: 2}, seats.Need{Key: "k", IndexFrom: 5, IndexTo: 9},
		seats.Need{Key: "k2"}, // the first of the least index
		seats.Need{Key: "unknown", IndexTo: 1000}, seats.Need{Key: "other", IndexTo: 1000}, seats.Need{Key: "", IndexTo: 1000},
		seats.Need{Change: first.ID, Key: "k", IndexFrom: 2, IndexTo: 5}, // in order, each once
		seats.Need{Change: third.ID, Key: "k", IndexFrom: 0, IndexTo: 2})
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
		results, err := t.store.Commit(t.Context(), d.Change)
		if err != nil {
			return err
		}
		return results[0].Err
	}
	var writer sync.WaitGroup
	var looked atomic.Bool
	writer.Go(func() {
		for i := 0; i < 2*moves || !looked.Load(); i++ {
			err := move(accounts[i%2], i/2)
			for again := 0; again < 9 && errors.Is(err, store.ErrConflict); again++ { // as the engine may ask
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
