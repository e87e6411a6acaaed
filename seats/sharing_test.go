package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

const crew = "crew@ship.example"

// person returns a profile with the address of the crew.
func person(id users.ID, username, external string) users.Profile {
	return users.Profile{ID: id, Email: crew, Username: username, ExternalID: external}
}

// TestInvite_another_person is about an address that is taken, without the switch: what a file says
// of another person is not lost as unchanged.
func TestInvite_another_person(t *testing.T) {
	for _, policy := range []seats.Policy{{}, {SharedAddresses: seats.SharingEnded}} {
		for name, c := range map[string]struct{ known, other users.Profile }{
			"username":          {person("ada", "ada", ""), person("bob", "bob", "")},
			"external ID":       {person("ada", "", "1"), person("bob", "", "2")},
			"username and ID":   {person("ada", "ada", "1"), person("bob", "bob", "2")},
			"username, less ID": {person("ada", "ada", "1"), person("bob", "bob", "")},
		} {
			t.Run(policy.SharedAddresses.String()+", "+name, func(t *testing.T) {
				s := open(t, seats.Of(4), policy)
				s.do(owner, seats.Invite{Profile: c.known})
				for _, command := range []seats.Command{
					seats.Invite{Profile: c.other}, seats.Invite{Profile: c.other, Start: "2026-04-01"},
					seats.Invite{Profile: c.other, Leave: users.Until("2026-01-01"), LeftMeansGone: true},
				} {
					refusal := s.refused(seats.ErrDuplicate, owner, command)
					require.Equal(t, []users.ID{"ada"}, refusal.Others)
					require.Equal(t, "email", refusal.Field)
				}
				s.refused(seats.ErrDuplicate, system, seats.Add{Profile: c.other})
				s.refused(seats.ErrDuplicate, system, seats.Import{User: imported(c.other)})
				c.other.Email = "bob@ship.example"
				s.do(owner, seats.Invite{Profile: c.other})
				s.refused(seats.ErrDuplicate, owner, seats.Edit{User: "bob", Set: users.Patch{Email: new(crew)}})
			})
		}
	}
}

func imported(p users.Profile) users.User {
	return users.User{Profile: p, Status: users.Active, Created: start, StatusSince: start, FirstSignIn: start}
}

// TestInvite_same_person: names make no other person, with and without the switch.
func TestInvite_same_person(t *testing.T) {
	for _, policy := range []seats.Policy{{}, {SharedAddresses: seats.SharingAllowed}} {
		s := open(t, seats.Of(4), policy)
		ada := person("ada", "ada", "1")
		ada.FirstName, ada.LastName = "Ada", "Byron"
		s.do(owner, seats.Invite{Profile: ada})
		for _, p := range []users.Profile{
			{Email: crew}, {Email: crew, FirstName: "Ada", LastName: "King"}, {Email: crew, FirstName: "Bob", LastName: "Smith"},
			{Email: crew, Username: "ADA"}, {Email: crew, ExternalID: "1"}, {Email: "other@ship.example", ExternalID: "1"}, ada,
		} {
			p.ID = "new"
			require.Equal(t, users.ID("ada"), s.same(owner, seats.Invite{Profile: p}).User, "%v", p)
		}
	}
}

// TestSharingAllowed is about two people with one address.
func TestSharingAllowed(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{SharedAddresses: seats.SharingAllowed})
	s.do(owner, seats.Invite{Profile: person("ada", "ada", "")})
	for _, c := range []seats.Command{
		seats.Invite{Profile: person("bob", "bob", "")},
		seats.Add{Profile: person("eve", "", "7")},
		seats.Import{User: imported(person("dan", "dan", "8"))},
	} {
		d, err := s.try(system, c)
		require.NoError(t, err)
		require.True(t, d.Change.Created[0].SharesEmail)
		require.NotContains(t, d.Change.Keys(), users.ByEmail(crew))
		s.write(d.Change)
	}
	all := []users.ID{"ada", "bob", "eve", "dan"}

	refusal := s.refused(seats.ErrAmbiguous, owner, seats.Invite{Profile: person("new", "", "")})
	require.ElementsMatch(t, all, refusal.Others)
	require.EqualError(t, refusal, "seats: 4 users have this email: their username or ID is needed")
	require.Empty(t, refusal.Remedies)
	s.refused(seats.ErrAmbiguous, owner, seats.Invite{Profile: person("new", "", ""), Leave: users.Until("2026-01-01"), LeftMeansGone: true})
	require.ElementsMatch(t, all, s.refused(seats.ErrDuplicate, system, seats.Import{User: imported(person("new", "", ""))}).Others)
	require.Empty(t, s.refused(seats.ErrDuplicate, hr, seats.Invite{Profile: person("new", "", "")}).Others, "a sync learns of its own people alone")

	require.Equal(t, users.ID("bob"), s.same(owner, seats.Invite{Profile: person("new", "BOB", "")}).User)
	require.Equal(t, users.ID("eve"), s.same(owner, seats.Invite{Profile: person("new", "", "7")}).User)
	require.Equal(t, users.ID("ada"), s.same(owner, seats.Invite{Profile: person("ada", "", "")}).User, "an ID is enough")
	require.Equal(t, users.ID("dan"), s.same(owner, seats.Invite{Profile: person("new", "dan", "8")}).User)
	require.Equal(t, users.ID("eve"), s.same(owner, seats.Invite{Profile: users.Profile{ID: "new", Email: "owner@acme.example", ExternalID: "7"}}).User, "an external ID counts before any address")
	s.refused(seats.ErrDuplicate, owner, seats.Invite{Profile: person("new", "bob", "7")})
	s.refused(seats.ErrDuplicate, owner, seats.Invite{Profile: person("new", "dan", "9")})
	s.do(owner, seats.Invite{Profile: person("ivy", "", "9")})
}

// TestSharingAllowed_leaving: whichever of several holders goes, the others are found, and a new one
// comes in.
func TestSharingAllowed_leaving(t *testing.T) {
	away := users.Patch{Email: new("away@ship.example")}
	for name, leave := range map[string][]seats.Command{
		"delete": {seats.Delete{User: "ada"}},
		"erase":  {seats.Deactivate{User: "ada"}, seats.Erase{User: "ada"}},
		"edit":   {seats.Edit{User: "ada", Set: away}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, seats.Of(9), seats.Policy{SharedAddresses: seats.SharingAllowed})
			s.do(owner, seats.Invite{Profile: person("ada", "ada", "")}, seats.Invite{Profile: person("bob", "bob", "")}, seats.Invite{Profile: person("eve", "eve", "")})
			s.do(owner, seats.Deactivate{User: "eve"})
			s.do(system, leave...)
			s.refused(seats.ErrAmbiguous, owner, seats.Invite{Profile: person("new", "", "")})
			s.do(owner, seats.Delete{User: "eve"})
			require.Equal(t, users.ID("bob"), s.same(owner, seats.Invite{Profile: person("new", "", "")}).User)
			d, err := s.try(owner, seats.Invite{Profile: person("new", "new", "")})
			require.NoError(t, err)
			require.True(t, d.Change.Created[0].SharesEmail, "bob has it too")
		})
	}
}

// TestEdit_shared_address is about getting the address of another user, keeping it, and giving it
// up.
func TestEdit_shared_address(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{SharedAddresses: seats.SharingAllowed, IdentityChange: seats.IdentityChangeAllowed})
	edit := func(id users.ID, set users.Patch) seats.Command { return seats.Edit{User: id, Set: set} }
	s.do(owner, seats.Invite{Profile: person("ada", "", "")}, seats.Invite{Profile: profile("bob")})
	require.Equal(t, []users.ID{"ada"}, s.refused(seats.ErrDuplicate, owner, edit("bob", users.Patch{Email: new(crew)})).Others, "by nothing but the address")
	s.do(owner, edit("bob", users.Patch{Email: new(crew), Username: new("bob")}))
	require.True(t, s.user("bob").SharesEmail)
	s.do(owner, edit("bob", users.Patch{Email: new("CREW@ship.example"), Title: new("Mate")}))
	require.True(t, s.user("bob").SharesEmail)
	refusal := s.refused(seats.ErrBadInput, owner, edit("bob", users.Patch{Username: new("")}))
	require.Equal(t, "profile", refusal.Field)
	s.do(owner, edit("bob", users.Patch{Username: new(""), ExternalID: new("7")}))
	s.do(owner, edit("bob", users.Patch{Email: new("")}))
	require.False(t, s.user("bob").SharesEmail)
	s.do(owner, edit("bob", users.Patch{Email: new(crew)}))

	d, err := s.try(owner, edit("ada", users.Patch{Email: new("ada@ship.example")}), edit("bob", users.Patch{Email: new("bob@ship.example")}), edit("bob", users.Patch{Email: new(crew)}))
	require.NoError(t, err)
	require.ElementsMatch(t, []users.Key{users.ByEmail("ada@ship.example"), users.ByEmail(crew)}, d.Change.Keys(), "bob has it alone now")
	s.write(d.Change)
	require.False(t, s.user("bob").SharesEmail)
	s.do(owner, edit("ada", users.Patch{Email: new(crew), Username: new("ada")}))
	require.True(t, s.user("ada").SharesEmail)
	d, err = s.try(owner, edit("bob", users.Patch{Email: new("bob@ship.example")}), edit("ada", users.Patch{Title: new("Captain")}), edit("bob", users.Patch{Email: new(crew)}))
	require.NoError(t, err)
	require.Empty(t, d.Change.Keys(), "both share it now")
	s.write(d.Change)
}

// TestSetPolicy_sharing: who shares an address goes on after the switch is turned off.
func TestSetPolicy_sharing(t *testing.T) {
	s := open(t, seats.Of(9), seats.Policy{SharedAddresses: seats.SharingAllowed})
	s.do(owner, seats.Invite{Profile: person("ada", "ada", "")}, seats.Invite{Profile: person("bob", "bob", "")})
	s.do(system, seats.SetPolicy{Policy: seats.Standard()})
	require.Equal(t, seats.Policy{SharedAddresses: seats.SharingEnded}, s.rows.Account.Policy)
	s.same(system, seats.SetPolicy{Policy: seats.Standard()})
	require.Equal(t, users.ID("bob"), s.same(owner, seats.Invite{Profile: person("new", "bob", "")}).User)
	s.do(owner, seats.Edit{User: "bob", Set: users.Patch{Title: new("Mate")}}, seats.Deactivate{User: "bob"}, seats.Reactivate{User: "bob"})
	for code, p := range map[seats.Code]users.Profile{seats.ErrAmbiguous: person("new", "", ""), seats.ErrDuplicate: person("new", "new", "")} {
		require.ElementsMatch(t, []users.ID{"ada", "bob"}, s.refused(code, owner, seats.Invite{Profile: p}).Others)
	}
	s.do(system, seats.SetPolicy{Policy: seats.Policy{SharedAddresses: seats.SharingAllowed}})
	s.do(owner, seats.Invite{Profile: person("new", "new", "")})
}

// TestSharing_random: an address is the unique key of one user at most, and a user with the
// address of another has a key that no other user has.
func TestSharing_random(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := open(t, seats.Unlimited(), seats.Policy{SharedAddresses: seats.SharingAllowed, IdentityChange: seats.IdentityChangeAllowed})
		id := func() users.ID { return rapid.SampledFrom([]users.ID{"a", "b", "c", "d"}).Draw(r, "user") }
		word := func(of ...string) *string { return new(rapid.SampledFrom(of).Draw(r, "text")) }
		for range rapid.IntRange(1, 12).Draw(r, "calls") {
			var commands []seats.Command
			for range rapid.IntRange(1, 3).Draw(r, "commands") {
				u := id()
				email, name, external := word("", crew, "x@ship.example"), word("", string(u)), word("", "1", "2")
				var c seats.Command = seats.Invite{Profile: users.Profile{ID: u, Email: *email, Username: *name, ExternalID: *external}}
				switch rapid.IntRange(0, 4).Draw(r, "kind") {
				case 0:
					c = seats.Delete{User: u}
				case 1, 2:
					c = seats.Edit{User: u, Set: users.Patch{Email: email, Username: name}}
				case 3:
					c = seats.SetPolicy{Policy: seats.Policy{IdentityChange: seats.IdentityChangeAllowed, SharedAddresses: seats.AddressSharing(rapid.IntRange(0, 2).Draw(r, "sharing"))}}
				}
				commands = append(commands, c)
			}
			s.write(seats.DecideEach(s.rows, s.request(system, commands...)).Change)
			unique, holders := map[users.Key]bool{}, map[users.Key]int{}
			for _, u := range s.rows.Users {
				for _, k := range u.UniqueKeys() {
					require.False(r, unique[k])
					unique[k] = true
				}
				for _, k := range u.TakenKeys() {
					holders[k]++
				}
				require.True(r, !u.SharesEmail || u.Email != "" && u.Username+u.ExternalID != "")
			}
			for k, n := range holders {
				require.True(r, n == 1 || k.Kind == users.KeyEmail)
			}
		}
	})
}
