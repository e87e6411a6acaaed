package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestComparison_keyByHand: a user whose keys were all edited by hand is found by the name, and stays where the name tells nothing.
func TestComparison_keyByHand(t *testing.T) {
	person := func(id users.ID, name string, kept ...string) users.User {
		u := hired(id, users.Active)
		u.ExternalID, u.FirstName, u.LastName, u.Kept = "", name, "Ash", kept
		return u
	}
	row := func(n int, address, name string) users.Entry {
		return users.Entry{Row: n, Profile: users.Profile{Email: address + "@acme.example", FirstName: name, LastName: "Ash"}}
	}
	change := func(u users.User, change func(u *users.User)) users.User { change(&u); return u }
	ann, named := person("ann", "Ann", "email"), row(2, "old", "ANN")
	const stays = "0 deactivate ann: forbidden has no key but those edited by hand"
	const ambiguous = " invite : ambiguous has no key but those edited by hand"
	const joins = `2 {"command":"invite","profile":{"first_name":"ANN","last_name":"Ash","email":"old@acme.example","source":{"kind":"sync","name":"hr"}},"role":"member"}`
	const leaves = `{"command":"deactivate","user":"ann","reason":"`
	for name, c := range map[string]struct {
		fields []string // beside the address and the names
		people []users.User
		rows   []users.Entry
		want   []string
	}{
		"same":        {nil, []users.User{ann}, []users.Entry{row(2, "old", "Ann")}, nil},
		"other words": {nil, []users.User{ann}, []users.Entry{named}, []string{`2 {"command":"edit","user":"ann","set":{"first_name":"ANN","last_name":"Ash"}}`}},
		"left":        {nil, []users.User{ann}, []users.Entry{{Row: 2, Profile: named.Profile, Status: users.Inactive}}, []string{"2 " + leaves + `left by the roster of hr"}`}},
		"new key": {
			nil, []users.User{ann}, []users.Entry{row(2, "ann", "Ann"), row(3, "old", "Ann")},
			[]string{`3 {"command":"invite","profile":{"first_name":"Ann","last_name":"Ash","email":"old@acme.example","source":{"kind":"sync","name":"hr"}},"role":"member"}`},
		},
		"missing":      {nil, []users.User{ann}, []users.Entry{row(2, "bea", "Bea")}, []string{`2 {"command":"invite","profile":{"first_name":"Bea","last_name":"Ash","email":"bea@acme.example","source":{"kind":"sync","name":"hr"}},"role":"member"}`, stays}},
		"two rows":     {nil, []users.User{ann}, []users.Entry{named, row(3, "ann.2", "Ann")}, []string{"2" + ambiguous, "3" + ambiguous, stays}},
		"two users":    {nil, []users.User{ann, person("anne", "Ann", "email")}, []users.Entry{named}, []string{"2" + ambiguous, stays, "0 deactivate anne: forbidden has no key but those edited by hand"}},
		"one is found": {nil, []users.User{ann, person("anne", "Ann", "email")}, []users.Entry{row(2, "old", "Ann"), row(3, "anne", "Ann")}, nil},
		"not by hand":  {nil, []users.User{person("ann", "Ann", "title")}, []users.Entry{named}, []string{"0 " + leaves + `missing in the roster of hr"}`, joins}},
		"another key":  {[]string{"username"}, []users.User{change(ann, func(u *users.User) { u.Username = "ann" })}, []users.Entry{named}, []string{"0 " + leaves + `missing in the roster of hr"}`, joins}},
		"inactive":     {nil, []users.User{change(ann, func(u *users.User) { u.Status, u.LeftBy = users.Inactive, users.LeftBySync })}, []users.Entry{named}, []string{joins}},
		"another's":    {nil, []users.User{change(ann, func(u *users.User) { u.Source.Name = "ad" })}, []users.Entry{named}, []string{joins}},
		"name by hand": {nil, []users.User{change(ann, func(u *users.User) { u.FirstName, u.Kept = "Nan", []string{"email", "first-name"} })}, []users.Entry{named}, []string{joins, stays}},
		"owner":        {nil, []users.User{change(ann, func(u *users.User) { u.Role = users.Owner })}, []users.Entry{row(2, "old", "Ann")}, nil},
		"number":       {[]string{"external-id"}, []users.User{ann}, []users.Entry{{Row: 2, Profile: users.Profile{ExternalID: "7", Email: "old@acme.example", FirstName: "Ann", LastName: "Ash"}}}, []string{`2 {"command":"edit","user":"ann","set":{"first_name":"Ann","last_name":"Ash","external_id":"7"}}`}},
	} {
		t.Run(name, func(t *testing.T) {
			run := seats.SyncRun{Source: "hr", Fields: append([]string{"email", "name"}, c.fields...)}
			require.Equal(t, c.want, did(t, compare(t, run, seats.Standard(), c.people, c.rows...)))
		})
	}
}

// TestComparison_chain: users who keep number and name are not renumbered, whichever addresses they get.
func TestComparison_chain(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: []string{"external-id", "email", "first-name"}}
	people := []users.User{hired("p0", users.Active), hired("p1", users.Active)}
	rows := []users.Entry{entry(people[0]), entry(people[1])}
	for i := range people {
		people[i].FirstName = fmt.Sprint("Name ", i)
		rows[i].Profile.FirstName = people[i].FirstName
	}
	rows[0].Profile.Email, rows[1].Profile.Email = "new@acme.example", "p0@acme.example"
	d := compare(t, run, seats.Standard(), people, rows...)
	require.Equal(t, []int{2, 0}, []int{d.NewKeys, d.Renumbered})
	rows[1].Profile.FirstName = people[0].FirstName
	d = compare(t, run, seats.Standard(), people, rows...)
	require.Equal(t, []int{2, 1}, []int{d.NewKeys, d.Renumbered}, "the name of another")
	run.Fields = run.Fields[:2]
	d = compare(t, run, seats.Standard(), people, rows...)
	require.Equal(t, []int{2, 1}, []int{d.NewKeys, d.Renumbered}, "no column of names")
}

// TestTotals_Add_inactive: users who were inactive before, or become so by their row, are not created inactive.
func TestTotals_Add_inactive(t *testing.T) {
	s := adopting(t)
	s.do(users.Sync("ad"), seats.Deactivate{User: "ad"})
	var totals seats.Totals
	for _, o := range seats.DecideEach(s.rows, s.request(hr, seats.Invite{Profile: profile("ad")})).Outcomes {
		totals.Add(o)
	}
	for _, o := range seats.DecideEach(s.rows, s.request(owner, seats.Invite{Profile: profile("hand"), Gone: true})).Outcomes {
		totals.Add(o)
	}
	require.Equal(t, "2 commands: 2 fit", totals.String())
}

// TestComparison_keyByHand_zone: a day of a leave in an unknown zone ends the comparison.
func TestComparison_keyByHand_zone(t *testing.T) {
	ann := hired("ann", users.Active)
	ann.ExternalID, ann.Kept = "", []string{"email"}
	row := entry(ann)
	row.Profile.Email, row.Leave = "old@acme.example", users.Until("2026-01-31")
	run := seats.SyncRun{Source: "hr", Fields: []string{"email", "name", "leave"}}
	c, refusal := seats.NewComparison(seats.Account{Zone: "Nowhere/None"}, run, seats.Request{At: start, Zones: time.LoadLocation})
	require.Nil(t, refusal)
	c.User(ann)
	require.Nil(t, c.Row(row))
	_, refusal = c.Differences(true)
	require.NotNil(t, refusal)
}
