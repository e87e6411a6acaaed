package seats

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestExchanges edits one person's profile.
func TestExchanges(t *testing.T) {
	ada := users.Profile{FirstName: "Ada", LastName: "Byron", Email: "ada.byron@acme.example", ExternalID: "7"}
	bob := users.Profile{FirstName: "Bob", LastName: "Smith", Email: "bob@acme.example", Username: "bob"}
	with := func(change func(*users.Profile)) users.Profile {
		p := ada
		change(&p)
		return p
	}
	numbered := func(id string) users.Profile { return with(func(p *users.Profile) { p.ExternalID = id }) }
	for name, c := range map[string]struct {
		was, now users.Profile
		want     bool
	}{
		"unchanged":               {ada, ada, false},
		"marriage":                {ada, with(func(p *users.Profile) { p.LastName, p.Email = "Lovelace", "ada.lovelace@acme.example" }), false},
		"correction":              {ada, with(func(p *users.Profile) { p.FirstName, p.LastName = "Adah", "Biron" }), false},
		"case":                    {ada, with(func(p *users.Profile) { p.FirstName, p.LastName, p.Email = "ADA", "BYRON", "ADA.BYRON@acme.example" }), false},
		"name and address":        {ada, with(func(p *users.Profile) { p.FirstName, p.LastName, p.Email = "Bob", "Smith", "bob@acme.example" }), true},
		"external ID":             {ada, numbered("8"), true},
		"case of external ID":     {numbered("e7"), numbered("E7"), true},
		"external ID removed":     {ada, numbered(""), true},
		"first external ID":       {numbered(""), ada, false},
		"first name known":        {users.Profile{FirstName: "Ada", Email: "ada@acme.example"}, bob, true},
		"last name known":         {users.Profile{LastName: "Byron", Email: "ada@acme.example"}, bob, true},
		"username known":          {users.Profile{FirstName: "Ada", LastName: "Byron", Username: "ada"}, bob, true},
		"address before username": {users.Profile{FirstName: "Ada", LastName: "Byron", Email: "ada@acme.example", Username: "bob"}, bob, true},
		"same username":           {users.Profile{FirstName: "Ada", LastName: "Byron", Username: "bob"}, bob, false},
		"name unknown":            {users.Profile{Email: "ada@acme.example"}, bob, false},
		"address unknown":         {users.Profile{FirstName: "Ada", LastName: "Byron", ExternalID: "7"}, users.Profile{FirstName: "Bob", LastName: "Smith", ExternalID: "7", Email: "bob@acme.example"}, false},
	} {
		require.Equal(t, c.want, exchanges(c.was, c.now), name)
	}
}

// TestIsRenumbered: a number alone makes no other person, as far as the name and a key are the same.
func TestIsRenumbered(t *testing.T) {
	ada := users.Profile{FirstName: "Ada", LastName: "Müller", Email: "ada@acme.example", Username: "ada", ExternalID: "7"}
	for name, c := range map[string]struct {
		was, now func(*users.Profile)
		want     bool
	}{
		"number":           {want: true},
		"letters":          {now: func(p *users.Profile) { p.LastName, p.Email = "MUELLER", "ADA@acme.example" }, want: true},
		"address":          {now: func(p *users.Profile) { p.Email = "am@acme.example" }, want: true},
		"username":         {now: func(p *users.Profile) { p.Username = "am" }, want: true},
		"both keys":        {now: func(p *users.Profile) { p.Email, p.Username = "am@acme.example", "am" }},
		"no other key":     {was: func(p *users.Profile) { p.Email, p.Username = "", "" }, now: func(p *users.Profile) { p.Email, p.Username = "", "" }},
		"number removed":   {now: func(p *users.Profile) { p.ExternalID = "" }},
		"first name":       {now: func(p *users.Profile) { p.FirstName = "Eda" }},
		"last name":        {now: func(p *users.Profile) { p.LastName = "Berg" }},
		"name removed":     {now: func(p *users.Profile) { p.FirstName, p.LastName = "", "" }},
		"name not known":   {was: func(p *users.Profile) { p.FirstName, p.LastName = "", "" }, want: true},
		"last name is new": {was: func(p *users.Profile) { p.LastName = "" }},
	} {
		was, now := ada, ada
		now.ExternalID = "8"
		if c.was != nil {
			c.was(&was)
		}
		if c.now != nil {
			c.now(&now)
		}
		require.Equal(t, c.want, isRenumbered(was, now), name)
	}
}

func TestSamePerson(t *testing.T) {
	ada := users.Profile{ExternalID: "7", Email: "ada@acme.example", Username: "ada"}
	for _, c := range []struct {
		other users.Profile
		same  bool
	}{
		{users.Profile{ExternalID: "7", Email: "other@acme.example"}, true},
		{users.Profile{ExternalID: "8", Email: "ada@acme.example"}, false},
		{users.Profile{ExternalID: "7 ", Email: "other@acme.example"}, true},
		{users.Profile{Email: "ADA@acme.example", Username: "other"}, false},
		{users.Profile{Email: "ADA@acme.example", Username: "Ada"}, true},
		{users.Profile{Email: "ada@acme.example", FirstName: "Jane"}, true},
		{users.Profile{ExternalID: "7", Email: "ada@acme.example", Username: "other"}, true},
		{users.Profile{Email: "other@acme.example", Username: "ada"}, false},
		{users.Profile{Username: "Ada"}, true},
		{users.Profile{}, false},
	} {
		require.Equal(t, c.same, samePerson(ada, c.other), "%+v", c.other)
		require.Equal(t, c.same, samePerson(c.other, ada), "%+v", c.other)
	}
}
