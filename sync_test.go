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
		"cut":    {nightly, func(yield func(users.Entry, error) bool) { yield(worker(0), nil) }, seats.ErrIncomplete},
		"empty":  {nightly, workers(), users.ErrEmpty},
		"broken": {nightly, func(yield func(users.Entry, error) bool) { _ = yield(worker(0), nil) && yield(users.Entry{}, broken) }, broken},
		"no key": {nightly, func(yield func(users.Entry, error) bool) {
			_ = yield(users.Entry{}, nil) && yield(users.Entry{}, io.EOF)
		}, users.ErrNoIdentity},
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
		for _, u := range people(t, t.Context(), k) {
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

// TestKeeper_Sync_held: a run that trips the guard changes no user, holds the source with its numbers, and happens once it is released.
func TestKeeper_Sync_held(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(101), seats.Standard())
	syncs(t, k, workers(numbers(0, 100)...), "100 rows: 0 as before, 100 join")
	result, err := k.Sync(t.Context(), "acme", nightly, workers(numbers(12, 110)...), nil)
	require.ErrorIs(t, err, seats.ErrSourceHeld)
	require.ErrorIs(t, err, seats.ErrLeaversOfDay)
	require.Equal(t, "98 rows: 88 as before, 10 join, 12 leave", result.Differences.String())
	hold := holdOf(t, k)
	require.Equal(t, []any{"leavers-of-day", seats.Losses{Leavers: 12}, result.Differences.Digest[:32]}, []any{hold.Cause, hold.Losses, hold.Plan})
	require.Equal(t, result.Differences.Leavers(10), hold.Sample)
	_, err = k.Sync(t.Context(), "acme", nightly, workers(0), nil)
	require.ErrorIs(t, err, seats.ErrHeld, "before the roster is read")

	plan, err := k.PreviewSync(t.Context(), "acme", nightly, workers(numbers(12, 110)...))
	require.NoError(t, err)
	require.Equal(t, []any{seats.ErrHeld, 22, 22}, []any{plan.Stops.Reason, plan.Plan.Totals.Commands, plan.Plan.Totals.Fit}, "as if it were released")

	do(t, k, owner, seats.RejectRun{Source: "hr"})
	_, err = k.Sync(t.Context(), "acme", nightly, workers(numbers(12, 110)...), nil)
	require.ErrorIs(t, err, seats.ErrLeaversOfDay)
	do(t, k, owner, seats.ReleaseSource{Source: "hr"})
	_, err = k.Sync(t.Context(), "acme", nightly, workers(numbers(14, 110)...), nil)
	require.NoError(t, err, "two more are within the guard")
	requireNoDrift(t, k)
}

// TestKeeper_Sync_renumbered: a system that numbers its people anew is one stop with its name, and once it is released no user has left
// or joined, under a policy that refuses to make one person another too.
func TestKeeper_Sync_renumbered(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(101), seats.Standard())
	syncs(t, k, workers(numbers(0, 100)...), "100 rows: 0 as before, 100 join")
	for _, u := range people(t, t.Context(), k) {
		if u.Status == users.Invited {
			do(t, k, system, seats.Accept{User: u.ID})
		}
	}
	renumbered := func(yield func(users.Entry, error) bool) {
		for e, err := range workers(numbers(0, 100)...) {
			e.Profile.ExternalID = "new-" + e.Profile.ExternalID
			if !yield(e, err) {
				return
			}
		}
	}
	_, err := k.Sync(t.Context(), "acme", nightly, renumbered, nil)
	require.ErrorIs(t, err, seats.ErrChangedKeys)
	require.Equal(t, []any{"changed-keys", seats.Losses{Keys: 100}}, []any{holdOf(t, k).Cause, holdOf(t, k).Losses})
	do(t, k, owner, seats.ReleaseSource{Source: "hr"})
	syncs(t, k, renumbered, "100 rows: 0 as before, 100 change")
	syncs(t, k, renumbered, "100 rows: 100 as before")
}

// TestKeeper_Sync_unheld: in a transaction of the host, and where the hold fails, the run is refused all the same.
func TestKeeper_Sync_unheld(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(101), seats.Standard())
	syncs(t, k, workers(numbers(0, 100)...), "100 rows: 0 as before, 100 join")
	_, err := on(t, faults.New(s, at(3, faults.Fail)), seatkeeper.Options{}).Sync(t.Context(), "acme", nightly, workers(0), nil)
	require.ErrorIs(t, err, seats.ErrSourceHeld)
	require.ErrorIs(t, err, faults.ErrInjected)
	require.Zero(t, holdOf(t, k))
}

// TestKeeper_Sync_slices: the same leavers trip the guard at the same number, as one file, as small files and as single commands.
func TestKeeper_Sync_slices(t *testing.T) {
	account := func() *seatkeeper.Keeper {
		k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(101), seats.Standard())
		syncs(t, k, workers(numbers(0, 100)...), "100 rows: 0 as before, 100 join")
		return k
	}
	sync := func(k *seatkeeper.Keeper, from int) error {
		_, err := k.Sync(t.Context(), "acme", nightly, workers(numbers(from, 100)...), nil)
		return err
	}
	require.NoError(t, sync(account(), 10))
	require.ErrorIs(t, sync(account(), 11), seats.ErrLeaversOfDay)
	files, single := account(), account()
	for n := range 10 {
		require.NoError(t, sync(files, n+1))
		u, err := single.Find(t.Context(), "acme", users.ByExternalID(fmt.Sprint(1000+n)))
		require.NoError(t, err)
		do(t, single, users.Sync("hr"), seats.Deactivate{User: u.ID})
	}
	require.ErrorIs(t, sync(files, 11), seats.ErrLeaversOfDay)
	u, err := single.Find(t.Context(), "acme", users.ByExternalID("1010"))
	require.NoError(t, err)
	_, err = single.Do(t.Context(), "acme", users.Sync("hr"), seats.Deactivate{User: u.ID})
	require.ErrorIs(t, err, seats.ErrLeaversOfDay)
}
