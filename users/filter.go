package users

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Filter selects users of an account and orders them. The zero value selects all but the
// deleted, in order of ID. Every field but ByName narrows. [Filter.NextPage] sets the beginning
// of a page.
type Filter struct {
	Status        Set[Status] // one of these; empty: all but deleted
	Role          Set[Role]   // one of these; empty: any
	Location      string      // exactly this; empty: any
	Department    string      // exactly this; empty: any
	Group         string      // in this group; empty: any
	Source        *Source     // exactly this; nil: any
	NeverSignedIn bool        // FirstSignIn is zero
	Dated         bool        // [User.Dated]
	HeldBack      bool        // the Schedule is Held
	ByName        bool        // orders by [Profile.SortName], then by ID; otherwise by ID
	After         ID          // selects greater IDs, by bytes
	AfterName     string      // with ByName: selects greater SortNames, and this one with an ID greater than After; otherwise ignored
}

// Match reports whether the filter selects the user. The lists of every store agree with it.
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
		(!f.Dated || u.Dated()) &&
		(!f.HeldBack || u.Schedule.Held) &&
		f.isBefore(u)
}

// isBefore reports whether the previous page ended before the user.
func (f Filter) isBefore(u User) bool {
	name := 0
	if f.ByName {
		name = cmp.Compare(f.AfterName, u.SortName())
	}
	return cmp.Or(name, cmp.Compare(f.After, u.ID)) < 0
}

// NextPage returns the filter of the page after this user, in either order. It contains the
// user's SortName: personal data.
func (f Filter) NextPage(u User) Filter {
	f.After, f.AfterName = u.ID, u.SortName()
	return f
}

// WithoutPage returns the filter of the first page in order of ID, for counts: it selects the
// users of all pages.
func (f Filter) WithoutPage() Filter {
	f.After, f.AfterName, f.ByName = "", "", false
	return f
}

// SortName returns the text for the order by name. Sort names are compared byte by byte, equal
// ones by ID.
//
// It is the last name, a tab and the first name. The tab sorts before every character of a
// name, so that users of one last name stand together. A profile with one of
// the two sorts under it, a nameless one under username, address or external ID. The text of
// deleted users is empty, so they come first.
//
// The text is in comparison form, see [Fold]. The order is by Unicode code point: É comes after
// Z. The text is cut between two characters to at most [MaxID] bytes, so that every database
// can index it.
func (p Profile) SortName() string {
	name := strings.Trim(Fold(p.LastName)+"\t"+Fold(p.FirstName), "\t")
	name = cmp.Or(name, Fold(p.Username), Fold(p.Email), Fold(p.ExternalID))
	end := min(len(name), MaxID)
	for end < len(name) && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}
