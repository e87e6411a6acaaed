package sqltest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/proxy"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A tripper is an engine and how many round trips it may take.
type tripper struct {
	engine
	read  int // a reading
	write func(statements int) int
	// rollback is what a refused commit takes besides: after a compound statement it is a
	// statement of its own.
	rollback int
}

func once(int) int  { return 1 }
func twice(int) int { return 2 }

// trippers have one connection each, so that a statement is prepared once.
var trippers = []tripper{
	{engine{name: "pgx", dialect: sqlstore.Postgres, dsn: onPostgres("pgx", "")}, 1, once, 0},
	{engine{name: "lib-pq", dialect: sqlstore.Postgres, dsn: onPostgres("postgres", "")}, 1, once, 0},
	{engine{name: "pgx, simple protocol", dialect: sqlstore.Postgres, dsn: onPostgres("pgx", "&default_query_exec_mode=simple_protocol"),
		options: sqlstore.Options{Unprepared: true}}, 1, once, 0},
	{engine{name: "lib-pq, unprepared", dialect: sqlstore.Postgres, dsn: onPostgres("postgres", ""),
		options: sqlstore.Options{Unprepared: true}}, 2, twice, 0}, // it prepares what has values, for the one time
	{engine{name: "MariaDB", dialect: sqlstore.MySQL, dsn: onMariaDB("")}, 1, once, 1},
	{engine{name: "MariaDB, interpolateParams", dialect: sqlstore.MySQL, dsn: onMariaDB("?interpolateParams=true")}, 1, once, 1},
	{engine{name: "MariaDB, clientFoundRows", dialect: sqlstore.MySQL, dsn: onMariaDB("?clientFoundRows=true")}, 1, once, 1},
	{engine{name: "MariaDB, both", dialect: sqlstore.MySQL, dsn: onMariaDB("?clientFoundRows=true&interpolateParams=true")}, 1, once, 1},
	{engine{name: "MariaDB, transactions", dialect: sqlstore.MySQL, dsn: onMariaDB("?sql_mode=ORACLE")}, 1,
		func(statements int) int { return statements + 2 }, 0}, // its beginning and its end
}

// behind opens the engine behind a proxy that counts.
func (e tripper) behind(t testing.TB) (*site, *proxy.Proxy) {
	t.Helper()
	e.connections = 1
	server := servers.MariaDB
	if e.dialect == sqlstore.Postgres {
		server = servers.Postgres
	}
	p := newProxy(t, server(t).Address())
	return through(p, e.engine).open(t), p
}

// prepared returns a number that is another one when the connection has prepared a
// statement.
func (s *site) prepared(t testing.TB) (n int) {
	t.Helper()
	if s.dialect == sqlstore.Postgres {
		// One that is prepared again has a new time.
		require.NoError(t, s.dbs[0].QueryRowContext(t.Context(),
			"SELECT count(*) + coalesce(sum(hashtext(prepare_time::text)::bigint), 0) FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared%'").Scan(&n))
		return n
	}
	var name string
	require.NoError(t, s.dbs[0].QueryRowContext(t.Context(), "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").Scan(&name, &n))
	return n
}

// A call and how many readings and statements that write it takes.
type call struct {
	name   string
	reads  int
	writes []int // a commit each, of so many statements
	do     func(*testing.T, int)
	// refused is how many of the commits are.
	refused int
}

func TestStore_roundTrips(t *testing.T) {
	t.Parallel()
	for _, e := range trippers {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s, p := e.behind(t)
			for _, c := range costs(t, s) {
				for n := range 2 {
					c.do(t, n) // then its statements are prepared
				}
				want := c.reads*e.read + c.refused*e.rollback
				for _, statements := range c.writes {
					want += e.write(statements)
				}
				before := s.prepared(t)
				for n := range 3 {
					require.Equal(t, want, p.During(func() { c.do(t, 2+n) }), c.name)
				}
				require.Equal(t, before, s.prepared(t), c.name)
			}
		})
	}
}

// costs are the calls, each of which may be made some times with another n.
func costs(t *testing.T, s *site) []call {
	st := s.stores[0]
	k, err := seatkeeper.New(st, seatkeeper.Options{Remember: -1})
	require.NoError(t, err)
	accounts := []users.AccountID{"acme", "bolt", "core"}
	for _, a := range accounts {
		s.crowd(t, a, 20)
	}
	olive, ctx := users.As(owner), t.Context()
	do := func(name string, command func(n int) seats.Command, statements int) call {
		return call{name: name, reads: 1, writes: []int{statements}, do: func(t *testing.T, n int) {
			d, err := k.Do(ctx, "acme", olive, command(n))
			require.NoError(t, err)
			require.NotEmpty(t, d.Events)
		}}
	}
	read := func(name string, read func() (int, error)) call {
		return call{name: name, reads: 1, do: func(t *testing.T, _ int) {
			rows, err := read()
			require.NoError(t, err)
			require.Positive(t, rows)
		}}
	}
	moment := time.Now().Add(1e6 * time.Hour)
	return []call{
		do("an invitation", func(n int) seats.Command { return seats.Invite{Profile: invitee(1000 + n)} }, 3), // account, user, event
		do("a deactivation", func(n int) seats.Command { return seats.Deactivate{User: person(n)} }, 3),
		do("a reactivation", func(n int) seats.Command { return seats.Reactivate{User: person(n)} }, 3),
		// Besides the account it reads all owners and admins.
		do("more seats", func(int) seats.Command { return seats.BuySeats{Quantity: 1} }, 2),
		{name: "a hundred invitations", reads: 1, writes: []int{3}, do: func(t *testing.T, n int) {
			var hundred []seats.Command
			for i := range 100 {
				hundred = append(hundred, seats.Invite{Profile: invitee(2000 + 100*n + i)})
			}
			bulk, err := k.DoEach(ctx, "acme", olive, hundred...)
			require.NoError(t, err)
			require.Len(t, bulk.Outcomes, 100)
		}},
		{name: "a commit of three accounts", reads: 1, writes: []int{3 + 2}, do: func(t *testing.T, n int) {
			results, err := st.Commit(ctx, invitations(t, st, accounts, 5000+n)...)
			require.NoError(t, err)
			require.Equal(t, make([]store.CommitResult, 3), results)
		}},
		read("usage", func() (int, error) { u, err := k.Usage(ctx, "acme"); return int(u.Held), err }),
		read("a user by address", func() (int, error) {
			p, err := k.Find(ctx, "acme", users.ByEmail(address(7)))
			return len(p.ID), err
		}),
		read("a page of users", func() (int, error) {
			page, err := st.Users(ctx, "acme", users.Filter{After: users.Place{ID: person(3)}}, 50)
			return len(page), err
		}),
		read("a page of users by name", func() (int, error) {
			page, err := st.Users(ctx, "acme", users.Filter{Order: users.OrderName, After: users.Place{Name: "B", ID: "x"}}, 50)
			return len(page), err
		}),
		read("a tally", func() (int, error) {
			t, _, err := st.Tally(ctx, "acme", users.Filter{})
			return int(t.Of(users.Segment{Status: users.Invited, Role: users.Member})), err
		}),
		read("a page of events", func() (int, error) {
			page, err := st.Events(ctx, "acme", seats.EventFilter{After: 5}, 50)
			return len(page), err
		}),
		read("a person's events", func() (int, error) {
			page, err := st.Events(ctx, "acme", seats.EventFilter{User: person(1)}, 50)
			return len(page), err
		}),
		read("pending accounts", func() (int, error) {
			behind, err := st.Pending(ctx, "mails", "", 50)
			return len(behind), err
		}),
		read("a page of accounts", func() (int, error) {
			page, err := st.Accounts(ctx, "acme", 50)
			return len(page), err
		}),
		{name: "accounts that are due", reads: 1, do: func(t *testing.T, _ int) {
			_, err := st.Due(ctx, moment, "", 50)
			require.NoError(t, err)
		}},
		// Another user took the key after the load: the commit is refused, and a look says why.
		{name: "a key that is taken", reads: 2, writes: []int{2}, refused: 1, do: func(t *testing.T, n int) {
			changes := invitations(t, st, accounts[:1], 6000+n)
			changes[0].Created[0].Email = address(9)
			results, err := st.Commit(ctx, changes...)
			require.NoError(t, err)
			require.Equal(t, []store.CommitResult{{Err: store.ErrKeyTaken, Taken: []users.Key{users.ByEmail(address(9))}}}, results)
		}},
	}
}

// invitations are changes that invite the nth person in each of the accounts.
func invitations(t *testing.T, st store.Store, accounts []users.AccountID, n int) []seats.Change {
	t.Helper()
	var needs []seats.Need
	request := seats.Request{Actor: users.As(owner), Commands: []seats.Command{seats.Invite{Profile: invitee(n)}}, At: time.Now().UTC().Truncate(time.Microsecond)}
	for _, a := range accounts {
		needs = append(needs, request.Needs(a))
	}
	snapshots, err := st.Load(t.Context(), needs...)
	require.NoError(t, err)
	var changes []seats.Change
	for i, s := range snapshots {
		request.Change = seats.ChangeID(fmt.Sprint("change", n, i))
		d, err := seats.Decide(s, request)
		require.NoError(t, err)
		changes = append(changes, d.Change)
	}
	return changes
}
