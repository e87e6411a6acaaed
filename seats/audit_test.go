package seats_test

import (
	"fmt"
	"hash/fnv"
	"iter"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A crowd is an account of so many people, members and admins in turn, each invited by an
// event; none of it is kept.
func crowd(people int) (events iter.Seq2[seats.Event, error], rows iter.Seq[users.User], s seats.Snapshot) {
	invited := []users.Segment{{Status: users.Invited, Role: users.Member}, {Status: users.Invited, Role: users.Admin}}
	id := func(i int) users.ID { return users.ID(fmt.Sprintf("user-%08d", i)) }
	events = func(yield func(seats.Event, error) bool) {
		e := seats.Event{Account: "acme", Total: seats.Unlimited(), Time: start}
		for i := range people {
			e.Sequence, e.Kind, e.Policy = uint64(i+1), seats.EventInvited, nil
			if i == 0 {
				e.Kind, e.Policy = seats.EventOpened, new(seats.Standard())
			}
			e.User, e.After, e.Delta, e.Held = id(i), invited[i%2], 1, int64(i+1)
			e.Tally.Move(e.Before, e.After)
			if !yield(e, nil) {
				return
			}
		}
	}
	rows = func(yield func(users.User) bool) {
		for i := range people {
			if !yield(users.User{Profile: users.Profile{ID: id(i)}, Status: users.Invited, Role: invited[i%2].Role}) {
				return
			}
		}
	}
	s.Account = seats.Account{ID: "acme", Revision: 1, Sequence: uint64(people), Policy: seats.Standard()}
	s.Account.Tally.Add(invited[0], int64(people+1)/2)
	s.Account.Tally.Add(invited[1], int64(people/2))
	s.Pools = []seats.Pool{{Total: seats.Unlimited(), Held: int64(people)}}
	return events, rows, s
}

// TestAuditor/memory keeps as much of many people as of few, also where all of them differ.
func TestAuditor(t *testing.T) {
	audit := func(t *testing.T, people int, spoil func(*users.User)) (kept int64, drift []seats.Drift) {
		before := heapInUse()
		var all []*seats.Auditor
		for a := new(seats.Auditor); a != nil; a = a.Detail() {
			events, rows, s := crowd(people)
			require.NoError(t, a.Record(s.Account.Sequence, events))
			for u := range rows {
				spoil(&u)
				a.Row(u)
			}
			kept = max(kept, heapInUse()-before)
			all, drift = append(all, a), a.Drift(s)
		}
		runtime.KeepAlive(all)
		return kept, drift
	}
	fit := func(*users.User) {}
	differ := func(u *users.User) { u.Status = users.Active }
	t.Run("memory", func(t *testing.T) {
		if !long.On() {
			t.Skip("200,000 people")
		}
		kept, drift := audit(t, 200_000, fit)
		require.Empty(t, drift)
		require.Less(t, kept, int64(1<<20))
		kept, _ = audit(t, 200_000, differ)
		require.Less(t, kept, int64(8<<20), "ten thousand are named")
	})
	// Two people of one group have changed places.
	t.Run("one group", func(t *testing.T) {
		var places [2]users.ID // an admin and a member of one group
		_, rows, _ := crowd(50_000)
		for u := range rows {
			h := fnv.New32a()
			h.Write([]byte(u.ID))
			if at := &places[(users.Admin-u.Role)/users.Admin]; h.Sum32()%4096 == 7 && *at == "" {
				*at = u.ID
			}
		}
		_, drift := audit(t, 50_000, func(u *users.User) {
			if slices.Contains(places[:], u.ID) {
				u.Role = users.Admin + users.Member - u.Role
			}
		})
		require.ElementsMatch(t, []seats.Drift{
			{What: "user " + string(places[0]), Stored: "invited member", Counted: "invited admin"},
			{What: "user " + string(places[1]), Stored: "invited admin", Counted: "invited member"},
		}, drift)
	})
	// Where every user differs, those of some groups are named, and for each of the others
	// there is one.
	t.Run("all differ", func(t *testing.T) {
		_, drift := audit(t, 20_000, differ)
		require.Equal(t, "tally", drift[0].What)
		require.Len(t, drift[1:], seats.MaxDrifts+1)
		require.Equal(t, "users", drift[seats.MaxDrifts+1].What)
	})
}

// differing returns what an auditor of an account, and those that it asks for, find
// between its events and the rows.
func differing(t testing.TB, s *site, events []seats.Event, licences []users.Licence, rows ...users.User) (drift []seats.Drift) {
	for a := new(seats.Auditor); a != nil; a = a.Detail() {
		require.NoError(t, a.Record(s.rows.Account.Sequence, listed(events...)))
		for _, u := range rows {
			a.Row(u)
		}
		for _, l := range licences {
			a.Licence(l)
		}
		require.Equal(t, s.rows.Account.Sequence, a.Sequence())
		drift = a.Drift(s.rows)
	}
	return drift
}

// TestAuditor_Drift spoils one row at a time of an account with licences and a sync.
func TestAuditor_Drift(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.SetTotal{Pool: "course", Total: seats.Of(3)}, licensed("eve", "course", 1), licensed("ida", "course", 0))
	s.do(hr, seats.Invite{Profile: profile("bob")})
	s.do(owner, seats.Archive{User: "ida"})
	rows := []users.User{s.user("bob"), s.user("eve"), s.user("ida"), s.user("owner")}
	licences := s.rows.Licences
	require.Empty(t, differing(t, s, s.events, licences, rows...))
	held := slices.IndexFunc(licences, func(l users.Licence) bool { return l.State() == users.LicenceAssigned })
	more := licences[held]
	more.User = "ida"
	other := slices.Clone(licences)
	other[held].Pool = "go"
	unused := slices.Clone(licences)
	used := slices.IndexFunc(licences, func(l users.Licence) bool { return l.State() == users.LicenceArchived })
	unused[used].Started, unused[used].Archived, unused[used].Returned = time.Time{}, time.Time{}, start
	pool := func(name, counted string) []seats.Drift {
		stored := "0 held, 0 spent"
		if name == "course" {
			stored = "1 held, 1 spent"
		}
		return []seats.Drift{{What: "licences " + name, Stored: stored, Counted: counted}}
	}
	for name, c := range map[string]struct {
		at       int
		spoil    func(*users.User)
		licences []users.Licence
		stored   string
		told     string
		pools    []seats.Drift
	}{
		"licence": {1, nil, slices.Delete(slices.Clone(licences), held, held+1), "active member, 1 used of pool course", "active member, 1 of pool course, 1 used of pool course",
			pool("course", "0 held, 1 spent")},
		"licences": {2, nil, append(slices.Clone(licences), more), "archived member, 1 of pool course", "archived member", pool("course", "2 held, 1 spent")},
		"pool": {1, nil, other, "active member, 1 used of pool course, 1 of pool go", "active member, 1 of pool course, 1 used of pool course",
			append(pool("course", "0 held, 1 spent"), pool("go", "1 held, 0 spent")...)},
		"unused": {1, nil, unused, "active member, 1 of pool course", "active member, 1 of pool course, 1 used of pool course", pool("course", "1 held, 0 spent")},
		"sync":   {0, func(u *users.User) { u.Source = users.Source{} }, licences, "invited member", "invited member by sync", []seats.Drift{{What: "source hr", Stored: "1", Counted: "0"}}},
		"ID":     {0, func(u *users.User) { u.ID = "bo" }, licences, "", "", nil},
	} {
		spoilt := slices.Clone(rows)
		if c.spoil != nil {
			c.spoil(&spoilt[c.at])
		}
		var people []seats.Drift
		for _, d := range differing(t, s, s.events, c.licences, spoilt...) {
			if d.What != "tally" {
				people = append(people, d)
			}
		}
		want := append(c.pools, seats.Drift{What: "user " + string(rows[c.at].ID), Stored: c.stored, Counted: c.told})
		if name == "ID" {
			want = []seats.Drift{{What: "user bo", Stored: "invited member by sync", Counted: "not there"}, {What: "user bob", Stored: "not there", Counted: "invited member by sync"}}
		}
		require.Equal(t, want, people, name)
	}
}

// TestAuditor_moving has rows that are added while the account moves on: the one of before the
// event, the one of after it, and one that was not there yet.
func TestAuditor_moving(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.SetTotal{Pool: "course", Total: seats.Of(3)}, licensed("eve", "course", 1))
	var a seats.Auditor
	require.NoError(t, a.Record(s.rows.Account.Sequence, listed(s.events...)))
	a.Row(s.user("eve"))
	for _, l := range s.rows.Licences {
		a.Licence(l)
	}
	read := a.Sequence()
	s.do(owner, seats.Archive{User: "eve"})
	s.invite("ada", "zoe")
	require.NoError(t, a.Record(s.rows.Account.Sequence, listed(s.events[read:]...)))
	a.Row(s.user("owner"))
	a.Row(s.user("zoe"))
	require.Equal(t, []seats.PoolID{seats.Site, "course"}, a.Pools())
	require.Empty(t, a.Drift(s.rows))
	require.Nil(t, a.Detail())
}

// TestAuditor_MaxDrifts names so many of each kind and counts the others.
func TestAuditor_MaxDrifts(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	for range 2*seats.MaxDrifts + 6 {
		s.do(owner, seats.BuySeats{Quantity: 1})
	}
	var a seats.Auditor
	var every []seats.Event // second one from the first on, but for the last
	for i := 0; i < len(s.events)-1; i += 2 {
		every = append(every, s.events[i])
	}
	require.NoError(t, a.Record(s.rows.Account.Sequence, listed(every...)))
	a.Row(s.user("owner"))
	for i := range seats.MaxDrifts + 2 {
		a.KeyNotFound(users.ID(fmt.Sprint("u", i)), users.KeyEmail)
	}
	drift := a.Drift(s.rows)
	require.Len(t, drift, 2*seats.MaxDrifts+2)
	require.Equal(t, seats.Drift{What: "events", Stored: "2", Counted: "missing"}, drift[0])
	require.Equal(t, seats.Drift{What: "events", Counted: "3 more"}, drift[seats.MaxDrifts])
	require.Equal(t, seats.Drift{What: "key u0", Stored: "not found", Counted: users.KeyEmail.String()}, drift[seats.MaxDrifts+1])
	require.Equal(t, seats.Drift{What: "keys", Counted: "2 more"}, drift[2*seats.MaxDrifts+1])
}

// TestAuditor_Record has events that do not follow from one another.
func TestAuditor_Record(t *testing.T) {
	row := func(n, what string) seats.Drift {
		return seats.Drift{What: "events", Stored: n, Counted: "seats: the events do not follow from one another: event " + n + ": " + what}
	}
	for name, c := range map[string]struct {
		change func([]seats.Event) []seats.Event
		want   []seats.Drift
	}{
		"whole":   {func(e []seats.Event) []seats.Event { return e }, nil},
		"twice":   {func(e []seats.Event) []seats.Event { return append(e[:3:3], e[2:]...) }, []seats.Drift{row("3", "its number")}},
		"missing": {func(e []seats.Event) []seats.Event { return append(e[:3:3], e[4:]...) }, []seats.Drift{{What: "events", Stored: "4", Counted: "missing"}}},
		// The segment that an event begins with is not the one that the last one ended with.
		"segment": {func(e []seats.Event) []seats.Event {
			e[2].After.Role = users.Admin
			for i := range e[2:4] {
				e[2+i].Tally.Move(users.Segment{Status: users.Active, Role: users.Member}, users.Segment{Status: users.Active, Role: users.Admin})
			}
			return e
		}, []seats.Drift{row("5", "the status before")}},
		"none of several": {func(e []seats.Event) []seats.Event { return append(e[:2:2], e[4:]...) }, []seats.Drift{{What: "events", Stored: "3 to 4", Counted: "missing"}}},
		"end":             {func(e []seats.Event) []seats.Event { return e[:4] }, []seats.Drift{{What: "events", Stored: "5 to 6", Counted: "missing"}}},
		"beyond": {func(e []seats.Event) []seats.Event {
			last := e[len(e)-1]
			last.Sequence++
			return append(e, last)
		}, []seats.Drift{{What: "events", Stored: "7", Counted: "comes after the last one that the account names"}}},
	} {
		s := open(t, seats.Of(9), seats.Standard())
		s.invite("ada", "bob")
		s.do(system, seats.SetTotal{Pool: "course", Total: seats.Of(3)}, seats.Deactivate{User: "bob"}, seats.SetTotal{Total: seats.Of(5)})
		events := c.change(s.events)
		var drift []seats.Drift
		for a := new(seats.Auditor); a != nil; a = a.Detail() {
			require.NoError(t, a.Record(s.rows.Account.Sequence, listed(events...)))
			for _, id := range []users.ID{"ada", "bob", "owner"} {
				a.Row(s.user(id))
			}
			drift = slices.DeleteFunc(a.Drift(s.rows), func(d seats.Drift) bool { return d.What != "events" })
		}
		require.Equal(t, c.want, append([]seats.Drift(nil), drift...), name)
	}
	var a seats.Auditor
	require.ErrorIs(t, a.Record(1, failing), errRead)
}
