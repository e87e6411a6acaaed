package seatkeeper

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Replay rebuilds the account from all its events; the numbers of the result are those of the
// account. The cost grows with the events. A missing event, one that contradicts those before,
// and one beyond the account's count are [seats.ErrHistory]. An unknown account is
// [store.ErrNotFound].
func (k *Keeper) Replay(ctx context.Context, account users.AccountID) (_ seats.Ledger, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Replay", Account: account})
	defer end(&err)
	return seats.Replay(k.Events(ctx, account, seats.EventFilter{}))
}

// UsageAt returns the account in numbers as of an instant, the events of that instant
// included, under the policy of that time. It has no revision. For an instant before the
// opening it has the account's ID alone. Missing events, as far as they are needed, and
// missing last events are [seats.ErrHistory]. An unknown account is [store.ErrNotFound].
func (k *Keeper) UsageAt(ctx context.Context, account users.AccountID, at time.Time) (_ seats.Usage, err error) {
	k, end := k.observed(ctx, CallStats{Method: "UsageAt", Account: account})
	defer end(&err)
	s, err := k.load(ctx, &seats.Need{Account: account})
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
	return seats.UsageAt(last, site, k.events(ctx, s.Account, seats.GoverningEvents()))
}

// Period returns the peak and the seat-days of a pool, [seats.Site] or a course pool, and the
// licences used up, for a bill. The period begins at from and ends before to, both cut to microseconds; its part in
// the future is left out. An end before the beginning and an unknown pool are refused as
// [seats.ErrBadInput]. Missing events are [seats.ErrHistory], as in [Keeper.UsageAt]. An
// unknown account is [store.ErrNotFound].
func (k *Keeper) Period(ctx context.Context, account users.AccountID, pool seats.PoolID, from, to time.Time) (_ seats.Period, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Period", Account: account})
	defer end(&err)
	if to.Before(from) {
		return seats.Period{}, &seats.Refusal{Code: seats.ErrBadInput, Field: "to", Reason: seats.ErrBackwards}
	}
	from, to = from.UTC().Truncate(time.Microsecond), to.UTC().Truncate(time.Microsecond)
	need := seats.Need{Account: account, Pools: []seats.PoolID{pool}}
	if pool != seats.Site && users.CheckID(pool) != nil {
		need.Pools = nil
	}
	s, err := k.load(ctx, &need)
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
	return seats.Metered(pool, from, to, before, k.events(ctx, s.Account, seats.EventFilter{After: last.Sequence}))
}

// lastAt returns the last event at or before an instant, or the zero event. Events are in
// order of time, so that a binary search finds it. The account's last event must be there,
// since later instants begin after it.
func (k *Keeper) lastAt(ctx context.Context, account seats.Account, at time.Time) (seats.Event, error) {
	final, err := k.last(ctx, account)
	if err != nil || account.Sequence == 0 || !final.Time.After(at) {
		return final, err
	}
	var last seats.Event
	sort.Search(int(account.Sequence-1), func(i int) bool {
		if err != nil {
			return true
		}
		var page []seats.Event
		page, err = k.numbered(ctx, account.ID, uint64(i), uint64(i)+1)
		if err != nil || page[0].Time.After(at) {
			return true
		}
		last = page[0]
		return false
	})
	return last, err
}

// last returns the account's last event, the zero event for an account in its first state. An
// event beyond it is [seats.ErrHistory] if the account is still at the revision loaded.
func (k *Keeper) last(ctx context.Context, account seats.Account) (last seats.Event, err error) {
	if account.Sequence == 0 {
		return seats.Event{}, nil
	}
	before := account.Sequence - 1
	list := seats.Numbered(before, account.Sequence, pages(true, 3, func(seats.Event) ([]seats.Event, error) {
		return k.store.Events(ctx, account.ID, seats.EventFilter{After: before}, 2)
	}))
	for e, err := range list {
		if err != nil {
			return seats.Event{}, err
		}
		if e.Sequence > account.Sequence {
			return last, k.moved(ctx, account)
		}
		last = e
	}
	return last, nil
}

// moved explains events beyond the account's Sequence: nil if the account has a new revision
// by now, else [seats.ErrHistory].
func (k *Keeper) moved(ctx context.Context, account seats.Account) error {
	s, err := k.loadOne(ctx, seats.Need{Account: account.ID})
	if err == nil && s.Account.Revision == account.Revision {
		err = fmt.Errorf("%w: the account ends with event %d, and there are later ones", seats.ErrHistory, account.Sequence)
	}
	return err
}

// numbered returns the events of the numbers (after, through], at most a page. A missing one
// is [seats.ErrHistory].
func (k *Keeper) numbered(ctx context.Context, account users.AccountID, after, through uint64) ([]seats.Event, error) {
	var all []seats.Event
	list := seats.Numbered(after, through, pages(true, int(through-after)+1, func(seats.Event) ([]seats.Event, error) {
		return k.store.Events(ctx, account, seats.EventFilter{After: after}, int(through-after))
	}))
	for e, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// latest returns a pool's last event up to a number, or the zero event, reading backwards.
func (k *Keeper) latest(ctx context.Context, account users.AccountID, pool seats.PoolID, through uint64) (seats.Event, error) {
	for through > 0 {
		size := min(through, eventPage)
		page, err := k.numbered(ctx, account, through-size, through)
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

// Explain says whether the user holds a seat, since when and by which event, and what would
// free the seat. It lists the user's course licences with state, due date and the event behind
// the state. An unknown user is refused as [seats.ErrUnknownUser]; an unknown account is
// [store.ErrNotFound]. If the account's last event is missing, or the user's events contradict
// each other, the error is [seats.ErrHistory].
func (k *Keeper) Explain(ctx context.Context, account users.AccountID, id users.ID) (_ seats.Explanation, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Explain", Account: account})
	defer end(&err)
	need := seats.NeedsExplanation(account, id)
	s, err := k.load(ctx, &need)
	for err == nil && seats.ExplainNeeds(&need, s) {
		s, err = k.load(ctx, &need)
	}
	if err != nil {
		return seats.Explanation{}, err
	}
	if _, err := k.last(ctx, s.Account); err != nil {
		return seats.Explanation{}, err
	}
	for _, u := range s.Users {
		if u.ID == id {
			events := inOrder(
				k.events(ctx, s.Account, seats.EventFilter{User: id}),
				k.events(ctx, s.Account, seats.GoverningEvents()))
			x, err := seats.Explain(s.Account, u, need.DueBy, events, s.Licences...)
			x.Position = s.Pools[0].Waiting.Position(id)
			for _, place := range u.CoursePlaces {
				for _, p := range s.Pools {
					if string(p.ID) == place.Pool {
						x.CoursePositions = append(x.CoursePositions, p.Waiting.Position(id))
					}
				}
			}
			return x, err
		}
	}
	return seats.Explanation{}, &seats.Refusal{Code: seats.ErrUnknownUser, User: id}
}

// inOrder merges short lists of events. An event in several lists comes once.
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
