package seatkeeper_test

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// nightly is a run of the source "hr" with numbers, addresses and names.
var nightly = seats.SyncRun{Source: "hr", Fields: []string{"external-id", "email", "first-name"}}

// unguarded lets runs of hr put out all of its users at once, but the last admin.
var unguarded = seats.EditSource{Source: "hr", Guard: &seats.Guard{Day: 100, Month: 100, Ever: 100}}

// worker is a row of the roster of nightly.
func worker(n int) users.Entry {
	return users.Entry{Row: n + 2, Profile: users.Profile{
		ExternalID: fmt.Sprint(1000 + n), Email: fmt.Sprintf("w%d@acme.example", n), FirstName: fmt.Sprint("Worker ", n),
	}}
}

// workers are a complete roster with these numbers.
func workers(numbers ...int) iter.Seq2[users.Entry, error] {
	return func(yield func(users.Entry, error) bool) {
		for _, n := range numbers {
			if !yield(worker(n), nil) {
				return
			}
		}
		yield(users.Entry{}, io.EOF)
	}
}

// syncs runs nightly and requires its summary.
func syncs(t *testing.T, k *seatkeeper.Keeper, roster iter.Seq2[users.Entry, error], want string) seatkeeper.SyncResult {
	t.Helper()
	result, err := k.Sync(t.Context(), "acme", nightly, roster, nil)
	require.NoError(t, err)
	require.Equal(t, want, result.Differences.String())
	return result
}

// TestKeeper_Sync: a full account exchanges users one for one, and those who do not fit are tried again.
func TestKeeper_Sync(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(11), seats.Standard())
	syncs(t, k, workers(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), "12 rows: 0 as before, 12 join, 2 left as they are: no-seats")
	full := syncs(t, k, workers(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 10, 11), "12 rows: 9 as before, 3 join, 1 leaves, 2 left as they are: no-seats")
	require.Equal(t, []int{12, 13}, []int{full.Differences.Untouched[0].Row, full.Differences.Untouched[1].Row})
	requireNoDrift(t, k)
	same := syncs(t, k, workers(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 10, 11), "12 rows: 10 as before, 2 join, 2 left as they are: no-seats")
	require.Empty(t, same.Receipt.Commits, "nothing was written")

	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventDeactivated}}) {
		require.NoError(t, err)
		require.Equal(t, []any{users.Sync("hr"), "missing in the roster of hr", full.Receipt.Correlation}, []any{e.Actor, e.Reason, e.Correlation})
	}
}

func TestKeeper_Sync_errors(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(11), seats.Standard())
	syncs(t, k, workers(0, 1), "2 rows: 0 as before, 2 join")
	broken := errors.New("the connection is lost")
	for name, c := range map[string]struct {
		run    seats.SyncRun
		roster iter.Seq2[users.Entry, error]
		want   error
	}{
		"cut":          {nightly, func(yield func(users.Entry, error) bool) { yield(worker(0), nil) }, seats.ErrIncomplete},
		"empty":        {nightly, workers(), users.ErrEmpty},
		"broken":       {nightly, func(yield func(users.Entry, error) bool) { _ = yield(worker(0), nil) && yield(users.Entry{}, broken) }, broken},
		"no key":       {nightly, func(yield func(users.Entry, error) bool) { yield(users.Entry{}, nil) }, users.ErrNoIdentity},
		"no source":    {seats.SyncRun{Fields: nightly.Fields}, workers(0), users.ErrEmpty},
		"another plan": {seats.SyncRun{Source: "hr", Fields: nightly.Fields, Plan: "of yesterday"}, workers(0), seats.ErrBadInput},
	} {
		_, err := k.Sync(t.Context(), "acme", c.run, c.roster, nil)
		require.ErrorIs(t, err, c.want, name)
	}
	syncs(t, k, workers(0, 1), "2 rows: 2 as before")
}

// TestKeeper_PreviewSync: a plan that was agreed to is carried out as it is, or refused.
func TestKeeper_PreviewSync(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(3), seats.Standard())
	syncs(t, k, workers(0, 1), "2 rows: 0 as before, 2 join")
	plan, err := k.PreviewSync(t.Context(), "acme", nightly, workers(0, 2, 3))
	require.NoError(t, err)
	require.Equal(t, "3 rows: 1 as before, 2 join, 1 leaves", plan.Differences.String())
	require.Equal(t, "3 commands: 2 fit, 1 does not fit: no-seats 1, from command 3 on", plan.Plan.String())

	run := nightly
	run.Plan = plan.Differences.Digest
	_, err = k.Sync(t.Context(), "acme", run, workers(0, 2), nil)
	require.ErrorIs(t, err, seats.ErrBadInput)
	result, err := k.Sync(t.Context(), "acme", run, workers(0, 2, 3), nil)
	require.NoError(t, err)
	require.Equal(t, "as planned: "+plan.Plan.Totals.String(), plan.Plan.Report(result.Totals))
	_, err = k.Undo(t.Context(), "acme", users.System(), result.Receipt)
	require.NoError(t, err)
	syncs(t, k, workers(0, 1), "2 rows: 2 as before")
}

// TestKeeper_Sync_stopped: a run that stops at any call to the store, before or after its commit, is made good by the next one.
func TestKeeper_Sync_stopped(t *testing.T) {
	second := append(numbers(100, 300), numbers(1000, 1400)...)
	renamed := func(yield func(users.Entry, error) bool) {
		for e, err := range workers(second...) {
			if e.Row%2 == 0 {
				e.Profile.FirstName += " the second"
			}
			if !yield(e, err) {
				return
			}
		}
	}
	state := func(k *seatkeeper.Keeper) (all []string) {
		for _, u := range everyone(t, t.Context(), k) {
			all = append(all, fmt.Sprint(u.ExternalID, u.Email, u.FirstName, u.Status, u.LeftBy))
		}
		slices.Sort(all)
		return all
	}
	var want []string
	stopped := 0
	for calls, n := 1, 0; n <= calls; n++ {
		for _, fault := range []faults.Fault{faults.Fail, faults.LoseAfter} {
			k, sound, f := faulty(t, seatkeeper.Options{}, seats.Standard(), append(slices.Repeat([]faults.Fault{faults.None}, n), fault)...)
			do(t, sound, system, seats.SetTotal{Total: seats.Of(601)}, unguarded)
			syncs(t, sound, workers(numbers(0, 300)...), "300 rows: 0 as before, 300 join")
			_, err := k.Sync(t.Context(), "acme", nightly, renamed, nil)
			if calls = max(calls, f.Calls()); err != nil {
				require.ErrorIs(t, err, faults.ErrInjected)
				stopped++
			}
			result, err := sound.Sync(t.Context(), "acme", nightly, renamed, nil)
			require.NoError(t, err)
			require.Zero(t, result.Totals.Refused)
			if want == nil {
				want = state(sound)
			}
			require.Equal(t, want, state(sound), "call %d", n)
			requireNoDrift(t, sound)
		}
	}
	require.Len(t, want, 701)
	require.GreaterOrEqual(t, stopped, 4, "the account, its users, and two parts")
}

func numbers(from, to int) (all []int) {
	for n := from; n < to; n++ {
		all = append(all, n)
	}
	return all
}
