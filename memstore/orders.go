package memstore

import (
	"iter"
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// An entry is a user in an order.
type entry struct {
	place users.Place
	row   uint32
}

// from lists the users in the order of the filter, from the beginning of its page.
func (a *account) from(f users.Filter) iter.Seq[users.User] {
	return func(yield func(users.User) bool) {
		for row := range a.rows(f) {
			if !yield(a.user(row)) {
				return
			}
		}
	}
}

// rows lists the rows in the order of the filter, from the beginning of its page. The rows of IDs
// are found by them.
func (a *account) rows(f users.Filter) iter.Seq[uint32] {
	if len(f.IDs) > 0 {
		return slices.Values(a.identified(f))
	}
	if f.Order == users.OrderID {
		return rowsOf(&a.people.order, f, func(row uint32) users.Place { return users.Place{ID: a.people.id(row)} }, func(row uint32) uint32 { return row })
	}
	return rowsOf(a.ordered(f.Order), f, func(e entry) users.Place { return e.place }, func(e entry) uint32 { return e.row })
}

// rowsOf lists the rows of an order from the beginning of the filter's page.
func rowsOf[E any](all *sorted[E], f users.Filter, place func(E) users.Place, row func(E) uint32) iter.Seq[uint32] {
	list, at, found := all.from, spot{}, false
	if f.Backward {
		list, at = all.before, all.end()
	}
	if f.After.ID != "" {
		at, found = all.seek(func(e E) int { return f.Order.Compare(place(e), f.After) })
	}
	return func(yield func(uint32) bool) {
		skips := found && !f.Backward
		for e := range list(at) {
			if !skips && !yield(row(e)) {
				return
			}
			skips = false
		}
	}
}

// identified returns the rows of the filter's IDs, in its order.
func (a *account) identified(f users.Filter) (rows []uint32) {
	for _, id := range f.IDs {
		if row, ok := a.people.row(id); ok {
			rows = append(rows, row)
		}
	}
	rows = once(rows)
	slices.SortFunc(rows, func(x, y uint32) int { return f.Compare(a.user(x), a.user(y)) })
	return rows
}

// ordered returns all users in an order. The first list in it sorts them; from then on it is
// kept, so that most accounts are spared the cost.
func (a *account) ordered(o users.Order) *sorted[entry] {
	order, ok := a.people.orders[o]
	if !ok {
		var all []entry
		for row := range a.people.rows {
			all = append(all, entry{o.Place(a.user(uint32(row))), uint32(row)})
		}
		slices.SortFunc(all, func(x, y entry) int { return o.Compare(x.place, y.place) })
		if a.people.orders == nil {
			a.people.orders = map[users.Order]*sorted[entry]{}
		}
		order = sortedOf(all)
		a.people.orders[o] = order
	}
	return order
}

// move moves a user in the orders that are kept. A new user comes from the zero value.
func (p *people) move(was, is users.User, row uint32) {
	for o, all := range p.orders {
		from, to := o.Place(was), o.Place(is)
		if from == to {
			continue
		}
		seek := func(place users.Place) (spot, bool) {
			return all.seek(func(e entry) int { return o.Compare(e.place, place) })
		}
		if at, ok := seek(from); ok {
			all.delete(at)
		}
		at, _ := seek(to)
		all.insert(at, entry{to, row})
	}
}
