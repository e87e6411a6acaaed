package sqltest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Commit_longestStatement has as many receivers as an event may have, with the
// longest IDs.
func TestStore_Commit_longestStatement(t *testing.T) {
	t.Parallel()
	s, r := variant(t, "MariaDB, literals").recorded(t)
	st := s.stores[0]
	open(t, st, 9)
	c := planned(t, st, seats.BuySeats{Quantity: 1}, seats.BuySeats{Quantity: 1}, seats.BuySeats{Quantity: 1})
	for i := range c.Events {
		for n := range 1 + seats.MaxReceivers {
			c.Events[i].Receivers = append(c.Events[i].Receivers, users.ID(fmt.Sprintf("%0*d", users.MaxID, n)))
		}
	}
	longest := 0
	for _, one := range r.during(func() {
		require.NoError(t, commit(t.Context(), st, c))
	}) {
		longest = max(longest, len(one.text))
	}
	require.Greater(t, longest, 250_000)
	require.Less(t, longest, 1<<20)
	t.Logf("the longest statement had %d bytes", longest)
	events, err := st.Events(t.Context(), acme, seats.EventFilter{After: c.Events[0].Sequence - 1}, 9)
	require.NoError(t, err)
	require.Equal(t, c.Events, events)
}
