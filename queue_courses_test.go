package seatkeeper_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestKeeper_course_queue: a Keeper that remembers serves the queues of courses over several commits, also those that another policy
// opens, and explains the positions.
func TestKeeper_course_queue(t *testing.T) {
	ctx, system := context.Background(), users.System()
	k := queueSite(t, 400, 0)
	_, err := k.Do(ctx, "acme", system, seats.SetTotal{Pool: "go", Total: seats.Of(0)}, seats.SetTotal{Pool: "sql", Total: seats.Of(0)})
	require.NoError(t, err)
	var commands []seats.Command
	for i := range 150 {
		id := users.ID(fmt.Sprintf("in%03d", i))
		commands = append(commands, seats.AssignCourse{User: id, Pool: "go"}, seats.Queue{User: id, Pool: "sql"})
	}
	queueDo(t, k, commands...)
	x, err := k.Explain(ctx, "acme", "in149")
	require.NoError(t, err)
	require.Equal(t, []int{150, 150}, x.CoursePositions)

	_, err = k.Do(ctx, "acme", system, seats.Deactivate{User: "in000"})
	require.NoError(t, err)
	x, err = k.Explain(ctx, "acme", "in149")
	require.NoError(t, err)
	require.Equal(t, []int{149, 149}, x.CoursePositions)

	for _, c := range []seats.Command{seats.Close{}, seats.SetTotal{Pool: "go", Total: seats.Of(200)}, seats.Reopen{}} {
		_, err = k.Do(ctx, "acme", system, c)
		require.NoError(t, err)
	}
	x, err = k.Explain(ctx, "acme", "in149")
	require.NoError(t, err)
	require.Equal(t, []int{149}, x.CoursePositions)

	account, err := k.Account(ctx, "acme")
	require.NoError(t, err)
	account.Policy.CourseGrowth = seats.Growth{Step: seats.Amount{Number: 200}, Ceiling: 200}
	_, err = k.Do(ctx, "acme", system, seats.SetPolicy{Policy: account.Policy})
	require.NoError(t, err)
	x, err = k.Explain(ctx, "acme", "in149")
	require.NoError(t, err)
	require.Empty(t, x.Person.CoursePlaces)
	require.Len(t, x.Licences, 2)
	require.Equal(t, []seats.EventKind{seats.EventSeated, seats.EventSeated}, []seats.EventKind{x.Licences[0].By.Kind, x.Licences[1].By.Kind})
	for _, id := range []seats.PoolID{"go", "sql"} {
		p, err := k.Pool(ctx, "acme", id)
		require.NoError(t, err)
		require.Equal(t, []any{int64(149), 0}, []any{p.Held, p.Waiting.Approved()})
	}
	drift, err := k.Audit(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
}
