package users_test

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

// filters draws filters with all fields but After, the empty text first in a list.
var filters = rapid.Custom(func(t *rapid.T) users.Filter {
	names := []string{"Leeds", "a,b", "true", " ", "é & ü", "x=y;z", "%2C", "", strings.Repeat("x", users.MaxText)}
	list := func(label string, from []string) []string {
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 3, rapid.ID[string]).Draw(t, label)
		slices.SortFunc(some, func(a, b string) int { return len(a) - len(b) })
		if len(some) == 0 {
			return nil
		}
		return some
	}
	flag := func(label string) bool { return rapid.Bool().Draw(t, label) }
	set := func(label string, below uint64) uint64 { return rapid.Uint64Range(0, below-1).Draw(t, label) }
	f := users.Filter{
		Text:      rapid.SampledFrom(append(names, "\tAda  Ash\x00", "\u200b")).Draw(t, "text"),
		Status:    users.Set[users.Status](set("status", 32) << users.Invited),
		Role:      users.Set[users.Role](set("role", 16)),
		Locations: list("locations", names), Departments: list("departments", names), Groups: list("groups", slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })),
		LeftBy:        users.Set[users.Leaving](set("left by", 16)),
		NeverSignedIn: flag("never signed in"), NeverActive: flag("never active"), Dated: flag("dated"), HeldBack: flag("held back"), Backward: flag("backward"),
		Order: rapid.SampledFrom(users.Orders()).Draw(t, "order"),
	}
	for _, name := range list("ids", []string{"u1", "a,b", " u ", "\u00e9"}) {
		f.IDs = append(f.IDs, users.ID(name))
	}
	for _, name := range list("sources", []string{"", "hr", "a:b", "sync"}) {
		f.Sources = append(f.Sources, users.Source{Kind: rapid.SampledFrom([]users.SourceKind{users.SourceManual, users.SourceImport, users.SourceSync}).Draw(t, "kind"), Name: name})
	}
	return f
})

// TestFilter_Query: a filter goes through a URL unchanged, among the host's own keys.
func TestFilter_Query(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := filters.Draw(t, "filter")
		query := url.Values(f.Query())
		query.Set("cursor", "of the host")
		query.Set("unused", "")
		sent, err := url.ParseQuery(query.Encode())
		require.NoError(t, err)
		read, err := users.ParseFilter(sent, "cursor", "unused")
		require.NoError(t, err, "%s", query.Encode())
		require.Equal(t, f, read)
		require.Equal(t, f.Query(), read.Query())
	})
	require.Empty(t, users.Filter{After: users.Place{ID: "u1"}}.Query(), "a page has a cursor")
	require.Equal(t, "status=invited&status=active&text=ada", url.Values(users.Filter{Text: "ada", Status: users.In(users.Active, users.Invited)}.Query()).Encode())
}

// TestFilter_Query_complete: each field of a filter but the page is a parameter with the key of its JSON form.
func TestFilter_Query_complete(t *testing.T) {
	all := reflect.TypeFor[users.Filter]()
	for i := range all.NumField() {
		key, _, _ := strings.Cut(all.Field(i).Tag.Get("json"), ",")
		_, err := users.ParseFilter(map[string][]string{key: {""}})
		require.Equal(t, key == "after", err != nil, key)
	}
}

// TestFilter_Query_void: a filter of an empty ID, group or status selects no user, and never all of them.
func TestFilter_Query_void(t *testing.T) {
	for _, f := range []users.Filter{
		{IDs: []users.ID{""}}, {Groups: []string{""}}, {Groups: []string{"a", ""}}, {Status: users.In(users.NoStatus)}, {Status: 1 << 20}, {Order: 9},
		{Sources: []users.Source{{Kind: 9}}}, {Text: "\xff"}, {Locations: []string{"a\n"}},
	} {
		_, err := users.ParseFilter(f.Query())
		require.Error(t, err, "%+v", f)
	}
}

func TestParseFilter(t *testing.T) {
	for text, want := range map[string]users.Filter{
		"":                                      {},
		"text=&status=&order=&without=&ids=":    {}, // a form with nothing filled in
		"status=active,invited":                 {Status: users.In(users.Active, users.Invited)},
		"status=active&status=&status=+invited": {Status: users.In(users.Active, users.Invited)},
		"locations=Leeds&without=locations&without=left_by": {Locations: []string{"", "Leeds"}, LeftBy: users.In(users.NotLeft)},
		"without=departments&without=departments":           {Departments: []string{""}},
		"sources=sync&sources=sync:hr&sources=import":       {Sources: []users.Source{{Kind: users.SourceSync}, {Kind: users.SourceSync, Name: "hr"}, {Kind: users.SourceImport}}},
		"dated=true&backward=true&order=name":               {Dated: true, Backward: true, Order: users.OrderName},
	} {
		query, err := url.ParseQuery(text)
		require.NoError(t, err)
		read, err := users.ParseFilter(query)
		require.NoError(t, err, text)
		require.Equal(t, want, read, text)
	}
	for text, want := range map[string]string{
		"statsu=active":                `users: URL: a key is unknown: "statsu"`,
		"Status=active":                "users: URL: a key is unknown",
		"ada@acme.example=":            "users: URL: a key is unknown",
		"after=u1":                     `users: URL: a key is unknown: "after"`,
		"status=gone":                  `users: URL: a value of "status" is wrong`,
		"status=active,,invited":       `users: URL: a value of "status" is wrong`,
		"status=active;invited":        "",
		"left_by=hand,":                `users: URL: a value of "left_by" is wrong`,
		"text=a&text=b":                `users: URL: a value of "text" is wrong`,
		"text=%ff":                     `users: URL: a value of "text" is wrong`,
		"dated=1":                      `users: URL: a value of "dated" is wrong`,
		"dated=true&dated=true":        `users: URL: a value of "dated" is wrong`,
		"order=name&order=id":          `users: URL: a value of "order" is wrong`,
		"order=nothing":                `users: URL: a value of "order" is wrong`,
		"ids=%00":                      `users: URL: a value of "ids" is wrong`,
		"groups=%00":                   `users: URL: a value of "groups" is wrong`,
		"sources=hr":                   `users: URL: a value of "sources" is wrong`,
		"sources=sync:":                `users: URL: a value of "sources" is wrong`,
		"sources=sync:%00":             `users: URL: a value of "sources" is wrong`,
		"without=groups":               `users: URL: a value of "without" is wrong`,
		"without=locations,left_by":    `users: URL: a value of "without" is wrong`,
		strings.Repeat("ids=u&", 1002): `users: URL: a value of "ids" is wrong`,
	} {
		query, err := url.ParseQuery(text)
		if want == "" {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err)
		f, err := users.ParseFilter(query)
		require.EqualError(t, err, want)
		require.Zero(t, f)
		require.IsType(t, &users.DocumentError{}, err)
	}
}
