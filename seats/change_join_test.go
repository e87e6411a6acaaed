package seats_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestJoinChanges: the one change of a sequence has the effect of all, and relies on the keys that
// its users did not have before the first.
func TestJoinChanges(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := open(t, seats.Of(9), seats.Policy{IdentityChange: seats.IdentityChangeAllowed, SharedAddresses: rapid.SampledFrom([]seats.AddressSharing{seats.SharingRefused, seats.SharingAllowed}).Draw(r, "sharing")})
		s.invite("a", "b", "c")
		s.do(owner, seats.Edit{User: "a", Set: users.Patch{Username: new("a")}}, seats.Edit{User: "b", Set: users.Patch{Username: new("b")}})
		s.do(system, seats.SetTotal{Pool: "first-aid", Total: seats.Of(3)})
		one, each := s.rows, s.rows
		var changes []*seats.Change
		touched := map[users.ID]bool{}
		for range rapid.IntRange(1, 5).Draw(r, "calls") {
			s.now = s.now.Add(time.Hour)
			commands := drawBulk(r, rapid.IntRange(1, 3).Draw(r, "commands"))
			if rapid.Bool().Draw(r, "deletes") {
				commands = append(commands, seats.Delete{User: users.ID(rapid.SampledFrom([]string{"a", "d"}).Draw(r, "deleted"))})
			}
			if rapid.IntRange(0, 5).Draw(r, "renames") == 0 {
				commands = append(commands, seats.EditAccount{Name: new(s.now.String())})
			}
			c := seats.DecideEach(each, s.request(system, commands...)).Change
			renamed := len(c.NewKeys) > 0 && slices.ContainsFunc(c.Updated, func(u users.User) bool { return touched[u.ID] })
			if c.Empty() || renamed {
				continue
			}
			for _, u := range slices.Concat(c.Created, c.Updated) {
				touched[u.ID] = true
			}
			changes, each = append(changes, &c), each.Apply(c)
		}
		if len(changes) == 0 {
			return
		}
		c := *seats.JoinChanges(changes...)
		require.Equal(r, changes[0].ID, c.ID)
		require.Equal(r, one.Account.Revision, c.Base)
		require.Equal(r, c.Base+1, c.Account.Revision)
		require.Equal(r, one.Account.Settings() != each.Account.Settings(), c.Settings)
		var keys []users.Key
		for _, u := range each.Users {
			was := slices.IndexFunc(one.Users, func(w users.User) bool { return w.ID == u.ID })
			for _, k := range u.UniqueKeys() {
				if was < 0 || !slices.Contains(one.Users[was].UniqueKeys(), k) {
					keys = append(keys, k)
				}
			}
		}
		require.ElementsMatch(r, keys, c.Keys())
		one = one.Apply(c)
		one.Account.Revision = each.Account.Revision
		require.Equal(r, each, one)
	})
}

func TestNeed_Join(t *testing.T) {
	ada, bob := users.ByEmail("ada@acme.example"), users.ByUsername("bob")
	n := seats.Need{
		Account: "acme", Users: []users.ID{"a", "c"}, Keys: []users.Key{bob, ada}, Pools: []seats.PoolID{"go"}, Key: "k",
		Ahead: time.Hour,
	}
	m := seats.Need{
		Account: "acme", Users: []users.ID{"b", "c"}, Keys: []users.Key{ada}, Pools: []seats.PoolID{"c", "go"}, Key: "other",
		Licences: []users.ID{"b"}, Admins: true, Ahead: time.Minute,
	}
	require.Equal(t, seats.Need{
		Account: "acme", Users: []users.ID{"a", "b", "c"}, Keys: []users.Key{ada, bob}, Pools: []seats.PoolID{"c", "go"}, Key: "k",
		Licences: []users.ID{"b"}, Admins: true, Ahead: time.Hour,
	}, n.Join(m))
	require.Equal(t, []users.Key{bob, ada}, n.Keys, "they stay")
}
