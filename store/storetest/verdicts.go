package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// An answer is a change and the verdict on it.
type answer struct {
	seats.Change
	store.CommitResult
}

// verdictsAreTrue lets eight committers loose on three accounts, each with its
// own memory of them, fresh or stale. Then the verdicts are held against the history
// that they make, revision by revision.
func verdictsAreTrue(t *tester) {
	accounts := []users.AccountID{t.opened("a"), t.opened("b"), t.opened("c")}
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
	for _, a := range accounts {
		own := slices.DeleteFunc(slices.Clone(all), func(x answer) bool { return x.Account.ID != a })
		h := t.history(a, own)
		require.Greater(t, len(h.holders), 9, "somebody gets on")
		for _, x := range own {
			h.judge(t, x)
		}
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
	verdicts, err := c.t.store.Commit(ctx, changes...)
	if err != nil {
		return nil, err
	}
	if len(verdicts) != len(changes) {
		return nil, fmt.Errorf("%d verdicts on %d changes", len(verdicts), len(changes))
	}
	var answers []answer
	for i, v := range verdicts {
		answers = append(answers, answer{changes[i], v})
	}
	return answers, nil
}

// wanted are the few names that all want.
var wanted = []users.Key{users.ByUsername("w0"), users.ByUsername("w1"), users.ByUsername("w2"), users.ByUsername("w3")}

// change lets somebody in under one of the names, or out, or both in one, or does
// nothing but move the revision on.
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
		u := somebody(users.Profile{ID: users.ID(change.ID), Username: name.Value})
		add(&change, u)
	}
	return change
}

// A history is what became of an account: who had which name after each
// revision, the first at 0.
type history struct {
	holders []map[users.Key]users.ID
	events  map[seats.ChangeID][]seats.Event
}

// history plays the changes that were written again, one after the other.
func (t *tester) history(account users.AccountID, answers []answer) history {
	t.Helper()
	won := slices.DeleteFunc(slices.Clone(answers), func(x answer) bool { return x.Err != nil })
	slices.SortFunc(won, func(x, y answer) int { return cmp.Compare(x.Base, y.Base) })
	h := history{[]map[users.Key]users.ID{{}}, map[seats.ChangeID][]seats.Event{}}
	for i, x := range won {
		require.EqualValues(t, i+1, x.Base, "each revision is the base of one change that was written, and of one only")
		holders := maps.Clone(h.holders[i])
		for _, u := range x.Updated {
			maps.DeleteFunc(holders, func(_ users.Key, id users.ID) bool { return id == u.ID })
		}
		for _, u := range usersOf(x.Change) {
			for _, k := range u.Keys() {
				holders[k] = u.ID
			}
		}
		h.holders = append(h.holders, holders)
	}
	s := t.load(seats.Need{Account: account, Keys: wanted})
	require.EqualValues(t, len(h.holders), s.Account.Revision)
	last := map[users.Key]users.ID{}
	for _, u := range s.Users {
		last[users.ByUsername(u.Username)] = u.ID
	}
	require.Equal(t, h.holders[len(won)], last)
	for i, e := range t.events(account, seats.EventFilter{}) {
		require.EqualValues(t, i+1, e.Sequence)
		h.events[e.Change] = append(h.events[e.Change], e)
	}
	return h
}

// judge holds one verdict against the history. A conflict may be the engine's
// own wish, so that nothing but its lack of effect can be asked of it.
func (h history) judge(t *tester, x answer) {
	t.Helper()
	if x.Err != nil {
		require.Empty(t, h.events[x.ID], "a refused change has events")
	} else {
		require.Equal(t, harness.Plain(t, x.Events), harness.Plain(t, h.events[x.ID]))
	}
	if errors.Is(x.Err, store.ErrConflict) {
		return
	}
	require.True(t, x.Err == nil || errors.Is(x.Err, store.ErrKeyTaken), "%v", x.Err)
	require.LessOrEqual(t, x.Base, uint64(len(h.holders)))
	var taken []users.Key
	for _, k := range x.Keys() {
		holder, held := h.holders[x.Base-1][k]
		leaves := slices.ContainsFunc(x.Updated, func(u users.User) bool { return u.ID == holder && !u.Has(k) })
		if held && !leaves {
			taken = append(taken, k)
		}
	}
	require.ElementsMatch(t, taken, x.CommitResult.Taken, "the keys that were taken at revision %d", x.Base)
	require.Equal(t, len(taken) > 0, x.Err != nil)
}
