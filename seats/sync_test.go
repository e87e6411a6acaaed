package seats_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// fields are those of the usual roster of these tests.
var fields = []string{"external-id", "email", "username", "name", "last-name-prefix", "department", "groups", "role", "last-day", "status"}

// hired is a user of the source "hr" with the number and the address of a row.
func hired(id users.ID, status users.Status) users.User {
	return users.User{
		Profile: users.Profile{
			ID: id, ExternalID: "n-" + string(id), Email: string(id) + "@acme.example", FirstName: "Ann", Department: "Sales", Location: "Leeds",
			Groups: []string{"red"}, Source: users.Source{Kind: users.SourceSync, Name: "hr"},
		},
		Status: status,
	}
}

// entry is the row of such a user.
func entry(u users.User) users.Entry {
	u.Profile.ID, u.Profile.Source, u.Profile.Location = "", users.Source{}, ""
	return users.Entry{Row: 7, Profile: u.Profile, Role: u.Role, Leave: u.Schedule.Leave}
}

// compare compares users with rows.
func compare(t testing.TB, run seats.SyncRun, policy seats.Policy, people []users.User, rows ...users.Entry) seats.Differences {
	c, refusal := seats.NewComparison(seats.Account{Policy: policy, Zone: "Europe/Paris"}, run, seats.Request{At: start, Zones: time.LoadLocation})
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

// did are the commands of differences and what they leave as it is, as texts.
func did(t *testing.T, d seats.Differences) (all []string) {
	for n, c := range d.Commands() {
		text, err := seats.EncodeCommand(c)
		require.NoError(t, err)
		all = append(all, fmt.Sprint(n, " ", string(text)))
	}
	for _, u := range d.Untouched {
		all = append(all, fmt.Sprint(u.Row, " ", u.Refusal.Action, " ", u.Refusal.User, ": ", u.Refusal.Code, " ", u.Refusal.Reason))
	}
	require.Equal(t, d.Len()+len(d.Untouched), len(all))
	return all
}

// TestComparison has a case for each state of a user of the source.
func TestComparison(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	past, future := users.Until("2026-01-31"), users.Until("2027-01-31")
	with := func(u users.User, change func(*users.User)) users.User {
		u = u.Clone()
		change(&u)
		return u
	}
	ann, gone := hired("ann", users.Active), hired("ann", users.Inactive)
	for name, c := range map[string]struct {
		is   users.User
		row  func(*users.Entry) // nil: missing
		want []string
	}{
		"same":              {ann, func(*users.Entry) {}, nil},
		"same letters":      {ann, func(e *users.Entry) { e.Profile.Email = "ANN@Acme.example" }, nil},
		"other location":    {ann, func(e *users.Entry) { e.Profile.Location = "York" }, nil},
		"no address":        {ann, func(e *users.Entry) { e.Profile.Email = "" }, nil},
		"missing":           {ann, nil, []string{`0 {"command":"deactivate","user":"ann","reason":"missing in the roster of hr"}`}},
		"missing, invited":  {hired("ann", users.Invited), nil, []string{`0 {"command":"deactivate","user":"ann","reason":"missing in the roster of hr"}`}},
		"missing, inactive": {gone, nil, nil},
		"left":              {ann, func(e *users.Entry) { e.Status = users.Inactive }, []string{`7 {"command":"deactivate","user":"ann","reason":"left by the roster of hr"}`}},
		"left before":       {gone, func(e *users.Entry) { e.Status = users.Inactive }, nil},
		"left by date":      {ann, func(e *users.Entry) { e.Leave = past }, []string{`7 {"command":"deactivate","user":"ann","reason":"left by the roster of hr, last day: 2026-01-31"}`}},
		"name":              {ann, func(e *users.Entry) { e.Profile.FirstName = "Anna" }, []string{`7 {"command":"edit","user":"ann","set":{"first_name":"Anna","last_name":"","email":"ann@acme.example","external_id":"n-ann","department":"Sales","groups":["red"]}}`}},
		"groups":            {ann, func(e *users.Entry) { e.Profile.Groups = nil }, []string{`7 {"command":"edit","user":"ann","set":{"first_name":"Ann","last_name":"","email":"ann@acme.example","external_id":"n-ann","department":"Sales","groups":[]}}`}},
		"username":          {ann, func(e *users.Entry) { e.Profile.Username = "ann7" }, []string{`7 {"command":"edit","user":"ann","set":{"first_name":"Ann","last_name":"","username":"ann7","email":"ann@acme.example","external_id":"n-ann","department":"Sales","groups":["red"]}}`}},
		"by hand, name": {
			with(ann, func(u *users.User) { u.Kept = []string{"email", "first-name", "groups"} }),
			func(e *users.Entry) {
				e.Profile.FirstName, e.Profile.Email, e.Profile.Groups = "Anna", "anna@acme.example", nil
			}, nil,
		},
		"by hand, another": {
			with(ann, func(u *users.User) { u.Kept = []string{"first-name", "groups"} }), func(e *users.Entry) { e.Profile.FirstName, e.Profile.Department = "Anna", "Law" },
			[]string{`7 {"command":"edit","user":"ann","set":{"last_name":"","email":"ann@acme.example","external_id":"n-ann","department":"Law"}}`},
		},
		"by hand, role":  {with(ann, func(u *users.User) { u.Kept = []string{"role"} }), func(e *users.Entry) { e.Role = users.Manager }, nil},
		"by hand, admin": {with(ann, func(u *users.User) { u.Kept, u.Role = []string{"role"}, users.Admin }), func(e *users.Entry) { e.Role = users.Member }, nil},
		"by hand, leave": {with(ann, func(u *users.User) { u.Kept, u.Schedule.Leave = []string{"leave"}, future }), func(e *users.Entry) { e.Leave = users.Leave{} }, nil},
		"by hand, other leave": {
			with(ann, func(u *users.User) { u.Kept, u.Schedule.Leave = []string{"leave"}, future }), func(e *users.Entry) { e.Leave = past }, nil,
		},
		"by hand, leave, left": {
			with(ann, func(u *users.User) { u.Kept = []string{"leave"} }), func(e *users.Entry) { e.Status = users.Inactive },
			[]string{`7 {"command":"deactivate","user":"ann","reason":"left by the roster of hr"}`},
		},
		"by hand, leave over": {
			with(gone, func(u *users.User) { u.Kept, u.LeftBy = []string{"leave"}, users.LeftByDate }), func(*users.Entry) {}, []string{"7 reactivate ann: wrong-status is inactive"},
		},
		"role":             {ann, func(e *users.Entry) { e.Role = users.Manager }, []string{`7 {"command":"change-role","user":"ann","role":"manager"}`}},
		"role of an owner": {ann, func(e *users.Entry) { e.Role = users.Owner }, []string{`7 {"command":"change-role","user":"ann","role":"admin"}`}},
		"leave":            {ann, func(e *users.Entry) { e.Leave = future }, []string{`7 {"command":"schedule","user":"ann","leave":{"date":"2027-01-31","as":"last-day"}}`}},
		"same leave": {
			with(ann, func(u *users.User) { u.Schedule.Leave = users.From("2027-01-31") }), func(e *users.Entry) { e.Leave = users.Leave{Date: "2027-01-31"} }, nil,
		},
		"no leave": {
			with(ann, func(u *users.User) { u.Schedule.Leave = future }), func(e *users.Entry) { e.Leave = users.Leave{} }, []string{`7 {"command":"unschedule","user":"ann"}`},
		},
		"back": {
			with(gone, func(u *users.User) { u.LeftBy = users.LeftBySync }), func(e *users.Entry) { e.Profile.Department = "Law" }, []string{
				`7 {"command":"edit","user":"ann","set":{"first_name":"Ann","last_name":"","email":"ann@acme.example","external_id":"n-ann","department":"Law","groups":["red"]}}`,
				`7 {"command":"reactivate","user":"ann"}`,
			},
		},
		"back, by date": {with(gone, func(u *users.User) { u.LeftBy = users.LeftByDate }), func(*users.Entry) {}, []string{`7 {"command":"reactivate","user":"ann"}`}},
		"by hand":       {with(gone, func(u *users.User) { u.LeftBy = users.LeftByHand }), func(*users.Entry) {}, []string{"7 reactivate ann: forbidden a user who was put out by hand stays out for a sync"}},
		"archived":      {hired("ann", users.Archived), func(*users.Entry) {}, []string{"7 reactivate ann: wrong-status is archived"}},
		"planned":       {with(gone, func(u *users.User) { u.Start.Date = "2027-01-01" }), func(*users.Entry) {}, nil},
		"new number": {ann, func(e *users.Entry) { e.Profile.ExternalID = "n-0" }, []string{
			`7 {"command":"edit","user":"ann","set":{"first_name":"Ann","last_name":"","email":"ann@acme.example","external_id":"n-0","department":"Sales","groups":["red"]}}`,
		}},
		"no number":       {ann, func(e *users.Entry) { e.Profile.ExternalID = "" }, nil},
		"owner":           {with(ann, func(u *users.User) { u.Role = users.Owner }), func(*users.Entry) {}, nil},
		"owner, missing":  {with(ann, func(u *users.User) { u.Role = users.Owner }), nil, []string{"0 deactivate ann: owner-protected <nil>"}},
		"owner, left":     {with(ann, func(u *users.User) { u.Role = users.Owner }), func(e *users.Entry) { e.Leave = past }, []string{"7 deactivate ann: owner-protected <nil>"}},
		"owner, changed":  {with(ann, func(u *users.User) { u.Role = users.Owner }), func(e *users.Entry) { e.Role = users.Member }, []string{"7 edit ann: owner-protected <nil>"}},
		"another source":  {with(ann, func(u *users.User) { u.Source.Name = "ad" }), func(*users.Entry) {}, []string{"7 invite ann: forbidden a sync acts only on users of its own source"}},
		"another, left":   {with(ann, func(u *users.User) { u.Source.Name = "ad" }), func(e *users.Entry) { e.Status = users.Inactive }, nil},
		"another, gone":   {with(ann, func(u *users.User) { u.Source.Name = "ad" }), nil, nil},
		"another's owner": {with(ann, func(u *users.User) { u.Source, u.Role = users.Source{}, users.Owner }), func(*users.Entry) {}, []string{"7 invite ann: owner-protected <nil>"}},
		"new and left":    {hired("ben", users.Archived), func(e *users.Entry) { e.Profile, e.Status = entry(ann).Profile, users.Archived }, nil},
		"new": {hired("ben", users.Archived), func(e *users.Entry) { e.Profile, e.Role, e.Leave = entry(ann).Profile, users.Owner, future }, []string{
			`7 {"command":"invite","profile":{"first_name":"Ann","email":"ann@acme.example","external_id":"n-ann","department":"Sales","groups":["red"],"source":{"kind":"sync","name":"hr"}},"role":"admin","leave":{"date":"2027-01-31","as":"last-day"}}`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			// There is another user with a row, since an empty roster is none.
			ben := hired("ben-0", users.Active)
			rows := []users.Entry{entry(ben)}
			if c.row != nil {
				e := entry(c.is)
				if c.is.Role == users.Owner {
					e.Role = users.Owner
				}
				c.row(&e)
				rows = append(rows, e)
			}
			require.Equal(t, c.want, did(t, compare(t, run, seats.Standard(), []users.User{ben, c.is}, rows...)))
		})
	}
}

// TestComparison_fields: what the roster has no column for stays as it is.
func TestComparison_fields(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: []string{"username", "title"}, Adds: true}
	ann := hired("ann", users.Active)
	ann.Username, ann.Schedule.Leave, ann.Role = "ann", users.Until("2027-01-31"), users.Manager
	e := users.Entry{Row: 2, Profile: users.Profile{Username: "Ann", ExternalID: "other", Email: "other@acme.example", FirstName: "Bea", Groups: []string{"blue"}}}
	d := compare(t, run, seats.Standard(), []users.User{ann}, e)
	require.Empty(t, did(t, d))
	e.Profile.Title = "Cook"
	require.Equal(t, []string{`2 {"command":"edit","user":"ann","set":{"username":"Ann","title":"Cook"}}`}, did(t, compare(t, run, seats.Standard(), []users.User{ann}, e)))

	left := hired("ann", users.Inactive)
	left.Username, left.LeftBy = "ann", users.LeftByDate
	d = compare(t, run, seats.Standard(), []users.User{left}, e, users.Entry{Row: 3, Role: users.Admin, Profile: users.Profile{Username: "bea"}})
	require.Equal(t, []string{
		`3 {"command":"add","profile":{"username":"bea","source":{"kind":"sync","name":"hr"}},"role":"member"}`,
		"2 reactivate ann: wrong-status is inactive",
	}, did(t, d), "without days of leaves a date is the account's own")
}

// TestComparison_order: seats come free before they are taken.
func TestComparison_order(t *testing.T) {
	run := seats.SyncRun{Source: "hr", Fields: fields}
	left, ann, admin := hired("zoe", users.Active), hired("ann", users.Active), hired("eve", users.Active)
	admin.Role = users.Admin
	back := hired("bob", users.Inactive)
	back.LeftBy = users.LeftBySync
	changed := entry(ann)
	changed.Role, changed.Leave, changed.Profile.Email = users.Manager, users.Until("2027-01-31"), "ann@corp.example"
	d := compare(t, run, seats.Standard(), []users.User{ann, back, admin, left}, entry(hired("new", 0)), entry(back), changed)
	var actions []users.Action
	for _, c := range d.Commands() {
		actions = append(actions, c.Action())
	}
	require.Equal(t, []users.Action{
		users.ActionDeactivate, users.ActionDeactivate, users.ActionChangeRole, users.ActionEdit, users.ActionReactivate, users.ActionInvite, users.ActionSchedule,
	}, actions)
	require.Equal(t, "3 rows: 0 as before, 1 joins, 1 comes back, 2 leave, 1 leaves on a day, 1 changes", d.String())
	require.Equal(t, []int{1, 0, 1}, []int{d.NewKeys, d.Renumbered, d.Admins})
	require.Equal(t, []users.ID{"eve"}, d.Leavers(1))
	require.Len(t, d.Leavers(9), 2)
	for range d.Commands() {
		break
	}

	// Without a seat for admins one who becomes an admin frees one, and an admin who becomes a member needs it.
	exempt := seats.Standard()
	exempt.Exempt = users.In(users.Admin)
	rises, falls := entry(ann), entry(admin)
	rises.Role, falls.Role = users.Admin, users.Member
	d = compare(t, run, exempt, []users.User{admin, ann}, falls, rises)
	require.Equal(t, []string{`7 {"command":"change-role","user":"ann","role":"admin"}`, `7 {"command":"change-role","user":"eve","role":"member"}`}, did(t, d))
	require.Equal(t, 1, d.Admins)
}

func TestComparison_refusals(t *testing.T) {
	for name, run := range map[string]seats.SyncRun{
		"source": {Fields: fields}, "no key": {Source: "hr", Fields: []string{"name"}}, "unknown field": {Source: "hr", Fields: []string{"email", "e-mail"}},
	} {
		_, refusal := seats.NewComparison(seats.Account{}, run, seats.Request{At: start})
		require.ErrorIs(t, refusal, seats.ErrBadInput, name)
	}
	_, refusal := seats.NewComparison(seats.Account{}, seats.SyncRun{Source: "hr", Fields: []string{"email", "e-mail"}}, seats.Request{At: start})
	require.EqualError(t, refusal, "seats: not valid: fields names an unknown field")
	run := seats.SyncRun{Source: "hr", Fields: fields}
	begin := func(zone string) *seats.Comparison {
		c, refusal := seats.NewComparison(seats.Account{Zone: zone}, run, seats.Request{At: start})
		require.Nil(t, refusal)
		c.User(hired("ann", users.Active))
		return c
	}
	dated := entry(hired("ann", 0))
	dated.Leave = users.Until("2026-01-31")
	for _, number := range []string{dated.Profile.ExternalID, ""} {
		dated.Profile.ExternalID = number
		c := begin("Nowhere/Land")
		require.Nil(t, c.Row(dated))
		_, refusal := c.Differences(true)
		require.ErrorIs(t, refusal, seats.ErrBadInput)
	}
	dated.Profile.Email = "new@acme.example"
	require.ErrorIs(t, begin("Nowhere/Land").Row(dated), seats.ErrBadInput)

	_, refusal = begin("").Differences(true)
	require.ErrorIs(t, refusal, users.ErrEmpty)
	_, refusal = begin("").Differences(false)
	require.ErrorIs(t, refusal, seats.ErrIncomplete)

	d := compare(t, run, seats.Standard(), nil, entry(hired("ann", 0)))
	require.Nil(t, run.Agrees(d))
	run.Plan = d.Digest
	require.Nil(t, run.Agrees(d))
	other := entry(hired("ann", 0))
	other.Profile.FirstName = "Anna"
	require.ErrorIs(t, run.Agrees(compare(t, run, seats.Standard(), nil, other)), seats.ErrBadInput)
}

// TestDifferences_JSON: a plan can be shown and kept, without its commands. Of many users left as they are it has the first.
func TestDifferences_JSON(t *testing.T) {
	var people []users.User
	rows := []users.Entry{entry(hired("ann", 0))}
	for i := range seats.MaxUntouched + 1 {
		u := hired(users.ID(fmt.Sprint("u", i)), users.Archived)
		people, rows = append(people, u), append(rows, entry(u))
	}
	d := compare(t, seats.SyncRun{Source: "hr", Fields: fields}, seats.Standard(), people, rows...)
	require.Len(t, d.Untouched, seats.MaxUntouched)
	require.Equal(t, "1002 rows: 0 as before, 1 joins, 1001 left as they are: wrong-status", d.String())
	text, err := json.Marshal(d)
	require.NoError(t, err)
	require.NotContains(t, string(text), "@acme.example")
	var read seats.Differences
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, d.String(), read.String())
	require.Equal(t, d.Untouched[7], read.Untouched[7])
	require.Zero(t, read.Len())
	require.Error(t, json.Unmarshal([]byte(`{"surprise":1}`), &read))
}

// TestComparison_memory: a user takes at most 200 bytes, with an ID by a Keeper and three keys.
func TestComparison_memory(t *testing.T) {
	const people = 100_000
	c, refusal := seats.NewComparison(seats.Account{}, seats.SyncRun{Source: "hr", Fields: fields}, seats.Request{At: start})
	require.Nil(t, refusal)
	u := func(i int) users.User {
		u := hired(users.ID(fmt.Sprintf("0199f3a1b2c3d4e5-%016d", i)), users.Active)
		u.Username = fmt.Sprint("user", i)
		return u
	}
	before := heapInUse()
	for i := range people {
		c.User(u(i))
	}
	for i := range people {
		require.Nil(t, c.Row(entry(u(i))))
	}
	after := heapInUse()
	d, refusal := c.Differences(true)
	require.Nil(t, refusal)
	require.Equal(t, people, d.Same)
	require.LessOrEqual(t, (after-before)/people, int64(200))
	t.Log((after-before)/people, "bytes")
}
