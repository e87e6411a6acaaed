package seats_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func row(id users.ID, email string, groups ...string) users.User {
	return users.User{Profile: users.Profile{ID: id, Email: email, Groups: groups}, Status: users.Active}
}

func TestSnapshot_Apply(t *testing.T) {
	s := seats.Snapshot{
		Account: seats.Account{ID: "acme", Revision: 3}, NextDue: start, StoreTime: start,
		Pools:    []seats.Pool{{Held: 1}, {ID: "b", Held: 2}},
		Users:    []users.User{row("ada", "a"), row("eve", "e")},
		Licences: []users.Licence{{User: "ada", Pool: "b", Number: 1}, {User: "eve", Pool: "a", Number: 1}},
		Past:     []seats.Event{{Sequence: 1}},
	}
	c := seats.Change{
		Account: seats.Account{ID: "acme", Revision: 4}, Base: 3,
		Pools:    []seats.Pool{{ID: "a"}, {ID: "b", Held: 3}},
		Created:  []users.User{row("bob", "b", "x"), row("zoe", "z")},
		Updated:  []users.User{row("ada", "new", "x")},
		Licences: []users.Licence{{User: "ada", Pool: "a", Number: 1}, {User: "ada", Pool: "b", Number: 1, Returned: start}, {User: "ada", Pool: "b", Number: 2}},
		Events:   []seats.Event{{Sequence: 2, Change: "c", Fields: []string{"x"}}},
	}
	want := seats.Snapshot{
		Account: c.Account, NextDue: start, StoreTime: start,
		Pools: []seats.Pool{{Held: 1}, {ID: "a"}, {ID: "b", Held: 3}},
		Users: []users.User{row("ada", "new", "x"), row("bob", "b", "x"), row("eve", "e"), row("zoe", "z")},
		Licences: []users.Licence{
			{User: "ada", Pool: "a", Number: 1}, {User: "ada", Pool: "b", Number: 1, Returned: start}, {User: "ada", Pool: "b", Number: 2}, {User: "eve", Pool: "a", Number: 1},
		},
		Past: []seats.Event{{Sequence: 1}, {Sequence: 2, Change: "c", Fields: []string{"x"}}},
	}
	after := s.Apply(c)
	require.Equal(t, want, after)
	require.Equal(t, want, s.Apply(c), "s is as it was")
	require.Len(t, s.Past, 1)
	require.Zero(t, s.Licences[0].Returned)
	c.Licences[0].Number = 9
	c.Created[0].Groups[0], c.Updated[0].Groups[0], c.Events[0].Fields[0] = "spoilt", "spoilt", "spoilt"
	require.Equal(t, want, after, "no memory is shared with the change")
	require.Equal(t, []users.User{row("bob", "b", "spoilt"), row("zoe", "z")}, c.Created)

	opened := seats.Snapshot{}.Apply(c)
	require.Equal(t, c.Account, opened.Account)
	require.Len(t, opened.Users, 3)
}

func TestNeed_Select(t *testing.T) {
	later := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	due := func(id users.ID, at time.Time) users.User {
		u := row(id, string(id)+"@acme.example", "x")
		u.Due = at
		return u
	}
	admin := row("olive", "olive@acme.example")
	admin.Role = users.Owner
	event := func(n uint64, change seats.ChangeID, key string, index int) seats.Event {
		return seats.Event{Sequence: n, Change: change, Key: key, Index: index, Fields: []string{"x"}}
	}
	rows := seats.Snapshot{
		Account: seats.Account{ID: "acme", Revision: 3}, StoreTime: start,
		Pools: []seats.Pool{{}, {ID: "a"}, {ID: "b"}, {ID: "c"}},
		Users: []users.User{due("ada", later(2)), due("bob", later(1)), due("cleo", later(3)), row("eve", "eve@acme.example", "x"), admin},
		Past: []seats.Event{
			event(1, "one", "", 0), event(2, "two", "k", 4), event(3, "two", "k", 5), event(4, "two", "k", 5),
			event(5, "two", "k", 6), event(6, "three", "k", 4), event(7, "three", "l", 0),
		},
	}
	for name, c := range map[string]struct {
		need   seats.Need
		pools  []seats.PoolID // besides the site pool
		users  []users.ID
		next   time.Time
		events []uint64
	}{
		"nothing":             {},
		"pools":               {need: seats.Need{Pools: []seats.PoolID{"c", "a", "none", seats.Site}}, pools: []seats.PoolID{"a", "c"}},
		"users":               {need: seats.Need{Users: []users.ID{"eve", "none", "ada"}}, users: []users.ID{"ada", "eve"}},
		"keys":                {need: seats.Need{Keys: []users.Key{users.ByEmail("EVE@acme.example"), users.ByUsername("ada@acme.example")}}, users: []users.ID{"eve"}},
		"admins":              {need: seats.Need{Admins: true}, users: []users.ID{"olive"}},
		"due, too early":      {need: seats.Need{DueBy: start}, next: later(1)},
		"due, the first":      {need: seats.Need{DueBy: later(1)}, users: []users.ID{"bob"}, next: later(2)},
		"due, all":            {need: seats.Need{DueBy: later(9)}, users: []users.ID{"ada", "bob", "cleo"}},
		"each user once":      {need: seats.Need{DueBy: later(1), Admins: true, Users: []users.ID{"bob", "olive"}}, users: []users.ID{"bob", "olive"}, next: later(2)},
		"an event":            {need: seats.Need{Sequence: 6}, events: []uint64{6}},
		"no such event":       {need: seats.Need{Sequence: 8}},
		"a key":               {need: seats.Need{Key: "k"}, events: []uint64{2}},
		"a key, from to":      {need: seats.Need{Key: "k", IndexFrom: 5, IndexTo: 6}, events: []uint64{2, 3, 4}},
		"a key that none has": {need: seats.Need{Key: "m", IndexTo: 9}},
		"an event and a key":  {need: seats.Need{Sequence: 3, Key: "k", IndexTo: 5}, events: []uint64{2, 3, 6}},
	} {
		for _, given := range []seats.Snapshot{rows, disordered(rows)} {
			s := c.need.Select(given)
			require.Equal(t, rows.Account, s.Account, name)
			require.Equal(t, start, s.StoreTime)
			require.Equal(t, append([]seats.PoolID{seats.Site}, c.pools...), keysOf(s.Pools, func(p seats.Pool) seats.PoolID { return p.ID }), name)
			require.Equal(t, c.users, keysOf(s.Users, func(u users.User) users.ID { return u.ID }), name)
			require.Equal(t, c.events, keysOf(s.Past, func(e seats.Event) uint64 { return e.Sequence }), name)
			require.Equal(t, c.next, s.NextDue, name)
			for i := range s.Users {
				clear(s.Users[i].Groups)
			}
			for i := range s.Past {
				clear(s.Past[i].Fields)
			}
		}
	}
	require.Equal(t, "x", rows.Users[3].Groups[0], "no memory is shared with the rows")
	require.Equal(t, "x", rows.Past[6].Fields[0])
	require.Equal(t, seats.Snapshot{StoreTime: start}, seats.Need{Users: []users.ID{"ada"}}.Select(seats.Snapshot{StoreTime: start, Users: rows.Users}))
}

// disordered returns the rows from the last to the first, each twice.
func disordered(s seats.Snapshot) seats.Snapshot {
	s.Pools, s.Users, s.Licences, s.Past = slices.Repeat(s.Pools, 2), slices.Repeat(s.Users, 2), slices.Repeat(s.Licences, 2), slices.Repeat(s.Past, 2)
	slices.Reverse(s.Pools)
	slices.Reverse(s.Users)
	slices.Reverse(s.Licences)
	slices.Reverse(s.Past)
	return s
}

func keysOf[R, K any](rows []R, key func(R) K) (keys []K) {
	for _, r := range rows {
		keys = append(keys, key(r))
	}
	return keys
}

// TestNeed_Select_bounds has more users than a snapshot brings.
func TestNeed_Select_bounds(t *testing.T) {
	rows := seats.Snapshot{Account: seats.Account{Revision: 1}}
	for i := range seats.MaxReceivers + 1 {
		u := row(users.ID(rune('a'+i)), "")
		u.Role, u.Due = users.Admin, start.Add(-time.Duration(i)*time.Second)
		rows.Users = append(rows.Users, u)
	}
	admins := seats.Need{Admins: true}.Select(rows).Users
	require.Equal(t, rows.Users[:seats.MaxReceivers], admins, "the first by ID")
	s := seats.Need{DueBy: start}.Select(rows)
	require.Equal(t, rows.Users[len(rows.Users)-seats.MaxSettled:], s.Users, "the earliest")
	require.Equal(t, rows.Users[len(rows.Users)-seats.MaxSettled-1].Due, s.NextDue)
}

// TestNeed_Select_due has due users, pools and licences at once, and licences by their users.
func TestNeed_Select_due(t *testing.T) {
	later := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	ada, bob, eve := row("ada", "ada"), row("bob", "bob"), row("eve", "eve")
	ada.Due = later(4)
	licence := func(user users.ID, pool string, number int64, due time.Time) users.Licence {
		return users.Licence{User: user, Pool: pool, Number: number, Assigned: start, Due: due}
	}
	never := time.Time{}
	rows := seats.Snapshot{
		Account: seats.Account{ID: "acme", Revision: 3},
		Pools:   []seats.Pool{{Due: later(3)}, {ID: "go"}, {ID: "late", Due: later(9)}, {ID: "other"}, {ID: "soon", Due: later(2)}, {ID: "sql"}},
		Users:   []users.User{ada, bob, eve},
		Licences: []users.Licence{
			licence("ada", "go", 1, never), licence("ada", "go", 2, never), licence("ada", "other", 1, later(6)),
			licence("bob", "go", 1, later(1)), licence("bob", "sql", 1, never),
			licence("eve", "go", 1, never), licence("eve", "sql", 1, later(5)),
		},
	}
	for name, c := range map[string]struct {
		need     seats.Need
		pools    []seats.PoolID // besides the site pool
		users    []users.ID
		licences []int // of the rows
		next     time.Time
	}{
		"licences of users": {need: seats.Need{Licences: []users.ID{"stranger", "eve", "bob", "eve"}}, licences: []int{3, 4, 5, 6}},
		"too early":         {need: seats.Need{DueBy: start}, next: later(1)},
		"a licence":         {need: seats.Need{DueBy: later(1)}, pools: []seats.PoolID{"go"}, users: []users.ID{"bob"}, licences: []int{3}, next: later(2)},
		"a pool":            {need: seats.Need{DueBy: later(2)}, pools: []seats.PoolID{"go", "soon"}, users: []users.ID{"bob"}, licences: []int{3}, next: later(3)},
		"the site pool":     {need: seats.Need{DueBy: later(3)}, pools: []seats.PoolID{"go", "soon"}, users: []users.ID{"bob"}, licences: []int{3}, next: later(4)},
		"a user":            {need: seats.Need{DueBy: later(4)}, pools: []seats.PoolID{"go", "soon"}, users: []users.ID{"ada", "bob"}, licences: []int{3}, next: later(5)},
		"a pool is next":    {need: seats.Need{DueBy: later(6)}, pools: []seats.PoolID{"go", "other", "soon", "sql"}, users: []users.ID{"ada", "bob", "eve"}, licences: []int{2, 3, 6}, next: later(9)},
		"all":               {need: seats.Need{DueBy: later(9)}, pools: []seats.PoolID{"go", "late", "other", "soon", "sql"}, users: []users.ID{"ada", "bob", "eve"}, licences: []int{2, 3, 6}},
		"named besides": {
			need:  seats.Need{DueBy: later(1), Licences: []users.ID{"bob", "ada"}, Users: []users.ID{"eve"}, Pools: []seats.PoolID{"late", "go"}},
			pools: []seats.PoolID{"go", "late"}, users: []users.ID{"bob", "eve"}, licences: []int{0, 1, 2, 3, 4}, next: later(2),
		},
	} {
		for _, given := range []seats.Snapshot{rows, disordered(rows)} {
			s := c.need.Select(given)
			require.Equal(t, append([]seats.PoolID{seats.Site}, c.pools...), keysOf(s.Pools, func(p seats.Pool) seats.PoolID { return p.ID }), name)
			require.Equal(t, c.users, keysOf(s.Users, func(u users.User) users.ID { return u.ID }), name)
			var want []users.Licence
			for _, i := range c.licences {
				want = append(want, rows.Licences[i])
			}
			require.Equal(t, want, s.Licences, name)
			require.Equal(t, c.next, s.NextDue, name)
		}
	}
}

// TestNeed_Select_due_bounds has more due pools and licences than a snapshot brings.
func TestNeed_Select_due_bounds(t *testing.T) {
	rows := seats.Snapshot{Account: seats.Account{Revision: 1}, Pools: []seats.Pool{{}}}
	due := func(i int) time.Time { return start.Add(-time.Duration(i/2) * time.Second) } // two of an instant
	id := func(i int) string { return fmt.Sprintf("%04d", i) }
	const n = seats.MaxSettled + 3
	for i := range n {
		rows.Pools = append(rows.Pools, seats.Pool{ID: seats.PoolID("p" + id(i)), Due: due(i)})
		rows.Users = append(rows.Users, row(users.ID(id(i)), ""))
		rows.Licences = append(rows.Licences, users.Licence{User: users.ID(id(i)), Pool: "p" + id(i), Number: 1, Due: due(i).Add(time.Millisecond)})
	}
	s := seats.Need{DueBy: start.Add(time.Hour)}.Select(rows)
	// Of the last two of one instant the first by ID is in.
	left := []int{0, 1, 3}
	for i := range n {
		in := !slices.Contains(left, i)
		require.Equal(t, in, slices.ContainsFunc(s.Pools, func(p seats.Pool) bool { return p.ID == rows.Pools[i+1].ID }), "pool %d", i)
		require.Equal(t, in, slices.Contains(s.Licences, rows.Licences[i]), "licence %d", i)
		require.Equal(t, in, slices.ContainsFunc(s.Users, func(u users.User) bool { return u.ID == rows.Users[i].ID }), "user %d", i)
	}
	require.Equal(t, due(3), s.NextDue, "of the pools")
	rows.Pools = rows.Pools[:1]
	require.Equal(t, due(3).Add(time.Millisecond), seats.Need{DueBy: start.Add(time.Hour)}.Select(rows).NextDue, "of the licences")
}
