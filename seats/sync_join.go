package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// join adds a row about no user.
func (c *Comparison) join(e users.Entry) *Refusal {
	left, _, refusal := c.hasLeft(e)
	if refusal != nil || left {
		return refusal
	}
	c.result.Joining++
	c.result.add(stepJoin, e.Row, c.arrival(e))
	return nil
}

// arrival returns the command for a new user.
func (c *Comparison) arrival(e users.Entry) Command {
	e.Profile.Source = users.Source{Kind: users.SourceSync, Name: c.run.Source}
	role := users.Member
	if c.columns.role {
		role = roleOf(e)
	}
	if c.run.Adds {
		return Add{Profile: e.Profile, Role: role, Leave: e.Leave}
	}
	return Invite{Profile: e.Profile, Role: role, Leave: e.Leave}
}

// isByHand reports whether no key of a user can lead a row to them: all that the roster has a column for were edited by hand.
func (c *Comparison) isByHand(m *member) (byHand bool) {
	columns := c.columns.without(m.kept)
	for kind, hash := range m.keys {
		at := firstKey + kind
		if hash != 0 && columns.has[at] {
			return false
		}
		byHand = byHand || c.columns.has[at] && !columns.has[at]
	}
	return byHand
}

// noteByHand notes the name of an invited or active user of the source with keys by hand alone.
func (c *Comparison) noteByHand(m *member) {
	if m.is&isOwn != 0 && m.name != 0 && holding.Has(m.status) && c.isByHand(m) {
		c.byHand[m.name] = append(c.byHand[m.name], m)
	}
}

// newcomer adds a row with keys of no user, unless it has the name of a user with keys by hand alone: such rows wait for the others.
func (c *Comparison) newcomer(e users.Entry) *Refusal {
	if c.byHand[c.members.hashName(&e.Profile, &c.columns)] == nil {
		return c.join(e)
	}
	c.named = append(c.named, e)
	return nil
}

// matchNamed compares the rows that have waited with the users of their names.
func (c *Comparison) matchNamed() *Refusal {
	rows := map[uint64]int{}
	for i := range c.named {
		rows[c.members.hashName(&c.named[i].Profile, &c.columns)]++
	}
	for name, of := range c.byHand {
		c.byHand[name] = slices.DeleteFunc(of, func(m *member) bool { return m.is&isMatched != 0 })
	}
	for _, e := range c.named {
		name := c.members.hashName(&e.Profile, &c.columns)
		var refusal *Refusal
		switch of := c.byHand[name]; {
		case len(of) == 0:
			refusal = c.join(e)
		case len(of) > 1 || rows[name] > 1:
			left := refuse(ErrAmbiguous, "").because(ErrKeyByHand)
			left.Action = users.ActionInvite
			c.result.Leave(e.Row, left)
		default:
			refusal = c.match(of[0], e, c.members.hashKeys(&e.Profile))
		}
		if refusal != nil {
			return refusal
		}
	}
	return nil
}

// takenBy returns the profile by which a user is taken over: the keys that the row has in common with them, and with another external
// ID, which is theirs from then on, the name that proves it.
func (c *Comparison) takenBy(m *member, e users.Entry, keys [keyFields]uint64) users.Profile {
	renumbered := m.keys[0] != 0 && keys[0] != 0 && m.keys[0] != keys[0] && c.columns.without(m.kept).has[firstKey]
	if renumbered {
		m.keys[0] = keys[0]
	}
	p := c.members.common(m, e, keys)
	if renumbered {
		p.FirstName, p.LastName = e.Profile.FirstName, e.Profile.LastName
	}
	return p
}
