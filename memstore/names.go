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
}

func nameOf(u users.User) name { return name{u.SortName(), u.ID} }

func (n name) compare(m name) int {
	return cmp.Or(cmp.Compare(n.sort, m.sort), cmp.Compare(n.id, m.id))
}

// from lists the users in the order of the filter, from the beginning of its page or
// shortly before.
func (a *account) from(f users.Filter) iter.Seq[users.ID] {
	if !f.ByName {
		at, _ := slices.BinarySearch(a.order, f.After)
		return slices.Values(a.order[at:])
	}
	if a.names == nil {
		for _, u := range a.users {
			a.names = append(a.names, nameOf(u))
		}
		slices.SortFunc(a.names, name.compare)
	}
	at, _ := slices.BinarySearchFunc(a.names, name{f.AfterName, f.After}, name.compare)
	return func(yield func(users.ID) bool) {
		for _, n := range a.names[at:] {
			if !yield(n.id) {
				return
			}
		}
	}
}

// rename moves a user in the order of names, once a list has asked for it: most accounts
// are spared the cost.
func (a *account) rename(was, is users.User) {
	if a.names == nil || nameOf(was) == nameOf(is) {
		return
	}
	if at, ok := slices.BinarySearchFunc(a.names, nameOf(was), name.compare); ok {
		a.names = slices.Delete(a.names, at, at+1)
	}
	at, _ := slices.BinarySearchFunc(a.names, nameOf(is), name.compare)
	a.names = slices.Insert(a.names, at, nameOf(is))
}
