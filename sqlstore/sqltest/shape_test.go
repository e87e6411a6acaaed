package sqltest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Load_shape: the number of needs, and of the names in them, leaves the text of the
// statement as it is. Each need gets its own rows.
func TestStore_Load_shape(t *testing.T) {
	on(t, engines[:2], func(t *testing.T, e engine) {
		s, r := e.recorded(t)
		for i := range 3 {
			s.crowd(t, users.AccountID(fmt.Sprint("site", i)), 20+i)
		}
		for _, n := range []int{1, 2, 1} { // accounts alone: one has a statement of its own
			needs := []seats.Need{{Account: "site0"}, {Account: "site1"}}[:n]
			found, err := s.stores[0].Load(t.Context(), needs...)
			require.NoError(t, err)
			for i, one := range found {
				require.Equal(t, needs[i].Account, one.Account.ID)
			}
		}
		var first []string
		for _, n := range []int{1, 2, 3, 64} {
			needs := make([]seats.Need, n)
			for i := range needs {
				needs[i] = seats.Need{Account: users.AccountID(fmt.Sprint("site", i%3)), Users: []users.ID{person(i % 20)}, Keys: []users.Key{users.ByEmail(address(1))}}
				if i%2 == 1 {
					needs[i].Users = append(needs[i].Users, owner)
				}
			}
			sent := texts(r.during(func() {
				found, err := s.stores[0].Load(t.Context(), needs...)
				require.NoError(t, err)
				for i, one := range found {
					require.Equal(t, needs[i].Account, one.Account.ID)
					var ids []users.ID
					for _, u := range one.Users {
						ids = append(ids, u.ID)
					}
					want := append([]users.ID{person(1)}, needs[i].Users...)
					slices.Sort(want)
					require.Equal(t, slices.Compact(want), ids)
				}
			}))
			slices.Sort(sent)
			if sent = slices.Compact(sent); n <= 2 { // on PostgreSQL one need has a statement of its own
				first = sent
			}
			require.Equal(t, first, sent)
			require.Len(t, sent, 1)
		}
	})
}
