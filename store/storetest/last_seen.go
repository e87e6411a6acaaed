package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// lastSeen returns what the store keeps of last sights, or skips the test where the options say that it
// keeps none.
func (t *tester) lastSeen() store.LastSeen {
	t.Helper()
	if !t.options.NoLastSeen {
		require.Implements(t, (*store.LastSeen)(nil), t.store, "say NoLastSeen of a store without its methods")
		return store.LastSeenOf(t.store)
	}
	require.NotImplements(t, (*store.LastSeen)(nil), t.store, "NoLastSeen is for a store without its methods")
	t.Skip("the store does not keep when users were last seen")
	return nil
}

// sees writes until the store asks for no further attempt.
func (t *tester) sees(write func() error) {
	t.Helper()
	err := write()
	for range 100 {
		if !errors.Is(err, store.ErrConflict) {
			break
		}
		err = write()
	}
	require.NoError(t, err)
}

func (t *tester) setSeen(a users.AccountID, at time.Time, ids ...users.ID) {
	t.Helper()
	given := slices.Clone(ids)
	t.sees(func() error { return store.LastSeenOf(t.store).SetSeen(t.Context(), a, at, ids...) })
	require.Equal(t, given, ids, "the list is the caller's")
}

func (t *tester) forgetSeen(a users.AccountID, ids ...users.ID) {
	t.Helper()
	t.sees(func() error { return store.LastSeenOf(t.store).ForgetSeen(t.Context(), a, ids...) })
}

func (t *tester) seen(a users.AccountID, ids []users.ID, want ...time.Time) {
	t.Helper()
	found, err := store.LastSeenOf(t.store).Seen(t.Context(), a, ids...)
	require.NoError(t, err)
	require.Equal(t, append([]time.Time{}, want...), append([]time.Time{}, found...))
}

func seenInOrder(t *tester) {
	t.lastSeen()
	a, b, never := t.opened("a"), t.opened("b"), time.Time{}
	t.written(t.invited(a, "x", "y", "z"))
	t.written(t.invited(b, "x"))
	t.seen(a, nil)
	t.seen(a, []users.ID{"x", "y"}, never, never)
	t.setSeen(a, gen.Epoch)
	t.setSeen(a, gen.Epoch, "y", "x", "y")
	t.setSeen(a, gen.Epoch.Add(time.Hour), "z")
	later := gen.Epoch.Add(time.Hour)
	t.seen(a, []users.ID{"z", "x", "unknown", "z", "y"}, later, gen.Epoch, never, later, gen.Epoch)
	t.seen(b, []users.ID{"x"}, never)
	t.seen(t.account("unknown"), []users.ID{"x"}, never)
}

func seenLatest(t *tester) {
	t.lastSeen()
	a := t.opened("a")
	t.written(t.invited(a, "x", "y"))
	both := []users.ID{"x", "y"}
	t.setSeen(a, gen.Epoch, "x")
	t.setSeen(a, gen.Epoch.Add(-time.Microsecond), both...)
	t.seen(a, both, gen.Epoch, gen.Epoch.Add(-time.Microsecond))
	t.setSeen(a, gen.Epoch.Add(time.Microsecond), both...)
	t.seen(a, both, gen.Epoch.Add(time.Microsecond), gen.Epoch.Add(time.Microsecond))
}

func seenForgotten(t *tester) {
	t.lastSeen()
	a, b := t.opened("a"), t.opened("b")
	ids := []users.ID{"x", "y"}
	for _, account := range []users.AccountID{a, b} {
		t.written(t.invited(account, ids...))
		t.setSeen(account, gen.Epoch, ids...)
	}
	t.forgetSeen(a)
	t.forgetSeen(a, "unknown")
	t.forgetSeen(t.account("unknown"), "x")
	t.seen(a, ids, gen.Epoch, gen.Epoch)
	t.forgetSeen(a, "x")
	t.seen(a, ids, time.Time{}, gen.Epoch)
	t.seen(b, ids, gen.Epoch, gen.Epoch)
	t.setSeen(a, gen.Epoch.Add(-time.Hour), ids...)
	t.seen(a, ids, gen.Epoch.Add(-time.Hour), gen.Epoch)
}

func seenByBytes(t *tester) {
	t.lastSeen()
	a := t.opened("a")
	ids := []users.ID{"ada", "Ada", "ada ", "a\u0301da", "áda"}
	for i, id := range ids {
		t.written(t.invited(a, id))
		t.setSeen(a, gen.Epoch.Add(time.Duration(i)*time.Second), id)
	}
	for i, id := range ids {
		t.seen(a, []users.ID{id}, gen.Epoch.Add(time.Duration(i)*time.Second))
	}
	for i, at := range instants[1:] {
		id := users.ID(fmt.Sprint("of instant ", i))
		t.setSeen(a, at, id)
		t.seen(a, []users.ID{id}, at)
	}
}

// seenBeside writes between a decision and its commit.
func seenBeside(t *tester) {
	t.lastSeen()
	a := t.opened("a")
	t.written(t.invited(a, "x"))
	decided := t.invited(a, "y")
	t.setSeen(a, gen.Epoch, "x")
	t.same()
	t.written(decided)
	t.same()
	t.seen(a, []users.ID{"x"}, gen.Epoch)
	t.written(t.invited(a, "z"))
	t.forgetSeen(a, "x")
	t.same()
}

// seenByMany has some users seen by several at once, in other orders, while the account changes.
func seenByMany(t *tester) {
	t.lastSeen()
	a := t.opened("a")
	ids := make([]users.ID, 1201)
	for i := range ids {
		ids[i] = users.ID(fmt.Sprintf("u%04d", i))
	}
	backward := slices.Clone(ids)
	slices.Reverse(backward)
	for i, err := range together(6, func(i int) (err error) {
		if i == 5 {
			t.written(t.invited(a, "x"))
			t.written(t.invited(a, "y"))
			return nil
		}
		err = store.ErrConflict
		for try := 0; try < 100 && errors.Is(err, store.ErrConflict); try++ {
			err = store.LastSeenOf(t.store).SetSeen(t.Context(), a, gen.Epoch.Add(time.Duration(i)*time.Hour), [][]users.ID{ids, backward}[i%2]...)
		}
		return err
	}) {
		require.NoError(t, err, i)
	}
	t.seen(a, ids, slices.Repeat([]time.Time{gen.Epoch.Add(4 * time.Hour)}, len(ids))...)
	t.forgetSeen(a, ids...)
	t.seen(a, backward, make([]time.Time, len(ids))...)
}
