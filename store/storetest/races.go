package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// late is a store whose first commit comes too late: a rival has committed
// in between, after the load. So the race is certain, where goroutines may never meet.
type late struct {
	store.Store
	rival     func()
	loads     int
	conflicts int
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
	for _, v := range results {
		if errors.Is(v.Err, store.ErrConflict) {
			l.conflicts++
		}
	}
	return results, err
}

// meet returns a Keeper who comes too late once: the rival carries out its commands
// first, on another Keeper. What it returns requires that it was so.
func (t *tester) meet(rival *seatkeeper.Keeper, a users.AccountID, actor users.Actor, commands ...seats.Command) (k *seatkeeper.Keeper, met func()) {
	t.Helper()
	l := &late{Store: t.store, rival: func() {
		_, err := rival.Do(t.Context(), a, actor, commands...)
		require.NoError(t, err)
	}}
	return t.keeper(l), func() {
		t.Helper()
		require.Nil(t, l.rival, "nothing was committed")
		require.Positive(t, l.conflicts, "the commit was not refused")
		require.Greater(t, l.loads, 1, "nothing was looked at again")
	}
}

// site opens an account with so many seats, one of which is its owner's.
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

func (t *tester) held(k *seatkeeper.Keeper, a users.AccountID, want int64) {
	t.Helper()
	u, err := k.Usage(t.Context(), a)
	require.NoError(t, err)
	require.Equal(t, want, u.Held)
	tally, _, err := t.store.Tally(t.Context(), a, users.Filter{Status: users.In(users.Invited, users.Active)})
	require.NoError(t, err)
	require.Equal(t, want, tally.Count(0, 0), "a recount")
}

func rivalTakesTheLastSeat(t *tester) {
	rival := t.keeper(t.store)
	a := t.site(rival, 2)
	k, met := t.meet(rival, a, users.As(owner), inviting("rival"))
	_, err := k.Do(t.Context(), a, users.As(owner), inviting("late"))
	require.ErrorIs(t, err, seats.ErrNoSeats, "decided anew on what the rival left")
	met()
	t.held(rival, a, 2)
	_, err = k.User(t.Context(), a, "late")
	require.ErrorIs(t, err, seats.ErrUnknownUser)
	require.Len(t, t.events(a, seats.EventFilter{}), 2)
}

func rivalInvitesTheSamePerson(t *tester) {
	rival := t.keeper(t.store)
	a := t.site(rival, 9)
	k, met := t.meet(rival, a, users.As(owner), inviting("ada"))
	done, err := k.Do(t.Context(), a, users.As(owner), seats.Invite{Profile: users.Profile{Email: "ADA@acme.example"}})
	require.NoError(t, err)
	met()
	require.True(t, done.Outcomes[0].Unchanged)
	require.Equal(t, users.ID("ada"), done.Outcomes[0].User)
	require.Empty(t, done.Events)
	t.held(rival, a, 2)
}

func ownersEndEachOther(t *tester) {
	rival := t.keeper(t.store)
	a := t.site(rival, 9)
	ada := seats.Add{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}}
	_, err := rival.Do(t.Context(), a, users.System(), ada, seats.GrantOwnership{User: "ada"})
	require.NoError(t, err)
	k, met := t.meet(rival, a, users.As(owner), seats.EndOwnership{User: "ada"})
	_, err = k.Do(t.Context(), a, users.As("ada"), seats.EndOwnership{User: owner})
	require.ErrorIs(t, err, seats.ErrForbidden)
	met()
	_, err = k.Do(t.Context(), a, users.Support("ticket 7"), seats.EndOwnership{User: owner})
	require.ErrorIs(t, err, seats.ErrLastOwner)
	require.EqualValues(t, 1, t.row(a).Tally.ActiveOwners())
}

// decidesOnThePresent lets another Keeper change what the first has just seen.
func decidesOnThePresent(t *tester) {
	k, rival := t.keeper(t.store), t.keeper(t.store)
	a := t.site(k, 2)
	invite := func(k *seatkeeper.Keeper, id users.ID) error {
		_, err := k.Do(t.Context(), a, users.As(owner), inviting(id))
		return err
	}
	require.NoError(t, invite(k, "ada"))
	for i := range 5 {
		bob := users.ID(fmt.Sprint("bob", i))
		require.ErrorIs(t, invite(k, bob), seats.ErrNoSeats)
		_, err := rival.Do(t.Context(), a, users.As(owner), seats.Deactivate{User: "ada"})
		require.NoError(t, err)
		require.NoError(t, invite(k, bob), "a seat is free")

		_, err = k.Do(t.Context(), a, users.As(owner), seats.Deactivate{User: bob})
		require.NoError(t, err)
		_, err = rival.Do(t.Context(), a, users.As(owner), seats.Reactivate{User: "ada"})
		require.NoError(t, err)
		require.ErrorIs(t, invite(k, bob+"-successor"), seats.ErrNoSeats, "no seat is free")
	}
	t.held(k, a, 2)
}

func hundredForOneSeat(t *tester) {
	keepers := []*seatkeeper.Keeper{t.keeper(t.store), t.keeper(t.store)} // as if in two processes
	a := t.site(keepers[0], 2)
	var won, refused atomic.Int64
	var ready, gone sync.WaitGroup
	ready.Add(100)
	for i := range 100 {
		gone.Go(func() {
			ready.Done()
			ready.Wait()
			_, err := keepers[i%2].Do(t.Context(), a, users.As(owner), inviting(users.ID(fmt.Sprint("p", i))))
			switch {
			case err == nil:
				won.Add(1)
			case assert.ErrorIs(t, err, seats.ErrNoSeats):
				refused.Add(1)
			}
		})
	}
	gone.Wait()
	require.EqualValues(t, 1, won.Load())
	require.EqualValues(t, 99, refused.Load())
	t.held(keepers[0], a, 2)
	require.Len(t, t.events(a, seats.EventFilter{}), 2)
}
