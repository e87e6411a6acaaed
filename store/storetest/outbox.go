package storetest

import (
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// behind returns how far a consumer has come where it is behind among the
// accounts of these names.
func (t *tester) behind(consumer string, names ...string) []store.Progress {
	t.Helper()
	all, err := store.OutboxOf(t.store).Pending(t.Context(), consumer, users.AccountID(t.own), len(names))
	require.NoError(t, err)
	var own []store.Progress
	for _, p := range all {
		for _, name := range names {
			if p.Account == t.account(name) {
				own = append(own, p)
			}
		}
	}
	return harness.Plain(t, own)
}

func (t *tester) advanced(from, to store.Progress) {
	t.Helper()
	require.NoError(t, store.OutboxOf(t.store).Advance(t.Context(), from, to))
}

func beginsBehind(t *tester) {
	t.outbox()
	b, a, c := t.opened("b"), t.opened("a"), t.opened("c")
	progress := func(id users.AccountID, n uint64) store.Progress {
		return store.Progress{Consumer: "mailer", Account: id, Sequence: n}
	}
	zero := []store.Progress{progress(a, 0), progress(b, 0), progress(c, 0)}
	require.Equal(t, zero, t.behind("mailer", "a", "b", "c"), "in order, with the zero progress")
	page, err := store.OutboxOf(t.store).Pending(t.Context(), "mailer", users.AccountID(t.own), 2)
	require.NoError(t, err)
	require.Equal(t, zero[:2], harness.Plain(t, page))
	page, err = store.OutboxOf(t.store).Pending(t.Context(), "mailer", a, 1)
	require.NoError(t, err)
	require.Equal(t, zero[1:2], harness.Plain(t, page))
	page, err = store.OutboxOf(t.store).Pending(t.Context(), "mailer", a, 0)
	require.NoError(t, err)
	require.Empty(t, page)

	t.advanced(zero[0], progress(a, 1))
	require.Equal(t, zero[1:], t.behind("mailer", "a", "b", "c"), "nothing is beyond the only event")
	t.written(t.invited(a, "x", "y"))
	require.Equal(t, progress(a, 1), t.behind("mailer", "a")[0])
	t.advanced(progress(a, 1), progress(a, 2))
	require.Equal(t, progress(a, 2), t.behind("mailer", "a")[0])
	t.advanced(progress(a, 2), progress(a, 3))
	require.Empty(t, t.behind("mailer", "a"))
	t.advanced(progress(a, 3), progress(a, 1)) // once more
	require.Equal(t, progress(a, 1), t.behind("mailer", "a")[0])
	require.Equal(t, store.Progress{Consumer: "auditor", Account: a}, t.behind("auditor", "a")[0], "consumers are independent")
	require.Len(t, t.behind("auditor", "a", "b", "c"), 3)
	t.advanced(store.Progress{Consumer: "auditor", Account: a}, store.Progress{Consumer: "auditor", Account: a, Sequence: 3})
	require.Equal(t, progress(a, 1), t.behind("mailer", "a")[0])
}

func comparesProgress(t *tester) {
	t.outbox()
	a := t.opened("a")
	t.written(t.invited(a, "x", "y", "z"))
	zero := store.Progress{Consumer: "mailer", Account: a}
	at := func(n uint64, until time.Time) store.Progress {
		p := zero
		p.Sequence, p.LeaseUntil = n, until
		return p
	}
	refused := func(from store.Progress) {
		t.Helper()
		before := t.behind("mailer", "a")
		require.ErrorIs(t, store.OutboxOf(t.store).Advance(t.Context(), from, at(4, gen.Epoch)), store.ErrConflict, "%+v", from)
		require.Equal(t, before, t.behind("mailer", "a"))
	}
	refused(at(1, time.Time{}))
	refused(at(0, gen.Epoch))
	for _, until := range []time.Time{
		gen.Epoch, gen.Epoch.Add(time.Microsecond), time.UnixMicro(0).UTC(), time.UnixMicro(-1).UTC(),
		time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), {},
	} {
		from := t.behind("mailer", "a")[0]
		to := at(from.Sequence, until)
		if from.Sequence == 0 {
			to = at(2, until)
		}
		t.advanced(from, to)
		require.Equal(t, []store.Progress{to}, t.behind("mailer", "a"), "it comes back as it was given, and whoever is at it is still behind")
		refused(zero)
		refused(at(1, to.LeaseUntil))
		refused(at(3, to.LeaseUntil))
		refused(at(2, to.LeaseUntil.Add(time.Microsecond)))
		if !until.IsZero() {
			refused(at(2, to.LeaseUntil.Add(-time.Microsecond)))
			refused(at(2, time.Time{}))
		}
	}
}

func oneAdvances(t *tester) {
	t.outbox()
	a := t.opened("a")
	from := store.Progress{Consumer: "mailer", Account: a}
	for round := range 20 {
		var ready, gone sync.WaitGroup
		const n = 8
		ready.Add(n)
		errs := make([]error, n)
		claim := func(i int) store.Progress {
			to := from
			to.LeaseUntil = gen.Epoch.Add(time.Duration(round*n+i+1) * time.Second)
			return to
		}
		for i := range n {
			gone.Go(func() {
				ready.Done()
				ready.Wait()
				errs[i] = store.OutboxOf(t.store).Advance(t.Context(), from, claim(i))
			})
		}
		gone.Wait()
		var won []store.Progress
		for i, err := range errs {
			if err == nil {
				won = append(won, claim(i))
				continue
			}
			assert.ErrorIs(t, err, store.ErrConflict)
		}
		require.Len(t, won, 1, "round %d", round)
		require.Equal(t, won, t.behind("mailer", "a"))
		from = won[0]
	}
}

func leavesTheAccountAlone(t *tester) {
	t.outbox()
	a := t.opened("a")
	before, decided := t.row(a), t.invited(a, "x")
	from := store.Progress{Consumer: "mailer", Account: a}
	to := from
	to.Sequence = 1
	t.advanced(from, to)
	require.Equal(t, before, t.row(a))
	t.written(decided)
	require.Equal(t, []store.Progress{to}, t.behind("mailer", "a"), "nor does a commit touch the progress")
	require.Len(t, t.events(a, seats.EventFilter{}), 2)
}
