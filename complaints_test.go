package seatkeeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/memstore"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The tests of this file are complaints about dates and course licences in other products.

// A complaint is an account of a test with its own clocc.keeper. Olive, "u1", is the owner; Ada and Bob
// are active.
type complaint struct {
	*testing.T
	keeper *seatkeeper.Keeper
	at     time.Time
}

// complain opens the account in the zone.
func complain(t *testing.T, at time.Time, policy seats.Policy, place string, zones func(string) (*time.Location, error)) *complaint {
	t.Helper()
	c := &complaint{T: t, at: at}
	var err error
	c.keeper, err = seatkeeper.New(memstore.New(), seatkeeper.Options{Now: func() time.Time { return c.at }, Zones: zones})
	require.NoError(t, err)
	_, err = c.keeper.Open(t.Context(), seats.Opening{
		Account: "acme", Total: seats.Of(9), Policy: policy, Zone: place, Owner: users.Profile{ID: "u1", Email: "olive@acme.example"},
	})
	require.NoError(t, err)
	for _, id := range []users.ID{"ada", "bob"} {
		c.do(users.System(), seats.Add{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example"}})
	}
	return c
}

// ofCourse is complain with a number of licences of the course "forklift".
func ofCourse(t *testing.T, licences int64) *complaint {
	t.Helper()
	c := complain(t, march2, seats.Standard(), "Europe/Paris", nil)
	c.do(users.System(), seats.SetTotal{Pool: "forklift", Total: seats.Of(licences)})
	return c
}

var march2 = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func (c *complaint) do(actor users.Actor, commands ...seats.Command) seatkeeper.Result {
	c.Helper()
	result, err := c.keeper.Do(c.Context(), "acme", actor, commands...)
	require.NoError(c, err)
	return result
}

func (c *complaint) user(id users.ID) seats.Person {
	c.Helper()
	p, err := c.keeper.User(c.Context(), "acme", id)
	require.NoError(c, err)
	return p
}

// course returns the held and spent licences of the course.
func (c *complaint) course() [2]int64 {
	c.Helper()
	p, err := c.keeper.Pool(c.Context(), "acme", "forklift")
	require.NoError(c, err)
	return [2]int64{p.Held, p.Spent}
}

func (c *complaint) licences(of users.ID) (all []users.Licence) {
	c.Helper()
	for l, err := range c.keeper.Licences(c.Context(), "acme", users.LicenceFilter{User: of}) {
		require.NoError(c, err)
		all = append(all, l)
	}
	return all
}

// in returns a zone of the database.
func (c *complaint) in(place string) *time.Location {
	c.Helper()
	l, err := time.LoadLocation(place)
	require.NoError(c, err)
	return l
}

// TestSchedule_first_instant: a last day was read as its first instant, and the user lost the
// day, west of Greenwich two.
func TestSchedule_first_instant(t *testing.T) {
	for _, place := range []string{"UTC", "Pacific/Honolulu", "Etc/GMT+12", "Pacific/Kiritimati", "Europe/London"} {
		t.Run(place, func(t *testing.T) {
			c := complain(t, march2, seats.Standard(), place, nil)
			in := c.in(place)
			c.do(users.As("u1"), seats.Schedule{User: "ada", Leave: users.Until("2026-03-31")}, seats.Schedule{User: "bob", Leave: users.From("2026-03-31")})
			for _, step := range []struct {
				at       time.Time
				ada, bob users.Status
			}{
				{time.Date(2026, time.March, 30, 23, 59, 59, 0, in), users.Active, users.Active},
				{time.Date(2026, time.March, 31, 0, 0, 0, 0, in), users.Active, users.Inactive},
				{time.Date(2026, time.March, 31, 12, 0, 0, 0, in), users.Active, users.Inactive},
				{time.Date(2026, time.March, 31, 23, 58, 59, 0, in), users.Active, users.Inactive},
				{time.Date(2026, time.March, 31, 23, 59, 0, 0, in), users.Inactive, users.Inactive},
			} {
				c.at = step.at
				require.Equal(t, step.ada, c.user("ada").Status, step.at)
				require.Equal(t, step.bob, c.user("bob").Status, step.at)
			}
		})
	}
}

// TestSchedule_zone_of_the_viewer: the zone of the browser decided on the day, nine hours early.
func TestSchedule_zone_of_the_viewer(t *testing.T) {
	var rows []seats.Person
	for _, place := range []string{"UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"} {
		viewer, err := time.LoadLocation(place)
		require.NoError(t, err)
		c := complain(t, march2.Add(9*time.Hour).In(viewer), seats.Standard(), "Europe/Paris", nil) // the 3rd in the east
		c.do(users.As("u1"), seats.Schedule{User: "ada", Leave: users.From("2026-03-31")})
		rows = append(rows, c.user("ada"))
		require.Equal(t, rows[0], c.user("ada"), place)
	}
	require.Equal(t, users.Date("2026-03-31"), rows[0].Schedule.Date, "the same day for every viewer")
	require.Equal(t, time.Date(2026, time.March, 30, 22, 0, 0, 0, time.UTC), rows[0].Schedule.At)
}

// TestSchedule_final_day: users asked whether the final day is with or without access. The date
// says so, and keeps it when the policy changes.
func TestSchedule_final_day(t *testing.T) {
	c := complain(t, march2, seats.ISpringLearn(), "UTC", nil)
	plain := users.Leave{Date: "2026-03-31"}
	c.do(users.As("u1"), seats.Schedule{User: "ada", Leave: plain})
	c.do(users.System(), seats.SetPolicy{Policy: seats.Standard()})
	c.do(users.As("u1"), seats.Schedule{User: "bob", Leave: plain})

	require.Equal(t, "last day: 2026-03-31", c.user("ada").Schedule.String())
	require.Equal(t, "first day without access: 2026-03-31", c.user("bob").Schedule.String())

	c.at = time.Date(2026, time.March, 31, 12, 0, 0, 0, time.UTC)
	require.Equal(t, users.Active, c.user("ada").Status)
	require.Equal(t, users.Inactive, c.user("bob").Status)
	days := map[users.ID]users.Leave{}
	for e, err := range c.keeper.Events(t.Context(), "acme", seats.EventFilter{Kinds: []seats.EventKind{seats.EventScheduled}}) {
		require.NoError(t, err)
		days[e.User] = users.Leave{Date: e.Date, As: e.DateAs}
	}
	require.Equal(t, map[users.ID]users.Leave{"ada": users.Until("2026-03-31"), "bob": users.From("2026-03-31")}, days)
}

// TestSchedule_fixed_offset: a fixed offset was in the code, wrong in the other half of the year
// and since the rules of the zone changed.
func TestSchedule_fixed_offset(t *testing.T) {
	for place, want := range map[string][2]time.Time{
		"Europe/Paris":     {time.Date(2026, time.July, 31, 22, 0, 0, 0, time.UTC), time.Date(2026, time.December, 31, 23, 0, 0, 0, time.UTC)},
		"America/New_York": {time.Date(2026, time.August, 1, 4, 0, 0, 0, time.UTC), time.Date(2027, time.January, 1, 5, 0, 0, 0, time.UTC)},
		"Australia/Sydney": {time.Date(2026, time.July, 31, 14, 0, 0, 0, time.UTC), time.Date(2026, time.December, 31, 13, 0, 0, 0, time.UTC)},
	} {
		t.Run(place, func(t *testing.T) {
			c := complain(t, march2, seats.Standard(), place, nil)
			c.do(users.As("u1"), seats.Schedule{User: "ada", Leave: users.From("2026-08-01")}, seats.Schedule{User: "bob", Leave: users.From("2027-01-01")})
			for i, id := range []users.ID{"ada", "bob"} {
				c.at = want[i].Add(-time.Microsecond)
				require.Equal(t, users.Active, c.user(id).Status)
				c.at = want[i]
				require.Equal(t, users.Inactive, c.user(id).Status)
			}
		})
	}
	t.Run("new rules", func(t *testing.T) {
		rules := time.FixedZone("summer", 2*60*60)
		c := complain(t, march2, seats.Standard(), "Europe/Paris", func(string) (*time.Location, error) { return rules, nil })
		c.do(users.As("u1"), seats.Schedule{User: "ada", Leave: users.From("2026-08-01")})
		rules = time.FixedZone("winter for ever", 60*60) // months before the day
		c.at = time.Date(2026, time.July, 31, 22, 59, 59, 0, time.UTC)
		require.Equal(t, users.Active, c.user("ada").Status)
		c.at = c.at.Add(time.Second)
		require.Equal(t, users.Inactive, c.user("ada").Status)
	})
}

// TestAssignCourse_course_ended: the course had ended, and the licence was still shown as used, so
// that the user could not take the course again.
func TestAssignCourse_course_ended(t *testing.T) {
	again := seats.AssignCourse{User: "ada", Pool: "forklift"}
	start := seats.StartCourse{User: "ada", Pool: "forklift"}
	t.Run("archived", func(t *testing.T) {
		c := ofCourse(t, 2)
		c.do(users.As("u1"), again)
		c.do(users.As("ada"), start)
		c.do(users.As("u1"), seats.ArchiveActivity{User: "ada", Pool: "forklift"}, again)
		all := c.licences("ada")
		require.Len(t, all, 2)
		require.Equal(t, []users.LicenceState{users.LicenceArchived, users.LicenceAssigned}, []users.LicenceState{all[0].State(), all[1].State()})
		require.Equal(t, [2]int64{1, 1}, c.course())
		c.do(users.As("ada"), start)
		require.Equal(t, [2]int64{0, 2}, c.course())
	})
	t.Run("after its term", func(t *testing.T) {
		c := ofCourse(t, 2)
		c.do(users.System(), seats.EditPool{Pool: "forklift", Term: &seats.LicenceTerm{Days: 30}})
		c.do(users.As("u1"), again, seats.AssignCourse{User: "bob", Pool: "forklift"})
		c.do(users.As("ada"), start)
		require.Equal(t, [2]int64{1, 1}, c.course())

		c.at = time.Date(2026, time.April, 1, 8, 0, 0, 0, time.UTC) // 30 days later, summer time
		require.Equal(t, [2]int64{0, 1}, c.course(), "Bob has not started")
		require.Equal(t, users.LicenceReturned, c.licences("bob")[0].State())
		result := c.do(users.As("u1"), again)
		require.False(t, result.Outcomes[0].Unchanged)
		require.Equal(t, [2]int64{1, 1}, c.course())
		c.do(users.As("ada"), start)
	})
}

// TestAssignCourse_given_again: a licence that was given again to its holder counted twice.
func TestAssignCourse_given_again(t *testing.T) {
	c := ofCourse(t, 5)
	again := seats.AssignCourse{User: "ada", Pool: "forklift"}
	c.do(users.As("u1"), again)
	result := c.do(users.As("u1"), again, again)
	require.True(t, result.Outcomes[0].Unchanged && result.Outcomes[1].Unchanged)
	require.Empty(t, result.Events)
	require.Equal(t, [2]int64{1, 0}, c.course())

	c.do(users.As("ada"), seats.StartCourse{User: "ada", Pool: "forklift"})
	require.True(t, c.do(users.As("u1"), again).Outcomes[0].Unchanged)
	require.Equal(t, [2]int64{0, 1}, c.course())

	c.do(users.As("u1"), seats.AssignCourse{User: "bob", Pool: "forklift"}, seats.UnassignCourse{User: "bob", Pool: "forklift"}, seats.AssignCourse{User: "bob", Pool: "forklift"})
	require.Equal(t, [2]int64{1, 1}, c.course())
	drifts, err := c.keeper.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.Empty(t, drifts)
}

// TestAssignCourse_first_access: the term ran from the assignment instead of the first access, and
// users were shut out in the middle of the course.
func TestAssignCourse_first_access(t *testing.T) {
	c := ofCourse(t, 2)
	c.do(users.System(), seats.EditPool{Pool: "forklift", Term: &seats.LicenceTerm{Days: 30, From: seats.FromFirstAccess}})
	c.do(users.As("u1"), seats.AssignCourse{User: "ada", Pool: "forklift"})
	require.Zero(t, c.licences("ada")[0].Ends)

	c.at = time.Date(2026, time.May, 4, 7, 0, 0, 0, time.UTC) // two terms later
	require.Equal(t, [2]int64{1, 0}, c.course(), "the licence waits for its user")
	c.do(users.As("ada"), seats.StartCourse{User: "ada", Pool: "forklift"})
	l := c.licences("ada")[0]
	require.Equal(t, c.at, l.Started)
	require.Equal(t, time.Date(2026, time.June, 3, 7, 0, 0, 0, time.UTC), l.Ends)
}

// TestAssignCourse_capacity: the capacity was checked on the page and not at the assignment, and
// two admins gave out the last licence.
func TestAssignCourse_capacity(t *testing.T) {
	c := ofCourse(t, 1)
	ada, bob := seats.AssignCourse{User: "ada", Pool: "forklift"}, seats.AssignCourse{User: "bob", Pool: "forklift"}
	var pages []seats.Plan
	for _, assign := range []seats.Command{ada, bob} {
		require.NoError(t, c.keeper.May(t.Context(), "acme", users.As("u1"), assign))
		plan, err := c.keeper.Preview(t.Context(), "acme", users.As("u1"), assign)
		require.NoError(t, err)
		require.Nil(t, plan.Steps[0].Outcome.Refusal)
		pages = append(pages, plan)
	}
	_, err := c.keeper.Apply(t.Context(), "acme", users.As("u1"), pages[0])
	require.NoError(t, err)
	_, err = c.keeper.Apply(t.Context(), "acme", users.As("u1"), pages[1])
	require.ErrorIs(t, err, seats.ErrPlanOutdated)
	_, err = c.keeper.Do(t.Context(), "acme", users.As("u1"), bob)
	require.ErrorIs(t, err, seats.ErrNoSeats)
	refusal := new(seats.Refusal)
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, seats.PoolID("forklift"), refusal.Pool)
	require.Equal(t, seats.Of(1), refusal.Total)
	require.NotEmpty(t, refusal.Remedies)
	require.Equal(t, [2]int64{1, 0}, c.course())
}
