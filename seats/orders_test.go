package seats_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestBuySeats(t *testing.T) {
	s := open(t, seats.Of(10), seats.Policy{Buying: seats.Orders{Least: 10, Most: 1000}})
	for _, n := range []int64{-1, 0, 9, 1001} {
		refusal := s.refused(seats.ErrOrderSize, owner, seats.BuySeats{Quantity: n})
		require.EqualValues(t, []int64{n, 10, 1000}, []int64{refusal.Asked, refusal.Least, refusal.Most})
	}
	s.do(owner, seats.BuySeats{Quantity: 10}, seats.BuySeats{Quantity: 1000})
	s.do(support, seats.BuySeats{Quantity: 1}) // the bounds bind the account's own people
	require.Equal(t, seats.Of(1021), s.pool().Total)
	require.Equal(t, seats.EventSeatsBought, s.lastEvent().Kind)
	require.EqualValues(t, 1, s.lastEvent().Count)
	s.do(support, seats.SetTotal{Total: seats.Of(seats.MaxSeats - 5)})
	s.refused(seats.ErrOrderSize, owner, seats.BuySeats{Quantity: 10})
	s.refused(seats.ErrOrderSize, support, seats.BuySeats{Quantity: 1 << 62})

	s.do(support, seats.SetTotal{Total: seats.Of(3)})
	s.invite("ada")
	require.EqualError(t, s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Quantity: 2}),
		"seats: 2 can't be given back: only 1 is free")
	require.Equal(t, "deactivate 1 user, archive 1 user or delete 1 user", s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Quantity: 2}).Remedies.String())
	require.Empty(t, s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Quantity: -9}).Remedies)
	s.do(owner, seats.ReturnSeats{Quantity: 1})
	require.Equal(t, seats.Of(2), s.pool().Total)
	s.do(support, seats.SetTotal{Total: seats.Of(1)})
	for _, n := range []int64{0, 2, 1<<63 - 1} {
		require.Empty(t, s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Quantity: n}).Remedies, "no order, whatever leaves")
	}
	s.do(support, seats.SetTotal{Total: seats.Of(2)})
	require.Contains(t, s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Quantity: 1}).Error(), "none is free")

	s.do(support, seats.SetTotal{Total: seats.Unlimited()})
	s.refused(seats.ErrOrderSize, owner, seats.BuySeats{Quantity: 10})
	for _, n := range []int64{1, 1<<63 - 1} {
		require.Empty(t, s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Quantity: n}).Remedies)
	}
	s.refused(seats.ErrBadInput, owner, seats.BuySeats{Pool: "course", Quantity: 10})
	s.refused(seats.ErrBadInput, owner, seats.ReturnSeats{Pool: "course", Quantity: 10})
}

// TestBuySeats_receivers, which are the buyer and every other owner and admin.
func TestBuySeats_receivers(t *testing.T) {
	s := open(t, seats.Of(9), seats.HowNow())
	s.invite("ada", "bob", "cy", "manager", "left")
	for _, id := range []users.ID{"ada", "bob", "left"} {
		s.do(owner, seats.ChangeRole{User: id, Role: users.Admin})
	}
	s.do(owner, seats.ChangeRole{User: "manager", Role: users.Manager}, seats.Deactivate{User: "left"}, seats.Invite{Profile: profile("new"), Role: users.Admin})
	s.do(users.As("bob"), seats.BuySeats{Quantity: 25})
	require.Equal(t, []users.ID{"ada", "bob", "owner"}, s.lastEvent().Receivers)
	require.EqualValues(t, 25, s.lastEvent().Count)
	s.do(support, seats.ChangeRole{User: "ada", Role: users.Member}, seats.ReturnSeats{Quantity: 5})
	require.Equal(t, []users.ID{"bob", "owner"}, s.lastEvent().Receivers, "as they are by then")
	s.do(support, seats.SetPolicy{Policy: seats.BigContacts()}, seats.BuySeats{Quantity: 5})
	require.Equal(t, []users.ID{"bob", "new", "owner"}, s.lastEvent().Receivers, "the users shown as active")
	require.True(t, seats.Needs("acme", owner, seats.BuySeats{}).Admins)
	require.True(t, seats.Needs("acme", owner, seats.ReturnSeats{}).Admins)
	require.False(t, seats.Needs("acme", owner, seats.SetTotal{}).Admins)
	copied := s.lastEvent().Clone()
	copied.Receivers[0] = "x"
	require.Equal(t, users.ID("bob"), s.lastEvent().Receivers[0])
}

func TestBuySeats_vendor_only(t *testing.T) {
	s := open(t, seats.Of(1), seats.AccuEdConnect())
	s.refused(seats.ErrForbidden, owner, seats.BuySeats{Quantity: 1})
	s.refused(seats.ErrForbidden, owner, seats.ReturnSeats{Quantity: 1})
	require.Equal(t, "ask the vendor for 1 more seat", s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("ada")}).Remedies.String())
	require.Equal(t, "buy 1 seat", s.refused(seats.ErrNoSeats, support, seats.Invite{Profile: profile("ada")}).Remedies.String())
	require.Equal(t, "ask the vendor for 1 more seat", s.refused(seats.ErrNoSeats, hr, seats.Invite{Profile: profile("ada")}).Remedies.String())
	s.do(support, seats.BuySeats{Quantity: 1})

	ten := open(t, seats.Of(1), seats.Policy{Buying: seats.Orders{Least: 10, Most: 10}})
	require.Equal(t, "buy 10 seats", ten.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("ada")}).Remedies.String())
	ten.do(owner, seats.BuySeats{Quantity: 10})
	ten.do(support, seats.SetTotal{Total: seats.Of(0)})
	ten.invite()
	for range 3 {
		ten.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("ada")})
	}
	none := ten.refused(seats.ErrNoSeats, support, seats.SetTotal{Total: seats.Of(1)}, seats.Invite{Profile: profile("ada")})
	require.Empty(t, none.Remedies, "the call itself sets the total, so no order helps")
	withheld := open(t, seats.Of(1), seats.Policy{Withheld: users.In(users.ActionBuySeats)})
	require.Equal(t, "ask the vendor for 1 more seat", withheld.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("ada")}).Remedies.String())
}

func TestSetTotal_below_held(t *testing.T) {
	s := open(t, seats.Of(4), seats.Standard())
	s.invite("ada", "bob", "cy")
	s.do(system, seats.SetTotal{Total: seats.Of(2)})
	require.True(t, s.pool().OverLimit)
	require.EqualValues(t, 2, s.pool().Excess())
	require.Equal(t, seats.Of(0), s.pool().Available())
	refusal := s.refused(seats.ErrNoSeats, owner, seats.Invite{Profile: profile("dee")})
	require.EqualError(t, refusal, "seats: no free seat: 4 are held, 2 more than the 2 there are")
	require.Equal(t, "deactivate 3 users, archive 3 users, delete 3 users or buy 3 seats", refusal.Remedies.String())
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin}, seats.Notify{User: "bob"}) // no seats in it
	s.do(owner, seats.Deactivate{User: "ada"})
	require.True(t, s.pool().OverLimit)
	s.do(owner, seats.Deactivate{User: "bob"})
	require.False(t, s.pool().OverLimit)
	s.refused(seats.ErrNoSeats, owner, seats.Reactivate{User: "bob"}) // equal is still full
	s.do(owner, seats.Deactivate{User: "cy"}, seats.Invite{Profile: profile("dee")})
	s.same(support, seats.SetTotal{Total: seats.Of(2)})
	s.refused(seats.ErrForbidden, owner, seats.SetTotal{Total: seats.Of(9)})
	s.refused(seats.ErrBadInput, support, seats.SetTotal{})
	s.refused(seats.ErrBadInput, support, seats.SetTotal{Pool: "a\x00", Total: seats.Of(1)})
}

func TestBuySeats_pools(t *testing.T) {
	s := open(t, seats.Of(1), seats.Standard())
	s.do(support, seats.SetTotal{Pool: "course", Total: seats.Of(0)})
	require.Len(t, s.rows.Pools, 2)
	s.do(owner, seats.BuySeats{Pool: "course", Quantity: 5}, seats.ReturnSeats{Pool: "course", Quantity: 2})
	require.Equal(t, seats.Of(3), s.rows.Pools[1].Total)
	require.Equal(t, seats.PoolID("course"), s.lastEvent().Pool)
	refusal := s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Pool: "course", Quantity: 9})
	require.Equal(t, seats.PoolID("course"), refusal.Pool)
	require.Equal(t, seats.Of(1), s.pool().Total)
	s.do(support, seats.SetTotal{Total: seats.Of(5)})
	s.invite("ada")
	s.rows.Pools[1].Held = 2 // as if licences were assigned
	require.Equal(t, "take the course back from 1 user or archive 1 user with an unstarted licence of the course",
		s.refused(seats.ErrOrderSize, owner, seats.ReturnSeats{Pool: "course", Quantity: 2}).Remedies.String(), "leaving the site frees no course")
	need := seats.Needs("acme", owner, seats.BuySeats{Pool: "b"}, seats.BuySeats{Pool: "a"}, seats.SetTotal{Pool: "b"}, seats.ReturnSeats{})
	require.Equal(t, []seats.PoolID{"a", "b"}, need.Pools)
}

// TestBuySeats_receivers_bound, whatever users the call names, and the buyer always.
func TestBuySeats_receivers_bound(t *testing.T) {
	s := open(t, seats.Unlimited(), seats.Standard())
	s.do(system, seats.SetTotal{Total: seats.Of(9000)})
	for i := range seats.MaxReceivers + 500 {
		s.rows.Users = append(s.rows.Users, importedUser(users.ID(fmt.Sprintf("a%04d", i)), func(u *users.User) { u.Role = users.Admin }))
	}
	d, err := s.try(owner, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	told := d.Change.Events[0].Receivers
	require.Len(t, told, seats.MaxReceivers+1)
	require.Equal(t, []users.ID{"a0000", "a0999", "owner"}, []users.ID{told[0], told[seats.MaxReceivers-1], told[seats.MaxReceivers]})
}
