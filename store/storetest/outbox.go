package storetest

import (
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// progress returns a progress of the consumer of most tests.
func progress(a users.AccountID, sequence uint64, until time.Time) store.Progress {
	return store.Progress{Consumer: "mailer", Account: a, Sequence: sequence, LeaseUntil: until}
}

func pendingFromBeginning(t *tester) {
	t.outbox()
	a := t.opened("a")
	t.opened("b")
	t.opened("c")
	lists := func() {
		t.Helper()
		for _, consumer := range []string{"mailer", "auditor"} {
			t.pending(consumer, t.start(), 9)
			t.pending(consumer, t.start(), 2)
			t.pending(consumer, a, 1)
			t.pending(consumer, a, 0)
		}
	}
	lists()
	t.advanced(progress(a, 1, time.Time{}))
	lists()
	t.written(t.invited(a, "x", "y"))
	lists()
	for _, sequence := range []uint64{2, 3, 1} { // once more
		t.advanced(progress(a, sequence, time.Time{}))
		lists()
	}
	t.advanced(store.Progress{Consumer: "auditor", Account: a, Sequence: 3})
	lists()
}

func comparesProgress(t *tester) {
	t.outbox()
	a := t.opened("a")
	t.written(t.invited(a, "x", "y", "z"))
	conflicts := func(sequence uint64, until time.Time) {
		t.Helper()
		err := store.OutboxOf(t.store).Advance(t.Context(), progress(a, sequence, until), progress(a, 4, gen.Epoch))
		require.ErrorIs(t, err, store.ErrConflict, "%d until %v", sequence, until)
		t.pending("mailer", t.start(), 1)
	}
	conflicts(1, time.Time{})
	conflicts(0, gen.Epoch)
	for _, until := range append(instants[1:], time.Time{}) {
		t.advanced(progress(a, 2, until))
		t.pending("mailer", t.start(), 1) // it comes back as it was given, and a leased account is pending
		conflicts(0, time.Time{})
		conflicts(1, until)
		conflicts(3, until)
		conflicts(2, until.Add(time.Microsecond))
		if !until.IsZero() {
			conflicts(2, until.Add(-time.Microsecond))
			conflicts(2, time.Time{})
		}
	}
}

func oneAdvances(t *tester) {
	t.outbox()
	a := t.opened("a")
	for round := range 20 {
		from := t.at("mailer", a)
		lease := func(i int) store.Progress {
			return progress(a, 0, gen.Epoch.Add(time.Duration(round*8+i+1)*time.Second))
		}
		var won []store.Progress
		for i, err := range together(8, func(i int) error { return store.OutboxOf(t.store).Advance(t.Context(), from, lease(i)) }) {
			if err == nil {
				won = append(won, lease(i))
				continue
			}
			require.ErrorIs(t, err, store.ErrConflict)
		}
		require.Len(t, won, 1, "round %d", round)
		t.progress[progress(a, 0, time.Time{})] = won[0]
		t.pending("mailer", t.start(), 1)
	}
}

// together makes n calls at once.
func together(n int, call func(i int) error) []error {
	var ready, gone sync.WaitGroup
	ready.Add(n)
	errs := make([]error, n)
	for i := range n {
		gone.Go(func() {
			ready.Done()
			ready.Wait()
			errs[i] = call(i)
		})
	}
	gone.Wait()
	return errs
}

func leavesAccountAlone(t *tester) {
	t.outbox()
	a := t.opened("a")
	decided := t.invited(a, "x")
	t.advanced(progress(a, 1, gen.Epoch))
	t.same()
	t.written(decided)
	t.same()
}
