package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A ChangeID names the change of one call in one commit.
type ChangeID string

// An EventKind names an event in the past tense.
type EventKind string

// The kinds of event. Each licence of a course pool that is imported with a user, returned
// with them or archived by [ArchiveActivity] has an event of its own of the same kind with its
// Pool.
const (
	EventOpened            EventKind = "opened"             // the account, with its first owner; carries the policy
	EventInvited           EventKind = "invited"            // Count: the number of the invitation that goes out; 0: not yet
	EventAdded             EventKind = "added"              // by Add; inactive: by Add or Invite without a free seat
	EventImported          EventKind = "imported"           // by Import, with the dates of the user
	EventNotified          EventKind = "notified"           // Count: the number of this notification; by Notify, and by Invite after the end of the invitation
	EventAccepted          EventKind = "accepted"           // signed in for the first time
	EventSignedIn          EventKind = "signed-in"          // by SignIn, after edits that were judged together until then
	EventApproved          EventKind = "approved"           //
	EventDeactivated       EventKind = "deactivated"        // with a Date: by the clock, or by a file after this day
	EventReactivated       EventKind = "reactivated"        // Count: the number of the invitation that goes out, or 0
	EventArchived          EventKind = "archived"           //
	EventRestored          EventKind = "restored"           // Count: the number of the invitation that goes out, or 0
	EventDeleted           EventKind = "deleted"            //
	EventErased            EventKind = "erased"             //
	EventHandedOver        EventKind = "handed-over"        // Successor: the new owner of the work
	EventEdited            EventKind = "edited"             // Fields: the changed ones, "source" by [Account.TakesOver], or "kept"; Count: the number of the invitation that goes out to another address, or 0
	EventRoleChanged       EventKind = "role-changed"       //
	EventOwnershipGranted  EventKind = "ownership-granted"  //
	EventOwnershipEnded    EventKind = "ownership-ended"    //
	EventOwnershipOffered  EventKind = "ownership-offered"  // to the User
	EventOwnershipAccepted EventKind = "ownership-accepted" // the User is an owner by an offer
	EventOfferDeclined     EventKind = "offer-declined"     // of ownership, by the User
	EventOfferWithdrawn    EventKind = "offer-withdrawn"    //
	EventOfferLapsed       EventKind = "offer-lapsed"       // its ownership has ended, or the User has left or is an owner
	EventSeatsBought       EventKind = "seats-bought"       // Count: how many
	EventSeatsReturned     EventKind = "seats-returned"     // Count: how many
	EventSeatsGrown        EventKind = "seats-grown"        // Count: how many, by [Growth]; the Actor is the buyer
	EventSeatsLow          EventKind = "seats-low"          // Count: how many are left, growth included, see [Thresholds]
	EventSeatsFull         EventKind = "seats-full"         // no seat is left, growth included
	EventSeatsOver         EventKind = "seats-over"         // Count: how many are above the total
	EventTotalSet          EventKind = "total-set"          //
	EventPolicySet         EventKind = "policy-set"         // carries the policy
	EventPayerSet          EventKind = "payer-set"          // User: the new payer, if a user of the account
	EventAccountEdited     EventKind = "account-edited"     // Fields: the changed ones
	EventClosed            EventKind = "closed"             // the account
	EventReopened          EventKind = "reopened"           // the account
	EventAccountErased     EventKind = "account-erased"     //
	EventLapsed            EventKind = "lapsed"             // an invitation ran out and its seat was freed

	EventScheduled        EventKind = "scheduled"         // Date: the day of a leave, as DateAs says, or of a start
	EventUnscheduled      EventKind = "unscheduled"       //
	EventLeavingSoon      EventKind = "leaving-soon"      // Date: the day; once for each day that is set
	EventLeavingHeld      EventKind = "leaving-held"      // Count users of the Date are held back, see [Policy.MostLeavers]
	EventLeavingConfirmed EventKind = "leaving-confirmed" // a user who was held back leaves
	EventStartMissed      EventKind = "start-missed"      // the day of a start came, and no seat was free
	EventQueued           EventKind = "queued"            // an inactive user has a place in the queue for seats, or another one, or a user in that of the course of the Pool; with a Date: the day of a start came, and no seat was free
	EventSeatRequested    EventKind = "seat-requested"    // a user asks for a seat, or for the course of the Pool, and waits for an approval
	EventUnqueued         EventKind = "unqueued"          // the place ended, by a command, by its deadline, or with a Date: the day of a leave came; it was no seat. Pool: of a course, which the end of the status ends, too
	EventSeated           EventKind = "seated"            // by the queue, also of a role without need of a seat; Count: the number of the invitation that goes out, or 0. Pool: the course that is assigned, and Date its due date
	EventCourseAssigned   EventKind = "course-assigned"   // Pool: the course; Date: the day by which it should be done
	EventCourseUnassigned EventKind = "course-unassigned" //
	EventCourseStarted    EventKind = "course-started"    //
	EventActivityArchived EventKind = "activity-archived" //
	EventDueDateSet       EventKind = "due-date-set"      // Date: the new one
	EventLicenceEnded     EventKind = "licence-ended"     // an unstarted licence is back in its pool after its term
	EventTotalBooked      EventKind = "total-booked"      // Count: the total to come, -1 for unlimited, on Date; an empty Date: it is cancelled. The Total of now can be new, too
	EventPoolEdited       EventKind = "pool-edited"       // Fields: the changed ones

	EventCodeSet       EventKind = "code-set"       // Pool: the join code; Fields: the changed ones
	EventCodeUsed      EventKind = "code-used"      // Pool: the join code; User: the new user
	EventCodeUseBack   EventKind = "code-use-back"  // Pool: the join code; User: the deleted one, before whose approval the [Join] was undone
	EventCodeEnded     EventKind = "code-ended"     // Pool: the join code
	EventSeatsReserved EventKind = "seats-reserved" // Delta seats of the site pool are held by a join code, whose event follows, or are free again

	EventSourceEdited   EventKind = "source-edited"   // Source: the sync; Fields: the changed ones
	EventSourceHeld     EventKind = "source-held"     // Count: the leavers that would go; see [HoldSource]
	EventSourceReleased EventKind = "source-released" // Count: the leavers that were held, or are to come
	EventRunRejected    EventKind = "run-rejected"    // Count: the leavers that stay

	EventUnchanged EventKind = "unchanged" // a call with a request key that changed nothing; Count 1: its [Version] was stale
)

const staleCount = 1

// ofCode reports whether an event is about a join code.
func (k EventKind) ofCode() bool {
	return k == EventCodeSet || k == EventCodeUsed || k == EventCodeUseBack || k == EventCodeEnded
}

// setsPolicy reports whether an event carries a policy.
func (k EventKind) setsPolicy() bool { return k == EventOpened || k == EventPolicySet }

// GoverningEvents selects the events that can change the holders of seats without an event of
// their own: the policy is set, the account closed or reopened.
func GoverningEvents() EventFilter {
	return EventFilter{Kinds: []EventKind{EventOpened, EventPolicySet, EventClosed, EventReopened}}
}

// A Channel is the way of a change into the account.
type Channel string

// The channels.
const (
	ByCall  Channel = "call"  // a call of Do or Open
	ByBulk  Channel = "bulk"  // a command of DoEach
	ByPlan  Channel = "plan"  // a step of a plan
	ByClock Channel = "clock" // the instant of a dated fact

	ByUnseen Channel = "unseen" // a user who was not seen for long, see [Policy.Unseen]
)

// An Event is one fact of an account. Events are numbered without gaps and immutable. They are
// the source of the audit trail, of the host's mails and of the numbers at any past instant. An
// event names users by ID and fields by name, and is free of values of profiles.
type Event struct {
	Account  users.AccountID `json:"account"`
	Sequence uint64          `json:"sequence"` // 1, 2, 3, ... in the account
	Time     time.Time       `json:"time"`
	Kind     EventKind       `json:"kind"`
	Change   ChangeID        `json:"change"` // the commit it was part of

	Actor   users.Actor `json:"actor"`
	Channel Channel     `json:"channel"`
	Key     string      `json:"key,omitzero"`   // the host's request key
	Index   int         `json:"index,omitzero"` // the place of the command in its call, from 0
	// Digest tells the use of a key: 32 characters for the call, independent of personal fields,
	// and 32 for the personal fields of the command, sealed with the Salt of the user or, of an
	// event about the account, of the account. An erasing event has only the first 32.
	Digest      string `json:"digest,omitzero"`
	Correlation string `json:"correlation,omitzero"` // of events that belong together: the bulk call, the sync run
	Reason      string `json:"reason,omitzero"`

	User      users.ID      `json:"user,omitzero"`   // the user concerned, if any
	Before    users.Segment `json:"before,omitzero"` // zero for a new user; the same as After for a licence
	After     users.Segment `json:"after,omitzero"`
	Successor users.ID      `json:"successor,omitzero"` // the new owner of a leaver's work
	// Receivers of the message about an order, a growth, an alert or a held source, in ascending order: the buyer, and every other
	// owner and admin shown as active, among the first [MaxReceivers].
	Receivers []users.ID     `json:"receivers,omitzero"`
	Source    string         `json:"source,omitzero"`  // the sync that the event is about, of the kinds that name it
	Fields    []string       `json:"fields,omitzero"`  // the changed ones
	Count     int64          `json:"count,omitzero"`   // see the kinds
	Date      users.Date     `json:"date,omitzero"`    // see the kinds; with a new user that of the leave set with it
	DateAs    users.LeaveDay `json:"date_as,omitzero"` // the meaning of the Date of a leave; none for another Date
	Policy    *Policy        `json:"policy,omitzero"`  // of Opened and PolicySet; read only

	Pool  PoolID `json:"pool,omitzero"`
	Delta int64  `json:"delta,omitzero"` // the change of Held
	// Right after the event:
	Total Count `json:"total,omitzero"`
	Held  int64 `json:"held"`
	Spent int64 `json:"spent"`
	// Reserved has of Held of the site pool what join codes hold in advance.
	Reserved int64       `json:"reserved,omitzero"`
	Tally    users.Tally `json:"tally"`
}

// sending are the kinds of event with which an invitation or a notification goes out to the User.
var sending = []EventKind{EventInvited, EventNotified, EventReactivated, EventRestored, EventSeated, EventEdited}

// Invitation returns the number of the invitation or notification that goes out to the User with the
// event; 0: none does. A link that carries it is for [Accept]: it is void once a newer one went out.
func (e Event) Invitation() int64 {
	if !slices.Contains(sending, e.Kind) {
		return 0
	}
	return e.Count
}

// missesStart reports whether no seat was free on the day of a start.
func (e Event) missesStart() bool {
	return e.Kind == EventStartMissed || e.Kind == EventQueued && e.Date != ""
}

// UnmarshalJSON reads an event by [users.ReadJSON].
func (e *Event) UnmarshalJSON(text []byte) error {
	type plain Event
	return users.ReadJSON(text, (*plain)(e))
}

// Clone returns a deep copy of the event.
func (e Event) Clone() Event {
	e.Fields, e.Receivers = slices.Clone(e.Fields), slices.Clone(e.Receivers)
	if e.Policy != nil {
		policy := *e.Policy
		e.Policy = &policy
	}
	return e
}

// An EventFilter selects events of an account and orders them. Every field but Backward narrows the
// selection; the zero value selects all.
//
// A page costs its events and those passed over. User passes over none; the other fields are compared event
// by event. After and Before bound the events passed over, as numbers are without gaps.
type EventFilter struct {
	After  uint64                     // only greater numbers
	Before uint64                     // only smaller numbers; 0: any
	User   users.ID                   // only this user; empty: any
	Kinds  []EventKind                // one of these; empty: any
	By     users.Set[users.ActorKind] // by an actor of one of these kinds; empty: any
	// Backward is the order from the last event to the first.
	Backward bool
}

// NextPage returns the filter of the page after this event.
func (f EventFilter) NextPage(e Event) EventFilter {
	if f.Backward {
		f.Before = e.Sequence
	} else {
		f.After = e.Sequence
	}
	return f
}

// IsWhole reports whether the filter selects every event between After and Before.
func (f EventFilter) IsWhole() bool { return f.User == "" && len(f.Kinds) == 0 && f.By.Empty() }

// Match reports whether the filter selects the event. Lists of stores must agree with it.
func (f EventFilter) Match(e Event) bool {
	return e.Sequence > f.After && (f.Before == 0 || e.Sequence < f.Before) &&
		(f.By.Empty() || f.By.Has(e.Actor.Kind)) &&
		(f.User == "" || f.User == e.User) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.Kind))
}
