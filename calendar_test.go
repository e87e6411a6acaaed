package seatkeeper_test

import (
	"context"
	"fmt"
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

var march = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestKeeper_Calendar compares the free seats of the days to come with those of the days
// themselves, for as many dated rows as one load has and for more.
func TestKeeper_Calendar(t *testing.T) {
	for name, people := range map[string]int{"one load": 20, "pages": 700} {
		t.Run(name, func(t *testing.T) {
			ctx, now := t.Context(), march
			policy := seats.Standard()
			policy.InvitationExpiry, policy.Term = seats.ExpiryFreesSeat, 20*24*time.Hour
			k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }}, seats.Of(int64(people)+1), policy)
			do(t, k, system, seats.EditAccount{Zone: new("Pacific/Auckland")}, seats.SetTotal{Pool: "first-aid", Total: seats.Of(int64(people))},
				seats.EditPool{Pool: "first-aid", Term: &seats.LicenceTerm{Days: 9}}, seats.BookTotal{Pool: "first-aid", Date: "2026-03-15", Total: seats.Of(5)})
			var commands []seats.Command
			for i := range people {
				id := users.ID(fmt.Sprintf("p%04d", i))
				commands = append(commands, seats.Invite{Profile: profile(id)}, seats.AssignCourse{User: id, Pool: "first-aid"})
				if i%3 == 0 {
					commands = append(commands, seats.Schedule{User: id, Leave: users.Until(users.Date("2026-03-05").AddDays(i % 10))})
				}
				if i%4 == 0 {
					commands = append(commands, seats.Invite{Profile: profile("late-" + id), Start: users.Date("2026-03-05").AddDays(i % 20)})
				}
			}
			bulk, err := k.DoEach(ctx, "acme", owner, commands...)
			require.NoError(t, err)
			for _, o := range bulk.Outcomes {
				require.Nil(t, o.Refusal)
			}
			c, err := k.Calendar(ctx, "acme", "2026-04-10")
			require.NoError(t, err)
			require.Greater(t, c.Rows, people)
			_, ok := c.Unfit()
			require.True(t, ok, "the first starts find no seat")
			plan, err := k.PreviewOn(ctx, "acme", "2026-03-31", owner, seats.Invite{Profile: profile("eve")})
			require.NoError(t, err)

			in, err := time.LoadLocation("Pacific/Auckland")
			require.NoError(t, err)
			for day := c.From; day <= c.Until; day = day.AddDays(1) {
				if at := day.Start(in); at.After(now) {
					now = at
				}
				for _, pool := range []seats.PoolID{seats.Site, "first-aid"} {
					p, err := k.Pool(ctx, "acme", pool)
					require.NoError(t, err)
					require.Equal(t, p.Available(), c.Free(pool, day), "%s %q", day, pool)
				}
				if day == plan.Day {
					usage, err := k.Usage(ctx, "acme")
					require.NoError(t, err)
					require.Equal(t, usage.Held, plan.Before.Held)
					require.Equal(t, usage.People, plan.Before.People)
				}
			}
		})
	}
}

// dating is a store with more dated rows than a calendar reads, or with an account that
// changes while they are read.
type dating struct {
	store.Store
	endless bool
	commit  func()
}

func (d *dating) Users(ctx context.Context, account users.AccountID, f users.Filter, limit int) ([]users.User, error) {
	page, err := d.Store.Users(ctx, account, f, limit)
	if d.commit != nil {
		d.commit()
	}
	for d.endless && len(page) < limit && err == nil {
		page = append(page, page[0])
	}
	return page, err
}

// planned opens a site with more dated users than one load has.
func planned(t *testing.T, s store.Store) *seatkeeper.Keeper {
	t.Helper()
	k := newKeeper(t, s, seatkeeper.Options{Now: fixed(march)}, seats.Unlimited(), seats.Standard())
	var commands []seats.Command
	for i := range seats.MaxSettled + 2 {
		commands = append(commands, seats.Invite{Profile: profile(users.ID(fmt.Sprintf("p%04d", i))), Start: "2026-03-05"})
	}
	_, err := k.DoEach(t.Context(), "acme", owner, commands...)
	require.NoError(t, err)
	return k
}

func TestKeeper_Calendar_bounds(t *testing.T) {
	ctx, s := t.Context(), memstore.New()
	sound := planned(t, s)
	d := &dating{Store: s, endless: true}
	k := on(t, d, seatkeeper.Options{Now: fixed(march), Attempts: 3})
	_, err := k.Calendar(ctx, "acme", "2026-03-31")
	require.ErrorIs(t, err, seats.ErrManyRows)

	d.endless = false
	edits, changes := 0, 2
	d.commit = func() {
		if edits < changes {
			edits++
			do(t, sound, owner, seats.EditAccount{Name: new(fmt.Sprint("Acme ", edits))})
		}
	}
	c, err := k.Calendar(ctx, "acme", "2026-03-31")
	require.NoError(t, err)
	require.Equal(t, seats.MaxSettled+2, c.Rows)
	a, err := sound.Account(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, a.Revision, c.Revision, "all rows are of this revision")
	edits, changes = 0, 100
	_, err = k.Calendar(ctx, "acme", "2026-03-31")
	require.ErrorIs(t, err, store.ErrConflict)
	for _, day := range []users.Date{"", "2026-02-27", "2040-01-01"} {
		_, err = sound.Calendar(ctx, "acme", day)
		require.ErrorIs(t, err, seats.ErrBadInput, day)
	}
}

// TestKeeper_Calendar_store_fails while rows are read in pages.
func TestKeeper_Calendar_store_fails(t *testing.T) {
	s := memstore.New()
	planned(t, s)
	for n := range 20 {
		f := faults.New(s, at(n, faults.Fail))
		_, err := on(t, f, seatkeeper.Options{Now: fixed(march)}).Calendar(t.Context(), "acme", "2026-03-31")
		if f.Calls() <= n {
			require.NoError(t, err)
			require.Equal(t, 8, n, "two for the pools, a load, two lists of users, one of pools and of licences, a load")
			return
		}
		require.ErrorIs(t, err, faults.ErrInjected, n)
	}
	require.Fail(t, "no end")
}

func TestKeeper_Preview_no_room(t *testing.T) {
	k := newKeeper(t, memstore.New(), seatkeeper.Options{Now: fixed(march)}, seats.Of(2), seats.Standard())
	do(t, k, owner, seats.Invite{Profile: profile("ada"), Start: "2026-03-05"})
	plan, err := k.Preview(t.Context(), "acme", owner, seats.Invite{Profile: profile("bob"), Start: "2026-03-05"}, seats.Invite{Profile: profile("cy"), Start: "2026-03-04"})
	require.NoError(t, err)
	require.Equal(t, "2 users: 2 fit, 0 do not; 1 will find no free seat on the day of the start", plan.String())
	require.True(t, plan.Steps[0].NoRoom)
	result, err := k.Apply(t.Context(), "acme", owner, plan)
	require.NoError(t, err)
	require.Len(t, result.Events, 2)
}
