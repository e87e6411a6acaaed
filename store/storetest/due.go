package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// runsOut is a policy under which people are due.
var runsOut = seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: gen.Term}

func bringsWhoIsDue(t *tester) {
	t.written(t.opening("a", runsOut), t.opening("never", seats.Standard()))
	a, due := t.account("a"), gen.Epoch.Add(gen.Term)
	var ids []users.ID
	for i := range seats.MaxSettled + 1 {
		ids = append(ids, users.ID(fmt.Sprintf("p%03d", i)))
	}
	t.written(t.invited(a, ids...), t.invited(t.account("never"), "x"))

	require.Empty(t, t.load(seats.Need{Account: a}).Users)
	require.Empty(t, t.load(seats.Need{Account: a, DueBy: due.Add(-time.Microsecond)}).Users)
	snapshot := t.load(seats.Need{Account: a, DueBy: due})
	require.Len(t, snapshot.Users, seats.MaxSettled)
	require.Equal(t, due, harness.Plain(t, snapshot.NextDue))
	require.Len(t, t.load(seats.Need{Account: a, DueBy: due, Users: []users.ID{owner, "p000", "p500"}}).Users, seats.MaxSettled+2, "each once")
	t.written(seats.Settle(snapshot, seats.Request{Actor: users.System(), At: due, Change: t.change()}))
	snapshot = t.load(seats.Need{Account: a, DueBy: due})
	require.Len(t, snapshot.Users, 1)
	require.Equal(t, users.ID("p500"), snapshot.Users[0].ID, "of one instant in the order of their IDs")
	require.Zero(t, snapshot.NextDue)
	require.Empty(t, t.load(seats.Need{Account: t.account("never"), DueBy: due.AddDate(1000, 0, 0)}).Users)

	// The earliest come first, whatever their IDs.
	b := t.opened("b")
	c := t.next(t.row(b))
	for i := range seats.MaxSettled + 3 {
		u := somebody(users.Profile{ID: users.ID(fmt.Sprintf("p%03d", 999-i)), Username: fmt.Sprint("p", i)})
		u.Due = due.Add(time.Duration(i) * time.Microsecond)
		add(&c, u)
	}
	c.Account.NextDue = due
	t.written(c)
	for n := range 4 {
		snapshot = t.load(seats.Need{Account: b, DueBy: due.Add(time.Duration(n) * time.Microsecond)})
		require.Len(t, snapshot.Users, n+1)
		require.Equal(t, due.Add(time.Duration(n+1)*time.Microsecond), harness.Plain(t, snapshot.NextDue), "the first beyond")
	}
	snapshot = t.load(seats.Need{Account: b, DueBy: due.Add(time.Hour)})
	require.Len(t, snapshot.Users, seats.MaxSettled)
	require.Equal(t, users.ID("p500"), snapshot.Users[0].ID, "the last three are left")
	require.Equal(t, due.Add(seats.MaxSettled*time.Microsecond), harness.Plain(t, snapshot.NextDue))
}

func listsWhatIsDue(t *tester) {
	at := func(name string, due time.Time) seats.Change {
		c := t.opening(name, seats.Standard())
		c.Account.NextDue = due
		return c
	}
	t.written(at("b", gen.Epoch), at("a", gen.Epoch), at("c", gen.Epoch.Add(time.Microsecond)), at("d", time.UnixMicro(-1).UTC()), at("never", time.Time{}))
	due := func(by time.Time, after users.AccountID, limit int) (names []string) {
		t.Helper()
		all, err := t.store.Due(t.Context(), by, after, limit)
		require.NoError(t, err)
		require.LessOrEqual(t, len(all), limit)
		for _, id := range all {
			for _, name := range []string{"a", "b", "c", "d", "never"} {
				if id == t.account(name) {
					names = append(names, name)
				}
			}
		}
		return names
	}
	start := users.AccountID(t.own)
	require.Equal(t, []string{"a", "b", "d"}, due(gen.Epoch, start, 9))
	require.Equal(t, []string{"a", "b", "c", "d"}, due(gen.Epoch.Add(time.Microsecond), start, 9))
	require.Equal(t, []string{"d"}, due(gen.Epoch.Add(-time.Microsecond), start, 9))
	require.Equal(t, []string{"a"}, due(gen.Epoch, start, 1))
	require.Equal(t, []string{"b", "d"}, due(gen.Epoch, t.account("a"), 9))
	require.Equal(t, []string{"d"}, due(gen.Epoch, t.account("b"), 1))
	require.Empty(t, due(gen.Epoch, start, 0))

	c := t.next(t.row(t.account("a")))
	c.Account.NextDue = gen.Epoch.Add(time.Hour)
	t.written(c)
	require.Equal(t, []string{"b", "d"}, due(gen.Epoch, start, 9))
	c = t.next(t.row(t.account("b")))
	c.Account.NextDue = time.Time{}
	t.written(c)
	require.Equal(t, []string{"d"}, due(gen.Epoch, start, 9))
}
