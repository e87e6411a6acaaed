package seats_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestSnapshot_UsageOfPool(t *testing.T) {
	s := academy(t, 5)
	last := users.Date("2026-03-31")
	s.do(support, seats.EditPool{Pool: "go", Name: new("Go"), LastDay: &last})
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "cleo", Pool: "go"})
	s.do(users.As("cleo"), seats.StartCourse{User: "cleo", Pool: "go"})
	u, ok := s.rows.UsageOfPool("go", s.now)
	require.True(t, ok)
	require.Equal(t, seats.Usage{
		Account: "acme", Pool: "go", Name: "Go", Revision: s.rows.Account.Revision, Sequence: s.rows.Account.Sequence,
		Total: seats.Of(5), Held: 1, Spent: 1, Available: seats.Of(3), Ends: seats.PoolEnd{LastDay: last, At: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)},
		Cards: []seats.Card{{Title: "Licences", Count: seats.Of(5)}, {Title: "Available", Count: seats.Of(3)}, {Title: "Assigned", Count: seats.Of(1)}, {Title: "Used", Count: seats.Of(1)}},
	}, u)
	text, err := json.Marshal(u)
	require.NoError(t, err)
	var read seats.Usage
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, u, read)

	u, _ = s.rows.UsageOfPool("go", u.Ends.At)
	require.Equal(t, seats.Of(0), u.Available, "what has ended is not given out")
	site, ok := s.rows.UsageOfPool(seats.Site, s.now)
	require.True(t, ok)
	require.Equal(t, s.rows.Usage(), site)
	_, ok = s.rows.UsageOfPool("rust", s.now)
	require.False(t, ok)
	s.do(support, seats.SetTotal{Pool: "sql", Total: seats.Unlimited()}, seats.Close{})
	u, _ = s.rows.UsageOfPool("sql", s.now)
	require.Equal(t, seats.Of(0), u.Available, "closed")
}

// TestExplain_licences tells each licence with its due date, its state and the event that led to
// it.
func TestExplain_licences(t *testing.T) {
	s := academy(t, 9)
	s.do(support, seats.EditPool{Pool: "sql", Term: &seats.LicenceTerm{Days: 10}})
	imported := licensed("eve", "go", 1)
	s.do(system, imported)
	hour := func(commands ...seats.Command) seats.Event {
		s.now = s.now.Add(time.Hour)
		s.do(system, commands...)
		return s.lastEvent()
	}
	assigned := hour(seats.AssignCourse{User: "bob", Pool: "go"})
	back := hour(seats.UnassignCourse{User: "bob", Pool: "go"})
	hour(seats.AssignCourse{User: "bob", Pool: "go", DueDate: "2026-06-30"})
	started := hour(seats.StartCourse{User: "bob", Pool: "go"})
	hour(seats.AssignCourse{User: "bob", Pool: "sql"})
	hour(seats.StartCourse{User: "bob", Pool: "sql"})
	away := hour(seats.ArchiveActivity{User: "bob", Pool: "sql"})
	held := hour(seats.AssignCourse{User: "bob", Pool: "sql"})
	hour(seats.AssignCourse{User: "cleo", Pool: "sql"})
	explain := func(id users.ID, events []seats.Event) ([]seats.LicenceExplanation, error) {
		x, err := seats.Explain(s.rows.Account, s.user(id), s.now, listed(events...), s.rows.Licences...)
		return x.Licences, err
	}
	require.Equal(t, seats.Need{Account: "acme", Users: []users.ID{"bob"}, Licences: []users.ID{"bob"}}, seats.NeedsExplanation("acme", "bob"))
	all, err := explain("bob", s.events)
	require.NoError(t, err)
	rows := s.record("bob")
	require.Equal(t, []seats.LicenceExplanation{
		{rows[0], users.LicenceReturned, false, back}, {rows[1], users.LicenceStarted, true, started},
		{rows[2], users.LicenceArchived, false, away}, {rows[3], users.LicenceAssigned, true, held},
	}, all)
	require.Equal(t, users.Date("2026-06-30"), all[1].Licence.DueDate)
	all, err = explain("eve", s.events)
	require.NoError(t, err)
	require.Equal(t, [2]users.LicenceState{users.LicenceArchived, users.LicenceAssigned}, [2]users.LicenceState{all[0].State, all[1].State})
	require.Equal(t, seats.EventImported, all[0].By.Kind)
	require.Equal(t, all[0].By.Sequence+1, all[1].By.Sequence, "an event for each")

	_, err = explain("bob", slices.DeleteFunc(slices.Clone(s.events), func(e seats.Event) bool { return e.Sequence == assigned.Sequence || e.Sequence == held.Sequence }))
	require.ErrorIs(t, err, seats.ErrHistory)
	require.ErrorContains(t, err, "the row of a licence")
	s.now = held.Time.AddDate(0, 0, 11)
	s.settle()
	all, err = explain("bob", s.events)
	require.NoError(t, err)
	require.Equal(t, seats.EventLicenceEnded, all[3].By.Kind)
}

func TestPreview_courses(t *testing.T) {
	s := academy(t, 2)
	s.do(owner, seats.AssignCourse{User: "ada", Pool: "go"})
	plan, err := seats.Preview(s.rows, s.request(owner,
		seats.AssignCourse{User: "ada", Pool: "go"}, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "cleo", Pool: "go"}, seats.AssignCourse{User: "owner", Pool: "sql"}))
	require.NoError(t, err)
	require.Equal(t, "4 users: 3 fit, 1 does not; 2 licences are assigned", plan.String())
	require.Len(t, plan.Pools, 2)
	require.Equal(t, [2]int64{1, 2}, [2]int64{plan.Pools[0].Before.Held, plan.Pools[0].After.Held})
	require.Equal(t, [2]seats.PoolID{"go", "sql"}, [2]seats.PoolID{plan.Pools[0].After.Pool, plan.Pools[1].Before.Pool})
	text, err := json.Marshal(plan)
	require.NoError(t, err)
	var read seats.Plan
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, plan, read)
	_, err = read.Decide(s.rows, s.request(owner, read.Commands()...))
	require.NoError(t, err)

	plan, err = seats.Preview(s.rows, s.request(owner, seats.SetDueDate{User: "ada", Pool: "go", DueDate: "2026-06-30"}))
	require.NoError(t, err)
	require.Empty(t, plan.Pools, "the numbers stay")
	require.Equal(t, "1 user: 1 fits, 0 do not", plan.String())
}

// TestMetered_course counts the licences used up in the period.
func TestMetered_course(t *testing.T) {
	s := academy(t, 5)
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "ada", Pool: "go"})
	s.do(system, seats.StartCourse{User: "ada", Pool: "go"})
	before, from := s.lastEvent(), s.now
	s.now = s.now.Add(12 * time.Hour)
	s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	s.now = s.now.Add(12 * time.Hour)
	p, err := seats.Metered("go", from, s.now, before, listed(s.events[before.Sequence:]...))
	require.NoError(t, err)
	require.Equal(t, seats.Period{From: from, To: s.now, Peak: 1, PeakAt: from, Spent: 1, SeatDays: big.NewRat(1, 2), BoughtSeatDays: big.NewRat(5, 1)}, p)
	wrong := s.lastEvent()
	wrong.Spent = 0
	_, err = seats.Metered("go", from, s.now, before, listed(wrong))
	require.ErrorIs(t, err, seats.ErrHistory)
	require.ErrorContains(t, err, "the seats spent")
}

// TestReplay_licences rebuilds the licences of every user and course from the events.
func TestReplay_licences(t *testing.T) {
	s := academy(t, 5)
	s.do(system, licensed("eve", "go", 2))
	s.do(owner, seats.AssignCourse{User: "bob", Pool: "go"}, seats.AssignCourse{User: "bob", Pool: "sql"}, seats.AssignCourse{User: "cleo", Pool: "go"})
	s.do(users.As("bob"), seats.StartCourse{User: "bob", Pool: "go"})
	s.do(owner, seats.UnassignCourse{User: "cleo", Pool: "go"}, seats.Archive{User: "eve"})
	l, err := seats.Replay(listed(s.events...))
	require.NoError(t, err)
	require.Equal(t, map[seats.LicenceKey]seats.LicenceUse{
		{User: "eve", Pool: "go"}: {Spent: 2}, {User: "bob", Pool: "go"}: {Spent: 1}, {User: "bob", Pool: "sql"}: {Held: 1},
	}, l.Licences)
	e := s.lastEvent()
	e.Sequence, e.Kind, e.Pool, e.Delta, e.Held, e.Spent, e.Total = e.Sequence+1, seats.EventCourseAssigned, "sql", 1, 2, 0, seats.Of(5)
	for _, id := range []users.ID{"bob", ""} { // the holder of one, and no user
		e.User, e.Before, e.After = id, l.People[id], l.People[id]
		require.ErrorContains(t, l.Record(e), "the licences of the user")
	}
	require.Equal(t, s.ledger, l, "it is as before")
}
