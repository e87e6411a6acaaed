package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestExplain(t *testing.T) {
	s := open(t, seats.Of(5), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: 24 * time.Hour})
	explain := func(id users.ID) seats.Explanation {
		x, err := seats.Explain(s.rows.Account, s.user(id), s.now, func(yield func(seats.Event, error) bool) {
			for _, e := range s.events {
				if (e.User == id || e.Policy != nil) && !yield(e, nil) {
					return
				}
			}
		})
		require.NoError(t, err)
		return x
	}
	x := explain("owner")
	require.True(t, x.Holds)
	require.Equal(t, seats.EventOpened, x.By.Kind)
	require.Equal(t, seats.FreedByNone, x.Freer, "the last owner")
	require.Empty(t, x.Ways)

	s.do(owner, seats.Invite{Profile: profile("ada")})
	x = explain("ada")
	require.True(t, x.Holds)
	require.Equal(t, s.lastEvent(), x.By)
	require.Equal(t, s.now, x.Since)
	require.Equal(t, s.now.Add(24*time.Hour), x.Ends)
	require.Equal(t, seats.EventLapsed, x.EndsBy)
	require.Equal(t, []users.Action{users.ActionDeactivate, users.ActionArchive, users.ActionDelete}, x.Ways)
	require.Equal(t, seats.FreedByOwners, x.Freer)
	require.Equal(t, users.Invited, x.Person.Shown)

	invited := s.lastEvent()
	s.now = s.now.Add(time.Hour)
	s.do(users.As("ada"), seats.Accept{User: "ada"})
	x = explain("ada")
	require.Equal(t, invited, x.By, "since the invitation")
	require.Zero(t, x.Ends)

	s.do(owner, seats.Deactivate{User: "ada"})
	x = explain("ada")
	require.False(t, x.Holds)
	require.Equal(t, s.lastEvent(), x.By)
	require.Empty(t, x.Ways)
	require.Empty(t, x.Freer)
	s.do(owner, seats.Reactivate{User: "ada"})
	require.Equal(t, seats.EventReactivated, explain("ada").By.Kind)

	s.do(system, seats.SetPolicy{Policy: seats.Policy{Exempt: users.In(users.Member), Withheld: users.In(users.ActionArchive), SourceLocked: true}})
	x = explain("ada")
	require.False(t, x.Holds, "the policy took it")
	require.Equal(t, seats.EventPolicySet, x.By.Kind)
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin})
	x = explain("ada")
	require.Equal(t, seats.EventRoleChanged, x.By.Kind)
	require.Equal(t, []users.Action{users.ActionDeactivate, users.ActionDelete}, x.Ways)

	s.do(hr, seats.Invite{Profile: profile("bob"), Role: users.Admin})
	require.Equal(t, []users.Action{users.ActionDelete}, explain("bob").Ways, "the invitation can be taken back")
	s.do(system, seats.Accept{User: "bob"})
	require.Equal(t, seats.FreedBySync, explain("bob").Freer)
	s.do(system, seats.SetPolicy{Policy: seats.Policy{WhenFull: seats.CreateInactive}}, seats.SetTotal{Total: seats.Of(0)})
	s.do(owner, seats.Invite{Profile: profile("eve")})
	x = explain("eve")
	require.False(t, x.Holds)
	require.Equal(t, s.lastEvent(), x.By, "who never held one, since they are here")

	s.do(support, seats.GrantOwnership{User: "ada"})
	require.Equal(t, []users.Action{users.ActionEndOwnership}, explain("owner").Ways)
	s.do(support, seats.SetPayer{User: "owner"})
	require.Equal(t, seats.FreedByVendor, explain("owner").Freer, "they pay")
	s.do(support, seats.SetPayer{})
	s.do(system, seats.SetPolicy{Policy: seats.Policy{OwnershipEnders: seats.EndedBySupport}})
	require.Equal(t, seats.FreedByVendor, explain("owner").Freer)
	s.do(system, seats.SetPolicy{Policy: seats.Policy{Withheld: users.In(users.ActionEndOwnership)}})
	require.Equal(t, seats.FreedByVendor, explain("owner").Freer, "not offered")
	require.Empty(t, explain("owner").Ways)

	_, err := seats.Explain(s.rows.Account, s.user("eve"), s.now, failing)
	require.ErrorIs(t, err, errRead)
}

// TestExplain_history has events that do not lead to the rows.
func TestExplain_history(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.invite("ada")
	s.do(owner, seats.Deactivate{User: "ada"})
	account := s.rows.Account
	s.do(owner, seats.Reactivate{User: "ada"}) // after the account was read
	was := s.user("ada")
	was.Status = users.Inactive
	for name, c := range map[string]struct {
		account func(*seats.Account)
		events  []seats.Event
		want    string
	}{
		"whole":          {nil, s.events, ""},
		"none":           {nil, nil, "the user's row does not follow"},
		"no opening":     {nil, s.events[1:], "missing: event 1"},
		"one is missing": {nil, append(s.events[:1:1], s.events[2:]...), "event 3: the status before"},
		"no end":         {nil, s.events[:2], "the user's row does not follow"},
		"policy":         {func(a *seats.Account) { a.Policy.DeleteOnly = true }, s.events, "the account's row does not follow"},
		"closed":         {func(a *seats.Account) { a.Closed = start }, s.events, "the account's row does not follow"},
	} {
		a := account
		if c.account != nil {
			c.account(&a)
		}
		x, err := seats.Explain(a, was, s.now, listed(c.events...))
		if c.want == "" {
			require.NoError(t, err, name)
			require.Equal(t, s.events[2], x.By)
			continue
		}
		require.ErrorIs(t, err, seats.ErrHistory, name)
		require.ErrorContains(t, err, c.want, name)
		require.Zero(t, x)
	}
}

// TestExplain_policy though another is in force by now.
func TestExplain_policy(t *testing.T) {
	s := open(t, seats.Of(5), seats.Policy{Exempt: users.In(users.Member)})
	s.invite("ada")
	explain := func() seats.Explanation {
		x, err := seats.Explain(s.rows.Account, s.user("ada"), s.now, listed(s.events...))
		require.NoError(t, err)
		return x
	}
	require.False(t, explain().Holds)
	require.Empty(t, explain().Ways, "there is nothing to free")
	s.now = s.now.Add(time.Hour)
	s.do(system, seats.SetPolicy{Policy: seats.Standard()})
	x := explain()
	require.True(t, x.Holds)
	require.Equal(t, seats.EventPolicySet, x.By.Kind)
	require.Equal(t, s.now, x.Since)
}

// TestExplain_source tells that the sync of a user is held.
func TestExplain_source(t *testing.T) {
	s := fed(t, 1)
	s.invite("ada")
	held := func(id users.ID) bool {
		x, err := seats.Explain(s.rows.Account, s.user(id), s.now, listed(s.events...))
		require.NoError(t, err)
		return x.SourceHeld
	}
	require.False(t, held("p0"))
	s.do(owner, seats.HoldSource{Source: "hr", Cause: seats.ErrHeldByHand.Code})
	require.Equal(t, []bool{true, false}, []bool{held("p0"), held("ada")})
}
