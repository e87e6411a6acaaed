package sqltest_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// fed gives an account a sync with patience, whose people an admin has edited, one that is held, and a queue.
func fed(t *testing.T, k *seatkeeper.Keeper, account users.AccountID, policy seats.Policy) {
	do := func(actor users.Actor, commands ...seats.Command) {
		t.Helper()
		_, err := k.Do(t.Context(), account, actor, commands...)
		require.NoError(t, err)
	}
	run := func(source string, from, to int) error {
		_, err := k.Sync(t.Context(), account, seats.SyncRun{Source: source, Fields: nightly.Fields}, users.Complete(func(yield func(users.Entry, error) bool) {
			for n := from; n < to; n++ {
				p := users.Profile{ID: users.ID(fmt.Sprint(source, n)), ExternalID: fmt.Sprint(source, n), Email: fmt.Sprintf("%s%d@acme.example", source, n), FirstName: "Ánn"}
				if !yield(users.Entry{Row: n + 2, Profile: p}, nil) {
					return
				}
			}
		}), nil)
		return err
	}
	system := users.System()
	policy.WhenFull, policy.Growth = seats.Wait, seats.Growth{}
	do(system, seats.SetPolicy{Policy: policy}, seats.SetTotal{Total: seats.Of(90)}, seats.EditSource{
		Source: "people", Rank: new(1), Adopts: new(true), Guard: &seats.Guard{Few: 6}, Patience: &seats.Patience{Runs: 3, Hours: 24},
	})
	require.NoError(t, run("people", 0, 8))
	do(users.Support("ticket"), seats.Edit{User: "people5", Set: users.Patch{FirstName: new("By hand")}})
	require.NoError(t, run("people", 2, 8))
	require.NoError(t, run("people", 1, 7))
	do(users.Sync("people"), seats.Deactivate{User: "people7"})
	require.NoError(t, run("files", 0, 9))
	require.ErrorIs(t, run("files", 0, 1), seats.ErrSourceHeld)
	usage, err := k.Usage(t.Context(), account)
	require.NoError(t, err)
	do(system, seats.SetTotal{Total: seats.Of(usage.Held)}, seats.Invite{Profile: profile("quin")}, seats.Invite{Profile: profile("rosa")})
	do(system, seats.Queue{User: "rosa", Priority: 3, Until: storedUntil.AddDate(1, 0, 0), Reason: "é"})
	site, err := k.Pool(t.Context(), account, seats.Site)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(slices.Collect(site.Waiting.All())), 2)
}

// missesOf returns the misses of an account by source; nil: there are none.
func missesOf(t require.TestingT, st store.Store, a seats.Account) (all []any) {
	for s := range a.Sources.All() {
		misses, runs, err := store.MissesOf(st).Missing(context.Background(), a.ID, s.Name, "", 99)
		require.NoError(t, err)
		if runs > 0 {
			all = append(all, s.Name, runs, misses)
		}
	}
	return all
}
