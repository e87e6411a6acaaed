package seatkeeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// leavingCrowd opens an account with that many members who all leave on March 31.
func leavingCrowd(t *testing.T, leavers int, policy seats.Policy) *complaint {
	t.Helper()
	c := complain(t, march2, policy, "Europe/Paris", nil)
	c.do(users.System(), seats.SetTotal{Total: seats.Unlimited()})
	var commands []seats.Command
	for i := range leavers {
		id := users.ID(fmt.Sprintf("leaver%04d", i))
		commands = append(commands, seats.Add{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example"}, Leave: users.Until("2026-03-31")})
	}
	outcomes, err := c.keeper.DoEach(t.Context(), "acme", users.System(), commands...)
	require.NoError(t, err)
	require.Len(t, outcomes.Outcomes, leavers)
	return c
}

func (c *complaint) events(kind seats.EventKind) (all []seats.Event) {
	c.Helper()
	for e, err := range c.keeper.Events(c.Context(), "acme", seats.EventFilter{Kinds: []seats.EventKind{kind}}) {
		require.NoError(c, err)
		all = append(all, e)
	}
	return all
}

// TestKeeper_Do_many_leaves has more leavers on a day than one change settles.
func TestKeeper_Do_many_leaves(t *testing.T) {
	c := leavingCrowd(t, 2*seats.MaxSettled+100, seats.Standard())
	c.at = march2.AddDate(0, 2, 0)
	usage, err := c.keeper.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, 3, usage.Held)
	left := c.events(seats.EventDeactivated)
	require.Len(t, left, 2*seats.MaxSettled+100)
	for i, e := range left {
		require.Equal(t, users.ID(fmt.Sprintf("leaver%04d", i)), e.User)
		require.Equal(t, time.Date(2026, time.March, 31, 21, 59, 0, 0, time.UTC), e.Time)
	}
}

func TestKeeper_Do_leaves_held_back(t *testing.T) {
	const leavers = 2*seats.MaxSettled + 5
	c := leavingCrowd(t, leavers, seats.Policy{MostLeavers: 200})
	c.at = march2.AddDate(0, 2, 0)
	usage, err := c.keeper.Usage(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, leavers+3, usage.Held, "they all stay, those of the last part, too")
	held := int64(0)
	for _, e := range c.events(seats.EventLeavingHeld) {
		require.Equal(t, []users.ID{"u1"}, e.Receivers)
		held += e.Count
	}
	require.EqualValues(t, leavers, held)
	require.True(t, c.user("leaver0000").Schedule.Held)
	c.do(users.As("u1"), seats.ConfirmLeave{User: "leaver0000"})
	require.Equal(t, users.Inactive, c.user("leaver0000").Status)
}

// TestKeeper_Do_zone moves an account to another zone: the days of today and tomorrow are loaded
// for it.
func TestKeeper_Do_zone(t *testing.T) {
	c := complain(t, march2, seats.Standard(), "Europe/Paris", nil)
	c.do(users.As("u1"), seats.Schedule{User: "ada", Leave: users.From("2026-03-03")}, seats.Schedule{User: "bob", Leave: users.From("2026-05-01")})
	c.do(users.As("u1"), seats.EditAccount{Zone: new("America/New_York")})
	require.Equal(t, time.Date(2026, time.March, 3, 5, 0, 0, 0, time.UTC), c.user("ada").Schedule.At)
	c.do(users.As("u1"), seats.EditAccount{Zone: new("Pacific/Kiritimati")})
	require.Equal(t, users.Active, c.user("ada").Status, "the day begins in an hour")
	c.at = c.at.Add(time.Hour)
	require.Equal(t, users.Inactive, c.user("ada").Status)
	c.at = time.Date(2026, time.April, 30, 10, 0, 0, 0, time.UTC)
	require.Equal(t, users.Inactive, c.user("bob").Status, "a day that was not loaded")
	require.Equal(t, c.at, c.events(seats.EventDeactivated)[1].Time)

	many := leavingCrowd(t, seats.MaxSettled+1, seats.Standard())
	many.at = time.Date(2026, time.March, 31, 0, 0, 0, 0, time.UTC)
	_, err := many.keeper.Do(t.Context(), "acme", users.As("u1"), seats.EditAccount{Zone: new("UTC")})
	require.ErrorIs(t, err, seats.ErrBadInput)
	many.at = many.at.AddDate(0, 0, 1)
	many.do(users.As("u1"), seats.EditAccount{Zone: new("UTC")})
}
