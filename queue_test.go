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
	"github.com/seatkeeper/seatkeeper/users"
)

// queueSite opens an account of that many seats, all taken, in which users wait.
func queueSite(t *testing.T, total, waiting int) *seatkeeper.Keeper {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	k, err := seatkeeper.New(memstore.New(), seatkeeper.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	_, err = k.Open(context.Background(), seats.Opening{
		Account: "acme", Total: seats.Of(int64(total)), Policy: seats.Policy{WhenFull: seats.Wait}, Owner: users.Profile{ID: "olive", Email: "olive@acme.example"},
	})
	require.NoError(t, err)
	queueDo(t, k, queueInvites("in", total-1)...)
	queueDo(t, k, queueInvites("w", waiting)...)
	return k
}

func queueInvites(prefix string, n int) (commands []seats.Command) {
	for i := range n {
		id := users.ID(fmt.Sprintf("%s%03d", prefix, i))
		commands = append(commands, seats.Invite{Profile: users.Profile{ID: id, Username: string(id)}})
	}
	return commands
}

func queueDo(t *testing.T, k *seatkeeper.Keeper, commands ...seats.Command) {
	t.Helper()
	result, err := k.DoEach(context.Background(), "acme", users.As("olive"), commands...)
	require.NoError(t, err)
	for _, o := range result.Outcomes {
		require.Nil(t, o.Refusal)
	}
}

// queueSeated lists the users who got a seat from the queue, in order, after all that is due.
func queueSeated(t *testing.T, k *seatkeeper.Keeper) (ids []users.ID) {
	usage, err := k.Usage(context.Background(), "acme")
	require.NoError(t, err)
	require.Zero(t, usage.Excess)
	for e, err := range k.Events(context.Background(), "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventSeated}}) {
		require.NoError(t, err)
		ids = append(ids, e.User)
	}
	drift, err := k.Audit(context.Background(), "acme")
	require.NoError(t, err)
	require.Empty(t, drift)
	return ids
}

// TestKeeper_Do_queue: a commit serves a bounded number, and the next call finds all served.
func TestKeeper_Do_queue(t *testing.T) {
	k := queueSite(t, 2, 250)
	result, err := k.Do(context.Background(), "acme", users.System(), seats.SetTotal{Total: seats.Of(232)})
	require.NoError(t, err)
	require.Len(t, result.Events, 1+seats.MaxServed)
	seated := queueSeated(t, k)
	require.Len(t, seated, 230)
	for i, id := range seated {
		require.Equal(t, users.ID(fmt.Sprintf("w%03d", i)), id, "in order")
	}
	site, err := k.Pool(context.Background(), "acme", seats.Site)
	require.NoError(t, err)
	require.Equal(t, 20, site.Waiting.Approved())
	x, err := k.Explain(context.Background(), "acme", "w249")
	require.NoError(t, err)
	require.Equal(t, 20, x.Position)
	c, err := k.Calendar(context.Background(), "acme", "2026-03-05")
	require.NoError(t, err)
	require.Empty(t, c.Days, "nothing is dated")
}

// TestKeeper_DoEach_queue: seats freed by one part of a call serve the next part before the queue.
func TestKeeper_DoEach_queue(t *testing.T) {
	k := queueSite(t, 600, 1)
	var commands []seats.Command
	for i := range 599 {
		commands = append(commands, seats.Deactivate{User: users.ID(fmt.Sprintf("in%03d", i))})
	}
	commands = append(commands, queueInvites("new", 599)...)
	queueDo(t, k, commands...)
	tally, err := k.Usage(context.Background(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, 600, tally.Held)
	last, err := k.User(context.Background(), "acme", "new598")
	require.NoError(t, err)
	require.Equal(t, users.Invited, last.Status)
	require.Empty(t, queueSeated(t, k), "nothing was left at the end")
	queueDo(t, k, seats.Deactivate{User: "new000"})
	require.Equal(t, []users.ID{"w000"}, queueSeated(t, k))
}
