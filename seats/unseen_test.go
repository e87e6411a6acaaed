package seats_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestUnseen_For(t *testing.T) {
	for _, r := range []seats.UnseenRule{{}, {Days: -1}, {Days: seats.MaxUnseenDays + 1}, {Days: 1, Grace: -1}, {Days: 1, Grace: seats.MaxUnseenDays + 1}, {Days: 1, Exempt: 1 << 7}} {
		_, err := seats.Unseen{UnseenRule: r}.For(seats.Standard())
		require.ErrorIs(t, err, seats.ErrBadInput, "%+v", r)
		if r.Days != 0 {
			require.Equal(t, seats.ErrUnseenBounds, seats.Policy{Unseen: r}.Check(), "%+v", r)
		}
	}
	for _, c := range []struct {
		field string
		q     seats.Unseen
	}{
		{"exempt-users", seats.Unseen{ExemptUsers: []users.ID{"ada", ""}}},
		{"exempt-users", seats.Unseen{ExemptUsers: []users.ID{"\xff"}}},
		{"exempt-groups", seats.Unseen{ExemptGroups: []string{"a", " \u200b"}}},
		{"exempt-groups", seats.Unseen{ExemptGroups: []string{"a\x00"}}},
		{"exempt-groups", seats.Unseen{ExemptGroups: []string{strings.Repeat("a", users.MaxText+1)}}},
	} {
		c.q.Days = 1
		_, err := c.q.For(seats.Standard())
		require.ErrorIs(t, err, seats.ErrBadInput, "%+v", c.q)
		require.Equal(t, c.field, err.(*seats.Refusal).Field)
	}
	typed := seats.Unseen{UnseenRule: seats.UnseenRule{Days: 1}, ExemptGroups: []string{" On\u00a0leave\u200b", "b"}}
	q, err := typed.For(seats.Standard())
	require.NoError(t, err)
	stored, err := users.Profile{Username: "ada", Groups: typed.ExemptGroups}.Clean()
	require.NoError(t, err)
	require.ElementsMatch(t, stored.Groups, q.ExemptGroups, "the stored form")
	require.Equal(t, " On\u00a0leave\u200b", typed.ExemptGroups[0], "the caller's list stays")
	most := seats.UnseenRule{Days: seats.MaxUnseenDays, Grace: seats.MaxUnseenDays}
	for _, q := range []seats.Unseen{{UnseenRule: most, After: "ada"}, {After: "ada", Most: -1}, {After: "ada", Most: seats.MaxCommands + 1}} {
		q, err := q.For(seats.Policy{Unseen: most})
		require.NoError(t, err)
		require.Equal(t, seats.Unseen{UnseenRule: most, After: "ada", Most: seats.MaxCommands}, q)
	}
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
		"signed in once":      {reason: "last seen 2026-03-02"},
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
		"notified anew": {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.LastNotified = day(180) }, time.Time{}, "last seen 2026-03-02"},
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
		"a user who is asked out":   {func(u *users.User, q *seats.Unseen, _ *seats.Policy) { q.ExemptUsers = []users.ID{"eve", "ada"} }, time.Time{}, ""},
		"a group that is asked out": {func(u *users.User, q *seats.Unseen, _ *seats.Policy) { q.ExemptGroups = []string{"x", "b"} }, time.Time{}, ""},
		"another user, group and role": {func(u *users.User, q *seats.Unseen, _ *seats.Policy) {
			q.ExemptUsers, q.ExemptGroups, q.Exempt = []users.ID{"eve"}, []string{"x"}, users.In(users.Admin)
		}, time.Time{}, "last seen 2026-03-02"},
		"a group of other case":   {func(u *users.User, q *seats.Unseen, _ *seats.Policy) { q.ExemptGroups = []string{"A"} }, time.Time{}, "last seen 2026-03-02"},
		"signed in after a sight": {func(u *users.User, _ *seats.Unseen, _ *seats.Policy) { u.FirstSignIn = day(100) }, day(3), "last seen 2026-06-09"},
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

// TestPlan_Decide_unseen: a user who would not be in the plan by now is a difference.
func TestPlan_Decide_unseen(t *testing.T) {
	day := func(n int) time.Time { return start.AddDate(0, 0, n) }
	asked := seats.Unseen{UnseenRule: seats.UnseenRule{Days: 90, Grace: 30}, ExemptGroups: []string{"leave"}, Among: users.Filter{Departments: []string{""}}}
	for name, c := range map[string]struct {
		seen      time.Time
		meanwhile []seats.Command
		days      int // after the plan
		left      bool
	}{
		"as before":                     {left: true},
		"much later":                    {days: 300, left: true},
		"seen before":                   {seen: day(9), left: true},
		"seen at the bound":             {seen: day(10)},
		"seen after the plan, long ago": {seen: day(101), days: 300},
		"invited anew":                  {meanwhile: []seats.Command{seats.Notify{User: "ada"}}},
		"taken back":                    {meanwhile: []seats.Command{seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"}}},
		"in a group":                    {meanwhile: []seats.Command{seats.Edit{User: "ada", Set: users.Patch{AddGroups: &[]string{"leave"}}}}},
		"in a group of other case":      {meanwhile: []seats.Command{seats.Edit{User: "ada", Set: users.Patch{AddGroups: &[]string{"Leave"}}}}, left: true},
		"in another department":         {meanwhile: []seats.Command{seats.Edit{User: "ada", Set: users.Patch{Department: new("care")}}}},
		"in an exempt role":             {meanwhile: []seats.Command{seats.SetPolicy{Policy: seats.Policy{Activation: seats.FirstSignIn, Unseen: seats.UnseenRule{Days: 1, Exempt: users.In(users.Member)}}}}},
	} {
		policy := seats.Standard()
		policy.Activation = seats.FirstSignIn
		s := open(t, seats.Of(9), policy)
		s.do(system, seats.Add{Profile: profile("eve"), Role: users.Admin}, seats.Invite{Profile: profile("ada")})
		s.now = day(100)
		plan := s.plan(owner, seats.Deactivate{User: "eve"}, seats.Deactivate{User: "olive"}, seats.Deactivate{User: "ada"})
		plan.Unseen = &asked
		for _, command := range c.meanwhile {
			s.do(system, command)
		}
		s.now = day(100 + c.days)
		d, err := plan.Decide(s.rows, s.request(owner, plan.Commands()...), time.Time{}, time.Time{}, c.seen)
		if c.left {
			require.NoError(t, err, name)
			require.Len(t, d.Change.Events, 2, name)
			continue
		}
		require.ErrorIs(t, err, seats.ErrPlanOutdated, name)
		differences := err.(*seats.Refusal).Differences
		require.Len(t, differences, 1, name)
		require.Equal(t, []any{2, users.ID("ada"), seats.ErrChangedMeanwhile}, []any{differences[0].Index, differences[0].Now.User, differences[0].Now.Refusal.Code}, name)
		_, err = plan.Decide(s.rows, s.request(owner, plan.Commands()...))
		require.ErrorIs(t, err, seats.ErrBadInput, "the last sights are missing")
	}
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

// TestUnseen_Decide frees those who may lose their seats by now.
func TestUnseen_Decide(t *testing.T) {
	policy := seats.Standard()
	policy.Unseen.Days, policy.Activation = 90, seats.FirstSignIn
	s := open(t, seats.Of(9), policy)
	s.invite("ada", "bob", "cy", "dee")
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(9)}, seats.AssignCourse{User: "bob", Pool: "go"})
	s.now = start.AddDate(0, 0, 100)
	q, err := seats.Unseen{}.For(policy)
	require.NoError(t, err)
	var commands []seats.Command
	for _, id := range []users.ID{"ada", "bob", "cy", "dee", "olive"} {
		commands = append(commands, seats.Deactivate{User: id, Reason: "last seen 2026-03-01"})
	}
	decide := func(seen []time.Time, earlier ...seats.Event) (freed []users.ID, held int) {
		r := s.request(system, commands...)
		r.Channel = seats.ByUnseen
		d, held, err := q.Decide(s.rows, r, seen, earlier)
		require.NoError(t, err)
		require.Len(t, d.Change.Events, len(d.Outcomes))
		for _, e := range d.Change.Events {
			freed = append(freed, e.User)
		}
		return freed, held
	}
	none := make([]time.Time, 5)
	freed, held := decide(none)
	require.Equal(t, []users.ID{"ada", "bob", "cy", "dee"}, freed)
	require.Zero(t, held)
	s.do(system, seats.Deactivate{User: "cy"}, seats.Reactivate{User: "cy"})
	freed, _ = decide([]time.Time{s.now, {}, {}, start.AddDate(0, 0, 5), {}})
	require.Equal(t, []users.ID{"bob"}, freed, "ada was seen, cy is back, and of dee the reason is another one")

	bound := func(most int64) {
		s.do(system, seats.SetPolicy{Policy: seats.Policy{Unseen: q.UnseenRule, MostLeavers: most}})
	}
	bound(3)
	freed, held = decide(none)
	require.Len(t, freed, 3)
	require.Zero(t, held)
	e := seats.Event{Channel: seats.ByUnseen, Delta: -1, Time: s.now}
	for what, change := range map[string]func(*seats.Event){
		"by hand": func(e *seats.Event) { e.Channel = seats.ByCall }, "of a course": func(e *seats.Event) { e.Pool = "go" },
		"without a seat": func(e *seats.Event) { e.Delta = 0 }, "yesterday": func(e *seats.Event) { e.Time = e.Time.AddDate(0, 0, -1) },
	} {
		other := e
		change(&other)
		freed, _ = decide(none, other)
		require.Len(t, freed, 3, what)
	}
	freed, held = decide(none, e)
	require.Empty(t, freed, "the fourth of the day")
	require.Equal(t, 3, held)
	bound(2)
	_, held = decide(none)
	require.Equal(t, 3, held)

	// The day is one of the account's time zone.
	bound(3)
	e.Time = time.Date(2026, 6, 8, 23, 0, 0, 0, time.UTC)
	s.now = e.Time.Add(2 * time.Hour)
	freed, _ = decide(none, e)
	require.Len(t, freed, 3)
	s.do(system, seats.EditAccount{Zone: new("Europe/Paris")})
	_, held = decide(none, e)
	require.Equal(t, 3, held)
	r := s.request(system, commands...)
	r.Zones = nil
	_, _, err = q.Decide(s.rows, r, none, nil)
	require.ErrorIs(t, err, seats.ErrBadInput)
}

// TestUnseen_Back gives seats back to those who were seen in the days asked for, by the way opposite to the one taken.
func TestUnseen_Back(t *testing.T) {
	q, since := seats.Unseen{UnseenRule: seats.UnseenRule{Days: 90}}, start.AddDate(0, 0, -90)
	of := func(action users.Action) seats.Outcome { return seats.Outcome{Action: action, User: "ada"} }
	refused, unchanged := of(users.ActionDeactivate), of(users.ActionDeactivate)
	refused.Refusal, unchanged.Unchanged = &seats.Refusal{Code: seats.ErrOwnerProtected}, true
	for name, c := range map[string]struct {
		outcome seats.Outcome
		seen    time.Time
		want    []seats.Command
	}{
		"deactivated": {of(users.ActionDeactivate), since, []seats.Command{seats.Reactivate{User: "ada"}}},
		"archived":    {of(users.ActionArchive), start, []seats.Command{seats.Restore{User: "ada"}}},
		"deleted":     {of(users.ActionDelete), start, nil},
		"refused":     {refused, start, nil},
		"unchanged":   {unchanged, start, nil},
		"seen before": {of(users.ActionDeactivate), since.Add(-time.Microsecond), nil},
	} {
		require.Equal(t, c.want, q.Back([]seats.Outcome{c.outcome}, []time.Time{c.seen}, start), name)
	}
}
