package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/long"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestDecide_remedies_course(t *testing.T) {
	assign := seats.AssignCourse{User: "bob", Pool: "go"}
	for name, c := range map[string]struct {
		policy seats.Policy
		actor  users.Actor
		before []seats.Command
		call   []seats.Command
		code   seats.Code
		want   string
	}{
		"full": {seats.Standard(), owner, nil, []seats.Command{assign}, seats.ErrNoSeats,
			"take the course back from 1 user, archive 1 user with an unstarted licence of the course or buy 1 licence of the course"},
		"vendor": {seats.Policy{Buying: seats.Orders{By: seats.VendorOnly}}, owner, nil, []seats.Command{assign}, seats.ErrNoSeats,
			"take the course back from 1 user, archive 1 user with an unstarted licence of the course or ask the vendor for 1 more licence of the course"},
		"archive withheld": {seats.BigContacts(), owner, nil, []seats.Command{assign}, seats.ErrNoSeats,
			"take the course back from 1 user or buy 1 licence of the course"},
		"all used": {seats.Standard(), owner, []seats.Command{seats.StartCourse{User: "dan", Pool: "go"}, seats.StartCourse{User: "eve", Pool: "go"}},
			[]seats.Command{assign}, seats.ErrNoSeats, "buy 1 licence of the course"},
		"two of one": {seats.Standard(), owner, []seats.Command{seats.StartCourse{User: "dan", Pool: "go"}},
			[]seats.Command{assign, seats.AssignCourse{User: "cleo", Pool: "go"}}, seats.ErrNoSeats, "buy 2 licences of the course"},
		"own licence": {seats.Standard(), owner, []seats.Command{seats.StartCourse{User: "dan", Pool: "go"}, seats.UnassignCourse{User: "eve", Pool: "go"}, seats.AssignCourse{User: "owner", Pool: "go"}},
			[]seats.Command{assign}, seats.ErrNoSeats, "buy 1 licence of the course"},
		"an owner's": {seats.Standard(), users.As("ada"), []seats.Command{seats.StartCourse{User: "dan", Pool: "go"}, seats.UnassignCourse{User: "eve", Pool: "go"}, seats.AssignCourse{User: "owner", Pool: "go"}},
			[]seats.Command{assign}, seats.ErrNoSeats, "buy 1 licence of the course"},
		"inactive": {seats.Standard(), owner, []seats.Command{seats.Deactivate{User: "bob"}}, []seats.Command{assign}, seats.ErrWrongStatus,
			"take the course back from 1 user, archive 1 user with an unstarted licence of the course or buy 1 licence of the course; then reactivate the user"},
		"both pools": {seats.Standard(), owner, nil, []seats.Command{seats.Invite{Profile: profile("new")}, assign}, seats.ErrNoSeats,
			"buy 1 seat, then buy 1 licence of the course"},
		"not assigned": {seats.Standard(), system, nil, []seats.Command{seats.StartCourse{User: "bob", Pool: "sql"}}, seats.ErrNotAssigned, "assign the course"},
		"not signed in": {seats.Standard(), system, []seats.Command{seats.Deactivate{User: "ada"}, seats.Invite{Profile: profile("new")}, seats.AssignCourse{User: "new", Pool: "sql"}},
			[]seats.Command{seats.StartCourse{User: "new", Pool: "sql"}}, seats.ErrWrongStatus, "accept the invitation"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, seats.Of(6), c.policy)
			s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(2)}, seats.SetTotal{Pool: "sql", Total: seats.Of(2)})
			s.invite("ada", "bob", "cleo", "dan", "eve")
			s.do(system, seats.ChangeRole{User: "ada", Role: users.Admin}, seats.AssignCourse{User: "dan", Pool: "go"}, seats.AssignCourse{User: "eve", Pool: "go"})
			if len(c.before) > 0 {
				s.do(system, c.before...)
			}
			refusal := s.refused(c.code, c.actor, c.call...)
			require.Equal(t, c.want, refusal.Remedies.String())
			w := walk{t: t}
			for _, r := range refusal.Remedies {
				require.True(t, w.helps(node{s.rows, s.now}, c.actor, c.call, r, []users.ID{"owner", "ada", "bob", "cleo", "dan", "eve"}), "%v", r)
			}
		})
	}
}

// TestDecide_remedies_of_courses draws accounts with licences and calls about them: doing a remedy
// makes the call pass, whichever users are chosen.
func TestDecide_remedies_of_courses(outer *testing.T) {
	people, given := []users.ID{"ada", "bob", "cleo", "dan"}, 0
	rapid.Check(outer, func(t *rapid.T) {
		policy := rapid.SampledFrom(seats.Presets()).Draw(t, "preset").Policy
		s := open(outer, seats.Of(rapid.Int64Range(3, 6).Draw(t, "total")), policy)
		s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(9)}, seats.SetTotal{Pool: "sql", Total: seats.Of(9)})
		pool := rapid.SampledFrom([]seats.PoolID{"go", "go", "sql"})
		for _, id := range people {
			i := seats.Import{User: importedUser(id, func(u *users.User) {
				u.Status = rapid.SampledFrom(users.Statuses()[:4]).Draw(t, "status")
				u.Role = rapid.SampledFrom(users.Roles()).Draw(t, "role")
				if u.Role == users.Owner && u.Status != users.Active {
					u.Role = users.Member
				}
				u.Source = rapid.SampledFrom([]users.Source{{}, {Kind: users.SourceSync, Name: "hr"}}).Draw(t, "source")
				placed(u)
			})}
			switch at := i.User.Created; rapid.IntRange(0, 3).Draw(t, "licence") {
			case 0:
				i.Licences = []users.Licence{{Pool: "go", Assigned: at, Started: at}}
			case 1, 2:
				if i.User.Status != users.Archived {
					i.Licences = []users.Licence{{Pool: "go", Assigned: at}}
				}
			}
			s.do(system, i)
		}
		s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(rapid.Int64Range(0, 4).Draw(t, "licences"))}, seats.SetTotal{Pool: "sql", Total: seats.Of(1)})
		actor := rapid.SampledFrom([]users.Actor{owner, owner, users.As("ada"), support, system}).Draw(t, "actor")
		call := make([]seats.Command, rapid.IntRange(1, 3).Draw(t, "commands"))
		for i := range call {
			id, of := rapid.SampledFrom(append(people, "owner", "new")).Draw(t, "user"), pool.Draw(t, "pool")
			call[i] = rapid.SampledFrom([]seats.Command{
				seats.AssignCourse{User: id, Pool: of}, seats.AssignCourse{User: id, Pool: of}, seats.AssignCourse{User: id, Pool: of}, seats.UnassignCourse{User: id, Pool: of},
				seats.StartCourse{User: id, Pool: of}, seats.ArchiveActivity{User: id}, seats.SetDueDate{User: id, Pool: of, DueDate: "2026-06-30"},
				seats.ReturnSeats{Pool: of, Quantity: 1}, seats.Archive{User: id}, seats.Invite{Profile: profile("new")},
			}).Draw(t, "command")
		}
		w, n := &walk{t: outer}, node{s.rows, s.now}
		_, refusal := w.decide(n, actor, call...)
		if refusal == nil {
			return
		}
		order := rapid.Permutation(people).Draw(t, "order")
		for _, r := range refusal.Remedies {
			given++
			require.True(t, w.helps(n, actor, call, r, order), "%v of %v does not help", r, refusal)
		}
	})
	outer.Logf("%d remedies", given)
	if long.On() {
		require.NotZero(outer, given)
	}
}
