package seatkeeper

import (
	"context"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Audit holds all that is stored of an account against its events, and returns where
// they differ: nowhere, unless somebody has written past the library, or a restore brought
// back tables of several moments. It compares the numbers of the account row and the pools,
// and the people one by one: status, role, whether they came by a sync, and course licences
// that are not started. Of the events it says which are missing and which do not follow.
// See [seats.Drift] for the form.
//
// It reads everything there is of the account, and again to name the people who differ; its
// memory does not grow with them. It writes nothing: what is due stays due. The account may
// move meanwhile; where a single page of people can't be read between two changes, the
// error is [store.ErrConflict].
func (k *Keeper) Audit(ctx context.Context, account users.AccountID) ([]seats.Drift, error) {
	auditor := new(seats.Auditor)
	s, err := k.audit(ctx, account, auditor)
	if err != nil {
		return nil, err
	}
	if closer := auditor.Closer(); closer != nil {
		if s, err = k.audit(ctx, account, closer); err != nil {
			return nil, err
		}
		auditor = closer
	}
	return auditor.Drift(s), nil
}

// audit feeds an auditor and returns the account at the moment of its end.
func (k *Keeper) audit(ctx context.Context, account users.AccountID, a *seats.Auditor) (seats.Snapshot, error) {
	all := users.Filter{Status: users.In(users.Statuses()...)}
	s, err := k.caughtUp(ctx, seats.Need{Account: account}, 0, a)
	for failed := 0; err == nil; {
		if failed > k.options.Attempts {
			return s, k.exhausted(nil)
		}
		var page []users.User
		if page, err = k.store.Users(ctx, account, all, auditPage); err != nil {
			break
		}
		need := seats.Need{Account: account}
		if len(page) < auditPage {
			need.Pools = a.Pools()
		}
		was := s.Account.Revision
		if s, err = k.caughtUp(ctx, need, was, a); err != nil {
			break
		}
		if s.Account.Revision != was {
			failed++
			continue // the page may be of the moment before or after
		}
		failed = 0
		for _, u := range page {
			a.Row(u)
			all.After = u.ID
		}
		if len(page) < auditPage {
			return s, nil
		}
	}
	return s, err
}

// caughtUp loads a snapshot and records the events up to it, if it is of another revision
// than the last one. An event beyond it was there before the next snapshot, so that the
// account has moved, or is torn.
func (k *Keeper) caughtUp(ctx context.Context, need seats.Need, was uint64, a *seats.Auditor) (seats.Snapshot, error) {
	s, err := k.load(ctx, need)
	switch {
	case err != nil:
		return s, err
	case !s.Known():
		return s, store.ErrNotFound
	case s.Account.Revision == was:
		return s, nil
	}
	return s, a.Record(s.Account.Sequence, k.eventRows(ctx, need.Account, seats.EventFilter{After: a.Sequence()}))
}
