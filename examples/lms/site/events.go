package site

import (
	"errors"
	"net/url"
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
	Through uint64      // the last number
	Actor   users.Actor // zero: all whose kind is in By
	None    string      // why no event is selected; empty: some may be
}

// match reports whether the query selects an event that its EventFilter selects.
func (q eventQuery) match(e seats.Event) bool {
	return q.Actor == users.Actor{} || e.Actor == q.Actor
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
	Looked uint64 // the first event that was looked at for a page that is not full; 0: the page is full, or the last one
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
	list, next, err := v.eventsBefore(query, before, eventsPerPage)
	if err != nil {
		return err
	}
	if next > 0 {
		bare.Set("before", strconv.FormatUint(next, 10))
		page.Older = "/events?" + bare.Encode()
		if len(list) < eventsPerPage {
			page.Looked = next
		}
	}
	page.Events, err = v.told(func(yield func(seats.Event, error) bool) {
		for _, e := range list {
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

// actorKinds are the choices of all actors of a kind.
var actorKinds = map[string]users.ActorKind{"users": users.ActorUser, "syncs": users.ActorSync, "support": users.ActorSupport, "system": users.ActorSystem}

// byOf reads the actor of a filter: a kind, the name of a sync, or what identifies a user.
func (v *visit) byOf(text string, q *eventQuery) error {
	if text == "" {
		return nil
	}
	if kind, all := actorKinds[text]; all {
		q.By = users.In(kind)
		return nil
	}
	switch kind, name, named := strings.Cut(text, ":"); {
	case named && kind == "sync":
		q.Actor = users.Sync(name)
	case named && kind == "support":
		q.Actor = users.Support(name)
	default:
		id, err := v.find(text)
		if err != nil {
			return err
		}
		if q.Actor = users.As(id); id == "" {
			q.None = "There is no user with this address, username or ID."
		}
	}
	q.By = users.In(q.Actor.Kind)
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

// A page looks at some numbers of events, and reads some events of which the actor alone tells whether they match. The
// next page goes on from there, so that a rare event is no reason to wait.
const (
	eventsLooked = 20_000
	eventsRead   = 1000
)

// eventsBefore returns the last events of a query before a number, at most n from the last to the first, and the number before
// which the next page begins; 0: there is none.
func (v *visit) eventsBefore(q eventQuery, before uint64, n int) (list []seats.Event, next uint64, err error) {
	if q.None != "" || before <= q.After+1 {
		return nil, 0, nil
	}
	window := q.EventFilter
	window.Backward, window.Before = true, before
	if q.User == "" && before-1-q.After > eventsLooked {
		window.After = before - 1 - eventsLooked
		next = window.After + 1
	}
	read := 0
	for e, err := range v.Keeper.Events(v.r.Context(), v.account.ID, window) {
		if err != nil {
			return nil, 0, err
		}
		if len(list) == n || read == eventsRead {
			return list, e.Sequence + 1, nil
		}
		if read++; q.match(e) {
			list = append(list, e)
		}
	}
	return list, next, nil
}
