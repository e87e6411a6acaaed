package simulate

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// A brokenStore does something wrong at every so many calls of a method.
type brokenStore struct {
	store.Store
	calls  int
	load   func(b *brokenStore, needs []seats.Need, right []seats.Snapshot) []seats.Snapshot
	commit func(b *brokenStore, changes []seats.Change) ([]store.CommitResult, error)
	last   []seats.Snapshot
}

const everySo = 10

func (b *brokenStore) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	right, err := b.Store.Load(ctx, needs...)
	if b.load == nil || err != nil {
		return right, err
	}
	return b.load(b, needs, right), nil
}

func (b *brokenStore) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	if changes[0].Base > 0 {
		b.calls++
	}
	if b.commit == nil || b.calls%everySo > 0 || changes[0].Base == 0 {
		return b.Store.Commit(ctx, changes...)
	}
	return b.commit(b, changes)
}

// brokenStores are stores with a fault, and what the simulation says of it.
var brokenStores = map[string]struct {
	says  string
	store brokenStore
}{
	"acknowledges and writes nothing": {"the store", brokenStore{commit: func(_ *brokenStore, changes []seats.Change) ([]store.CommitResult, error) {
		return make([]store.CommitResult, len(changes)), nil
	}}},
	"writes and refuses": {"", brokenStore{commit: func(b *brokenStore, changes []seats.Change) ([]store.CommitResult, error) {
		results, err := b.Store.Commit(outside, changes...)
		for i := range results {
			results[i].Err = store.ErrConflict
		}
		return results, err
	}}},
	"writes on any revision": {"wrote a change of revision", brokenStore{commit: func(b *brokenStore, changes []seats.Change) ([]store.CommitResult, error) {
		now, err := b.Store.Load(outside, seats.Need{Account: changes[0].Account.ID})
		if err != nil {
			return nil, err
		}
		c := changes[0]
		c.Base, c.Account.Revision = now[0].Account.Revision, now[0].Account.Revision+1
		c.Events = slices.Clone(c.Events)
		for i := range c.Events {
			c.Events[i].Sequence = now[0].Account.Sequence + uint64(i) + 1
			c.Account.Sequence = c.Events[i].Sequence
		}
		changes[0] = c
		return b.Store.Commit(outside, changes...)
	}}},
	"forgets a user": {"otherwise than it was written: users", brokenStore{commit: func(b *brokenStore, changes []seats.Change) ([]store.CommitResult, error) {
		changes[0].Updated, changes[0].NewKeys = nil, nil
		return b.Store.Commit(outside, changes...)
	}}},
	"loads what was": {"", brokenStore{load: func(b *brokenStore, needs []seats.Need, right []seats.Snapshot) []seats.Snapshot {
		if len(needs) != 1 || len(needs[0].Users) != 1 { // or it is a look of the simulation
			return right
		}
		before := b.last
		if b.calls++; b.calls%everySo > 0 {
			b.last = right
		}
		if b.calls%everySo == 0 && before != nil && before[0].Account.ID == needs[0].Account {
			return before
		}
		return right
	}}},
}

func TestRun_broken_store(t *testing.T) {
	for name, broken := range brokenStores {
		t.Run(name, func(t *testing.T) {
			forgetful := Options{Keeper: seatkeeper.Options{Remember: -1}} // and trusts every load
			s := simulation{t: t, options: forgetful, open: func(testing.TB) store.Store {
				b := broken.store
				b.Store = memstore.New()
				return &b
			}}
			for seed := uint64(1); seed < 30; seed++ {
				if failed := s.play(drawn(seed, 400), false); failed.finding != "" {
					require.Contains(t, failed.finding, broken.says)
					text := s.explain(seed, failed, time.Second/2)
					t.Log(text)
					require.Contains(t, text, "-simulate.seed=")
					return
				}
			}
			require.Fail(t, "no run found it")
		})
	}
}

// A commitFunc is a Commit with a fault, on a store without one.
type commitFunc func(right store.Store, changes []seats.Change) ([]store.CommitResult, error)

// brokenCommits is a store with a fault in Commit.
type brokenCommits struct {
	store.Store
	commit commitFunc
}

func (b brokenCommits) Commit(_ context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	return b.commit(b.Store, changes)
}

// refusesAllBeside writes what is right, and returns one refusal for all changes.
func refusesAllBeside(refusal error) commitFunc {
	return func(right store.Store, changes []seats.Change) ([]store.CommitResult, error) {
		results, err := right.Commit(outside, changes...)
		for _, r := range results {
			if errors.Is(r.Err, refusal) {
				return slices.Repeat([]store.CommitResult{r}, len(results)), err
			}
		}
		return results, err
	}
}

// commitsOfSeveral are faults in commits of several changes.
var commitsOfSeveral = map[string]commitFunc{
	"refuses what was written beside a conflict":  refusesAllBeside(store.ErrConflict),
	"refuses what was written beside a taken key": refusesAllBeside(store.ErrKeyTaken),
	"ends with a refusal and acknowledges what follows": func(right store.Store, changes []seats.Change) ([]store.CommitResult, error) {
		all := make([]store.CommitResult, len(changes))
		for i, c := range changes {
			results, err := right.Commit(outside, c)
			if err != nil {
				return nil, err
			}
			if all[i] = results[0]; all[i].Err != nil {
				break
			}
		}
		return all, nil
	},
	"answers refusals last, whatever the order of the changes": func(right store.Store, changes []seats.Change) ([]store.CommitResult, error) {
		results, err := right.Commit(outside, changes...)
		slices.SortStableFunc(results, func(x, y store.CommitResult) int {
			switch {
			case (x.Err == nil) == (y.Err == nil):
				return 0
			case x.Err == nil:
				return -1
			}
			return 1
		})
		return results, err
	},
}

// TestRun_commits_of_several: a store that is wrong about several changes is found in a few runs.
func TestRun_commits_of_several(t *testing.T) {
	for name, commit := range commitsOfSeveral {
		t.Run(name, func(t *testing.T) {
			s := simulation{t: t, open: func(testing.TB) store.Store { return brokenCommits{memstore.New(), commit} }}
			for seed := uint64(1); seed < 40; seed++ {
				if failed := s.play(drawn(seed, 400), false); failed.finding != "" {
					t.Logf("run %d: %s", seed, failed.finding)
					return
				}
			}
			require.Fail(t, "no run found it")
		})
	}
}

// TestRun_shrink: a shrunk run fails too, with a script that can be read.
func TestRun_shrink(t *testing.T) {
	s := simulation{t: t, options: Options{Keeper: seatkeeper.Options{Remember: -1}}, open: func(testing.TB) store.Store {
		b := brokenStores["acknowledges and writes nothing"].store
		b.Store, b.calls = memstore.New(), everySo-1
		return &b
	}}
	failed := s.play(drawn(1, 400), false)
	require.NotEmpty(t, failed.finding)
	shrunk := s.play(given(s.shrink(failed.decisions, 5*time.Second)), true)
	require.NotEmpty(t, shrunk.finding)
	require.LessOrEqual(t, shrunk.calls, 2, shrunk.script) // with Open
	require.Less(t, shrunk.steps, 9, shrunk.script)
}
