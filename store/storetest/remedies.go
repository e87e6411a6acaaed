package storetest

import (
	"context"
	"errors"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// remedies tries every remedy of a refused call, each in a copy of the situation:
// after it, the command has to pass, and the call to get further.
func (r *run) remedies(c call, no *seats.Refusal, last bool) {
	for _, remedy := range no.Remedies {
		g := newStage(r.open(), unique("acme"))
		for _, earlier := range r.calls[:len(r.calls)-1] {
			_, _ = g.play(earlier)
		}
		g.now = c.at
		r.heal(g, r.model.clone(), c, no, remedy, last, 3)
	}
}

func (r *run) heal(g *stage, m *model, c call, no *seats.Refusal, remedy seats.Remedy, last bool, depth int) {
	actor := c.actor
	var commands []seats.Command
	switch {
	case remedy.Vendor:
		actor = users.Support("ticket")
		if remedy.Action == users.EndOwnership {
			commands = append(commands, on(remedy.Action, remedy.User))
			break
		}
		require.Equal(r, users.BuySeats, remedy.Action)
		commands = append(commands, seats.BuySeats{Pool: no.Pool, Seats: remedy.Count})
	case remedy.Action == users.BuySeats:
		commands = append(commands, seats.BuySeats{Pool: no.Pool, Seats: remedy.Count})
	case remedy.User != "":
		commands = append(commands, on(remedy.Action, remedy.User))
	default:
		commands = r.eligible(m, c, no, remedy, last)
	}
	at := no.Index
	opens := slices.ContainsFunc(c.commands[:at], func(c seats.Command) bool { return c.Action() == users.Reopen })
	if opens && !m.closed.IsZero() && !remedy.Vendor { // where the account is open, and not before
		c.commands = slices.Concat(c.commands[:at], commands, c.commands[at:])
		at += len(commands)
		commands = nil
	}
	for _, command := range commands {
		require.NotNil(r, command, "remedy %v of %v", remedy, no)
		_, err := g.Do(context.Background(), g.account, actor, command)
		require.NoError(r, err, "the remedy %v of %v cannot be carried out", remedy, no)
		m.do(actor, command, later(c.at, m.last))
	}
	_, err := g.play(c)
	if err == nil {
		return
	}
	var next *seats.Refusal
	require.True(r, errors.As(err, &next))
	if next.Index > at {
		return
	}
	// Whoever comes back may have more to go through: out of the archive and still
	// inactive, or asked in again and not approved yet.
	back := remedy.Action == users.Restore || remedy.Action == users.Reactivate
	require.True(r, back && len(next.Remedies) > 0 && depth > 0, "the remedy %v of %v does not help: %v", remedy, no, err)
	r.heal(g, m, c, next, next.Remedies[0], last, depth-1)
}

// eligible chooses the people whose leaving the remedy speaks of, and who make
// room by it.
func (r *run) eligible(m *model, c call, no *seats.Refusal, remedy seats.Remedy, last bool) []seats.Command {
	var commands []seats.Command
	policy := m.policy // that the refused command meets
	for _, command := range c.commands[:no.Index] {
		if set, ok := command.(seats.SetPolicy); ok {
			policy = set.Policy
		}
	}
	named := func(p *person) bool { // the call itself counts on them
		return slices.ContainsFunc(c.commands[:no.Index+1], func(c seats.Command) bool { return names(c, p) })
	}
	for i := range m.people {
		p := m.people[i]
		if last {
			p = m.people[len(m.people)-1-i]
		}
		if p.ID == c.actor.User || named(p) || int64(len(commands)) == remedy.Count {
			continue
		}
		command := on(remedy.Action, p.ID)
		if v := m.clone().do(c.actor, command, m.last); v.codes == nil && p.seated() && !policy.Exempt.Has(p.role) {
			commands = append(commands, command)
		}
	}
	require.Len(r, commands, int(remedy.Count), "people of whom the remedy %v speaks", remedy)
	return commands
}

// names reports whether a command is about that person in any way.
func names(c seats.Command, p *person) bool {
	switch c := c.(type) {
	case seats.Invite:
		return c.Profile.ID == p.ID || shares(c.Profile, p.Profile)
	case seats.Add:
		return c.Profile.ID == p.ID || shares(c.Profile, p.Profile)
	case seats.Adopt:
		return c.User.ID == p.ID || shares(c.User.Profile, p.Profile)
	case seats.Deactivate:
		return c.User == p.ID || c.Heir == p.ID
	case seats.Archive:
		return c.User == p.ID || c.Heir == p.ID
	case seats.Delete:
		return c.User == p.ID || c.Heir == p.ID
	case seats.HandOver:
		return c.User == p.ID || c.Heir == p.ID
	case seats.SetPayer:
		return c.User == p.ID
	}
	id, _ := target(c)
	return id == p.ID
}
