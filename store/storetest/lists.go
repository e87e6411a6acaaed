package storetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// crowd returns users of every kind.
func crowd() (people []users.User) {
	for i := range 120 {
		u := users.User{Status: users.Statuses()[i%5], Role: users.Roles()[i/5%4]}
		u.Profile = users.Profile{
			ID: users.ID(fmt.Sprintf("u%x", 7*i%128)), Username: fmt.Sprint("user ", i), Location: gen.Locations[i/3%3],
			Department: gen.Departments[i/2%2], Groups: gen.Groups[min(i%3, 1) : 1+i%2], Source: gen.Sources[i/7%4],
		}
		u.StatusSince = instants[1+i/6%(len(instants)-1)]
		if i%3 == 0 {
			u.ExternalID = []string{"", "E" + fmt.Sprint(i), "e" + fmt.Sprint(i), "Ex" + fmt.Sprint(i)}[i/3%4]
		}
		if i%5 > 1 {
			u.LeftBy = users.Leaving(i / 5 % 4)
		}
		if i%5 < 4 {
			u.LastName, u.FirstName = surnames[i*7%len(surnames)], surnames[i%3]
		}
		if i%6 == 1 {
			u.Email, u.SharesEmail = "Family@Acme.example", true
		}
		if !u.Here() {
			u.Email, u.SharesEmail = "", false
			u.Username, u.ExternalID, u.LastName, u.FirstName = "", "", "", ""
		}
		if i%4 > 0 {
			u.FirstSignIn = gen.Epoch
		}
		switch i % 11 {
		case 0:
			u.Start = users.Start{Date: "2026-06-01", At: gen.Epoch, By: users.System()}
		case 1, 2:
			u.Schedule = users.Schedule{Leave: users.Until("2026-06-01"), At: gen.Epoch, By: users.System(), Held: i%2 == 0}
		}
		people = append(people, u)
	}
	return people
}

// draws repeats a test with dice.
func draws(test func(gen.Dice)) {
	for i := range 200 {
		test(gen.FromRand(rand.New(rand.NewPCG(1, uint64(i))), nil))
	}
}

func filtersUsers(t *tester) {
	a := t.crowded()
	draws(func(d gen.Dice) {
		f := d.Filter()
		f.Order = gen.One(d, users.Orders()...)
		if d.Chance(20) {
			f.IDs, f.Text = gen.Some(d, 9, idsOf(t.rows[a].Users)), ""
		}
		if d.Chance(20) {
			f.Text = gen.One(d, surnames...) + " " + gen.One(d, "smit", "R 1", "1", "U", "FAMILY")
		}
		if d.Chance(50) {
			f.After = users.Place{
				Status: gen.One(d, users.Statuses()...), Role: gen.One(d, users.Roles()...), Name: gen.One(d, surnames...), Since: gen.One(d, instants...),
				ID: gen.One[users.ID](d, "", "o", "owner", "u", "u3", "u30", "u7", "v"),
			}
		} else if d.Chance(50) {
			f = f.NextPage(gen.One(d, t.rows[a].Users...))
		}
		t.users(a, f, gen.One(d, everything, 1, 3, 10, 0))
		t.tally(a, f)
	})
}

func filtersEvents(t *tester) {
	a := t.opened("a")
	kinds := []seats.EventKind{seats.EventInvited, seats.EventAccepted, seats.EventDeactivated, seats.EventTotalSet, seats.EventUnchanged}
	people := []users.ID{"", "ada", "Ada", "bob", "eve"}
	c := t.change(a)
	orders := seats.Standard()
	orders.Buying.By = seats.VendorOnly
	actors := []users.Actor{users.As("ada"), users.System(), users.Support(`{"by":"sync"`), users.Sync("support"), users.As(`"by":`)}
	for i := range 80 {
		e := seats.Event{Kind: kinds[i%5], User: people[i/3%5], Actor: actors[i/4%5]}
		if i%7 == 0 {
			e.Policy = &orders
		}
		record(&c, e)
	}
	t.written(c)
	draws(func(d gen.Dice) {
		f := seats.EventFilter{User: gen.One(d, append(people, "stranger")...), Kinds: gen.Some(d, 3, append(kinds, seats.EventOpened, seats.EventErased, "unheard-of"))}
		f.Backward = d.Chance(50)
		if d.Chance(50) {
			f.After = uint64(d.Below(90))
		}
		if d.Chance(50) {
			f.Before = gen.One(d, uint64(d.Below(90)), math.MaxUint64)
		}
		if d.Chance(50) {
			f.By = users.In(gen.Some(d, 3, []users.ActorKind{users.ActorUser, users.ActorSync, users.ActorSupport, users.ActorSystem})...)
		}
		t.events(a, f, gen.One(d, everything, 1, 3, 10, 0))
	})
}

// A list reads its next page, of at most limit rows, and reports whether it was full.
type list func(limit int) (full bool)

// listOf returns the list of pages after a cursor.
func listOf[R, C any](after C, cursor func(R) C, page func(after C, limit int) []R) list {
	return func(limit int) bool {
		rows := page(after, limit)
		if len(rows) > 0 {
			after = cursor(rows[len(rows)-1])
		}
		return len(rows) == limit
	}
}

// lists returns all lists of an account, and of the test's accounts.
func (t *tester) lists(a users.AccountID) map[string]list {
	people := func(f users.Filter) list {
		return listOf(f, f.NextPage, func(f users.Filter, limit int) []users.User { return t.users(a, f, limit) })
	}
	events := func(f seats.EventFilter) list {
		next := func(e seats.Event) seats.EventFilter { return f.NextPage(e) }
		return listOf(f, next, func(f seats.EventFilter, limit int) []seats.Event { return t.events(a, f, limit) })
	}
	return map[string]list{
		"Users": people(users.Filter{Status: gen.EveryStatus}), "Users by name": people(users.Filter{Order: users.OrderName}),
		"Users by status": people(users.Filter{Order: users.OrderStatus}), "Users by role": people(users.Filter{Order: users.OrderRole}),
		"Users by change":  people(users.Filter{Order: users.OrderChange}),
		"Users back by ID": people(users.Filter{Backward: true}), "Users back by name": people(users.Filter{Order: users.OrderName, Backward: true}),
		"Events": events(seats.EventFilter{}), "Events back": events(seats.EventFilter{Backward: true}),
		"Pools":    listOf(seats.PoolID(""), func(p seats.Pool) seats.PoolID { return p.ID }, func(after seats.PoolID, limit int) []seats.Pool { return t.pools(a, after, limit) }),
		"Licences": listOf(users.LicenceFilter{}, users.LicenceFilter{}.NextPage, func(f users.LicenceFilter, limit int) []users.Licence { return t.licences(a, f, limit) }),
		"Accounts": listOf(t.start(), accountID, t.accounts),
		"Due":      listOf(t.start(), itself, func(after users.AccountID, limit int) []users.AccountID { return t.due(gen.Epoch, after, limit) }),
		"SetAside": listOf(t.start(), progressOf, func(after users.AccountID, limit int) []store.Progress { return t.setAside("mailer", after, limit) }),
		"Pending":  listOf(t.start(), progressOf, func(after users.AccountID, limit int) []store.Progress { return t.pending("mailer", after, limit) }),
	}
}

// unordered are IDs in another order by bytes than by most other rules.
var unordered = []string{"c", "a", "é", "a ", "B", "e\u0301"}

// pages reads a list of six rows in pages of every size.
func pages(name string) func(*tester) {
	return func(t *tester) {
		outbox := name == "Pending" || name == "SetAside"
		if outbox {
			t.outbox()
		}
		a := t.account("a")
		var ids []users.ID
		for i, id := range unordered {
			ids = append(ids, users.ID(id))
			c := t.opening(t.account(id), everySwitch)
			c.Account.Name, c.Account.NextDue = text(9, i), gen.Epoch
			t.written(c)
			if outbox {
				t.advanced(store.Progress{Consumer: "mailer", Account: c.Account.ID, SetAside: []store.SetAside{{Sequence: 1, Since: gen.Epoch}}})
			}
		}
		t.written(t.invited(a, ids...))
		t.pooled(a, unordered...)
		t.pooled(t.account("c"), "a", "d")
		t.licensed(a, unordered...)
		t.licensed(t.account("c"), "a", "d")
		for limit := range 9 {
			for list := t.lists(a)[name]; list(limit) && limit > 0; {
			}
		}
	}
}

// pooled writes course pools with these IDs.
func (t *tester) pooled(account users.AccountID, ids ...string) {
	t.Helper()
	c := t.change(account)
	for i, id := range slices.Sorted(slices.Values(ids)) {
		c.Pools = append(c.Pools, seats.Pool{ID: seats.PoolID(id), Total: seats.Of(int64(10 + i)), Held: int64(i), Spent: 2})
	}
	t.written(c)
}

// pagesAfterUnknown begin after a row that is not there, where it would be.
func pagesAfterUnknown(t *tester) {
	a := t.account("c")
	for _, name := range []string{"a", "c", "e"} {
		c := t.opening(t.account(name), seats.Standard())
		c.Account.NextDue = gen.Epoch
		t.written(c)
	}
	t.pooled(a, "a", "c", "e")
	t.licensed(a, "a", "c", "e")
	t.written(t.invited(a, "a", "c", "e"))
	for _, after := range []string{"", "b", "d", "f", "z"} {
		t.users(a, users.Filter{After: users.Place{ID: users.ID(after)}}, 2)
		t.users(a, users.Filter{Order: users.OrderName, After: users.Place{Name: "63", ID: users.ID(after)}}, 2) // c in hexadecimal
		t.pools(a, seats.PoolID(after), 2)
		for _, last := range []users.LicenceID{{User: users.ID(after)}, {User: "c", Pool: after}, {User: "c", Pool: "c", Number: int64(len(after))}} {
			t.licences(a, users.LicenceFilter{After: last}, 2)
			t.licences(a, users.LicenceFilter{After: last, Pool: "c"}, 2)
		}
		t.accounts(t.account(after), 2)
		t.due(instants[len(instants)-1], t.account(after), 2)
		t.pending("mailer", t.account(after), 2)
		t.setAside("mailer", t.account(after), 2)
	}
	t.events(a, seats.EventFilter{After: 99}, 2)
	page, err := t.store.Accounts(t.Context(), "", 1)
	require.NoError(t, err)
	require.Len(t, page, 1, "the empty ID is before all others")
}

// pagesWhileRowsChange changes rows before, on and after the pages of all lists at once.
func pagesWhileRowsChange(t *tester) {
	a := t.opened("m")
	id := func(n int) users.ID { return users.ID(fmt.Sprintf("p%02d", n%40)) }
	var commands []seats.Command
	for i := range 40 {
		commands = append(commands, seats.Invite{Profile: users.Profile{ID: id(i), Username: string(id(i)), LastName: fmt.Sprintf("%c%02d", "Nn"[i%2], i*17%40)}})
		c := t.opening(t.account(fmt.Sprint("due", i)), seats.Standard())
		c.Account.NextDue = gen.Epoch
		t.written(c)
	}
	t.written(t.decided(a, commands...))
	rename := func(n int, name string) seats.Command {
		return seats.Edit{User: id(n), Set: users.Patch{LastName: &name}}
	}
	lists, more := t.lists(a), true
	for n := 0; more; n++ {
		if more = false; n < 10 {
			new := fmt.Sprint("a", n)
			t.written(t.decided(a,
				rename(6*n+1, fmt.Sprint("z", n)), rename(14*n+1, new), rename(10*n+5, "n20"), rename(22*n+7, "n20\u00e9"),
				seats.Invite{Profile: users.Profile{ID: users.ID(new), Username: new}}, seats.Deactivate{User: id(4*n + 3)},
			))
			t.pooled(a, new, fmt.Sprint("p", n), "z")
			t.licensed(a, new, fmt.Sprint("p", n), "z")
			for _, name := range []string{"a", "d", "due2+", "z"} {
				t.written(t.opening(t.account(fmt.Sprint(name, n)), seats.Standard()))
			}
			c := t.change(t.account(fmt.Sprint("due", 3*n)))
			c.Account.NextDue = gen.Epoch.AddDate(1, 0, 0)
			t.written(c)
			if !t.options.NoOutbox {
				t.advanced(store.Progress{Consumer: "mailer", Account: t.account(fmt.Sprint("due", 2*n)), Sequence: 1})
				t.advanced(store.Progress{Consumer: "mailer", Account: t.account(fmt.Sprint("due", 2*n+1)), SetAside: []store.SetAside{{Sequence: 1, Since: gen.Epoch}}})
			}
		}
		for _, list := range lists {
			if list(3) {
				more = true
			}
		}
	}
}

// surnames are hard to put in order, like texts: some begin like others, some are the same
// but for case, and of some only a part counts, which ends within a character, in a blank, or
// just before the first name.
var surnames = slices.Concat([]string{
	"", "Smith", "smith", "SMITH", "\u017fmith", "Smit", "Smith Jones", "Smith-Jones", "smith\u00a0Jones", "Smithson", "O'Neil", "\u00d8re",
	text(users.MaxText, 1), text(users.MaxText, 2), text(63, 1), text(63, 2), text(64, 1),
	x(251) + "🚀a", x(251) + "🚀b", x(252) + "🚀a", x(252) + "🚀b", x(253), x(253) + "\u00e9", x(253) + "\u00c9", x(254), x(254) + " b", x(254) + "\u00e9", x(255),
}, texts)

func x(n int) string { return strings.Repeat("x", n) }

// pagesByName reads the list in order of name, of users with every name as the last and as the
// first one, with or without another, and with keys instead of names. Their IDs are in quite
// another order.
func pagesByName(t *tester) {
	a := t.opened("a")
	var profiles []users.Profile
	for i, name := range surnames {
		profiles = append(profiles, users.Profile{LastName: name}, users.Profile{LastName: "smith", FirstName: name})
		if len(name) > 64 || i%3 == 0 {
			profiles = append(profiles, users.Profile{FirstName: name}, users.Profile{LastName: name, FirstName: "Ann"})
		}
	}
	taken := map[string]bool{}
	for i, text := range among[string]("") {
		if text = users.Fold(text); !taken[text] && len(text) <= users.MaxEmail {
			taken[text] = true
			profiles = append(profiles, []users.Profile{{Username: text}, {Email: text}, {ExternalID: text}}[i%3])
		}
	}
	for part := range slices.Chunk(profiles, 200) {
		var rows []users.User
		for _, p := range part {
			p.ID = users.ID(fmt.Sprintf("n%03d", (len(t.rows[a].Users)+len(rows))*389%997))
			if len(p.Keys()) == 0 {
				p.Username = fmt.Sprint("user ", p.ID)
			}
			rows = append(rows, member(p))
		}
		t.written(t.change(a, rows...))
	}
	for _, limit := range []int{7, 64, everything} {
		for list := t.lists(a)["Users by name"]; list(limit); {
		}
	}
	for i, u := range t.rows[a].Users { // a page may begin after a user who is gone
		if f := (users.Filter{Order: users.OrderName}).NextPage(u); i%5 == 0 {
			f.After.ID += "0"
			t.users(a, f, 2)
		}
	}
}
