package seats_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

var (
	aDay    = 24 * time.Hour
	first   = users.Patch{FirstName: new("Bea")}
	last    = users.Patch{LastName: new("Berg")}
	name    = users.Patch{FirstName: new("Bea"), LastName: new("Berg")}
	address = users.Patch{Email: new("bea@acme.example")}
)

func (s *site) edit(by users.Actor, id users.ID, set users.Patch) {
	s.t.Helper()
	s.do(by, seats.Edit{User: id, Set: set})
}

// TestEdit_exchange_together: several edits that together make one person into another, whose first
// ones pass.
func TestEdit_exchange_together(t *testing.T) {
	for what, edits := range map[string][]users.Patch{
		"name and address": {name, address},
		"address and name": {address, name},
		"three":            {first, address, last},
		"by the way":       {name, {Title: new("Chef")}, {Location: new("Leeds")}, address},
		"a name removed":   {{FirstName: new(""), LastName: new("")}, address},
		"an address added": {{Email: new(""), Username: new("ada")}, name},
	} {
		t.Run(what, func(t *testing.T) {
			for _, by := range []users.Actor{owner, system, users.As("admin")} {
				s := open(t, seats.Of(9), seats.Standard())
				s.invite("ada", "admin")
				s.do(owner, seats.ChangeRole{User: "admin", Role: users.Admin})
				s.now = s.now.Add(aDay)
				rest := edits[len(edits)-1]
				for _, set := range edits[:len(edits)-1] {
					s.edit(owner, "ada", set)
					s.now = s.now.Add(time.Minute)
				}
				refusal := s.refused(seats.ErrExchange, by, seats.Edit{User: "ada", Set: rest})
				require.Equal(t, seats.ErrEarlierEdits, refusal.Reason)
				until := s.user("ada").Baseline.Ends()
				require.Equal(t, until, refusal.Until)
				require.Equal(t, "seats: this would turn one user into another, together with earlier edits of the name or the address: they count until "+
					until.Format("2006-01-02 15:04 UTC")+", or until support confirms the person", refusal.Error())
				if what != "an address added" { // without which there is no baseline of it
					later := s.clone()
					later.now = until
					later.edit(by, "ada", rest)
				}
				s.edit(by, "ada", users.Patch{Title: new("Cook")})
				s.edit(support, "ada", rest)
				require.Empty(t, s.user("ada").Baseline, "support has confirmed the person")
			}
		})
	}
}

// TestEdit_exchange_named: a user without a name becomes the person of the first one.
func TestEdit_exchange_named(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(owner, seats.Invite{Profile: users.Profile{ID: "ada", Email: "ada@acme.example"}})
	s.do(system, seats.Accept{User: "ada"})
	s.edit(owner, "ada", users.Patch{FirstName: new("Ada"), LastName: new("Lee")})
	require.Nil(t, s.user("ada").Baseline)
	s.edit(owner, "ada", name)
	require.Equal(t, seats.ErrEarlierEdits, s.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: address}).Reason)
}

// TestEdit_exchange_one_call: the edits of one call are judged as those of several.
func TestEdit_exchange_one_call(t *testing.T) {
	s := open(t, seats.Of(9), seats.BigContacts())
	s.do(owner, seats.Invite{Profile: profile("ada")}) // shown as active
	commands := []seats.Command{seats.Edit{User: "ada", Set: name}, seats.Edit{User: "ada", Set: address}}
	require.Equal(t, users.ID("ada"), s.refused(seats.ErrExchange, owner, commands...).User)
	d := seats.DecideEach(s.rows, s.request(owner, commands...))
	require.Nil(t, d.Outcomes[0].Refusal)
	require.ErrorIs(t, d.Outcomes[1].Refusal, seats.ErrExchange)
	s.refused(seats.ErrExchange, owner, seats.If{Command: commands[0], Status: users.In(users.Invited)}, seats.If{Command: commands[1]})
	s.refused(seats.ErrExchange, owner, seats.Deactivate{User: "ada"}, commands[0], commands[1])
	s = open(t, seats.Of(9), seats.Standard())
	s.do(owner, seats.Invite{Profile: profile("ada")}, seats.Deactivate{User: "ada"}, commands[0], commands[1]) // who was never in
}

// TestEdit_exchange_passes: what keeps the person, and what is not judged together.
func TestEdit_exchange_passes(t *testing.T) {
	married := users.Patch{LastName: new("Berg"), Email: new("ada.berg@acme.example")}
	back := users.Patch{FirstName: new("First ada"), LastName: new("Last ada")}
	mistyped := users.Patch{FirstName: new("Frist ada"), LastName: new("Lást adda"), Email: new("frist@acme.example")}
	for what, c := range map[string]struct {
		policy seats.Policy
		steps  func(*site)
		ends   bool // without a baseline
	}{
		"a marriage": {seats.Standard(), func(s *site) {
			s.edit(owner, "ada", married)
			s.edit(owner, "ada", users.Patch{LastName: new("Bergh")})
		}, false},
		"a marriage by two": {seats.Standard(), func(s *site) { s.edit(owner, "ada", last); s.edit(owner, "ada", address) }, false},
		"there and back":    {seats.Standard(), func(s *site) { s.edit(owner, "ada", name); s.edit(owner, "ada", back); s.edit(owner, "ada", address) }, false},
		"all as it was":     {seats.Standard(), func(s *site) { s.edit(owner, "ada", name); s.edit(owner, "ada", back) }, true},
		"another policy":    {seats.AccuEdConnect(), func(s *site) { s.edit(owner, "ada", name); s.edit(owner, "ada", address) }, true},
		"after a term":      {seats.Standard(), func(s *site) { s.edit(owner, "ada", name); s.now = s.now.Add(30 * aDay); s.edit(owner, "ada", address) }, false},
		"after a sign-in":   {seats.Standard(), func(s *site) { s.edit(owner, "ada", name); s.signIn("ada"); s.edit(owner, "ada", address) }, false},
		"after support": {seats.Standard(), func(s *site) {
			s.edit(owner, "ada", name)
			s.edit(support, "ada", address)
			s.edit(owner, "ada", married)
		}, false},
		"a fold": {seats.Standard(), func(s *site) {
			s.edit(owner, "ada", users.Patch{LastName: new("LAST ADA")})
			s.edit(owner, "ada", users.Patch{FirstName: new("Bea"), Email: address.Email})
		}, false},
		"no field that is compared": {seats.Standard(), func(s *site) { s.edit(owner, "ada", users.Patch{Title: new("Chef")}) }, true},
		"a key by the host":         {seats.Standard(), func(s *site) { s.edit(system, "ada", users.Patch{ExternalID: new("7")}) }, true},
		"names mistyped":            {seats.Standard(), func(s *site) { s.edit(owner, "ada", mistyped) }, false},
		"names mistyped, by three": {seats.Standard(), func(s *site) {
			s.edit(owner, "ada", users.Patch{FirstName: mistyped.FirstName})
			s.edit(owner, "ada", users.Patch{LastName: mistyped.LastName})
			s.edit(owner, "ada", users.Patch{Email: mistyped.Email})
		}, false},
		"names swapped": {seats.Standard(), func(s *site) {
			s.edit(owner, "ada", users.Patch{FirstName: back.LastName, LastName: back.FirstName, Email: address.Email})
		}, false},
	} {
		t.Run(what, func(t *testing.T) {
			s := open(t, seats.Of(9), c.policy)
			s.invite("ada")
			c.steps(s)
			require.Equal(t, c.ends, s.user("ada").Baseline == nil, "%+v", s.user("ada").Baseline)
		})
	}
}

func (s *site) signIn(id users.ID) {
	s.t.Helper()
	s.do(system, seats.SignIn{Profile: users.Profile{ID: id}})
}

// TestEdit_exchange_term: each edit is judged with those less than 30 days before the next.
func TestEdit_exchange_term(t *testing.T) {
	almost := users.BaselineTerm - time.Microsecond
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	was := s.user("ada").Profile.Baseline()
	for _, set := range []users.Patch{first, address} {
		s.edit(owner, "ada", set)
		was.Edited = s.now
		require.Equal(t, &was, s.user("ada").Baseline)
		s.now = s.now.Add(almost)
	}
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: last})
	s.now = s.now.Add(time.Microsecond)
	s.edit(owner, "ada", users.Patch{Title: new("Chef")})
	require.Empty(t, s.user("ada").Baseline, "the next change of the row drops it")
	s.edit(owner, "ada", last)
	require.Equal(t, "Last ada", s.user("ada").Baseline.LastName)
}

// TestEdit_exchange_sync: a sync by its number confirms the person, and one without does not.
func TestEdit_exchange_sync(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	known := profile("ada")
	known.ExternalID = "e1"
	s.do(hr, seats.Invite{Profile: known}, seats.Invite{Profile: profile("cy")})
	s.do(system, seats.Accept{User: "ada"}, seats.Accept{User: "cy"})
	s.edit(owner, "ada", name)
	s.edit(hr, "ada", users.Patch{Title: new("Chef")})
	require.NotEmpty(t, s.user("ada").Baseline, "nothing that is compared was said")
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: address})
	s.edit(hr, "ada", address)
	require.Empty(t, s.user("ada").Baseline)
	s.edit(hr, "cy", name)
	s.refused(seats.ErrExchange, hr, seats.Edit{User: "cy", Set: users.Patch{Email: new("cyd@acme.example")}})
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: users.Patch{ExternalID: new("e2")}})
	s.edit(owner, "owner", name)
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "owner", Set: users.Patch{Email: new("o@acme.example")}})
}

// TestSignIn_baseline: a sign-in after edits has an event, once; the fields that it fills make no other
// person.
func TestSignIn_baseline(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	s.same(system, seats.SignIn{Profile: users.Profile{ID: "ada"}})
	s.edit(owner, "ada", name)
	before := s.user("ada")
	outcome := s.do(system, seats.SignIn{Profile: profile("ada")})[0]
	require.False(t, outcome.Unchanged)
	require.Equal(t, outcome.Before, outcome.After)
	e := s.lastEvent()
	require.Equal(t, []any{seats.EventSignedIn, users.ID("ada"), []string(nil)}, []any{e.Kind, e.User, e.Fields})
	before.Baseline = nil
	require.Equal(t, before, s.user("ada"))
	s.same(system, seats.SignIn{Profile: users.Profile{ID: "ada"}})

	s.edit(owner, "ada", users.Patch{FirstName: new("Cleo")})
	full := profile("ada")
	full.Title = "Chef"
	s.do(system, seats.SignIn{Profile: full})
	require.Equal(t, []seats.EventKind{seats.EventSignedIn, seats.EventEdited}, kinds(s.events[len(s.events)-2:]))
	require.Empty(t, s.user("ada").Baseline)
	s.edit(owner, "ada", first)
	s.now = s.now.Add(users.BaselineTerm)
	s.same(system, seats.SignIn{Profile: users.Profile{ID: "ada"}})

	let := open(t, seats.Of(9), seats.BigContacts())
	let.do(owner, seats.Invite{Profile: profile("ada")}, seats.Edit{User: "ada", Set: name})
	let.do(system, seats.Accept{User: "ada"}) // the first sign-in
	require.Empty(t, let.user("ada").Baseline)
	let.edit(owner, "ada", address)
}

// TestUser_baseline_erased: the former name and address are nowhere but in the row, are in no view,
// and go with the user; no import brings them.
func TestUser_baseline_erased(t *testing.T) {
	for _, c := range []seats.Command{seats.Delete{User: "ada"}, seats.Erase{User: "ada"}} {
		s := open(t, seats.Of(9), seats.Standard())
		s.invite("ada")
		s.edit(owner, "ada", users.Patch{FirstName: new("Bea"), LastName: new("Berg")})
		require.Equal(t, "Last ada", s.user("ada").Baseline.LastName)
		require.Empty(t, s.rows.Account.View(s.user("ada"), s.now).Baseline)
		s.do(owner, seats.Deactivate{User: "ada"})
		s.do(support, c)
		require.Empty(t, s.user("ada").Baseline)
		kept, err := json.Marshal([]any{s.rows, s.events})
		require.NoError(t, err)
		require.NotContains(t, string(kept), "Last ada")
	}
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.Import{User: importedUser("max", func(u *users.User) { u.Baseline = &users.Baseline{FirstName: "Eve", Edited: start} })})
	require.Empty(t, s.user("max").Baseline)
}

// TestUndo_edits: what a call edited is put back, also with a baseline of earlier edits.
func TestUndo_edits(t *testing.T) {
	s := open(t, seats.Of(9), seats.Standard())
	s.invite("ada")
	s.edit(owner, "ada", first)
	was := s.user("ada")
	receipt := s.bulk(owner, seats.Edit{User: "ada", Set: last})
	s.undo(owner, receipt)
	was.Baseline = new(*was.Baseline)
	was.Baseline.Edited = s.now
	require.Equal(t, was, s.user("ada"))
	s.edit(owner, "ada", last)
	s.refused(seats.ErrExchange, owner, seats.Edit{User: "ada", Set: address})
}
