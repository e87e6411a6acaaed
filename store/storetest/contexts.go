package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// contexts skips a test of contexts where the options say that calls ignore them.
func (t *tester) contexts() {
	t.Helper()
	if t.options.NoContexts {
		t.Skip("calls do not end with their context")
	}
}

func endsWithContext(t *tester) {
	t.contexts()
	a := t.opened("a")
	change := t.invited(a, "x")
	calls := map[string]func(context.Context) error{
		"Load":   func(ctx context.Context) error { _, err := t.store.Load(ctx, seats.Need{Account: a}); return err },
		"Commit": func(ctx context.Context) error { _, err := t.store.Commit(ctx, change); return err },
		"Users":  func(ctx context.Context) error { _, err := t.store.Users(ctx, a, users.Filter{}, 1); return err },
		"Tally":  func(ctx context.Context) error { _, _, err := t.store.Tally(ctx, a, users.Filter{}); return err },
		"Events": func(ctx context.Context) error { _, err := t.store.Events(ctx, a, seats.EventFilter{}, 1); return err },
		"Pools":  func(ctx context.Context) error { _, err := t.store.Pools(ctx, a, "", 1); return err },
		"Licences": func(ctx context.Context) error {
			_, err := t.store.Licences(ctx, a, users.LicenceFilter{}, 1)
			return err
		},
		"Accounts": func(ctx context.Context) error { _, err := t.store.Accounts(ctx, "", 1); return err },
		"Due":      func(ctx context.Context) error { _, err := t.store.Due(ctx, gen.Epoch, "", 1); return err },
	}
	if outbox := store.OutboxOf(t.store); !t.options.NoOutbox {
		calls["Pending"] = func(ctx context.Context) error { _, err := outbox.Pending(ctx, "mailer", "", 1); return err }
		calls["Progress"] = func(ctx context.Context) error { _, err := outbox.Progress(ctx, "mailer", a); return err }
		calls["SetAside"] = func(ctx context.Context) error { _, err := outbox.SetAside(ctx, "mailer", "", 1); return err }
		calls["Begin"] = func(ctx context.Context) error { return outbox.Begin(ctx, t.own) }
		calls["Advance"] = func(ctx context.Context) error {
			return outbox.Advance(ctx, t.at("mailer", a), progress(a, 1, gen.Epoch))
		}
	}
	if kept := store.LastSeenOf(t.store); !t.options.NoLastSeen {
		calls["Seen"] = func(ctx context.Context) error { _, err := kept.Seen(ctx, a, "x"); return err }
		calls["SetSeen"] = func(ctx context.Context) error { return kept.SetSeen(ctx, a, gen.Epoch, "x") }
		calls["ForgetSeen"] = func(ctx context.Context) error { return kept.ForgetSeen(ctx, a, "x") }
		defer t.seen(a, []users.ID{"x"}, time.Time{})
	}
	if kept := store.MissesOf(t.store); !t.options.NoMisses {
		calls["Missing"] = func(ctx context.Context) error { _, _, err := kept.Missing(ctx, a, "hr", "", 1); return err }
		calls["SetMissing"] = func(ctx context.Context) error { return kept.SetMissing(ctx, a, "hr", miss("x", 0)) }
		calls["SetRuns"] = func(ctx context.Context) error { return kept.SetRuns(ctx, a, "hr", 1) }
		calls["ForgetMissing"] = func(ctx context.Context) error { return kept.ForgetMissing(ctx, a, "x") }
		defer t.missing(a, "hr", 0)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for name, call := range calls {
		for ctx, want := range map[context.Context]error{ended: context.Canceled, late: context.DeadlineExceeded} {
			err := call(ctx)
			require.ErrorIs(t, err, want, name)
			require.NotErrorIs(t, err, store.ErrUnknown, name)
		}
	}
	t.same() // nothing was written
	t.written(change)
}

// commitEndsWhole ends contexts at all moments of a commit. Only with ErrUnknown the change may
// have been written, or be written later.
func commitEndsWhole(t *tester) {
	t.contexts()
	a := t.opened("a")
	const people, tries = 20, 40
	var took time.Duration
	var never []seats.Change // will be written, by their errors
	for i := range tries {
		s, err := t.store.Load(t.Context(), seats.Need{Account: a})
		require.NoError(t, err)
		t.rows[a] = s[0]
		var rows []users.User
		for n := range people {
			rows = append(rows, member(users.Profile{ID: users.ID(fmt.Sprintf("p%02d-%02d", i, n)), Username: fmt.Sprint("user ", i, " ", n)}))
		}
		c := t.change(a, rows...)
		ctx, cancel := context.WithCancel(t.Context())
		if i > 0 {
			time.AfterFunc(took*time.Duration(2*i)/tries, cancel)
		}
		start := time.Now()
		results, err := t.store.Commit(ctx, c)
		cancel()
		if i == 0 {
			took = time.Since(start)
		}
		acknowledged := err == nil && results[0].Err == nil
		switch {
		case err == nil && !acknowledged:
			require.ErrorIs(t, results[0].Err, store.ErrConflict, "one before may have come to be written")
			never = append(never, c)
		case err != nil:
			require.ErrorIs(t, err, context.Canceled)
			if !errors.Is(err, store.ErrUnknown) {
				never = append(never, c)
			}
		}
		s, err = t.store.Load(t.Context(), seats.Need{Account: a, Users: idsOf(rows), Sequence: c.Events[0].Sequence})
		require.NoError(t, err)
		written := s[0].Committed(c)
		require.True(t, written || !acknowledged)
		if !written {
			require.Empty(t, s[0].Users)
			continue
		}
		require.Equal(t, c.Account.Revision, s[0].Account.Revision)
		events, err := t.store.Events(t.Context(), a, seats.EventFilter{After: c.Account.Sequence - people}, everything)
		require.NoError(t, err)
		require.Equal(t, c.Events, events)
		require.Len(t, s[0].Users, people)
	}
	for _, c := range never {
		s, err := t.store.Load(t.Context(), seats.Need{Account: a, Sequence: c.Events[0].Sequence})
		require.NoError(t, err)
		require.False(t, s[0].Committed(c), "the error was a conflict, or the context's alone")
	}
}

// outlivesRestart writes everything once and has the store opened anew.
func outlivesRestart(t *tester) {
	if t.options.Reopen == nil {
		t.Skip("durability is not claimed")
	}
	a := t.account("a")
	t.written(t.opening(a, everySwitch))
	c := t.change(a, elaborate()...)
	for i := range c.Events {
		c.Events[i].Key = "call"
	}
	c.Pools = append(c.Pools, elaboratePool(gen.Course, gen.Epoch))
	c.Licences = []users.Licence{elaborateLicence("q", gen.Course, 1, gen.Epoch)}
	c.Account.NextDue = gen.Epoch
	t.written(c)
	stale := t.change(a)
	t.written(t.invited(a, "x"))
	if !t.options.NoOutbox {
		t.advanced(progress(a, 1, gen.Epoch))
	}
	if !t.options.NoLastSeen {
		t.setSeen(a, gen.Epoch, "x")
	}
	if !t.options.NoMisses {
		t.setMissing(a, "hr", 1, miss("x", 0))
	}
	for i := range 2 {
		t.store = t.options.Reopen(t.T, t.store)
		if !t.options.NoLastSeen {
			t.seen(a, []users.ID{"x"}, gen.Epoch)
		}
		if !t.options.NoMisses {
			t.missing(a, "hr", 1, miss("x", 0))
		}
		t.same()
		t.load(seats.Need{Account: a, Sequence: c.Account.Sequence, Key: "call", IndexTo: 9, DueBy: gen.Epoch})
		t.taken(t.blind(a, users.Profile{ID: "y", Username: "q"}), users.ByUsername("q"))
		t.refused(store.ErrConflict, stale)
		t.written(t.invited(a, users.ID(fmt.Sprint("z", i))))
	}
}
