package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestARemedyIsOnlyWhatCanBeDoneNow(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.invite("ada")
	s.do(owner, seats.Deactivate{User: "ada"})
	s.invite("bob")
	require.Empty(t, s.refused(seats.ErrDuplicate, owner, seats.Invite{Profile: users.Profile{ID: "x", Email: "ada@acme.example"}}).Remedies,
		"no seat to come back to")
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	require.Equal(t, "buy 1", s.refused(seats.ErrNoSeats, users.As("bob"), seats.Reactivate{User: "ada"}).Remedies.String(),
		"an admin alone can't put himself out and then go on")
	require.Equal(t, "ask the vendor for 1 more", seats.Remedies{{Action: users.BuySeats, Count: 1, Vendor: true}}.String())
	require.Empty(t, seats.Remedies{}.String())
}

func TestRemediesAreForTheStateThatOthersSee(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	two := []seats.Command{seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")}}
	require.Equal(t, "buy 1", s.refused(seats.ErrNoSeats, owner, two...).Remedies.String(), "ada is not there to be deactivated")
	each := seats.DecideEach(s.rows, s.request(owner, two...)).Outcomes[1].Refusal
	require.Equal(t, "deactivate 1, archive 1, delete 1, or buy 1", each.Remedies.String(), "here she is")

	s.invite("ada")
	back := seats.Invite{Profile: users.Profile{ID: "x", Email: "ada@acme.example"}}
	no := s.refused(seats.ErrDuplicate, owner, seats.Deactivate{User: "ada"}, back)
	require.Empty(t, no.Remedies, "she is active before the call")
	s.do(owner, seats.Deactivate{User: "ada"})
	no = s.refused(seats.ErrDuplicate, owner, seats.BuySeats{Seats: 1}, back)
	require.Equal(t, "reactivate the user", no.Remedies.String())
}

func TestWhoCouldMakeRoom(t *testing.T) {
	s := open(t, seats.Of(3), seats.Policy{Exempt: users.In(users.Manager), Buying: seats.Orders{By: seats.VendorOnly}})
	s.do(system, seats.Add{Profile: profile("man"), Role: users.Manager}, seats.Add{Profile: profile("ada")}, seats.Add{Profile: profile("bob")})
	newcomer := seats.Invite{Profile: profile("cy")}
	require.Equal(t, "deactivate 1, archive 1, delete 1, or ask the vendor for 1 more", s.refused(seats.ErrNoSeats, owner, newcomer).Remedies.String())
	require.Equal(t, "ask the vendor for 1 more", s.refused(seats.ErrNoSeats, hr, newcomer).Remedies.String(),
		"a sync cannot tell how many of them are its own")
	s.do(support, seats.SetTotal{Seats: seats.Of(1)})
	require.Equal(t, "ask the vendor for 3 more", s.refused(seats.ErrNoSeats, owner, newcomer).Remedies.String(),
		"two hold a seat who could go, and three would have to; a manager holds none")

	t.Run("the one who asks is not in yet", func(t *testing.T) {
		s := open(t, seats.Of(3), seats.Standard())
		s.invite("bob")
		s.do(owner, seats.Invite{Profile: profile("ada"), Role: users.Admin})
		no := s.refused(seats.ErrNoSeats, users.As("ada"), seats.Accept{User: "ada"}, newcomer)
		require.Equal(t, "ask the vendor for 1 more", no.Remedies.String())
	})
}

func TestWhoWasCreatedInactiveTakesTheNextSeatFirst(t *testing.T) {
	s := open(t, seats.Of(2), seats.Policy{NoSeat: seats.CreateInactive})
	s.invite("ada", "bob")
	no := s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("cy")}, seats.Reactivate{User: "bob"})
	require.Equal(t, "buy 2", no.Remedies.String(), "one for cy, one for bob; and there is only ada to put out")
	s.do(owner, seats.BuySeats{Seats: 2}, seats.Invite{Profile: profile("cy")}, seats.Reactivate{User: "bob"})
}
