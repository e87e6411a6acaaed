package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// openIn opens a site in a time zone with the members ada and bob; the owner's name is "owner".
func openIn(t testing.TB, zone string, policy seats.Policy) *site {
	t.Helper()
	s := open(t, seats.Of(5), policy)
	s.do(owner, seats.EditAccount{Zone: &zone})
	s.invite("ada", "bob")
	return s
}

func utc(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at.UTC()
}

// on settles at an instant.
func (s *site) on(at time.Time) []seats.Event {
	s.t.Helper()
	s.now = at
	return s.settle()
}

func TestSchedule(t *testing.T) {
	s := openIn(t, "Europe/London", seats.Standard())
	outcome := s.do(owner, seats.Schedule{User: "ada", Leave: users.Leave{Date: "2026-04-01"}})[0]
	require.Equal(t, seats.Outcome{Action: users.ActionSchedule, User: "ada", Before: s.user("ada").Segment(), After: s.user("ada").Segment()}, outcome)
	at := utc(t, "2026-03-31T23:00:00Z") // the clock went forward on March 29
	require.Equal(t, users.Schedule{Leave: users.From("2026-04-01"), At: at, By: owner}, s.user("ada").Schedule)
	e := s.lastEvent()
	require.Equal(t, [3]any{seats.EventScheduled, users.Date("2026-04-01"), users.FirstDayWithout}, [3]any{e.Kind, e.Date, e.DateAs})

	s.same(owner, seats.Schedule{User: "ada", Leave: users.From("2026-04-01")})
	s.do(support, seats.Schedule{User: "ada", Leave: users.Until("2026-04-01")})
	require.Equal(t, utc(t, "2026-04-01T22:59:00Z"), s.user("ada").Schedule.At, "the other meaning is another day")
	require.Equal(t, support, s.user("ada").Schedule.By)
	s.do(owner, seats.Schedule{User: "ada", Leave: users.From("2026-04-01")})

	require.Equal(t, at.Add(-26*time.Hour), s.rows.Account.NextDue, "it is looked at before")
	require.Empty(t, s.on(at.Add(-26*time.Hour)))
	require.Equal(t, at, s.rows.Account.NextDue)
	require.Empty(t, s.on(at.Add(-time.Microsecond)))
	events := s.on(at)
	require.Len(t, events, 1)
	e = events[0]
	require.Equal(t, [7]any{seats.EventDeactivated, at, owner, seats.ByClock, users.Date("2026-04-01"), users.FirstDayWithout, int64(-1)},
		[7]any{e.Kind, e.Time, e.Actor, e.Channel, e.Date, e.DateAs, e.Delta})
	require.Zero(t, s.user("ada").Schedule)
	require.Equal(t, users.Active, s.user("ada").LeftAs)
	require.Zero(t, s.rows.Account.NextDue)

	s.do(owner, seats.Reactivate{User: "ada"})
	require.Zero(t, s.user("ada").Schedule, "Reactivate brings no date back")
}

func TestSchedule_ends(t *testing.T) {
	for name, c := range map[string]struct {
		actor users.Actor
		end   []seats.Command
	}{
		"by_hand":  {owner, []seats.Command{seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"}}},
		"archive":  {owner, []seats.Command{seats.Archive{User: "ada"}, seats.Restore{User: "ada"}}},
		"deletion": {owner, []seats.Command{seats.Delete{User: "ada"}}},
		"owner":    {owner, []seats.Command{seats.GrantOwnership{User: "ada"}}},
		"cancel":   {owner, []seats.Command{seats.Unschedule{User: "ada"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := openIn(t, "UTC", seats.Standard())
			s.do(owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-02")})
			s.do(c.actor, c.end...)
			require.Zero(t, s.user("ada").Schedule)
			require.Zero(t, s.user("ada").Due)
			require.Empty(t, s.on(start.AddDate(0, 0, 2)))
		})
	}
}

func TestSchedule_stays(t *testing.T) {
	s := openIn(t, "UTC", seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("cleo")}, seats.Schedule{User: "cleo", Leave: users.Until("2026-03-05")})
	was := s.user("cleo").Schedule
	s.do(users.As("cleo"), seats.Accept{User: "cleo"})
	s.do(owner, seats.ChangeRole{User: "cleo", Role: users.Admin}, seats.Edit{User: "cleo", Set: users.Patch{Title: new("x")}})
	require.Equal(t, was, s.user("cleo").Schedule)
	require.Len(t, s.on(start.AddDate(0, 1, 0)), 1)
	require.Equal(t, utc(t, "2026-03-05T23:59:00Z"), s.lastEvent().Time)
}

func TestSchedule_refused(t *testing.T) {
	s := openIn(t, "America/New_York", seats.Standard()) // it is Sunday, 7:00
	s.do(hr, seats.Invite{Profile: profile("eve")})
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	s.do(system, seats.Add{Profile: profile("gone")}, seats.Deactivate{User: "gone"})
	bob := users.As("bob")
	s.do(owner, seats.Schedule{User: "bob", Leave: users.From("2026-03-03")})

	leave := users.From("2026-03-03")
	for name, c := range map[string]struct {
		actor   users.Actor
		command seats.Schedule
		code    seats.Code
		reason  string
	}{
		"owner":            {support, seats.Schedule{User: "owner", Leave: leave}, seats.ErrOwnerProtected, "sole-owner"},
		"owner_by_admin":   {bob, seats.Schedule{User: "owner", Leave: leave}, seats.ErrOwnerProtected, ""},
		"by_member":        {users.As("ada"), seats.Schedule{User: "ada", Leave: leave}, seats.ErrForbidden, "needs-admin"},
		"other_source":     {hr, seats.Schedule{User: "ada", Leave: leave}, seats.ErrForbidden, "other-source"},
		"inactive":         {owner, seats.Schedule{User: "gone", Leave: leave}, seats.ErrWrongStatus, "inactive"},
		"start_of_leaver":  {owner, seats.Schedule{User: "gone", Start: "2026-03-03"}, seats.ErrWrongStatus, "inactive"},
		"start_of_active":  {owner, seats.Schedule{User: "ada", Start: "2026-03-03"}, seats.ErrWrongStatus, "active"},
		"neither":          {owner, seats.Schedule{User: "ada"}, seats.ErrBadInput, "one-day"},
		"both":             {owner, seats.Schedule{User: "ada", Leave: leave, Start: "2026-03-03"}, seats.ErrBadInput, "one-day"},
		"yesterday":        {owner, seats.Schedule{User: "ada", Leave: users.Until("2026-02-28")}, seats.ErrBadInput, "not-to-come"},
		"today_at_start":   {owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-01")}, seats.ErrBadInput, "not-to-come"},
		"no_date":          {owner, seats.Schedule{User: "ada", Leave: users.From("2026-3-1")}, seats.ErrBadInput, "not-a-date"},
		"meaning_alone":    {owner, seats.Schedule{User: "ada", Leave: users.Leave{As: users.LastDay}}, seats.ErrBadInput, "not-a-date"},
		"meaning_unknown":  {owner, seats.Schedule{User: "ada", Leave: users.Leave{Date: "2026-03-03", As: 9}}, seats.ErrBadInput, "not-a-date"},
		"start_is_no_date": {owner, seats.Schedule{User: "ada", Start: "soon"}, seats.ErrWrongStatus, "active"},
	} {
		t.Run(name, func(t *testing.T) {
			refusal := s.refused(c.code, c.actor, c.command)
			if c.reason != "" {
				require.Equal(t, c.reason, refusal.Reason.(users.Reason).Code)
			}
		})
	}
	s.do(owner, seats.Archive{User: "gone"})
	require.Equal(t, seats.ErrArchived, s.refused(seats.ErrWrongStatus, owner, seats.Schedule{User: "gone", Leave: leave}).Reason)
	s.do(owner, seats.Schedule{User: "ada", Leave: users.Until("2026-03-01")}) // today, until its end
	require.Equal(t, utc(t, "2026-03-02T04:59:00Z"), s.user("ada").Schedule.At)
	s.do(hr, seats.Schedule{User: "eve", Leave: leave}, seats.Unschedule{User: "eve"})
	s.refused(seats.ErrForbidden, hr, seats.Unschedule{User: "ada"})
	s.refused(seats.ErrUnknownUser, owner, seats.Unschedule{User: "zoe"})
	s.same(owner, seats.Unschedule{User: "eve"})
	s.same(owner, seats.ConfirmLeave{User: "ada"})
}

// TestSchedule_policy has the switches that take Deactivate from the account's own users: they
// take the days of leaves, too.
func TestSchedule_policy(t *testing.T) {
	leave := users.From("2026-05-01")
	locked := open(t, seats.Of(9), seats.HowNow())
	admin := seats.Invite{Profile: profile("ada")}
	locked.do(owner, admin)
	locked.do(hr, seats.Invite{Profile: profile("eve")}, seats.Schedule{User: "eve", Leave: leave})
	require.Equal(t, seats.ErrDeleteOnly, locked.refused(seats.ErrNotOffered, owner, seats.Schedule{User: "ada", Leave: leave}).Reason)
	require.Equal(t, seats.ErrDeleteOnly, locked.refused(seats.ErrNotOffered, owner, seats.Invite{Profile: profile("bob"), Leave: leave}).Reason)
	locked.refused(seats.ErrSourceLocked, owner, seats.Schedule{User: "eve", Leave: leave})
	locked.refused(seats.ErrSourceLocked, owner, seats.Unschedule{User: "eve"})
	locked.do(support, seats.Schedule{User: "ada", Leave: leave})
	require.Equal(t, seats.ErrDeleteOnly, locked.refused(seats.ErrNotOffered, owner, seats.Unschedule{User: "ada"}).Reason)

	for _, withheld := range []users.Action{users.ActionDeactivate, users.ActionSchedule} {
		s := openIn(t, "UTC", seats.Policy{Withheld: users.In(withheld)})
		s.refused(seats.ErrNotOffered, owner, seats.Schedule{User: "ada", Leave: leave})
		s.do(system, seats.Schedule{User: "ada", Leave: leave})
		for _, door := range []seats.Invite{{Leave: leave}, {Leave: leave, Start: "2026-03-02"}, {Leave: leave, LeftMeansGone: true}} {
			door.Profile = profile("cleo")
			require.Equal(t, seats.ErrLeaveWithheld, s.refused(seats.ErrNotOffered, owner, door).Reason)
		}
		s.do(system, seats.Invite{Profile: profile("cleo"), Leave: leave})
		s.do(owner, seats.Invite{Profile: profile("dan"), Start: "2026-05-01"})
	}
	noGone := openIn(t, "UTC", seats.Policy{Withheld: users.In(users.ActionDeactivate)})
	gone := seats.Invite{Profile: profile("ada"), Leave: users.Until("2026-01-01"), LeftMeansGone: true}
	require.Equal(t, seats.ErrLeaveWithheld, noGone.refused(seats.ErrNotOffered, owner, gone).Reason)
	noGone.do(system, gone)
	s := openIn(t, "UTC", seats.Policy{Withheld: users.In(users.ActionInvite)})
	s.do(support, seats.Invite{Profile: profile("cleo"), Start: "2026-05-01"})
	s.refused(seats.ErrNotOffered, owner, seats.Schedule{User: "cleo", Start: "2026-05-02"})
	s.refused(seats.ErrNotOffered, owner, seats.Unschedule{User: "cleo"})
	s.do(owner, seats.Schedule{User: "cleo", Leave: users.From("2026-05-02")})
}

func TestSchedule_meaning(t *testing.T) {
	s := openIn(t, "UTC", seats.ISpringLearn())
	s.do(owner, seats.Schedule{User: "ada", Leave: users.Leave{Date: "2026-03-31"}}, seats.Schedule{User: "bob", Leave: users.From("2026-03-31")})
	require.Equal(t, users.Until("2026-03-31"), s.user("ada").Schedule.Leave)
	require.Equal(t, "last day: 2026-03-31", s.user("ada").Schedule.Leave.String())
	require.Equal(t, "first day without access: 2026-03-31", s.user("bob").Schedule.Leave.String())
	s.do(support, seats.SetPolicy{Policy: seats.Standard()})
	s.now = utc(t, "2026-03-31T23:58:59Z")
	require.Len(t, s.settle(), 1)
	require.Equal(t, users.Active, s.user("ada").Status, "a stored date keeps its meaning")
	require.Len(t, s.on(utc(t, "2026-03-31T23:59:00Z")), 1)

	english := seats.English()
	require.Equal(t, "last day: 2026-03-31", english.Leave(users.Until("2026-03-31")))
	require.Equal(t, "first day without access: 2026-03-31", english.Leave(users.From("2026-03-31")))
	require.Equal(t, "first day without access: 2026-03-31", english.Leave(users.Leave{Date: "2026-03-31"}))
	require.Empty(t, english.Leave(users.Leave{}))
}

func TestSchedule_zone_not_found(t *testing.T) {
	s := openIn(t, "Asia/Tokyo", seats.Standard())
	s.do(owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-10")})
	at := s.user("ada").Schedule.At
	request := s.request(owner, seats.Schedule{User: "bob", Leave: users.From("2026-03-10")})
	request.Zones = nil
	_, err := seats.Decide(s.rows, request)
	require.ErrorIs(t, err, seats.ErrBadInput)
	require.ErrorContains(t, err, "zone")

	s.now = at
	request = s.request(system)
	request.Zones = nil
	change := seats.Settle(s.rows, request)
	require.Len(t, change.Events, 1)
	require.Equal(t, at, change.Events[0].Time, "it keeps its instant")
}

// TestSchedule_repeated makes keyed calls twice, with two days in one of them.
func TestSchedule_repeated(t *testing.T) {
	s := openIn(t, "UTC", seats.Standard())
	for i, commands := range [][]seats.Command{
		{seats.Invite{Profile: profile("cleo"), Start: "2026-04-01", Leave: users.Until("2026-05-01")}},
		{seats.Schedule{User: "ada", Leave: users.From("2026-04-01")}, seats.Schedule{User: "bob", Leave: users.From("2026-04-01")}},
		{seats.Unschedule{User: "ada"}, seats.Unschedule{User: "owner"}},
		{seats.Invite{Profile: profile("new"), Leave: users.From("2026-01-01"), LeftMeansGone: true}},
	} {
		ask := func(commands ...seats.Command) (seats.Decision, error) {
			r := s.request(owner, commands...)
			r.Key, r.Digest = string(rune('a'+i)), seats.Digest(owner, seats.ByCall, commands)
			rows := s.rows
			rows.Past = s.events
			return seats.Decide(rows, r)
		}
		first, err := ask(commands...)
		require.NoError(t, err)
		s.write(first.Change)
		again, err := ask(commands...)
		require.NoError(t, err)
		require.True(t, again.Change.Empty())
		require.Equal(t, first.Outcomes, again.Outcomes)
		require.Equal(t, first.Change.Events, again.Repeated)
	}
	r := s.request(owner, seats.Schedule{User: "ada", Leave: users.Until("2026-04-01")}, seats.Schedule{User: "bob", Leave: users.From("2026-04-01")})
	r.Key, r.Digest = "b", seats.Digest(owner, seats.ByCall, r.Commands)
	rows := s.rows
	rows.Past = s.events
	_, err := seats.Decide(rows, r)
	require.ErrorIs(t, err, seats.ErrKeyReused, "another meaning is another call")
}
