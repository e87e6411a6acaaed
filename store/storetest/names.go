package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// surnames are hard to put in order, like texts: some begin like others, some are the
// same but for case, and of some only a part counts, which ends within a character,
// in a blank, or just before the first name.
var surnames = slices.Concat([]string{
	"", "Smith", "smith", "SMITH", "\u017fmith", "Smit", "Smith Jones", "Smith-Jones", "smith\u00a0Jones", "Smithson", "O'Neil", "\u00d8re",
	text(users.MaxText, 1), text(users.MaxText, 2), text(63, 1), text(63, 2), text(64, 1),
	x(251) + "🚀a", x(251) + "🚀b", x(252) + "🚀a", x(252) + "🚀b", x(253), x(253) + "\u00e9", x(253) + "\u00c9", x(254), x(254) + " b", x(254) + "\u00e9", x(255),
}, texts)

func x(n int) string { return strings.Repeat("x", n) }

// named puts in people with every name as the last and as the first name, with or
// without another, and with texts instead of names, and returns them in order of name.
// Their IDs are in quite another order.
func (t *tester) named(account users.AccountID) []users.User {
	t.Helper()
	var profiles []users.Profile
	for i, name := range surnames {
		profiles = append(profiles, users.Profile{LastName: name}, users.Profile{LastName: "smith", FirstName: name})
		if len(name) > 64 || i%3 == 0 {
			profiles = append(profiles, users.Profile{FirstName: name}, users.Profile{LastName: name, FirstName: "Ann"})
		}
	}
	taken := map[string]bool{}
	for i, text := range among[string]("") {
		if text = reference.Caseless(text); !taken[text] && len(text) <= users.MaxEmail {
			taken[text] = true
			profiles = append(profiles, []users.Profile{{Username: text}, {Email: text}, {ExternalID: text}}[i%3])
		}
	}
	var all []users.User
	for part := range slices.Chunk(profiles, 200) {
		c := t.next(t.row(account))
		for _, p := range part {
			p.ID = users.ID(fmt.Sprintf("n%03d", len(all)*389%997))
			if p.Username+p.Email+p.ExternalID == "" {
				p.Username = fmt.Sprint("user ", p.ID)
			}
			u := member(p)
			add(&c, u)
			all = append(all, u)
		}
		t.written(c)
	}
	slices.SortFunc(all, func(a, b users.User) int { return reference.CompareNames(a.Profile, b.Profile) })
	return all
}

// listsByName reads lists in order of name, whole and in pages.
func listsByName(t *tester) {
	a := t.opened("names")
	want := idsOf(t.named(a))
	f := users.Filter{ByName: true, Role: users.In(users.Member)}
	all := t.people(a, f)
	require.Equal(t, want, idsOf(all))
	for _, limit := range []int{1, 7, 64, len(want)} {
		people := paged(t, limit, itself, func(last users.User, limit int) ([]users.User, error) {
			return t.store.Users(t.Context(), a, f.NextPage(last), limit)
		})
		require.Equal(t, want, idsOf(people))
	}
	// A page may begin behind a user who is gone.
	for i := 0; i < len(all); i += 7 {
		f := f.NextPage(all[i])
		f.After += "0"
		page, err := t.store.Users(t.Context(), a, f, 2)
		require.NoError(t, err)
		require.Equal(t, want[i+1:min(i+3, len(want))], append([]users.ID{}, idsOf(page)...))
	}
}

func itself(u users.User) users.User { return u }

// usersComeAndGo lets people come, go and get other names while a list is read, and holds
// every page against what is there when it is read.
func usersComeAndGo(t *tester, byName bool) {
	a := t.opened(fmt.Sprint("by name ", byName))
	order := func(a, b users.User) int {
		if byName {
			return reference.CompareNames(a.Profile, b.Profile)
		}
		return cmp.Compare(a.ID, b.ID)
	}
	var commands []seats.Command
	var stay []users.ID
	for i := range 40 {
		id := users.ID(fmt.Sprintf("p%02d", i))
		commands = append(commands, seats.Invite{Profile: users.Profile{ID: id, Username: string(id), LastName: fmt.Sprintf("%c%02d", "Nn"[i%2], i*17%40)}})
		if i%2 == 0 {
			stay = append(stay, id)
		}
	}
	t.written(t.decided(a, commands...))
	f := users.Filter{ByName: byName, Status: users.In(users.Invited)}
	rename := func(number int, name string) seats.Command {
		return seats.Edit{User: users.ID(fmt.Sprintf("p%02d", number%40)), Set: users.Patch{LastName: &name}}
	}
	n := 0
	var seen []users.ID
	paged(t, 3, itself, func(last users.User, limit int) ([]users.User, error) {
		if n++; n <= 10 {
			t.written(t.decided(a,
				rename(6*n+1, fmt.Sprint("z", n)), rename(14*n+1, fmt.Sprint("a", n)), rename(10*n+5, last.LastName), rename(22*n+7, last.LastName+"\u00e9"),
				seats.Invite{Profile: users.Profile{ID: users.ID(fmt.Sprint("a", n)), Username: fmt.Sprint("o", n)}},
			))
			t.written(t.decided(a, seats.Deactivate{User: users.ID(fmt.Sprintf("p%02d", 4*n-1))}))
		}
		var want []users.ID
		everybody := t.people(a, users.Filter{Status: f.Status})
		slices.SortFunc(everybody, order)
		for _, u := range everybody {
			if (last.ID == "" || order(last, u) < 0) && len(want) < limit {
				want = append(want, u.ID)
			}
		}
		page, err := t.store.Users(t.Context(), a, f.NextPage(last), limit)
		require.Equal(t, want, idsOf(page), "behind %q, %q", last.LastName, last.ID)
		seen = append(seen, want...)
		return page, err
	})
	seen = slices.DeleteFunc(seen, func(id users.ID) bool { return !slices.Contains(stay, id) })
	slices.Sort(seen)
	require.Equal(t, stay, seen, "who keeps a name is there once")
}
