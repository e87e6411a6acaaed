package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestQueue_course_bounds: beyond the bounds of a queue, and of a user, a full course is answered as without a queue.
func TestQueue_course_bounds(t *testing.T) {
	s := taken(t, waiting, 1, "bob")
	s.invite("ada")
	places := make([]seats.Waiting, seats.MaxWaiting)
	for i := range places {
		places[i] = seats.Waiting{User: users.ID(fmt.Sprintf("w%04d", i)), Turn: start}
	}
	full := s.rows
	for i := range full.Pools {
		if full.Pools[i].ID == "go" {
			full.Pools[i].Waiting = seats.WaitingOf(places...)
		}
	}
	require.Equal(t, seats.ErrQueueFull, s.refused(seats.ErrNotOffered, owner, seats.Queue{User: "ada", Pool: "go"}).Reason)
	s.refused(seats.ErrNoSeats, owner, seats.AssignCourse{User: "ada", Pool: "go"})

	s = taken(t, waiting, 1)
	s.invite("ada")
	for i := range s.rows.Users {
		if u := &s.rows.Users[i]; u.ID == "ada" {
			for n := range users.MaxCoursePlaces {
				*u = u.WithCoursePlace(users.CoursePlace{Pool: fmt.Sprintf("p%03d", n)})
			}
		}
	}
	require.Equal(t, seats.ErrManyPlaces, s.refused(seats.ErrNotOffered, owner, seats.Queue{User: "ada", Pool: "go"}).Reason)
	s.refused(seats.ErrNoSeats, owner, seats.AssignCourse{User: "ada", Pool: "go"})
}

// TestQueue_course_needs: the needs of a call, of what is due and of a look have the courses in whose queues a leaver waits, and the
// next users of the queues.
func TestQueue_course_needs(t *testing.T) {
	s := taken(t, waiting, 1, "bob", "ada")
	s.do(owner, seats.Queue{User: "ada", Pool: "sql"})
	load := func(r seats.Request) seats.Snapshot {
		n := r.Needs("acme")
		for range 9 {
			if !r.Widen(&n, n.Select(s.rows)) {
				return n.Select(s.rows)
			}
		}
		t.Fatal("the need grows for ever")
		return seats.Snapshot{}
	}
	pools := func(s seats.Snapshot) (ids []seats.PoolID) {
		for _, p := range s.Pools {
			ids = append(ids, p.ID)
		}
		return ids
	}
	for _, c := range []seats.Command{seats.Deactivate{User: "ada"}, seats.Invite{Profile: profile("ada"), Gone: true}, seats.Reactivate{User: "ada"}} {
		require.Equal(t, []seats.PoolID{seats.Site, "go", "sql"}, pools(load(s.request(owner, c))), "%T", c)
	}
	require.Equal(t, []seats.PoolID{seats.Site}, pools(load(s.request(owner, seats.Edit{User: "ada"}))))
	require.Equal(t, []seats.PoolID{seats.Site}, pools(load(s.request(owner, seats.Invite{Profile: profile("new"), Gone: true}))))
	some := load(s.request(owner, seats.UnassignCourse{User: "in1", Pool: "go"}))
	require.Len(t, some.Users, 4, "the owner, in1, bob and ada")
	for _, c := range []seats.Command{seats.SetPolicy{Policy: waiting}, seats.Reopen{}, seats.EditAccount{Zone: new("Europe/Paris")}} {
		require.Equal(t, []seats.PoolID{seats.Site, "go", "sql"}, pools(load(s.request(system, c))), "%T", c)
	}

	n := seats.NeedsExplanation("acme", "ada")
	require.True(t, seats.ExplainNeeds(&n, n.Select(s.rows)))
	require.False(t, seats.ExplainNeeds(&n, n.Select(s.rows)))
	require.Equal(t, []seats.PoolID{"go", "sql"}, n.Pools)
}

// TestQueue_course_parts: what one commit leaves over is served by the next ones, and after the rest of a bulk call.
func TestQueue_course_parts(t *testing.T) {
	s := taken(t, waiting, 1)
	var wait []seats.Command
	for i := range seats.MaxServed + 20 {
		id := users.ID(fmt.Sprintf("w%03d", i))
		s.invite(id)
		wait = append(wait, seats.AssignCourse{User: id, Pool: "go"})
	}
	s.do(owner, wait...)
	r := s.request(system, seats.SetTotal{Pool: "go", Total: seats.Of(200)})
	n := r.Needs("acme")
	for r.Widen(&n, n.Select(s.rows)) {
	}
	d, err := seats.Decide(n.Select(s.rows), r)
	require.NoError(t, err)
	s.write(d.Change)
	require.Len(t, s.waits("go"), 20)
	require.Equal(t, s.now, s.rows.Account.NextDue)
	require.Equal(t, s.now, s.poolOf("go").Serves)
	n = seats.Need{Account: "acme", DueBy: s.now}
	for seats.SettleNeeds(&n, n.Select(s.rows)) {
	}
	s.write(seats.Settle(n.Select(s.rows), s.request(system)))
	require.Empty(t, s.waits("go"))
	require.Zero(t, s.poolOf("go").Serves)
	require.Zero(t, s.rows.Account.NextDue)

	s = taken(t, waiting, 1, "bob")
	r = s.request(owner, seats.UnassignCourse{User: "in1", Pool: "go"})
	r.Unfinished = true
	s.write(seats.DecideEach(s.rows, r).Change)
	require.Equal(t, []string{"bob"}, s.waits("go"), "a later part may need the licence")
	require.Equal(t, s.now.Add(time.Minute), s.rows.Account.NextDue)
	s.pass(2 * time.Minute)
	require.Equal(t, []seats.EventKind{seats.EventSeated}, kinds(s.settle()), "no part came")
	require.Equal(t, s.now.Add(-time.Minute), s.rows.Account.Changed)
}
