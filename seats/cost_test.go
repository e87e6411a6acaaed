package seats_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// costs returns the allocations of a call and their bytes.
func costs(call func()) (allocations, bytes float64) {
	const runs = 100
	allocations = testing.AllocsPerRun(runs, call)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		call()
	}
	runtime.ReadMemStats(&after)
	return allocations, float64(after.TotalAlloc-before.TotalAlloc) / runs
}

// invitation invites a new user.
func invitation(n int) seats.Invite {
	return seats.Invite{Profile: users.Profile{
		ID: users.ID(fmt.Sprintf("p%08d", n)), FirstName: "First", LastName: fmt.Sprint(n), Email: fmt.Sprintf("p%d@acme.example", n),
	}}
}

// TestDecide_cost bounds the memory of one invitation on a remembered snapshot, and of bulk calls
// for each user. Neither grows with the account.
func TestDecide_cost(t *testing.T) {
	s := open(t, seats.Unlimited(), seats.Standard())
	s.rows.Past = nil
	r := s.request(owner, invitation(0))
	allocations, bytes := costs(func() {
		r.Needs("acme")
		d, err := seats.Decide(s.rows, r)
		require.NoError(t, err)
		s.rows.Apply(d.Change)
	})
	t.Logf("one: %.0f allocations, %.0f bytes", allocations, bytes)
	require.LessOrEqual(t, allocations, 22.)
	require.LessOrEqual(t, bytes, 7_200.)

	const people = 500
	at := r.At.Add(-time.Hour)
	invites, imports := r, s.request(system)
	invites.Commands = nil
	for i := range people {
		c := invitation(i)
		invites.Commands = append(invites.Commands, c)
		imports.Commands = append(imports.Commands, seats.Import{User: users.User{Profile: c.Profile, Status: users.Active, Created: at, StatusSince: at, FirstSignIn: at}})
	}
	for name, r := range map[string]seats.Request{"invitations": invites, "imports": imports} {
		for _, o := range seats.DecideEach(s.rows, r).Outcomes {
			require.Nil(t, o.Refusal)
		}
		allocations, bytes := costs(func() {
			r.Needs("acme")
			seats.DecideEach(s.rows, r)
		})
		t.Logf("%s: %.1f allocations, %.0f bytes", name, allocations/people, bytes/people)
		require.LessOrEqual(t, allocations/people, 3., name)
		require.LessOrEqual(t, bytes/people, 3_200., name)
	}
}
