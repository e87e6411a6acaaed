package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
)

// bringsItsTime wants the store's time within ten minutes of the test's: less than any
// two time zones are apart.
func bringsItsTime(t *tester) {
	a := t.opened("a")
	snapshots, err := t.store.Load(t.Context(), seats.Need{Account: a}, seats.Need{Account: t.account("nobody")}, seats.Need{Account: a, Admins: true})
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
	from := store.Progress{Consumer: "mailer", Account: a}
	for range 2 {
		behind, err := store.OutboxOf(t.store).Pending(t.Context(), "mailer", a[:len(a)-1], 1)
		require.NoError(t, err)
		require.Equal(t, a, behind[0].Account)
		is(behind[0].StoreTime)
		to := from
		from.StoreTime, to.StoreTime, to.LeaseUntil = gen.Epoch, gen.Epoch.Add(1), gen.Epoch
		t.advanced(from, to)
		from = to
	}
}
