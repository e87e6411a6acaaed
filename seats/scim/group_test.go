package scim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

var desk = scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk", Members: []users.ID{"u1", "u2"}}

func TestConnection_ChangeGroup(t *testing.T) {
	ids := func(all ...users.ID) []users.ID { return all }
	for _, c := range []struct {
		name, operation string
		want            scim.Group
	}{
		{"add one as an object", `{"op":"add","path":"members","value":{"value":"u3"}}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk", Members: ids("u1", "u2", "u3")}},
		{"add one as a text", `{"op":"add","path":"members","value":"u3"}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk", Members: ids("u1", "u2", "u3")}},
		{"add without a path", `{"op":"add","value":{"members":[{"value":"u3"},{"value":"u1"}]}}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk", Members: ids("u1", "u2", "u3")}},
		{"add none", `{"op":"add","path":"members","value":[]}`, desk},
		{"groups in groups are passed over", `{"op":"add","path":"members","value":[{"value":"g2","type":"Group"}]}`, desk},
		{"replace", `{"op":"replace","path":"members","value":[{"value":"u9"}]}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk", Members: ids("u9")}},
		{"replace by none", `{"op":"replace","value":{"members":[]}}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk"}},
		{"null is not said", `{"op":"replace","value":{"members":null,"displayName":null}}`, desk},
		{"null under the path", `{"op":"replace","path":"members","value":null}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk"}},
		{"remove by the URN", `{"op":"remove","path":"urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq \"u1\"]"}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk", Members: ids("u2")}},
		{"remove one who is none", `{"op":"remove","path":"members[value eq \"U1\"]"}`, desk},
		{"remove by type", `{"op":"remove","path":"members[type eq \"User\" and value eq \"u1\"]"}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk", Members: ids("u2")}},
		{"remove by a list", `{"op":"REMOVE","path":"members","value":[{"value":"u1"},{"value":"u7"}]}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "Desk", Members: ids("u2")}},
		{"remove the externalId", `{"op":"remove","path":"externalId"}`, scim.Group{ID: "g1", Name: "Desk", Members: ids("u1", "u2")}},
		{"a name with blanks", `{"op":"replace","path":"displayName","value":" News "}`, scim.Group{ID: "g1", ExternalID: "X1", Name: "News", Members: ids("u1", "u2")}},
		{"an unknown attribute", `{"op":"replace","path":"owner","value":"x"}`, desk},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := scim.ReadPatch([]byte(operations(c.operation)))
			require.NoError(t, err)
			change, err := connection.ChangeGroup(b, desk)
			require.NoError(t, err)
			require.Equal(t, c.want, change.Group)
			again, err := connection.ChangeGroup(b, change.Group)
			require.NoError(t, err)
			require.Empty(t, again.Commands)
		})
	}
	require.Equal(t, []users.ID{"u1", "u2"}, desk.Members)
	for name, c := range map[string]struct{ operation, scimType string }{
		"no name":              {`{"op":"remove","path":"displayName"}`, scim.InvalidValue},
		"a name too long":      {`{"op":"replace","path":"displayName","value":"` + strings.Repeat("x", 300) + `"}`, scim.InvalidValue},
		"a name that is none":  {`{"op":"replace","path":"displayName","value":{"a":1}}`, scim.InvalidValue},
		"an ID that is none":   {`{"op":"replace","path":"externalId","value":"a\u0007"}`, scim.InvalidValue},
		"members of booleans":  {`{"op":"add","path":"members","value":[true]}`, scim.InvalidValue},
		"a member without ID":  {`{"op":"add","path":"members","value":[{"display":"Ada"}]}`, scim.InvalidValue},
		"a member with a list": {`{"op":"add","path":"members","value":[{"value":["a","b"]}]}`, scim.InvalidValue},
		"add by a filter":      {`{"op":"add","path":"members[value eq \"u3\"]","value":"u3"}`, scim.InvalidPath},
		"remove by display":    {`{"op":"remove","path":"members[display eq \"Ada\"]"}`, scim.InvalidFilter},
		"remove by sw":         {`{"op":"remove","path":"members[value sw \"u\"]"}`, scim.InvalidFilter},
		"remove by a number":   {`{"op":"remove","path":"members[value eq 7]"}`, scim.InvalidFilter},
		"remove by a type 7":   {`{"op":"remove","path":"members[type eq 7]"}`, scim.InvalidFilter},
	} {
		b, err := scim.ReadPatch([]byte(operations(c.operation)))
		require.NoError(t, err, name)
		for _, g := range []scim.Group{desk, {ID: "g2", Name: "Empty"}} {
			_, err = connection.ChangeGroup(b, g)
			require.Equal(t, c.scimType, scim.ErrorOf(err).Type, "%s: %v", name, err)
		}
	}
	b, err := scim.ReadResource([]byte(`{"members":[{"value":"u1"}]}`))
	require.NoError(t, err)
	_, err = connection.CreateGroup(b, "g9")
	require.Equal(t, scim.InvalidValue, scim.ErrorOf(err).Type)
}

// TestGroupChange_bounded renames a group of more people than share a commit.
func TestGroupChange_bounded(t *testing.T) {
	const n = 1200
	e := newEndpoint(t, 2*n, seats.Standard())
	var all []users.User
	var members []string
	for i := range n {
		id := users.ID(fmt.Sprintf("u%04d", i))
		all, members = append(all, users.User{Profile: users.Profile{ID: id, ExternalID: string(id)}}), append(members, `{"value":"`+string(id)+`"}`)
	}
	e.given(t, all)
	status, _ := e.do("POST /Groups", `{"displayName":"Desk","members":[`+strings.Join(members, ",")+`]}`)
	require.Equal(t, 201, status)
	was := e.revision(t)
	status, _ = e.do("PATCH /Groups/g1", operations(`{"op":"replace","path":"displayName","value":"News"}`))
	require.Equal(t, 200, status)
	require.Len(t, e.commands, n)
	require.EqualValues(t, 3, e.revision(t)-was, "commits of 500 at most")
	for group, want := range map[string]int64{"Desk": 0, "News": n} {
		count, err := e.keeper.Count(ctx, acme, users.Filter{Groups: []string{group}})
		require.NoError(t, err)
		require.Equal(t, want, count)
	}

	// A call cut off in the middle is repeated, and goes on from there.
	b, err := scim.ReadPatch([]byte(operations(`{"op":"replace","path":"displayName","value":"Desk"}`)))
	require.NoError(t, err)
	change, err := e.ChangeGroup(b, e.groups["g1"])
	require.NoError(t, err)
	_, err = e.keeper.DoEach(ctx, acme, e.Actor(), change.Commands[:700]...)
	require.NoError(t, err)
	_, err = change.Settle(nil)
	require.Equal(t, 503, scim.ErrorOf(err).Status)
	was = e.revision(t)
	status, _ = e.do("PATCH /Groups/g1", operations(`{"op":"replace","path":"displayName","value":"Desk"}`))
	require.Equal(t, 200, status)
	require.EqualValues(t, 2, e.revision(t)-was) // of the others
	count, err := e.keeper.Count(ctx, acme, users.Filter{Groups: []string{"Desk"}})
	require.NoError(t, err)
	require.EqualValues(t, n, count)
}

func TestGroupChange_Settle(t *testing.T) {
	b, err := scim.ReadPatch([]byte(operations(`{"op":"add","path":"members","value":["gone","other","u3"]}`)))
	require.NoError(t, err)
	change, err := connection.ChangeGroup(b, desk)
	require.NoError(t, err)
	outcomes := []seats.Outcome{
		{Refusal: &seats.Refusal{Code: seats.ErrWrongStatus, Reason: seats.ErrDeleted}},
		{Refusal: &seats.Refusal{Code: seats.ErrForbidden, Reason: seats.ErrOtherSource}}, {},
	}
	g, err := change.Settle(outcomes)
	require.NoError(t, err)
	require.Equal(t, []users.ID{"u1", "u2", "u3"}, g.Members)
	require.Len(t, change.Group.Members, 5)

	outcomes[2].Refusal = &seats.Refusal{Code: seats.ErrBadInput, Field: "groups", Reason: users.ErrTooLong}
	_, err = change.Settle(outcomes)
	require.Equal(t, scim.InvalidValue, scim.ErrorOf(err).Type)

	removed := connection.RemoveGroup(desk)
	require.True(t, removed.Deleted)
	require.Equal(t, []seats.Command{
		seats.Edit{User: "u1", Set: users.Patch{RemoveGroups: &[]string{"Desk"}}}, seats.Edit{User: "u2", Set: users.Patch{RemoveGroups: &[]string{"Desk"}}},
	}, removed.Commands)
	_, err = removed.Settle([]seats.Outcome{{}, {Refusal: &seats.Refusal{Code: seats.ErrUnknownUser}}})
	require.NoError(t, err)
}

func TestGroup_JSON(t *testing.T) {
	text, err := json.Marshal(desk)
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"g1","external_id":"X1","name":"Desk","members":["u1","u2"]}`, string(text))
	var read scim.Group
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, desk, read)
	require.Equal(t, scim.Group{Name: "DESK"}.Key(), desk.Key())
}

func TestConnection_Groups(t *testing.T) {
	groups := []scim.Group{desk, {ID: "g2", ExternalID: "x1", Name: "News", Members: []users.ID{"u1"}}, {ID: "g3", Name: "Empty"}}
	list := func(p url.Values) (ids []string, d map[string]any) {
		q, err := connection.GroupQuery(p)
		require.NoError(t, err)
		answer, err := connection.Groups(q, func(yield func(scim.Group, error) bool) {
			for _, g := range groups {
				if !yield(g, nil) {
					return
				}
			}
		})
		require.NoError(t, err)
		d = asJSON(t, answer)
		for _, g := range d["Resources"].([]any) {
			ids = append(ids, g.(map[string]any)["id"].(string))
		}
		return ids, d
	}
	for filter, want := range map[string][]string{
		``: {"g1", "g2", "g3"}, `displayName eq "DESK"`: {"g1"}, `externalId eq "X1"`: {"g1"}, `externalId eq "x1"`: {"g2"}, `externalId eq ""`: nil,
		`id eq "g3"`: {"g3"}, `members.value eq "u1"`: {"g1", "g2"}, `members[value eq "u2"]`: {"g1"}, `members eq "u2"`: {"g1"}, `members.value eq "U2"`: nil,
		`members.value eq "u1" and displayName eq "News"`: {"g2"},
	} {
		ids, d := list(parameters(filter))
		require.Equal(t, want, ids, filter)
		require.EqualValues(t, len(want), d["totalResults"])
	}
	ids, d := list(url.Values{"startIndex": {"2"}, "count": {"1"}, "excludedAttributes": {"Members"}})
	require.Equal(t, []string{"g2"}, ids)
	require.EqualValues(t, 3, d["totalResults"])
	require.EqualValues(t, 2, d["startIndex"])
	require.NotContains(t, d["Resources"].([]any)[0], "members")

	down := errors.New("down")
	q, err := connection.GroupQuery(nil)
	require.NoError(t, err)
	_, err = connection.Groups(q, iter.Seq2[scim.Group, error](func(yield func(scim.Group, error) bool) { yield(scim.Group{}, down) }))
	require.ErrorIs(t, err, down)
	require.True(t, slices.IsSorted(desk.Members))
}
