package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

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
		Leave: users.Until("2026-04-01"), At: utc(t, "2026-04-01T21:59:00Z"), NoticeOn: "2026-03-29", Notice: utc(t, "2026-03-28T23:00:00Z"), By: system,
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

func TestImport_malformed_licence(t *testing.T) {
	s := openIn(t, "UTC", seats.Standard())
	i := seats.Import{User: importedUser("eve", nil), Licences: []users.Licence{{Pool: "course"}}}
	require.Equal(t, "licences", s.refused(seats.ErrBadInput, system, i).Field, "it was never assigned")
}
