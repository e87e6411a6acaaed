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
	s.do(bob, seats.Schedule{User: "bob", Leave: users.From("2026-03-03")}) // as Deactivate of oneself

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
	}
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

func TestInvite_leave(t *testing.T) {
	s := openIn(t, "UTC", seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("cleo"), Leave: users.Leave{Date: "2026-06-01"}})
	require.Equal(t, users.From("2026-06-01"), s.user("cleo").Schedule.Leave)
	require.Equal(t, [2]any{users.Date("2026-06-01"), users.FirstDayWithout}, [2]any{s.lastEvent().Date, s.lastEvent().DateAs})
	s.do(system, seats.Add{Profile: profile("dora"), Leave: users.Until("2026-06-01")})
	require.Equal(t, users.Until("2026-06-01"), s.user("dora").Schedule.Leave)
	for name, c := range map[string]seats.Command{
		"past":         seats.Invite{Profile: profile("x"), Leave: users.From("2026-03-01")},
		"malformed":    seats.Invite{Profile: profile("x"), Leave: users.From("never")},
		"past_of_add":  seats.Add{Profile: profile("x"), Leave: users.From("2026-03-01")},
		"past_start":   seats.Invite{Profile: profile("x"), Start: "2026-03-01"},
		"no_start":     seats.Invite{Profile: profile("x"), Start: "x"},
		"before_start": seats.Invite{Profile: profile("x"), Start: "2026-04-01", Leave: users.From("2026-04-01")},
		"later":        seats.Invite{Profile: profile("x"), Start: "2026-04-01", Later: true},
		"in_file":      seats.Invite{Profile: profile("x"), Leave: users.From("never"), LeftMeansGone: true},
	} {
		s.refused(seats.ErrBadInput, support, c)
		require.Len(t, s.rows.Users, 5, name)
	}
	s.same(owner, seats.Invite{Profile: profile("cleo"), Leave: users.From("2027-01-01")})
}

func TestInvite_leave_when_full(t *testing.T) {
	policy := seats.ISpringLearn()
	s := openIn(t, "UTC", policy)
	s.do(support, seats.SetTotal{Total: seats.Of(3)})
	s.do(owner, seats.Invite{Profile: profile("cleo"), Leave: users.Leave{Date: "2026-04-01"}}, seats.Invite{Profile: profile("dora"), Leave: users.Leave{Date: "2026-03-05"}})
	require.Equal(t, users.Inactive, s.user("cleo").Status)
	require.Equal(t, users.Until("2026-04-01"), s.user("cleo").Schedule.Leave)
	require.Zero(t, s.user("cleo").Due, "there is nothing to leave yet")
	s.now = start.AddDate(0, 0, 10)
	s.do(support, seats.SetTotal{Total: seats.Of(9)})
	s.do(owner, seats.Reactivate{User: "cleo"}, seats.Reactivate{User: "dora"})
	require.Equal(t, utc(t, "2026-03-31T21:59:00Z"), s.user("cleo").Due.Add(0))
	require.Zero(t, s.user("dora").Schedule, "the day is over")
	require.Len(t, s.on(start.AddDate(1, 0, 0)), 1)
}

func TestInvite_left_means_gone(t *testing.T) {
	s := openIn(t, "UTC", seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("cleo")}, seats.Deactivate{User: "bob"})
	row := func(id users.ID, leave users.Leave) users.Entry {
		return users.Entry{Profile: profile(id), Leave: leave}
	}
	commands := seats.InviteAll(users.Roster{People: []users.Entry{
		row("ada", users.Until("2026-02-28")), row("bob", users.From("2026-03-01")), row("cleo", users.From("2026-03-01")),
		row("new", users.From("2026-01-01")), row("next", users.Until("2026-03-01")), row("other", users.Leave{}),
	}})
	request := s.request(owner, commands...)
	decision := seats.DecideEach(s.rows, request)
	s.write(decision.Change)
	var got []string
	for _, o := range decision.Outcomes {
		text := string(o.User) + " " + o.After.Status.String()
		if o.Unchanged {
			text += " unchanged"
		}
		if o.Refusal != nil {
			text += " " + string(o.Refusal.Code)
		}
		got = append(got, text)
	}
	require.Equal(t, []string{"ada inactive", "bob inactive unchanged", "cleo inactive", "  unchanged", "next invited", "other invited"}, got)
	require.Equal(t, seats.EventDeactivated, s.events[len(s.events)-4].Kind)
	require.Equal(t, users.Date("2026-02-28"), s.events[len(s.events)-4].Date)

	gone := func(id users.ID) seats.Invite {
		return seats.Invite{Profile: profile(id), Leave: users.From("2026-01-01"), LeftMeansGone: true}
	}
	s.refused(seats.ErrOwnerProtected, owner, gone("owner"))
	s.refused(seats.ErrDuplicate, hr, gone("next"))
	bad := gone("next")
	bad.Profile.Email = "x"
	s.refused(seats.ErrBadInput, owner, bad)
}

func TestInvite_start(t *testing.T) {
	s := openIn(t, "Europe/Berlin", seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: 14 * 24 * time.Hour})
	held := s.pool().Held
	s.do(owner, seats.Invite{Profile: profile("cleo"), Start: "2026-03-20", Leave: users.Until("2026-06-30")})
	cleo := s.user("cleo")
	require.Equal(t, held, s.pool().Held, "it holds nothing before its day")
	require.Equal(t, users.Inactive, cleo.Status)
	require.Equal(t, users.Start{Date: "2026-03-20", At: utc(t, "2026-03-19T23:00:00Z"), By: owner}, cleo.Start)
	events := s.events[len(s.events)-2:]
	require.Equal(t, [4]any{seats.EventScheduled, users.Date("2026-03-20"), users.ByPolicy, users.NoStatus},
		[4]any{events[0].Kind, events[0].Date, events[0].DateAs, events[0].Before.Status})
	require.Equal(t, [3]any{seats.EventScheduled, users.Date("2026-06-30"), users.LastDay}, [3]any{events[1].Kind, events[1].Date, events[1].DateAs})
	s.same(owner, seats.Schedule{User: "cleo", Start: "2026-03-20"})
	s.same(owner, seats.Schedule{User: "cleo", Leave: users.Until("2026-06-30")})
	s.do(owner, seats.Schedule{User: "cleo", Start: "2026-03-21"})
	require.Equal(t, [2]any{users.Date("2026-03-21"), users.ByPolicy}, [2]any{s.lastEvent().Date, s.lastEvent().DateAs})
	require.ErrorIs(t, s.refused(seats.ErrBadInput, owner, seats.Schedule{User: "cleo", Start: "2026-07-01"}), seats.ErrBadInput)
	s.refused(seats.ErrBadInput, owner, seats.Schedule{User: "cleo", Leave: users.From("2026-03-21")})
	s.refused(seats.ErrBadInput, owner, seats.Schedule{User: "cleo", Start: "2026-02-01"})
	s.refused(seats.ErrBadInput, owner, seats.Schedule{User: "cleo", Start: "x"})

	day := utc(t, "2026-03-20T23:00:00Z")
	events = s.on(day.Add(time.Hour))
	require.Len(t, events, 1)
	require.Equal(t, [5]any{seats.EventInvited, day, owner, int64(1), int64(1)}, [5]any{events[0].Kind, events[0].Time, events[0].Actor, events[0].Count, events[0].Delta})
	cleo = s.user("cleo")
	require.Zero(t, cleo.Start)
	require.Equal(t, users.Until("2026-06-30"), cleo.Schedule.Leave)
	require.Equal(t, utc(t, "2026-04-03T22:00:00Z"), cleo.Expires, "14 days, over a change of the clock")
	require.Len(t, s.on(day.AddDate(0, 1, 0)), 1)
	require.Equal(t, [2]any{seats.EventLapsed, users.System()}, [2]any{s.lastEvent().Kind, s.lastEvent().Actor})
	require.Zero(t, s.user("cleo").Schedule)
}

// TestInvite_start_full has no free seat on the day of the start, under every policy.
func TestInvite_start_full(t *testing.T) {
	for _, policy := range []seats.Policy{seats.Standard(), seats.ISpringLearn()} {
		s := openIn(t, "UTC", policy)
		s.do(owner, seats.Invite{Profile: profile("cleo"), Start: "2026-03-02"}, seats.Invite{Profile: profile("dora"), Start: "2026-03-02"},
			seats.Schedule{User: "bob", Leave: users.From("2026-03-02")})
		s.do(support, seats.SetTotal{Total: seats.Of(3)})
		events := s.on(start.AddDate(0, 0, 3))
		require.Len(t, events, 3)
		require.Equal(t, []seats.EventKind{seats.EventDeactivated, seats.EventInvited, seats.EventStartMissed},
			[]seats.EventKind{events[0].Kind, events[1].Kind, events[2].Kind}, "leaves come before starts")
		dora := s.user("dora")
		require.Equal(t, users.Inactive, dora.Status)
		require.Zero(t, dora.Start)
		require.Equal(t, [2]any{users.Date("2026-03-02"), owner}, [2]any{events[2].Date, events[2].Actor})
		s.do(support, seats.SetTotal{Total: seats.Of(9)})
		s.do(owner, seats.Schedule{User: "dora", Start: "2026-03-09"}, seats.Reactivate{User: "dora"})
		require.Equal(t, users.Invited, s.user("dora").Status)
		require.Zero(t, s.user("dora").Start, "an invitation by hand comes before")
	}
	s := openIn(t, "UTC", seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("cleo"), Start: "2026-03-02"})
	s.do(owner, seats.Close{})
	require.Equal(t, seats.EventStartMissed, s.on(start.AddDate(0, 0, 3))[0].Kind, "the account is closed")
	s.do(support, seats.Reopen{})

	s.do(owner, seats.Schedule{User: "cleo", Start: "2026-03-09"}, seats.Schedule{User: "cleo", Leave: users.From("2026-03-19")}, seats.Unschedule{User: "cleo"})
	require.Equal(t, users.Date("2026-03-09"), s.lastEvent().Date)
	require.Empty(t, s.on(start.AddDate(0, 0, 30)))
	require.Equal(t, users.Inactive, s.user("cleo").Status)
}

func TestImport_days(t *testing.T) {
	s := openIn(t, "Europe/Paris", seats.Policy{LeaveDay: users.LastDay, LeaveNotice: 3})
	leave := func(l users.Leave) func(u *users.User) {
		return func(u *users.User) {
			u.Schedule = users.Schedule{Leave: l, Held: true, Notice: start, By: owner}
		}
	}
	s.do(system, seats.Import{User: importedUser("in", leave(users.Leave{Date: "2026-04-01"}))})
	require.Equal(t, users.Schedule{
		Leave: users.Until("2026-04-01"), At: utc(t, "2026-04-01T21:59:00Z"), Notice: utc(t, "2026-03-28T23:00:00Z"), By: system,
	}, s.user("in").Schedule)
	require.Equal(t, users.Date("2026-04-01"), s.lastEvent().Date)
	s.do(system, seats.Import{User: importedUser("out", leave(users.Until("2026-02-01")))})
	out := s.user("out")
	require.Equal(t, users.Inactive, out.Status)
	require.Equal(t, users.Active, out.LeftAs)
	require.Equal(t, utc(t, "2026-02-01T22:59:00Z"), out.StatusSince)
	require.Zero(t, out.Schedule)
	waiting := func(u *users.User) {
		u.Status, u.FirstSignIn, u.Start = users.Inactive, time.Time{}, users.Start{Date: "2026-03-09"}
	}
	s.do(system, seats.Import{User: importedUser("next", waiting)})
	require.Equal(t, utc(t, "2026-03-08T23:00:00Z"), s.user("next").Start.At)
	for _, wrong := range []func(*users.User){
		leave(users.From("2026-2-1")),
		func(u *users.User) { waiting(u); u.Start.Date = "2026-02-01" },
		func(u *users.User) { waiting(u); u.Start.Date = "x" },
		func(u *users.User) { u.Start.Date = "2026-04-01" },
		func(u *users.User) { leave(users.From("2026-04-01"))(u); u.Role = users.Owner },
		func(u *users.User) {
			leave(users.From("2026-04-01"))(u)
			u.Status, u.LeftAs = users.Inactive, users.Active
		},
	} {
		s.refused(seats.ErrBadInput, system, seats.Import{User: importedUser("x", wrong)})
	}
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
