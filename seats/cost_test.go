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

// costs returns the allocations of a call and their bytes, on the average of some runs.
func costs(runs int, call func()) (allocations, bytes float64) {
	allocations = testing.AllocsPerRun(runs, call)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		call()
	}
	runtime.ReadMemStats(&after)
	return allocations, float64(after.TotalAlloc-before.TotalAlloc) / float64(runs)
}

// heapInUse returns the bytes that are in use. What earlier tests left in pools is freed by the second collection.
func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
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
	allocations, bytes := costs(100, func() {
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
		allocations, bytes := costs(100, func() {
			r.Needs("acme")
			seats.DecideEach(s.rows, r)
		})
		t.Logf("%s: %.1f allocations, %.0f bytes", name, allocations/people, bytes/people)
		require.LessOrEqual(t, allocations/people, 3., name)
		require.LessOrEqual(t, bytes/people, 3_200., name)
	}
}

// TestAsk_cost has nothing that is quadratic: the memory of a question about a user, and that of a refused command, grow neither with the
// other users of the snapshot, their licences, pools and places, nor with the other commands of the call.
func TestAsk_cost(t *testing.T) {
	// crowd returns a snapshot of n more users, active by import, who have a licence of a course each.
	crowd := func(n int, policy seats.Policy, role users.Role) (s *site, ids []users.ID) {
		s = open(t, seats.Of(int64(n)+1), policy)
		rows, call := s.rows, s.request(system)
		for i := range n {
			u := users.User{Profile: invitation(i).Profile, Role: role, Status: users.Active, Created: start, StatusSince: start, FirstSignIn: start}
			course := seats.PoolID(fmt.Sprint("course ", i))
			ids = append(ids, u.ID)
			call.Commands = append(call.Commands, seats.Import{User: u}, seats.SetTotal{Pool: course, Total: seats.Of(1)}, seats.AssignCourse{User: u.ID, Pool: course})
		}
		d := seats.DecideEach(rows, call)
		for _, o := range d.Outcomes {
			require.Nil(t, o.Refusal)
		}
		s.rows = rows.Apply(d.Change)
		s.rows.Past = nil
		return s, ids
	}
	ask := func(policy seats.Policy, role users.Role) func(n int) func() {
		return func(n int) func() {
			s, ids := crowd(n, policy, role)
			r := s.request(owner, seats.Questions(ids...)...)
			return func() { seats.Ask(s.rows, r, ids...) }
		}
	}
	queued := func(n int) func() {
		s, ids := crowd(n, seats.Policy{WhenFull: seats.Wait}, users.Member)
		call := s.request(owner)
		for i := range n {
			call.Commands = append(call.Commands, invitation(n+i))
		}
		s.rows = s.rows.Apply(seats.DecideEach(s.rows, call).Change)
		s.rows.Past = nil
		require.Equal(t, n, s.rows.Pools[0].Waiting.Approved())
		r := s.request(owner, seats.Questions(ids...)...)
		return func() { seats.Ask(s.rows, r, ids...) }
	}
	soleOwner := func(n int) func() {
		s, _ := crowd(n, seats.BigContacts(), users.Admin) // any of them could be the next owner
		r := s.request(support)
		for range n {
			r.Commands = append(r.Commands, seats.EndOwnership{User: "owner"})
		}
		require.NotEmpty(t, seats.DecideEach(s.rows, r).Outcomes[0].Refusal.Remedies)
		return func() { seats.DecideEach(s.rows, r) }
	}
	invite := func(total func(n int) int64) func(n int) func() {
		return func(n int) func() {
			s := open(t, seats.Of(total(n)), seats.Standard())
			s.rows.Past = nil
			r := s.request(owner)
			for i := range n {
				r.Commands = append(r.Commands, invitation(i))
			}
			return func() { seats.DecideEach(s.rows, r) }
		}
	}
	for name, call := range map[string]func(n int) func(){
		"questions about members":  ask(seats.Standard(), users.Member),
		"questions about admins":   ask(seats.BigContacts(), users.Admin),
		"refused to a sole owner":  soleOwner,
		"questions beside a queue": queued,
		"all refused":              invite(func(int) int64 { return 1 }),
		"half refused":             invite(func(n int) int64 { return int64(n/2) + 1 }),
	} {
		const few, many = 50, 500
		_, one := costs(1, call(few))
		_, other := costs(1, call(many))
		one, other = one/few, other/many
		t.Logf("%s: %.0f bytes each of %d, %.0f of %d", name, one, few, other, many)
		require.LessOrEqual(t, other, 1.2*one, name)
	}
}
