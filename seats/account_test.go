package seats_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestOpen(t *testing.T) {
	s := open(t, seats.Of(1), seats.Standard())
	u := s.user("owner")
	require.Equal(t, users.Owner, u.Role)
	require.Equal(t, users.Active, u.Status)
	require.Equal(t, s.now, u.FirstSignIn)
	require.EqualValues(t, 1, s.pool().Held)
	require.Equal(t, "UTC", s.rows.Account.Zone)
	require.EqualValues(t, 1, s.rows.Account.Revision)
	e := s.lastEvent()
	require.Equal(t, seats.EventOpened, e.Kind)
	require.Equal(t, seats.Standard(), *e.Policy)
	require.Equal(t, users.ID("owner"), e.User)
	require.EqualValues(t, 1, e.Delta)

	fine := seats.Opening{Account: "acme", Total: seats.Of(1), Owner: profile("owner"), Zone: "Europe/London"}
	d, err := seats.Open(seats.Snapshot{}, fine, s.request(system))
	require.NoError(t, err)
	require.Equal(t, "Europe/London", d.Change.Account.Zone)
	require.Equal(t, users.ID("owner"), d.Outcomes[0].User)
	require.Equal(t, []users.Key{users.ByEmail("owner@acme.example"), users.ByID("owner")}, d.Change.Keys())

	for _, c := range []struct {
		code  seats.Code
		field string
		spoil func(*seats.Opening)
	}{
		{seats.ErrNoSeats, "", func(o *seats.Opening) { o.Total = seats.Of(0) }},
		{seats.ErrBadInput, "name", func(o *seats.Opening) { o.Name = "a\x00" }},
		{seats.ErrBadInput, "zone", func(o *seats.Opening) { o.Zone = "Atlantis/Capital" }},
		{seats.ErrBadInput, "total", func(o *seats.Opening) { o.Total = seats.Count{} }},
		{seats.ErrBadInput, "total", func(o *seats.Opening) { o.Total = seats.Of(-1) }},
		{seats.ErrBadInput, "account", func(o *seats.Opening) { o.Account = "" }},
		{seats.ErrBadInput, "policy", func(o *seats.Opening) { o.Policy.Activation = 99 }},
		{seats.ErrBadInput, "profile", func(o *seats.Opening) { o.Owner.Email = "" }},
		{seats.ErrBadInput, "id", func(o *seats.Opening) { o.Owner.ID = "" }},
	} {
		o := fine
		c.spoil(&o)
		_, err := seats.Open(seats.Snapshot{}, o, s.request(system))
		require.ErrorIs(t, err, c.code)
		var refusal *seats.Refusal
		require.True(t, errors.As(err, &refusal))
		require.Equal(t, c.field, refusal.Field)
	}
	empty := fine
	empty.Total = seats.Of(0)
	_, err = seats.Open(seats.Snapshot{}, empty, s.request(system))
	require.EqualError(t, err, "seats: no free seat: 0 of 0 are held")
	exempt := fine
	exempt.Total, exempt.Policy = seats.Of(0), seats.Policy{Exempt: users.In(users.Owner)}
	_, err = seats.Open(seats.Snapshot{}, exempt, s.request(system))
	require.NoError(t, err)
}

func TestDeactivate(t *testing.T) {
	for _, c := range []struct {
		leave seats.Command
		to    users.Status
		kind  seats.EventKind
	}{
		{seats.Deactivate{User: "ada", Successor: "bob", Reason: "left"}, users.Inactive, seats.EventDeactivated},
		{seats.Archive{User: "ada", Successor: "bob", Reason: "left"}, users.Archived, seats.EventArchived},
		{seats.Delete{User: "ada", Successor: "bob", Reason: "left"}, users.Deleted, seats.EventDeleted},
	} {
		s := open(t, seats.Of(3), seats.Standard())
		s.invite("ada", "bob")
		require.EqualValues(t, -1, s.do(owner, c.leave)[0].SeatsDelta)
		require.Equal(t, c.to, s.user("ada").Status)
		require.Equal(t, seats.Of(3), s.pool().Total, "a freed seat stays bought")
		e := s.lastEvent()
		require.Equal(t, c.kind, e.Kind)
		require.Equal(t, users.ID("bob"), e.Successor)
		require.Equal(t, "left", e.Reason)
		require.Equal(t, "c", e.Correlation)
		require.EqualValues(t, 2, e.Held)
		s.same(owner, c.leave)
		s.invite("cy")
	}
}

// TestDeactivate_record of a user with first sign-in, approval and notification.
func TestDeactivate_record(t *testing.T) {
	for _, leave := range []seats.Command{seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"}} {
		s := open(t, seats.Of(9), seats.UsersPage())
		in := profile("ada")
		in.Groups, in.Location = []string{"Drivers"}, "Leeds"
		s.do(owner, seats.Invite{Profile: in, Role: users.Manager}, seats.Approve{User: "ada"})
		s.do(users.As("ada"), seats.Accept{User: "ada"})
		was := s.user("ada")
		require.False(t, was.FirstSignIn.IsZero() || was.Approved.IsZero() || was.LastNotified.IsZero())
		s.now = s.now.Add(time.Hour)
		s.do(owner, leave)
		is := s.user("ada")
		require.Equal(t, s.now, is.StatusSince)
		require.Equal(t, users.LeftByHand, is.LeftBy)
		is.LeftBy = users.NotLeft
		is.Status, is.StatusSince, is.LeftAs, is.ArchivedAs = was.Status, was.StatusSince, was.LeftAs, was.ArchivedAs
		require.Equal(t, was, is, "%T", leave)
	}
}

func TestDeactivate_successor(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	s.do(owner, seats.Invite{Profile: profile("bob")})
	for _, successor := range []users.ID{"ada", "bob", "stranger", "\x00"} {
		refusal := s.refused(seats.ErrBadInput, owner, seats.Deactivate{User: "ada", Successor: successor})
		require.Equal(t, "successor", refusal.Field)
	}
	require.Equal(t, "reason", s.refused(seats.ErrBadInput, owner, seats.Delete{User: "ada", Reason: "a\x00"}).Field)
}

func TestReactivate(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("ada"), Role: users.Manager})
	before := s.user("ada")
	s.do(owner, seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"})
	require.Equal(t, users.Invited, s.user("ada").LeftAs)
	require.Equal(t, users.Inactive, s.user("ada").ArchivedAs)
	s.refused(seats.ErrWrongStatus, owner, seats.Reactivate{User: "ada"})
	require.Equal(t, "restore the user", s.refused(seats.ErrWrongStatus, owner, seats.Reactivate{User: "ada"}).Remedies.String())
	require.Empty(t, s.refused(seats.ErrWrongStatus, owner, seats.Deactivate{User: "ada"}).Remedies)
	s.do(owner, seats.Restore{User: "ada"})
	require.Equal(t, users.Inactive, s.user("ada").Status, "back to where the archive took her from")
	s.same(owner, seats.Restore{User: "ada"})
	s.do(owner, seats.Reactivate{User: "ada"})
	require.Equal(t, before, s.user("ada"))
	s.same(owner, seats.Reactivate{User: "ada"})
	s.do(owner, seats.Archive{User: "ada"})
	s.invite("bob")
	s.refused(seats.ErrNoSeats, owner, seats.Restore{User: "ada"})
	s.do(owner, seats.Delete{User: "bob"}, seats.Restore{User: "ada"})
	require.Equal(t, before, s.user("ada"))
	s.do(owner, seats.Delete{User: "ada"})
	s.refused(seats.ErrWrongStatus, owner, seats.Restore{User: "ada"})
}

// TestDeactivate_schedule sets one by hand, since no command does so far.
func TestDeactivate_schedule(t *testing.T) {
	for _, end := range []seats.Command{
		seats.Deactivate{User: "ada"}, seats.Archive{User: "ada"}, seats.Delete{User: "ada"}, seats.GrantOwnership{User: "ada"},
	} {
		s := open(t, seats.Of(3), seats.Standard())
		s.invite("ada")
		s.rows.Users[0].Schedule = users.Schedule{Leave: users.From("2026-04-01"), At: start.AddDate(0, 1, 0)}
		s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin})
		require.NotZero(t, s.user("ada").Schedule)
		s.do(owner, end)
		require.Zero(t, s.user("ada").Schedule, "%T", end)
	}
}

func TestErase(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	s.refused(seats.ErrWrongStatus, support, seats.Erase{User: "ada"})
	s.do(owner, seats.Archive{User: "ada"})
	s.refused(seats.ErrForbidden, owner, seats.Erase{User: "ada"})
	s.do(support, seats.Erase{User: "ada"})
	require.Equal(t, users.Profile{ID: "ada"}, s.user("ada").Profile)
	s.same(support, seats.Erase{User: "ada"})
	s.refused(seats.ErrOwnerProtected, system, seats.Erase{User: "owner"})
}

func TestDecide_owner_protected(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{SelfRemoval: true})
	s.invite("ada")
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin})
	for _, c := range []seats.Command{seats.Deactivate{User: "owner"}, seats.Archive{User: "owner"}, seats.Delete{User: "owner"}} {
		for _, actor := range []users.Actor{owner, users.As("ada"), support, system} {
			s.refused(seats.ErrOwnerProtected, actor, c)
		}
	}
	s.do(users.As("ada"), seats.Deactivate{User: "ada"}) // an admin can be
	require.ErrorIs(t, s.refused(seats.ErrForbidden, users.As("ada"), seats.Reactivate{User: "ada"}), seats.ErrForbidden, "who acts is active")
}

func TestGrantOwnership(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	s.refused(seats.ErrLastOwner, owner, seats.EndOwnership{User: "owner"})
	s.refused(seats.ErrLastOwner, support, seats.EndOwnership{User: "owner"})
	s.refused(seats.ErrForbidden, system, seats.EndOwnership{User: "owner"})
	s.do(owner, seats.GrantOwnership{User: "ada"}, seats.EndOwnership{User: "owner"}) // a transfer
	require.Equal(t, users.Admin, s.user("owner").Role)
	s.same(support, seats.EndOwnership{User: "owner"})
	s.refused(seats.ErrForbidden, owner, seats.GrantOwnership{User: "owner"})
	s.same(users.As("ada"), seats.GrantOwnership{User: "ada"})
	unseen := users.User{Profile: profile("eve"), Role: users.Owner, Status: users.Active, Created: start, StatusSince: start, Approved: start}
	here := open(t, seats.Of(9), seats.Standard())
	here.do(system, seats.Import{User: unseen}, seats.SetPolicy{Policy: seats.Policy{Activation: seats.Invitation}})
	here.same(support, seats.GrantOwnership{User: "eve"}) // whatever is known of the first sign-in
	s.do(users.As("ada"), seats.Deactivate{User: "owner"})
	require.Equal(t, "reactivate the user", s.refused(seats.ErrWrongStatus, support, seats.GrantOwnership{User: "owner"}).Remedies.String())

	alone := open(t, seats.Of(9), seats.Policy{OwnershipEnders: seats.EndedBySupport})
	alone.invite("ada")
	alone.do(owner, seats.GrantOwnership{User: "ada"})
	alone.refused(seats.ErrForbidden, owner, seats.EndOwnership{User: "ada"})
	alone.refused(seats.ErrBadInput, users.Support(""), seats.EndOwnership{User: "ada"})
	alone.do(support, seats.EndOwnership{User: "ada"}, seats.Deactivate{User: "ada"})
	alone.do(owner, seats.Delete{User: "ada"})
	alone.refused(seats.ErrWrongStatus, support, seats.EndOwnership{User: "ada"})
}

func TestEndOwnership_payer(t *testing.T) {
	s := open(t, seats.Of(9), seats.BigContacts())
	s.invite("ada", "bob")
	s.do(owner, seats.GrantOwnership{User: "ada"})
	s.do(support, seats.SetPayer{User: "owner"})
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventPayerSet, users.ID("owner"), int64(0)}, []any{e.Kind, e.User, e.Delta})
	require.Equal(t, users.ID("owner"), s.rows.Account.Payer)
	s.same(system, seats.SetPayer{User: "owner"})
	require.EqualError(t, s.refused(seats.ErrPayer, support, seats.EndOwnership{User: "owner"}), "seats: this owner pays for the account: another payer has to be set first")
	s.do(support, seats.EndOwnership{User: "ada"})
	s.refused(seats.ErrLastOwner, support, seats.EndOwnership{User: "owner"})

	s.do(support, seats.GrantOwnership{User: "ada"}, seats.SetPayer{User: "ada"}, seats.EndOwnership{User: "owner"})
	s.do(users.As("ada"), seats.Deactivate{User: "owner"})
	s.do(support, seats.SetPayer{})
	require.Empty(t, s.lastEvent().User)
	require.Empty(t, s.rows.Account.Payer)
	for _, payer := range []users.ID{"stranger", "owner", "a\x00"} {
		require.Equal(t, "user", s.refused(seats.ErrBadInput, support, seats.SetPayer{User: payer}).Field, payer)
	}
	s.refused(seats.ErrForbidden, users.As("ada"), seats.SetPayer{User: "bob"})
	s.do(support, seats.SetPayer{User: "bob"})
	s.do(users.As("ada"), seats.Deactivate{User: "bob"})
	require.Equal(t, users.ID("bob"), s.rows.Account.Payer, "the card is still on file")
}

// TestEndOwnership_remedy is the end of the ownership: by an owner, or by the vendor who
// alone may, unless they are the last or pay.
func TestEndOwnership_remedy(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{SelfRemoval: true})
	s.invite("ada", "bob")
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	out := func(actor users.Actor) string {
		return s.refused(seats.ErrOwnerProtected, actor, seats.Deactivate{User: "owner"}).Remedies.String()
	}
	require.Equal(t, "make an admin an owner, then end the ownership of the user", out(owner), "the last one")
	s.do(owner, seats.GrantOwnership{User: "ada"})
	require.Equal(t, "end the ownership of the user", out(users.As("ada")))
	require.Equal(t, "end the ownership of the user", out(owner), "themselves")
	require.Equal(t, "end the ownership of the user", out(support))
	require.Equal(t, "ask the vendor to end the ownership of the user", out(users.As("bob")))
	require.Empty(t, s.refused(seats.ErrOwnerProtected, users.As("bob"), seats.Edit{User: "owner"}).Remedies, "an ownership ends for nothing less")
	s.do(support, seats.SetPolicy{Policy: seats.BigContacts()})
	require.Equal(t, "ask the vendor to end the ownership of the user", out(users.As("ada")))
	s.do(support, seats.SetPayer{User: "owner"})
	require.Empty(t, out(users.As("ada")), "they pay")
}

func TestPolicy_offers(t *testing.T) {
	s := open(t, seats.Of(2), seats.Policy{
		Withheld: users.In(users.ActionArchive, users.ActionInvite), DeleteOnly: true, SourceLocked: true,
	})
	s.do(system, seats.Invite{Profile: profile("ada")})
	s.refused(seats.ErrNotOffered, owner, seats.Invite{Profile: profile("x")})
	s.refused(seats.ErrNotOffered, owner, seats.Archive{User: "ada"})
	s.refused(seats.ErrNotOffered, owner, seats.Deactivate{User: "ada"})
	onlyDelete := open(t, seats.Of(2), seats.Policy{DeleteOnly: true})
	onlyDelete.do(owner, seats.Invite{Profile: profile("ada")})
	onlyDelete.refused(seats.ErrNotOffered, owner, seats.Archive{User: "ada"})
	onlyDelete.do(owner, seats.Delete{User: "ada"})
	s.do(support, seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"}) // the switches bind the account's own people
	require.Equal(t, "delete 1 user or buy 1 seat", remediesOf(t, s, owner, seats.BuySeats{Quantity: 0}, seats.ReturnSeats{Quantity: 1}))
	s.do(owner, seats.Delete{User: "ada"})

	s.do(hr, seats.Invite{Profile: profile("eve")})
	s.refused(seats.ErrSourceLocked, owner, seats.Edit{User: "eve", Set: users.Patch{Title: new("x")}})
	s.do(owner, seats.TakeBack("eve")) // an unclaimed invitation is deleted, as any other
	s.do(hr, seats.Invite{Profile: profile("bob")})
	s.do(system, seats.Accept{User: "bob"})
	for _, c := range []seats.Command{seats.Edit{User: "bob", Set: users.Patch{Title: new("x")}}, seats.Deactivate{User: "bob"}, seats.Delete{User: "bob"}} {
		s.refused(seats.ErrSourceLocked, owner, c)
	}
	require.Empty(t, s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Quantity: 1}).Remedies, "a synced person is out of reach")
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Member})
	s.do(hr, seats.Deactivate{User: "bob"})
}

// TestReactivate_putOutByHand: who was put out by hand stays out for the sync, and no remedy names a way around it.
func TestReactivate_putOutByHand(t *testing.T) {
	s := fed(t, 3)
	s.do(owner, seats.Deactivate{User: "p0"}, seats.Archive{User: "p1"})
	s.do(hr, seats.Deactivate{User: "p2"})
	for _, c := range []seats.Command{seats.Reactivate{User: "p0"}, seats.Invite{Profile: profile("p0")}, seats.Add{Profile: profile("p0")}, seats.Invite{Profile: profile("p1")}} {
		refusal := s.refused(seats.ErrForbidden, hr, c)
		require.Equal(t, seats.ErrPutOutByHand, refusal.Reason)
		require.Empty(t, refusal.Remedies)
	}
	require.Equal(t, "reactivate the user", s.refused(seats.ErrDuplicate, hr, seats.Invite{Profile: profile("p2")}).Remedies.String())
	s.do(hr, seats.Reactivate{User: "p2"})
	s.do(owner, seats.Reactivate{User: "p0"}, seats.Delete{User: "p1"})
	s.same(hr, seats.Reactivate{User: "p0"})
	require.Equal(t, seats.ErrTakenByDeleted, s.refused(seats.ErrDuplicate, hr, seats.Invite{Profile: users.Profile{ID: "p1", Email: "new@acme.example"}}).Reason)
}

// remediesOf returns the remedies of an order, which only frees, with those of a
// full account for the last seat.
func remediesOf(t *testing.T, s *site, actor users.Actor, bad, back seats.Command) string {
	require.Empty(t, s.refused(seats.ErrOrderSize, actor, bad).Remedies)
	remedies := s.refused(seats.ErrOrderSize, actor, back).Remedies
	return append(remedies, seats.Remedy{Steps: []seats.Step{{Action: users.ActionBuySeats, Count: 1}}}).String()
}

func TestSetPolicy(t *testing.T) {
	s := open(t, seats.Of(2), seats.Policy{Exempt: users.In(users.Member)})
	s.invite("ada", "bob")
	require.EqualValues(t, 1, s.pool().Held)
	s.do(support, seats.SetPolicy{Policy: seats.AccuEdConnect()})
	require.True(t, s.pool().OverLimit)
	require.EqualValues(t, 3, s.pool().Held)
	require.Equal(t, seats.EventPolicySet, s.lastEvent().Kind)
	require.Equal(t, seats.AccuEdConnect(), *s.lastEvent().Policy)
	require.EqualValues(t, 2, s.lastEvent().Delta)
	s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("cy")})
	s.same(support, seats.SetPolicy{Policy: seats.AccuEdConnect()})
	s.refused(seats.ErrBadInput, support, seats.SetPolicy{Policy: seats.Policy{Term: -1}})
	s.refused(seats.ErrForbidden, owner, seats.SetPolicy{})
}

func TestDecide_actor(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.Add{Profile: profile("mem")}, seats.Add{Profile: profile("man"), Role: users.Manager}, seats.Invite{Profile: profile("inv"), Role: users.Admin})
	for _, actor := range []users.Actor{users.As("mem"), users.As("man"), users.As("inv"), users.As("stranger")} {
		s.refused(seats.ErrForbidden, actor, seats.Deactivate{User: "mem"})
		s.refused(seats.ErrForbidden, actor, seats.BuySeats{Quantity: 1})
	}
	for _, actor := range []users.Actor{{}, users.As(""), users.Support(""), users.Sync("")} {
		require.Equal(t, "actor", s.refused(seats.ErrBadInput, actor, seats.Deactivate{User: "mem"}).Field)
	}
	s.refused(seats.ErrUnknownUser, owner, seats.Deactivate{})
	s.refused(seats.ErrUnknownUser, owner, seats.Deactivate{User: "\x00"})
}
