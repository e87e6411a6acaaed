package seats_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func (s *site) plan(actor users.Actor, commands ...seats.Command) seats.Plan {
	s.t.Helper()
	p, err := seats.Preview(s.rows, s.request(actor, commands...))
	require.NoError(s.t, err)
	return p
}

func TestPreview(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("Ada@Acme.example")}})
	before := s.rows
	p := s.plan(owner,
		seats.Invite{Profile: users.Profile{ID: "new", Email: "ada@acme.EXAMPLE"}}, seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("eve")})
	require.Equal(t, before, s.rows)
	require.Equal(t, "3 users: 2 fit, 1 does not; 1 is already here as Ada@Acme.example", p.String())
	require.Equal(t, users.ID("ada"), p.Steps[0].Outcome.User)
	require.ErrorIs(t, p.Steps[2].Outcome.Refusal, seats.ErrNoSeats)
	require.EqualValues(t, 2, p.Before.Held)
	require.EqualValues(t, 3, p.After.Held)
	require.EqualValues(t, 1, p.After.People.Count(users.In(users.Invited), 0))
	require.Equal(t, before.Account.Revision, p.Revision)
	require.Equal(t, owner, p.Actor)
	require.Equal(t, s.now, p.At)

	s.do(system, seats.Add{Profile: users.Profile{ID: "x", ExternalID: "E1"}}, seats.Deactivate{User: "x"}, seats.Add{Profile: users.Profile{ID: "y", Username: "Why"}})
	p = s.plan(owner,
		seats.Invite{Profile: users.Profile{ID: "n1", Username: "why"}}, seats.Invite{Profile: profile("ada")}, seats.Deactivate{User: "y"},
		seats.Invite{Profile: profile("new")}, seats.Invite{Profile: profile("new")})
	require.Equal(t, "3 users: 3 fit, 0 do not; 2 are already here as Why, Ada@Acme.example", p.String())
	require.Equal(t, "1 command: 1 fits, 0 do not; then 3 of 4 seats are held", s.plan(owner, seats.BuySeats{Quantity: 1}).String())
	require.Equal(t, "1 command: 1 fits, 0 do not; then 3 seats are held, 1 more than the 2 there are", s.plan(system, seats.SetTotal{Total: seats.Of(2)}).String())
	require.Equal(t, "1 command: 1 fits, 0 do not; then 3 seats are held, without a limit", s.plan(system, seats.SetTotal{Total: seats.Unlimited()}).String())
	require.Equal(t, "2 commands: 1 fits, 1 does not", s.plan(owner, seats.EditAccount{Name: new("Acme")}, seats.Invite{}).String(), "a new name changes no seat")
	require.Equal(t, "2 users: 1 fits, 1 does not", s.plan(owner,
		seats.ChangeRole{User: "ada", Role: users.Admin}, seats.Deactivate{User: "owner"}, seats.Notify{User: "ada"}, seats.Notify{User: "owner"}).String())
	require.Equal(t, "1 user: 0 fit, 1 does not", s.plan(owner, seats.Deactivate{User: "ghost"}).String())
	s.do(system, seats.SetTotal{Total: seats.Of(9)}, seats.Reactivate{User: "x"})
	require.Equal(t, "1 user: 1 fits, 0 do not; 1 is already here as E1",
		s.plan(owner, seats.Invite{Profile: users.Profile{ID: "n2", ExternalID: "E1 "}}).String())

	s.do(system, seats.SetPolicy{Policy: seats.Policy{WhenFull: seats.CreateInactive}}, seats.SetTotal{Total: seats.Of(4)})
	crowd := s.plan(owner, seats.Invite{Profile: profile("c1")}, seats.Invite{Profile: profile("c2")}, seats.Invite{Profile: profile("c3")})
	require.Equal(t, "3 users: 3 are created inactive for want of a seat", crowd.String())

	_, err := seats.Preview(s.rows, s.request(owner, make([]seats.Command, seats.MaxCommands+1)...))
	require.ErrorIs(t, err, seats.ErrBadInput)
}

// TestPlan_Decide_excess does not, though it is but one command of the
// account's that passes either way.
func TestPlan_Decide_excess(t *testing.T) {
	for _, c := range []seats.Command{seats.SetPolicy{Policy: seats.Standard()}, seats.SetTotal{Total: seats.Of(1)}} {
		now := open(t, seats.Of(5), seats.Policy{Exempt: users.In(users.Admin)})
		plan := now.plan(system, c)
		require.Zero(t, plan.Steps[0].Outcome.Excess)
		now.do(system, seats.Add{Profile: profile("ada")}, seats.Add{Profile: profile("max"), Role: users.Admin}, seats.SetTotal{Total: seats.Of(2)})
		_, err := plan.Decide(now.rows, now.request(system, plan.Commands()...))
		require.ErrorIs(t, err, seats.ErrPlanOutdated, "%T", c)
		require.EqualValues(t, 1, now.do(system, c)[0].Excess)
	}
}

func TestPlan_Decide(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada")
	p := s.plan(owner, seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("eve")}, seats.Deactivate{User: "ghost"})
	apply := func(actor users.Actor) (seats.Decision, error) {
		return p.Decide(s.rows, s.request(actor, p.Commands()...))
	}
	undisturbed := s.rows
	for name, disturb := range map[string]seats.Command{
		"more seats":      seats.BuySeats{Quantity: 1},
		"fewer seats":     seats.ReturnSeats{Quantity: 1},
		"already a user":  seats.Invite{Profile: profile("bob")},
		"the missing one": seats.Invite{Profile: profile("ghost")},
		"other roles":     seats.SetPolicy{Policy: seats.Policy{Exempt: users.In(users.Member)}},
	} {
		decision, err := seats.Decide(undisturbed, s.request(system, disturb))
		require.NoError(t, err)
		s.rows = undisturbed.Apply(decision.Change)
		_, err = apply(owner)
		require.ErrorIs(t, err, seats.ErrPlanOutdated, name)
		var refusal *seats.Refusal
		require.True(t, errors.As(err, &refusal))
		require.NotEmpty(t, refusal.Differences)
		for _, d := range refusal.Differences {
			require.Equal(t, p.Steps[d.Index].Outcome, d.Planned)
			require.NotEqual(t, d.Planned, d.Now)
		}
		require.Equal(t, refusal.Differences[0].Index, refusal.Index)
	}
	s.rows = undisturbed
	s.do(owner, seats.ChangeRole{User: "ada", Role: users.Admin}) // which changes nothing of the plan
	_, err := apply(users.As("eve"))
	require.ErrorIs(t, err, seats.ErrPlanOutdated, "the one who applies it is the actor")
	d, err := apply(users.As("ada"))
	require.NoError(t, err)
	s.write(d.Change)
	require.Len(t, d.Change.Events, 1, "one fitted")
	_, err = apply(owner)
	require.ErrorIs(t, err, seats.ErrPlanOutdated, "a second time it is something else")

	s.do(owner, seats.BuySeats{Quantity: 9})
	p = s.plan(owner, seats.ChangeRole{User: "bob", Role: users.Manager})
	s.do(owner, seats.ChangeRole{User: "bob", Role: users.Admin})
	_, err = apply(owner)
	require.ErrorIs(t, err, seats.ErrPlanOutdated, "it would change another role")
	p.Steps[0].Outcome = seats.Outcome{}
	_, err = apply(owner)
	require.ErrorIs(t, err, seats.ErrPlanOutdated, "a plan without outcomes")
	p.Steps = make([]seats.Planned, seats.MaxCommands+1)
	_, err = apply(owner)
	require.ErrorIs(t, err, seats.ErrBadInput)
	p = s.plan(owner, seats.BuySeats{Quantity: 1})
	p.Account = "other"
	_, err = apply(owner)
	var refusal *seats.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, []any{seats.ErrBadInput, "account"}, []any{refusal.Code, refusal.Field}, "the same IDs mean other people there")
}

// TestPlan_Decide_key though what was refused would fit afterwards.
func TestPlan_Decide_key(t *testing.T) {
	s := open(t, seats.Of(2), seats.Standard())
	s.invite("bob")
	p := s.plan(owner, seats.Invite{Profile: profile("ada")}, seats.Deactivate{User: "bob"})
	apply := func(actor users.Actor) (seats.Decision, error) {
		r := s.request(actor, p.Commands()...)
		r.Key, r.Digest = "k", p.Digest(actor)
		return p.Decide(s.remembering(r), r)
	}
	first, err := apply(owner)
	require.NoError(t, err)
	s.write(first.Change)
	again, err := apply(owner)
	require.NoError(t, err)
	require.True(t, again.Change.Empty())
	require.Equal(t, first.Outcomes, again.Outcomes)
	require.Equal(t, first.Change.Events, again.Repeated)
	_, err = apply(support)
	require.ErrorIs(t, err, seats.ErrKeyReused)
	p.Steps[0].Outcome = seats.Outcome{Action: users.ActionInvite, User: "ada", SeatsDelta: 1}
	_, err = apply(owner)
	require.ErrorIs(t, err, seats.ErrKeyReused, "the same commands, planned otherwise")
	p.Steps = nil
	r := s.request(users.Actor{})
	_, err = p.Decide(s.rows, r)
	require.ErrorIs(t, err, seats.ErrBadInput)
}

// TestPlan_Decide_outcome changes one of them at a time.
func TestPlan_Decide_outcome(t *testing.T) {
	edit := seats.Edit{User: "ada", Set: users.Patch{Title: new("Countess")}}
	for name, c := range map[string]struct {
		total   int64
		planned seats.Command
		between []seats.Command
		by      users.Actor
	}{
		"it is so already": {5, edit, []seats.Command{edit}, owner},
		"no seat is freed": {5, seats.Deactivate{User: "ada"},
			[]seats.Command{seats.SetPolicy{Policy: seats.Policy{Exempt: users.In(users.Member)}}}, owner},
		"another refusal":    {5, seats.Deactivate{User: "ghost"}, nil, users.As("ada")},
		"the status before":  {5, seats.Deactivate{User: "bob"}, []seats.Command{seats.Accept{User: "bob"}}, owner},
		"the status it gets": {5, seats.Reactivate{User: "out"}, []seats.Command{seats.Reactivate{User: "out"}, seats.Accept{User: "out"}, seats.Deactivate{User: "out"}}, owner},
	} {
		s := open(t, seats.Of(5), seats.Standard())
		s.invite("ada")
		s.do(owner, seats.Invite{Profile: profile("bob")}, seats.Invite{Profile: profile("out")}, seats.Deactivate{User: "out"})
		s.do(system, seats.SetTotal{Total: seats.Of(c.total)})
		p := s.plan(owner, c.planned)
		s.do(system, c.between...)
		_, err := p.Decide(s.rows, s.request(c.by, p.Commands()...))
		require.ErrorIs(t, err, seats.ErrPlanOutdated, name)
	}
}

// TestPlan_Decide_other_user gives an address to another user in between.
func TestPlan_Decide_other_user(t *testing.T) {
	s := open(t, seats.Of(5), seats.Standard())
	s.invite("ada", "bob")
	p := s.plan(owner, seats.Invite{Profile: users.Profile{ID: "new", Email: "ada@acme.example"}})
	require.Equal(t, users.ID("ada"), p.Steps[0].Outcome.User)
	s.do(owner, seats.Edit{User: "ada", Set: users.Patch{Email: new("a@acme.example")}},
		seats.Edit{User: "bob", Set: users.Patch{Email: new("ada@acme.example")}})
	_, err := p.Decide(s.rows, s.request(owner, p.Commands()...))
	require.ErrorIs(t, err, seats.ErrPlanOutdated)
	var refusal *seats.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, users.ID("bob"), refusal.User)
	require.True(t, refusal.Differences[0].Now.Unchanged)
}
