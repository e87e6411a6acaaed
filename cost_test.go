package seatkeeper_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_Do_cost bounds the memory of an invitation, from the call to the store in memory and
// back. A database's part comes on top, see package sqltest.
func TestKeeper_Do_cost(t *testing.T) {
	ways.Usual(t)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	n := 0
	invite := func() {
		n++
		_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: users.Profile{
			ID: users.ID(fmt.Sprintf("p%08d", n)), FirstName: "First", LastName: fmt.Sprint(n), Email: fmt.Sprintf("p%d@acme.example", n),
		}})
		require.NoError(t, err)
	}
	const runs = 200
	allocations := testing.AllocsPerRun(runs, invite)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		invite()
	}
	runtime.ReadMemStats(&after)
	bytes := (after.TotalAlloc - before.TotalAlloc) / runs
	t.Logf("%.0f allocations, %d bytes", allocations, bytes)
	require.LessOrEqual(t, allocations, 45.)
	require.LessOrEqual(t, bytes, uint64(9_700))
}
