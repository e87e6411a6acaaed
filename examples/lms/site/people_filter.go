package site

import (
	"net/url"
	"strings"

	"github.com/seatkeeper/seatkeeper/users"
)

// filterOf reads the filter of the users page from its URL. What is not understood counts as not asked.
func filterOf(asked url.Values) users.Filter {
	f := users.Filter{Text: asked.Get("text"), Order: users.OrderName}
	f.Status, _ = users.Parse[users.Set[users.Status]](asked.Get("status"))
	f.Role, _ = users.Parse[users.Set[users.Role]](asked.Get("role"))
	f.NeverSignedIn = asked.Get("activity") == "never"
	if asked.Get("activity") == "deactivated" {
		f.Status = users.In(users.Inactive)
	}
	f.Dated = asked.Get("activity") == "dated"
	if location := asked.Get("location"); location != "" {
		f.Locations = []string{location}
	}
	if group := asked.Get("group"); group != "" {
		f.Groups = []string{group}
	}
	if kind, name, ok := strings.Cut(asked.Get("source"), ":"); ok {
		if k, err := users.Parse[users.SourceKind](kind); err == nil {
			f.Sources = []users.Source{{Kind: k, Name: name}}
		}
	}
	if order, err := users.Parse[users.Order](asked.Get("order")); err == nil && asked.Get("order") != "" {
		f.Order = order
	}
	f.Backward = f.Order == users.OrderChange // the latest first
	return f
}

// narrows reports whether a filter selects a part of the users.
func narrows(f users.Filter) bool {
	return f.Text != "" || !f.Status.Empty() || !f.Role.Empty() || f.NeverSignedIn || f.Dated || len(f.Locations)+len(f.Groups)+len(f.Sources) > 0
}

// pageURL is the URL of another page of the list.
func pageURL(asked url.Values, cursor *users.Cursor) string {
	if cursor == nil {
		return ""
	}
	next := url.Values{}
	for key, values := range asked {
		if len(values) > 0 && values[0] != "" {
			next[key] = values
		}
	}
	next.Set("cursor", cursor.String())
	return "/users?" + next.Encode()
}

// sourceText is the origin of a user.
func sourceText(s users.Source) string {
	switch s.Kind {
	case users.SourceSync:
		return "Sync " + s.Name
	case users.SourceImport:
		return "File"
	}
	return "By hand"
}
