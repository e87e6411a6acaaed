package seats_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// growing is a policy of an account that grows by a step up to a ceiling, and so do its courses.
func growing(step seats.Amount, ceiling int64) seats.Policy {
	g := seats.Growth{Step: step, Ceiling: ceiling}
	return seats.Policy{Growth: g, CourseGrowth: g}
}

func by(n int32) seats.Amount      { return seats.Amount{Number: n} }
func percent(n int32) seats.Amount { return seats.Amount{Percent: n} }

func TestGrowth_steps(t *testing.T) {
	for _, c := range []struct {
		name        string
		total       int64
		policy      seats.Policy
		want, grown int64 // the total after one more user, and the growth; -1: refused
	}{
		{"number", 9, growing(by(5), 100), 14, 5},
		{"one_seat", 1, growing(by(1), 100), 2, 1},
		{"percentage", 20, growing(percent(10), 100), 22, 2},
		{"percentage_of_nine", 9, growing(percent(10), 100), 10, 1},
		{"percentage_is_rounded_up", 21, growing(percent(10), 100), 24, 3},
		{"whole", 9, growing(percent(100), 100), 18, 9},
		{"cut_by_the_ceiling", 9, growing(by(5), 11), 11, 2},
		{"last_seat", 9, growing(by(5), 10), 10, 1},
		{"at_the_ceiling", 9, growing(by(5), 9), 9, -1},
		{"above_the_ceiling", 9, growing(by(5), 3), 9, -1},
		{"least_order", 9, func() seats.Policy {
			p := growing(by(3), 100)
			p.Buying.Least = 10
			return p
		}(), 19, 10},
		{"less_than_the_least_order_is_left", 9, func() seats.Policy {
			p := growing(by(3), 18)
			p.Buying.Least = 10
			return p
		}(), 18, 9},
		{"tens", 10, func() seats.Policy {
			p := seats.HowNow()
			p.Growth = seats.Growth{Step: by(1), Ceiling: 30}
			return p
		}(), 20, 10},
		{"most_order", 9, func() seats.Policy {
			p := growing(by(50), 100)
			p.Buying.Most = 20
			return p
		}(), 29, 20},
		{"none", 9, seats.Standard(), 9, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, seats.Of(c.total), c.policy)
			for i := int64(1); i < c.total; i++ {
				s.invite(users.ID(fmt.Sprint("u", i)))
			}
			command := seats.Invite{Profile: profile("more")}
			if c.grown < 0 {
				s.refused(seats.ErrNoSeats, owner, command)
			} else {
				require.Equal(t, c.grown, s.do(owner, command)[0].Grown)
			}
			require.Equal(t, seats.Of(c.want), s.pool().Total)
		})
	}
}

// TestGrowth_event: it names the buyer and those who are told, and comes before what it is for.
func TestGrowth_event(t *testing.T) {
	s := open(t, seats.Of(3), growing(by(5), 100))
	s.invite("ada", "bob")
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	s.do(users.As("bob"), seats.Invite{Profile: profile("eve")})
	n := len(s.events)
	grown, invited := s.events[n-2], s.events[n-1]
	require.Equal(t, []seats.EventKind{seats.EventSeatsGrown, seats.EventInvited}, []seats.EventKind{grown.Kind, invited.Kind})
	require.Equal(t, users.As("bob"), grown.Actor, "the buyer")
	require.Equal(t, []users.ID{"bob", "owner"}, grown.Receivers)
	require.Equal(t, []any{int64(5), seats.Of(8), int64(3), int64(0), users.ID("")}, []any{grown.Count, grown.Total, grown.Held, grown.Delta, grown.User})
	require.Equal(t, invited.Change, grown.Change)
	require.Equal(t, "seatkeeper.seats-grown", grown.CloudEvent("https://lms.example").Type)
	require.Zero(t, s.do(owner, seats.Invite{Profile: profile("fay")})[0].Grown, "there is room now")
}

// TestGrowth_commands: it answers every command that takes a seat.
func TestGrowth_commands(t *testing.T) {
	policy := growing(by(2), 100)
	policy.Exempt = users.In(users.Manager)
	for name, c := range map[string]seats.Command{
		"invite": seats.Invite{Profile: profile("new")}, "add": seats.Add{Profile: profile("new")},
		"reactivate": seats.Reactivate{User: "left"}, "restore": seats.Restore{User: "away"},
		"change_role": seats.ChangeRole{User: "manager", Role: users.Member}, "assign_course": seats.AssignCourse{User: "ada", Pool: "go"},
		"conditional": seats.If{Command: seats.Reactivate{User: "left"}, Status: users.In(users.Inactive)},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, seats.Of(9), policy)
			s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(0)})
			s.invite("ada", "left", "away", "manager")
			s.do(owner, seats.Deactivate{User: "left"}, seats.Archive{User: "away"}, seats.ChangeRole{User: "manager", Role: users.Manager})
			s.do(system, seats.SetTotal{Total: seats.Of(2)})
			require.EqualValues(t, 2, s.do(system, c)[0].Grown)
		})
	}
	t.Run("reopen", func(t *testing.T) {
		s := open(t, seats.Of(9), policy)
		s.invite("ada", "bob", "eve", "fay")
		s.do(support, seats.Close{}, seats.SetTotal{Total: seats.Of(2)})
		require.EqualValues(t, 4, s.do(support, seats.Reopen{})[0].Grown, "as many steps as are needed")
		require.Equal(t, seats.Of(6), s.pool().Total)
	})
	t.Run("import", func(t *testing.T) {
		s := open(t, seats.Of(1), policy)
		require.Zero(t, s.do(system, seats.Import{User: importedUser("ada", func(*users.User) {})})[0].Grown)
		require.True(t, s.pool().OverLimit)
		s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("bob")})
	})
	t.Run("open", func(t *testing.T) {
		_, err := seats.Open(seats.Snapshot{}, seats.Opening{Account: "acme", Total: seats.Of(0), Policy: policy, Owner: profile("owner")}, seats.Request{Actor: system, At: start})
		require.ErrorIs(t, err, seats.ErrNoSeats)
	})
}

// TestGrowth_order: it is decided command by command, and a refusal changes nothing.
func TestGrowth_order(t *testing.T) {
	s := open(t, seats.Of(1), growing(by(2), 4))
	s.bulk(owner, seats.Invite{Profile: profile("a")}, seats.Invite{Profile: profile("b")}, seats.Invite{Profile: profile("c")}, seats.Invite{Profile: profile("d")})
	require.Equal(t, seats.Of(4), s.pool().Total)
	require.Equal(t, int64(4), s.pool().Held)
	var grown []int64
	for _, e := range s.events {
		if e.Kind == seats.EventSeatsGrown {
			grown = append(grown, e.Count)
		}
	}
	require.Equal(t, []int64{2, 1}, grown)
	s.do(owner, seats.Deactivate{User: "a"}, seats.ReturnSeats{Quantity: 1})
	require.Equal(t, seats.Of(3), s.pool().Total, "grown seats can be given back")
	s.refused(seats.ErrNoSeats, owner, seats.Reactivate{User: "a"}, seats.Invite{Profile: profile("d")})
	require.Equal(t, seats.Of(3), s.pool().Total, "all or nothing")
}

// TestGrowth_overflow: what a policy says of a full account holds at the ceiling.
func TestGrowth_overflow(t *testing.T) {
	policy := growing(by(1), 2)
	policy.WhenFull = seats.CreateInactive
	s := open(t, seats.Of(1), policy)
	outcomes := s.do(owner, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
	require.Equal(t, []users.Status{users.Invited, users.Inactive}, []users.Status{outcomes[0].After.Status, outcomes[1].After.Status})
	require.Equal(t, []int64{1, 0}, []int64{outcomes[0].Grown, outcomes[1].Grown})
}

// TestGrowth_totals: a total that was set is not undone by a growth.
func TestGrowth_totals(t *testing.T) {
	s := open(t, seats.Of(2), growing(by(2), 100))
	renewal := seats.BookTotal{Date: "2026-12-01", Total: seats.Of(3), Now: seats.Of(2), Version: number(7)}
	s.do(system, renewal)
	s.invite("ada", "bob", "eve")
	require.Equal(t, seats.Of(4), s.pool().Total)
	require.Equal(t, users.Date("2026-12-01"), s.pool().Booked.Date, "it stays booked")
	require.True(t, s.same(system, seats.SetTotal{Total: seats.Of(1), Version: number(6)}).Stale)
	require.False(t, s.same(system, renewal).Stale)
	require.Equal(t, seats.Of(4), s.pool().Total, "neither an older total nor a repetition undoes it")

	s.now = s.now.AddDate(1, 0, 0)
	s.settle()
	require.Equal(t, []any{seats.Of(3), true}, []any{s.pool().Total, s.pool().OverLimit}, "the booked total counts on its day")
	s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("fay")})
	s.do(owner, seats.Deactivate{User: "ada"})
	require.EqualValues(t, 2, s.do(owner, seats.Invite{Profile: profile("fay")})[0].Grown, "a pool that is full grows again")
	require.EqualValues(t, 2, s.do(system, seats.SetTotal{Total: seats.Of(2), Version: seats.Version{Number: 8}})[0].Excess, "a newer total counts, and tells")

	s.do(system, seats.SetTotal{Total: seats.Unlimited()})
	require.Zero(t, s.do(owner, seats.Invite{Profile: profile("gus")})[0].Grown)
}

// TestGrowth_start: a planned start grows the account on its day.
func TestGrowth_start(t *testing.T) {
	s := open(t, seats.Of(1), growing(by(2), 3))
	s.do(owner, seats.Invite{Profile: profile("ada"), Start: "2026-12-01"}, seats.Invite{Profile: profile("bob"), Start: "2026-12-02"})
	s.do(owner, seats.Invite{Profile: profile("cy"), Start: "2026-12-03"})
	need := seats.Need{}
	require.True(t, seats.SettleNeeds(&need, s.rows))
	require.True(t, need.Admins)
	r := s.request(owner)
	calendar, err := seats.NewCalendar(s.rows, r, "2026-12-05")
	require.NoError(t, err)
	require.Equal(t, seats.EventSeatsGrown, calendar.Days[0].Entries[0].Kind)
	require.EqualValues(t, 2, calendar.Days[0].Entries[0].Count)
	s.now = s.now.AddDate(1, 0, 0)
	events := s.settle()
	require.Equal(t, []seats.EventKind{seats.EventSeatsGrown, seats.EventInvited, seats.EventInvited, seats.EventStartMissed}, kinds(events))
	require.Equal(t, []any{owner, seats.ByClock, []users.ID{"owner"}}, []any{events[0].Actor, events[0].Channel, events[0].Receivers})
}

func TestGrowth_plan(t *testing.T) {
	s := open(t, seats.Of(1), growing(by(2), 4))
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(0)})
	invite := []seats.Command{seats.Invite{Profile: profile("a")}, seats.AssignCourse{User: "owner", Pool: "go"}}
	plan, err := seats.Preview(s.rows, s.request(owner, invite...))
	require.NoError(t, err)
	require.Equal(t, "2 users: 2 fit, 0 do not; 1 licence is assigned; 4 seats are added by growth", plan.String())
	require.Equal(t, []any{seats.Of(1), seats.Of(3), seats.Of(2)}, []any{plan.Before.Total, plan.After.Total, plan.Pools[0].After.Total})
	text, err := json.Marshal(plan)
	require.NoError(t, err)
	require.Contains(t, string(text), `"grown":2`)
	var read seats.Plan
	require.NoError(t, json.Unmarshal(text, &read))
	_, err = read.Decide(s.rows, s.request(owner, read.Commands()...))
	require.NoError(t, err)
	s.do(owner, seats.BuySeats{Quantity: 1})
	_, err = read.Decide(s.rows, s.request(owner, read.Commands()...))
	require.ErrorIs(t, err, seats.ErrPlanOutdated, "the price is another one")
}

func TestGrowth_large_preview(t *testing.T) {
	s := open(t, seats.Of(1), growing(by(2), 4))
	var l seats.LargePreview
	for _, id := range []users.ID{"a", "b", "c", "d"} {
		l.Add(s.rows, s.request(owner, seats.Invite{Profile: profile(id)}), []seats.Command{seats.Invite{Profile: profile(id)}})
	}
	plan := l.Plan()
	require.EqualValues(t, 3, plan.Totals.Grown)
	require.Equal(t, seats.Of(4), plan.After.Total)
	require.Equal(t, "4 commands: 3 fit, 1 does not fit: no-seats 1, from command 4 on; 3 seats are added by growth; then 4 of 4 seats are held", plan.String())
	other := plan.Totals
	other.Grown = 1
	require.Contains(t, plan.Report(other), "planned were")
	require.Equal(t, "1 command: 1 fits; 1 seat is added by growth", seats.Totals{Commands: 1, Fit: 1, Grown: 1}.String())
}

// TestGrowth_remedies: a remedy counts on the growth, and an order of seats takes its place.
func TestGrowth_remedies(t *testing.T) {
	s := open(t, seats.Of(1), growing(by(2), 4))
	commands := []seats.Command{
		seats.Invite{Profile: profile("a")}, seats.Invite{Profile: profile("b")}, seats.Invite{Profile: profile("c")}, seats.Invite{Profile: profile("d")},
	}
	refusal := s.refused(seats.ErrNoSeats, owner, commands...)
	require.Equal(t, "buy 4 seats", refusal.Remedies.String(), "1 would be lacking after a growth by 3")
	s.do(owner, seats.BuySeats{Quantity: 4})
	s.do(owner, commands...)

	s = open(t, seats.Of(3), growing(by(2), 4))
	s.invite("x", "y")
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 2 seats", s.refused(seats.ErrNoSeats, owner, commands[:2]...).Remedies.String())
	s.do(owner, seats.Deactivate{User: "x"})
	s.do(owner, commands[:2]...)
}

// TestGrowth_key: a repeated call tells of the growth then.
func TestGrowth_key(t *testing.T) {
	s := open(t, seats.Of(1), growing(by(2), 4))
	commands := []seats.Command{seats.Invite{Profile: profile("ada")}}
	first, err := seats.Decide(s.once("k", seats.ByCall, 0, owner, commands...))
	require.NoError(t, err)
	s.write(first.Change)
	require.Equal(t, []int{32, 64}, []int{len(first.Change.Events[0].Digest), len(first.Change.Events[1].Digest)}, "the invitation is sealed, with the salt of its user")
	require.Empty(t, s.rows.Account.Salt)
	again, err := seats.Decide(s.once("k", seats.ByCall, 0, owner, commands...))
	require.NoError(t, err)
	require.Equal(t, first.Outcomes, again.Outcomes)
	require.EqualValues(t, 2, again.Outcomes[0].Grown)
	require.Equal(t, first.Change.Events, again.Repeated)
	_, err = seats.Decide(s.once("k", seats.ByCall, 0, owner, seats.Invite{Profile: profile("bob")}))
	require.ErrorIs(t, err, seats.ErrKeyReused)
}

// TestGrowth_undo: bought seats stay.
func TestGrowth_undo(t *testing.T) {
	s := open(t, seats.Of(1), growing(by(2), 4))
	receipt := s.bulk(owner, seats.Invite{Profile: profile("ada")})
	lines, _ := s.undo(owner, receipt)
	require.Equal(t, []string{"delete ada: deleted", "buy-seats : final"}, lines)
	require.Equal(t, seats.Of(3), s.pool().Total)
}

// TestRequest_Widen_growth: the admins are loaded only where the account may grow.
func TestRequest_Widen_growth(t *testing.T) {
	s := open(t, seats.Of(4), growing(by(2), 6))
	s.invite("ada")
	widens := func(commands ...seats.Command) bool {
		n := seats.Need{}
		return s.request(owner, commands...).Widen(&n, s.rows) && n.Admins
	}
	one := seats.Invite{Profile: profile("x")}
	require.False(t, widens(one, one), "two seats are free")
	require.True(t, widens(one, one, one))
	require.True(t, widens(seats.Reopen{}))
	require.False(t, widens(), "and nothing is taken")
	s.do(system, seats.SetTotal{Total: seats.Of(6)})
	require.False(t, widens(one, one, one, one, one), "it is as large as it gets")
	s.do(system, seats.SetTotal{Total: seats.Unlimited()})
	require.False(t, widens(one, one, one, one, one))
	require.True(t, seats.Needs("acme", system, seats.SetPolicy{Policy: growing(by(1), 2)}).Admins)
	require.False(t, seats.Needs("acme", system, seats.SetPolicy{}).Admins)
}

func TestPolicy_Check_growth(t *testing.T) {
	for _, g := range []seats.Growth{
		{Ceiling: 5}, {Step: by(1)}, {Step: by(1), Ceiling: -1}, {Step: by(1), Ceiling: seats.MaxSeats + 1}, {Step: by(-1), Ceiling: 5},
		{Step: by(seats.MaxSeats + 1), Ceiling: 5}, {Step: percent(101), Ceiling: 5}, {Step: percent(-1), Ceiling: 5}, {Step: seats.Amount{Number: 1, Percent: 1}, Ceiling: 5},
	} {
		require.Equal(t, seats.ErrGrowth, seats.Policy{Growth: g}.Check(), "%+v", g)
		require.Equal(t, seats.ErrGrowth, seats.Policy{CourseGrowth: g}.Check(), "%+v", g)
	}
	require.NoError(t, growing(by(seats.MaxSeats), seats.MaxSeats).Check())
	require.NoError(t, growing(percent(100), 1).Check())
	for _, wrong := range []string{
		`{"version":1,"growth":{"step":{"number":1,"more":1},"ceiling":5}}`, `{"version":1,"growth":{"step":5,"ceiling":5}}`,
		`{"version":1,"growth":{"step":{"number":1},"ceiling":0}}`, `{"version":1,"course_growth":{"floor":5}}`,
	} {
		require.Error(t, json.Unmarshal([]byte(wrong), new(seats.Policy)), wrong)
	}
}
