package seatkeeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// staffed returns an account of hr's with these workers, who have all signed in, or not at all.
func staffed(t *testing.T, policy seats.Policy, signedIn bool, numbers ...int) *seatkeeper.Keeper {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), policy)
	_, err := k.Sync(t.Context(), "acme", nightly, workers(numbers...), nil)
	require.NoError(t, err)
	for _, u := range people(t, t.Context(), k) {
		if signedIn && u.Source.Name == "hr" {
			do(t, k, system, seats.Accept{User: u.ID})
		}
	}
	return k
}

// rowsOf are the rows of these workers, each after a change.
func rowsOf(change func(e *users.Entry), numbers ...int) (rows []users.Entry) {
	for _, n := range numbers {
		e := worker(n)
		change(&e)
		rows = append(rows, e)
	}
	return rows
}

// of returns the user with a number.
func of(t *testing.T, k *seatkeeper.Keeper, number string) users.User {
	t.Helper()
	p, err := k.Find(t.Context(), "acme", users.ByExternalID(number))
	require.NoError(t, err)
	return p.User
}

// each runs a test under both policies of identity, for users who have signed in and others.
func each(t *testing.T, test func(t *testing.T, policy seats.Policy, signedIn bool)) {
	for _, change := range []seats.IdentityChange{seats.IdentityChangeRefused, seats.IdentityChangeAllowed} {
		for _, signedIn := range []bool{false, true} {
			t.Run(fmt.Sprint(change, ", ", signedIn), func(t *testing.T) {
				policy := seats.Standard()
				policy.IdentityChange = change
				test(t, policy, signedIn)
			})
		}
	}
}

// TestKeeper_Sync_newcomer: a leaver whose address a newcomer has leaves, and the newcomer joins by the remedy.
func TestKeeper_Sync_newcomer(t *testing.T) {
	each(t, func(t *testing.T, policy seats.Policy, signedIn bool) {
		k := staffed(t, policy, signedIn, numbers(0, 30)...)
		rows := append(rowsOf(func(*users.Entry) {}, numbers(1, 30)...), users.Entry{Row: 99, Profile: users.Profile{
			ExternalID: "77", Email: "w0@acme.example", FirstName: "Nora",
		}})
		leaver := of(t, k, "1000")
		result := syncs(t, k, whole(rows), "30 rows: 29 as before, 1 joins, 1 leaves, 1 left as it is: duplicate")
		require.Equal(t, 1, result.Differences.Replaced)
		untouched := result.Differences.Untouched[0]
		require.Equal(t, []any{99, seats.ErrTakenByInactive, leaver.ID, "email"}, []any{untouched.Row, untouched.Refusal.Reason, untouched.Refusal.User, untouched.Refusal.Field})
		gone := of(t, k, "1000")
		require.Equal(t, []any{users.Inactive, users.LeftBySync, leaver.Profile}, []any{gone.Status, gone.LeftBy, gone.Profile})
		again := syncs(t, k, whole(rows), "30 rows: 29 as before, 1 joins, 1 left as it is: duplicate")
		require.Empty(t, again.Receipt.Commits)

		require.Equal(t, seats.Remedies{{Steps: []seats.Step{{Action: users.ActionEdit, Count: 1, User: leaver.ID, Field: "email"}}}}, untouched.Refusal.Remedies)
		do(t, k, owner, seats.Edit{User: leaver.ID, Set: users.Patch{Email: new("")}})
		syncs(t, k, whole(rows), "30 rows: 29 as before, 1 joins")
		require.Equal(t, "Nora", of(t, k, "77").FirstName)
		syncs(t, k, whole(rows), "30 rows: 30 as before")
		requireNoDrift(t, k)
	})
}

// TestKeeper_Sync_few: a few users with new numbers get them at once, and are counted by the guard.
func TestKeeper_Sync_few(t *testing.T) {
	each(t, func(t *testing.T, policy seats.Policy, signedIn bool) {
		for n := 1; n <= 5; n++ {
			k := staffed(t, policy, signedIn, numbers(0, 30)...)
			before := people(t, t.Context(), k)
			rows := append(rowsOf(func(e *users.Entry) { e.Profile.ExternalID += "-b" }, numbers(0, n)...), rowsOf(func(*users.Entry) {}, numbers(n, 30)...)...)
			changes := "changes"
			if n > 1 {
				changes = "change"
			}
			syncs(t, k, whole(rows), fmt.Sprintf("30 rows: %d as before, %d %s", 30-n, n, changes))
			syncs(t, k, whole(rows), "30 rows: 30 as before")
			for i, u := range people(t, t.Context(), k) {
				require.Equal(t, []any{before[i].ID, before[i].Status, before[i].Email}, []any{u.ID, u.Status, u.Email})
			}
			require.Equal(t, int64(n), sourceOf(t, k).Lost[0].Keys)
		}
	})
}

func sourceOf(t *testing.T, k *seatkeeper.Keeper) seats.Source {
	a, err := k.Account(t.Context(), "acme")
	require.NoError(t, err)
	s, _ := a.Sources.Of("hr")
	return s
}

// TestKeeper_Sync_released: the release of new numbers lets no user become another.
func TestKeeper_Sync_released(t *testing.T) {
	k := staffed(t, seats.Standard(), true, numbers(0, 30)...)
	anew := func(e *users.Entry) { e.Profile.ExternalID += "-b" }
	other := func(e *users.Entry) { anew(e); e.Profile.FirstName = "Nora" }
	_, err := k.Sync(t.Context(), "acme", nightly, whole(rowsOf(anew, numbers(0, 30)...)), nil)
	require.ErrorIs(t, err, seats.ErrChangedKeys)
	require.Len(t, holdOf(t, k).Sample, seats.MaxSample)
	require.Contains(t, people(t, t.Context(), k), withID(t, k, holdOf(t, k).Sample[0]))
	do(t, k, owner, seats.ReleaseSource{Source: "hr"})
	result, err := k.Sync(t.Context(), "acme", nightly, whole(append(rowsOf(other, 0, 1), rowsOf(anew, numbers(2, 30)...)...)), nil)
	require.NoError(t, err)
	require.Equal(t, "30 rows: 0 as before, 2 join, 2 leave, 28 change, 2 left as they are: duplicate", result.Differences.String())
	require.Equal(t, "Worker 0", of(t, k, "1000").FirstName)
}

func withID(t *testing.T, k *seatkeeper.Keeper, id users.ID) users.User {
	p, err := k.Find(t.Context(), "acme", users.ByID(id))
	require.NoError(t, err)
	return p.User
}

// TestKeeper_Sync_exchange: users who exchange addresses have them after one run, however many there are and wherever they stand
// among the others; one that can't is told for all of them, and none gives an address up.
func TestKeeper_Sync_exchange(t *testing.T) {
	for _, n := range []int{2, 3, 7} {
		for _, signedIn := range []bool{false, true} {
			k := staffed(t, seats.Standard(), signedIn, numbers(0, 1200)...)
			do(t, k, system, unguarded)
			rows := rowsOf(func(*users.Entry) {}, numbers(0, 1200)...)
			for i := range rows {
				rows[i].Profile.FirstName += " the second" // so that commits are cut in between
			}
			for i := range n {
				rows[i*100].Profile.Email = worker((i + 1) % n * 100).Profile.Email
			}
			plan, err := k.PreviewSync(t.Context(), "acme", nightly, whole(rows))
			require.NoError(t, err)
			result := syncs(t, k, whole(rows), "1200 rows: 0 as before, 1200 change")
			require.Equal(t, "as planned: 1201 commands: 1201 fit", plan.Plan.Report(result.Totals))
			for i := range n {
				require.Equal(t, rows[i*100].Profile.Email, of(t, k, fmt.Sprint(1000+i*100)).Email)
			}
			again := syncs(t, k, whole(rows), "1200 rows: 1200 as before")
			require.Empty(t, again.Receipt.Commits)
			requireNoDrift(t, k)
		}
	}

	// One has become an owner meanwhile, and a sync may not edit owners.
	k := staffed(t, seats.Standard(), true, 0, 1, 2)
	do(t, k, system, unguarded)
	rows := rowsOf(func(*users.Entry) {}, 0, 1, 2)
	for i := range rows {
		rows[i].Profile.Email = worker((i + 1) % 3).Profile.Email
	}
	was := people(t, t.Context(), k)
	granted := false
	interrupted := func(yield func(users.Entry, error) bool) {
		for e, err := range whole(rows) {
			if !granted {
				granted = true
				do(t, k, system, seats.GrantOwnership{User: of(t, k, "1001").ID})
			}
			if !yield(e, err) {
				return
			}
		}
	}
	result, err := k.Sync(t.Context(), "acme", nightly, interrupted, nil)
	require.NoError(t, err)
	require.Equal(t, "3 rows: 0 as before, 3 change, 3 left as they are: owner-protected", result.Differences.String())
	for i, u := range people(t, t.Context(), k) {
		require.Equal(t, was[i].Profile, u.Profile)
	}
}

// TestKeeper_Sync_queue: a part of the run that is cut short leaves the seats of leavers to its joiners.
func TestKeeper_Sync_queue(t *testing.T) {
	policy := seats.Standard()
	policy.WhenFull = seats.Wait
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(21), policy)
	do(t, k, system, unguarded)
	syncs(t, k, workers(numbers(0, 20)...), "20 rows: 0 as before, 20 join")
	do(t, k, owner, seats.Invite{Profile: users.Profile{Email: "waits@acme.example"}})
	rows := rowsOf(func(*users.Entry) {}, 0, 1, 20)
	rows[0].Profile.Email, rows[1].Profile.Email = rows[1].Profile.Email, rows[0].Profile.Email
	for n := 3; n < 20; n++ {
		rows = append(rows, worker(n))
	}
	syncs(t, k, whole(rows), "20 rows: 17 as before, 1 joins, 1 leaves, 2 change")
	require.Equal(t, users.Invited, of(t, k, "1020").Status)
}

// TestKeeper_Sync_faulty: faulty rows stop no run, and put no user out.
func TestKeeper_Sync_faulty(t *testing.T) {
	k := staffed(t, seats.Standard(), true, numbers(0, 30)...)
	rows := rowsOf(func(*users.Entry) {}, numbers(1, 31)...)
	rows[3].Profile.Email = "w4@@acme.example"
	rows[4].Profile.FirstName = strings.Repeat("x", 300)
	rows[5].Profile.Email = rows[0].Profile.Email
	result := syncs(t, k, whole(rows), "30 rows: 26 as before, 1 joins, 1 leaves, 3 left as they are: bad-input")
	var told []string
	for _, u := range result.Differences.Untouched {
		told = append(told, fmt.Sprintf("row %d: %v", u.Row, u.Refusal))
	}
	require.Equal(t, []string{
		"row 6: seats: not valid: email is not an email address", "row 7: seats: not valid: first name is too long: at most 255 characters",
		"row 8: seats: not valid: email is taken by another row",
	}, told)
	require.Equal(t, users.Active, of(t, k, "1004").Status)

	result, err := k.Sync(t.Context(), "acme", nightly, whole(rows[3:4]), nil)
	require.ErrorIs(t, err, users.ErrAddress)
	require.Equal(t, 6, result.Differences.Untouched[0].Row)
}

// TestKeeper_Sync_byHand: fields and keys that were edited by hand cost no edit, run after run, and are none of the guard's.
func TestKeeper_Sync_byHand(t *testing.T) {
	k := staffed(t, seats.Standard(), true, numbers(0, 30)...)
	for n := range 20 {
		u := of(t, k, fmt.Sprint(1000+n))
		set := users.Patch{FirstName: new("By hand"), Username: new(fmt.Sprint("name", n))}
		if n%2 == 0 {
			set = users.Patch{Email: new(fmt.Sprintf("by-hand%d@acme.example", n))}
		}
		do(t, k, owner, seats.Edit{User: u.ID, Set: set})
	}
	rows := rowsOf(func(e *users.Entry) { e.Profile.Username = "u" + e.Profile.ExternalID }, numbers(0, 30)...)
	run := nightly
	run.Fields = append([]string{"username"}, run.Fields...)
	run.Fields = append(run.Fields, "title")
	for _, want := range []string{"30 rows: 10 as before, 20 change", "30 rows: 30 as before", "30 rows: 30 as before"} {
		result, err := k.Sync(t.Context(), "acme", run, whole(rows), nil)
		require.NoError(t, err)
		require.Equal(t, []any{want, 0, 0}, []any{result.Differences.String(), result.Differences.NewKeys, result.Differences.Renumbered})
	}
	require.Empty(t, sourceOf(t, k).Lost)
	require.Equal(t, []any{"By hand", "name1"}, []any{of(t, k, "1001").FirstName, of(t, k, "1001").Username})
}

// TestKeeper_Sync_byHand_key: an address edited by hand stays the user's where the roster matches by it.
func TestKeeper_Sync_byHand_key(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Unlimited(), seats.Standard())
	run := seats.SyncRun{Source: "hr", Fields: []string{"email", "first-name"}, Adds: true}
	rows := rowsOf(func(e *users.Entry) { e.Profile.ExternalID = "" }, numbers(0, 20)...)
	_, err := k.Sync(t.Context(), "acme", run, whole(rows), nil)
	require.NoError(t, err)
	p, err := k.Find(t.Context(), "acme", users.ByEmail("w5@acme.example"))
	require.NoError(t, err)
	do(t, k, owner, seats.Edit{User: p.User.ID, Set: users.Patch{Email: new("private@acme.example")}})
	was := people(t, t.Context(), k)
	for range 2 {
		result, err := k.Sync(t.Context(), "acme", run, whole(rows), nil)
		require.NoError(t, err)
		require.Equal(t, "20 rows: 20 as before", result.Differences.String())
		require.Empty(t, result.Receipt.Commits)
	}
	require.Equal(t, was, people(t, t.Context(), k))

	result, err := k.Sync(t.Context(), "acme", run, whole(append(rows[:5:5], rows[6:]...)), nil)
	require.NoError(t, err)
	require.Equal(t, "19 rows: 19 as before, 1 left as it is: forbidden", result.Differences.String())
	require.Equal(t, seats.ErrKeyByHand, result.Differences.Untouched[0].Refusal.Reason)
	do(t, k, owner, seats.Edit{User: p.User.ID, Follow: []string{"email"}}, seats.Edit{User: p.User.ID, Set: users.Patch{Email: new("w5@acme.example")}, Follow: []string{"email"}})
	result, err = k.Sync(t.Context(), "acme", run, whole(append(rows[:5:5], rows[6:]...)), nil)
	require.NoError(t, err)
	require.Equal(t, "19 rows: 19 as before, 1 left as it is: forbidden", result.Differences.String(), "the address is by hand again")
	do(t, k, owner, seats.Edit{User: p.User.ID, Follow: []string{"email"}})
	result, err = k.Sync(t.Context(), "acme", run, whole(append(rows[:5:5], rows[6:]...)), nil)
	require.NoError(t, err)
	require.Equal(t, "19 rows: 19 as before, 1 leaves", result.Differences.String())
}

// TestKeeper_PreviewSync_takenOver: the preview has users who are taken over before they exchange addresses, change numbers or come back.
func TestKeeper_PreviewSync_takenOver(t *testing.T) {
	first := nightly
	first.Source = "first"
	for name, c := range map[string]struct {
		change func(rows []users.Entry)
		want   string
	}{
		"exchange, unguarded": {func(rows []users.Entry) {
			rows[0].Profile.Email, rows[1].Profile.Email = rows[1].Profile.Email, rows[0].Profile.Email
		}, "as planned: 6 commands: 6 fit"},
		"numbers": {func(rows []users.Entry) {
			for i := range rows {
				rows[i].Profile.ExternalID = fmt.Sprint("guid-", i)
			}
		}, "as planned: 3 commands: 3 fit"},
		"inactive": {func(rows []users.Entry) { rows[2] = worker(9) }, "as planned: 4 commands: 4 fit"},
	} {
		k := staffed(t, seats.Standard(), true, numbers(0, 10)...)
		do(t, k, owner, seats.EditSource{Source: "first", Rank: new(1)})
		if strings.Contains(name, "unguarded") {
			do(t, k, owner, seats.EditSource{Source: "first", Guard: unguarded.Guard})
		}
		syncs(t, k, workers(numbers(0, 9)...), "9 rows: 9 as before, 1 leaves")
		rows := rowsOf(func(*users.Entry) {}, 0, 1, 2)
		c.change(rows)
		plan, err := k.PreviewSync(t.Context(), "acme", first, whole(rows))
		require.NoError(t, err)
		result, err := k.Sync(t.Context(), "acme", first, whole(rows), nil)
		require.NoError(t, err)
		require.Equal(t, c.want, plan.Plan.Report(result.Totals), name)
		require.Equal(t, 3, result.Differences.TakenOver)
		require.Zero(t, result.Differences.Renumbered)
		again, err := k.Sync(t.Context(), "acme", first, whole(rows), nil)
		require.NoError(t, err)
		require.Empty(t, again.Receipt.Commits)
		requireNoDrift(t, k)
	}
}
