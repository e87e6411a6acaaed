package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// unknown returns the ID of an account that is not there, between two that are, with rows
// of each kind.
func (t *tester) unknown() users.AccountID {
	t.Helper()
	for _, name := range []string{"a", "c"} {
		c := t.opening(name, seats.Standard())
		c.Account.NextDue = gen.Epoch
		c.Pools = append(c.Pools, seats.Pool{ID: gen.Course, Total: seats.Of(1)})
		t.written(c)
	}
	return t.account("b")
}

// everything is a need of all kinds of rows.
func everything(id users.AccountID) seats.Need {
	return seats.Need{
		Account: id, Users: []users.ID{owner}, Keys: []users.Key{users.ByEmail("owner@acme.example")},
		Admins: true, Pools: []seats.PoolID{gen.Course}, DueBy: gen.Epoch, Change: "change 1", Key: "k", IndexTo: 9,
	}
}

func loadOfUnknown(t *tester) {
	b := t.unknown()
	snapshots, err := t.store.Load(t.Context(), everything(t.account("a")), everything(b), seats.Need{Account: b}, everything(t.account("c")))
	require.NoError(t, err, "an unknown account is no error")
	require.Len(t, snapshots, 4)
	require.Equal(t, t.account("a"), snapshots[0].Account.ID)
	require.Equal(t, seats.Snapshot{}, harness.Plain(t, snapshots[1]), "it is the zero snapshot")
	require.Equal(t, seats.Snapshot{}, harness.Plain(t, snapshots[2]))
	require.Equal(t, t.account("c"), snapshots[3].Account.ID)
}

func commitInUnknown(t *tester) {
	b := t.unknown()
	c := t.invited(t.account("a"), "x")
	c.Account.ID = b
	for i := range c.Events {
		c.Events[i].Account = b
	}
	silent := c
	silent.Events, silent.Created = nil, nil
	for _, c := range []seats.Change{c, silent} {
		results := t.commit(c, t.next(t.row(t.account("c"))))
		require.ErrorIs(t, results[0].Err, store.ErrConflict, "only a change with Base 0 opens an account")
		require.NoError(t, results[1].Err, "the account beside it is there")
		t.absent(b)
	}
	opening := t.opening("b", seats.Standard())
	require.Zero(t, opening.Base)
	t.written(opening)
}

func usersOfUnknown(t *tester) {
	b := t.unknown()
	for _, f := range []users.Filter{{}, {Status: gen.EveryStatus}, {After: "a"}, {ByName: true}, {ByName: true, After: "a", AfterName: "a"}, {Group: "a"}} {
		page, err := t.store.Users(t.Context(), b, f, 9)
		require.ErrorIs(t, err, store.ErrNotFound, "%+v", f)
		require.Empty(t, page)
	}
	page, err := t.store.Users(t.Context(), t.account("a"), users.Filter{Group: "none"}, 1)
	require.NoError(t, err, "an empty page of an account that is there is no error")
	require.Empty(t, page)
}

func tallyOfUnknown(t *tester) {
	b := t.unknown()
	for _, f := range []users.Filter{{}, {Status: gen.EveryStatus}, {Group: "a"}} {
		tally, revision, err := t.store.Tally(t.Context(), b, f)
		require.ErrorIs(t, err, store.ErrNotFound, "%+v", f)
		require.Zero(t, tally)
		require.Zero(t, revision)
	}
	tally, revision, err := t.store.Tally(t.Context(), t.account("a"), users.Filter{Group: "none"})
	require.NoError(t, err, "to count no users is no error")
	require.Zero(t, tally)
	require.EqualValues(t, 1, revision)
}

func eventsOfUnknown(t *tester) {
	b := t.unknown()
	for _, f := range []seats.EventFilter{{}, {After: 9}, {User: owner}, {Kinds: []seats.EventKind{seats.EventOpened}}} {
		page, err := t.store.Events(t.Context(), b, f, 9)
		require.ErrorIs(t, err, store.ErrNotFound, "%+v", f)
		require.Empty(t, page)
	}
	page, err := t.store.Events(t.Context(), t.account("a"), seats.EventFilter{User: "nobody"}, 1)
	require.NoError(t, err, "an empty page of an account that is there is no error")
	require.Empty(t, page)
}

func poolsOfUnknown(t *tester) {
	b := t.unknown()
	for _, after := range []seats.PoolID{"", "a", "z"} {
		page, err := t.store.Pools(t.Context(), b, after, 9)
		require.ErrorIs(t, err, store.ErrNotFound, "after %q", after)
		require.Empty(t, page)
	}
	page, err := t.store.Pools(t.Context(), t.account("a"), "z", 1)
	require.NoError(t, err, "an empty page of an account that is there is no error")
	require.Empty(t, page)
}

func accountsWithoutUnknown(t *tester) {
	b := t.unknown()
	require.Equal(t, []users.AccountID{t.account("a"), t.account("c")}, accountsOf(t.listed(9, nothing)))
	page, err := t.store.Accounts(t.Context(), b, 1)
	require.NoError(t, err, "a page may begin after an unknown account")
	require.Equal(t, []users.AccountID{t.account("c")}, accountsOf(page))
}

func dueWithoutUnknown(t *tester) {
	b := t.unknown()
	page, err := t.store.Due(t.Context(), gen.Epoch, users.AccountID(t.own), 2)
	require.NoError(t, err)
	require.Equal(t, []users.AccountID{t.account("a"), t.account("c")}, page)
	page, err = t.store.Due(t.Context(), gen.Epoch, b, 1)
	require.NoError(t, err, "a page may begin after an unknown account")
	require.Equal(t, []users.AccountID{t.account("c")}, page)
}

func pendingWithoutUnknown(t *tester) {
	t.outbox()
	b := t.unknown()
	require.Len(t, t.behind("mailer", "a", "b", "c"), 2)
	page, err := store.OutboxOf(t.store).Pending(t.Context(), "mailer", b, 1)
	require.NoError(t, err, "a page may begin after an unknown account")
	require.Equal(t, []store.Progress{{Consumer: "mailer", Account: t.account("c")}}, harness.Plain(t, page))
}

func advanceInUnknown(t *tester) {
	t.outbox()
	b := t.unknown()
	begin := store.Progress{Consumer: "mailer", Account: b}
	claimed := begin
	claimed.LeaseUntil = gen.Epoch
	t.advanced(begin, claimed)
	require.Len(t, t.behind("mailer", "a", "b", "c"), 2, "it stays unknown")
	require.ErrorIs(t, store.OutboxOf(t.store).Advance(t.Context(), begin, claimed), store.ErrConflict, "the progress is kept")
	t.absent(b)
	t.opened("b")
	require.Equal(t, claimed, t.behind("mailer", "a", "b", "c")[1])
}

// absent requires that there is no such account, whatever was tried.
func (t *tester) absent(id users.AccountID) {
	t.Helper()
	require.Equal(t, seats.Snapshot{}, harness.Plain(t, t.load(everything(id))), "an unknown account is the zero snapshot")
	require.NotContains(t, accountsOf(t.listed(100, nothing)), id)
}
