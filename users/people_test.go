package users_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/users"
)

func TestUser_CompareDue(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	due := func(id users.ID, at time.Time, start users.Date) users.User {
		return users.User{Profile: users.Profile{ID: id}, Due: at, Start: users.Start{Date: start}}
	}
	inOrder := []users.User{due("z", at, "2026-03-01"), due("x", at.Add(1), ""), due("y", at.Add(1), ""), due("a", at.Add(1), "2026-03-01"), due("b", at.Add(1), "2026-03-01")}
	for i, u := range inOrder {
		for j, v := range inOrder {
			require.Equal(t, cmp.Compare(i, j), u.CompareDue(v), "%s and %s", u.ID, v.ID)
		}
	}
}

func TestCheckID(t *testing.T) {
	for id, want := range map[string]error{
		"":                       users.ErrEmpty,
		"a":                      nil,
		"Ärzte 日本 'quoted' \\":   nil,
		strings.Repeat("x", 255): nil,
		strings.Repeat("x", 256): users.ErrTooLong,
		strings.Repeat("é", 128): users.ErrTooLong, // bytes count
		"a\x00b":                 users.ErrControl,
		"a\nb":                   users.ErrControl,
		"a\xffb":                 users.ErrNotUTF8,
		"\u0085":                 users.ErrControl,
	} {
		require.Equal(t, want, users.CheckID(id), "%.20q", id)
		require.Equal(t, want, users.CheckID(users.ID(id)), "%.20q", id)
	}
}

func TestCheckText(t *testing.T) {
	require.NoError(t, users.CheckText("", 3))
	require.NoError(t, users.CheckText("日本語", 3))
	require.Equal(t, users.ErrTooLong, users.CheckText("日本語x", 3))
	require.Equal(t, users.ErrControl, users.CheckText("a\tb", 9))
	require.Equal(t, users.ErrNotUTF8, users.CheckText("\xc3", 9))
}

func TestFold(t *testing.T) {
	for _, same := range [][2]string{
		{"Ada@Example.COM", "ada@example.com"},
		{"  ada@example.com\t", "ada@example.com"},
		{"ΣΊΣΥΦΟΣ", "σίσυφος"}, // both forms of the small sigma
		{"\u212A", "k"},        // the Kelvin sign
		{"ſ", "S"},             // the long s
		{"ẞ", "ß"},
		{"Ꭰ", "ꭰ"}, // Cherokee, which Unicode itself folds to its upper case
		{"a\u200bda\ufeff", "\u202ea\u00add\u2060a"},
		{"\u200b \u3000ada", "ada\u0085\u200d"},
		{"\U000e0041\u3164\u034f\ufe0f", ""},
	} {
		require.Equal(t, users.Fold(same[0]), users.Fold(same[1]))
	}
	for _, different := range [][2]string{
		{"é", "e\u0301"}, {"straße", "strasse"}, {"ada", "ada b"}, {"I", "ı"}, {"i", "İ"},
		{"1", "\u06011"}, {"a", "a\u0301"}, {"a\u2800", "a"}, // a number sign, an accent and an empty Braille cell are seen
	} {
		require.NotEqual(t, users.Fold(different[0]), users.Fold(different[1]))
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		folded := users.Fold(text)
		require.True(t, utf8.ValidString(folded))
		require.Equal(t, folded, users.Fold(folded), "folding twice changes nothing")
		// Another toolchain knows letters that the table does not know.
		if unicode.Version == "15.0.0" && strings.EqualFold(strings.TrimSpace(text), strings.TrimSpace(strings.ToUpper(text))) {
			require.Equal(t, folded, users.Fold(strings.ToUpper(text)))
		}
	})
}

func TestProfile_Clean_fields(t *testing.T) {
	p, err := users.Profile{
		FirstName: " Ada ", Email: " ada@acme.example ", Groups: []string{"b", " a ", "", "b"},
	}.Clean()
	require.NoError(t, err)
	require.Equal(t, users.Profile{FirstName: "Ada", Email: "ada@acme.example", Groups: []string{"a", "b"}}, p)

	many := make([]string, users.MaxGroups+1)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	long := strings.Repeat("x", users.MaxText+1)
	for field, bad := range map[string][]users.Profile{
		"id":          {{ID: "a\x00", Email: "a@b.example"}},
		"first-name":  {{FirstName: long, Email: "a@b.example"}},
		"last-name":   {{LastName: "a\nb", Email: "a@b.example"}},
		"username":    {{Username: strings.Repeat("日", 100)}}, // fits as a text, not as a key
		"external-id": {{ExternalID: "a\xff"}},
		"location":    {{Location: long, Email: "a@b.example"}},
		"department":  {{Department: long, Email: "a@b.example"}},
		"title":       {{Title: long, Email: "a@b.example"}},
		"groups":      {{Groups: []string{long}, Email: "a@b.example"}, {Groups: many, Email: "a@b.example"}},
		"source": {
			{Email: "a@b.example", Source: users.Source{Kind: users.SourceSync}},
			{Email: "a@b.example", Source: users.Source{Kind: 99}},
			{Email: "a@b.example", Source: users.Source{Name: "a\x00"}},
		},
		"profile": {{}, {FirstName: "Ada", LastName: "Lovelace"}},
		"email": {
			{Email: "ada"}, {Email: "Ada <ada@acme.example>"}, {Email: "ada@acme.example (Ada)"}, {Email: "<ada@acme.example>"},
			{Email: "ada@acme.example, bob@acme.example"}, {Email: "a da@acme.example"}, {Email: "@acme.example"},
			{Email: strings.Repeat("a", 243) + "@b.example.x"},
		},
	} {
		for _, p := range bad {
			_, err := p.Clean()
			var fault *users.FieldError
			require.ErrorAs(t, err, &fault, "%+v", p)
			require.Equal(t, field, fault.Field)
			requireKey(t, field)
			require.ErrorIs(t, err, fault.Reason)
			require.NotContains(t, err.Error(), "acme")
		}
	}
	for _, good := range []string{"ada@localhost", "a+b.c@x-y.example", "ünï@exämple.example", "o'hara@acme.example"} {
		_, err := users.Profile{Email: good}.Clean()
		require.NoError(t, err, good)
	}
}

func TestProfile_Clean_characters(t *testing.T) {
	for name, c := range map[string]struct {
		in, out users.Profile
		field   string
		reason  error
	}{
		"unassigned in an address":            {in: users.Profile{Email: "a\u0378@b.example"}, field: "email", reason: users.ErrUnknownCharacter},
		"noncharacter in a username":          {in: users.Profile{Username: "a\ufdd0"}, field: "username", reason: users.ErrUnknownCharacter},
		"letter of Unicode 16 in a username":  {in: users.Profile{Username: "\ua7dc"}, field: "username", reason: users.ErrUnknownCharacter},
		"letter of Unicode 16 in another ID":  {in: users.Profile{ExternalID: "\ua7dc"}, out: users.Profile{ExternalID: "\ua7dc"}},
		"letter of Unicode 16 in a name":      {in: users.Profile{ExternalID: "7", LastName: "\ua7dc"}, out: users.Profile{ExternalID: "7", LastName: "\ua7dc"}},
		"private use":                         {in: users.Profile{Username: "\ue000"}, out: users.Profile{Username: "\ue000"}},
		"unassigned but invisible":            {in: users.Profile{Username: "a\ufff0"}, out: users.Profile{Username: "a"}},
		"invisible alone":                     {in: users.Profile{Username: "\u200b \u2060"}, field: "profile", reason: users.ErrNoIdentity},
		"invisible alone, beside an address":  {in: users.Profile{Username: "\u200b", Email: "a@b.example"}, out: users.Profile{Email: "a@b.example"}},
		"external ID of an invisible letter":  {in: users.Profile{ExternalID: "\u200b"}, field: "profile", reason: users.ErrNoIdentity},
		"invisible in keys":                   {in: users.Profile{Username: "\u200ea\u200cb ", Email: "\ufeffa@\u00adb.example\u202c", ExternalID: "7\u2063\ufe0f8 \u200b"}, out: users.Profile{Username: "ab", Email: "a@b.example", ExternalID: "78"}},
		"joiners in keys":                     {in: users.Profile{Username: "\u0645\u06cc\u200c\u062e", ExternalID: "\u0639\u200d7"}, out: users.Profile{Username: "\u0645\u06cc\u062e", ExternalID: "\u06397"}},
		"joiners in names":                    {in: users.Profile{ExternalID: "7", FirstName: "\u0645\u06cc\u200c\u062e\u0648", Groups: []string{"a\u200db"}}, out: users.Profile{ExternalID: "7", FirstName: "\u0645\u06cc\u200c\u062e\u0648", Groups: []string{"ab"}}},
		"comparison form longer than the key": {in: users.Profile{Username: strings.Repeat("\u023a", 120)}, field: "username", reason: users.ErrTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.in.Clean()
			if c.reason != nil {
				require.Equal(t, &users.FieldError{Field: c.field, Reason: c.reason}, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.out, got)
		})
	}
}

func TestPatch_Apply(t *testing.T) {
	was := users.Profile{ID: "u1", FirstName: "Ada", LastName: "Byron", Email: "ada@acme.example", Groups: []string{"a"}}
	now, changed, err := users.Patch{
		LastName: new(" Lovelace "), FirstName: new("Ada"), Groups: new([]string{"b", "a"}), Location: new(""),
	}.Apply(was)
	require.NoError(t, err)
	require.Equal(t, []string{"last-name", "groups"}, changed)
	require.Equal(t, "Lovelace", now.LastName)
	require.Equal(t, "Byron", was.LastName)
	require.Equal(t, users.ID("u1"), now.ID)

	_, _, err = users.Patch{Email: new("")}.Apply(was)
	require.ErrorIs(t, err, users.ErrNoIdentity, "the last key")

	every := users.Patch{
		FirstName: new("1"), LastName: new("2"), Username: new("3"), Email: new("4@x.example"), ExternalID: new("5"),
		Location: new("6"), Department: new("7"), Title: new("8"),
	}
	now, changed, err = every.Apply(was)
	require.NoError(t, err)
	require.Len(t, changed, 8)
	require.Equal(t, users.Profile{
		ID: "u1", FirstName: "1", LastName: "2", Username: "3", Email: "4@x.example", ExternalID: "5",
		Location: "6", Department: "7", Title: "8", Groups: []string{"a"},
	}, now)
}

func TestUser_UniqueKeys(t *testing.T) {
	u := users.User{Profile: users.Profile{ID: "ada", Email: "crew@ship.example", Username: "ada"}}
	require.Equal(t, u.TakenKeys(), u.UniqueKeys())
	u.SharesEmail = true
	require.Equal(t, []users.Key{users.ByUsername("ada"), users.ByID("ada")}, u.UniqueKeys())
	require.True(t, u.Has(users.ByEmail("crew@ship.example")), "it finds the user")
	require.False(t, u.Tombstone().SharesEmail)
}

func TestUser_TakenKeys(t *testing.T) {
	u := users.User{Profile: users.Profile{ID: "U", Email: "A@b.example", Username: "Ab", ExternalID: "x"}}
	require.Equal(t, []users.Key{
		users.ByExternalID(" x"), users.ByEmail("a@B.example"), users.ByUsername("aB"), users.ByID("U"),
	}, u.TakenKeys())
	require.True(t, u.Has(users.ByEmail("a@b.example")))
	require.False(t, u.Has(users.ByID("u")), "identifiers are compared byte by byte")
	require.False(t, u.Has(users.ByExternalID("X")), "and so are external IDs")
}

func TestUser_Tombstone(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	source := users.Source{Kind: users.SourceSync, Name: "hr"}
	u := users.User{
		Profile: users.Profile{
			ID: "u1", FirstName: "Ada", LastName: "L", Username: "ada", Email: "a@b.example", ExternalID: "7",
			Location: "x", Department: "x", Title: "x", Groups: []string{"x"}, Source: source,
		},
		Role: users.Admin, Status: users.Active, LeftAs: users.Active, Created: at, StatusSince: at, FirstSignIn: at,
		Approved: at, LastNotified: at, NotificationCount: 2, Expires: at, Due: at,
	}
	require.Equal(t, users.User{
		Profile: users.Profile{ID: "u1", Source: source}, Role: users.Admin, Status: users.Deleted,
		Created: at, StatusSince: at, FirstSignIn: at, Approved: at, LastNotified: at, NotificationCount: 2,
	}, u.Tombstone())
	require.True(t, u.Here())
	require.False(t, u.Tombstone().Here())
}

func TestUser_Segment(t *testing.T) {
	u := users.User{Profile: users.Profile{Source: users.Source{Kind: users.SourceSync, Name: "hr"}}, Role: users.Admin, Status: users.Active}
	require.Equal(t, users.Segment{Status: users.Active, Role: users.Admin, Synced: true}, u.Segment())
	u.Source.Kind = users.SourceImport
	require.Equal(t, users.Segment{Status: users.Active, Role: users.Admin}, u.Segment())
	u.Unsent = true
	require.Equal(t, users.Segment{Status: users.Active, Role: users.Admin}, u.Segment())
	u.Status = users.Invited
	require.Equal(t, users.Segment{Status: users.Invited, Role: users.Admin, Unsent: true}, u.Segment())
}

func TestUser_AwaitsInvitation(t *testing.T) {
	u := users.User{Status: users.Invited, Unsent: true}
	require.True(t, u.AwaitsInvitation())
	u.NotificationCount = 1
	require.False(t, u.AwaitsInvitation())
	require.False(t, users.User{Status: users.Active}.AwaitsInvitation())
}

func TestUser_WasActive(t *testing.T) {
	for _, c := range []struct {
		user users.User
		want bool
	}{
		{users.User{Status: users.Active}, true},
		{users.User{Status: users.Invited}, false},
		{users.User{Status: users.Inactive}, false},
		{users.User{Status: users.Inactive, LeftAs: users.Invited}, false},
		{users.User{Status: users.Inactive, LeftAs: users.Active}, true},
		{users.User{Status: users.Archived, ArchivedAs: users.Active}, true},
		{users.User{Status: users.Archived, ArchivedAs: users.Inactive, LeftAs: users.Active}, true},
		{users.User{Status: users.Archived, ArchivedAs: users.Inactive, LeftAs: users.Invited}, false},
		{users.User{Status: users.Deleted, FirstSignIn: time.Unix(1, 0)}, false},
	} {
		require.Equal(t, c.want, c.user.WasActive(), "%+v", c.user)
		c.user.Status = max(c.user.Status, users.Invited)
		require.Equal(t, !c.want, users.Filter{Status: users.In(users.Statuses()...), NeverActive: true}.Match(c.user), "%+v", c.user)
	}
}

func TestUser_Administers(t *testing.T) {
	for _, role := range users.Roles() {
		for _, status := range append(users.Statuses(), users.NoStatus) {
			in := status == users.Invited || status == users.Active
			require.Equal(t, in && (role == users.Owner || role == users.Admin), users.User{Role: role, Status: status}.Administers(), "%s, %s", role, status)
		}
	}
}

func TestUser_HasExpired(t *testing.T) {
	end := time.Unix(1000, 0)
	require.False(t, users.User{Status: users.Invited, Expires: end}.HasExpired(end.Add(-1)))
	require.True(t, users.User{Status: users.Invited, Expires: end}.HasExpired(end))
	require.False(t, users.User{Status: users.Invited}.HasExpired(end))
	require.False(t, users.User{Status: users.Active, Expires: end}.HasExpired(end))
}

func TestAction_OnUser(t *testing.T) {
	for _, a := range users.Actions() {
		isNew := users.In(users.ActionInvite, users.ActionAdd, users.ActionImport, users.ActionSignIn, users.ActionJoin).Has(a)
		account := users.In(users.ActionBuySeats, users.ActionReturnSeats, users.ActionSetTotal, users.ActionBookTotal, users.ActionEditPool, users.ActionSetCode, users.ActionEndCode, users.ActionEditSource, users.ActionHoldSource, users.ActionReleaseSource, users.ActionRejectRun, users.ActionSetPolicy, users.ActionSetPayer,
			users.ActionEditAccount, users.ActionClose, users.ActionReopen, users.ActionEraseAccount).Has(a)
		require.Equal(t, !isNew && !account, a.OnUser(), a)
	}
}

func TestTally_Count(t *testing.T) {
	var tally users.Tally
	admin := users.Segment{Status: users.Active, Role: users.Admin}
	synced := users.Segment{Status: users.Active, Role: users.Member, Synced: true}
	owner := users.Segment{Status: users.Active, Role: users.Owner}
	gone := users.Segment{Status: users.Deleted, Role: users.Member}
	for _, s := range []users.Segment{admin, synced, owner, gone} {
		tally.Move(users.Segment{}, s)
	}
	require.EqualValues(t, 3, tally.Count(0, 0), "the deleted are left out")
	require.EqualValues(t, 1, tally.Count(users.In(users.Deleted), 0))
	require.EqualValues(t, 1, tally.Count(users.In(users.Active), users.In(users.Admin)))
	require.EqualValues(t, 1, tally.Of(synced))
	require.Zero(t, tally.Unsent())
	for _, s := range []users.Segment{{Status: users.Invited, Role: users.Member, Unsent: true}, {Status: users.Invited, Role: users.Admin, Synced: true, Unsent: true}} {
		tally.Move(users.Segment{Status: users.Invited, Role: users.Admin}, s)
		tally.Move(users.Segment{}, users.Segment{Status: users.Invited, Role: users.Admin})
		require.EqualValues(t, 1, tally.Of(s))
	}
	require.EqualValues(t, 2, tally.Unsent())
	require.EqualValues(t, 2, tally.Count(users.In(users.Invited), 0))
	tally.Add(users.Segment{Status: users.Invited, Role: users.Member, Unsent: true}, -1)
	tally.Add(users.Segment{Status: users.Invited, Role: users.Admin, Synced: true, Unsent: true}, -1)
	require.EqualValues(t, 1, tally.ActiveOwners())
	tally.Move(synced, users.Segment{Status: users.Inactive, Synced: true})
	require.Zero(t, tally.Of(synced))
	require.EqualValues(t, 1, tally.Count(users.In(users.Inactive), 0))
	require.Len(t, users.Segments(), 5*4*2+4*2)
}

func TestActor_Check(t *testing.T) {
	require.NoError(t, users.As("u1").Check())
	require.NoError(t, users.Support("ticket 7").Check())
	require.NoError(t, users.Sync("hr").Check())
	require.NoError(t, users.System().Check())
	for _, bad := range []users.Actor{{}, users.As(""), users.Support(""), users.Sync("a\x00"), {Kind: 99},
		{Kind: users.ActorSystem, Name: "x"}, {Kind: users.ActorSystem, User: "x"}, {Kind: users.ActorSupport, Name: "t", User: "x"},
		{Kind: users.ActorUser, User: "u", Name: "x"},
	} {
		require.Error(t, bad.Check())
	}
	require.True(t, users.Sync("hr").Owns(users.Source{Kind: users.SourceSync, Name: "hr"}))
	require.False(t, users.Sync("hr").Owns(users.Source{Kind: users.SourceSync, Name: "HR"}))
	require.False(t, users.Sync("hr").Owns(users.Source{Kind: users.SourceImport, Name: "hr"}))
	require.False(t, users.System().Owns(users.Source{}))
}

func TestUser_Clone(t *testing.T) {
	u := users.User{Profile: users.Profile{Groups: []string{"a"}}, Baseline: &users.Baseline{Email: "ada@acme.example"}}
	c := u.Clone()
	require.Equal(t, u, c)
	c.Groups[0], c.Baseline.Email = "spoilt", "spoilt"
	require.Equal(t, "a", u.Groups[0])
	require.Equal(t, "ada@acme.example", u.Baseline.Email)
	require.Nil(t, users.User{}.Clone().Baseline)
}

func TestUser_ComesBackInvited(t *testing.T) {
	for _, u := range []users.User{
		{Status: users.Inactive, LeftAs: users.Invited}, {Status: users.Archived, ArchivedAs: users.Invited},
		{Status: users.Archived, ArchivedAs: users.Inactive, LeftAs: users.Invited},
	} {
		require.True(t, u.ComesBackInvited(), u)
	}
	for _, u := range []users.User{{Status: users.Invited}, {Status: users.Inactive}, {Status: users.Inactive, LeftAs: users.Active}, {Status: users.Deleted, LeftAs: users.Invited}} {
		require.False(t, u.ComesBackInvited(), u)
	}
}

// TestUser_LastSeen: the later one of a sight and the first sign-in.
func TestUser_LastSeen(t *testing.T) {
	first, later := at("2026-03-01T09:00:00Z"), at("2026-03-01T09:00:01Z")
	for _, c := range []struct{ first, kept, want time.Time }{
		{time.Time{}, time.Time{}, time.Time{}}, {first, time.Time{}, first}, {time.Time{}, first, first}, {first, later, later}, {later, first, later}, {first, first, first},
	} {
		require.Equal(t, c.want, users.User{FirstSignIn: c.first}.LastSeen(c.kept))
	}
}
