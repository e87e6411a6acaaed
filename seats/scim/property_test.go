package scim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

// names are few, so that requests meet.
var names = []string{"ada@acme.example", "ADA@acme.example", "ben", "cleo@acme.example", ""}

// value draws a JSON value such as a provider sends, or worse.
func value(t *rapid.T) any {
	return rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.SampledFrom([]string{"True", "false", "maybe", "u1", "u2", "n001", "Desk", "é"}), func(s string) any { return s }),
		rapid.Map(rapid.SampledFrom(names), func(s string) any { return s }),
		rapid.Map(rapid.IntRange(0, 1), func(n int) any { return n }),
		rapid.Map(rapid.SampledFrom(names), func(s string) any {
			return []any{map[string]any{"value": s, "type": "work", "primary": "True"}}
		}),
		rapid.Map(rapid.SampledFrom(names), func(s string) any { return map[string]any{"givenName": "Ada", "familyName": s} }),
		rapid.Just[any]([]any{}),
		rapid.Just[any]([]any{map[string]any{"value": "u1"}, "u2", map[string]any{"value": "n001", "type": "User"}}),
	).Draw(t, "value")
}

var paths = []string{
	"active", "userName", "externalId", "title", "name", "name.givenName", "name.formatted", "displayName", "emails", "emails.value",
	`emails[type eq "work"].value`, `emails[value eq "ben"]`, `emails[type eq "home"].value`, "addresses", "members",
	`members[value eq "u1"]`, `members[value eq "u1" or value eq "u2"]`, "password", "nickName", "ACTIVE", " active ",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "emails[", "",
}

func fields(t *rapid.T) map[string]any {
	all := map[string]any{}
	for _, path := range rapid.SliceOfN(rapid.SampledFrom(paths), 0, 4).Draw(t, "paths") {
		all[path] = value(t)
	}
	return all
}

// body draws the body of a request.
func body(t *rapid.T, method string) string {
	var whole any
	switch {
	case method == "PATCH":
		var operations []any
		for range rapid.IntRange(0, 3).Draw(t, "operations") {
			op := map[string]any{"op": rapid.SampledFrom([]string{"add", "Replace", "remove", "REMOVE", "move"}).Draw(t, "op")}
			if path := rapid.SampledFrom(paths).Draw(t, "path"); path != "" {
				op["path"], op["value"] = path, value(t)
			} else {
				op["value"] = fields(t)
			}
			operations = append(operations, op)
		}
		whole = map[string]any{"Operations": operations}
	default:
		all := fields(t)
		all["userName"] = rapid.SampledFrom(names).Draw(t, "userName")
		if rapid.Bool().Draw(t, "group") {
			all["displayName"] = rapid.SampledFrom([]string{"Desk", "desk", "News"}).Draw(t, "displayName")
		}
		whole = all
	}
	text, err := json.Marshal(whole)
	require.NoError(t, err)
	return string(text)
}

// TestConnection_any_order sends requests in any order and holds what must be true of each.
func TestConnection_any_order(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := seats.Standard()
		policy.WhenFull = rapid.SampledFrom([]seats.WhenFull{seats.Refuse, seats.Wait}).Draw(t, "full")
		e := newEndpoint(t, int64(rapid.IntRange(1, 5).Draw(t, "seats")), policy)
		e.ClearAbsent = rapid.Bool().Draw(t, "clear")
		e.DeleteForGood = rapid.Bool().Draw(t, "for good")
		e.given(t, []users.User{
			{Profile: users.Profile{ID: "u1", Username: "ada@acme.example", Email: "ada@acme.example", ExternalID: "E1"}, Status: users.Inactive},
			{Profile: users.Profile{ID: "hand", Email: "cleo@acme.example", Source: users.Source{Kind: users.SourceImport}}},
			{Profile: users.Profile{ID: "owner", Username: "owner"}, Role: users.Owner, FirstSignIn: start},
		})
		var untouched []seats.Person
		for _, id := range []users.ID{"hand", "owner", "olive"} {
			u, err := e.keeper.User(ctx, acme, id)
			require.NoError(t, err)
			untouched = append(untouched, u)
		}
		for range rapid.IntRange(1, 8).Draw(t, "requests") {
			method := rapid.SampledFrom([]string{"POST", "PUT", "PATCH", "PATCH", "DELETE", "GET"}).Draw(t, "method")
			target := rapid.SampledFrom([]string{"/Users", "/Groups"}).Draw(t, "target")
			if method != "POST" {
				target += "/" + rapid.SampledFrom([]string{"u1", "u1", "hand", "owner", "olive", "n002", "g1", "g2"}).Draw(t, "id")
			}
			text := body(t, method)
			was := e.revision(t)
			status, answer := e.do(method+" "+target, text)
			switch {
			case status >= 400:
				require.Equal(t, fmt.Sprint(status), answer["status"])
				if status == 503 {
					require.Contains(t, answer["detail"], "held") // by its guard, which is written
				} else if strings.HasPrefix(target, "/Users") {
					require.Equal(t, was, e.revision(t), "a refused request changes nothing")
				}
			case method == "POST":
				status, _ = e.do(method+" "+target, text) // the provider repeats it
				require.GreaterOrEqual(t, status, 400)
			default:
				was = e.revision(t)
				again, second := e.do(method+" "+target, text)
				require.Equal(t, status, again)
				require.Equal(t, was, e.revision(t), "the same request again writes nothing")
				if method != "DELETE" {
					require.Equal(t, answer, second)
				}
			}
			for _, u := range untouched {
				now, err := e.keeper.User(ctx, acme, u.ID)
				require.NoError(t, err)
				require.Equal(t, u, now)
			}
			if id := rapid.SampledFrom([]users.ID{"", "", "u1", "n002"}).Draw(t, "by hand"); id != "" {
				_, _ = e.keeper.Do(ctx, acme, users.As("olive"), rapid.SampledFrom([]seats.Command{
					seats.Deactivate{User: id}, seats.Reactivate{User: id}, seats.Archive{User: id}, seats.Restore{User: id}, seats.Delete{User: id},
					seats.Edit{User: id, Set: users.Patch{Title: new("Boss"), Username: new("boss")}},
				}).Draw(t, "command"))
			}
			usage, err := e.keeper.Usage(ctx, acme)
			require.NoError(t, err)
			total, _ := usage.Total.Number()
			require.LessOrEqual(t, usage.Held, max(total, 3))
		}
		for id, g := range e.groups { // a member has the name of the group, and no other user has it
			for u, err := range e.keeper.Users(ctx, acme, users.Filter{}) {
				require.NoError(t, err)
				require.Equal(t, slices.Contains(g.Members, u.ID), slices.Contains(u.Groups, g.Name), "%s of %s", u.ID, id)
			}
		}
	})
}

// bodies are those of the shapes.
func bodies(f *testing.F) (all [][]byte) {
	files, err := filepath.Glob("testdata/shapes/*.json")
	require.NoError(f, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		var s shape
		require.NoError(f, json.Unmarshal(text, &s))
		for _, step := range s.Steps {
			all = append(all, step.Body)
		}
	}
	return all
}

// FuzzBody reads any text and holds that what is read is carried out or refused, and that a second time changes nothing.
func FuzzBody(f *testing.F) {
	for _, text := range bodies(f) {
		f.Add([]byte(text))
	}
	c := scim.Connection{Source: "idp"}
	present := users.User{Status: users.Active, Profile: users.Profile{
		ID: "u1", Username: "ada", Email: "ada@acme.example", Source: users.Source{Kind: users.SourceSync, Name: "idp"},
	}}
	group := scim.Group{ID: "g1", Name: "Desk", Members: []users.ID{"u1", "u2"}}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, read := range []func([]byte) (scim.Body, error){scim.ReadResource, scim.ReadPatch} {
			b, err := read(text)
			if err != nil {
				require.Contains(t, []int{400, 413}, scim.ErrorOf(err).Status)
				continue
			}
			_, _ = c.Create(b, nil)
			if commands, err := c.Change(b, present); err == nil {
				after := present
				for _, command := range commands {
					if edit, ok := command.(seats.Edit); ok {
						after.Profile, _, err = edit.Set.Apply(present.Profile)
						require.NoError(t, err)
					}
				}
				again, err := c.Change(b, after)
				require.NoError(t, err)
				require.LessOrEqual(t, len(again), 1) // Deactivate, which was not carried out
			}
			if change, err := c.ChangeGroup(b, group); err == nil {
				again, err := c.ChangeGroup(b, change.Group)
				require.NoError(t, err)
				require.Empty(t, again.Commands)
				require.Equal(t, change.Group, again.Group)
			}
		}
	})
}

// FuzzQuery reads any filter.
func FuzzQuery(f *testing.F) {
	for _, filter := range []string{
		`userName eq "ada"`, `emails[type eq "work"].value eq "x"`, `externalId eq 007`, `active eq True and id eq "\u00e9"`, `not (active eq true)`,
		`emails[type eq "work" and value eq "x"] and (userName eq "]")`,
	} {
		f.Add(filter)
	}
	c := scim.Connection{Source: "idp"}
	f.Fuzz(func(t *testing.T, filter string) {
		parameters := url.Values{"filter": {filter}}
		if _, err := c.Query(parameters); err != nil {
			require.Equal(t, scim.InvalidFilter, scim.ErrorOf(err).Type)
		}
		if _, err := c.GroupQuery(parameters); err != nil {
			require.Equal(t, scim.InvalidFilter, scim.ErrorOf(err).Type)
		}
	})
}
