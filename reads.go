package seatkeeper

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Usage returns the account in numbers: what is bought, held and available, the
// people by status, and the summary cards in the product's own words. Its cost does
// not depend on how many people there are.
func (k *Keeper) Usage(ctx context.Context, account users.AccountID) (seats.Usage, error) {
	s, err := k.load(ctx, &seats.Need{Account: account})
	if err != nil {
		return seats.Usage{}, err
	}
	return s.Usage(), nil
}

// Account returns the account itself: its policy, which says what to offer, its
// time zone, its tally by stored status.
func (k *Keeper) Account(ctx context.Context, account users.AccountID) (seats.Account, error) {
	s, err := k.load(ctx, &seats.Need{Account: account})
	s.Account.Salt = "" // the library's own
	return s.Account, err
}

// User returns the user with that ID, deleted ones included. Nobody is a
// refusal, [seats.ErrUnknownUser].
func (k *Keeper) User(ctx context.Context, account users.AccountID, id users.ID) (seats.Person, error) {
	return k.Find(ctx, account, users.ByID(id))
}

// Find returns the user who has the key: an address, a username, an external ID
// or an ID, as in keeper.Find(ctx, "acme", users.ByEmail("ada@acme.example")).
// Inactive and archived people keep their keys. Nobody is a refusal,
// [seats.ErrUnknownUser].
func (k *Keeper) Find(ctx context.Context, account users.AccountID, key users.Key) (seats.Person, error) {
	need := seats.NeedsPerson(account, key)
	s, err := k.load(ctx, &need)
	if err != nil {
		return seats.Person{}, err
	}
	for _, u := range s.Users {
		if u.Has(key) {
			return s.Account.View(u, need.DueBy), nil
		}
	}
	return seats.Person{}, &seats.Refusal{Code: seats.ErrUnknownUser}
}

// How many rows are read from the store at a time.
const (
	userPage    = 200
	auditPage   = 1000 // people
	eventPage   = 500
	accountPage = 200
)

// Users lists the account's users whom the filter selects, in ascending order
// of ID, or ByName of [users.Profile.SortName]. The filter's status is the one that
// is shown, so under a policy that shows invited people as active the filter for
// active people finds them; an empty one selects all but the deleted.
//
// Rows are read a page at a time, and nothing is kept open in between: the loop
// may call the Keeper. Who is there from beginning to end is listed once; only who
// gets another name meanwhile may be missed by a list in order of name, or be there
// twice. An error is the last thing the loop sees. For a page of a screen, leave the
// loop when it is full, and go on with [users.Filter.NextPage] the last user.
func (k *Keeper) Users(ctx context.Context, account users.AccountID, filter users.Filter) iter.Seq2[seats.Person, error] {
	return func(yield func(seats.Person, error) bool) {
		s, stored, some, err := k.stored(ctx, account, filter)
		if err != nil {
			yield(seats.Person{}, err)
			return
		}
		now := k.now()
		rows := pages(some, userPage, func(last users.User) ([]users.User, error) {
			if last.ID != "" {
				stored = stored.NextPage(last)
			}
			return k.store.Users(ctx, account, stored, userPage)
		})
		for u, err := range rows {
			if !yield(s.Account.View(u, now), err) {
				return
			}
		}
	}
}

// UsageOf is [Keeper.Usage] with those people only whom the filter selects by the status
// that is shown: it counts them, and so do the summary cards about people. What is bought,
// held and available stays that of the account, a moment before they were counted. Where
// a page of the filter begins makes no difference. It reads the rows of all people: Usage is the cheap way to the numbers of all of them.
func (k *Keeper) UsageOf(ctx context.Context, account users.AccountID, filter users.Filter) (seats.Usage, error) {
	s, stored, some, err := k.stored(ctx, account, filter.WithoutPage())
	if err != nil {
		return seats.Usage{}, err
	}
	var people users.Tally
	if some {
		if people, _, err = k.store.Tally(ctx, account, stored); err != nil {
			return seats.Usage{}, err
		}
	}
	return s.UsageOf(people), nil
}

// stored turns a filter by shown status into the store's. It reports whether the
// filter can select anybody at all.
func (k *Keeper) stored(ctx context.Context, account users.AccountID, f users.Filter) (seats.Snapshot, users.Filter, bool, error) {
	s, err := k.load(ctx, &seats.Need{Account: account})
	if err != nil {
		return seats.Snapshot{}, f, false, err
	}
	if f.Status.Empty() {
		f.Status = users.Present
	}
	f.Status = s.Account.Policy.Stored(f.Status)
	return s, f, !f.Status.Empty(), nil
}

// Events lists the account's events that the filter selects, in order. For the
// last ten, let the filter's After be [seats.Usage] Sequence less ten. Rows are read
// as by [Keeper.Users]. A list that comes to its end, ends with [seats.ErrHistory] where the
// account's last event is missing, or is not the last one; a list without User and Kinds, in
// which the numbers have no gaps, also where any other one is missing.
func (k *Keeper) Events(ctx context.Context, account users.AccountID, filter seats.EventFilter) iter.Seq2[seats.Event, error] {
	return func(yield func(seats.Event, error) bool) {
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
	}
}

// recorded lists the events of an account that was loaded before, whatever is due. Since
// then its events up to its Sequence are there, however it moves meanwhile: a list of all
// events that ends before, or has a gap, ends with [seats.ErrHistory].
func (k *Keeper) events(ctx context.Context, account seats.Account, filter seats.EventFilter) iter.Seq2[seats.Event, error] {
	list := k.eventRows(ctx, account.ID, filter)
	if filter.User != "" || len(filter.Kinds) > 0 {
		return list
	}
	return seats.Numbered(filter.After, account.Sequence, list)
}

// eventRows lists the events that are there.
func (k *Keeper) eventRows(ctx context.Context, account users.AccountID, filter seats.EventFilter) iter.Seq2[seats.Event, error] {
	return pages(true, eventPage, func(last seats.Event) ([]seats.Event, error) {
		filter.After = max(filter.After, last.Sequence)
		return k.store.Events(ctx, account, filter, eventPage)
	})
}

// RunDue lets everything that is due take effect in accounts that nobody has
// touched since, and returns how many accounts it went through. Any call on an
// account does the same for that account first, so when and how often RunDue is
// called changes no result; a host calls it every few minutes, so that events and
// seats do not wait for the next visitor.
//
// An account in which that fails does not stop the others: RunDue returns all of the errors,
// each with the account's ID. Where the clock is behind the store's, fewer accounts are due.
func (k *Keeper) RunDue(ctx context.Context) (accounts int, err error) {
	now := k.now()
	var failed []error
	due := pages(true, accountPage, func(last users.AccountID) ([]users.AccountID, error) {
		return k.store.Due(ctx, now, last, accountPage)
	})
	for id, err := range due {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return accounts, errors.Join(append(failed, err)...)
		}
		if _, err := k.load(ctx, &seats.Need{Account: id}); err != nil {
			failed = append(failed, fmt.Errorf("seatkeeper: account %q: %w", id, err))
			continue
		}
		accounts++
	}
	return accounts, errors.Join(failed...)
}

// pages lists rows that are read a page at a time, each after the last row of
// the one before. A page that is not full is the last one.
func pages[Row any](some bool, full int, read func(last Row) ([]Row, error)) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var last Row
		for more := some; more; {
			page, err := read(last)
			if err != nil {
				yield(*new(Row), err)
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if more = len(page) == full; more {
				last = page[len(page)-1]
			}
		}
	}
}
