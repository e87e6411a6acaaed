package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A writer writes changes in one transaction, in the order of their accounts. It returns
// the stale accounts, which stay as they were; or errStale for some stale account, and then
// all stay as they were. An account that lacks its last event looks stale, see [batch.torn].
//
// A writer only writes: the engine refuses taken keys and broken rows, and the batch then
// looks for the cause.
type writer interface {
	write(context.Context, *Store, []*seats.Change) (stale []users.AccountID, err error)
}

var errStale = errors.New("sqlstore: an account has moved on")

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := &batch{Store: s, refused: map[users.AccountID]store.CommitResult{}}
	sorted := make([]*seats.Change, 0, len(changes))
	for i := range changes {
		c := &changes[i]
		if c.Base == 0 && len(c.Events) > 0 && c.Events[0].Sequence != 1 {
			b.refused[c.Account.ID] = store.CommitResult{Err: store.ErrConflict}
			continue
		}
		sorted = append(sorted, c)
	}
	slices.SortFunc(sorted, func(x, y *seats.Change) int {
		return cmp.Compare(x.Account.ID, y.Account.ID) // so that concurrent commits never wait in a circle
	})
	if err := b.commit(ctx, sorted); err != nil {
		return nil, fmt.Errorf("sqlstore: commit: %w", err)
	}
	results := make([]store.CommitResult, len(changes))
	for i := range changes {
		results[i] = b.refused[changes[i].Account.ID]
		if s.bound != nil && results[i].Err == store.ErrConflict {
			s.bound.conflict = true
		}
	}
	return results, nil
}

// A batch is a commit in progress.
type batch struct {
	*Store
	refused map[users.AccountID]store.CommitResult
}

// maxCommitAttempts is how often a change is sent that the engine refuses for a hidden cause.
const maxCommitAttempts = 3

// commit sends the changes. After a refusal of some it sends the others again.
func (b *batch) commit(ctx context.Context, changes []*seats.Change) error {
	for left := maxCommitAttempts; len(changes) > 0; left-- {
		sent := len(changes)
		accounts, err := b.writer.write(ctx, b.Store, changes)
		if err == nil {
			changes = slices.DeleteFunc(changes, func(c *seats.Change) bool { return !slices.Contains(accounts, c.Account.ID) })
			switch {
			case len(changes) == 0 || !b.lags():
				b.refuseStale(ctx, changes, store.ErrConflict)
				return nil
			case len(changes) < sent:
				return b.commitEach(ctx, changes)
			}
			err = errStale
		}
		class, stale := b.writeClass(ctx, err), errors.Is(err, errStale)
		switch {
		case class != Lost && ctx.Err() != nil:
			return b.explain(ctx, err)
		case class == Again:
			b.refuse(changes, store.ErrConflict)
			return nil
		case stale && len(changes) == 1 && !b.lags():
			b.refuseStale(ctx, changes, store.ErrConflict)
			return nil
		case class == Lost:
			return fmt.Errorf("%w: %w", store.ErrUnknown, b.explain(ctx, err))
		case class == Refused && !stale:
			return b.explain(ctx, err)
		}
		good, err := b.findCauses(ctx, changes)
		switch {
		case err != nil:
			return err
		case len(good) < len(changes):
			changes, left = good, maxCommitAttempts+1 // this attempt is over
		case len(changes) > 1:
			return b.commitEach(ctx, changes)
		case b.bound != nil && class != Broken, left == 1 && stale:
			b.refuseStale(ctx, changes, store.ErrConflict) // the transaction, or the node, reads an old snapshot
			return nil
		case class == Broken, left == 1:
			b.refuseStale(ctx, changes, store.ErrBroken)
			return nil
		}
	}
	return nil
}

// writeClass is the class of an error of a write. Once the context has ended the error may
// be of any moment, so it is Lost unless it says that nothing was written. In a host's
// transaction nothing is Lost, since its COMMIT is yet to come.
func (s *Store) writeClass(ctx context.Context, err error) Class {
	switch {
	case err == nil, errors.Is(err, errStale), ctx.Err() != nil && s.bound != nil:
		return Refused
	case ctx.Err() != nil && !errors.Is(err, errUnsent):
		return Lost
	}
	class := s.classify(err)
	if class == Lost && s.bound != nil {
		return Again
	}
	return class
}

// refuse gives all of the changes one error.
func (b *batch) refuse(changes []*seats.Change, err error) {
	for _, c := range changes {
		b.refused[c.Account.ID] = store.CommitResult{Err: err}
	}
}

// refuseStale gives unwritten changes one error, and [store.ErrSequence] to those whose
// account is torn. An error of looking for it is dropped: the next read has it again.
func (b *batch) refuseStale(ctx context.Context, changes []*seats.Change, err error) {
	b.refuse(changes, err)
	torn, _ := b.torn(ctx, changes)
	for _, id := range torn {
		b.refused[id] = store.CommitResult{Err: store.ErrSequence}
	}
}

// accountsPerLook bounds the accounts of one look.
const accountsPerLook = 40

// torn returns the accounts that are at the base of their change and lack their last event.
func (b *batch) torn(ctx context.Context, changes []*seats.Change) (torn []users.AccountID, err error) {
	id := []column[users.AccountID]{text("id", func(id *users.AccountID) *users.AccountID { return id })}
	for some := range slices.Chunk(changes, accountsPerLook) {
		var found []users.AccountID
		err := b.retryRead(ctx, func() error {
			found = nil
			r := b.unionQuery()
			for _, c := range some {
				addPart(r, id, func(id users.AccountID) { found = append(found, id) }).
					add(" FROM {accounts} WHERE id = ? AND revision = ?"+
						" AND sequence <> COALESCE((SELECT MAX(e.sequence) FROM {events} e WHERE e.account = ?), 0)",
						string(c.Account.ID), int64(c.Base), string(c.Account.ID))
			}
			return b.read(ctx, r)
		})
		if err != nil {
			return torn, err
		}
		torn = append(torn, found...)
	}
	return torn, nil
}

// commitEach sends every change alone: the engine refuses one of them, unseen which, or the node
// lags.
func (b *batch) commitEach(ctx context.Context, changes []*seats.Change) error {
	for i := range changes {
		err := b.commit(ctx, changes[i:i+1])
		if errors.Is(err, store.ErrUnknown) {
			return err
		}
		if err != nil {
			b.refuse(changes[i:i+1], err)
		}
	}
	return nil
}

// findCauses looks for the cause of each refusal and returns the remaining changes. Each
// account is read at one moment: if it is still at the base of its change, a holder of a key
// has it on that base.
func (b *batch) findCauses(ctx context.Context, changes []*seats.Change) (good []*seats.Change, err error) {
	needs := make([]seats.Need, len(changes))
	for i, c := range changes {
		needs[i].Account = c.Account.ID
		for _, k := range c.Keys() {
			if k.Kind == users.KeyID {
				needs[i].Users = append(needs[i].Users, users.ID(k.Value))
			} else {
				needs[i].Keys = append(needs[i].Keys, k)
			}
		}
	}
	snapshots, err := b.Load(ctx, needs...)
	if err != nil {
		return nil, err
	}
	for i, c := range changes {
		if result := check(c, snapshots[i]); result.Err != nil {
			b.refused[c.Account.ID] = result
			continue
		}
		good = append(good, c)
	}
	return good, nil
}

// check compares a change with a snapshot of its account.
func check(c *seats.Change, s seats.Snapshot) store.CommitResult {
	if c.Base != s.Account.Revision || len(c.Events) > 0 && c.Events[0].Sequence != s.Account.Sequence+1 {
		return store.CommitResult{Err: store.ErrConflict}
	}
	if taken := c.Taken(s.Users...); len(taken) > 0 {
		return store.CommitResult{Err: store.ErrKeyTaken, Taken: taken}
	}
	return store.CommitResult{}
}
