package seats

import (
	"encoding/json"
	"slices"

	"github.com/seatkeeper/seatkeeper/internal/enum"
)

var eventKinds = []EventKind{
	EventOpened, EventInvited, EventAdded, EventImported, EventNotified, EventAccepted, EventSignedIn, EventApproved,
	EventDeactivated, EventReactivated, EventArchived, EventRestored, EventDeleted, EventErased, EventHandedOver,
	EventEdited, EventRoleChanged, EventOwnershipGranted, EventOwnershipEnded, EventOwnershipOffered,
	EventOwnershipAccepted, EventOfferDeclined, EventOfferWithdrawn, EventOfferLapsed, EventSeatsBought,
	EventSeatsReturned, EventSeatsGrown, EventSeatsLow, EventSeatsFull, EventSeatsOver, EventTotalSet, EventPolicySet,
	EventPayerSet, EventAccountEdited, EventClosed, EventReopened, EventAccountErased, EventLapsed, EventScheduled,
	EventUnscheduled, EventLeavingSoon, EventLeavingHeld, EventLeavingConfirmed, EventStartMissed, EventQueued,
	EventSeatRequested, EventUnqueued, EventSeated, EventCourseAssigned, EventCourseUnassigned, EventCourseStarted,
	EventActivityArchived, EventDueDateSet, EventLicenceEnded, EventTotalBooked, EventPoolEdited, EventCodeSet,
	EventCodeUsed, EventCodeUseBack, EventCodeEnded, EventSeatsReserved, EventSourceEdited, EventSourceHeld,
	EventSourceReleased, EventRunRejected, EventUnchanged,
}

// EventKinds lists the kinds of event of this version, such as for the filter of a history.
func EventKinds() []EventKind { return slices.Clone(eventKinds) }

// UnmarshalText reads the name of a kind of this version, see [users.Parse]; anything else is an error.
func (k *EventKind) UnmarshalText(text []byte) error {
	if !slices.Contains(eventKinds, EventKind(text)) {
		names := make([]string, len(eventKinds))
		for i, kind := range eventKinds {
			names[i] = string(kind)
		}
		return &enum.UnknownError{Type: "seats.EventKind", Names: names}
	}
	*k = EventKind(text)
	return nil
}

// UnmarshalJSON reads any name: events of a later version have kinds of their own.
func (k *EventKind) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, (*string)(k)) }
