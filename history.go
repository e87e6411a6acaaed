package seatkeeper

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Replay rebuilds the account from all its events, which takes the longer the more
// there are. Its numbers are those of the account; an event that does not follow from
// those before it is [seats.ErrHistory].
func (k *Keeper) Replay(ctx context.Context, account users.AccountID) (seats.Ledger, error) {
	return seats.Replay(k.Events(ctx, account, seats.EventFilter{}))
}

// UsageAt returns the account in numbers as it was at that instant: after the last
// event then or before, by the policy of that time. It has no revision, and for an
// instant before the account was opened nothing but its ID.
func (k *Keeper) UsageAt(ctx context.Context, account users.AccountID, at time.Time) (seats.Usage, error) {
	s, err := k.present(ctx, &seats.Need{Account: account})
	if err != nil {
		return seats.Usage{}, err
	}
	last, err := k.lastAt(ctx, s.Account, at)
	if err != nil || last.Sequence == 0 {
		return seats.Usage{Account: account}, err
	}
	site, err := k.latest(ctx, account, seats.Site, last.Sequence)
	if err != nil {
		return seats.Usage{}, err
	}
	return seats.UsageAt(last, site, k.recorded(ctx, account, seats.GoverningEvents()))
}

// Period returns the peak and the seat-days of a pool, [seats.Site] or another,
// from one instant up to another, both cut to microseconds, for a bill. What lies in
// the future does not count. An end before the beginning, and a pool that is not there,
// are refused as [seats.ErrBadInput].
func (k *Keeper) Period(ctx context.Context, account users.AccountID, pool seats.PoolID, from, to time.Time) (seats.Period, error) {
	if to.Before(from) {
		return seats.Period{}, &seats.Refusal{Code: seats.ErrBadInput, Field: "to", Reason: seats.ErrBackwards}
	}
	from, to = from.UTC().Truncate(time.Microsecond), to.UTC().Truncate(time.Microsecond)
	need := seats.Need{Account: account, Pools: []seats.PoolID{pool}}
	if pool != seats.Site && users.CheckID(pool) != nil {
		need.Pools = nil
	}
	s, err := k.present(ctx, &need)
	if err != nil {
		return seats.Period{}, err
	}
	if !slices.ContainsFunc(s.Pools, func(p seats.Pool) bool { return p.ID == pool }) {
		return seats.Period{}, &seats.Refusal{Code: seats.ErrBadInput, Field: "pool", Reason: seats.ErrNotThere}
	}
	if to.After(need.DueBy) {
		to = need.DueBy
	}
	if to.Before(from) {
		to = from
	}
	last, err := k.lastAt(ctx, s.Account, from)
	if err != nil {
		return seats.Period{}, err
	}
	before, err := k.latest(ctx, account, pool, last.Sequence)
	if err != nil {
		return seats.Period{}, err
	}
	return seats.Metered(pool, from, to, before.Held, k.recorded(ctx, account, seats.EventFilter{After: last.Sequence}))
}

// lastAt returns the last event at or before an instant, the zero event if there is
// none. Events are in the order of their times, so that it looks at few.
func (k *Keeper) lastAt(ctx context.Context, account seats.Account, at time.Time) (last seats.Event, err error) {
	sort.Search(int(account.Sequence), func(i int) bool {
		if err != nil {
			return true
		}
		var page []seats.Event
		page, err = k.store.Events(ctx, account.ID, seats.EventFilter{After: uint64(i)}, 1)
		if err != nil || page[0].Time.After(at) {
			return true
		}
		last = page[0]
		return false
	})
	return last, err
}

// latest returns the last event of a pool up to that number, reading backwards; the
// zero event if there is none.
func (k *Keeper) latest(ctx context.Context, account users.AccountID, pool seats.PoolID, through uint64) (seats.Event, error) {
	for through > 0 {
		size := min(through, eventPage)
		page, err := k.store.Events(ctx, account, seats.EventFilter{After: through - size}, int(size))
		if err != nil {
			return seats.Event{}, err
		}
		for _, e := range slices.Backward(page) {
			if e.Pool == pool {
				return e, nil
			}
		}
		through -= size
	}
	return seats.Event{}, nil
}

// Explain says whether the user holds a seat, since when and by what, and what would
// free it. Nobody is a refusal, [seats.ErrUnknownUser].
func (k *Keeper) Explain(ctx context.Context, account users.AccountID, id users.ID) (seats.Explanation, error) {
	need := seats.NeedsPerson(account, users.ByID(id))
	s, err := k.present(ctx, &need)
	if err != nil {
		return seats.Explanation{}, err
	}
	for _, u := range s.Users {
		if u.ID == id {
			events := inOrder(
				k.recorded(ctx, account, seats.EventFilter{User: id}),
				k.recorded(ctx, account, seats.GoverningEvents()))
			return seats.Explain(s.Account, u, need.DueBy, events)
		}
	}
	return seats.Explanation{}, &seats.Refusal{Code: seats.ErrUnknownUser, User: id}
}

// inOrder merges two lists of events, which are few. One that is in both comes once.
func inOrder(lists ...iter.Seq2[seats.Event, error]) iter.Seq2[seats.Event, error] {
	return func(yield func(seats.Event, error) bool) {
		all := map[uint64]seats.Event{}
		for _, list := range lists {
			for e, err := range list {
				if err != nil {
					yield(e, err)
					return
				}
				all[e.Sequence] = e
			}
		}
		for _, n := range slices.Sorted(maps.Keys(all)) {
			if !yield(all[n], nil) {
				return
			}
		}
	}
}

// Audit counts the account's people from their rows and replays its events, and
// returns where the numbers of the account row or a pool say otherwise: nowhere, unless
// somebody has written past the library. It compares numbers and no single people. It
// reads everything there is of the account, and again what happens meanwhile, until it
// has all of it at one moment; where that never comes the error is [store.ErrConflict].
func (k *Keeper) Audit(ctx context.Context, account users.AccountID) ([]seats.Drift, error) {
	var ledger seats.Ledger
	for range k.options.Attempts {
		var broken error
		for e, err := range k.Events(ctx, account, seats.EventFilter{After: ledger.Sequence}) {
			if err != nil {
				return nil, err
			}
			if broken = ledger.Record(e); broken != nil {
				break
			}
		}
		need := seats.Need{Account: account, Pools: slices.Collect(maps.Keys(ledger.Pools))}
		s, err := k.present(ctx, &need)
		if err != nil {
			return nil, err
		}
		everybody := users.Filter{Status: users.In(users.Statuses()...)}
		rows, revision, err := k.store.Tally(ctx, account, everybody)
		switch {
		case err != nil:
			return nil, err
		case revision != s.Account.Revision, broken == nil && ledger.Sequence < s.Account.Sequence:
			continue // somebody was quicker
		case broken != nil:
			return append(seats.Audit(s, rows, ledger), seats.Drift{What: "events", Counted: broken.Error()}), nil
		}
		return seats.Audit(s, rows, ledger), nil
	}
	return nil, k.exhausted(nil)
}
