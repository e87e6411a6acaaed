package reference

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// signIn is SignIn: rule 48.
func (m *Model) signIn(a users.Actor, c seats.SignIn, at time.Time) Result {
	c.Profile = fitting(c.Profile)
	p, codes := m.atDoor(a, c.Profile, c.Role)
	switch {
	case codes != nil:
		return refused(codes...)
	case p == nil && !m.Policy.AddsAtSignIn:
		return refused(seats.ErrUnknownUser)
	case p == nil:
		return m.enter(a, seats.Invite{Profile: c.Profile, Role: c.Role, Later: true}, at, true, "")
	}
	return m.comesIn(a, p, c.Profile, at)
}

// fitting passes over what is wrong in the optional fields of a profile, and cuts what is too long.
func fitting(p users.Profile) users.Profile {
	for _, text := range []*string{&p.FirstName, &p.LastName, &p.Location, &p.Department, &p.Title} {
		switch *text = strings.TrimSpace(*text); {
		case badRunes(*text):
			*text = ""
		case badText(*text, users.MaxText):
			*text = strings.TrimSpace(string([]rune(*text)[:users.MaxText]))
		}
	}
	p.Groups = slices.DeleteFunc(slices.Clone(p.Groups), func(g string) bool { return badText(strings.TrimSpace(g), users.MaxText) })
	return p
}

// atDoor finds the person at the door.
func (m *Model) atDoor(a users.Actor, known users.Profile, role users.Role) (*Person, []seats.Code) {
	if seen(known.Email)+seen(known.Username)+seen(known.ExternalID) == "" {
		return m.ByID(known.ID), nil
	}
	profile, ok := Clean(known)
	if !ok || profile.ID == "" || role >= users.Owner {
		return nil, []seats.Code{seats.ErrBadInput}
	}
	return m.match(a, profile, true)
}

// comesIn lets a known person in, or not.
func (m *Model) comesIn(a users.Actor, p *Person, known users.Profile, at time.Time) Result {
	if !p.Seated() {
		return refused(seats.ErrWrongStatus)
	}
	codes, same := m.hindrances(a, seats.Accept{User: p.ID}, p)
	clean, ok := Clean(complete(p.Profile, known))
	switch {
	case codes != nil:
		return refused(codes...)
	case !ok:
		return refused(seats.ErrBadInput)
	}
	watched := m.followed(p) && m.proven(p, known)
	if same && EqualProfiles(clean, p.Profile) && !watched {
		return unchanged(p)
	}
	filled := !EqualProfiles(clean, p.Profile)
	v := m.change(p, seats.EventAccepted, at, func() {
		if !same {
			p.Status, p.Expires = active, time.Time{}
			p.FirstSignIn = cmp.Or(p.FirstSignIn, at)
		}
		if p.Email == "" {
			p.SharesEmail = m.shared(clean.Email, p)
		}
		m.comesBack(p, known)
		p.Profile = clean
	})
	v.filled = filled
	switch {
	case same && watched:
		v.Event.Kind = seats.EventSignedIn
	case same:
		v.Event.Kind = ""
	}
	return v
}

// complete fills what is empty of a profile.
func complete(p, from users.Profile) users.Profile {
	for to, text := range map[*string]string{
		&p.FirstName: from.FirstName, &p.LastName: from.LastName, &p.Username: from.Username, &p.Email: from.Email,
		&p.ExternalID: from.ExternalID, &p.Location: from.Location, &p.Department: from.Department, &p.Title: from.Title,
	} {
		if *to == "" {
			*to = text
		}
	}
	if len(p.Groups) == 0 {
		p.Groups = from.Groups
	}
	return p
}
