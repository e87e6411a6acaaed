package sqltest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// beside are engines and a store in memory, of which each is to answer as the other does.
func beside(t *testing.T, test func(t *testing.T, s *site, both [2]store.Store)) {
	all := append([]engine{
		variant(t, "PostgreSQL, lib-pq, unprepared"), variant(t, "PostgreSQL, simple protocol"), variant(t, "MariaDB, odd texts"), variant(t, "MariaDB, transactions"),
	}, engines...)
	each(t, all, func(t *testing.T, s *site) { test(t, s, [2]store.Store{s.store(), memstore.New()}) })
}

// TestWhoAdministersIsLoaded whatever becomes of people, and of too many the first by the
// bytes of their IDs, which are as long as can be. So are the receivers of an order, three
// of which are more than one block on MariaDB.
func TestWhoAdministersIsLoaded(t *testing.T) {
	id := func(n int) users.ID {
		sign := []string{"A", "B", "Z", "_", "a", "b", "z", "é"}[n%8] // by bytes; no language has this order
		return users.ID(sign + fmt.Sprintf("%05d", n) + strings.Repeat("x", users.MaxID-5-len(sign)))
	}
	number := map[users.ID]int{}
	var crowd []seats.Command
	for n := range seats.MaxReceivers + 24 {
		number[id(n)] = n
		crowd = append(crowd, seats.Add{Profile: users.Profile{ID: id(n), Email: fmt.Sprintf("p%d@acme.example", n)}, Role: users.Admin})
	}
	last := id(seats.MaxReceivers + 23)
	require.True(t, strings.HasPrefix(string(last), "é"))
	script := [][]seats.Command{
		{},
		crowd,
		{seats.Deactivate{User: id(0)}, seats.Archive{User: id(8)}, seats.Delete{User: id(16)}, seats.ChangeRole{User: id(24), Role: users.Manager}, seats.ChangeRole{User: id(32), Role: users.Member}},
		{seats.Edit{User: id(40), Set: users.Patch{First: new("Ann")}}, seats.Edit{User: id(0), Set: users.Patch{First: new("Ann")}}},
		{seats.GrantOwnership{User: id(48)}, seats.Invite{Profile: profile("0"), Role: users.Admin}, seats.Invite{Profile: profile("1")}},
		{seats.Delete{User: "0"}, seats.Reactivate{User: id(0)}, seats.Restore{User: id(8)}, seats.ChangeRole{User: id(24), Role: users.Admin}},
	}
	beside(t, func(t *testing.T, _ *site, both [2]store.Store) {
		keepers := alike(t, both)
		admins := func(s store.Store) (all []int) {
			found, err := s.Load(t.Context(), seats.Need{Account: acme, Users: []users.ID{"olive"}, Admins: true})
			require.NoError(t, err)
			for _, u := range found[0].Users {
				all = append(all, number[u.ID])
			}
			return all
		}
		for i, commands := range script {
			for _, k := range keepers {
				outcomes, err := k.DoEach(t.Context(), acme, users.System(), commands...)
				require.NoError(t, err)
				for _, o := range outcomes {
					require.Nil(t, o.Refusal)
				}
			}
			require.Equal(t, admins(both[1]), admins(both[0]), "step %d", i)
		}
		var orders [2][]seats.Event
		for i, k := range keepers {
			done, err := k.Do(t.Context(), acme, users.As(last), seats.BuySeats{Seats: 1}, seats.ReturnSeats{Seats: 1}, seats.BuySeats{Seats: 1})
			require.NoError(t, err)
			orders[i], err = both[i].Events(t.Context(), acme, seats.EventFilter{After: done.Events[0].Sequence - 1}, 9)
			require.NoError(t, err)
			require.Equal(t, done.Events, orders[i])
			require.Len(t, orders[i][2].Receivers, 1+seats.MaxReceivers)
			for j := range orders[i] {
				orders[i][j].Change, orders[i][j].Correlation = "", "" // are random
			}
		}
		require.Equal(t, orders[1], orders[0])
	})
}

// TestAccountsAreListed with all that is kept of them, in the order of the bytes of their
// IDs.
func TestAccountsAreListed(t *testing.T) {
	beside(t, func(t *testing.T, _ *site, both [2]store.Store) {
		for _, k := range alike(t, both) {
			for _, id := range []users.AccountID{"é", "b", "a ", "B", "a", "A", users.AccountID(strings.Repeat("z", users.MaxID)), "acmf", "'"} {
				_, err := k.Open(t.Context(), seats.Opening{Account: id, Name: strings.Repeat("\U0001f680", users.MaxText), Zone: "Europe/London", Seats: seats.Of(2), Owner: profile("olive")})
				require.NoError(t, err)
				_, err = k.Do(t.Context(), id, users.System(), seats.SetPayer{User: "olive"})
				require.NoError(t, err)
			}
			for id, commands := range map[users.AccountID][]seats.Command{
				"B": {seats.Close{}}, "a": {seats.Close{}, seats.Reopen{}}, "a ": {seats.Close{}, seats.EraseAccount{}}, "acmf": {seats.EditAccount{Name: new(""), Zone: new("UTC")}},
			} {
				_, err := k.Do(t.Context(), id, users.System(), commands...)
				require.NoError(t, err)
			}
		}
		for limit := range 12 {
			for _, after := range []users.AccountID{"", "'", "A", "AA", "a", "a ", "acme", "b", "zz", "é", "\U0010ffff"} {
				var pages [2][]seats.Account
				for i, s := range both {
					var err error
					pages[i], err = s.Accounts(t.Context(), after, limit)
					require.NoError(t, err)
				}
				require.Equal(t, pages[1], pages[0], "%d after %q", limit, after)
			}
		}
		page, err := both[0].Accounts(t.Context(), "a", 1)
		require.NoError(t, err)
		require.Equal(t, users.AccountID("a "), page[0].ID)
		require.Equal(t, page[0].Changed, page[0].Closed)
		require.Equal(t, page[0].Changed, page[0].Erased)
	})
}

// alike returns Keepers with the same clock, with an account each.
func alike(t *testing.T, both [2]store.Store) (keepers [2]*seatkeeper.Keeper) {
	t.Helper()
	for i, s := range both {
		k, err := seatkeeper.New(s, seatkeeper.Options{Now: func() time.Time { return due }})
		require.NoError(t, err)
		_, err = k.Open(t.Context(), seats.Opening{Account: acme, Seats: seats.Of(9999), Owner: profile("olive")})
		require.NoError(t, err)
		keepers[i] = k
	}
	return keepers
}

// TestNoStatementIsLongerThanABlock where orders tell as many as there can be, with the
// longest of IDs.
func TestNoStatementIsLongerThanABlock(t *testing.T) {
	s, r := mariadb.recorded(t)
	st := s.stores[0]
	open(t, st, 9)
	c := planned(t, st, seats.BuySeats{Seats: 1}, seats.BuySeats{Seats: 1}, seats.BuySeats{Seats: 1})
	for i := range c.Events {
		for n := range 1 + seats.MaxReceivers {
			c.Events[i].Receivers = append(c.Events[i].Receivers, users.ID(fmt.Sprintf("%0*d", users.MaxID, n)))
		}
	}
	longest := 0
	for _, one := range r.during(func() {
		verdicts, err := st.Commit(t.Context(), c)
		require.NoError(t, err)
		require.NoError(t, verdicts[0].Err)
	}) {
		longest = max(longest, len(one.text))
	}
	require.Greater(t, longest, 500_000)
	require.Less(t, longest, 1<<20)
	t.Logf("the longest statement had %d bytes", longest)
	found, err := st.Load(t.Context(), seats.Need{Account: acme, Change: c.ID})
	require.NoError(t, err)
	require.Equal(t, c.Events, found[0].Past)
}
