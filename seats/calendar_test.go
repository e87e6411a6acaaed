package seats_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// calendar returns the calendar of the site, from a snapshot as a store loads it.
func (s *site) calendar(until users.Date) seats.Calendar {
	s.t.Helper()
	need := seats.Need{Account: "acme"}
	for _, p := range s.rows.Pools {
		need.Pools = append(need.Pools, p.ID)
	}
	need.AheadTo(until, s.now)
	need.DueBy = s.now.Add(need.Ahead)
	c, err := seats.NewCalendar(need.Select(s.rows), s.request(owner), until)
	require.NoError(s.t, err)
	return c
}

// lines tells what happens on the days of a calendar.
func lines(c seats.Calendar) (all []string) {
	for _, d := range c.Days {
		for _, e := range d.Entries {
			line := fmt.Sprintf("%s %s %s", d.Date, e.Kind, string(e.User)+string(e.Pool))
			if e.Unfit {
				line += " unfit"
			}
			all = append(all, line)
		}
	}
	return all
}

func TestNewCalendar(t *testing.T) {
	policy := seats.Standard()
	policy.LeaveNotice = 2
	s := openIn(t, "Europe/Paris", policy) // five seats, three held
	s.do(system, seats.SetTotal{Pool: "first-aid", Total: seats.Of(1)}, seats.EditPool{Pool: "first-aid", LastDay: new(users.Date("2026-03-20"))})
	s.do(owner, seats.Schedule{User: "ada", Leave: users.Until("2026-03-10")})
	s.do(system, seats.BookTotal{Date: "2026-03-15", Total: seats.Of(3)})
	for _, id := range []users.ID{"cy", "dee"} {
		s.do(owner, seats.Invite{Profile: profile(id), Start: "2026-03-11"})
	}
	s.do(owner, seats.Invite{Profile: profile("eve"), Start: "2026-03-16"})
	c := s.calendar("2026-04-30")
	require.Equal(t, []string{
		"2026-03-08 leaving-soon ada", "2026-03-10 deactivated ada", "2026-03-11 invited cy", "2026-03-11 invited dee",
		"2026-03-15 total-set  unfit", "2026-03-16 start-missed eve unfit", "2026-03-21 pool-ended first-aid",
	}, lines(c))
	require.Equal(t, users.Date("2026-03-01"), c.From)
	require.Equal(t, 5, c.Rows, "ada, cy, dee, eve and the total")
	for day, free := range map[users.Date]seats.Count{
		"2026-02-28": {}, "2026-03-01": seats.Of(2), "2026-03-10": seats.Of(2), "2026-03-11": seats.Of(1), "2026-03-14": seats.Of(1),
		"2026-03-15": seats.Of(0), "2026-04-30": seats.Of(0), "2026-05-01": {},
	} {
		require.Equal(t, free, c.Free(seats.Site, day), day)
	}
	require.Equal(t, seats.Of(1), c.Free("first-aid", "2026-03-20"), "the last day")
	require.Equal(t, seats.Of(0), c.Free("first-aid", "2026-03-21"))
	require.Equal(t, seats.Count{}, c.Free("unknown", "2026-03-21"))

	first, ok := c.Unfit()
	require.True(t, ok)
	require.Equal(t, users.Date("2026-03-15"), first.Date)
	require.Equal(t, int64(1), first.Entries[0].Excess)
	require.Equal(t, owner, c.Day("2026-03-10").Entries[0].By)
	require.Equal(t, int64(-1), c.Day("2026-03-10").Entries[0].Delta)
	require.Equal(t, seats.CalendarDay{Date: "2026-03-09"}, c.Day("2026-03-09"))
	text, err := json.Marshal(c)
	require.NoError(t, err)
	var read seats.Calendar
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, c, read)

	_, ok = s.calendar("2026-03-14").Unfit()
	require.False(t, ok)
	s.do(owner, seats.Close{})
	require.Equal(t, seats.Of(0), s.calendar("2026-03-14").Free(seats.Site, "2026-03-12"), "closed")

	_, events := seats.Forecast(s.rows, s.request(owner))
	require.Empty(t, events, "nothing is due today")
}

func TestNewCalendar_days(t *testing.T) {
	s := openIn(t, "Europe/Paris", seats.Standard())
	for day, reason := range map[users.Date]string{
		"": "not-a-date", "2026-02-30": "not-a-date", "2026-02-28": "not-to-come", "2036-03-10": "too-far",
	} {
		_, err := seats.NewCalendar(s.rows, s.request(owner), day)
		var refusal *seats.Refusal
		require.ErrorAs(t, err, &refusal, day)
		require.Equal(t, "until", refusal.Field)
		require.Equal(t, reason, refusal.Reason.(users.Reason).Code)
		need := seats.Need{}
		need.AheadTo(day, s.now)
		if day > "2036" || day == "" || day == "2026-02-30" {
			require.Zero(t, need.Ahead, day)
		}
	}
	_, err := seats.NewCalendar(s.rows, s.request(owner), "2026-03-01")
	require.NoError(t, err, "today")
	r := s.request(owner)
	r.Zones = nil
	_, err = seats.NewCalendar(s.rows, r, "2026-03-02")
	require.ErrorIs(t, err, seats.ErrBadInput, "the zone is unknown")
}

func TestNewCalendar_held_back(t *testing.T) {
	s := openIn(t, "UTC", seats.Policy{MostLeavers: 1})
	for _, id := range []users.ID{"ada", "bob"} {
		s.do(owner, seats.Schedule{User: id, Leave: users.From("2026-03-10")})
	}
	c := s.calendar("2026-03-31")
	require.Equal(t, []string{"2026-03-10 leaving-held  unfit"}, lines(c))
	require.Equal(t, int64(2), c.Days[0].Entries[0].Count)
}

// TestNewCalendar_settles compares the calendar of random accounts with what settling does on
// the days to come.
func TestNewCalendar_settles(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		policy := seats.Standard()
		if rapid.Bool().Draw(r, "frees") {
			policy.InvitationExpiry, policy.Term = seats.ExpiryFreesSeat, 5*24*time.Hour
		}
		policy.LeaveNotice = rapid.IntRange(0, 3).Draw(r, "notice")
		policy.MostLeavers = rapid.Int64Range(0, 2).Draw(r, "leavers")
		s := open(t, seats.Of(rapid.Int64Range(1, 6).Draw(r, "total")), policy)
		zone := rapid.SampledFrom([]string{"UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Paris", "Africa/Cairo"}).Draw(r, "zone")
		s.do(owner, seats.EditAccount{Zone: &zone})
		day := func(name string) users.Date {
			return users.Date("2026-03-20").AddDays(rapid.IntRange(-18, 18).Draw(r, name))
		}
		id := func() users.ID { return users.ID(rapid.StringMatching("[a-f]").Draw(r, "user")) }
		for range rapid.IntRange(1, 25).Draw(r, "commands") {
			var c seats.Command
			switch rapid.IntRange(0, 9).Draw(r, "command") {
			case 0:
				c = seats.Add{Profile: profile(id())}
			case 1:
				c = seats.Invite{Profile: profile(id())}
			case 2:
				c = seats.Invite{Profile: profile(id()), Start: day("start")}
			case 3, 4:
				c = seats.Schedule{User: id(), Leave: users.Leave{Date: day("leave"), As: users.LeaveDay(rapid.IntRange(0, 2).Draw(r, "as"))}}
			case 5:
				c = seats.BookTotal{Date: day("booked"), Total: seats.Of(rapid.Int64Range(0, 6).Draw(r, "seats"))}
			case 6:
				c = seats.SetTotal{Pool: "first-aid", Total: seats.Of(2)}
			case 7:
				last := day("last")
				c = seats.EditPool{Pool: "first-aid", LastDay: &last, Term: &seats.LicenceTerm{Days: rapid.IntRange(1, 20).Draw(r, "term")}}
			default:
				c = seats.AssignCourse{User: id(), Pool: "first-aid"}
			}
			s.write(seats.DecideEach(s.rows, s.request(system, c)).Change)
		}
		calendar := s.calendar("2026-04-20")
		in, err := time.LoadLocation(zone)
		require.NoError(r, err)
		var happened []string
		var times []time.Time
		live := *s
		for d := calendar.From.AddDays(1); d <= calendar.Until.AddDays(1); d = d.AddDays(1) {
			for _, e := range live.on(d.Start(in)) {
				times = append(times, e.Time)
				happened = append(happened, fmt.Sprint(e.Time, e.Kind, e.User, e.Pool, e.Total, e.Held, e.Spent))
			}
			for _, p := range live.rows.Pools {
				if d > calendar.Until {
					break
				}
				free := p.Available()
				if last := p.Ends.LastDay; last != "" && d > last {
					free = seats.Of(0)
				}
				require.Equal(r, free, calendar.Free(p.ID, d), "%s on %s", p.ID, d)
			}
		}
		var told []string
		end := calendar.Until.AddDays(1).Start(in)
		for _, day := range calendar.Days {
			for _, e := range day.Entries {
				require.True(r, e.At.Before(end))
				if e.Kind != seats.EventPoolEnded {
					told = append(told, fmt.Sprint(e.At, e.Kind, e.User, e.Pool, e.Total, e.Held, e.Spent))
				}
			}
		}
		for len(times) > 0 && !times[len(times)-1].Before(end) {
			times = times[:len(times)-1]
		}
		require.Equal(r, append([]string(nil), happened[:len(times)]...), append([]string(nil), told...), "in this order, and no more before the end")
	})
}

// TestForecast_many has more that is due than one change settles.
func TestForecast_many(t *testing.T) {
	s := open(t, seats.Unlimited(), seats.Standard())
	n := 2*seats.MaxSettled + 10
	var commands []seats.Command
	for i := range n {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("p%04d", i))), Start: users.Date("2026-03-10").AddDays(i % 3)})
	}
	s.write(seats.DecideEach(s.rows, s.request(owner, commands...)).Change)
	c, err := seats.NewCalendar(s.rows, s.request(owner), "2026-03-20")
	require.NoError(t, err)
	require.Equal(t, n, c.Rows)
	require.Len(t, c.Days, 3)
	last := c.Days[2].Entries
	require.Equal(t, int64(n+1), last[len(last)-1].Held)
}

func TestPreviewOn(t *testing.T) {
	s := openIn(t, "Europe/Paris", seats.Standard()) // five seats, three held
	s.do(owner, seats.Schedule{User: "ada", Leave: users.Until("2026-03-31")})
	s.do(system, seats.BookTotal{Date: "2026-04-01", Total: seats.Of(4)})
	var commands []seats.Command
	for _, id := range []users.ID{"cy", "dee", "eve"} {
		commands = append(commands, seats.Invite{Profile: profile(id)})
	}
	on := func(day users.Date) (seats.Plan, error) {
		return seats.PreviewOn(s.rows, s.request(owner, commands...), day)
	}
	p, err := on("2026-04-01")
	require.NoError(t, err)
	require.Equal(t, "on 2026-04-01: 3 users: 2 fit, 1 does not", p.String())
	require.Equal(t, s.now, p.At)
	require.Equal(t, users.Date("2026-04-01"), p.Day)
	require.Equal(t, s.rows.Account.Revision, p.Revision)
	require.Equal(t, int64(2), p.Before.Held)
	require.Zero(t, p.Before.Revision)
	require.Equal(t, seats.Of(4), p.Before.Total)
	require.Equal(t, int64(4), p.After.Held)
	p2, err := on("2026-03-31")
	require.NoError(t, err)
	require.Equal(t, "on 2026-03-31: 3 users: 2 fit, 1 does not", p2.String(), "ada is still there, and so is the fifth seat")

	_, err = p.Decide(s.rows, s.request(owner, commands...))
	var refusal *seats.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, "plan", refusal.Field)
	text, err := json.Marshal(p)
	require.NoError(t, err)
	var read seats.Plan
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, p.Day, read.Day)

	for _, day := range []users.Date{"2026-03-01", "2026-02-01", "x", "2046-01-01"} {
		_, err := on(day)
		require.ErrorAs(t, err, &refusal, day)
		require.Equal(t, "day", refusal.Field)
	}
	for range seats.MaxCommands {
		commands = append(commands, commands[0])
	}
	_, err = on("2026-04-01")
	require.ErrorIs(t, err, seats.ErrBadInput)
}

// TestPreview_starts warns of invitations to come that find no seat on their day.
func TestPreview_starts(t *testing.T) {
	s := openIn(t, "Europe/Paris", seats.Standard()) // five seats, three held
	s.do(owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-31")})
	s.do(owner, seats.Invite{Profile: profile("fay"), Start: "2026-03-21"})
	invite := func(id users.ID, day users.Date) seats.Command { return seats.Invite{Profile: profile(id), Start: day} }
	p := s.plan(owner, invite("cy", "2026-03-20"), invite("dee", "2026-03-20"), invite("eve", "2026-03-20"), invite("gus", "2026-03-31"),
		invite("ada", "2026-03-20"), seats.Schedule{User: "fay", Start: "2026-03-30"}, seats.Schedule{User: "gus", Start: "x"})
	var warned []users.ID
	for _, step := range p.Steps {
		if step.NoRoom {
			warned = append(warned, step.Outcome.User)
		}
	}
	require.Equal(t, []users.ID{"eve", "fay"}, warned)
	require.Contains(t, p.String(), "; 2 will find no free seat on the day of the start")
	require.NotContains(t, p.String(), "created inactive")
	_, err := p.Decide(s.rows, s.request(owner, p.Commands()...))
	require.NoError(t, err, "a warning is no refusal")

	require.NotContains(t, s.plan(owner, invite("cy", "2026-03-20")).String(), "no free seat")
	require.NotContains(t, s.plan(owner, invite("ada", "2026-03-20")).String(), "no free seat", "ada is here")
}
