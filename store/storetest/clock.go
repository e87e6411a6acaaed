package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// storeTime wants the store's time within ten minutes of the test's: less than any two time
// zones are apart.
func storeTime(t *tester) {
	a := t.opened("a")
	snapshots, err := t.store.Load(t.Context(), seats.Need{Account: a}, seats.Need{Account: t.account("unknown")}, seats.Need{Account: a, Admins: true})
	require.NoError(t, err)
	has := !snapshots[0].StoreTime.IsZero()
	is := func(at time.Time) {
		t.Helper()
		require.Equal(t, has, !at.IsZero(), "all carry it or none")
		if has {
			require.Equal(t, time.UTC, at.Location())
			require.Equal(t, at.Truncate(time.Microsecond), at)
			require.WithinDuration(t, time.Now(), at, 10*time.Minute)
		}
	}
	for _, s := range snapshots {
		is(s.StoreTime)
	}
	t.outbox()
	outbox, from := store.OutboxOf(t.store), progress(a, 0, time.Time{})
	for range 2 {
		pending, err := outbox.Pending(t.Context(), "mailer", t.start(), 1)
		require.NoError(t, err)
		require.NotEmpty(t, pending)
		is(pending[0].StoreTime)
		to := progress(a, 0, gen.Epoch)
		from.StoreTime, to.StoreTime = gen.Epoch, gen.Epoch.Add(1) // left aside
		require.NoError(t, t.advance(from, to))
		from = to
	}
}
