package storetest

import (
	"errors"
	"fmt"
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

// comparesAttempts has progress that differs in attempts, or in what is set aside.
func comparesAttempts(t *tester) {
	t.outbox()
	a := t.opened("a")
	t.written(t.invited(a, "x", "y", "z"))
	with := func(attempts int, aside ...store.SetAside) store.Progress {
		p := progress(a, 2, gen.Epoch)
		p.Attempts, p.SetAside = attempts, aside
		return p
	}
	first := store.SetAside{Sequence: 1, Attempts: 3, Since: instants[1]}
	later, more, retried, second := first, first, first, first
	later.Since, more.Attempts, retried.Retry, second.Sequence = later.Since.Add(time.Microsecond), 4, true, 2
	all := []store.Progress{
		with(0), with(1), with(2), with(0, first), with(1, first), with(0, later), with(0, more), with(0, retried), with(0, second),
		with(0, first, second), with(0, retried, second), with(7, make([]store.SetAside, store.MaxSetAside)...),
	}
	for i := range all[len(all)-1].SetAside {
		all[len(all)-1].SetAside[i] = store.SetAside{Sequence: 1<<60 + uint64(i), Attempts: 1 << 30, Since: instants[len(instants)-1], Retry: true}
	}
	for _, stored := range all {
		t.advanced(stored)
		t.pending("mailer", t.start(), 9)
		t.setAside("mailer", t.start(), 9)
		for _, other := range all {
			if other.Equal(stored) {
				continue
			}
			err := store.OutboxOf(t.store).Advance(t.Context(), other, with(9))
			require.ErrorIs(t, err, store.ErrConflict, "%+v for %+v", other, stored)
			t.progressed("mailer", a)
		}
	}
}

// retriedIsPending: an account with an event to be retried is pending, though all events are passed.
func retriedIsPending(t *tester) {
	t.outbox()
	a := t.opened("a")
	t.opened("b")
	for _, aside := range [][]store.SetAside{
		{{Sequence: 1, Since: gen.Epoch, Retry: true}}, {{Sequence: 1, Since: gen.Epoch}}, nil,
		{{Sequence: 1, Since: gen.Epoch}, {Sequence: 2, Since: gen.Epoch, Retry: true}},
	} {
		p := progress(a, 2, time.Time{})
		p.SetAside = aside
		t.advanced(p)
		t.pending("mailer", t.start(), 9)
		t.setAside("mailer", t.start(), 9)
		t.setAside("auditor", t.start(), 9)
	}
}

// begins has the consumer of this name begin, as a new one that passes all events or as one that
// has begun.
func (t *tester) begins(name string, passes bool) {
	t.Helper()
	err := store.OutboxOf(t.store).Begin(t.Context(), name)
	for again := 0; again < 9 && errors.Is(err, store.ErrConflict); again++ {
		err = store.OutboxOf(t.store).Begin(t.Context(), name)
	}
	require.NoError(t, err)
	if passes {
		t.progress[consumer{name, ""}] = store.Progress{Consumer: name, Sequence: 1}
		for a, rows := range t.rows {
			t.progress[consumer{name, a}] = store.Progress{Consumer: name, Account: a, Sequence: rows.Account.Sequence}
		}
	}
	for a := range t.rows {
		t.progressed(name, a)
	}
	t.progressed(name, "")
	t.pending(name, t.start(), 9)
}

func beginPasses(t *tester) {
	t.outbox()
	name := t.own // no other test's
	a, b := t.opened("a"), t.opened("b")
	t.written(t.invited(a, "x", "y"))
	t.begins(name, true)
	t.opened("c") // is new to it
	t.written(t.invited(b, "x"))
	t.begins(name, false)
	t.advanced(store.Progress{Consumer: name, Account: b, Sequence: 2, LeaseUntil: gen.Epoch})
	t.begins(name, false)
}

// beginsOnce: a consumer with any progress has begun.
func beginsOnce(t *tester) {
	t.outbox()
	a := t.opened("a")
	t.opened("b")
	for i, account := range []users.AccountID{a, t.account("unknown"), ""} {
		name := t.own + string(rune('a'+i))
		t.advanced(store.Progress{Consumer: name, Account: account, LeaseUntil: gen.Epoch})
		t.begins(name, false)
	}
}

// oneBegins: of several calls at once one has an effect, and the accounts opened after any are new.
func oneBegins(t *tester) {
	t.outbox()
	a := t.opened("a")
	for round := range 5 {
		name := fmt.Sprint(t.own, round)
		for _, err := range together(8, func(int) error { return store.OutboxOf(t.store).Begin(t.Context(), name) }) {
			if err != nil {
				require.ErrorIs(t, err, store.ErrConflict)
			}
		}
		t.begins(name, true)
		require.Equal(t, t.rows[a].Account.Sequence, t.at(name, a).Sequence)
		b := t.opened(fmt.Sprint("b", round))
		t.begins(name, false)
		require.Zero(t, t.at(name, b).Sequence)
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
		t.progress[consumer{"mailer", a}] = won[0]
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
