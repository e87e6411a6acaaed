package seats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestSignIn_proof: a sign-in proves the person from before the edits by a key that is the same since then.
// By any other it may be the new person, and the next edit is judged with the former ones.
func TestSignIn_proof(t *testing.T) {
	named := users.Patch{FirstName: name.FirstName, LastName: name.LastName, Username: new("bea")}
	nameless := users.Patch{FirstName: new(""), LastName: new("")}
	by := func(p users.Profile) seats.Command {
		if len(p.Keys()) > 0 {
			p.ID = "door" // of a new user
		}
		return seats.SignIn{Profile: p}
	}
	for what, c := range map[string]struct {
		before []users.Patch // by the host, before the first sign-in
		edits  []users.Patch
		signIn seats.Command
		last   users.Patch
		proof  bool
	}{
		"the same address":                 {nil, []users.Patch{name}, by(users.Profile{Email: "Ada@acme.example"}), address, true},
		"another address":                  {nil, []users.Patch{address}, by(users.Profile{Email: "bea@acme.example"}), name, false},
		"a new username":                   {nil, []users.Patch{named}, by(users.Profile{Username: "bea"}), address, false},
		"a new username and the address":   {nil, []users.Patch{named}, by(users.Profile{Username: "bea", Email: "ada@acme.example"}), address, true},
		"a new external ID":                {nil, []users.Patch{{ExternalID: new("7")}, name}, by(users.Profile{ExternalID: "7"}), address, false},
		"a new external ID by the host":    {[]users.Patch{{ExternalID: new("7")}}, []users.Patch{address}, by(users.Profile{ExternalID: "7"}), name, true},
		"the ID alone":                     {nil, []users.Patch{name}, by(users.Profile{ID: "ada"}), address, true},
		"the ID alone, of another address": {nil, []users.Patch{address}, by(users.Profile{ID: "ada"}), name, false},
		"the ID alone, of a new username":  {nil, []users.Patch{named}, by(users.Profile{ID: "ada"}), address, false},
		"the first time":                   {nil, []users.Patch{name}, seats.Accept{User: "ada"}, address, true},
		"the first time, another address":  {nil, []users.Patch{address}, seats.Accept{User: "ada"}, name, false},
		"without the name":                 {nil, []users.Patch{nameless}, by(users.Profile{Email: "ada@acme.example"}), users.Patch{FirstName: name.FirstName, LastName: name.LastName, Email: address.Email}, false},
		"another name at the door":         {nil, []users.Patch{nameless}, by(users.Profile{Email: "ada@acme.example", FirstName: "Bea", LastName: "Berg"}), address, false},
		"a code":                           {nil, []users.Patch{address}, seats.Join{Code: "welcome", Profile: users.Profile{ID: "door", Email: "bea@acme.example"}}, name, false},
	} {
		t.Run(what, func(t *testing.T) {
			s := open(t, seats.Of(9), seats.BigContacts())
			s.do(owner, seats.Invite{Profile: profile("ada")}, seats.SetCode{Pool: "code", Text: "welcome", Uses: seats.Of(2)})
			if c.signIn.Action() != users.ActionAccept {
				s.do(system, seats.Accept{User: "ada"})
			}
			for _, set := range c.before {
				s.edit(system, "ada", set)
			}
			for _, set := range c.edits {
				s.edit(owner, "ada", set)
			}
			s.do(system, c.signIn)
			require.Equal(t, c.proof, s.user("ada").Baseline == nil, "%+v", s.user("ada").Baseline)
			if c.proof {
				s.edit(owner, "ada", c.last)
				return
			}
			s.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: c.last})
			s.now = s.now.Add(users.BaselineTerm)
			s.edit(owner, "ada", c.last)
		})
	}
}

// TestSignIn_proof_nameless: a user without a name before the edits and now is proven by the address.
func TestSignIn_proof_nameless(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(owner, seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}})
	s.do(system, seats.Accept{User: "ada"})
	s.edit(owner, "ada", users.Patch{Username: new("ada")})
	require.NotNil(t, s.user("ada").Baseline)
	s.do(system, seats.SignIn{Profile: users.Profile{ID: "door", Email: "ada@acme.example"}})
	require.Nil(t, s.user("ada").Baseline)
}
