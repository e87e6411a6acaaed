package reference

import (
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// watched reports whether an edit may make no other person of the user.
func (m *Model) watched(a users.Actor, p *Person, now users.Profile) bool {
	known := a.Kind == users.ActorSupport || a.Kind == users.ActorSync && now.ExternalID != "" && p.ExternalID == now.ExternalID
	settled := !p.FirstSignIn.IsZero() || wasActive(p) || m.Shown(p) == users.Active
	return m.Policy.IdentityChange == seats.IdentityChangeRefused && settled && !known
}

// called are the name and the address of a person.
type called struct{ first, last, username, email string }

func calledOf(p users.Profile) called { return called{p.FirstName, p.LastName, p.Username, p.Email} }

func (c called) profile() users.Profile {
	return users.Profile{FirstName: c.first, LastName: c.last, Username: c.username, Email: c.email}
}

// calledBefore are the name and the address from before the edits of late; without any, those of now.
func (m *Model) calledBefore(p *Person) called {
	if b := p.Baseline; b != nil && Later(m.Clock, m.Last).Sub(b.Edited) < 30*24*time.Hour {
		return called{b.FirstName, b.LastName, b.Username, b.Email}
	}
	return calledOf(p.Profile)
}

// renames notes the name and the address from before an edit, for the next one.
func (m *Model) renames(a users.Actor, p *Person, now users.Profile, at time.Time) {
	before := m.calledBefore(p)
	if before.first+before.last == "" {
		before.first, before.last = now.FirstName, now.LastName
	}
	switch {
	case calledOf(p.Profile) == calledOf(now):
	case !m.watched(a, p, now), before == calledOf(now):
		p.Baseline = nil
	default:
		p.Baseline = &users.Baseline{FirstName: before.first, LastName: before.last, Username: before.username, Email: before.email, Edited: at}
	}
}
