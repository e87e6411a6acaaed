package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An answer is a change and its result.
type answer struct {
	seats.Change
	store.CommitResult
}

// commitResults lets eight committers loose on three accounts, each with its
// own memory of them, fresh or stale. Then the results are held against those of
// a store in memory, revision by revision.
func commitResults(t *tester) {
	openings := []seats.Change{t.opening("a", seats.Standard()), t.opening("b", seats.Standard()), t.opening("c", seats.Standard())}
	t.written(openings...)
	var accounts []users.AccountID
	for _, o := range openings {
		accounts = append(accounts, o.Account.ID)
	}
	const committers, calls = 8, 40
	answers := make([][]answer, committers)
	var gone sync.WaitGroup
	for i := range committers {
		c := &committer{t: t, name: fmt.Sprint("c", i), random: rand.New(rand.NewPCG(1, uint64(i))), known: map[users.AccountID]seats.Snapshot{}}
		gone.Go(func() {
			for n := range calls {
				got, err := c.call(t.Context(), accounts, n)
				if !assert.NoError(t, err) {
					return
				}
				answers[i] = append(answers[i], got...)
			}
		})
	}
	gone.Wait()
	all := slices.Concat(answers...)
	for _, o := range openings {
		t.replay(o, slices.DeleteFunc(slices.Clone(all), func(x answer) bool { return x.Account.ID != o.Account.ID }))
	}
}

// A committer commits changes that are decided on what it has seen of the
// accounts, which may have been a while ago.
type committer struct {
	t      *tester
	name   string
	random *rand.Rand
	known  map[users.AccountID]seats.Snapshot
}

// call commits one change to each of some accounts.
func (c *committer) call(ctx context.Context, accounts []users.AccountID, n int) ([]answer, error) {
	var changes []seats.Change
	for _, a := range accounts {
		last, seen := c.known[a]
		if !seen || c.random.IntN(3) > 0 {
			snapshots, err := c.t.store.Load(ctx, seats.Need{Account: a, Keys: wanted})
			if err != nil {
				return nil, err
			}
			last = snapshots[0]
			c.known[a] = last
		}
		if c.random.IntN(4) > 0 {
			changes = append(changes, c.change(last, n))
		}
	}
	results, err := c.t.store.Commit(ctx, changes...)
	if err != nil {
		return nil, err
	}
	if len(results) != len(changes) {
		return nil, fmt.Errorf("%d results on %d changes", len(results), len(changes))
	}
	var answers []answer
	for i, v := range results {
		answers = append(answers, answer{changes[i], v})
	}
	return answers, nil
}

// wanted are the few names that all want.
var wanted = []users.Key{users.ByUsername("w0"), users.ByUsername("w1"), users.ByUsername("w2"), users.ByUsername("w3")}

// change lets a user in under one of the names, or out, or both, or only moves the revision
// on.
func (c *committer) change(last seats.Snapshot, n int) seats.Change {
	change := seats.Change{ID: seats.ChangeID(fmt.Sprintf("%s %d", c.name, n)), Base: last.Account.Revision, Account: last.Account}
	change.Account.Revision++
	way := c.random.IntN(4)
	if way == 3 {
		return change
	}
	if len(last.Users) > 0 && way > 0 {
		leaver := last.Users[c.random.IntN(len(last.Users))]
		put(&change, nil, leaver.Tombstone())
	}
	if len(change.Updated) == 0 || way > 1 {
		name := wanted[c.random.IntN(len(wanted))]
		u := member(users.Profile{ID: users.ID(change.ID), Username: name.Value})
		add(&change, u)
	}
	return change
}

// replay holds the results against a store in memory that carries out the same changes one
// after the other. Of a conflict it asks nothing but that it has no effect, since the engine
// may have wished for it.
func (t *tester) replay(opening seats.Change, answers []answer) {
	t.Helper()
	memory := &tester{T: t.T, store: memstore.New(), options: t.options, ctx: t.ctx}
	memory.written(opening)
	slices.SortStableFunc(answers, func(x, y answer) int { return cmp.Or(cmp.Compare(x.Base, y.Base), outcome(y)-outcome(x)) })
	won := 0
	for _, x := range answers {
		if outcome(x) == conflict {
			continue
		}
		if x.Err == nil {
			won++
		}
		want := memory.commit(x.Change)[0]
		require.ErrorIs(t, x.Err, want.Err, "the result at revision %d", x.Base)
		require.ElementsMatch(t, want.Taken, x.CommitResult.Taken, "the keys that were taken at revision %d", x.Base)
	}
	require.Greater(t, won, 9, "some are written")
	all := func(t *tester) []any {
		id := opening.Account.ID
		return []any{harness.Plain(t, t.row(id)), harness.Plain(t, t.people(id, users.Filter{Status: gen.EveryStatus})), harness.Plain(t, t.events(id, seats.EventFilter{}))}
	}
	require.Equal(t, all(memory), all(t), "what the changes that were written amount to")
}

// The outcomes of a change, in which those of one revision are carried out from the last to
// the first: a change that is written moves the account on.
const (
	written = iota
	conflict
	taken
)

func outcome(x answer) int {
	switch {
	case x.Err == nil:
		return written
	case errors.Is(x.Err, store.ErrConflict):
		return conflict
	}
	return taken
}
