package memstore

import (
	"cmp"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// people are the packed users of an account. A user keeps the row for ever, since the ID stays
// taken.
type people struct {
	rows  []string
	keys  [users.KeyID + 1]map[string]uint32 // the rows of all unique keys, by kind
	share map[users.Key][]uint32             // the rows of users who share an address
	order sorted[uint32]                     // all rows, by ID
	// All rows in other orders, each from the first list in it on.
	orders map[users.Order]*sorted[entry]
}

// row returns the row of a user.
func (p *people) row(id users.ID) (row uint32, ok bool) { return p.holder(users.ByID(id)) }

// holders returns the rows of the users with the key.
func (p *people) holders(k users.Key) []uint32 {
	sharers := p.share[k]
	if row, ok := p.holder(k); ok {
		return append(slices.Clip(sharers), row)
	}
	return sharers
}

// holder returns the row of the user with the unique key.
func (p *people) holder(k users.Key) (row uint32, ok bool) {
	row, ok = p.keys[k.Kind][k.Value]
	return row, ok
}

// id returns the ID in a row, which is its first field.
func (p *people) id(row uint32) users.ID {
	_, rest := uvarint(p.rows[row])
	n, rest := uvarint(rest)
	return users.ID(rest[:n])
}

// put writes the packed row of a user. Old keys are gone from the index already. The texts of the
// user are parts of the row, so that the index keeps no copies.
func (p *people) put(text string, u users.User) (row uint32) {
	row, ok := p.row(u.ID)
	if !ok {
		row = uint32(len(p.rows))
		p.rows = append(p.rows, text)
		at, _ := p.order.seek(func(row uint32) int { return cmp.Compare(p.id(row), u.ID) })
		p.order.insert(at, row)
	}
	p.rows[row] = text
	for _, k := range u.UniqueKeys() {
		if p.keys[k.Kind] == nil {
			p.keys[k.Kind] = make(map[string]uint32)
		}
		p.keys[k.Kind][k.Value] = row
	}
	if u.SharesEmail {
		if p.share == nil {
			p.share = make(map[users.Key][]uint32)
		}
		k := users.ByEmail(u.Email)
		p.share[k] = append(p.share[k], row)
	}
	return row
}

// drop takes the keys of a user from the index, but for the ID.
func (p *people) drop(u users.User) {
	for _, k := range u.UniqueKeys() {
		if k.Kind != users.KeyID {
			delete(p.keys[k.Kind], k.Value)
		}
	}
	if u.SharesEmail {
		k, row := users.ByEmail(u.Email), p.keys[users.KeyID][string(u.ID)]
		if p.share[k] = slices.DeleteFunc(p.share[k], func(r uint32) bool { return r == row }); len(p.share[k]) == 0 {
			delete(p.share, k)
		}
	}
}
