package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func kinds(events []seats.Event) (all []seats.EventKind) {
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

func TestSettle_notice(t *testing.T) {
	s := openIn(t, "Europe/London", seats.Policy{LeaveNotice: 7})
	s.do(owner, seats.Schedule{User: "ada", Leave: users.Until("2026-04-02")}, seats.Schedule{User: "bob", Leave: users.From("2026-03-05")})
	require.Equal(t, utc(t, "2026-03-26T00:00:00Z"), s.user("ada").Schedule.Notice)
	require.Equal(t, s.now, s.user("bob").Schedule.Notice, "the day of the notice is over: it is due at once")
	events := s.settle()
	require.Len(t, events, 1)
	e := events[0]
	require.Equal(t, [6]any{seats.EventLeavingSoon, users.ID("bob"), users.Date("2026-03-05"), users.FirstDayWithout, owner, s.now},
		[6]any{e.Kind, e.User, e.Date, e.DateAs, e.Actor, e.Time})
	require.Zero(t, s.user("bob").Schedule.Notice, "once")
	require.Equal(t, []seats.EventKind{seats.EventDeactivated, seats.EventLeavingSoon}, kinds(s.on(utc(t, "2026-04-01T00:00:00Z"))))

	s.do(owner, seats.Schedule{User: "ada", Leave: users.Until("2026-04-20")})
	require.Equal(t, utc(t, "2026-04-12T23:00:00Z"), s.user("ada").Schedule.Notice, "a new day has a notice of its own")
	s.do(owner, seats.Unschedule{User: "ada"})
	require.Empty(t, s.on(start.AddDate(1, 0, 0)))
}

// TestSettle_held_back mistypes the year of a bulk call.
func TestSettle_held_back(t *testing.T) {
	s := openIn(t, "UTC", seats.Policy{MostLeavers: 2})
	s.do(support, seats.SetTotal{Total: seats.Of(9)})
	s.invite("cleo", "dora")
	s.do(owner, seats.ChangeRole{User: "dora", Role: users.Admin})
	for _, id := range []users.ID{"ada", "bob", "cleo"} {
		s.do(owner, seats.Schedule{User: id, Leave: users.From("2026-03-05")})
	}
	s.do(owner, seats.Schedule{User: "dora", Leave: users.Until("2026-03-04")})
	s.now = start.AddDate(0, 0, 9)
	need := seats.Need{}
	require.True(t, seats.SettleNeeds(&need, s.rows))
	require.True(t, need.Admins)
	require.False(t, seats.SettleNeeds(&need, s.rows))
	events := s.settle()
	require.Equal(t, []seats.EventKind{seats.EventDeactivated, seats.EventLeavingHeld}, kinds(events))
	require.Equal(t, users.ID("dora"), events[0].User, "another day, and one alone")
	held := events[1]
	require.Equal(t, [6]any{int64(3), users.Date("2026-03-05"), users.FirstDayWithout, users.ID(""), utc(t, "2026-03-05T00:00:00Z"), users.System()},
		[6]any{held.Count, held.Date, held.DateAs, held.User, held.Time, held.Actor})
	require.Equal(t, []users.ID{"owner"}, held.Receivers)
	require.True(t, s.user("ada").Schedule.Held)
	require.Equal(t, users.Active, s.user("ada").Status)
	require.Zero(t, s.user("ada").Due)
	require.Empty(t, s.settle())
	require.Empty(t, s.on(start.AddDate(1, 0, 0)), "they wait for an admin")

	s.refused(seats.ErrForbidden, users.As("ada"), seats.ConfirmLeave{User: "ada"})
	s.refused(seats.ErrForbidden, hr, seats.ConfirmLeave{User: "ada"})
	s.refused(seats.ErrBadInput, owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-05")})
	s.do(owner, seats.ConfirmLeave{User: "ada"}, seats.Unschedule{User: "bob"}, seats.Schedule{User: "cleo", Leave: users.From("2028-03-05")})
	require.Equal(t, []seats.EventKind{seats.EventLeavingConfirmed, seats.EventUnscheduled, seats.EventScheduled}, kinds(s.events[len(s.events)-3:]))
	require.Equal(t, users.Inactive, s.user("ada").Status)
	require.Equal(t, users.Schedule{}, s.user("bob").Schedule)
	require.False(t, s.user("cleo").Schedule.Held)
	require.Len(t, s.on(start.AddDate(3, 0, 0)), 1)

	s = openIn(t, "UTC", seats.Policy{MostLeavers: 1, Withheld: users.In(users.ActionDeactivate)})
	for _, id := range []users.ID{"ada", "bob"} {
		s.do(support, seats.Schedule{User: id, Leave: users.From("2026-03-05")})
	}
	s.on(start.AddDate(0, 0, 9))
	s.refused(seats.ErrNotOffered, owner, seats.ConfirmLeave{User: "ada"})
	s.do(support, seats.ConfirmLeave{User: "ada"})
	require.False(t, seats.SettleNeeds(&seats.Need{}, open(t, seats.Of(1), seats.Standard()).rows))
}

// TestSettle_held_back_in_parts has more leavers on a day than a change settles: the last part
// holds its few back, too.
func TestSettle_held_back_in_parts(t *testing.T) {
	s := openIn(t, "UTC", seats.Policy{MostLeavers: 2})
	s.do(support, seats.SetTotal{Total: seats.Unlimited()})
	const leavers = 13
	for i := range leavers {
		id := users.ID(fmt.Sprintf("u%02d", i))
		s.invite(id)
		s.do(owner, seats.Schedule{User: id, Leave: users.From("2026-03-05")})
	}
	s.settleParts(t, start.AddDate(0, 0, 9), 6)
	total := int64(0)
	for _, e := range s.events {
		require.NotEqual(t, seats.EventDeactivated, e.Kind)
		if e.Kind == seats.EventLeavingHeld {
			total += e.Count
		}
	}
	require.EqualValues(t, leavers, total)
	require.Zero(t, s.rows.Account.NextDue)
}

func TestSettle_held_invitation(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{MostLeavers: 1, InvitationExpiry: seats.ExpiryFreesSeat, Term: 7 * 24 * time.Hour})
	for _, id := range []users.ID{"ada", "bob"} {
		s.do(owner, seats.Invite{Profile: profile(id), Leave: users.From("2026-03-05")})
	}
	s.on(start.AddDate(0, 0, 5))
	require.True(t, s.user("ada").Schedule.Held)
	s.do(users.As("bob"), seats.Accept{User: "bob"})
	require.True(t, s.user("bob").Schedule.Held)
	require.Equal(t, []seats.EventKind{seats.EventLapsed}, kinds(s.on(start.AddDate(0, 0, 9))))
	require.False(t, s.user("ada").Schedule.Held)
}

// TestSettle_rules_change has governments that change the rules of a zone before a day, and
// on the last day.
func TestSettle_rules_change(t *testing.T) {
	const hour = 3600
	at := func(days, hours int) time.Time {
		return start.AddDate(0, 0, days).Add(time.Duration(hours) * time.Hour)
	}
	for name, c := range map[string]struct {
		change  time.Time // of the offset from one hour to another
		offset  int
		looks   []time.Time // without an event
		want    time.Time
		carried time.Time
	}{
		"none":           {at(99, 0), 0, []time.Time{at(9, 9)}, utc(t, "2026-03-19T23:00:00Z"), at(18, 11)},
		"earlier":        {at(9, 0), 3, []time.Time{at(17, 9)}, utc(t, "2026-03-19T21:00:00Z"), at(18, 9)},
		"later":          {at(9, 0), -2, []time.Time{at(17, 9), at(18, 11), at(18, 13)}, utc(t, "2026-03-20T02:00:00Z"), at(18, 14)},
		"late_notice":    {at(18, 0), -2, []time.Time{at(17, 9), at(18, 11)}, utc(t, "2026-03-20T02:00:00Z"), at(18, 14)},
		"other_side":     {at(9, 0), 14, []time.Time{at(17, 21)}, utc(t, "2026-03-19T10:00:00Z"), at(17, 22)},
		"too_late_to_go": {at(18, 0), 3, []time.Time{at(17, 9)}, utc(t, "2026-03-19T21:00:00Z"), at(18, 11)},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, seats.Of(9), seats.Standard())
			s.zones = func(string) (*time.Location, error) {
				if s.now.Before(c.change) {
					return time.FixedZone("x", hour), nil
				}
				return time.FixedZone("x", c.offset*hour), nil
			}
			zone := "Europe/Paris"
			s.do(owner, seats.EditAccount{Zone: &zone})
			s.invite("ada")
			s.do(owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-20")})
			for _, look := range c.looks {
				require.Empty(t, s.on(look), look)
			}
			s.now = c.carried
			require.True(t, s.rows.Account.IsDue(s.now), s.rows.Account.NextDue)
			events := s.settle()
			require.Len(t, events, 1)
			require.Equal(t, c.want, events[0].Time)
		})
	}
}

func TestEditAccount_days(t *testing.T) {
	s := openIn(t, "UTC", seats.Policy{LeaveNotice: 2})
	s.do(owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-04")}, seats.Invite{Profile: profile("cleo"), Start: "2026-03-02"})
	s.do(system, seats.BookTotal{Date: "2026-03-02", Total: seats.Of(7)})
	far := users.From("2026-07-01")
	s.do(owner, seats.Schedule{User: "bob", Leave: far})
	events := len(s.events)
	s.settle()
	s.do(owner, seats.EditAccount{Zone: new("America/New_York"), Name: new("Acme")})
	require.Equal(t, []string{"name", "zone"}, s.lastEvent().Fields)
	require.Equal(t, utc(t, "2026-03-04T05:00:00Z"), s.user("ada").Schedule.At)
	require.Equal(t, utc(t, "2026-03-02T05:00:00Z"), s.user("ada").Schedule.Notice)
	require.Equal(t, utc(t, "2026-03-02T05:00:00Z"), s.user("cleo").Start.At)
	require.Equal(t, s.user("cleo").Start.At, s.user("cleo").Due)
	require.Equal(t, utc(t, "2026-03-02T05:00:00Z"), s.pool().Booked.At)
	require.Equal(t, users.From("2026-03-04"), s.user("ada").Schedule.Leave, "the day stays the day")

	// All are loaded here. A store leaves out what is more than the lead away.
	s.do(owner, seats.EditAccount{Zone: new("Pacific/Kiritimati")})
	require.Equal(t, utc(t, "2026-03-01T10:00:00Z"), s.user("cleo").Start.At)
	require.True(t, s.rows.Account.IsDue(s.now), "the day has begun there")
	require.Equal(t, []seats.EventKind{seats.EventLeavingSoon, seats.EventTotalSet, seats.EventInvited}, kinds(s.settle()))
	require.Greater(t, len(s.events), events)

	require.Equal(t, 26*time.Hour, seats.Needs("acme", owner, seats.EditAccount{Zone: new("UTC")}).Ahead)
	require.Zero(t, seats.Needs("acme", owner, seats.EditAccount{Name: new("x")}).Ahead)
	s.rows.NextDue = s.now.Add(26 * time.Hour)
	refusal := s.refused(seats.ErrBadInput, owner, seats.EditAccount{Zone: new("UTC")})
	require.ErrorContains(t, refusal, "more than 500 users or pools")
	s.rows.NextDue = s.rows.NextDue.Add(time.Microsecond)
	s.do(owner, seats.EditAccount{Zone: new("UTC")})
	require.Equal(t, utc(t, "2026-07-01T00:00:00Z"), s.user("bob").Schedule.At)
}

func TestPolicy_Check_leaves(t *testing.T) {
	for _, p := range []seats.Policy{
		{LeaveNotice: seats.MaxLeaveNotice, MostLeavers: seats.MaxLeavers, LeaveDay: users.LastDay}, {LeaveDay: users.FirstDayWithout},
	} {
		require.NoError(t, p.Check())
	}
	for _, p := range []seats.Policy{{LeaveNotice: -1}, {LeaveNotice: seats.MaxLeaveNotice + 1}, {MostLeavers: -1}, {MostLeavers: seats.MaxLeavers + 1}} {
		require.Equal(t, seats.ErrLeaveBounds, p.Check())
	}
	require.Equal(t, seats.ErrUnknownSwitch, seats.Policy{LeaveDay: 9}.Check())
}

// TestInvite_term counts calendar days over changes of the clock, and a term of hours as it is.
func TestInvite_term(t *testing.T) {
	for _, c := range []struct {
		term time.Duration
		want string
	}{
		{14 * 24 * time.Hour, "2026-04-03T11:00:00Z"}, // at one o'clock again
		{14*24*time.Hour + time.Hour, "2026-04-03T13:00:00Z"},
		{36 * time.Hour, "2026-03-22T00:00:00Z"},
	} {
		s := openIn(t, "Europe/Paris", seats.Policy{InvitationExpiry: seats.ExpiryKeepsSeat, Term: c.term})
		s.now = utc(t, "2026-03-20T12:00:00Z")
		s.do(owner, seats.Invite{Profile: profile("cleo")})
		require.Equal(t, utc(t, c.want), s.user("cleo").Expires)
		request := s.request(owner, seats.Invite{Profile: profile("dora")})
		request.Zones = nil
		decision, err := seats.Decide(s.rows, request)
		require.NoError(t, err)
		require.Equal(t, s.now.Add(c.term), decision.Change.Created[0].Expires, "without the zone a day has 24 hours")
	}
}

func TestExplain_leave(t *testing.T) {
	var s *site
	explain := func(id users.ID) seats.Explanation {
		x, err := seats.Explain(s.rows.Account, s.user(id), s.now, listed(s.events...))
		require.NoError(t, err)
		return x
	}
	s = openIn(t, "UTC", seats.ISpringLearn())
	s.do(owner, seats.Schedule{User: "ada", Leave: users.Leave{Date: "2026-03-31"}})
	x := explain("ada")
	require.Equal(t, [3]any{utc(t, "2026-03-31T23:59:00Z"), seats.EventDeactivated, users.Until("2026-03-31")}, [3]any{x.Ends, x.EndsBy, x.Leave})
	require.Equal(t, users.Until("2026-03-31"), x.Person.Schedule.Leave)
	require.Zero(t, explain("bob").Ends)
}

// TestSettle_rows corrects rows that are due for nothing, and the last day of a pool with its
// booked total.
func TestSettle_rows(t *testing.T) {
	s := openIn(t, "Asia/Tokyo", seats.Standard())
	s.do(support, seats.SetTotal{Pool: "course", Total: seats.Of(9)})
	s.do(system, licensed("eve", "course", 1))
	s.now = start.AddDate(0, 0, 1)
	for i := range s.rows.Licences {
		s.rows.Licences[i].Due = s.now
	}
	pool := &s.rows.Pools[1]
	pool.Due, pool.Ends = s.now, seats.PoolEnd{LastDay: "2026-03-31", At: start}
	s.rows.Account.NextDue = s.now
	require.Empty(t, s.settle())
	for _, l := range s.rows.Licences {
		require.Zero(t, l.Due)
	}
	require.Zero(t, s.rows.Pools[1].Due)
	require.Equal(t, utc(t, "2026-03-31T15:00:00Z"), s.rows.Pools[1].Ends.At)
	require.Zero(t, s.rows.Account.NextDue)
}

func TestSettle_closed(t *testing.T) {
	s := openIn(t, "UTC", seats.Standard())
	s.do(owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-05")}, seats.Close{})
	require.Equal(t, []seats.EventKind{seats.EventDeactivated}, kinds(s.on(start.AddDate(0, 0, 9))))
	s.do(support, seats.Reopen{})
	require.EqualValues(t, 2, s.pool().Held)
}
