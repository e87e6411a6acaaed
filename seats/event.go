package seats

import (
	"slices"
	"time"

	"github.com/seatkeeper/seatkeeper/users"
)

// A ChangeID names one change: all that one call did in one commit.
type ChangeID string

// An EventKind says what happened, in the past tense.
type EventKind string

// The kinds of event. Where licences of course pools come along with a person, or go
// back when the person is put away or deleted, there is a further event for each, of the
// same kind, with its Pool.
const (
	EventOpened           EventKind = "opened"            // the account, with its first owner; carries the policy
	EventInvited          EventKind = "invited"           // Count 1: an invitation goes out; Count 0: not yet
	EventAdded            EventKind = "added"             // by Add; or, inactive, by Add or Invite without a free seat
	EventImported         EventKind = "imported"          // by Import, with the dates that are the person's own
	EventNotified         EventKind = "notified"          // Count: the number of this notification
	EventAccepted         EventKind = "accepted"          // signed in for the first time
	EventApproved         EventKind = "approved"          //
	EventDeactivated      EventKind = "deactivated"       //
	EventReactivated      EventKind = "reactivated"       // Count: the number of the invitation that goes out, 0 if none
	EventArchived         EventKind = "archived"          //
	EventRestored         EventKind = "restored"          //
	EventDeleted          EventKind = "deleted"           //
	EventErased           EventKind = "erased"            //
	EventHandedOver       EventKind = "handed-over"       // Successor: who took over the work
	EventEdited           EventKind = "edited"            // Fields: what was changed
	EventRoleChanged      EventKind = "role-changed"      //
	EventOwnershipGranted EventKind = "ownership-granted" //
	EventOwnershipEnded   EventKind = "ownership-ended"   //
	EventSeatsBought      EventKind = "seats-bought"      // Count: how many
	EventSeatsReturned    EventKind = "seats-returned"    // Count: how many
	EventTotalSet         EventKind = "total-set"         //
	EventPolicySet        EventKind = "policy-set"        // carries the policy
	EventPayerSet         EventKind = "payer-set"         // User: who pays from then on, if a user of the account
	EventAccountEdited    EventKind = "account-edited"    // Fields: what was changed
	EventClosed           EventKind = "closed"            // the account
	EventReopened         EventKind = "reopened"          // the account
	EventAccountErased    EventKind = "account-erased"    //
	EventLapsed           EventKind = "lapsed"            // an invitation ran out and its seat was freed
	EventUnchanged        EventKind = "unchanged"         // a call with a request key asked for what was so already
)

// setsPolicy reports whether an event carries the policy from then on.
func (k EventKind) setsPolicy() bool { return k == EventOpened || k == EventPolicySet }

// GoverningEvents selects the events after which other people may hold a seat than
// before, though nothing became of them: the policy is set, the account closed or
// reopened.
func GoverningEvents() EventFilter {
	return EventFilter{Kinds: []EventKind{EventOpened, EventPolicySet, EventClosed, EventReopened}}
}

// A Channel is the way by which something came to happen.
type Channel string

// The channels.
const (
	ByCall  Channel = "call"  // a call of Do or Open
	ByBulk  Channel = "bulk"  // one of many commands with an outcome each
	ByPlan  Channel = "plan"  // one of the steps of a plan
	ByClock Channel = "clock" // the instant of a dated fact
)

// An Event is one fact of an account. Events are numbered without gaps and never
// change. From them come the audit trail, the mails that the host sends, and the
// numbers of any past moment. An event never contains a value of a profile: it
// names people by ID and fields by name.
type Event struct {
	Account  users.AccountID `json:"account"`
	Sequence uint64          `json:"sequence"` // 1, 2, 3, ... in the account
	Time     time.Time       `json:"time"`
	Kind     EventKind       `json:"kind"`
	Change   ChangeID        `json:"change"` // the commit it was part of

	Actor   users.Actor `json:"actor"`          // who did it
	Channel Channel     `json:"channel"`        // and by which way
	Key     string      `json:"key,omitzero"`   // the host's request key
	Index   int         `json:"index,omitzero"` // the place of the command in its call, from 0
	// Digest says what a key was used for: 32 characters for the call as a whole, which tell
	// nothing of personal fields, and 32 for those of the command, sealed with the Salt of the
	// user or, of an event about nobody, of the account. An event that erases has no seal.
	Digest      string `json:"digest,omitzero"`
	Correlation string `json:"correlation,omitzero"` // what belongs together: the bulk call, the sync run
	Reason      string `json:"reason,omitzero"`

	User      users.ID      `json:"user,omitzero"`   // whom it is about; empty if about nobody
	Before    users.Segment `json:"before,omitzero"` // zero if the person was not there; of a licence's event the same as After
	After     users.Segment `json:"after,omitzero"`
	Successor users.ID      `json:"successor,omitzero"` // who takes over the work of a leaver
	// Receivers are whom the host tells of an order: the buyer, and every other owner and
	// admin whom people see as active, among the first [MaxReceivers]; in ascending order.
	Receivers []users.ID `json:"receivers,omitzero"`
	Fields    []string   `json:"fields,omitzero"` // what an edit changed
	Count     int64      `json:"count,omitzero"`  // see the kinds
	Policy    *Policy    `json:"policy,omitzero"` // of Opened and PolicySet; never changed

	Pool  PoolID `json:"pool,omitzero"`
	Delta int64  `json:"delta,omitzero"` // by how much Held changed
	// Right after the event:
	Total Count       `json:"total,omitzero"`
	Held  int64       `json:"held"`
	Spent int64       `json:"spent"`
	Tally users.Tally `json:"tally"`
}

// UnmarshalJSON reads an event by [users.ReadJSON].
func (e *Event) UnmarshalJSON(text []byte) error {
	type plain Event
	return users.ReadJSON(text, (*plain)(e))
}

// Clone returns a copy of the event that shares nothing with it.
func (e Event) Clone() Event {
	e.Fields, e.Receivers = slices.Clone(e.Fields), slices.Clone(e.Receivers)
	if e.Policy != nil {
		policy := *e.Policy
		e.Policy = &policy
	}
	return e
}

// An EventFilter selects events of an account. Every field narrows; the zero
// value selects all of them.
type EventFilter struct {
	After uint64      // only those with a greater number: where the last page ended
	User  users.ID    // only those about this person; empty: any
	Kinds []EventKind // one of these; empty: any
}

// Match reports whether the filter selects the event. Every store's list agrees
// with it.
func (f EventFilter) Match(e Event) bool {
	return e.Sequence > f.After &&
		(f.User == "" || f.User == e.User) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.Kind))
}
