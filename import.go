package seatkeeper

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// ImportReport is the outcome of a call of [Keeper.Import].
type ImportReport struct {
	Created  int // users new by this call
	Existing int // users present before, with the same ID
	Refused  int
	// Refusals are the outcomes of the first hundred refused users. Index of the Refusal is
	// the user's place in the list, from 0.
	Refusals []seats.Outcome
	// Usage is the account afterwards, with Excess if it is above its total. Pools are the
	// course pools of the users' licences, in order of ID. After an error both are empty.
	Usage seats.Usage
	Pools []seats.Pool
}

const maxRefusals = 100

// Import takes over the users of a host as they are, each as by [seats.Import]: with
// status, dates and licences, and even above the account's total. The host first opens the
// account with [Keeper.Open], and creates its course pools with [seats.SetTotal]:
//
//	_, err := keeper.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(50), Owner: olive})
//	report, err := keeper.Import(ctx, "acme", rows) // func(yield func(seats.Import, error) bool)
//
// A user needs an ID, a status, and the instants Created and StatusSince; [users.User.Clean]
// and [users.User.CleanLicences] have all requirements. A user with a fault is counted as Refused, and the call goes on:
// look at the report. The owner may be in the list and is Existing: active since the
// opening.
//
// Users are read from the list one by one. Every few hundred share a commit, and are all
// that is in memory. An unknown account is [store.ErrNotFound]. An error of the list, the
// store or the context ends the call. The users before an error of the list are imported.
// The report counts the users already settled; the commit under way was written as a whole
// or not at all.
//
// Import may be repeated at any time and then continues: imported users are Existing, and
// refused ones are tried again. It ignores the Key of a [Call].
func (k *Keeper) Import(ctx context.Context, account users.AccountID, people iter.Seq2[seats.Import, error]) (ImportReport, error) {
	k = k.correlated(Call{Correlation: k.call.Correlation, Reason: k.call.Reason})
	var unreadable error
	commands := func(yield func(seats.Command, error) bool) {
		for i, err := range people {
			if err != nil {
				unreadable = err
				return
			}
			if !yield(seats.Import{User: i.User.Clone(), Licences: slices.Clone(i.Licences)}, nil) {
				return
			}
		}
	}
	i := importing{pools: map[seats.PoolID]bool{}}
	err := k.doChunked(ctx, "Import", account, k.request(users.System(), seats.ByBulk), commands, nil, i.settled)
	if unreadable != nil {
		err = errors.Join(unreadable, err)
	}
	if err != nil {
		return i.report, err
	}
	s, err := k.load(ctx, &seats.Need{Account: account, Pools: slices.Sorted(maps.Keys(i.pools))})
	if err != nil {
		return i.report, err
	}
	i.report.Usage = s.Usage()
	i.report.Pools = slices.DeleteFunc(s.Pools, func(p seats.Pool) bool { return p.ID == seats.Site })
	return i.report, nil
}

// importing is the state of a call of Import.
type importing struct {
	report ImportReport
	pools  map[seats.PoolID]bool // of the licences of imported users
}

// settled counts one user.
func (i *importing) settled(c seats.Command, o seats.Outcome) error {
	r := &i.report
	switch {
	case o.Refusal != nil:
		r.Refused++
		if len(r.Refusals) < maxRefusals {
			r.Refusals = append(r.Refusals, o)
		}
		return nil
	case o.Unchanged:
		r.Existing++
	default:
		r.Created++
	}
	for _, l := range c.(seats.Import).Licences {
		if users.CheckID(l.Pool) == nil {
			i.pools[seats.PoolID(l.Pool)] = true
		}
	}
	return nil
}
