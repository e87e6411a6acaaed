package sqltest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_Do_lastLicences has clients of two Keepers, whose calls lose answers and end early,
// give out the last licences of two courses, take them back and archive their holders.
func TestKeeper_Do_lastLicences(t *testing.T) {
	calls := 15
	if long.On() {
		calls = 60
	}
	each(t, engines, func(t *testing.T, s *site) {
		st := s.store()
		plain, err := ways.New(st, seatkeeper.Options{})
		require.NoError(t, err)
		_, err = plain.Open(t.Context(), seats.Opening{Account: "acme", Total: seats.Of(20), Owner: users.Profile{ID: owner, Email: "owner@acme.example"}})
		require.NoError(t, err)
		courses := []seats.PoolID{"a", "b"}
		commands := []seats.Command{seats.SetTotal{Pool: "a", Total: seats.Of(2)}, seats.SetTotal{Pool: "b", Total: seats.Of(25)}}
		for i := range 12 {
			id := users.ID(fmt.Sprint("p", i))
			commands = append(commands, seats.Add{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example"}})
		}
		_, err = plain.Do(t.Context(), "acme", users.System(), commands...)
		require.NoError(t, err)
		const clients = 8
		var group sync.WaitGroup
		stop := make(chan struct{})
		fates := map[string]int{}
		var mutex sync.Mutex
		for c := range clients {
			group.Go(func() {
				r := rand.New(rand.NewPCG(7, uint64(c)))
				f := faults.New(st, func(int) faults.Fault {
					if r.IntN(6) > 0 {
						return faults.None
					}
					return []faults.Fault{faults.Conflict, faults.LoseAfter, faults.LoseBefore, faults.LoseLate, faults.Repeat}[r.IntN(5)]
				})
				k, err := ways.New(f, seatkeeper.Options{})
				if err != nil {
					t.Error(err)
					return
				}
				for range calls {
					user, pool := users.ID(fmt.Sprint("p", r.IntN(12))), courses[r.IntN(2)]
					command := []seats.Command{
						seats.AssignCourse{User: user, Pool: pool}, seats.AssignCourse{User: user, Pool: pool}, seats.AssignCourse{User: user, Pool: pool},
						seats.UnassignCourse{User: user, Pool: pool}, seats.StartCourse{User: user, Pool: "b"},
						seats.Archive{User: user}, seats.Restore{User: user}, seats.Restore{User: user}, seats.ArchiveActivity{User: user}, seats.Deactivate{User: user}, seats.Reactivate{User: user},
					}[r.IntN(11)]
					ctx, cancel := t.Context(), context.CancelFunc(func() {})
					if r.IntN(8) == 0 {
						ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(8000))*time.Microsecond)
					}
					_, err := k.Do(ctx, "acme", users.System(), command)
					cancel()
					var no *seats.Refusal
					fate := "done"
					switch {
					case errors.As(err, &no):
						fate = string(no.Code)
					case errors.Is(err, store.ErrUnknown), errors.Is(err, context.DeadlineExceeded), errors.Is(err, store.ErrConflict):
						fate = "lost"
					case err != nil:
						t.Errorf("%#v: %v", command, err)
					}
					mutex.Lock()
					fates[fate]++
					mutex.Unlock()
				}
			})
		}
		var reader sync.WaitGroup
		reader.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, c := range []seats.PoolID{"a", "b", seats.Site} {
					u, err := plain.UsageOfPool(context.Background(), "acme", c)
					if err != nil {
						t.Error(err)
						return
					}
					if u.Excess > 0 {
						t.Errorf("%s: %+v", c, u)
					}
				}
				drift, err := plain.Audit(context.Background(), "acme")
				if err != nil && !errors.Is(err, store.ErrConflict) || len(drift) > 0 {
					t.Error(drift, err)
				}
			}
		})
		group.Wait()
		close(stop)
		reader.Wait()
		t.Log(fates)
		drift, err := plain.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.Empty(t, drift)
	})
}
