package sqltest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// manyDue opens an account in which more of each kind are due at one instant than a commit settles.
func manyDue(t *testing.T, k *seatkeeper.Keeper, from time.Time) {
	t.Helper()
	ctx := t.Context()
	policy := seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: 72 * time.Hour}
	_, err := k.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(1301), Policy: policy, Zone: "Europe/Berlin", Owner: users.Profile{ID: owner, Email: "owner@acme.example"}})
	require.NoError(t, err)
	profile := func(id users.ID) users.Profile { return users.Profile{ID: id, Email: string(id) + "@acme.example"} }
	date := users.DateOf(from.AddDate(0, 0, 4))
	midnight := date.Start(berlin(t))
	commands := []seats.Command{seats.SetTotal{Pool: dueCourse, Total: seats.Of(800)}}
	for i := range 700 {
		commands = append(commands, seats.Add{Profile: profile(users.ID(fmt.Sprintf("p%04d", 2*i))), Leave: users.From(date)})
	}
	for i := range 600 {
		commands = append(commands, seats.Import{
			User:     users.User{Profile: profile(users.ID(fmt.Sprintf("q%04d", i))), Status: users.Active, Created: from, StatusSince: from},
			Licences: []users.Licence{{Pool: string(dueCourse), Assigned: from, Ends: midnight}},
		})
	}
	for i := range 520 {
		pool := seats.PoolID(fmt.Sprintf("c%04d", i))
		commands = append(commands, seats.SetTotal{Pool: pool, Total: seats.Of(5)}, seats.BookTotal{Pool: pool, Date: date, Total: seats.Of(2)})
	}
	for i := range 650 {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("a%04d", i))), Start: date})
	}
	done, err := k.DoEach(ctx, "acme", users.System(), commands...)
	require.NoError(t, err)
	for _, o := range done.Outcomes {
		require.Nil(t, o.Refusal)
	}
}

func berlin(t *testing.T) *time.Location {
	in, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	return in
}

func clockEvents(t *testing.T, k *seatkeeper.Keeper) (all []fact) {
	t.Helper()
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{}) {
		require.NoError(t, err)
		if e.Channel == seats.ByClock {
			all = append(all, fact{e.Time, e.Kind, e.User, e.Pool})
		}
	}
	return all
}

// TestKeeper_RunDue_many has two Keepers with faults and calls that end early settle an account
// with more at one instant than a commit settles. The events are those of one that settles alone.
func TestKeeper_RunDue_many(t *testing.T) {
	from := time.Date(2026, 3, 24, 12, 0, 0, 0, time.UTC)
	var want []fact
	for _, steps := range [][]int{{30}, {2, 3, 30}, {3, 4, 5, 30}} {
		now := from
		k, err := ways.New(memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }})
		require.NoError(t, err)
		manyDue(t, k, from)
		for _, days := range steps {
			now = from.AddDate(0, 0, days)
			_, err = k.RunDue(t.Context(), seatkeeper.DueRun{})
			require.NoError(t, err)
		}
		got := clockEvents(t, k)
		kinds := map[seats.EventKind]int{}
		for _, f := range got {
			kinds[f.Kind]++
		}
		t.Log(steps, kinds)
		if want == nil {
			want = got
		}
		require.True(t, slices.Equal(want, got), steps)
		require.Zero(t, kinds[seats.EventStartMissed], "seats come free at the same instant")
	}
	if !long.On() {
		return
	}
	each(t, engines, func(t *testing.T, s *site) {
		now := from
		st := s.store()
		plain, err := ways.New(st, seatkeeper.Options{Now: func() time.Time { return now }})
		require.NoError(t, err)
		manyDue(t, plain, from)
		now = from.AddDate(0, 0, 30)
		var group sync.WaitGroup
		for c := range 4 {
			group.Go(func() {
				r := rand.New(rand.NewPCG(9, uint64(c)))
				f := faults.New(st, func(int) faults.Fault {
					if r.IntN(4) > 0 {
						return faults.None
					}
					return []faults.Fault{faults.Conflict, faults.LoseAfter, faults.LoseBefore, faults.LoseLate, faults.Repeat}[r.IntN(5)]
				})
				k, err := ways.New(f, seatkeeper.Options{Now: func() time.Time { return now }})
				if err != nil {
					t.Error(err)
					return
				}
				for range 200 {
					ctx, cancel := context.WithCancel(t.Context())
					if r.IntN(3) == 0 {
						time.AfterFunc(time.Duration(r.IntN(400))*time.Millisecond, cancel)
					}
					_, err := k.RunDue(ctx, seatkeeper.DueRun{})
					cancel()
					if err == nil {
						return
					}
					if !errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrUnknown) && !errors.Is(err, store.ErrConflict) {
						t.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		_, err = plain.Usage(t.Context(), "acme")
		require.NoError(t, err)
		require.True(t, slices.Equal(want, clockEvents(t, plain)))
		drift, err := plain.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.Empty(t, drift)
	})
}
