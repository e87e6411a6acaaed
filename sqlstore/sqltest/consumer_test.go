package sqltest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var errStruck = errors.New("the host fails")

// mailing is a consumer that writes a row for each event in a transaction of the host's, with a failure at
// random: before the rows, before the commit, and after it, as where its answer is lost.
func (h *host) mailing(r *rand.Rand) seatkeeper.Consumer {
	return seatkeeper.Consumer{
		Name: "mails", Batch: 7, Pause: func(int) time.Duration { return 0 },
		Handle: func(ctx context.Context, d *seatkeeper.Delivery) (err error) {
			struck := r.IntN(5)
			tx, err := h.db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			defer func() { _ = tx.Rollback() }()
			if struck == 0 {
				return errStruck
			}
			for _, e := range d.Events {
				if _, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO mails (number) VALUES (%d)", e.Sequence)); err != nil {
					return err
				}
			}
			if err := d.DoneIn(ctx, h.store.Bind(tx)); err != nil {
				return err
			}
			if struck == 1 {
				return errStruck
			}
			if err := tx.Commit(); err != nil {
				return err
			}
			if struck == 2 {
				return errStruck
			}
			return nil
		},
	}
}

// TestDelivery_DoneIn has several consumers at once, with leases so short that they take over from one
// another all the time, and failures: each event has one row.
func TestDelivery_DoneIn(t *testing.T) {
	hosted(t, 99, func(h *host) {
		_, err := h.db.ExecContext(h.Context(), "CREATE TABLE mails (number INTEGER NOT NULL)")
		require.NoError(h, err)
		var commands []seats.Command
		for i := range 60 {
			commands = append(commands, invite(users.ID(fmt.Sprint("m", i))))
		}
		_, err = h.keeper.Do(h.Context(), acme, users.System(), commands...)
		require.NoError(h, err)
		usage, err := h.keeper.Usage(h.Context(), acme)
		require.NoError(h, err)

		var struck atomic.Int64
		var gone sync.WaitGroup
		for i := range 4 {
			k, err := ways.New(h.store, seatkeeper.Options{})
			require.NoError(h, err)
			c := h.mailing(rand.New(rand.NewPCG(uint64(i), 1)))
			if i > 0 {
				c.Timeout = time.Duration(i) * 5 * time.Millisecond
			}
			gone.Go(func() {
				for range 25 {
					if _, err := k.Drain(h.Context(), c); errors.Is(err, errStruck) {
						struck.Add(1)
					}
				}
			})
		}
		gone.Wait()
		require.Positive(h, struck.Load())
		last := h.mailing(rand.New(rand.NewPCG(9, 9)))
		require.Eventually(h, func() bool {
			_, _ = h.keeper.Drain(h.Context(), last)
			at, err := h.store.Progress(h.Context(), "mails", acme)
			return err == nil && at.Sequence == usage.Sequence
		}, 2*time.Minute, time.Millisecond)

		rows, err := h.db.QueryContext(h.Context(), "SELECT number FROM mails")
		require.NoError(h, err)
		defer rows.Close()
		var numbers []uint64
		for rows.Next() {
			var n uint64
			require.NoError(h, rows.Scan(&n))
			numbers = append(numbers, n)
		}
		require.NoError(h, rows.Err())
		slices.Sort(numbers)
		require.Len(h, numbers, int(usage.Sequence))
		for i, n := range numbers {
			require.EqualValues(h, i+1, n, "each once")
		}
	})
}

// TestConsumer_SetAside sets events aside, retries and drops them, on every engine.
func TestConsumer_SetAside(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		ctx, k := t.Context(), open(t, s.store(), 9)
		for _, id := range []users.ID{"ada", "ben", "cleo"} {
			_, err := k.Do(ctx, acme, users.System(), invite(id))
			require.NoError(t, err)
		}
		down, got := true, []uint64{}
		c := eventwise("mails", func(_ context.Context, e seats.Event) error {
			if down && e.User != "ben" {
				return errStruck
			}
			got = append(got, e.Sequence)
			return nil
		})
		c.Attempts, c.FromNow = 2, true
		n, err := k.Drain(ctx, c)
		require.NoError(t, err)
		require.Zero(t, n, "a new one begins now")
		c.FromNow, c.Name = false, "others"
		for range 9 {
			_, _ = k.Drain(ctx, c)
		}
		require.Equal(t, []uint64{3}, got)
		var aside []uint64
		for e, err := range k.SetAside(ctx, "others") {
			require.NoError(t, err)
			aside = append(aside, e.Event.Sequence)
		}
		require.Equal(t, []uint64{1, 2, 4}, aside)
		n, err = k.DropEvents(ctx, "others", acme, 1)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		n, err = k.RetryEvents(ctx, "others", acme, 1, 2, 4)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		down = false
		n, err = k.Drain(ctx, c)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Equal(t, []uint64{3, 2, 4}, got)
	})
}
