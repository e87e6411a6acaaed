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

// A writer writes changes, in the order of their accounts, in one transaction. It
// returns the accounts that have moved on, of which nothing was written; or
// errMoved, and nothing was written at all, where it can't tell which have. An account
// whose last event is not there looks like one that has moved on, see torn.
//
// It looks for nothing: what is taken or broken the engine refuses by itself, and
// only then somebody looks for what it was.
type writer interface {
	write(context.Context, *Store, []seats.Change) (moved []users.AccountID, err error)
}

var errMoved = errors.New("sqlstore: an account has moved on")

// Commit implements [store.Store].
func (s *Store) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b := &batch{Store: s, verdicts: map[users.AccountID]store.CommitResult{}}
	sorted := slices.SortedFunc(slices.Values(changes), func(x, y seats.Change) int {
		return cmp.Compare(x.Account.ID, y.Account.ID) // so that no two commits wait for each other
	})
	sorted = slices.DeleteFunc(sorted, func(c seats.Change) bool {
		gap := c.Base == 0 && len(c.Events) > 0 && c.Events[0].Sequence != 1
		if gap {
			b.refuse([]seats.Change{c}, store.ErrConflict)
		}
		return gap
	})
	if err := b.commit(ctx, sorted); err != nil {
		return nil, fmt.Errorf("sqlstore: commit: %w", err)
	}
	verdicts := make([]store.CommitResult, len(changes))
	for i, c := range changes {
		verdicts[i] = b.verdicts[c.Account.ID]
	}
	return verdicts, nil
}

// A batch is a commit under way.
type batch struct {
	*Store
	verdicts map[users.AccountID]store.CommitResult // none: it is written
}

// tries is how often a change is sent that the engine refuses for no reason that can
// be seen.
const tries = 3

// commit sends the changes. If some are refused, the others are sent again at once.
func (b *batch) commit(ctx context.Context, changes []seats.Change) error {
	for left := tries; len(changes) > 0; left-- {
		moved, err := b.writer.write(ctx, b.Store, changes)
		class, stale := b.means(ctx, err), errors.Is(err, errMoved)
		switch {
		case err == nil:
			b.unwritten(ctx, slices.DeleteFunc(changes, func(c seats.Change) bool { return !slices.Contains(moved, c.Account.ID) }), store.ErrConflict)
			return nil
		case class != Lost && ctx.Err() != nil:
			return b.explain(ctx, err)
		case class == Again:
			b.refuse(changes, store.ErrConflict)
			return nil
		case stale && len(changes) == 1 && !b.lags():
			b.unwritten(ctx, changes, store.ErrConflict)
			return nil
		case class == Lost:
			return fmt.Errorf("%w: %w", store.ErrUnknown, b.explain(ctx, err))
		case class == Refused && !stale:
			return b.explain(ctx, err)
		}
		good, err := b.judge(ctx, changes)
		switch {
		case err != nil:
			return err
		case len(good) < len(changes):
			changes, left = good, tries+1 // of which this one is over
		case len(changes) > 1:
			return b.each(ctx, changes)
		case b.bound != nil && class != Broken, left == 1 && stale:
			b.unwritten(ctx, changes, store.ErrConflict) // the transaction, or the node, sees an old moment
			return nil
		case class == Broken, left == 1:
			b.unwritten(ctx, changes, store.ErrBroken)
			return nil
		}
	}
	return nil
}

// means is what an error of a write means. Where the context has ended too, it may have
// come before or after everything else, unless it is known that nothing was written.
func (s *Store) means(ctx context.Context, err error) Class {
	switch {
	case err == nil, errors.Is(err, errMoved):
		return Refused
	case ctx.Err() != nil && !errors.Is(err, errUnsent):
		return Lost
	}
	return s.classify(err)
}

// refuse gives all of the changes one verdict.
func (b *batch) refuse(changes []seats.Change, err error) {
	for _, c := range changes {
		b.verdicts[c.Account.ID] = store.CommitResult{Err: err}
	}
}

// unwritten gives changes of which nothing was written one verdict, but [store.ErrSequence]
// where the account is at the base of its change and torn. Where that can't be seen, what
// reads next has the error.
func (b *batch) unwritten(ctx context.Context, changes []seats.Change, err error) {
	b.refuse(changes, err)
	torn, _ := b.torn(ctx, changes)
	for _, id := range torn {
		b.verdicts[id] = store.CommitResult{Err: store.ErrSequence}
	}
}

// torn returns the accounts that are at the base of their change and whose last event is
// not the one that they name.
func (b *batch) torn(ctx context.Context, changes []seats.Change) (torn []users.AccountID, err error) {
	id := []column[users.AccountID]{text("id", func(id *users.AccountID) *users.AccountID { return id })}
	for some := range slices.Chunk(changes, needsPerQuery) {
		var found []users.AccountID
		err := b.retryRead(ctx, func() error {
			found = nil
			r := b.unionQuery()
			for _, c := range some {
				addPart(r, id, func(id users.AccountID) { found = append(found, id) }).
					add(" FROM {accounts} WHERE id = ? AND revision = ? AND sequence <> COALESCE((SELECT MAX(e.sequence) FROM {events} e WHERE e.account = ?), 0)",
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

// each sends every change by itself, where it is not seen which of them the engine
// refuses.
func (b *batch) each(ctx context.Context, changes []seats.Change) error {
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

// judge looks for what speaks against the changes, and returns those against which
// nothing does. What is seen of an account is of one moment: if it is still at the base
// of its change, then whoever has a key has it on that base.
func (b *batch) judge(ctx context.Context, changes []seats.Change) (good []seats.Change, err error) {
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
		if v := verdict(c, snapshots[i]); v.Err != nil {
			b.verdicts[c.Account.ID] = v
			continue
		}
		good = append(good, c)
	}
	return good, nil
}

// verdict holds a change against a snapshot of its account.
func verdict(c seats.Change, s seats.Snapshot) store.CommitResult {
	if c.Base != s.Account.Revision || len(c.Events) > 0 && c.Events[0].Sequence != s.Account.Sequence+1 {
		return store.CommitResult{Err: store.ErrConflict}
	}
	if taken := c.Taken(s.Users...); len(taken) > 0 {
		return store.CommitResult{Err: store.ErrKeyTaken, Taken: taken}
	}
	return store.CommitResult{}
}
