package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestUnseen_Check(t *testing.T) {
	for _, r := range []seats.UnseenRule{{}, {Days: -1}, {Days: seats.MaxUnseenDays + 1}, {Days: 1, Grace: -1}, {Days: 1, Grace: seats.MaxUnseenDays + 1}, {Days: 1, Exempt: 1 << 7}} {
		require.ErrorIs(t, seats.Unseen{UnseenRule: r}.Check(), seats.ErrBadInput, "%+v", r)
		if r.Days != 0 {
			require.Equal(t, seats.ErrUnseenBounds, seats.Policy{Unseen: r}.Check(), "%+v", r)
		}
	}
	require.NoError(t, seats.Unseen{UnseenRule: seats.UnseenRule{Days: seats.MaxUnseenDays, Grace: seats.MaxUnseenDays}}.Check())
}

func TestAccount_Frees(t *testing.T) {
	day := func(n int) time.Time { return start.AddDate(0, 0, n) }
	now := day(200)
	member := users.User{Profile: profile("ada"), Status: users.Active, Created: day(0), StatusSince: day(1), FirstSignIn: day(1)}
	member.Groups = []string{"a", "b"}
	asked := seats.Unseen{UnseenRule: seats.UnseenRule{Days: 90, Grace: 30}}
	for name, c := range map[string]struct {
		change func(*users.User, *seats.Unseen, *seats.Policy)
		seen   time.Time
		reason string // empty: the seat stays
	}{
		"never seen":          {reason: "never seen since 2026-03-02"},
		"seen long ago":       {seen: day(109), reason: "last seen 2026-06-18"},
		"seen just":           {seen: day(111)},
		"at the bound":        {seen: day(110)},
		"before the bound":    {seen: day(110).Add(-time.Microsecond), reason: "last seen 2026-06-19"},
		"seen before sign-in": {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.FirstSignIn = day(150) }, day(3), ""},
		"without a sign-in":   {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.FirstSignIn = time.Time{} }, time.Time{}, "never seen since 2026-03-01"},
		"invited": {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) {
			u.Status, u.FirstSignIn = users.Invited, time.Time{}
		}, time.Time{}, "never seen since 2026-03-01"},
		"invited anew": {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) {
			u.Status, u.FirstSignIn, u.LastNotified = users.Invited, time.Time{}, day(180)
		}, time.Time{}, ""},
		"notified anew": {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.LastNotified = day(180) }, time.Time{}, "never seen since 2026-03-02"},
		"back":          {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.StatusSince = day(171) }, day(3), ""},
		"back for long": {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.StatusSince = day(170) }, day(3), "last seen 2026-03-04"},
		"grace as days": {func(u *users.User, q *seats.Unseen, _ *seats.Policy) { u.StatusSince, q.Grace = day(111), 0 }, day(3), ""},
		"created late":  {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.Created = day(180) }, day(3), ""},
		"inactive":      {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.Status = users.Inactive }, time.Time{}, ""},
		"an owner":      {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.Role = users.Owner }, time.Time{}, ""},
		"a role that is asked out": {func(u *users.User, q *seats.Unseen, _ *seats.Policy) {
			u.Role, q.Exempt = users.Admin, users.In(users.Admin)
		}, time.Time{}, ""},
		"a role of the policy": {func(u *users.User, _ *seats.Unseen, p *seats.Policy) {
			u.Role, p.Unseen.Exempt = users.Admin, users.In(users.Admin)
		}, time.Time{}, ""},
		"a role without a seat":     {func(u *users.User, _ *seats.Unseen, p *seats.Policy) { p.Exempt = users.In(users.Member) }, time.Time{}, ""},
		"a user who is asked out":   {func(u *users.User, q *seats.Unseen, _ *seats.Policy) { q.Users = []users.ID{"eve", "ada"} }, time.Time{}, ""},
		"a group that is asked out": {func(u *users.User, q *seats.Unseen, _ *seats.Policy) { q.Groups = []string{"x", "b"} }, time.Time{}, ""},
		"another user, group and role": {func(u *users.User, q *seats.Unseen, _ *seats.Policy) {
			q.Users, q.Groups, q.Exempt = []users.ID{"eve"}, []string{"x"}, users.In(users.Admin)
		}, time.Time{}, "never seen since 2026-03-02"},
	} {
		u, q, a := member, asked, seats.Account{ID: "acme"}
		if c.change != nil {
			c.change(&u, &q, &a.Policy)
		}
		command, ok := a.Frees(q, u, c.seen, now)
		require.Equal(t, c.reason != "", ok, name)
		if ok {
			require.Equal(t, seats.Deactivate{User: "ada", Reason: c.reason}, command, name)
			a.Closed = now
			_, ok = a.Frees(q, u, c.seen, now)
			require.False(t, ok, "the account is closed")
		}
	}
}

// TestAccount_Frees_offered: the command is one that the policy offers.
func TestAccount_Frees_offered(t *testing.T) {
	u := users.User{Profile: profile("ada"), Status: users.Active, Created: start, StatusSince: start}
	of := func(p seats.Policy, status users.Status) users.Action {
		u.Status = status
		c, ok := seats.Account{Policy: p}.Frees(seats.Unseen{UnseenRule: seats.UnseenRule{Days: 1}}, u, time.Time{}, start.AddDate(1, 0, 0))
		require.True(t, ok)
		return c.Action()
	}
	require.Equal(t, users.ActionDeactivate, of(seats.HowNow(), users.Active))
	require.Equal(t, users.ActionDelete, of(seats.HowNow(), users.Invited))
	require.Equal(t, users.ActionArchive, of(seats.Policy{Withheld: users.In(users.ActionDeactivate)}, users.Active))
	require.Equal(t, users.ActionDelete, of(seats.Policy{Withheld: users.In(users.ActionDeactivate, users.ActionArchive)}, users.Active))
}

func TestPlan_DecideUnseen(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada", "eve")
	plan := s.plan(owner, seats.Deactivate{User: "ada"}, seats.Deactivate{User: "olive"}, seats.Deactivate{User: "eve"})
	decide := func(seen ...time.Time) error {
		d, err := plan.DecideUnseen(s.rows, s.request(owner, plan.Commands()...), seen)
		require.Equal(t, err == nil, len(d.Change.Events) == 2)
		return err
	}
	require.NoError(t, decide(start, start, start))
	plan.UnseenSince = start
	early := start.Add(-time.Microsecond)
	require.NoError(t, decide(early, start, early), "the owner stays in any case")
	require.NoError(t, decide())
	err := decide(early, early, start)
	require.ErrorIs(t, err, seats.ErrPlanOutdated)
	refusal := err.(*seats.Refusal)
	require.Len(t, refusal.Differences, 1)
	require.Equal(t, []any{2, users.ID("eve"), seats.ErrChangedMeanwhile}, []any{refusal.Differences[0].Index, refusal.User, refusal.Differences[0].Now.Refusal.Code})
}

// TestDeactivate_unseen: the way of leaving is no hand.
func TestDeactivate_unseen(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	r := s.request(system, seats.Deactivate{User: "ada", Reason: "last seen 2026-01-01"})
	r.Channel = seats.ByUnseen
	d, err := seats.Decide(s.rows, r)
	require.NoError(t, err)
	require.Equal(t, users.LeftByDate, d.Change.Updated[0].LeftBy)
	require.Equal(t, []any{seats.ByUnseen, "last seen 2026-01-01"}, []any{d.Change.Events[0].Channel, d.Change.Events[0].Reason})
}

func TestPolicy_FreesUnseen(t *testing.T) {
	rule := seats.UnseenRule{Days: 90, Grace: 30}
	kept := seats.Unseen{Groups: []string{"board"}}
	_, ok := seats.Standard().FreesUnseen(kept)
	require.False(t, ok)
	q, ok := seats.Policy{Unseen: rule}.FreesUnseen(kept)
	require.True(t, ok)
	require.Equal(t, seats.Unseen{UnseenRule: rule, Groups: kept.Groups}, q)
	require.False(t, seats.Standard().HoldsBackUnseen(1000))
	bounded := seats.Policy{MostLeavers: 2}
	require.Equal(t, [2]bool{false, true}, [2]bool{bounded.HoldsBackUnseen(2), bounded.HoldsBackUnseen(3)})
}
