package sqltest_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

var million = flag.Int("million", 2_000, "how many people are in the large account; with 1000000 it takes ten minutes")
var rounds = flag.Int("rounds", 0, "how often calls on the large account and on a small one are measured, in turns")

// A hundred people are in the small account.
const hundred = 100

// With -million=1000000 -rounds=300 it says how long the calls take.
func TestStore_statements_largeAccount(t *testing.T) {
	on(t, engines[:3], func(t *testing.T, e engine) {
		s, r := e.recorded(t)
		s.crowd(t, "small", hundred)
		s.crowd(t, "large", *million)
		s.analyze(t)
		k, err := ways.New(s.stores[0], seatkeeper.Options{})
		require.NoError(t, err)
		small, large := likely(k, s.stores[0], "small", hundred), likely(k, s.stores[0], "large", *million)
		for i := range small {
			// A session keeps texts from the first call on, and the Keeper remembers the account.
			require.NoError(t, small[i].do(t, 1))
			require.NoError(t, large[i].do(t, 1))
			want := texts(r.during(func() { require.NoError(t, small[i].do(t, 0)) }))
			require.NotEmpty(t, want)
			got := texts(r.during(func() { require.NoError(t, large[i].do(t, 0)) }))
			require.Equal(t, want, got, small[i].name)
		}
		measure(t, small, large)
		for _, account := range []users.AccountID{"small", "large"} {
			drift, err := k.Audit(t.Context(), account)
			require.NoError(t, err)
			require.Empty(t, drift) // so that what was measured is an account as it would be
		}
	})
}

// analyze gathers statistics, as the server would before long.
func (s *site) analyze(t testing.TB) {
	t.Helper()
	for _, table := range []string{"seats_accounts", "seats_pools", "seats_users", "seats_licences", "seats_events", "seats_progress"} {
		if s.dialect == sqlstore.MySQL {
			table = "TABLE " + table
		}
		execAll(t, s.dbs[0], "ANALYZE "+table)
	}
}

// A chore is something that is done to an account, again and again with another n.
type chore struct {
	name string
	do   func(t *testing.T, n int) error
}

// likely is what happens to an account of so many people.
func likely(k *seatkeeper.Keeper, st store.Store, account users.AccountID, people int) []chore {
	some := func(name string, f users.Filter, rows int) chore {
		return chore{name, func(t *testing.T, _ int) error {
			page, err := st.Users(t.Context(), account, f, 50)
			require.Len(t, page, rows)
			return err
		}}
	}
	page := func(name string, f users.Filter) chore { return some(name, f, 50) }
	by := func(n int) users.Filter {
		return users.Filter{Order: users.OrderName, After: users.Place{Name: invitee(n).SortName(), ID: person(n)}}
	}
	command := func(name string, command func(n int) seats.Command) chore {
		return chore{name, func(t *testing.T, n int) error {
			_, err := k.Do(t.Context(), account, users.As(owner), command(n))
			return err
		}}
	}
	newcomer := func(n int) users.ID { return person(10_000_000 + n) }
	return []chore{
		command("invite", func(n int) seats.Command { return seats.Invite{Profile: invitee(10_000_000 + n)} }),
		command("deactivate", func(n int) seats.Command { return seats.Deactivate{User: newcomer(n)} }),
		command("buy seats", func(int) seats.Command { return seats.BuySeats{Quantity: 1} }),
		{"usage", func(t *testing.T, _ int) error { _, err := k.Usage(t.Context(), account); return err }},
		{"find by address", func(t *testing.T, n int) error {
			_, err := k.Find(t.Context(), account, users.ByEmail(address((n*7919)%people)))
			return err
		}},
		{"page of accounts", func(t *testing.T, _ int) error {
			page, err := st.Accounts(t.Context(), account[:1], 50)
			require.NotEmpty(t, page)
			return err
		}},
		page("page by ID, first", users.Filter{}),
		page("page by ID, middle", users.Filter{After: users.Place{ID: person(people/2 - 10)}}),
		page("page by ID, near the end", users.Filter{After: users.Place{ID: person(people - 51)}}),
		page("page by name, first", users.Filter{Order: users.OrderName}),
		page("page by name, middle", by(people/2-10)),
		page("page by name, near the end", by(people-51)),
		page("page by status, first", users.Filter{Order: users.OrderStatus}),
		page("page by status, middle", users.Filter{Order: users.OrderStatus, After: users.Place{Status: users.Invited, Name: invitee(people/2 - 10).SortName(), ID: person(people/2 - 10)}}),
		page("page by role, back", users.Filter{Order: users.OrderRole, Backward: true}),
		page("page by change, first", users.Filter{Order: users.OrderChange}),
		page("page by change, back", users.Filter{Order: users.OrderChange, Backward: true}),
		some("owners by ID", users.Filter{Role: users.In(users.Owner)}, 1),
	}
}

// measure does the chores to both accounts in turns, and reports medians.
func measure(t *testing.T, small, large []chore) {
	if *rounds == 0 {
		return
	}
	took := map[string][]time.Duration{}
	for n := range *rounds {
		for i := range small {
			both := []chore{small[i], large[i]}
			for j := range both {
				of := (n + j) % 2
				at := time.Now()
				require.NoError(t, both[of].do(t, 2+n))
				key := fmt.Sprint(i, of)
				took[key] = append(took[key], time.Since(at))
			}
		}
	}
	var report strings.Builder
	table := tabwriter.NewWriter(&report, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\n\t%d\t%d\tratio\t\n", hundred, *million)
	for i, c := range small {
		medians := [2]float64{}
		for of := range medians {
			all := took[fmt.Sprint(i, of)]
			slices.Sort(all)
			medians[of] = float64(all[len(all)/2].Microseconds()) / 1000
		}
		fmt.Fprintf(table, "%s\t%.3f ms\t%.3f ms\t%.2f\t\n", c.name, medians[0], medians[1], medians[1]/medians[0])
	}
	_ = table.Flush()
	t.Log(report.String())
}
