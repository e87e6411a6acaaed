package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Benchmark measures a store through a Keeper. It asks for the store once for each
// measurement, and may be given the same one every time. Parallel ones report the number of
// commits tried again.
func Benchmark(b *testing.B, open func(testing.TB) store.Store) {
	for _, m := range []struct {
		name    string
		measure func(*measurement)
	}{
		{"Invite", invite},
		{"InviteParallel", inviteParallel(1)},
		{"InviteParallel1000Accounts", inviteParallel(1000)},
		{"Usage10kUsers", usage},
		{"Page50AtDepth", page(users.Filter{After: users.Place{ID: "p00007500"}})},
		{"Page50ByNameAtDepth", page(users.Filter{Order: users.OrderName, After: users.Place{Name: "7500", ID: "p00007500"}})},
		{"DoEach500", doEach},
	} {
		b.Run(m.name, func(b *testing.B) {
			s := &counting{Store: open(b)}
			k, err := seatkeeper.New(s, seatkeeper.Options{})
			require.NoError(b, err)
			m.measure(&measurement{B: b, Keeper: k, store: s, own: harness.Unique("bench")})
		})
	}
}

// A measurement is one of the benchmarks.
type measurement struct {
	*testing.B
	*seatkeeper.Keeper
	store  *counting
	own    string
	people atomic.Int64
}

// counting is a store that counts the refused changes.
type counting struct {
	store.Store
	refused atomic.Int64
}

func (c *counting) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	results, err := c.Store.Commit(ctx, changes...)
	for _, r := range results {
		if r.Err != nil {
			c.refused.Add(1)
		}
	}
	return results, err
}

// account opens an account with so many users.
func (m *measurement) account(n, people int) users.AccountID {
	m.Helper()
	id := users.AccountID(fmt.Sprintf("%s/%d", m.own, n))
	_, err := m.Open(m.Context(), seats.Opening{Account: id, Total: seats.Unlimited(), Owner: users.Profile{ID: owner, Email: "owner@acme.example"}})
	require.NoError(m, err)
	if people > 1 {
		_, err = m.DoEach(m.Context(), id, users.As(owner), m.invitations(people-1)...)
		require.NoError(m, err)
	}
	return id
}

// invitations invite so many new users.
func (m *measurement) invitations(n int) (commands []seats.Command) {
	for range n {
		n := m.people.Add(1)
		commands = append(commands, seats.Invite{Profile: users.Profile{
			ID: users.ID(fmt.Sprintf("p%08d", n)), FirstName: "First", LastName: fmt.Sprint(n), Email: fmt.Sprintf("p%d@acme.example", n),
		}})
	}
	return commands
}

func invite(m *measurement) {
	for a := m.account(0, 1); m.Loop(); {
		_, err := m.Do(m.Context(), a, users.As(owner), m.invitations(1)...)
		require.NoError(m, err)
	}
}

func inviteParallel(accounts int) func(*measurement) {
	return func(m *measurement) {
		var all []users.AccountID
		for i := range accounts {
			all = append(all, m.account(i, 1))
		}
		var turn atomic.Int64
		m.ResetTimer()
		m.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				a := all[int(turn.Add(1))%accounts]
				if _, err := m.Do(m.Context(), a, users.As(owner), m.invitations(1)...); err != nil {
					m.Error(err)
					return
				}
			}
		})
		m.ReportMetric(float64(m.store.refused.Load())/float64(m.N), "retries/op")
	}
}

func usage(m *measurement) {
	for a := m.account(0, 10_000); m.Loop(); {
		u, err := m.Usage(m.Context(), a)
		require.NoError(m, err)
		require.EqualValues(m, 10_000, u.Held)
	}
}

func page(f users.Filter) func(*measurement) {
	return func(m *measurement) {
		for a := m.account(0, 10_000); m.Loop(); {
			n := 0
			for _, err := range m.Users(m.Context(), a, f) {
				require.NoError(m, err)
				if n++; n == 50 {
					break
				}
			}
			require.Equal(m, 50, n)
		}
	}
}

func doEach(m *measurement) {
	for n := 0; m.Loop(); n++ {
		m.StopTimer()
		a, commands := m.account(n, 1), m.invitations(500)
		m.StartTimer()
		bulk, err := m.DoEach(m.Context(), a, users.As(owner), commands...)
		require.NoError(m, err)
		require.Len(m, bulk.Outcomes, 500)
	}
}
