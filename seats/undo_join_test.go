package seats_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestUndo_join: a join that is undone before the approval gives the code its use back, and the seat that
// the code held for it.
func TestUndo_join(t *testing.T) {
	byApproval := policyWith(func(p *seats.Policy) { p.Activation = seats.Approval })
	for what, c := range map[string]struct {
		policy  seats.Policy
		set     seats.SetCode
		between []seats.Command // by support
		uses    seats.Count     // left after the undo
		held    int64
		refused bool
	}{
		"a code":                {byApproval, seats.SetCode{}, nil, seats.Of(2), 1, false},
		"one that holds":        {byApproval, seats.SetCode{Hold: new(true)}, nil, seats.Of(2), 3, false},
		"one that holds by now": {byApproval, seats.SetCode{}, []seats.Command{seats.SetCode{Pool: "class", Hold: new(true)}}, seats.Of(2), 3, false},
		"one that held":         {byApproval, seats.SetCode{Hold: new(true)}, []seats.Command{seats.SetCode{Pool: "class", Hold: new(false)}}, seats.Of(2), 1, false},
		"one that has ended":    {byApproval, seats.SetCode{Hold: new(true)}, []seats.Command{seats.EndCode{Pool: "class"}}, seats.Of(0), 1, false},
		"above the total":       {byApproval, seats.SetCode{Hold: new(true)}, []seats.Command{seats.SetTotal{Total: seats.Of(2)}}, seats.Of(2), 3, false},
		"approved":              {byApproval, seats.SetCode{Hold: new(true)}, []seats.Command{seats.Approve{User: "ada"}}, seats.Of(1), 3, true},
		"a full account":        {policyWith(func(p *seats.Policy) { p.WhenFull = seats.CreateInactive }), seats.SetCode{}, nil, seats.Of(2), 1, false},
		"a role without a seat, and none free": {policyWith(func(p *seats.Policy) { p.Activation, p.Exempt = seats.Approval, users.In(users.Manager) }),
			seats.SetCode{Hold: new(true), Role: new(users.Manager)}, []seats.Command{seats.SetTotal{Total: seats.Of(2)}}, seats.Of(1), 2, true},
	} {
		t.Run(what, func(t *testing.T) {
			s := open(t, seats.Of(3), c.policy)
			if c.policy.WhenFull == seats.CreateInactive {
				s.do(system, seats.SetTotal{Total: seats.Of(1)})
			}
			s.class(2, c.set)
			receipt := s.bulk(system, joining("ada"))
			require.Equal(t, seats.Of(1), s.poolOf("class").UsesLeft())
			if c.between != nil {
				s.do(support, c.between...)
			}
			s.undo(system, receipt)
			require.Equal(t, c.refused, s.user("ada").Status != users.Deleted)
			code := s.poolOf("class")
			require.Equal(t, c.uses, code.UsesLeft())
			require.Equal(t, c.held, s.pool().Held)
			require.Equal(t, s.pool().Reserved, code.Held)
			ledger, err := seats.Replay(listed(s.events...))
			require.NoError(t, err)
			require.Empty(t, seats.Audit(s.rows, s.rows.Account.Tally, ledger))
			if c.uses == seats.Of(2) {
				e := s.lastEvent()
				require.Equal(t, []any{seats.EventCodeUseBack, users.ID("ada"), seats.PoolID("class")}, []any{e.Kind, e.User, e.Pool})
				s.do(system, joining("bob"))
			}
		})
	}
}

// TestUndo_join_again: the undo of the undo brings no use back.
func TestUndo_join_again(t *testing.T) {
	s := open(t, seats.Of(3), policyWith(func(p *seats.Policy) { p.Activation = seats.Approval }))
	s.class(2, seats.SetCode{})
	receipt := s.bulk(system, joining("ada"))
	_, redo := s.undo(system, receipt)
	s.undo(system, receipt)
	told, _ := s.undo(system, redo)
	require.Equal(t, []string{"delete ada: final", "join ada: final, users who came in by a join code stay, and its uses as they are counted"}, told)
	require.Equal(t, seats.Of(2), s.poolOf("class").UsesLeft())
}

// TestUndo_join_code: codes, their seats and their uses stay, each with words of its own.
func TestUndo_join_code(t *testing.T) {
	for what, c := range map[string]struct {
		before, call []seats.Command
		told         []string // of support
	}{
		"a new code": {nil, []seats.Command{seats.SetCode{Pool: "new", Uses: seats.Of(2), Hold: new(true)}},
			[]string{"set-code : final, a join code stays as it is, and can be changed or ended"}},
		"a changed code": {nil, []seats.Command{seats.SetCode{Pool: "class", Name: new("Class"), Hold: new(true)}},
			[]string{"set-code : final, a join code stays as it is, and can be changed or ended"}},
		"an ended code": {nil, []seats.Command{seats.EndCode{Pool: "class"}},
			[]string{"end-code : final, an ended join code does not come back, and a new one needs a new ID"}},
		"a use by an invited user": {[]seats.Command{seats.Invite{Profile: profile("ada")}}, []seats.Command{joining("ada")}, []string{"accept ada: final"}},
		"a use":                    {nil, []seats.Command{joining("ada")}, []string{"join ada: final, users who came in by a join code stay, and its uses as they are counted"}},
	} {
		t.Run(what, func(t *testing.T) {
			s := open(t, seats.Of(9), seats.Standard())
			s.class(3, seats.SetCode{})
			if c.before != nil {
				s.do(support, c.before...)
			}
			receipt := s.bulk(system, c.call...)
			pools := slices.Clone(s.rows.Pools)
			told, _ := s.undo(system, receipt)
			require.Equal(t, c.told, told)
			require.Equal(t, pools, s.rows.Pools)
		})
	}
}
