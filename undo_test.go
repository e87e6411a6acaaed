package seatkeeper_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// unchanged returns the number of outcomes that changed nothing, without a refusal.
func unchanged(outcomes []seats.Outcome) (n int) {
	for _, o := range outcomes {
		if o.Unchanged && o.Refusal == nil {
			n++
		}
	}
	return n
}

// TestKeeper_Undo undoes a call of several commits, with the receipt from a document.
func TestKeeper_Undo(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(2000), seats.Standard())
	_, err := k.DoEach(ctx, "acme", owner, invitations(1200)...)
	require.NoError(t, err)
	var commands []seats.Command
	for _, c := range invitations(1200) {
		commands = append(commands, seats.Deactivate{User: c.(seats.Invite).Profile.ID})
	}
	bulk, err := k.DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	require.Len(t, bulk.Receipt.Commits, 3)
	usage, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1, usage.Held)
	text, err := json.Marshal(bulk.Receipt)
	require.NoError(t, err)
	var receipt seats.Receipt
	require.NoError(t, json.Unmarshal(text, &receipt))

	undone, err := k.With(seatkeeper.Call{Key: "ignored", Reason: "wrong file"}).Undo(ctx, "acme", owner, receipt)
	require.NoError(t, err)
	require.Len(t, undone.Outcomes, 1200)
	require.Zero(t, unchanged(undone.Outcomes))
	require.Len(t, undone.Receipt.Commits, 3)
	usage, err = k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1201, usage.Held)
	for e, err := range k.Events(ctx, "acme", seats.EventFilter{After: undone.Receipt.Commits[0].First - 1}) {
		require.NoError(t, err)
		require.Equal(t, seats.ByBulk, e.Channel)
		require.Equal(t, receipt.Correlation, e.Correlation, "the two belong together")
		require.Equal(t, "wrong file", e.Reason)
		require.Empty(t, e.Key)
	}
	twice, err := k.Undo(ctx, "acme", owner, receipt)
	require.NoError(t, err)
	require.Equal(t, 1200, unchanged(twice.Outcomes))
	require.Empty(t, twice.Receipt.Commits)

	redone, err := k.With(seatkeeper.Call{Correlation: "redo"}).Undo(ctx, "acme", owner, undone.Receipt)
	require.NoError(t, err)
	require.Len(t, redone.Outcomes, 1200)
	require.Equal(t, "redo", redone.Receipt.Correlation)
	usage, err = k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1, usage.Held)
	drifts, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drifts)

	_, err = k.PreviewUndo(ctx, "acme", owner, receipt)
	require.ErrorIs(t, err, seats.ErrBadInput, "more steps than a plan has")
}

// TestKeeper_Undo_receipts of Do and Apply, for commands of several kinds.
func TestKeeper_Undo_receipts(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(4), seats.Standard())
	do(t, k, system, seats.SetTotal{Pool: "first-aid", Total: seats.Of(1)}, seats.Add{Profile: profile("ada")}, seats.AssignCourse{User: "ada", Pool: "first-aid"})
	receipt := do(t, k, owner, seats.Archive{User: "ada"}, seats.Invite{Profile: profile("bob")}).Receipt
	plan, err := k.Preview(ctx, "acme", owner, seats.Edit{User: "owner", Set: users.Patch{Title: new("Chief")}}, seats.Invite{Profile: profile("eve")})
	require.NoError(t, err)
	applied, err := k.Apply(ctx, "acme", owner, plan)
	require.NoError(t, err)

	preview, err := k.PreviewUndo(ctx, "acme", owner, receipt)
	require.NoError(t, err)
	require.Equal(t, "2 users: 2 fit, 0 do not; 1 licence is assigned", preview.String())
	_, err = k.Apply(ctx, "acme", owner, preview)
	require.ErrorIs(t, err, seats.ErrBadInput)
	for _, r := range []seats.Receipt{receipt, applied.Receipt} {
		bulk, err := k.Undo(ctx, "acme", owner, r)
		require.NoError(t, err)
		require.Zero(t, unchanged(bulk.Outcomes))
		require.False(t, slices.ContainsFunc(bulk.Outcomes, func(o seats.Outcome) bool { return o.Refusal != nil }))
	}
	usage, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 2, usage.Held, "the owner and ada")
	pool, err := k.Pool(ctx, "acme", "first-aid")
	require.NoError(t, err)
	require.EqualValues(t, 1, pool.Held)
	u, err := k.User(ctx, "acme", "owner")
	require.NoError(t, err)
	require.Empty(t, u.Title)

	receipt.Commits[0].Change = "forged"
	_, err = k.Undo(ctx, "acme", owner, receipt)
	require.ErrorIs(t, err, seats.ErrBadInput)
	receipt.Commits[0].First, receipt.Commits[0].Last = 1e6, 1e9
	_, err = k.Undo(ctx, "acme", owner, receipt)
	require.ErrorIs(t, err, seats.ErrBadInput, "events that the account does not have")
}

// TestKeeper_Undo_store_fails has the result so far beside the error.
func TestKeeper_Undo_store_fails(t *testing.T) {
	ctx, s := t.Context(), memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(2000), seats.Standard())
	bulk, err := k.DoEach(ctx, "acme", owner, invitations(700)...)
	require.NoError(t, err)
	for call, settled := range map[int]int{0: 0, 1: 0, 3: 0, 4: 0, 7: 500} {
		done, err := on(t, faults.New(s, at(call, faults.Fail)), seatkeeper.Options{}).Undo(ctx, "acme", owner, bulk.Receipt)
		require.ErrorIs(t, err, faults.ErrInjected, call)
		require.Len(t, done.Outcomes, settled, call)
	}
}
