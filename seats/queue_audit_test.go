package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestAuditor_queue: each difference between the queue of the site pool and the rows of the users is a drift.
func TestAuditor_queue(t *testing.T) {
	s := full(t, waiting, 2, "ada", "bob")
	s.do(users.As("bob"), seats.Unqueue{User: "bob"}, seats.Queue{User: "bob"})
	ada := seats.Waiting{User: "ada", Turn: s.user("ada").Wait.Turn()}
	bob := seats.Waiting{User: "bob", Turn: s.user("bob").Wait.Turn(), Asks: true}
	change := func(w seats.Waiting, change func(*seats.Waiting)) seats.Waiting { change(&w); return w }
	adas, bobs := "member from "+ada.Turn.Format(time.RFC3339Nano), "member from "+bob.Turn.Format(time.RFC3339Nano)+", asks"
	for name, c := range map[string]struct {
		stored []seats.Waiting
		want   []seats.Drift
	}{
		"as the rows": {[]seats.Waiting{bob, ada}, nil},
		"none":        {nil, []seats.Drift{{"waiting ada", "no place", adas}, {"waiting bob", "no place", bobs}}},
		"one more":    {[]seats.Waiting{ada, bob, {User: "in1", Turn: start}}, []seats.Drift{{"waiting in1", "member from 2026-03-01T12:00:00Z", "no place"}}},
		"twice":       {[]seats.Waiting{ada, ada, bob}, []seats.Drift{{"waiting ada", adas + adas, adas}}},
		"approved":    {[]seats.Waiting{ada, change(bob, func(w *seats.Waiting) { w.Asks = false })}, []seats.Drift{{"waiting bob", bobs[:len(bobs)-len(", asks")], bobs}}},
		"turn":        {[]seats.Waiting{change(ada, func(w *seats.Waiting) { w.Turn = start.Add(-1000) }), bob}, []seats.Drift{{"waiting ada", "member from 2026-03-01T11:59:59.999999Z", adas}}},
		"role":        {[]seats.Waiting{change(ada, func(w *seats.Waiting) { w.Role = users.Admin }), bob}, []seats.Drift{{"waiting ada", "admin" + adas[len("member"):], adas}}},
	} {
		t.Run(name, func(t *testing.T) {
			s.rows.Pools[0].Waiting = seats.WaitingOf(c.stored...)
			require.Equal(t, c.want, differing(t, s, s.events, nil, s.rows.Users...))
		})
	}
	s.rows.Pools[0].Waiting = seats.WaitingOf(ada, bob)
	spoilt := s.user("ada")
	spoilt.Wait = &users.Wait{Since: start.Add(-time.Hour)}
	rows := []users.User{spoilt, s.user("bob"), s.user("in1"), s.user("owner")}
	require.Equal(t, []seats.Drift{{"waiting ada", adas, "member from 2026-03-01T11:00:00Z"}}, differing(t, s, s.events, nil, rows...))

	// A user who changes after the row was read is left out, the others are not.
	var a seats.Auditor
	require.NoError(t, a.Record(s.rows.Account.Sequence, listed(s.events...)))
	for _, u := range s.rows.Users {
		a.Row(u)
	}
	s.do(owner, seats.Unqueue{User: "ada"})
	require.NoError(t, a.Record(s.rows.Account.Sequence, listed(s.events[a.Sequence():]...)))
	s.rows.Pools[0].Waiting = seats.WaitingList{}
	require.Equal(t, []seats.Drift{{"waiting bob", "no place", bobs}}, a.Drift(s.rows))
}

// TestAuditor_queue_bounds: no more than MaxDrifts are listed, and beyond the bound of names nothing is compared.
func TestAuditor_queue_bounds(t *testing.T) {
	s := full(t, waiting, 2)
	audit := func(n int) []seats.Drift {
		var a seats.Auditor
		require.NoError(t, a.Record(s.rows.Account.Sequence, listed(s.events...)))
		for i := range n {
			a.Row(users.User{Profile: users.Profile{ID: users.ID(fmt.Sprintf("u%07d", i))}, Status: users.Inactive, Wait: &users.Wait{Since: start}})
		}
		var found []seats.Drift
		for _, d := range a.Drift(s.rows) {
			if len(d.What) >= len("waiting") && d.What[:len("waiting")] == "waiting" {
				found = append(found, d)
			}
		}
		return found
	}
	found := audit(seats.MaxDrifts + 3)
	require.Len(t, found, seats.MaxDrifts+1)
	require.Equal(t, seats.Drift{What: "waiting", Counted: "3 more"}, found[seats.MaxDrifts])
	require.Empty(t, audit(10_001))
}
