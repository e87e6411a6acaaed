package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// texts are told apart by bytes, and by little else: a store that takes two of
// them for one lets one person see another's account. Some are in another order
// where texts are compared by UTF-16 or by the rules of a language.
var texts = slices.Sorted(slices.Values([]string{
	"Alice", "alice", "ALICE", "a", "a ", "a  ", " a", "a\u00a0", "a\u200b", "z", "Z", "_", "%", "a%", "a_",
	"\u00e9", "e\u0301", "e", "\u00c9", "ß", "ss", "ſ", "s", "ı", "i", "I", "İ", "K", "\u212a", "ﬁ", "fi", "æ", "ae",
	"👩", "👩\u200d🚀", "🚀", "～", "日本", "にほん", "ニホン", "0", "00", "1", "1.0", "null", "NULL", "true", "2026-01-01",
	`'`, `''`, `"`, "`", `\`, `\\`, `\'`, `'; DROP TABLE users; --`, "$1", "?", ":a", "@a", "{}", "[]", "a,b", "a/b", "a:b", "<b>", "&amp;",
}))

// among returns the texts with some of the greatest length, behind a beginning
// that all of them share.
func among[T ~string](beginning string) []T {
	all := make([]T, 0, len(texts)+4)
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

func tellsAccountsApart(t *tester) {
	all := among[users.AccountID](t.own)
	var needs []seats.Need
	for i, id := range all {
		c := t.opening("", seats.Standard())
		c.Account.ID, c.Account.Zone, c.Account.NextDue = id, fmt.Sprint("zone ", i), gen.Epoch
		c.Events[0].Account = id
		t.written(c)
		needs = append(needs, seats.Need{Account: id, Users: []users.ID{owner}})
	}
	snapshots, err := t.store.Load(t.Context(), needs...)
	require.NoError(t, err)
	for i, s := range snapshots {
		require.Equal(t, all[i], s.Account.ID)
		require.Equal(t, fmt.Sprint("zone ", i), s.Account.Zone)
		require.Len(t, s.Users, 1)
		require.Len(t, t.events(all[i], seats.EventFilter{}), 1)
		require.Len(t, t.people(all[i], users.Filter{}), 1)
	}
	listed := t.listed(len(all), nothing)
	require.Equal(t, all, accountsOf(listed), "in the order of bytes")
	for i, a := range listed {
		require.Equal(t, fmt.Sprint("zone ", i), a.Zone)
	}
	page, err := t.store.Accounts(t.Context(), all[7], 5)
	require.NoError(t, err)
	require.Equal(t, all[8:13], accountsOf(page))
	due, err := t.store.Due(t.Context(), gen.Epoch, users.AccountID(t.own), len(all))
	require.NoError(t, err)
	require.Equal(t, all, due, "in the order of bytes")
	due, err = t.store.Due(t.Context(), gen.Epoch, all[7], 5)
	require.NoError(t, err)
	require.Equal(t, all[8:13], due)
	t.outbox()
	behind, err := store.OutboxOf(t.store).Pending(t.Context(), "mailer", all[7], 5)
	require.NoError(t, err)
	require.Len(t, behind, 5)
	for i, p := range behind {
		require.Equal(t, all[8+i], p.Account)
	}
}

func tellsUsersApart(t *tester) {
	rows := t.wrote(seats.Snapshot{}, t.opening("a", seats.Standard()))
	a, all := rows.Account.ID, among[users.ID]("")
	c := t.next(rows.Account)
	for i, id := range all {
		u := member(users.Profile{ID: id, Username: fmt.Sprint("user ", i)})
		add(&c, u)
	}
	rows = t.wrote(rows, c)
	t.loads(rows, seats.Need{Users: all}, seats.Need{Users: []users.ID{"aLICE", "A", "a   ", "\u00e9 ", "%%", "日"}})
	require.Equal(t, all, idsOf(t.people(a, users.Filter{Role: users.In(users.Member)})))
	for i, id := range all {
		t.loads(rows, seats.Need{Users: []users.ID{id}})
		page, err := t.store.Users(t.Context(), a, users.Filter{Role: users.In(users.Member), After: id}, 1)
		require.NoError(t, err)
		require.Equal(t, all[i+1:min(i+2, len(all))], append([]users.ID{}, idsOf(page)...), "after %q", id)
		about := t.events(a, seats.EventFilter{User: id})
		require.Len(t, about, 1)
		require.Equal(t, id, about[0].User)
	}
}

// tellsKeysApart gives every text to people as one kind of key each. Texts that
// are one in comparison form are one.
func tellsKeysApart(t *tester) {
	a := t.opened("a")
	c := t.next(t.row(a))
	var keys []users.Key
	for _, text := range among[string]("") {
		k := users.ByUsername(text)
		if !slices.Contains(keys, k) && len(k.Value) <= users.MaxID {
			keys = append(keys, k)
		}
	}
	holders := map[users.Key]users.ID{}
	for i, k := range keys {
		for _, k.Kind = range []users.KeyKind{users.KeyUsername, users.KeyEmail, users.KeyExternalID} {
			if k.Kind == users.KeyEmail && len(k.Value) > users.MaxEmail {
				continue
			}
			holders[k] = users.ID(fmt.Sprintf("%v %03d", k.Kind, i))
			add(&c, known(holders[k], k))
		}
	}
	t.written(c)
	for k, holder := range holders {
		require.Equal(t, []users.ID{holder}, idsOf(t.load(seats.Need{Account: a, Keys: []users.Key{k}}).Users), "%v", k)
	}
	c = t.next(t.row(a))
	for k, holder := range holders {
		add(&c, known("not "+holder, k))
	}
	t.taken(c, slices.Collect(maps.Keys(holders))...)
	nobodys := []users.Key{users.ByUsername("\u00e9 x"), users.ByEmail("A%%"), users.ByExternalID(`\\\`), users.ByUsername("日")}
	require.Empty(t, t.load(seats.Need{Account: a, Keys: nobodys}).Users)
	c = t.next(t.row(a))
	for i, k := range nobodys {
		add(&c, known(users.ID(fmt.Sprint("new ", i)), k))
	}
	t.written(c)
	require.Len(t, t.load(seats.Need{Account: a, Keys: nobodys}).Users, len(nobodys))
}

// known returns a user with one key besides the ID.
func known(id users.ID, k users.Key) users.User {
	p := users.Profile{ID: id}
	switch k.Kind {
	case users.KeyUsername:
		p.Username = k.Value
	case users.KeyEmail:
		p.Email = k.Value
	case users.KeyExternalID:
		p.ExternalID = k.Value
	}
	return member(p)
}

func tellsPoolsApart(t *tester) {
	rows := t.wrote(seats.Snapshot{}, t.opening("a", seats.Standard()))
	all := among[seats.PoolID]("")
	c, needs := t.next(rows.Account), []seats.Need{{Pools: all}, {Pools: []seats.PoolID{"aLICE", "A", "a   ", "%%"}}}
	for i, id := range all {
		c.Pools = append(c.Pools, seats.Pool{ID: id, Total: seats.Of(1000), Spent: int64(i)})
		needs = append(needs, seats.Need{Pools: []seats.PoolID{id}})
	}
	t.loads(t.wrote(rows, c), needs...)
}

func tellsCallsApart(t *tester) {
	rows := t.wrote(seats.Snapshot{}, t.opening("a", seats.Standard()))
	all := among[string]("")
	for _, text := range all {
		c := t.next(rows.Account)
		c.ID = seats.ChangeID(text)
		record(&c, seats.Event{Kind: seats.EventUnchanged, Key: text})
		rows = t.wrote(rows, c)
	}
	for _, text := range append(all, "aLICE", "A", "a   ", "%%", "\u00e9 ") {
		t.loads(rows, seats.Need{Change: seats.ChangeID(text)}, seats.Need{Key: text, IndexTo: 1})
	}
}

func tellsTextsApart(t *tester) {
	a := t.opened("a")
	c := t.next(t.row(a))
	for i, text := range texts {
		u := member(users.Profile{
			ID: users.ID(fmt.Sprintf("%03d", i)), Username: fmt.Sprint("user ", i),
			Location: text, Department: text, Groups: []string{text}, Source: users.Source{Kind: users.SourceSync, Name: text},
		})
		add(&c, u)
	}
	t.written(c)
	for i, text := range texts {
		for _, filter := range []users.Filter{
			{Location: text}, {Department: text}, {Group: text}, {Source: &users.Source{Kind: users.SourceSync, Name: text}},
		} {
			require.Equal(t, []users.ID{c.Created[i].ID}, idsOf(t.people(a, filter)), "%+v", filter)
		}
	}
}

func tellsConsumersApart(t *tester) {
	t.outbox()
	a := t.opened("a")
	all := among[string]("")
	for i, name := range all {
		from := store.Progress{Consumer: name, Account: a}
		to := from
		to.LeaseUntil = gen.Epoch.AddDate(0, 0, i)
		require.NoError(t, store.OutboxOf(t.store).Advance(t.Context(), from, to))
	}
	for i, name := range all {
		behind := t.behind(name, "a")
		require.Equal(t, []store.Progress{{Consumer: name, Account: a, LeaseUntil: gen.Epoch.AddDate(0, 0, i)}}, behind)
	}
}
