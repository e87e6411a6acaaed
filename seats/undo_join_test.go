package seats_test

import (
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
	s.undo(system, redo)
	require.Equal(t, seats.Of(2), s.poolOf("class").UsesLeft())
}
