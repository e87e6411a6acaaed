package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// importedUser returns an active user with a year elsewhere, changed as one
// likes.
func importedUser(id users.ID, change func(*users.User)) users.User {
	since := start.AddDate(-1, 0, 0)
	u := users.User{Profile: profile(id), Status: users.Active, Created: since, StatusSince: since, FirstSignIn: since}
	if change != nil {
		change(&u)
	}
	return u
}

// licensed is an active importedUser with licences of that pool: one that is unstarted, and
// some that are used up.
func licensed(id users.ID, pool string, used int) seats.Import {
	i := seats.Import{User: importedUser(id, nil)}
	at := i.User.Created
	for range used {
		i.Licences = append(i.Licences, users.Licence{Pool: pool, Assigned: at, Started: at, Archived: at})
	}
	i.Licences = append(i.Licences, users.Licence{Pool: pool, Assigned: at})
	return i
}

func TestImport(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.now = start.Add(time.Hour)
	given := importedUser("ada", func(u *users.User) {
		u.Role, u.Status, u.LeftAs, u.StatusSince = users.Admin, users.Inactive, users.Active, start
		u.Source = users.Source{Kind: users.SourceSync, Name: "hr"}
		u.LastNotified, u.NotificationCount = start, 3
	})
	out := s.do(system, seats.Import{User: given})
	require.Equal(t, given, s.user("ada"))
	after := users.Segment{Status: users.Inactive, Role: users.Admin, Synced: true}
	require.Equal(t, seats.Outcome{Action: users.ActionImport, User: "ada", After: after}, out[0])
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventImported, users.ID("ada"), users.Segment{}, after, s.now, int64(0)}, []any{e.Kind, e.User, e.Before, e.After, e.Time, e.Count})
	s.do(owner, seats.Reactivate{User: "ada"})
	require.Equal(t, users.Active, s.user("ada").Status, "as before")

	s.do(support, seats.Import{User: importedUser("olga", func(u *users.User) { u.Role = users.Owner })})
	require.EqualValues(t, 1, s.lastEvent().Delta)
	s.do(users.As("olga"), seats.EndOwnership{User: "owner"})

	s.do(system, seats.Import{User: importedUser("gone", func(u *users.User) { u.Status = users.Deleted })})
	require.Empty(t, s.user("gone").Email)
	require.EqualValues(t, 0, s.lastEvent().Delta)
	s.refused(seats.ErrDuplicate, system, seats.Invite{Profile: profile("gone")})
	s.do(system, seats.Invite{Profile: users.Profile{ID: "new", Email: "gone@acme.example"}})
}

func TestImport_known(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.Import{User: importedUser("ada", nil)})
	s.do(owner, seats.Deactivate{User: "ada"})
	out := s.same(system, seats.Import{User: importedUser("ada", nil)})
	require.Equal(t, users.ID("ada"), out.User)
	require.Equal(t, users.Inactive, out.After.Status)
	s.same(system, seats.Import{User: users.User{Profile: users.Profile{ID: "ada"}, Due: start}})
	s.same(system, seats.Import{User: importedUser("owner", nil)})
	s.do(owner, seats.Delete{User: "ada"})
	s.same(system, seats.Import{User: importedUser("ada", nil)})

	s.do(system, seats.Add{Profile: users.Profile{ID: "eve", Email: "eve@acme.example", Username: "eve"}})
	s.do(system, seats.Add{Profile: users.Profile{ID: "bob", ExternalID: "7"}})
	refusal := s.refused(seats.ErrDuplicate, system, seats.Import{User: importedUser("new", func(u *users.User) { u.ExternalID, u.Username = "7", "EVE" })})
	require.Equal(t, []users.ID{"bob", "eve"}, refusal.Others)
	require.Empty(t, refusal.Remedies)
	two := []seats.Command{seats.Import{User: importedUser("one", nil)}, seats.Import{User: importedUser("two", func(u *users.User) { u.Email = "ONE@acme.example" })}}
	outcomes := seats.DecideEach(s.rows, s.request(system, two...)).Outcomes
	require.Nil(t, outcomes[0].Refusal)
	require.ErrorIs(t, outcomes[1].Refusal, seats.ErrDuplicate)
	require.Equal(t, users.ID("two"), outcomes[1].User)
	require.Equal(t, users.ID("one"), outcomes[1].Refusal.User)
}

func TestImport_refused(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	refused := func(field string, change func(*users.User)) *seats.Refusal {
		t.Helper()
		refusal := s.refused(seats.ErrBadInput, system, seats.Import{User: importedUser("ada", change)})
		require.Equal(t, field, refusal.Field)
		require.Equal(t, users.ActionImport, refusal.Action)
		return refusal
	}
	require.ErrorIs(t, refused("id", func(u *users.User) { u.ID = "" }), users.ErrEmpty)
	require.Equal(t, users.ID("ada"), refused("status-since", func(u *users.User) { u.StatusSince = time.Time{} }).User)
	refused("status-since", func(u *users.User) { u.StatusSince = s.now.Add(time.Microsecond) })
	for _, actor := range []users.Actor{owner, hr} {
		s.refused(seats.ErrForbidden, actor, seats.Import{User: importedUser("ada", nil)})
	}
	refusal := s.refused(seats.ErrBadInput, system, licensed("ada", "go", 0))
	require.Equal(t, "pool", refusal.Field)
	require.Equal(t, seats.PoolID("go"), refusal.Pool)
	require.EqualError(t, refusal, "seats: not valid: pool does not exist")
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(0)}, licensed("ada", "go", 0))
}

func TestImport_seat(t *testing.T) {
	s := open(t, seats.Of(1), seats.Standard())
	s.do(system, seats.Import{User: importedUser("left", func(u *users.User) { u.Status, u.LeftAs = users.Inactive, users.Active })})
	require.False(t, s.pool().OverLimit, "which takes none")
	s.do(system, seats.Import{User: importedUser("ada", nil)}, seats.Import{User: importedUser("bob", nil)})
	require.EqualValues(t, 2, s.pool().Excess())
	require.True(t, s.pool().OverLimit)
	s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("eve")})
	s.refused(seats.ErrNoSeats, owner, seats.Reactivate{User: "left"})
	s.do(owner, seats.Notify{User: "ada"}, seats.Deactivate{User: "ada"})
	s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("eve")})
	s.do(owner, seats.Deactivate{User: "bob"})
	require.False(t, s.pool().OverLimit)
	s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("eve")})
	s.do(system, seats.SetPolicy{Policy: seats.Policy{WhenFull: seats.CreateInactive}})
	s.do(system, seats.Import{User: importedUser("cy", nil)})
	require.Equal(t, users.Active, s.user("cy").Status, "every user keeps their status")
	require.True(t, s.pool().OverLimit)
}

func TestImport_invitation(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	invited := func(id users.ID, expires time.Time) seats.Import {
		return seats.Import{User: importedUser(id, func(u *users.User) {
			u.Status, u.FirstSignIn, u.LastNotified, u.NotificationCount, u.Expires, u.Due = users.Invited, time.Time{}, u.Created, 1, expires, start.AddDate(9, 0, 0)
		}), Licences: []users.Licence{{Pool: "go", Assigned: s.now.AddDate(-1, 0, 0)}}}
	}
	end := s.now.Add(time.Minute)
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(9)}, invited("ada", end), invited("bob", s.now), invited("eve", time.Time{}))
	require.Equal(t, end, s.user("ada").Due)
	require.Equal(t, end, s.rows.Account.NextDue)
	require.Zero(t, s.user("bob").Due, "it has run out before, and frees nothing")
	require.Zero(t, s.user("eve").Due)
	s.refused(seats.ErrInvitationExpired, system, seats.Accept{User: "bob"})
	s.now = end
	require.Len(t, s.settle(), 1)
	require.Equal(t, users.Inactive, s.user("ada").Status)
	require.Len(t, s.licences("ada", users.LicenceAssigned), 1, "inactive users keep them")
}

func TestImport_licences(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	pool := func(id seats.PoolID) seats.Pool { return s.ledger.Pools[id] }
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(2)}, seats.SetTotal{Pool: "sql", Total: seats.Unlimited()})
	s.do(system, licensed("ada", "go", 1))
	require.Equal(t, seats.Pool{ID: "go", Total: seats.Of(2), Held: 1, Spent: 1}, pool("go"))
	n := len(s.events)
	s.do(system, licensed("bob", "go", 2))
	require.Equal(t, seats.Pool{ID: "go", Total: seats.Of(2), Held: 2, Spent: 3, OverLimit: true}, pool("go"))
	require.Zero(t, s.pool().Excess(), "one pool is none of the other's business")
	var deltas []int64
	for i, e := range s.events[n:] {
		deltas = append(deltas, e.Delta)
		require.Equal(t, []any{seats.EventImported, users.ID("bob"), users.Active}, []any{e.Kind, e.User, e.After.Status})
		require.Equal(t, i > 0, e.Before == e.After)
		require.Equal(t, i > 0, e.Pool == "go")
	}
	require.Equal(t, []int64{1, 0, 0, 1}, deltas)

	since := start.AddDate(-1, 0, 0)
	s.do(system, seats.Import{
		User:     importedUser("gone", func(u *users.User) { u.Status = users.Deleted }),
		Licences: []users.Licence{{Pool: "sql", Assigned: since, Started: since}, {Pool: "sql", Assigned: since, Returned: since}},
	})
	require.Equal(t, seats.Pool{ID: "sql", Total: seats.Unlimited(), Spent: 1}, pool("sql"), "it is used up for good")
	require.Len(t, s.licences("gone", users.LicenceStarted), 1)
	require.Len(t, s.licences("gone", users.LicenceReturned), 1)
}

func TestDecide_licences_freed(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	held := func() []int64 { p := s.ledger.Pools["go"]; return []int64{p.Held, p.Spent} }
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(2)})
	for _, id := range []users.ID{"ada", "bob", "eve"} {
		s.do(system, licensed(id, "go", 1))
	}
	s.do(owner, seats.Deactivate{User: "ada"}, seats.Deactivate{User: "eve"})
	require.Equal(t, []int64{3, 3}, held())
	require.Len(t, s.licences("ada", users.LicenceAssigned), 1)
	s.do(owner, seats.Archive{User: "ada", Reason: "left"})
	require.Equal(t, []int64{2, 3}, held())
	require.Empty(t, s.licences("ada", users.LicenceAssigned))
	require.Equal(t, []users.Licence{{User: "ada", Pool: "go", Number: 2, Assigned: start.AddDate(-1, 0, 0), Returned: s.now}}, s.licences("ada", users.LicenceReturned))
	require.Len(t, s.licences("ada", users.LicenceArchived), 1)
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventArchived, seats.PoolID("go"), int64(-1), "left", users.Archived}, []any{e.Kind, e.Pool, e.Delta, e.Reason, e.Before.Status})
	s.do(owner, seats.Restore{User: "ada"})
	require.Equal(t, []int64{2, 3}, held(), "the status alone comes back")
	s.do(owner, seats.Delete{User: "bob"})
	require.Equal(t, []int64{1, 3}, held())
	s.do(system, seats.Erase{User: "eve"})
	require.Equal(t, []int64{0, 3}, held())
	require.True(t, s.ledger.Pools["go"].OverLimit)

	one := seats.DecideEach(s.rows, s.request(system, licensed("fay", "go", 0), seats.Delete{User: "fay"}))
	require.Len(t, one.Change.Events, 4)
	require.Empty(t, one.Change.Pools, "and all is as it was")
}

// TestRequest_Widen_admins where the request is about all owners there are.
func TestRequest_Widen_admins(t *testing.T) {
	olive, oscar := users.User{Profile: profile("olive"), Status: users.Active, Role: users.Owner}, users.User{Profile: profile("oscar"), Status: users.Active, Role: users.Owner}
	for _, c := range []struct {
		owners   []users.User
		commands []seats.Command
		want     bool
	}{
		{[]users.User{olive}, []seats.Command{seats.Deactivate{User: "olive"}}, true},
		{[]users.User{olive, oscar}, []seats.Command{seats.Deactivate{User: "olive"}}, false},
		{[]users.User{olive, oscar}, []seats.Command{seats.Archive{User: "olive"}, seats.ChangeRole{User: "oscar", Role: users.Manager}}, true},
		{[]users.User{olive, oscar}, []seats.Command{seats.Archive{User: "olive"}, seats.Delete{User: "olive"}}, false},
		{[]users.User{olive}, []seats.Command{seats.Notify{User: "olive"}, seats.Deactivate{User: "ada"}}, false},
	} {
		s := seats.Snapshot{Users: c.owners}
		for _, u := range c.owners {
			s.Account.Tally.Add(u.Segment(), 1)
		}
		r := seats.Request{Actor: system, Commands: c.commands}
		need := r.Needs("acme")
		require.Equal(t, c.want, r.Widen(&need, s), "%v", c.commands)
		require.Equal(t, c.want, need.Admins, "%v", c.commands)
		require.False(t, r.Widen(&need, s), "once is enough")
	}
}

// TestRequest_Widen_pools though no command names them.
func TestRequest_Widen_pools(t *testing.T) {
	var rows seats.Snapshot
	for _, i := range []seats.Import{licensed("ada", "go", 1), licensed("bob", "go", 0), licensed("bob", "sql", 0), {User: importedUser("eve", nil)}} {
		rows.Users = append(rows.Users, i.User)
		for _, l := range i.Licences {
			l.User = i.User.ID
			rows.Licences = append(rows.Licences, l)
		}
	}
	for _, c := range []struct {
		commands []seats.Command
		pools    []seats.PoolID
	}{
		{[]seats.Command{seats.Delete{User: "ada"}, seats.Archive{User: "eve"}, nil}, []seats.PoolID{"go"}},
		{[]seats.Command{seats.Erase{User: "bob"}, seats.Archive{User: "ada"}}, []seats.PoolID{"go", "sql"}},
		{[]seats.Command{seats.Deactivate{User: "ada"}, seats.Notify{User: "bob"}, seats.Delete{User: "stranger"}}, nil},
	} {
		r := seats.Request{Actor: system, Commands: c.commands}
		need := r.Needs("acme")
		require.Equal(t, c.pools != nil, r.Widen(&need, rows))
		require.ElementsMatch(t, c.pools, need.Pools)
		require.False(t, r.Widen(&need, rows), "once is enough")
	}
	need := seats.Needs("acme", system, licensed("ada", "go", 3))
	require.Equal(t, []seats.PoolID{"go"}, need.Pools)
	require.Equal(t, []users.ID{"ada"}, need.Users)
	require.Equal(t, []users.Key{users.ByEmail("ada@acme.example")}, need.Keys)
	require.Empty(t, seats.Needs("acme", system, licensed("ada", "go", users.MaxLicences)).Pools, "it is refused")
}

// TestRequest_Widen_licences of a user whose deactivation is not offered: the remedy is a deletion,
// which returns them.
func TestRequest_Widen_licences(t *testing.T) {
	withheld := seats.Policy{Withheld: users.In(users.ActionDeactivate)}
	for name, c := range map[string]struct {
		actor  users.Actor
		policy seats.Policy
		want   []users.ID
		pools  []seats.PoolID
	}{
		"withheld":  {owner, withheld, []users.ID{"ada"}, []seats.PoolID{"go"}},
		"offered":   {owner, seats.Policy{}, nil, nil},
		"by system": {system, withheld, nil, nil},
	} {
		i := licensed("ada", "go", 0)
		i.Licences[0].User = "ada"
		rows := seats.Snapshot{Account: seats.Account{Policy: c.policy}, Users: []users.User{i.User}}
		r := seats.Request{Actor: c.actor, Commands: []seats.Command{seats.Deactivate{User: "ada"}}}
		need := r.Needs("acme")
		require.Equal(t, c.want != nil, r.Widen(&need, rows), name)
		require.Equal(t, c.want, need.Licences, name)
		rows.Licences = i.Licences
		require.Equal(t, c.pools != nil, r.Widen(&need, rows) && c.want != nil, name)
		require.Equal(t, c.pools, need.Pools, name)
		require.False(t, r.Widen(&need, rows), name)
	}
}

func TestImport_key(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(9)})
	commands := []seats.Command{licensed("ada", "go", 1), seats.Import{User: importedUser("owner", nil)}}
	first, err := seats.Decide(s.once("k", seats.ByCall, 0, system, commands...))
	require.NoError(t, err)
	require.Len(t, first.Change.Events, 4, "the person, two licences, and one who is here")
	s.write(first.Change)
	again, err := seats.Decide(s.once("k", seats.ByCall, 0, system, commands...))
	require.NoError(t, err)
	require.Equal(t, first.Outcomes, again.Outcomes)
	require.Equal(t, first.Change.Events, again.Repeated)
}

func TestImport_spent(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(9)}, licensed("ada", "go", 1))
	e := s.lastEvent()
	e.Sequence, e.Delta, e.Spent = e.Sequence+1, 0, 0
	require.ErrorContains(t, s.ledger.Record(e), "the seats spent")
}

func TestPreview_import(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	plan, err := seats.Preview(s.rows, s.request(system,
		seats.Import{User: importedUser("ada", func(u *users.User) { u.Status, u.LeftAs = users.Inactive, users.Active })},
		seats.Import{User: importedUser("owner", nil)}, seats.Import{}))
	require.NoError(t, err)
	require.Equal(t, "3 users: 2 fit, 1 does not; 1 is already here as owner@acme.example", plan.String())
}
