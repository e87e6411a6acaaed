package seats_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestLargePreview: decided in parts, commands about different users come out as in one call, in the
// site pool and in that of a course, with few seats.
func TestLargePreview(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		policy := seats.Standard()
		policy.WhenFull = rapid.SampledFrom([]seats.WhenFull{seats.Refuse, seats.CreateInactive}).Draw(r, "full")
		s := open(t, seats.Of(20), policy)
		s.invite("a", "b", "c", "d")
		s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(rapid.Int64Range(0, 2).Draw(r, "licences"))}, seats.Deactivate{User: "b"})
		s.do(system, seats.SetTotal{Total: seats.Of(rapid.Int64Range(4, 9).Draw(r, "seats"))})

		people := rapid.Permutation([]users.ID{"a", "b", "c", "d", "e", "f", "g", "h"}).Draw(r, "people")
		var commands []seats.Command
		for _, id := range people {
			commands = append(commands, rapid.SampledFrom([]seats.Command{
				seats.Invite{Profile: profile(id)}, seats.Deactivate{User: id}, seats.Reactivate{User: id},
				seats.AssignCourse{User: id, Pool: "go"}, seats.Delete{User: id}, seats.AssignCourse{User: id, Pool: "sql"},
				seats.Join{Code: "spring-2026", Profile: profile(id)}, seats.Add{Profile: profile(id)},
			}).Draw(r, "command"))
			if rapid.Bool().Draw(r, "setting") {
				commands = append(commands, rapid.SampledFrom([]seats.Command{
					seats.SetTotal{Pool: "sql", Total: seats.Of(1)}, seats.SetTotal{Pool: "go", Total: seats.Unlimited()}, seats.SetTotal{Total: seats.Of(5)},
					seats.SetCode{Pool: "spring", Text: "spring-2026", Uses: seats.Of(2), Hold: new(true)}, seats.EndCode{Pool: "spring"},
					seats.SetPolicy{Policy: seats.ISpringLearn()}, seats.SetPolicy{Policy: seats.UsersPage()}, seats.Close{}, seats.Reopen{},
				}).Draw(r, "command"))
			}
		}
		whole := s.request(system, commands...)
		var want seats.Totals
		d := seats.DecideEach(s.rows, whole)
		for _, o := range d.Outcomes {
			want.Add(o)
		}
		var l seats.LargePreview
		rest, parts := commands, 0
		for len(rest) > 0 {
			n := rapid.IntRange(1, len(rest)).Draw(r, "part")
			l.Add(s.rows, s.request(system, rest[:n]...), rest[:n])
			rest, parts = rest[n:], parts+1
		}
		got := l.Plan()
		require.Equal(r, counts(want), counts(got.Totals))
		then := s.rows.Apply(d.Change).Usage()
		require.Equal(r, []any{then.Held, then.Excess, then.People}, []any{got.After.Held, got.After.Excess, got.After.People})
		require.Len(r, got.Parts, parts)
	})
}

// counts are the numbers of totals, without the refusals.
func counts(t seats.Totals) seats.Totals {
	t.Refusals = nil
	return t
}

func TestLargePlan(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	first := []seats.Command{seats.Invite{Profile: profile("a")}, seats.Invite{Profile: profile("a")}}
	second := []seats.Command{seats.Invite{Profile: profile("b")}, seats.Deactivate{User: "unknown"}}
	var l seats.LargePreview
	l.Add(s.rows, s.request(owner, first...), first)
	l.Add(s.rows, s.request(owner, second...), second)
	p := l.Plan()
	require.Equal(t, "4 commands: 1 fits, 1 changes nothing, 2 do not fit: no-seats 1, from command 3 on; unknown-user 1, from command 4 on; then 2 of 2 seats are held", p.String())
	require.Equal(t, []int{2, 3}, []int{p.Totals.Refusals[0].Refusal.Index, p.Totals.Refusals[1].Refusal.Index})

	text, err := json.Marshal(p)
	require.NoError(t, err)
	var read seats.LargePlan
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, p.Totals.Codes, read.Totals.Codes)
	require.Equal(t, p.Digest(owner), read.Digest(owner))
	require.NotEqual(t, p.Digest(owner), p.Digest(system))
	require.Error(t, json.Unmarshal([]byte(`{"surprise":1}`), &read))

	require.Nil(t, p.Check("acme", 0, first))
	require.Nil(t, p.Check("acme", 1, second))
	require.Nil(t, p.Check("acme", 2, nil))
	for name, refusal := range map[string]*seats.Refusal{
		"another account":       p.Check("rival", 0, first),
		"another part":          p.Check("acme", 0, second),
		"another name":          p.Check("acme", 0, []seats.Command{seats.Invite{Profile: users.Profile{ID: "a", Email: "a@acme.example"}}, first[1]}),
		"a part too many":       p.Check("acme", 2, first),
		"an end too early":      p.Check("acme", 1, nil),
		"the end of an account": p.Check("rival", 2, nil),
	} {
		require.ErrorIs(t, refusal, seats.ErrBadInput, name)
	}
	require.Equal(t, "as planned: "+p.Totals.String(), p.Report(p.Totals))
	less := p.Totals
	less.Codes = slices.Clone(less.Codes[:1])
	require.NotContains(t, p.Report(less), "as planned")
}

// TestTotals_Add: of many refusals the first are kept.
func TestTotals_Add(t *testing.T) {
	var all seats.Totals
	for i := range seats.MaxRefusals + 50 {
		all.Add(seats.Outcome{Action: users.ActionInvite, Refusal: &seats.Refusal{Code: seats.ErrNoSeats, Index: i}})
	}
	require.Equal(t, seats.MaxRefusals+50, all.Refused)
	require.Len(t, all.Refusals, seats.MaxRefusals)
	require.Equal(t, []seats.CodeTotal{{Code: seats.ErrNoSeats, Count: seats.MaxRefusals + 50}}, all.Codes)
	all.Add(seats.Outcome{Action: users.ActionInvite, After: users.Segment{Status: users.Inactive}})
	require.Equal(t, "151 commands: 1 fits (1 created inactive for want of a seat), 150 do not fit: no-seats 150, from command 1 on", all.String())
}
