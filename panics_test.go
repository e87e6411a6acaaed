package seatkeeper_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestOptions_Now_panics: at whichever reading the clock panics, with an observer, the next call on the
// account goes on, under each kind of sharing.
func TestOptions_Now_panics(t *testing.T) {
	for _, sharing := range []seatkeeper.Sharing{seatkeeper.ShareAll, seatkeeper.ShareAccount, seatkeeper.ShareNothing} {
		for reading := 1; reading <= 12; reading++ {
			s := memstore.New()
			newKeeper(t, s, seatkeeper.Options{}, seats.Of(50), seats.Standard())
			left, n := reading, 0
			k := on(t, s, seatkeeper.Options{Sharing: sharing, Observe: func(context.Context, seatkeeper.CallStats) {}, Now: func() time.Time {
				if left--; left == 0 {
					panic("no time")
				}
				return time.Now()
			}})
			calls := func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				for range 3 {
					n++
					_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", n)))})
					require.NoError(t, err)
					_, err = k.DoEach(ctx, "acme", owner, seats.EditAccount{Name: new(fmt.Sprint(n))})
					require.NoError(t, err)
				}
			}
			func() {
				defer func() { _ = recover() }()
				calls()
			}()
			calls()
			requireNoDrift(t, k)
		}
	}
}

// TestKeeper_RunDue_panics: a panic of an option, or of Progress, is one of the call.
func TestKeeper_RunDue_panics(t *testing.T) {
	s, later := withDue(t, numbered(200)...)
	now := func() time.Time { return later }
	k := on(t, s, seatkeeper.Options{Now: now})
	readings := 0
	broken := on(t, s, seatkeeper.Options{Now: func() time.Time {
		if readings++; readings > 1 {
			panic("no time")
		}
		return later
	}})
	require.PanicsWithValue(t, "no time", func() { _, _ = broken.RunDue(t.Context(), seatkeeper.DueRun{Parallel: 1}) })
	require.PanicsWithValue(t, "no screen", func() {
		_, _ = k.RunDue(t.Context(), seatkeeper.DueRun{Progress: func(seatkeeper.DueProgress) { panic("no screen") }})
	})
	done, err := k.RunDue(t.Context(), seatkeeper.DueRun{})
	require.NoError(t, err)
	require.Zero(t, done.Failed)
	left, err := s.Due(t.Context(), later, "", 1)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestNew_sharing(t *testing.T) {
	_, err := seatkeeper.New(memstore.New(), seatkeeper.Options{Sharing: seatkeeper.ShareNothing + 1})
	require.ErrorContains(t, err, "Sharing")
}
