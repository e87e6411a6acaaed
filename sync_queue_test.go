package seatkeeper_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_Sync_long_wait: a roster with a joiner for each leaver every night keeps no user waiting for ever: the queue gets one seat
// once its first place is old.
func TestKeeper_Sync_long_wait(t *testing.T) {
	policy := seats.Standard()
	policy.WhenFull = seats.Wait
	now := march
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(21), policy)
	do(t, k, system, unguarded)
	roster := []int{500}
	status := func() users.Status {
		u, err := k.Find(t.Context(), "acme", users.ByExternalID("1500"))
		require.NoError(t, err)
		return u.Status
	}
	for n := range 20 {
		roster = append(roster, n)
	}
	syncs(t, k, workers(roster[1:]...), "20 rows: 0 as before, 20 join")
	syncs(t, k, workers(roster...), "21 rows: 20 as before, 1 joins")
	require.Equal(t, users.Inactive, status())
	for night := range 60 {
		now = now.Add(24 * time.Hour)
		roster = append(slices.Delete(roster, 1, 2), 20+night)
		_, err := k.Sync(t.Context(), "acme", nightly, workers(roster...), nil)
		require.NoError(t, err)
		require.Equal(t, map[bool]users.Status{true: users.Invited, false: users.Inactive}[night+1 >= 30], status(), "night %d", night+1)
		pool, err := k.Pool(t.Context(), "acme", seats.Site)
		require.NoError(t, err)
		require.Equal(t, seats.Of(0), pool.Available())
	}
	requireNoDrift(t, k)
}

// TestKeeper_Sync_waiting: those who wait are as before in each run, leave with the others, and get the seats that a run leaves free,
// after its own joiners.
func TestKeeper_Sync_waiting(t *testing.T) {
	policy := seats.Standard()
	policy.WhenFull = seats.Wait
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(3), policy)
	do(t, k, system, unguarded)
	queue := func() (numbers []string) {
		pools, err := k.Pool(t.Context(), "acme", seats.Site)
		require.NoError(t, err)
		for w := range pools.Waiting.All() {
			u, err := k.User(t.Context(), "acme", w.User)
			require.NoError(t, err)
			numbers = append(numbers, u.ExternalID)
		}
		return numbers
	}
	find := func(n string) seats.Person {
		u, err := k.Find(t.Context(), "acme", users.ByExternalID(n))
		require.NoError(t, err)
		return u
	}
	syncs(t, k, workers(0, 1, 2, 3, 4), "5 rows: 0 as before, 5 join")
	require.ElementsMatch(t, []string{"1002", "1003", "1004"}, queue())
	for i, n := range []string{"1002", "1003"} {
		do(t, k, system, seats.Queue{User: find(n).ID, Priority: 2 - i})
	}
	same := syncs(t, k, workers(0, 1, 2, 3, 4), "5 rows: 5 as before")
	require.Empty(t, same.Receipt.Commits, "nothing was written")

	// Worker 2 leaves while waiting. The seat of worker 0 goes to the joiner of the run, the one of worker 1 to the next of the queue.
	syncs(t, k, workers(3, 4, 5), "3 rows: 2 as before, 1 joins, 2 leave, 1 leaves the queue")
	require.Equal(t, []string{"1004"}, queue())
	require.Equal(t, []any{users.Inactive, users.LeftBySync}, []any{find("1002").Status, find("1002").LeftBy})
	require.Equal(t, []users.Status{users.Invited, users.Invited}, []users.Status{find("1003").Status, find("1005").Status})

	// Put out of the queue by hand, worker 4 stays out; worker 2 comes back, and waits.
	do(t, k, owner, seats.Unqueue{User: find("1004").ID})
	syncs(t, k, workers(2, 3, 4, 5), "4 rows: 2 as before, 1 comes back, 1 left as it is: forbidden")
	require.Equal(t, []string{"1002"}, queue())
	do(t, k, system, seats.SetTotal{Total: seats.Of(9)})
	syncs(t, k, workers(2, 3, 4, 5), "4 rows: 3 as before, 1 left as it is: forbidden")
	require.Equal(t, users.Inactive, find("1004").Status)
	requireNoDrift(t, k)
}
