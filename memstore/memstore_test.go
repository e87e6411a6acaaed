package memstore_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

var at = time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)

// opening returns the change that opens an account.
func opening(t testing.TB, id users.AccountID, policy seats.Policy) seats.Change {
	t.Helper()
	d, err := seats.Open(seats.Snapshot{}, seats.Opening{
		Account: id, Seats: seats.Of(1000), Policy: policy, Owner: users.Profile{ID: "owner", Email: "owner@acme.example"},
	}, seats.Request{Actor: users.System(), At: at, Change: "open"})
	require.NoError(t, err)
	return d.Change
}

// invitation returns the change by which people with these IDs come in.
func invitation(t testing.TB, s store.Store, account users.AccountID, ids ...users.ID) seats.Change {
	t.Helper()
	var commands []seats.Command
	for _, id := range ids {
		commands = append(commands, seats.Invite{Profile: users.Profile{ID: id, Username: fmt.Sprintf("%x", id), Groups: []string{"a", "b"}}})
	}
	return decide(t, load(t, s, seats.Needs(account, users.System(), commands...)), commands...)
}

func decide(t testing.TB, snapshot seats.Snapshot, commands ...seats.Command) seats.Change {
	t.Helper()
	d, err := seats.Decide(snapshot, seats.Request{Actor: users.System(), Commands: commands, At: at, Change: "c"})
	require.NoError(t, err)
	return d.Change
}

func load(t testing.TB, s store.Store, need seats.Need) seats.Snapshot {
	t.Helper()
	snapshots, err := s.Load(t.Context(), need)
	require.NoError(t, err)
	require.Len(t, snapshots, 1)
	return snapshots[0]
}

func commit(t testing.TB, s store.Store, changes ...seats.Change) []store.Verdict {
	t.Helper()
	verdicts, err := s.Commit(t.Context(), changes...)
	require.NoError(t, err)
	require.Len(t, verdicts, len(changes))
	return verdicts
}

func written(t testing.TB, s store.Store, changes ...seats.Change) {
	t.Helper()
	for _, v := range commit(t, s, changes...) {
		require.NoError(t, v.Err)
	}
}

func TestEveryChangeHasItsOwnVerdict(t *testing.T) {
	s := memstore.New()
	written(t, s, opening(t, "a", seats.Standard()), opening(t, "b", seats.Standard()))
	stale, fresh := invitation(t, s, "a", "x"), invitation(t, s, "b", "x")
	written(t, s, invitation(t, s, "a", "y"))
	verdicts := commit(t, s, stale, fresh, opening(t, "b", seats.Standard()))
	require.ErrorIs(t, verdicts[0].Err, store.ErrConflict)
	require.NoError(t, verdicts[1].Err)
	require.ErrorIs(t, verdicts[2].Err, store.ErrConflict)
	require.Empty(t, load(t, s, seats.Need{Account: "a", Users: []users.ID{"x"}}).Users, "nothing of it was written")

	gap := invitation(t, s, "a", "z")
	gap.Events[0].Sequence++
	require.ErrorIs(t, commit(t, s, gap)[0].Err, store.ErrConflict, "a second guard: the events have no gaps")
	silent := stale
	silent.Events = nil
	require.ErrorIs(t, commit(t, s, silent)[0].Err, store.ErrConflict, "the first guard: the revision")
	unknown := invitation(t, s, "a", "z")
	unknown.Account.ID = "nobody"
	require.ErrorIs(t, commit(t, s, unknown)[0].Err, store.ErrConflict)
	require.False(t, load(t, s, seats.Need{Account: "nobody"}).Known())

	broken := invitation(t, s, "a", "z")
	broken.Pools[0].Total = seats.Of(1)
	require.ErrorIs(t, commit(t, s, broken)[0].Err, store.ErrBroken)
	broken.Pools[0].Over = true
	written(t, s, broken)
}

func TestKeysHaveOneHolder(t *testing.T) {
	s := memstore.New()
	written(t, s, opening(t, "a", seats.Standard()))
	blind := func(id users.ID, email string) seats.Change { // decided without a look at who is there
		snapshot := load(t, s, seats.Need{Account: "a"})
		return decide(t, snapshot, seats.Invite{Profile: users.Profile{ID: id, Email: email}})
	}
	written(t, s, blind("x", "x@acme.example"))
	v := commit(t, s, blind("y", "X@acme.example"))[0]
	require.ErrorIs(t, v.Err, store.ErrTaken)
	require.Equal(t, []users.Key{users.ByEmail("x@acme.example")}, v.Taken)
	require.Equal(t, []users.Key{users.ByID("x")}, commit(t, s, blind("x", "z@acme.example"))[0].Taken)
	written(t, s, blind("X", "z@acme.example")) // identifiers are compared byte by byte

	// Who gives a key up makes room for another in the same change.
	need := seats.Need{Account: "a", Users: []users.ID{"x"}, Keys: []users.Key{users.ByEmail("x@acme.example")}}
	written(t, s, decide(t, load(t, s, need), seats.Delete{User: "x"}, seats.Invite{Profile: users.Profile{ID: "x2", Email: "x@acme.example"}}))
	require.Len(t, load(t, s, need).Users, 2)
	require.ErrorIs(t, commit(t, s, blind("x", "new@acme.example"))[0].Err, store.ErrTaken, "an ID stays taken after deletion")
	move := decide(t, load(t, s, need), seats.Edit{User: "x2", Set: users.Patch{Email: new("x3@acme.example")}})
	written(t, s, move)
	require.Len(t, load(t, s, seats.Need{Account: "a", Keys: []users.Key{users.ByEmail("x@acme.example")}}).Users, 0)
}

func TestWhatComesInAndGoesOutIsACopy(t *testing.T) {
	s := memstore.New()
	written(t, s, opening(t, "a", seats.AccuEdConnect()))
	c := invitation(t, s, "a", "x")
	c.Users[0].Licences = []users.Licence{{Pool: "p"}}
	written(t, s, c)
	c.Users[0].Groups[0], c.Users[0].Licences[0].Pool = "spoilt", "spoilt"
	need := seats.Need{Account: "a", Users: []users.ID{"x"}}
	for range 2 {
		u := load(t, s, need).Users[0]
		require.Equal(t, []string{"a", "b"}, u.Groups)
		require.Equal(t, "p", u.Licences[0].Pool)
		u.Groups[0], u.Licences[0].Pool = "spoilt", "spoilt"
		page, err := s.Users(t.Context(), "a", users.Filter{After: "owner"}, 9)
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b"}, page[0].Groups)
		page[0].Groups[0] = "spoilt"
		events, err := s.Events(t.Context(), "a", seats.EventFilter{}, 1)
		require.NoError(t, err)
		require.Equal(t, seats.AccuEdConnect(), *events[0].Policy)
		*events[0].Policy = seats.Standard()
	}
	edit := decide(t, load(t, s, need), seats.Edit{User: "x", Set: users.Patch{Title: new("t")}})
	written(t, s, edit)
	edit.Events[0].Fields[0] = "spoilt"
	events, err := s.Events(t.Context(), "a", seats.EventFilter{After: 2}, 9)
	require.NoError(t, err)
	require.Equal(t, []string{"title"}, events[0].Fields)
}

func TestListsComeInPages(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	written(t, s, opening(t, "a", seats.Standard()))
	written(t, s, invitation(t, s, "a", "c", "a", "é", "a ", "B", "e\u0301"))
	var ids []users.ID
	filter := users.Filter{Status: users.In(users.Invited)}
	for {
		page, err := s.Users(ctx, "a", filter, 2)
		require.NoError(t, err)
		for _, u := range page {
			ids = append(ids, u.ID)
		}
		if len(page) < 2 {
			break
		}
		filter.After = page[1].ID
	}
	require.Equal(t, []users.ID{"B", "a", "a ", "c", "e\u0301", "é"}, ids)
	tally, revision, err := s.Tally(ctx, "a", users.Filter{Status: users.In(users.Invited)})
	require.NoError(t, err)
	require.EqualValues(t, 2, revision)
	require.EqualValues(t, 6, tally.Count(0, 0))
	events, err := s.Events(ctx, "a", seats.EventFilter{After: 5}, 9)
	require.NoError(t, err)
	require.Len(t, events, 2)
	events, err = s.Events(ctx, "a", seats.EventFilter{After: 99}, 9)
	require.NoError(t, err)
	require.Empty(t, events)

	_, err = s.Users(ctx, "b", users.Filter{}, 1)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, _, err = s.Tally(ctx, "b", users.Filter{})
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = s.Events(ctx, "b", seats.EventFilter{}, 1)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestWhoIsDue(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	policy := seats.Policy{Invites: seats.RunsFreed, Term: time.Hour}
	written(t, s, opening(t, "b", policy), opening(t, "a", policy), opening(t, "never", seats.Standard()))
	var ids []users.ID
	for i := range seats.MaxSettled + 1 {
		ids = append(ids, users.ID(fmt.Sprintf("p%03d", i)))
	}
	written(t, s, invitation(t, s, "a", ids...), invitation(t, s, "b", "x"), invitation(t, s, "never", "x"))
	due := at.Add(time.Hour)

	require.Empty(t, load(t, s, seats.Need{Account: "a"}).Users)
	require.Empty(t, load(t, s, seats.Need{Account: "a", DueBy: due.Add(-1)}).Users)
	snapshot := load(t, s, seats.Need{Account: "a", DueBy: due})
	require.Len(t, snapshot.Users, seats.MaxSettled)
	require.Equal(t, due, snapshot.NextDue)
	written(t, s, seats.Settle(snapshot, seats.Request{Actor: users.System(), At: due, Change: "s"}))
	snapshot = load(t, s, seats.Need{Account: "a", DueBy: due})
	require.Len(t, snapshot.Users, 1)
	require.Zero(t, snapshot.NextDue)

	accounts, err := s.Due(ctx, due, "", 9)
	require.NoError(t, err)
	require.Equal(t, []users.AccountID{"a", "b"}, accounts)
	accounts, err = s.Due(ctx, due, "", 1)
	require.NoError(t, err)
	require.Equal(t, []users.AccountID{"a"}, accounts)
	accounts, err = s.Due(ctx, due, "a", 9)
	require.NoError(t, err)
	require.Equal(t, []users.AccountID{"b"}, accounts)
	accounts, err = s.Due(ctx, due.Add(-1), "", 9)
	require.NoError(t, err)
	require.Empty(t, accounts)
}

func TestContextsEndEveryCall(t *testing.T) {
	s := memstore.New()
	written(t, s, opening(t, "a", seats.Standard()))
	change := invitation(t, s, "a", "x")
	for name, call := range map[string]func(context.Context) error{
		"Load":   func(ctx context.Context) error { _, err := s.Load(ctx, seats.Need{Account: "a"}); return err },
		"Commit": func(ctx context.Context) error { _, err := s.Commit(ctx, change); return err },
		"Users":  func(ctx context.Context) error { _, err := s.Users(ctx, "a", users.Filter{}, 1); return err },
		"Tally":  func(ctx context.Context) error { _, _, err := s.Tally(ctx, "a", users.Filter{}); return err },
		"Events": func(ctx context.Context) error { _, err := s.Events(ctx, "a", seats.EventFilter{}, 1); return err },
		"Due":    func(ctx context.Context) error { _, err := s.Due(ctx, at, "", 1); return err },
	} {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, call(ended), context.Canceled, name)
	}
	require.Empty(t, load(t, s, seats.Need{Account: "a", Users: []users.ID{"x"}}).Users)
}

func TestWaitingForTheStoreEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		release := memstore.Hold(s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := s.Load(ctx, seats.Need{Account: "a"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		release()
		_, err = s.Load(t.Context(), seats.Need{Account: "a"})
		require.NoError(t, err)
	})
}
