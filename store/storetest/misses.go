package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// keepsMisses skips the test where the options say that the store keeps no misses.
func (t *tester) keepsMisses() {
	t.Helper()
	if !t.options.NoMisses {
		require.Implements(t, (*store.Misses)(nil), t.store, "say NoMisses of a store without its methods")
		return
	}
	require.NotImplements(t, (*store.Misses)(nil), t.store, "NoMisses is for a store without its methods")
	t.Skip("the store does not keep in which runs users were missing")
}

// setMissing writes misses, and then the number of runs.
func (t *tester) setMissing(a users.AccountID, source string, runs int64, misses ...seats.Miss) {
	t.Helper()
	given := slices.Clone(misses)
	t.sees(func() error { return store.MissesOf(t.store).SetMissing(t.Context(), a, source, misses...) })
	t.sees(func() error { return store.MissesOf(t.store).SetRuns(t.Context(), a, source, runs) })
	require.Equal(t, given, misses, "the list is the caller's")
}

func (t *tester) forgetMissing(a users.AccountID, ids ...users.ID) {
	t.Helper()
	t.sees(func() error { return store.MissesOf(t.store).ForgetMissing(t.Context(), a, ids...) })
}

// missing requires what is kept of a source.
func (t *tester) missing(a users.AccountID, source string, runs int64, want ...seats.Miss) {
	t.Helper()
	found, counted, err := store.MissesOf(t.store).Missing(t.Context(), a, source, "", everything)
	require.NoError(t, err)
	require.Equal(t, append([]seats.Miss{}, want...), append([]seats.Miss{}, found...))
	require.Equal(t, runs, counted)
}

// miss returns a miss since a run, an hour after the one before.
func miss(user users.ID, run int64) seats.Miss {
	return seats.Miss{User: user, Run: run, Since: gen.Epoch.Add(time.Duration(run) * time.Hour)}
}

func missingKept(t *tester) {
	t.keepsMisses()
	a, b := t.opened("a"), t.opened("b")
	t.missing(a, "hr", 0)
	t.missing(t.account("unknown"), "hr", 0)
	t.setMissing(a, "hr", 7, miss("y", 7), miss("x", 6))
	t.setMissing(a, "ad", 1, miss("x", 0))
	t.setMissing(b, "hr", 2)
	t.missing(a, "hr", 7, miss("x", 6), miss("y", 7))
	t.missing(a, "ad", 1, miss("x", 0))
	t.missing(b, "hr", 2)
	t.missing(a, "HR", 0)
	t.setMissing(a, "hr", 8)
	t.missing(a, "hr", 8, miss("x", 6), miss("y", 7))
	t.setMissing(a, "hr", 9, seats.Miss{User: "x"}, seats.Miss{User: "never"}, miss("z", 8), miss("y", 8))
	t.missing(a, "hr", 9, miss("y", 8), miss("z", 8))
	t.setMissing(a, "hr", 8, miss("x", 9)) // of a run that was late
	t.missing(a, "hr", 9, miss("x", 9), miss("y", 8), miss("z", 8))
	t.missing(a, "ad", 1, miss("x", 0))
}

func missingPages(t *tester) {
	t.keepsMisses()
	a := t.opened("a")
	var all []seats.Miss
	for i := range 1201 {
		all = append(all, miss(users.ID(fmt.Sprintf("u%04d", i)), int64(i)))
	}
	backward := slices.Clone(all)
	slices.Reverse(backward)
	t.setMissing(a, "hr", 1, backward...)
	t.setMissing(a, "ad", 2, all[3:5]...)
	t.setMissing(a, "hr", 1, seats.Miss{User: "u0001"})
	all = slices.Delete(all, 1, 2)
	for _, limit := range []int{0, 1, 500, len(all), len(all) + 1} {
		after := users.ID("")
		for from := 0; from == 0 || limit > 1 && from < len(all); from += limit {
			page, runs, err := store.MissesOf(t.store).Missing(t.Context(), a, "hr", after, limit)
			require.NoError(t, err)
			require.Equal(t, int64(1), runs)
			require.Equal(t, append([]seats.Miss{}, all[from:min(from+limit, len(all))]...), append([]seats.Miss{}, page...))
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].User
		}
	}
	page, _, err := store.MissesOf(t.store).Missing(t.Context(), a, "hr", "u0000~", 1)
	require.NoError(t, err)
	require.Equal(t, all[1:2], page, "after a user who is not there")
}

func missingByBytes(t *tester) {
	t.keepsMisses()
	a := t.opened("a")
	ids := []users.ID{"Ada", "a\u0301da", "ada", "ada ", "áda"}
	slices.Sort(ids)
	var want []seats.Miss
	for i, id := range ids {
		want = append(want, miss(id, int64(i)))
		t.setMissing(a, string(id), int64(i+1), miss(id, 9))
	}
	t.setMissing(a, "hr", 1, want...)
	t.missing(a, "hr", 1, want...)
	for i, id := range ids {
		t.missing(a, string(id), int64(i+1), miss(id, 9))
	}
	for i, at := range instants[1:] {
		m := seats.Miss{User: "x", Run: int64(i) << 40, Since: at}
		t.setMissing(a, fmt.Sprint("of instant ", i), 1<<50, m)
		t.missing(a, fmt.Sprint("of instant ", i), 1<<50, m)
	}
}

func missingForgotten(t *tester) {
	t.keepsMisses()
	a, b := t.opened("a"), t.opened("b")
	for _, account := range []users.AccountID{a, b} {
		t.setMissing(account, "hr", 1, miss("x", 0), miss("y", 0))
		t.setMissing(account, "ad", 3, miss("x", 2))
	}
	t.forgetMissing(a)
	t.forgetMissing(a, "unknown")
	t.forgetMissing(t.account("unknown"), "x")
	t.missing(a, "hr", 1, miss("x", 0), miss("y", 0))
	t.forgetMissing(a, "x")
	t.missing(a, "hr", 1, miss("y", 0))
	t.missing(a, "ad", 3)
	t.missing(b, "hr", 1, miss("x", 0), miss("y", 0))
	t.missing(b, "ad", 3, miss("x", 2))
}

// missingBeside writes between a decision and its commit.
func missingBeside(t *tester) {
	t.keepsMisses()
	a := t.opened("a")
	t.written(t.invited(a, "x"))
	decided := t.invited(a, "y")
	t.setMissing(a, "hr", 1, miss("x", 0))
	t.same()
	t.written(decided)
	t.same()
	t.missing(a, "hr", 1, miss("x", 0))
	t.written(t.invited(a, "z"))
	t.forgetMissing(a, "x")
	t.same()
}

// missingByMany has several write the same users, in other orders, while the account changes.
func missingByMany(t *tester) {
	t.keepsMisses()
	a := t.opened("a")
	var all []seats.Miss
	for i := range 1201 {
		all = append(all, miss(users.ID(fmt.Sprintf("u%04d", i)), 3))
	}
	backward := slices.Clone(all)
	slices.Reverse(backward)
	for i, err := range together(6, func(i int) (err error) {
		if i == 5 {
			t.written(t.invited(a, "x"))
			t.written(t.invited(a, "y"))
			return nil
		}
		err = store.ErrConflict
		for try := 0; try < 100 && errors.Is(err, store.ErrConflict); try++ {
			err = store.MissesOf(t.store).SetMissing(t.Context(), a, "hr", [][]seats.Miss{all, backward}[i%2]...)
		}
		return err
	}) {
		require.NoError(t, err, i)
	}
	t.missing(a, "hr", 0, all...)
}
