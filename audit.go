package seatkeeper

import (
	"context"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// Audit compares all rows of an account with its events and returns the differences; see
// [seats.Drift] for their form. There are none unless another program wrote to the tables, or
// a restore mixed tables of several moments. It compares the numbers of account and pools,
// and of every user status, role, origin in a sync, place in the queue, and held and spent course licences. Address,
// username and external ID of every user must find exactly this user, and a shared address
// the users who share it. Missing and
// contradictory events are listed too.
//
// It reads the whole account, and reads it again to name the users in question. Its memory is
// bounded. It writes nothing: what is due stays due. The account may change meanwhile; if it
// changes during every attempt to read one page of users, the error is [store.ErrConflict].
// An unknown account is [store.ErrNotFound].
func (k *Keeper) Audit(ctx context.Context, account users.AccountID) (_ []seats.Drift, err error) {
	k, end := k.observed(ctx, CallStats{Method: "Audit", Account: account})
	defer end(&err)
	auditor := new(seats.Auditor)
	s, err := k.audit(ctx, account, auditor)
	if err != nil {
		return nil, err
	}
	if detail := auditor.Detail(); detail != nil {
		if s, err = k.audit(ctx, account, detail); err != nil {
			return nil, err
		}
		auditor = detail
	}
	return auditor.Drift(s), nil
}

// audit feeds an auditor and returns the account as of the end.
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
		need := seats.Need{Account: account, Licences: make([]users.ID, len(page))}
		for i, u := range page {
			need.Licences[i] = u.ID
		}
		if len(page) < auditPage {
			need.Pools = a.Pools()
		}
		was := s.Account.Revision
		if s, err = k.caughtUp(ctx, need, was, a); err != nil {
			break
		}
		if s.Account.Revision != was {
			failed++
			continue // the page may be older or newer
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
			a.KeyNotFound(lost.user, lost.key.Kind)
		}
		for _, u := range page {
			a.Row(u)
			all = all.NextPage(u)
		}
		for _, l := range s.Licences {
			a.Licence(l)
		}
		if len(page) < auditPage {
			return s, nil
		}
	}
	return s, err
}

// caughtUp loads a snapshot. If its revision is new, it records the events up to it. An event
// beyond them was there before the next snapshot: then the account has moved, or is torn.
func (k *Keeper) caughtUp(ctx context.Context, need seats.Need, was uint64, a *seats.Auditor) (seats.Snapshot, error) {
	s, err := k.loadOne(ctx, need)
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

// keySide is the side of the square filled by a page of users, see unfound.
const keySide = 32

// A holder is a user with one of their keys.
type holder struct {
	user   users.ID
	key    users.Key
	shares bool // the key is an address of another user as well
}

// admits reports whether the key may find another user besides: one who shares the address.
func (h holder) admits(u users.User) bool {
	return h.key.Kind == users.KeyEmail && (h.shares || u.SharesEmail) && u.Has(h.key)
}

// unfound returns the keys that fail to find their user, or find another one besides, in
// the order of the users. moved reports a new revision of the account.
//
// A snapshot names the users found and not the keys that found them: two users with each
// other's keys would pass. Therefore the users stand in a square, and every row and column
// must find exactly its users; any two users are apart in one of the two. Rows and columns
// that differ are then looked up key by key.
func (k *Keeper) unfound(ctx context.Context, account users.AccountID, revision uint64, page []users.User) (lost []holder, moved bool, err error) {
	var groups [][]holder
	for kind := users.KeyExternalID; kind < users.KeyID; kind++ {
		square := make([][]holder, 2*keySide)
		for i, u := range page {
			for _, key := range u.Keys() {
				if key.Kind == kind {
					h := holder{u.ID, key, u.SharesEmail}
					row, column := i/keySide%keySide, keySide+i%keySide
					square[row], square[column] = append(square[row], h), append(square[column], h)
				}
			}
		}
		groups = append(groups, square...)
	}
	groups, moved, err = k.inexact(ctx, account, revision, groups)
	if moved || err != nil {
		return nil, moved, err
	}
	var alone [][]holder
	seen := map[holder]bool{}
	for _, h := range slices.Concat(groups...) {
		if !seen[h] {
			seen[h], alone = true, append(alone, []holder{h})
		}
	}
	alone, moved, err = k.inexact(ctx, account, revision, alone)
	return slices.Concat(alone...), moved, err
}

// inexact returns the groups whose keys find other users than the group's.
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
		inGroup := slices.DeleteFunc(found[i].Users, func(u users.User) bool {
			return !slices.ContainsFunc(g, func(h holder) bool { return h.user == u.ID }) &&
				slices.ContainsFunc(g, func(h holder) bool { return h.admits(u) })
		})
		if !slices.EqualFunc(g, inGroup, func(h holder, u users.User) bool { return h.user == u.ID }) {
			wrong = append(wrong, g)
		}
	}
	return wrong, false, nil
}
