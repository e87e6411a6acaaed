package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// A tester is one test of the specification under way: the store, and accounts
// that are nobody else's.
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
const patience = 2 * time.Minute

func newTester(t *testing.T, s store.Store, o Options) *tester {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return &tester{T: t, store: s, options: o, own: unique("spec") + "/", ctx: ctx}
}

// Context returns the context of the test's calls.
func (t *tester) Context() context.Context { return t.ctx }

// account returns the ID of one of the trial's accounts.
func (t *tester) account(name string) users.AccountID { return users.AccountID(t.own + name) }

// change returns the name of a new change.
func (t *tester) change() seats.ChangeID {
	t.changes++
	return seats.ChangeID(fmt.Sprint("change ", t.changes))
}

// owner is who opens the trial's accounts.
const owner users.ID = "owner"

// opening returns the change that opens an account.
func (t *tester) opening(name string, policy seats.Policy) seats.Change {
	t.Helper()
	d, err := seats.Open(seats.Snapshot{}, seats.Opening{
		Account: t.account(name), Total: seats.Of(1000), Policy: policy, Owner: users.Profile{ID: owner, Email: "owner@acme.example"},
	}, seats.Request{Actor: users.System(), At: epoch, Change: t.change()})
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
	d, err := seats.Decide(snapshot, seats.Request{Actor: users.System(), Commands: commands, At: epoch, Change: t.change()})
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

// add puts new people into a change, with an event about each. All their keys have
// to be free.
func add(c *seats.Change, people ...users.User) {
	for _, u := range people {
		put(c, u.TakenKeys(), u)
	}
}

// put puts people into a change who are there already, with an event about each.
// The keys are those that they take.
func put(c *seats.Change, fresh []users.Key, people ...users.User) {
	for _, u := range people {
		record(c, seats.Event{Kind: seats.EventEdited, User: u.ID})
	}
	c.Users = append(c.Users, people...)
	slices.SortFunc(c.Users, func(a, b users.User) int { return cmp.Compare(a.ID, b.ID) })
	c.Fresh = append(c.Fresh, fresh...)
}

// record adds an event to a change, which is given its place there.
func record(c *seats.Change, e seats.Event) {
	c.Account.Sequence++
	e.Account, e.Sequence, e.Change = c.Account.ID, c.Account.Sequence, c.ID
	if e.Time.IsZero() {
		e.Time = epoch
	}
	if !e.Total.Valid() {
		e.Total = seats.Unlimited()
	}
	if e.Actor.Kind == users.NoActor {
		e.Actor, e.Channel = users.System(), seats.ByCall
	}
	c.Events = append(c.Events, e)
}

// somebody returns a person to be put in by hand.
func somebody(p users.Profile) users.User {
	return users.User{Profile: p, Status: users.Active, Created: epoch, StatusSince: epoch, FirstSignIn: epoch}
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
		require.NoError(t, keepsItsPromise(t.Context(), t.store, c))
	}
	verdicts, err := t.store.Commit(t.Context(), changes...)
	require.NoError(t, err)
	require.Len(t, verdicts, len(changes))
	for _, v := range verdicts {
		require.True(t, v.Err != nil || len(v.Taken) == 0, "keys are taken where the change was written")
	}
	return verdicts
}

// keepsItsPromise returns an error unless the keys that a change takes are as
// [seats.Change] says, since stores rely on it. A change that was decided on another
// revision is not judged.
func keepsItsPromise(ctx context.Context, s store.Store, c seats.Change) error {
	need := seats.Need{Account: c.Account.ID}
	for _, u := range c.Users {
		if !slices.Contains(c.Fresh, users.ByID(u.ID)) {
			need.Users = append(need.Users, u.ID)
		}
	}
	snapshots, err := s.Load(ctx, need)
	if err != nil || snapshots[0].Account.Revision != c.Base {
		return err
	}
	had := map[users.ID][]users.Key{}
	for _, u := range snapshots[0].Users {
		had[u.ID] = u.TakenKeys()
	}
	takes := map[users.Key]int{}
	for _, u := range c.Users {
		for _, k := range u.TakenKeys() {
			if !slices.Contains(had[u.ID], k) {
				takes[k]++
			}
		}
	}
	for _, k := range c.Fresh {
		takes[k]--
	}
	for k, n := range takes {
		if n != 0 {
			return fmt.Errorf("storetest: the fresh keys of a change are not those that its people take: %v", k.Kind)
		}
	}
	return nil
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

// outbox skips what a store without one can't pass, which has to say so.
func (t *tester) outbox() {
	t.Helper()
	if !t.options.NoOutbox {
		return
	}
	_, err := t.store.Pending(t.Context(), "mailer", "", 1)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	from := store.Progress{Consumer: "mailer", Account: t.account("a")}
	require.ErrorIs(t, t.store.Advance(t.Context(), from, from), errors.ErrUnsupported)
	t.Skip("the store has no outbox")
}

// plain returns rows in the form in which equal ones are equal by == and
// [require.Equal]: an empty list is a missing one, instants have lost whatever
// else they carry, and the store's own time is left out. They have to be UTC.
func plain[T any](t reporter, rows T) T {
	t.Helper()
	v := reflect.ValueOf(&rows).Elem()
	tidy(t, v)
	return rows
}

// A reporter is what assertions report to.
type reporter interface {
	require.TestingT
	Helper()
}

func tidy(t reporter, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Slice:
		if v.Len() == 0 {
			v.SetZero()
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		for i := range v.Len() {
			tidy(t, v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			tidy(t, own.Elem())
			v.Set(own)
		}
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			require.Equal(t, time.UTC, at.Location(), "where an instant is")
			v.Set(reflect.ValueOf(at.UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				tidy(t, v.Field(i))
			}
			if v.Type().Field(i).Name == "StoreTime" {
				v.Field(i).SetZero()
			}
		}
	}
}

// concealed returns rows that are plain, with everything random in them replaced by as
// many x: the salts of rows, and what events have sealed with them.
func concealed[T any](rows T) T {
	conceal(reflect.ValueOf(&rows).Elem())
	return rows
}

func conceal(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			conceal(v.Index(i))
		}
	case reflect.Struct:
		switch row := v.Addr().Interface().(type) {
		case *users.User:
			row.Salt = strings.Repeat("x", len(row.Salt))
		case *seats.Account:
			row.Salt = strings.Repeat("x", len(row.Salt))
		case *seats.Event:
			call := row.Digest[:min(32, len(row.Digest))]
			row.Digest = call + strings.Repeat("x", len(row.Digest)-len(call))
		default:
			for i := range v.NumField() {
				if v.Field(i).CanSet() {
					conceal(v.Field(i))
				}
			}
		}
	}
}
