package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// runsOut is a policy under which people are due.
var runsOut = seats.Policy{InvitationExpiry: seats.ExpiryFreesSeat, Term: gen.Term}

func bringsWhoIsDue(t *tester) {
	due := gen.Epoch.Add(gen.Term)
	by := func(more time.Duration, ids ...users.ID) seats.Need {
		return seats.Need{DueBy: due.Add(more), Users: ids}
	}
	rows := t.wrote(seats.Snapshot{}, t.opening("a", runsOut))
	var ids []users.ID
	for i := range seats.MaxSettled + 1 {
		ids = append(ids, users.ID(fmt.Sprintf("p%03d", i)))
	}
	rows = t.wrote(rows, t.invited(rows.Account.ID, ids...))
	t.loads(rows, seats.Need{}, by(-time.Microsecond), by(0), by(0, owner, "p000", "p500"))
	all := by(0)
	all.Account = rows.Account.ID
	rows = t.wrote(rows, seats.Settle(t.load(all), seats.Request{Actor: users.System(), At: due, Change: t.change()}))
	require.Equal(t, []users.ID{"p500"}, idsOf(t.load(all).Users), "of one instant in the order of their IDs")
	t.loads(rows, by(0))
	never := t.wrote(seats.Snapshot{}, t.opening("never", seats.Standard()))
	t.loads(t.wrote(never, t.invited(never.Account.ID, "x")), seats.Need{DueBy: due.AddDate(1000, 0, 0)})

	// The earliest come first, whatever their IDs.
	rows = t.wrote(seats.Snapshot{}, t.opening("b", seats.Standard()))
	c := t.next(rows.Account)
	for i := range seats.MaxSettled + 3 {
		u := member(users.Profile{ID: users.ID(fmt.Sprintf("p%03d", 999-i)), Username: fmt.Sprint("p", i)})
		u.Due = due.Add(time.Duration(i) * time.Microsecond)
		add(&c, u)
	}
	c.Account.NextDue = due
	t.loads(t.wrote(rows, c), by(0), by(1000), by(2000), by(3000), by(time.Hour))
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
