package memstore

import (
	"cmp"
	"iter"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// A name is the place of a user in the order of names.
type name struct {
	sort string
	id   users.ID
	row  uint32
}

func (n name) compare(m name) int {
	return cmp.Or(cmp.Compare(n.sort, m.sort), cmp.Compare(n.id, m.id))
}

// from lists the users in the order of the filter, from the beginning of its page.
func (a *account) from(f users.Filter) iter.Seq[users.User] {
	if !f.ByName {
		return func(yield func(users.User) bool) {
			for _, row := range a.people.after(f.After) {
				if !yield(a.user(row)) {
					return
				}
			}
		}
	}
	if a.people.names == nil {
		for row := range a.people.rows {
			u := a.user(uint32(row))
			a.people.names = append(a.people.names, name{u.SortName(), u.ID, uint32(row)})
		}
		slices.SortFunc(a.people.names, name.compare)
	}
	at, _ := slices.BinarySearchFunc(a.people.names, name{sort: f.AfterName, id: f.After}, name.compare)
	return func(yield func(users.User) bool) {
		for _, n := range a.people.names[at:] {
			if !yield(a.user(n.row)) {
				return
			}
		}
	}
}

// rename moves a user in the order of names, once a list has asked for it: most accounts
// are spared the cost.
func (p *people) rename(was, is users.User, row uint32) {
	if p.names == nil || was.ID == is.ID && was.SortName() == is.SortName() {
		return
	}
	if at, ok := slices.BinarySearchFunc(p.names, name{sort: was.SortName(), id: was.ID}, name.compare); ok {
		p.names = slices.Delete(p.names, at, at+1)
	}
	n := name{is.SortName(), is.ID, row}
	at, _ := slices.BinarySearchFunc(p.names, n, name.compare)
	p.names = slices.Insert(p.names, at, n)
}
