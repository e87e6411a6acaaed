package scim_test

import (
	"errors"
	"fmt"
	"iter"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

func parameters(filter string) url.Values { return url.Values{"filter": {filter}} }

// found returns the IDs of the users for which a filter holds.
func (e *endpoint) found(t *testing.T, p url.Values) (ids []string, page scim.Page) {
	t.Helper()
	q, err := e.Query(p)
	require.NoError(t, err)
	page, err = q.Users(e.people())
	require.NoError(t, err)
	for _, u := range page.Users {
		ids = append(ids, string(u.ID))
	}
	return ids, page
}

func TestQuery_filter(t *testing.T) {
	e := newEndpoint(t, 20, seats.Standard())
	e.given(t, []users.User{
		{Profile: users.Profile{ID: "u1", Username: "Ada@Acme.example", Email: "ada@acme.example", ExternalID: "E1"}},
		{Profile: users.Profile{ID: "u2", Email: "ben@acme.example", ExternalID: "007"}},
		{Profile: users.Profile{ID: "u3", ExternalID: "e1"}, Status: users.Inactive},
		{Profile: users.Profile{ID: "u4", Username: `a"b\é`, ExternalID: "E4"}},
		{Profile: users.Profile{ID: "hand", Email: "hand@acme.example", Source: users.Source{Kind: users.SourceImport}}},
	})
	for filter, want := range map[string][]string{
		`userName eq "ADA@acme.EXAMPLE"`:                                            {"u1"},
		`userName eq "ben@acme.example"`:                                            {"u2"}, // is shown by it
		`userName eq "e1"`:                                                          {"u3"},
		`userName eq "hand@acme.example"`:                                           nil, // of another source
		`userName eq ""`:                                                            nil,
		`  userName   Eq  "ada@acme.example"  `:                                     {"u1"},
		`USERNAME EQ "ada@acme.example" AND ACTIVE EQ "True"`:                       {"u1"},
		`userName eq "ada@acme.example" and active eq false`:                        nil,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada@acme.example"`: {"u1"},
		`externalId eq "E1"`:                                                        {"u1"},
		`externalId eq "e1"`:                                                        {"u3"},
		`externalId eq "007"`:                                                       {"u2"},
		`externalId eq "7"`:                                                         nil,
		`id eq "u1"`:                                                                {"u1"},
		`id eq "U1"`:                                                                nil,
		`id eq "u1" and externalId eq "007"`:                                        nil,
		`emails eq "ADA@acme.example"`:                                              {"u1"},
		`emails.value eq "ADA@acme.example"`:                                        {"u1"},
		`emails[value eq "ada@acme.example"]`:                                       {"u1"},
		`emails[type eq "work" and value eq "ada@acme.example"]`:                    {"u1"},
		`emails[type eq "work"].value eq "ada@acme.example"`:                        {"u1"},
		`emails[type eq "home"].value eq "ada@acme.example"`:                        nil,
		`emails[primary eq true].value eq "ada@acme.example" and userName eq "ada@acme.example"`: {"u1"},
		`emails.type eq "Work"`:                    {"u1", "u2"},
		`emails.primary eq "false"`:                nil,
		`active eq true`:                           {"u1", "u2", "u4"},
		`active eq "False"`:                        {"u3"},
		`active eq true and active eq false`:       nil,
		`active eq true and emails.type eq "work"`: {"u1", "u2"},
		`userName eq "a\"b\\\u00e9"`:               {"u4"},
		`userName eq "a\"b\\é"`:                    {"u4"},
		`(userName eq "ada@acme.example")`:         {"u1"},
		`userName eq "]. value eq "`:               nil,
		`userName eq "a[type eq 1].b eq c"`:        nil,
		``:                                         {"u1", "u2", "u3", "u4"},
		` `:                                        {"u1", "u2", "u3", "u4"},
	} {
		ids, page := e.found(t, parameters(filter))
		require.Equal(t, want, ids, filter)
		require.EqualValues(t, len(want), page.Total, filter)
	}
}

// TestQuery_invalid has filters that are not understood: never an empty list.
func TestQuery_invalid(t *testing.T) {
	long := `userName eq "`
	for range 1000 {
		long += "x"
	}
	for _, filter := range []string{
		`userName`, `userName eq`, `eq`, `userName eq 'ada'`, `userName eq ada`, `userName == "ada"`, `userName eq "ada" userName`,
		`userName co "ada"`, `userName sw "ada"`, `userName pr`, `userName ne "ada"`, `not (active eq true)`, `active eq true or id eq "u1"`,
		`emails[type eq "work"].value co "@acme.example"`, `emails[type eq "work" or primary eq true].value eq "ada@acme.example"`,
		`emails[type eq "work" and value eq "a" and primary eq true]`, `emails[value pr]`, `emails[value eq "a" or value eq "b"]`, `emails.value[type eq "work"]`,
		`nickName eq "ada"`, `emails.display eq "x"`, `name.familyName eq "Quist"`, `urn:acme:User:userName eq "ada"`, `meta.created eq "x"`,
		`externalId eq 007`, `externalId eq 7`, `externalId eq true`, `externalId eq null`, `active eq "yes"`, `active eq 1`, `active eq null`,
		`userName eq "\ud800"`, `userName eq "ada`, `userName eq "ada" and`, `and`, `()`, long + `"`,
	} {
		_, err := connection.Query(parameters(filter))
		require.Error(t, err, filter)
		require.Equal(t, scim.InvalidFilter, scim.ErrorOf(err).Type, "%s", filter)
		require.Equal(t, 400, scim.ErrorOf(err).Status)
		_, err = connection.GroupQuery(parameters(filter))
		if filter != `externalId eq 7` {
			require.Equal(t, scim.InvalidFilter, scim.ErrorOf(err).Type, "%s", filter)
		}
	}
}

func TestQuery_pages(t *testing.T) {
	e := newEndpoint(t, 2000, seats.Standard())
	var all []users.User
	for i := range 7 {
		all = append(all, users.User{Profile: users.Profile{ID: users.ID(fmt.Sprintf("u%d", i+1)), ExternalID: fmt.Sprint(i)}})
	}
	e.given(t, append(all, users.User{Profile: users.Profile{ID: "hand", Email: "hand@acme.example", Source: users.Source{Kind: users.SourceImport}}}))
	for _, c := range []struct {
		start, count string
		want         []string
		first        int
	}{
		{"", "", []string{"u1", "u2", "u3", "u4", "u5", "u6", "u7"}, 1},
		{"1", "2", []string{"u1", "u2"}, 1},
		{"3", "2", []string{"u3", "u4"}, 3},
		{"7", "2", []string{"u7"}, 7},
		{"8", "2", nil, 8},
		{"0", "1", []string{"u1"}, 1},
		{"-5", "1", []string{"u1"}, 1},
		{"1", "0", nil, 1},
		{"1", "-1", nil, 1},
		{"1", "100000", []string{"u1", "u2", "u3", "u4", "u5", "u6", "u7"}, 1},
	} {
		ids, page := e.found(t, url.Values{"startIndex": {c.start}, "count": {c.count}})
		require.Equal(t, c.want, ids, "%+v", c)
		require.EqualValues(t, 7, page.Total)
		require.Equal(t, c.first, page.Start)
		require.Empty(t, page.Next)
	}
	for _, p := range []url.Values{{"startIndex": {"x"}}, {"count": {"1.5"}}, {"count": {"x"}}} {
		_, err := connection.Query(p)
		require.Equal(t, scim.InvalidValue, scim.ErrorOf(err).Type)
		_, err = connection.GroupQuery(p)
		require.Equal(t, scim.InvalidValue, scim.ErrorOf(err).Type)
	}

	// A look-up has pages too.
	ids, page := e.found(t, url.Values{"filter": {`id eq "u1"`}, "startIndex": {"2"}})
	require.Empty(t, ids)
	require.EqualValues(t, 1, page.Total)

	// By cursor (RFC 9865), also while a user of the last page goes.
	var seen []string
	cursor, pages := "", 0
	for {
		ids, page := e.found(t, url.Values{"cursor": {cursor}, "count": {"3"}, "filter": {`active eq true`}})
		seen, pages = append(seen, ids...), pages+1
		require.Zero(t, page.Start)
		d := asJSON(t, e.Users(scim.Query{}, page))
		require.NotContains(t, d, "startIndex")
		if pages > 1 {
			require.NotContains(t, d, "totalResults")
		} else {
			require.EqualValues(t, 7, page.Total)
			require.Equal(t, page.Next, d["nextCursor"])
			status, _ := e.do("PATCH /Users/u3", operations(`{"op":"replace","path":"active","value":false}`))
			require.Equal(t, 200, status)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	require.Equal(t, []string{"u1", "u2", "u3", "u4", "u5", "u6", "u7"}, seen)
	require.Equal(t, 3, pages)
	for _, cursor := range []string{"x", users.Cursor{Order: users.OrderName, Place: users.Place{Name: "a", ID: "u1"}}.String()} {
		_, err := connection.Query(url.Values{"cursor": {cursor}})
		require.Equal(t, "invalidCursor", scim.ErrorOf(err).Type)
	}
}

// TestQuery_shared has two users with one address.
func TestQuery_shared(t *testing.T) {
	policy := seats.Standard()
	policy.SharedAddresses = seats.SharingAllowed
	e := newEndpoint(t, 9, policy)
	for _, name := range []string{"ada", "ben"} {
		status, d := e.do("POST /Users", fmt.Sprintf(`{"userName":%q,"emails":[{"value":"family@acme.example"}]}`, name))
		require.Equal(t, 201, status, d)
	}
	ids, page := e.found(t, parameters(`emails.value eq "FAMILY@acme.example"`))
	require.Len(t, ids, 2)
	require.EqualValues(t, 2, page.Total)
	ids, _ = e.found(t, parameters(`emails.value eq "family@acme.example" and userName eq "BEN"`))
	require.Len(t, ids, 1)
}

// TestQuery_errors has a store that fails at each call.
func TestQuery_errors(t *testing.T) {
	down := errors.New("down")
	failing := scim.People{
		Find: func(users.Key) (seats.Person, error) { return seats.Person{}, down },
		List: func(users.Filter) iter.Seq2[seats.Person, error] {
			return func(yield func(seats.Person, error) bool) { yield(seats.Person{}, down) }
		},
		Count: func(users.Filter) (int64, error) { return 0, down },
	}
	counting := failing
	counting.Count = func(users.Filter) (int64, error) { return 7, nil }
	for filter, p := range map[string]scim.People{`id eq "u1"`: failing, ``: failing, `emails.type eq "work"`: failing, `active eq true`: counting} {
		q, err := connection.Query(parameters(filter))
		require.NoError(t, err)
		_, err = q.Users(p)
		require.ErrorIs(t, err, down, filter)
	}
	uncounted := failing
	uncounted.List = func(users.Filter) iter.Seq2[seats.Person, error] {
		return func(yield func(seats.Person, error) bool) { yield(seats.Person{User: ada()}, nil) }
	}
	q, err := connection.Query(url.Values{"count": {"0"}})
	require.NoError(t, err)
	_, err = q.Users(uncounted)
	require.ErrorIs(t, err, down)
	b, err := scim.ReadResource([]byte(`{"userName":"ada"}`))
	require.NoError(t, err)
	_, err = b.Find(failing)
	require.ErrorIs(t, err, down)
	b, err = scim.ReadResource([]byte(`{"userName":[1,2]}`))
	require.NoError(t, err)
	_, err = b.Find(failing)
	require.Equal(t, scim.InvalidValue, scim.ErrorOf(err).Type)
}
