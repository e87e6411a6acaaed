package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// contexts skips what a store without them can't pass.
func (t *tester) contexts() {
	t.Helper()
	if t.options.NoContexts {
		t.Skip("calls do not end with their context")
	}
}

func endsWithItsContext(t *tester) {
	t.contexts()
	a := t.opened("a")
	before, change := t.picture(a), t.invited(a, "x")
	progress := store.Progress{Consumer: "mailer", Account: a}
	claim := progress
	claim.Sequence = 1
	calls := map[string]func(context.Context) error{
		"Load":     func(ctx context.Context) error { _, err := t.store.Load(ctx, seats.Need{Account: a}); return err },
		"Commit":   func(ctx context.Context) error { _, err := t.store.Commit(ctx, change); return err },
		"Users":    func(ctx context.Context) error { _, err := t.store.Users(ctx, a, users.Filter{}, 1); return err },
		"Tally":    func(ctx context.Context) error { _, _, err := t.store.Tally(ctx, a, users.Filter{}); return err },
		"Events":   func(ctx context.Context) error { _, err := t.store.Events(ctx, a, seats.EventFilter{}, 1); return err },
		"Pools":    func(ctx context.Context) error { _, err := t.store.Pools(ctx, a, "", 1); return err },
		"Accounts": func(ctx context.Context) error { _, err := t.store.Accounts(ctx, "", 1); return err },
		"Due":      func(ctx context.Context) error { _, err := t.store.Due(ctx, gen.Epoch, "", 1); return err },
	}
	if !t.options.NoOutbox {
		calls["Pending"] = func(ctx context.Context) error {
			_, err := store.OutboxOf(t.store).Pending(ctx, "mailer", "", 1)
			return err
		}
		calls["Advance"] = func(ctx context.Context) error { return store.OutboxOf(t.store).Advance(ctx, progress, claim) }
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for name, call := range calls {
		require.ErrorIs(t, call(ended), context.Canceled, name)
		require.NotErrorIs(t, call(ended), store.ErrUnknown, name)
		require.ErrorIs(t, call(late), context.DeadlineExceeded, name)
	}
	require.Equal(t, before, t.picture(a), "nothing was written")
	t.written(change)
}

// endsAsAWhole ends contexts at all moments of a commit. Only where the answer is that
// this is not known, the change may have been written, or come to be written later.
func endsAsAWhole(t *tester) {
	t.contexts()
	a := t.opened("a")
	const people, tries = 20, 40
	var took time.Duration
	var never []seats.ChangeID // will be written, by their errors
	for i := range tries {
		c := t.next(t.row(a))
		for n := range people {
			u := member(users.Profile{ID: users.ID(fmt.Sprintf("p%02d-%02d", i, n)), Username: fmt.Sprint("user ", i, " ", n)})
			add(&c, u)
		}
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
		s := t.load(seats.Need{Account: a, Users: idsOf(usersOf(c)), Change: c.ID})
		switch {
		case err == nil && results[0].Err == nil:
			require.Equal(t, c.Account.Revision, s.Account.Revision, "it was acknowledged")
		case err == nil:
			require.ErrorIs(t, results[0].Err, store.ErrConflict, "one before may have come to be written")
			require.Empty(t, s.Past)
		default:
			require.ErrorIs(t, err, context.Canceled)
			if !errors.Is(err, store.ErrUnknown) {
				never = append(never, c.ID)
			}
		}
		if len(s.Past) == 0 {
			require.Empty(t, s.Users)
			continue
		}
		require.Equal(t, c.Account.Revision, s.Account.Revision)
		require.Len(t, s.Past, people)
		require.Len(t, s.Users, people)
	}
	for _, id := range never {
		require.Empty(t, t.load(seats.Need{Account: a, Change: id}).Past, "the error was the context's alone")
	}
}

// several opens an account of so many people that a Keeper reads their list in
// several pages.
func (t *tester) several() (account users.AccountID, people int) {
	t.Helper()
	a := t.opened("a")
	var ids []users.ID
	for i := range 450 {
		ids = append(ids, users.ID(fmt.Sprintf("p%03d", i)))
	}
	t.written(t.invited(a, ids...))
	return a, len(ids) + 1
}

// many opens more accounts than a Keeper reads in one page.
func (t *tester) many() (accounts int) {
	t.Helper()
	for range 5 {
		var openings []seats.Change
		for range 90 {
			openings = append(openings, t.opening(fmt.Sprintf("many %03d", accounts), seats.Standard()))
			accounts++
		}
		t.written(openings...)
	}
	return accounts
}

func listsEndWithTheirContext(t *tester) {
	t.contexts()
	accounts := t.many()
	a, people := t.several()
	k := t.keeper(t.store)
	endsWithContext(t, people, func(ctx context.Context) iter.Seq2[seats.Person, error] { return k.Users(ctx, a, users.Filter{}) })
	endsWithContext(t, accounts, func(ctx context.Context) iter.Seq2[seats.Account, error] {
		return func(yield func(seats.Account, error) bool) {
			for row, err := range k.Accounts(ctx, t.account("many")) {
				if err == nil && !strings.HasPrefix(string(row.ID), t.own) || !yield(row, err) {
					return
				}
			}
		}
	})
}

// endsWithContext ends the context of a list of so many rows at the first of them.
func endsWithContext[Row any](t *tester, rows int, list func(context.Context) iter.Seq2[Row, error]) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range list(ctx) {
		require.NoError(t, last, "an error is the last that is seen")
		if last = err; err != nil {
			continue
		}
		n++
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled)
	require.Less(t, n, rows)
	n = 0
	for _, err := range list(t.Context()) {
		require.NoError(t, err)
		n++
		require.LessOrEqual(t, n, rows)
	}
	require.Equal(t, rows, n, "others are not touched by it")
}

// loopsMayWork reads and writes inside loops, where a store that holds on to
// something between pages would wait for itself.
func loopsMayWork(t *tester) {
	a, people := t.several()
	b := t.opened("b")
	k := t.keeper(t.store)
	ctx := t.Context()
	outer := 0
	for p, err := range k.Users(ctx, a, users.Filter{}) {
		require.NoError(t, err)
		if outer++; outer%75 != 1 {
			continue
		}
		inner := 0
		for q, err := range k.Users(ctx, a, users.Filter{}) {
			require.NoError(t, err)
			if inner++; inner%75 == 1 {
				snapshots, err := t.store.Load(ctx, seats.Need{Account: a, Users: []users.ID{p.ID, q.ID}})
				require.NoError(t, err)
				require.NotEmpty(t, snapshots[0].Users)
			}
		}
		require.Equal(t, people, inner)
		for _, account := range []users.AccountID{a, b} {
			c := t.next(t.row(account))
			record(&c, seats.Event{Kind: seats.EventUnchanged, User: p.ID})
			results, err := t.store.Commit(ctx, c)
			require.NoError(t, err)
			require.NoError(t, results[0].Err)
		}
		for e, err := range k.Events(ctx, b, seats.EventFilter{User: p.ID}) {
			require.NoError(t, err)
			_, err = k.UsageOf(ctx, e.Account, users.Filter{})
			require.NoError(t, err)
		}
	}
	require.Equal(t, people, outer)
	require.EqualValues(t, 1+(people+74)/75, t.row(b).Revision)

	var seen []users.AccountID
	for account, err := range k.Accounts(ctx, users.AccountID(t.own)) {
		require.NoError(t, err)
		if account.ID != a && account.ID != b {
			break // the next ones are of other tests
		}
		seen = append(seen, account.ID)
		for p, err := range k.Users(ctx, account.ID, users.Filter{Role: users.In(users.Owner)}) {
			require.NoError(t, err)
			c := t.next(t.row(account.ID))
			record(&c, seats.Event{Kind: seats.EventUnchanged, User: p.ID})
			t.written(c)
		}
	}
	require.Equal(t, []users.AccountID{a, b}, seen)
}

// outlivesARestart has the store given anew after everything was written once.
func outlivesARestart(t *tester) {
	if t.options.Reopen == nil {
		t.Skip("nothing is said of restarts")
	}
	c := t.opening("a", everySwitch)
	people := elaborate()
	add(&c, people...)
	for i := range people {
		c.Events[i].Key = "call"
	}
	c.Pools = append(c.Pools, seats.Pool{ID: gen.Course, Total: seats.Of(3), Spent: 3})
	c.Account.NextDue = gen.Epoch
	t.written(c)
	a := c.Account.ID
	t.written(t.invited(a, "x"))
	taken, stale := t.blind(a, users.Profile{ID: "y", Username: "q"}), t.next(t.row(a))
	if !t.options.NoOutbox {
		from := store.Progress{Consumer: "mailer", Account: a}
		to := from
		to.Sequence, to.LeaseUntil = 1, gen.Epoch
		t.advanced(from, to)
	}
	need := seats.Need{Account: a, Change: c.ID, Key: "call", IndexTo: 9, DueBy: gen.Epoch}
	before, past := t.picture(a), harness.Plain(t, t.load(need))

	t.store = t.options.Reopen(t.T, t.store)
	require.Equal(t, before, t.picture(a))
	require.Equal(t, past, harness.Plain(t, t.load(need)))
	t.taken(taken, users.ByUsername("q"))
	t.written(t.invited(a, "z"))
	require.ErrorIs(t, t.commit(stale)[0].Err, store.ErrConflict)
	before = t.picture(a)
	t.store = t.options.Reopen(t.T, t.store)
	require.Equal(t, before, t.picture(a), "what was written after a restart outlives the next")
}
