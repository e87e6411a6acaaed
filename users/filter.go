package users

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Filter selects people of an account, and says in which order they are listed.
// Every field but ByName narrows; the zero value selects everybody but the
// deleted, in order of ID. Where a page begins is said by After alone in order of ID,
// and by After and AfterName together in order of name: [Filter.NextPage] sets both.
type Filter struct {
	Status        Set[Status] // one of these; empty: all but deleted
	Role          Set[Role]   // one of these; empty: any
	Location      string      // exactly this; empty: any
	Department    string      // exactly this; empty: any
	Group         string      // in this group; empty: any
	Source        *Source     // exactly this; nil: any
	NeverSignedIn bool        // only those who never signed in
	ByName        bool        // in order of [Profile.SortName] and then of ID, rather than of ID
	After         ID          // only those with a greater ID, by bytes: where the last page ended
	AfterName     string      // with ByName: only those with a greater SortName, or with this one and a greater ID; without: ignored
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
		(!f.NeverSignedIn || u.FirstSignIn.IsZero()) &&
		f.isBefore(u)
}

// isBefore reports whether the last page ended before the user.
func (f Filter) isBefore(u User) bool {
	name := 0
	if f.ByName {
		name = cmp.Compare(f.AfterName, u.SortName())
	}
	return cmp.Or(name, cmp.Compare(f.After, u.ID)) < 0
}

// Pending returns the filter for the page after the one that the user ended, in
// either order. It contains the user's SortName, which is personal data.
func (f Filter) NextPage(u User) Filter {
	f.After, f.AfterName = u.ID, u.SortName()
	return f
}

// WithoutPage returns the filter as of the first page, in order of ID: it selects the
// unchanged people wherever a page of f began. A count is made with it.
func (f Filter) WithoutPage() Filter {
	f.After, f.AfterName, f.ByName = "", "", false
	return f
}

// SortName returns the text by which people are listed in order of name. Two of
// them are compared byte by byte, and people for whom it is the same by their IDs.
//
// It is the last and the first name with a tab in between, which no name contains
// and which comes before whatever one does: all of one last name stand together.
// Who has one of the two stands under it, who has neither under the username, else
// the address, else the external ID. The deleted have nothing left; for them it is
// empty, so that they come first.
//
// The text is in comparison form, see [Fold]. Its order is that of Unicode's code
// points, case apart, and not that of a language: É comes after Z. It is cut between
// two characters to at most [MaxID] bytes, so that every database can index it;
// what is beyond orders nobody.
func (p Profile) SortName() string {
	name := strings.Trim(Fold(p.LastName)+"\t"+Fold(p.FirstName), "\t")
	name = cmp.Or(name, Fold(p.Username), Fold(p.Email), Fold(p.ExternalID))
	end := min(len(name), MaxID)
	for end < len(name) && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}
