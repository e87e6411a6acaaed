package seatkeeper_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Visitors of two processes ask for the last uses of a code at once: no more get in than it has uses,
// and the numbers agree with the events.
func TestKeeper_Do_join_race(t *testing.T) {
	ctx, st := t.Context(), memstore.New()
	k := newKeeper(t, st, seatkeeper.Options{}, seats.Of(100), seats.Standard())
	other, err := seatkeeper.New(st, seatkeeper.Options{})
	require.NoError(t, err)
	const uses, visitors = 7, 24
	_, err = k.Do(ctx, "acme", users.System(), seats.SetCode{Pool: "class", Text: "CODE-23", Uses: seats.Of(uses), Hold: new(true)})
	require.NoError(t, err)
	start, errs := make(chan bool), make([]error, visitors)
	var all sync.WaitGroup
	for i := range visitors {
		all.Go(func() {
			<-start
			keeper := []*seatkeeper.Keeper{k, other}[i%2]
			_, errs[i] = keeper.Do(ctx, "acme", users.System(), seats.Join{Code: "code23", Profile: profile(users.ID(fmt.Sprint("v", i/2)))}) // each person twice
		})
	}
	close(start)
	all.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			require.ErrorIs(t, err, seats.ErrJoinCode)
			refused++
		}
	}
	require.Equal(t, visitors-2*uses, refused)
	usage, err := k.Usage(ctx, "acme")
	require.NoError(t, err)
	require.EqualValues(t, uses+1, usage.Held)
	require.Zero(t, usage.Reserved)
	drifts, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drifts)
}

func TestKeeper_JoinCodes(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(9), seats.Standard())
	system, last := users.System(), users.Date("2026-03-10")
	_, err := k.Do(ctx, "acme", system, seats.SetTotal{Pool: "course", Total: seats.Of(5)})
	require.NoError(t, err)
	_, err = k.DoEach(ctx, "acme", system, seats.SetCode{Pool: "a", Uses: seats.Of(1)}, seats.SetCode{Pool: "b", Uses: seats.Of(2), LastDay: &last, Hold: new(true)}, seats.SetCode{Pool: "c", Uses: seats.Of(1)})
	require.NoError(t, err)
	codes := func() (all []seats.Pool) {
		t.Helper()
		for p, err := range k.JoinCodes(ctx, "acme") {
			require.NoError(t, err)
			all = append(all, p)
		}
		return all
	}
	before := codes()
	require.Len(t, before, 3)
	texts := map[string]bool{}
	for _, p := range before {
		require.Len(t, p.Join.Text, 11)
		texts[p.Join.Text] = true
	}
	require.Len(t, texts, 3, "each code has a text of its own")
	calendar, err := k.Calendar(ctx, "acme", "2026-03-20")
	require.NoError(t, err)
	require.Len(t, calendar.Days, 1)
	require.Equal(t, seats.EventSeatsReserved, calendar.Days[0].Entries[0].Kind)
	require.Equal(t, seats.EventCodeEnded, calendar.Days[0].Entries[1].Kind)

	now = now.AddDate(0, 0, 1)
	after := codes()
	require.Equal(t, before[0], after[0])
	require.True(t, after[1].Join.Ended, "codes end by the clock before they are listed")
	for p, err := range k.Pools(ctx, "acme") {
		require.NoError(t, err)
		require.False(t, p.IsCode(), "a page of courses")
	}
	for _, err := range k.JoinCodes(ctx, "unknown") {
		require.Error(t, err)
	}
	for range k.JoinCodes(ctx, "acme") {
		break
	}

	_, err = k.Do(ctx, "acme", system, seats.Close{})
	require.NoError(t, err)
	deleted, err := k.EraseAccount(ctx, "acme", users.Support("ticket"), "asked for it")
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	for _, p := range codes() {
		require.Empty(t, p.Join.Text)
	}
	deleted, err = k.EraseAccount(ctx, "acme", users.Support("ticket"), "asked for it")
	require.NoError(t, err)
	require.Zero(t, deleted)
}

// A call with a key that makes a code has the text of the first time when it is made again.
func TestKeeper_Do_code_key(t *testing.T) {
	ctx := t.Context()
	k := newKeeper(t, memstore.New(), seatkeeper.Options{}, seats.Of(9), seats.Standard())
	text := func() string {
		p, err := k.Pool(ctx, "acme", "class")
		require.NoError(t, err)
		return p.Join.Text
	}
	keyed := k.With(seatkeeper.Call{Key: "form 7"})
	_, err := keyed.Do(ctx, "acme", users.System(), seats.SetCode{Pool: "class", Uses: seats.Of(3)})
	require.NoError(t, err)
	first := text()
	result, err := keyed.Do(ctx, "acme", users.System(), seats.SetCode{Pool: "class", Uses: seats.Of(3)})
	require.NoError(t, err)
	require.True(t, result.Repeated)
	require.Equal(t, first, text())
	_, err = k.Do(ctx, "acme", users.System(), seats.SetCode{Pool: "class", Renew: true})
	require.NoError(t, err)
	require.NotEqual(t, first, text())
	_, err = k.Do(ctx, "acme", users.System(), seats.Join{Code: first, Profile: profile("ada")})
	require.True(t, errors.Is(err, seats.ErrJoinCode) && !strings.Contains(err.Error(), first))
}
