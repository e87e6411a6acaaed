package storetest

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/gen"
	"github.com/seatkeeper/seatkeeper/internal/harness"
	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/store"
	"github.com/seatkeeper/seatkeeper/users"
)

// crowd puts in people of every kind and returns them.
func (t *tester) crowd(account users.AccountID) []users.User {
	t.Helper()
	c := t.next(t.row(account))
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
		add(&c, u)
	}
	t.written(c)
	return t.people(account, users.Filter{Status: gen.EveryStatus})
}

func filtersUsers(t *tester) {
	a := t.opened("a")
	everybody := t.crowd(a)
	require.Len(t, everybody, 121)
	inOrder := slices.SortedFunc(slices.Values(everybody), func(a, b users.User) int { return reference.CompareNames(a.Profile, b.Profile) })
	rapid.Check(t.T, func(r *rapid.T) {
		d := gen.FromRapid(r)
		f := d.Filter()
		if d.Chance(50) {
			f.After = gen.One(d, "", "o", "owner", "u", "u3", "u30", "u7", "v", everybody[60].ID)
			f.AfterName = gen.One(d, surnames...)
		} else if d.Chance(50) {
			f = f.NextPage(gen.One(d, everybody...))
		}
		everybody := everybody
		if f.ByName {
			everybody = inOrder
		}
		limit := gen.One(d, 1000, 1, 3, 10, 0)
		var want []users.User
		var tally users.Tally
		for _, u := range everybody {
			if f.Match(u) {
				want = append(want, u)
				reference.Count(&tally, u.Segment(), 1)
			}
		}
		page, err := t.store.Users(t.Context(), a, f, limit)
		require.NoError(r, err)
		require.Equal(r, harness.Plain(t, want[:min(limit, len(want))]), harness.Plain(t, page), "%+v, at most %d", f, limit)
		got, revision, err := t.store.Tally(t.Context(), a, f)
		require.NoError(r, err)
		require.Equal(r, tally, got, "%+v", f)
		require.EqualValues(r, 2, revision)
	})
}

func filtersEvents(t *tester) {
	a := t.opened("a")
	kinds := []seats.EventKind{seats.EventInvited, seats.EventAccepted, seats.EventDeactivated, seats.EventTotalSet, seats.EventUnchanged}
	people := []users.ID{"", "ada", "Ada", "bob", "eve"}
	for range 4 {
		c := t.next(t.row(a))
		for i := range 20 {
			record(&c, seats.Event{Kind: kinds[i%5], User: people[i/3%5]})
		}
		t.written(c)
	}
	all := t.events(a, seats.EventFilter{})
	require.Len(t, all, 81)
	rapid.Check(t.T, func(r *rapid.T) {
		d := gen.FromRapid(r)
		f := seats.EventFilter{User: gen.One(d, append(people, "nobody")...)}
		if d.Chance(50) {
			f.After = uint64(d.Below(90))
		}
		for range d.Below(4) {
			f.Kinds = append(f.Kinds, gen.One(d, append(kinds, seats.EventOpened, seats.EventErased, "unheard-of")...))
		}
		limit := gen.One(d, 1000, 1, 3, 10, 0)
		var want []seats.Event
		for _, e := range all {
			if f.Match(e) {
				want = append(want, e)
			}
		}
		page, err := t.store.Events(t.Context(), a, f, limit)
		require.NoError(r, err)
		require.Equal(r, harness.Plain(t, want[:min(limit, len(want))]), harness.Plain(t, page), "%+v, at most %d", f, limit)
	})
}

// paged reads a list to its end, page by page.
func paged[Row, Cursor any](t *tester, limit int, last func(Row) Cursor, read func(Cursor, int) ([]Row, error)) []Row {
	t.Helper()
	var after Cursor
	var all []Row
	for {
		page, err := read(after, limit)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), limit)
		if all = append(all, page...); len(page) < limit {
			return all
		}
		require.Less(t, len(all), 10_000, "the list does not go on")
		after = last(page[limit-1])
	}
}

func userID(u users.User) users.ID  { return u.ID }
func sequence(e seats.Event) uint64 { return e.Sequence }

func comesInPages(t *tester) {
	a := t.opened("a")
	t.written(t.invited(a, "c", "a", "é", "a ", "B", "e\u0301"))
	for limit := 1; limit < 9; limit++ {
		people := paged(t, limit, userID, func(after users.ID, limit int) ([]users.User, error) {
			return t.store.Users(t.Context(), a, users.Filter{Status: users.In(users.Invited), After: after}, limit)
		})
		require.Equal(t, []users.ID{"B", "a", "a ", "c", "e\u0301", "é"}, idsOf(people))
		events := paged(t, limit, sequence, func(after uint64, limit int) ([]seats.Event, error) {
			return t.store.Events(t.Context(), a, seats.EventFilter{After: after}, limit)
		})
		require.Len(t, events, 7)
		for i, e := range events {
			require.EqualValues(t, i+1, e.Sequence)
		}
	}
	require.Empty(t, t.people(a, users.Filter{After: "é"}))
	require.Len(t, t.people(a, users.Filter{After: "nobody"}), 2, "a page begins behind somebody who is not there, too")
	require.Empty(t, t.events(a, seats.EventFilter{After: 7}))
	require.Empty(t, t.events(a, seats.EventFilter{After: 99}))
	listsByName(t)
}

// pagesStayRight lets people come and go while the list is read: before the page,
// on it, and behind it.
func pagesStayRight(t *tester) {
	a := t.opened("a")
	usersComeAndGo(t, false)
	usersComeAndGo(t, true)

	n := 0
	events := paged(t, 3, sequence, func(after uint64, limit int) ([]seats.Event, error) {
		if n++; n <= 10 {
			t.written(t.invited(a, users.ID(fmt.Sprint("b", n))))
		}
		return t.store.Events(t.Context(), a, seats.EventFilter{After: after}, limit)
	})
	for i, e := range events {
		require.EqualValues(t, i+1, e.Sequence)
	}
	require.EqualValues(t, t.row(a).Sequence, len(events))
	accountsComeAndGo(t)
	accountsAreOpened(t)
}

// accountsComeAndGo settles the accounts of a page before the next is read.
func accountsComeAndGo(t *tester) {
	var want []users.AccountID
	for i := range 10 {
		c := t.opening(fmt.Sprint("due", i), seats.Standard())
		c.Account.NextDue = gen.Epoch
		t.written(c)
		want = append(want, c.Account.ID)
	}
	var due, behind []users.AccountID
	for after := users.AccountID(t.own); len(due) < len(want); after = due[len(due)-1] {
		page, err := t.store.Due(t.Context(), gen.Epoch, after, 3)
		require.NoError(t, err)
		require.NotEmpty(t, page)
		for _, id := range page[:min(len(page), len(want)-len(due))] {
			c := t.next(t.row(id))
			c.Account.NextDue = gen.Epoch.AddDate(1, 0, 0)
			t.written(c)
			due = append(due, id)
		}
	}
	require.Equal(t, want, due)
	for after := want[0][:len(want[0])-1]; !t.options.NoOutbox && len(behind) < len(want); after = behind[len(behind)-1] {
		page, err := store.OutboxOf(t.store).Pending(t.Context(), "mailer", after, 3)
		require.NoError(t, err)
		require.NotEmpty(t, page)
		for _, p := range page[:min(len(page), len(want)-len(behind))] {
			done := p
			done.Sequence = 1
			t.advanced(p, done)
			behind = append(behind, p.Account)
		}
	}
	if !t.options.NoOutbox {
		require.Equal(t, want, behind)
	}
}
