package users

import "slices"

// A Filter selects people of an account. Every field narrows; the zero value
// selects everybody but the deleted.
type Filter struct {
	Status     Set[Status] // one of these; empty: all but deleted
	Role       Set[Role]   // one of these; empty: any
	Location   string      // exactly this; empty: any
	Department string      // exactly this; empty: any
	Group      string      // in this group; empty: any
	Source     *Source     // exactly this; nil: any
	NeverIn    bool        // only those who never signed in
	After      ID          // only those with a greater ID, by bytes: where the last page ended
}

// Match reports whether the filter selects the user. Every store's list agrees
// with it.
func (f Filter) Match(u User) bool {
	statuses := f.Status
	if statuses.Empty() {
		statuses = Present
	}
	return statuses.Has(u.Status) &&
		(f.Role.Empty() || f.Role.Has(u.Role)) &&
		(f.Location == "" || f.Location == u.Location) &&
		(f.Department == "" || f.Department == u.Department) &&
		(f.Group == "" || slices.Contains(u.Groups, f.Group)) &&
		(f.Source == nil || *f.Source == u.Source) &&
		(!f.NeverIn || u.SignedIn.IsZero()) &&
		u.ID > f.After
}
