package reference

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Selects says whether a filter for shown statuses selects the person.
func (m *Model) Selects(f users.Filter, p *Person) bool {
	return (f.Status.Has(m.Shown(p)) || f.Status.Empty() && p.Here()) &&
		(f.Role.Empty() || f.Role.Has(p.Role)) &&
		among(f.IDs, p.ID) && among(f.Locations, p.Location) && among(f.Departments, p.Department) &&
		(len(f.Groups) == 0 || share(f.Groups, p.Groups)) &&
		(len(f.Sources) == 0 || comesFrom(p.Source, f.Sources)) &&
		(f.LeftBy.Empty() || f.LeftBy.Has(p.LeftBy)) &&
		(!f.NeverSignedIn || !m.cameIn(p)) &&
		(!f.NeverActive || !wasActive(p)) &&
		(!f.Dated || p.Start.Date != "" || p.Schedule.Date != "") &&
		(!f.HeldBack || p.Schedule.Held) &&
		mentions(p.Profile, strings.Fields(f.Text))
}

// cameIn says whether a person has signed in: by the date, or by being let in where the first sign-in lets in.
func (m *Model) cameIn(p *Person) bool {
	return !p.FirstSignIn.IsZero() || m.Policy.Activation == seats.FirstSignIn && wasActive(p)
}

// wasActive says whether a person who is here is active, or was before leaving.
func wasActive(p *Person) bool {
	left := p.Status == users.Inactive || p.Status == users.Archived
	return p.Status == users.Active || left && (p.LeftAs == users.Active || p.Status == users.Archived && p.ArchivedAs == users.Active)
}

// wasInvited says whether a person who is here is invited, or was before leaving.
func wasInvited(p *Person) bool {
	left := p.Status == users.Inactive || p.Status == users.Archived
	return p.Status == users.Invited || left && (p.LeftAs == users.Invited || p.Status == users.Archived && p.ArchivedAs == users.Invited)
}

func among[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

func share(a, b []string) bool {
	for _, x := range a {
		if slices.Contains(b, x) {
			return true
		}
	}
	return false
}

func comesFrom(s users.Source, any []users.Source) bool {
	for _, one := range any {
		if one == s || one.Name == "" && one.Kind == s.Kind {
			return true
		}
	}
	return false
}

var capitals = func() *strings.Replacer {
	var pairs []string
	for c := 'a'; c <= 'z'; c++ {
		pairs = append(pairs, string(c), string(c-'a'+'A'))
	}
	return strings.NewReplacer(pairs...)
}()

// mentions reports whether each of the words is in the profile.
func mentions(p users.Profile, words []string) bool {
	for _, word := range words {
		found := false
		for _, text := range []string{listed(p), Caseless(p.Email), Caseless(p.Username)} {
			found = found || strings.Contains(text, Caseless(word))
		}
		for _, form := range []string{word, Caseless(word), capitals.Replace(word)} {
			found = found || strings.Contains(p.ExternalID, form)
		}
		if !found {
			return false
		}
	}
	return true
}

// List returns the users that a filter for shown statuses selects, in its order.
func (m *Model) List(f users.Filter) []users.ID {
	var all []*Person
	for _, p := range m.People {
		if m.Selects(f, p) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *Person) int {
		if f.Backward {
			a, b = b, a
		}
		names, ids := CompareNames(a.Profile, b.Profile), strings.Compare(string(a.ID), string(b.ID))
		switch f.Order {
		case users.OrderName:
			return names
		case users.OrderStatus:
			return cmp.Or(int(a.Status)-int(b.Status), names)
		case users.OrderRole:
			return cmp.Or(int(b.Role)-int(a.Role), names)
		}
		return ids
	})
	var ids []users.ID
	for _, p := range all {
		ids = append(ids, p.ID)
	}
	return ids
}
