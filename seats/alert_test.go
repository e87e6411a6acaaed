package seats_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// telling is a policy with all alerts: few are left at two, or at ten per cent of more than twenty.
func telling(clear seats.Amount) seats.Policy {
	t := seats.Thresholds{Low: seats.LowMarks{{UpTo: 20, Left: by(2)}, {Left: percent(10)}}, Full: true, Over: true, Clear: clear}
	return seats.Policy{Thresholds: t, CourseThresholds: t}
}

// alerts lists the alerts since the last look, with their count.
func (s *site) alerts() (all []string) {
	for _, e := range s.events[s.looked:] {
		switch e.Kind {
		case seats.EventSeatsLow, seats.EventSeatsFull, seats.EventSeatsOver:
			all = append(all, fmt.Sprint(e.Kind, " ", e.Count))
		}
	}
	s.looked = len(s.events)
	return all
}

func TestThresholds_crossing(t *testing.T) {
	s := open(t, seats.Of(5), telling(seats.Amount{}))
	s.invite("a")
	require.Empty(t, s.alerts(), "three are left")
	require.Zero(t, s.pool().Alerts)
	s.invite("b")
	require.Equal(t, []string{"seats-low 2"}, s.alerts())
	s.invite("c")
	require.Empty(t, s.alerts(), "told already")
	s.invite("d")
	require.Equal(t, []string{"seats-full 0"}, s.alerts())
	s.do(system, seats.SetTotal{Total: seats.Of(3)})
	require.Equal(t, []string{"seats-over 2"}, s.alerts())
	require.Equal(t, users.In(seats.AlertLow, seats.AlertFull, seats.AlertOver), s.pool().Alerts)
	s.do(system, seats.SetTotal{Total: seats.Of(6)})
	require.Equal(t, users.In(seats.AlertLow, seats.AlertFull), s.pool().Alerts, "one is free, which is not clearly enough")
	s.do(system, seats.SetTotal{Total: seats.Of(8)})
	require.Equal(t, users.In(seats.AlertLow), s.pool().Alerts)
	s.do(system, seats.SetTotal{Total: seats.Of(9)})
	require.Zero(t, s.pool().Alerts)
	require.Empty(t, s.alerts(), "the way back makes no event")
	s.do(system, seats.SetTotal{Total: seats.Of(4)})
	require.Equal(t, []string{"seats-over 1"}, s.alerts(), "of several the gravest")
	s.do(system, seats.SetTotal{Total: seats.Unlimited()})
	require.Zero(t, s.pool().Alerts)
}

// TestThresholds_over_again: an account that stays full is told of each cut.
func TestThresholds_over_again(t *testing.T) {
	s := open(t, seats.Of(5), telling(by(3)))
	s.invite("a", "b", "c", "d")
	require.Equal(t, []string{"seats-low 2", "seats-full 0"}, s.alerts())
	for range 2 {
		s.do(system, seats.SetTotal{Total: seats.Of(4)})
		require.Equal(t, []string{"seats-over 1"}, s.alerts())
		s.do(system, seats.SetTotal{Total: seats.Of(3)})
		require.Empty(t, s.alerts(), "it is above its total already")
		s.do(system, seats.SetTotal{Total: seats.Of(5)})
		require.Equal(t, users.In(seats.AlertLow, seats.AlertFull), s.pool().Alerts)
	}
}

// TestThresholds_call: each event of a call counts by itself.
func TestThresholds_call(t *testing.T) {
	s := open(t, seats.Of(6), telling(seats.Amount{}))
	var all []seats.Command
	for _, id := range []users.ID{"a", "b", "c", "d", "e"} {
		all = append(all, seats.Add{Profile: profile(id)})
	}
	s.do(system, all...)
	require.Equal(t, []string{"seats-low 2", "seats-full 0"}, s.alerts())
	require.Equal(t, s.lastEvent().Change, s.events[len(s.events)-3].Change)
}

// TestThresholds_storm: invited and deleted again and again at a threshold makes one event.
func TestThresholds_storm(t *testing.T) {
	s := open(t, seats.Of(6), telling(by(2)))
	s.invite("a", "b", "c")
	require.Equal(t, []string{"seats-low 2"}, s.alerts())
	for i := range 5 {
		id := users.ID(fmt.Sprint("x", i))
		s.do(owner, seats.Deactivate{User: "a"}, seats.Invite{Profile: profile(id)}, seats.Delete{User: id}, seats.Reactivate{User: "a"})
		s.do(owner, seats.Deactivate{User: "a"}, seats.Deactivate{User: "b"})
		s.do(owner, seats.Reactivate{User: "a"}, seats.Reactivate{User: "b"})
	}
	require.Empty(t, s.alerts(), "four free seats are two beyond the threshold")
	s.do(owner, seats.Deactivate{User: "a"}, seats.Deactivate{User: "b"}, seats.Deactivate{User: "c"})
	require.Zero(t, s.pool().Alerts, "and five are more")
	s.do(owner, seats.Reactivate{User: "a"}, seats.Reactivate{User: "b"}, seats.Reactivate{User: "c"})
	require.Equal(t, []string{"seats-low 2"}, s.alerts())
}

// TestThresholds_size: the table goes by the size of the pool, and percentages by the total.
func TestThresholds_size(t *testing.T) {
	for total, want := range map[int64]string{20: "seats-low 2", 21: "seats-low 3", 30: "seats-low 3"} {
		s := open(t, seats.Of(total), telling(seats.Amount{}))
		for i := total; s.pool().Alerts.Empty(); i-- {
			s.invite(users.ID(fmt.Sprint("u", i)))
		}
		require.Equal(t, []string{want}, s.alerts(), "of %d", total)
	}
	policy := seats.Policy{Thresholds: seats.Thresholds{Low: seats.LowMarks{{UpTo: 3, Left: by(1)}}, Full: true}}
	s := open(t, seats.Of(4), policy)
	s.invite("a", "b")
	require.Empty(t, s.alerts(), "larger than the table")
	s = open(t, seats.Of(1), policy)
	require.Equal(t, []string{"seats-full 0"}, s.alerts(), "the opening tells, too")
	require.Equal(t, []users.ID{"owner"}, s.lastEvent().Receivers)
}

// TestThresholds_event: it names those who can act, and follows what led to it.
func TestThresholds_event(t *testing.T) {
	s := open(t, seats.Of(9), telling(seats.Amount{}))
	s.invite("ada", "bob")
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	s.do(system, seats.SetTotal{Total: seats.Of(4)}, seats.SetTotal{Pool: "go", Total: seats.Of(3)})
	s.do(users.As("bob"), seats.AssignCourse{User: "ada", Pool: "go"})
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventSeatsLow, seats.PoolID("go"), users.As("bob"), []users.ID{"bob", "owner"}}, []any{e.Kind, e.Pool, e.Actor, e.Receivers})
	require.Equal(t, []any{int64(2), int64(0), int64(1), seats.Of(3), users.ID("")}, []any{e.Count, e.Delta, e.Held, e.Total, e.User})
	require.Equal(t, "seatkeeper.seats-low", e.CloudEvent("https://lms.example").Type)
	m := seats.English()
	require.Equal(t, "2 licences of this course are left", m.Notice(e))
	require.Empty(t, m.Notice(s.events[len(s.events)-2]))
	receipt := s.bulk(owner, seats.Invite{Profile: profile("eve")})
	require.Equal(t, []string{"seats-low 2", "seats-full 0"}, s.alerts()[1:])
	lines, _ := s.undo(owner, receipt)
	require.Equal(t, []string{"delete eve: deleted"}, lines, "an alert is nothing to undo")
}

// TestThresholds_small: accounts of a few seats are told again, too, with one seat held between.
func TestThresholds_small(t *testing.T) {
	one := seats.Thresholds{Low: seats.LowMarks{{Left: by(1)}}, Full: true}
	far := seats.Thresholds{Full: true, Clear: by(5)}
	for _, c := range []struct {
		name  string
		total int64
		t     seats.Thresholds
		want  []string // of twice full, with the owner alone between
	}{
		{"full_of_one", 1, one, []string{"seats-full 0"}},
		{"low_is_left_to_no_one", 2, one, []string{"seats-low 1", "seats-full 0", "seats-full 0"}},
		{"three", 3, one, []string{"seats-low 1", "seats-full 0", "seats-low 1", "seats-full 0"}},
		{"four", 4, one, []string{"seats-low 1", "seats-full 0", "seats-low 1", "seats-full 0"}},
		{"out_of_reach", 4, far, []string{"seats-full 0", "seats-full 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, seats.Of(c.total), seats.Policy{Thresholds: c.t})
			var others []users.ID
			for i := int64(1); i < c.total; i++ {
				others = append(others, users.ID(fmt.Sprint("u", i)))
			}
			s.invite(others...)
			for _, id := range others {
				s.do(owner, seats.Deactivate{User: id})
			}
			for _, id := range others {
				s.do(owner, seats.Reactivate{User: id})
			}
			require.Equal(t, c.want, s.alerts())
		})
	}
}

// TestThresholds_growth: while a pool grows it has free seats; at its ceiling it runs out.
func TestThresholds_growth(t *testing.T) {
	for _, step := range []seats.Amount{by(1), by(4), percent(50)} {
		policy := growing(step, 8)
		policy.Thresholds = telling(seats.Amount{}).Thresholds
		policy.CourseThresholds = policy.Thresholds
		s := open(t, seats.Of(2), policy)
		s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(0)})
		s.invite("u2", "u3", "u4", "u5")
		require.Empty(t, s.alerts(), "three are left")
		s.invite("u6")
		require.Equal(t, []string{"seats-low 2"}, s.alerts())
		s.invite("u7")
		require.Empty(t, s.alerts())
		s.invite("u8")
		require.Equal(t, []string{"seats-full 0"}, s.alerts())
		require.Equal(t, seats.Of(8), s.pool().Total)
		s.do(owner, seats.Deactivate{User: "u8"}, seats.ReturnSeats{Quantity: 1})
		s.do(owner, seats.Reactivate{User: "u8"})
		require.Empty(t, s.alerts(), "given back and grown again is nothing new")
		s.do(owner, seats.AssignCourse{User: "u2", Pool: "go"})
		require.Zero(t, s.poolOf("go").Alerts, "and a course grows as the site does")
	}
}

// TestThresholds_growth_over: above its total a pool doesn't grow, and none is left.
func TestThresholds_growth_over(t *testing.T) {
	policy := growing(by(1), 9)
	policy.Thresholds = seats.Thresholds{Low: seats.LowMarks{{Left: by(1)}}, Full: true}
	s := open(t, seats.Of(5), policy)
	s.invite("a", "b", "c")
	s.do(system, seats.SetTotal{Total: seats.Of(2)})
	require.Equal(t, []string{"seats-full 0"}, s.alerts())
	require.Equal(t, "no seat is left: 2 of 2 are taken", seats.English().Notice(s.lastEvent()))
	s.do(owner, seats.Deactivate{User: "a"}, seats.Deactivate{User: "b"})
	require.Zero(t, s.pool().Alerts, "it grows again")
	policy.Thresholds.Full = false
	s.do(system, seats.SetTotal{Total: seats.Of(1)}, seats.SetPolicy{Policy: policy})
	require.Equal(t, []string{"seats-full 0"}, s.alerts())
	s.do(system, seats.SetPolicy{Policy: seats.Policy{}})
	s.do(system, seats.SetPolicy{Policy: policy})
	require.Equal(t, []string{"seats-low 0"}, s.alerts(), "not 1 seat, which is too many")
}

// TestThresholds_policy: another policy meets the site at once, and a course with its next event.
func TestThresholds_policy(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(1)})
	s.do(system, seats.SetPolicy{Policy: telling(seats.Amount{})})
	require.Equal(t, []string{"seats-low 1"}, s.alerts())
	s.do(owner, seats.AssignCourse{User: "owner", Pool: "go"})
	require.Equal(t, []string{"seats-full 0"}, s.alerts())
	s.do(system, seats.SetPolicy{Policy: seats.Standard()})
	require.Zero(t, s.pool().Alerts)
	require.NotZero(t, s.rows.Pools[1].Alerts)
	s.do(owner, seats.UnassignCourse{User: "owner", Pool: "go"})
	require.Zero(t, s.rows.Pools[1].Alerts)
	require.Empty(t, s.alerts())
}

// TestThresholds_unchanged: what crosses nothing writes what it would without thresholds.
func TestThresholds_unchanged(t *testing.T) {
	var texts []string
	for _, policy := range []seats.Policy{seats.Standard(), telling(seats.Amount{})} {
		s := open(t, seats.Of(9), policy)
		r := s.request(owner, seats.Invite{Profile: profile("ada")})
		d, err := seats.Decide(s.rows, r)
		require.NoError(t, err)
		d.Change.Account.Policy = seats.Policy{}
		text, err := json.Marshal(d.Change)
		require.NoError(t, err)
		texts = append(texts, string(text))
	}
	require.Equal(t, texts[0], texts[1])
}

// TestThresholds_settle: a date crosses a threshold as a command does, and the calendar has it.
func TestThresholds_settle(t *testing.T) {
	s := open(t, seats.Of(4), telling(seats.Amount{}))
	s.do(system, seats.BookTotal{Date: "2026-12-01", Total: seats.Of(1)})
	calendar, err := seats.NewCalendar(s.rows, s.request(owner), "2026-12-05")
	require.NoError(t, err)
	require.Equal(t, seats.EventSeatsFull, calendar.Days[0].Entries[1].Kind)
	need := seats.Need{}
	require.True(t, seats.SettleNeeds(&need, s.rows))
	s.now = s.now.AddDate(1, 0, 0)
	require.Equal(t, []seats.EventKind{seats.EventTotalSet, seats.EventSeatsFull}, kinds(s.settle()))
}

// TestThresholds_key: a repeated call has the outcome of its command.
func TestThresholds_key(t *testing.T) {
	s := open(t, seats.Of(2), telling(seats.Amount{}))
	commands := []seats.Command{seats.Invite{Profile: profile("ada")}}
	first, err := seats.Decide(s.once("k", seats.ByCall, 0, owner, commands...))
	require.NoError(t, err)
	require.Len(t, first.Change.Events, 2)
	s.write(first.Change)
	again, err := seats.Decide(s.once("k", seats.ByCall, 0, owner, commands...))
	require.NoError(t, err)
	require.Equal(t, first.Outcomes, again.Outcomes)
}

// TestRequest_Widen_thresholds: the admins are loaded only near a threshold.
func TestRequest_Widen_thresholds(t *testing.T) {
	s := open(t, seats.Of(5), telling(seats.Amount{}))
	widens := func(n int) bool {
		need := seats.Need{}
		commands := make([]seats.Command, n)
		for i := range commands {
			commands[i] = seats.Invite{Profile: profile("x")}
		}
		return s.request(owner, commands...).Widen(&need, s.rows) && need.Admins
	}
	require.False(t, widens(1), "four are free")
	require.True(t, widens(2))
	s.invite("a", "b")
	require.False(t, widens(1), "raised, and neither full after it nor clear")
	require.True(t, widens(2))
	s.do(owner, seats.Deactivate{User: "a"})
	require.True(t, widens(1), "it could be armed again")

	s = open(t, seats.Of(3), seats.Policy{Thresholds: seats.Thresholds{Full: true, Clear: by(5)}})
	s.invite("a", "b")
	require.False(t, widens(1), "two are held then")
	require.True(t, widens(4), "both are out, and in again")
}

func TestPolicy_Check_thresholds(t *testing.T) {
	mark := seats.LowMark{UpTo: 5, Left: by(1)}
	for _, wrong := range []seats.Thresholds{
		{Clear: by(1)}, {Full: true, Clear: by(-1)}, {Low: seats.LowMarks{{UpTo: 5}}}, {Low: seats.LowMarks{mark, mark}}, {Low: seats.LowMarks{{}, mark}},
		{Low: seats.LowMarks{{Left: by(1)}, mark}}, {Low: seats.LowMarks{{UpTo: -1, Left: by(1)}}}, {Low: seats.LowMarks{{UpTo: seats.MaxSeats + 1, Left: by(1)}}}, {Low: seats.LowMarks{{Left: percent(101)}}},
	} {
		require.Equal(t, seats.ErrThresholds, seats.Policy{Thresholds: wrong}.Check(), "%+v", wrong)
		require.Equal(t, seats.ErrThresholds, seats.Policy{CourseThresholds: wrong}.Check(), "%+v", wrong)
	}
	require.NoError(t, telling(by(1)).Check())
	for text, want := range map[string]string{
		`{"version":1,"thresholds":{"low":[{},{},{},{},{}]}}`: "too many marks", `{"version":1,"thresholds":{"low":[{"left":{"seats":1}}]}}`: "unknown",
		`{"version":1,"thresholds":{"low":{}}}`: "type object", `{"version":1,"thresholds":{"empty":true}}`: "unknown",
	} {
		require.ErrorContains(t, json.Unmarshal([]byte(text), new(seats.Policy)), want)
	}
}

func TestAlert_text(t *testing.T) {
	for _, a := range []seats.Alert{seats.AlertLow, seats.AlertFull, seats.AlertOver} {
		text, err := a.MarshalText()
		require.NoError(t, err)
		require.Equal(t, a.String(), string(text))
		var read seats.Alert
		require.NoError(t, read.UnmarshalText(text))
		require.Equal(t, a, read)
	}
	require.Error(t, new(seats.Alert).UnmarshalText([]byte("empty")))
}

// TestThresholds_codes: the seats that a join code holds are taken, its uses are no seats.
func TestThresholds_codes(t *testing.T) {
	s := open(t, seats.Of(5), telling(seats.Amount{}))
	s.class(4, seats.SetCode{Hold: new(true)})
	require.Equal(t, []string{"seats-full 0"}, s.alerts())
	s.do(system, joining("ada"))
	require.Empty(t, s.alerts(), "with a seat of the code")
	s.do(owner, seats.EndCode{Pool: "class"})
	require.Equal(t, users.In(seats.AlertLow), s.pool().Alerts, "three are free, which is not clearly enough")
	s.do(owner, seats.SetCode{Pool: "next", Text: "NEXT-23", Uses: seats.Of(1)})
	s.do(system, seats.Join{Code: "next 23", Profile: profile("bob")})
	require.Empty(t, s.alerts(), "told already")
	require.Zero(t, s.poolOf("next").Alerts, "used up")
}
