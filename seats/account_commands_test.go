package seats_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestClose(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada", "bob")
	people := s.rows.Account.Tally
	require.EqualValues(t, -3, s.do(owner, seats.Close{Reason: "moved"})[0].SeatsDelta)
	e := s.lastEvent()
	require.Equal(t, seats.EventClosed, e.Kind)
	require.Equal(t, "moved", e.Reason)
	require.EqualValues(t, 0, e.Held)
	require.Equal(t, s.now, s.rows.Account.Closed)
	require.Equal(t, people, s.rows.Account.Tally, "every user stays as is")
	u := s.rows.Usage()
	require.Equal(t, s.now, u.Closed)
	require.Equal(t, seats.Of(0), u.Available, "there are three, and none to be had")
	require.Zero(t, u.Seated)
	require.EqualValues(t, 3, u.People.Count(0, 0))
	for _, id := range []users.ID{"owner", "ada"} {
		require.Zero(t, s.rows.Account.View(s.user(id), s.now).May, "users may do nothing")
	}
	s.same(support, seats.Close{})

	require.EqualValues(t, 3, s.do(support, seats.Reopen{Reason: "back"})[0].SeatsDelta)
	require.Equal(t, seats.EventReopened, s.lastEvent().Kind)
	require.Equal(t, "back", s.lastEvent().Reason)
	require.Zero(t, s.rows.Account.Closed)
	require.EqualValues(t, 3, s.pool().Held)
	require.Contains(t, s.rows.Account.View(s.user("ada"), s.now).May.Members(), seats.EnterAccount)
	s.same(system, seats.Reopen{})
}

func TestReopen(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada", "bob")
	s.do(owner, seats.Close{})
	s.do(system, seats.SetTotal{Total: seats.Of(1)})
	require.False(t, s.pool().OverLimit, "no seat is held")
	refusal := s.refused(seats.ErrNoSeats, support, seats.Reopen{})
	require.Equal(t, []any{seats.Of(1), int64(0), int64(3)}, []any{refusal.Total, refusal.Held, refusal.Asked})
	require.Equal(t, "deactivate 2 users, archive 2 users, delete 2 users or buy 2 seats", refusal.Remedies.String())
	s.do(support, seats.Deactivate{User: "ada"})
	require.Equal(t, "deactivate 1 user, archive 1 user, delete 1 user or buy 1 seat", s.refused(seats.ErrNoSeats, support, seats.Reopen{}).Remedies.String())
	s.do(support, seats.BuySeats{Quantity: 1})
	s.do(support, seats.Reopen{})
	require.EqualValues(t, 2, s.pool().Held)
	s.refused(seats.ErrNoSeats, owner, seats.Reactivate{User: "ada"})
}

// TestClose_actions goes through every command by every actor.
func TestClose_actions(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("u7")}, seats.Invite{Profile: profile("u8")}, seats.BuySeats{Quantity: 1})
	s.do(system, seats.SetTotal{Pool: "go-course", Total: seats.Of(9)})
	s.do(owner, seats.Close{})
	erased := *s
	erased.do(support, seats.EraseAccount{})

	open := users.In(users.ActionDeactivate, users.ActionArchive, users.ActionDelete, users.ActionErase, users.ActionEdit, users.ActionBuySeats, users.ActionReturnSeats, users.ActionSetTotal, users.ActionBookTotal, users.ActionEditPool, users.ActionEndCode,
		users.ActionSetPolicy, users.ActionSetPayer, users.ActionEditAccount, users.ActionClose, users.ActionReopen, users.ActionEraseAccount)
	for _, actor := range []users.Actor{owner, users.As("u7"), hr, support, system} {
		for _, c := range everyCommand {
			vendor := actor == support || actor == system
			if seats.Forbidden(actor.Kind, users.Owner, c.Action()) || actor.User == "u7" && c.Action() != users.ActionAccept {
				continue // it is refused anyway
			}
			_, err := s.try(actor, c)
			require.Equal(t, !vendor || !open.Has(c.Action()), isClosed(err), "%v: %T: %v", actor, c, err)
			_, err = erased.try(actor, c)
			require.Equal(t, !vendor || !users.In(users.ActionDelete, users.ActionEndCode, users.ActionEraseAccount).Has(c.Action()), isClosed(err), "erased, %v: %T: %v", actor, c, err)
		}
	}
}

func isClosed(err error) bool { return errors.Is(err, seats.ErrClosed) }

func TestClose_invitation(t *testing.T) {
	s := open(t, seats.Of(3), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	s.do(owner, seats.Invite{Profile: profile("ada")})
	s.do(owner, seats.Close{})
	s.now = s.now.Add(time.Hour)
	require.Equal(t, seats.EventLapsed, s.settle()[0].Kind)
	s.do(support, seats.Reopen{})
	require.EqualValues(t, 1, s.pool().Held)
}

func TestEraseAccount(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	s.do(support, seats.EditAccount{Name: new("Olive's")}, seats.SetPayer{User: "owner"})
	s.refused(seats.ErrOpen, support, seats.EraseAccount{})
	s.refused(seats.ErrForbidden, owner, seats.EraseAccount{})
	s.do(owner, seats.Close{})
	s.refused(seats.ErrOwnerProtected, support, seats.Delete{User: "owner"})
	s.do(support, seats.EraseAccount{Reason: "asked for it"})
	require.Equal(t, seats.EventAccountErased, s.lastEvent().Kind)
	require.Equal(t, "asked for it", s.lastEvent().Reason)
	require.Equal(t, s.now, s.rows.Account.Erased)
	require.Empty(t, s.rows.Account.Name)
	require.Empty(t, s.rows.Account.Payer)
	s.same(support, seats.EraseAccount{})
	s.refused(seats.ErrClosed, support, seats.Reopen{})

	s.do(support, seats.Delete{User: "owner"}, seats.Delete{User: "ada"})
	for _, u := range s.rows.Users {
		require.Equal(t, u.Tombstone(), u)
	}
}

func TestClose_reason(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	bad := "a\x00"
	require.Equal(t, "reason", s.refused(seats.ErrBadInput, owner, seats.Close{Reason: bad}).Field)
	require.Equal(t, "reason", s.refused(seats.ErrBadInput, support, seats.Reopen{Reason: bad}).Field)
	s.do(owner, seats.Close{})
	require.Equal(t, "reason", s.refused(seats.ErrBadInput, support, seats.EraseAccount{Reason: bad}).Field)
}

func TestEditAccount(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin})
	s.do(owner, seats.EditAccount{Name: new("Acme"), Zone: new("Europe/London")})
	require.Equal(t, seats.EventAccountEdited, s.lastEvent().Kind)
	require.Equal(t, []string{"name", "zone"}, s.lastEvent().Fields)
	require.Equal(t, "Acme", s.rows.Account.Name)
	require.Equal(t, "Europe/London", s.rows.Account.Zone)
	s.same(system, seats.EditAccount{Name: new(" Acme ")})
	s.same(system, seats.EditAccount{})
	s.do(support, seats.EditAccount{Name: new(""), Zone: new("UTC")})
	require.Empty(t, s.rows.Account.Name)
	s.refused(seats.ErrForbidden, users.As("ada"), seats.EditAccount{Name: new("x")})
	require.Equal(t, "name", s.refused(seats.ErrBadInput, owner, seats.EditAccount{Name: new("a\x00")}).Field)
	for _, zone := range []string{"", "Local", "Atlantis/Capital", "Europe/Atlantis"} {
		require.Equal(t, "zone", s.refused(seats.ErrBadInput, owner, seats.EditAccount{Zone: new(zone)}).Field, zone)
	}
	r := s.request(owner, seats.EditAccount{Zone: new("Europe/London")})
	r.Zones = nil
	_, err := seats.Decide(s.rows, r)
	require.ErrorIs(t, err, seats.ErrBadInput, "every zone but UTC is unknown")
}

// TestClose_history is told by its events: what it came to at any time, and
// why a user holds no seat.
func TestClose_history(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	var usage []seats.Usage
	for _, c := range []seats.Command{
		seats.Close{}, seats.SetTotal{Total: seats.Of(4)}, seats.SetPolicy{Policy: seats.BigContacts()}, seats.Reopen{}, seats.SetTotal{Total: seats.Of(5)},
	} {
		s.now = s.now.Add(time.Hour)
		s.do(support, c)
		u := s.rows.Usage()
		u.Revision = 0
		usage = append(usage, u)
	}
	var governing []seats.Event
	for _, e := range s.events {
		if seats.GoverningEvents().Match(e) {
			governing = append(governing, e)
		}
	}
	for i, want := range usage {
		last := s.events[2+i]
		got, err := seats.UsageAt(last, last, listed(governing...))
		require.NoError(t, err)
		require.Equal(t, want, got, last.Kind)
	}
	_, err := seats.UsageAt(s.lastEvent(), s.lastEvent(), failing)
	require.ErrorIs(t, err, errRead)

	explain := func(id users.ID, through int) seats.Explanation {
		then, err := seats.Replay(listed(s.events[:through]...))
		require.NoError(t, err)
		account := s.rows.Account
		account.Sequence, account.Policy, account.Closed = then.Sequence, then.Policy, then.Closed
		x, err := seats.Explain(account, s.user(id), s.now, listed(s.events[:through]...))
		require.NoError(t, err)
		return x
	}
	require.False(t, explain("ada", 3).Holds)
	require.Equal(t, seats.EventClosed, explain("ada", 5).By.Kind)
	require.True(t, explain("ada", 6).Holds)
	require.Equal(t, seats.EventReopened, explain("ada", 7).By.Kind)

	closed := s.rows
	closed.Account.Closed = s.now
	drift := seats.Audit(closed, closed.Account.Tally, s.ledger)
	require.Equal(t, []string{"closed", "seats held"}, []string{drift[0].What, drift[1].What})
}
