package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// elaboratePool returns a pool with every field set.
func elaboratePool(id seats.PoolID, at time.Time) seats.Pool {
	return seats.Pool{
		ID: id, Name: text(users.MaxText, 1), Total: seats.Of(9), Held: 3, Spent: 4,
		Version: seats.VersionedTotal{Version: seats.Version{Number: 1<<63 - 1, At: at, ID: text(63, 1) + "wid"}, Total: seats.Of(8), Date: "2026-05-01", Booked: seats.Unlimited(), Overridden: true, Unbooked: true},
		Booked: seats.Booking{
			Date: "9999-12-31", At: at, Total: seats.Unlimited(), By: users.Support(text(63, 2)),
		},
		Alerts: users.In(seats.AlertLow, seats.AlertFull, seats.AlertOver),
		Ends:   seats.PoolEnd{LastDay: "0001-01-01", At: at},
		Term:   seats.LicenceTerm{Days: 3660, From: seats.FromFirstAccess},
		Join:   seats.JoinCode{Text: "O'Neill - " + text(63, 3), Domains: text(63, 4), Role: users.Owner, Hold: true, Ended: true}, Reserved: 2,
		Waiting: seats.WaitingOf(seats.Waiting{User: users.ID(text(63, 5)), Turn: at, Role: users.Admin}, seats.Waiting{User: "asks", Turn: at, Asks: true}),
		Serves:  at,
		Due:     at,
	}
}

// elaborateLicence returns a licence with every field set.
func elaborateLicence(user users.ID, pool seats.PoolID, number int64, at time.Time) users.Licence {
	return users.Licence{
		User: user, Pool: string(pool), Number: number, DueDate: "2026-02-28",
		Assigned: at, Started: at, Archived: at, Returned: at, Ends: at, Due: at,
	}
}

// licensed writes licences in a pool of each of these IDs to the users with the same IDs.
func (t *tester) licensed(account users.AccountID, ids ...string) {
	t.Helper()
	var people []users.ID
	for _, id := range ids {
		people = append(people, users.ID(id))
	}
	t.license(account, ids, people...)
}

// license writes licences of users in some of the pools, with one to three of a pool, in every
// state.
func (t *tester) license(account users.AccountID, pools []string, people ...users.ID) {
	t.Helper()
	c := t.change(account)
	pools = slices.Sorted(slices.Values(pools))
	for i, id := range slices.Sorted(slices.Values(people)) {
		for j, pool := range pools {
			if (i+j)%3 == 2 {
				continue
			}
			for n := range 1 + (i+2*j)%3 {
				l := users.Licence{User: id, Pool: pool, Number: int64(n + 1), Assigned: gen.Epoch}
				for k, at := range []*time.Time{&l.Started, &l.Archived, &l.Returned} {
					if k < (i+j+n)%4 {
						*at = gen.Epoch.Add(time.Duration(k) * time.Microsecond)
					}
				}
				c.Licences = append(c.Licences, l)
			}
		}
	}
	t.written(c)
}

func licencesAsWritten(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	var c seats.Change
	for i, at := range instants {
		c = t.change(a)
		other := instants[len(instants)-1-i]
		user, pool := users.ID(text(63, i)+"wid"), seats.PoolID(text(63, 9-i)+"wid")
		full := elaborateLicence(user, pool, 1<<63-1-int64(i), at)
		full.Started, full.Returned, full.Due, full.DueDate = other, other, other, users.Date(fmt.Sprintf("%04d-12-31", 1+i*1249))
		c.Licences = []users.Licence{{User: user, Pool: string(pool), Number: 1, Assigned: at}, full}
		c.Account.NextDue = instants[1]
		t.written(c)
	}
	other := t.change(b)
	other.Licences = []users.Licence{{User: c.Licences[0].User, Pool: c.Licences[0].Pool, Number: 1, Assigned: gen.Epoch.AddDate(0, 0, 1)}}
	t.written(other) // the same in another account
	t.same()
	moved := c.Licences[1]
	moved.Number, moved.Due = 2, time.Time{}
	c = t.change(a)
	c.Account.NextDue = instants[1]
	c.Licences = append(other.Licences, moved) // one of old, and one more
	t.written(c)
	t.same()
	for _, l := range t.rows[a].Licences {
		t.loads(of(a, seats.Need{Licences: []users.ID{l.User}}, seats.Need{DueBy: l.Due})...)
	}
}

func filtersLicences(t *tester) {
	a := t.crowded()
	rows := t.rows[a].Licences
	draws(func(d gen.Dice) {
		var f users.LicenceFilter
		if d.Chance(40) {
			f.Pool = gen.One(d, "a", "b", "c", "A", "nowhere")
		}
		if d.Chance(30) {
			f.User = gen.One(d, "stranger", gen.One(d, rows...).User)
		}
		if d.Chance(50) {
			f.State = users.Set[users.LicenceState](d.Below(16))
		}
		switch d.Below(3) {
		case 0:
			f = f.NextPage(gen.One(d, rows...))
		case 1:
			f.After = users.LicenceID{User: gen.One[users.ID](d, "", "u", "u3", "u7", "v"), Pool: gen.One(d, "", "a", "b", "bb"), Number: gen.One[int64](d, 0, 1, 9)}
		}
		t.licences(a, f, gen.One(d, everything, 1, 3, 10, 0))
	})
}

// loadDuePools has more pools than one load brings, two of each instant.
func loadDuePools(t *tester) {
	due := gen.Epoch.Add(gen.Term)
	a, other, later := t.opened("a"), t.opened("b"), t.opened("c")
	id := func(i int) seats.PoolID { return seats.PoolID(fmt.Sprintf("p%03d", i)) }
	c := t.change(a)
	for i := range seats.MaxSettled + 3 { // the earliest ones have the last IDs
		c.Pools = append(c.Pools, seats.Pool{ID: id(i), Total: seats.Of(1), Due: due.Add(time.Duration(seats.MaxSettled+3-i) / 2 * time.Microsecond)})
	}
	c.Account.NextDue = due
	t.written(c)
	c = t.change(other)
	c.Pools, c.Account.NextDue = []seats.Pool{{ID: seats.Site, Total: seats.Of(1), Held: 1, Due: due}, {ID: "x", Total: seats.Of(1), Due: due.Add(time.Hour)}, {ID: "y", Total: seats.Of(1)}}, due
	t.written(c)
	c = t.change(later) // the site pool comes next
	c.Pools, c.Account.NextDue = []seats.Pool{{ID: seats.Site, Total: seats.Of(1), Held: 1, Due: due.Add(time.Hour)}, {ID: "x", Total: seats.Of(1), Due: due}}, due
	t.written(c)
	t.dueSoon(due, a, other, later)

	c = t.change(a) // two come due at the end, or never
	c.Pools = []seats.Pool{{ID: id(501), Total: seats.Of(1)}, {ID: id(502), Total: seats.Of(1), Due: due.Add(time.Hour)}}
	t.written(c)
	t.dueSoon(due, a, other)
}

// loadDueLicences has more licences than one load brings, two of each instant, in some pools, with
// users and pools that nothing else asks for, and due users and pools beside them.
func loadDueLicences(t *tester) {
	due := gen.Epoch.Add(gen.Term)
	a, other := t.opened("a"), t.opened("b")
	var rows []users.User
	for i := range seats.MaxSettled/2 + 2 {
		u := member(users.Profile{ID: users.ID(fmt.Sprintf("u%03d", i)), Username: fmt.Sprint("u", i)})
		if i%100 == 7 {
			u.Due = due.Add(time.Duration(i) * time.Microsecond)
		}
		rows = append(rows, u)
	}
	c := t.change(a, rows...)
	for i, u := range rows {
		for n := range 2 {
			pool := fmt.Sprint("p", i%7+n)
			c.Licences = append(c.Licences, users.Licence{
				User: u.ID, Pool: pool, Number: 1, Assigned: gen.Epoch, Due: due.Add(2 * time.Duration(len(rows)-i) * time.Microsecond),
			})
		}
	}
	for i := range 9 {
		c.Pools = append(c.Pools, seats.Pool{ID: seats.PoolID(fmt.Sprint("p", i)), Total: seats.Of(1000), Held: int64(i)})
	}
	c.Pools[8].Due = due.Add(time.Microsecond) // before the first licence
	c.Account.NextDue = due
	t.written(c)
	c = t.change(other)
	c.Licences = []users.Licence{
		{User: owner, Pool: "p0", Number: 1, Assigned: gen.Epoch}, {User: owner, Pool: "p0", Number: 2, Assigned: gen.Epoch, Due: due}, {User: owner, Pool: "p1", Number: 1, Assigned: gen.Epoch, Due: due.Add(time.Hour)},
	}
	c.Account.NextDue = due
	t.written(c)
	t.dueSoon(due, a, other)

	c = t.change(a) // those of the last one come due at the end, or never
	last := t.rows[a].Licences[len(t.rows[a].Licences)-2:]
	c.Licences = slices.Clone(last)
	c.Licences[0].Due, c.Licences[1].Due = due.Add(time.Hour), time.Time{}
	t.written(c)
	t.dueSoon(due, a, other)
	for _, id := range []users.ID{"u007", "u100"} { // named besides, due or not
		t.loads(of(a, seats.Need{DueBy: due, Licences: []users.ID{id}, Users: []users.ID{owner}}, seats.Need{Licences: []users.ID{id}, Pools: []seats.PoolID{"p1"}})...)
	}
}

// dueSoon loads what is due at instants around one.
func (t *tester) dueSoon(due time.Time, accounts ...users.AccountID) {
	t.Helper()
	for _, a := range accounts {
		var needs []seats.Need
		for _, more := range []time.Duration{-time.Microsecond, 0, time.Microsecond, 7 * time.Microsecond, 249 * time.Microsecond, 250 * time.Microsecond, 503 * time.Microsecond, time.Hour} {
			needs = append(needs, seats.Need{DueBy: due.Add(more)})
		}
		t.loads(of(a, needs...)...)
	}
}
