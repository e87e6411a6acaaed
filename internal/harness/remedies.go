package harness

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// remedies tries every remedy of a refused call, each in a copy of the situation: after its
// steps the call must pass, but for the commands that they replace.
func (r *run) remedies(c gen.Call, refusal *seats.Refusal, last bool) {
	for _, remedy := range refusal.Remedies {
		g := New(r.open(), Unique("acme"))
		for _, earlier := range r.calls[:len(r.calls)-1] {
			_, _ = g.play(earlier)
		}
		g.now, g.rules = c.At, c.Rules
		m := r.model.Clone()
		require.NotEmpty(r, remedy.Steps)
		rest := c
		rest.Commands = nil
		var edits []seats.Edit // that would turn a user into another person
		for i, command := range c.Commands {
			if !slices.Contains(remedy.Replaces, i) {
				rest.Commands = append(rest.Commands, onNewPage(command))
			} else if edit, ok := plain(command).(seats.Edit); ok {
				edits = append(edits, edit)
			}
		}
		var newcomer users.ID // of the last Invite
		for i, step := range remedy.Steps {
			switch {
			case step.Vendor && step.Action == users.ActionEdit:
				r.help(g, m, c, users.Support("ticket"), edits[0])
				edits = edits[1:]
				continue
			case step.Action != users.ActionInvite:
				r.carryOut(g, m, c, step, newcomer, last)
				continue
			}
			newcomer = users.ID(fmt.Sprint("newcomer ", i))
			other, _, err := edits[0].Set.Apply(users.Profile{ID: newcomer})
			require.NoError(r, err)
			r.help(g, m, c, c.Actor, seats.Invite{Profile: other, Role: m.ByID(edits[0].User).Role})
			edits = edits[1:]
		}
		_, err := g.play(rest)
		require.NoError(r, err, "the remedy %v of %v does not help", remedy, refusal)
	}
}

func (r *run) carryOut(g *Harness, m *reference.Model, c gen.Call, step seats.Step, newcomer users.ID, last bool) {
	actor := c.Actor
	if step.Vendor {
		actor = users.Support("ticket")
	}
	command, ok := step.Command()
	commands := []seats.Command{command}
	switch {
	case ok:
	case step.Action == users.ActionHandOver:
		commands = []seats.Command{seats.HandOver{User: step.User, Successor: newcomer}}
	default:
		commands = r.eligible(m, c, step, last)
	}
	for _, command := range commands {
		r.help(g, m, c, actor, command)
	}
}

// help carries out a command of a remedy, in the account and in the model.
func (r *run) help(g *Harness, m *reference.Model, c gen.Call, actor users.Actor, command seats.Command) {
	_, err := g.Do(context.Background(), g.account, actor, command)
	require.NoError(r, err, "%#v of a remedy cannot be carried out", command)
	m.Do(actor, command, reference.Later(c.At, m.Last))
}

// eligible chooses the users of a step that only counts them: who leaves makes room under every
// policy of the call.
func (r *run) eligible(m *reference.Model, c gen.Call, step seats.Step, last bool) []seats.Command {
	var commands []seats.Command
	exempt := m.Policy.Exempt
	for _, command := range c.Commands {
		if set, ok := plain(command).(seats.SetPolicy); ok {
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
		certain := step
		certain.User = p.ID
		command, ok := certain.Command()
		require.True(r, ok, "step %v", step)
		then := m.Clone()
		v := then.Do(c.Actor, command, m.Last)
		fits := p.Seated() && !exempt.Has(p.Role)
		switch {
		case step.Action == users.ActionGrantOwnership:
			fits = p.Role == users.Admin
		case step.Pool != seats.Site: // a licence is to come free
			fits = then.Held(step.Pool) < m.Held(step.Pool)
		}
		if v.Codes == nil && fits {
			commands = append(commands, command)
		}
	}
	require.Len(r, commands, int(step.Count), "users that fit the step %v", step)
	return commands
}

// onNewPage returns the command as it is said again after the steps, which raise the revision.
func onNewPage(c seats.Command) seats.Command {
	if given, ok := c.(seats.If); ok {
		given.Revision = 0
		return given
	}
	return c
}

// plain returns the command without conditions.
func plain(c seats.Command) seats.Command {
	if given, ok := c.(seats.If); ok {
		return given.Command
	}
	return c
}

// names reports whether a command is about that user in any way.
func names(c seats.Command, p *reference.Person) bool {
	v := reflect.ValueOf(plain(c))
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
