package storetest

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// administer returns who of these people is an owner or an admin, and invited or
// active.
func administer(people []users.User) (ids []users.ID) {
	for _, u := range people {
		if (u.Role == users.Owner || u.Role == users.Admin) && (u.Status == users.Invited || u.Status == users.Active) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

func bringsAdmins(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	everybody := t.crowd(a)
	admins := administer(everybody)
	require.Len(t, admins, 25)
	brought := func(n seats.Need) []users.ID {
		t.Helper()
		n.Account = a
		return idsOf(t.load(n).Users)
	}
	require.Empty(t, brought(seats.Need{}), "nobody asked for them")
	require.Equal(t, harness.Plain(t, slices.DeleteFunc(slices.Clone(everybody), func(u users.User) bool { return !slices.Contains(admins, u.ID) })),
		harness.Plain(t, t.load(seats.Need{Account: a, Admins: true}).Users))
	require.Equal(t, []users.ID{owner}, idsOf(t.load(seats.Need{Account: b, Admins: true}).Users), "those of the account")

	// Others may be asked for at once, and they themselves, too.
	var named []users.ID
	var keys []users.Key
	for i, u := range everybody {
		if i%3 == 0 {
			named = append(named, u.ID)
		}
		if i%7 == 0 {
			keys = append(keys, u.Keys()...)
		}
	}
	want := slices.Concat(admins, brought(seats.Need{Users: named, Keys: keys}))
	slices.Sort(want)
	require.Equal(t, slices.Compact(want), brought(seats.Need{Users: named, Keys: keys, Admins: true}), "each once, in order")

	// Whoever changes comes in, or is out.
	for _, role := range users.Roles() {
		for _, status := range users.Statuses() {
			for i, u := range everybody {
				if i%20 == int(role)*5+int(status)-1 {
					everybody[i].Role, everybody[i].Status = role, status
				} else if i%20 == 7 {
					everybody[i] = u.Tombstone()
				}
			}
			c := t.next(t.row(a))
			put(&c, nil, slices.Clone(everybody)...)
			t.written(c)
			require.Equal(t, administer(everybody), brought(seats.Need{Admins: true}))
		}
	}
	manyAdmins(t)
}

// manyAdmins are more than a store brings.
func manyAdmins(t *tester) {
	a := t.opened("many")
	var all []users.ID
	for part := range 4 {
		c := t.next(t.row(a))
		for i := range 300 {
			u := somebody(users.Profile{ID: users.ID(fmt.Sprintf("%c%03d", "Bb"[i%2], part*150+i/2)), Username: fmt.Sprint("user ", part, " ", i)})
			u.Role = []users.Role{users.Admin, users.Owner}[i/7%2]
			add(&c, u)
			all = append(all, u.ID)
		}
		t.written(c)
	}
	slices.Sort(all)
	first := func(n seats.Need) []users.ID {
		t.Helper()
		n.Account, n.Admins = a, true
		return idsOf(t.load(n).Users)
	}
	require.Equal(t, all[:seats.MaxReceivers], first(seats.Need{}), "the first in the order of bytes, and no more")
	require.Equal(t, slices.Concat(all[:seats.MaxReceivers], all[1100:1101], []users.ID{owner}),
		first(seats.Need{Users: []users.ID{owner, all[1100], all[0]}}), "besides those who are named")
	t.written(t.decided(a, seats.ChangeRole{User: all[0]}))
	require.Len(t, first(seats.Need{}), seats.MaxReceivers, "the next one takes the place")
	require.Equal(t, all[seats.MaxReceivers], first(seats.Need{})[seats.MaxReceivers-1])
}
