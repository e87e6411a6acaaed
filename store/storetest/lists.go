package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

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
		if i%5 < 4 {
			u.LastName, u.FirstName = surnames[i*7%len(surnames)], surnames[i%3]
		}
		if !u.Here() {
			u.Username, u.LastName, u.FirstName = "", "", ""
		}
		if i%4 > 0 {
			u.FirstSignIn = gen.Epoch
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
	a := t.opened("a")
	t.written(t.change(a, crowd()...))
	draws(func(d gen.Dice) {
		f := d.Filter()
		if d.Chance(50) {
			f.After, f.AfterName = gen.One[users.ID](d, "", "o", "owner", "u", "u3", "u30", "u7", "v"), gen.One(d, surnames...)
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
	for range 4 {
		c := t.change(a)
		for i := range 20 {
			record(&c, seats.Event{Kind: kinds[i%5], User: people[i/3%5]})
		}
		t.written(c)
	}
	draws(func(d gen.Dice) {
		f := seats.EventFilter{User: gen.One(d, append(people, "nobody")...), Kinds: gen.Some(d, 3, append(kinds, seats.EventOpened, seats.EventErased, "unheard-of"))}
		if d.Chance(50) {
			f.After = uint64(d.Below(90))
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

// lists returns all lists that there are of an account, and of the test's accounts.
func (t *tester) lists(a users.AccountID) []list {
	people := func(f users.Filter) list {
		return listOf(f, f.NextPage, func(f users.Filter, limit int) []users.User { return t.users(a, f, limit) })
	}
	return []list{
		people(users.Filter{Status: gen.EveryStatus}), people(users.Filter{ByName: true}),
		listOf(uint64(0), func(e seats.Event) uint64 { return e.Sequence }, func(after uint64, limit int) []seats.Event {
			return t.events(a, seats.EventFilter{After: after}, limit)
		}),
		listOf(seats.PoolID(""), func(p seats.Pool) seats.PoolID { return p.ID }, func(after seats.PoolID, limit int) []seats.Pool { return t.pools(a, after, limit) }),
		listOf(t.start(), accountID, t.accounts),
		listOf(t.start(), itself, func(after users.AccountID, limit int) []users.AccountID { return t.due(gen.Epoch, after, limit) }),
		listOf(t.start(), progressOf, func(after users.AccountID, limit int) []store.Progress { return t.pending("mailer", after, limit) }),
	}
}

// unordered are IDs in another order by bytes than by most other rules.
var unordered = []string{"c", "a", "é", "a ", "B", "e\u0301"}

// readsPages reads all lists in pages of every size.
func readsPages(t *tester) {
	a := t.opened("a")
	var ids []users.ID
	for _, id := range unordered {
		ids = append(ids, users.ID(id))
		c := t.opening(t.account(id+"+"), seats.Standard())
		c.Account.NextDue = gen.Epoch
		t.written(c)
	}
	t.written(t.invited(a, ids...))
	t.pooled(a, unordered...)
	for limit := 1; limit < 9; limit++ {
		for _, list := range t.lists(a) {
			for list(limit) {
			}
		}
	}
	t.users(a, users.Filter{After: "é"}, 9)
	t.users(a, users.Filter{After: "nobody"}, 9) // a page may begin after an unknown user
	t.users(a, users.Filter{}, 0)
	t.events(a, seats.EventFilter{After: 99}, 9)
	t.events(a, seats.EventFilter{}, 0)
	t.due(gen.Epoch, t.start(), 0)
	t.pending("mailer", t.start(), 0)
	t.readsNames()
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

func poolPages(t *tester) {
	a, b := t.opened("a"), t.opened("b")
	t.opened("none")
	t.pooled(a, unordered...)
	t.pooled(b, "a", "d")
	for limit := range 9 {
		for _, after := range append(unordered, "", "b", "z") {
			t.pools(a, seats.PoolID(after), limit)
			t.pools(b, seats.PoolID(after), limit)
		}
	}
	t.pooled(a, "A", "c", "f")
	t.same()
}

func accountPages(t *tester) {
	t.accounts(t.start(), 9)
	for i, name := range unordered {
		c := t.opening(t.account(name), everySwitch)
		c.Account.Name, c.Account.Tally = text(9, i), distinctTally()
		if i%2 == 0 {
			c.Account.Closed, c.Account.Erased = gen.Epoch, instants[i]
		}
		t.written(c)
	}
	for limit := range 9 {
		for _, after := range append(unordered, "", "b", "z") { // be it not there
			t.accounts(t.account(after), limit)
		}
	}
	page, err := t.store.Accounts(t.Context(), "", 1)
	require.NoError(t, err)
	require.Len(t, page, 1, "the empty ID is before all others")

	c := t.change(t.account("a"))
	c.Account.Name, c.Account.Closed, c.Account.Erased = "", gen.Epoch, gen.Epoch
	t.written(c, t.opening(t.account("b"), seats.Standard()))
	t.same()
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
			for _, name := range []string{"a", "d", "due2+", "z"} {
				t.written(t.opening(t.account(fmt.Sprint(name, n)), seats.Standard()))
			}
			c := t.change(t.account(fmt.Sprint("due", 3*n)))
			c.Account.NextDue = gen.Epoch.AddDate(1, 0, 0)
			t.written(c)
			if !t.options.NoOutbox {
				t.advanced(store.Progress{Consumer: "mailer", Account: t.account(fmt.Sprint("due", 2*n)), Sequence: 1})
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

// readsNames reads the list in order of name, of users with every name as the last and as the
// first one, with or without another, and with keys instead of names. Their IDs are in quite
// another order.
func (t *tester) readsNames() {
	a := t.opened("names")
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
	for _, limit := range []int{1, 7, 64, everything} {
		for list := t.lists(a)[1]; list(limit); {
		}
	}
	for _, u := range t.rows[a].Users { // a page may begin after a user who is gone
		f := users.Filter{ByName: true}.NextPage(u)
		f.After += "0"
		t.users(a, f, 2)
	}
}

// besideUnknown opens two accounts with rows of all kinds, and returns the ID of an unknown one
// between them.
func (t *tester) besideUnknown() users.AccountID {
	t.Helper()
	for _, name := range []string{"a", "c"} {
		c := t.opening(t.account(name), seats.Standard())
		c.Account.NextDue = gen.Epoch
		c.Pools = append(c.Pools, seats.Pool{ID: gen.Course, Total: seats.Of(1)})
		t.written(c)
	}
	return t.account("b")
}

// everyRow is a need of all kinds of rows.
func everyRow(a users.AccountID) seats.Need {
	return seats.Need{
		Account: a, Users: []users.ID{owner}, Keys: []users.Key{users.ByEmail("owner@acme.example")},
		Admins: true, Pools: []seats.PoolID{gen.Course}, DueBy: gen.Epoch, Change: "change 1", Key: "k", IndexTo: 9,
	}
}

func loadOfUnknown(t *tester) {
	b := t.besideUnknown()
	t.loads(everyRow(t.account("a")), everyRow(b), seats.Need{Account: b}, everyRow(t.account("c")))
}

func usersOfUnknown(t *tester) {
	for _, a := range []users.AccountID{t.besideUnknown(), t.account("a")} {
		for _, f := range []users.Filter{{}, {Status: gen.EveryStatus}, {After: "z"}, {ByName: true}, {ByName: true, After: "a", AfterName: "z"}, {Group: "a"}} {
			t.users(a, f, 9)
			t.users(a, f, 0)
		}
	}
}

func tallyOfUnknown(t *tester) {
	for _, a := range []users.AccountID{t.besideUnknown(), t.account("a")} {
		for _, f := range []users.Filter{{}, {Status: gen.EveryStatus}, {Group: "a"}} {
			t.tally(a, f)
		}
	}
}

func eventsOfUnknown(t *tester) {
	for _, a := range []users.AccountID{t.besideUnknown(), t.account("a")} {
		for _, f := range []seats.EventFilter{{}, {After: 9}, {User: owner}, {User: "nobody"}, {Kinds: []seats.EventKind{seats.EventOpened}}} {
			t.events(a, f, 9)
		}
	}
}

func poolsOfUnknown(t *tester) {
	for _, a := range []users.AccountID{t.besideUnknown(), t.account("a")} {
		for _, after := range []seats.PoolID{"", "a", "z"} {
			t.pools(a, after, 9)
		}
	}
}

func accountsWithoutUnknown(t *tester) {
	b := t.besideUnknown()
	t.accounts(t.start(), 9)
	t.accounts(b, 1) // a page may begin after an unknown account
}

func dueWithoutUnknown(t *tester) {
	b := t.besideUnknown()
	t.due(gen.Epoch, t.start(), 2)
	t.due(gen.Epoch, b, 1)
}

func dueAccounts(t *tester) {
	for name, due := range map[string]time.Time{
		"b": gen.Epoch, "a": gen.Epoch, "c": gen.Epoch.Add(time.Microsecond), "d": time.UnixMicro(-1).UTC(), "never": {},
	} {
		c := t.opening(t.account(name), seats.Standard())
		c.Account.NextDue = due
		t.written(c)
	}
	lists := func() {
		for _, by := range []time.Duration{-time.Microsecond, 0, time.Microsecond} {
			for _, after := range []string{"", "a", "b", "bb"} {
				for _, limit := range []int{0, 1, 9} {
					t.due(gen.Epoch.Add(by), t.account(after), limit)
				}
			}
		}
	}
	lists()
	for name, due := range map[string]time.Time{"a": gen.Epoch.Add(time.Hour), "b": {}, "never": gen.Epoch} {
		c := t.change(t.account(name))
		c.Account.NextDue = due
		t.written(c)
	}
	lists()
}
