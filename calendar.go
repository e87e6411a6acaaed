package seatkeeper

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Calendar returns what is dated in the account from today to a day, today included, and on any
// of these days the free seats of every pool: leaves, starts, invitations that run out, booked
// totals, the ends of pools and of unstarted licences. It is what settling will do, by the zone's
// rules of now, if no command comes before. It writes only what is due anyway.
//
// It reads the dated rows up to the day, their users, and all pools; with up to
// [seats.MaxSettled] dated users, pools and licences it is one load. The Rows of the result are
// those it was made of. An account with more than 20,000 users, pools or licences of them is
// refused as [seats.ErrBadInput]: an earlier day has fewer. So is a day that is over, and one more than
// [seats.MaxForecastDays] away. An account that changes all the time while thousands of rows are
// read is [store.ErrConflict]. An unknown account is [store.ErrNotFound].
func (k *Keeper) Calendar(ctx context.Context, account users.AccountID, until users.Date) (_ seats.Calendar, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Calendar", Account: account})
	defer end(&err)
	need := seats.Need{Account: account}
	for p, err := range k.Pools(ctx, account) {
		if err != nil {
			return seats.Calendar{}, err
		}
		need.Pools = append(need.Pools, pools(p.ID)...)
	}
	need.AheadTo(until, k.now())
	s, err := k.loadAhead(ctx, &need)
	if err != nil {
		return seats.Calendar{}, err
	}
	return seats.NewCalendar(s, seats.Request{At: present(need), Zones: k.options.Zones}, until)
}

// maxAhead bounds the dated rows of a calendar.
const maxAhead = 20_000

// loadAhead is load with all rows due until need.Ahead. If they are more than one load has, they
// are read in pages, and again until all are of one revision.
func (k *Keeper) loadAhead(ctx context.Context, need *seats.Need) (seats.Snapshot, error) {
	s, err := k.load(ctx, need)
	for n := 0; err == nil && need.Ahead > 0 && !s.NextDue.IsZero() && !s.NextDue.After(need.DueBy); n++ {
		if n == k.options.Attempts {
			return seats.Snapshot{}, k.exhausted(nil)
		}
		var rows seats.Change
		if rows, err = k.dated(ctx, need.Account, need.DueBy); err != nil {
			break
		}
		all, before := *need, s.Account.Revision
		for _, l := range rows.Licences {
			all.Users = append(slices.Clip(all.Users), l.User)
			all.Pools = append(slices.Clip(all.Pools), pools(seats.PoolID(l.Pool))...)
		}
		for _, p := range rows.Pools {
			all.Pools = append(slices.Clip(all.Pools), pools(p.ID)...)
		}
		if s, err = k.load(ctx, &all); err == nil && s.Account.Revision == before {
			need.DueBy, rows.Account = all.DueBy, s.Account
			s = s.Apply(rows)
			s.NextDue = time.Time{}
		}
	}
	return s, err
}

// dated reads the users, pools and licences of an account that are due by an instant.
func (k *Keeper) dated(ctx context.Context, account users.AccountID, by time.Time) (rows seats.Change, err error) {
	// An invitation that runs out is none of the dated ones.
	for _, f := range []users.Filter{{Dated: true}, {Status: users.In(users.Invited)}} {
		list := pages(true, auditPage, func(last users.User) ([]users.User, error) {
			if last.ID != "" {
				f = f.NextPage(last)
			}
			return k.store.Users(ctx, account, f, auditPage)
		})
		if rows.Updated, err = due(rows.Updated, list, by, func(u users.User) time.Time { return u.Due }); err != nil {
			return rows, err
		}
	}
	byID := func(u, v users.User) int { return cmp.Compare(u.ID, v.ID) } // a user can be in both lists
	slices.SortFunc(rows.Updated, byID)
	rows.Updated = slices.CompactFunc(rows.Updated, func(u, v users.User) bool { return u.ID == v.ID })
	if rows.Pools, err = due(nil, k.otherPools(ctx, account), by, func(p seats.Pool) time.Time { return p.Due }); err != nil {
		return rows, err
	}
	assigned := users.LicenceFilter{State: users.In(users.LicenceAssigned)}
	list := pages(true, auditPage, func(last users.Licence) ([]users.Licence, error) {
		if last.User != "" {
			assigned = assigned.NextPage(last)
		}
		return k.store.Licences(ctx, account, assigned, auditPage)
	})
	rows.Licences, err = due(nil, list, by, func(l users.Licence) time.Time { return l.Due })
	return rows, err
}

// due appends the rows of a list that are due by an instant, up to the bound.
func due[R any](rows []R, list iter.Seq2[R, error], by time.Time, at func(R) time.Time) ([]R, error) {
	for row, err := range list {
		switch {
		case err != nil:
			return rows, err
		case at(row).IsZero() || at(row).After(by):
		case len(rows) == maxAhead:
			return rows, &seats.Refusal{Code: seats.ErrBadInput, Field: "until", Reason: seats.ErrManyRows}
		default:
			rows = append(rows, row)
		}
	}
	return rows, nil
}
