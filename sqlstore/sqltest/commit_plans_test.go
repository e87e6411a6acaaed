package sqltest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Commit_keepsPlan: on PostgreSQL a commit of any size is planned a few times and no more,
// and finds the last event by the primary key though it was planned for some dozen events. Before
// these autovacuum makes no statistics.
func TestStore_Commit_keepsPlan(t *testing.T) {
	t.Parallel()
	one := postgres
	one.connections = 1
	s, r := one.recorded(t)
	everyTable(t, s.dbs[0], "ALTER TABLE seats_%s SET (autovacuum_enabled = false)")
	st := s.stores[0]
	open(t, st, 1_000_000)
	n := 0
	for _, size := range []int{60, 1, 2} {
		for call := range 12 {
			if n == 60 {
				everyTable(t, s.dbs[0], "ANALYZE seats_%s")
			}
			var commands []seats.Command
			for range size {
				n++
				commands = append(commands, invite(users.ID(fmt.Sprint("p", n))))
			}
			change := planned(t, st, commands...)
			all := r.during(func() { require.NoError(t, commit(t.Context(), st, change)) })
			if call < 11 {
				continue
			}
			last := all[len(all)-1]
			require.GreaterOrEqual(t, plansKept(t, s.dbs[0], last), 1, "%d", size)
			p := planOnPostgres(t, s.dbs[0], last)
			require.Contains(t, p.text, "Index Only Scan Backward using seats_events_pkey", p.text)
		}
	}
}

// TestStore_Load_replans: on PostgreSQL a load whose plan was made for a nearly empty account finds users by their
// keys once the account has grown, before there are statistics. So it does where the driver prepares.
func TestStore_Load_replans(t *testing.T) {
	for _, unprepared := range []bool{false, true} {
		t.Run(fmt.Sprint(unprepared), func(t *testing.T) {
			t.Parallel()
			one := postgres
			one.connections, one.options.Unprepared = 1, unprepared
			s, r := one.recorded(t)
			db, st := s.dbs[0], s.stores[0]
			everyTable(t, db, "ALTER TABLE seats_%s SET (autovacuum_enabled = false)")
			k := open(t, st, 1_000_000)
			load := func(times int) (last sent) {
				for range times {
					all := r.during(func() {
						_, err := st.Load(t.Context(), seats.Need{Account: acme, Users: []users.ID{"olive", "p1"}, Keys: []users.Key{users.ByEmail("new@acme.example")}})
						require.NoError(t, err)
					})
					last = all[len(all)-1]
				}
				return last
			}
			load(20)
			var commands []seats.Command
			for n := range 5_000 {
				commands = append(commands, invite(users.ID(fmt.Sprint("p", n))))
			}
			_, err := k.DoEach(t.Context(), acme, olive, commands...)
			require.NoError(t, err)
			p := planOnPostgres(t, db, load(120))
			require.Subset(t, p.indexes, []string{"accounts id", "users id", "users email"}, p.text)
			require.NotContains(t, p.indexes, "users name", p.text)
			require.NotContains(t, p.text, "Filter: (id = ", p.text)
		})
	}
}

// TestKeeper_Do_allocations bounds the allocations of an invitation, from the Keeper to the driver.
// No other test runs meanwhile.
func TestKeeper_Do_allocations(t *testing.T) {
	ways.Usual(t)
	one := postgres
	one.connections = 1
	k := open(t, one.open(t).stores[0], 1_000_000)
	n := 0
	do := func() {
		n++
		_, err := k.Do(t.Context(), acme, olive, invite(users.ID(fmt.Sprint("p", n))))
		require.NoError(t, err)
	}
	for range 20 {
		do()
	}
	made := testing.AllocsPerRun(200, do)
	t.Logf("%v allocations", made)
	require.LessOrEqual(t, made, 105.0)
}
