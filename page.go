package seatkeeper

import (
	"context"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// MaxPage is the largest size of a [Page].
const MaxPage = 500

// A Page is a page of a list of users, as [Keeper.Page] reads it.
type Page struct {
	Users []seats.Person // in order of the list
	// Previous and Next are the cursors of the pages before and after this one; nil: there is
	// none.
	Previous, Next *users.Cursor
}

// IDs returns the IDs of the users, for [Keeper.Allowed].
func (p Page) IDs() []users.ID {
	ids := make([]users.ID, len(p.Users))
	for i, u := range p.Users {
		ids[i] = u.ID
	}
	return ids
}

// Page returns a page of the list of [Keeper.Users]: at most size users. Size 0 stands for 50, and
// a size beyond [MaxPage] for MaxPage. The filter says what is listed and in which order, and
// Backward turns the list around; its After is ignored. The zero cursor is the first page, the
// cursor of Before alone the last one. A screen takes the others from a Page, in their text form.
//
// Pages stay together while the account changes: a page begins after the last user of the page
// before, where that user was. A page back that would be short is the first page.
//
// [users.Filter] has the cost of a page. A page back that would be short costs one more read.
// [seats.ErrBadInput] for a cursor of another order; an unknown account is [store.ErrNotFound].
func (k *Keeper) Page(ctx context.Context, account users.AccountID, filter users.Filter, cursor users.Cursor, size int) (_ Page, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Page", Account: account})
	defer end(&err)
	if cursor != (users.Cursor{}) && cursor.Order != filter.Order {
		return Page{}, &seats.Refusal{Code: seats.ErrBadInput, Field: "cursor", Reason: users.ErrUnfit}
	}
	s, stored, some, err := k.stored(ctx, account, filter)
	if err != nil || !some {
		return Page{}, err
	}
	if size <= 0 {
		size = screenPage
	}
	size = min(size, MaxPage)
	stored.After, stored.Backward = cursor.Place, filter.Backward != cursor.Before
	rows, err := k.store.Users(ctx, account, stored, size+1)
	if err != nil {
		return Page{}, err
	}
	more := len(rows) > size
	if cursor.Before && len(rows) < size && cursor.ID != "" {
		return k.Page(ctx, account, filter, users.Cursor{}, size)
	}
	return k.page(s, filter.Order, cursor, rows[:min(size, len(rows))], more), nil
}

// page returns a page of rows read from a cursor on; more: there are others after them.
func (k *Keeper) page(s seats.Snapshot, order users.Order, cursor users.Cursor, rows []users.User, more bool) (p Page) {
	if cursor.Before {
		slices.Reverse(rows)
	}
	now := k.now()
	for _, u := range rows {
		p.Users = append(p.Users, s.Account.View(u, now))
	}
	at := func(before bool, place users.Place) *users.Cursor {
		return &users.Cursor{Order: order, Before: before, Place: place}
	}
	switch known := cursor.ID != ""; {
	case len(rows) == 0 && known:
		p.Previous = at(true, users.Place{}) // the last page
	case len(rows) > 0:
		if more && cursor.Before || known && !cursor.Before {
			p.Previous = at(true, order.Place(rows[0]))
		}
		if more && !cursor.Before || known && cursor.Before {
			p.Next = at(false, order.Place(rows[len(rows)-1]))
		}
	}
	return p
}

// Count returns the number of users that the filter selects on all pages, with its statuses as in
// [Keeper.Users]. The cost is as that of [Keeper.UsageOf]. An unknown account is
// [store.ErrNotFound].
func (k *Keeper) Count(ctx context.Context, account users.AccountID, filter users.Filter) (_ int64, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Count", Account: account})
	defer end(&err)
	_, people, err := k.tally(ctx, account, filter)
	return people.Count(users.In(users.Statuses()...), 0), err
}

// tally counts the users selected by a filter on all pages: from the account's own tally where
// that knows them, otherwise from their rows.
func (k *Keeper) tally(ctx context.Context, account users.AccountID, filter users.Filter) (seats.Snapshot, users.Tally, error) {
	s, stored, some, err := k.stored(ctx, account, filter.WithoutPage())
	if err != nil || !some {
		return s, users.Tally{}, err
	}
	people, ok := s.Account.Tally.Part(stored)
	if !ok {
		people, _, err = k.store.Tally(ctx, account, stored)
	}
	return s, people, err
}
