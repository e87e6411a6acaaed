package server_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-github/v84/github"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/seatkeeper/seatkeeper"
	server "github.com/seatkeeper/seatkeeper/examples/scim"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/users"
)

const prefix = "/scim/v2/enterprises/acme" // where the client looks

// site is a product on a SQLite file with an endpoint for two sources.
type site struct {
	*seatkeeper.Keeper
	t   *testing.T
	url string
}

func newSite(t *testing.T, total int64) *site {
	ctx := t.Context()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "site.db")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_txlock=immediate")
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	store, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.Options{})
	require.NoError(t, err)
	require.NoError(t, store.Migrate(ctx))
	groups := server.Groups{DB: db}
	require.NoError(t, groups.Migrate(ctx))
	keeper, err := seatkeeper.New(store, seatkeeper.Options{})
	require.NoError(t, err)
	_, err = keeper.Open(ctx, seats.Opening{Account: "acme", Total: seats.Of(total), Owner: users.Profile{ID: "olive", Email: "olive@acme.example"}})
	require.NoError(t, err)

	s := &site{Keeper: keeper, t: t}
	access := map[[sha256.Size]byte]server.Access{}
	endpoint := &server.Server{
		Keeper: keeper, Groups: groups, Log: slog.New(slog.DiscardHandler),
		Tokens: func(_ context.Context, hash [sha256.Size]byte) (server.Access, bool, error) {
			a, ok := access[hash]
			return a, ok, nil
		},
	}
	listener := httptest.NewServer(http.StripPrefix(prefix, endpoint.Handler()))
	t.Cleanup(listener.Close)
	s.url = listener.URL
	for _, source := range []string{"entra", "okta"} {
		access[sha256.Sum256([]byte(source+"-token"))] = server.Access{
			Account: "acme", Connection: scim.Connection{Source: source, Base: listener.URL + prefix, DeleteForGood: source == "okta"},
		}
	}
	return s
}

// client is GitHub's own client for SCIM, of the library go-github, with the token of a source.
func (s *site) client(token string) *github.EnterpriseService {
	c := github.NewClient(nil).WithAuthToken(token)
	c.DisableRateLimitCheck = true // it would hold back all requests after a full account
	base, err := url.Parse(s.url + "/")
	require.NoError(s.t, err)
	c.BaseURL = base
	return c.Enterprise
}

// status is that of an answer of the client, and the text that its admin sees.
func status(t *testing.T, err error) (int, string) {
	t.Helper()
	failure := new(github.ErrorResponse)
	require.ErrorAs(t, err, &failure)
	var body struct{ Detail string }
	text, readErr := io.ReadAll(failure.Response.Body)
	require.NoError(t, readErr)
	require.NoError(t, json.Unmarshal(text, &body))
	require.Equal(t, scim.MediaType, failure.Response.Header.Get("Content-Type"))
	return failure.Response.StatusCode, body.Detail
}

func person(name string) github.SCIMEnterpriseUserAttributes {
	return github.SCIMEnterpriseUserAttributes{
		Schemas:  []string{github.SCIMSchemasURINamespacesUser},
		UserName: name + "@acme.example", ExternalID: "E-" + name, Active: true, DisplayName: name + " Lund",
		Name:   &github.SCIMEnterpriseUserName{GivenName: name, FamilyName: "Lund"},
		Emails: []*github.SCIMEnterpriseUserEmail{{Value: name + "@acme.example", Type: "work", Primary: true}},
	}
}

func patch(op, path string, value any) github.SCIMEnterpriseAttribute {
	o := &github.SCIMEnterpriseAttributeOperation{Op: op, Value: value}
	if path != "" {
		o.Path = &path
	}
	return github.SCIMEnterpriseAttribute{
		Schemas: []string{github.SCIMSchemasURINamespacesPatchOp}, Operations: []*github.SCIMEnterpriseAttributeOperation{o},
	}
}

func (s *site) held() int64 {
	usage, err := s.Usage(s.t.Context(), "acme")
	require.NoError(s.t, err)
	return usage.Held
}

func TestServer_users(t *testing.T) {
	s := newSite(t, 7) // the owner, four others and two more
	entra, ctx := s.client("entra-token"), t.Context()
	for i := range 4 { // so that two leavers are few
		_, _, err := entra.ProvisionSCIMUser(ctx, "acme", person(fmt.Sprintf("other%d", i)))
		require.NoError(t, err)
	}

	ada, response, err := entra.ProvisionSCIMUser(ctx, "acme", person("ada"))
	require.NoError(t, err)
	require.Equal(t, 201, response.StatusCode)
	require.Equal(t, *ada.Meta.Location, response.Header.Get("Location"))
	require.NotEmpty(t, response.Header.Get("ETag"))
	require.True(t, ada.Active)
	stored, err := s.User(ctx, "acme", users.ID(*ada.ID))
	require.NoError(t, err)
	require.Equal(t, users.Source{Kind: users.SourceSync, Name: "entra"}, stored.Source)
	require.Equal(t, users.Invited, stored.Status)

	_, _, err = entra.ProvisionSCIMUser(ctx, "acme", person("ada"))
	code, detail := status(t, err)
	require.Equal(t, 409, code, detail)
	found, _, err := entra.ListProvisionedSCIMUsers(ctx, "acme", &github.ListProvisionedSCIMUsersEnterpriseOptions{Filter: github.Ptr(`userName eq "ADA@acme.example"`)})
	require.NoError(t, err)
	require.Equal(t, 1, *found.TotalResults)
	require.Equal(t, ada.ID, found.Resources[0].ID)

	_, _, err = entra.ProvisionSCIMUser(ctx, "acme", person("ben"))
	require.NoError(t, err)
	require.EqualValues(t, 7, s.held())
	_, _, err = entra.ProvisionSCIMUser(ctx, "acme", person("cleo"))
	code, detail = status(t, err)
	require.Equal(t, 429, code)
	require.Equal(t, "no free seat: 7 of 7 are held", detail)

	left, _, err := entra.UpdateSCIMUserAttribute(ctx, "acme", *ada.ID, patch("Replace", "active", "False"))
	require.NoError(t, err)
	require.False(t, left.Active)
	require.EqualValues(t, 6, s.held())
	cleo, _, err := entra.ProvisionSCIMUser(ctx, "acme", person("cleo")) // the provider repeats it
	require.NoError(t, err)
	_, _, err = entra.ProvisionSCIMUser(ctx, "acme", person("ada"))
	code, _ = status(t, err)
	require.Equal(t, 429, code)

	response, err = entra.DeleteSCIMUser(ctx, "acme", *cleo.ID)
	require.NoError(t, err)
	require.Equal(t, 204, response.StatusCode)
	_, err = entra.DeleteSCIMUser(ctx, "acme", *cleo.ID)
	require.NoError(t, err)
	back, response, err := entra.ProvisionSCIMUser(ctx, "acme", person("ada"))
	require.NoError(t, err)
	require.Equal(t, 201, response.StatusCode)
	require.Equal(t, ada.ID, back.ID)

	berg := person("ada")
	berg.Name.FamilyName = "Berg"
	put, _, err := entra.SetProvisionedSCIMUser(ctx, "acme", *ada.ID, berg)
	require.NoError(t, err)
	require.Equal(t, "ada Berg", put.DisplayName)
	account, err := s.Account(ctx, "acme")
	require.NoError(t, err)
	_, _, err = entra.SetProvisionedSCIMUser(ctx, "acme", *ada.ID, berg)
	require.NoError(t, err)
	again, err := s.Account(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, account.Revision, again.Revision, "the same again writes nothing")
}

// TestServer_sources has two providers and nothing between them.
func TestServer_sources(t *testing.T) {
	s := newSite(t, 5)
	entra, okta, ctx := s.client("entra-token"), s.client("okta-token"), t.Context()
	ada, _, err := entra.ProvisionSCIMUser(ctx, "acme", person("ada"))
	require.NoError(t, err)
	ben, _, err := okta.ProvisionSCIMUser(ctx, "acme", person("ben"))
	require.NoError(t, err)

	for _, id := range []string{*ada.ID, "olive", "unknown"} {
		_, _, err = okta.GetProvisionedSCIMUser(ctx, "acme", id)
		code, _ := status(t, err)
		require.Equal(t, 404, code)
		_, _, err = okta.UpdateSCIMUserAttribute(ctx, "acme", id, patch("replace", "", map[string]any{"active": false}))
		code, _ = status(t, err)
		require.Equal(t, 404, code)
	}
	_, err = okta.DeleteSCIMUser(ctx, "acme", *ada.ID)
	code, _ := status(t, err)
	require.Equal(t, 404, code)
	_, _, err = okta.ProvisionSCIMUser(ctx, "acme", person("ada"))
	code, _ = status(t, err)
	require.Equal(t, 409, code)
	list, _, err := okta.ListProvisionedSCIMUsers(ctx, "acme", nil)
	require.NoError(t, err)
	require.Len(t, list.Resources, 1)

	_, err = okta.DeleteSCIMUser(ctx, "acme", *ben.ID) // for good: the name is free again
	require.NoError(t, err)
	_, _, err = okta.GetProvisionedSCIMUser(ctx, "acme", *ben.ID)
	code, _ = status(t, err)
	require.Equal(t, 404, code)
	anew, _, err := okta.ProvisionSCIMUser(ctx, "acme", person("ben"))
	require.NoError(t, err)
	require.NotEqual(t, ben.ID, anew.ID)

	// A source that ranks first takes users over, with their IDs and the fields of the body; those by hand if it adopts them.
	_, err = s.Do(ctx, "acme", users.System(), seats.EditSource{Source: "okta", Rank: new(1)}, seats.Invite{Profile: users.Profile{ID: "hand", Email: "eva@acme.example"}})
	require.NoError(t, err)
	_, _, err = okta.ProvisionSCIMUser(ctx, "acme", person("eva"))
	code, _ = status(t, err)
	require.Equal(t, 409, code)
	_, err = s.Do(ctx, "acme", users.System(), seats.EditSource{Source: "okta", Adopts: new(true)})
	require.NoError(t, err)
	for name, id := range map[string]string{"ada": *ada.ID, "eva": "hand"} {
		taken, response, err := okta.ProvisionSCIMUser(ctx, "acme", person(name))
		require.NoError(t, err)
		require.Equal(t, []any{201, id}, []any{response.StatusCode, *taken.ID})
	}
	_, _, err = entra.GetProvisionedSCIMUser(ctx, "acme", *ada.ID)
	code, _ = status(t, err)
	require.Equal(t, 404, code)

	for _, token := range []string{"", "another"} {
		_, _, err = s.client(token).ListProvisionedSCIMUsers(ctx, "acme", nil)
		code, detail := status(t, err)
		require.Equal(t, 401, code)
		require.Equal(t, "a valid bearer token is needed", detail)
	}
}

func TestServer_groups(t *testing.T) {
	s := newSite(t, 100)
	entra, okta, ctx := s.client("entra-token"), s.client("okta-token"), t.Context()
	var members []*github.SCIMEnterpriseDisplayReference
	for i := range 20 {
		u, _, err := entra.ProvisionSCIMUser(ctx, "acme", person(fmt.Sprintf("u%02d", i)))
		require.NoError(t, err)
		members = append(members, &github.SCIMEnterpriseDisplayReference{Value: *u.ID})
	}
	in := func(group string) int64 {
		n, err := s.Count(ctx, "acme", users.Filter{Groups: []string{group}})
		require.NoError(t, err)
		return n
	}
	group := github.SCIMEnterpriseGroupAttributes{
		Schemas: []string{github.SCIMSchemasURINamespacesGroups}, DisplayName: github.Ptr("Desk"), ExternalID: github.Ptr("G-1"),
		Members: append(members[:10:10], &github.SCIMEnterpriseDisplayReference{Value: "unknown"}, &github.SCIMEnterpriseDisplayReference{Value: "olive"}),
	}
	desk, response, err := entra.ProvisionSCIMGroup(ctx, "acme", group)
	require.NoError(t, err)
	require.Equal(t, 201, response.StatusCode)
	require.Len(t, desk.Members, 10) // those of other sources are left out, and the answer says so
	require.EqualValues(t, 10, in("Desk"))
	_, _, err = entra.ProvisionSCIMGroup(ctx, "acme", group)
	code, _ := status(t, err)
	require.Equal(t, 409, code)
	_, _, err = okta.GetProvisionedSCIMGroup(ctx, "acme", *desk.ID, nil)
	code, _ = status(t, err)
	require.Equal(t, 404, code)

	found, _, err := entra.ListProvisionedSCIMGroups(ctx, "acme", &github.ListProvisionedSCIMGroupsEnterpriseOptions{
		Filter: github.Ptr(`displayName eq "desk"`), ExcludedAttributes: github.Ptr("members"),
	})
	require.NoError(t, err)
	require.Len(t, found.Resources, 1)
	require.Empty(t, found.Resources[0].Members)

	_, _, err = entra.UpdateSCIMGroupAttribute(ctx, "acme", *desk.ID, patch("replace", "", map[string]any{"id": desk.ID, "displayName": "News"}))
	require.NoError(t, err)
	require.EqualValues(t, 0, in("Desk"))
	require.EqualValues(t, 10, in("News"))

	// Many requests for one group at once: those that meet another change are repeated, and none is lost.
	var all sync.WaitGroup
	for _, m := range members[10:] {
		all.Go(func() {
			for {
				_, response, err := entra.UpdateSCIMGroupAttribute(ctx, "acme", *desk.ID, patch("Add", "members", []any{map[string]any{"$ref": nil, "value": m.Value}}))
				if response == nil || response.StatusCode != 503 || !assert.Equal(t, "1", response.Header.Get("Retry-After")) {
					assert.NoError(t, err)
					return
				}
			}
		})
	}
	all.Wait()
	full, _, err := entra.GetProvisionedSCIMGroup(ctx, "acme", *desk.ID, nil)
	require.NoError(t, err)
	require.Len(t, full.Members, 20)
	require.EqualValues(t, 20, in("News"))

	_, err = entra.DeleteSCIMGroup(ctx, "acme", *desk.ID)
	require.NoError(t, err)
	_, err = entra.DeleteSCIMGroup(ctx, "acme", *desk.ID)
	require.NoError(t, err)
	require.EqualValues(t, 0, in("News"))
	require.EqualValues(t, 21, s.held())
}

// TestServer_discovery is read as a provider does when it is connected.
func TestServer_discovery(t *testing.T) {
	s := newSite(t, 5)
	get := func(path string) (int, map[string]any) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+prefix+path, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer entra-token")
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer response.Body.Close()
		var body map[string]any
		require.NoError(t, json.NewDecoder(response.Body).Decode(&body))
		return response.StatusCode, body
	}
	for path, want := range map[string]int{
		"/ServiceProviderConfig": 200, "/ResourceTypes": 200, "/ResourceTypes/User": 200, "/Schemas": 200, "/Users": 200, "/Groups": 200,
		"/Schemas/urn:ietf:params:scim:schemas:core:2.0:User": 200, "/Schemas/urn:other": 404, "/Roles": 404, "/": 404,
		"/Users?filter=nickName+eq+%22ada%22": 400,
	} {
		code, body := get(path)
		assert.Equal(t, want, code, path)
		assert.NotEmpty(t, body["schemas"], path)
	}
	_, config := get("/ServiceProviderConfig")
	require.True(t, strings.HasSuffix(config["meta"].(map[string]any)["location"].(string), prefix+"/ServiceProviderConfig"))
}
