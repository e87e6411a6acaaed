package sqltest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Load_allocations bounds the allocations of a load, those of database/sql and of the
// driver among them: a look-up of one row takes 20 to 27.
func TestStore_Load_allocations(t *testing.T) {
	for _, e := range engines[:3] {
		t.Run(e.name, func(t *testing.T) {
			one := e
			one.connections = 1
			s := one.open(t)
			s.crowd(t, "acme", 100)
			ctx := t.Context()
			load := func(need seats.Need) float64 {
				need.Account = "acme"
				return testing.AllocsPerRun(100, func() {
					_, err := s.stores[0].Load(ctx, need)
					require.NoError(t, err)
				})
			}
			require.LessOrEqual(t, load(seats.Need{}), 96.0, "the account")
			two := load(seats.Need{Users: []users.ID{owner}, Keys: []users.Key{users.ByEmail(address(3))}})
			require.LessOrEqual(t, two, 190.0, "and two users")
			page := testing.AllocsPerRun(100, func() {
				found, err := s.stores[0].Users(ctx, "acme", users.Filter{After: users.Place{ID: person(20)}}, 50)
				require.NoError(t, err)
				require.Len(t, found, 50)
			})
			require.LessOrEqual(t, page, 1550.0, "50 users")
		})
	}
}
