package seats_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestComparison_newcomer: another number at the address or the username of a user is theirs if the name is, and else a
// newcomer's, whatever the status of the user.
func TestComparison_newcomer(t *testing.T) {
	const renumbered, newcomer = true, false
	for name, c := range map[string]struct {
		user   func(*users.User)
		row    func(*users.Profile)
		fields []string
		want   bool
	}{
		"the same name":       {want: renumbered},
		"other letters":       {row: func(p *users.Profile) { p.FirstName = "ÁNN" }, want: renumbered},
		"by username":         {row: func(p *users.Profile) { p.Email = "new@acme.example" }, want: renumbered},
		"another first name":  {row: func(p *users.Profile) { p.FirstName = "Bea" }, want: newcomer},
		"another last name":   {row: func(p *users.Profile) { p.LastName = "Berg" }, want: newcomer},
		"no name in the row":  {row: func(p *users.Profile) { p.FirstName, p.LastName = "", "" }, want: newcomer},
		"no name of the user": {user: func(u *users.User) { u.FirstName, u.LastName = "", "" }, want: newcomer},
		"no columns of names": {fields: []string{"external-id", "email", "username"}, want: newcomer},
		"a column of one name": {
			row: func(p *users.Profile) { p.LastName = "" }, fields: []string{"external-id", "email", "username", "first-name"}, want: renumbered,
		},
		"the same name by hand": {user: func(u *users.User) { u.Kept = []string{"first-name"} }, want: renumbered},
		"names by hand": {
			user: func(u *users.User) { u.Kept = []string{"first-name", "last-name"} }, row: func(p *users.Profile) { p.FirstName = "Bea" }, want: newcomer,
		},
		"a number by hand": {
			user: func(u *users.User) { u.Kept = []string{"external-id"} }, row: func(p *users.Profile) { p.FirstName = "Bea" }, want: renumbered,
		},
		"no column of numbers": {fields: []string{"email", "username", "first-name"}, row: func(p *users.Profile) { p.FirstName = "Bea" }, want: renumbered},
	} {
		for _, status := range []users.Status{users.Invited, users.Active, users.Inactive} {
			t.Run(fmt.Sprint(name, ", ", status), func(t *testing.T) {
				run := seats.SyncRun{Source: "hr", Fields: []string{"external-id", "email", "username", "name"}}
				if c.fields != nil {
					run.Fields = c.fields
				}
				ann := hired("ann", status)
				ann.LastName, ann.Username = "Ash", "ann"
				if status == users.Inactive {
					ann.LeftBy = users.LeftBySync
				}
				e := entry(ann)
				if c.user != nil {
					c.user(&ann)
				}
				if c.row != nil {
					c.row(&e.Profile)
				}
				e.Profile.ExternalID = "n-0"
				d := compare(t, run, seats.Standard(), []users.User{ann}, e)
				out := 0
				if status != users.Inactive {
					out = 1
				}
				if c.want == newcomer {
					require.Equal(t, []int{1, out, out, 0, 0}, []int{d.Joining, d.Leaving, d.Replaced, d.Returning, d.Renumbered})
				} else {
					require.Equal(t, []int{0, 0, 0, 1 - out}, []int{d.Joining, d.Leaving, d.Replaced, d.Returning})
				}
			})
		}
	}
}

// TestComparison_unnamed: without names many new numbers are a stop by its name, and once that is released the users stay.
func TestComparison_unnamed(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: []string{"external-id", "email"}}
	var staff []users.User
	var rows []users.Entry
	for i := range 20 {
		u := hired(users.ID(fmt.Sprint("u", i)), users.Active)
		if i == 0 {
			u.Role = users.Admin
		}
		e := entry(u)
		if e.Row = i + 2; i < 12 {
			e.Profile.ExternalID += "-b"
		}
		if staff = append(staff, u); i < 19 {
			rows = append(rows, e)
		}
	}
	account := seats.Account{Policy: seats.Standard(), Sources: seats.SourcesOf(seats.Source{Name: "hr", People: 20})}
	account.Tally.Add(users.Segment{Status: users.Active, Role: users.Admin, Synced: true}, 1)
	d := compareIn(t, account, run, staff, rows...)
	require.Equal(t, []int{13, 12, 0}, []int{d.Leaving, d.Replaced, d.NewKeys})
	refusal, hold := run.Stops(account, d, start)
	require.Equal(t, []any{seats.ErrChangedKeys, seats.Losses{Leavers: 1, Keys: 12, Admins: 1}}, []any{refusal.Reason, refusal.Losses})
	require.Equal(t, []any{refusal.Losses, "changed-keys", users.ID("u0"), seats.MaxSample},
		[]any{hold.(seats.HoldSource).Losses, hold.(seats.HoldSource).Cause, hold.(seats.HoldSource).Sample[0], len(hold.(seats.HoldSource).Sample)})

	released := account.Released("hr", refusal.Losses, start)
	d = compareIn(t, released, run, staff, rows...)
	require.Equal(t, []int{1, 0, 12, 12}, []int{d.Leaving, d.Replaced, d.NewKeys, d.Renumbered})
	refusal, _ = run.Stops(released, d, start)
	require.Nil(t, refusal)
	d = compareIn(t, account.Released("hr", seats.Losses{Leavers: 12}, start), run, staff, rows...)
	require.Equal(t, 12, d.Replaced, "a release of leavers is none of keys")
}

// compareIn is compare for an account.
func compareIn(t testing.TB, a seats.Account, run seats.SyncRun, people []users.User, rows ...users.Entry) seats.Differences {
	c, refusal := seats.NewComparison(a, run, seats.Request{At: start, Zones: time.LoadLocation})
	require.Nil(t, refusal)
	for _, u := range people {
		c.User(u)
	}
	for _, e := range rows {
		require.Nil(t, c.Row(e))
	}
	d, refusal := c.Differences(true)
	require.Nil(t, refusal)
	return d
}

// TestComparison_exchange: users who exchange keys do so in a part of its own.
func TestComparison_exchange(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	ring := func(n int, status func(i int) users.Status) (people []users.User, rows []users.Entry) {
		for i := range n {
			u := hired(users.ID(fmt.Sprint("r", i)), status(i))
			e := entry(u)
			e.Row, e.Profile.Email = i+2, fmt.Sprint("r", (i+1)%n, "@acme.example")
			people, rows = append(people, u), append(rows, e)
		}
		return people, rows
	}
	active := func(int) users.Status { return users.Active }
	order := func(d seats.Differences, most int) (all []string) {
		n := 0
		for part := range d.Parts(most) {
			text := ""
			for _, c := range part.Commands {
				text += string(c.(seats.Edit).User)
				if set := c.(seats.Edit).Set; set.Email != nil && *set.Email == "" {
					text += "-"
				}
				text += " "
			}
			n += len(part.Commands)
			require.Equal(t, n < d.Len(), part.More)
			if part.Together {
				text += "together"
			}
			all = append(all, strings.TrimSpace(text))
		}
		return all
	}
	people, rows := ring(3, active)
	d := compare(t, run, seats.Standard(), people, rows...)
	require.Equal(t, []int{3, 3}, []int{d.NewKeys, d.Changed})
	require.Equal(t, []string{"r0- r2 r1 r0 together"}, order(d, 2))

	people, rows = ring(3, func(i int) users.Status {
		if i == 1 {
			return users.Active
		}
		return users.Invited
	})
	require.Equal(t, []string{"r1- r0 r2 r1 together"}, order(compare(t, run, seats.Standard(), people, rows...), 2), "an invited user would be sent two invitations")

	// Others are before and after it, each after the one whose key it gets.
	more := []users.User{hired("s0", users.Active), hired("s1", users.Active), hired("s2", users.Active)}
	for i := range more {
		more[i].Username = string(more[i].ID)
		e := entry(more[i])
		e.Profile.Username = fmt.Sprint("s", i+1)
		people, rows = append(people, more[i]), append(rows, e)
	}
	require.Equal(t, []string{"r1- r0 r2 r1 together", "s2 s1", "s0"}, order(compare(t, run, seats.Standard(), people, rows...), 2))
	require.Equal(t, []string{"r1- r0 r2 r1 together", "s2 s1 s0"}, order(compare(t, run, seats.Standard(), people, rows...), 500))
	for range d.Parts(1) {
		break
	}

	// Usernames and addresses at once: each gives up all that the row changes.
	two, rows := ring(2, active)
	for i := range two {
		two[i].Username, rows[i].Profile.Username = fmt.Sprint("n", i), fmt.Sprint("n", 1-i)
	}
	d = compare(t, run, seats.Standard(), two, rows...)
	for _, c := range d.Commands() {
		require.Equal(t, []string{"", ""}, []string{*c.(seats.Edit).Set.Email, *c.(seats.Edit).Set.Username})
		break
	}
	require.Equal(t, 3, d.Len())

	// Where addresses are shared they are not given up, and fields by hand are none to exchange.
	sharing := seats.Standard()
	sharing.SharedAddresses = seats.SharingAllowed
	two, rows = ring(2, active)
	require.Equal(t, []string{"r1 r0"}, order(compare(t, run, sharing, two, rows...), 2))
	two[0].Kept = []string{"email"}
	require.Equal(t, []string{"r1"}, order(compare(t, run, seats.Standard(), two, rows...), 2))

	many, rows := ring(seats.MaxCommands, active)
	d = compare(t, run, seats.Standard(), many, rows...)
	require.Equal(t, []any{0, "1000 rows: 0 as before, 1000 change, 1000 left as they are: duplicate"}, []any{d.Len(), d.String()})
	many, rows = ring(seats.MaxCommands-1, active)
	require.Equal(t, seats.MaxCommands, func() int { d := compare(t, run, seats.Standard(), many, rows...); return d.Len() }())
}

// TestDecideEach_together: commands that are carried out together exchange addresses, or change nothing.
func TestDecideEach_together(t *testing.T) {
	s := fed(t, 3)
	s.do(owner, seats.EditSource{Source: "hr", Guard: &seats.Guard{Day: 100, Month: 100, Ever: 100}})
	mail := func(id users.ID, name string) seats.Command {
		if name != "" {
			name += "@acme.example"
		}
		return seats.Edit{User: id, Set: users.Patch{Email: &name, Username: new(string(id))}}
	}
	require.NotEmpty(t, s.user("p0").Email)
	name := func(id users.ID) string { return strings.TrimSuffix(s.user(id).Email, "@acme.example") }
	p0, p1 := name("p0"), name("p1")
	decide := func(together bool, commands ...seats.Command) seats.Decision {
		request := s.request(hr, commands...)
		request.Together = together
		return seats.DecideEach(s.rows, request)
	}
	d := decide(true, mail("p0", ""), mail("p1", p0), mail("p0", "owner"))
	require.Empty(t, d.Change.Events)
	for i, o := range d.Outcomes {
		require.Equal(t, []any{users.ActionEdit, []users.ID{"p0", "p1", "p0"}[i], seats.ErrDuplicate, 2}, []any{o.Action, o.User, o.Refusal.Code, o.Refusal.Index})
		require.Same(t, d.Outcomes[0].Refusal, o.Refusal)
	}
	require.Len(t, decide(false, mail("p0", ""), mail("p1", p0), mail("p0", "owner")).Change.Events, 2)

	exchange := []seats.Command{mail("p0", ""), mail("p1", p0), mail("p0", p1)}
	for _, c := range []struct {
		together bool
		commands []seats.Command
		want     string
	}{
		{true, exchange, "3 commands: 3 fit"},
		{true, append(exchange, mail("p2", "owner")), "4 commands: 0 fit, 4 do not fit: duplicate 4, from command 1 on"},
		{false, append(exchange, mail("p2", "owner")), "4 commands: 3 fit, 1 does not fit: duplicate 1, from command 4 on"},
	} {
		var preview seats.LargePreview
		request := s.request(hr, c.commands...)
		request.Together = c.together
		preview.Add(s.rows, request, c.commands)
		require.Equal(t, c.want, preview.Plan().Totals.String())
	}
	d = decide(true, exchange...)
	s.write(d.Change)
	require.Equal(t, []string{p1, p0}, []string{name("p0"), name("p1")})
}
