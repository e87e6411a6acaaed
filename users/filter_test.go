package users_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestFilter_Match(t *testing.T) {
	u := users.User{
		Profile: users.Profile{ID: "u", Location: "Leeds", Department: "Ops", Groups: []string{"a", "b"}, Source: users.Source{Kind: users.SourceImport, Name: "list"}},
		Role:    users.Admin, Status: users.Inactive, LeftBy: users.LeftBySync,
	}
	sync := users.Source{Kind: users.SourceSync, Name: "list"}
	for _, c := range []struct {
		filter users.Filter
		match  bool
	}{
		{users.Filter{}, true},
		{users.Filter{Status: users.In(users.Inactive, users.Deleted)}, true},
		{users.Filter{Status: users.In(users.Invited)}, false},
		{users.Filter{Role: users.In(users.Admin)}, true},
		{users.Filter{Role: users.In(users.Member)}, false},
		{users.Filter{IDs: []users.ID{"t", "u"}}, true},
		{users.Filter{IDs: []users.ID{"t", "U"}}, false},
		{users.Filter{Locations: []string{"York", "Leeds"}}, true},
		{users.Filter{Locations: []string{"leeds", ""}}, false},
		{users.Filter{Departments: []string{"Ops"}}, true},
		{users.Filter{Departments: []string{"Dev"}}, false},
		{users.Filter{Groups: []string{"c", "b"}}, true},
		{users.Filter{Groups: []string{"c", ""}}, false},
		{users.Filter{Sources: []users.Source{sync, u.Source}}, true},
		{users.Filter{Sources: []users.Source{sync, {}}}, false},
		{users.Filter{Sources: []users.Source{{Kind: users.SourceImport}}}, true},
		{users.Filter{Sources: []users.Source{{Kind: users.SourceImport, Name: "another"}}}, false},
		{users.Filter{LeftBy: users.In(users.LeftByHand, users.LeftBySync)}, true},
		{users.Filter{LeftBy: users.In(users.NotLeft, users.LeftByDate)}, false},
		{users.Filter{NeverSignedIn: true}, true},
		{users.Filter{After: users.Place{ID: "t"}}, true},
		{users.Filter{After: users.Place{ID: "u"}}, false},
	} {
		require.Equal(t, c.match, c.filter.Match(u), "%+v", c.filter)
	}
	u.FirstSignIn, u.Location = time.Unix(1, 0), ""
	require.False(t, users.Filter{NeverSignedIn: true}.Match(u))
	require.True(t, users.Filter{Locations: []string{""}}.Match(u))
	u.Status = users.Deleted
	require.False(t, users.Filter{}.Match(u), "the deleted appear only when asked for")
}

func TestFilter_Match_text(t *testing.T) {
	ada := users.User{
		Profile: users.Profile{ID: "u", FirstName: "Ada", LastName: "King Byron", Username: "Countess", Email: "Ada.K@Acme.example", ExternalID: "E-7b"},
		Status:  users.Active,
	}
	for text, match := range map[string]bool{
		"": true, " \u2003 ": true, "\u200b": true, "ada": true, "ADA": true, "byr": true, "Ada Byron": true, "byron ada": true, "King  Byron": true,
		"coUNT": true, "acme.EXAMPLE": true, ".k@": true, "E-7b": true, "e-7": true, "E-": true, "ada e-": true,
		"7B": true, "e-7b": false, "e-7B": false, "Bob": false, "ada bob": false, "adabyron": false, "kada": false, "u": true, "z": false,
		"a b c d e k y n z": true, "a b c d e k y z": false, // eight words count
	} {
		require.Equal(t, match, users.Filter{Text: text}.Match(ada), "%q", text)
	}
	ada.ExternalID = "E7"
	require.True(t, users.Filter{Text: "e7"}.Match(ada))
	ada.ExternalID = "e7"
	require.True(t, users.Filter{Text: "E7"}.Match(ada))
	require.True(t, users.Filter{Text: "\u212aing \u017f"}.Match(ada), "as Fold compares")
	ada.LastName = "\u0130nan"
	require.True(t, users.Filter{Text: "\u0130n"}.Match(ada))
	require.False(t, users.Filter{Text: "in"}.Match(ada))
	require.False(t, users.Filter{Status: users.In(users.Deleted), Text: "u"}.Match(users.User{Profile: ada.Profile, Status: users.Deleted}.Tombstone()))
}

func TestFilter_Words(t *testing.T) {
	require.Equal(t, [][]string{{"ada", "Ada", "ADA"}, {"e7", "E7"}, {"7"}, {"k", "\u212a"}}, users.Filter{Text: " Ada\te7 7\u00a0\u212a \u200b"}.Words())
	require.Len(t, users.Filter{Text: strings.Repeat("a ", 20)}.Words(), users.MaxWords)
	require.Empty(t, users.Filter{}.Words())
}

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

// TestFilter_WithoutPage selects the people of every page.
func TestFilter_WithoutPage(t *testing.T) {
	f := users.Filter{
		IDs: []users.ID{"u"}, Text: "ada", Status: users.In(users.Active), Role: users.In(users.Admin), Locations: []string{"Leeds"}, Departments: []string{"Sales"},
		Groups: []string{"a"}, Sources: []users.Source{{Kind: users.SourceSync, Name: "hr"}}, LeftBy: users.In(users.LeftByDate), NeverSignedIn: true, NeverActive: true, Dated: true, HeldBack: true,
	}
	page := f
	page.Order, page.Backward, page.After = users.OrderName, true, users.Place{Name: "b", ID: "p1"}
	require.Equal(t, f, page.WithoutPage())
}

// TestTally_Part compares with users of every kind, each as often as no other.
func TestTally_Part(t *testing.T) {
	var tally users.Tally
	var people []users.User
	n := 0
	for _, status := range users.Statuses() {
		for _, role := range users.Roles() {
			for kind := range users.SourceKind(3) {
				n++
				u := users.User{Profile: users.Profile{ID: "u", Source: users.Source{Kind: kind, Name: "hr"}}, Role: role, Status: status, FirstSignIn: time.Unix(1, 0)}
				for range n {
					people = append(people, u)
					tally.Add(u.Segment(), 1)
				}
			}
		}
	}
	manual, imported, sync := users.Source{}, users.Source{Kind: users.SourceImport}, users.Source{Kind: users.SourceSync}
	for _, c := range []struct {
		filter users.Filter
		ok     bool
	}{
		{users.Filter{}, true},
		{users.Filter{Text: " "}, true},
		{users.Filter{Status: users.In(users.Active, users.Deleted)}, true},
		{users.Filter{Role: users.In(users.Owner, users.Member), Order: users.OrderName, Backward: true, After: users.Place{ID: "x"}}, true},
		{users.Filter{Sources: []users.Source{sync}}, true},
		{users.Filter{Sources: []users.Source{manual, imported}, Status: users.In(users.Inactive)}, true},
		{users.Filter{Sources: []users.Source{manual, imported, sync}}, true},
		{users.Filter{Sources: []users.Source{manual}}, false},
		{users.Filter{Sources: []users.Source{imported, sync}}, false},
		{users.Filter{Sources: []users.Source{{Kind: users.SourceSync, Name: "hr"}}}, false},
		{users.Filter{IDs: []users.ID{"u"}}, false},
		{users.Filter{Text: "ada"}, false},
		{users.Filter{Locations: []string{""}}, false},
		{users.Filter{Departments: []string{""}}, false},
		{users.Filter{Groups: []string{"a"}}, false},
		{users.Filter{LeftBy: users.In(users.NotLeft)}, false},
		{users.Filter{NeverSignedIn: true}, false},
		{users.Filter{NeverActive: true}, false},
		{users.Filter{Dated: true}, false},
		{users.Filter{HeldBack: true}, false},
	} {
		part, ok := tally.Part(c.filter)
		require.Equal(t, c.ok, ok, "%+v", c.filter)
		var want users.Tally
		for _, u := range people {
			if ok && c.filter.WithoutPage().Match(u) {
				want.Add(u.Segment(), 1)
			}
		}
		require.Equal(t, want, part, "%+v", c.filter)
	}
}
