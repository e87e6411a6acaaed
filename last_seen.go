package seatkeeper

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// SeenEvery is the time in which the last seen of a user is written once at most.
const SeenEvery = time.Hour

// Seen notes that users were in the host application at that instant: of a session, or of a last sign-in
// that the host has kept itself. An instant to come counts as the present. It is written if the kept one is
// [SeenEvery] older or more; another call costs a read. [seats.SignIn] and [seats.Join] by a Keeper
// do the same for users who may come in. There may be any number of users; unknown and deleted ones are left out.
//
// It is no change of the account: it has no event and no revision, meets no conflict, and Audit, Replay
// and Undo know nothing of it. The deletion of a user, [seats.Erase] and EraseAccount erase it.
//
// An unknown account is [store.ErrNotFound], a store without [store.LastSeen] is [store.ErrNoLastSeen],
// and a wrong clock [store.ErrClockSkew]. After any error the host calls again.
func (k *Keeper) Seen(ctx context.Context, account users.AccountID, at time.Time, ids ...users.ID) (err error) {
	k, end := k.observed(ctx, CallStats{Method: "Seen", Account: account})
	defer end(&err)
	if now := k.now(); at.After(now) {
		at = now
	}
	if users.CheckID(account) != nil {
		return store.ErrNotFound
	}
	ids = slices.DeleteFunc(slices.Clone(ids), invalidID)
	for some := range slices.Chunk(ids, userPage) {
		if _, err := k.see(ctx, account, at.UTC().Truncate(time.Microsecond), some); err != nil {
			return err
		}
	}
	return nil
}

// LastSeen returns when the users were last seen, see [users.User.LastSeen], in the order given, for a page of a
// list; zero: never, as far as is known. A first sign-in is a sight, also by [seats.Accept] and of an import. It is
// zero for deleted users. See [Keeper.Seen], also for its errors.
func (k *Keeper) LastSeen(ctx context.Context, account users.AccountID, ids ...users.ID) (_ []time.Time, err error) {
	k, end := k.observed(ctx, CallStats{Method: "LastSeen", Account: account})
	defer end(&err)
	seen := make([]time.Time, 0, len(ids))
	for {
		some := ids[:min(len(ids), userPage)]
		ids = ids[len(some):]
		s, _, err := k.read(ctx, &seats.Need{Account: account, Users: slices.DeleteFunc(slices.Clone(some), invalidID)})
		if err != nil {
			return nil, err
		}
		kept, err := k.lastSeen(ctx, account, some)
		if err != nil {
			return nil, err
		}
		for i, id := range some {
			at := kept[i]
			if n := slices.IndexFunc(s.Users, func(u users.User) bool { return u.ID == id && u.Here() }); n >= 0 {
				at = s.Users[n].LastSeen(at)
			}
			seen = append(seen, at)
		}
		if len(ids) == 0 {
			return seen, nil
		}
	}
}

func invalidID(id users.ID) bool { return users.CheckID(id) != nil }

func (k *Keeper) lastSeen(ctx context.Context, account users.AccountID, ids []users.ID) ([]time.Time, error) {
	instants, err := store.LastSeenOf(k.store).Seen(ctx, account, ids...)
	if err == nil {
		err = complete(instants, len(ids))
	}
	return instants, err
}

// see notes users who are here. They are looked for once more afterwards: a deletion meanwhile has
// forgotten what was kept before. It reports whether all who were noted are active then.
func (k *Keeper) see(ctx context.Context, account users.AccountID, at time.Time, ids []users.ID) (active bool, err error) {
	kept := store.LastSeenOf(k.store)
	before, err := k.lastSeen(ctx, account, ids)
	if err != nil {
		return false, err
	}
	var stale []users.ID
	for i, id := range ids {
		if at.Sub(before[i]) >= SeenEvery {
			stale = append(stale, id)
		}
	}
	if len(stale) == 0 {
		return true, nil
	}
	here, _, err := k.here(ctx, account, stale)
	if err != nil || len(here) == 0 {
		return false, err
	}
	if err := k.written(func() error { return kept.SetSeen(ctx, account, at, here...) }); err != nil {
		return false, err
	}
	still, active, err := k.here(ctx, account, here)
	if err != nil {
		return false, err
	}
	return active, k.forgetSeen(ctx, account, slices.DeleteFunc(here, func(id users.ID) bool { return slices.Contains(still, id) }))
}

// written writes what stands beside an account, again after a conflict and a lost answer.
func (k *Keeper) written(write func() error) (err error) {
	for range progressTries {
		if err = write(); k.bound || !retryProgress(err) {
			break
		}
	}
	return err
}

// here returns the users who are there and not deleted, unless the clock is wrong. It reports whether they are all
// of them, and active.
func (k *Keeper) here(ctx context.Context, account users.AccountID, ids []users.ID) (here []users.ID, active bool, err error) {
	now, began := k.now(), time.Now()
	s, err := k.loadOne(ctx, seats.Need{Account: account, Users: ids})
	switch {
	case err != nil:
		return nil, false, err
	case !s.Known():
		return nil, false, store.ErrNotFound
	}
	if err := k.checkClock(now, s.StoreTime, time.Since(began)); err != nil {
		return nil, false, err
	}
	active = true
	for _, u := range s.Users {
		if u.Here() && slices.Contains(ids, u.ID) {
			here = append(here, u.ID)
			active = active && u.Status == users.Active
		}
	}
	return here, active && len(here) == len(ids), nil
}

// forgetSeen forgets when users were last seen.
func (k *Keeper) forgetSeen(ctx context.Context, account users.AccountID, ids []users.ID) error {
	return k.forget(ctx, account, ids, store.LastSeenOf(k.store).ForgetSeen)
}

// forgetMissing forgets in which runs users were missing.
func (k *Keeper) forgetMissing(ctx context.Context, account users.AccountID, ids []users.ID) error {
	return k.forget(ctx, account, ids, store.MissesOf(k.store).ForgetMissing)
}

// forget forgets what a store keeps beside the account, if it does. The end of the context does not
// end it, since the users are deleted already.
func (k *Keeper) forget(
	ctx context.Context, account users.AccountID, ids []users.ID, forget func(context.Context, users.AccountID, ...users.ID) error,
) (err error) {
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxForget)
	defer cancel()
	for range progressTries {
		err = forget(ctx, account, ids...)
		switch {
		case errors.Is(err, store.ErrNoLastSeen), errors.Is(err, store.ErrNoMisses):
			return nil
		case err == nil || k.bound:
			return err
		}
	}
	return err
}

// maxForget bounds the time of forget.
const maxForget = 10 * time.Second

// noteSeen keeps the present as the last seen of users who have signed in by a decision, and forgets
// what stands beside the account of the users deleted by it. A failure of the first is no failure of the sign-in. After one of the
// second the call is to be made again, as after a lost answer.
//
// It reports whether a user who was let in without a commit is not active any more: [Keeper.FreeUnseen] may have
// freed the seat before the sight was kept.
func (k *Keeper) noteSeen(ctx context.Context, account users.AccountID, d *seats.Decision) (outdated bool, err error) {
	var in, gone []users.ID
	for _, o := range d.Outcomes {
		switch {
		case o.Refusal != nil:
		case users.In(users.ActionSignIn, users.ActionJoin).Has(o.Action) && o.After.Status == users.Active && len(d.Repeated) == 0:
			in = append(in, o.User)
		case o.Action == users.ActionDelete, o.Action == users.ActionErase:
			gone = append(gone, o.User)
		}
	}
	if len(in) > 0 {
		active, err := k.see(ctx, account, k.now(), in)
		outdated = err == nil && !active && d.Change.Empty()
	}
	err = k.forgetSeen(ctx, account, gone)
	if err == nil && (d.Change.Empty() || d.Change.Account.Sources != (seats.Sources{})) {
		err = k.forgetMissing(ctx, account, gone) // an account without a sync has none
	}
	if err != nil {
		return false, withCause(store.ErrUnknown, err)
	}
	return outdated, nil
}

// forgetDeleted forgets what stands beside an account of its deleted users.
func (k *Keeper) forgetDeleted(ctx context.Context, account users.AccountID) error {
	filter := users.Filter{Status: users.In(users.Deleted)}
	for {
		page, err := k.store.Users(ctx, account, filter, chunkSize)
		if err != nil || len(page) == 0 {
			return err
		}
		ids := make([]users.ID, len(page))
		for i, u := range page {
			ids[i] = u.ID
		}
		if err := k.forgetSeen(ctx, account, ids); err != nil {
			return err
		}
		if err := k.forgetMissing(ctx, account, ids); err != nil {
			return err
		}
		filter = filter.NextPage(page[len(page)-1])
	}
}
