package users_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestPatches(t *testing.T) {
	was := users.Profile{ID: "u1", FirstName: "Ada", Email: "ada@acme.example", Location: "Leeds", Groups: []string{"red", "shared"}}
	now := users.Profile{ID: "u1", FirstName: "Ada", Email: "ada@acme.example", Location: "York", Title: "Head", Groups: []string{"blue", "shared"}}
	forth, back := users.Patches(was, now)
	assert.Equal(t, users.Patch{Location: new("York"), Title: new("Head"), Groups: &now.Groups}, forth)
	assert.Equal(t, users.Patch{Location: new("Leeds"), Title: new(""), Groups: &was.Groups}, back)

	forth, back = users.Patches(was, was)
	assert.Equal(t, users.Patch{}, forth, "nothing differs")
	assert.Equal(t, users.Patch{}, back)
}

func TestPatch_Undo(t *testing.T) {
	was := users.Profile{ID: "u1", Email: "ada@acme.example", Location: "Leeds", Title: "Clerk", Groups: []string{"red", "shared"}}
	left := users.Profile{ID: "u1", Email: "ada@acme.example", Location: "York", Title: "Head", Groups: []string{"blue", "shared"}}
	forth, back := users.Patches(was, left)
	all := []string{"location", "title", "groups"}
	with := func(edit func(*users.Profile)) users.Profile {
		now := left
		edit(&now)
		return now
	}
	for name, c := range map[string]struct {
		now     users.Profile
		fields  []string
		want    users.Patch
		changed []string
	}{
		"all":               {left, all, users.Patch{Location: new("Leeds"), Title: new("Clerk"), Groups: &was.Groups}, nil},
		"named fields":      {left, []string{"title"}, users.Patch{Title: new("Clerk")}, nil},
		"no fields":         {left, nil, users.Patch{}, nil},
		"back already":      {was, all, users.Patch{}, nil},
		"a third value":     {with(func(p *users.Profile) { p.Title = "Chief" }), all, users.Patch{Location: new("Leeds"), Groups: &was.Groups}, []string{"title"}},
		"a new group stays": {with(func(p *users.Profile) { p.Groups = []string{"blue", "new", "shared"} }), []string{"groups"}, users.Patch{Groups: &[]string{"new", "red", "shared"}}, nil},
		"a group that left": {with(func(p *users.Profile) { p.Groups = nil }), []string{"groups"}, users.Patch{Groups: &[]string{"red"}}, nil},
	} {
		undo, changed := back.Undo(forth, c.now, c.fields)
		assert.Equal(t, c.want, undo, name)
		assert.Equal(t, c.changed, changed, name)
	}
	undo, changed := users.Patch{}.Undo(forth, left, all)
	assert.Equal(t, users.Patch{}, undo, "without values")
	assert.Empty(t, changed)
}

func TestPatch_Or(t *testing.T) {
	p := users.Patch{FirstName: new("Ada"), Title: new("")}
	other := users.Patch{FirstName: new("Bob"), Title: new("Head"), Email: new("bob@acme.example"), Groups: &[]string{"a"}}
	assert.Equal(t, users.Patch{FirstName: new("Ada"), Title: new(""), Email: new("bob@acme.example"), Groups: &[]string{"a"}}, p.Or(other))
	assert.Equal(t, other, users.Patch{}.Or(other))
	assert.Equal(t, other, other.Or(p))
	assert.Nil(t, p.Groups, "the patch is a copy")
}

// TestPatch_Apply_groups: groups are added and removed one by one.
func TestPatch_Apply_groups(t *testing.T) {
	was := users.Profile{ID: "u1", Email: "ada@acme.example", Groups: []string{"North", "Sales"}}
	list := func(groups ...string) *[]string { return &groups }
	for name, c := range map[string]struct {
		patch users.Patch
		want  []string
	}{
		"added":         {users.Patch{AddGroups: list(" Night shift ", "Sales")}, []string{"Night shift", "North", "Sales"}},
		"removed":       {users.Patch{RemoveGroups: list(" Sales", "Other")}, []string{"North"}},
		"both":          {users.Patch{AddGroups: list("Sales", "East"), RemoveGroups: list("Sales", "North")}, []string{"East", "Sales"}},
		"after_the_set": {users.Patch{Groups: list("A ", "B"), AddGroups: list("C"), RemoveGroups: list("A")}, []string{"B", "C"}},
		"there_already": {users.Patch{AddGroups: list("North"), RemoveGroups: list("South")}, was.Groups},
	} {
		t.Run(name, func(t *testing.T) {
			now, changed, err := c.patch.Apply(was)
			require.NoError(t, err)
			require.Equal(t, c.want, now.Groups)
			require.Equal(t, !slices.Equal(c.want, was.Groups), len(changed) == 1 && changed[0] == "groups")
			require.Equal(t, []string{"North", "Sales"}, was.Groups, "the profile given is left alone")
		})
	}
	for _, patch := range []users.Patch{{AddGroups: list("a\x00")}, {RemoveGroups: list("a\x00")}} {
		_, _, err := patch.Apply(was)
		var fault *users.FieldError
		require.ErrorAs(t, err, &fault)
		require.Equal(t, "groups", fault.Field)
	}
	text, err := json.Marshal(users.Patch{AddGroups: new([]string), RemoveGroups: list("a")})
	require.NoError(t, err)
	require.JSONEq(t, `{"add_groups":[],"remove_groups":["a"]}`, string(text))
}

func TestProfile_Lacking(t *testing.T) {
	was := users.Profile{FirstName: "Ada", Email: "ada@acme.example"}
	from := users.Profile{FirstName: "Augusta", LastName: "King", ExternalID: "7", Groups: []string{"b", "a"}}
	now, changed, err := was.Lacking(from).Apply(was)
	require.NoError(t, err)
	require.Equal(t, []string{"last-name", "external-id", "groups"}, changed)
	require.Equal(t, users.Profile{FirstName: "Ada", LastName: "King", Email: "ada@acme.example", ExternalID: "7", Groups: []string{"a", "b"}}, now)
	require.Equal(t, users.Patch{}, now.Lacking(from))
}

// TestPatch_Without: each field by its name, and the groups in all three forms.
func TestPatch_Without(t *testing.T) {
	list := func(names ...string) *[]string { return &names }
	whole := users.Patch{
		FirstName: new("a"), LastName: new("b"), Username: new("c"), Email: new("d@acme.example"), ExternalID: new("e"), Location: new("f"),
		Department: new("g"), Title: new("h"), Groups: list("i"), AddGroups: list("j"), RemoveGroups: list("k"),
	}
	require.Len(t, users.Fields(), 9)
	for _, name := range users.Fields() {
		left := whole.Without(name)
		_, changed, err := left.Apply(users.Profile{Email: "x@acme.example"})
		require.NoError(t, err)
		require.NotContains(t, changed, name)
		require.Len(t, changed, 8)
	}
	require.Equal(t, users.Patch{}, whole.Without(users.Fields()...))
	require.NotNil(t, whole.Title, "the patch itself stays")
}

// TestProfile_Fitted: what is optional is cut or left out, so that the rest of a directory's profile can be used.
func TestProfile_Fitted(t *testing.T) {
	long, groups := strings.Repeat("é", users.MaxText+10), []string{"", "b", "b", strings.Repeat("g", users.MaxText+1)}
	for i := range users.MaxGroups + 10 {
		groups = append(groups, fmt.Sprintf("c%03d", i))
	}
	p := users.Profile{Email: "ada@acme.example", FirstName: " Ada ", LastName: long, Department: long, Title: "a\x00b", Groups: groups}.Fitted()
	require.Equal(t, "Ada", p.FirstName)
	require.Equal(t, []string{long[:2*users.MaxText], long[:2*users.MaxText]}, []string{p.LastName, p.Department})
	require.Empty(t, p.Title)
	require.Len(t, p.Groups, users.MaxGroups)
	require.Equal(t, []string{"b", "c000"}, p.Groups[:2])
	_, err := p.Clean()
	require.NoError(t, err)
}
