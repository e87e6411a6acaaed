package seatkeeper_test

import (
	"context"
	"fmt"
	"slices"
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
			require.LessOrEqual(t, len(ids), 451, "everybody is listed once")
		}
		require.True(t, slices.IsSorted(ids))
		return ids
	}
	require.Len(t, list(users.Filter{}), 451)
	require.Len(t, list(users.Filter{Status: users.In(users.Active)}), 451, "invited people are shown as active here")
	require.Empty(t, list(users.Filter{Status: users.In(users.Invited)}))
	require.Len(t, list(users.Filter{Location: "York"}), 225)
	require.Equal(t, []users.ID{"owner"}, list(users.Filter{Role: users.In(users.Owner)}))

	part, err := k.UsageOf(ctx, "acme", users.Filter{Location: "Leeds"})
	require.NoError(t, err)
	require.EqualValues(t, 225, part.People.Count(users.In(users.Active), 0))
	require.EqualValues(t, 451, part.Held, "of the account")
	for name, page := range map[string]users.Filter{
		"After": {After: "u3"}, "AfterName": {ByName: true, AfterName: "LAST"}, "both": {ByName: true, AfterName: "LAST", After: "u3"},
	} {
		page.Location = "Leeds"
		some, err := k.UsageOf(ctx, "acme", page)
		require.NoError(t, err)
		require.Equal(t, part, some, "%s is where a page begins, and narrows no count", name)
	}
	part, err = k.UsageOf(ctx, "acme", users.Filter{Status: users.In(users.Invited)})
	require.NoError(t, err)
	require.Zero(t, part.People)

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
	for e, err := range k.Events(ctx, "acme", seats.EventFilter{}) {
		require.NoError(t, err)
		require.Equal(t, n+1, e.Sequence)
		if n++; n == 600 {
			break
		}
	}
	all := k.Events(ctx, "acme", seats.EventFilter{})
	for range 2 {
		n := 0
		for range all {
			n++
		}
		require.Greater(t, n, 500, "a list can be gone through twice")
	}
	for _, err := range k.Events(ctx, "unknown", seats.EventFilter{}) {
		require.ErrorIs(t, err, store.ErrNotFound)
	}
}

func TestAScreenIsReadPageByPage(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	for i := range 7 {
		_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
		require.NoError(t, err)
	}
	var pages [][]users.ID
	filter := users.Filter{Status: users.In(users.Invited)}
	for {
		var page []users.ID
		for p, err := range k.Users(ctx, "acme", filter) {
			require.NoError(t, err)
			if page = append(page, p.ID); len(page) == 3 {
				break
			}
		}
		if len(page) == 0 {
			break
		}
		pages = append(pages, page)
		require.LessOrEqual(t, len(pages), 3, "the next page is another one")
		filter.After = page[len(page)-1]
	}
	require.Equal(t, [][]users.ID{{"p0", "p1", "p2"}, {"p3", "p4", "p5"}, {"p6"}}, pages)
	u, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 8, u.Sequence)
	a, err := k.Account(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, seats.Standard(), a.Policy)
	require.Equal(t, "UTC", a.Zone)
}

// TestListsInOrderOfNameAreReadAPageAtATime lists people whose order of name is
// another than that of ID, while names change before and behind the page.
func TestListsInOrderOfNameAreReadAPageAtATime(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), seats.AccuEdConnect())
	var commands []seats.Command
	for i := range 450 {
		p := profile(users.ID(fmt.Sprintf("p%04d", i)))
		p.FirstName, p.LastName = "Ann", fmt.Sprintf("%c%03d", "mM"[i%2], 449-i)
		commands = append(commands, seats.Invite{Profile: p})
	}
	_, err := k.DoEach(ctx, "acme", owner, commands...)
	require.NoError(t, err)
	for range 2 {
		n := 449
		for p, err := range k.Users(ctx, "acme", users.Filter{ByName: true, Status: users.In(users.Active), Role: users.In(users.Member)}) {
			require.NoError(t, err)
			require.Equal(t, users.ID(fmt.Sprintf("p%04d", n)), p.ID)
			if n--; n%50 == 0 {
				behind, ahead := users.ID(fmt.Sprintf("p%04d", n+2)), users.ID(fmt.Sprintf("p%04d", max(0, n-201)))
				_, err = k.Do(ctx, "acme", owner,
					seats.Edit{User: behind, Set: users.Patch{FirstName: new(fmt.Sprint("Bea", n))}}, seats.Edit{User: ahead, Set: users.Patch{FirstName: new(fmt.Sprint("Bea", n))}})
				require.NoError(t, err)
			}
		}
		require.Equal(t, -1, n, "everybody is listed once")
	}
}

func TestFindingPeople(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	ada := users.Profile{ID: "ada", Email: "Ada@Acme.example", Username: "al", ExternalID: "E7"}
	_, err := k.Do(ctx, "acme", owner, seats.Invite{Profile: ada})
	require.NoError(t, err)
	for _, key := range []users.Key{users.ByID("ada"), users.ByEmail("ada@ACME.example"), users.ByUsername("A\u200bL"), users.ByExternalID(" E7")} {
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
		"the events": func(ctx context.Context, k *seatkeeper.Keeper) error {
			for range k.Events(ctx, "acme", seats.EventFilter{}) {
				break
			}
			return nil
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
				policy := seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour}
				k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(701), policy)
				var commands []seats.Command
				for i := range 700 {
					commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
				}
				_, err := k.DoEach(ctx, "acme", owner, commands...)
				require.NoError(t, err)
				end := time.Now().UTC().Add(time.Hour)
				time.Sleep(24 * time.Hour)
				require.NoError(t, touch(ctx, k.With(seatkeeper.Call{Reason: "a visitor", Correlation: "x"})))
				lapsed := 0
				for e, err := range k.Events(ctx, "acme", seats.EventFilter{After: 701}) {
					require.NoError(t, err)
					if e.Kind == seats.EventLapsed {
						require.Equal(t, end, e.Time)
						require.Equal(t, seats.ByClock, e.Channel)
						require.Empty(t, e.Reason+e.Correlation, "the visitor did not do it")
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

// TestKeeper_RunDue/one_account_fails goes on with the others and names it.
func TestKeeper_RunDue(t *testing.T) {
	t.Run("one account fails", func(t *testing.T) {
		ctx, now := t.Context(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		clock := seatkeeper.Options{Now: func() time.Time { return now }}
		s := memstore.New()
		k, err := seatkeeper.New(refusingOne{s, "b"}, clock)
		require.NoError(t, err)
		rival, err := seatkeeper.New(s, clock)
		require.NoError(t, err)
		for _, id := range []users.AccountID{"a", "b", "c"} {
			policy := seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour}
			_, err = rival.Open(ctx, seats.Opening{Account: id, Total: seats.Of(9), Policy: policy, Owner: profile("owner")})
			require.NoError(t, err)
			_, err = rival.Do(ctx, id, owner, seats.Invite{Profile: profile("ada")})
			require.NoError(t, err)
		}
		now = now.Add(2 * time.Hour)
		accounts, err := k.RunDue(ctx)
		require.Equal(t, 2, accounts)
		require.ErrorIs(t, err, store.ErrBroken)
		require.ErrorContains(t, err, `account "b"`)
		accounts, err = k.RunDue(ctx)
		require.Zero(t, accounts, "the others are done")
		require.ErrorIs(t, err, store.ErrBroken)
	})
}

// refusingOne is a store that writes nothing of one account.
type refusingOne struct {
	store.Store
	account users.AccountID
}

func (r refusingOne) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	if changes[0].Account.ID == r.account {
		return []store.CommitResult{{Err: store.ErrBroken}}, nil
	}
	return r.Store.Commit(ctx, changes...)
}

func TestSettlingMeetsARival(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := seatkeeper.Options{Now: func() time.Time { return now }, Attempts: 3}
	s := memstore.New()
	rival := newKeeper(t, s, clock, seats.Of(9), seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
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
	for e := range k.Events(t.Context(), "acme", seats.EventFilter{}) {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []seats.EventKind{seats.EventOpened, seats.EventInvited, seats.EventLapsed}, kinds)
}

func TestTheClockIsReadInAFormThatStoresKeep(t *testing.T) {
	local := time.FixedZone("somewhere", 3600)
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456789, local)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return at }}, seats.Of(1), seats.Standard())
	p, err := k.User(t.Context(), "acme", "owner")
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 3, 1, 11, 0, 0, 123456000, time.UTC), p.FirstSignIn)
}

// TestWhatHappensByItselfIsAChangeOfItsOwn and has none of the facts of the call
// that finds it.
func TestWhatHappensByItselfIsAChangeOfItsOwn(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9),
		seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: time.Hour})
	_, err := k.Do(t.Context(), "acme", owner, seats.Invite{Profile: profile("ada")})
	require.NoError(t, err)
	now = now.Add(2 * time.Hour)
	call := k.With(seatkeeper.Call{Key: "k", Correlation: "c", Reason: "r"})
	done, err := call.Do(t.Context(), "acme", owner, seats.BuySeats{Quantity: 1})
	require.NoError(t, err)
	var events []seats.Event
	for e, err := range k.Events(t.Context(), "acme", seats.EventFilter{After: 2}) {
		require.NoError(t, err)
		events = append(events, e)
	}
	require.Len(t, events, 2)
	lapsed := events[0]
	require.Equal(t, seats.EventLapsed, lapsed.Kind)
	require.Equal(t, seats.ByClock, lapsed.Channel)
	require.Equal(t, system, lapsed.Actor)
	require.Empty(t, lapsed.Key+lapsed.Digest+lapsed.Correlation+lapsed.Reason)
	require.NotEmpty(t, lapsed.Change)
	require.NotEqual(t, done.Events[0].Change, lapsed.Change)
}
