package seatkeeper_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestKeeper_Users(t *testing.T) {
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
			require.LessOrEqual(t, len(ids), 451, "each user is listed once")
		}
		require.True(t, slices.IsSorted(ids))
		return ids
	}
	require.Len(t, list(users.Filter{}), 451)
	require.Len(t, list(users.Filter{Status: users.In(users.Active)}), 451, "invited people are shown as active here")
	require.Empty(t, list(users.Filter{Status: users.In(users.Invited)}))
	n, err := k.Count(ctx, "acme", users.Filter{Status: users.In(users.Active)})
	require.NoError(t, err)
	require.EqualValues(t, 451, n)
	require.Len(t, list(users.Filter{Locations: []string{"York"}}), 225)
	require.Equal(t, []users.ID{"owner"}, list(users.Filter{Role: users.In(users.Owner)}))

	part, err := k.UsageOf(ctx, "acme", users.Filter{Locations: []string{"Leeds"}})
	require.NoError(t, err)
	require.EqualValues(t, 225, part.People.Count(users.In(users.Active), 0))
	require.EqualValues(t, 451, part.Held, "of the account")
	for name, page := range map[string]users.Filter{
		"After": {After: users.Place{ID: "u3"}}, "Backward": {Order: users.OrderStatus, Backward: true}, "both": {Order: users.OrderName, After: users.Place{Name: "LAST", ID: "u3"}},
	} {
		page.Locations = []string{"Leeds"}
		some, err := k.UsageOf(ctx, "acme", page)
		require.NoError(t, err)
		require.Equal(t, part, some, "%s is where a page begins, and narrows no count", name)
	}
	part, err = k.UsageOf(ctx, "acme", users.Filter{Status: users.In(users.Invited)})
	require.NoError(t, err)
	require.Zero(t, part.People)

	seen := 0
	for p, err := range k.Users(ctx, "acme", users.Filter{Locations: []string{"Leeds"}}) { // the loop may write
		require.NoError(t, err)
		do(t, k, owner, seats.Deactivate{User: p.ID})
		if seen++; seen == 210 {
			break
		}
	}
	u, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, 210, u.People.Count(users.In(users.Inactive), 0))
	sequence := uint64(0)
	for e, err := range k.Events(ctx, "acme", seats.EventFilter{}) {
		require.NoError(t, err)
		require.Equal(t, sequence+1, e.Sequence)
		if sequence++; sequence == 600 {
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
}

func TestKeeper_Users_pages(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	for i := range 7 {
		do(t, k, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", i)))})
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
		filter.After.ID = page[len(page)-1]
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

// TestKeeper_Users_by_name lists users in another order than that of ID, while names change
// before and behind the page.
func TestKeeper_Users_by_name(t *testing.T) {
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
		for p, err := range k.Users(ctx, "acme", users.Filter{Order: users.OrderName, Status: users.In(users.Active), Role: users.In(users.Member)}) {
			require.NoError(t, err)
			require.Equal(t, users.ID(fmt.Sprintf("p%04d", n)), p.ID)
			if n--; n%50 == 0 {
				behind, ahead := users.ID(fmt.Sprintf("p%04d", n+2)), users.ID(fmt.Sprintf("p%04d", max(0, n-201)))
				_, err = k.Do(ctx, "acme", owner,
					seats.Edit{User: behind, Set: users.Patch{FirstName: new(fmt.Sprint("Bea", n))}}, seats.Edit{User: ahead, Set: users.Patch{FirstName: new(fmt.Sprint("Bea", n))}})
				require.NoError(t, err)
			}
		}
		require.Equal(t, -1, n, "each user is listed once")
	}
}

func TestKeeper_Find(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	ada := users.Profile{ID: "ada", Email: "Ada@Acme.example", Username: "al", ExternalID: "E7"}
	do(t, k, owner, seats.Invite{Profile: ada})
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
	do(t, k, owner, seats.Delete{User: "ada"})
	p, err := k.User(ctx, "acme", "ada")
	require.NoError(t, err, "a tombstone is found by its ID")
	require.Equal(t, users.Deleted, p.Status)
	_, err = k.Find(ctx, "acme", users.ByEmail("ada@acme.example"))
	require.ErrorIs(t, err, seats.ErrUnknownUser)
}

func TestKeeper_Licences(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	do(t, k, system, seats.SetTotal{Pool: "go", Total: seats.Unlimited()}, seats.SetTotal{Pool: "sql", Total: seats.Unlimited()})
	_, err := k.Import(ctx, "acme", table(nil, crowd(600, "go", "sql")...))
	require.NoError(t, err)
	do(t, k, owner, seats.Delete{User: "p0007"})
	list := func(k *seatkeeper.Keeper, account users.AccountID, f users.LicenceFilter) (ids []users.LicenceID, err error) {
		for l, err := range k.Licences(ctx, account, f) {
			if err != nil {
				return ids, err
			}
			require.True(t, f.Match(l))
			ids = append(ids, l.ID())
		}
		require.True(t, slices.IsSortedFunc(ids, users.LicenceID.Compare))
		require.Len(t, slices.Compact(slices.Clone(ids)), len(ids))
		return ids, nil
	}
	count := func(f users.LicenceFilter) int {
		ids, err := list(k, "acme", f)
		require.NoError(t, err)
		return len(ids)
	}
	require.Equal(t, 1200, count(users.LicenceFilter{}), "of several pages")
	require.Equal(t, 600, count(users.LicenceFilter{Pool: "go"}))
	require.Equal(t, 599, count(users.LicenceFilter{Pool: "go", State: users.In(users.LicenceAssigned)}))
	ids, err := list(k, "acme", users.LicenceFilter{State: users.In(users.LicenceReturned)})
	require.NoError(t, err)
	require.Equal(t, []users.LicenceID{{User: "p0007", Pool: "go", Number: 1}, {User: "p0007", Pool: "sql", Number: 1}}, ids, "the record of deleted users stays")
	for l, err := range k.Licences(ctx, "acme", users.LicenceFilter{Pool: "go"}) { // a page of a screen
		require.NoError(t, err)
		require.Equal(t, 599, count(users.LicenceFilter{Pool: "go"}.NextPage(l)))
		break
	}
	_, err = list(k, "unknown", users.LicenceFilter{})
	require.ErrorIs(t, err, store.ErrNotFound)
	broken := on(t, faults.New(s, func(n int) faults.Fault {
		if n == 2 {
			return faults.Fail
		}
		return faults.None
	}), seatkeeper.Options{})
	ids, err = list(broken, "acme", users.LicenceFilter{})
	require.ErrorIs(t, err, faults.ErrInjected)
	require.Len(t, ids, 500, "the first page")
}
