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
	keys  [users.KeyID + 1]map[string]uint32 // the rows of all keys, by kind
	order []uint32                           // all rows, by ID
	names []name                             // all rows, by name; nil until the first list in this order
}

// row returns the row of a user.
func (p *people) row(id users.ID) (row uint32, ok bool) { return p.holder(users.ByID(id)) }

// holder returns the row of the user with the key.
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

func (p *people) compare(row uint32, id users.ID) int { return cmp.Compare(p.id(row), id) }

// after returns the rows from the first ID after this one on.
func (p *people) after(id users.ID) []uint32 {
	at, ok := slices.BinarySearchFunc(p.order, id, p.compare)
	if ok {
		at++
	}
	return p.order[at:]
}

// put writes the packed row of a user. Old keys are gone from the index already. The texts of the
// user are parts of the row, so that the index keeps no copies.
func (p *people) put(text string, u users.User) (row uint32) {
	row, ok := p.row(u.ID)
	if !ok {
		row = uint32(len(p.rows))
		p.rows = append(p.rows, text)
		p.insert(row, u.ID)
	}
	p.rows[row] = text
	for _, k := range u.TakenKeys() {
		if p.keys[k.Kind] == nil {
			p.keys[k.Kind] = make(map[string]uint32)
		}
		p.keys[k.Kind][k.Value] = row
	}
	return row
}

// insert adds a row to the order. Most IDs come in their order.
func (p *people) insert(row uint32, id users.ID) {
	n := len(p.order)
	if n == 0 || p.compare(p.order[n-1], id) < 0 {
		p.order = append(p.order, row)
		return
	}
	at, _ := slices.BinarySearchFunc(p.order, id, p.compare)
	p.order = slices.Insert(p.order, at, row)
}

// drop takes the keys of a user from the index, but for the ID.
func (p *people) drop(u users.User) {
	for _, k := range u.Keys() {
		delete(p.keys[k.Kind], k.Value)
	}
}
