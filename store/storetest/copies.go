package storetest

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// copies spoils everything that was handed to the store, and everything that the
// store handed out.
func copies(t *tester) {
	policy := seats.AccuEdConnect()
	c := t.opening("a", runsOut)
	u := member(users.Profile{ID: "x", Username: "x", Groups: []string{"a", "b"}})
	u.Licences = []users.Licence{{Pool: "p"}}
	want := harness.Plain(t, u)
	add(&c, u)
	record(&c, seats.Event{Kind: seats.EventPolicySet, Policy: &policy, Fields: []string{"title"}, Receivers: []users.ID{"x"}, Key: "k"})
	c.Pools = append(c.Pools, seats.Pool{ID: gen.Course, Total: seats.Of(5)})
	t.written(c)
	a, id := c.Account.ID, c.ID

	spoil := func(people []users.User, pools []seats.Pool, events []seats.Event) {
		for i := range people {
			for n := range people[i].Groups {
				people[i].Groups[n] = "spoilt"
			}
			for n := range people[i].Licences {
				people[i].Licences[n].Pool = "spoilt"
			}
			people[i].FirstName = "spoilt"
		}
		for i := range pools {
			pools[i].Held = 99
		}
		for i := range events {
			if events[i].Policy != nil {
				*events[i].Policy = seats.Standard()
			}
			for n := range events[i].Fields {
				events[i].Fields[n] = "spoilt"
			}
			for n := range events[i].Receivers {
				events[i].Receivers[n] = "spoilt"
			}
			events[i].User = "spoilt"
		}
	}
	// What was given is spoilt first, then what was got.
	spoil(c.Created, c.Pools, c.Events)
	need := seats.Need{Account: a, Users: []users.ID{"x", owner}, Pools: []seats.PoolID{gen.Course}, Change: id, Key: "k", IndexTo: 9}
	own := seats.Need{Account: a, Users: slices.Clone(need.Users), Pools: slices.Clone(need.Pools), Change: id, Key: "k", IndexTo: 9}
	for range 3 {
		s := t.load(need)
		require.Equal(t, own, need, "what was asked for stays as it was")
		require.Len(t, s.Users, 2)
		page := t.people(a, users.Filter{})
		events := t.events(a, seats.EventFilter{})
		for _, people := range [][]users.User{s.Users, page} {
			require.Equal(t, want, harness.Plain(t, people[1]))
			require.Empty(t, people[0].FirstName)
		}
		for _, list := range [][]seats.Event{s.Past, events} {
			require.Len(t, list, 3)
			require.Equal(t, users.ID("x"), list[1].User)
			require.Equal(t, runsOut, *list[0].Policy)
			require.Equal(t, seats.AccuEdConnect(), *list[2].Policy)
			require.Equal(t, []string{"title"}, list[2].Fields)
			require.Equal(t, []users.ID{"x"}, list[2].Receivers)
		}
		require.Len(t, s.Pools, 2)
		require.Zero(t, s.Pools[1].Held)
		spoil(s.Users, s.Pools, s.Past)
		spoil(page, nil, events)
	}
	due := t.account("due")
	t.written(func() seats.Change { c := t.opening("due", runsOut); c.Account.NextDue = gen.Epoch; return c }())
	for range 2 {
		list, err := t.store.Due(t.Context(), gen.Epoch, users.AccountID(t.own), 1)
		require.NoError(t, err)
		require.Equal(t, []users.AccountID{due}, list)
		list[0] = "spoilt"
		rows := t.listed(9, nothing)
		require.Equal(t, []users.AccountID{a, due}, accountsOf(rows))
		require.Empty(t, rows[0].Name)
		rows[0].Name, rows[1].ID = "spoilt", "spoilt"
	}
}
