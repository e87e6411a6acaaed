package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A tester is one test of the specification under way: the store, and accounts
// that no other test has.
type tester struct {
	*testing.T
	store   store.Store
	options Options
	own     string // what the IDs of its accounts begin with, and no others
	changes int
	ctx     context.Context
}

// patience is how long a test may take before its calls end: a store that waits
// for itself fails, and does not hang.
const Patience = 2 * time.Minute

func newTester(t *testing.T, s store.Store, o Options) *tester {
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	t.Cleanup(cancel)
	return &tester{T: t, store: s, options: o, own: harness.Unique("spec") + "/", ctx: ctx}
}

// Context returns the context of the test's calls.
func (t *tester) Context() context.Context { return t.ctx }

// account returns the ID of one of the test's accounts.
func (t *tester) account(name string) users.AccountID { return users.AccountID(t.own + name) }

// change returns the name of a new change.
func (t *tester) change() seats.ChangeID {
	t.changes++
	return seats.ChangeID(fmt.Sprint("change ", t.changes))
}

// owner opens the test's accounts.
const owner users.ID = "owner"

// opening returns the change that opens an account.
func (t *tester) opening(name string, policy seats.Policy) seats.Change {
	t.Helper()
	d, err := seats.Open(seats.Snapshot{}, seats.Opening{
		Account: t.account(name), Total: seats.Of(1000), Policy: policy, Owner: users.Profile{ID: owner, Email: "owner@acme.example"},
	}, seats.Request{Actor: users.System(), At: gen.Epoch, Change: t.change()})
	require.NoError(t, err)
	return d.Change
}

// opened opens an account under the standard policy.
func (t *tester) opened(name string) users.AccountID {
	t.Helper()
	t.written(t.opening(name, seats.Standard()))
	return t.account(name)
}

// decided returns the change that the commands amount to, decided on the account
// as it is.
func (t *tester) decided(account users.AccountID, commands ...seats.Command) seats.Change {
	t.Helper()
	return t.decidedOn(t.load(seats.Needs(account, users.System(), commands...)), commands...)
}

func (t *tester) decidedOn(snapshot seats.Snapshot, commands ...seats.Command) seats.Change {
	t.Helper()
	d, err := seats.Decide(snapshot, seats.Request{Actor: users.System(), Commands: commands, At: gen.Epoch, Change: t.change()})
	require.NoError(t, err)
	return d.Change
}

// invited returns the change by which people with these IDs come in.
func (t *tester) invited(account users.AccountID, ids ...users.ID) seats.Change {
	t.Helper()
	var commands []seats.Command
	for _, id := range ids {
		profile := users.Profile{ID: id, Username: fmt.Sprintf("%x", id), Groups: []string{"a", "b"}}
		commands = append(commands, seats.Invite{Profile: profile})
	}
	return t.decided(account, commands...)
}

// next returns an empty change of an account, to be filled by hand. A store
// judges no more than its guards, so that nothing needs to make sense.
func (t *tester) next(row seats.Account) seats.Change {
	c := seats.Change{ID: t.change(), Base: row.Revision, Account: row}
	c.Account.Revision++
	return c
}

// add creates users in a change, with an event about each.
func add(c *seats.Change, created ...users.User) {
	c.Created = inOrder(c, c.Created, created)
}

// put updates users in a change, with an event about each. The keys are those that they
// take.
func put(c *seats.Change, keys []users.Key, updated ...users.User) {
	c.Updated = inOrder(c, c.Updated, updated)
	c.NewKeys = append(c.NewKeys, keys...)
}

func inOrder(c *seats.Change, rows, more []users.User) []users.User {
	for _, u := range more {
		record(c, seats.Event{Kind: seats.EventEdited, User: u.ID})
	}
	return slices.SortedFunc(slices.Values(slices.Concat(rows, more)), func(a, b users.User) int { return cmp.Compare(a.ID, b.ID) })
}

// usersOf returns all users of a change.
func usersOf(c seats.Change) []users.User { return slices.Concat(c.Created, c.Updated) }

// record adds an event to a change, which is given its place there.
func record(c *seats.Change, e seats.Event) {
	c.Account.Sequence++
	e.Account, e.Sequence, e.Change = c.Account.ID, c.Account.Sequence, c.ID
	if e.Time.IsZero() {
		e.Time = gen.Epoch
	}
	if !e.Total.Valid() {
		e.Total = seats.Unlimited()
	}
	if e.Actor.Kind == users.NoActor {
		e.Actor, e.Channel = users.System(), seats.ByCall
	}
	c.Events = append(c.Events, e)
}

// member returns an active user with that profile.
func member(p users.Profile) users.User {
	return users.User{Profile: p, Status: users.Active, Created: gen.Epoch, StatusSince: gen.Epoch, FirstSignIn: gen.Epoch}
}

func (t *tester) load(need seats.Need) seats.Snapshot {
	t.Helper()
	snapshots, err := t.store.Load(t.Context(), need)
	require.NoError(t, err)
	require.Len(t, snapshots, 1)
	return snapshots[0]
}

// row returns the account's own row.
func (t *tester) row(account users.AccountID) seats.Account {
	t.Helper()
	return t.load(seats.Need{Account: account}).Account
}

func (t *tester) commit(changes ...seats.Change) []store.CommitResult {
	t.Helper()
	for _, c := range changes {
		require.NoError(t, harness.CheckUsers(t.Context(), t.store, c))
	}
	results, err := t.store.Commit(t.Context(), changes...)
	require.NoError(t, err)
	require.Len(t, results, len(changes))
	for _, v := range results {
		require.True(t, v.Err != nil || len(v.Taken) == 0, "keys are taken where the change was written")
	}
	return results
}

func (t *tester) written(changes ...seats.Change) {
	t.Helper()
	for _, v := range t.commit(changes...) {
		require.NoError(t, v.Err)
	}
}

// people returns users of an account page by page.
func (t *tester) people(account users.AccountID, filter users.Filter) []users.User {
	t.Helper()
	all, err := t.store.Users(t.Context(), account, filter, 10_000)
	require.NoError(t, err)
	return all
}

func (t *tester) events(account users.AccountID, filter seats.EventFilter) []seats.Event {
	t.Helper()
	all, err := t.store.Events(t.Context(), account, filter, 10_000)
	require.NoError(t, err)
	return all
}

// keeper returns a Keeper on a store.
func (t *tester) keeper(s store.Store) *seatkeeper.Keeper {
	t.Helper()
	k, err := seatkeeper.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	return k
}

// outbox skips a test of the outbox where the options say that there is none. Then the
// store must be none; else it must be one.
func (t *tester) outbox() {
	t.Helper()
	if !t.options.NoOutbox {
		require.Implements(t, (*store.Outbox)(nil), t.store, "say NoOutbox of a store without Pending and Advance")
		return
	}
	require.NotImplements(t, (*store.Outbox)(nil), t.store, "NoOutbox is for a store without Pending and Advance")
	t.Skip("the store has no outbox")
}
