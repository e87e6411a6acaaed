package seats

import (
	"cmp"
	"errors"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// Fault adds a fault of a row of a file, see [users.RowFault]. The faults of a row follow one another, and the first one is told.
func (c *Comparison) Fault(f users.Fault) {
	var keys [keyFields]uint64
	for _, k := range f.Keys {
		if int(k.Kind) < keyFields {
			keys[k.Kind] = c.members.hash(int(k.Kind), k.Value)
		}
	}
	refusal := badInput(cmp.Or(f.Field, rowField), f.Problem)
	if reason, ok := errors.AsType[users.Reason](f.Problem); ok {
		refusal.Reason = reason
	}
	if f.Row != c.faultyRow {
		c.faultyRow, c.unreadable = f.Row, false
		c.result.Rows++
		c.leaveFaulty(f.Row, keys, refusal)
		return
	}
	c.keepUsers(keys, refusal)
}

// rowField is the field of a refusal about a whole row.
const rowField = "row"

// leaveFaulty leaves a faulty row as it is, and the users of its keys.
func (c *Comparison) leaveFaulty(row int, keys [keyFields]uint64, refusal *Refusal) {
	if c.faults++; c.fault == nil {
		c.fault = refusal
	}
	c.keepUsers(keys, refusal)
	c.result.Leave(row, refusal)
}

// keepUsers keeps the users of the keys of a faulty row, or all missing ones.
func (c *Comparison) keepUsers(keys [keyFields]uint64, refusal *Refusal) {
	known, about := keys[0] != 0 && refusal.Field != "external-id", false
	for kind, hash := range keys {
		if m, several := c.members.find(kind, hash); m != nil && !about {
			about = true
			if !several {
				m.is |= isFaulty
			}
		}
		known = c.members.mark(kind, hash, isNamed) || known
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
