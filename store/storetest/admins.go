package storetest

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func bringsAdmins(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	rows := seats.Snapshot{Users: t.crowd(a)}
	rows.Account, rows.Pools = t.row(a), t.load(seats.Need{Account: a}).Pools
	require.Len(t, seats.Need{Admins: true}.Select(rows).Users, 25)
	require.Equal(t, []users.ID{owner}, idsOf(t.load(seats.Need{Account: b, Admins: true}).Users), "those of the account")
	var others seats.Need
	for i, u := range rows.Users {
		if i%3 == 0 {
			others.Users = append(others.Users, u.ID)
		}
		if i%7 == 0 {
			others.Keys = append(others.Keys, u.Keys()...)
		}
	}
	all := others
	all.Admins = true
	t.loads(rows, seats.Need{}, seats.Need{Admins: true}, others, all)

	// A user whose role or status changes comes in, or is out.
	for _, role := range users.Roles() {
		for _, status := range users.Statuses() {
			changed := slices.Clone(rows.Users)
			for i, u := range changed {
				if i%20 == int(role)*5+int(status)-1 {
					changed[i].Role, changed[i].Status = role, status
				} else if i%20 == 7 {
					changed[i] = u.Tombstone()
				}
			}
			c := t.next(rows.Account)
			put(&c, nil, changed...)
			rows = t.wrote(rows, c)
			t.loads(rows, seats.Need{Admins: true})
		}
	}
	manyAdmins(t)
}

// manyAdmins are more than a store brings.
func manyAdmins(t *tester) {
	rows := t.wrote(seats.Snapshot{}, t.opening("many", seats.Standard()))
	for part := range 4 {
		c := t.next(rows.Account)
		for i := range 300 {
			u := member(users.Profile{ID: users.ID(fmt.Sprintf("%c%03d", "Bb"[i%2], part*150+i/2)), Username: fmt.Sprint("user ", part, " ", i)})
			u.Role = []users.Role{users.Admin, users.Owner}[i/7%2]
			add(&c, u)
		}
		rows = t.wrote(rows, c)
	}
	require.Len(t, seats.Need{Admins: true}.Select(rows).Users, seats.MaxReceivers)
	t.loads(rows, seats.Need{Admins: true}, seats.Need{Admins: true, Users: []users.ID{owner, rows.Users[1100].ID, rows.Users[0].ID}})
	rows = t.wrote(rows, t.decided(rows.Account.ID, seats.ChangeRole{User: rows.Users[0].ID}))
	t.loads(rows, seats.Need{Admins: true}) // the next one takes the place
}
