package storetest

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func poolIDs(rows []seats.Pool) (ids []seats.PoolID) {
	for _, p := range rows {
		ids = append(ids, p.ID)
	}
	return ids
}

// pooled writes pools with these IDs into an account.
func (t *tester) pooled(account users.AccountID, ids ...seats.PoolID) {
	t.Helper()
	c := t.next(t.row(account))
	for i, id := range slices.Sorted(slices.Values(ids)) {
		c.Pools = append(c.Pools, seats.Pool{ID: id, Total: seats.Of(int64(10 + i)), Held: int64(i), Spent: 2})
	}
	t.written(c)
}

func listsPools(t *tester) {
	a, b, none := t.opened("a"), t.opened("b"), t.opened("none")
	ids := []seats.PoolID{"c", "a", "é", "a ", "B", "e\u0301"}
	t.pooled(a, ids...)
	t.pooled(b, "a", "d")
	slices.Sort(ids)
	page := func(account users.AccountID, after seats.PoolID, limit int) []seats.Pool {
		t.Helper()
		rows, err := t.store.Pools(t.Context(), account, after, limit)
		require.NoError(t, err)
		return rows
	}
	read := func(limit int) []seats.Pool {
		return paged(t, limit, func(p seats.Pool) seats.PoolID { return p.ID }, func(after seats.PoolID, limit int) ([]seats.Pool, error) {
			return t.store.Pools(t.Context(), a, after, limit)
		})
	}
	for limit := 1; limit < 9; limit++ {
		rows := read(limit)
		require.Equal(t, ids, poolIDs(rows), "in the order of bytes, besides the site pool, at most %d", limit)
		stored := t.load(seats.Need{Account: a, Pools: ids}).Pools
		require.Equal(t, harness.Plain(t, stored[1:]), harness.Plain(t, rows), "as Load brings them")
	}
	require.Equal(t, []seats.PoolID{"a", "d"}, poolIDs(page(b, "", 9)), "of the account alone")
	require.Empty(t, page(none, "", 9), "the site pool is left out")
	require.Empty(t, page(a, "", 0))
	require.Empty(t, page(a, "é", 9))
	require.Equal(t, ids[2:4], poolIDs(page(a, "a", 2)), "a page begins after the pool")
	require.Equal(t, ids[3:4], poolIDs(page(a, "b", 1)), "or where it would be")

	// A pool that is replaced is listed as it was written last, and pools may come while
	// the list is read.
	n := 0
	seen := paged(t, 2, func(p seats.Pool) seats.PoolID { return p.ID }, func(after seats.PoolID, limit int) ([]seats.Pool, error) {
		if n++; n == 2 {
			t.pooled(a, "A", "c", "f")
		}
		return t.store.Pools(t.Context(), a, after, limit)
	})
	require.Equal(t, slices.Insert(slices.Clone(ids), 5, seats.PoolID("f")), poolIDs(seen), "one came before the page, and one after it")
	require.EqualValues(t, 1, seen[slices.Index(poolIDs(seen), "c")].Held)
}
