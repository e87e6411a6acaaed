package seatkeeper_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// guests are those of the people of these numbers, and then the error, if any.
func guests(from, to int, end error) iter.Seq2[seats.Command, error] {
	return func(yield func(seats.Command, error) bool) {
		for i := from; i < to; i++ {
			if !yield(seats.Invite{Profile: users.Profile{Email: fmt.Sprintf("p%d@acme.example", i)}}, nil) {
				return
			}
		}
		if end != nil {
			yield(nil, end)
		}
	}
}

// TestKeeper_PreviewAll: of 2,600 people 20 are here and 1,489 find a seat.
func TestKeeper_PreviewAll(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(1510), seats.Standard())
	for c := range guests(100, 120, nil) {
		do(t, k, owner, c)
	}
	plan, err := k.PreviewAll(ctx, "acme", owner, guests(0, 2600, nil))
	require.NoError(t, err)
	require.Equal(t, []int{2600, 1489, 20, 1091}, []int{plan.Totals.Commands, plan.Totals.Fit, plan.Totals.Unchanged, plan.Totals.Refused})
	require.Equal(t, []seats.CodeTotal{{Code: seats.ErrNoSeats, Count: 1091, First: 1509}}, plan.Totals.Codes)
	require.Len(t, plan.Totals.Refusals, seats.MaxRefusals)
	require.Equal(t, 1509, plan.Totals.Refusals[0].Refusal.Index)
	require.NotEmpty(t, plan.Totals.Refusals[0].Refusal.Remedies)
	require.EqualValues(t, []int64{21, 1510}, []int64{plan.Before.Held, plan.After.Held})
	require.Equal(t, "2600 commands: 1489 fit, 20 change nothing, 1091 do not fit: no-seats 1091, from command 1510 on; then 1510 of 1510 seats are held", plan.String())
	u, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 21, u.Held, "nothing was done")

	text, err := json.Marshal(plan)
	require.NoError(t, err)
	var kept seats.LargePlan
	require.NoError(t, json.Unmarshal(text, &kept))
	require.NotContains(t, string(text), "p7@acme.example")
	place := 0
	done, err := k.ApplyAll(ctx, "acme", owner, kept, guests(0, 2600, nil), func(c seats.Command, o seats.Outcome) error {
		require.Equal(t, fmt.Sprintf("p%d@acme.example", place), c.(seats.Invite).Profile.Email)
		require.Equal(t, place >= 1509, o.Refusal != nil)
		place++
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 2600, place)
	require.Equal(t, "as planned: "+plan.Totals.String(), plan.Report(done.Totals))
	require.NotEmpty(t, done.Receipt.Commits)
	requireNoDrift(t, k)
}

// TestKeeper_PreviewAll_moved: the account changes between two parts.
func TestKeeper_PreviewAll_moved(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(1001), seats.Standard())
	plan, err := k.PreviewAll(t.Context(), "acme", owner, func(yield func(seats.Command, error) bool) {
		n := 0
		for c := range guests(0, 1500, nil) {
			if n++; n == 700 {
				do(t, k, owner, seats.Invite{Profile: profile("ada")}, seats.Invite{Profile: profile("bob")})
			}
			if !yield(c, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	require.Equal(t, 998, plan.Totals.Fit, "1001 without the owner, ada and bob")
	require.EqualValues(t, 1001, plan.After.Held)
}

func TestKeeper_PreviewAll_inactive(t *testing.T) {
	policy := seats.Standard()
	policy.WhenFull = seats.CreateInactive
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(3), policy)
	plan, err := k.PreviewAll(t.Context(), "acme", owner, guests(0, 6, nil))
	require.NoError(t, err)
	require.Equal(t, "6 commands: 6 fit (4 created inactive for want of a seat); then 3 of 3 seats are held", plan.String())
}

func TestKeeper_PreviewAll_errors(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(3), seats.Standard())
	_, err := k.PreviewAll(t.Context(), "unknown", owner, guests(0, 1, nil))
	require.ErrorIs(t, err, store.ErrNotFound)
	broken := errors.New("the file is gone")
	_, err = k.PreviewAll(t.Context(), "acme", owner, guests(0, 700, broken))
	require.ErrorIs(t, err, broken)
	none, err := k.PreviewAll(t.Context(), "acme", owner, guests(0, 0, nil))
	require.NoError(t, err)
	require.Equal(t, "0 commands: 0 fit", none.String())
	require.EqualValues(t, 1, none.After.Held)
	done, err := k.ApplyAll(t.Context(), "acme", owner, none, guests(0, 0, nil), nil)
	require.NoError(t, err)
	require.Zero(t, done.Totals)
}

// TestKeeper_ApplyAll_continues: the same call with its key goes on, and nothing is done twice.
func TestKeeper_ApplyAll_continues(t *testing.T) {
	for _, key := range []string{"upload-7", ""} {
		k, sound, _ := faulty(t, seatkeeper.Options{}, seats.Standard(), faults.None, faults.None, faults.None, faults.LoseAfter, faults.Fail)
		do(t, sound, system, seats.SetTotal{Total: seats.Of(5000)})
		plan, err := sound.PreviewAll(t.Context(), "acme", owner, guests(0, 2000, nil))
		require.NoError(t, err)
		call := seatkeeper.Call{Key: key}
		done, err := k.With(call).ApplyAll(t.Context(), "acme", owner, plan, guests(0, 2000, nil), nil)
		require.ErrorIs(t, err, faults.ErrInjected)
		require.Less(t, done.Totals.Commands, 2000)
		done, err = sound.With(call).ApplyAll(t.Context(), "acme", owner, plan, guests(0, 2000, nil), nil)
		require.NoError(t, err)
		require.Equal(t, 2000, done.Totals.Commands)
		if key != "" {
			require.Equal(t, 2000, done.Totals.Fit, "also of the call before")
		}
		u, err := sound.Usage(t.Context(), "acme")
		require.NoError(t, err)
		require.EqualValues(t, 2001, u.Held)
		requireNoDrift(t, sound)
	}
}

func TestKeeper_ApplyAll_another_source(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(5000), seats.Standard())
	plan, err := k.PreviewAll(ctx, "acme", owner, guests(0, 1200, nil))
	require.NoError(t, err)
	held := func() int64 {
		u, err := k.Usage(ctx, "acme")
		require.NoError(t, err)
		return u.Held
	}
	_, err = k.ApplyAll(ctx, "acme", owner, plan, guests(1, 1201, nil), nil)
	require.ErrorIs(t, err, seats.ErrBadInput)
	_, err = k.ApplyAll(ctx, "rival", owner, plan, guests(0, 1200, nil), nil)
	require.ErrorIs(t, err, seats.ErrBadInput)
	_, err = k.ApplyAll(ctx, "rival", owner, plan, guests(0, 0, nil), nil)
	require.ErrorIs(t, err, seats.ErrBadInput)
	require.EqualValues(t, 1, held(), "nothing was done")
	_, err = k.ApplyAll(ctx, "acme", owner, plan, guests(0, 1000, nil), nil)
	require.ErrorIs(t, err, seats.ErrBadInput)
	require.EqualValues(t, 1001, held(), "the list ends too early")
	_, err = k.ApplyAll(ctx, "acme", owner, plan, guests(0, 1201, nil), nil)
	require.ErrorIs(t, err, seats.ErrBadInput)
	broken := errors.New("no more")
	done, err := k.ApplyAll(ctx, "acme", owner, plan, guests(0, 600, broken), nil)
	require.ErrorIs(t, err, broken)
	require.Equal(t, 500, done.Totals.Commands)
	done, err = k.ApplyAll(ctx, "acme", owner, plan, guests(0, 1200, nil), func(seats.Command, seats.Outcome) error { return broken })
	require.ErrorIs(t, err, broken)
	require.Equal(t, 500, done.Totals.Commands, "what was done is counted")
	done, err = k.ApplyAll(ctx, "acme", owner, plan, guests(0, 1200, nil), nil)
	require.NoError(t, err)
	require.Equal(t, "1200 commands: 200 fit, 1000 change nothing; planned were 1200 commands: 1200 fit", plan.Report(done.Totals))
}
