package seats

import "github.com/seatkeeper/seatkeeper/users"

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
