package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

func loadInOrder(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	t.written(t.invited(b, "x"))
	t.loads(seats.Need{Account: b}, seats.Need{Account: t.account("unknown")}, seats.Need{Account: a}, seats.Need{Account: b, Users: []users.ID{"x"}})
	t.loads()
	require.Empty(t, t.commit(), "nothing was changed")
}

func loadUsers(t *tester) {
	a := t.opened("a")
	ada := users.Profile{ID: "ada", Email: "Ada@Acme.example", Username: "al", ExternalID: "E7"}
	t.written(t.change(a, member(ada), member(users.Profile{ID: "bob", Email: "bob@acme.example", Username: "ada@acme.example"}), member(users.Profile{ID: "eve", Username: "eve"})))
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
	t.loads(of(a, needs...)...)
	t.loads(seats.Need{Account: t.opened("b"), Users: []users.ID{"ada"}, Keys: ada.Keys()})
	t.written(t.decided(a, seats.Delete{User: "ada"}))
	t.loads(of(a, needs...)...) // a tombstone by its ID alone
}

func loadPools(t *tester) {
	a := t.opened("a")
	c := t.change(a)
	for _, id := range []seats.PoolID{"", "a", "b", "c"} {
		c.Pools = append(c.Pools, seats.Pool{ID: id, Total: seats.Of(5), Held: int64(len(id))})
	}
	t.written(c)
	t.loads(of(a, seats.Need{}, seats.Need{Pools: []seats.PoolID{"c", "nowhere", "a", "", "c"}})...)
}

func loadAdmins(t *tester) {
	a := t.opened("a")
	t.opened("b")
	people := crowd()
	t.written(t.change(a, people...))
	require.Len(t, seats.Need{Admins: true}.Select(t.rows[a]).Users, 25)
	var others seats.Need
	for i, u := range people {
		if i%3 == 0 {
			others.Users = append(others.Users, u.ID)
		} else if i%7 == 0 {
			others.Keys = append(others.Keys, u.Keys()...)
		}
	}
	all := others
	all.Admins = true
	t.loads(of(a, seats.Need{}, seats.Need{Admins: true}, others, all)...)
	t.load(of(t.account("b"), seats.Need{Admins: true})...)

	// A user whose role or status changes comes in, or is out.
	for n := range 5 {
		for i := range people {
			people[i].Role, people[i].Status = users.Roles()[(i+n)/2%4], users.Statuses()[(i+2*n)%4]
			if (i+n)%9 == 0 {
				people[i] = people[i].Tombstone()
			}
		}
		t.written(t.change(a, people...))
		t.load(of(a, seats.Need{Admins: true})...)
	}

	// More than a load brings, in an order of bytes.
	many := t.opened("many")
	for part := range 4 {
		var rows []users.User
		for i := range 300 {
			u := member(users.Profile{ID: users.ID(fmt.Sprintf("%c%03d", "Bb"[i%2], part*150+i/2)), Username: fmt.Sprint("user ", part, " ", i)})
			u.Role = []users.Role{users.Admin, users.Owner}[i/7%2]
			rows = append(rows, u)
		}
		t.written(t.change(many, rows...))
	}
	rows := t.rows[many].Users
	require.Greater(t, len(rows), seats.MaxReceivers+1)
	t.loads(of(many, seats.Need{Admins: true}, seats.Need{Admins: true, Users: []users.ID{owner, rows[1100].ID, rows[0].ID}})...)
	t.written(t.decided(many, seats.ChangeRole{User: rows[0].ID}))
	t.load(of(many, seats.Need{Admins: true})...) // the next one takes the place
}

func loadPast(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	call := func(account users.AccountID, key string, indices ...int) seats.Change {
		c := t.change(account)
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
	third, other := call(a, "k", 3, 4), call(a, "other", 0, 2)
	t.written(third)
	t.refused(store.ErrConflict, other)
	t.written(call(a, "k2", 5, 4, 6), call(b, "k2", 0))
	t.written(call(a, "k2", 4))
	nameless := call(a, "", 0)
	nameless.ID, nameless.Events[0].Change = "", ""
	t.written(nameless)
	t.loads(of(a,
		seats.Need{}, seats.Need{IndexFrom: 0, IndexTo: 9}, // nothing is asked for
		seats.Need{Change: first.ID}, seats.Need{Change: unkeyed.ID}, seats.Need{Change: "unknown"}, seats.Need{Change: other.ID},
		seats.Need{Key: "k", IndexTo: 1000}, seats.Need{Key: "k", IndexFrom: 1, IndexTo: 2}, seats.Need{Key: "k", IndexFrom: 1, IndexTo: 4},
		seats.Need{Key: "k", IndexFrom: 2, IndexTo: 2}, seats.Need{Key: "k", IndexFrom: 5, IndexTo: 9},
		seats.Need{Key: "k2"}, // the first of the least index
		seats.Need{Key: "unknown", IndexTo: 1000}, seats.Need{Key: "other", IndexTo: 1000}, seats.Need{Key: "", IndexTo: 1000},
		seats.Need{Change: first.ID, Key: "k", IndexFrom: 2, IndexTo: 5}, // in order, each once
		seats.Need{Change: third.ID, Key: "k", IndexFrom: 0, IndexTo: 2})...)
}

// expiring is a policy under which invited users are due.
var expiring = seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: gen.Term}

func loadDue(t *tester) {
	due := gen.Epoch.Add(gen.Term)
	by := func(more time.Duration, ids ...users.ID) seats.Need {
		return seats.Need{DueBy: due.Add(more), Users: ids}
	}
	a := t.account("a")
	t.written(t.opening(a, expiring))
	var ids []users.ID
	for i := range seats.MaxSettled + 1 {
		ids = append(ids, users.ID(fmt.Sprintf("p%03d", i)))
	}
	t.written(t.invited(a, ids...))
	t.loads(of(a, seats.Need{}, by(-time.Microsecond), by(0), by(0, owner, "p000", "p500"))...)
	t.written(seats.Settle(by(0).Select(t.rows[a]), seats.Request{Actor: users.System(), At: due, Change: t.id()}))
	require.Equal(t, []users.ID{"p500"}, idsOf(by(0).Select(t.rows[a]).Users), "of one instant in the order of their IDs")
	t.load(of(a, by(0))...)
	never := t.opened("never")
	t.written(t.invited(never, "x"))
	t.load(of(never, seats.Need{DueBy: due.AddDate(1000, 0, 0)})...)

	// The earliest come first, whatever their IDs.
	b := t.opened("b")
	var people []users.User
	for i := range seats.MaxSettled + 3 {
		u := member(users.Profile{ID: users.ID(fmt.Sprintf("p%03d", 999-i)), Username: fmt.Sprint("p", i)})
		u.Due = due.Add(time.Duration(i) * time.Microsecond)
		people = append(people, u)
	}
	c := t.change(b, people...)
	c.Account.NextDue = due
	t.written(c)
	t.loads(of(b, by(0), by(1000), by(2000), by(3000), by(time.Hour))...)
}

// oneMoment lets two users hand one seat to and fro, with two events and one revision each time.
// Each read must be right at one revision: the rows of all revisions are known beforehand.
func oneMoment(t *tester) {
	const looks, moves = 150, 500
	pair := []users.ID{"ada", "bob"}
	accounts := []users.AccountID{t.opened("a"), t.opened("b")}
	states, changes := map[users.AccountID][]seats.Snapshot{}, map[users.AccountID][]seats.Change{}
	for _, a := range accounts {
		t.written(t.decided(a,
			seats.Add{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}, Role: users.Admin},
			seats.Add{Profile: users.Profile{ID: "bob", Email: "bob@acme.example"}}, seats.Deactivate{User: "bob"}))
		rows := t.rows[a]
		rows.Past = nil
		states[a] = []seats.Snapshot{{}, {}, rows} // by revision
		for i := range moves {
			d, err := seats.Decide(rows, seats.Request{
				Actor: users.System(), At: gen.Epoch, Change: t.id(),
				Commands: []seats.Command{seats.Deactivate{User: pair[i%2]}, seats.Reactivate{User: pair[1-i%2]}},
			})
			require.NoError(t, err)
			d.Change.Pools = []seats.Pool{{Total: seats.Unlimited(), Held: 2, Spent: int64(i)}}
			rows = rows.Apply(d.Change)
			rows.Past = nil
			states[a], changes[a] = append(states[a], rows), append(changes[a], d.Change)
		}
	}
	var writer sync.WaitGroup
	var looked atomic.Bool
	writer.Go(func() {
		for i := 0; i < 2*moves && !looked.Load(); i++ {
			c := changes[accounts[i%2]][i/2]
			results, err := t.store.Commit(t.Context(), c)
			for again := 0; again < 9 && err == nil && errors.Is(results[0].Err, store.ErrConflict); again++ { // as the engine may ask
				results, err = t.store.Commit(t.Context(), c)
			}
			if !assert.NoError(t, err) || !assert.NoError(t, results[0].Err) {
				return
			}
		}
	})
	defer writer.Wait()
	defer looked.Store(true)
	var needs []seats.Need
	for _, a := range accounts {
		needs = append(needs, of(a, seats.Need{Admins: true}, seats.Need{Users: pair[:1], Keys: []users.Key{users.ByEmail("bob@acme.example")}})...)
	}
	seated := users.Filter{Status: users.In(users.Active), Role: users.In(users.Admin, users.Member)}
	a := accounts[0]
	for range looks {
		snapshots, err := t.store.Load(t.Context(), needs...)
		require.NoError(t, err)
		for i, n := range needs {
			equal(t, n.Select(states[n.Account][snapshots[i].Account.Revision]), snapshots[i], "Load of %+v", n)
		}
		listed, err := t.store.Accounts(t.Context(), t.start(), len(accounts))
		require.NoError(t, err)
		for _, row := range listed {
			equal(t, states[row.ID][row.Revision].Account, row, "Accounts")
		}
		tally, revision, err := t.store.Tally(t.Context(), a, seated)
		require.NoError(t, err)
		require.Equal(t, tallyOf(states[a][revision].Users, seated), tally, "at revision %d", revision)
		page, err := t.store.Users(t.Context(), a, seated, everything)
		require.NoError(t, err)
		require.Len(t, page, 1, "one of the two")
		events, err := t.store.Events(t.Context(), a, seats.EventFilter{After: snapshots[0].Account.Sequence}, everything)
		require.NoError(t, err)
		require.Zero(t, len(events)%2, "a commit is there as a whole")
		for i, e := range events {
			require.Equal(t, snapshots[0].Account.Sequence+uint64(i+1), e.Sequence)
		}
	}
}
