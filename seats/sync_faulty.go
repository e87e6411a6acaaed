package seats

import (
	"cmp"
	"errors"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// Fault adds a fault of a row of a file, see [users.RowFault]. The faults of a row follow one another, and the first one is told.
func (c *Comparison) Fault(f users.Fault) {
	var p users.Profile
	for _, k := range f.Keys {
		if int(k.Kind) < keyFields {
			*textsOf(&p)[firstKey+int(k.Kind)] = k.Value
		}
	}
	refusal := badInput(cmp.Or(f.Field, rowField), f.Problem)
	if reason, ok := errors.AsType[users.Reason](f.Problem); ok {
		refusal.Reason = reason
	}
	if f.Row != c.faultyRow {
		c.faultyRow, c.unreadable = f.Row, false
		c.result.Rows++
		c.leaveFaulty(f.Row, p, refusal)
		return
	}
	c.keepUsers(p, refusal)
}

// rowField is the field of a refusal about a whole row.
const rowField = "row"

// leaveFaulty leaves a faulty row as it is, and the users of its keys.
func (c *Comparison) leaveFaulty(row int, p users.Profile, refusal *Refusal) {
	if c.faults++; c.fault == nil {
		c.fault = refusal
	}
	c.keepUsers(p, refusal)
	c.result.Leave(row, refusal)
}

// keepUsers keeps the users of all keys of a faulty row, or all missing ones. The users of an address that the row may share do not
// leave; other rows may change them.
func (c *Comparison) keepUsers(p users.Profile, refusal *Refusal) {
	keys := c.members.hashKeys(&p)
	known := keys[0] != 0 && refusal.Field != "external-id"
	for kind, hash := range keys {
		as := isNamed | isFaulty
		if c.shares(kind, p) {
			as = isNamed
		}
		known = c.members.mark(kind, hash, as) || known
	}
	ofKey := slices.Contains([]string{rowField, "profile"}, refusal.Field) || slices.Contains(textFields[firstKey:], refusal.Field)
	if ofKey && !known && refusal.Reason != users.ErrDuplicateRow && !c.unreadable {
		c.unreadable = true
		c.result.Unreadable++
	}
}

// take takes the keys of a row, unless a row before has one of them, and returns the kind of that one. Addresses may be shared where
// the policy lets users share them.
func (c *Comparison) take(keys [keyFields]uint64) (kind int, taken bool) {
	each := func(do func(kind int, hash uint64, m *member)) {
		for kind, hash := range keys {
			if hash != 0 && !(textFields[firstKey+kind] == "email" && c.account.Policy.MayShareAddresses()) {
				m, _ := c.members.find(kind, hash)
				do(kind, hash, m)
			}
		}
	}
	each(func(k int, hash uint64, m *member) {
		if !taken && (m == nil && c.newKeys[hash] || m != nil && m.is&(isKeyOfRow<<k) != 0) {
			kind, taken = k, true
		}
	})
	if taken {
		return kind, true
	}
	each(func(k int, hash uint64, m *member) {
		if m == nil {
			c.newKeys[hash] = true
		} else {
			m.is |= isKeyOfRow << k
		}
	})
	return 0, false
}
