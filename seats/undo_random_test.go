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
		before := map[users.ID]string{}
		for _, u := range s.rows.Users {
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
		told, _ := s.undo(system, receipt)
		for _, line := range told {
			if !meanwhile {
				require.NotContains(r, line, string(seats.ErrChangedMeanwhile))
				// Only a way back through a status with a seat can lack one.
				through := strings.HasPrefix(line, "restore ") && strings.Contains(before[users.ID(line[len("restore "):len("restore ")+1])], " inactive ")
				require.False(r, strings.Contains(line, string(seats.ErrNoSeats)) && !through, line)
			}
		}
		isDone := func(line string) bool {
			_, result, _ := strings.Cut(line, ": ")
			return slices.Contains([]string{"unchanged", "active", "invited", "inactive", "archived", "deleted"}, result)
		}
		for _, u := range s.rows.Users {
			was, known := before[u.ID]
			refused := slices.ContainsFunc(told, func(line string) bool {
				return strings.Contains(line, " "+string(u.ID)+": ") && !isDone(line)
			})
			if known && !refused && !meanwhile {
				require.Equal(r, was, strings.Join(heldBy(s, u), " "), "%s, after %q", u.ID, told)
			}
		}
		if !meanwhile && !slices.ContainsFunc(told, func(line string) bool { return !isDone(line) }) { // else the rest may fit now
			revision := s.rows.Account.Revision
			s.now = s.now.Add(time.Hour)
			again, _ := s.undo(system, receipt)
			require.Equal(r, revision, s.rows.Account.Revision, "%q and then %q", told, again)
		}
	})
}
