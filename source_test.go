package seatkeeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// feed is the sync of the source hr.
var feed = users.Sync("hr")

// fed returns a Keeper with an account with n users of the source hr, p0 to p9.
func fed(t *testing.T, n int) (*seatkeeper.Keeper, *memstore.Store) {
	t.Helper()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(99), seats.Standard())
	for i := range n {
		do(t, k, feed, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
	}
	return k, s
}

// leavers are so many users of hr who leave.
func leavers(n int) (commands []seats.Command) {
	for i := range n {
		commands = append(commands, seats.Deactivate{User: users.ID(fmt.Sprint("p", i))})
	}
	return commands
}

func holdOf(t *testing.T, k *seatkeeper.Keeper) seats.Hold {
	t.Helper()
	a, err := k.Account(t.Context(), "acme")
	require.NoError(t, err)
	source, ok := a.Sources.Of("hr")
	require.True(t, ok)
	return source.Hold
}

// TestKeeper_Do_held is a provider that sends a request for each leaver: the fifth of eight holds the source.
func TestKeeper_Do_held(t *testing.T) {
	k, _ := fed(t, 8)
	for i, c := range leavers(8) {
		_, err := k.With(seatkeeper.Call{Key: fmt.Sprint("request ", i), Correlation: "c"}).Do(t.Context(), "acme", feed, c)
		if i < 4 {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, seats.ErrSourceHeld)
		require.Equal(t, i == 4, refusedFor(err) == seats.ErrMostLeave, err)
		require.Equal(t, i > 4, refusedFor(err) == seats.ErrHeld, err)
		hold := holdOf(t, k)
		require.Equal(t, []any{"most-leave", seats.Losses{Leavers: 1}, []users.ID{"p4"}}, []any{hold.Cause, hold.Losses, hold.Sample})
	}
	var events []seats.Event
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventSourceHeld}}) {
		require.NoError(t, err)
		events = append(events, e)
	}
	require.Len(t, events, 1)
	require.Equal(t, []any{feed, "c", "", []users.ID{"owner"}}, []any{events[0].Actor, events[0].Correlation, events[0].Key, events[0].Receivers})
	do(t, k, owner, seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Leavers: 4}})
	do(t, k, feed, leavers(8)...)
}

func refusedFor(err error) error {
	refusal, _ := err.(*seats.Refusal)
	return refusal.Reason
}

func TestKeeper_DoEach_held(t *testing.T) {
	k, _ := fed(t, 8)
	result, err := k.DoEach(t.Context(), "acme", feed, leavers(8)...)
	require.NoError(t, err)
	for i, o := range result.Outcomes {
		require.Equal(t, i >= 4, o.Refusal != nil, i)
	}
	require.Equal(t, []users.ID{"p4"}, holdOf(t, k).Sample)

	k, _ = fed(t, 8)
	_, err = k.Do(t.Context(), "acme", feed, leavers(8)...)
	require.ErrorIs(t, err, seats.ErrSourceHeld)
	require.Equal(t, seats.Losses{Leavers: 5}, holdOf(t, k).Losses, "all or nothing")
}

// TestKeeper_unheld has refusals after which the source still runs.
func TestKeeper_unheld(t *testing.T) {
	ctx := t.Context()
	k, s := fed(t, 8)
	plan, err := k.Preview(ctx, "acme", feed, leavers(8)...)
	require.NoError(t, err)
	require.Equal(t, "8 users: 4 fit, 4 do not", plan.String())
	bound, _ := inTransaction(t, k, s)
	_, err = bound.Do(ctx, "acme", feed, leavers(8)...)
	require.ErrorIs(t, err, seats.ErrSourceHeld)
	require.Zero(t, holdOf(t, k), "a rollback would take it back")
	_, err = k.Do(ctx, "acme", owner, leavers(8)...)
	require.NoError(t, err)

	k, s = fed(t, 8)
	failing := on(t, faults.New(s, func(n int) faults.Fault {
		if n == 1 {
			return faults.Fail // of the hold
		}
		return faults.None
	}), seatkeeper.Options{})
	for range 2 {
		_, err = failing.Do(ctx, "acme", feed, leavers(8)...)
		require.ErrorIs(t, err, seats.ErrSourceHeld)
		require.Equal(t, seats.ErrMostLeave, refusedFor(err), "the first hold fails, the second one is written")
	}
	require.NotZero(t, holdOf(t, k))
}

func TestKeeper_Audit_sources(t *testing.T) {
	k, _ := fed(t, 8)
	do(t, k, feed, leavers(3)...)
	drift, err := k.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
}

// TestKeeper_Sync_revoked: an invitation that was taken back is made again by the next roster with the user; a row that is gone
// first, or a user who is put out, makes an end of it.
func TestKeeper_Sync_revoked(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(11), seats.HowNow())
	syncs(t, k, workers(0, 1, 2), "3 rows: 0 as before, 3 join")
	idOf := func(n int) (id users.ID) {
		for u, err := range k.Users(t.Context(), "acme", users.Filter{Text: worker(n).Profile.Email}) {
			require.NoError(t, err)
			id = u.ID
		}
		return id
	}
	do(t, k, owner, seats.Delete{User: idOf(1)})
	syncs(t, k, workers(0, 1, 2), "3 rows: 2 as before, 1 joins")
	revoked := idOf(1)
	syncs(t, k, workers(0, 2), "2 rows: 2 as before, 1 leaves")
	who, err := k.User(t.Context(), "acme", revoked)
	require.NoError(t, err)
	require.Equal(t, users.LeftBySync, who.LeftBy)
	do(t, k, users.Support("case 7"), seats.Deactivate{User: idOf(2)})
	syncs(t, k, workers(0, 2), "2 rows: 1 as before, 1 left as it is: forbidden")
}

// TestKeeper_Undo_sync undoes a run: those who were invited are gone, and those who were added are out, also for the sync, until a
// user brings them back.
func TestKeeper_Undo_sync(t *testing.T) {
	for adds, want := range map[bool]string{false: "3 rows: 1 as before, 2 join", true: "3 rows: 1 as before, 2 left as they are: forbidden"} {
		k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(11), seats.Standard())
		run := nightly
		sync := func(want string, numbers ...int) seats.Receipt {
			result, err := k.Sync(t.Context(), "acme", run, workers(numbers...), nil)
			require.NoError(t, err)
			require.Equal(t, want, result.Differences.String())
			return result.Receipt
		}
		sync("2 rows: 0 as before, 2 join", 0, 1)
		run.Adds = adds
		receipt := sync("3 rows: 1 as before, 2 join, 1 leaves", 0, 2, 3)
		result, err := k.Undo(t.Context(), "acme", owner, receipt)
		require.NoError(t, err)
		for _, o := range result.Outcomes {
			require.Nil(t, o.Refusal, o)
		}
		usage, err := k.Usage(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, int64(3), usage.Held, "the owner and the two from before")
		requireNoDrift(t, k)
		preview, err := k.PreviewSync(t.Context(), "acme", run, workers(0, 2, 3))
		require.NoError(t, err)
		preview.Differences.Leaving = 0 // the one who is back
		require.Equal(t, want, preview.Differences.String())
		_, err = k.Undo(t.Context(), "acme", owner, result.Receipt)
		require.NoError(t, err)
		if adds {
			sync("3 rows: 3 as before", 0, 2, 3)
		}
	}
}
