package sqltest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestStore_Commit_exchange: users of one change exchange keys of all kinds, in pairs, circles
// and chains; some give theirs up, some are deleted, and new users take what is free. It is one
// write, also beside changes of other accounts, or none where a user outside has a key.
func TestStore_Commit_exchange(t *testing.T) {
	each(t, engines, func(t *testing.T, s *site) {
		st, tries := s.store(), 0
		k := keeper(t, st)
		rapid.Check(t, func(rt *rapid.T) {
			tries++
			accounts := []users.AccountID{users.AccountID(fmt.Sprint("a", tries)), users.AccountID(fmt.Sprint("b", tries))}
			const people = 5
			values := func(n int) (email, username, external string) {
				return fmt.Sprintf("u%d@acme.example", n), fmt.Sprint("user", n), fmt.Sprint("E", n)
			}
			named := func(id users.ID, email, username, external int) (p users.Profile) {
				p.ID = id
				p.Email, _, _ = values(email)
				_, p.Username, _ = values(username)
				_, _, p.ExternalID = values(external)
				return p
			}
			var changes []seats.Change
			var taken []bool
			for _, a := range accounts {
				_, err := k.Open(t.Context(), seats.Opening{Account: a, Total: seats.Of(99), Owner: users.Profile{ID: owner, Email: "owner@acme.example"}})
				require.NoError(rt, err)
				for n := range people {
					_, err := k.Do(t.Context(), a, users.System(), seats.Add{Profile: named(users.ID(fmt.Sprint("u", n)), n, n, n)})
					require.NoError(rt, err)
				}
				found, err := st.Load(t.Context(), seats.Need{Account: a, Users: []users.ID{"u0", "u1", "u2", "u3", "u4"}})
				require.NoError(rt, err)
				c, clash := exchange(rt, found[0], named)
				changes, taken = append(changes, c), append(taken, clash)
			}
			results, err := st.Commit(t.Context(), changes...)
			require.NoError(rt, err)
			for i, c := range changes {
				if taken[i] {
					require.Error(rt, results[i].Err)
					require.NotEmpty(rt, results[i].Taken)
					continue
				}
				require.NoError(rt, results[i].Err, "%+v", c)
				page, err := st.Users(t.Context(), c.Account.ID, users.Filter{Status: users.In(users.Statuses()...)}, 99)
				require.NoError(rt, err)
				for _, u := range slices.Concat(c.Created, c.Updated) {
					require.Contains(rt, page, u)
					for _, key := range u.Keys() {
						found, err := st.Load(t.Context(), seats.Need{Account: c.Account.ID, Keys: []users.Key{key}})
						require.NoError(rt, err)
						require.Equal(rt, []users.User{u}, found[0].Users, "by %v", key)
					}
				}
			}
		})
	})
}

// exchange draws a change in which the users of a snapshot get each other's keys. It reports
// whether a user outside of the change keeps one of them.
func exchange(t *rapid.T, s seats.Snapshot, named func(id users.ID, email, username, external int) users.Profile) (c seats.Change, clash bool) {
	c = seats.Change{ID: "exchange", Base: s.Account.Revision, Account: s.Account}
	c.Account.Revision++
	order := func(name string) []int { return rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6}).Draw(t, name) }
	emails, names, numbers := order("emails"), order("usernames"), order("external IDs")
	held := map[users.Key]bool{}
	for i, u := range append(s.Users, users.User{Profile: users.Profile{ID: "new"}, Status: users.Active}) {
		fate := rapid.SampledFrom([]string{"all", "all", "all", "some", "deleted", "left"}).Draw(t, "fate")
		before := u
		switch fate {
		case "deleted":
			u = u.Tombstone()
		case "all":
			u.Profile = named(u.ID, emails[i], names[i], numbers[i])
		case "some":
			u.Profile = named(u.ID, emails[i], names[i], numbers[i])
			u.Username, u.ExternalID = "", ""
		case "left":
			for _, key := range u.Keys() {
				held[key] = true
			}
			continue
		}
		if u.ID == "new" {
			if fate != "deleted" {
				c.Created = append(c.Created, u)
			}
			continue
		}
		c.Updated = append(c.Updated, u)
		c.NewKeys = append(c.NewKeys, slices.DeleteFunc(u.Keys(), before.Has)...)
	}
	for _, key := range c.Keys() {
		clash = clash || held[key]
	}
	return c, clash
}
