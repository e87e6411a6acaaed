package site

import (
	"net/url"

	"github.com/seatkeeper/seatkeeper/users"
)

// ownKeys are the parameters of pages beside those of a filter.
var ownKeys = []string{"cursor", "activity", "assign", "state", "after", "number"}

// filterOf reads the filter of a list of users from its URL. What is not understood is an error: a filter with a part missing
// selects more users, and a bulk action may be about all of them.
func filterOf(asked url.Values) (users.Filter, error) {
	f, err := users.ParseFilter(asked, ownKeys...)
	if err != nil {
		return f, err
	}
	if asked.Get("order") == "" {
		f.Order = users.OrderName
	}
	f.Backward = f.Order == users.OrderChange // the latest first
	switch asked.Get("activity") {            // the product's words for what a filter has
	case "never":
		f.NeverSignedIn = true
	case "deactivated":
		f.Status = users.In(users.Inactive)
	case "dated":
		f.Dated = true
	case "":
	default:
		return f, &users.DocumentError{Text: "users: an unknown activity"}
	}
	return f, nil
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
