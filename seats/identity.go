package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// samePerson reports whether two profiles describe one person: the strongest kind of key in
// both decides, see [users.KeyKind]. Profiles without a common kind describe two people.
func samePerson(a, b users.Profile) bool {
	for _, k := range a.Keys() {
		for _, other := range b.Keys() {
			if k.Kind == other.Kind {
				return k == other
			}
		}
	}
	return false
}

// exchanges reports whether an edit makes a profile describe another person. It does where
// the known name changes whole together with the address (the username of a user without an
// address), and where a known external ID changes. A marriage (last name and address) and a
// correction keep the person.
func exchanges(was, now users.Profile) bool {
	stays := func(a, b string) bool { return a != "" && users.Fold(a) == users.Fold(b) }
	named, reached := was.FirstName != "" || was.LastName != "", was.Email != "" || was.Username != ""
	reach := stays(was.Email, now.Email) || was.Email == "" && stays(was.Username, now.Username)
	return was.ExternalID != "" && users.ByExternalID(was.ExternalID) != users.ByExternalID(now.ExternalID) ||
		named && reached && !reach && !stays(was.FirstName, now.FirstName) && !stays(was.LastName, now.LastName)
}

// match returns the one user with the keys of a profile. Keys of several users, of one with
// another stronger key, or of one invisible to the actor are a duplicate.
func (v *evaluation) match(p users.Profile) (u users.User, known bool, refusal *Refusal) {
	found := v.keyHolders(p)
	if len(found) == 0 {
		return u, false, nil
	}
	u = v.people.of(found[0])
	if len(found) > 1 || !samePerson(p, u.Profile) || !v.visible(u.ID) {
		return u, false, v.duplicate(p, found...)
	}
	return u, true, nil
}

// keyHolders lists the users with the ID or a key of a profile, each once.
func (v *evaluation) keyHolders(p users.Profile) []users.ID {
	var found []users.ID
	for _, k := range append(p.Keys(), users.ByID(p.ID)) {
		id, ok := v.holders[k]
		if !ok {
			continue
		}
		for _, id := range append([]users.ID{id}, v.sharers[k]...) {
			if !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	return found
}

// duplicate refuses a profile with keys of other users, and names them if the actor sees
// all of them.
func (v *evaluation) duplicate(p users.Profile, holders ...users.ID) *Refusal {
	refusal := refuse(ErrDuplicate, "").because(ErrTaken)
	for _, k := range append(p.Keys(), users.ByID(p.ID)) {
		if v.holders[k] == holders[0] || slices.Contains(v.sharers[k], holders[0]) {
			refusal.Field = k.Kind.String()
			break
		}
	}
	for _, id := range holders {
		if !v.visible(id) {
			return refusal
		}
	}
	refusal.User, refusal.Others = holders[0], holders
	if reason, ok := takenReasons[v.people.of(holders[0]).Status]; ok {
		refusal.Reason = reason
	}
	if len(holders) > 1 {
		refusal.Field, refusal.Reason = "profile", ErrTakenBySeveral
	}
	return refusal
}
