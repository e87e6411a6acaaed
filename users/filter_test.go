package users_test

import (
	"cmp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestFilter_Match_dates(t *testing.T) {
	plain := users.User{Profile: users.Profile{ID: "u1"}, Status: users.Active}
	scheduled, held, planned := plain, plain, plain
	scheduled.Schedule.Leave = users.From("2026-06-01")
	held.Schedule = users.Schedule{Leave: users.Until("2026-05-31"), Held: true}
	planned.Start.Date = "2026-06-01"
	for _, c := range []struct {
		user                users.User
		isDated, isHeldBack bool
	}{{plain, false, false}, {scheduled, true, false}, {held, true, true}, {planned, true, false}} {
		require.Equal(t, c.isDated, c.user.Dated())
		require.True(t, users.Filter{}.Match(c.user))
		require.Equal(t, c.isDated, users.Filter{Dated: true}.Match(c.user))
		require.Equal(t, c.isHeldBack, users.Filter{HeldBack: true}.Match(c.user))
		require.Equal(t, c.isHeldBack, users.Filter{Dated: true, HeldBack: true}.Match(c.user))
	}
}

func TestProfile_SortName(t *testing.T) {
	all := users.Profile{FirstName: "Ada", LastName: "Byron", Username: "countess", Email: "Ada@Acme.example", ExternalID: "x7"}
	for _, c := range []struct {
		name  string
		strip func(*users.Profile)
	}{
		{"byron\tada", func(*users.Profile) {}},
		{"byron", func(p *users.Profile) { p.FirstName = "" }},
		{"ada", func(p *users.Profile) { p.LastName = "" }},
		{"countess", func(p *users.Profile) { p.FirstName, p.LastName = "", "" }},
		{"ada@acme.example", func(p *users.Profile) { p.FirstName, p.LastName, p.Username = "", "", "" }},
		{"x7", func(p *users.Profile) { p.FirstName, p.LastName, p.Username, p.Email = "", "", "", "" }},
	} {
		p := all
		c.strip(&p)
		require.Equal(t, c.name, p.SortName())
	}
	gone := users.User{Profile: all, Status: users.Deleted}.Tombstone()
	require.Empty(t, gone.SortName())
}

func TestProfile_SortName_order(t *testing.T) {
	inOrder := []users.Profile{
		{Username: "0"}, {LastName: "a"}, {LastName: "A", FirstName: "b c"}, {LastName: "a", FirstName: "z"}, {LastName: "a b", FirstName: "c"}, {LastName: "A-b"},
		{LastName: "ab", FirstName: "a"}, {LastName: "Ab", FirstName: "B"}, {FirstName: "Cher"}, {LastName: "ſ"}, {LastName: "Sa"}, {LastName: "z"}, {LastName: "Éa"}, {LastName: "éb"}, {LastName: "ı"},
	}
	for i, p := range inOrder[1:] {
		require.Less(t, inOrder[i].SortName(), p.SortName(), "%+v", p)
	}
	require.Equal(t, users.Profile{LastName: "ſmith", FirstName: "\u212aIT"}.SortName(), users.Profile{LastName: "SMITH", FirstName: "kit"}.SortName())
}

func TestProfile_SortName_long(t *testing.T) {
	for _, c := range []struct{ last, first, name string }{
		{strings.Repeat("x", 255), "Ann", strings.Repeat("x", 255)},
		{strings.Repeat("x", 254), "Ann", strings.Repeat("x", 254) + "\t"},
		{strings.Repeat("x", 253), "é", strings.Repeat("x", 253) + "\t"},
		{strings.Repeat("x", 252), "é", strings.Repeat("x", 252) + "\té"},
		{strings.Repeat("🚀", 255), "Ann", strings.Repeat("🚀", 63)},
		{"xxx" + strings.Repeat("🚀", 252), "", "xxx" + strings.Repeat("🚀", 63)},
	} {
		p := users.Profile{FirstName: c.first, LastName: c.last}
		name := p.SortName()
		require.Equal(t, c.name, name)
		p.LastName, p.FirstName = p.LastName+"y", p.FirstName+"y"
		require.Equal(t, name[:250], p.SortName()[:250])
	}
}

func TestProfile_SortName_compare(t *testing.T) {
	text := rapid.Map(rapid.String(), func(s string) string {
		return strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return -1
			}
			return r
		}, s))
	})
	profile := rapid.Custom(func(t *rapid.T) users.Profile {
		return users.Profile{LastName: text.Draw(t, "last-name"), FirstName: text.Draw(t, "first-name")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := profile.Draw(t, "a"), profile.Draw(t, "b")
		require.True(t, utf8.ValidString(a.SortName()))
		require.LessOrEqual(t, len(a.SortName()), users.MaxID)
		require.NotContains(t, a.SortName(), "\x00")
		if users.Fold(a.LastName) == "" || users.Fold(b.LastName) == "" || len(a.SortName()) > 250 || len(b.SortName()) > 250 {
			return
		}
		want := cmp.Or(cmp.Compare(users.Fold(a.LastName), users.Fold(b.LastName)), cmp.Compare(users.Fold(a.FirstName), users.Fold(b.FirstName)))
		require.Equal(t, want, cmp.Compare(a.SortName(), b.SortName()))
	})
}

// TestFilter_NextPage asks of every pair of users for their order.
func TestFilter_NextPage(t *testing.T) {
	named := func(id users.ID, last string) users.User {
		return users.User{Profile: users.Profile{ID: id, LastName: last}, Status: users.Active}
	}
	byID := []users.User{named("p1", "b"), named("p2", "A"), named("p3", "c"), named("p4", "a"), named("p5", ""), named("p6", "a b")}
	byName := []users.User{byID[4], byID[1], byID[3], byID[5], byID[0], byID[2]}
	for _, c := range []struct {
		filter  users.Filter
		inOrder []users.User
	}{
		{users.Filter{}, byID},
		{users.Filter{AfterName: "Z"}, byID},
		{users.Filter{ByName: true}, byName},
	} {
		for i, last := range c.inOrder {
			require.True(t, c.filter.Match(last))
			for j, u := range c.inOrder {
				require.Equal(t, j > i, c.filter.NextPage(last).Match(u), "%+v: %s behind %s", c.filter, u.ID, last.ID)
			}
		}
	}
	between := users.Filter{ByName: true, AfterName: "a\tz", After: "p9"} // after a deleted user
	require.False(t, between.Match(byName[2]))
	require.True(t, between.Match(byName[3]))
	require.Equal(t, users.Filter{Location: "Leeds", ByName: true, After: "p1", AfterName: "b"}, users.Filter{Location: "Leeds", ByName: true}.NextPage(byID[0]))
}

// TestFilter_WithoutPage selects the people of every page.
func TestFilter_WithoutPage(t *testing.T) {
	source := users.Source{Kind: users.SourceSync, Name: "hr"}
	f := users.Filter{
		Status: users.In(users.Active), Role: users.In(users.Admin), Location: "Leeds", Department: "Sales", Group: "a", Source: &source, NeverSignedIn: true,
	}
	page := f
	page.ByName, page.After, page.AfterName = true, "p1", "b"
	require.Equal(t, f, page.WithoutPage())
}
