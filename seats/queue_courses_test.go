package seats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// taken opens an account with a course "go" of so many licences, all taken, for which users wait.
func taken(t *testing.T, policy seats.Policy, licences int, wait ...users.ID) *site {
	t.Helper()
	s := open(t, seats.Unlimited(), policy)
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(int64(licences))}, seats.SetTotal{Pool: "sql", Total: seats.Of(0)})
	for i := range licences {
		id := users.ID(fmt.Sprint("in", i+1))
		s.invite(id)
		s.do(owner, seats.AssignCourse{User: id, Pool: "go"})
	}
	for _, id := range wait {
		s.pass(time.Minute)
		s.invite(id)
		s.do(owner, seats.AssignCourse{User: id, Pool: "go"})
	}
	return s
}

// waits lists the users of the queue of a course in order, the requests with a question mark.
func (s *site) waits(pool seats.PoolID) (all []string) {
	for p := range s.poolOf(pool).Waiting.All() {
		name := string(p.User)
		if p.Asks {
			name += "?"
		}
		all = append(all, name)
	}
	return all
}

func (s *site) place(id users.ID, pool string) users.CoursePlace {
	place, _ := s.user(id).CoursePlace(pool)
	return place
}

// TestQueue_course: a full course gives places, and the commit that frees a licence gives it to the next.
func TestQueue_course(t *testing.T) {
	s := taken(t, waiting, 1)
	s.invite("bob", "ada")
	o := s.do(owner, seats.AssignCourse{User: "bob", Pool: "go", DueDate: "2026-06-30"})[0]
	require.True(t, o.Waits())
	require.Equal(t, o.Before, o.After)
	require.Equal(t, []string{"queued bob"}, s.newest(1))
	require.Equal(t, seats.PoolID("go"), s.lastEvent().Pool)
	require.Equal(t, users.CoursePlace{Pool: "go", Number: 1, Wait: users.Wait{Since: s.now, Reason: "r"}, DueDate: "2026-06-30"}, s.place("bob", "go"))
	require.Equal(t, [2]int64{1, 0}, s.numbers("go"), "a place holds nothing")
	require.False(t, s.same(owner, seats.AssignCourse{User: "bob", Pool: "go", DueDate: "2026-07-01"}).Waits())
	require.Equal(t, users.Date("2026-06-30"), s.place("bob", "go").DueDate)
	s.pass(time.Minute)
	s.do(owner, seats.AssignCourse{User: "ada", Pool: "go"})
	require.Equal(t, []string{"bob", "ada"}, s.waits("go"))
	require.Empty(t, s.waits("sql"))

	s.do(owner, seats.UnassignCourse{User: "in1", Pool: "go"})
	require.Equal(t, []string{"course-unassigned in1", "seated bob"}, s.newest(2))
	e := s.lastEvent()
	require.Equal(t, []any{seats.PoolID("go"), int64(1), users.Date("2026-06-30"), system, seats.ByClock}, []any{e.Pool, e.Delta, e.Date, e.Actor, e.Channel})
	require.Equal(t, []users.Licence{{User: "bob", Pool: "go", Number: 1, Assigned: s.now, DueDate: "2026-06-30"}}, s.record("bob"))
	require.Empty(t, s.user("bob").CoursePlaces)
	require.Equal(t, []string{"ada"}, s.waits("go"))

	s.do(owner, seats.AssignCourse{User: "in1", Pool: "go"}, seats.UnassignCourse{User: "ada", Pool: "go"})
	require.Equal(t, []string{"queued in1", "unqueued ada"}, s.newest(2))
	require.Equal(t, int64(2), s.place("in1", "go").Number)
	s.do(owner, seats.Archive{User: "bob"})
	require.Equal(t, []string{"archived bob", "archived bob", "seated in1"}, s.newest(3))
	require.Equal(t, int64(2), s.record("in1")[1].Number)
	require.True(t, s.poolOf("go").Waiting == seats.WaitingList{})
	s.same(owner, seats.Unqueue{User: "ada", Pool: "go"})
	require.Empty(t, s.audit())
}

// audit returns the drifts of the account.
func (s *site) audit() []seats.Drift {
	return differing(s.t, s, s.events, s.rows.Licences, s.rows.Users...)
}

// TestQueue_course_order: places are served by turn and ID, requests by an approval alone.
func TestQueue_course_order(t *testing.T) {
	s := taken(t, waiting, 1, "bob", "ada")
	s.invite("cleo", "dan", "eve")
	s.do(owner, seats.Queue{User: "cleo", Pool: "go", Priority: 1, Reason: "soon"}, seats.AssignCourse{User: "dan", Pool: "go"})
	s.do(users.As("eve"), seats.Accept{User: "eve"}, seats.Queue{User: "eve", Pool: "go", Reason: "please"})
	require.Equal(t, seats.EventSeatRequested, s.lastEvent().Kind)
	require.Equal(t, "please", s.lastEvent().Reason)
	require.Equal(t, []string{"cleo", "bob", "ada", "dan", "eve?"}, s.waits("go"))
	require.Equal(t, 1, s.poolOf("go").Waiting.Position("eve"))
	s.same(users.As("eve"), seats.Queue{User: "eve", Pool: "go", Reason: "please, please"})
	s.same(owner, seats.Queue{User: "cleo", Pool: "go", Priority: 1, Reason: "soon"})
	s.do(owner, seats.Queue{User: "ada", Pool: "go", Priority: 3})
	require.Equal(t, []string{"ada", "cleo", "bob", "dan", "eve?"}, s.waits("go"))
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(4)})
	require.Equal(t, []string{"total-set ", "seated ada", "seated cleo", "seated bob"}, s.newest(4))
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(9)})
	require.Equal(t, []string{"eve?"}, s.waits("go"), "a request is not served")

	s.do(owner, seats.AssignCourse{User: "eve", Pool: "go"})
	require.Equal(t, []string{"course-assigned eve"}, s.newest(1))
	require.Empty(t, s.user("eve").CoursePlaces)
	s.same(owner, seats.Queue{User: "eve", Pool: "go"})

	s = taken(t, waiting, 1, "bob")
	s.invite("eve", "fay")
	for _, id := range []users.ID{"eve", "fay"} {
		s.do(users.As(id), seats.Accept{User: id}, seats.Queue{User: id, Pool: "go"})
	}
	s.do(owner, seats.AssignCourse{User: "eve", Pool: "go", DueDate: "2026-06-30"}, seats.Queue{User: "fay", Pool: "go", Reason: "ok"})
	require.Equal(t, []string{"bob", "eve", "fay"}, s.waits("go"))
	require.Equal(t, users.Date("2026-06-30"), s.place("eve", "go").DueDate)
	s.do(users.As("fay"), seats.Unqueue{User: "fay", Pool: "go", Reason: "no"})
	require.Equal(t, "no", s.lastEvent().Reason)
	require.Equal(t, users.NotLeft, s.user("fay").LeftBy)
}

// TestQueue_course_refused: the refusals of places in the queue of a course.
func TestQueue_course_refused(t *testing.T) {
	s := taken(t, waiting, 1)
	s.invite("bob", "idle")
	s.do(owner, seats.Deactivate{User: "idle"})
	for _, c := range []struct {
		command seats.Queue
		code    seats.Code
		reason  error
	}{
		{seats.Queue{User: "bob", Pool: "rust"}, seats.ErrBadInput, seats.ErrNotThere},
		{seats.Queue{User: "idle", Pool: "go"}, seats.ErrWrongStatus, seats.ErrInactive},
		{seats.Queue{User: "bob", Pool: "go", Priority: -1}, seats.ErrBadInput, users.ErrPriority},
	} {
		require.Equal(t, c.reason, s.refused(c.code, owner, c.command).Reason)
	}
	require.Equal(t, seats.ErrNotThere, s.refused(seats.ErrBadInput, owner, seats.Unqueue{User: "bob", Pool: "rust"}).Reason)
	require.Equal(t, users.ErrPriority, s.refused(seats.ErrBadInput, users.As("bob"), seats.Queue{User: "bob", Pool: "go", Priority: 1}).Reason)
	s.do(system, seats.EditPool{Pool: "go", LastDay: new(users.Date("2026-02-01"))})
	s.refused(seats.ErrPoolEnded, owner, seats.Queue{User: "bob", Pool: "go"})
	s.refused(seats.ErrPoolEnded, owner, seats.AssignCourse{User: "bob", Pool: "go"})

	s = taken(t, seats.Standard(), 1)
	s.invite("bob")
	refusal := s.refused(seats.ErrNotOffered, owner, seats.Queue{User: "bob", Pool: "go"})
	require.Equal(t, seats.PoolID("go"), refusal.Pool)
	s.refused(seats.ErrNoSeats, owner, seats.AssignCourse{User: "bob", Pool: "go"})
}

// TestQueue_course_deadline: a place ends at its deadline, each at its own, and not the licence that took its place.
func TestQueue_course_deadline(t *testing.T) {
	s := taken(t, waiting, 1, "bob", "ada")
	at := s.now.Add(time.Hour)
	s.do(owner,
		seats.Queue{User: "bob", Pool: "go", Until: at}, seats.Queue{User: "bob", Pool: "sql", Until: at.Add(time.Hour)},
		seats.Queue{User: "ada", Pool: "go", Until: at.Add(time.Hour)})
	require.Equal(t, at, s.user("bob").Due)
	calendar := s.calendar("2026-03-05")
	require.Len(t, calendar.Days[0].Entries, 3)
	s.pass(90 * time.Minute)
	require.Equal(t, []seats.EventKind{seats.EventUnqueued}, kinds(s.settle()))
	require.Equal(t, []any{users.ID("bob"), seats.PoolID("go"), at, system}, []any{s.lastEvent().User, s.lastEvent().Pool, s.lastEvent().Time, s.lastEvent().Actor})
	s.do(owner, seats.UnassignCourse{User: "in1", Pool: "go"})
	require.Equal(t, []string{"seated ada"}, s.newest(1))
	s.pass(time.Hour)
	s.settle()
	require.Equal(t, []string{"unqueued bob"}, s.newest(1))
	require.Equal(t, seats.PoolID("sql"), s.lastEvent().Pool)
	require.Empty(t, s.user("bob").CoursePlaces)
	require.Len(t, s.record("ada"), 1)
}

// TestQueue_course_leavers: every way of leaving ends the places in the queues of courses, with one event for each, also where
// an offer of ownership ends.
func TestQueue_course_leavers(t *testing.T) {
	gone := seats.Invite{Profile: profile("bob"), Gone: true}
	for name, leave := range map[string]func(*site){
		"deactivate": func(s *site) { s.do(owner, seats.Deactivate{User: "bob", Reason: "left"}) },
		"archive":    func(s *site) { s.do(owner, seats.Archive{User: "bob", Reason: "left"}) },
		"delete":     func(s *site) { s.do(owner, seats.Delete{User: "bob", Reason: "left"}) },
		"file":       func(s *site) { s.do(owner, gone) },
		"day": func(s *site) {
			s.do(owner, seats.Schedule{User: "bob", Leave: users.From("2026-03-04")})
			s.now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
			s.settle()
		},
	} {
		for _, offered := range []int{0, 1} {
			s := taken(t, waiting, 1, "bob", "ada")
			s.do(owner, seats.Queue{User: "bob", Pool: "sql"})
			if offered == 1 {
				s.do(owner, seats.OfferOwnership{User: "bob"})
			}
			leave(s)
			n := len(s.events)
			require.Equal(t, []string{"unqueued bob", "unqueued bob"}, s.newest(2), name)
			require.Equal(t, []seats.PoolID{"go", "sql"}, []seats.PoolID{s.events[n-2].Pool, s.events[n-1].Pool})
			cause := s.events[n-3-offered]
			require.NotEqual(t, seats.EventUnqueued, cause.Kind, name)
			require.Equal(t, offered == 1, s.events[n-3].Kind == seats.EventOfferLapsed, name)
			require.Equal(t, cause.Reason, s.events[n-1].Reason)
			require.Equal(t, cause.Actor, s.events[n-1].Actor)
			require.Empty(t, s.user("bob").CoursePlaces)
			require.Equal(t, []string{"ada"}, s.waits("go"))
			require.Empty(t, s.waits("sql"))
			require.Empty(t, s.audit())
		}
	}
}

// TestQueue_course_long_wait: a place older than LongWait gets a freed licence before the next command of the call.
func TestQueue_course_long_wait(t *testing.T) {
	for wait, first := range map[time.Duration]bool{seats.LongWait - time.Microsecond: false, seats.LongWait: true} {
		s := taken(t, waiting, 1, "bob")
		s.invite("ada")
		s.now = s.place("bob", "go").Turn().Add(wait)
		s.do(owner, seats.UnassignCourse{User: "in1", Pool: "go"}, seats.AssignCourse{User: "ada", Pool: "go"})
		if first {
			require.Equal(t, []string{"course-unassigned in1", "seated bob", "queued ada"}, s.newest(3))
		} else {
			require.Equal(t, []string{"course-unassigned in1", "course-assigned ada"}, s.newest(2))
		}
	}
}

// TestQueue_course_opens: growth, another policy, a later last day and the end of a closing serve the queues of courses.
func TestQueue_course_opens(t *testing.T) {
	s := taken(t, waiting, 1, "bob")
	policy := waiting
	policy.CourseGrowth = seats.Growth{Step: seats.Amount{Number: 1}, Ceiling: 2}
	s.do(system, seats.SetPolicy{Policy: policy})
	require.Equal(t, []string{"policy-set ", "seats-grown ", "seated bob"}, s.newest(3))

	s = taken(t, waiting, 1, "bob")
	s.do(system, seats.Close{}, seats.SetTotal{Pool: "go", Total: seats.Of(2)})
	require.Equal(t, []string{"bob"}, s.waits("go"))
	s.do(system, seats.Reopen{})
	require.Equal(t, []string{"reopened ", "seated bob"}, s.newest(2))

	s = taken(t, waiting, 1, "bob")
	s.do(system, seats.EditPool{Pool: "go", LastDay: new(users.Date("2026-02-01"))}, seats.SetTotal{Pool: "go", Total: seats.Of(2)})
	require.Equal(t, []string{"bob"}, s.waits("go"), "kept")
	s.do(system, seats.EditPool{Pool: "go", LastDay: new(users.Date("2026-12-01")), Term: &seats.LicenceTerm{Days: 3}})
	require.Equal(t, []string{"pool-edited ", "seated bob"}, s.newest(2))
	require.Equal(t, s.now.AddDate(0, 0, 3), s.record("bob")[0].Ends)

	s.invite("ada")
	s.do(owner, seats.AssignCourse{User: "ada", Pool: "go"})
	s.pass(3*24*time.Hour + time.Minute)
	s.settle()
	require.Equal(t, []string{"licence-ended bob", "seated ada"}, s.newest(2), "by the end of a term")
	require.Equal(t, s.now.Add(-time.Minute), s.lastEvent().Time)
}

// TestQueue_course_plan: a plan tells who waits, and who gets the licences that are left.
func TestQueue_course_plan(t *testing.T) {
	s := taken(t, waiting, 1, "bob")
	s.invite("ada", "cleo")
	p := s.plan(owner, seats.AssignCourse{User: "ada", Pool: "go"}, seats.AssignCourse{User: "cleo", Pool: "go"})
	require.Equal(t, "2 users: 2 fit, 0 do not; 2 users wait for a licence", p.String())
	p = s.plan(owner, seats.UnassignCourse{User: "in1", Pool: "go"}, seats.AssignCourse{User: "ada", Pool: "go"}, seats.AssignCourse{User: "cleo", Pool: "go"})
	require.Equal(t, "3 users: 3 fit, 0 do not; 1 licence is assigned; 1 user waits for a licence", p.String())
	p = s.plan(system, seats.SetTotal{Pool: "go", Total: seats.Of(2)})
	require.Empty(t, p.Seated)
	require.Equal(t, []users.ID{"bob"}, p.Pools[0].Seated)
}

// TestQueue_course_undo: what the queue gave is not the call's, and a place that a leaver lost is final.
func TestQueue_course_undo(t *testing.T) {
	s := taken(t, waiting, 2, "bob")
	receipt := s.bulk(owner, seats.UnassignCourse{User: "in1", Pool: "go"})
	s.do(owner, seats.UnassignCourse{User: "in2", Pool: "go"})
	lines, _ := s.undo(owner, receipt)
	require.Len(t, lines, 1)
	require.Equal(t, []string{"course-assigned in1"}, s.newest(1))
	require.Len(t, s.record("bob"), 1)

	s = taken(t, waiting, 1, "bob")
	receipt = s.bulk(owner, seats.Deactivate{User: "bob"})
	lines, _ = s.undo(owner, receipt)
	require.Equal(t, users.Active, s.user("bob").Status)
	require.Len(t, lines, 2)
	require.Empty(t, s.waits("go"))
}

// TestQueue_course_remedies: a remedy buys for the queue first, and leaves out courses for which users may as well wait.
func TestQueue_course_remedies(t *testing.T) {
	s := taken(t, waiting, 1, "bob")
	s.invite("ada")
	s.do(system, seats.SetPolicy{Policy: seats.Standard()})
	require.Equal(t, []string{"bob"}, s.waits("go"))
	refusal := s.refused(seats.ErrNoSeats, owner, seats.AssignCourse{User: "ada", Pool: "go"})
	require.Contains(t, refusal.Remedies.String(), "buy 2 licences of the course")
	s.do(owner, seats.BuySeats{Pool: "go", Quantity: 2}, seats.AssignCourse{User: "ada", Pool: "go"})

	s = taken(t, waiting, 1, "bob")
	s.invite("ada")
	s.do(users.As("ada"), seats.Accept{User: "ada"})
	s.do(system, seats.SetTotal{Pool: "full", Total: seats.Of(0)}, seats.SetTotal{Total: seats.Of(s.pool().Held)})
	manager := waiting
	manager.Exempt = users.In(users.Manager)
	s.do(system, seats.SetPolicy{Policy: manager}, seats.ChangeRole{User: "ada", Role: users.Manager}, seats.SetTotal{Total: seats.Of(s.pool().Held - 1)})
	call := []seats.Command{seats.AssignCourse{User: "ada", Pool: "full"}, seats.ChangeRole{User: "ada", Role: users.Member}}
	refusal = s.refused(seats.ErrNoSeats, system, call...)
	require.Contains(t, refusal.Remedies.String(), "buy 1 seat")
	require.NotContains(t, refusal.Remedies.String(), "full")

	refusal = s.refused(seats.ErrNotAssigned, system, seats.StartCourse{User: "ada", Pool: "go"})
	require.NotEmpty(t, refusal.Remedies.String(), "buy licences, and assign the course")
}

// TestQueue_leaver_once: of a user who waited with the day of a leave, and got a seat before it, the leave counts once.
func TestQueue_leaver_once(t *testing.T) {
	policy := waiting
	policy.MostLeavers = 1
	s := full(t, policy, 2)
	s.do(owner, seats.Invite{Profile: profile("ada"), Leave: users.From("2026-03-10")}, seats.Schedule{User: "in1", Leave: users.From("2026-03-05")})
	s.now = time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	s.settle()
	require.Equal(t, []string{"deactivated in1", "seated ada", "deactivated ada"}, s.newest(3))
}

// TestAuditor_course_queue: a difference between the queue of a course and the rows of the users is a drift.
func TestAuditor_course_queue(t *testing.T) {
	s := taken(t, waiting, 1, "bob")
	for i := range s.rows.Pools {
		if s.rows.Pools[i].ID == "go" {
			s.rows.Pools[i].Waiting = seats.WaitingList{}
		}
	}
	terms := "member from " + s.place("bob", "go").Since.Format(time.RFC3339Nano)
	require.Equal(t, []seats.Drift{{What: "waiting bob for go", Stored: "no place", Counted: terms}}, s.audit())
}
