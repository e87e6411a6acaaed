package site

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatkeeper/seatkeeper/examples/lms/sentences"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// An eventQuery selects events of the audit trail.
type eventQuery struct {
	seats.EventFilter
	Through uint64 // the last number
	By      users.Actor
	ByKind  bool // events of any actor of the kind of By
	AnyBy   bool
	None    string // why no event is selected; empty: some may be
}

// match reports whether the query selects an event that its EventFilter selects.
func (q eventQuery) match(e seats.Event) bool {
	return q.AnyBy || q.ByKind && e.Actor.Kind == q.By.Kind || !q.ByKind && e.Actor == q.By
}

// An eventsView is the page of the audit trail.
type eventsView struct {
	Asked  url.Values
	Query  eventQuery
	Events []toldEvent
	Kinds  []option
	Actors []option
	Older  string // the URL of the page before; empty: this is the first one in time
	Newest string // the URL of the latest page; empty: this is it
	File   string // the query, for the files
}

const eventsPerPage = 50

// events shows the audit trail, the latest events first.
func (v *visit) events() error {
	asked := v.r.URL.Query()
	query, err := v.eventQuery(asked)
	if err != nil {
		return err
	}
	page := eventsView{Asked: asked, Query: query, Actors: v.actorOptions()}
	for _, kind := range sentences.All() {
		page.Kinds = append(page.Kinds, option{string(kind), sentence(strings.ReplaceAll(string(kind), "licence", "license"))})
	}
	bare := url.Values{}
	for _, key := range []string{"kind", "user", "by", "from", "to"} {
		if asked.Get(key) != "" {
			bare[key] = asked[key]
		}
	}
	page.File = bare.Encode()
	before := query.Through + 1
	if n, err := strconv.ParseUint(asked.Get("before"), 10, 64); err == nil && n < before {
		before, page.Newest = n, "/events?"+page.File
	}
	list, more, err := v.eventsBefore(query, before, eventsPerPage)
	if err != nil {
		return err
	}
	if more {
		bare.Set("before", strconv.FormatUint(list[0].Sequence, 10))
		page.Older = "/events?" + bare.Encode()
	}
	page.Events, err = v.told(func(yield func(seats.Event, error) bool) {
		for _, e := range slices.Backward(list) {
			if !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	return v.show("events", "Events", page)
}

// eventQuery reads the filter from the URL. The days are those of the account's time zone, both included.
func (v *visit) eventQuery(asked url.Values) (q eventQuery, err error) {
	account, err := v.Keeper.Account(v.r.Context(), v.account.ID)
	if err != nil {
		return q, err
	}
	q.Through = account.Sequence
	for _, kind := range asked["kind"] {
		if kind != "" && !sentences.Kinds(seats.EventKind(kind)) {
			return q, &users.DocumentError{Text: "events: an unknown kind"}
		}
		if kind != "" {
			q.Kinds = append(q.Kinds, seats.EventKind(kind))
		}
	}
	for _, end := range []struct {
		day     string
		instant func(users.Date) time.Time
		number  *uint64
	}{
		{asked.Get("from"), func(d users.Date) time.Time { return d.Start(v.zone()) }, &q.After},
		{asked.Get("to"), func(d users.Date) time.Time { return d.End(v.zone()) }, &q.Through},
	} {
		if day := users.Date(end.day); day != "" {
			if day.Check() != nil {
				return q, &users.DocumentError{Text: "events: no day"}
			}
			usage, err := v.Keeper.UsageAt(v.r.Context(), v.account.ID, end.instant(day).Add(-time.Microsecond))
			if err != nil {
				return q, err
			}
			*end.number = usage.Sequence
		}
	}
	if text := strings.TrimSpace(asked.Get("user")); text != "" {
		if q.User, err = v.find(text); q.User == "" && err == nil {
			q.None = "There is no user with this address, username or ID."
		}
		if err != nil {
			return q, err
		}
	}
	return q, v.byOf(strings.TrimSpace(asked.Get("by")), &q)
}

// byOf reads the actor of a filter: a kind, the name of a sync, or what identifies a user.
func (v *visit) byOf(text string, q *eventQuery) error {
	kind, name, named := strings.Cut(text, ":")
	switch {
	case text == "":
		q.AnyBy = true
	case named && kind == "sync":
		q.By = users.Sync(name)
	case named && kind == "support":
		q.By = users.Support(name)
	default:
		for k, by := range map[string]users.Actor{"users": users.As(""), "syncs": users.Sync(""), "support": users.Support(""), "system": users.System()} {
			if text == k {
				q.By, q.ByKind = by, true
				return nil
			}
		}
		id, err := v.find(text)
		if err != nil {
			return err
		}
		if q.By = users.As(id); id == "" {
			q.None = "There is no user with this address, username or ID."
		}
	}
	return nil
}

// actorOptions are suggestions for the actor of a filter.
func (v *visit) actorOptions() []option {
	options := []option{{"users", "All users"}, {"syncs", "All syncs"}, {"support", "The vendor's support"}, {"system", "The system"}}
	for s := range v.account.Sources.All() {
		options = append(options, option{"sync:" + s.Name, "Sync " + s.Name})
	}
	return options
}

// find returns the user with an ID, an address, a username or an external ID; empty: there is none.
func (v *visit) find(text string) (users.ID, error) {
	for _, key := range []users.Key{users.ByID(users.ID(text)), users.ByEmail(text), users.ByUsername(text), users.ByExternalID(text)} {
		p, err := v.Keeper.Find(v.r.Context(), v.account.ID, key)
		switch {
		case err == nil:
			return p.ID, nil
		case !errors.Is(err, seats.ErrUnknownUser) && !errors.Is(err, seats.ErrBadInput) && !errors.Is(err, seats.ErrAmbiguous):
			return "", err
		}
	}
	return "", nil
}

// eventsBefore returns the last events of a query before a number, at most n in order, and whether there are more. The
// library lists events forward: it looks at windows from the end on, each four times as long as the one after it.
func (v *visit) eventsBefore(q eventQuery, before uint64, n int) (list []seats.Event, more bool, err error) {
	for size := uint64(4 * n); q.None == "" && before > q.After+1 && len(list) <= n; size *= 4 {
		window := q.EventFilter
		if q.User == "" && before-1-q.After > size {
			window.After = before - 1 - size
		}
		var found []seats.Event
		for e, err := range v.Keeper.Events(v.r.Context(), v.account.ID, window) {
			if err != nil {
				return nil, false, err
			}
			if e.Sequence >= before {
				break
			}
			if q.match(e) {
				found = append(found, e)
			}
		}
		list, before = append(found, list...), window.After+1
	}
	if more = len(list) > n; more {
		list = list[len(list)-n:]
	}
	return list, more, nil
}
