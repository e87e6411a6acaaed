package seatkeeper_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// unlimited lets a source take away everything but the last admin.
var unlimited = &seats.Guard{Few: 1000, Day: 100, Month: 100, Ever: 100}

// randomKeys draws a row of one of six people of a source, with keys and names of others at times, or without.
func randomKeys(r *rapid.T, source string, columns []string) users.Entry {
	number := func() int { return rapid.IntRange(0, 5).Draw(r, "person") }
	i := number()
	e := users.Entry{Profile: users.Profile{
		ExternalID: fmt.Sprint(source, i), Email: fmt.Sprintf("p%d@acme.example", i), Username: fmt.Sprint("u", i), FirstName: fmt.Sprint("F", i), LastName: fmt.Sprint("L", i),
	}}
	p := &e.Profile
	rapid.SampledFrom([]func(){
		func() { p.ExternalID = fmt.Sprint(source, number()) }, func() { p.Email = fmt.Sprintf("p%d@acme.example", number()) },
		func() { p.Username = fmt.Sprint("u", number()) }, func() { p.FirstName = fmt.Sprint("F", number()) }, func() { p.LastName = fmt.Sprint("L", number()) },
		func() { p.ExternalID = "" }, func() { p.Email = "" }, func() { p.Username = "" }, func() { p.FirstName, p.LastName = "", "" },
		func() { p.ExternalID, p.Username = "", "" }, func() { p.Email, p.Username = "", "" },
		func() { p.Title = "Head" }, func() { e.Status = users.Inactive }, func() { e.Role = users.Admin }, func() {}, func() {},
	}).Draw(r, "differs")()
	for column, text := range map[string]*string{
		"external-id": &p.ExternalID, "email": &p.Email, "username": &p.Username, "first-name": &p.FirstName, "last-name": &p.LastName, "title": &p.Title,
	} {
		if !slices.Contains(columns, column) {
			*text = ""
		}
	}
	return e
}

// keysByHand draws a command of the host about the keys, the status or the role of a user.
func keysByHand(r *rapid.T, people []users.User) seats.Command {
	u := rapid.SampledFrom(people).Draw(r, "user").ID
	number := rapid.IntRange(0, 8).Draw(r, "number")
	email, username, name := fmt.Sprintf("p%d@acme.example", number), fmt.Sprint("u", number), "By hand"
	return rapid.SampledFrom([]seats.Command{
		seats.Deactivate{User: u}, seats.Reactivate{User: u}, seats.Archive{User: u}, seats.Delete{User: u}, seats.Accept{User: u},
		seats.Edit{User: u, Set: users.Patch{Email: &email}}, seats.Edit{User: u, Set: users.Patch{Username: &username}},
		seats.Edit{User: u, Set: users.Patch{ExternalID: &username}}, seats.Edit{User: u, Set: users.Patch{FirstName: &name}},
		seats.Edit{User: u, Follow: []string{"email", "username", "external-id", "first-name", "role"}}, seats.ChangeRole{User: u, Role: users.Admin},
		seats.Invite{Profile: users.Profile{Email: email, Username: username}}, seats.GrantOwnership{User: u}, seats.EndOwnership{User: u},
	}).Draw(r, "command")
}

// TestKeeper_Sync_keys: whichever keys pass from one to another, in rosters with any columns and edits by hand between them, a run
// is the same in any order of the rows, touches no owner, and changes no user the second time; all people of the roster are users
// then, and all users of the source are in it, or the run tells of them.
func TestKeeper_Sync_keys(t *testing.T) {
	ctx := t.Context()
	rapid.Check(t, func(r *rapid.T) {
		policy := seats.Standard()
		policy.WhenFull = rapid.SampledFrom([]seats.WhenFull{seats.Refuse, seats.CreateInactive, seats.Wait}).Draw(r, "full")
		policy.IdentityChange = rapid.SampledFrom([]seats.IdentityChange{seats.IdentityChangeAllowed, seats.IdentityChangeRefused}).Draw(r, "change")
		k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(rapid.Int64Range(2, 9).Draw(r, "seats")), policy)
		for i, source := range []string{"hr", "ad"} {
			do(t, k, system, seats.EditSource{Source: source, Guard: unlimited, Rank: new(i + 1), Adopts: new(rapid.Bool().Draw(r, "adopts"))})
		}
		for range rapid.IntRange(1, 5).Draw(r, "runs") {
			for range rapid.IntRange(0, 2).Draw(r, "by hand") {
				_, _ = k.Do(ctx, "acme", system, keysByHand(r, people(r, ctx, k)))
			}
			run := seats.SyncRun{Source: rapid.SampledFrom([]string{"hr", "hr", "ad"}).Draw(r, "source"), Adds: rapid.Bool().Draw(r, "adds")}
			for _, column := range []string{"external-id", "email", "username", "first-name", "last-name", "title", "status", "role"} {
				if rapid.IntRange(0, 7).Draw(r, column) > 0 {
					run.Fields = append(run.Fields, column)
				}
			}
			var rows []users.Entry
			for n := range rapid.IntRange(1, 6).Draw(r, "rows") {
				e := randomKeys(r, run.Source, run.Fields)
				e.Row = n + 1
				rows = append(rows, e)
			}
			if rapid.Bool().Draw(r, "released") {
				do(t, k, system, seats.ReleaseSource{Source: run.Source, Losses: seats.Losses{Keys: 100}})
			}
			requireSameInAnyOrder(r, k, run, rows)
			was := people(r, ctx, k)
			result, err := k.Sync(ctx, "acme", run, whole(rows), nil)
			if errors.Is(err, seats.ErrSourceHeld) { // the last admin
				do(t, k, system, seats.ReleaseSource{Source: run.Source})
				result, err = k.Sync(ctx, "acme", run, whole(rows), nil)
			}
			if errors.Is(err, seats.ErrBadInput) {
				continue // no key, or faulty rows alone
			}
			require.NoError(r, err)
			is := people(r, ctx, k)
			for _, u := range was {
				if u.Role == users.Owner {
					require.Contains(r, is, u)
				}
			}
			again, err := k.Sync(ctx, "acme", run, whole(rows), nil)
			require.NoError(r, err)
			require.Empty(r, again.Receipt.Commits, "%v; then %v; %v %v", result.Differences, again.Differences, run, rows)
			requireAllThere(r, is, run, rows, again.Differences)
		}
		requireNoDrift(t, k)
	})
}

// requireSameInAnyOrder requires the same differences of the rows from the last to the first. Of two rows with one key, and of two users
// who want one, the first counts.
func requireSameInAnyOrder(r *rapid.T, k *seatkeeper.Keeper, run seats.SyncRun, rows []users.Entry) {
	plan, err := k.PreviewSync(r.Context(), "acme", run, whole(rows))
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	other, _ := k.PreviewSync(r.Context(), "acme", run, whole(rows))
	if err != nil || slices.ContainsFunc(plan.Differences.UntouchedCodes, func(c seats.CodeTotal) bool {
		return c.Code == seats.ErrBadInput || c.Code == seats.ErrDuplicate
	}) {
		return
	}
	numbers := func(d seats.Differences) []int {
		return []int{d.Same, d.Joining, d.Leaving, d.Withdrawn, d.Returning, d.TakenOver, d.Changed, d.NewKeys, d.Renumbered, d.Replaced, len(d.Untouched)}
	}
	require.Equal(r, numbers(plan.Differences), numbers(other.Differences))
	require.ElementsMatch(r, plan.Differences.Leavers(9), other.Differences.Leavers(9))
}

// requireAllThere requires that the people of a roster are users, and the users of its source in it, or told of. Keys edited by
// hand lead to no row.
func requireAllThere(r *rapid.T, is []users.User, run seats.SyncRun, rows []users.Entry, d seats.Differences) {
	has := func(u users.User, e users.Entry) bool {
		return len(u.Kept) > 0 || slices.ContainsFunc(e.Profile.Keys(), u.Has)
	}
	here := func(u users.User) bool { return u.Status == users.Active || u.Status == users.Invited }
	for _, e := range rows {
		told := slices.ContainsFunc(d.Untouched, func(u seats.Untouched) bool { return u.Row == e.Row })
		require.True(r, told || e.Left() || slices.ContainsFunc(is, func(u users.User) bool {
			return has(u, e) && (here(u) || u.Status == users.Inactive && u.LeftBy == users.NotLeft)
		}), "row %v: %v", e, d)
	}
	for _, u := range is {
		told := slices.ContainsFunc(d.Untouched, func(x seats.Untouched) bool {
			return x.Refusal.User == u.ID || x.Refusal.Code == seats.ErrBadInput || x.Refusal.Code == seats.ErrAmbiguous
		})
		require.True(r, told || u.Source.Name != run.Source || !here(u) || slices.ContainsFunc(rows, func(e users.Entry) bool {
			return has(u, e)
		}), "%v: %v", u, d)
	}
}
