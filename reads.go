package seatkeeper

import (
	"context"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Usage returns the account in numbers: bought, held and available seats, the users by
// status, and the summary cards in the product's own words. The cost is that of one row,
// however many users there are. An unknown account is [store.ErrNotFound].
func (k *Keeper) Usage(ctx context.Context, account users.AccountID) (_ seats.Usage, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Usage", Account: account})
	defer end(&err)
	s, asOf, err := k.read(ctx, &seats.Need{Account: account})
	if err != nil {
		return seats.Usage{}, err
	}
	u := s.Usage()
	u.AsOf = asOf
	return u, nil
}

// Account returns the account's own data: policy, time zone, payer, and the users by stored
// status. An unknown account is [store.ErrNotFound].
func (k *Keeper) Account(ctx context.Context, account users.AccountID) (_ seats.Account, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Account", Account: account})
	defer end(&err)
	s, _, err := k.read(ctx, &seats.Need{Account: account})
	s.Account.Salt = "" // internal to the library
	return s.Account, err
}

// User returns the user with that ID, deleted ones included. An unknown user is refused as
// [seats.ErrUnknownUser]; an unknown account is [store.ErrNotFound].
func (k *Keeper) User(ctx context.Context, account users.AccountID, id users.ID) (_ seats.Person, err error) {
	k, end := k.observed(ctx, CallStats{Method: "User", Account: account})
	defer end(&err)
	return k.Find(ctx, account, users.ByID(id))
}

// Find returns the user with that key: an address, a username, an external ID or an ID, as
// in keeper.Find(ctx, "acme", users.ByEmail("ada@acme.example")). Inactive and archived
// users keep their keys. An unknown user is refused as [seats.ErrUnknownUser], and an
// address of several users as [seats.ErrAmbiguous], which names them; an unknown account is
// [store.ErrNotFound].
func (k *Keeper) Find(ctx context.Context, account users.AccountID, key users.Key) (_ seats.Person, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Find", Account: account})
	defer end(&err)
	need := seats.NeedsPerson(account, key)
	s, _, err := k.read(ctx, &need)
	if err != nil {
		return seats.Person{}, err
	}
	var found []users.ID
	var person seats.Person
	for _, u := range s.Users {
		if u.Has(key) {
			person, found = s.Account.View(u, need.DueBy), append(found, u.ID)
		}
	}
	switch len(found) {
	case 0:
		return seats.Person{}, &seats.Refusal{Code: seats.ErrUnknownUser}
	case 1:
		return person, nil
	}
	return seats.Person{}, &seats.Refusal{Code: seats.ErrAmbiguous, Field: key.Kind.String(), Others: found}
}

// Rows read from the store at a time.
const (
	userPage    = 200
	screenPage  = 50   // the first of them, which is often the only one
	auditPage   = 1000 // people
	eventPage   = 500
	accountPage = 200
	licencePage = 500
)

// Users lists the users selected by the filter in its order. The filter's statuses are those
// shown to people: under a policy that shows invited users as active, the filter for active ones
// finds them. An empty set selects all but the deleted.
//
// Rows are read a page at a time, and nothing stays open in between: the loop may call the
// Keeper. A user present from begin to end, in one place of the order, is listed once. A list in
// another order than by ID may miss or repeat a user whose place changes meanwhile. In a database a
// list by status, role or last change reads all users of the account for each page, of 200. For a
// page of a screen see [Keeper.Page].
//
// An error ends the list; for an unknown account it is [store.ErrNotFound].
func (k *Keeper) Users(ctx context.Context, account users.AccountID, filter users.Filter) iter.Seq2[seats.Person, error] {
	return observedList(ctx, k, CallStats{Method: "Users", Account: account}, func(k *Keeper, yield func(seats.Person, error) bool) {
		s, stored, some, err := k.stored(ctx, account, filter)
		if err != nil {
			yield(seats.Person{}, err)
			return
		}
		now := k.now()
		rows := pagesAfter(some, screenPage, userPage, func(last users.User, limit int) ([]users.User, error) {
			if last.ID != "" {
				stored = stored.NextPage(last)
			}
			return k.store.Users(ctx, account, stored, limit)
		})
		for u, err := range rows {
			if !yield(s.Account.View(u, now), err) {
				return
			}
		}
	})
}

// UsageOf is [Keeper.Usage] for a part of the users: tally and cards count those selected by
// the filter, with its statuses as in [Keeper.Users] and its page ignored. Bought, held and
// available seats are the account's, read a moment earlier. The cost is that of one row where
// the account knows the numbers, see [users.Tally.Part]; otherwise it grows with the account,
// since its users are counted one by one. An unknown account is [store.ErrNotFound].
func (k *Keeper) UsageOf(ctx context.Context, account users.AccountID, filter users.Filter) (_ seats.Usage, err error) {
	k, end := k.observed(ctx, CallStats{Method: "UsageOf", Account: account})
	defer end(&err)
	s, people, err := k.tally(ctx, account, filter)
	if err != nil {
		return seats.Usage{}, err
	}
	return s.UsageOf(people), nil
}

// Licences lists the course licences selected by the filter, in order of user, pool and number:
// the open ones, those spent on archived courses, and those returned. It finds the holders of a
// course, and the courses of a user. Rows are read as by [Keeper.Users]; the next page begins at
// [users.LicenceFilter.NextPage].
//
// An error ends the list; for an unknown account it is [store.ErrNotFound].
func (k *Keeper) Licences(ctx context.Context, account users.AccountID, filter users.LicenceFilter) iter.Seq2[users.Licence, error] {
	return observedList(ctx, k, CallStats{Method: "Licences", Account: account}, func(k *Keeper, yield func(users.Licence, error) bool) {
		if _, err := k.load(ctx, &seats.Need{Account: account}); err != nil {
			yield(users.Licence{}, err)
			return
		}
		rows := pages(true, licencePage, func(last users.Licence) ([]users.Licence, error) {
			if last.User != "" {
				filter = filter.NextPage(last)
			}
			return k.store.Licences(ctx, account, filter, licencePage)
		})
		for l, err := range rows {
			if !yield(l, err) {
				return
			}
		}
	})
}

// stored turns a filter by shown statuses into one by stored statuses. It reports false if
// the filter can select no user.
func (k *Keeper) stored(ctx context.Context, account users.AccountID, f users.Filter) (seats.Snapshot, users.Filter, bool, error) {
	s, err := k.load(ctx, &seats.Need{Account: account})
	if err != nil {
		return seats.Snapshot{}, f, false, err
	}
	f = s.Account.Policy.StoredFilter(f)
	return s, f, !f.Status.Empty(), nil
}

// Events lists the events selected by the filter, in its order. Rows are read as by [Keeper.Users].
// A screen takes the latest ones from a list that is Backward, and its next page at
// [seats.EventFilter.NextPage].
//
// An error ends the list. For an unknown account it is [store.ErrNotFound]. It is
// [seats.ErrHistory] if the account's last event is missing or has successors, and, in a
// list of all events between After and Before, if any event is missing.
func (k *Keeper) Events(ctx context.Context, account users.AccountID, filter seats.EventFilter) iter.Seq2[seats.Event, error] {
	return observedList(ctx, k, CallStats{Method: "Events", Account: account}, func(k *Keeper, yield func(seats.Event, error) bool) {
		s, err := k.load(ctx, &seats.Need{Account: account})
		if err != nil {
			yield(seats.Event{}, err)
			return
		}
		for e, err := range k.events(ctx, s.Account, filter) {
			if !yield(e, err) || err != nil {
				return
			}
		}
		if _, err := k.last(ctx, s.Account); err != nil {
			yield(seats.Event{}, err)
		}
	})
}

// events lists the events of an account loaded before, whatever is due. All up to its
// Sequence must be there, so that a list of every event ends with [seats.ErrHistory] at a gap.
func (k *Keeper) events(ctx context.Context, account seats.Account, filter seats.EventFilter) iter.Seq2[seats.Event, error] {
	list := k.eventRows(ctx, account.ID, filter)
	if !filter.IsWhole() {
		return list
	}
	through := min(account.Sequence, filter.Before-1) // of no Before the largest number
	if filter.Backward {
		return seats.NumberedBack(filter.After, through, list)
	}
	return seats.Numbered(filter.After, through, list)
}

// eventRows lists the stored events, with any gaps.
func (k *Keeper) eventRows(ctx context.Context, account users.AccountID, filter seats.EventFilter) iter.Seq2[seats.Event, error] {
	first := eventPage
	if filter.Backward {
		first = 2 * screenPage
	}
	return pagesAfter(true, first, eventPage, func(last seats.Event, limit int) ([]seats.Event, error) {
		if last.Sequence > 0 {
			filter = filter.NextPage(last)
		}
		return k.store.Events(ctx, account, filter, limit)
	})
}

// pages lists rows read a page at a time, each page after the last row of the one before.
// A page short of full is the last.
func pages[Row any](some bool, full int, read func(last Row) ([]Row, error)) iter.Seq2[Row, error] {
	return pagesAfter(some, full, full, func(last Row, _ int) ([]Row, error) { return read(last) })
}

// pagesAfter is pages with a first page of another size.
func pagesAfter[Row any](some bool, first, full int, read func(last Row, limit int) ([]Row, error)) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var last Row
		limit := first
		for more := some; more; limit = full {
			page, err := read(last, limit)
			if err != nil {
				yield(*new(Row), err)
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if more = len(page) == limit; more {
				last = page[len(page)-1]
			}
		}
	}
}
