package seatkeeper_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/store/storetest/faults"
	"github.com/seatkeeper/seatkeeper/users"
)

// licensed is an account with people of several kinds, the first two with licences.
func licensed(t *testing.T) store.Store {
	t.Helper()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(2000), seats.Standard())
	do(t, k, system, seats.SetTotal{Pool: "go", Total: seats.Of(2)}, seats.SetTotal{Pool: "sql", Total: seats.Of(2)})
	first, second := veteran("l0", "go", "sql"), veteran("l1", "sql")
	first.Licences[1].Started = first.User.StatusSince
	report, err := k.Import(t.Context(), "acme", table(nil, first, second))
	require.NoError(t, err)
	require.Empty(t, report.Refusals)
	for i := range 3 {
		var batch []seats.Command
		for j := range 400 {
			batch = append(batch, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("p%d-%03d", i, j)))})
		}
		_, err = k.DoEach(t.Context(), "acme", owner, batch...)
		require.NoError(t, err)
	}
	do(t, k, system, seats.Accept{User: "p0-001"}, seats.ChangeRole{User: "p1-002", Role: users.Admin}, seats.Delete{User: "p0-003"})
	return s
}

// TestKeeper_Audit/people has the rows of people changed, so that their numbers are right.
func TestKeeper_Audit(t *testing.T) {
	s := licensed(t)
	// become gives the users of these IDs the rows of others, except for ID and keys.
	become := func(as map[users.ID]users.ID) func(users.User) (users.User, bool) {
		return func(u users.User) (users.User, bool) {
			if other, changes := as[u.ID]; changes {
				found, err := s.Load(t.Context(), seats.Need{Account: "acme", Users: []users.ID{other}})
				require.NoError(t, err)
				profile := u.Profile
				u = found[0].Users[0]
				profile.Source, u.Profile = u.Source, profile
			}
			return u, true
		}
	}
	swap := func(a, b users.ID) map[users.ID]users.ID { return map[users.ID]users.ID{a: b, b: a} }
	both := swap("p1-002", "p2-399")
	maps.Copy(both, swap("p0-001", "p0-002"))
	for _, c := range []struct {
		name string
		user func(users.User) (users.User, bool)
		want []seats.Drift
	}{
		{"nothing", nil, nil},
		{"status and role", become(both), []seats.Drift{
			{What: "user p0-001", Stored: "invited member", Counted: "active member"},
			{What: "user p0-002", Stored: "active member", Counted: "invited member"},
			{What: "user p1-002", Stored: "invited member", Counted: "invited admin"},
			{What: "user p2-399", Stored: "invited admin", Counted: "invited member"},
		}},
		{"licences", nil, []seats.Drift{
			{What: "user l0", Stored: "active member, 1 of pool sql", Counted: "active member, 1 of pool go, 1 used of pool sql"},
			{What: "user l1", Stored: "active member, 1 of pool go, 1 used of pool sql", Counted: "active member, 1 of pool sql"},
		}},
		{"the ID", func(u users.User) (users.User, bool) {
			if u.ID == "p2-007" {
				u.ID = "p2-0070"
			}
			return u, true
		}, []seats.Drift{
			{What: "key p2-0070", Stored: "not found", Counted: "email"},
			{What: "user p2-007", Stored: "not there", Counted: "invited member"},
			{What: "user p2-0070", Stored: "invited member", Counted: "not there"},
		}},
	} {
		t.Run("people/"+c.name, func(t *testing.T) {
			rows := restored{Store: s, user: c.user}
			if c.name == "licences" {
				rows.holder = func(id users.ID) users.ID { return cmp.Or(swap("l0", "l1")[id], id) }
			}
			k := on(t, rows, seatkeeper.Options{})
			drift, err := k.Audit(t.Context(), "acme")
			require.NoError(t, err)
			require.Equal(t, c.want, drift)
		})
	}
	// A source is not told by status and role.
	t.Run("people/source", func(t *testing.T) {
		k, err := seatkeeper.New(restored{Store: s, user: func(u users.User) (users.User, bool) {
			if u.ID == "p2-007" {
				u.Source = users.Source{Kind: users.SourceSync, Name: "hr"}
			}
			return u, true
		}}, seatkeeper.Options{})
		require.NoError(t, err)
		drift, err := k.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, seats.Drift{What: "user p2-007", Stored: "invited member by sync", Counted: "invited member"}, drift[len(drift)-1])
	})
	t.Run("people/many", func(t *testing.T) {
		k := on(t, restored{Store: s, user: func(u users.User) (users.User, bool) { return u, u.ID[0] != 'p' }}, seatkeeper.Options{})
		drift, err := k.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, "user p0-000", drift[len(drift)-seats.MaxDrifts-1].What)
		require.Equal(t, seats.Drift{What: "users", Counted: "at least 1100 more"}, drift[len(drift)-1])
	})
	// A rival changes people on pages that were read and on pages to come.
	t.Run("moving account", func(t *testing.T) {
		rival := on(t, s, seatkeeper.Options{})
		for at := range 30 { // calls of an audit of both passes
			k, err := seatkeeper.New(faults.New(restored{Store: s, user: become(swap("p0-100", "l0")), holder: func(id users.ID) users.ID { return cmp.Or(swap("p0-100", "l0")[id], id) }}, func(n int) faults.Fault {
				if n == at {
					_, err := rival.Do(t.Context(), "acme", system,
						seats.Deactivate{User: users.ID(fmt.Sprintf("p0-%03d", 20+at))}, seats.Accept{User: users.ID(fmt.Sprintf("p2-%03d", 200+at))},
						seats.Invite{Profile: profile(users.ID(fmt.Sprint("a", at)))}, seats.Delete{User: users.ID(fmt.Sprintf("p1-%03d", 20+at))})
					require.NoError(t, err)
				}
				return faults.None
			}), seatkeeper.Options{})
			require.NoError(t, err)
			drift, err := k.Audit(t.Context(), "acme")
			require.NoError(t, err)
			require.Equal(t, []string{"user l0", "user p0-100"}, []string{drift[0].What, drift[1].What})
			require.Len(t, drift, 2, "at call %d: %+v", at, drift)
		}
	})
}

// stale has keys in the place of others, as if another table had made them.
type stale struct {
	store.Store
	keys map[users.Key]users.Key
}

func (s stale) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	needs = slices.Clone(needs)
	for i := range needs {
		needs[i].Keys = slices.Clone(needs[i].Keys)
		for j, key := range needs[i].Keys {
			if other, ok := s.keys[key]; ok {
				needs[i].Keys[j] = other
			}
		}
	}
	return s.Store.Load(ctx, needs...)
}

func TestKeeper_Audit_keys(t *testing.T) {
	s := licensed(t)
	all, err := s.Users(t.Context(), "acme", users.Filter{Status: users.Present}, 2000)
	require.NoError(t, err)
	first := slices.IndexFunc(all, func(u users.User) bool { return u.ID == "p0-100" })
	key := func(i int) users.Key { return users.ByEmail(all[first+i].Email) }
	swap := func(i, j int) map[users.Key]users.Key {
		return map[users.Key]users.Key{key(i): key(j), key(j): key(i)}
	}
	for name, c := range map[string]struct {
		keys map[users.Key]users.Key
		want []int
	}{
		"none":                  {nil, nil},
		"not found":             {map[users.Key]users.Key{key(0): users.ByEmail("gone@acme.example")}, []int{0}},
		"another's":             {map[users.Key]users.Key{key(7): key(0)}, []int{7}},
		"another kind":          {map[users.Key]users.Key{key(7): users.ByUsername(key(7).Value)}, []int{7}},
		"exchanged in a row":    {swap(0, 1), []int{0, 1}},
		"exchanged in a column": {swap(0, 32), []int{0, 32}},
		"exchanged":             {swap(3, 77), []int{3, 77}},
		"exchanged over pages":  {swap(0, 1050), []int{0, 1050}},
	} {
		t.Run(name, func(t *testing.T) {
			k := on(t, stale{s, c.keys}, seatkeeper.Options{})
			drift, err := k.Audit(t.Context(), "acme")
			require.NoError(t, err)
			var want []seats.Drift
			for _, i := range c.want {
				want = append(want, seats.Drift{What: "key " + string(all[first+i].ID), Stored: "not found", Counted: "email"})
			}
			require.ElementsMatch(t, want, drift)
		})
	}
	t.Run("many", func(t *testing.T) {
		every := map[users.Key]users.Key{}
		for _, u := range all {
			for _, key := range u.Keys() {
				every[key] = users.ByID("stranger")
			}
		}
		k := on(t, stale{s, every}, seatkeeper.Options{})
		drift, err := k.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.Len(t, drift, seats.MaxDrifts+1)
		require.Equal(t, seats.Drift{What: "keys", Counted: fmt.Sprint(len(every)-seats.MaxDrifts, " more")}, drift[seats.MaxDrifts])
	})
}

// TestKeeper_Audit_rows changes rows by hand.
func TestKeeper_Audit_rows(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	do(t, k, owner, seats.Invite{Profile: profile("ada")}, seats.BuySeats{Quantity: 1})
	by := func(change func(*seats.Snapshot, *seats.Change)) []seats.Drift {
		loaded, err := s.Load(ctx, seats.Need{Account: "acme", Users: []users.ID{"ada"}})
		require.NoError(t, err)
		c := seats.Change{ID: "by hand", Base: loaded[0].Account.Revision, Account: loaded[0].Account}
		c.Account.Revision++
		change(&loaded[0], &c)
		results, err := s.Commit(ctx, c)
		require.NoError(t, err)
		require.NoError(t, results[0].Err)
		drift, err := k.Audit(ctx, "acme")
		require.NoError(t, err)
		return drift
	}
	require.Empty(t, by(func(*seats.Snapshot, *seats.Change) {}))
	drift := by(func(s *seats.Snapshot, c *seats.Change) {
		s.Users[0].Status = users.Active
		c.Updated = s.Users
	})
	require.Len(t, drift, 2)
	require.Equal(t, "tally", drift[0].What)
	require.Equal(t, seats.Drift{What: "user ada", Stored: "active member", Counted: "invited member"}, drift[1])
	drift = by(func(_ *seats.Snapshot, c *seats.Change) {
		c.Account.Sequence++
		c.Events = []seats.Event{{Account: "acme", Sequence: c.Account.Sequence, Kind: seats.EventSeatsBought, Time: time.Now()}}
	})
	require.Contains(t, drift, seats.Drift{What: "events", Stored: "4", Counted: "seats: the events do not follow from one another: event 4: the tally"})
}

// TestKeeper_Audit_rival changes the account in the middle.
func TestKeeper_Audit_rival(t *testing.T) {
	ctx := t.Context()
	s := memstore.New()
	rival := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	for call := range 6 {
		k := on(t, faults.New(s, func(n int) faults.Fault {
			if n == call {
				do(t, rival, owner, seats.Invite{Profile: profile(users.ID(fmt.Sprint("p", call)))}, seats.BuySeats{Quantity: 1})
			}
			return faults.None
		}), seatkeeper.Options{})
		drift, err := k.Audit(ctx, "acme")
		require.NoError(t, err)
		require.Empty(t, drift, call)
	}
	k := on(t, faults.New(s, func(int) faults.Fault {
		do(t, rival, owner, seats.BuySeats{Quantity: 1})
		return faults.None
	}), seatkeeper.Options{Attempts: 5})
	_, err := k.Audit(ctx, "acme")
	require.ErrorIs(t, err, store.ErrConflict)
}

// TestKeeper_Audit_events: the drift names the event in contradiction.
func TestKeeper_Audit_events(t *testing.T) {
	s := memstore.New()
	k := newKeeper(t, s, seatkeeper.Options{}, seats.Of(9), seats.Standard())
	loaded, err := s.Load(t.Context(), seats.Need{Account: "acme"})
	require.NoError(t, err)
	c := seats.Change{ID: "by hand", Base: 1, Account: loaded[0].Account}
	c.Account.Revision, c.Account.Sequence = 2, 2
	c.Events = []seats.Event{{Account: "acme", Sequence: 2, Kind: seats.EventSeatsBought, Time: time.Now()}}
	_, err = s.Commit(t.Context(), c)
	require.NoError(t, err)
	drift, err := k.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.ErrorContains(t, seats.ErrHistory, "do not follow")
	require.Contains(t, drift[len(drift)-1].Counted, "do not follow from one another: event 2")
}
