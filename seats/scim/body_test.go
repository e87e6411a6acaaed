package scim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

var connection = scim.Connection{Source: "idp"}

// ada is a user of the connection's source.
func ada() users.User {
	return users.User{Status: users.Active, Profile: users.Profile{
		ID: "u1", FirstName: "Ada", LastName: "Quist", Username: "ada@acme.example", Email: "ada@acme.example", ExternalID: "E1", Title: "Editor",
		Department: "Desk", Location: "Oslo", Groups: []string{"Desk"}, Source: users.Source{Kind: users.SourceSync, Name: "idp"},
	}}
}

// changed returns a profile after a body, with the status that it asks for: "" for none.
func changed(t *testing.T, c scim.Connection, u users.User, read func([]byte) (scim.Body, error), text string) (users.Profile, string) {
	t.Helper()
	b, err := read([]byte(text))
	require.NoError(t, err)
	commands, err := c.Change(b, u)
	require.NoError(t, err)
	status := ""
	for _, command := range commands {
		switch command := command.(type) {
		case seats.Edit:
			u.Profile, _, err = command.Set.Apply(u.Profile)
			require.NoError(t, err)
		case seats.Deactivate:
			status = "out"
		case seats.Reactivate:
			status = "back"
		}
	}
	return u.Profile, status
}

func operations(all ...string) string { return `{"Operations":[` + strings.Join(all, ",") + `]}` }

func TestReadPatch_values(t *testing.T) {
	const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	for _, c := range []struct {
		name, operation string
		want            func(*users.Profile)
	}{
		{"a number for a text", `{"op":"replace","path":"externalId","value":1002}`, func(p *users.Profile) { p.ExternalID = "1002" }},
		{"leading zeros", `{"op":"replace","path":"externalId","value":"007"}`, func(p *users.Profile) { p.ExternalID = "007" }},
		{"a list of one", `{"op":"replace","path":"title","value":["Chief"]}`, func(p *users.Profile) { p.Title = "Chief" }},
		{"an object with value", `{"op":"Add","path":"title","value":[{"$ref":null,"value":"Chief"}]}`, func(p *users.Profile) { p.Title = "Chief" }},
		{"names in capitals", `{"OP":"REPLACE","PATH":"NAME.GIVENNAME","VALUE":"Bea"}`, func(p *users.Profile) { p.FirstName = "Bea" }},
		{"blanks around", `{"op":" replace ","path":" title ","value":"Chief"}`, func(p *users.Profile) { p.Title = "Chief" }},
		{"remove", `{"op":"remove","path":"title"}`, func(p *users.Profile) { p.Title = "" }},
		{"remove passes over a value", `{"op":"remove","path":"title","value":"Other"}`, func(p *users.Profile) { p.Title = "" }},
		{"null under a path", `{"op":"replace","path":"title","value":null}`, func(p *users.Profile) { p.Title = "" }},
		{"the empty text", `{"op":"replace","path":"title","value":""}`, func(p *users.Profile) { p.Title = "" }},
		{"an empty list", `{"op":"replace","path":"title","value":[]}`, func(p *users.Profile) { p.Title = "" }},
		{"null in an object", `{"op":"replace","value":{"title":null}}`, func(*users.Profile) {}},
		{"name as an object is merged", `{"op":"replace","path":"name","value":{"familyName":"Berg","givenName":null}}`, func(p *users.Profile) { p.LastName = "Berg" }},
		{"remove of the whole name", `{"op":"remove","path":"name"}`, func(p *users.Profile) { p.FirstName, p.LastName = "", "" }},
		{"the object of a schema", `{"op":"add","value":{"` + enterprise + `":{"department":"News"}}}`, func(p *users.Profile) { p.Department = "News" }},
		{"the schema as a path", `{"op":"add","path":"` + enterprise + `","value":{"department":"News"}}`, func(p *users.Profile) { p.Department = "News" }},
		{"a URN in capitals", `{"op":"add","path":"` + strings.ToUpper(enterprise) + `:department","value":"News"}`, func(p *users.Profile) { p.Department = "News" }},
		{"a path with the URN of the core", `{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName","value":"Berg"}`, func(p *users.Profile) { p.LastName = "Berg" }},
		{"another schema", `{"op":"add","path":"urn:acme:User:title","value":"Chief"}`, func(*users.Profile) {}},
		{"a schema of a longer name", `{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:Users:title","value":"Chief"}`, func(*users.Profile) {}},
		{"an unknown attribute", `{"op":"replace","path":"nickName","value":{"a":[1]}}`, func(*users.Profile) {}},
		{"id, meta and groups are the host's", `{"op":"replace","value":{"id":"u9","meta":{"location":"x"},"groups":[{"value":"g1"}],"schemas":[]}}`, func(*users.Profile) {}},
		{"several operations, the last one counts", `{"op":"replace","path":"title","value":"Chief"},{"op":"replace","path":"title","value":"Boss"}`, func(p *users.Profile) { p.Title = "Boss" }},
		{"displayName is made of the names", `{"op":"replace","path":"displayName","value":"Another Name"}`, func(*users.Profile) {}},
		{"displayName without a first name", `{"op":"remove","path":"name.givenName"},{"op":"replace","path":"displayName","value":"Quist & Sons"}`, func(p *users.Profile) { p.FirstName, p.LastName = "", "Quist & Sons" }},
		{"name.formatted", `{"op":"replace","path":"name","value":{"givenName":"","formatted":"Quist & Sons"}}`, func(p *users.Profile) { p.FirstName, p.LastName = "", "Quist & Sons" }},
		{"other parts of a name", `{"op":"replace","path":"name.middleName","value":{"x":1}}`, func(*users.Profile) {}},
		{"the address follows the userName", `{"op":"replace","path":"userName","value":"ada.berg@acme.example"}`, func(p *users.Profile) { p.Username, p.Email = "ada.berg@acme.example", "ada.berg@acme.example" }},
		{"but not one that is no address", `{"op":"replace","path":"userName","value":"ada"}`, func(p *users.Profile) { p.Username = "ada" }},
		{"and not where emails are said", `{"op":"replace","value":{"userName":"ada@berg.example","emails":[{"value":"ada@acme.example"}]}}`, func(p *users.Profile) { p.Username = "ada@berg.example" }},
		{"emails, the primary one", `{"op":"replace","path":"emails","value":[{"value":"a@x.example","type":"work"},{"value":"b@x.example","primary":"TRUE"}]}`, func(p *users.Profile) { p.Email = "b@x.example" }},
		{"emails, the one for work", `{"op":"replace","path":"emails","value":[{"value":"a@x.example","type":"home"},{"value":"b@x.example","type":"Work"}]}`, func(p *users.Profile) { p.Email = "b@x.example" }},
		{"emails, the first one", `{"op":"replace","path":"emails","value":["a@x.example","b@x.example"]}`, func(p *users.Profile) { p.Email = "a@x.example" }},
		{"emails, added for home", `{"op":"add","path":"emails","value":[{"value":"a@x.example","type":"home"}]}`, func(*users.Profile) {}},
		{"emails, added for work", `{"op":"add","path":"emails","value":{"value":"a@x.example","type":"work"}}`, func(p *users.Profile) { p.Email = "a@x.example" }},
		{"emails, nothing added", `{"op":"add","path":"emails","value":[]}`, func(*users.Profile) {}},
		{"emails without a value", `{"op":"replace","path":"emails","value":[{"type":"work"}]}`, func(*users.Profile) {}},
		{"emails, all removed", `{"op":"remove","path":"emails"}`, func(p *users.Profile) { p.Email = "" }},
		{"emails, replaced by none", `{"op":"replace","path":"emails","value":[]}`, func(p *users.Profile) { p.Email = "" }},
		{"emails, this one removed", `{"op":"remove","path":"emails","value":[{"value":"ADA@acme.example"}]}`, func(p *users.Profile) { p.Email = "" }},
		{"emails, another one removed", `{"op":"remove","path":"emails","value":[{"value":"x@acme.example"}]}`, func(*users.Profile) {}},
		{"emails.value", `{"op":"replace","path":"emails.value","value":"a@x.example"}`, func(p *users.Profile) { p.Email = "a@x.example" }},
		{"emails for work, primary", `{"op":"replace","path":"emails[type eq \"work\" and primary eq true].value","value":"a@x.example"}`, func(p *users.Profile) { p.Email = "a@x.example" }},
		{"emails for home or work", `{"op":"replace","path":"emails[type eq \"home\" or type eq \"WORK\"].value","value":"a@x.example"}`, func(p *users.Profile) { p.Email = "a@x.example" }},
		{"emails for home", `{"op":"replace","path":"emails[type eq \"home\"].value","value":"a@x.example"}`, func(*users.Profile) {}},
		{"emails by value", `{"op":"replace","path":"emails[value eq \"ada@ACME.example\"].value","value":"a@x.example"}`, func(p *users.Profile) { p.Email = "a@x.example" }},
		{"emails, the type of one", `{"op":"replace","path":"emails[type eq \"work\"].type","value":"home"}`, func(*users.Profile) {}},
		{"emails for work removed", `{"op":"remove","path":"emails[type eq \"work\"]"}`, func(p *users.Profile) { p.Email = "" }},
		{"emails for work removed by value", `{"op":"remove","path":"emails[type eq \"work\"].value"}`, func(p *users.Profile) { p.Email = "" }},
		{"addresses", `{"op":"replace","path":"addresses","value":[{"type":"work","locality":"Bergen","country":"NO"}]}`, func(p *users.Profile) { p.Location = "Bergen" }},
		{"addresses for work", `{"op":"replace","path":"addresses[type eq \"work\"].locality","value":"Bergen"}`, func(p *users.Profile) { p.Location = "Bergen" }},
		{"addresses, the street", `{"op":"replace","path":"addresses[type eq \"work\"].streetAddress","value":"1 Quay"}`, func(*users.Profile) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := ada().Profile
			c.want(&want)
			got, status := changed(t, connection, ada(), scim.ReadPatch, operations(c.operation))
			require.Equal(t, want, got)
			require.Empty(t, status)
		})
	}
}

func TestReadPatch_active(t *testing.T) {
	inactive := ada()
	inactive.Status = users.Inactive
	for value, want := range map[string]bool{`true`: true, `"TRUE"`: true, `" True "`: true, `["true"]`: true, `[{"value":"False"}]`: false, `false`: false, `"false"`: false} {
		for _, text := range []string{
			operations(`{"op":"replace","path":"active","value":` + value + `}`), operations(`{"op":"Add","value":{"ACTIVE":` + value + `}}`),
		} {
			_, out := changed(t, connection, ada(), scim.ReadPatch, text)
			require.Equal(t, !want, out == "out", text)
			_, back := changed(t, connection, inactive, scim.ReadPatch, text)
			require.Equal(t, want, back == "back", text)
		}
	}
	for _, text := range []string{`{"op":"replace","path":"active","value":null}`, `{"op":"remove","path":"active"}`} {
		_, status := changed(t, connection, ada(), scim.ReadPatch, operations(text))
		require.Empty(t, status, text)
	}
}

// TestRead_refused has bodies that are not understood, with the scimType of the answer.
func TestRead_refused(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 20) + `1` + strings.Repeat(`}`, 20)
	var many []string
	for range scim.MaxOperations + 1 {
		many = append(many, `{"op":"replace","path":"active","value":true}`)
	}
	for _, c := range []struct{ name, text, scimType string }{
		{"nothing", ``, scim.InvalidSyntax},
		{"no JSON", `{"userName":`, scim.InvalidSyntax},
		{"a key alone", `{"userName"`, scim.InvalidSyntax},
		{"an open list", `{"a":[1`, scim.InvalidSyntax},
		{"a list", `[]`, scim.InvalidSyntax},
		{"two objects", `{} {}`, scim.InvalidSyntax},
		{"not UTF-8", "{\"userName\":\"\xff\"}", scim.InvalidSyntax},
		{"half of a surrogate pair", `{"userName":"\ud800"}`, scim.InvalidValue},
		{"half of a surrogate pair in a name", `{"\ud800":1}`, scim.InvalidValue},
		{"an attribute twice", `{"active":true,"ACTIVE":false}`, scim.InvalidSyntax},
		{"too deep", deep, scim.InvalidSyntax},
		{"too many paths", `{"a` + strings.Repeat("a", 70_000) + `":1}`, scim.InvalidSyntax},
		{"a path too long", `{"a` + strings.Repeat("a", 2000) + `":1}`, scim.InvalidPath},
		{"a path that is none", `{"emails[type":1}`, scim.InvalidPath},
		{"a path with three conditions", `{"members[value eq \"u1\" or value eq \"u2\" or value eq \"u3\"]":1}`, scim.InvalidPath},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, text := range []string{c.text, `{"Operations":[{"op":"add","value":` + c.text + `}]}`} {
				read := scim.ReadResource
				if text != c.text {
					read = scim.ReadPatch
				}
				_, err := read([]byte(text))
				if c.name == "a list" && text != c.text {
					c.scimType = scim.NoTarget
				}
				require.Equal(t, c.scimType, scim.ErrorOf(err).Type, text[:min(80, len(text))])
				require.Equal(t, 400, scim.ErrorOf(err).Status)
			}
		})
	}
	for name, c := range map[string]struct{ text, scimType string }{
		"no operations":              {`{}`, scim.InvalidSyntax},
		"operations of another kind": {`{"Operations":[true]}`, scim.InvalidValue},
		"too many operations":        {operations(many...), scim.InvalidSyntax},
		"an unknown op":              {operations(`{"op":"move","path":"active"}`), scim.InvalidSyntax},
		"no op":                      {operations(`{"path":"active","value":true}`), scim.InvalidSyntax},
		"a path of another kind":     {operations(`{"op":"add","path":{"a":1},"value":true}`), scim.InvalidValue},
		"remove without a path":      {operations(`{"op":"remove","value":{"title":"x"}}`), scim.NoTarget},
		"a value without a path":     {operations(`{"op":"add","value":"x"}`), scim.NoTarget},
	} {
		_, err := scim.ReadPatch([]byte(c.text))
		require.Equal(t, c.scimType, scim.ErrorOf(err).Type, name)
	}
	_, err := scim.ReadResource(make([]byte, scim.MaxBody+1))
	require.Equal(t, 413, scim.ErrorOf(err).Status)
}

// TestConnection_Change_refused has bodies that are understood and wrong.
func TestConnection_Change_refused(t *testing.T) {
	for name, c := range map[string]struct{ operation, scimType string }{
		"userName removed":            {`{"op":"remove","path":"userName"}`, scim.InvalidValue},
		"an address that is none":     {`{"op":"replace","path":"emails.value","value":"ada"}`, scim.InvalidValue},
		"a title too long":            {`{"op":"replace","path":"title","value":"` + strings.Repeat("x", 300) + `"}`, scim.InvalidValue},
		"a control character":         {`{"op":"replace","path":"title","value":"a\u0007"}`, scim.InvalidValue},
		"an object for a text":        {`{"op":"replace","path":"title","value":{"a":1}}`, scim.InvalidValue},
		"a boolean for a text":        {`{"op":"replace","path":"title","value":true}`, scim.InvalidValue},
		"two values for one":          {`{"op":"replace","path":"title","value":["a","b"]}`, scim.InvalidValue},
		"active is a word":            {`{"op":"replace","path":"active","value":"yes"}`, scim.InvalidValue},
		"active is a number":          {`{"op":"replace","path":"active","value":0}`, scim.InvalidValue},
		"name is a text":              {`{"op":"replace","path":"name","value":"Ada"}`, scim.InvalidValue},
		"a part of name is a list":    {`{"op":"replace","path":"name","value":{"givenName":[1,2]}}`, scim.InvalidValue},
		"formatted is a list":         {`{"op":"replace","path":"name","value":{"givenName":"","formatted":[1,2]}}`, scim.InvalidValue},
		"displayName is a list":       {`{"op":"replace","path":"displayName","value":[1,2]}`, scim.InvalidValue},
		"emails are booleans":         {`{"op":"replace","path":"emails","value":[true]}`, scim.InvalidValue},
		"a filter with co":            {`{"op":"replace","path":"emails[value co \"ada\"].value","value":"a@x.example"}`, scim.InvalidFilter},
		"a filter with not":           {`{"op":"replace","path":"emails[not (type eq \"work\")].value","value":"a@x.example"}`, scim.InvalidFilter},
		"a filter by display":         {`{"op":"replace","path":"emails[display eq \"x\"].value","value":"a@x.example"}`, scim.InvalidFilter},
		"a second filter by display":  {`{"op":"replace","path":"emails[type eq \"home\" and display eq \"x\"].value","value":"a@x.example"}`, scim.InvalidFilter},
		"a first filter by display":   {`{"op":"replace","path":"emails[display eq \"x\" or type eq \"home\"].value","value":"a@x.example"}`, scim.InvalidFilter},
		"primary compared with words": {`{"op":"replace","path":"emails[primary eq \"yes\"].value","value":"a@x.example"}`, scim.InvalidValue},
	} {
		b, err := scim.ReadPatch([]byte(operations(c.operation)))
		require.NoError(t, err, name)
		_, err = connection.Change(b, ada())
		require.Equal(t, c.scimType, scim.ErrorOf(err).Type, "%s: %v", name, err)
		assert.NotContains(t, scim.ErrorOf(err).Detail, "acme.example", name)
	}
	b, err := scim.ReadPatch([]byte(operations(`{"op":"replace","path":"active","value":false}`)))
	require.NoError(t, err)
	for _, hide := range []func(*users.User){
		func(u *users.User) { u.Status = users.Deleted }, func(u *users.User) { *u = users.User{} },
		func(u *users.User) { u.Source.Name = "other" }, func(u *users.User) { u.Source = users.Source{} },
	} {
		u := ada()
		hide(&u)
		_, err := connection.Change(b, u)
		require.ErrorIs(t, err, scim.ErrNotFound)
		require.False(t, connection.Shows(u))
	}
	require.True(t, connection.Shows(ada()))
}

// TestConnection_Change_put has what PUT leaves out: unchanged, or cleared but for the keys and the status.
func TestConnection_Change_put(t *testing.T) {
	const body = `{"userName":"ada@acme.example","name":{"givenName":"Ada"},"title":null}`
	got, status := changed(t, connection, ada(), scim.ReadResource, body)
	require.Equal(t, ada().Profile, got)
	require.Empty(t, status)

	capital := ada()
	capital.Email = "Ada@acme.example"
	got, _ = changed(t, connection, capital, scim.ReadResource, body)
	require.Equal(t, capital.Profile, got) // the address is not touched by what says nothing of it

	clear := connection
	clear.ClearAbsent = true
	got, status = changed(t, clear, ada(), scim.ReadResource, body)
	want := ada().Profile
	want.LastName, want.Title, want.Department, want.Location = "", "", "", ""
	require.Equal(t, want, got)
	require.Empty(t, status)
	other := ada()
	other.Email = "ada@home.example"
	got, _ = changed(t, clear, other, scim.ReadResource, body)
	require.Empty(t, got.Email)

	got, _ = changed(t, clear, ada(), scim.ReadPatch, operations(`{"op":"replace","value":`+body+`}`))
	require.Equal(t, ada().Profile, got) // a patch clears nothing that it leaves out
}

// TestConnection_Change_order has a leaver deactivated before the edit, and a returning user edited first.
func TestConnection_Change_order(t *testing.T) {
	order := func(active bool, u users.User) (actions []string) {
		b, err := scim.ReadResource([]byte(fmt.Sprintf(`{"userName":"ada@acme.example","title":"Chief","active":%v}`, active)))
		require.NoError(t, err)
		commands, err := connection.Change(b, u)
		require.NoError(t, err)
		for _, c := range commands {
			actions = append(actions, c.Action().String())
		}
		return actions
	}
	u := ada()
	require.Equal(t, []string{"deactivate", "edit"}, order(false, u))
	u.Status = users.Invited
	require.Equal(t, []string{"deactivate", "edit"}, order(false, u))
	require.Equal(t, []string{"edit"}, order(true, u))
	for _, u.Status = range []users.Status{users.Inactive, users.Archived} {
		require.Equal(t, []string{"edit", "reactivate"}, order(true, u))
		require.Equal(t, []string{"edit"}, order(false, u))
	}
}

func TestConnection_Create(t *testing.T) {
	create := func(text string, present ...users.User) ([]seats.Command, error) {
		b, err := scim.ReadResource([]byte(text))
		require.NoError(t, err)
		return connection.Create(b, present)
	}
	c := connection
	c.Role = users.Manager
	b, err := scim.ReadResource([]byte(`{"userName":"eva@acme.example","displayName":"Eva Holm"}`))
	require.NoError(t, err)
	commands, err := c.Create(b, nil)
	require.NoError(t, err)
	require.Equal(t, []seats.Command{seats.Invite{
		Profile: users.Profile{Username: "eva@acme.example", Email: "eva@acme.example", LastName: "Eva Holm"}, Role: users.Manager,
	}}, commands)

	for text, scimType := range map[string]string{
		`{}`: scim.InvalidValue, `{"userName":" "}`: scim.InvalidValue, `{"userName":["a","b"]}`: scim.InvalidValue,
		`{"userName":"eva","active":false}`: scim.InvalidValue, `{"userName":"eva","title":"a\u0007"}`: scim.InvalidValue,
	} {
		_, err := create(text)
		require.Equal(t, scimType, scim.ErrorOf(err).Type, text)
	}

	archived, ben, other := ada(), ada(), ada()
	archived.Status = users.Archived
	ben.ID, ben.Username, ben.Email, ben.ExternalID = "u2", "ben", "ben@acme.example", "E2"
	other.Source = users.Source{}
	inactive := ada()
	inactive.Status = users.Inactive
	for name, present := range map[string][]users.User{"active": {ada()}, "archived": {archived}, "two": {ada(), func() users.User { u := ada(); u.ID = "u3"; return u }()}} {
		_, err := create(`{"userName":"ada@acme.example","externalId":"E1"}`, present...)
		require.ErrorIs(t, err, scim.ErrUniqueness, name)
	}
	_, err = create(`{"userName":"ada@acme.example","active":"false"}`, inactive)
	require.ErrorIs(t, err, scim.ErrUniqueness)

	// A user with another external ID is another user: the Keeper refuses the keys in common.
	commands, err = create(`{"userName":"ada@acme.example","externalId":"E9"}`, inactive, ben)
	require.NoError(t, err)
	require.IsType(t, seats.Invite{}, commands[0])
	require.Len(t, commands, 1)

	// So it does with a user of another source, unless the source takes users over.
	for status, want := range map[users.Status][]users.Action{
		users.Active: {users.ActionInvite, users.ActionEdit}, users.Inactive: {users.ActionInvite, users.ActionEdit, users.ActionReactivate},
	} {
		other.Status = status
		commands, err = create(`{"userName":"ada@acme.example","title":"Chief"}`, other)
		require.NoError(t, err)
		var actions []users.Action
		for _, c := range commands {
			actions = append(actions, c.Action())
		}
		require.Equal(t, want, actions)
		require.Equal(t, seats.Edit{User: "u1", Set: users.Patch{Title: new("Chief")}}, commands[1])
	}
	id, err := scim.Created([]seats.Outcome{{Action: users.ActionInvite, User: "u1"}, {Action: users.ActionEdit, User: "u1"}})
	require.NoError(t, err)
	require.EqualValues(t, "u1", id, "the known ID")

	id, err = scim.Created([]seats.Outcome{{Action: users.ActionInvite, User: "u7"}})
	require.NoError(t, err)
	require.EqualValues(t, "u7", id)
	_, err = scim.Created([]seats.Outcome{{Action: users.ActionInvite, User: "u7", Unchanged: true}})
	require.ErrorIs(t, err, scim.ErrUniqueness)
	_, err = scim.Created(nil)
	require.ErrorIs(t, err, scim.ErrUniqueness)
}

func TestConnection_Remove(t *testing.T) {
	remove := func(c scim.Connection, u users.User) (actions []string) {
		steps, err := c.Remove(u)
		require.NoError(t, err)
		for _, step := range steps {
			for _, command := range step.Commands {
				actions = append(actions, step.Actor.Kind.String()+" "+command.Action().String())
			}
		}
		return actions
	}
	forGood := connection
	forGood.DeleteForGood = true
	for status, want := range map[users.Status][2][]string{
		users.Active:   {{"sync deactivate", "system archive"}, {"sync deactivate", "system delete"}},
		users.Invited:  {{"sync deactivate", "system archive"}, {"sync deactivate", "system delete"}},
		users.Inactive: {{"system archive"}, {"system delete"}},
		users.Archived: {nil, {"system delete"}},
		users.Deleted:  {nil, nil},
		users.NoStatus: {nil, nil},
	} {
		u := ada()
		u.Status = status
		require.Equal(t, want[0], remove(connection, u), status)
		require.Equal(t, want[1], remove(forGood, u), status)
	}
	u := ada()
	u.Source.Name = "other"
	_, err := connection.Remove(u)
	require.ErrorIs(t, err, scim.ErrNotFound)
}

// TestBody_password has passwords in every place: none is in a value, a text or an error.
func TestBody_password(t *testing.T) {
	for _, text := range []string{
		`{"userName":"eva","password":"s3cret"}`, `{"userName":"eva","PassWord":["s3cret"],"urn:ietf:params:scim:schemas:core:2.0:User":{"password":"s3cret"}}`,
		`{"userName":"eva","urn:ietf:params:scim:schemas:core:2.0:User:password":"s3cret"}`,
	} {
		b, err := scim.ReadResource([]byte(text))
		require.NoError(t, err)
		require.NotContains(t, fmt.Sprintf("%#v", b), "s3cret")
		commands, err := connection.Create(b, nil)
		require.NoError(t, err)
		require.NotContains(t, fmt.Sprintf("%#v", commands), "s3cret")
	}
}
