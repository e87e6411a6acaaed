package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

var (
	owner   = users.As("owner")
	system  = users.System()
	support = users.Support("ticket 7")
)

func profile(id users.ID) users.Profile {
	return users.Profile{ID: id, First: "First", Last: string(id), Email: string(id) + "@acme.example"}
}

// newKeeper returns a Keeper on the store with the account "acme" open.
func newKeeper(t testing.TB, s store.Store, o seatkeeper.Options, total seats.Count, policy seats.Policy) *seatkeeper.Keeper {
	t.Helper()
	k, err := seatkeeper.New(s, o)
	require.NoError(t, err)
	_, err = k.Open(t.Context(), seats.Opening{Account: "acme", Seats: total, Policy: policy, Owner: profile("owner")})
	require.NoError(t, err)
	return k
}

// meddler is a store that lets something happen right before a commit.
type meddler struct {
	store.Store
	before  func(seats.Change)
	commits atomic.Int64
}

func (m *meddler) Commit(ctx context.Context, changes ...seats.Change) ([]store.Verdict, error) {
	m.commits.Add(1)
	if m.before != nil {
		m.before(changes[0])
	}
	return m.Store.Commit(ctx, changes...)
}

func TestAHundredForOneLastSeat(t *testing.T) {
	s := memstore.New()
	first := newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	second, err := seatkeeper.New(s, seatkeeper.Options{}) // another process
	require.NoError(t, err)
	var won, refused atomic.Int64
	var ready, gone sync.WaitGroup
	ready.Add(100)
	for i := range 100 {
		k := []*seatkeeper.Keeper{first, second}[i%2]
		gone.Go(func() {
			ready.Done()
			ready.Wait()
			_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, seats.ErrNoSeats):
				refused.Add(1)
			}
		})
	}
	gone.Wait()
	require.EqualValues(t, 1, won.Load())
	require.EqualValues(t, 99, refused.Load())
	u, err := first.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, 2, u.Held)
}

// TestARivalTakesTheLastSeat makes sure that a race takes place: the rival
// commits between the load and the commit of the other.
func TestARivalTakesTheLastSeat(t *testing.T) {
	s := memstore.New()
	rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(2), seats.Standard())
	m := &meddler{Store: s, before: func(c seats.Change) {
		if c.Base == 1 {
			_, err := rival.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("rival")})
			require.NoError(t, err)
		}
	}}
	k, err := seatkeeper.New(m, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("late")})
	require.ErrorIs(t, err, seats.ErrNoSeats, "decided anew on what the rival left")
	require.EqualValues(t, 1, m.commits.Load())
	_, err = k.User(t.Context(), "acme", "late")
	require.ErrorIs(t, err, seats.ErrUnknownUser)
}

func TestARivalInvitesTheSamePerson(t *testing.T) {
	s := memstore.New()
	rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	m := &meddler{Store: s}
	m.before = func(seats.Change) {
		if m.commits.Load() == 1 {
			_, err := rival.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
			require.NoError(t, err)
		}
	}
	k, err := seatkeeper.New(m, seatkeeper.Options{})
	require.NoError(t, err)
	done, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: users.Profile{Email: "ADA@acme.example"}})
	require.NoError(t, err)
	require.True(t, done.Outcomes[0].Same)
	require.Equal(t, users.ID("ada"), done.Outcomes[0].User)
	require.Empty(t, done.Events)
}

func TestTwoOwnersWhoEndEachOther(t *testing.T) {
	s := memstore.New()
	rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	_, err := rival.Do(t.Context(), "acme", system, seats.Add{Profile: profile("ada")}, seats.GrantOwnership{User: "ada"})
	require.NoError(t, err)
	m := &meddler{Store: s}
	m.before = func(seats.Change) {
		if m.commits.Load() == 1 {
			_, err := rival.Do(t.Context(), "acme", owner, seats.EndOwnership{User: "ada"})
			require.NoError(t, err)
		}
	}
	k, err := seatkeeper.New(m, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", users.As("ada"), seats.EndOwnership{User: "owner"})
	require.ErrorIs(t, err, seats.ErrForbidden)
	_, err = k.Do(t.Context(), "acme", support, seats.EndOwnership{User: "owner"})
	require.ErrorIs(t, err, seats.ErrLastOwner)
}

func TestTryingAgainHasACap(t *testing.T) {
	s := memstore.New()
	newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	always := &meddler{Store: refusing{s, store.ErrConflict}}
	k, err := seatkeeper.New(always, seatkeeper.Options{Attempts: 7})
	require.NoError(t, err)
	_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrConflict)
	require.ErrorContains(t, err, "after 7 attempts")
	require.EqualValues(t, 7, always.commits.Load())

	broken, err := seatkeeper.New(refusing{s, store.ErrBroken}, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = broken.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.ErrorIs(t, err, store.ErrBroken)
}

// refusing is a store that gives every change the same verdict.
type refusing struct {
	store.Store
	verdict error
}

func (r refusing) Commit(context.Context, ...seats.Change) ([]store.Verdict, error) {
	return []store.Verdict{{Err: r.verdict}}, nil
}

// down is a store that can't be reached.
type down struct{ store.Store }

var errDown = errors.New("down")

func (down) Load(context.Context, ...seats.Need) ([]seats.Snapshot, error) { return nil, errDown }
func (down) Commit(context.Context, ...seats.Change) ([]store.Verdict, error) {
	return nil, errDown
}
func (down) Due(context.Context, time.Time, users.AccountID, int) ([]users.AccountID, error) {
	return nil, errDown
}
func (down) Events(context.Context, users.AccountID, uint64, int) ([]seats.Event, error) {
	return nil, errDown
}

func TestABrokenStoreIsAnError(t *testing.T) {
	ctx := t.Context()
	k, err := seatkeeper.New(down{}, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = k.Open(ctx, seats.Opening{Account: "acme", Seats: seats.Of(1), Owner: profile("owner")})
	require.ErrorIs(t, err, errDown)
	_, err = k.Do(ctx, "acme", owner)
	require.ErrorIs(t, err, errDown)
	outcomes, err := k.DoEach(ctx, "acme", owner, seats.Notify{})
	require.ErrorIs(t, err, errDown)
	require.Empty(t, outcomes)
	_, err = k.Usage(ctx, "acme")
	require.ErrorIs(t, err, errDown)
	_, err = k.Count(ctx, "acme", users.Filter{})
	require.ErrorIs(t, err, errDown)
	_, err = k.RunDue(ctx)
	require.ErrorIs(t, err, errDown)
	for _, err := range k.Users(ctx, "acme", users.Filter{}) {
		require.ErrorIs(t, err, errDown)
	}
	for _, err := range k.Events(ctx, "acme", 0) {
		require.ErrorIs(t, err, errDown)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	_, err := seatkeeper.New(nil, seatkeeper.Options{})
	require.ErrorContains(t, err, "needs a store")
	_, err = seatkeeper.New(memstore.New(), seatkeeper.Options{Attempts: -1})
	require.ErrorContains(t, err, "Attempts")
}

func TestOpening(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(3), seats.Standard())
	opening := seats.Opening{Account: "acme", Seats: seats.Of(3), Owner: users.Profile{Email: "o@other.example"}}
	_, err := k.Open(ctx, opening)
	require.ErrorIs(t, err, store.ErrExists)
	opening.Account = "other"
	done, err := k.Open(ctx, opening)
	require.NoError(t, err)
	require.NotEmpty(t, done.Outcomes[0].User, "an ID is made")
	for _, zone := range []string{"Mars/Olympus", "Local", "../etc/passwd"} {
		opening.Account, opening.Zone = "third", zone
		_, err = k.Open(ctx, opening)
		require.ErrorIs(t, err, seats.ErrBadInput)
	}
	_, err = k.Usage(ctx, "third")
	require.ErrorIs(t, err, store.ErrNotFound)
	opening.Zone, opening.Seats = "Africa/Cairo", seats.Count{}
	_, err = k.Open(ctx, opening)
	require.ErrorIs(t, err, seats.ErrBadInput)
	for _, id := range []users.AccountID{"", "a\x00"} {
		_, err = k.Do(ctx, id, owner)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
}

func TestABulkCallOfManyCommits(t *testing.T) {
	ctx := t.Context()
	m := &meddler{Store: memstore.New()}
	k := newKeeper(t, m, seatkeeper.Options{}, seats.Of(1001), seats.Standard())
	m.commits.Store(0)
	var commands []seats.Command
	for i := range 1200 {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("p%04d", i)))})
	}
	outcomes, err := k.With(seatkeeper.Call{Reason: "import"}).DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	require.Len(t, outcomes, 1200)
	require.EqualValues(t, 2, m.commits.Load(), "the third chunk fits nobody and writes nothing")
	for i, o := range outcomes {
		require.Equal(t, i >= 1000, o.Refusal != nil)
		if o.Refusal != nil {
			require.Equal(t, i, o.Refusal.Index)
			require.ErrorIs(t, o.Refusal, seats.ErrNoSeats)
		}
	}
	correlations := map[string]bool{}
	for e, err := range k.Events(ctx, "acme", 1) {
		require.NoError(t, err)
		require.Equal(t, seats.ByBulk, e.Channel)
		require.Equal(t, "import", e.Reason)
		correlations[e.Correlation] = true
	}
	require.Len(t, correlations, 1)

	_, err = k.With(seatkeeper.Call{Correlation: "run 7"}).DoEach(ctx, "acme", owner, seats.Notify{User: "p0001"})
	require.NoError(t, err)
	for e := range k.Events(ctx, "acme", 1001) {
		require.Equal(t, "run 7", e.Correlation)
	}
}

func TestListsAreReadAPageAtATime(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), seats.AccuEdConnect())
	var commands []seats.Command
	for i := range 450 {
		p := profile(users.ID(fmt.Sprintf("p%04d", i)))
		p.Location = []string{"Leeds", "York"}[i%2]
		commands = append(commands, seats.Invite{Profile: p})
	}
	_, err := k.DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	list := func(f users.Filter) (ids []users.ID) {
		for p, err := range k.Users(ctx, "acme", f) {
			require.NoError(t, err)
			ids = append(ids, p.ID)
		}
		require.True(t, slices.IsSorted(ids))
		return ids
	}
	require.Len(t, list(users.Filter{}), 451)
	require.Len(t, list(users.Filter{Status: users.In(users.Active)}), 451, "invited people are shown as active here")
	require.Empty(t, list(users.Filter{Status: users.In(users.Invited)}))
	require.Len(t, list(users.Filter{Location: "York"}), 225)
	require.Equal(t, []users.ID{"owner"}, list(users.Filter{Role: users.In(users.Owner)}))

	tally, err := k.Count(ctx, "acme", users.Filter{Location: "Leeds"})
	require.NoError(t, err)
	require.EqualValues(t, 225, tally.Count(users.In(users.Active), 0))
	tally, err = k.Count(ctx, "acme", users.Filter{Status: users.In(users.Invited)})
	require.NoError(t, err)
	require.Zero(t, tally.Count(0, 0))

	seen := 0
	for p, err := range k.Users(ctx, "acme", users.Filter{Location: "Leeds"}) { // the loop may write
		require.NoError(t, err)
		_, err = k.Do(ctx, "acme", owner, seats.Deactivate{User: p.ID})
		require.NoError(t, err)
		if seen++; seen == 210 {
			break
		}
	}
	u, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 210, u.People.Count(users.In(users.Inactive), 0))
	n := uint64(0)
	for e, err := range k.Events(ctx, "acme", 0) {
		require.NoError(t, err)
		require.Equal(t, n+1, e.Sequence)
		if n++; n == 600 {
			break
		}
	}
	for _, err := range k.Events(ctx, "unknown", 0) {
		require.ErrorIs(t, err, store.ErrNotFound)
	}
}

func TestFindingPeople(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	ada := users.Profile{ID: "ada", Email: "Ada@Acme.example", Username: "al", ExternalID: "E7"}
	_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: ada})
	require.NoError(t, err)
	for _, key := range []users.Key{users.ByID("ada"), users.ByEmail("ada@ACME.example"), users.ByUsername("AL"), users.ByExternalID("e7")} {
		p, err := k.Find(ctx, "acme", key)
		require.NoError(t, err)
		require.Equal(t, "Ada@Acme.example", p.Email, "as it was given")
		require.Equal(t, users.Invited, p.Shown)
	}
	for _, key := range []users.Key{users.ByID("Ada"), users.ByEmail("al"), users.ByEmail(""), users.ByID("a\x00")} {
		_, err := k.Find(ctx, "acme", key)
		require.ErrorIs(t, err, seats.ErrUnknownUser)
	}
	_, err = k.User(ctx, "unknown", "ada")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = k.Do(ctx, "acme", owner, seats.Delete{User: "ada"})
	require.NoError(t, err)
	p, err := k.User(ctx, "acme", "ada")
	require.NoError(t, err, "a tombstone is found by its ID")
	require.Equal(t, users.Deleted, p.Status)
	_, err = k.Find(ctx, "acme", users.ByEmail("ada@acme.example"))
	require.ErrorIs(t, err, seats.ErrUnknownUser)
}

func TestTheFirstCallSettlesWhatIsDue(t *testing.T) {
	for name, touch := range map[string]func(context.Context, *seatkeeper.Keeper) error{
		"a command": func(ctx context.Context, k *seatkeeper.Keeper) error {
			_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("newcomer")})
			return err
		},
		"a read": func(ctx context.Context, k *seatkeeper.Keeper) error {
			_, err := k.Usage(ctx, "acme")
			return err
		},
		"the clock": func(ctx context.Context, k *seatkeeper.Keeper) error {
			n, err := k.RunDue(ctx)
			if n != 1 {
				return fmt.Errorf("%d accounts", n)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				policy := seats.Policy{Invites: seats.RunsFreed, Term: time.Hour}
				k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(701), policy)
				var commands []seats.Command
				for i := range 700 {
					commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
				}
				_, err := k.DoEach(ctx, "acme", owner, commands...)
				require.NoError(t, err)
				end := time.Now().UTC().Add(time.Hour)
				time.Sleep(24 * time.Hour)
				require.NoError(t, touch(ctx, k))
				lapsed := 0
				for e, err := range k.Events(ctx, "acme", 701) {
					require.NoError(t, err)
					if e.Kind == seats.Lapsed {
						require.Equal(t, end, e.Time)
						require.Equal(t, seats.ByClock, e.Channel)
						lapsed++
					}
				}
				require.Equal(t, 700, lapsed)
				n, err := k.RunDue(ctx)
				require.NoError(t, err)
				require.Zero(t, n, "once is enough")
			})
		})
	}
}

func TestSettlingMeetsARival(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := seatkeeper.Options{Now: func() time.Time { return now }, Attempts: 3}
	s := memstore.New()
	rival := newKeeper(t, s, clock, seats.Of(9), seats.Policy{Invites: seats.RunsFreed, Term: time.Hour})
	_, err := rival.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err)
	now = now.Add(2 * time.Hour)

	stuck, err := seatkeeper.New(refusing{s, store.ErrConflict}, clock)
	require.NoError(t, err)
	_, err = stuck.Usage(t.Context(), "acme")
	require.ErrorIs(t, err, store.ErrConflict)
	_, err = stuck.RunDue(t.Context())
	require.ErrorIs(t, err, store.ErrConflict)
	broken, err := seatkeeper.New(refusing{s, store.ErrBroken}, clock)
	require.NoError(t, err)
	_, err = broken.Usage(t.Context(), "acme")
	require.ErrorIs(t, err, store.ErrBroken)

	m := &meddler{Store: s}
	m.before = func(seats.Change) {
		if m.commits.Load() == 1 {
			_, err := rival.Usage(t.Context(), "acme")
			require.NoError(t, err)
		}
	}
	k, err := seatkeeper.New(m, clock)
	require.NoError(t, err)
	u, err := k.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1, u.Held)
	var kinds []seats.EventKind
	for e := range k.Events(t.Context(), "acme", 0) {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []seats.EventKind{seats.Opened, seats.Invited, seats.Lapsed}, kinds)
}

// TestWaitingEndsWithTheContext holds one command inside its commit, and lets
// the next one wait for its turn until its time is up.
func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meddler{Store: memstore.New()}
		k := newKeeper(t, m, seatkeeper.Options{}, seats.Of(9), seats.Standard())
		hold := make(chan struct{})
		m.before = func(seats.Change) { <-hold }
		var first error
		var gone sync.WaitGroup
		gone.Go(func() {
			_, first = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile("bob")})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		close(hold)
		gone.Wait()
		require.NoError(t, first)
		_, err = k.User(t.Context(), "acme", "bob")
		require.ErrorIs(t, err, seats.ErrUnknownUser)
		_, err = k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("bob")})
		require.NoError(t, err, "the line goes on")
	})
}

func TestTheClockIsReadInAFormThatStoresKeep(t *testing.T) {
	local := time.FixedZone("somewhere", 3600)
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456789, local)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return at }}, seats.Of(1), seats.Standard())
	p, err := k.User(t.Context(), "acme", "owner")
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 3, 1, 11, 0, 0, 123456000, time.UTC), p.SignedIn)
}
