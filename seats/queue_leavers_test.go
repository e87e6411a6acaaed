package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestQueue_leavers: who leaves while they wait, or ask, loses the place, is told apart like all leavers, and gets no seat later.
func TestQueue_leavers(t *testing.T) {
	nextDay := func(s *site) { s.now = start.AddDate(0, 0, 1); s.settle() }
	for name, c := range map[string]struct {
		leave func(*site)
		kind  seats.EventKind
		by    users.Leaving
		asked users.Leaving // of those who left by a sync, and asked for a seat
	}{
		"deactivated by hand": {func(s *site) { s.do(owner, seats.Deactivate{User: "ada", Reason: "left"}) }, seats.EventUnqueued, users.LeftByHand, users.LeftByHand},
		"deactivated by sync": {func(s *site) { s.do(hr, seats.Deactivate{User: "ada", Reason: "left"}) }, seats.EventUnqueued, users.LeftBySync, users.LeftBySync},
		"gone by a file": {func(s *site) {
			s.do(system, seats.Invite{Profile: profile("ada"), Gone: true})
		}, seats.EventUnqueued, users.LeftByHand, users.LeftByHand},
		"gone by a day": {func(s *site) {
			s.do(hr, seats.Invite{Profile: profile("ada"), LeftMeansGone: true, Leave: users.From("2026-02-01")})
		}, seats.EventUnqueued, users.LeftByDate, users.LeftBySync},
		"unqueued":         {func(s *site) { s.do(owner, seats.Unqueue{User: "ada"}) }, seats.EventUnqueued, users.LeftByHand, users.LeftByHand},
		"withdrawn":        {func(s *site) { s.do(users.As("ada"), seats.Unqueue{User: "ada"}) }, seats.EventUnqueued, users.LeftByHand, users.LeftByHand},
		"archived":         {func(s *site) { s.do(owner, seats.Archive{User: "ada"}) }, seats.EventArchived, users.LeftByHand, users.LeftByHand},
		"deleted":          {func(s *site) { s.do(owner, seats.Delete{User: "ada"}) }, seats.EventDeleted, users.LeftByHand, users.LeftByHand},
		"erased":           {func(s *site) { s.do(system, seats.Erase{User: "ada"}) }, seats.EventErased, users.LeftByHand, users.LeftByHand},
		"after a deadline": {nextDay, seats.EventUnqueued, users.LeftByDate, users.LeftBySync},
	} {
		t.Run(name, func(t *testing.T) {
			s := full(t, waiting, 2)
			s.do(hr, seats.Invite{Profile: profile("ada")})
			s.do(owner, seats.Queue{User: "ada", Until: start.Add(time.Hour)})
			c.leave(s)
			require.Equal(t, []string{string(c.kind) + " ada"}, s.newest(1))
			require.Equal(t, c.by, s.user("ada").LeftBy)
			require.Nil(t, s.user("ada").Wait)
			s.do(owner, seats.Deactivate{User: "in1"})
			require.Equal(t, []string{"deactivated in1"}, s.newest(1), "no seat for ada")

			s = full(t, waiting, 2)
			s.do(owner, seats.Delete{User: "in1"})
			s.do(hr, seats.Invite{Profile: profile("ada")})
			s.do(hr, seats.Deactivate{User: "ada"})
			s.do(users.As("ada"), seats.Queue{User: "ada", Until: start.Add(time.Hour)})
			require.Equal(t, users.LeftBySync, s.user("ada").LeftBy, "a request is no seat")
			c.leave(s)
			require.Equal(t, []string{string(c.kind) + " ada"}, s.newest(1))
			require.Equal(t, c.asked, s.user("ada").LeftBy)
			require.Empty(t, s.queue())
		})
	}
}

// TestQueue_leavers_outcome: Deactivate of a waiting user changes no status and no seat, keeps reason and successor, and is
// unchanged once more.
func TestQueue_leavers_outcome(t *testing.T) {
	s := full(t, waiting, 2, "ada")
	inactive := users.Segment{Status: users.Inactive}
	require.Equal(t, "successor", s.refused(seats.ErrBadInput, owner, seats.Deactivate{User: "ada", Successor: "ghost"}).Field)
	o := s.do(owner, seats.Deactivate{User: "ada", Successor: "owner", Reason: "left"})[0]
	require.Equal(t, seats.Outcome{Action: users.ActionDeactivate, User: "ada", Before: inactive, After: inactive}, o)
	e := s.events[len(s.events)-1]
	require.Equal(t, []any{seats.EventUnqueued, "left", users.ID("owner"), int64(0)}, []any{e.Kind, e.Reason, e.Successor, e.Delta})
	s.same(owner, seats.Deactivate{User: "ada"})
}

// TestQueue_leavers_back: a sync leaves those put out of the queue by hand where they are, and a place clears how a user had left.
func TestQueue_leavers_back(t *testing.T) {
	s := full(t, waiting, 2)
	s.do(hr, seats.Invite{Profile: profile("ada")})
	s.same(hr, seats.Reactivate{User: "ada"})
	s.do(owner, seats.Unqueue{User: "ada"})
	require.Equal(t, seats.ErrPutOutByHand, s.refused(seats.ErrForbidden, hr, seats.Reactivate{User: "ada"}).Reason)
	s.do(users.As("ada"), seats.Queue{User: "ada"})
	require.Equal(t, seats.ErrPutOutByHand, s.refused(seats.ErrForbidden, hr, seats.Reactivate{User: "ada"}).Reason, "a request is no decision by hand")
	s.do(hr, seats.Deactivate{User: "ada"})
	require.Equal(t, users.LeftByHand, s.user("ada").LeftBy, "as before the request")

	s.do(owner, seats.Queue{User: "ada"})
	require.Equal(t, users.NotLeft, s.user("ada").LeftBy)
	s.same(hr, seats.Reactivate{User: "ada"})
	s.do(hr, seats.Deactivate{User: "ada"})
	s.do(hr, seats.Reactivate{User: "ada"})
	require.Equal(t, []string{"ada"}, s.queue())
	s.do(owner, seats.Schedule{User: "ada", Start: "2026-03-05"})
	require.Equal(t, users.NotLeft, s.user("ada").LeftBy, "a start is to come")
	require.Empty(t, s.queue())
}

// TestQueue_leave_day: the day of a leave ends the place of a user, before a seat comes free at the same instant.
func TestQueue_leave_day(t *testing.T) {
	leave := users.From("2026-03-05")
	s := full(t, waiting, 3)
	s.do(owner, seats.Invite{Profile: profile("ada"), Leave: leave}, seats.Invite{Profile: profile("bob")})
	s.do(owner, seats.Schedule{User: "in1", Leave: leave}, seats.Schedule{User: "in2", Leave: leave})
	s.now = time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	events := s.settle()
	require.Equal(t, []seats.EventKind{seats.EventUnqueued, seats.EventDeactivated, seats.EventSeated, seats.EventDeactivated}, kinds(events))
	require.Equal(t, []any{users.ID("ada"), leave.Date, users.FirstDayWithout, owner}, []any{events[0].User, events[0].Date, events[0].DateAs, events[0].Actor})
	require.Equal(t, []any{users.LeftByDate, users.Schedule{}}, []any{s.user("ada").LeftBy, s.user("ada").Schedule})

	// A place that is given after the day is a decision against it; one before it counts the day from then on.
	s = full(t, seats.Policy{WhenFull: seats.CreateInactive}, 2)
	s.do(owner, seats.Invite{Profile: profile("ada"), Leave: leave}, seats.Invite{Profile: profile("bob"), Leave: leave})
	s.do(system, seats.SetPolicy{Policy: waiting})
	s.do(owner, seats.Reactivate{User: "bob"})
	require.Equal(t, s.user("bob").Schedule.At.Add(-26*time.Hour), s.user("bob").Due)
	s.now = time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	require.Equal(t, []seats.EventKind{seats.EventUnqueued}, kinds(s.settle()))
	s.do(owner, seats.Queue{User: "ada"}, seats.Reactivate{User: "bob"})
	require.Equal(t, []string{"ada", "bob"}, s.queue())
	require.Equal(t, []any{users.Schedule{}, time.Time{}}, []any{s.user("ada").Schedule, s.user("ada").Due})
}

// TestReactivate_leave_day: who comes back by hand before the day of a leave leaves on it, and who does after it stays.
func TestReactivate_leave_day(t *testing.T) {
	leave := users.From("2026-03-05")
	for _, c := range []seats.Command{seats.Reactivate{User: "ada"}, seats.Restore{User: "ada"}} {
		for day, want := range map[int]users.Schedule{4: {Leave: leave, At: leave.At(time.UTC), By: owner}, 5: {}, 6: {}} {
			s := full(t, seats.Policy{WhenFull: seats.CreateInactive}, 2)
			s.do(owner, seats.Invite{Profile: profile("ada"), Leave: leave}, seats.Deactivate{User: "in1"})
			s.now = time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC)
			require.Empty(t, s.settle(), "nothing comes of an inactive user")
			if c.Action() == users.ActionRestore {
				s.do(owner, seats.Archive{User: "ada"}, c, seats.Reactivate{User: "ada"})
				want = users.Schedule{} // ended by the archive
			}
			s.do(owner, c)
			require.Equal(t, []any{users.Invited, want}, []any{s.user("ada").Status, s.user("ada").Schedule}, "%v on %d", c, day)
		}
	}
}

// TestQueue_leave_day_parts: where more leave at one instant than a commit settles, a seat that comes free in the first
// part goes to none of the leavers of the others.
func TestQueue_leave_day_parts(t *testing.T) {
	leave := users.From("2026-03-05")
	s := full(t, waiting, 3)
	s.do(owner, seats.Invite{Profile: profile("zoe"), Leave: leave}, seats.Schedule{User: "in1", Leave: leave}, seats.Schedule{User: "in2", Leave: leave})
	s.settleParts(t, time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC), 1)
	require.Equal(t, []string{"deactivated in1", "unqueued zoe", "deactivated in2"}, s.newest(3))
	require.Equal(t, users.LeftByDate, s.user("zoe").LeftBy)
}

// TestQueue_exempt: a waiting user whose role needs no seat any more comes in at once, by another role or another policy.
func TestQueue_exempt(t *testing.T) {
	exempt := waiting
	exempt.Exempt = users.In(users.Manager)
	s := full(t, exempt, 2, "ada", "bob", "cy")
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Manager})
	require.Equal(t, []string{"role-changed bob", "seated bob"}, s.newest(2))
	require.EqualValues(t, 0, s.events[len(s.events)-1].Delta)
	require.Equal(t, users.Invited, s.user("bob").Status)
	require.Equal(t, []string{"ada", "cy"}, s.queue(), "no seat was free")

	s.do(owner, seats.ChangeRole{User: "cy", Role: users.Admin})
	exempt.Exempt = users.In(users.Admin)
	s.do(system, seats.SetTotal{Total: seats.Of(3)}, seats.Invite{Profile: profile("dee")})
	s.do(system, seats.SetPolicy{Policy: exempt})
	require.Equal(t, []string{"policy-set ", "seated cy"}, s.newest(2))

	s.do(owner, seats.Deactivate{User: "cy"})
	s.do(users.As("cy"), seats.Queue{User: "cy"})
	require.Equal(t, []string{"ada", "cy?"}, s.queue(), "a request waits for its approval all the same")
	s.do(owner, seats.Queue{User: "cy"})
	require.Equal(t, []string{"queued cy", "seated cy"}, s.newest(2))
}

// TestComparison_waiting: who waits in the queue for a seat is as good as in, and leaves like the others.
func TestComparison_waiting(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	person := func(id users.ID, asks bool, left users.Leaving) users.User {
		u := hired(id, users.Inactive)
		u.Wait, u.LeftBy = &users.Wait{Since: start, Asks: asks}, left
		return u
	}
	ada := person("ada", false, users.NotLeft)
	other := hired("gus", users.Active)
	d := compare(t, run, waiting, []users.User{ada, other}, entry(ada), entry(other))
	require.Equal(t, "2 rows: 2 as before", d.String())
	require.Zero(t, d.Len())

	// Fields and roles follow; a leave counts from the invitation on, so that one who was in before has none until then.
	row := entry(ada)
	row.Profile.FirstName, row.Role, row.Leave = "Else", users.Admin, users.From("2026-06-01")
	d = compare(t, run, waiting, []users.User{ada}, row)
	require.Equal(t, "1 row: 0 as before, 1 changes", d.String())
	require.Equal(t, []users.Action{users.ActionChangeRole, users.ActionEdit, users.ActionSchedule}, actions(d))
	require.Zero(t, d.Losses(), "no seat is lost by the day of one who waits")
	ada.LeftAs = users.Active
	require.Equal(t, []users.Action{users.ActionChangeRole, users.ActionEdit}, actions(compare(t, run, waiting, []users.User{ada}, row)))

	// Those who are missing, or have left by their row, lose their places before a seat comes free, and the guard does not count them.
	gone := entry(ada)
	gone.Status = users.Inactive
	asks := person("bob", true, users.LeftByHand)
	for _, rows := range [][]users.Entry{{entry(hired("new", users.Invited)), gone}, {entry(hired("new", users.Invited))}} {
		d = compare(t, run, waiting, []users.User{ada, asks, other}, rows...)
		require.Equal(t, fmt.Sprintf("%d %s: 0 as before, 1 joins, 1 leaves, 2 leave the queue", len(rows), map[bool]string{true: "row", false: "rows"}[len(rows) == 1]), d.String())
		require.Equal(t, []users.Action{users.ActionDeactivate, users.ActionDeactivate, users.ActionDeactivate, users.ActionInvite}, actions(d))
		require.ElementsMatch(t, []users.ID{"ada", "bob"}, leavers(d)[:2])
		require.Equal(t, []users.ID{"gus"}, d.Leavers(9))
		require.Equal(t, seats.Losses{Leavers: 1}, d.Losses())
	}
	// A request is approved by the roster, but for those put out by hand, who stay so out of the queue too.
	back := person("cy", true, users.LeftBySync)
	out := hired("dee", users.Inactive)
	out.LeftBy = users.LeftByHand
	d = compare(t, run, waiting, []users.User{asks, back, out}, entry(asks), entry(back), entry(out))
	require.Equal(t, "3 rows: 0 as before, 1 comes back, 2 left as they are: forbidden", d.String())
	require.Equal(t, seats.ErrPutOutByHand, d.Untouched[1].Refusal.Reason)

	// Of another source, they are taken over and go on waiting; and a source is patient with them.
	source := seats.Source{Name: "hr", Adopts: true, Patience: seats.Patience{Runs: 2}}
	for other, want := range map[bool]string{true: "1 row: 0 as before, 1 is taken over", false: "1 row: 0 as before, 1 joins, 1 is missing"} {
		account := seats.Account{Policy: waiting, Zone: "UTC", Sources: seats.SourcesOf(source)}
		c, refusal := seats.NewComparison(account, run, seats.Request{At: start, Zones: time.LoadLocation})
		require.Nil(t, refusal)
		u, row := ada, entry(ada)
		if other {
			u.Source = users.Source{}
		} else {
			row = entry(hired("new", users.Invited))
		}
		c.User(u)
		require.Nil(t, c.Row(row))
		d, refusal = c.Differences(true)
		require.Nil(t, refusal)
		require.Equal(t, want, d.String())
		require.Equal(t, []users.Action{users.ActionInvite}, actions(d))
	}
}

// actions are those of the commands of differences.
func actions(d seats.Differences) (all []users.Action) {
	for _, c := range d.Commands() {
		all = append(all, c.Action())
	}
	return all
}

// leavers are the users of the Deactivate among the commands of differences, in order.
func leavers(d seats.Differences) (all []users.ID) {
	for _, c := range d.Commands() {
		if c, ok := c.(seats.Deactivate); ok {
			all = append(all, c.User)
		}
	}
	return all
}

// TestComparison_waiting_replaced: a waiting user whose address comes back under another number loses the place, and is no leaver to
// the guard.
func TestComparison_waiting_replaced(t *testing.T) {
	ada := hired("ada", users.Inactive)
	ada.Wait = &users.Wait{Since: start}
	row := entry(ada)
	row.Profile.ExternalID, row.Profile.FirstName, row.Profile.LastName = "n-else", "Zoe", "Zander"
	d := compare(t, seats.SyncRun{Source: "hr", Fields: fields}, waiting, []users.User{ada}, row)
	require.Equal(t, "1 row: 0 as before, 1 joins, 1 leaves the queue", d.String())
	require.Equal(t, []any{0, seats.Losses{}}, []any{d.Replaced, d.Losses()})
}

// TestQueue_loaded_bound: no more than MaxServed users of the queue are loaded.
func TestQueue_loaded_bound(t *testing.T) {
	s := full(t, waiting, 2)
	var places []seats.Waiting
	for i := range seats.MaxServed + 1 {
		places = append(places, seats.Waiting{User: users.ID(fmt.Sprintf("w%03d", i))})
	}
	s.rows.Pools[0].Waiting = seats.WaitingOf(places...)
	need := seats.Need{Account: "acme"}
	require.True(t, seats.SettleNeeds(&need, s.rows))
	require.Len(t, need.Users, seats.MaxServed)
}
