package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An answer is a change and its result.
type answer struct {
	seats.Change
	store.CommitResult
}

// wanted are the few names that all committers want.
var wanted = []users.Key{users.ByUsername("w0"), users.ByUsername("w1"), users.ByUsername("w2"), users.ByUsername("w3")}

// commitResults lets eight committers loose on three accounts, each with snapshots of its own,
// fresh or stale. Then the results of each account are judged, revision by revision: one change
// may be written on each, and the others have their result by the rows of that revision.
func commitResults(t *tester) {
	accounts := []users.AccountID{t.opened("a"), t.opened("b"), t.opened("c")}
	const committers, calls = 8, 40
	answers := make([][]answer, committers)
	for _, err := range together(committers, func(i int) (err error) {
		answers[i], err = t.commits(fmt.Sprint("c", i), gen.FromRand(rand.New(rand.NewPCG(1, uint64(i))), nil), accounts, calls)
		return err
	}) {
		require.NoError(t, err)
	}
	all := slices.Concat(answers...)
	// A change that is written moves the account on, so it comes last.
	rank := func(x answer) int {
		if x.Err == nil {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(x, y answer) int { return cmp.Or(cmp.Compare(x.Base, y.Base), rank(x)-rank(y)) })
	for _, x := range all {
		rows := t.rows[x.Account.ID]
		if errors.Is(x.Err, store.ErrConflict) {
			continue // it has no effect, and the engine may have asked for it
		}
		require.Equal(t, rows.Account.Revision, x.Base, "a change was not decided on this revision")
		taken := x.Change.Taken(rows.Users...)
		require.ElementsMatch(t, taken, x.CommitResult.Taken, "the keys that were taken at revision %d", x.Base)
		if len(taken) > 0 {
			require.ErrorIs(t, x.Err, store.ErrKeyTaken)
			continue
		}
		require.NoError(t, x.Err, "the result at revision %d", x.Base)
		t.rows[x.Account.ID] = rows.Apply(x.Change)
	}
	for _, a := range accounts {
		require.Greater(t, t.rows[a].Account.Revision, uint64(10), "some are written")
	}
	t.same()
}

// commits makes calls of Commit, of one change to each of some accounts: one that lets a user in
// under one of the wanted names, or out, or both, or only moves the revision on.
func (t *tester) commits(name string, d gen.Dice, accounts []users.AccountID, calls int) (answers []answer, err error) {
	known := map[users.AccountID]seats.Snapshot{}
	for n := range calls {
		var changes []seats.Change
		for _, a := range accounts {
			if d.Chance(66) || !known[a].Known() {
				snapshots, err := t.store.Load(t.Context(), seats.Need{Account: a, Keys: wanted})
				if err != nil {
					return nil, err
				}
				known[a] = snapshots[0]
			}
			last := &tester{rows: map[users.AccountID]seats.Snapshot{a: known[a]}}
			var rows []users.User
			way := d.Below(4)
			if stored := known[a].Users; len(stored) > 0 && way%3 > 0 {
				rows = append(rows, gen.One(d, stored...).Tombstone())
			}
			id := fmt.Sprintf("%s %d", name, n)
			if way != 3 && (len(rows) == 0 || way > 1) {
				rows = append(rows, member(users.Profile{ID: users.ID(id), Username: gen.One(d, wanted...).Value}))
			}
			if d.Chance(75) {
				c := last.change(a, rows...)
				c.ID = seats.ChangeID(id)
				for i := range c.Events {
					c.Events[i].Change = c.ID
				}
				changes = append(changes, c)
			}
		}
		results, err := t.store.Commit(t.Context(), changes...)
		if err != nil {
			return nil, err
		}
		if len(results) != len(changes) {
			return nil, fmt.Errorf("%d results on %d changes", len(results), len(changes))
		}
		for i, r := range results {
			answers = append(answers, answer{changes[i], r})
		}
	}
	return answers, nil
}
