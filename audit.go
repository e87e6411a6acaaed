package seatkeeper

import (
	"context"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Audit holds all that is stored of an account against its events, and returns where
// they differ: nowhere, unless somebody has written past the library, or a restore brought
// back tables of several moments. It compares the numbers of the account row and the pools,
// and the people one by one: status, role, whether they came by a sync, and course licences
// that are not started. The address, the username and the external ID of each must find them
// and nobody else. Of the events it says which are missing and which do not follow.
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
		lost, moved, err := k.unfound(ctx, account, was, page)
		if err != nil {
			return s, err
		}
		if moved {
			failed++
			continue
		}
		failed = 0
		for _, lost := range lost {
			a.Unfound(lost.user, lost.key.Kind)
		}
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
	s, err := k.loadOnce(ctx, need)
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

// keySide is the side of the square that a page of people fills.
const keySide = 32

// A holder is a user with one of their keys.
type holder struct {
	user users.ID
	key  users.Key
}

// unfound returns the keys of the people that do not find their user, or somebody else
// besides, in the order of the people; moved says that the account has another revision.
//
// A snapshot does not say by which key a user was found, so that two users who have each
// other's keys would pass. So the people stand in a square, and each row and each column of it
// has to find exactly its people: any two of them are parted by one of the two. Whom a row or
// a column does not find is looked for alone.
func (k *Keeper) unfound(ctx context.Context, account users.AccountID, revision uint64, page []users.User) (lost []holder, moved bool, err error) {
	var lines [][]holder
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		square := make([][]holder, 2*keySide)
		for i, u := range page {
			for _, key := range u.Keys() {
				if key.Kind == kind {
					h := holder{u.ID, key}
					row, column := i/keySide%keySide, keySide+i%keySide
					square[row], square[column] = append(square[row], h), append(square[column], h)
				}
			}
		}
		lines = append(lines, square...)
	}
	lines, moved, err = k.inexact(ctx, account, revision, lines)
	if moved || err != nil {
		return nil, moved, err
	}
	var alone [][]holder
	seen := map[holder]bool{}
	for _, h := range slices.Concat(lines...) {
		if !seen[h] {
			seen[h], alone = true, append(alone, []holder{h})
		}
	}
	alone, moved, err = k.inexact(ctx, account, revision, alone)
	return slices.Concat(alone...), moved, err
}

// inexact returns the groups whose keys do not bring exactly their users.
func (k *Keeper) inexact(ctx context.Context, account users.AccountID, revision uint64, groups [][]holder) (wrong [][]holder, moved bool, err error) {
	groups = slices.DeleteFunc(groups, func(g []holder) bool { return len(g) == 0 })
	needs := make([]seats.Need, len(groups))
	for i, g := range groups {
		needs[i].Account = account
		for _, h := range g {
			needs[i].Keys = append(needs[i].Keys, h.key)
		}
	}
	found, err := k.store.Load(ctx, needs...)
	if err == nil {
		err = complete(found, len(needs))
	}
	if err != nil {
		return nil, false, err
	}
	for i, g := range groups {
		if found[i].Account.Revision != revision {
			return nil, true, nil
		}
		if !slices.EqualFunc(g, found[i].Users, func(h holder, u users.User) bool { return h.user == u.ID }) {
			wrong = append(wrong, g)
		}
	}
	return wrong, false, nil
}
