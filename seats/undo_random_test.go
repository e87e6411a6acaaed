package seats_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// drawBulk draws commands on six users and the licences of a course.
func drawBulk(r *rapid.T, n int) (commands []seats.Command) {
	id := func() users.ID {
		return users.ID(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}).Draw(r, "user"))
	}
	day := func() users.Date { return users.Date("2026-05-01").AddDays(rapid.IntRange(0, 2).Draw(r, "day")) }
	word := func() *string { return new(rapid.SampledFrom([]string{"", "x", "y"}).Draw(r, "word")) }
	for range n {
		var c seats.Command
		switch rapid.IntRange(0, 15).Draw(r, "command") {
		case 0, 1:
			c = seats.Deactivate{User: id()}
		case 2:
			c = seats.Reactivate{User: id()}
		case 3:
			c = seats.Archive{User: id()}
		case 4:
			c = seats.Restore{User: id()}
		case 5:
			c = seats.ChangeRole{User: id(), Role: rapid.SampledFrom([]users.Role{users.Member, users.Manager, users.Admin}).Draw(r, "role")}
		case 6:
			c = seats.Edit{User: id(), Set: users.Patch{Title: word(), Groups: &[]string{*word(), *word()}}}
		case 7:
			// Addresses that users take from one another.
			c = seats.Edit{User: id(), Set: users.Patch{Email: new(string(id()) + "@acme.example")}}
		case 8, 9:
			c = seats.Schedule{User: id(), Leave: users.From(day())}
		case 10:
			c = seats.Unschedule{User: id()}
		case 11:
			c = seats.Invite{Profile: profile(id()), Start: rapid.SampledFrom([]users.Date{"", "2026-04-20"}).Draw(r, "start")}
		case 12:
			c = seats.UnassignCourse{User: id(), Pool: "first-aid"}
		case 13:
			c = seats.SetDueDate{User: id(), Pool: "first-aid", DueDate: day()}
		default:
			c = seats.AssignCourse{User: id(), Pool: "first-aid", DueDate: day()}
		}
		commands = append(commands, c)
	}
	return commands
}

// mayStay reports whether the undo of a call that nothing has followed may refuse this, as its
// doc says: was is the user before the call, and full says that no seat was free meanwhile.
func mayStay(s *site, told []string, refused string, was users.User, full bool) bool {
	what, result, _ := strings.Cut(refused, ": ")
	action, _, _ := strings.Cut(what, " ")
	if result == "wrong-status, is archived" { // since the way back is refused
		return slices.Contains(told, "restore "+string(was.ID)+": no-seats")
	}
	switch action + ": " + result {
	case "restore: no-seats", "deactivate: no-seats":
		return was.Status == users.Inactive && full
	case "assign-course: wrong-status, is inactive":
		return was.Status == users.Inactive
	case "schedule: wrong-status, is inactive":
		return was.Status == users.Inactive && was.LeftAs == users.NoStatus
	case "edit: duplicate email": // one of several who exchanged theirs
		return slices.ContainsFunc(s.rows.Users, func(u users.User) bool {
			return u.Email == was.Email && slices.Contains(told, "edit "+string(u.ID)+": "+result)
		})
	}
	return false
}

// TestDecideUndo_random undoes random calls that nothing has followed: all is as before, but for
// what an undo says it leaves. What follows meanwhile is left alone, and undoing again changes
// nothing more.
func TestDecideUndo_random(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		policy := seats.Policy{Exempt: rapid.SampledFrom([]seats.RoleSet{0, users.In(users.Manager)}).Draw(r, "exempt")}
		s := open(t, seats.Of(9), policy)
		s.invite("a", "b", "c", "d", "e")
		s.do(system, seats.SetTotal{Pool: "first-aid", Total: seats.Of(rapid.Int64Range(1, 4).Draw(r, "licences"))})
		for _, c := range drawBulk(r, 12) {
			s.now = s.now.Add(time.Hour)
			s.write(seats.DecideEach(s.rows, s.request(system, c)).Change)
		}
		total := s.pool().Held + rapid.Int64Range(0, 1).Draw(r, "free")
		s.do(system, seats.SetTotal{Total: seats.Of(total)})
		before, rows := map[users.ID]string{}, map[users.ID]users.User{}
		for _, u := range s.rows.Users {
			rows[u.ID] = u
			before[u.ID] = strings.Join(heldBy(s, u), " ")
		}
		s.now = s.now.Add(time.Hour)
		receipt := s.bulk(system, drawBulk(r, rapid.IntRange(1, 15).Draw(r, "size"))...)
		meanwhile := rapid.Bool().Draw(r, "meanwhile")
		if meanwhile {
			for _, c := range drawBulk(r, 3) {
				s.now = s.now.Add(time.Hour)
				s.write(seats.DecideEach(s.rows, s.request(system, c)).Change)
			}
		}
		s.now = s.now.Add(time.Hour)
		first := len(s.events)
		full := s.pool().Held == total
		told, _ := s.undo(system, receipt)
		for _, e := range s.events[first:] {
			full = full && (e.Pool != seats.Site || e.Held == total)
		}
		refused := map[users.ID]bool{}
		for _, line := range told {
			what, result, _ := strings.Cut(line, ": ")
			if !slices.Contains([]string{"unchanged", "active", "invited", "inactive", "archived", "deleted"}, result) {
				id := users.ID(what[strings.Index(what, " ")+1:])
				refused[id] = true
				require.True(r, meanwhile || mayStay(s, told, line, rows[id], full), "%s of %q", line, told)
			}
		}
		for _, u := range s.rows.Users {
			was, known := before[u.ID]
			if known && !refused[u.ID] && !meanwhile {
				require.Equal(r, was, strings.Join(heldBy(s, u), " "), "%s, after %q", u.ID, told)
			}
		}
		if !meanwhile && len(refused) == 0 { // else the rest may fit now
			revision := s.rows.Account.Revision
			s.now = s.now.Add(time.Hour)
			again, _ := s.undo(system, receipt)
			require.Equal(r, revision, s.rows.Account.Revision, "%q and then %q", told, again)
		}
	})
}
