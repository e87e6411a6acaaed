package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// full is a run of "hr" with all kinds of columns.
var full = seats.SyncRun{Source: "hr", Fields: []string{"external-id", "email", "first-name", "groups", "role", "status"}}

// randomRoster draws a complete roster of some of ten people.
func randomRoster(r *rapid.T) (rows []users.Entry) {
	for i := range 10 {
		switch rapid.IntRange(0, 9).Draw(r, "row") {
		case 0, 1, 2:
			continue
		default:
			e := worker(i)
			e.Role = rapid.SampledFrom([]users.Role{users.Member, users.Member, users.Member, users.Manager, users.Admin, users.Owner}).Draw(r, "role")
			e.Status = rapid.SampledFrom([]users.Status{users.NoStatus, users.NoStatus, users.NoStatus, users.Active, users.Inactive}).Draw(r, "status")
			if rapid.IntRange(0, 9).Draw(r, "other") == 0 {
				e.Profile.FirstName = "Renamed"
			}
			switch rapid.IntRange(0, 19).Draw(r, "keys") {
			case 0:
				e.Profile.Email = fmt.Sprintf("new%d@acme.example", i)
			case 1:
				e.Profile.ExternalID = fmt.Sprint(2000 + i)
			case 2:
				e.Profile.ExternalID = ""
			}
			rows = append(rows, e)
		}
	}
	if n := len(rows); n > 1 && rapid.IntRange(0, 5).Draw(r, "newcomer") == 0 {
		rows[0].Profile.Email, rows[0].Profile.ExternalID = worker(9).Profile.Email, "3000"
	}
	if n := len(rows); n > 1 && rapid.IntRange(0, 5).Draw(r, "faulty") == 0 {
		rows[n-1].Profile.Email = rapid.SampledFrom([]string{"no address", rows[0].Profile.Email, ""}).Draw(r, "faulty address")
	}
	if n := len(rows); n > 0 && rapid.IntRange(0, 2).Draw(r, "shift") == 0 {
		last := rapid.SampledFrom([]string{rows[0].Profile.Email, "free@acme.example"}).Draw(r, "last")
		for i := range n - 1 {
			rows[i].Profile.Email = rows[i+1].Profile.Email
		}
		rows[n-1].Profile.Email = last
	}
	return append(rows, users.Entry{Row: 99, Profile: users.Profile{Email: "last@acme.example"}})
}

// whole is a complete roster.
func whole(rows []users.Entry) iter.Seq2[users.Entry, error] {
	return func(yield func(users.Entry, error) bool) {
		for _, e := range rows {
			if !yield(e, nil) {
				return
			}
		}
		yield(users.Entry{}, io.EOF)
	}
}

// byHand draws a command of the host about one of the users.
func byHand(r *rapid.T, people []users.User) seats.Command {
	people = slices.DeleteFunc(people, func(u users.User) bool { return u.ID == "adam" })
	u := rapid.SampledFrom(people).Draw(r, "user").ID
	name := "By hand"
	return rapid.SampledFrom([]seats.Command{
		seats.Deactivate{User: u}, seats.Reactivate{User: u}, seats.Archive{User: u}, seats.Delete{User: u}, seats.Accept{User: u},
		seats.Queue{User: u, Priority: rapid.IntRange(0, 2).Draw(r, "priority")}, seats.Unqueue{User: u}, seats.Unqueue{User: u}, seats.ChangeRole{User: u, Role: users.Admin},
		seats.GrantOwnership{User: u}, seats.Edit{User: u, Set: users.Patch{FirstName: &name}}, seats.Invite{Profile: worker(rapid.IntRange(0, 9).Draw(r, "worker")).Profile},
	}).Draw(r, "command")
}

// TestKeeper_Sync_random: random rosters with decisions by hand between them sell no seat twice, touch no owner, leave no seat
// free beside users who lack one, let no leaver wait for one, and change no user the second time.
func TestKeeper_Sync_random(t *testing.T) {
	ctx := t.Context()
	rapid.Check(t, func(r *rapid.T) {
		policy := seats.Standard()
		policy.WhenFull = rapid.SampledFrom([]seats.WhenFull{seats.Refuse, seats.CreateInactive, seats.Wait, seats.Wait}).Draw(r, "full")
		policy.IdentityChange = rapid.SampledFrom([]seats.IdentityChange{seats.IdentityChangeAllowed, seats.IdentityChangeRefused}).Draw(r, "change")
		if rapid.Bool().Draw(r, "exempt") {
			policy.Exempt = users.In(users.Admin)
		}
		k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(rapid.Int64Range(2, 9).Draw(r, "seats")), policy)
		if rapid.Bool().Draw(r, "unguarded") {
			do(t, k, system, unguarded)
		}
		if rapid.Bool().Draw(r, "adopts") {
			do(t, k, system, seats.EditSource{Source: "hr", Adopts: new(true)})
		}
		run := full
		run.Adds = rapid.Bool().Draw(r, "adds")
		for range rapid.IntRange(1, 4).Draw(r, "runs") {
			for range rapid.IntRange(0, 3).Draw(r, "by hand") {
				_, _ = k.Do(ctx, "acme", system, byHand(r, people(r, ctx, k)))
			}
			owners := users.Filter{Role: users.In(users.Owner)}
			var before, after []seats.Person
			for p := range k.Users(ctx, "acme", owners) {
				before = append(before, p)
			}
			rows := randomRoster(r)
			was := people(r, ctx, k)
			result, err := k.Sync(ctx, "acme", run, whole(rows), nil)
			if errors.Is(err, seats.ErrSourceHeld) {
				require.Equal(r, was, people(r, ctx, k), "a held run changes no user")
				_, err = k.Sync(ctx, "acme", run, whole(rows), nil)
				require.ErrorIs(r, err, seats.ErrHeld)
				_, err = k.Do(ctx, "acme", system, seats.ReleaseSource{Source: "hr"})
				require.NoError(r, err)
				result, err = k.Sync(ctx, "acme", run, whole(rows), nil)
			}
			require.NoError(r, err, "what is released may happen")
			for _, c := range result.Differences.UntouchedCodes {
				require.NotEqual(r, seats.ErrSourceHeld, c.Code)
			}
			for p := range k.Users(ctx, "acme", owners) {
				after = append(after, p)
			}
			require.Equal(r, before, after, "owners are not touched")
			requireSamePeople(r, was, people(r, ctx, k), rows, result.Differences)
			requireQueue(r, was, people(r, ctx, k), rows, result.Differences)

			u, err := k.Usage(ctx, "acme")
			require.NoError(r, err)
			require.Zero(r, u.Excess)
			if slices.ContainsFunc(result.Differences.UntouchedCodes, func(c seats.CodeTotal) bool { return c.Code == seats.ErrNoSeats }) {
				require.Equal(r, seats.Of(0), u.Available, "a seat is free")
			}
			again, err := k.Sync(ctx, "acme", run, whole(rows), nil)
			require.NoError(r, err)
			require.Empty(r, again.Receipt.Commits, "%v; then %v", result.Differences, again.Differences)
			require.Equal(r, u.Revision, revision(r, ctx, k))
		}
		requireNoDrift(t, k)
	})
}

// requireSamePeople requires that no number passes to a user of another name, and that leavers have left though others have their
// addresses.
func requireSamePeople(r *rapid.T, was, is []users.User, rows []users.Entry, d seats.Differences) {
	faulty := slices.ContainsFunc(d.UntouchedCodes, func(c seats.CodeTotal) bool { return c.Code == seats.ErrBadInput })
	for _, u := range is {
		i := slices.IndexFunc(was, func(w users.User) bool { return w.ID == u.ID })
		if i < 0 || u.Source.Name != "hr" || len(u.Kept) > 0 || was[i].ExternalID == "" {
			continue
		}
		if u.ExternalID != was[i].ExternalID {
			require.Equal(r, was[i].FirstName, u.FirstName)
		}
		here := slices.ContainsFunc(rows, func(e users.Entry) bool {
			p := e.Profile
			return p.ExternalID == was[i].ExternalID ||
				users.ByEmail(p.Email) == users.ByEmail(was[i].Email) && (p.ExternalID == "" || p.FirstName == was[i].FirstName)
		})
		if !here && !faulty && u.Role != users.Owner {
			require.NotContains(r, []users.Status{users.Active, users.Invited}, u.Status, "%v of %v", u, rows)
		}
	}
}

// requireQueue requires that no user of the source waits who is in no row or has left by it, and that those put out by hand, out
// of the queue too, stay out.
func requireQueue(t require.TestingT, before, after []users.User, rows []users.Entry, d seats.Differences) {
	faulty := slices.ContainsFunc(d.UntouchedCodes, func(c seats.CodeTotal) bool { return c.Code == seats.ErrBadInput })
	for _, u := range after {
		inRoster := func(e users.Entry) bool {
			return !e.Left() && (e.Profile.Email == u.Email || u.ExternalID != "" && e.Profile.ExternalID == u.ExternalID)
		}
		if u.Waits() && !faulty && users.Sync("hr").Owns(u.Source) {
			require.True(t, slices.ContainsFunc(rows, inRoster), "%s waits", u.ID)
		}
	}
	for _, was := range before {
		if was.Status == users.Inactive && was.LeftBy == users.LeftByHand && users.Sync("hr").Owns(was.Source) {
			i := slices.IndexFunc(after, func(u users.User) bool { return u.ID == was.ID })
			require.Equal(t, users.Inactive, after[i].Status, "%s was put out by hand", was.ID)
			require.False(t, after[i].Waits(), "%s was put out by hand", was.ID)
		}
	}
}

// people are the users of acme by their IDs.
func people(t require.TestingT, ctx context.Context, k *seatkeeper.Keeper) (all []users.User) {
	for p, err := range k.Users(ctx, "acme", users.Filter{}) {
		require.NoError(t, err)
		all = append(all, p.User)
	}
	return all
}

func revision(t require.TestingT, ctx context.Context, k *seatkeeper.Keeper) uint64 {
	u, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	return u.Revision
}
