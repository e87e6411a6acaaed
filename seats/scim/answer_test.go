package scim_test

import (
	"encoding/json"
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

var located = scim.Connection{Source: "idp", Base: "https://learn.example/scim/v2"}

func TestConnection_User(t *testing.T) {
	u := ada()
	u.Created = start
	d := located.User(u)
	version := d.Version()
	require.Regexp(t, `^W/"[0-9a-f]{16}"$`, version)
	require.Equal(t, "https://learn.example/scim/v2/Users/u1", d.Location())
	text, err := json.Marshal(d)
	require.NoError(t, err)
	require.JSONEq(t, `{
		"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
		"id": "u1", "externalId": "E1", "userName": "ada@acme.example", "active": true, "displayName": "Ada Quist", "title": "Editor",
		"name": {"givenName": "Ada", "familyName": "Quist", "formatted": "Ada Quist"},
		"emails": [{"value": "ada@acme.example", "type": "work", "primary": true}],
		"addresses": [{"locality": "Oslo", "type": "work", "primary": true}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Desk"},
		"meta": {"resourceType": "User", "created": "2026-11-02T09:00:00Z", "location": "https://learn.example/scim/v2/Users/u1", "version": `+string(must(json.Marshal(version)))+`}
	}`, string(text))

	// What was answered comes back by PUT and changes nothing.
	got, status := changed(t, located, u, scim.ReadResource, string(text))
	require.Equal(t, u.Profile, got)
	require.Empty(t, status)

	require.Equal(t, version, located.User(u).Version())
	u.LastName = "Berg"
	require.NotEqual(t, version, located.User(u).Version())

	for status, want := range map[users.Status]bool{users.Invited: true, users.Active: true, users.Inactive: false, users.Archived: false} {
		require.Equal(t, want, located.User(users.User{Status: status})["active"])
	}
	bare := located.User(users.User{Profile: users.Profile{ID: "a/b c", ExternalID: "E7"}})
	require.Equal(t, "E7", bare["userName"])
	require.Equal(t, "https://learn.example/scim/v2/Users/a%2Fb%20c", bare.Location())
	require.NotContains(t, bare, "name")
	require.NotContains(t, bare["meta"], "created")
	require.Empty(t, scim.Document{}.Version())
}

func must(text []byte, _ error) []byte { return text }

func TestDocument_Show(t *testing.T) {
	d := located.User(ada())
	keys := func(p url.Values) (keys []string) {
		for key := range d.Show(p) {
			keys = append(keys, key)
		}
		return keys
	}
	const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	require.Equal(t, d, d.Show(nil))
	require.Equal(t, d, d.Show(url.Values{"attributes": {" , "}}))
	require.ElementsMatch(t, []string{"id", "schemas", "userName", "emails"}, keys(url.Values{"attributes": {"USERNAME, emails.value"}}))
	require.ElementsMatch(t, []string{"id", "schemas", enterprise}, keys(url.Values{"attributes": {enterprise + ":department"}}))
	require.Len(t, keys(url.Values{"attributes": {"emails[type"}, "excludedAttributes": {"id"}}), len(d))
	without := keys(url.Values{"excludedAttributes": {"emails,id,schemas,name"}})
	require.NotContains(t, without, "emails")
	require.NotContains(t, without, "name")
	require.Subset(t, without, []string{"id", "schemas", "userName", "meta"})
}

// TestDiscovery holds the answers against files, so that a change of what is offered is seen.
func TestDiscovery(t *testing.T) {
	for file, d := range map[string]scim.Document{
		"config.json": located.ServiceProviderConfig(), "types.json": located.ResourceTypes(), "schemas.json": located.Schemas(),
	} {
		text, err := json.MarshalIndent(d, "", " ")
		require.NoError(t, err)
		path := "testdata/discovery/" + file
		if os.Getenv("UPDATE") != "" {
			require.NoError(t, os.WriteFile(path, append(text, '\n'), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.JSONEq(t, string(want), string(text))
	}
	d, err := located.ResourceType("user")
	require.NoError(t, err)
	require.Equal(t, d["name"], d["id"])
	_, err = located.ResourceType("Role")
	require.ErrorIs(t, err, scim.ErrNotFound)
	d, err = located.Schema("urn:ietf:params:scim:schemas:core:2.0:Group")
	require.NoError(t, err)
	require.Equal(t, "Group", d["name"])
	_, err = located.Schema("urn:x")
	require.ErrorIs(t, err, scim.ErrNotFound)
}

// TestDiscovery_complete has every attribute that is shown in a schema.
func TestDiscovery_complete(t *testing.T) {
	offered := map[string]bool{"schemas": true, "id": true, "meta": true}
	for _, s := range asJSON(t, located.Schemas())["Resources"].([]any) {
		schema := s.(map[string]any)
		offered[schema["id"].(string)] = true
		for _, a := range schema["attributes"].([]any) {
			offered[a.(map[string]any)["name"].(string)] = true
		}
	}
	for _, d := range []scim.Document{located.User(ada()), located.Group(desk)} {
		for name := range d {
			require.True(t, offered[name], name)
		}
	}
}
