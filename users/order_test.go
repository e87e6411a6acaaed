package users_test

import (
	"cmp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

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

// inOrder are users in each order.
func inOrder(o users.Order) []users.User {
	user := func(id users.ID, last string, status users.Status, role users.Role, since int64) users.User {
		return users.User{Profile: users.Profile{ID: id, LastName: last}, Status: status, Role: role, StatusSince: time.Unix(since, 0).UTC()}
	}
	byID := []users.User{
		user("p1", "b", users.Inactive, users.Member, 5), user("p2", "A", users.Invited, users.Owner, 5), user("p3", "c", users.Active, users.Member, 1),
		user("p4", "a", users.Invited, users.Member, 9), user("p5", "", users.Archived, users.Admin, 7), user("p6", "a b", users.Invited, users.Manager, 3),
	}
	of := func(places ...int) (all []users.User) {
		for _, n := range places {
			all = append(all, byID[n-1])
		}
		return all
	}
	return map[users.Order][]users.User{
		users.OrderID: byID, users.OrderName: of(5, 2, 4, 6, 1, 3), users.OrderStatus: of(2, 4, 6, 3, 1, 5),
		users.OrderRole: of(2, 5, 6, 4, 1, 3), users.OrderChange: of(3, 6, 1, 2, 5, 4), 99: byID,
	}[o]
}

// TestFilter_NextPage asks of every pair of users for their order, forward and backward.
func TestFilter_NextPage(t *testing.T) {
	for _, o := range append(users.Orders(), 99) {
		all := inOrder(o)
		f := users.Filter{Order: o}
		for i, last := range all {
			require.True(t, f.Match(last))
			next, previous := f.NextPage(last), f.NextPage(last)
			previous.Backward = true
			for j, u := range all {
				require.Equal(t, cmp.Compare(i, j), f.Compare(last, u), "%v: %s and %s", o, last.ID, u.ID)
				require.Equal(t, cmp.Compare(j, i), previous.Compare(last, u), "%v back: %s and %s", o, last.ID, u.ID)
				require.Equal(t, j > i, next.Match(u), "%v: %s behind %s", o, u.ID, last.ID)
				require.Equal(t, j < i, previous.Match(u), "%v: %s before %s", o, u.ID, last.ID)
			}
		}
	}
	between := users.Filter{Order: users.OrderName, After: users.Place{Name: "a\tz", ID: "p9"}} // after a deleted user
	byName := inOrder(users.OrderName)
	require.False(t, between.Match(byName[2]))
	require.True(t, between.Match(byName[3]))
	between.After.Status, between.After.Role, between.After.Since = users.Deleted, users.Owner, time.Unix(9, 0) // of no matter in this order
	require.True(t, between.Match(byName[3]))
	f := users.Filter{Locations: []string{"Leeds"}, Order: users.OrderName}
	next := f
	next.After = users.Place{Name: "b", ID: "p1"}
	require.Equal(t, next, f.NextPage(inOrder(users.OrderID)[0]))
}

func TestCursor_MarshalText(t *testing.T) {
	for _, o := range users.Orders() {
		for _, u := range append(inOrder(o), users.User{Profile: users.Profile{ID: "Zo\u00eb", LastName: strings.Repeat("\U0001f680", 63), FirstName: "x"}}) {
			for _, before := range []bool{false, true} {
				c := users.Cursor{Order: o, Before: before, Place: o.Place(u)}
				text, err := c.MarshalText()
				require.NoError(t, err)
				require.LessOrEqual(t, len(text), users.MaxCursor)
				require.Regexp(t, "^[A-Za-z0-9_-]+$", string(text))
				var read users.Cursor
				require.NoError(t, read.UnmarshalText(text))
				require.Equal(t, c, read)
			}
		}
	}
	last := users.Cursor{Order: users.OrderName, Before: true}
	for _, c := range []users.Cursor{{}, last} {
		text, err := c.MarshalText()
		require.NoError(t, err)
		require.Equal(t, c == users.Cursor{}, len(text) == 0)
		read := users.Cursor{Before: true}
		require.NoError(t, read.UnmarshalText(text))
		require.Equal(t, c, read)
	}
	_, err := users.Cursor{Order: 99}.MarshalText()
	require.Error(t, err)
}

func TestCursor_UnmarshalText(t *testing.T) {
	text := func(c users.Cursor) string {
		text, err := c.MarshalText()
		require.NoError(t, err)
		return string(text)
	}
	good := text(users.Cursor{Order: users.OrderName, Place: users.Place{Name: "byron\tada", ID: "u1"}})
	for name, bad := range map[string]string{
		"no base64": "%", "no JSON": "YQ", "cut": good[:len(good)-4], "more": good + "AA", "padded": good + "=",
		"long":          text(users.Cursor{Place: users.Place{ID: users.ID(strings.Repeat("x", users.MaxCursor))}}),
		"long ID":       text(users.Cursor{Place: users.Place{ID: users.ID(strings.Repeat("x", users.MaxID+1))}}),
		"long name":     text(users.Cursor{Place: users.Place{ID: "u1", Name: strings.Repeat("x", users.MaxID+1)}}),
		"zero byte":     text(users.Cursor{Place: users.Place{ID: "u1", Name: "a\x00"}}),
		"ID with break": text(users.Cursor{Place: users.Place{ID: "u\n1"}}),
		"no ID":         text(users.Cursor{Place: users.Place{Name: "a"}}),
	} {
		c := users.Cursor{Before: true}
		err := c.UnmarshalText([]byte(bad))
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), bad)
		require.Equal(t, users.Cursor{Before: true}, c, name)
	}
	fine := users.Cursor{Order: users.OrderChange, Place: users.Place{Since: time.Date(2026, 3, 1, 9, 0, 0, 1999, time.FixedZone("", 7200)), ID: "u1"}}
	var read users.Cursor
	require.NoError(t, read.UnmarshalText([]byte(text(fine))))
	require.Equal(t, time.Date(2026, 3, 1, 7, 0, 0, 1000, time.UTC), read.Since, "as rows have instants")
}
