package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// texts differ by bytes, and by little else: a store that takes two of them for one shows one
// user the account of another. Some are in another order where texts are compared by UTF-16
// or by the rules of a language.
var texts = slices.Sorted(slices.Values([]string{
	"Alice", "alice", "ALICE", "a", "a ", "a  ", " a", "a\u00a0", "a\u200b", "z", "Z", "_", "%", "a%", "a_",
	"\u00e9", "e\u0301", "e", "\u00c9", "ß", "ss", "ſ", "s", "ı", "i", "I", "İ", "K", "\u212a", "ﬁ", "fi", "æ", "ae",
	"👩", "👩\u200d🚀", "🚀", "～", "日本", "にほん", "ニホン", "0", "00", "1", "1.0", "null", "NULL", "true", "2026-01-01",
	`'`, `''`, `"`, "`", `\`, `\\`, `\'`, `'; DROP TABLE users; --`, "$1", "?", ":a", "@a", "{}", "[]", "a,b", "a/b", "a:b", "<b>", "&amp;",
}))

// among returns the texts and some of the greatest length, all behind one beginning.
func among[T ~string](beginning string) []T {
	var all []T
	for _, text := range texts {
		all = append(all, T(beginning+text))
	}
	long := strings.Repeat("x", users.MaxID-len(beginning)-4)
	for _, end := range []string{"AAAA", "AAAa", "AAA ", "🚀"} {
		all = append(all, T(beginning+long+end))
	}
	slices.Sort(all)
	return all
}

// strangers are texts of no row, though some rows nearly have them.
var strangers = []string{"aLICE", "A", "a   ", "\u00e9 ", "%%", "日"}

func accountsByBytes(t *tester) {
	all := among[users.AccountID](t.own)
	var needs []seats.Need
	for i, id := range all {
		c := t.opening(id, seats.Standard())
		c.Account.Zone, c.Account.NextDue = fmt.Sprint("zone ", i), gen.Epoch
		t.written(c)
		needs = append(needs, seats.Need{Account: id, Users: []users.ID{owner}})
	}
	t.load(needs...)
	t.same()
	t.accounts(all[7], 5)
	t.due(gen.Epoch, all[7], 5)
	t.pending("mailer", all[7], 5)
}

// byBytes makes a test of an account in which every text is the ID of a user, a pool and a change,
// a request key, and in a profile. It reads by each text, and by those of no row.
func byBytes(read func(t *tester, a users.AccountID, text string)) func(*tester) {
	return func(t *tester) {
		a := t.opened("a")
		for i, text := range among[string]("") {
			c := t.change(a, member(users.Profile{
				ID: users.ID(text), Username: fmt.Sprint("user ", i),
				Location: text, Department: text, Groups: []string{text}, Source: users.Source{Kind: users.SourceSync, Name: text},
			}))
			c.ID, c.Events[0].Change, c.Events[0].Key = seats.ChangeID(text), seats.ChangeID(text), text
			c.Pools = []seats.Pool{{ID: seats.PoolID(text), Total: seats.Of(1000), Spent: int64(i)}}
			c.Licences = []users.Licence{{User: users.ID(text), Pool: text, Number: 1, Assigned: gen.Epoch}}
			t.written(c)
		}
		t.same()
		for _, text := range append(among[string](""), strangers...) {
			read(t, a, text)
		}
	}
}

var (
	usersByBytes = byBytes(func(t *tester, a users.AccountID, text string) {
		t.load(seats.Need{Account: a, Users: []users.ID{users.ID(text)}})
		t.users(a, users.Filter{After: users.Place{ID: users.ID(text)}}, 1)
		t.events(a, seats.EventFilter{User: users.ID(text)}, everything)
	})
	poolsByBytes = byBytes(func(t *tester, a users.AccountID, text string) {
		t.load(seats.Need{Account: a, Pools: []seats.PoolID{seats.PoolID(text)}})
		t.pools(a, seats.PoolID(text), 1)
	})
	licencesByBytes = byBytes(func(t *tester, a users.AccountID, text string) {
		t.load(seats.Need{Account: a, Licences: []users.ID{users.ID(text)}})
		t.licences(a, users.LicenceFilter{User: users.ID(text)}, everything)
		t.licences(a, users.LicenceFilter{Pool: text}, everything)
		t.licences(a, users.LicenceFilter{After: users.LicenceID{User: users.ID(text)}}, 1)
		t.licences(a, users.LicenceFilter{After: users.LicenceID{User: "Alice", Pool: text}}, 1)
	})
	callsByBytes = byBytes(func(t *tester, a users.AccountID, text string) {
		t.load(seats.Need{Account: a, Key: text, IndexTo: 1})
	})
	filtersByBytes = byBytes(func(t *tester, a users.AccountID, text string) {
		for _, f := range []users.Filter{
			{Locations: []string{text}}, {Departments: []string{text}}, {Groups: []string{text}}, {Sources: []users.Source{{Kind: users.SourceSync, Name: text}}},
			{IDs: []users.ID{users.ID(text)}}, {Text: text},
		} {
			t.users(a, f, everything)
		}
	})
)

// keysByBytes gives every text to users as one kind of key each, besides those that are one in
// comparison form.
func keysByBytes(t *tester) {
	a := t.opened("a")
	holders := map[users.Key]users.ID{}
	for i, text := range among[string]("") {
		k := users.ByUsername(text)
		for _, k.Kind = range []users.KeyKind{users.KeyUsername, users.KeyEmail, users.KeyExternalID} {
			if holders[k] == "" && len(k.Value) <= users.MaxID && (k.Kind != users.KeyEmail || len(k.Value) <= users.MaxEmail) {
				holders[k] = users.ID(fmt.Sprintf("%v %03d", k.Kind, i))
			}
		}
	}
	var rows, others []users.User
	for k, id := range holders {
		rows, others = append(rows, holder(id, k)), append(others, holder("not "+id, k))
	}
	t.written(t.change(a, rows...))
	for k := range holders {
		t.load(seats.Need{Account: a, Keys: []users.Key{k}})
	}
	t.taken(t.change(a, others...), slices.Collect(maps.Keys(holders))...)
	free := []users.Key{users.ByUsername("\u00e9 x"), users.ByEmail("A%%"), users.ByExternalID(`\\\`), users.ByUsername("日")}
	t.loads(seats.Need{Account: a, Keys: free})
	for i, k := range free {
		t.written(t.change(a, holder(users.ID(fmt.Sprint("new ", i)), k)))
	}
	t.loads(seats.Need{Account: a, Keys: free})
}

// holder returns a user with one key besides the ID.
func holder(id users.ID, k users.Key) users.User {
	p := users.Profile{ID: id}
	*map[users.KeyKind]*string{users.KeyUsername: &p.Username, users.KeyEmail: &p.Email, users.KeyExternalID: &p.ExternalID}[k.Kind] = k.Value
	return member(p)
}

func consumersByBytes(t *tester) {
	t.outbox()
	a := t.opened("a")
	for i, name := range among[string]("") {
		t.advanced(store.Progress{Consumer: name, Account: a, LeaseUntil: gen.Epoch.AddDate(0, 0, i)})
	}
	for _, name := range append(among[string](""), strangers...) {
		t.pending(name, t.start(), 1)
	}
}
