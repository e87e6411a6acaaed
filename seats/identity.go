package seats

import (
	"slices"

	"github.com/seatkeeper/seatkeeper/users"
)

// samePerson reports whether two profiles describe one person: by the external ID that both have,
// otherwise by addresses and usernames without a difference, see [users.KeyKind]. Profiles
// without a common kind describe two people. Names don't count: an upload after a marriage or a
// correction is about the same person.
func samePerson(a, b users.Profile) (same bool) {
	for _, k := range a.Keys() {
		for _, other := range b.Keys() {
			switch {
			case k.Kind != other.Kind:
			case k != other || k.Kind == users.KeyExternalID:
				return k == other
			default:
				same = true
			}
		}
	}
	return same
}

// exchanges reports whether an edit makes a profile describe another person. It does where
// the known name becomes another, see [users.SameName], together with the address (the username of a
// user without an address), and where a known external ID changes. A marriage (last name and
// address) and a correction keep the person.
func exchanges(was, now users.Profile) bool {
	stays := func(a, b string) bool { return a != "" && users.Fold(a) == users.Fold(b) }
	reached := was.Email != "" || was.Username != ""
	reach := stays(was.Email, now.Email) || was.Email == "" && stays(was.Username, now.Username)
	return was.ExternalID != "" && users.ByExternalID(was.ExternalID) != users.ByExternalID(now.ExternalID) ||
		named(was) && reached && !reach && !users.SameName(was, now)
}

// named reports whether a profile has a name.
func named(p users.Profile) bool { return p.FirstName != "" || p.LastName != "" }

// judge refuses an edit of a user that makes another person of them, alone or together with the edits
// since the baseline. It returns the baseline for the next edit: nil if the policy allows such edits, before
// the user is known here, and after one by which the actor confirms the person.
func (v *evaluation) judge(u users.User, now users.Profile) (*users.Baseline, *Refusal) {
	is, next, before := u.Profile.Baseline(), now.Baseline(), u.Baseline.Lasting(v.at)
	known := !u.FirstSignIn.IsZero() || slices.ContainsFunc([]users.Status{u.Status, u.LeftAs, u.ArchivedAs}, func(s users.Status) bool {
		return v.account.Policy.Shows(s) == users.Active
	})
	if before == nil && !v.byAccountUser() {
		is.ExternalID = next.ExternalID // what a directory or the host notes makes no other key
	}
	judged := known && v.account.Policy.refusesExchange() && !v.confirmsIdentity(u.Profile, now)
	switch {
	case judged && exchanges(u.Profile, now):
		return nil, refuse(ErrExchange, u.ID)
	case is == next:
		return before, nil
	case !judged:
		return nil, nil
	case before != nil && exchanges(before.Profile(), now):
		refusal := refuse(ErrExchange, u.ID).because(ErrEarlierEdits)
		refusal.Until = before.Ends()
		return nil, refusal
	case before != nil:
		is = *before
	}
	if !named(is.Profile()) { // the first name known is the person's
		is.FirstName, is.LastName = next.FirstName, next.LastName
	}
	if next.Edited = is.Edited; is == next {
		return nil, nil // all is as it was before
	}
	is.Edited = v.at
	return &is, nil
}

// comesIn returns the baseline after a sign-in of a user with the keys of a profile: nil where the sign-in
// proves that it is the person from before the edits. It does by a key that is the same since
// then, unless the name is gone since. A sign-in by the ID alone may be by any key, so that all must be the same.
func (v *evaluation) comesIn(u users.User, by users.Profile) *users.Baseline {
	b := u.Baseline.Lasting(v.at)
	if b == nil {
		return nil
	}
	was := b.Profile()
	known := slices.DeleteFunc(was.Keys(), func(k users.Key) bool { return !slices.Contains(u.Keys(), k) })
	proof := slices.ContainsFunc(by.Keys(), func(k users.Key) bool { return slices.Contains(known, k) })
	if len(by.Keys()) == 0 {
		proof = slices.Equal(was.Keys(), u.Keys())
	}
	if proof && (named(u.Profile) || !named(was)) {
		return nil
	}
	return b
}

// confirmsIdentity reports whether the actor confirms that two profiles are of one person:
// support, and a sync of the user's source by an unchanged external ID or by a new one alone.
func (v *evaluation) confirmsIdentity(was, now users.Profile) bool {
	unchanged := was.ExternalID != "" && users.ByExternalID(was.ExternalID) == users.ByExternalID(now.ExternalID)
	return v.request.Actor.Kind == users.ActorSupport || (unchanged || isRenumbered(was, now)) && v.request.Actor.Owns(was.Source)
}

// isRenumbered reports whether a profile has another external ID under the known name and the address or the username of
// before.
func isRenumbered(was, now users.Profile) bool {
	same := func(a, b string) bool { return users.PlainName(a) == users.PlainName(b) }
	stays := func(a, b users.Key) bool { return a.Value != "" && a == b }
	return now.ExternalID != "" &&
		(!named(was) || same(was.FirstName, now.FirstName) && same(was.LastName, now.LastName)) &&
		(stays(users.ByEmail(was.Email), users.ByEmail(now.Email)) || stays(users.ByUsername(was.Username), users.ByUsername(now.Username)))
}

// match returns the one user that a profile is about. Keys of several users, of one with
// another key, or of one invisible to the actor who is not taken over are a duplicate; to a source that takes the user over another
// external ID under the same name is none. An address of several users
// alone is ambiguous.
func (v *evaluation) match(p users.Profile) (u users.User, known bool, refusal *Refusal) {
	found := v.keyHolders(p)
	if len(found) == 0 {
		return u, false, nil
	}
	u = v.people.of(found[0])
	switch {
	case len(found) > 1 && !hasOwnKey(p) && slices.Equal(found, v.holdersOf(users.ByEmail(p.Email))) && !slices.ContainsFunc(found, v.invisible):
		return u, false, &Refusal{Code: ErrAmbiguous, Field: users.KeyEmail.String(), Others: found}
	case len(found) > 1 || !samePerson(p, u.Profile) && !(v.takes(u) && named(u.Profile) && isRenumbered(u.Profile, p)) || v.invisible(u.ID) && !v.takes(u):
		refusal := v.duplicate(p, found...)
		if reason, ok := otherKey(p, u.Profile); ok && refusal.User != "" && refusal.Reason == ErrTaken {
			refusal.Reason = reason
		}
		return u, false, refusal
	}
	return u, true, nil
}

// otherKey returns the reason for the strongest kind of key that differs between two profiles.
func otherKey(a, b users.Profile) (reason users.Reason, ok bool) {
	for _, k := range a.Keys() {
		if slices.ContainsFunc(b.Keys(), func(other users.Key) bool { return other.Kind == k.Kind && other != k }) {
			return otherKeys[k.Kind], true
		}
	}
	return users.Reason{}, false
}

// hasOwnKey reports whether a profile has a username or an external ID, which no two users share.
func hasOwnKey(p users.Profile) bool { return p.Username != "" || p.ExternalID != "" }

// keyHolders lists the users that a profile may be about, each once: those with its ID, external ID
// or username, and those with its address. The address leads to no user where one of the former has
// it, and where the policy lets the profile share it.
func (v *evaluation) keyHolders(p users.Profile) (found []users.ID) {
	add := func(ids []users.ID) {
		for _, id := range ids {
			if !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	for _, k := range (users.User{Profile: p, SharesEmail: true}).UniqueKeys() {
		add(v.holdersOf(k))
	}
	has := func(id users.ID) bool { return slices.Contains(found, id) }
	if address := v.holdersOf(users.ByEmail(p.Email)); !v.account.Policy.sharesAddress(p) && !slices.ContainsFunc(address, has) {
		add(address)
	}
	return found
}

// holdersOf lists the users with a key.
func (v *evaluation) holdersOf(k users.Key) []users.ID {
	id, ok := v.holders.get(k)
	if !ok {
		return nil
	}
	return append([]users.ID{id}, v.sharers[k]...)
}

// isTaken reports whether a user has the address of a profile.
func (v *evaluation) isTaken(p users.Profile) bool {
	_, taken := v.holders.get(users.ByEmail(p.Email))
	return taken
}

// duplicate refuses a profile with keys of other users, and names them if the actor sees
// all of them.
func (v *evaluation) duplicate(p users.Profile, holders ...users.ID) *Refusal {
	refusal := refuse(ErrDuplicate, "").because(ErrTaken)
	for _, k := range append(p.Keys(), users.ByID(p.ID)) {
		if holder, _ := v.holders.get(k); holder == holders[0] || slices.Contains(v.sharers[k], holders[0]) {
			refusal.Field = k.Kind.String()
			break
		}
	}
	if slices.ContainsFunc(holders, v.invisible) {
		return refusal
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
