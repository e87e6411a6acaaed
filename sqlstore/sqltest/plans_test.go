package sqltest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A question is a reading, and the indexes by which it has to be answered: "users email"
// is the index of that name, "users id" the primary key.
type question struct {
	name    string
	indexes []string // none: by any that begins with the account
	gathers bool     // and may put in order what it has found by them
	ask     func(*testing.T, store.Store)
}

// due is when some people of a crowded site are due.
var due = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)

// changed is the last change of most people of a crowded site.
var changed = due.AddDate(-20, 0, 0)

// crowded makes an account of so many users: each has a licence, two thousand are due with their
// licences, some have a date, and others are admins, more than an order tells; and so many small
// ones, of which twenty are due.
func (s *site) crowded(t testing.TB, people, accounts int) {
	t.Helper()
	s.crowd(t, "acme", people)
	execAll(t, s.dbs[0],
		fmt.Sprintf("UPDATE seats_users SET status_since = %d WHERE account = 'acme' AND id >= '%s'", changed.UnixMicro(), person(1000)),
		fmt.Sprintf("UPDATE seats_users SET status_since = %d WHERE account = 'acme' AND id < '%s'", changed.UnixMicro()-1, person(500)),
		"INSERT INTO seats_pools (account, id, held, spent, over_limit, name) VALUES ('acme', 'course', 0, 0, 0, '')",
		fmt.Sprintf("INSERT INTO seats_licences (account, user_id, pool, number, state, due_date) VALUES ('acme', '%s', 'course', 1, 'assigned', '')", person(0)),
	)
	s.clones(t, s.dbs[0], "seats_licences", "account = 'acme'", 1, people-1, nil)
	for table, key := range map[string]string{"accounts": "id", "pools": "account", "users": "account", "licences": "account", "events": "account"} {
		row := map[string]string{
			"pools": " AND id = 'course'", "users": " AND id = 'owner'", "licences": " AND user_id = '" + string(person(0)) + "'", "events": " AND sequence = 1",
		}[table]
		s.clones(t, s.dbs[0], "seats_"+table, key+" = 'acme'"+row, 1, accounts, map[string]string{key: "CONCAT('small', n)"})
	}
	execAll(t, s.dbs[0],
		fmt.Sprintf("UPDATE seats_users SET due = %d WHERE account = 'acme' AND id < '%s'", due.UnixMicro(), person(2000)),
		fmt.Sprintf("UPDATE seats_licences SET due = %d WHERE account = 'acme' AND user_id < '%s'", due.UnixMicro(), person(2000)),
		fmt.Sprintf("UPDATE seats_users SET dated = 1, held_back = 1 WHERE account = 'acme' AND id >= '%s' AND id < '%s'", person(3000), person(3100)),
		fmt.Sprintf("UPDATE seats_users SET role = 'admin', administers = 1 WHERE account = 'acme' AND id >= '%s' AND id < '%s'", person(5000), person(5000+seats.MaxReceivers+500)),
		fmt.Sprintf("UPDATE seats_accounts SET next_due = %d WHERE id LIKE 'small1_'", due.UnixMicro()),
	)
}

// questions are about an account of so many people.
func questions(account users.AccountID, people int) []question {
	load := func(name string, need seats.Need, indexes ...string) question {
		need.Account = account
		return question{"load " + name, append([]string{"accounts id"}, indexes...), false, func(t *testing.T, s store.Store) {
			_, err := s.Load(t.Context(), need)
			require.NoError(t, err)
		}}
	}
	page := func(name, indexes string, f users.Filter) question {
		return question{"users " + name, strings.Split(indexes, ", "), false, func(t *testing.T, s store.Store) {
			page, err := s.Users(t.Context(), account, f, 20)
			require.NoError(t, err)
			require.True(t, account != "acme" || len(page) > 0)
		}}
	}
	inOrder := func(name string, f users.Filter) question {
		q := page(name, "accounts id, users id", f)
		q.gathers = true // all users of the account
		return q
	}
	events := func(name, indexes string, f seats.EventFilter) question {
		return question{"events " + name, strings.Split(indexes, ", "), false, func(t *testing.T, s store.Store) {
			page, err := s.Events(t.Context(), account, f, 20)
			require.NoError(t, err)
			require.NotEmpty(t, page)
		}}
	}
	licences := func(name, index string, f users.LicenceFilter) question {
		return question{"licences " + name, []string{index}, false, func(t *testing.T, s store.Store) {
			page, err := s.Licences(t.Context(), account, f, 20)
			require.NoError(t, err)
			require.Equal(t, account == "acme", len(page) > 0)
		}}
	}
	settles := func(name string, need seats.Need, indexes ...string) question {
		q := load(name, need, append([]string{"users id", "users due", "pools due", "pools id", "licences due"}, indexes...)...)
		q.gathers = true // the users and the pools of the licences
		return q
	}
	several := func(name string, need seats.Need, indexes ...string) question {
		q := settles(name, need, indexes...)
		q.ask = func(t *testing.T, s store.Store) {
			var needs []seats.Need
			for i := range 3 {
				need.Account = users.AccountID(fmt.Sprint("small1", i))
				needs = append(needs, need)
			}
			need.Account = account
			_, err := s.Load(t.Context(), append(needs, need)...)
			require.NoError(t, err)
		}
		return q
	}
	middle, end := person(people/2), person(people-20)
	after := users.LicenceID{User: middle, Pool: "course", Number: 1}
	key := fmt.Sprint("key", first+people/2)
	return []question{
		load("the account", seats.Need{}),
		load("pools", seats.Need{Pools: []seats.PoolID{"course", "other"}}, "pools id"),
		load("people", seats.Need{Users: []users.ID{middle, end}}, "users id"),
		load("by address", seats.Need{Keys: []users.Key{users.ByEmail(address(people / 2))}}, "users email", "users shared_email"),
		load("by username", seats.Need{Keys: []users.Key{users.ByUsername(invitee(7).Username)}}, "users username"),
		load("by external ID", seats.Need{Keys: []users.Key{users.ByExternalID(invitee(7).ExternalID)}}, "users external_id"),
		load("licences of people", seats.Need{Licences: []users.ID{middle, end}}, "licences id"),
		settles("what is due", seats.Need{DueBy: due}),
		settles("where nothing is due", seats.Need{DueBy: due.Add(-1)}),
		load("the admins", seats.Need{Admins: true}, "users administers"),
		load("an event", seats.Need{Sequence: 7}, "events id"),
		load("a request key", seats.Need{Key: key, IndexTo: 1}, "events key"),
		settles("all that an invitation needs", seats.Need{
			Users: []users.ID{middle}, Keys: []users.Key{users.ByEmail(address(3))}, DueBy: due, Sequence: 7, Key: key, IndexTo: 1,
		}, "users email", "users shared_email", "events id", "events key"),
		settles("all that an order needs", seats.Need{
			Users: []users.ID{owner}, Admins: true, Pools: []seats.PoolID{"course"}, DueBy: due, Sequence: 7, Key: key, IndexTo: 1,
		}, "users administers", "events id", "events key"),
		several("several accounts", seats.Need{
			Users: []users.ID{owner, middle}, Keys: []users.Key{users.ByEmail(address(3))}, Admins: true, Licences: []users.ID{middle}, DueBy: due, Sequence: 7, Key: key, IndexTo: 1,
		}, "users email", "users shared_email", "users administers", "licences id", "events id", "events key"),
		page("from the beginning", "users id", users.Filter{}),
		page("from the middle", "users id", users.Filter{After: users.Place{ID: middle}}),
		page("near the end", "users id", users.Filter{After: users.Place{ID: end}}),
		page("that are invited", "accounts id, users id", users.Filter{Status: users.In(users.Invited), Role: users.In(users.Member)}),
		page("by name", "users name", users.Filter{Order: users.OrderName}),
		page("by name from the middle", "users name", users.Filter{Order: users.OrderName, After: users.Place{Name: invitee(people / 2).SortName(), ID: middle}}),
		page("by name near the end", "users name", users.Filter{Order: users.OrderName, After: users.Place{Name: invitee(people - 20).SortName(), ID: end}}),
		page("back by name from the middle", "users name", users.Filter{Order: users.OrderName, Backward: true, After: users.Place{Name: invitee(people / 2).SortName(), ID: middle}}),
		page("back from the middle", "users id", users.Filter{Backward: true, After: users.Place{ID: middle}}),
		page("by name of one status", "users name", users.Filter{Order: users.OrderName, Status: users.In(users.Invited), After: users.Place{Name: invitee(people / 2).SortName(), ID: middle}}),
		inOrder("by status", users.Filter{Order: users.OrderStatus}),
		inOrder("by status from the middle", users.Filter{Order: users.OrderStatus, After: users.Place{Status: users.Invited, Name: invitee(people / 2).SortName(), ID: middle}}),
		inOrder("back by role from the middle", users.Filter{Order: users.OrderRole, Backward: true, After: users.Place{Role: users.Member, Name: invitee(people / 2).SortName(), ID: middle}}),
		inOrder("by change", users.Filter{Order: users.OrderChange}),
		inOrder("by change from the middle", users.Filter{Order: users.OrderChange, After: users.Place{Since: changed, ID: middle}}),
		inOrder("back by change near the end", users.Filter{Order: users.OrderChange, Backward: true, After: users.Place{Since: changed, ID: end}}),
		page("of some places", "accounts id, users id", users.Filter{Locations: []string{""}, After: users.Place{ID: middle}, Text: "acme"}),
		page("with a date", "users dated", users.Filter{Dated: true}),
		page("with a date from the middle", "users dated", users.Filter{Dated: true, After: users.Place{ID: person(3050)}}),
		page("held back", "users dated", users.Filter{HeldBack: true}),
		licences("from the beginning", "licences id", users.LicenceFilter{}),
		licences("from the middle", "licences id", users.LicenceFilter{After: after, State: users.In(users.LicenceAssigned)}),
		licences("of a person", "licences id", users.LicenceFilter{User: middle}),
		licences("of a course", "licences pool", users.LicenceFilter{Pool: "course"}),
		licences("of a course from the middle", "licences pool", users.LicenceFilter{Pool: "course", After: after}),
		events("from the beginning", "events id", seats.EventFilter{}),
		events("near the end", "events id", seats.EventFilter{After: uint64(people - 20)}),
		events("of some kinds", "accounts id, events id", seats.EventFilter{After: uint64(people / 2), Kinds: []seats.EventKind{seats.EventInvited}}),
		events("of a person", "events person", seats.EventFilter{User: middle}),
		{"a tally", nil, true, func(t *testing.T, s store.Store) {
			_, _, err := s.Tally(t.Context(), account, users.Filter{})
			require.NoError(t, err)
		}},
		{"accounts", []string{"accounts id"}, false, func(t *testing.T, s store.Store) {
			page, err := s.Accounts(t.Context(), account[:1], 20)
			require.NoError(t, err)
			require.NotEmpty(t, page)
		}},
		{"accounts that are due", []string{"accounts due"}, true, func(t *testing.T, s store.Store) {
			_, err := s.Due(t.Context(), due, "small", 20)
			require.NoError(t, err)
		}},
	}
}

// commits are changes of an account; the indexes are those of the statement on PostgreSQL.
func commits(t *testing.T, st store.Store, account users.AccountID) []question {
	t.Helper()
	k, err := seatkeeper.New(st, seatkeeper.Options{Now: func() time.Time { return due.AddDate(-5, 0, 0) }})
	require.NoError(t, err)
	do := func(name string, command func(n int) seats.Command, indexes ...string) question {
		n := 0
		return question{name, append(indexes, "accounts id", "events id"), true, func(t *testing.T, _ store.Store) {
			n++
			_, err := k.Do(t.Context(), account, users.As(owner), command(n))
			require.NoError(t, err)
		}}
	}
	return []question{
		do("an invitation", func(n int) seats.Command { return seats.Invite{Profile: invitee(1_000_000 + n)} }),
		do("a deactivation", func(n int) seats.Command { return seats.Deactivate{User: person(n)} }, "users id"),
		do("another address", func(n int) seats.Command {
			return seats.Edit{User: person(20 + n), Set: users.Patch{Email: new(fmt.Sprint("new", address(n)))}}
		}, "users id"),
	}
}

// A plan is what an engine means to do.
type plan struct {
	indexes []string // that it looks into, once each, in order
	scans   bool     // a whole table or index
	sorts   bool
	text    string
}

// check holds a plan against the question.
func (q question) check(t *testing.T, p plan) {
	t.Helper()
	require.False(t, p.scans, "%s scans\n%s", q.name, p.text)
	require.False(t, p.sorts && !q.gathers, "%s sorts\n%s", q.name, p.text)
	if q.indexes != nil {
		require.Equal(t, slices.Sorted(slices.Values(q.indexes)), p.indexes, "%s\n%s", q.name, p.text)
	}
}

func sortedOnce(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
