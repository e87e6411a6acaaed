package seatkeeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// patient has a source with a hundred users and patience, at a clock of the test.
func patient(t *testing.T, s store.Store, p seats.Patience) (*seatkeeper.Keeper, *time.Time) {
	t.Helper()
	now := new(time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC))
	k := newKeeper(t, s, seatkeeper.Options{Now: func() time.Time { return *now }}, seats.Of(199), seats.Standard())
	syncs(t, k, workers(numbers(0, 100)...), "100 rows: 0 as before, 100 join")
	do(t, k, owner, seats.EditSource{Source: "hr", Patience: &p})
	return k, now
}

// kept are the misses of hr.
func kept(t *testing.T, s store.Misses) []seats.Miss {
	t.Helper()
	misses, _, err := s.Missing(t.Context(), "acme", "hr", "", 99)
	require.NoError(t, err)
	return misses
}

// TestKeeper_Sync_patience: users leave once they were missing in so many runs and for so long. Until then no run changes anything.
func TestKeeper_Sync_patience(t *testing.T) {
	s := memstore.New()
	k, now := patient(t, s, seats.Patience{Runs: 3, Hours: 24})
	before := revision(t, t.Context(), k)
	syncs(t, k, workers(numbers(2, 100)...), "98 rows: 98 as before, 2 are missing")
	syncs(t, k, workers(numbers(1, 100)...), "99 rows: 99 as before, 1 is missing")
	for range 3 {
		plan, err := k.PreviewSync(t.Context(), "acme", nightly, workers(numbers(2, 100)...))
		require.NoError(t, err)
		require.Equal(t, "98 rows: 98 as before, 2 are missing", plan.Differences.String(), "a preview counts nothing")
	}
	*now = now.Add(24*time.Hour - 1)
	syncs(t, k, workers(numbers(2, 100)...), "98 rows: 98 as before, 2 are missing")
	require.Equal(t, before, revision(t, t.Context(), k))
	*now = now.Add(1)
	syncs(t, k, workers(numbers(2, 100)...), "98 rows: 98 as before, 1 leaves, 1 is missing")
	misses := kept(t, s)
	require.Len(t, misses, 1)
	do(t, k, owner, seats.Delete{User: misses[0].User})
	require.Empty(t, kept(t, s), "deleted with the user")
	syncs(t, k, workers(numbers(7, 100)...), "93 rows: 93 as before, 5 are missing")
	require.Len(t, kept(t, s), 5)
	do(t, k, owner, seats.Close{})
	_, err := k.EraseAccount(t.Context(), "acme", users.Support("ticket"), "")
	require.NoError(t, err)
	require.Empty(t, kept(t, s), "erased with the account")
	requireNoDrift(t, k)
}

// TestKeeper_Sync_patience_ended: without patience all leave at once, and an earlier count is over.
func TestKeeper_Sync_patience_ended(t *testing.T) {
	k, _ := patient(t, memstore.New(), seats.Patience{Runs: 2})
	syncs(t, k, workers(numbers(1, 100)...), "99 rows: 99 as before, 1 is missing")
	do(t, k, owner, seats.EditSource{Source: "hr", Patience: &seats.Patience{}})
	syncs(t, k, workers(numbers(0, 100)...), "100 rows: 100 as before")
	do(t, k, owner, seats.EditSource{Source: "hr", Patience: &seats.Patience{Runs: 2}})
	syncs(t, k, workers(numbers(1, 100)...), "99 rows: 99 as before, 1 is missing")
	syncs(t, k, workers(numbers(1, 100)...), "99 rows: 99 as before, 1 leaves")
}

// TestKeeper_Sync_patience_held: a refused run counts nothing, and what is released happens with the numbers of before.
func TestKeeper_Sync_patience_held(t *testing.T) {
	s := memstore.New()
	k, _ := patient(t, s, seats.Patience{Runs: 2})
	syncs(t, k, workers(numbers(12, 100)...), "88 rows: 88 as before, 12 are missing")
	before := kept(t, s)
	for _, refused := range []error{seats.ErrLeaversOfDay, seats.ErrHeld} {
		_, err := k.Sync(t.Context(), "acme", nightly, workers(numbers(13, 100)...), nil)
		require.ErrorIs(t, err, refused)
		require.Equal(t, before, kept(t, s))
	}
	do(t, k, owner, seats.ReleaseSource{Source: "hr"})
	syncs(t, k, workers(numbers(13, 100)...), "87 rows: 87 as before, 12 leave, 1 is missing")
}

// TestKeeper_Sync_heldMeanwhile: a run during which the source is held ends with its refusal, beside what was done, and counts nothing.
func TestKeeper_Sync_heldMeanwhile(t *testing.T) {
	s := memstore.New()
	k, _ := patient(t, s, seats.Patience{Runs: 2})
	before := kept(t, s)
	hold := func() { do(t, k, owner, seats.HoldSource{Source: "hr", Cause: seats.ErrHeldByHand.Code}) }
	_, err := k.Sync(t.Context(), "acme", nightly, func(yield func(users.Entry, error) bool) {
		workers(numbers(1, 101)...)(yield)
		hold()
	}, nil)
	require.ErrorIs(t, err, seats.ErrHeld)
	require.Equal(t, before, kept(t, s))

	do(t, k, owner, seats.ReleaseSource{Source: "hr"})
	tried := 0
	result, err := k.Sync(t.Context(), "acme", nightly, workers(numbers(1, 2000)...), func(seats.Command, seats.Outcome) error {
		if tried++; tried == 1 {
			hold()
		}
		return nil
	})
	require.ErrorIs(t, err, seats.ErrHeld)
	require.Equal(t, tried, result.Totals.Commands)
	require.Positive(t, result.Totals.Fit)
	require.Less(t, tried, 1900, "the rest is not tried")
	require.Equal(t, before, kept(t, s))
}

// TestKeeper_Sync_patience_refused: a user who was to leave, and became an owner meanwhile, is missing as before.
func TestKeeper_Sync_patience_refused(t *testing.T) {
	s := memstore.New()
	k, _ := patient(t, s, seats.Patience{Runs: 2})
	u, err := k.Find(t.Context(), "acme", users.ByExternalID("1000"))
	require.NoError(t, err)
	do(t, k, system, seats.Accept{User: u.ID})
	syncs(t, k, workers(numbers(1, 100)...), "99 rows: 99 as before, 1 is missing")
	before := kept(t, s)
	rival := on(t, faults.New(s, func(n int) faults.Fault {
		if n == 3 { // after the account, its users and the misses
			do(t, k, owner, seats.GrantOwnership{User: u.ID})
		}
		return faults.None
	}), seatkeeper.Options{})
	result, err := rival.Sync(t.Context(), "acme", nightly, workers(numbers(1, 100)...), nil)
	require.NoError(t, err)
	require.Equal(t, []seats.CodeTotal{{Code: seats.ErrOwnerProtected, Count: 1}}, result.Differences.UntouchedCodes)
	after, runs, err := s.Missing(t.Context(), "acme", "hr", "", 9)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, int64(2), runs)
}

// TestKeeper_Sync_patience_unkept: a store without misses serves sources without patience, and refuses the others.
func TestKeeper_Sync_patience_unkept(t *testing.T) {
	s := memstore.New()
	k, _ := patient(t, struct{ store.Store }{s}, seats.Patience{Hours: 1})
	_, err := k.Sync(t.Context(), "acme", nightly, workers(0), nil)
	require.ErrorIs(t, err, store.ErrNoMisses)
	_, err = k.PreviewSync(t.Context(), "acme", nightly, workers(0))
	require.ErrorIs(t, err, store.ErrNoMisses)
	do(t, k, owner, seats.EditSource{Source: "hr", Patience: &seats.Patience{}})
	syncs(t, k, workers(numbers(1, 100)...), "99 rows: 99 as before, 1 leaves")
}

// TestKeeper_Sync_patience_faults: a run that ends with an error is made good by the next one, and both count once.
func TestKeeper_Sync_patience_faults(t *testing.T) {
	for _, fault := range faults.All() {
		failed := 0
		for calls, n := 1, 0; n <= calls; n++ {
			s := memstore.New()
			k, _ := patient(t, s, seats.Patience{Runs: 3})
			syncs(t, k, workers(numbers(2, 100)...), "98 rows: 98 as before, 2 are missing")
			f := faults.New(s, at(n, fault))
			f.Wait = time.Microsecond
			_, err := on(t, f, seatkeeper.Options{}).Sync(t.Context(), "acme", nightly, workers(numbers(1, 99)...), nil)
			if calls = max(calls, f.Calls()); err != nil {
				require.ErrorIs(t, err, faults.ErrInjected)
				syncs(t, k, workers(numbers(1, 99)...), "98 rows: 98 as before, 2 are missing")
				failed++
			}
			syncs(t, k, workers(numbers(1, 99)...), "98 rows: 98 as before, 1 leaves, 1 is missing")
			syncs(t, k, workers(numbers(1, 99)...), "98 rows: 98 as before, 1 leaves")
		}
		require.Equal(t, fault == faults.Fail, failed > 0, "%v", fault)
	}
}

// TestKeeper_Undo_stopped_run: the part of a run that was stopped is undone by a receipt of its events.
func TestKeeper_Undo_stopped_run(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(2001), seats.Standard())
	do(t, k, system, unguarded)
	syncs(t, k, workers(numbers(0, 700)...), "700 rows: 0 as before, 700 join")
	before := people(t, t.Context(), k)
	revised := revision(t, t.Context(), k)
	f := faults.New(s, at(7, faults.Fail))
	_, err := on(t, f, seatkeeper.Options{}).With(seatkeeper.Call{Correlation: "night 7"}).Sync(t.Context(), "acme", nightly, workers(numbers(600, 1200)...), nil)
	require.ErrorIs(t, err, faults.ErrInjected)
	require.NotEqual(t, revised, revision(t, t.Context(), k))
	require.NotEqual(t, before, people(t, t.Context(), k))

	receipt := seats.Receipt{Account: "acme", Correlation: "night 7"}
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{}) {
		require.NoError(t, err)
		if e.Correlation == receipt.Correlation {
			receipt.Add(seats.Decision{Repeated: []seats.Event{e}})
		}
	}
	_, err = k.Undo(t.Context(), "acme", system, receipt)
	require.NoError(t, err)
	var is, was []any
	for i, u := range people(t, t.Context(), k) {
		is, was = append(is, []any{u.ID, u.Status}), append(was, []any{before[i].ID, before[i].Status})
	}
	require.Equal(t, was, is)
	requireNoDrift(t, k)
}
