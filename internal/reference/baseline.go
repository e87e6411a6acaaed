package reference

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// watched reports whether an edit may make no other person of the user.
func (m *Model) watched(a users.Actor, p *Person, now users.Profile) bool {
	known := a.Kind == users.ActorSupport || a.Kind == users.ActorSync && now.ExternalID != "" &&
		(p.ExternalID == now.ExternalID || keptName(p.Profile, now) && keptReach(p.Profile, now))
	settled := !p.FirstSignIn.IsZero() || wasActive(p) || m.Policy.Activation == seats.Invitation && wasInvited(p)
	return m.Policy.IdentityChange == seats.IdentityChangeRefused && settled && !known
}

// keptName reports whether the name, if there was one, is the same apart from capitals, accents and blanks.
func keptName(was, now users.Profile) bool {
	plain := func(p users.Profile) [2]string {
		return [2]string{users.PlainName(p.FirstName), users.PlainName(p.LastName)}
	}
	return was.FirstName+was.LastName == "" || plain(was) == plain(now)
}

// keptReach reports whether the address or the username is the same.
func keptReach(was, now users.Profile) bool {
	return was.Email != "" && SameText(was.Email, now.Email) || was.Username != "" && SameText(was.Username, now.Username)
}

// called are the name and the keys of a person.
type called struct{ first, last, username, email, external string }

func calledOf(p users.Profile) called {
	return called{p.FirstName, p.LastName, p.Username, p.Email, p.ExternalID}
}

func (c called) profile() users.Profile {
	return users.Profile{FirstName: c.first, LastName: c.last, Username: c.username, Email: c.email, ExternalID: c.external}
}

// followed reports whether the next edit is judged together with earlier ones.
func (m *Model) followed(p *Person) bool {
	return p.Baseline != nil && Later(m.Clock, m.Last).Sub(p.Baseline.Edited) < 30*24*time.Hour
}

// calledBefore are the name and the keys from before the edits of late; without any, those of now.
func (m *Model) calledBefore(p *Person) called {
	if m.followed(p) {
		return calledOf(p.Baseline.Profile())
	}
	return calledOf(p.Profile)
}

// proven reports whether a sign-in by the keys is that of the person from before the edits of late.
func (m *Model) proven(p *Person, by users.Profile) bool {
	if !m.followed(p) {
		return true
	}
	was, byID, one, all := p.Baseline, seen(by.Email)+seen(by.Username)+seen(by.ExternalID) == "", false, true
	for _, key := range [][3]string{{was.Email, p.Email, by.Email}, {was.Username, p.Username, by.Username}} {
		all = all && SameText(key[0], key[1])
		one = one || key[0] != "" && SameText(key[0], key[1]) && SameText(key[0], key[2])
	}
	all = all && was.ExternalID == p.ExternalID
	one = one || was.ExternalID != "" && was.ExternalID == p.ExternalID && seen(by.ExternalID) == p.ExternalID
	return (one || byID && all) && (p.FirstName+p.LastName != "" || was.FirstName+was.LastName == "")
}

// comesBack notes a sign-in by the keys.
func (m *Model) comesBack(p *Person, by users.Profile) {
	if m.proven(p, by) {
		p.Baseline = nil
	}
}

// renames notes the name and the address from before an edit, for the next one.
func (m *Model) renames(a users.Actor, p *Person, now users.Profile, at time.Time) {
	before, is := m.calledBefore(p), calledOf(p.Profile)
	if !m.followed(p) && a.Kind != users.ActorUser {
		before.external, is.external = now.ExternalID, now.ExternalID
	}
	if before.first+before.last == "" {
		before.first, before.last = now.FirstName, now.LastName
	}
	switch {
	case is == calledOf(now):
	case !m.watched(a, p, now), before == calledOf(now):
		p.Baseline = nil
	default:
		p.Baseline = &users.Baseline{FirstName: before.first, LastName: before.last, Username: before.username, Email: before.email, ExternalID: before.external, Edited: at}
	}
}

// edit returns the hindrances of an edit.
func (m *Model) edit(a users.Actor, p *Person, set users.Patch) (codes []seats.Code, same bool) {
	now, ok := Clean(patched(p.Profile, set))
	if !ok {
		return []seats.Code{seats.ErrBadInput}, false
	}
	if m.sharesKey(now, p) {
		codes = append(codes, seats.ErrDuplicate)
	}
	if p.SharesEmail && SameText(p.Email, now.Email) && now.Username+now.ExternalID == "" {
		codes = append(codes, seats.ErrBadInput)
	}
	renamed := calledOf(p.Profile) != calledOf(now)
	if m.watched(a, p, now) && (exchanged(p.Profile, now) || renamed && exchanged(m.calledBefore(p).profile(), now)) {
		codes = append(codes, seats.ErrExchange)
	}
	return codes, EqualProfiles(p.Profile, now)
}

// sharesKey reports whether the profile shares a key with a person other than p, who may go on
// sharing an address.
func (m *Model) sharesKey(profile users.Profile, p *Person) bool {
	if m.mayShare(profile) || SameText(p.Email, profile.Email) {
		profile.Email = ""
	}
	return slices.ContainsFunc(m.People, func(q *Person) bool { return q != p && q.Here() && SharesKey(q.Profile, profile) })
}
