package seats

import "github.com/seatkeeper/seatkeeper/users"

// A claim is a row waiting for all others: the user of its address or username has another key, perhaps that of a later row,
// or these are two users.
type claim struct {
	entry   users.Entry
	keys    [keyFields]uint64
	of      [keyFields]*member // the users of the keys, but for the external ID
	settled bool
}

// ways lists how claims are settled, in their order, each for addresses before usernames. No two claims of a way are
// about one user: the order of the rows does not matter.
var ways = [...]func(*Comparison, *claim, *member) bool{
	func(c *Comparison, w *claim, m *member) bool { return w.isSole() && c.hasName(m, &w.entry.Profile) },
	func(c *Comparison, w *claim, m *member) bool { return c.hasName(m, &w.entry.Profile) },
	func(_ *Comparison, w *claim, _ *member) bool { return w.isSole() },
	func(_ *Comparison, _ *claim, m *member) bool { return m.isIn() },
	func(*Comparison, *claim, *member) bool { return true },
}

// find compares a row with the user of its external ID, else with those of its other keys.
func (c *Comparison) find(e users.Entry, keys [keyFields]uint64) *Refusal {
	w := claim{entry: e, keys: keys}
	for kind, hash := range keys {
		m, several := c.members.find(kind, hash)
		switch {
		case m == nil || kind > 0 && c.shares(kind, e.Profile):
		case several:
			c.members.mark(kind, hash, isNamed)
			c.result.Leave(e.Row, &Refusal{Code: ErrAmbiguous, Action: users.ActionInvite, Field: textFields[firstKey+kind]})
			return nil
		case kind == 0:
			c.compare(m, e, keys)
			return nil
		default:
			w.of[kind] = m
		}
	}
	switch m := w.first(); {
	case m == nil:
		return c.newcomer(e)
	case w.isSole() && c.agrees(m, keys):
		c.compare(m, e, keys)
	default:
		c.claims = append(c.claims, w)
	}
	return nil
}

// compare counts a row equal to its user; any other waits.
func (c *Comparison) compare(m *member, e users.Entry, keys [keyFields]uint64) {
	if c.isAsBefore(m, e, keys) {
		m.is |= isMatched
		c.result.Same++
		return
	}
	c.differs = append(c.differs, matchedRow{e, m})
}

// agrees reports whether a row has all keys of a user in the columns of the roster: no other row can be about the user.
func (c *Comparison) agrees(m *member, keys [keyFields]uint64) bool {
	for kind, hash := range keys {
		if c.columns.has[firstKey+kind] && m.keys[kind] != 0 && m.keys[kind] != hash {
			return false
		}
	}
	return true
}

// first returns the user of the address, else of the username.
func (w *claim) first() *member {
	if w.of[1] != nil {
		return w.of[1]
	}
	return w.of[2]
}

// isSole reports whether the row has keys of one user alone.
func (w *claim) isSole() bool { return w.of[1] == nil || w.of[2] == nil || w.of[1] == w.of[2] }

// settleClaims compares the waiting rows with their users. A row without one left is the last: a newcomer's, or a second row.
func (c *Comparison) settleClaims() *Refusal {
	for n := range len(ways) + 1 {
		for kind := 1; kind < keyFields; kind++ {
			for i := range c.claims {
				w := &c.claims[i]
				m := w.of[kind]
				if w.settled || m == nil || n < len(ways) && (m.is&isMatched != 0 || !ways[n](c, w, m) || !c.isSame(m, &w.entry.Profile, w.keys)) {
					continue
				}
				w.settled = true
				if refusal := c.match(m, w.entry, w.keys); refusal != nil {
					return refusal
				}
			}
		}
	}
	return nil
}
