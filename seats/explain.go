package seats

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Explanation tells whether a user holds a seat, and why.
type Explanation struct {
	Person Person    `json:"person"`
	Holds  bool      `json:"holds"` // a seat of the site pool
	Since  time.Time `json:"since"` // the beginning of this state
	By     Event     `json:"by"`    // the event that led to it
	// Freer can free a held seat now. Ways are the commands for it by owners of the account; for
	// an owner it is the end of the ownership, which comes first.
	Freer Freer          `json:"freer,omitzero"`
	Ways  []users.Action `json:"ways,omitzero"`
	// SourceHeld says that the sync of the user is held, so that it changes nothing, see [Hold].
	SourceHeld bool `json:"source_held,omitzero"`
	// At Ends a held seat comes free by itself, by the event EndsBy; zero: at no time. Leave is the
	// day of a scheduled leave, with its meaning. Person has the days to come in full.
	Ends   time.Time   `json:"ends,omitzero"`
	EndsBy EventKind   `json:"ends_by,omitzero"`
	Leave  users.Leave `json:"leave,omitzero"`

	// Position is the place of a waiting user, from 1 on, among those that the queue serves or among the
	// requests, see [Queue]; 0: none. Person has the terms of the place. Explain of a Keeper sets it.
	Position int `json:"position,omitzero"`
	// CoursePositions has the same of the CoursePlaces of the Person, in their order.
	CoursePositions []int `json:"course_positions,omitzero"`

	Licences []LicenceExplanation `json:"licences,omitzero"` // of courses, in order
}

// A LicenceExplanation tells the state of a course licence, and why. An unstarted licence comes
// back at its Ends; a started one is used, and its course is open until its Ends.
type LicenceExplanation struct {
	Licence users.Licence      `json:"licence"` // with its due date
	State   users.LicenceState `json:"state"`
	Open    bool               `json:"open"` // the user can start the course, or has started it; its term goes on
	By      Event              `json:"by"`   // the event that led to the state
}

// A Freer is the party with the power to free a user's seat.
type Freer string

// The freers.
const (
	FreedByOwners Freer = "owners" // the owners of the account, by the Ways of the [Explanation]
	FreedBySync   Freer = "sync"   // the sync of the user alone, besides the vendor
	FreedByVendor Freer = "vendor" // the vendor alone
	FreedByNone   Freer = "none"   // the last active owner keeps the seat; another user becomes an owner first
)

// Explain returns the explanation for a user at an instant. The events are those about the user
// and those of [GoverningEvents], in order; events after the account's Sequence are ignored. A
// contradiction between two events, or between an event and a row, is [ErrHistory]. The licences
// are all of the user, in order; those of others are ignored.
func Explain(a Account, u users.User, at time.Time, events iter.Seq2[Event, error], licences ...users.Licence) (Explanation, error) {
	var ofCourses []Event
	x := Explanation{Person: a.View(u, at)}
	var then Account
	var s users.Segment
	for e, err := range events {
		if err != nil {
			return Explanation{}, err
		}
		if e.Sequence > a.Sequence {
			break // the account has moved on since
		}
		if e.User == u.ID && e.Before != s {
			return Explanation{}, doesNotFollow(e.Sequence, "the status before")
		}
		if then.Sequence == 0 && e.Sequence != 1 {
			return Explanation{}, outOfOrder(0, e.Sequence) // it is a governing one
		}
		then = then.after(e)
		then.Sequence = e.Sequence
		first := e.User == u.ID && s == users.Segment{}
		if e.User == u.ID {
			s = e.After
			if e.Pool != Site {
				ofCourses = append(ofCourses, e)
			}
		}
		if holds := then.holds(s); first || holds != x.Holds {
			x.Holds, x.Since, x.By = holds, e.Time, e
		}
	}
	switch {
	case s != u.Segment():
		return Explanation{}, fmt.Errorf("%w: the user's row does not follow from the user's events", ErrHistory)
	case then.Policy != a.Policy || then.Closed != a.Closed:
		return Explanation{}, fmt.Errorf("%w: the account's row does not follow from the account's events", ErrHistory)
	}
	if source, _ := a.Sources.Of(u.Source.Name); u.Source.Kind == users.SourceSync {
		x.SourceHeld = source.IsHeld()
	}
	if x.Holds {
		x.Freer, x.Ways = a.waysOut(u)
		for _, c := range userRow(&u).comings() {
			if t := timers[c.rank]; t.frees && x.Ends.IsZero() {
				x.Ends, x.EndsBy = c.at, t.event
				if c.rank == leaveRank {
					x.Leave = u.Schedule.Leave
				}
			}
		}
	}
	var err error
	x.Licences, err = explainLicences(u.ID, licences, at, ofCourses)
	if err != nil {
		return Explanation{}, err
	}
	return x, nil
}

// ledTo has the events that lead to each state of a licence, besides those of an import.
var ledTo = map[users.LicenceState][]EventKind{
	users.LicenceAssigned: {EventCourseAssigned, EventSeated},
	users.LicenceStarted:  {EventCourseStarted},
	users.LicenceArchived: {EventActivityArchived},
	users.LicenceReturned: {EventCourseUnassigned, EventActivityArchived, EventArchived, EventDeleted, EventErased, EventLicenceEnded},
}

// explainLicences finds the event of each licence: of its course and the instant of its state, or
// that of the import. No event counts twice.
func explainLicences(id users.ID, licences []users.Licence, at time.Time, events []Event) (all []LicenceExplanation, err error) {
	for _, l := range licences {
		if l.User != id {
			continue
		}
		state := l.State()
		since := map[users.LicenceState]time.Time{
			users.LicenceAssigned: l.Assigned, users.LicenceStarted: l.Started, users.LicenceArchived: l.Archived, users.LicenceReturned: l.Returned,
		}[state]
		i := slices.IndexFunc(events, func(e Event) bool {
			return e.Pool == PoolID(l.Pool) && e.Time.Equal(since) && slices.Contains(ledTo[state], e.Kind)
		})
		if i < 0 {
			i = slices.IndexFunc(events, func(e Event) bool { return e.Pool == PoolID(l.Pool) && e.Kind == EventImported })
		}
		if i < 0 {
			return nil, fmt.Errorf("%w: the row of a licence does not follow from the user's events", ErrHistory)
		}
		all = append(all, LicenceExplanation{l, state, l.IsOpen(at), events[i]})
		events = slices.Delete(slices.Clone(events), i, i+1)
	}
	return all, nil
}

// waysOut returns the freer of the user's seat, and the commands of owners.
func (a Account) waysOut(u users.User) (Freer, []users.Action) {
	ways := leaving
	if u.Role == users.Owner {
		ways = users.In(users.ActionEndOwnership)
	}
	synced := true
	var offered []users.Action
	for _, way := range ways.Members() {
		locked := a.Policy.locks(way, u.Segment())
		if !locked && a.Policy.offers(way, u.Segment()) && (way != users.ActionEndOwnership || a.Policy.grants(way)) {
			offered = append(offered, way)
		}
		synced = synced && locked
	}
	switch {
	case u.Role == users.Owner && a.binds(u) == ErrLastOwner:
		return FreedByNone, nil
	case u.Role == users.Owner && a.binds(u) != "":
		return FreedByVendor, nil // who sets another payer
	case synced:
		return FreedBySync, nil
	case len(offered) == 0:
		return FreedByVendor, nil
	}
	return FreedByOwners, offered
}
