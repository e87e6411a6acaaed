package harness

import (
	"context"
	"reflect"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// remedies tries every remedy of a refused call, each in a copy of the situation: after its
// steps all of the call has to pass.
func (r *run) remedies(c gen.Call, refusal *seats.Refusal, last bool) {
	for _, remedy := range refusal.Remedies {
		g := New(r.open(), Unique("acme"))
		for _, earlier := range r.Calls[:len(r.Calls)-1] {
			_, _ = g.play(earlier)
		}
		g.now = c.At
		m := r.model.Clone()
		require.NotEmpty(r, remedy.Steps)
		for _, step := range remedy.Steps {
			r.carryOut(g, m, c, step, last)
		}
		_, err := g.play(c)
		require.NoError(r, err, "the remedy %v of %v does not help", remedy, refusal)
	}
}

func (r *run) carryOut(g *Harness, m *reference.Model, c gen.Call, step seats.Step, last bool) {
	actor := c.Actor
	if step.Vendor {
		actor = users.Support("ticket")
	}
	var commands []seats.Command
	switch {
	case step.Action == users.ActionBuySeats:
		commands = []seats.Command{seats.BuySeats{Quantity: step.Count}}
	case step.User != "":
		commands = []seats.Command{gen.On(step.Action, step.User)}
	default:
		commands = r.eligible(m, c, step, last)
	}
	for _, command := range commands {
		require.NotNil(r, command, "step %v", step)
		_, err := g.Do(context.Background(), g.account, actor, command)
		require.NoError(r, err, "the step %v cannot be carried out", step)
		m.Do(actor, command, reference.Later(c.At, m.Last))
	}
}

// eligible chooses the people who leave by a step, and make room by it: they
// hold a seat under every policy that the call meets.
func (r *run) eligible(m *reference.Model, c gen.Call, step seats.Step, last bool) []seats.Command {
	var commands []seats.Command
	exempt := m.Policy.Exempt
	for _, command := range c.Commands {
		if set, ok := command.(seats.SetPolicy); ok {
			exempt |= set.Policy.Exempt
		}
	}
	named := func(p *reference.Person) bool { // the call itself counts on them
		return slices.ContainsFunc(c.Commands, func(c seats.Command) bool { return names(c, p) })
	}
	for i := range m.People {
		p := m.People[i]
		if last {
			p = m.People[len(m.People)-1-i]
		}
		if p.ID == c.Actor.User || named(p) || int64(len(commands)) == step.Count {
			continue
		}
		command := gen.On(step.Action, p.ID)
		if v := m.Clone().Do(c.Actor, command, m.Last); v.Codes == nil && p.Seated() && !exempt.Has(p.Role) {
			commands = append(commands, command)
		}
	}
	require.Len(r, commands, int(step.Count), "people of whom the step %v speaks", step)
	return commands
}

// names reports whether a command is about that user in any way.
func names(c seats.Command, p *reference.Person) bool {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		switch x := v.Field(i).Interface().(type) {
		case users.ID:
			if x == p.ID {
				return true
			}
		case users.Profile:
			if x.ID == p.ID || reference.SharesKey(x, p.Profile) {
				return true
			}
		case users.User:
			if x.ID == p.ID || reference.SharesKey(x.Profile, p.Profile) {
				return true
			}
		}
	}
	return false
}
