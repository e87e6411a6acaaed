package seats_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

func TestAccount_TakesOver(t *testing.T) {
	sync := func(name string) users.Source { return users.Source{Kind: users.SourceSync, Name: name} }
	a := seats.Account{Sources: seats.SourcesOf(
		seats.Source{Name: "first", Rank: 1}, seats.Source{Name: "second", Rank: 2}, seats.Source{Name: "also", Rank: 2}, seats.Source{Name: "adopts", Adopts: true},
	)}
	for _, c := range []struct {
		source string
		of     users.Source
		want   bool
	}{
		{"first", sync("second"), true}, {"second", sync("first"), false}, {"second", sync("also"), false}, {"second", sync("second"), false},
		{"second", sync("adopts"), true}, {"second", sync("unknown"), true}, {"adopts", sync("second"), false}, {"adopts", sync("unknown"), false},
		{"adopts", users.Source{}, true}, {"adopts", users.Source{Kind: users.SourceImport, Name: "list"}, true},
		{"first", users.Source{}, false}, {"first", users.Source{Kind: users.SourceImport}, false},
		{"unknown", users.Source{}, false}, {"unknown", sync("unknown"), false}, {"unknown", sync("first"), false},
	} {
		require.Equal(t, c.want, a.TakesOver(c.source, c.of), "%s, %v", c.source, c.of)
	}
}

// adopting opens a site with users by hand and of the source ad, and a source hr that may take over both.
func adopting(t *testing.T) *site {
	s := open(t, seats.Of(9), seats.Standard())
	s.do(system, seats.Invite{Profile: profile("hand")}, seats.Add{Profile: profile("active")})
	s.do(users.Sync("ad"), seats.Invite{Profile: profile("ad")})
	s.do(owner, seats.EditSource{Source: "hr", Adopts: new(true), Rank: new(1)})
	return s
}

// people counts the people of the sources.
func (s *site) people() (all []string) {
	for source := range s.rows.Account.Sources.All() {
		all = append(all, fmt.Sprint(source.Name, source.People))
	}
	return all
}

func TestInvite_takesOver(t *testing.T) {
	s := adopting(t)
	require.Equal(t, []string{"ad1", "hr0"}, s.people())
	for i, c := range []seats.Command{
		seats.Invite{Profile: profile("hand")}, seats.Add{Profile: profile("active")},
		seats.Invite{Profile: users.Profile{ID: "other", Email: profile("ad").Email, FirstName: "Passed over"}, Role: users.Admin},
	} {
		id := []users.ID{"hand", "active", "ad"}[i]
		was, held := s.user(id), s.pool().Held
		o := s.do(hr, c)[0]
		require.Equal(t, []any{id, int64(0), false}, []any{o.User, o.SeatsDelta, o.Unchanged})
		e := s.lastEvent()
		require.Equal(t, []any{seats.EventEdited, id, []string{"source"}, was.Status, true}, []any{e.Kind, e.User, e.Fields, e.After.Status, e.After.Synced})
		require.Equal(t, held, s.pool().Held)
		was.Source = users.Source{Kind: users.SourceSync, Name: "hr"}
		require.Equal(t, was, s.user(id))
		s.same(hr, c)
	}
	require.Equal(t, []string{"ad0", "hr3"}, s.people())
	s.do(hr, seats.Deactivate{User: "hand"})
	s.refused(seats.ErrDuplicate, users.Sync("ad"), seats.Invite{Profile: profile("ad")})
	s.do(owner, seats.HoldSource{Source: "hr", Cause: seats.ErrHeldByHand.Code}, seats.Invite{Profile: profile("late")})
	require.Equal(t, seats.ErrHeld, s.refused(seats.ErrSourceHeld, hr, seats.Invite{Profile: profile("late")}).Reason)
}

// TestInvite_takesOver_inactive: a user who has left otherwise than by hand is taken over, and comes back by another command.
func TestInvite_takesOver_inactive(t *testing.T) {
	s := adopting(t)
	s.do(users.Sync("ad"), seats.Deactivate{User: "ad"})
	s.do(hr, seats.Invite{Profile: profile("ad")})
	require.Equal(t, []any{users.Inactive, "hr"}, []any{s.user("ad").Status, s.user("ad").Source.Name})
	require.Equal(t, []string{"ad0", "hr0"}, s.people())
	s.do(hr, seats.Reactivate{User: "ad"})
	require.Equal(t, []string{"ad0", "hr1"}, s.people())
}

// TestInvite_takesOver_refused has users that no source takes over. The refusals don't tell their IDs.
func TestInvite_takesOver_refused(t *testing.T) {
	s := adopting(t)
	s.do(owner, seats.Invite{Profile: profile("out")}, seats.Deactivate{User: "out"}, seats.Invite{Profile: profile("archived")}, seats.Archive{User: "archived"})
	s.do(owner, seats.Invite{Profile: profile("starts"), Start: "2030-01-01"})
	gone := seats.Invite{Profile: profile("hand"), Gone: true}
	invite := func(id users.ID) seats.Command { return seats.Invite{Profile: profile(id)} }
	for _, c := range []seats.Command{invite("out"), invite("archived"), invite("starts"), invite("owner"), gone} {
		require.Empty(t, s.refused(seats.ErrDuplicate, hr, c).User)
	}
	s.do(owner, seats.EditSource{Source: "ad", Rank: new(1)}, seats.EditSource{Source: "hr", Adopts: new(false)})
	require.Empty(t, s.refused(seats.ErrDuplicate, hr, invite("ad")).User, "of the same rank")
	require.Empty(t, s.refused(seats.ErrDuplicate, hr, invite("hand")).User)
}

func TestDecideUndo_takenOver(t *testing.T) {
	s := adopting(t)
	receipt := s.bulk(hr, seats.Invite{Profile: profile("hand")})
	lines, _ := s.undo(system, receipt)
	require.Equal(t, []string{"invite hand: final"}, lines)
	require.Equal(t, "hr", s.user("hand").Source.Name)
}

// TestComparison_takenOver: users of other sources are taken over before anything else, and the rest of the row follows.
func TestComparison_takenOver(t *testing.T) {
	account := seats.Account{Sources: seats.SourcesOf(seats.Source{Name: "hr", Rank: 1, Adopts: true})}
	run := seats.SyncRun{Source: "hr", Fields: fields}
	of := func(source users.Source, change func(*users.User)) users.User {
		u := hired("ann", users.Active)
		u.Source = source
		change(&u)
		return u
	}
	const invite = `7 {"command":"invite","profile":{"id":"ann","email":"ann@acme.example","external_id":"n-ann"},"role":"member"}`
	const other = "7 invite ann: forbidden a sync acts only on users of its own source"
	const number = "7 invite ann: forbidden has another external ID, and the name is not the same"
	ad := users.Source{Kind: users.SourceSync, Name: "ad"}
	for name, c := range map[string]struct {
		is   users.User
		want []string
		sum  string
	}{
		"hand":      {of(users.Source{}, func(*users.User) {}), []string{invite}, "1 row: 0 as before, 1 is taken over"},
		"import":    {of(users.Source{Kind: users.SourceImport}, func(*users.User) {}), []string{invite}, "1 row: 0 as before, 1 is taken over"},
		"later":     {of(ad, func(*users.User) {}), []string{invite}, "1 row: 0 as before, 1 is taken over"},
		"edited":    {of(ad, func(u *users.User) { u.Department = "Law" }), []string{invite, `7 {"command":"edit","user":"ann","set":{"first_name":"Ann","last_name":"","email":"ann@acme.example","external_id":"n-ann","department":"Sales","groups":["red"]}}`}, "1 row: 0 as before, 1 is taken over, 1 changes"},
		"inactive":  {of(ad, func(u *users.User) { u.Status, u.LeftBy = users.Inactive, users.LeftBySync }), []string{invite, `7 {"command":"reactivate","user":"ann"}`}, "1 row: 0 as before, 1 comes back, 1 is taken over"},
		"no number": {of(ad, func(u *users.User) { u.ExternalID = "" }), []string{`7 {"command":"invite","profile":{"id":"ann","email":"ann@acme.example"},"role":"member"}`, `7 {"command":"edit","user":"ann","set":{"first_name":"Ann","last_name":"","email":"ann@acme.example","external_id":"n-ann","department":"Sales","groups":["red"]}}`}, "1 row: 0 as before, 1 is taken over, 1 changes"},
		"number":    {of(ad, func(u *users.User) { u.ExternalID = "n-0" }), []string{`7 {"command":"invite","profile":{"id":"ann","first_name":"Ann","email":"ann@acme.example","external_id":"n-ann"},"role":"member"}`}, "1 row: 0 as before, 1 is taken over"},
		"by hand":   {of(ad, func(u *users.User) { u.ExternalID, u.Kept = "n-0", []string{"external-id"} }), []string{`7 {"command":"invite","profile":{"id":"ann","email":"ann@acme.example"},"role":"member"}`}, "1 row: 0 as before, 1 is taken over"},
		"other":     {of(ad, func(u *users.User) { u.ExternalID, u.FirstName = "n-0", "Bea" }), []string{number}, "1 row: 0 as before, 1 left as it is: forbidden"},
		"unnamed":   {of(ad, func(u *users.User) { u.ExternalID, u.FirstName = "n-0", "" }), []string{number}, "1 row: 0 as before, 1 left as it is: forbidden"},
		"out":       {of(ad, func(u *users.User) { u.Status, u.LeftBy = users.Inactive, users.LeftByHand }), []string{other}, "1 row: 0 as before, 1 left as it is: forbidden"},
		"owner":     {of(ad, func(u *users.User) { u.Role = users.Owner }), []string{"7 invite ann: owner-protected <nil>"}, "1 row: 0 as before, 1 left as it is: owner-protected"},
		"planned":   {of(ad, func(u *users.User) { u.Status, u.Start.Date = users.Inactive, "2027-01-01" }), nil, "1 row: 1 as before"},
	} {
		t.Run(name, func(t *testing.T) {
			comparison, refusal := seats.NewComparison(account, run, seats.Request{At: start})
			require.Nil(t, refusal)
			comparison.User(c.is)
			require.Nil(t, comparison.Row(entry(hired("ann", users.Active))))
			d, refusal := comparison.Differences(true)
			require.Nil(t, refusal)
			require.Equal(t, c.want, did(t, d))
			require.Equal(t, c.sum, d.String())
		})
	}

	// A name of which the roster lacks a part proves no other number.
	for _, column := range []string{"first-name", "last-name"} {
		part := run
		part.Fields = []string{"external-id", "email", column}
		lund := of(ad, func(u *users.User) { u.ExternalID, u.LastName = "n-0", "Lund" })
		e := entry(lund)
		e.Profile.ExternalID = "n-ann"
		require.Equal(t, []string{number}, did(t, compareIn(t, account, part, []users.User{lund}, e)))
	}
}

// TestInvite_takesOver_number: external IDs of two sources are numbers of two systems. The name proves that they are of one user.
func TestInvite_takesOver_number(t *testing.T) {
	s := adopting(t)
	s.do(owner, seats.Edit{User: "hand", Set: users.Patch{ExternalID: new("by-hand")}})
	s.do(system, seats.Edit{User: "active", Set: users.Patch{ExternalID: new("1")}})
	s.do(users.Sync("ad"), seats.Edit{User: "ad", Set: users.Patch{ExternalID: new("2")}})
	numbered := func(id users.ID, change func(p *users.Profile)) seats.Command {
		p := profile(id)
		p.ExternalID = " guid-" + string(id)
		change(&p)
		return seats.Invite{Profile: p}
	}
	for _, c := range []seats.Command{
		numbered("ad", func(p *users.Profile) { p.FirstName = "Bea" }), numbered("ad", func(p *users.Profile) { p.FirstName, p.LastName = "", "" }),
		numbered("ad", func(p *users.Profile) { p.Email = "other@acme.example" }),
	} {
		require.Empty(t, s.refused(seats.ErrDuplicate, hr, c).User)
	}
	for _, id := range []users.ID{"hand", "active", "ad"} {
		was := s.user(id)
		s.do(hr, numbered(id, func(p *users.Profile) { p.FirstName = "first " + string(id) }))
		require.Equal(t, []string{"external-id", "source"}, s.lastEvent().Fields)
		was.ExternalID, was.Source = "guid-"+string(id), users.Source{Kind: users.SourceSync, Name: "hr"}
		require.Equal(t, was, s.user(id))
		s.same(hr, numbered(id, func(*users.Profile) {}))
	}
	source, _ := s.rows.Account.Sources.Of("hr")
	require.Empty(t, source.Lost, "numbers of others are no keys that it takes away")
	s.refused(seats.ErrDuplicate, hr, numbered("ad", func(p *users.Profile) { p.ExternalID = "3" }))
	s.do(owner, seats.Invite{Profile: users.Profile{ID: "unnamed", Email: "unnamed@acme.example", ExternalID: "4"}})
	s.refused(seats.ErrDuplicate, hr, numbered("unnamed", func(*users.Profile) {}))
	s.do(users.Sync("ad"), seats.Invite{Profile: users.Profile{ID: "kept", FirstName: "Ann", Email: "kept@acme.example"}})
	s.do(owner, seats.Edit{User: "kept", Set: users.Patch{ExternalID: new("by-hand-2")}})
	s.do(hr, numbered("kept", func(p *users.Profile) { p.FirstName, p.LastName = "Ann", "" }))
	require.Equal(t, []any{"by-hand-2", "hr"}, []any{s.user("kept").ExternalID, s.user("kept").Source.Name})
}

// TestLargePreview_takenOver: a part has the users taken over by a part before it as those of the source, and no others.
func TestLargePreview_takenOver(t *testing.T) {
	s := adopting(t)
	var preview seats.LargePreview
	edit := func(id users.ID) seats.Command {
		return seats.Edit{User: id, Set: users.Patch{Department: new("Law")}}
	}
	for _, part := range [][]seats.Command{
		{seats.Invite{Profile: profile("ad")}}, {edit("ad")}, {seats.Invite{Profile: profile("hand")}, edit("active")}, {edit("ad"), edit("hand")},
	} {
		preview.Add(s.rows, s.request(hr, part...), part)
	}
	require.Equal(t, "6 commands: 5 fit, 1 does not fit: forbidden 1, from command 4 on", preview.Plan().Totals.String())
	require.Equal(t, "ad", s.user("ad").Source.Name, "the snapshot stays")
}
