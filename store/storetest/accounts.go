package storetest

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// listed reads the list of accounts in pages and returns the test's own. Before each
// page it lets something happen.
func (t *tester) listed(limit int, before func()) (rows []seats.Account) {
	t.Helper()
	after := users.AccountID(t.own)
	for {
		before()
		page, err := t.store.Accounts(t.Context(), after, limit)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), limit)
		for _, a := range page {
			require.Less(t, after, a.ID, "accounts are in the order of bytes, each once")
			if after = a.ID; !strings.HasPrefix(string(after), t.own) {
				return rows // the others are of other tests
			}
			rows = append(rows, a)
		}
		if len(page) < limit {
			return rows
		}
	}
}

func nothing() {}

func accountsOf(rows []seats.Account) (ids []users.AccountID) {
	for _, a := range rows {
		ids = append(ids, a.ID)
	}
	return ids
}

func listsAccounts(t *tester) {
	require.Empty(t, t.listed(10, nothing))
	var want []users.AccountID
	for i, name := range []string{"c", "a", "é", "a ", "B", "e\u0301"} {
		c := t.opening(name, everySwitch)
		c.Account.Name, c.Account.Tally = text(9, i), everyStanding()
		if i%2 == 0 {
			c.Account.Closed, c.Account.Erased = gen.Epoch, instants[i]
		}
		t.written(c)
		want = append(want, c.Account.ID)
	}
	slices.Sort(want)
	for limit := 1; limit < 9; limit++ {
		rows := t.listed(limit, nothing)
		require.Equal(t, want, accountsOf(rows), "at most %d", limit)
		for _, a := range rows {
			require.Equal(t, harness.Plain(t, t.row(a.ID)), harness.Plain(t, a), "as Load brings it")
		}
	}
	page := func(after users.AccountID, limit int) []users.AccountID {
		t.Helper()
		rows, err := t.store.Accounts(t.Context(), after, limit)
		require.NoError(t, err)
		return accountsOf(rows)
	}
	require.Empty(t, page("", 0))
	require.Empty(t, page(want[0], 0))
	require.Len(t, page("", 1), 1, "the empty ID is before all others")
	require.Equal(t, want[2:4], page(want[1], 2), "a page begins behind the account")
	require.Equal(t, want[3:4], page(t.account("b"), 1), "be it not there")
	require.NotContains(t, page(want[5], 1), want[5])

	a := t.account("a")
	gap := t.next(t.row(a))
	gap.Account.Name, gap.Base = "not written", 7
	t.commit(gap)
	require.Equal(t, want, accountsOf(t.listed(3, nothing)))
	c := t.next(t.row(a))
	c.Account.Name, c.Account.Closed, c.Account.Erased = "", gen.Epoch, gen.Epoch
	t.written(c, t.opening("b", seats.Standard()))
	rows := t.listed(3, nothing)
	require.Equal(t, slices.Insert(want, 3, t.account("b")), accountsOf(rows))
	require.Equal(t, harness.Plain(t, c.Account), harness.Plain(t, rows[1]), "as it was written last")
}

// accountsAreOpened lets accounts be opened and changed before a page, on it and behind
// it.
func accountsAreOpened(t *tester) {
	want := accountsOf(t.listed(100, nothing)) // of the rest of the test
	n := 0
	seen := t.listed(3, func() {
		n++
		for _, name := range []string{"A", "d", "due2+", "e", "p", "z"} {
			if n < 9 {
				t.written(t.opening(name+string(rune('0'+n)), seats.Standard()))
			}
		}
		t.written(t.next(t.row(want[n%len(want)])))
	})
	found := accountsOf(seen)
	for _, id := range want {
		require.Contains(t, found, id)
	}
	require.Greater(t, len(found), len(want), "some were opened behind the page")
	require.Less(t, len(found), len(t.listed(100, nothing)), "and some before it")
}
