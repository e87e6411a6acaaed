package sqltest_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/sqlstore"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// settings are those under which a text in a statement could mean something else.
var settings = []string{
	"sql_mode='NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT'", "sql_mode='EMPTY_STRING_IS_NULL'",
	"charset=latin1", "charset=gbk", "charset=sjis", "collation_connection='swe7_swedish_ci'",
}

// underSettings are MariaDB, opened with each of them, where values are literals and where
// the driver fills them in, if it can under that setting.
func underSettings() (all []engine) {
	for i, text := range settings {
		key, value, _ := strings.Cut(text, "=")
		long := i%3 != 0 // the short form has the first of each kind
		dsn := "?" + key + "=" + url.QueryEscape(value)
		all = append(all, engine{name: "MariaDB, " + text, dialect: sqlstore.MySQL, dsn: onMariaDB(dsn), connections: 4, long: long},
			engine{name: "MariaDB, filled in, " + text, dialect: sqlstore.MySQL, dsn: onMariaDB(dsn + "&interpolateParams=true"), connections: 4, long: long})
	}
	return all
}

// pieces are what attacks are made of.
var pieces = []string{
	"'", "''", `"`, "`", `\`, `\'`, "';--", "/*", "*/", "#", "; DROP TABLE seats_users", "' OR 1=1", "${}", "{users}", "{users by id}", "?", "$1", ":a", "@@version", "%s", "%",
	"\u00bf'", "\u00bf\\'", "縗'", "ソ", "表", "能", "é", "e\u0301", "\U0001f680", "\u2028", "\ufeff", "\ufffd", "~", "|", "a", "Z", "0", " ", "x'00'", "_", "NULL", "\u00a0",
	"\u95a2\u6570", "〜", "ÿ", "0x27",
}

// drawText draws a text that can be kept.
func drawText(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var text strings.Builder
		for _, p := range rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringOfN(rapid.Rune(), 1, 3, -1)), 0, 12).Draw(t, "pieces") {
			text.WriteString(p)
		}
		s := strings.TrimSpace(strings.Map(func(r rune) rune {
			if users.CheckText(string(r), 1) != nil {
				return -1
			}
			return r
		}, text.String()))
		for len(s) > most {
			s = strings.TrimSpace(string([]rune(s)[:len([]rune(s))/2]))
		}
		return s
	})
}

// TestStore_texts: a text in any place has no other meaning, and comes back byte by byte.
func TestStore_texts(t *testing.T) {
	each(t, append(underSettings(), variant(t, "MariaDB, transactions"), variant(t, "PostgreSQL, simple protocol"), variant(t, "PostgreSQL, lib-pq"), sqlite, postgres), func(t *testing.T, s *site) {
		k, number := open(t, s.store(), 9), 0
		rapid.Check(t, func(rt *rapid.T) {
			number++
			tag := fmt.Sprint(number) // new in this database
			text := func(name string) string { return drawText(200).Draw(rt, name) }
			username := drawText(200).Filter(func(s string) bool { // its characters are known, and none of them is long in lower case
				_, err := users.Profile{Username: "u" + s + tag}.Clean()
				return err == nil
			})
			account := users.AccountID("a" + text("account") + tag)
			_, err := k.Open(t.Context(), seats.Opening{Account: account, Total: seats.Of(9), Owner: users.Profile{ID: "olive", Username: "olive"}})
			require.NoError(rt, err)
			p := users.Profile{
				ID: users.ID(text("id") + tag), FirstName: text("first"), LastName: text("last"), Username: "u" + username.Draw(rt, "username") + tag, ExternalID: text("external") + tag,
				Location: text("location"), Department: text("department"), Title: text("title"), Groups: []string{text("group") + "g", text("group") + "h"},
				Source: users.Source{Kind: users.SourceImport, Name: text("source")},
			}
			clean, err := p.Clean()
			require.NoError(rt, err)
			keyed := k.With(seatkeeper.Call{Key: text("key") + tag, Correlation: text("correlation"), Reason: text("reason")})
			support := users.Support("ticket" + text("ticket"))
			done, err := keyed.Do(t.Context(), account, support, seats.Invite{Profile: p})
			require.NoError(rt, err)
			again, err := keyed.Do(t.Context(), account, support, seats.Invite{Profile: p})
			require.NoError(rt, err)
			require.True(rt, again.Repeated)
			require.Equal(rt, done.Events, again.Events)
			for _, key := range append(clean.Keys(), users.ByID(p.ID)) {
				found, err := k.Find(t.Context(), account, key)
				require.NoError(rt, err)
				require.Equal(rt, clean, found.Profile)
			}
			for _, f := range []users.Filter{
				{Locations: []string{clean.Location}}, {Departments: []string{clean.Department}}, {Groups: clean.Groups[:1]}, {Sources: []users.Source{clean.Source}},
				{Text: clean.Email}, {IDs: []users.ID{p.ID}}, {Order: users.OrderStatus}, {Order: users.OrderRole, Backward: true}, {Order: users.OrderChange},
				{Order: users.OrderName}, {Order: users.OrderName, After: users.Place{Name: "\x01", ID: "\x01"}}, {After: users.Place{ID: "\x01"}},
			} {
				var ids []users.ID
				for u, err := range k.Users(t.Context(), account, f) {
					require.NoError(rt, err)
					ids = append(ids, u.ID)
				}
				require.Contains(rt, ids, p.ID, "%+v", f)
				require.Len(rt, slices.Compact(ids), len(ids))
			}
			var last users.User
			for range 2 {
				page, err := s.store().Users(t.Context(), account, users.Filter{Order: users.OrderName}.NextPage(last), 1)
				require.NoError(rt, err)
				require.Len(rt, page, 1)
				require.NotEqual(rt, last.ID, page[0].ID)
				last = page[0]
			}
			events, err := s.store().Events(t.Context(), account, seats.EventFilter{User: p.ID}, 9)
			require.NoError(rt, err)
			require.Equal(rt, done.Events, events)
			consumer := "c" + text("consumer")
			handed := store.Progress{Consumer: consumer, Account: account, Sequence: 1}
			require.NoError(rt, store.OutboxOf(s.store()).Advance(t.Context(), store.Progress{Consumer: consumer, Account: account}, handed))
			behind, err := store.OutboxOf(s.store()).Pending(t.Context(), consumer, "", number+1) // that of the test, and one for each text
			require.NoError(rt, err)
			require.True(rt, slices.ContainsFunc(behind, func(p store.Progress) bool {
				p.StoreTime = handed.StoreTime
				return p.Equal(handed)
			}))
			_, err = k.Do(t.Context(), account, users.System(), seats.Edit{User: p.ID, Set: users.Patch{Title: new(text("title") + "!")}}, seats.Deactivate{User: p.ID, Reason: text("reason")})
			require.NoError(rt, err)
		})
		works(t, s.store(), "ada")
	})
}
