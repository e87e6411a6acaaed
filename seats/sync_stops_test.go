package seats_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestComparison_keys: rows that share a key, and users who do.
func TestComparison_keys(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	ann, bob := hired("ann", users.Active), hired("bob", users.Active)
	bob.Email = ann.Email
	mail := func(row int, address string) users.Entry {
		return users.Entry{Row: row, Profile: users.Profile{Email: address}}
	}
	number := entry(ann)
	number.Profile.Email = ""
	d := compare(t, run, seats.Standard(), []users.User{ann}, number, mail(8, ann.Email))
	require.Equal(t, []string{"8 invite ann: duplicate is taken by another row"}, did(t, d), "two rows of one user")
	again := mail(8, ann.Email)
	again.Profile.ExternalID = "n-0"
	d = compare(t, run, seats.Standard(), []users.User{ann}, again, number)
	require.Equal(t, []string{"8 invite ann: duplicate is taken by another row"}, did(t, d), "a new number at the address of a user with a row")
	require.Zero(t, d.Renumbered)
	number.Profile.Email = "ann@corp.example"
	d = compare(t, run, seats.Standard(), []users.User{ann}, again, number)
	require.Equal(t, "2 rows: 0 as before, 1 joins, 1 changes", d.String(), "the address comes free")

	address := mail(9, ann.Email)
	d = compare(t, run, seats.Standard(), []users.User{ann, bob}, address)
	require.Equal(t, []string{"9 invite : ambiguous <nil>"}, did(t, d), "it is the row of one of them")

	sharing := seats.Standard()
	sharing.SharedAddresses = seats.SharingAllowed
	address.Profile.Username = "cat"
	d = compare(t, run, sharing, []users.User{ann, bob}, entry(ann), entry(bob), address)
	require.Equal(t, "3 rows: 2 as before, 1 joins", d.String())
	ann.Username = "ann"
	address.Profile.Username = "ann"
	address.Profile.ExternalID = ann.ExternalID
	d = compare(t, run, sharing, []users.User{ann, bob}, entry(bob), address)
	require.Equal(t, "2 rows: 1 as before, 1 changes", d.String())
}

// TestComparison_missing: a user who is missing leaves once the patience of the source is over by both numbers.
func TestComparison_missing(t *testing.T) {
	account := seats.Account{Sources: seats.SourcesOf(seats.Source{Name: "hr", Patience: seats.Patience{Runs: 3, Hours: 48}})}
	c, refusal := seats.NewComparison(account, seats.SyncRun{Source: "hr", Fields: fields}, seats.Request{At: start})
	require.Nil(t, refusal)
	for _, id := range []users.ID{"ann", "bob", "cat", "dan", "eve", "fay", "gus"} {
		c.User(hired(id, users.Active))
	}
	hours := func(n int) time.Time { return start.Add(-time.Duration(n) * time.Hour) }
	c.Missed(9, seats.Miss{User: "ann", Run: 7, Since: hours(48)}, seats.Miss{User: "bob", Run: 7, Since: hours(47)})
	c.Missed(9, seats.Miss{User: "cat", Run: 8, Since: hours(99)}, seats.Miss{User: "dan", Run: 5, Since: hours(99)},
		seats.Miss{User: "eve", Run: 5, Since: hours(99)}, seats.Miss{User: "gone", Run: 5, Since: hours(99)})
	require.Nil(t, c.Row(entry(hired("eve", 0))))
	require.Nil(t, c.Row(entry(hired("gus", 0))))
	d, refusal := c.Differences(true)
	require.Nil(t, refusal)
	require.Equal(t, "2 rows: 2 as before, 2 leave, 3 are missing", d.String())
	require.Equal(t, []users.ID{"ann", "dan"}, d.Leavers(9))
	changed, runs := d.Misses()
	over := []seats.Miss{{User: "ann"}, {User: "dan"}, {User: "eve"}, {User: "fay", Run: 9, Since: start}, {User: "gone"}}
	require.Equal(t, []any{over, int64(10)}, []any{changed, runs})

	d.Leave(0, &seats.Refusal{Code: seats.ErrForbidden, User: "dan"})
	d.Leave(3, &seats.Refusal{Code: seats.ErrForbidden, User: "eve"})
	changed, _ = d.Misses()
	require.Equal(t, slices.DeleteFunc(over, func(m seats.Miss) bool { return m.User == "dan" }), changed, "dan stays, and is missing as before")
}

// TestComparison_missing_doubtful: a run with a row that can be about any user counts nothing but who is back.
func TestComparison_missing_doubtful(t *testing.T) {
	c, refusal := seats.NewComparison(seats.Account{}, seats.SyncRun{Source: "hr", Fields: fields}, seats.Request{At: start})
	require.Nil(t, refusal)
	for _, id := range []users.ID{"ann", "bob", "cat"} {
		c.User(hired(id, users.Active))
	}
	c.Missed(5, seats.Miss{User: "ann", Run: 4, Since: start}, seats.Miss{User: "bob", Run: 4, Since: start})
	require.Nil(t, c.Row(entry(hired("bob", 0))))
	require.Nil(t, c.Row(users.Entry{Row: 9, Profile: users.Profile{FirstName: "No key"}}))
	d, refusal := c.Differences(true)
	require.Nil(t, refusal)
	require.Equal(t, []int{0, 2}, []int{d.Leaving, d.Missing})
	changed, runs := d.Misses()
	require.Equal(t, []seats.Miss{{User: "bob"}}, changed)
	require.Zero(t, runs)
}

// TestDifferences_Misses: a run after which no user is missing is not counted.
func TestDifferences_Misses(t *testing.T) {
	for _, people := range [][]users.User{{hired("ann", users.Active)}, {hired("ann", users.Active), hired("bob", users.Active)}} {
		c, refusal := seats.NewComparison(seats.Account{}, seats.SyncRun{Source: "hr", Fields: fields}, seats.Request{At: start})
		require.Nil(t, refusal)
		for _, u := range people {
			c.User(u)
		}
		c.Missed(4)
		require.Nil(t, c.Row(entry(hired("ann", 0))))
		d, refusal := c.Differences(true)
		require.Nil(t, refusal)
		changed, runs := d.Misses()
		require.Empty(t, changed)
		require.Zero(t, runs)
	}
}

// TestComparison_moves: a key is given up before it is taken, in whatever order of the rows.
func TestComparison_moves(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	var people []users.User
	var rows []users.Entry
	for i := range 9 {
		u := hired(users.ID(fmt.Sprint(i)), users.Active)
		e := entry(u)
		e.Profile.Email = fmt.Sprint(i+1, "@acme.example")
		people, rows = append(people, u), append(rows, e)
	}
	var order []string
	d := compare(t, run, seats.Standard(), people, rows...)
	for _, c := range d.Commands() {
		order = append(order, string(c.(seats.Edit).User))
	}
	require.Equal(t, "8 7 6 5 4 3 2 1 0", strings.Join(order, " "))
}

// TestComparison_renumbered: a source that numbers its people anew loses none of them.
func TestComparison_renumbered(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	var people []users.User
	var rows []users.Entry
	for i := range 3000 {
		u := hired(users.ID(fmt.Sprint("u", i)), users.Active)
		u.Role = users.Role(i % 2)
		people = append(people, u)
		if i%100 > 0 {
			e := entry(u)
			e.Profile.ExternalID = fmt.Sprint("new-", i)
			rows = append(rows, e)
		}
	}
	d := compare(t, run, seats.Standard(), people, rows...)
	require.Equal(t, "2970 rows: 0 as before, 30 leave, 2970 change", d.String())
	require.Equal(t, []int{2970, 2970}, []int{d.NewKeys, d.Renumbered})
}

// TestSyncRun_Stops: a run is judged by all that it would take away.
func TestSyncRun_Stops(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	var staff []users.User
	for i := range 100 {
		u := hired(users.ID(fmt.Sprint("u", i)), users.Active)
		u.FirstName = fmt.Sprint("Ann ", i)
		if i == 0 {
			u.Role = users.Admin
		}
		staff = append(staff, u)
	}
	account := seats.Account{Sources: seats.SourcesOf(seats.Source{Name: "hr", People: 100})}
	account.Tally.Add(users.Segment{Status: users.Active, Role: users.Admin, Synced: true}, 1)
	for name, c := range map[string]struct {
		from, to int // of the users in the roster
		change   func(*users.Entry)
		want     error
		losses   seats.Losses
	}{
		"few leavers":  {0, 90, func(*users.Entry) {}, nil, seats.Losses{}},
		"leavers":      {0, 80, func(*users.Entry) {}, seats.ErrLeaversOfDay, seats.Losses{Leavers: 20}},
		"most leavers": {0, 40, func(*users.Entry) {}, seats.ErrMostLeave, seats.Losses{Leavers: 60}},
		"last admin":   {1, 100, func(*users.Entry) {}, seats.ErrLastAdminLeaves, seats.Losses{Leavers: 1, Admins: 1}},
		"addresses":    {0, 100, func(e *users.Entry) { e.Profile.Email = "new-" + e.Profile.Email }, seats.ErrManyKeys, seats.Losses{Keys: 100}},
		"usernames":    {0, 100, func(e *users.Entry) { e.Profile.Username = e.Profile.ExternalID }, nil, seats.Losses{}},
		"numbers":      {0, 90, func(e *users.Entry) { e.Profile.ExternalID += "-b" }, seats.ErrChangedKeys, seats.Losses{Leavers: 10, Keys: 90}},
		"leavers' addresses": {0, 100, func(e *users.Entry) {
			e.Profile.ExternalID, e.Profile.FirstName = e.Profile.ExternalID+"-b", "Bea"
		}, seats.ErrChangedKeys, seats.Losses{Leavers: 100, Admins: 1}},
		"numbers of others": {0, 100, func(e *users.Entry) {
			var n int
			_, _ = fmt.Sscanf(e.Profile.ExternalID, "n-u%d", &n)
			e.Profile.ExternalID = fmt.Sprint("n-u", 99-n)
		}, seats.ErrChangedKeys, seats.Losses{Keys: 100, Admins: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var rows []users.Entry
			for _, u := range staff[c.from:c.to] {
				e := entry(u)
				c.change(&e)
				rows = append(rows, e)
			}
			d := compare(t, run, seats.Standard(), staff, rows...)
			refusal, hold := run.Stops(account, d, start)
			if c.want == nil {
				require.Nil(t, refusal)
				require.Nil(t, hold)
				return
			}
			require.ErrorIs(t, refusal, seats.ErrSourceHeld)
			require.Equal(t, []any{c.want, c.losses}, []any{refusal.Reason, refusal.Losses})
			require.Equal(t, c.losses, hold.(seats.HoldSource).Losses)
			require.NotEmpty(t, hold.(seats.HoldSource).Sample)
			require.LessOrEqual(t, len(hold.(seats.HoldSource).Sample), seats.MaxSample)
			refusal, _ = run.Stops(account.Released("hr", c.losses, start), d, start)
			require.Nil(t, refusal, "what is released may happen")
		})
	}
	// With one of two admins released both must not go.
	released := account
	released.Tally.Add(users.Segment{Status: users.Active, Role: users.Admin, Synced: true}, 1)
	released.Sources = seats.SourcesOf(seats.Source{Name: "hr", People: 100, Allowed: seats.Losses{Admins: 1}, AllowedUntil: start.Add(time.Hour)})
	require.NoError(t, released.Trips("hr", seats.Losses{Leavers: 1, Admins: 1}, start))
	require.Equal(t, seats.ErrLastAdminLeaves, released.Trips("hr", seats.Losses{Leavers: 2, Admins: 2}, start))

	held := seats.Account{Sources: seats.SourcesOf(seats.Source{Name: "hr", Hold: seats.Hold{Since: start}})}
	refusal, hold := run.Stops(held, seats.Differences{}, start)
	require.Equal(t, []any{seats.ErrHeld, nil}, []any{refusal.Reason, hold})
}
