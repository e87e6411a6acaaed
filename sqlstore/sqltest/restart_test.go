package sqltest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore/sqltest/servers"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A crowd invites people through Keepers of its own, one after the other each, and
// remembers what it was told.
type crowd struct {
	group sync.WaitGroup
	end   atomic.Bool
	done  []atomic.Int64 // invitations that were acknowledged, of each

	mu    sync.Mutex
	there map[users.ID]bool // acknowledged, or refused clearly
	lost  int               // calls with an unknown result
}

// gather begins with the invitations, a goroutine for each store, two of which share an
// account.
func gather(t *testing.T, stores []store.Store) *crowd {
	c := &crowd{there: map[users.ID]bool{}, done: make([]atomic.Int64, len(stores))}
	for i, s := range stores {
		c.group.Go(func() {
			k, err := ways.New(s, seatkeeper.Options{})
			assert.NoError(t, err)
			for n := 0; !c.end.Load(); n++ {
				id := users.ID(fmt.Sprintf("p%d-%d", i, n))
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
				_, err := k.Do(ctx, acme, users.System(), invite(id))
				cancel()
				c.mu.Lock()
				if errors.Is(err, store.ErrUnknown) {
					c.lost++
				} else {
					c.there[id] = err == nil
				}
				c.mu.Unlock()
				if err == nil {
					c.done[i].Add(1)
				}
				time.Sleep(5 * time.Millisecond) // the server is under way, and not busy
			}
		})
	}
	return c
}

// progress returns when each member of the crowd has had more invitations acknowledged.
func (c *crowd) progress(t *testing.T, members ...int) {
	t.Helper()
	for _, i := range members {
		before := c.done[i].Load()
		require.Eventually(t, func() bool { return c.done[i].Load() > before+3 }, time.Minute, 5*time.Millisecond)
	}
}

// leave ends it, and holds what is there against what it was told: all that was
// acknowledged is there once, and nothing that was refused.
func (c *crowd) leave(t *testing.T, s store.Store) {
	t.Helper()
	c.end.Store(true)
	c.group.Wait()
	k := keeper(t, s)
	here := map[users.ID]bool{}
	for _, id := range people(t, k) {
		require.False(t, here[id])
		here[id] = true
		if told, known := c.there[id]; known && id != "olive" {
			require.True(t, told, "%s is there, and the error had said that nothing was written", id)
		}
	}
	refused := 0
	for id, told := range c.there {
		if told {
			require.True(t, here[id], "%s was acknowledged", id)
		} else {
			refused++
		}
	}
	t.Logf("%d there, %d refused, %d unknown", len(here), refused, c.lost)
	require.EqualValues(t, len(here), revision(t, k), "a change each, and one for the opening")
	events, err := s.Events(t.Context(), acme, seats.EventFilter{}, 1_000_000)
	require.NoError(t, err)
	require.Len(t, events, len(here))
	works(t, s, "zoe")
}

// TestKeeper_Do_restartedServer kills and starts the server under a program that goes on.
// No other test runs meanwhile.
func TestKeeper_Do_restartedServer(t *testing.T) {
	kills := 1
	if long.On() {
		kills = 2
	}
	for _, c := range []struct {
		engine
		server func(testing.TB) *servers.Server
		long   bool
	}{
		{postgres, servers.Postgres, false}, {variant(t, "PostgreSQL, lib-pq"), servers.Postgres, true},
		{variant(t, "MariaDB, transactions"), servers.MariaDB, false}, {mariadb, servers.MariaDB, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.long && !long.On() {
				t.Skip("it runs in the long form")
			}
			s := c.open(t)
			open(t, s.stores[0], seats.MaxSeats)
			crowd := gather(t, []store.Store{s.stores[0], s.stores[0], s.stores[0], s.stores[0]})
			defer crowd.end.Store(true)
			for range kills {
				crowd.progress(t, 0, 1, 2, 3)
				c.server(t).Kill()
				c.server(t).Start(t)
			}
			crowd.progress(t, 0, 1, 2, 3)
			crowd.leave(t, s.stores[0])
		})
	}
}

// TestKeeper_Do_restartedNode has calls sent to the other two nodes, to all three, and to
// the one that is killed.
func TestKeeper_Do_restartedNode(t *testing.T) {
	if !long.On() {
		t.Skip("half a minute")
	}
	nodes := servers.Galera(t)
	s := galera.open(t)
	open(t, s.stores[0], seats.MaxSeats)
	require.Equal(t, []users.ID{"olive"}, people(t, keeper(t, s.stores[2])))
	crowd := gather(t, []store.Store{s.stores[0], s.stores[1], s.stores[2], s.store(), s.store()})
	defer crowd.end.Store(true)
	crowd.progress(t, 0, 1, 2, 3, 4)
	nodes[2].Kill()
	crowd.progress(t, 0, 1, 3)
	nodes[2].Start(t)
	crowd.progress(t, 0, 1, 2, 3, 4)
	crowd.leave(t, s.store())
}
