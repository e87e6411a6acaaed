package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func loadInOrder(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	t.written(t.invited(b, "x"))
	t.loads(seats.Need{Account: b}, seats.Need{Account: t.account("unknown")}, seats.Need{Account: a}, seats.Need{Account: b, Users: []users.ID{"x"}})
	t.loads()
	require.Empty(t, t.commit(), "nothing was changed")
}

// crowded opens an account with users of every kind, some with all kinds of keys, pools, and
// calls with and without a key.
func (t *tester) crowded() users.AccountID {
	t.Helper()
	a, b := t.opened("a"), t.opened("b")
	people := crowd()
	for i := range people {
		if u := &people[i]; u.Here() && i%2 == 0 {
			u.Email, u.ExternalID = fmt.Sprintf("U%d@Acme.example", i), fmt.Sprint("user ", i+1) // a key is of a kind
		}
	}
	t.written(t.change(a, people...), t.change(b, people...))
	t.pooled(a, "a", "b", "c")
	var licences []users.ID
	for i, u := range people {
		if i%4 == 0 {
			licences = append(licences, u.ID)
		}
	}
	t.license(a, []string{"a", "b", "c"}, licences...)
	t.license(b, []string{"b", "d"}, licences...)
	for n, call := range []struct {
		key     string
		indices []int
	}{{"k", []int{0, 1, 1, 2}}, {"", []int{0, 1}}, {"k", []int{3, 4}}, {"k2", []int{5, 4, 6}}, {"k2", []int{4}}, {"", []int{0}}} {
		both := []seats.Change{t.change(a), t.change(b)}
		for i := range both {
			if both[i].ID = both[0].ID; n == 5 {
				both[i].ID = "" // a nameless change
			}
			for _, index := range call.indices {
				record(&both[i], seats.Event{Kind: seats.EventUnchanged, Key: call.key, Index: index})
			}
		}
		t.written(both...)
	}
	return a
}

// loadsOf makes a test of drawn needs of the crowded account, and of them after a change.
func loadsOf(draw func(d gen.Dice, rows seats.Snapshot) seats.Need) func(*tester) {
	return func(t *tester) {
		a := t.crowded()
		needs := func() { draws(func(d gen.Dice) { t.load(of(a, draw(d, t.rows[a]))...) }) }
		needs()
		var rows []users.User
		for i, u := range t.rows[a].Users[1:] {
			u.Role, u.Status = users.Roles()[i/2%4], users.Statuses()[i%4]
			if i%9 == 0 {
				u = u.Tombstone()
			}
			rows = append(rows, u)
		}
		t.written(t.change(a, rows...))
		needs()
	}
}

var (
	loadUsers = loadsOf(func(d gen.Dice, rows seats.Snapshot) (n seats.Need) {
		n.Users = gen.Some(d, 5, append(idsOf(rows.Users), "stranger", "")) // in any order, more than once
		for _, u := range gen.Some(d, 5, append(crowd(), rows.Users...)) {
			n.Keys = append(n.Keys, gen.Some(d, 2, append(u.Keys(), users.ByEmail(u.Username), users.ByExternalID(u.Username), users.ByUsername("stranger")))...)
		}
		return n
	})
	loadPools = loadsOf(func(d gen.Dice, _ seats.Snapshot) seats.Need {
		return seats.Need{Pools: gen.Some(d, 5, []seats.PoolID{"", "a", "b", "c", "nowhere"})}
	})
	loadLicences = loadsOf(func(d gen.Dice, rows seats.Snapshot) seats.Need {
		ids := append(idsOf(rows.Users), "stranger", "")
		return seats.Need{Licences: gen.Some(d, 5, ids), Users: gen.Some(d, 2, ids)}
	})
	loadPast = loadsOf(func(d gen.Dice, rows seats.Snapshot) seats.Need {
		return seats.Need{
			Sequence: gen.One(d, 0, 1, math.MaxInt64, math.MaxUint64, gen.One(d, rows.Past...).Sequence), Key: gen.One(d, "", "k", "k", "k2", "unknown"),
			IndexFrom: d.Below(6), IndexTo: gen.One(d, 0, 1, 2, 3, 5, everything),
		}
	})
	loadAdmins = loadsOf(func(d gen.Dice, rows seats.Snapshot) seats.Need {
		return seats.Need{Admins: true, Users: gen.Some(d, 2, idsOf(rows.Users))}
	})
)

// loadCodes finds join codes by their texts in comparison form: of this account, open, and with the
// text of now.
func loadCodes(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	for _, account := range []users.AccountID{a, b} {
		c := t.change(account)
		for _, id := range []seats.PoolID{"a", "b", "c", "d"} {
			c.Pools = append(c.Pools, seats.Pool{ID: id, Total: seats.Of(3), Held: 1, Spent: 2})
		}
		c.Pools[1].Join, c.Pools[2].Join, c.Pools[3].Join = seats.JoinCode{Text: "code-" + string(account[:1])}, seats.JoinCode{Text: "Lo op 1"}, seats.JoinCode{Ended: true}
		t.written(c)
	}
	code := seats.JoinCode{Text: "code-" + string(a[:1])}.Key()
	look := func() {
		t.load(of(a, seats.Need{Codes: []string{code}}, seats.Need{Codes: []string{"100P1", code, "stranger", ""}, Pools: []seats.PoolID{"a", "b"}},
			seats.Need{Codes: []string{"L00P1", "lo op 1"}}, seats.Need{Codes: []string{"100P1"}, DueBy: gen.Epoch})...)
		t.loads(seats.Need{Account: a, Codes: []string{"100P1"}}, seats.Need{Account: b, Codes: []string{code, "100P1"}})
	}
	look()
	c := t.change(a)
	c.Pools = []seats.Pool{{ID: "b", Total: seats.Of(3), Spent: 3, Join: seats.JoinCode{Text: "another"}}, {ID: "c", Total: seats.Of(3), Spent: 3, Join: seats.JoinCode{Ended: true}}}
	t.written(c)
	look()
	t.loads(of(a, seats.Need{Codes: []string{"AN0THER"}})...)
}

// loadQueues finds the course pools with places in their queue, of this account, as they are now.
func loadQueues(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	line := seats.WaitingOf(seats.Waiting{User: "u", Turn: gen.Epoch}, seats.Waiting{User: "v", Turn: gen.Epoch, Asks: true})
	for _, account := range []users.AccountID{a, b} {
		c := t.change(account)
		for _, id := range []seats.PoolID{"a", "b", "c"} {
			c.Pools = append(c.Pools, seats.Pool{ID: id, Total: seats.Of(3), Held: 1, Spent: 2})
		}
		c.Pools[0].Waiting, c.Pools[2].Waiting = line, line
		t.written(c)
	}
	look := func() {
		t.load(of(a, seats.Need{Queues: true}, seats.Need{Queues: true, Pools: []seats.PoolID{"b", "c", "stranger"}}, seats.Need{Queues: true, DueBy: gen.Epoch})...)
		t.loads(seats.Need{Account: a, Queues: true}, seats.Need{Account: b, Queues: true}, seats.Need{Account: b})
	}
	look()
	c := t.change(a)
	c.Pools = []seats.Pool{{ID: "a", Total: seats.Of(3), Spent: 3}, {ID: "b", Total: seats.Of(3), Spent: 3, Waiting: line}}
	t.written(c)
	look()
}

// loadManyAdmins has more than a load brings, in an order of bytes.
func loadManyAdmins(t *tester) {
	a := t.opened("a")
	for part := range 4 {
		var rows []users.User
		for i := range 300 {
			u := member(users.Profile{ID: users.ID(fmt.Sprintf("%c%03d", "Bb"[i%2], part*150+i/2)), Username: fmt.Sprint("user ", part, " ", i)})
			u.Role = []users.Role{users.Admin, users.Owner}[i/7%2]
			rows = append(rows, u)
		}
		t.written(t.change(a, rows...))
	}
	rows := t.rows[a].Users
	require.Greater(t, len(rows), seats.MaxReceivers+1)
	t.loads(of(a, seats.Need{Admins: true}, seats.Need{Admins: true, Users: []users.ID{owner, rows[1100].ID, rows[0].ID}})...)
	t.written(t.decided(a, seats.ChangeRole{User: rows[0].ID}))
	t.load(of(a, seats.Need{Admins: true})...) // the next one takes the place
}

// loadDue has more users than one load brings, three of each instant. Two of these have a planned
// start: they come last, though their IDs are the lesser ones.
func loadDue(t *tester) {
	due := gen.Epoch.Add(gen.Term)
	by := func(more time.Duration, ids ...users.ID) seats.Need {
		return seats.Need{DueBy: due.Add(more), Users: ids}
	}
	a, never := t.opened("a"), t.opened("never")
	var rows []users.User
	for i := range seats.MaxSettled + 3 { // the earliest ones have the last IDs
		u := member(users.Profile{ID: users.ID(fmt.Sprintf("p%03d", 999-i)), Username: fmt.Sprint("p", i)})
		u.Due = due.Add(time.Duration(i+2) / 3 * time.Microsecond)
		if i%3 != 1 {
			u.Start = users.Start{Date: "2026-03-02", At: due}
		}
		rows = append(rows, u)
	}
	c := t.change(a, rows...)
	c.Account.NextDue = due
	t.written(c, t.invited(never, "x"))
	t.loads(of(a, seats.Need{}, by(-time.Microsecond), by(0), by(1000), by(166_000), by(167_000), by(time.Hour), by(time.Hour, owner, "p999", "p498"))...)
	t.load(of(never, by(time.Hour))...)

	rest := rows[:2] // come due at the end, or never
	rest[0].Due, rest[1].Due = due.Add(time.Hour), time.Time{}
	t.written(t.change(a, rest...))
	t.loads(of(a, by(0), by(1000), by(time.Hour))...)
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
			results, err := send(t.Context(), t.store, c)
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

// loadAccountsOf has a Keeper look for users in more accounts than one load has.
func loadAccountsOf(t *tester) {
	k, err := ways.New(t.store, seatkeeper.Options{})
	require.NoError(t, err)
	var opened []seats.Change
	for i := range 205 {
		opened = append(opened, t.opening(t.account(fmt.Sprintf("a%03d", i)), seats.Policy{SharedAddresses: seats.SharingAllowed}))
	}
	for some := range slices.Chunk(opened, 41) {
		t.written(some...)
	}
	ada := users.Profile{ID: "ada", Username: "Ada L", Email: "Ada@acme.example", ExternalID: "7"}
	family := func(id users.ID) users.User {
		u := member(users.Profile{ID: id, Email: "family@acme.example", ExternalID: string(id)})
		u.SharesEmail = true
		return u
	}
	other := member(users.Profile{ID: "eve", Username: "ada", Email: "eve@acme.example", ExternalID: "07"})
	t.written(t.change(t.account("a000"), member(ada), family("son")))
	t.written(t.change(t.account("a100"), family("daughter"), family("son"), other))
	t.written(t.change(t.account("a204"), member(ada), users.User{Profile: users.Profile{ID: "son"}, Status: users.Deleted}))
	for _, c := range []struct {
		key  users.Key
		want []string
	}{
		{users.ByEmail("ADA@acme.example"), []string{"a000 ada", "a204 ada"}},
		{users.ByUsername("ada l"), []string{"a000 ada", "a204 ada"}},
		{users.ByExternalID("7"), []string{"a000 ada", "a204 ada"}},
		{users.ByID("ada"), []string{"a000 ada", "a204 ada"}},
		{users.ByUsername("ada"), []string{"a100 eve"}},
		{users.ByEmail("family@acme.example"), []string{"a000 son", "a100 daughter", "a100 son"}},
		{users.ByID("son"), []string{"a000 son", "a100 son"}},
		{users.ByEmail("stranger@acme.example"), nil},
		{users.ByEmail(""), nil},
		{users.ByID("a\x00b"), nil},
	} {
		var found []string
		for m, err := range k.AccountsOf(t.Context(), c.key) {
			require.NoError(t, err)
			if name, own := strings.CutPrefix(string(m.Account.ID), t.own); own {
				require.Equal(t, t.rows[m.Account.ID].Account.Revision, m.Account.Revision)
				found = append(found, name+" "+string(m.Person.ID))
			}
		}
		require.Equal(t, c.want, found, "%+v", c.key)
	}
}
