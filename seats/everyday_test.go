package seats_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestDecide_every_state_of_days visits every state of an account with two people beside the
// owner, whose leaves and starts come over a change of the clock while the account changes its
// zone from one end of the world to the other. In each no day is overdue, and a day that is near
// is the one of the zone.
func TestDecide_every_state_of_days(t *testing.T) {
	zones := []string{"Europe/Berlin", "Pacific/Kiritimati"}
	begin, wait, days := utc(t, "2026-03-28T04:00:00Z"), 22*time.Hour, 3
	if long.On() {
		zones = append(zones, "Etc/GMT+12")
	}
	const day users.Date = "2026-03-29" // of 23 hours in Berlin
	w := walk{
		t: t, actors: []users.Actor{owner, system}, waits: []time.Duration{wait}, state: node.days,
		within: func(n node) bool { return n.now.Before(begin.AddDate(0, 0, days)) },
		check:  func(n node) { n.requireDays(t) },
	}
	for _, id := range three[1:] {
		w.commands = append(w.commands,
			seats.Invite{Profile: profile(id)}, seats.Invite{Profile: profile(id), Start: day},
			seats.Accept{User: id}, seats.Deactivate{User: id}, seats.Reactivate{User: id}, seats.Archive{User: id}, seats.GrantOwnership{User: id},
			seats.Schedule{User: id, Leave: users.From(day)}, seats.Schedule{User: id, Leave: users.Until(day)}, seats.Unschedule{User: id}, seats.ConfirmLeave{User: id},
		)
	}
	for _, zone := range zones {
		w.commands = append(w.commands, seats.EditAccount{Zone: &zone})
	}
	s := open(t, seats.Of(2), seats.Policy{LeaveNotice: 1, MostLeavers: 1})
	s.now = begin
	s.do(owner, seats.EditAccount{Zone: &zones[0]})
	w.visit(node{s.rows, s.now})
	w.everywhere()
}

// days describes a node with its days.
func (n node) days() string {
	people := make([]string, 0, len(n.rows.Users))
	for _, u := range n.rows.Users {
		s := u.Schedule
		people = append(people, fmt.Sprint(u.Status, u.Role, u.LeftAs, u.ArchivedAs, u.FirstSignIn.IsZero(), s.Leave, s.At, s.Notice, s.Held, u.Start.Date, u.Start.At, u.Due))
	}
	slices.Sort(people)
	p := n.rows.Pools[0]
	return fmt.Sprint(n.now, n.rows.Account.Zone, p.Total, p.OverLimit, p.Booked.Date, p.Booked.At, people)
}

// requireDays asserts that the days of a settled account are to come, that those which are near
// are resolved by its zone, and that each is looked at in time.
func (n node) requireDays(t *testing.T) {
	in, err := keptZone(n.rows.Account.Zone)
	require.NoError(t, err)
	const lead = 26 * time.Hour
	coming := func(what string, stored, right, due time.Time) {
		if !right.After(n.now) || stored.Sub(n.now) <= lead && !stored.Equal(right) || due.IsZero() || due.After(stored) || !n.rows.Account.IsDue(due) {
			t.Fatalf("%s: %s is to be at %v, at %v, and looked at %v", n.days(), what, right, stored, due)
		}
	}
	for _, u := range n.rows.Users {
		leave, seated := u.Schedule, users.In(users.Invited, users.Active).Has(u.Status)
		waits := u.Status == users.Inactive && u.LeftAs == users.NoStatus
		if leave.Date != "" && (u.Role == users.Owner || !seated && !waits) || u.Start.Date != "" && !waits || leave.Held && !seated {
			t.Fatalf("%s: the days of %s do not fit the status", n.days(), u.ID)
		}
		if leave.Date != "" && seated && !leave.Held {
			coming("a leave", leave.At, leave.Leave.At(in), u.Due)
		}
		if u.Start.Date != "" {
			coming("a start", u.Start.At, u.Start.Date.Start(in), u.Due)
		}
	}
	for _, p := range n.rows.Pools {
		if p.Booked.Date != "" {
			coming("a total", p.Booked.At, p.Booked.Date.Start(in), p.Due)
		}
	}
}

// TestDecide_every_state_of_courses visits every state of a course pool with a user who holds a
// licence and one who takes the course at most twice, while licences end by their terms and the
// pool by its last day.
func TestDecide_every_state_of_courses(t *testing.T) {
	begin := utc(t, "2026-03-28T12:00:00Z")
	days, totals := 2, []int64{1, 2}
	if long.On() {
		days, totals = 3, []int64{0, 1, 2}
	}
	w := walk{
		t: t, actors: []users.Actor{users.As("ada"), system}, waits: []time.Duration{24 * time.Hour}, state: node.courses,
		within: func(n node) bool {
			return n.now.Before(begin.AddDate(0, 0, days)) && !slices.ContainsFunc(n.rows.Licences, func(l users.Licence) bool { return l.Number > 2 })
		},
		check: func(n node) { n.requireCourses(t) },
	}
	w.commands = append(w.commands,
		seats.AssignCourse{User: "ada", Pool: "go"}, seats.UnassignCourse{User: "ada", Pool: "go"}, seats.StartCourse{User: "ada", Pool: "go"},
		seats.ArchiveActivity{User: "ada"}, seats.Archive{User: "ada"},
	)
	w.commands = append(w.commands, seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"}, seats.Restore{User: "ada"}, seats.Delete{User: "ada"})
	for _, total := range totals {
		w.commands = append(w.commands, seats.SetTotal{Pool: "go", Total: seats.Of(total)})
	}
	terms := []seats.LicenceTerm{{}, {Days: 1}, {Days: 1, From: seats.FromFirstAccess}}
	for _, term := range terms {
		w.commands = append(w.commands, seats.EditPool{Pool: "go", Term: &term})
	}
	w.commands = append(w.commands, seats.EditPool{Pool: "go", LastDay: new(users.Date("2026-03-28"))}, seats.EditPool{Pool: "go", LastDay: new(users.Date(""))})
	s := open(t, seats.Of(3), seats.Standard())
	s.now = begin
	s.invite("ada", "bob")
	s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(1)}, seats.AssignCourse{User: "bob", Pool: "go"})
	w.visit(node{s.rows, s.now})
	w.everywhere()
}

// courses describes a node with its licences.
func (n node) courses() string {
	var b strings.Builder
	fmt.Fprint(&b, n.now, n.rows.Pools[1].Total, n.rows.Pools[1].OverLimit, n.rows.Pools[1].Term, n.rows.Pools[1].Ends.LastDay)
	for _, u := range n.rows.Users {
		fmt.Fprint(&b, u.ID, u.Status, u.LeftAs, u.ArchivedAs)
	}
	for _, l := range n.rows.Licences {
		fmt.Fprint(&b, l.User, l.Number, l.State(), l.Ends)
	}
	return b.String()
}

// requireCourses asserts what holds for the licences of every account.
func (n node) requireCourses(t *testing.T) {
	held, spent := int64(0), int64(0)
	for i, l := range n.rows.Licences {
		u := find(t, n.rows, l.User)
		switch l.State() {
		case users.LicenceAssigned:
			held++
			if l.HasEnded(n.now) || users.In(users.Archived, users.Deleted).Has(u.Status) {
				t.Fatalf("%s: a licence is held in vain", n.courses())
			}
		case users.LicenceStarted, users.LicenceArchived:
			spent++
		}
		if i > 0 && n.rows.Licences[i-1].User == l.User && (n.rows.Licences[i-1].IsOpen(n.now) || l.Number != n.rows.Licences[i-1].Number+1) {
			t.Fatalf("%s: the licences of a user do not follow each other", n.courses())
		}
	}
	if p := n.rows.Pools[1]; p.Held != held || p.Spent != spent {
		t.Fatalf("%s: %d held and %d spent, and the pool has %+v", n.courses(), held, spent, p)
	}
}

// TestSettle_notice_of_another_zone settles a notice late, after the account has moved to a zone
// where the day comes earlier while the day was far away.
func TestSettle_notice_of_another_zone(t *testing.T) {
	s := open(t, seats.Of(3), seats.Policy{LeaveNotice: 1})
	s.invite("ada")
	s.do(owner, seats.Schedule{User: "ada", Leave: users.From("2026-03-20")}, seats.EditAccount{Zone: new("Pacific/Kiritimati")})
	s.now = utc(t, "2026-03-25T00:00:00Z")
	events := s.settle()
	require.Equal(t, []seats.EventKind{seats.EventLeavingSoon, seats.EventDeactivated}, []seats.EventKind{events[0].Kind, events[1].Kind})
	require.Equal(t, utc(t, "2026-03-18T10:00:00Z"), events[0].Time)
	require.Equal(t, utc(t, "2026-03-19T10:00:00Z"), events[1].Time)
}

// TestReactivate_leave_of_another_zone lets a user in who was created inactive with a leave, which
// is over in the zone to which the account has moved.
func TestReactivate_leave_of_another_zone(t *testing.T) {
	s := open(t, seats.Of(1), seats.Policy{WhenFull: seats.CreateInactive})
	s.do(owner, seats.Invite{Profile: profile("ada"), Leave: users.From("2026-03-05")}, seats.EditAccount{Zone: new("Pacific/Kiritimati")}, seats.BuySeats{Quantity: 1})
	s.now = utc(t, "2026-03-04T11:00:00Z")
	s.do(owner, seats.Reactivate{User: "ada"})
	require.Equal(t, users.Invited, s.user("ada").Status)
	require.Zero(t, s.user("ada").Schedule, "in the zone of now the day has begun")
}
