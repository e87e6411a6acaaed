package users

import (
	"slices"
	"strings"
)

// A Filter selects users of an account and orders them. The zero value selects all but the
// deleted, in order of ID. Every field but Order and Backward narrows. [Filter.NextPage] sets the
// beginning of a page.
//
// A page costs its rows and those that it passes over on the way in the orders by ID and by name,
// and all users of the account in the others, and in the order by name once it has passed over some thousand. IDs and the dates pass over none, in any order; the
// other fields are compared row by row. BOUNDS.md has the index of each. Package memstore has an
// index in every order. A filter has a JSON form, for a plan that is kept, and one for URLs, see [Filter.Query].
type Filter struct {
	IDs           []ID         `json:"ids,omitzero"`             // one of these; empty: any
	Text          string       `json:"text,omitzero"`            // each word of it is in a name or a key, see [Filter.Words]; empty: any
	Status        Set[Status]  `json:"status,omitzero"`          // one of these; empty: all but deleted
	Role          Set[Role]    `json:"role,omitzero"`            // one of these; empty: any
	Locations     []string     `json:"locations,omitzero"`       // exactly one of these, "" for none; empty: any
	Departments   []string     `json:"departments,omitzero"`     // exactly one of these, "" for none; empty: any
	Groups        []string     `json:"groups,omitzero"`          // in at least one of these; empty: any
	Sources       []Source     `json:"sources,omitzero"`         // one of these, without a name any of its kind; empty: any
	LeftBy        Set[Leaving] `json:"left_by,omitzero"`         // one of these; empty: any
	NeverSignedIn bool         `json:"never_signed_in,omitzero"` // FirstSignIn is zero; for a Keeper see StoredFilter of a policy
	NeverActive   bool         `json:"never_active,omitzero"`    // [User.WasActive] is false
	Dated         bool         `json:"dated,omitzero"`           // [User.Dated]
	HeldBack      bool         `json:"held_back,omitzero"`       // the Schedule is Held
	Order         Order        `json:"order,omitzero"`
	Backward      bool         `json:"backward,omitzero"` // from the last user of the order to the first
	After         Place        `json:"after,omitzero"`    // selects the users after this place: greater ones, with Backward smaller ones
}

// MaxWords is the largest number of words that a [Filter] looks for. Further ones count for
// nothing.
const MaxWords = 8

// Words returns the words of Text: the texts between white space, at most [MaxWords]. A word is
// in a user if its first form, the comparison form of [Fold], is contained in the SortName or in
// the comparison form of address or username, or if any of its forms is contained in the external
// ID: that form, the word as typed, and the word with capitals in the place of a to z.
func (f Filter) Words() (words [][]string) {
	for typed := range strings.FieldsFuncSeq(f.Text, isSpace) {
		folded := Fold(typed)
		if folded == "" {
			continue // invisible characters only
		}
		word := []string{folded}
		for _, form := range []string{typed, strings.Map(capital, typed)} {
			if !slices.Contains(word, form) {
				word = append(word, form)
			}
		}
		if words = append(words, word); len(words) == MaxWords {
			break
		}
	}
	return words
}

// Match reports whether the filter selects the user. The lists of every store agree with it.
func (f Filter) Match(u User) bool {
	statuses := f.Status
	if statuses.Empty() {
		statuses = Present
	}
	return statuses.Has(u.Status) &&
		(f.Role.Empty() || f.Role.Has(u.Role)) &&
		isAny(f.IDs, u.ID) &&
		isAny(f.Locations, u.Location) &&
		isAny(f.Departments, u.Department) &&
		(len(f.Groups) == 0 || slices.ContainsFunc(f.Groups, func(g string) bool { return slices.Contains(u.Groups, g) })) &&
		(len(f.Sources) == 0 || slices.ContainsFunc(f.Sources, u.Source.isOf)) &&
		(f.LeftBy.Empty() || f.LeftBy.Has(u.LeftBy)) &&
		(!f.NeverSignedIn || u.FirstSignIn.IsZero()) &&
		(!f.NeverActive || !u.WasActive()) &&
		(!f.Dated || u.Dated()) &&
		(!f.HeldBack || u.Schedule.Held) &&
		f.isBefore(u) &&
		(f.Text == "" || u.hasWords(f.Words()))
}

func isAny[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

// isOf reports whether the source is the other one, or of its kind if the other has no name.
func (s Source) isOf(other Source) bool {
	return s.Kind == other.Kind && (other.Name == "" || s.Name == other.Name)
}

func (p Profile) hasWords(words [][]string) bool {
	texts := []string{p.SortName(), Fold(p.Email), Fold(p.Username)}
	return !slices.ContainsFunc(words, func(word []string) bool {
		in := func(text string) bool { return strings.Contains(text, word[0]) }
		return !slices.ContainsFunc(texts, in) &&
			!slices.ContainsFunc(word, func(form string) bool { return strings.Contains(p.ExternalID, form) })
	})
}

// isBefore reports whether the previous page ended before the user.
func (f Filter) isBefore(u User) bool {
	if f.After.ID == "" {
		return true
	}
	return f.compare(f.After, f.Order.Place(u)) < 0
}

// Compare orders two users as the list does.
func (f Filter) Compare(u, v User) int { return f.compare(f.Order.Place(u), f.Order.Place(v)) }

func (f Filter) compare(p, q Place) int {
	if f.Backward {
		p, q = q, p
	}
	return f.Order.Compare(p, q)
}

// NextPage returns the filter of the page after this user. In the orders with names it contains
// the user's SortName: personal data.
func (f Filter) NextPage(u User) Filter {
	f.After = f.Order.Place(u)
	return f
}

// WithoutPage returns the filter of the first page in order of ID, for counts: it selects the
// users of all pages.
func (f Filter) WithoutPage() Filter {
	f.Order, f.Backward, f.After = OrderID, false, Place{}
	return f
}

// Part returns the users of the tally that the filter selects on all pages. It is not ok where
// the tally does not know: Status and Role are known, and Sources as [SourceSync] of any name, or
// as the two other kinds of any name.
func (t Tally) Part(f Filter) (part Tally, ok bool) {
	synced, ok := f.segments()
	if !ok {
		return Tally{}, false
	}
	for _, s := range Segments() {
		u := User{Profile: Profile{Source: Source{Kind: SourceSync}}, Role: s.Role, Status: s.Status}
		only := Filter{Status: f.Status, Role: f.Role}
		if synced[s.index()] && only.Match(u) {
			part.Add(s, t.Of(s))
		}
	}
	return part, true
}

// segments reports which users the Sources select, those of a sync second, and whether a tally knows
// all that the filter asks.
func (f Filter) segments() (synced [2]bool, ok bool) {
	if len(f.IDs)+len(f.Locations)+len(f.Departments)+len(f.Groups) > 0 || len(f.Words()) > 0 ||
		!f.LeftBy.Empty() || f.NeverSignedIn || f.NeverActive || f.Dated || f.HeldBack {
		return synced, false
	}
	var kinds Set[SourceKind]
	for _, s := range f.Sources {
		if s.Name != "" {
			return synced, false
		}
		kinds |= In(s.Kind)
	}
	if kinds.Empty() {
		return [2]bool{true, true}, true
	}
	others := kinds.Has(SourceManual)
	return [2]bool{others, kinds.Has(SourceSync)}, others == kinds.Has(SourceImport)
}
