package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/internal/ways"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A tester is one test of the specification: the store, accounts of its own, and the rows
// that the store must have of them.
type tester struct {
	*testing.T
	store    store.Store
	options  Options
	ctx      context.Context
	own      string // the IDs of its accounts begin with it, and no others
	changes  int
	rows     map[users.AccountID]seats.Snapshot // all rows, after each change that was written
	progress map[consumer]store.Progress
	spoils   bool // answers are spoilt after they were compared
}

// A consumer of the events of an account.
type consumer struct {
	name    string
	account users.AccountID
}

// patience is the time for a test: a store that waits for itself fails, and does not hang.
const patience = 2 * time.Minute

func newTester(t *testing.T, s store.Store, o Options) *tester {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return &tester{
		T: t, store: s, options: o, ctx: ctx, own: harness.Unique("spec") + "/",
		rows: map[users.AccountID]seats.Snapshot{}, progress: map[consumer]store.Progress{},
	}
}

// Context returns the context of the test's calls.
func (t *tester) Context() context.Context { return t.ctx }

// account returns the ID of one of the test's accounts.
func (t *tester) account(name string) users.AccountID { return users.AccountID(t.own + name) }

// id returns the ID of a new change.
func (t *tester) id() seats.ChangeID {
	t.changes++
	return seats.ChangeID(fmt.Sprint("change ", t.changes))
}

// owner opens the test's accounts.
const owner users.ID = "owner"

// opening returns the change that opens an account.
func (t *tester) opening(account users.AccountID, policy seats.Policy) seats.Change {
	t.Helper()
	d, err := seats.Open(seats.Snapshot{}, seats.Opening{
		Account: account, Total: seats.Of(1000), Policy: policy, Owner: users.Profile{ID: owner, Email: "owner@acme.example"},
	}, seats.Request{Actor: users.System(), At: gen.Epoch, Change: t.id()})
	require.NoError(t, err)
	return d.Change
}

// opened opens an account under the standard policy.
func (t *tester) opened(name string) users.AccountID {
	t.Helper()
	t.written(t.opening(t.account(name), seats.Standard()))
	return t.account(name)
}

// decided returns the change of the commands, decided on the account as it is.
func (t *tester) decided(account users.AccountID, commands ...seats.Command) seats.Change {
	t.Helper()
	return t.decidedOn(seats.Needs(account, users.System(), commands...), commands...)
}

// blind returns the change that invites users, decided without a look at the others.
func (t *tester) blind(account users.AccountID, profiles ...users.Profile) seats.Change {
	t.Helper()
	var commands []seats.Command
	for _, p := range profiles {
		commands = append(commands, seats.Invite{Profile: p})
	}
	return t.decidedOn(seats.Need{Account: account}, commands...)
}

func (t *tester) decidedOn(need seats.Need, commands ...seats.Command) seats.Change {
	t.Helper()
	r := seats.Request{Actor: users.System(), Commands: commands, At: gen.Epoch, Change: t.id()}
	d, err := seats.Decide(need.Select(t.rows[need.Account]), r)
	require.NoError(t, err)
	return d.Change
}

// invited returns the change that invites users with these IDs.
func (t *tester) invited(account users.AccountID, ids ...users.ID) seats.Change {
	t.Helper()
	var profiles []users.Profile
	for _, id := range ids {
		profiles = append(profiles, users.Profile{ID: id, Username: fmt.Sprintf("%x", id), Groups: []string{"a", "b"}})
	}
	return t.blind(account, profiles...)
}

// change returns a change that writes these users, with an event about each. A store judges
// no more than its guards, so that nothing needs to make sense.
func (t *tester) change(account users.AccountID, rows ...users.User) seats.Change {
	before := t.rows[account]
	c := seats.Change{ID: t.id(), Base: before.Account.Revision, Account: before.Account, Settings: true}
	c.Account.ID = account
	c.Account.Revision++
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b users.User) int { return cmp.Compare(a.ID, b.ID) })
	for _, u := range rows {
		if i, ok := slices.BinarySearchFunc(before.Users, u.ID, func(u users.User, id users.ID) int { return cmp.Compare(u.ID, id) }); ok {
			c.Updated = append(c.Updated, u)
			c.NewKeys = append(c.NewKeys, slices.DeleteFunc(u.UniqueKeys(), func(k users.Key) bool { return slices.Contains(before.Users[i].UniqueKeys(), k) })...)
		} else {
			c.Created = append(c.Created, u)
		}
		record(&c, seats.Event{Kind: seats.EventEdited, User: u.ID})
	}
	return c
}

// record adds an event to a change and gives it a number.
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

// commit commits changes and keeps account of those that were written.
func (t *tester) commit(changes ...seats.Change) []store.CommitResult {
	t.Helper()
	results, err := send(t.Context(), t.store, changes...)
	require.NoError(t, err)
	require.Len(t, results, len(changes))
	for i, r := range results {
		require.True(t, r.Err != nil || len(r.Taken) == 0, "keys are taken where the change was written")
		if r.Err == nil {
			c := changes[i]
			t.rows[c.Account.ID] = t.rows[c.Account.ID].Apply(c)
		}
	}
	return results
}

// send commits changes that nothing else competes with. After a conflict a change is sent again:
// the engine may have asked for it, as a cluster does while a node applies the last commit. A real
// conflict remains one.
func send(ctx context.Context, s store.Store, changes ...seats.Change) ([]store.CommitResult, error) {
	results, err := s.Commit(ctx, changes...)
	for i := range results {
		for again := 0; again < 9 && errors.Is(results[i].Err, store.ErrConflict); again++ {
			next, err := s.Commit(ctx, changes[i])
			if err != nil || len(next) != 1 {
				return results, err
			}
			results[i] = next[0]
		}
	}
	return results, err
}

// written commits changes that must be written.
func (t *tester) written(changes ...seats.Change) {
	t.Helper()
	for _, r := range t.commit(changes...) {
		require.NoError(t, r.Err)
	}
}

// refused commits changes, one by one, that must be refused and leave nothing behind.
func (t *tester) refused(want error, changes ...seats.Change) {
	t.Helper()
	for _, c := range changes {
		t.refusedFor(want, nil, c)
	}
}

// taken commits a change that must be refused since just these keys are taken.
func (t *tester) taken(c seats.Change, keys ...users.Key) {
	t.Helper()
	t.refusedFor(store.ErrKeyTaken, keys, c)
}

func (t *tester) refusedFor(want error, taken []users.Key, c seats.Change) {
	t.Helper()
	r := t.commit(c)[0]
	require.ErrorIs(t, r.Err, want, "%+v", c)
	require.ElementsMatch(t, taken, r.Taken)
	need := seats.Need{Account: c.Account.ID, Sequence: c.Account.Sequence, IndexTo: everything, Keys: c.Keys(), Users: idsOf(c.Created)}
	if len(c.Events) > 0 {
		need.Key = c.Events[0].Key
	}
	t.loads(need)
	t.same(c.Account.ID)
}

func idsOf(people []users.User) (ids []users.ID) {
	for _, u := range people {
		ids = append(ids, u.ID)
	}
	return ids
}

// keeper returns a Keeper on a store.
func (t *tester) keeper(s store.Store) *seatkeeper.Keeper {
	t.Helper()
	k, err := ways.New(s, seatkeeper.Options{})
	require.NoError(t, err)
	return k
}

// outbox skips a test of the outbox where the options say that there is none. Then the
// store must be none; else it must be one.
func (t *tester) outbox() {
	t.Helper()
	if !t.options.NoOutbox {
		require.Implements(t, (*store.Outbox)(nil), t.store, "say NoOutbox of a store without the methods of one")
		return
	}
	require.NotImplements(t, (*store.Outbox)(nil), t.store, "NoOutbox is for a store without the methods of one")
	t.Skip("the store has no outbox")
}
