package seats_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var payroll = users.Source{Kind: users.SourceSync, Name: "payroll"}

func TestDecide_hidden_users(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(hr, seats.Invite{Profile: profile("own")}, seats.Invite{Profile: users.Profile{ID: "two", Email: "two@acme.example", ExternalID: "2"}})
	for _, id := range []users.ID{"manual", "left", "gone"} {
		s.do(system, seats.Add{Profile: users.Profile{ID: id, Email: string(id) + "@acme.example", ExternalID: string(id)}})
	}
	s.do(owner, seats.Deactivate{User: "left"}, seats.Delete{User: "gone"})
	answer := func(actor users.Actor, c seats.Command) string {
		t.Helper()
		_, err := s.try(actor, c)
		text, _ := json.Marshal(err)
		return string(text)
	}

	taken := func(action, field string) string {
		return fmt.Sprintf(`{"code":"duplicate","action":%q,"field":%q,"reason":"key-taken"}`, action, field)
	}

	t.Run("target", func(t *testing.T) {
		for _, id := range []users.ID{"owner", "manual", "left", "gone", "never"} {
			want := fmt.Sprintf(`{"code":"forbidden","action":"deactivate","user":%q,"reason":"other-source"}`, id)
			require.JSONEq(t, want, answer(hr, seats.Deactivate{User: id}))
			want = fmt.Sprintf(`{"code":"forbidden","action":"accept","user":%q,"reason":"needs-self"}`, id)
			require.JSONEq(t, want, answer(users.As("own"), seats.Accept{User: id}))
		}
	})
	t.Run("successor", func(t *testing.T) {
		for _, id := range []users.ID{"owner", "manual", "left", "gone", "never"} {
			require.JSONEq(t, `{"code":"bad-input","action":"deactivate","user":"own","field":"successor","reason":"not-a-successor"}`,
				answer(hr, seats.Deactivate{User: "own", Successor: id}), id)
		}
		s.do(system, seats.Accept{User: "two"})
		_, err := s.try(hr, seats.Deactivate{User: "own", Successor: "two"})
		require.NoError(t, err)
	})
	t.Run("key", func(t *testing.T) {
		for _, p := range []users.Profile{
			{Email: "manual@acme.example"}, {ExternalID: "left"}, {Email: "owner@acme.example"},
			{ExternalID: "manual", Email: "left@acme.example"}, {ExternalID: "2", Email: "left@acme.example"}, {ExternalID: "left", Email: "own@acme.example"},
		} {
			p.ID = "new"
			field := map[bool]string{true: "email", false: "external-id"}[p.ExternalID == ""]
			require.JSONEq(t, taken("invite", field), answer(hr, seats.Invite{Profile: p}))
			plan, err := seats.Preview(s.rows, s.request(hr, seats.Invite{Profile: p}))
			require.NoError(t, err)
			require.Empty(t, plan.Steps[0].Here)
		}
		for _, id := range []users.ID{"manual", "left", "gone"} {
			require.JSONEq(t, taken("invite", "id"), answer(hr, seats.Invite{Profile: users.Profile{ID: id, Email: "x@acme.example"}}))
		}
		for _, address := range []string{"manual@acme.example", "left@acme.example"} {
			want := `{"code":"duplicate","action":"edit","user":"own","field":"email","reason":"key-taken"}`
			require.JSONEq(t, want, answer(hr, seats.Edit{User: "own", Set: users.Patch{Email: &address}}))
		}
		require.Equal(t, "own", string(s.same(hr, seats.Invite{Profile: users.Profile{ID: "new", Email: "own@acme.example"}}).User))
	})
	t.Run("shared_address", func(t *testing.T) {
		s := open(t, seats.Of(9), seats.Policy{SharedAddresses: seats.SharingAllowed})
		for _, id := range []users.ID{"son", "daughter"} {
			s.do(system, seats.Add{Profile: users.Profile{ID: id, Email: "family@acme.example", ExternalID: string(id)}})
		}
		_, err := s.try(hr, seats.Invite{Profile: users.Profile{ID: "new", Email: "family@acme.example"}})
		text, _ := json.Marshal(err)
		require.JSONEq(t, taken("invite", "email"), string(text))
	})
	t.Run("deleted_actor", func(t *testing.T) {
		require.JSONEq(t, `{"code":"forbidden","action":"accept","user":"gone","reason":"not-a-user"}`, answer(users.As("gone"), seats.Accept{User: "gone"}))
	})
}

// Two accounts that differ only in what the actor must not learn answer every call with the
// same JSON. The users beyond the reach of the actor have other IDs there, other names, and
// have changed places in status, role and source.
func TestDecide_two_accounts_look_alike(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		policy := rapid.SampledFrom(seats.Presets()).Draw(t, "preset").Policy
		policy.SharedAddresses = rapid.SampledFrom([]seats.AddressSharing{seats.SharingRefused, seats.SharingAllowed}).Draw(t, "sharing")
		total := seats.Of(rapid.Int64Range(1, 6).Draw(t, "total"))
		actor := rapid.SampledFrom([]users.Actor{hr, users.As("own0"), users.As("never")}).Draw(t, "actor")
		status := rapid.SampledFrom([]users.Status{users.Invited, users.Active, users.Inactive, users.Archived})
		role := rapid.SampledFrom(users.Roles()[:3])

		var own, hidden []users.User
		var keys []string
		person := func(name string, source users.Source) users.User {
			keys = append(keys, name)
			return importedUser(users.ID(name), func(u *users.User) {
				u.Status, u.Role, u.Source = status.Draw(t, "status"), role.Draw(t, "role"), source
				u.ExternalID = rapid.SampledFrom([]string{"", name}).Draw(t, "external ID")
				if policy.SharedAddresses == seats.SharingAllowed && rapid.Bool().Draw(t, "shares") {
					u.Email, u.ExternalID = "family@acme.example", name
				}
				placed(u)
			})
		}
		for i := range rapid.IntRange(1, 3).Draw(t, "own") {
			u := person(fmt.Sprint("own", i), users.Source{Kind: users.SourceSync, Name: "hr"})
			if actor.Kind == users.ActorUser && users.In(users.Invited, users.Active).Has(u.Status) {
				u.Role = min(u.Role, users.Manager) // an administrator may see every user
			}
			if i > 0 && actor.Kind == users.ActorUser {
				u.Source = users.Source{}
				hidden = append(hidden, u)
				continue
			}
			own = append(own, u)
		}
		for i := range rapid.IntRange(1, 4).Draw(t, "hidden") {
			hidden = append(hidden, person(fmt.Sprint("hidden", i), rapid.SampledFrom([]users.Source{{}, payroll}).Draw(t, "source")))
		}
		other := make([]users.User, len(hidden))
		for i, j := range rapid.Permutation(indices(len(hidden))).Draw(t, "places") {
			other[i] = hidden[i]
			other[i].ID += "-other"
			other[i].FirstName, other[i].LastName = "Other", "Name"
			other[i].Status, other[i].Role, other[i].Source = hidden[j].Status, hidden[j].Role, hidden[j].Source
			placed(&other[i])
		}
		gone := func(id users.ID) users.User {
			return importedUser(id, func(u *users.User) { u.Status = users.Deleted })
		}
		world := func(people ...users.User) *site {
			s := open(outer, total, policy)
			for _, u := range people {
				s.do(system, seats.Import{User: u})
			}
			s.do(system, seats.SetTotal{Pool: "go", Total: seats.Of(2)})
			return s
		}
		a := world(append(append(own, hidden...), gone("gone"))...)
		b := world(append(append(own, other...), gone("gone-other"))...)

		ids := []users.ID{"owner", "gone", "gone-other", "never"}
		for _, people := range [][]users.User{own, own, own, hidden, other} {
			for _, u := range people {
				ids = append(ids, u.ID)
			}
		}
		id := rapid.SampledFrom(ids)
		key := rapid.SampledFrom(append(keys, "owner", "free", "family"))
		draw := func(i int) seats.Command {
			email, external := key.Draw(t, "email")+"@acme.example", rapid.SampledFrom([]string{"", key.Draw(t, "external ID")}).Draw(t, "given")
			user := id.Draw(t, "user")
			never := rapid.SampledFrom([]seats.Command{ // nothing that these actors may do
				seats.Archive{User: user}, seats.Restore{User: user}, seats.Delete{User: user}, seats.Notify{User: user}, seats.Approve{User: user},
				seats.GrantOwnership{User: user}, seats.EndOwnership{User: user}, seats.HandOver{User: user, Successor: "owner"}, seats.SetPayer{User: user},
				seats.Erase{User: user}, seats.BuySeats{Quantity: 1}, seats.SignIn{Profile: users.Profile{Email: email, ExternalID: external}},
				seats.TakeBack(user), seats.ConfirmLeave{User: user}, seats.Import{User: importedUser(user, func(*users.User) {})},
			}).Draw(t, "never")
			course := rapid.SampledFrom([]seats.Command{
				seats.AssignCourse{User: user, Pool: "go"}, seats.UnassignCourse{User: user, Pool: "go"}, seats.StartCourse{User: user, Pool: "go"},
				seats.ArchiveActivity{User: user}, seats.SetDueDate{User: user, Pool: "go", DueDate: "2027-01-01"},
			}).Draw(t, "course")
			c := rapid.SampledFrom([]seats.Command{
				seats.Invite{Profile: users.Profile{ID: users.ID(fmt.Sprint("new", i)), Email: email, ExternalID: external}},
				seats.Edit{User: user, Set: users.Patch{Email: &email}},
				seats.Edit{User: user, Set: users.Patch{ExternalID: &external}},
				seats.Deactivate{User: user, Successor: id.Draw(t, "successor")}, seats.Reactivate{User: user},
				seats.ChangeRole{User: user, Role: users.Manager}, seats.Accept{User: user},
				seats.Schedule{User: user, Leave: users.From("2027-01-01")}, seats.Unschedule{User: user}, course, never,
			}).Draw(t, "command")
			if _, ok := c.(seats.If); ok || !c.Action().OnUser() || !rapid.Bool().Draw(t, "on condition") {
				return c
			}
			return seats.If{
				Command: c, Status: users.In(status.Draw(t, "expected")),
				Revision: rapid.Uint64Range(0, 1).Draw(t, "revision"), Invitation: rapid.Int64Range(0, 2).Draw(t, "invitation"),
			}
		}
		var commands []seats.Command
		for i := range rapid.IntRange(1, 4).Draw(t, "commands") {
			commands = append(commands, draw(i))
		}
		require.Equal(t, answers(t, a, actor, commands), answers(t, b, actor, commands))
	})
}

// placed gives a user a past that fits the status.
func placed(u *users.User) {
	u.LeftAs, u.ArchivedAs, u.FirstSignIn = users.NoStatus, users.NoStatus, u.Created
	switch u.Status {
	case users.Invited:
		u.FirstSignIn = time.Time{}
	case users.Inactive:
		u.LeftAs = users.Active
	case users.Archived:
		u.ArchivedAs = users.Active
	}
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// answers returns all that a host can pass on of a call: as a whole, one by one, and
// beforehand.
func answers(t require.TestingT, s *site, actor users.Actor, commands []seats.Command) string {
	r := s.request(actor, commands...)
	whole, err := seats.Decide(s.rows, r)
	plan, refused := seats.Preview(s.rows, r)
	require.NoError(t, refused)
	var asked []users.ID
	for _, c := range commands {
		if u, ok := c.(seats.Accept); ok {
			asked = append(asked, u.User)
		}
	}
	text, failed := json.MarshalIndent([]any{whole.Outcomes, whole.Change.Events, err, seats.DecideEach(s.rows, r), plan, seats.Ask(s.rows, r, asked...)}, "", " ")
	require.NoError(t, failed)
	return string(text)
}
