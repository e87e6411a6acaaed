package storetest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// term is how long invitations last where they run out.
const term = 24 * time.Hour

// epoch is when every script begins.
var epoch = time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)

func drawProfile(t *rapid.T, by users.ActorKind) users.Profile {
	p := users.Profile{Email: or(t, emails, badEmails...)}
	if chance(t, 35) {
		p.ID = or(t, ids, users.ID(bad[0]), users.ID(long))
	}
	if chance(t, 40) {
		p.Username = or(t, usernames, bad...)
	}
	if chance(t, 30) || by == users.ActorSync && chance(t, 70) {
		p.ExternalID = or(t, externals, bad...)
	}
	if chance(t, 60) {
		p.FirstName, p.LastName = or(t, firsts, bad...), or(t, lasts, bad...)
	}
	if chance(t, 30) {
		p.Location, p.Department, p.Title = or(t, locations, bad...), or(t, departments, bad...), or(t, titles, bad...)
		p.Groups = rapid.SliceOfN(rapid.SampledFrom(groups), 0, 3).Draw(t, "groups")
	}
	if by != users.ActorSync && by != users.ActorUser && chance(t, 40) || chance(t, 10) {
		p.Source = or(t, sources, users.Source{Kind: users.SourceSync}, users.Source{Kind: 9}, users.Source{Name: bad[0]})
	}
	return p
}

func drawPatch(t *rapid.T, by users.ActorKind) users.Patch {
	var d users.Patch
	text := func(percent int, usual []string, others []string) *string {
		if !chance(t, percent) {
			return nil
		}
		s := or(t, usual, others...)
		return &s
	}
	d.FirstName, d.LastName = text(50, firsts, bad), text(50, lasts, bad)
	d.Email, d.Username, d.ExternalID = text(50, emails, badEmails), text(15, usernames, bad), text(20, externals, bad)
	if by == users.ActorSync {
		d.Email, d.ExternalID = text(50, emails, nil), text(50, externals, nil)
	}
	d.Location, d.Department, d.Title = text(15, locations, bad), text(5, departments, bad), text(5, titles, bad)
	if chance(t, 15) {
		g := rapid.SliceOfN(rapid.SampledFrom(groups), 0, 3).Draw(t, "groups")
		d.Groups = &g
	}
	return d
}

func drawFilter(t *rapid.T) users.Filter {
	f := users.Filter{NeverSignedIn: chance(t, 20), ByName: chance(t, 50)}
	if chance(t, 60) {
		f.Status = users.Set[users.Status](below(t, 32)) << users.Invited
	}
	if chance(t, 30) {
		f.Role = users.Set[users.Role](below(t, 16))
	}
	if chance(t, 20) {
		f.Location, f.Group = or(t, locations), or(t, groups)
	}
	if chance(t, 20) {
		f.Department = or(t, departments)
		s := or(t, sources)
		f.Source = &s
	}
	return f
}

// drawOpening draws an account to be, but for its ID.
var drawOpening = rapid.Custom(func(t *rapid.T) seats.Opening {
	o := seats.Opening{Name: or(t, companies, bad...), Total: drawTotal(t), Policy: drawPolicy.Draw(t, "policy"), Owner: drawProfile(t, users.ActorSystem)}
	if chance(t, 50) {
		o.Zone = or(t, zones, badZones...)
	}
	if chance(t, 2) {
		o.Policy = spoil(t, o.Policy)
	}
	return o
})
