package seats

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// An Undoing is what a call did to one user, or to the account, and the way back. Steps of a call
// that cancel each other out are none.
type Undoing struct {
	user          users.ID // empty: the account
	created       bool     // by the call
	active        bool     // from the creation on: by [Add], [SignIn] or [Join]
	before, after users.Segment
	seats         int64     // the seats taken, less those freed
	last          uint64    // the number of the last event
	since         time.Time // the last change of status by the call
	fields        []string  // edited
	scheduled     bool
	unknown       bool // the values before are unknown
	values        Former
	licences      []licenceUndoing // in order of the call
	code          PoolID           // the join code by which the user was created; empty: none
	final         []users.Action   // each once
}

// A licenceUndoing is what a call did to the licences of a user for one course.
type licenceUndoing struct {
	pool  PoolID
	held  int64     // the licences taken, less those returned
	at    time.Time // of the last of these
	dated bool      // the due date was set
	// The due date before is unknown.
	unknown bool
	values  Former
}

// finals are the events of what stays: sign-ins, messages, deletions, orders, ownerships, join codes and
// the terms of the account.
var finals = map[EventKind]users.Action{
	EventImported: users.ActionImport, EventNotified: users.ActionNotify, EventAccepted: users.ActionAccept,
	EventSignedIn: users.ActionSignIn, EventApproved: users.ActionApprove, EventDeleted: users.ActionDelete, EventErased: users.ActionErase,
	EventHandedOver: users.ActionHandOver, EventOwnershipGranted: users.ActionGrantOwnership,
	EventOwnershipOffered: users.ActionOfferOwnership, EventOwnershipAccepted: users.ActionAcceptOwnership,
	EventOfferDeclined: users.ActionEndOffer, EventOfferWithdrawn: users.ActionEndOffer, EventOfferLapsed: users.ActionOfferOwnership,
	EventOwnershipEnded: users.ActionEndOwnership, EventCourseStarted: users.ActionStartCourse,
	EventSeatsBought: users.ActionBuySeats, EventSeatsGrown: users.ActionBuySeats, EventSeatsReturned: users.ActionReturnSeats, EventTotalSet: users.ActionSetTotal,
	EventTotalBooked: users.ActionBookTotal, EventPoolEdited: users.ActionEditPool,
	EventCodeSet: users.ActionSetCode, EventCodeUsed: users.ActionJoin, EventCodeUseBack: users.ActionJoin, EventCodeEnded: users.ActionEndCode, EventSeatsReserved: users.ActionSetCode, EventPolicySet: users.ActionSetPolicy,
	EventSourceEdited: users.ActionEditSource, EventSourceHeld: users.ActionHoldSource, EventSourceReleased: users.ActionReleaseSource, EventRunRejected: users.ActionRejectRun,
	EventQueued: users.ActionQueue, EventSeatRequested: users.ActionQueue, EventUnqueued: users.ActionUnqueue,
	EventPayerSet: users.ActionSetPayer, EventAccountEdited: users.ActionEditAccount, EventClosed: users.ActionClose,
	EventReopened: users.ActionReopen, EventAccountErased: users.ActionEraseAccount,
}

// Undoings returns what a call did, by its receipt and the events of each commit: First to Last.
// It has one Undoing for each user and one for the account, from the end of the call to its
// beginning, but those first that free a seat or a licence, and then those that need a seat on the
// way alone. [DecideUndo] carries them out.
//
// [ErrBadInput] for a receipt of another account, and for one that contradicts the events. An
// error of the events ends it.
func (r Receipt) Undoings(account users.AccountID, events func(ReceiptCommit) iter.Seq2[Event, error]) ([]Undoing, error) {
	if r.Account != account {
		return nil, badInput("account", errOtherAccount)
	}
	commits, refusal := r.inOrder()
	if refusal != nil {
		return nil, refusal
	}
	c := called{values: valuesOf(commits), place: map[users.ID]int{}, incomplete: r.Incomplete}
	for _, commit := range commits {
		last := uint64(0)
		for e, err := range events(commit) {
			switch {
			case err != nil:
				return nil, err
			case !commit.has(e):
				return nil, badInput("receipt", errOtherEvents)
			}
			c.record(e, commit.Repeated)
			last = e.Sequence
		}
		if last != commit.Last {
			return nil, badInput("receipt", errOtherEvents)
		}
	}
	slices.SortFunc(c.all, func(x, y Undoing) int {
		return cmp.Or(cmp.Compare(x.rank(), y.rank()), cmp.Compare(y.last, x.last))
	})
	return c.all, nil
}

// rank is the place of a way back: those that free a seat or a licence, then those with a seat on
// the way alone, then the others.
func (u Undoing) rank() int {
	switch {
	case u.before.Status == users.Inactive && u.after.Status == users.Archived:
		return 1
	case u.created || u.seats > 0 || u.seats == 0 && slices.ContainsFunc(u.licences, func(l licenceUndoing) bool { return l.held > 0 }):
		return 0
	}
	return 2
}

// called gathers what a call did.
type called struct {
	all    []Undoing
	place  map[users.ID]int // of the users in all
	values map[formerKey]Former

	incomplete bool // values may be missing
}

// record adds an event of the call.
func (c *called) record(e Event, repeated bool) {
	if e.Kind == EventUnchanged {
		return
	}
	user := e.User
	if e.Kind == EventPayerSet {
		user = "" // an event about the account
	}
	i, known := c.place[user]
	if !known && e.Kind == EventSeated {
		return // what the queue gave is not the call's
	}
	if !known {
		i = len(c.all)
		c.place[user] = i
		values, known := c.values[formerKey{user: user}]
		c.all = append(c.all, Undoing{user: user, before: e.Before, values: values, unknown: c.incomplete && !known})
	}
	u := &c.all[i]
	u.last = e.Sequence
	if action, ok := finals[e.Kind]; ok || e.Kind == EventActivityArchived && e.Delta == 0 {
		if !ok {
			action = users.ActionArchiveActivity // of a started course, whose licence is spent
		}
		u.addFinal(action)
	}
	if user == "" {
		return
	}
	if e.Pool == Site {
		u.seats += e.Delta
	}
	if u.after = e.After; e.Before.Status != e.After.Status {
		u.since = e.Time
	}
	if e.Before.Status == users.NoStatus && e.Kind != EventImported {
		u.created, u.active = true, e.After.Status == users.Active
	}
	switch e.Kind {
	case EventEdited:
		if slices.Contains(e.Fields, sourceField) {
			u.addFinal(users.ActionInvite) // the sync has taken the user over
			break
		}
		u.fields, u.unknown = append(u.fields, e.Fields...), u.unknown || repeated
	case EventCodeUsed:
		u.code = e.Pool
	case EventScheduled, EventUnscheduled:
		u.scheduled, u.unknown = true, u.unknown || repeated
	}
	if e.Pool != Site {
		values, known := c.values[formerKey{user, e.Pool}]
		u.licence(e, values, repeated || c.incomplete && !known)
	}
}

func (u *Undoing) addFinal(a users.Action) {
	for _, known := range u.final {
		if known == a {
			return
		}
	}
	u.final = append(u.final, a)
}

// licence adds an event about a licence.
func (u *Undoing) licence(e Event, values Former, unknown bool) {
	i := 0
	for i < len(u.licences) && u.licences[i].pool != e.Pool {
		i++
	}
	if i == len(u.licences) {
		u.licences = append(u.licences, licenceUndoing{pool: e.Pool, values: values})
	}
	l := &u.licences[i]
	if e.Kind == EventDueDateSet {
		l.dated, l.unknown = true, l.unknown || unknown
	}
	if _, final := finals[e.Kind]; !final && e.Delta != 0 {
		l.held, l.at = l.held+e.Delta, e.Time
	}
}

// Commands returns the commands that undoing may take, for the [Need] of a request. The user of
// each is on the list, and they are at least one for each Undoing.
func (u Undoing) Commands() []Command {
	if u.user == "" {
		return nil
	}
	switch {
	case u.created && u.code != "":
		return []Command{Delete{User: u.user}, AssignCourse{User: u.user, Pool: u.code}} // for the need of the pool
	case u.created && !u.active:
		return []Command{Delete{User: u.user}}
	}
	commands := []Command{Reactivate{User: u.user}}
	if u.before.Status == users.Archived {
		commands = append(commands, Archive{User: u.user})
	}
	if len(u.fields) > 0 {
		commands = append(commands, Edit{User: u.user, Set: u.values.Back})
	}
	for _, l := range u.licences {
		commands = append(commands, AssignCourse{User: u.user, Pool: l.pool})
	}
	return commands
}
