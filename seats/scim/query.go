package scim

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"github.com/seatkeeper/seatkeeper/users"
)

// The number of resources of a page.
const (
	DefaultCount = 100
	MaxCount     = 500
)

// window is the part of a list that is asked for.
type window struct {
	start, count int
}

// readWindow reads startIndex and count (RFC 7644, 3.4.2.4).
func readWindow(parameters url.Values) (w window, refused *Error) {
	number := func(name string, absent int) int {
		text := parameters.Get(name)
		n, err := strconv.Atoi(cmp.Or(text, strconv.Itoa(absent)))
		if err != nil {
			refused = invalid(InvalidValue, "%s is not a number", name)
		}
		return n
	}
	w = window{start: max(1, number("startIndex", 1)), count: min(max(0, number("count", DefaultCount)), MaxCount)}
	return w, refused
}

// A Query is the parameters of a list of users: a look-up by keys, or a list in order of ID.
//
// Pages go by startIndex and count, or by cursor and count (RFC 9865). A page by startIndex costs all users before it and
// a count of all; one by cursor costs its own, and the count is on the first page alone.
type Query struct {
	window
	filter     users.Filter
	conditions []condition
	keys       []users.Key // of the users that can pass, of a look-up
	lookUp     bool
	byCursor   bool
	parameters url.Values
}

// Query reads the parameters of GET /Users. Lists and look-ups see the users of the connection's source. A filter has
// conditions with eq on id, userName, externalId, emails, emails.value, emails.type, emails.primary and active,
// joined by and; emails may have them in brackets. Every other filter is 400 invalidFilter: after an empty list a
// provider creates a second user. An error is an [*Error].
func (c Connection) Query(parameters url.Values) (Query, error) {
	w, err := readWindow(parameters)
	if err != nil {
		return Query{}, err
	}
	q := Query{window: w, parameters: parameters}
	q.filter.Sources = []users.Source{{Kind: users.SourceSync, Name: c.Source}}
	if q.conditions, err = readFilter(parameters.Get("filter"), userTests); err != nil {
		return Query{}, err
	}
	for i, condition := range q.conditions {
		if keys := userTests[condition.name].keys; keys != nil {
			q.lookUp, q.keys = true, keys(condition.text)
			break
		}
		if condition.name == "active" {
			q.filter.Status = present
			if !condition.yes {
				q.filter.Status = users.In(users.Inactive, users.Archived)
			}
			if len(q.conditions) == 1 {
				q.conditions = slices.Delete(q.conditions, i, i+1)
				break
			}
		}
	}
	if q.byCursor = parameters.Has("cursor"); q.byCursor {
		var cursor users.Cursor
		if cursor.UnmarshalText([]byte(parameters.Get("cursor"))) != nil || cursor.Order != users.OrderID {
			return Query{}, invalid("invalidCursor", "the cursor is none of this list")
		}
		q.filter.After = cursor.Place
	}
	return q, nil
}

// A Page is a part of a list of users.
type Page struct {
	Users []users.User
	Total int64  // of all pages; -1: not counted, on later pages by cursor
	Start int    // the startIndex of the first user; 0: the page goes by cursor
	Next  string // the cursor of the next page; empty: this is the last one, or one by startIndex
}

// Users reads the page. An error is one of People.
func (q Query) Users(p People) (page Page, _ error) {
	if q.lookUp {
		return q.found(p)
	}
	skip, seen, more := 0, 0, false
	if !q.byCursor {
		page.Start, skip = q.start, q.start-1
	}
	for person, err := range p.List(q.filter) {
		if err != nil {
			return Page{}, err
		}
		if !holdAll(q.conditions, userTests, person.User) {
			continue
		}
		if more = len(page.Users) == q.count; more {
			break
		}
		if seen++; seen > skip {
			page.Users = append(page.Users, person.User)
		}
	}
	var err error
	switch {
	case q.filter.After.ID != "":
		page.Total = -1
	case more:
		page.Total, err = q.total(p)
	default:
		page.Total = int64(seen)
	}
	if more && q.byCursor && q.count > 0 {
		page.Next = users.Cursor{Place: users.OrderID.Place(page.Users[q.count-1])}.String()
	}
	return page, err
}

// total counts the users of all pages: by the Keeper's count where the filter says all, otherwise one by one.
func (q Query) total(p People) (n int64, _ error) {
	all := q.filter.WithoutPage()
	if len(q.conditions) == 0 {
		return p.Count(all)
	}
	for person, err := range p.List(all) {
		if err != nil {
			return 0, err
		}
		if holdAll(q.conditions, userTests, person.User) {
			n++
		}
	}
	return n, nil
}

// found is the page of a look-up, of a few users at most.
func (q Query) found(p People) (Page, error) {
	all, err := p.find(slices.DeleteFunc(slices.Clone(q.keys), func(k users.Key) bool { return k.Value == "" }))
	if err != nil {
		return Page{}, err
	}
	all = slices.DeleteFunc(all, func(u users.User) bool {
		return u.Source != q.filter.Sources[0] || !holdAll(q.conditions, userTests, u)
	})
	slices.SortFunc(all, func(a, b users.User) int { return cmp.Compare(a.ID, b.ID) })
	return Page{Users: part(q.window, all), Total: int64(len(all)), Start: q.start}, nil
}

// part returns the part of a list in a window.
func part[R any](w window, all []R) []R {
	from := min(w.start-1, len(all))
	return all[from:min(from+w.count, len(all))]
}

// Users returns the answer to the query, with the attributes that it asks for.
func (c Connection) Users(q Query, page Page) Document {
	resources := make([]Document, len(page.Users))
	for i, u := range page.Users {
		resources[i] = c.User(u).Show(q.parameters)
	}
	d := list(resources, page.Total, page.Start)
	if page.Next != "" {
		d["nextCursor"] = page.Next
	}
	return d
}

// list returns a list response; a total below 0 and a start of 0 are left out (RFC 9865, 2).
func list(resources []Document, total int64, start int) Document {
	d := Document{"schemas": []string{listSchema}, "itemsPerPage": len(resources)}
	if total >= 0 {
		d["totalResults"] = total
	}
	d["Resources"] = append([]Document{}, resources...) // never null
	if start > 0 {
		d["startIndex"] = start
	}
	return d
}
