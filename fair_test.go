package seatkeeper_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// distant is a store some milliseconds away, of which one way is the farther.
type distant struct {
	store.Store
	there, back time.Duration
	written     *atomic.Int64
	conflicts   *atomic.Int64
}

func (d distant) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	time.Sleep(d.there)
	defer time.Sleep(d.back)
	return d.Store.Load(ctx, needs...)
}

func (d distant) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	time.Sleep(d.there)
	defer time.Sleep(d.back)
	results, err := d.Store.Commit(ctx, changes...)
	for _, r := range results {
		if r.Err != nil {
			d.conflicts.Add(1)
		} else {
			d.written.Add(1)
		}
	}
	return results, err
}

// TestKeeper_fair has three Keepers, as of three processes, on one account. None of them starves,
// though two are nearer to the store.
func TestKeeper_fair(t *testing.T) {
	ways.Usual(t)
	for _, clients := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			s := memstore.New()
			newKeeper(t, s, seatkeeper.Options{}, seats.Of(1_000_000), seats.Standard())
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			var written, conflicts atomic.Int64
			var done [3]atomic.Int64
			var calls sync.WaitGroup
			for p := range done {
				k := on(t, distant{s, time.Millisecond, time.Millisecond + time.Duration(p)*100*time.Microsecond, &written, &conflicts}, seatkeeper.Options{})
				for c := range clients {
					calls.Go(func() {
						for n := 0; ctx.Err() == nil; n++ {
							_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("u%d-%d-%d", p, c, n)))})
							if err != nil {
								require.ErrorIs(t, err, context.DeadlineExceeded)
								return
							}
							done[p].Add(1)
						}
					})
				}
			}
			calls.Wait()
			all := done[0].Load() + done[1].Load() + done[2].Load()
			t.Log(clients, "clients:", done[0].Load(), done[1].Load(), done[2].Load(), "and", conflicts.Load(), "conflicts,", written.Load(), "commits")
			require.Less(t, conflicts.Load(), written.Load())
			for p := range done {
				require.Greater(t, done[p].Load()*3*10, all*7, "Keeper %d has .7 of its share", p)
			}
		})
	}
}
