package harness

import (
	"context"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// counting are the kinds of event whose count a calendar has.
var counting = []seats.EventKind{seats.EventLeavingHeld, seats.EventSeatsGrown, seats.EventSeatsLow, seats.EventSeatsFull, seats.EventSeatsOver}

// calendar holds the calendar of the next weeks against what the model would settle until then.
func (r *run) calendar() {
	in, ok := r.model.In()
	if !ok {
		_, err := r.harness.Calendar(context.Background(), r.harness.account, "2027-01-01")
		require.ErrorIs(r, err, seats.ErrBadInput, "a calendar without the rules of the zone")
		return
	}
	const days = 20
	today := users.DateOf(r.model.Clock.In(in))
	c, err := r.harness.Calendar(context.Background(), r.harness.account, today.AddDays(days))
	require.NoError(r, err)
	require.Equal(r, today, c.From)

	then := r.model.Clone()
	var want, got []seats.CalendarEntry
	for _, e := range then.Settle(reference.Begin(today.AddDays(days+1), in).Add(-time.Microsecond)) {
		entry := seats.CalendarEntry{At: e.Time, Kind: e.Kind, User: e.User, By: e.Actor, Pool: e.Pool}
		if slices.Contains(counting, e.Kind) {
			entry.Count = e.Count
		}
		want = append(want, entry)
	}
	last := map[seats.PoolID]seats.CalendarEntry{}
	for _, day := range c.Days {
		for _, e := range day.Entries {
			require.Equal(r, day.Date, users.DateOf(e.At.In(in)))
			if e.Kind == seats.EventPoolEnded {
				require.True(r, reference.End(then.Pools[e.Pool].Ends.LastDay, in).Equal(e.At), "the end of %q: %v", e.Pool, e.At)
				continue
			}
			last[e.Pool] = e
			got = append(got, seats.CalendarEntry{At: e.At, Kind: e.Kind, User: e.User, By: e.By, Pool: e.Pool, Count: e.Count})
		}
	}
	require.Equal(r, want, got, "the calendar")
	for id, e := range last {
		require.Equal(r, []any{then.Pools[id].Total, then.Held(id), then.Spent(id), then.Over(id)}, []any{e.Total, e.Held, e.Spent, e.Excess}, "the pool %q after the last entry", id)
	}
}
