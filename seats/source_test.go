package seats_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// fed opens a site with n active users of the source hr: p0, p1, ...
func fed(t testing.TB, n int) *site {
	s := open(t, seats.Unlimited(), seats.Standard())
	for i := range n {
		s.do(hr, seats.Invite{Profile: profile(fedID(i))})
	}
	return s
}

func fedID(i int) users.ID { return users.ID(fmt.Sprint("p", i)) }

// source returns the source hr.
func (s *site) source() seats.Source {
	source, ok := s.rows.Account.Sources.Of("hr")
	require.True(s.t, ok)
	return source
}

// leave lets users from one number on leave one by one, and returns how many could.
func (s *site) leave(from, n int) (left int) {
	s.t.Helper()
	for i := range n {
		decision, err := s.try(hr, seats.Deactivate{User: fedID(from + i)})
		if err != nil {
			require.ErrorIs(s.t, err, seats.ErrSourceHeld)
			return i
		}
		s.write(decision.Change)
	}
	return n
}

// mostOfRun is the largest number of leavers with which a run does not trip the guard.
func (s *site) mostOfRun() (n int) {
	for s.rows.Account.Trips("hr", seats.Losses{Leavers: int64(n + 1)}, s.now) == nil {
		n++
	}
	return n
}

func TestSource_people(t *testing.T) {
	s := fed(t, 3)
	s.do(system, seats.Accept{User: "p0"}, seats.ChangeRole{User: "p1", Role: users.Manager})
	require.Equal(t, int64(3), s.source().People)
	s.do(owner, seats.Deactivate{User: "p0"}, seats.Archive{User: "p1"}, seats.Delete{User: "p2"})
	require.Zero(t, s.source().People)
	require.Empty(t, s.source().Lost, "by hand")
	s.do(owner, seats.Restore{User: "p1"}, seats.Reactivate{User: "p0"})
	s.do(system, seats.Import{User: users.User{Profile: users.Profile{ID: "x", Email: "x@acme.example", Source: users.Source{Kind: users.SourceSync, Name: "ad"}}, Status: users.Active, Created: start, StatusSince: start}})
	var names []string
	for source := range s.rows.Account.Sources.All() {
		names = append(names, fmt.Sprint(source.Name, source.People))
	}
	require.Equal(t, []string{"ad1", "hr2"}, names)
	_, known := s.rows.Account.Sources.Of("other")
	require.False(t, known)
}

// TestSource_unknown is an account from before there were sources: the first one counts all users of syncs.
func TestSource_unknown(t *testing.T) {
	s := fed(t, 8)
	s.rows.Account.Sources = seats.Sources{}
	require.Equal(t, 4, s.mostOfRun())
	require.Equal(t, 4, s.leave(0, 8))
	require.Equal(t, int64(4), s.source().People)
}

func TestSource_many(t *testing.T) {
	s := open(t, seats.Unlimited(), seats.Standard())
	for i := range seats.MaxSources {
		s.do(users.Sync(fmt.Sprint("s", i)), seats.Invite{Profile: profile(fedID(i))})
	}
	require.Equal(t, "source", s.refused(seats.ErrBadInput, hr, seats.Invite{Profile: profile("x")}).Field)
	require.Equal(t, "source", s.refused(seats.ErrBadInput, owner, seats.EditSource{Source: "hr", Adopts: new(true)}).Field)
	require.Equal(t, "source", s.refused(seats.ErrBadInput, owner, seats.HoldSource{Source: "hr", Cause: seats.ErrHeldByHand.Code}).Field)
	s.do(owner, seats.EditSource{Source: "s1", Adopts: new(true)})

	old := fed(t, 1) // from before there were sources
	old.rows.Account.Sources = s.rows.Account.Sources
	decision, err := old.try(owner, seats.Deactivate{User: "p0"})
	require.NoError(t, err)
	_, known := decision.Change.Account.Sources.Of("hr")
	require.False(t, known)
}

func TestAccount_Trips(t *testing.T) {
	for _, c := range []struct {
		people, left int64
		cause        error
	}{
		{1, 1, nil}, {2, 2, seats.ErrMostLeave}, {3, 1, nil}, {3, 2, seats.ErrMostLeave}, {4, 2, nil}, {8, 4, nil}, {8, 5, seats.ErrMostLeave},
		{20, 5, nil}, {20, 6, seats.ErrLeaversOfDay}, {60, 6, nil}, {59, 6, seats.ErrLeaversOfDay}, {1000, 100, nil}, {1000, 101, seats.ErrLeaversOfDay}, {1000, 0, nil},
	} {
		a := seats.Account{Sources: seats.SourcesOf(seats.Source{Name: "hr", People: c.people})}
		require.Equal(t, c.cause, a.Trips("hr", seats.Losses{Leavers: c.left}, start), "%d of %d", c.left, c.people)
		if c.cause != nil {
			c.cause = seats.ErrManyKeys
		}
		require.Equal(t, c.cause, a.Trips("hr", seats.Losses{Keys: c.left}, start), "keys of %d of %d", c.left, c.people)
		require.NoError(t, a.Trips("ad", seats.Losses{}, start))
	}
	off := seats.Account{Sources: seats.SourcesOf(seats.Source{Name: "hr", People: 3, Guard: seats.Guard{Day: 100, Month: 100, Ever: 100}})}
	require.NoError(t, off.Trips("hr", seats.Losses{Leavers: 3, Keys: 30}, start))
	own := seats.Account{Sources: seats.SourcesOf(seats.Source{Name: "hr", People: 100, Guard: seats.Guard{Few: 20, Day: 30, Month: 40, Ever: 90}})}
	require.NoError(t, own.Trips("hr", seats.Losses{Leavers: 30}, start))
	require.Equal(t, seats.ErrLeaversOfDay, own.Trips("hr", seats.Losses{Leavers: 31}, start))
}

// TestGuard_slices lets the same users leave as a run, as single commands and in bulk, in any order and at
// any time of a day: all trip at the same count.
func TestGuard_slices(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := fed(t, rapid.IntRange(1, 90).Draw(r, "people"))
		people := rapid.Permutation(s.rows.Users).Draw(r, "order")
		people = slices.DeleteFunc(people, func(u users.User) bool { return u.ID == "owner" })
		most := s.mostOfRun()
		hours := rapid.IntRange(0, 20).Draw(r, "hours")
		left := 0
		for len(people) > 0 && !s.source().IsHeld() {
			n := rapid.IntRange(1, len(people)).Draw(r, "slice")
			var commands []seats.Command
			for _, u := range people[:n] {
				commands = append(commands, seats.Deactivate{User: u.ID})
			}
			people = people[n:]
			decision := seats.DecideEach(s.rows, s.request(hr, commands...))
			s.write(decision.Change)
			for _, o := range decision.Outcomes {
				if hold, trips := seats.HoldOf(hr, o.Refusal); trips {
					s.do(hr, hold)
					break
				}
				left++
			}
			if hours > 0 {
				hours--
				s.now = s.now.Add(time.Hour)
			}
		}
		require.Equal(r, most, left)
		require.Equal(r, len(people) > 0 || left < len(s.rows.Users)-1, s.source().IsHeld())
	})
}

// TestGuard_bleed is nine per cent a night: each is few in a day, and the third one is too much in 30 days.
func TestGuard_bleed(t *testing.T) {
	s := fed(t, 100)
	require.Equal(t, 9, s.leave(0, 9))
	s.now = s.now.Add(aDay)
	require.Equal(t, 9, s.leave(9, 9))
	s.now = s.now.Add(aDay)
	require.Equal(t, 7, s.leave(18, 9))
	require.Equal(t, seats.ErrLeaversOfMonth, s.refused(seats.ErrSourceHeld, hr, seats.Deactivate{User: "p99"}).Reason)
	require.Len(t, s.source().Lost, 3)
	s.now = s.now.Add(28 * aDay)
	require.Equal(t, 6, s.mostOfRun(), "the last two nights of 9 and 7 still count")
	s.now = s.now.Add(30 * aDay)
	require.Equal(t, 7, s.leave(25, 20), "10 per cent of the 75 that are left")
	require.Len(t, s.source().Lost, 1, "what is over is forgotten")
}

func TestGuard_admins(t *testing.T) {
	s := fed(t, 10)
	for _, id := range []users.ID{"p0", "p1"} {
		s.do(system, seats.Accept{User: id})
		s.do(hr, seats.ChangeRole{User: id, Role: users.Admin})
	}
	s.do(hr, seats.Deactivate{User: "p0"})
	for _, c := range []seats.Command{seats.Deactivate{User: "p1"}, seats.ChangeRole{User: "p1", Role: users.Member}} {
		refusal := s.refused(seats.ErrSourceHeld, hr, c)
		require.Equal(t, []any{seats.ErrLastAdminLeaves, int64(1), users.ID("p1")}, []any{refusal.Reason, refusal.Losses.Admins, refusal.User})
	}
	require.EqualError(t, s.refused(seats.ErrSourceHeld, hr, seats.Deactivate{User: "p1"}), "seats: the sync is held: the last active admin would go")
	s.do(owner, seats.ChangeRole{User: "p2", Role: users.Admin})
	s.refused(seats.ErrSourceHeld, hr, seats.Deactivate{User: "p1"}) // p2 is invited
	s.do(owner, seats.Deactivate{User: "p1"})
}

func TestGuard_keys(t *testing.T) {
	s := fed(t, 20)
	for i := range 20 { // new fields and other ones are no loss
		s.do(hr, seats.Edit{User: fedID(i), Set: users.Patch{ExternalID: new(fmt.Sprint(i)), LastName: new("Other")}})
	}
	rename := func(i int) seats.Edit {
		return seats.Edit{User: fedID(i), Set: users.Patch{Email: new(fmt.Sprint("x", i, "@acme.example"))}}
	}
	for i := range 5 {
		s.do(hr, rename(i))
	}
	refusal := s.refused(seats.ErrSourceHeld, hr, rename(5))
	require.Equal(t, []any{seats.ErrManyKeys, seats.Losses{Keys: 1}}, []any{refusal.Reason, refusal.Losses})
	s.do(owner, rename(6))
	require.Equal(t, []seats.LossesOfHour{{Hour: start.Unix() / 3600, Losses: seats.Losses{Keys: 5}}}, s.source().Lost)
}

// TestHoldSource_call is an all-or-nothing call of too many leavers: all of it is what is held.
func TestHoldSource_call(t *testing.T) {
	s := fed(t, 8)
	var commands []seats.Command
	for i := range 6 {
		commands = append(commands, seats.Deactivate{User: fedID(i)})
	}
	refusal := s.refused(seats.ErrSourceHeld, hr, commands...)
	require.Equal(t, []any{4, seats.Losses{Leavers: 5}}, []any{refusal.Index, refusal.Losses})
	hold, ok := seats.HoldOf(hr, refusal)
	require.True(t, ok)
	s.do(hr, hold)
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventSourceHeld, "hr", int64(5), []users.ID{"owner"}}, []any{e.Kind, e.Source, e.Count, e.Receivers})
	require.Equal(t, seats.Hold{Since: start, Cause: "most-leave", Losses: seats.Losses{Leavers: 5}, Sample: []users.ID{"p4"}}, s.source().Hold)

	for _, c := range []seats.Command{commands[0], seats.Invite{Profile: profile("new")}, seats.Edit{User: "p1", Set: users.Patch{Title: new("Dr")}}} {
		refusal := s.refused(seats.ErrSourceHeld, hr, c)
		require.Equal(t, []any{seats.ErrHeld, seats.Losses{}}, []any{refusal.Reason, refusal.Losses})
		_, ok := seats.HoldOf(hr, refusal)
		require.False(t, ok)
	}
	s.same(hr, seats.Invite{Profile: profile("p1")})
	s.same(hr, hold)
	s.do(users.Sync("ad"), seats.Invite{Profile: profile("other")})
	s.do(owner, seats.Deactivate{User: "p7"})
	_, ok = seats.HoldOf(hr, nil)
	require.False(t, ok)
}

func TestReleaseSource(t *testing.T) {
	s := fed(t, 20)
	s.do(hr, seats.HoldSource{Source: "hr", Losses: seats.Losses{Leavers: 12}, Plan: "c0ffee"})
	s.do(owner, seats.ReleaseSource{Source: "hr", Reason: "the office is closed"})
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventSourceReleased, "hr", int64(12), "the office is closed"}, []any{e.Kind, e.Source, e.Count, e.Reason})
	require.Equal(t, []any{false, seats.Losses{Leavers: 12}, start.Add(seats.ReleaseTerm)}, []any{s.source().IsHeld(), s.source().Allowed, s.source().AllowedUntil})
	s.same(owner, seats.ReleaseSource{Source: "hr"})
	require.Equal(t, 12+4, s.mostOfRun())
	require.Equal(t, 12, s.leave(0, 12))
	require.Empty(t, s.source().Lost)
	require.True(t, s.source().AllowedUntil.IsZero())
	require.Equal(t, 4, s.leave(12, 8), "half of the others")

	s = fed(t, 20) // the end of a release, and one of more than was held
	require.Equal(t, 5, s.leave(0, 6))
	s.do(hr, seats.HoldSource{Source: "hr", Losses: seats.Losses{Leavers: 1}})
	s.do(support, seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Leavers: 14}})
	require.Empty(t, s.source().Lost, "the guard begins anew")
	require.Equal(t, 3, s.leave(5, 3))
	s.now = s.now.Add(seats.ReleaseTerm)
	require.Equal(t, 5, s.leave(8, 9))
}

// TestReleaseSource_running: an admin allows tonight's leavers before the run.
func TestReleaseSource_running(t *testing.T) {
	s := fed(t, 20)
	require.Equal(t, 3, s.leave(0, 3))
	s.do(owner, seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Leavers: 9}, Reason: "the office is closed"})
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventSourceReleased, "hr", int64(9), "the office is closed"}, []any{e.Kind, e.Source, e.Count, e.Reason})
	require.Equal(t, []any{seats.Losses{Leavers: 9}, start.Add(seats.ReleaseTerm)}, []any{s.source().Allowed, s.source().AllowedUntil})
	require.Len(t, s.source().Lost, 1, "the guard counts on")
	require.Equal(t, 9+2, s.mostOfRun(), "3 and 2 of 11")
	require.Equal(t, 9+2, s.leave(3, 17))

	s = fed(t, 20)
	s.do(owner, seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Leavers: 9}}, seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Leavers: 1}})
	require.Equal(t, seats.Losses{Leavers: 1}, s.source().Allowed, "a release takes the place of another")
	s.same(owner, seats.ReleaseSource{Source: "hr"})
	s.now = s.now.Add(seats.ReleaseTerm)
	require.Equal(t, 5, s.leave(0, 20), "it has ended")
}

func TestRejectRun(t *testing.T) {
	s := fed(t, 20)
	require.Equal(t, 5, s.leave(0, 6))
	s.do(hr, seats.HoldSource{Source: "hr", Losses: seats.Losses{Leavers: 1}})
	s.do(owner, seats.RejectRun{Source: "hr", Reason: "the file was cut"})
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventRunRejected, "hr", int64(1)}, []any{e.Kind, e.Source, e.Count})
	s.same(owner, seats.RejectRun{Source: "hr"})
	s.do(hr, seats.Edit{User: "p9", Set: users.Patch{Title: new("Dr")}})
	require.Zero(t, s.leave(9, 1), "the same trips again")
}

func TestEditSource(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	edit := seats.EditSource{Source: "hr", Rank: new(1), Adopts: new(true), Guard: &seats.Guard{Few: 9}, Patience: &seats.Patience{Runs: 100, Hours: 8784}}
	s.do(owner, edit)
	require.Equal(t, seats.Source{Name: "hr", Rank: 1, Adopts: true, Guard: seats.Guard{Few: 9}, Patience: seats.Patience{Runs: 100, Hours: 8784}}, s.source())
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventSourceEdited, "hr", []string{"rank", "adopts", "guard", "patience"}}, []any{e.Kind, e.Source, e.Fields})
	s.same(owner, edit)
	s.same(owner, seats.EditSource{Source: "ad"})
	for field, c := range map[string]seats.Command{
		"source":   seats.EditSource{Source: "\x00"},
		"rank":     seats.EditSource{Source: "hr", Rank: new(-1)},
		"guard":    seats.EditSource{Source: "hr", Guard: &seats.Guard{Ever: 101}},
		"patience": seats.EditSource{Source: "hr", Patience: &seats.Patience{Runs: 101}},
		"cause":    seats.HoldSource{Source: "hr", Cause: "most-leave"},
		"sample":   seats.HoldSource{Source: "hr", Cause: "held-by-hand", Sample: []users.ID{""}},
		"plan":     seats.HoldSource{Source: "hr", Cause: "held-by-hand", Plan: "\x00"},
		"losses":   seats.HoldSource{Source: "hr", Cause: "held-by-hand", Losses: seats.Losses{Keys: -1}},
		"reason":   seats.RejectRun{Source: "hr", Reason: "\x00"},
	} {
		require.Equal(t, field, s.refused(seats.ErrBadInput, owner, c).Field)
	}
	for _, p := range []seats.Patience{{Runs: -1}, {Hours: -1}, {Hours: 8785}} {
		s.refused(seats.ErrBadInput, owner, seats.EditSource{Source: "hr", Patience: &p})
	}
	s.same(owner, seats.HoldSource{Source: "ad"})
	for _, c := range []seats.Command{seats.HoldSource{}, seats.ReleaseSource{Source: "ad"}, seats.RejectRun{}} {
		require.Equal(t, "source", s.refused(seats.ErrBadInput, owner, c).Field)
	}
	s.same(owner, seats.HoldSource{Source: "hr", Losses: seats.Losses{Leavers: 1}})
	s.do(owner, seats.HoldSource{Source: "hr", Cause: seats.ErrHeldByHand.Code})
	require.Equal(t, "losses", s.refused(seats.ErrBadInput, owner, seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Admins: -1}}).Field)
	require.Equal(t, seats.ErrOtherSource, s.refused(seats.ErrForbidden, hr, seats.HoldSource{Source: "ad"}).Reason)
	for _, c := range []seats.Command{seats.EditSource{Source: "hr"}, seats.ReleaseSource{Source: "hr"}, seats.RejectRun{Source: "hr"}} {
		s.refused(seats.ErrForbidden, hr, c)
	}
}

func TestSources_JSON(t *testing.T) {
	var read seats.Sources
	require.NoError(t, json.Unmarshal([]byte(`[{"name":"hr","people":2},{"name":"ad"}]`), &read))
	require.Equal(t, seats.SourcesOf(seats.Source{Name: "ad"}, seats.Source{Name: "hr", People: 2}), read)
	text, err := json.Marshal(read)
	require.NoError(t, err)
	require.JSONEq(t, `[{"name":"ad"},{"name":"hr","people":2}]`, string(text))
	require.Error(t, json.Unmarshal([]byte(`{}`), &read))
	require.NoError(t, json.Unmarshal([]byte(`[]`), &read))
	require.Zero(t, read)
}

// TestAuditor_sources compares the sources with the rows, unless one of the rows has changed meanwhile.
func TestAuditor_sources(t *testing.T) {
	s := fed(t, 2)
	audit := func(then func(*seats.Auditor)) []seats.Drift {
		var a seats.Auditor
		require.NoError(t, a.Record(s.rows.Account.Sequence, listed(s.events...)))
		for _, u := range s.rows.Users {
			a.Row(u)
		}
		then(&a)
		return a.Drift(s.rows)
	}
	require.Empty(t, audit(func(*seats.Auditor) {}))
	wrong := s.source()
	wrong.People = 5
	s.rows.Account.Sources = seats.SourcesOf(wrong)
	require.Equal(t, []seats.Drift{{What: "source hr", Stored: "5", Counted: "2"}}, audit(func(*seats.Auditor) {}))
	wrong.People = 2
	s.rows.Account.Sources = seats.SourcesOf(wrong)
	require.Empty(t, audit(func(a *seats.Auditor) {
		defer func() { s.rows.Account.Sources = seats.SourcesOf(seats.Source{Name: "hr", People: 7}) }()
		s.do(owner, seats.Deactivate{User: "p0"})
		require.NoError(t, a.Record(s.rows.Account.Sequence, listed(s.lastEvent())))
	}))
}

// TestEdit_renumbered: a sync gives a user a new number, counted by its guard, and a released guard lets it make no other person.
func TestEdit_renumbered(t *testing.T) {
	s := open(t, seats.Unlimited(), seats.Standard())
	edit := func(i int, change func(*users.Patch)) seats.Edit {
		set := users.Patch{ExternalID: new(fmt.Sprint("new-", i))}
		change(&set)
		return seats.Edit{User: fedID(i), Set: set}
	}
	number, another := func(*users.Patch) {}, func(p *users.Patch) { p.FirstName, p.LastName = new("Bob"), new("Smith") }
	for i := range 12 {
		p := profile(fedID(i))
		p.ExternalID = fmt.Sprint("old-", i)
		s.do(hr, seats.Invite{Profile: p})
		s.do(system, seats.Accept{User: fedID(i)})
	}
	s.refused(seats.ErrExchange, owner, edit(0, number))
	s.refused(seats.ErrExchange, system, edit(0, number))
	s.refused(seats.ErrForbidden, users.Sync("ad"), edit(0, number))
	for i := range 5 {
		s.do(hr, edit(i, number))
	}
	require.Equal(t, seats.ErrManyKeys, s.refused(seats.ErrSourceHeld, hr, edit(5, number)).Reason)
	s.do(hr, seats.HoldSource{Source: "hr", Losses: seats.Losses{Keys: 1}})
	s.do(owner, seats.ReleaseSource{Source: "hr", Losses: seats.Losses{Keys: 7}})
	s.refused(seats.ErrExchange, hr, edit(5, another))
	s.do(hr, edit(5, number))
}
