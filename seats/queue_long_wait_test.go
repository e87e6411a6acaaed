package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestQueue_long_wait: a place older than LongWait, priority included, gets a freed seat before the next command of the call; a
// younger one after all of them.
func TestQueue_long_wait(t *testing.T) {
	exchange := []seats.Command{seats.Deactivate{User: "in1"}, seats.Invite{Profile: profile("new")}}
	for wait, first := range map[time.Duration]bool{seats.LongWait - time.Microsecond: false, seats.LongWait: true} {
		for priority := range 2 {
			s := full(t, waiting, 2, "ada", "bob")
			s.do(owner, seats.Queue{User: "ada", Priority: priority})
			s.now = s.user("ada").Wait.Turn().Add(wait)
			plan, err := seats.Preview(s.rows, s.request(owner, exchange...))
			require.NoError(t, err)
			d := seats.DecideEach(s.rows, s.request(owner, exchange...))
			s.do(owner, exchange...)
			if !first {
				require.Equal(t, []string{"deactivated in1", "invited new"}, s.newest(2))
				require.Empty(t, plan.Seated)
				continue
			}
			require.Equal(t, []string{"deactivated in1", "seated ada", "added new"}, s.newest(3))
			require.Equal(t, []string{"bob", "new"}, s.queue())
			require.Equal(t, []users.ID{"ada"}, plan.Seated)
			require.Len(t, d.Change.Events, 3)
		}
	}

	// A part of a call frees seats for old places at once, and for the parts that follow the rest.
	s := full(t, waiting, 3, "ada", "bob")
	s.now = s.user("ada").Wait.Turn().Add(seats.LongWait)
	r := s.request(owner, seats.Deactivate{User: "in1"}, seats.Deactivate{User: "in2"})
	r.Unfinished = true
	s.write(seats.DecideEach(s.rows, r).Change)
	require.Equal(t, []string{"deactivated in1", "seated ada", "deactivated in2"}, s.newest(3))
	require.Equal(t, []string{"bob"}, s.queue())
}

// TestQueue_long_wait_remedies: the remedies of a call whose freed seat goes to an old place make it pass.
func TestQueue_long_wait_remedies(t *testing.T) {
	policy := waiting
	policy.Exempt = users.In(users.Manager)
	s := full(t, policy, 2, "ada")
	s.do(system, seats.Add{Profile: profile("max"), Role: users.Manager})
	s.pass(seats.LongWait)
	call := []seats.Command{seats.Deactivate{User: "in1"}, seats.ChangeRole{User: "max", Role: users.Member}}
	refusal := s.refused(seats.ErrNoSeats, system, call...)
	require.Equal(t, 1, refusal.Index)
	require.Equal(t, "buy 1 seat", refusal.Remedies.String())
	s.do(system, seats.BuySeats{Quantity: 1})
	s.do(system, call...)
	require.Equal(t, []string{"seats-bought ", "seated ada", "deactivated in1", "role-changed max"}, s.newest(4))
}

// TestQueue_long_wait_undo: an undo brings those back who were there, before places of any age.
func TestQueue_long_wait_undo(t *testing.T) {
	s := full(t, waiting, 2, "ada")
	receipt := s.bulk(owner, seats.Deactivate{User: "in1"}, seats.Invite{Profile: profile("new")})
	s.pass(seats.LongWait)
	s.undo(owner, receipt)
	require.Equal(t, []users.Status{users.Active, users.Deleted}, []users.Status{s.user("in1").Status, s.user("new").Status})
	require.Equal(t, []string{"ada"}, s.queue())
}
