package seats_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var waiting = seats.Policy{WhenFull: seats.Wait}

// queue lists the users of the queue in order, the requests with a question mark.
func (s *site) queue() (all []string) {
	for p := range s.rows.Pools[0].Waiting.All() {
		name := string(p.User)
		if p.Asks {
			name += "?"
		}
		all = append(all, name)
	}
	return all
}

// newest returns the kinds of the last n events, with their users.
func (s *site) newest(n int) (all []string) {
	for _, e := range s.events[len(s.events)-n:] {
		all = append(all, fmt.Sprint(e.Kind, " ", e.User))
	}
	return all
}

// pass lets time go by.
func (s *site) pass(d time.Duration) { s.now = s.now.Add(d) }

// full opens an account with that many seats, all taken, in which users wait.
func full(t *testing.T, policy seats.Policy, total int, wait ...users.ID) *site {
	s := open(t, seats.Of(int64(total)), policy)
	for i := range total - 1 {
		s.invite(users.ID(fmt.Sprint("in", i+1)))
	}
	for _, id := range wait {
		s.pass(time.Minute)
		s.do(owner, seats.Invite{Profile: profile(id)})
	}
	return s
}

// TestQueue_serves: the commit that frees a seat gives it to the next, by an event of the system.
func TestQueue_serves(t *testing.T) {
	s := full(t, waiting, 3, "bob", "ada")
	require.Equal(t, []string{"bob", "ada"}, s.queue())
	require.Equal(t, users.Inactive, s.user("bob").Status)
	require.Equal(t, "r", s.user("bob").Wait.Reason, "that of the call")
	require.Equal(t, 2, s.rows.Pools[0].Waiting.Position("ada"))
	require.Zero(t, s.rows.Pools[0].Waiting.Position("in1"))

	s.do(owner, seats.Deactivate{User: "in1"})
	require.Equal(t, []string{"deactivated in1", "seated bob"}, s.newest(2))
	require.Equal(t, []string{"ada"}, s.queue())
	e := s.events[len(s.events)-1]
	require.Equal(t, []any{system, seats.ByClock, int64(1), "c", ""}, []any{e.Actor, e.Channel, e.Invitation(), e.Correlation, e.Reason})
	require.Equal(t, users.Invited, s.user("bob").Status)
	require.Nil(t, s.user("bob").Wait)

	r := s.request(system, seats.SetTotal{Total: seats.Unlimited()})
	r.Key, r.Digest = "k", seats.Digest(r.Actor, r.Channel, r.Commands)
	d, err := seats.Decide(s.rows, r)
	require.NoError(t, err)
	s.write(d.Change)
	require.Equal(t, []string{"total-set ", "seated ada"}, s.newest(2))
	e = s.events[len(s.events)-1]
	require.Equal(t, [2]string{}, [2]string{e.Key, e.Digest}, "it is no command of the call")
	require.Empty(t, s.queue())
	require.True(t, s.rows.Pools[0].Waiting == seats.WaitingList{})
}

// TestQueue_serves_call: a seat freed inside one call serves that call first.
func TestQueue_serves_call(t *testing.T) {
	s := full(t, waiting, 3, "bob")
	s.do(owner, seats.Deactivate{User: "in1"}, seats.Deactivate{User: "in2"}, seats.Invite{Profile: profile("new")})
	require.Equal(t, []string{"deactivated in1", "deactivated in2", "invited new", "seated bob"}, s.newest(4))

	s = full(t, waiting, 2, "bob")
	r := s.request(owner, seats.Deactivate{User: "in1"})
	r.Unfinished = true
	s.write(seats.DecideEach(s.rows, r).Change)
	require.Equal(t, []string{"bob"}, s.queue(), "a later part may need the seat")
	require.Equal(t, s.now.Add(time.Minute), s.rows.Account.NextDue)
	s.pass(2 * time.Minute)
	require.Equal(t, []seats.EventKind{seats.EventSeated}, kinds(s.settle()), "no part came")
	require.Equal(t, s.now.Add(-time.Minute), s.rows.Account.Changed)
}

// TestQueue_back: Reactivate, Restore and a planned start wait, and come back as they were.
func TestQueue_back(t *testing.T) {
	s := full(t, waiting, 4)
	s.do(owner, seats.Deactivate{User: "in1"}, seats.Archive{User: "in2"}, seats.Invite{Profile: profile("later"), Start: "2026-03-04"})
	s.invite("x", "y")
	s.do(owner, seats.Reactivate{User: "in1"})
	require.Equal(t, []string{"queued in1"}, s.newest(1))
	s.same(owner, seats.Reactivate{User: "in1"})
	s.pass(time.Second)
	require.Equal(t, users.Segment{Status: users.Inactive}, s.do(owner, seats.Restore{User: "in2"})[0].After)
	s.now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	require.Equal(t, []seats.EventKind{seats.EventQueued}, kinds(s.settle()))
	require.Equal(t, []string{"in1", "in2", "later"}, s.queue())

	s.do(system, seats.BuySeats{Quantity: 3})
	require.Equal(t, []string{"seated in1", "seated in2", "seated later"}, s.newest(3))
	for id, status := range map[users.ID]users.Status{"in1": users.Active, "in2": users.Active, "later": users.Invited} {
		require.Equal(t, status, s.user(id).Status, id)
	}
}

// TestQueue_order: a priority is a head start, so that no user is overtaken for ever.
func TestQueue_order(t *testing.T) {
	s := full(t, waiting, 2, "a", "b")
	s.do(owner, seats.Queue{User: "b", Priority: 1, Reason: "starts on Monday"})
	require.Equal(t, []string{"b", "a"}, s.queue())
	s.same(owner, seats.Queue{User: "b", Priority: 1, Reason: "starts on Monday"})
	s.pass(25 * time.Hour)
	s.do(owner, seats.Invite{Profile: profile("c")}, seats.Queue{User: "c", Priority: 1})
	require.Equal(t, []string{"b", "a", "c"}, s.queue())
	s.do(owner, seats.Invite{Profile: profile("e")}, seats.Invite{Profile: profile("d")})
	require.Equal(t, []string{"b", "a", "c", "d", "e"}, s.queue(), "of one instant by ID")
	s.do(owner, seats.Unqueue{User: "a", Reason: "found another"})
	s.same(owner, seats.Unqueue{User: "a"})
	s.do(owner, seats.Delete{User: "c"})
	s.do(owner, seats.Schedule{User: "d", Start: "2026-12-01"})
	require.Equal(t, []string{"b", "e"}, s.queue())
	s.do(owner, seats.Queue{User: "d"})
	require.Empty(t, s.user("d").Start)
	require.Equal(t, []string{"b", "d", "e"}, s.queue())
}

// TestQueue_asks: a request waits for an approval, and users ask for themselves alone.
func TestQueue_asks(t *testing.T) {
	s := full(t, waiting, 4)
	s.do(owner, seats.Deactivate{User: "in1"}, seats.Deactivate{User: "in2"}, seats.Archive{User: "in3"})
	in1, in2 := users.As("in1"), users.As("in2")
	s.do(in1, seats.Queue{User: "in1", Until: s.now.Add(time.Hour), Reason: "please"})
	require.Equal(t, []string{"seat-requested in1"}, s.newest(1))
	require.Equal(t, []string{"in1?"}, s.queue(), "the seats are free, and not given")
	s.same(in1, seats.Queue{User: "in1", Reason: "please!"})
	require.Equal(t, users.ErrPriority, s.refused(seats.ErrBadInput, in2, seats.Queue{User: "in2", Priority: 1}).Reason)
	s.refused(seats.ErrForbidden, in1, seats.Queue{User: "in2"})
	s.refused(seats.ErrForbidden, in1, seats.Unqueue{User: "in2"})
	s.refused(seats.ErrForbidden, in1, seats.Reactivate{User: "in1"})
	s.refused(seats.ErrWrongStatus, users.As("in3"), seats.Queue{User: "in3"})
	s.refused(seats.ErrForbidden, hr, seats.Queue{User: "in2"})
	s.same(owner, seats.Queue{User: "owner"})

	s.do(in2, seats.Queue{User: "in2"})
	require.Equal(t, 2, s.rows.Pools[0].Waiting.Position("in2"), "among the requests")
	s.do(in2, seats.Unqueue{User: "in2"})
	s.do(owner, seats.Queue{User: "in1"})
	require.Equal(t, []string{"queued in1", "seated in1"}, s.newest(2), "by the seat that is free")

	s.do(in2, seats.Queue{User: "in2"})
	s.do(system, seats.SetTotal{Total: seats.Of(2)})
	s.do(owner, seats.Reactivate{User: "in2"})
	require.Equal(t, []string{"in2"}, s.queue(), "the request is approved, and no seat free")
	require.Equal(t, 1, s.rows.Pools[0].Waiting.Position("in2"))

	// An admin without access has no more rights than a member.
	s = full(t, waiting, 3)
	s.do(owner, seats.ChangeRole{User: "in1", Role: users.Admin}, seats.Deactivate{User: "in1"}, seats.Deactivate{User: "in2"})
	s.refused(seats.ErrForbidden, in1, seats.Queue{User: "in2"})
	s.do(in1, seats.Queue{User: "in1"})
	require.Equal(t, []string{"in1?"}, s.queue())
}

// TestQueue_deadline: a place ends by itself, in time order with the seats that come free.
func TestQueue_deadline(t *testing.T) {
	s := full(t, waiting, 2, "ada", "bob")
	until := s.now.Add(90*time.Hour + 999)
	s.do(owner, seats.Queue{User: "ada", Until: until}, seats.Schedule{User: "in1", Leave: users.From("2026-03-05")})
	require.Equal(t, until.Truncate(time.Microsecond), s.user("ada").Due)
	s.now = until.Add(time.Hour * 24)
	require.Equal(t, []seats.EventKind{seats.EventDeactivated, seats.EventSeated}, kinds(s.settle()), "the leave came first")
	require.Equal(t, users.Invited, s.user("ada").Status)
	require.Equal(t, []string{"bob"}, s.queue())
	s.do(owner, seats.Queue{User: "bob", Until: s.now.Add(time.Hour)})
	require.Equal(t, "until", s.refused(seats.ErrBadInput, owner, seats.Queue{User: "bob", Until: s.now}).Field)
	s.now = s.user("bob").Wait.Until
	events := s.settle()
	require.Equal(t, []seats.EventKind{seats.EventUnqueued}, kinds(events))
	require.Equal(t, []any{system, s.now}, []any{events[0].Actor, events[0].Time})
	require.Empty(t, s.queue())
	require.Equal(t, users.Inactive, s.user("bob").Status)
}

// TestQueue_bounds: a new place needs the policy and room; places go on without the policy.
func TestQueue_bounds(t *testing.T) {
	s := full(t, waiting, 2, "ada")
	s.do(owner, seats.Invite{Profile: profile("bob")}, seats.Unqueue{User: "bob"})
	s.do(system, seats.SetPolicy{Policy: seats.Standard()})
	s.refused(seats.ErrNotOffered, owner, seats.Queue{User: "bob"})
	s.do(owner, seats.Queue{User: "ada", Priority: users.MaxPriority})
	for _, n := range []int{-1, users.MaxPriority + 1} {
		s.refused(seats.ErrBadInput, owner, seats.Queue{User: "ada", Priority: n})
	}
	long := string(make([]byte, users.MaxReason+1))
	require.Equal(t, "reason", s.refused(seats.ErrBadInput, owner, seats.Queue{User: "ada", Reason: long}).Field)
	require.Equal(t, "reason", s.refused(seats.ErrBadInput, owner, seats.Unqueue{User: "ada", Reason: long}).Field)
	s.do(owner, seats.Deactivate{User: "in1"})
	require.Equal(t, []string{"deactivated in1", "seated ada"}, s.newest(2))

	s = full(t, waiting, 2)
	s.do(owner, seats.Deactivate{User: "in1"}, seats.Invite{Profile: profile("new")})
	var places []seats.Waiting
	for i := range seats.MaxWaiting {
		places = append(places, seats.Waiting{User: users.ID(fmt.Sprint("w", i)), Asks: true})
	}
	s.rows.Pools[0].Waiting = seats.WaitingOf(places...)
	s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("ada")})
	s.refused(seats.ErrNoSeats, owner, seats.Reactivate{User: "in1"})
	require.Equal(t, seats.ErrQueueFull, s.refused(seats.ErrNotOffered, owner, seats.Queue{User: "in1"}).Reason)
}

// TestQueue_growth: a pool that can grow serves the queue, and nothing is served in a closed account.
func TestQueue_growth(t *testing.T) {
	s := full(t, waiting, 2, "ada", "bob", "cleo")
	s.do(system, seats.Close{})
	s.do(system, seats.SetTotal{Total: seats.Of(3)})
	require.Len(t, s.queue(), 3)
	s.do(system, seats.Reopen{})
	require.Equal(t, []string{"reopened ", "seated ada"}, s.newest(2))
	grows := waiting
	grows.Growth = seats.Growth{Step: by(1), Ceiling: 4}
	s.do(system, seats.SetPolicy{Policy: grows})
	require.Equal(t, []string{"policy-set ", "seats-grown ", "seated bob"}, s.newest(3))
	require.Equal(t, []string{"cleo"}, s.queue())
	s.do(system, seats.SetTotal{Total: seats.Of(2)})
	s.do(owner, seats.Deactivate{User: "in1"})
	require.Equal(t, []string{"cleo"}, s.queue(), "the pool is above its total")
}

// TestQueue_loaded: a commit serves those who are loaded, and the account falls due for the others.
func TestQueue_loaded(t *testing.T) {
	s := full(t, waiting, 2, "ada", "bob")
	all := s.rows
	r := s.request(owner, seats.Deactivate{User: "in1"})
	need := seats.Needs("acme", owner, r.Commands...)
	require.True(t, r.Widen(&need, need.Select(all)))
	require.Subset(t, need.Users, []users.ID{"ada", "bob"})
	require.False(t, r.Widen(&need, need.Select(all)))
	quiet := s.request(system, seats.SignIn{Profile: users.Profile{ID: "in1"}})
	require.False(t, quiet.Widen(&seats.Need{}, all), "it frees no seat")
	refused := s.request(owner, seats.Notify{User: "in1"})
	require.True(t, refused.Widen(&seats.Need{}, all), "a remedy can free one")

	d, err := seats.Decide(seats.Needs("acme", owner, r.Commands...).Select(all), r)
	require.NoError(t, err)
	require.True(t, d.Change.Account.IsDue(s.now))
	s.write(d.Change)
	require.Equal(t, []string{"deactivated in1"}, s.newest(1))

	due := seats.Need{Account: "acme", DueBy: s.now}
	require.Equal(t, s.now, seats.Settle(due.Select(s.rows), s.request(system)).Account.NextDue, "nothing is loaded")
	require.True(t, seats.SettleNeeds(&due, s.rows))
	require.False(t, seats.SettleNeeds(&due, s.rows))
	s.write(seats.Settle(due.Select(s.rows), s.request(system)))
	require.Equal(t, []string{"seated ada"}, s.newest(1))
}

// TestQueue_forecast: what comes shows who gets a seat, of those who are loaded.
func TestQueue_forecast(t *testing.T) {
	s := full(t, waiting, 2, "ada", "bob")
	s.do(owner, seats.Schedule{User: "in1", Leave: users.From("2026-03-05")})
	c, err := seats.NewCalendar(s.rows, s.request(system), "2026-03-10")
	require.NoError(t, err)
	var shown []string
	for _, e := range c.Day("2026-03-05").Entries {
		shown = append(shown, fmt.Sprint(e.Kind, " ", e.User, " ", e.Unfit))
	}
	require.Equal(t, []string{"deactivated in1 false", "seated ada false"}, shown)

	need := seats.Need{Account: "acme", DueBy: s.now.AddDate(0, 0, 10)}
	require.True(t, seats.ForecastNeeds(&need, s.rows))
	need.Users = need.Users[1:]
	c, err = seats.NewCalendar(need.Select(s.rows), s.request(system), "2026-03-10")
	require.NoError(t, err)
	require.Equal(t, users.ID("bob"), c.Day("2026-03-05").Entries[1].User)

	s.do(owner, seats.Unschedule{User: "in1"}, seats.Invite{Profile: profile("later"), Start: "2026-03-06"})
	c, err = seats.NewCalendar(s.rows, s.request(system), "2026-03-10")
	require.NoError(t, err)
	day, ok := c.Unfit()
	require.True(t, ok)
	require.Equal(t, seats.EventQueued, day.Entries[0].Kind)
	plan, err := seats.Preview(s.rows, s.request(owner, seats.Invite{Profile: profile("too"), Start: "2026-03-06"}))
	require.NoError(t, err)
	require.True(t, plan.Steps[0].NoRoom)
}

// TestQueue_preview: a plan shows the users who get the seats that are left free.
func TestQueue_preview(t *testing.T) {
	s := full(t, waiting, 3, "ada", "bob")
	plan, err := seats.Preview(s.rows, s.request(owner, seats.Deactivate{User: "in1"}))
	require.NoError(t, err)
	require.Equal(t, []users.ID{"ada"}, plan.Seated)
	require.EqualValues(t, 3, plan.After.Held)
}

// TestQueue_remedies: a remedy counts the seats that the queue gets first.
func TestQueue_remedies(t *testing.T) {
	policy := waiting
	policy.Exempt = users.In(users.Manager)
	s := full(t, policy, 5, "ada", "bob")
	s.do(system, seats.Add{Profile: profile("max"), Role: users.Manager})
	refusal := s.refused(seats.ErrNoSeats, owner, seats.ChangeRole{User: "max", Role: users.Member})
	require.Equal(t, seats.Step{Action: users.ActionDeactivate, Count: 3}, refusal.Remedies[0].Steps[0])
	for _, id := range []users.ID{"in1", "in2", "in3"} {
		s.do(owner, seats.Deactivate{User: id})
	}
	s.do(owner, seats.ChangeRole{User: "max", Role: users.Member})
	s.do(system, seats.SetTotal{Total: seats.Of(6)}, seats.Invite{Profile: profile("cy")}, seats.Invite{Profile: profile("dee")})
	s.do(system, seats.Add{Profile: profile("liz"), Role: users.Manager})
	s.do(system, seats.SetTotal{Total: seats.Of(0)})
	refusal = s.refused(seats.ErrNoSeats, owner, seats.ChangeRole{User: "liz", Role: users.Member})
	require.EqualValues(t, 8, refusal.Remedies[0].Steps[0].Count, "of 6 above the total, one who waits, and one more")
}

// TestQueue_undo: what the queue gave to others stays, and what the call began is taken back whole.
func TestQueue_undo(t *testing.T) {
	s := full(t, waiting, 2, "ada")
	receipt := s.bulk(owner, seats.Deactivate{User: "in1"})
	require.Equal(t, []string{"deactivated in1", "seated ada"}, s.newest(2))
	s.undo(owner, receipt)
	require.Equal(t, []string{"queued in1"}, s.newest(1), "ada has the seat")
	require.Equal(t, users.Invited, s.user("ada").Status)

	s = full(t, waiting, 2)
	receipt = s.bulk(owner, seats.Invite{Profile: profile("bob")}, seats.Deactivate{User: "in1"})
	require.Equal(t, users.Invited, s.user("bob").Status)
	s.undo(owner, receipt)
	require.Equal(t, []users.Status{users.Deleted, users.Active}, []users.Status{s.user("bob").Status, s.user("in1").Status})
}

func TestWaitingList_json(t *testing.T) {
	places := []seats.Waiting{{User: "a", Turn: start}, {User: "b", Turn: start}, {User: "c", Turn: start.Add(-1000), Asks: true}}
	list := seats.WaitingOf(places[2], places[1], places[0])
	require.Equal(t, places, slices.Collect(list.All()))
	require.Equal(t, 2, list.Approved())
	require.Equal(t, []int{1, 2, 1, 0}, []int{list.Position("a"), list.Position("b"), list.Position("c"), list.Position("d")})
	text, err := json.Marshal(list)
	require.NoError(t, err)
	var read seats.WaitingList
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, list, read)
	require.Error(t, json.Unmarshal([]byte(`[{"who": 1}]`), &read))
	require.Equal(t, seats.WaitingList{}, seats.WaitingOf())
	require.Empty(t, slices.Collect(seats.WaitingList{}.All()))
}
