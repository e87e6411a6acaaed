package seats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestDecideUndo_order undoes calls on a full site whose commands fit in one order alone, and the
// few that can't be undone whole.
func TestDecideUndo_order(t *testing.T) {
	edit := func(id users.ID, p users.Patch) seats.Command { return seats.Edit{User: id, Set: p} }
	mail := func(id users.ID, name string) seats.Command {
		return edit(id, users.Patch{Email: new(name + "@acme.example")})
	}
	head := users.Patch{Title: new("Head")}
	off, on, away := seats.Deactivate{User: "ada"}, seats.Reactivate{User: "ada"}, seats.Archive{User: "ada"}
	assign, unassign := seats.AssignCourse{User: "ada", Pool: "first-aid"}, seats.UnassignCourse{User: "ada", Pool: "first-aid"}
	planned := seats.Invite{Profile: profile("new"), Start: "2026-05-01"}
	for name, c := range map[string]struct {
		before, call []seats.Command
		told         []string
		stays        bool // not all is back
	}{
		"a role that frees": {
			before: []seats.Command{seats.ChangeRole{User: "ada", Role: users.Manager}},
			call:   []seats.Command{off, seats.ChangeRole{User: "ada", Role: users.Member}},
			told:   []string{"reactivate ada: active", "change-role ada: inactive"},
		},
		"a role that takes": {
			before: []seats.Command{off},
			call:   []seats.Command{seats.ChangeRole{User: "ada", Role: users.Manager}, on},
			told:   []string{"deactivate ada: inactive", "change-role ada: inactive"},
		},
		"a role of another": {
			call: []seats.Command{seats.ChangeRole{User: "bob", Role: users.Manager}, seats.Invite{Profile: profile("zed")}, edit("bob", head)},
			told: []string{"delete zed: deleted", "change-role bob: active", "edit bob: active"},
		},
		"a seat on the way": {
			before: []seats.Command{off},
			call:   []seats.Command{seats.Deactivate{User: "bob"}, on, away, edit("bob", head)},
			told:   []string{"restore ada: active", "deactivate ada: inactive", "reactivate bob: active", "edit bob: active"},
		},
		"a seat on the way, of an exempt role": {
			before: []seats.Command{off},
			call:   []seats.Command{seats.ChangeRole{User: "ada", Role: users.Manager}, on, away},
			told:   []string{"restore ada: active", "deactivate ada: inactive", "change-role ada: inactive"},
		},
		"a role before a seat on the way": {
			before: []seats.Command{off, seats.ChangeRole{User: "ada", Role: users.Manager}},
			call:   []seats.Command{on, away, seats.ChangeRole{User: "ada", Role: users.Member}},
			told:   []string{"restore ada: active", "deactivate ada: inactive", "change-role ada: archived"},
		},
		"no seat on the way": {
			before: []seats.Command{off},
			call:   []seats.Command{seats.SetTotal{Total: seats.Of(4)}, on, away, seats.SetTotal{Total: seats.Of(2)}},
			told:   []string{"restore ada: no-seats", "deactivate ada: no-seats", "set-total : final"},
			stays:  true,
		},
		"a licence and a seat": {
			before: []seats.Command{assign, seats.Deactivate{User: "bob"}},
			call:   []seats.Command{off, unassign, seats.Reactivate{User: "bob"}, seats.AssignCourse{User: "bob", Pool: "first-aid"}, edit("ada", head)},
			told:   []string{"unassign-course bob: active", "deactivate bob: inactive", "reactivate ada: active", "edit ada: active", "assign-course ada: active"},
		},
		"a licence of one who was inactive": {
			before: []seats.Command{assign, off},
			call:   []seats.Command{seats.Deactivate{User: "bob"}, on, unassign},
			told:   []string{"assign-course ada: active", "deactivate ada: inactive", "reactivate bob: active"},
		},
		"a licence of one who is inactive": {
			before: []seats.Command{assign, off},
			call:   []seats.Command{unassign},
			told:   []string{"assign-course ada: wrong-status, is inactive"},
			stays:  true,
		},
		"an invitation planned": {
			before: []seats.Command{planned},
			call:   []seats.Command{off, seats.Reactivate{User: "new"}},
			told:   []string{"deactivate new: inactive", "schedule new: wrong-status, is inactive", "reactivate ada: active"},
			stays:  true,
		},
		"a leave of one who waits": {
			before: []seats.Command{planned, seats.Unschedule{User: "new"}, seats.Schedule{User: "new", Leave: users.From("2026-11-01")}},
			call:   []seats.Command{off, seats.Reactivate{User: "new"}},
			told:   []string{"deactivate new: inactive", "schedule new: wrong-status, is inactive", "reactivate ada: active"},
			stays:  true,
		},
		"an address passed on": {
			call: []seats.Command{mail("ada", "new"), mail("bob", "ada"), edit("ada", head)},
			told: []string{"edit ada: active", "edit bob: active"},
		},
		"addresses exchanged": {
			call:  []seats.Command{mail("ada", "new"), mail("bob", "ada"), mail("ada", "bob")},
			told:  []string{"edit ada: duplicate email", "edit bob: duplicate email"},
			stays: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, seats.Of(3), seats.Policy{Exempt: users.In(users.Manager)})
			s.invite("ada", "bob")
			s.do(system, seats.SetTotal{Pool: "first-aid", Total: seats.Of(1)})
			if len(c.before) > 0 {
				s.do(system, c.before...)
			}
			s.do(system, seats.SetTotal{Total: seats.Of(s.pool().Held)})
			before := held(s)
			s.now = s.now.Add(time.Hour)
			receipt := s.bulk(system, c.call...)
			s.now = s.now.Add(time.Hour)
			lines, _ := s.undo(system, receipt)
			require.Equal(t, c.told, lines)
			if !c.stays {
				require.Equal(t, before, held(s)[:len(before)])
			}
		})
	}
}
