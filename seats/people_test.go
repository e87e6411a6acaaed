package seats_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestInvite_last_seat(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	o := s.do(owner, seats.Invite{Profile: profile("ada")})[0]
	require.Equal(t, seats.Outcome{
		Action: users.ActionInvite, User: "ada", After: users.Segment{Status: users.Invited}, SeatsDelta: 1,
	}, o)
	refusal := s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("bob")})
	require.EqualError(t, refusal, "seats: no free seat: 2 of 2 are held")
	require.Equal(t, users.ID("bob"), refusal.User)
	require.Equal(t, users.ActionInvite, refusal.Action)
	require.EqualValues(t, 1, refusal.Asked)
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat", refusal.Remedies.String())
	require.EqualError(t, s.refused(seats.ErrNoSeats, system, seats.Add{Profile: profile("bob")}), refusal.Error())
}

func TestDecide_atomic_and_ordered(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.invite("ada")
	refusal := s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("bob")}, seats.Deactivate{User: "ada"})
	require.Equal(t, 0, refusal.Index)
	refusal = s.refused(seats.ErrUnknownUser, owner, seats.Deactivate{User: "ada"}, seats.Deactivate{User: "stranger"})
	require.Equal(t, 1, refusal.Index)
	outcomes := s.do(owner, seats.Deactivate{User: "ada"}, seats.Invite{Profile: profile("bob")})
	require.EqualValues(t, []int64{-1, 1}, []int64{outcomes[0].SeatsDelta, outcomes[1].SeatsDelta})
	require.EqualValues(t, 3, s.rows.Account.Revision, "one call raises the revision by one")

	many := slices.Repeat([]seats.Command{seats.Notify{User: "owner"}}, seats.MaxCommands+1)
	require.Equal(t, "commands", s.refused(seats.ErrBadInput, owner, many...).Field)
	_, err := s.try(owner, many[1:]...)
	require.NoError(t, err)
	s.do(owner)
}

// forged passes for a command by embedding one, and claims to be another.
type forged struct{ seats.Command }

func (forged) Action() users.Action { return users.ActionEdit }

func TestDecide_not_a_command(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	for _, c := range []seats.Command{
		nil, (*seats.Invite)(nil), &seats.Invite{Profile: profile("ada")}, forged{seats.Delete{User: "owner"}}, forged{},
	} {
		require.Equal(t, "command", s.refused(seats.ErrBadInput, owner, c).Field)
		require.ErrorIs(t, seats.DecideEach(s.rows, s.request(owner, c)).Outcomes[0].Refusal, seats.ErrBadInput)
		require.Equal(t, []users.ID{"owner"}, seats.Needs("acme", owner, c).Users)
		require.Equal(t, users.In(users.ActionClose), seats.Actions([]seats.Command{c, seats.Close{}}))
	}
}

func TestDecideEach(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	d := seats.DecideEach(s.rows, s.request(owner,
		seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("ada")},
		seats.Delete{User: "ada"}, seats.Invite{Profile: profile("bob")}, nil,
	))
	s.write(d.Change)
	require.Nil(t, d.Outcomes[0].Refusal)
	require.ErrorIs(t, d.Outcomes[1].Refusal, seats.ErrNoSeats)
	require.Equal(t, 1, d.Outcomes[1].Refusal.Index)
	require.Equal(t, users.ID("bob"), d.Outcomes[1].Refusal.User)
	require.True(t, d.Outcomes[2].Unchanged)
	require.Nil(t, d.Outcomes[4].Refusal)
	require.ErrorIs(t, d.Outcomes[5].Refusal, seats.ErrBadInput)
	require.Equal(t, users.Invited, s.user("bob").Status)

	s.do(owner, seats.Deactivate{User: "bob"})
	s.invite("cy")
	full := seats.DecideEach(s.rows, s.request(owner, seats.Reactivate{User: "bob"})).Outcomes[0]
	require.Equal(t, seats.Outcome{Action: users.ActionReactivate, User: "bob", Refusal: full.Refusal}, full)
	require.ErrorIs(t, full.Refusal, seats.ErrNoSeats)
}

func TestInvite_known(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	ada := users.Profile{ID: "ada", Email: "Ada@Acme.example", Username: "al", ExternalID: "7"}
	s.do(owner, seats.Invite{Profile: ada, Role: users.Manager})
	s.invite("bob")
	s.do(owner, seats.Edit{User: "bob", Set: users.Patch{Username: new("bo")}})

	again := func(p users.Profile) seats.Command { p.ID = "new"; return seats.Invite{Profile: p, Role: users.Admin} }
	for _, p := range []users.Profile{
		{Email: "ada@acme.EXAMPLE"}, {Username: "AL"}, {ExternalID: "7", Email: "other@acme.example"}, {Email: "ada@acme.example", Username: "Al"}, {Email: "ada@acme.example", FirstName: "Jane", LastName: "Doe"},
	} {
		o := s.same(owner, again(p))
		require.Equal(t, users.ID("ada"), o.User)
		require.Equal(t, users.Manager, o.After.Role, "the role asked for is not applied")
	}
	for _, c := range []struct {
		p      users.Profile
		others []users.ID
	}{
		{users.Profile{Email: "ada@acme.example", ExternalID: "8"}, []users.ID{"ada"}},
		{users.Profile{ExternalID: "7", Email: "bob@acme.example"}, []users.ID{"ada", "bob"}},
		{users.Profile{ExternalID: "7", Email: "bob@acme.example", Username: "bo"}, []users.ID{"ada", "bob"}},
		{users.Profile{Email: "jane@acme.example", Username: "al"}, []users.ID{"ada"}},
		{users.Profile{Email: "ada@acme.example", Username: "other"}, []users.ID{"ada"}},
	} {
		refusal := s.refused(seats.ErrDuplicate, owner, again(c.p))
		require.Equal(t, c.others, refusal.Others)
		require.Empty(t, refusal.Remedies)
	}
	require.Equal(t, []users.ID{"ada"}, s.refused(seats.ErrDuplicate, owner,
		seats.Invite{Profile: users.Profile{ID: "ada", Email: "else@acme.example"}}).Others, "an ID is never given twice")
	s.same(system, seats.Add{Profile: ada})
}

func TestInvite_inactive(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	comeBack := seats.Invite{Profile: users.Profile{ID: "new", Email: "ada@acme.example"}}
	s.do(owner, seats.Deactivate{User: "ada"})
	require.Equal(t, seats.Remedies{{Steps: []seats.Step{{Action: users.ActionReactivate, Count: 1, User: "ada"}}}},
		s.refused(seats.ErrDuplicate, owner, comeBack).Remedies)
	s.do(owner, seats.Archive{User: "ada"})
	require.Equal(t, "restore the user, then reactivate the user", s.refused(seats.ErrDuplicate, owner, comeBack).Remedies.String())
	require.Empty(t, s.refused(seats.ErrDuplicate, hr, seats.Invite{Profile: users.Profile{ID: "new", Email: "ada@acme.example"}}).Remedies,
		"a sync may not restore")
	s.do(owner, seats.Delete{User: "ada"})
	require.Equal(t, users.ID("new"), s.do(owner, comeBack)[0].User, "after a deletion a new person with a new ID")
	require.ErrorIs(t, s.refused(seats.ErrDuplicate, owner, seats.Invite{Profile: profile("ada")}), seats.ErrDuplicate, "the ID stays taken")
}

func TestInvite_bad_input(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	for field, c := range map[string]seats.Command{
		"email":    seats.Invite{Profile: users.Profile{ID: "x", Email: "nonsense"}},
		"id":       seats.Invite{Profile: users.Profile{Email: "x@acme.example"}},
		"role":     seats.Invite{Profile: profile("x"), Role: users.Owner},
		"source":   seats.Invite{Profile: users.Profile{ID: "x", Email: "x@acme.example", Source: users.Source{Kind: users.SourceSync, Name: "hr"}}},
		"username": seats.Invite{Profile: users.Profile{ID: "x", Username: strings.Repeat("x", 300)}},
	} {
		refusal := s.refused(seats.ErrBadInput, owner, c)
		require.Equal(t, field, refusal.Field)
		require.ErrorIs(t, refusal, refusal.Reason)
		require.NotContains(t, refusal.Error(), "nonsense")
	}
	s.refused(seats.ErrBadInput, owner, seats.Invite{Profile: profile("x"), Role: 99})

	for field, spoil := range map[string]func(*seats.Request){
		"key":         func(r *seats.Request) { r.Key = strings.Repeat("x", 256) },
		"correlation": func(r *seats.Request) { r.Correlation = "a\x00" },
		"reason":      func(r *seats.Request) { r.Reason = strings.Repeat("x", 501) },
		"actor":       func(r *seats.Request) { r.Actor = users.Actor{} },
	} {
		r := s.request(owner, seats.Invite{Profile: profile("x")})
		spoil(&r)
		_, err := seats.Decide(s.rows, r)
		require.ErrorContains(t, err, field)
		_, err = seats.Open(seats.Snapshot{}, seats.Opening{Account: "b", Total: seats.Of(1), Owner: profile("o")}, r)
		require.ErrorContains(t, err, field)
	}
}

func TestInvite_sync(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	own := users.Source{Kind: users.SourceSync, Name: "hr"}
	s.do(hr, seats.Invite{Profile: profile("ada")})
	require.Equal(t, own, s.user("ada").Source)
	require.True(t, s.user("ada").Segment().Synced)
	other := profile("bob")
	other.Source = users.Source{Kind: users.SourceSync, Name: "payroll"}
	s.refused(seats.ErrForbidden, hr, seats.Invite{Profile: other})
	s.do(system, seats.Invite{Profile: other})
	s.refused(seats.ErrForbidden, hr, seats.Deactivate{User: "bob"})
	s.refused(seats.ErrForbidden, hr, seats.Add{Profile: other}, seats.Notify{User: "ada"})
	s.do(hr, seats.Add{Profile: profile("cy")})
	require.Equal(t, own, s.user("cy").Source)
	s.do(hr, seats.ChangeRole{User: "ada", Role: users.Manager}, seats.Edit{User: "ada", Set: users.Patch{Title: new("x")}},
		seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"})
}

func TestInvite_Later(t *testing.T) {
	policy := seats.AccuEdConnect()
	s := open(t, seats.Of(2), policy)
	s.do(owner, seats.Invite{Profile: profile("ada"), Later: true})
	require.Zero(t, s.user("ada").NotificationCount)
	require.Zero(t, s.user("ada").Expires, "what was not sent does not run out")
	require.Zero(t, s.lastEvent().Count)
	require.EqualValues(t, 2, s.pool().Held, "the seat is taken all the same")
	s.do(owner, seats.Notify{User: "ada"})
	require.EqualValues(t, 1, s.lastEvent().Count)
	require.Equal(t, s.now.Add(policy.Term), s.user("ada").Expires)
}

func TestNotify_expired(t *testing.T) {
	policy := seats.AccuEdConnect()
	s := open(t, seats.Of(2), policy)
	s.do(owner, seats.Invite{Profile: profile("ada")})
	require.EqualValues(t, 1, s.lastEvent().Count)
	s.now = s.now.Add(policy.Term)
	require.Empty(t, s.refused(seats.ErrInvitationExpired, users.As("ada"), seats.Accept{User: "ada"}).Remedies, "the invited user can't send it alone")
	require.Equal(t, "send the invitation again", s.refused(seats.ErrInvitationExpired, system, seats.Accept{User: "ada"}).Remedies.String())
	for n := int64(2); n < 5; n++ {
		s.do(owner, seats.Notify{User: "ada"})
		require.Equal(t, n, s.lastEvent().Count)
		require.Zero(t, s.lastEvent().Delta)
	}
	s.now = s.now.Add(policy.Term - time.Microsecond)
	s.do(users.As("ada"), seats.Accept{User: "ada"})
	require.Equal(t, s.now, s.user("ada").FirstSignIn)
	require.Zero(t, s.user("ada").Expires)
	s.do(owner, seats.Notify{User: "ada"})
	require.Zero(t, s.user("ada").Expires, "a notification to an active user has no end")
	s.do(owner, seats.Deactivate{User: "ada"})
	s.refused(seats.ErrWrongStatus, owner, seats.Notify{User: "ada"})
}

func TestAccept(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("ada")})
	s.do(support, seats.SetTotal{Total: seats.Of(0)})
	o := s.do(users.As("ada"), seats.Accept{User: "ada"})[0]
	require.Equal(t, users.Active, o.After.Status)
	require.Zero(t, o.SeatsDelta)
	s.same(users.As("ada"), seats.Accept{User: "ada"})
	s.refused(seats.ErrForbidden, owner, seats.Accept{User: "ada"})
	s.do(owner, seats.Deactivate{User: "ada"})
	refusal := s.refused(seats.ErrWrongStatus, users.As("ada"), seats.Accept{User: "ada"})
	require.Empty(t, refusal.Remedies, "an inactive person who signs in gets nothing by it")
	s.refused(seats.ErrForbidden, users.As("stranger"), seats.Accept{User: "stranger"})
}

func TestAdd(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.do(support, seats.Add{Profile: profile("ada"), Role: users.Admin})
	require.Equal(t, users.Active, s.user("ada").Status)
	require.Equal(t, s.now, s.user("ada").FirstSignIn)
	require.Zero(t, s.user("ada").NotificationCount)
}

func TestApprove(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{Activation: seats.Approval, InvitationExpiry: seats.ExpiryKeepsSeat, Term: time.Hour})
	s.do(owner, seats.Invite{Profile: profile("ada")})
	s.do(system, seats.Add{Profile: profile("bob")})
	require.Equal(t, users.Invited, s.user("bob").Status)
	require.Zero(t, s.user("bob").FirstSignIn)
	refusal := s.refused(seats.ErrNotApproved, system, seats.Accept{User: "ada"})
	require.Equal(t, "approve the user", refusal.Remedies.String())
	s.do(owner, seats.Approve{User: "ada"})
	require.Equal(t, users.Active, s.user("ada").Status)
	require.Equal(t, s.now, s.user("ada").Approved)
	require.Zero(t, s.user("ada").Expires)
	require.Zero(t, s.user("ada").FirstSignIn, "approved and signed in are two facts")
	s.same(owner, seats.Approve{User: "ada"})
	s.refused(seats.ErrWrongStatus, owner, seats.GrantOwnership{User: "ada"})
	s.do(users.As("ada"), seats.Accept{User: "ada"})
	require.Equal(t, s.now, s.user("ada").FirstSignIn)
	require.Equal(t, seats.EventAccepted, s.lastEvent().Kind)
	require.Zero(t, s.lastEvent().Delta)
	s.do(owner, seats.Deactivate{User: "ada"})
	s.refused(seats.ErrWrongStatus, owner, seats.Approve{User: "ada"})

	other := open(t, seats.Of(9), seats.Standard())
	other.do(owner, seats.Invite{Profile: profile("ada")})
	other.refused(seats.ErrNotOffered, system, seats.Approve{User: "ada"})
}

func TestInvite_create_inactive(t *testing.T) {
	s := open(t, seats.Of(1), seats.Policy{WhenFull: seats.CreateInactive})
	for _, c := range []seats.Command{seats.Invite{Profile: profile("ada")}, seats.Add{Profile: profile("bob")}} {
		o := s.do(system, c)[0]
		require.Equal(t, users.Inactive, o.After.Status)
		require.Zero(t, o.SeatsDelta)
		require.Equal(t, seats.EventAdded, s.lastEvent().Kind)
		require.Zero(t, s.lastEvent().Count, "no user is told")
		require.Zero(t, s.user(o.User).FirstSignIn)
	}
	s.refused(seats.ErrNoSeats, owner, seats.Reactivate{User: "ada"})
	s.do(support, seats.SetTotal{Total: seats.Of(3)})
	require.Equal(t, users.Inactive, s.user("ada").Status, "promotion needs a command")
	s.do(owner, seats.Reactivate{User: "bob"})
	require.Equal(t, users.Invited, s.user("bob").Status)
	require.EqualValues(t, 1, s.lastEvent().Count, "the invitation goes out now")
	s.do(system, seats.Invite{Profile: profile("cy")})
	require.Equal(t, users.Invited, s.user("cy").Status)
}

func TestEdit(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada", "bob")
	s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Location: new("Leeds"), Username: new("al")}})
	require.Equal(t, "Leeds", s.user("ada").Location)
	require.Equal(t, []string{"username", "location"}, s.lastEvent().Fields)
	s.same(owner, seats.Edit{User: "ada", Set: users.Patch{Location: new(" Leeds ")}})
	require.Equal(t, []users.ID{"ada"}, s.refused(seats.ErrDuplicate, owner, seats.Edit{User: "bob", Set: users.Patch{Username: new("AL")}}).Others)
	require.Equal(t, "profile", s.refused(seats.ErrBadInput, owner, seats.Edit{User: "bob", Set: users.Patch{Email: new("")}}).Field)
	s.do(owner, seats.Deactivate{User: "ada"}, seats.Edit{User: "ada", Set: users.Patch{Email: new("ADA@acme.example")}})
	s.do(owner, seats.Delete{User: "ada"}, seats.Edit{User: "bob", Set: users.Patch{Username: new("al")}})
	s.refused(seats.ErrWrongStatus, owner, seats.Edit{User: "ada", Set: users.Patch{Title: new("x")}})

	// A user who signs in with an owner's address is the owner.
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	takeOver := seats.Edit{User: "owner", Set: users.Patch{Email: new("bob2@acme.example")}}
	s.refused(seats.ErrOwnerProtected, users.As("bob"), takeOver)
	s.do(owner, takeOver)
	s.do(support, seats.Edit{User: "owner", Set: users.Patch{Title: new("x")}})
}

func TestEdit_exchange(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	another := users.Patch{FirstName: new("Bob"), LastName: new("Smith"), Email: new("bob@acme.example")}
	s.do(owner, seats.Invite{Profile: profile("ada")}, seats.Edit{User: "ada", Set: another}) // not in yet: a slip is mended
	s.invite("cy")
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "cy", Set: users.Patch{FirstName: new("B"), LastName: new("S"), Email: new("bs@acme.example")}})
	s.refused(seats.ErrExchange, system, seats.Edit{User: "owner", Set: users.Patch{FirstName: new("B"), LastName: new("S"), Email: new("bs@acme.example")}})
	s.do(support, seats.Edit{User: "owner", Set: users.Patch{FirstName: new("B"), LastName: new("S"), Email: new("bs@acme.example")}}) // who can ask
	s.do(owner, seats.Edit{User: "cy", Set: users.Patch{LastName: new("Smith"), Email: new("c.smith@acme.example")}})

	synced := profile("dee")
	synced.ExternalID = "e7"
	s.do(hr, seats.Invite{Profile: synced})
	s.do(system, seats.Accept{User: "dee"})
	all := users.Patch{FirstName: new("D"), LastName: new("E"), Email: new("de@acme.example")}
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "dee", Set: all})
	s.do(hr, seats.Edit{User: "dee", Set: all})
	s.refused(seats.ErrExchange, hr, seats.Edit{User: "dee", Set: users.Patch{FirstName: new("F"), LastName: new("G"), Email: new("fg@acme.example"), ExternalID: new("E7")}})
	s.do(hr, seats.Invite{Profile: profile("eve")})
	s.do(system, seats.Accept{User: "eve"})
	s.refused(seats.ErrExchange, hr, seats.Edit{User: "eve", Set: users.Patch{FirstName: new("E"), LastName: new("V"), Email: new("ev@acme.example")}})

	s.refused(seats.ErrExchange, owner, seats.Edit{User: "dee", Set: users.Patch{ExternalID: new("8")}})
	s.refused(seats.ErrExchange, hr, seats.Edit{User: "dee", Set: users.Patch{ExternalID: new("")}})
	s.do(support, seats.Edit{User: "dee", Set: users.Patch{ExternalID: new("8")}}) // a slip

	s.do(owner, seats.Deactivate{User: "cy"})
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "cy", Set: users.Patch{FirstName: new("B"), LastName: new("S"), Email: new("bs2@acme.example")}}) // who was in

	active := open(t, seats.Of(9), seats.BigContacts())
	active.do(owner, seats.Invite{Profile: profile("ada")})
	active.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: another}) // shown as active
	active.do(system, seats.Import{User: importedUser("max", func(u *users.User) { u.FirstSignIn = time.Time{} })})
	active.refused(seats.ErrExchange, owner, seats.Edit{User: "max", Set: another})
	active.do(owner, seats.Deactivate{User: "max"})
	active.refused(seats.ErrExchange, owner, seats.Edit{User: "max", Set: another}) // who was active
	active.refused(seats.ErrExchange, owner, seats.Deactivate{User: "ada"}, seats.Edit{User: "ada", Set: another})
	archived := open(t, seats.Of(9), seats.Policy{Activation: seats.Invitation})
	archived.do(owner, seats.Invite{Profile: profile("ada")}, seats.Archive{User: "ada"})
	archived.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: another})

	allowed := open(t, seats.Of(9), seats.AccuEdConnect())
	allowed.invite("cy")
	allowed.do(owner, seats.Edit{User: "cy", Set: another})
}

func TestChangeRole(t *testing.T) {
	s := open(t, seats.Of(1), seats.Policy{Exempt: users.In(users.Manager)})
	s.do(system, seats.Add{Profile: profile("ada"), Role: users.Manager})
	require.EqualValues(t, 1, s.pool().Held)
	s.refused(seats.ErrNoSeats, owner, seats.ChangeRole{User: "ada", Role: users.Admin})
	s.same(owner, seats.ChangeRole{User: "ada", Role: users.Manager})
	s.do(support, seats.SetTotal{Total: seats.Of(2)})
	require.EqualValues(t, 1, s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin})[0].SeatsDelta)
	require.EqualValues(t, -1, s.do(owner, seats.ChangeRole{User: "ada", Role: users.Manager})[0].SeatsDelta)
	s.refused(seats.ErrBadInput, owner, seats.ChangeRole{User: "ada", Role: users.Owner})
	s.refused(seats.ErrOwnerProtected, owner, seats.ChangeRole{User: "owner", Role: users.Admin})
	s.do(owner, seats.Delete{User: "ada"})
	s.refused(seats.ErrWrongStatus, owner, seats.ChangeRole{User: "ada", Role: users.Admin})

	nobodyCounts := open(t, seats.Of(0), seats.Policy{Exempt: users.In(users.Roles()...)})
	nobodyCounts.invite("ada", "bob")
	require.Zero(t, nobodyCounts.pool().Held)
}
