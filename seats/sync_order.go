package seats

import (
	"iter"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// A rowEdit is an edit by a row.
type rowEdit struct {
	Edit
	row    int
	member *member
	wanted [keyFields]uint64 // the keys that its user lacks
}

// isSame reports whether a row is about the user of its address or username though its external ID is another one.
func (c *Comparison) isSame(m *member, p *users.Profile, keys [keyFields]uint64) bool {
	columns := c.columns.without(m.kept)
	if m.is&isOwn == 0 || m.keys[0] == 0 || keys[0] == 0 || m.keys[0] == keys[0] || !columns.has[firstKey] {
		return true
	}
	byHand := columns.has[0] != c.columns.has[0] || columns.has[1] != c.columns.has[1]
	same := c.hasName(m, p)
	if m.name == 0 || byHand && !same { // unknown
		m.is |= isUnnamed
		return c.released
	}
	return same
}

// hasName reports whether a row has the name of a user.
func (c *Comparison) hasName(m *member, p *users.Profile) bool {
	return m.name != 0 && m.name == c.members.hashName(p, &c.columns)
}

// otherKeys returns the keys of a row that its user lacks, and whether the user gives one up for them.
func (c *Comparison) otherKeys(m *member, keys [keyFields]uint64) (wanted [keyFields]uint64, givenUp bool) {
	columns := c.columns.without(m.kept)
	for i, hash := range keys {
		if columns.has[firstKey+i] && hash != m.keys[i] {
			wanted[i] = hash
			givenUp = givenUp || hash != 0 && m.keys[i] != 0
		}
	}
	return wanted, givenUp
}

// hasKeyOfAnother reports whether a row has the address or the username of another user than the one of its external ID, as after the
// numbers of two were exchanged. The user's own name proves the number.
func (c *Comparison) hasKeyOfAnother(m *member, p *users.Profile, wanted [keyFields]uint64) bool {
	for kind := 1; kind < keyFields && !c.hasName(m, p); kind++ {
		if holder, _ := c.members.find(kind, wanted[kind]); holder != nil && holder != m {
			return true
		}
	}
	return false
}

// patch returns the fields of a row. A key without a text is left out.
func (c columns) patch(p users.Profile) (set users.Patch) {
	texts := textsOf(&p)
	for i, to := range [...]**string{&set.FirstName, &set.LastName, &set.Location, &set.Department, &set.Title, &set.ExternalID, &set.Email, &set.Username} {
		if c.has[i] && (i < firstKey || *texts[i] != "") {
			*to = texts[i]
		}
	}
	if c.groups {
		set.Groups = &p.Groups
	}
	return set
}

// orderEdits adds the edits, each after the one by which the key that it wants comes free. Of users who exchange keys one
// gives theirs up first, and these edits are an exchange.
func (c *Comparison) orderEdits() {
	const (
		begun = 1 + iota
		done
	)
	of, state := make(map[*member]int, len(c.edits)), make([]uint8, len(c.edits))
	for i := range c.edits {
		of[c.edits[i].member] = i
	}
	var order, first []int // edits that wait for one another; those of users who give up their keys first
	var visit func(i int)
	visit = func(i int) {
		state[i] = begun
		m := &c.edits[i]
		for kind, hash := range m.wanted {
			holder, _ := c.members.find(kind, hash)
			before, moves := of[holder]
			switch {
			case !moves || holder == m.member:
			case state[before] == begun && !(textFields[firstKey+kind] == "email" && c.account.Policy.MayShareAddresses()):
				first = append(first, before)
			case state[before] == 0:
				visit(before)
			}
		}
		state[i] = done
		order = append(order, i)
	}
	for _, active := range []bool{true, false} { // an invited user who gives up an address first is sent two invitations
		for i := range c.edits {
			if state[i] == 0 && (!active || c.edits[i].member.status == users.Active) {
				order, first = order[:0], first[:0]
				visit(i)
				c.addEdits(order, first)
			}
		}
	}
}

// addEdits adds edits in order. An exchange of more users than a call may have is left as it is.
func (c *Comparison) addEdits(order, first []int) {
	from := len(c.result.steps[stepEdit].commands)
	slices.Sort(first)
	first = slices.Compact(first)
	if len(first) > 0 && len(order)+len(first) > MaxCommands {
		for _, i := range order {
			refusal := refuse(ErrDuplicate, c.edits[i].User).because(ErrTaken)
			refusal.Action = users.ActionEdit
			c.result.Leave(c.edits[i].row, refusal)
		}
		return
	}
	for _, i := range first {
		m := &c.edits[i]
		c.result.add(stepEdit, m.row, m.givesUp())
	}
	for _, i := range order {
		c.result.add(stepEdit, c.edits[i].row, c.edits[i].Edit)
	}
	if len(first) > 0 {
		c.result.exchanges = append(c.result.exchanges, [2]int{from, len(c.result.steps[stepEdit].commands)})
	}
}

// givesUp returns the command by which the user gives up the keys that the edit changes, but for an external ID.
func (m *rowEdit) givesUp() Edit {
	e := Edit{User: m.User}
	if m.wanted[1] != 0 && m.member.keys[1] != 0 {
		e.Set.Email = new("")
	}
	if m.wanted[2] != 0 && m.member.keys[2] != 0 {
		e.Set.Username = new("")
	}
	return e
}

// A Part of differences has commands that share a commit.
type Part struct {
	Commands []Command
	// Together says that users exchange keys by the commands, see [Request].Together.
	Together bool
	More     bool // parts follow
}

// Parts lists the commands in order, in parts of at most that many; an exchange of keys is a part of its own.
func (d *Differences) Parts(most int) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		var part []Command
		left, at, goes := d.Len(), -d.before(stepEdit), true
		put := func(together bool) {
			if left -= len(part); len(part) > 0 && goes {
				goes = yield(Part{part, together, left > 0})
			}
			part = nil
		}
		exchanges := d.exchanges
		for _, c := range d.Commands() {
			if len(exchanges) > 0 && at == exchanges[0][0] {
				put(false)
			}
			part = append(part, c)
			at++
			inside := len(exchanges) > 0 && at > exchanges[0][0]
			switch {
			case inside && at == exchanges[0][1]:
				put(true)
				exchanges = exchanges[1:]
			case !inside && len(part) == most:
				put(false)
			}
			if !goes {
				return
			}
		}
		put(false)
	}
}

// before returns the number of commands before those of a kind.
func (d *Differences) before(kind int) (n int) {
	for _, s := range d.steps[:kind] {
		n += len(s.commands)
	}
	return n
}
