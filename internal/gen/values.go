package gen

import (
	"time"

	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/internal/reference"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// term is how long invitations last where they run out.
const Term = 24 * time.Hour

// course is the one pool of the scripts beside the site.
const Course seats.PoolID = "course"

// Epoch is when every script begins.
var Epoch = time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)

func drawProfile(t *rapid.T, by users.ActorKind) users.Profile {
	p := users.Profile{Email: Or(t, emails, badEmails...)}
	if Chance(t, 35) {
		p.ID = Or(t, ids, users.ID(bad[0]), users.ID(long))
	}
	if Chance(t, 40) {
		p.Username = Or(t, usernames, bad...)
	}
	if Chance(t, 30) || by == users.ActorSync && Chance(t, 70) {
		p.ExternalID = Or(t, externals, bad...)
	}
	if Chance(t, 60) {
		p.FirstName, p.LastName = Or(t, firsts, bad...), Or(t, lasts, bad...)
	}
	if Chance(t, 30) {
		p.Location, p.Department, p.Title = Or(t, Locations, bad...), Or(t, Departments, bad...), Or(t, titles, bad...)
		p.Groups = rapid.SliceOfN(rapid.SampledFrom(Groups), 0, 3).Draw(t, "groups")
	}
	if by != users.ActorSync && by != users.ActorUser && Chance(t, 40) || Chance(t, 10) {
		p.Source = Or(t, Sources, users.Source{Kind: users.SourceSync}, users.Source{Kind: 9}, users.Source{Name: bad[0]})
	}
	return p
}

func drawPatch(t *rapid.T, by users.ActorKind) users.Patch {
	var d users.Patch
	text := func(percent int, usual []string, others []string) *string {
		if !Chance(t, percent) {
			return nil
		}
		s := Or(t, usual, others...)
		return &s
	}
	d.FirstName, d.LastName = text(50, firsts, bad), text(50, lasts, bad)
	d.Email, d.Username, d.ExternalID = text(50, emails, badEmails), text(15, usernames, bad), text(20, externals, bad)
	if by == users.ActorSync {
		d.Email, d.ExternalID = text(50, emails, nil), text(50, externals, nil)
	}
	d.Location, d.Department, d.Title = text(15, Locations, bad), text(5, Departments, bad), text(5, titles, bad)
	if Chance(t, 15) {
		g := rapid.SliceOfN(rapid.SampledFrom(Groups), 0, 3).Draw(t, "groups")
		d.Groups = &g
	}
	return d
}

// DrawFilter draws a filter for users.
func DrawFilter(t *rapid.T) users.Filter {
	f := users.Filter{NeverSignedIn: Chance(t, 20), ByName: Chance(t, 50)}
	if Chance(t, 60) {
		f.Status = users.Set[users.Status](Below(t, 32)) << users.Invited
	}
	if Chance(t, 30) {
		f.Role = users.Set[users.Role](Below(t, 16))
	}
	if Chance(t, 20) {
		f.Location, f.Group = Or(t, Locations), Or(t, Groups)
	}
	if Chance(t, 20) {
		f.Department = Or(t, Departments)
		s := Or(t, Sources)
		f.Source = &s
	}
	return f
}

// drawOpening draws an account to be, but for its ID.
var drawOpening = rapid.Custom(func(t *rapid.T) seats.Opening {
	o := seats.Opening{Name: Or(t, companies, bad...), Total: drawTotal(t), Policy: drawPolicy.Draw(t, "policy"), Owner: drawProfile(t, users.ActorSystem)}
	if Chance(t, 50) {
		o.Zone = Or(t, reference.Zones, badZones...)
	}
	if Chance(t, 2) {
		o.Policy = spoil(t, o.Policy)
	}
	return o
})
