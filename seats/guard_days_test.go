package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// day returns the command for the leave of a user on a day.
func day(i int, date users.Date) seats.Command {
	return seats.Schedule{User: fedID(i), Leave: users.From(date)}
}

// TestGuard_days lets users leave now or on a day, one by one, in bulk and over hours: all trip the guard at the
// count of a run.
func TestGuard_days(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 90).Draw(r, "people")
		s := fed(t, n)
		most, left := s.mostOfRun(), 0
		for hours := 0; left < n && !s.source().IsHeld(); hours++ {
			var commands []seats.Command
			for i := left; i < min(n, left+rapid.IntRange(1, n).Draw(r, "slice")); i++ {
				commands = append(commands, rapid.SampledFrom([]seats.Command{
					seats.Deactivate{User: fedID(i)}, day(i, "2027-01-01"), day(i, "2026-07-01"),
				}).Draw(r, "way"))
			}
			decision := seats.DecideEach(s.rows, s.request(hr, commands...))
			s.write(decision.Change)
			for _, o := range decision.Outcomes {
				if hold, trips := seats.HoldOf(hr, o.Refusal); trips {
					s.do(hr, hold)
					break
				}
				left++
			}
			if hours < 20 {
				s.now = s.now.Add(time.Hour)
			}
		}
		require.Equal(r, most, left)
		require.Equal(r, left < n, s.source().IsHeld())
	})
}

// TestGuard_day counts the day of a leave as one leaver, when a sync sets it, or sets an earlier one.
func TestGuard_day(t *testing.T) {
	s := fed(t, 40)
	lost := func() seats.Losses {
		var sum seats.Losses
		for _, l := range s.source().Lost {
			sum.Leavers, sum.Dated, sum.Admins = sum.Leavers+l.Leavers, sum.Dated+l.Dated, sum.Admins+l.Admins
		}
		return sum
	}
	until := seats.Schedule{User: "p0", Leave: users.Until("2026-06-30")}
	s.do(hr, until)
	require.Equal(t, seats.Losses{Leavers: 1, Dated: 1}, lost())
	s.same(hr, until)
	s.do(hr, day(0, "2026-07-01"))
	require.Equal(t, int64(1), lost().Leavers, "a later day")
	s.do(hr, until)
	require.Equal(t, int64(2), lost().Leavers, "an earlier day")
	s.do(hr, seats.Unschedule{User: "p0"})
	require.Equal(t, int64(2), lost().Leavers, "a day taken back")
	s.do(owner, day(1, "2026-06-01"))
	s.do(hr, seats.Invite{Profile: profile("new"), Leave: users.From("2026-06-01")})
	require.Equal(t, int64(2), lost().Leavers, "a day by hand, and one of a new user")
	s.do(hr, day(2, "2026-06-01"))
	require.Equal(t, seats.Losses{Leavers: 3, Dated: 3}, lost())
	s.now = s.now.Add(200 * aDay)
	s.settle()
	require.Equal(t, users.Inactive, s.user("p2").Status)
	require.Equal(t, int64(3), lost().Leavers, "a day that falls due")

	// A small company is not emptied day by day, and a release is for days too.
	s = fed(t, 8)
	for i := range 4 {
		s.do(hr, day(i, users.Date(fmt.Sprint("2027-01-0", i+1))))
	}
	refusal := s.refused(seats.ErrSourceHeld, hr, day(4, "2027-02-01"))
	require.Equal(t, []any{seats.ErrMostLeave, seats.Losses{Leavers: 1, Dated: 1}}, []any{refusal.Reason, refusal.Losses})
	hold, _ := seats.HoldOf(hr, refusal)
	s.do(hr, hold)
	s.do(owner, seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Leavers: 2, Dated: 2}})
	require.Equal(t, seats.Losses{Leavers: 2}, s.source().Allowed)
	s.do(hr, day(4, "2027-02-01"), seats.Deactivate{User: "p5"})
	require.Equal(t, seats.Losses{Dated: 1}, lost(), "no user to stay, and none that is counted")
	require.Equal(t, 3, s.mostOfRun(), "half of 6")
}

// TestGuard_lastAdmin has admins who get the day of a leave one after the other.
func TestGuard_lastAdmin(t *testing.T) {
	s := fed(t, 40)
	for i := range 3 {
		s.do(system, seats.Accept{User: fedID(i)})
		s.do(hr, seats.ChangeRole{User: fedID(i), Role: users.Admin})
	}
	s.do(hr, day(0, "2026-06-01"), day(1, "2026-07-01"))
	require.Equal(t, int64(2), s.source().LeavingAdmins)
	for _, c := range []seats.Command{day(2, "2026-08-01"), seats.Deactivate{User: "p2"}, seats.ChangeRole{User: "p2", Role: users.Member}} {
		require.Equal(t, seats.ErrLastAdminLeaves, s.refused(seats.ErrSourceHeld, hr, c).Reason)
	}
	s.do(hr, day(0, "2026-05-01"), seats.Deactivate{User: "p0"})
	require.Equal(t, int64(1), s.source().LeavingAdmins)
	s.do(owner, seats.Unschedule{User: "p1"})
	require.Zero(t, s.source().LeavingAdmins)
	s.do(hr, day(2, "2026-08-01"))

	s.rows.Account.Sources = seats.SourcesOf(seats.Source{Name: "hr", People: 39}) // p2 is from before
	s.do(owner, seats.Deactivate{User: "p2"})
	require.Zero(t, s.source().LeavingAdmins)
}

// TestSyncRun_days: a run that gives days counts them as its commands do one by one.
func TestSyncRun_days(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	staff := []users.User{hired("ann", users.Active), hired("bob", users.Active), hired("cat", users.Active), hired("dan", users.Inactive)}
	staff[0].Role = users.Admin
	staff[1].Schedule.Leave, staff[2].Schedule.Leave = users.Until("2026-12-31"), users.Until("2026-12-31")
	var rows []users.Entry
	for i, date := range []users.Date{"2026-08-31", "2027-01-31", "2026-11-30", "2026-12-31"} {
		e := entry(staff[i])
		e.Leave = users.Until(date)
		rows = append(rows, e)
	}
	d := compare(t, run, seats.Standard(), staff, rows...)
	require.Equal(t, seats.Losses{Leavers: 3, Dated: 3, Admins: 1}, d.Losses(), "ann, cat, and dan on coming back")
	require.Equal(t, "4 rows: 0 as before, 1 comes back, 3 leave on a day, 4 change", d.String())
	account := seats.Account{Sources: seats.SourcesOf(seats.Source{Name: "hr", People: 3})}
	account.Tally.Add(users.Segment{Status: users.Active, Role: users.Admin, Synced: true}, 2)
	refusal, hold := run.Stops(account, d, start)
	require.Equal(t, seats.ErrMostLeave, refusal.Reason)
	require.Equal(t, []users.ID{"ann", "cat", "dan"}, hold.(seats.HoldSource).Sample)
	require.Equal(t, d.Losses(), hold.(seats.HoldSource).Losses)
	staff[0].Schedule.Leave = users.Until("2026-12-31")
	require.Zero(t, compare(t, run, seats.Standard(), staff, rows[0]).Admins, "an admin who leaves already")
}
