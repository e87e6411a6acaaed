package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// offering opens a site with the owner and two members.
func offering(t *testing.T, p seats.Policy) *site {
	s := open(t, seats.Of(9), p)
	s.invite("ada", "bob")
	return s
}

var (
	offerAda  = seats.OfferOwnership{User: "ada", Transfer: true}
	acceptAda = seats.AcceptOwnership{User: "ada", Owner: "owner"}
)

func (s *site) last(n int) (all []seats.EventKind) { return kinds(s.events[len(s.events)-n:]) }

func TestOfferOwnership(t *testing.T) {
	s := offering(t, seats.Standard())
	s.do(owner, seats.EditAccount{Zone: new("Europe/Oslo")})
	s.now = time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC)
	s.do(owner, seats.OfferOwnership{User: "ada"})
	require.Equal(t, seats.OwnershipOffer{User: "ada", Owner: "owner", Ends: time.Date(2026, 4, 3, 7, 0, 0, 0, time.UTC)}, s.rows.Account.Offer)
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventOwnershipOffered, users.ID("ada"), users.ID("owner")}, []any{e.Kind, e.User, e.Actor.User})
	require.Equal(t, e.Before, e.After)
	refusal := s.refused(seats.ErrOfferOpen, owner, seats.OfferOwnership{User: "bob"})
	require.Equal(t, users.ID("ada"), refusal.User)
	s.do(owner, seats.OfferOwnership{User: "ada", Days: 1, Transfer: true}) // renewed
	require.True(t, s.rows.Account.Offer.Transfer)
	s.now = s.now.Add(aDay)
	require.Equal(t, seats.ErrOfferEnded, s.refused(seats.ErrNoOffer, users.As("ada"), acceptAda).Reason)
	s.same(users.As("ada"), seats.EndOffer{User: "ada"})
	s.do(owner, seats.OfferOwnership{User: "bob", Days: seats.MaxOfferDays})

	for _, days := range []int{-1, seats.MaxOfferDays + 1} {
		require.Equal(t, "days", s.refused(seats.ErrBadInput, owner, seats.OfferOwnership{User: "ada", Days: days}).Field)
	}
	s.same(owner, seats.OfferOwnership{User: "owner"})
	s.do(owner, seats.Invite{Profile: profile("eve")})
	require.Equal(t, seats.ErrNotSignedIn, s.refused(seats.ErrWrongStatus, owner, seats.OfferOwnership{User: "eve"}).Reason)
	s.do(owner, seats.Deactivate{User: "ada"})
	s.refused(seats.ErrWrongStatus, owner, offerAda)
	for _, actor := range []users.Actor{users.As("bob"), support, system, hr} {
		s.refused(seats.ErrForbidden, actor, offerAda)
	}
	require.Equal(t, "seats: another offer of ownership is open: it has to end first", refusal.Error())
	lost := offering(t, seats.Standard())
	lost.zones = func(string) (*time.Location, error) { return nil, users.ErrEmpty }
	lost.rows.Account.Zone = "Nowhere/Land"
	lost.do(owner, offerAda)
	require.Equal(t, lost.now.Add(14*aDay), lost.rows.Account.Offer.Ends)
}

func TestAcceptOwnership(t *testing.T) {
	ada := users.As("ada")
	s := offering(t, seats.Standard())
	s.refused(seats.ErrNoOffer, ada, acceptAda)
	s.do(owner, seats.OfferOwnership{User: "ada"}, seats.Schedule{User: "ada", Leave: users.From("2026-05-01")})
	s.refused(seats.ErrNoOffer, ada, seats.AcceptOwnership{User: "ada", Owner: "bob"})
	s.refused(seats.ErrNoOffer, users.As("bob"), seats.AcceptOwnership{User: "bob", Owner: "owner"})
	for _, actor := range []users.Actor{users.As("bob"), owner, support, system, hr} {
		s.refused(seats.ErrForbidden, actor, acceptAda)
	}
	outcome := s.do(ada, acceptAda)[0]
	require.Equal(t, users.Owner, outcome.After.Role)
	require.Equal(t, []seats.EventKind{seats.EventOwnershipAccepted}, s.last(1))
	require.Empty(t, s.user("ada").Schedule)
	require.Equal(t, users.Owner, s.user("owner").Role)
	require.Zero(t, s.rows.Account.Offer)
	s.same(ada, acceptAda)

	moved := offering(t, seats.Standard())
	moved.do(owner, offerAda)
	moved.do(ada, acceptAda)
	require.Equal(t, []seats.EventKind{seats.EventOwnershipAccepted, seats.EventOwnershipEnded}, moved.last(2))
	require.Equal(t, []users.Role{users.Owner, users.Admin}, []users.Role{moved.user("ada").Role, moved.user("owner").Role})
	require.Equal(t, ada, moved.lastEvent().Actor)
	moved.do(ada, seats.Deactivate{User: "owner"})
}

// TestAcceptOwnership_left: the user leaves by an earlier command of the call.
func TestAcceptOwnership_left(t *testing.T) {
	s := offering(t, seats.Policy{SelfRemoval: true})
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin}, offerAda)
	d := seats.DecideEach(s.rows, s.request(users.As("ada"), seats.Deactivate{User: "ada"}, acceptAda))
	require.Nil(t, d.Outcomes[0].Refusal)
	require.ErrorIs(t, d.Outcomes[1].Refusal, seats.ErrWrongStatus)
}

// TestOfferOwnership_transfer: the payer and a policy by which support alone ends an ownership refuse a
// transfer, when it is offered and when it is accepted.
func TestOfferOwnership_transfer(t *testing.T) {
	ada := users.As("ada")
	s := offering(t, seats.Standard())
	s.do(owner, offerAda)
	s.do(support, seats.SetPayer{User: "owner"})
	require.Equal(t, users.ID("owner"), s.refused(seats.ErrPayer, ada, acceptAda).User)
	s.refused(seats.ErrPayer, owner, offerAda)
	s.do(owner, seats.OfferOwnership{User: "ada"})
	s.do(ada, acceptAda)

	s = offering(t, seats.Standard())
	s.do(owner, offerAda)
	s.do(support, seats.SetPolicy{Policy: seats.BigContacts()})
	require.Equal(t, seats.ErrNeedsSupport, s.refused(seats.ErrForbidden, ada, acceptAda).Reason)
	s.refused(seats.ErrForbidden, owner, offerAda)

	// No seat is free for the former owner, or for the next one.
	for _, exempt := range []users.Set[users.Role]{users.In(users.Owner, users.Manager), users.In(users.Member, users.Manager)} {
		s := open(t, seats.Unlimited(), seats.Policy{Exempt: exempt})
		s.do(system, seats.Add{Profile: profile("ada"), Role: users.Manager})
		s.do(owner, offerAda)
		s.do(support, seats.SetTotal{Total: seats.Of(s.pool().Held)})
		before := s.rows
		s.refused(seats.ErrNoSeats, ada, acceptAda)
		d := seats.DecideEach(s.rows, s.request(ada, acceptAda, seats.StartCourse{User: "ada", Pool: "x"}))
		require.ErrorIs(t, d.Outcomes[0].Refusal, seats.ErrNoSeats)
		require.True(t, d.Change.Empty(), "nothing of it is written")
		require.Equal(t, before, s.rows)
	}
}

// TestAcceptOwnership_oneSeat: a transfer needs no second seat while the first one passes on, in either
// order, and grows nothing; repeated by its key it has the same outcome.
func TestAcceptOwnership_oneSeat(t *testing.T) {
	ended, accepted := seats.EventOwnershipEnded, seats.EventOwnershipAccepted
	for _, c := range []struct {
		exempt users.Set[users.Role]
		want   []seats.EventKind
	}{
		{users.In(users.Admin, users.Manager), []seats.EventKind{ended, accepted}},
		{users.In(users.Owner), []seats.EventKind{accepted, ended}},
	} {
		role := users.Member
		if c.exempt.Has(users.Manager) {
			role = users.Manager
		}
		s := open(t, seats.Of(1), seats.Policy{Exempt: c.exempt, Growth: seats.Growth{Step: seats.Amount{Number: 1}, Ceiling: 9}})
		s.do(system, seats.Add{Profile: profile("ada"), Role: role})
		s.do(owner, offerAda)
		require.Equal(t, seats.Of(1), s.pool().Total)
		require.EqualValues(t, 1, s.pool().Held)
		request := s.request(users.As("ada"), acceptAda)
		request.Key, request.Digest = "k", seats.Digest(request.Actor, request.Channel, request.Commands)
		d, err := seats.Decide(s.rows, request)
		require.NoError(t, err)
		require.Zero(t, d.Outcomes[0].Grown)
		require.Zero(t, d.Outcomes[0].SeatsDelta)
		require.Equal(t, users.ID("ada"), d.Outcomes[0].User)
		var kinds []seats.EventKind
		for _, e := range d.Change.Events {
			kinds = append(kinds, e.Kind)
			require.LessOrEqual(t, e.Held, int64(1))
		}
		require.Equal(t, c.want, kinds)
		s.write(d.Change)
		s.rows.Past = d.Change.Events
		again, err := seats.Decide(s.rows, request)
		require.NoError(t, err)
		require.Equal(t, d.Outcomes, again.Outcomes)
		require.Zero(t, s.rows.Account.Offer)
	}
}

func TestEndOffer(t *testing.T) {
	for _, c := range []struct {
		by   users.Actor
		want seats.EventKind
	}{
		{users.As("ada"), seats.EventOfferDeclined}, {owner, seats.EventOfferWithdrawn}, {support, seats.EventOfferWithdrawn}, {system, seats.EventOfferWithdrawn},
	} {
		s := offering(t, seats.Standard())
		s.same(c.by, seats.EndOffer{User: "ada"})
		s.do(owner, offerAda)
		s.same(system, seats.EndOffer{User: "bob"})
		s.refused(seats.ErrForbidden, users.As("bob"), seats.EndOffer{User: "ada"})
		s.do(c.by, seats.EndOffer{User: "ada"})
		require.Equal(t, c.want, s.lastEvent().Kind)
		require.Zero(t, s.rows.Account.Offer)
		s.refused(seats.ErrNoOffer, users.As("ada"), acceptAda)
	}
}

// TestOfferOwnership_lapses with an event, when the user leaves in any way or is an owner otherwise, and
// when the owner is none any more; coming back revives nothing.
func TestOfferOwnership_lapses(t *testing.T) {
	for _, c := range []struct {
		by      users.Actor
		command seats.Command
	}{
		{owner, seats.Deactivate{User: "ada"}}, {owner, seats.Archive{User: "ada"}}, {owner, seats.Delete{User: "ada"}},
		{owner, seats.GrantOwnership{User: "ada"}}, {support, seats.EndOwnership{User: "owner"}},
	} {
		s := offering(t, seats.Standard())
		s.do(owner, seats.GrantOwnership{User: "bob"}, offerAda)
		r := s.request(c.by, c.command)
		need := r.Needs("acme")
		r.Widen(&need, s.rows)
		require.Contains(t, need.Users, users.ID("ada"))
		s.do(c.by, c.command)
		e := s.lastEvent()
		require.Equal(t, []any{seats.EventOfferLapsed, users.ID("ada")}, []any{e.Kind, e.User}, "%T", c.command)
		require.Zero(t, s.rows.Account.Offer)
	}
	s := offering(t, seats.Standard())
	s.do(owner, offerAda, seats.Schedule{User: "ada", Leave: users.From("2026-03-05")})
	s.now = s.now.Add(7 * aDay)
	require.Equal(t, []seats.EventKind{seats.EventDeactivated, seats.EventOfferLapsed}, kinds(s.settle()))
	s.do(owner, offerBob)
	s.do(owner, seats.Close{})
	s.do(support, seats.EraseAccount{})
	require.Zero(t, s.rows.Account.Offer)
	r := s.request(users.As("bob"), seats.AcceptOwnership{User: "bob"})
	s.rows.Account.Offer = seats.OwnershipOffer{User: "bob", Owner: "owner"}
	need := r.Needs("acme")
	require.True(t, r.Widen(&need, s.rows))
	require.Contains(t, need.Users, users.ID("owner"))
}

var offerBob = seats.OfferOwnership{User: "bob"}

// TestUndo_offers: what is about an offer is final.
func TestUndo_offers(t *testing.T) {
	s := offering(t, seats.Standard())
	receipt := s.bulk(owner, offerAda)
	told, _ := s.undo(owner, receipt)
	require.Equal(t, []string{"offer-ownership ada: final"}, told)
	require.NotZero(t, s.rows.Account.Offer)
}

// TestAsk_offer: the button of the offered user, by the offer of the account.
func TestAsk_offer(t *testing.T) {
	s := offering(t, seats.Standard())
	ask := func() seats.Allowed { return seats.Ask(s.rows, s.request(users.As("ada")), "ada")[0] }
	require.ErrorIs(t, ask().Refusal(users.ActionAcceptOwnership), seats.ErrNoOffer)
	s.do(owner, offerAda)
	require.True(t, ask().Actions.Has(users.ActionAcceptOwnership))
}
