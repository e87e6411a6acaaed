package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// late is a store whose first commit comes too late: a rival has committed after its load. So
// the race is certain, while goroutines may never meet.
type late struct {
	store.Store
	rival            func()
	loads, conflicts int
}

func (l *late) Load(ctx context.Context, needs ...seats.Need) ([]seats.Snapshot, error) {
	l.loads++
	return l.Store.Load(ctx, needs...)
}

func (l *late) Commit(ctx context.Context, changes ...seats.Change) ([]store.CommitResult, error) {
	if rival := l.rival; rival != nil {
		l.rival = nil
		rival()
	}
	results, err := l.Store.Commit(ctx, changes...)
	for _, r := range results {
		if errors.Is(r.Err, store.ErrConflict) {
			l.conflicts++
		}
	}
	return results, err
}

// A race has a rival commit between the load and the commit of a command, both by the owner.
type race struct {
	total          int64
	given          []seats.Command
	rival, command seats.Command
	by             users.ID // another than the owner, for the command
	refusal        error
	unchanged      users.ID // the user that the command finds unchanged
	events         int      // of the account in the end, with one owner and two held seats
}

func (r race) run(t *tester) {
	rival := t.keeper(t.store)
	a := t.site(rival, r.total)
	if len(r.given) > 0 {
		_, err := rival.Do(t.Context(), a, users.System(), r.given...)
		require.NoError(t, err)
	}
	l := &late{Store: t.store, rival: func() {
		_, err := rival.Do(t.Context(), a, users.As(owner), r.rival)
		require.NoError(t, err)
	}}
	result, err := t.keeper(l).Do(t.Context(), a, users.As(cmp.Or(r.by, owner)), r.command)
	require.ErrorIs(t, err, r.refusal, "decided anew on what the rival left")
	require.Nil(t, l.rival, "nothing was committed")
	require.Positive(t, l.conflicts, "the commit was not refused")
	require.Greater(t, l.loads, 1, "nothing was loaded again")
	if r.unchanged != "" {
		require.True(t, result.Outcomes[0].Unchanged)
		require.Equal(t, r.unchanged, result.Outcomes[0].User)
	}
	t.ends(rival, a, r.events)
}

var (
	lastSeat = race{total: 2, rival: inviting("rival"), command: inviting("late"), refusal: seats.ErrNoSeats, events: 2}
	sameUser = race{
		total: 9, rival: inviting("ada"), command: seats.Invite{Profile: users.Profile{Email: "ADA@acme.example"}}, unchanged: "ada", events: 2,
	}
	lastOwner = race{
		total: 9, given: []seats.Command{seats.Add{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}}, seats.GrantOwnership{User: "ada"}},
		rival: seats.EndOwnership{User: "ada"}, by: "ada", command: seats.EndOwnership{User: owner}, refusal: seats.ErrForbidden, events: 4,
	}
)

// site opens an account with so many seats, one of them its owner's.
func (t *tester) site(k *seatkeeper.Keeper, total int64) users.AccountID {
	t.Helper()
	_, err := k.Open(t.Context(), seats.Opening{
		Account: t.account("site"), Total: seats.Of(total), Owner: users.Profile{ID: owner, Email: "owner@acme.example"},
	})
	require.NoError(t, err)
	return t.account("site")
}

func inviting(id users.ID) seats.Command {
	return seats.Invite{Profile: users.Profile{ID: id, FirstName: "First", LastName: string(id), Email: string(id) + "@acme.example"}}
}

// ends requires an account to end with one owner, two held seats and so many events.
func (t *tester) ends(k *seatkeeper.Keeper, a users.AccountID, events int) {
	t.Helper()
	u, err := k.Usage(t.Context(), a)
	require.NoError(t, err)
	require.EqualValues(t, 2, u.Held)
	tally, _, err := t.store.Tally(t.Context(), a, users.Filter{Status: users.In(users.Invited, users.Active)})
	require.NoError(t, err)
	require.EqualValues(t, 2, tally.Count(0, 0), "a recount")
	require.EqualValues(t, 1, tally.ActiveOwners())
	list, err := t.store.Events(t.Context(), a, seats.EventFilter{}, everything)
	require.NoError(t, err)
	require.Len(t, list, events)
}

// refusesOnPresent lets another Keeper change what the first has just seen.
func refusesOnPresent(t *tester) {
	k, rival := t.keeper(t.store), t.keeper(t.store)
	a := t.site(k, 2)
	do := func(k *seatkeeper.Keeper, command seats.Command) error {
		_, err := k.Do(t.Context(), a, users.As(owner), command)
		return err
	}
	require.NoError(t, do(k, inviting("ada")))
	for i := range 5 {
		bob := users.ID(fmt.Sprint("bob", i))
		require.ErrorIs(t, do(k, inviting(bob)), seats.ErrNoSeats)
		require.NoError(t, do(rival, seats.Deactivate{User: "ada"}))
		require.NoError(t, do(k, inviting(bob)), "a seat is free")
		require.NoError(t, do(k, seats.Deactivate{User: bob}))
		require.NoError(t, do(rival, seats.Reactivate{User: "ada"}))
		require.ErrorIs(t, do(k, inviting(bob+"-successor")), seats.ErrNoSeats)
	}
	t.ends(k, a, 22)
}

func hundredForOneSeat(t *tester) {
	keepers := []*seatkeeper.Keeper{t.keeper(t.store), t.keeper(t.store)} // as if in two processes
	a := t.site(keepers[0], 2)
	won := 0
	for _, err := range together(100, func(i int) error {
		_, err := keepers[i%2].Do(t.Context(), a, users.As(owner), inviting(users.ID(fmt.Sprint("p", i))))
		return err
	}) {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, seats.ErrNoSeats)
	}
	require.Equal(t, 1, won)
	t.ends(keepers[0], a, 2)
}
